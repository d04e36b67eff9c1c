//! Counts of this process alone: for when the store that all nodes share does not answer, and for what costs work but
//! guards no secret.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use doorward_verify::Timestamp;

use crate::limit::{Delays, LimitKey, LimitState, Rule, Step, Verdict, Weighed, weigh_all};

/// Keys at once. They hold no secret and are small; without a limit a flood would still fill the memory.
const MOST: usize = 50_000;

/// Bounded, and gone with the process.
#[derive(Debug, Default)]
pub(crate) struct Local {
    counts: Mutex<HashMap<LimitKey, LimitState>>,
}

impl Local {
    /// What a new key is told while there is no room.
    pub(super) const FULL: Duration = Duration::from_millis(60_001);

    /// As the store would, but in this process.
    pub(crate) fn weigh(&self, steps: &[Step], now: Timestamp) -> Weighed {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            counts.retain(|_, state| now < state.until);
        }
        let new = steps.iter().position(|step| !counts.contains_key(&step.key));
        if let Some(step) = new.filter(|_| counts.len() + steps.len() > MOST) {
            return Weighed::Refused { step, verdict: Verdict::Wait(Self::FULL) };
        }
        let before = steps.iter().map(|step| counts.get(&step.key).copied().unwrap_or(LimitState::NEW)).collect();
        let weighed = weigh_all(before, steps, now);
        if let Weighed::Passed(after) = &weighed {
            counts.extend(steps.iter().map(|step| step.key).zip(after.iter().copied()));
        }
        weighed
    }
}

/// What one node allows on its own: it does not know what the others have let through.
pub(crate) fn stricter(step: &Step, by: u32) -> Step {
    let rule = match step.rule {
        Rule::Rate(rate) => Rule::Rate(rate.slower(by)),
        Rule::Delays(delays) => Rule::Delays(Delays { free: delays.free.min(1), most: delays.most / by, ..delays }),
    };
    Step { rule, ..*step }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::Rate;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn step(n: u64) -> Step {
        let mut raw = [0; 16];
        raw[8..].copy_from_slice(&n.to_be_bytes());
        Step { key: LimitKey::from_raw(raw), rule: Rule::Rate(Rate::per(1, Duration::from_secs(60))) }
    }

    #[test]
    fn a_flood_of_keys_finds_no_room_and_makes_none() {
        let local = Local::default();
        for n in 0..MOST as u64 {
            assert!(matches!(local.weigh(&[step(n)], NOW), Weighed::Passed(_)));
        }
        let refused = local.weigh(&[step(1_000_000)], NOW);
        assert_eq!(refused, Weighed::Refused { step: 0, verdict: Verdict::Wait(Local::FULL) });
        let later = NOW.plus(Duration::from_secs(60));
        assert!(
            matches!(local.weigh(&[step(1_000_000)], later), Weighed::Passed(_)),
            "what says nothing any more goes"
        );
        assert_eq!(local.counts.lock().unwrap().len(), 1);
    }
}
