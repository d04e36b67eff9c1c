//! How old the knowledge of what has ended is.
//!
//! Shared between the one who follows and everybody who verifies: a few numbers without a lock. Time is that of a monotonic
//! clock, since any fixed start; followers and verifiers of one process use the same.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// From this much silence on, somebody should look.
pub const SILENT_AFTER: Duration = Duration::from_secs(10);
/// After this much silence a verifier no longer trusts what it knows, unless told otherwise.
pub const REFUSE_AFTER: Duration = Duration::from_secs(60);

/// What silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Silence {
    /// Heard of lately.
    Fresh,
    /// For [`SILENT_AFTER`] nothing that counts was heard. What is known still counts.
    Silent,
    /// For longer than the verifier was told to wait, or never since the start: it cannot know.
    TooLong,
}

/// Numbers of one feed. All counters grow from the start of the process.
#[derive(Debug, Default)]
pub struct Freshness {
    /// Milliseconds of the last heartbeat that counted, plus one; 0: none yet.
    heard: AtomicU64,
    seq: AtomicU64,
    counts: [AtomicU64; 6],
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Count {
    Entries,
    Snapshots,
    Heartbeats,
    LateHeartbeats,
    Connections,
    Troubles,
}

/// For metrics: plain numbers, to be exported by whatever the application uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Age of the knowledge; `None` if there has been none yet.
    pub age: Option<Duration>,
    /// The last number of the log that was read.
    pub seq: u64,
    /// Entries that came one by one.
    pub entries: u64,
    /// Snapshots that were taken.
    pub snapshots: u64,
    /// Heartbeats that counted.
    pub heartbeats: u64,
    /// Heartbeats that did not, because they were late.
    pub late_heartbeats: u64,
    /// Streams that were opened.
    pub connections: u64,
    /// Connections that failed or were given up.
    pub troubles: u64,
}

impl Freshness {
    /// Time since the last heartbeat that counted; `None` if there was none.
    #[must_use]
    pub fn age(&self, now: Duration) -> Option<Duration> {
        let heard = self.heard.load(Ordering::Acquire).checked_sub(1)?;
        Some(now.saturating_sub(Duration::from_millis(heard)))
    }

    /// What the silence until `now` means to somebody who waits this long.
    #[must_use]
    pub fn silence(&self, now: Duration, refuse_after: Duration) -> Silence {
        match self.age(now) {
            Some(age) if age < SILENT_AFTER.min(refuse_after) => Silence::Fresh,
            Some(age) if age < refuse_after => Silence::Silent,
            _ => Silence::TooLong,
        }
    }

    /// All numbers at once.
    #[must_use]
    pub fn numbers(&self, now: Duration) -> Numbers {
        let count = |which: Count| self.counts[which as usize].load(Ordering::Relaxed);
        Numbers {
            age: self.age(now),
            seq: self.seq.load(Ordering::Relaxed),
            entries: count(Count::Entries),
            snapshots: count(Count::Snapshots),
            heartbeats: count(Count::Heartbeats),
            late_heartbeats: count(Count::LateHeartbeats),
            connections: count(Count::Connections),
            troubles: count(Count::Troubles),
        }
    }

    /// A heartbeat that counts was received. Entries that it vouches for are in the set before this is called, else a
    /// verifier would trust a set that lacks them.
    pub(crate) fn hear(&self, at: Duration) {
        let at = u64::try_from(at.as_millis()).unwrap_or(u64::MAX - 1).saturating_add(1);
        self.heard.fetch_max(at, Ordering::Release);
        self.count(Count::Heartbeats);
    }

    pub(super) fn reach(&self, seq: u64) {
        self.seq.store(seq, Ordering::Relaxed);
    }

    pub(super) fn count(&self, which: Count) {
        self.counts[which as usize].fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn silence_grows_from_fresh_to_too_long_to_the_millisecond() {
        let freshness = Freshness::default();
        assert_eq!(freshness.silence(secs(0), REFUSE_AFTER), Silence::TooLong, "never heard of anything");
        freshness.hear(secs(100));
        let at = |millis| freshness.silence(secs(100) + Duration::from_millis(millis), REFUSE_AFTER);
        assert_eq!(
            [at(0), at(9_999), at(10_000), at(59_999)],
            [Silence::Fresh, Silence::Fresh, Silence::Silent, Silence::Silent]
        );
        assert_eq!([at(60_000), at(u64::MAX >> 8)], [Silence::TooLong; 2]);
        assert_eq!(freshness.silence(secs(105), secs(5)), Silence::TooLong, "whoever waits shorter than ten seconds");
    }

    #[test]
    fn what_was_heard_earlier_never_counts_as_later() {
        let freshness = Freshness::default();
        freshness.hear(secs(100));
        freshness.hear(secs(90));
        assert_eq!(freshness.age(secs(101)), Some(secs(1)));
        assert_eq!(freshness.age(secs(99)), Some(secs(0)));
    }
}
