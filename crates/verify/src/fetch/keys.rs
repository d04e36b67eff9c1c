//! The issuer's keys, fetched again before they grow old. Requests never fetch by themselves: one task does, and whoever
//! meets an unknown key waits for it, so that ten thousand tokens with keys of their own invention cost one fetch.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{CACHE_CONTROL, HeaderMap};
use tokio::sync::{Notify, watch};

use super::client::{Ask, Client, FetchError};
use super::{Event, Listener, follow};
use crate::guard::Clock;
use crate::jwk::{KeySet, LARGEST_SET};
use crate::verifier::Verifier;

/// An unknown key leads to a fetch at most this often.
const UNKNOWN_EVERY: Duration = Duration::from_secs(30);
/// Between two fetches lies this much, if the answer does not say.
const REFRESH_EVERY: Duration = Duration::from_secs(300);
/// The answer may say something between these two.
const REFRESH_BETWEEN: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3600));
/// After a failure: twice as long each time, up to the second.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// Longest wait for a fetch, which is bounded itself.
const PATIENCE: Duration = Duration::from_secs(6);
/// So long the last good keys are kept while none come.
const KEEP_FOR: Duration = Duration::from_secs(24 * 3600);

/// Keeps the keys of a verifier.
pub(super) struct Keys {
    client: Client,
    verifier: Arc<Verifier>,
    clock: Arc<dyn Clock>,
    listener: Listener,
    state: Mutex<State>,
    wanted: Notify,
    /// Counts fetches that are over.
    fetched: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    /// When the last fetch began.
    begun: Option<Duration>,
    under_way: bool,
    /// When good keys came last.
    good: Option<Duration>,
    failures: u32,
}

impl Keys {
    pub(super) fn new(client: Client, verifier: Arc<Verifier>, clock: Arc<dyn Clock>, listener: Listener) -> Arc<Self> {
        let (state, wanted) = (Mutex::default(), Notify::new());
        Arc::new(Self { client, verifier, clock, listener, state, wanted, fetched: watch::channel(0).0 })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody met a key that is not known. Returns when the keys were fetched, or at once if that was done a moment ago;
    /// whether they are others now.
    pub(super) async fn fetch_for_unknown(&self) -> bool {
        let mut fetched = self.fetched.subscribe();
        {
            let state = self.lock();
            if !state.under_way && !self.is_due_for_unknown(&state) {
                return false;
            }
        }
        let before = self.verifier.keys().to_json();
        self.wanted.notify_one();
        // Nobody fetches any more once the following has ended: then this must not wait for ever.
        let _ = tokio::time::timeout(PATIENCE, fetched.changed()).await;
        self.verifier.keys().to_json() != before
    }

    /// The keys of now.
    pub(super) fn current(&self) -> KeySet {
        self.verifier.keys()
    }

    /// As [`fetch_for_unknown`](Self::fetch_for_unknown), without waiting.
    pub(super) fn want_unknown(&self) {
        self.wanted.notify_one();
    }

    fn is_due_for_unknown(&self, state: &State) -> bool {
        state.begun.is_none_or(|begun| self.clock.monotonic().saturating_sub(begun) >= UNKNOWN_EVERY)
    }

    /// Fetches for as long as it is polled.
    pub(super) async fn keep(self: Arc<Self>) {
        loop {
            let wait = self.fetch().await;
            let wait = tokio::time::sleep(follow::spread(wait));
            tokio::pin!(wait);
            loop {
                tokio::select! {
                    () = &mut wait => break,
                    () = self.wanted.notified() => {
                        if self.is_due_for_unknown(&self.lock()) {
                            break;
                        }
                    }
                }
            }
        }
    }

    /// Fetches once, and says when to do it again.
    async fn fetch(&self) -> Duration {
        {
            let mut state = self.lock();
            state.begun = Some(self.clock.monotonic());
            state.under_way = true;
        }
        let fetched = self.fetch_set().await;
        let wait = self.take_in(fetched);
        self.fetched.send_modify(|count| *count += 1);
        wait
    }

    async fn fetch_set(&self) -> Result<(KeySet, HeaderMap), FetchError> {
        let accept = "application/jwk-set+json, application/json";
        let ask = Ask { path: "/.well-known/jwks.json", accept, with_credentials: false, largest: LARGEST_SET };
        let (body, headers) = self.client.get(&ask).await.map_err(|failed| failed.error)?;
        let set = KeySet::from_json(&body).ok().filter(|set| !set.is_empty()).ok_or(FetchError::Unusable)?;
        Ok((set, headers))
    }

    fn take_in(&self, fetched: Result<(KeySet, HeaderMap), FetchError>) -> Duration {
        let now = self.clock.monotonic();
        let mut state = self.lock();
        state.under_way = false;
        match fetched {
            Ok((set, headers)) => {
                (state.good, state.failures) = (Some(now), 0);
                drop(state);
                // The same keys again must not make it forget what it has verified.
                if set.to_json() != self.verifier.keys().to_json() {
                    self.verifier.set_keys(set);
                    tracing::info!(event = "verifier_new_keys", "the issuer has published other keys");
                    (self.listener)(Event::NewKeys);
                }
                refresh_after(&headers)
            }
            Err(error) => {
                let wait = RETRY.0.saturating_mul(1 << state.failures.min(10)).min(RETRY.1);
                state.failures += 1;
                let too_old = state.good.is_some_and(|good| now.saturating_sub(good) > KEEP_FOR);
                if too_old {
                    state.good = None;
                }
                drop(state);
                tracing::warn!(event = "verifier_keys_failed", %error, "the last good keys stay");
                (self.listener)(Event::KeysFailed(error));
                if too_old {
                    self.verifier.set_keys(KeySet::default());
                    tracing::error!(event = "verifier_keys_too_old", "every token is answered with 503");
                    (self.listener)(Event::KeysTooOld);
                }
                wait
            }
        }
    }
}

/// A little before the answer may no longer be kept.
fn refresh_after(headers: &HeaderMap) -> Duration {
    let said = headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).and_then(|value| {
        let age = value.split(',').find_map(|part| part.trim().strip_prefix("max-age="))?;
        age.parse().ok().map(Duration::from_secs)
    });
    (said.unwrap_or(REFRESH_EVERY).clamp(REFRESH_BETWEEN.0, REFRESH_BETWEEN.1) / 5) * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fetched_again_before_they_may_no_longer_be_kept() {
        let after = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, value.parse().unwrap());
            refresh_after(&headers).as_secs()
        };
        assert_eq!([after("public, max-age=300"), after("max-age=0"), after("max-age=99999999")], [240, 48, 2880]);
        assert_eq!([after("no-store"), after("max-age=x"), refresh_after(&HeaderMap::new()).as_secs()], [240; 3]);
    }
}
