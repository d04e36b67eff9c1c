//! Who may try: before a password is hashed, every attempt is weighed by whom and where it concerns.
//!
//! Attackers are kept out by counting failures on the account, from the source, and altogether; owners are let in by a way
//! of their own: from a browser that is known on the account nothing counts but what that browser itself does. Nothing here
//! asks whether there is such an account, so that nobody learns it from how often he may try.
//!
//! An attempt is counted as a failure before it is looked at, in one step with the question whether it may be made; a
//! proof takes it back. So a burst of attempts in parallel gets no further than the same attempts one by one.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use doorward_verify::Timestamp;

use crate::audit::{Event, Note};
use crate::auth::Auth;
use crate::limit::{LimitKey, Rate, Rule, Settle, Step, Verdict, Weighed};
use crate::store::StoreError;

mod attempt;
mod local;
mod numbers;
mod source;
mod work;

pub(crate) use attempt::Admitted;
use attempt::Keys;
pub(crate) use local::Local;
pub use numbers::{Numbers, Throttle};
use source::Source;
pub use work::Work;

/// Not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct TooMany {
    /// When it may be worth trying again.
    pub retry_after: Duration,
}

/// What speaks for whoever tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing.
    Stranger,
    /// A browser from which somebody has signed in to this account, or a session of it.
    Known,
}

/// Until when limits are tighter, in milliseconds since 1970; of this node, which sees the shared measure run out itself.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    until: AtomicI64,
}

impl Alarm {
    fn is_on(&self, now: Timestamp) -> bool {
        now.millis() < self.until.load(Ordering::Relaxed)
    }

    /// `true` if it was off.
    fn raise(&self, now: Timestamp, lasts: Duration) -> bool {
        self.until.swap(now.plus(lasts).millis(), Ordering::Relaxed) <= now.millis()
    }
}

impl Auth {
    /// Asks whether somebody may try to prove that he is the person of this identifier.
    pub(crate) async fn admit(&self, identifier: &str, standing: Standing) -> Result<Admitted, AdmitError> {
        let now = self.now()?;
        if standing == Standing::Known {
            match self.admit_known(identifier, now).await {
                Verdict::Pass => {
                    let key = |kind| self.root().limit_key(kind, &[identifier.as_bytes()]);
                    return Ok(attempt::known(key("known"), key("account")));
                }
                Verdict::Wait(retry_after) => return Err(TooMany { retry_after }.into()),
                // It has failed too often to be trusted; a stranger may still try.
                Verdict::Closed => {}
            }
        }
        Ok(self.admit_stranger(identifier, now).await?)
    }

    async fn admit_known(&self, identifier: &str, now: Timestamp) -> Verdict {
        let key = self.root().limit_key("known", &[identifier.as_bytes()]);
        let step = Step { key, rule: Rule::Delays(self.throttle().known) };
        match self.weigh(vec![step], now).await {
            Weighed::Passed(_) => Verdict::Pass,
            Weighed::Refused { verdict, .. } => verdict,
        }
    }

    async fn admit_stranger(&self, identifier: &str, now: Timestamp) -> Result<Admitted, TooMany> {
        let tight = self.alarm().is_on(now);
        let rules = attempt::rules(self.throttle(), tight);
        let keys = Keys::of(&self.root(), identifier, self.by().address);
        let steps = attempt::steps(&keys, &rules);
        let last = steps.len() - 1;
        let states = match self.weigh(steps, now).await {
            Weighed::Passed(states) => states,
            Weighed::Refused { step, verdict } => {
                if step == last {
                    self.raise_alarm(now).await;
                }
                return Err(self.refusal(verdict));
            }
        };
        let of_pair = keys.from.as_ref().and_then(|_| states.get(2)).map_or(1, |pair| pair.failures);
        let mut admitted = attempt::settles(&keys, &rules, of_pair);
        if let Some(from) = keys.from.as_ref().filter(|_| of_pair == 1) {
            let both = [
                (from.accounts_of_source, rules.accounts_of_source),
                (from.sources_of_account, rules.sources_of_account),
            ];
            self.spread(identifier, both, &mut admitted, now).await?;
        }
        Ok(admitted)
    }

    /// The first failure of a source on an account: one more account for the source, one more source for the account.
    async fn spread(
        &self,
        identifier: &str,
        both: [(LimitKey, Rate); 2],
        admitted: &mut Admitted,
        now: Timestamp,
    ) -> Result<(), TooMany> {
        let steps = both.map(|(key, rate)| Step { key, rule: Rule::Rate(rate) });
        match self.weigh(steps.to_vec(), now).await {
            Weighed::Passed(_) => {
                for list in [&mut admitted.proved, &mut admitted.undone] {
                    list.extend(both.map(|(key, rate)| (key, Settle::GiveBack(rate))));
                }
                Ok(())
            }
            Weighed::Refused { step, verdict } => {
                self.settle(std::mem::take(&mut admitted.undone)).await;
                let note = match step {
                    // The note says from where.
                    0 => self.note(Event::SourceTriesManyAccounts, now),
                    _ => self.note(Event::AccountTriedFromManySources, now).object(self.root().log_name(identifier)),
                };
                self.tell_once(steps[step].key, note).await;
                Err(self.refusal(verdict))
            }
        }
    }

