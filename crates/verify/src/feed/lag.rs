//! How late a heartbeat is, without trusting anybody's wall clock.
//!
//! Receipt on the monotonic clock minus the time that the server wrote: the difference means nothing by itself, because the
//! clocks begin at different moments, but the smallest one of late is that of a heartbeat that nothing held up. What lies
//! above it is delay.

use std::collections::VecDeque;
use std::time::Duration;

/// The smallest difference is looked for among those of this long.
const WINDOW: Duration = Duration::from_secs(300);

/// So many processes of the server are told apart; the one unheard of for longest goes first.
const NODES: usize = 8;

/// One meter for each process of the server, because no two have the same clock.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    /// Name, last time and meter; who was heard last stands last.
    nodes: Vec<(String, i64, LagMeter)>,
}

impl Clocks {
    /// How late a heartbeat is; `None` if its time does not lie behind the last one that this process wrote, in whichever
    /// connection: then it is a replay.
    pub(super) fn measure(&mut self, node: &str, received: Duration, time: i64) -> Option<Duration> {
        let known = self.nodes.iter().position(|(name, ..)| name == node).map(|at| self.nodes.remove(at));
        if known.is_none() && self.nodes.len() == NODES {
            self.nodes.remove(0);
        }
        let (name, last, mut meter) = known.unwrap_or_else(|| (node.to_owned(), i64::MIN, LagMeter::default()));
        let lag = (time > last).then(|| meter.measure(received, time));
        self.nodes.push((name, last.max(time), meter));
        lag
    }
}

/// The differences of late; the ones that can still become the smallest.
#[derive(Debug, Default)]
struct LagMeter {
    /// Receipt and difference, in milliseconds; both grow from front to back.
    kept: VecDeque<(i64, i64)>,
}

impl LagMeter {
    /// How late a heartbeat is that was received at `received` (monotonic) and says `time` (Unix milliseconds).
    fn measure(&mut self, received: Duration, time: i64) -> Duration {
        let received = millis(received);
        let difference = received.saturating_sub(time);
        while self.kept.back().is_some_and(|(_, kept)| *kept >= difference) {
            self.kept.pop_back();
        }
        self.kept.push_back((received, difference));
        while self.kept.front().is_some_and(|(at, _)| received.saturating_sub(*at) > millis(WINDOW)) {
            self.kept.pop_front();
        }
        let smallest = self.kept.front().map_or(difference, |(_, kept)| *kept);
        Duration::from_millis(difference.saturating_sub(smallest).unsigned_abs())
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn delay_is_told_from_clocks_that_differ() {
        let mut meter = LagMeter::default();
        let server = 1_800_000_000_000;
        assert_eq!(meter.measure(ms(1000), server), ms(0), "the first says nothing");
        assert_eq!(meter.measure(ms(2000), server + 1000), ms(0));
        assert_eq!(meter.measure(ms(5000), server + 2000), ms(2000), "held up for two seconds");
        assert_eq!(meter.measure(ms(5900), server + 5000), ms(0), "faster than ever");
        assert_eq!(meter.measure(ms(7000), server + 6000), ms(100));
    }

    #[test]
    fn after_five_minutes_a_steady_delay_is_the_way_it_is() {
        let mut meter = LagMeter::default();
        let mut late = Vec::new();
        for second in 0..400_u64 {
            let delay = if second < 10 { 0 } else { 3000 };
            late.push(meter.measure(ms(second * 1000 + delay), second as i64 * 1000) > ms(1000));
        }
        assert!(!late[9] && late[10] && late[300] && !late[399]);
    }

    #[test]
    fn processes_with_clocks_that_differ_are_not_held_against_each_other() {
        let mut clocks = Clocks::default();
        assert_eq!(clocks.measure("a", ms(1000), 500_000), Some(ms(0)));
        assert_eq!(clocks.measure("b", ms(2000), 100), Some(ms(0)));
        assert_eq!(clocks.measure("a", ms(4000), 501_000), Some(ms(2000)));
        assert_eq!(clocks.measure("b", ms(5000), 100), None, "that was said before");
        assert_eq!(clocks.measure("b", ms(5000), 3100), Some(ms(0)));
        for n in 0..100 {
            clocks.measure(&format!("node{n}"), ms(6000), 1);
        }
        assert_eq!(clocks.nodes.len(), NODES);
    }

    #[test]
    fn memory_is_bounded_by_the_window() {
        let mut meter = LagMeter::default();
        for second in 0..10_000_u64 {
            meter.measure(ms(second * 1000 + second), second as i64 * 1000);
        }
        assert!(meter.kept.len() <= 302, "{}", meter.kept.len());
        meter.measure(Duration::MAX, i64::MIN);
        meter.measure(Duration::ZERO, i64::MAX);
    }
}
