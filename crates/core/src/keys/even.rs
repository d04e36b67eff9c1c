//! Whether the clock can be trusted with a schedule.
//!
//! A key is published for a day before it signs, so that every verifier knows it. A wall clock that jumps three months
//! ahead would make that day out of nothing; one that jumps back and forth would remove keys whose tokens live. So wall time
//! is compared with monotonic time, and after a jump nothing moves by schedule until it ran evenly for long enough.

use std::time::Duration;

use doorward_verify::Timestamp;

/// More than time servers correct at once in a machine that is looked after.
const TOLERANCE: Duration = Duration::from_secs(60);

/// How wall time has been running since this process looks.
#[derive(Debug, Default)]
pub(crate) struct Evenness {
    base: Option<(Timestamp, Duration)>,
    jumped_at: Option<Duration>,
}

impl Evenness {
    /// Takes another look. Whether wall time has run evenly since the first one, or at least for `long` since it jumped.
    pub(crate) fn look(&mut self, now: Timestamp, monotonic: Duration, long: Duration) -> bool {
        let (wall, started) = *self.base.get_or_insert((now, monotonic));
        let expected = wall.plus(monotonic.saturating_sub(started));
        if now.since(expected).max(expected.since(now)) > TOLERANCE {
            self.base = Some((now, monotonic));
            self.jumped_at = Some(monotonic);
            tracing::warn!(event = "clock_jumped", "keys do not move by schedule until the clock runs evenly again");
        }
        if self.jumped_at.is_some_and(|at| monotonic.saturating_sub(at) >= long) {
            self.jumped_at = None;
        }
        self.jumped_at.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn at(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn a_clock_that_runs_evenly_or_is_corrected_by_seconds_is_trusted() {
        let (mut clock, start) = (Evenness::default(), Timestamp::from_secs(1_800_000_000));
        for secs in [0, 1, 100_000, 90_000_000] {
            assert!(clock.look(start.plus(at(secs)), at(secs), DAY));
            assert!(clock.look(start.plus(at(secs + 50)), at(secs), DAY));
        }
    }

    #[test]
    fn after_a_jump_in_either_direction_it_must_run_evenly_for_long_enough() {
        let start = Timestamp::from_secs(1_800_000_000);
        for jumped in [start.plus(90 * DAY), start.minus(90 * DAY)] {
            let mut clock = Evenness::default();
            assert!(clock.look(start, at(0), DAY));
            assert!(!clock.look(jumped, at(10), DAY));
            assert!(!clock.look(jumped.plus(at(86_399)), at(10 + 86_399), DAY));
            assert!(clock.look(jumped.plus(DAY), at(10) + DAY, DAY));
            assert!(!clock.look(start, at(20) + DAY, DAY), "back again is a jump as well");
        }
    }

    #[test]
    fn many_small_steps_add_up_to_a_jump() {
        let (mut clock, start) = (Evenness::default(), Timestamp::from_secs(1_800_000_000));
        let looks: Vec<bool> = (0..10).map(|n| clock.look(start.plus(at(n * 20)), at(n), DAY)).collect();
        assert!(looks[..3].iter().all(|even| *even) && !looks[9], "{looks:?}");
    }
}