    /// A proof: what was counted of it is taken back, and of the account no more than came from this source.
    pub(crate) async fn settle_proved(&self, admitted: Admitted) {
        self.settle(admitted.proved).await;
    }

    /// Nobody looked at it: no room to hash, a store away.
    pub(crate) async fn settle_undone(&self, admitted: Admitted) {
        self.settle(admitted.undone).await;
    }

    /// Whoever holds a new password, or an operator's link, begins anew.
    pub(crate) async fn forgive(&self, identifier: &str) {
        let kinds = ["account", "known"];
        let clear = |kind| (self.root().limit_key(kind, &[identifier.as_bytes()]), Settle::Clear);
        self.settle(kinds.map(clear).to_vec()).await;
    }

    /// One more of something that strangers may ask for, by where it comes from; without an address by nothing.
    ///
    /// # Errors
    /// [`TooMany`].
    pub async fn admit_from(&self, kind: &'static str, rate: Rate) -> Result<(), TooMany> {
        // Without a clock nothing is weighed: the step itself says what it needs one for.
        let (Some(address), Ok(now)) = (self.by().address, self.now()) else { return Ok(()) };
        let key = self.root().limit_key(kind, &[Source::of(address).near()]);
        match self.weigh(vec![Step { key, rule: Rule::Rate(rate) }], now).await {
            Weighed::Passed(_) => Ok(()),
            Weighed::Refused { verdict, .. } => Err(self.refusal(verdict)),
        }
    }

    /// One more new account.
    pub(crate) async fn admit_sign_up(&self) -> Result<(), AdmitError> {
        let now = self.now()?;
        let near = self.by().address.map(|address| Step {
            key: self.root().limit_key("sign_ups_near", &[Source::of(address).near()]),
            rule: Rule::Rate(self.throttle().sign_ups_near),
        });
        let all = Step { key: self.root().limit_key("sign_ups", &[]), rule: Rule::Rate(self.throttle().sign_ups) };
        match self.weigh(near.into_iter().chain([all]).collect(), now).await {
            Weighed::Passed(_) => Ok(()),
            Weighed::Refused { verdict, .. } => Err(self.refusal(verdict).into()),
        }
    }

    /// In the store that all nodes share; if that does not answer, in this process, where less is allowed.
    async fn weigh(&self, steps: Vec<Step>, now: Timestamp) -> Weighed {
        match self.passing().weigh(steps.clone(), now).await {
            Ok(weighed) => weighed,
            Err(error) => {
                tracing::warn!(event = "limits_unavailable", %error, "attempts are counted on this node alone, more strictly");
                let steps: Vec<_> = steps.iter().map(|step| local::stricter(step, self.throttle().tighten)).collect();
                self.local().weigh(&steps, now)
            }
        }
    }

    async fn settle(&self, what: Vec<(LimitKey, Settle)>) {
        if let Err(error) = self.passing().settle(what).await {
            tracing::warn!(event = "limits_unavailable", %error, "a proof still counts as a failure");
        }
    }

    async fn raise_alarm(&self, now: Timestamp) {
        if self.alarm().raise(now, self.throttle().tight_for) {
            self.tell(self.note(Event::LimitsTightened, now)).await;
        }
    }

    /// An attack is told once an hour, not once for each attempt.
    async fn tell_once(&self, about: LimitKey, note: Note) {
        let key = self.root().limit_key("told", &[about.raw()]);
        let hourly = Rule::Rate(Rate::per(1, Duration::from_secs(3600)));
        if matches!(self.weigh(vec![Step { key, rule: hourly }], note.at).await, Weighed::Passed(_)) {
            self.tell(note).await;
        }
    }

    async fn tell(&self, note: Note) {
        let event = note.event;
        if let Err(error) = self.write_down(note).await {
            tracing::warn!(event = event.name(), %error, "not written down");
        }
    }

    fn throttle(&self) -> &Throttle {
        &self.policy().throttle
    }

    fn refusal(&self, verdict: Verdict) -> TooMany {
        match verdict {
            Verdict::Wait(retry_after) => TooMany { retry_after },
            Verdict::Pass | Verdict::Closed => TooMany { retry_after: self.throttle().account.longest },
        }
    }
}

/// Why nobody may try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AdmitError {
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

#[cfg(test)]
mod tests;
