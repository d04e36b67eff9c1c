//! How long to wait before asking again: longer each time, never so long that a server that is back is not noticed, and
//! differently for every follower, else two thousand of them come back in one moment.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);
/// Longest wait that a server may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// It worked.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// It failed once more: wait this long. `dice` is any number; `asked` is what the server wants (`Retry-After`).
    pub(super) fn next(&mut self, asked: Option<Duration>, dice: u64) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(10)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        spread(whole, dice).max(asked.unwrap_or_default().min(LONGEST_ASKED))
    }
}

/// Between half of it and all of it.
pub(super) fn spread(whole: Duration, dice: u64) -> Duration {
    let half = whole / 2;
    half + half.mul_f64((dice % 1024) as f64 / 1023.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_five_seconds_are_spread_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..8).map(|_| backoff.next(None, 1023).as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
        assert_eq!(backoff.next(None, 0).as_millis(), 2500);
        for _ in 0..100 {
            assert!(backoff.next(None, 1023) <= LONGEST);
        }
        backoff.reset();
        assert_eq!(backoff.next(None, 1023).as_millis(), 200);
    }

    #[test]
    fn a_server_may_ask_for_more_within_reason() {
        let ask = |secs| Backoff::default().next(Some(Duration::from_secs(secs)), 0).as_secs();
        assert_eq!((ask(7), ask(3600)), (7, 30));
    }
}
