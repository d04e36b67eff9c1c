//! Looks ten times a second how old the knowledge is, tells when that becomes something else, and forgets what has had its time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::{Event, Listener};
use crate::feed::{Freshness, Silence};
use crate::guard::Clock;
use crate::verifier::Verifier;

/// How often it looks. A fresh start is noticed within this time.
const EVERY: Duration = Duration::from_millis(100);
/// Every so many looks something is forgotten.
const PURGE_EVERY: u32 = 100;

pub(super) struct Watcher {
    pub(super) verifier: Arc<Verifier>,
    pub(super) freshness: Arc<Freshness>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) listener: Listener,
    pub(super) told: watch::Sender<Silence>,
}

impl Watcher {
    /// Watches for as long as it is polled.
    pub(super) async fn watch(self, refuse_after: Duration) {
        let mut looks = tokio::time::interval(EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count: u32 = 0;
        loop {
            looks.tick().await;
            count = count.wrapping_add(1);
            if let Some(now) = self.clock.now().filter(|_| count.is_multiple_of(PURGE_EVERY)) {
                self.verifier.revoked().purge(now.as_secs());
            }
            self.look(refuse_after);
        }
    }

    fn look(&self, refuse_after: Duration) {
        let silence = self.freshness.silence(self.clock.monotonic(), refuse_after);
        let is_news = self.told.send_if_modified(|told| std::mem::replace(told, silence) != silence);
        if !is_news {
            return;
        }
        match silence {
            Silence::Fresh => tracing::info!(event = "feed_fresh", "what has ended is known"),
            Silence::Silent => tracing::warn!(event = "feed_silent", "nothing was heard for ten seconds"),
            Silence::TooLong => tracing::error!(event = "feed_too_old", "what is known is no longer trusted"),
        }
        (self.listener)(Event::Silence(silence));
    }
}
