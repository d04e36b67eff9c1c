//! How often something may be done: rules over a small state that a store keeps for each key.
//!
//! Two rules are enough. A [`Rate`] lets a burst through and then one at a time. [`Delays`] let a few failures pass, then
//! ask for a pause that doubles with each further one, and at last let nobody through until somebody has proved himself.
//! An attempt is counted *before* it is weighed what comes of it, so that a burst of parallel attempts is counted too;
//! whoever turns out to be right takes his count back.

use std::fmt;
use std::time::Duration;

use doorward_verify::Timestamp;

/// Names what is counted: a MAC over the kind of limit and whom it concerns, so that no address and no identifier is at
/// rest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LimitKey([u8; 16]);

impl LimitKey {
    /// The key of these bytes.
    #[must_use]
    pub fn from_raw(raw: [u8; 16]) -> Self {
        Self(raw)
    }

    /// The bytes, as stores file it.
    #[must_use]
    pub fn raw(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Whoever has the key of a limit could watch it.
impl fmt::Debug for LimitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LimitKey(…)")
    }
}

/// A burst, then one at a time (the generic cell rate algorithm, ITU-T I.371).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// So many at once, from 1.
    pub burst: u32,
    /// And one more after each such span.
    pub every: Duration,
}

impl Rate {
    /// So many in a span, all at once if need be.
    #[must_use]
    pub const fn per(many: u32, span: Duration) -> Self {
        let least = if many == 0 { 1 } else { many };
        Self { burst: least, every: Duration::from_millis(span.as_millis() as u64 / least as u64) }
    }

    /// The same, at a part of its pace and with a burst to match.
    #[must_use]
    pub const fn slower(self, by: u32) -> Self {
        let burst = self.burst / by;
        Self { burst: if burst == 0 { 1 } else { burst }, every: self.every.saturating_mul(by) }
    }
}

/// A few free failures, then pauses that double, then an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    /// Failures without any pause.
    pub free: u32,
    /// The first pause.
    pub first: Duration,
    /// No pause is longer.
    pub longest: Duration,
    /// So many in a row without a proof, and nobody passes any more.
    pub most: u32,
    /// After such a rest pauses begin anew. The count towards [`most`](Self::most) does not.
    pub rest: Duration,
}

impl Delays {
    fn pause(&self, failures: u32) -> Duration {
        let Some(doubled) = failures.checked_sub(self.free) else { return Duration::ZERO };
        let factor = 1_u32.checked_shl(doubled).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.longest)
    }
}

/// How a key is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// So many in a span.
    Rate(Rate),
    /// Pauses that grow.
    Delays(Delays),
}

/// What a store keeps of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitState {
    /// [`Rate`]: when the bucket will be full again. [`Delays`]: when the last one passed.
    pub at: Timestamp,
    /// Failures that pauses are reckoned by.
    pub failures: u32,
    /// Failures since the last proof.
    pub in_a_row: u32,
    /// From this moment on the state says nothing any more and may go.
    pub until: Timestamp,
}

impl LimitState {
    /// Nothing has happened.
    pub const NEW: Self =
        Self { at: Timestamp::from_millis(0), failures: 0, in_a_row: 0, until: Timestamp::from_millis(0) };
}

/// Whether one more may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes, and it is counted.
    Pass,
    /// Not before that span has gone by.
    Wait(Duration),
    /// Not before somebody has proved himself.
    Closed,
}

/// One key and how it is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What is counted.
    pub key: LimitKey,
    /// By which rule.
    pub rule: Rule,
}

/// What becomes of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// [`Rate`]: it is not to be counted after all.
    GiveBack(Rate),
    /// [`Delays`]: nothing came of it, neither failure nor proof.
    TakeBack,
    /// [`Delays`]: it was a proof. The count in a row begins anew; so many failures that pauses are reckoned by are
    /// forgotten, and no more.
    Proved {
        /// The proof itself, and failures of whoever has now proved himself.
        forget: u32,
    },
    /// Everything about the key is forgotten.
    Clear,
}

/// How long the count of failures in a row is remembered after the last one.
const REMEMBER: Duration = Duration::from_secs(30 * 86_400);

/// The rule: whether one more may pass, and what the state is then. If it may not, the state is as it was.
#[must_use]
pub fn weigh(state: &mut LimitState, rule: &Rule, now: Timestamp) -> Verdict {
    match rule {
        Rule::Rate(rate) => weigh_rate(state, *rate, now),
        Rule::Delays(delays) => weigh_delays(state, delays, now),
    }
}

fn weigh_rate(state: &mut LimitState, rate: Rate, now: Timestamp) -> Verdict {
    let full = rate.every.saturating_mul(rate.burst);
    // A clock that was set back must not close a bucket for longer than an empty one needs.
    let at = state.at.min(now.plus(full)).max(now).plus(rate.every);
    let ahead = at.since(now);
    if ahead > full {
        return Verdict::Wait(ahead.saturating_sub(full));
    }
    *state = LimitState { at, until: at, ..LimitState::NEW };
    Verdict::Pass
}

fn weigh_delays(state: &mut LimitState, delays: &Delays, now: Timestamp) -> Verdict {
    if now >= state.until {
        *state = LimitState::NEW;
    }
    if state.in_a_row >= delays.most {
        return Verdict::Closed;
    }
    let last = state.at.min(now);
    let failures = if now.since(last) >= delays.rest { 0 } else { state.failures };
    let free_at = last.plus(delays.pause(failures));
    if now < free_at {
        return Verdict::Wait(free_at.since(now));
    }
    let in_a_row = state.in_a_row.saturating_add(1);
    *state = LimitState { at: now, failures: failures.saturating_add(1), in_a_row, until: now.plus(REMEMBER) };
    Verdict::Pass
}

/// The rule: what is left of the state; `None`: it may go.
#[must_use]
pub fn settle(state: &LimitState, how: &Settle) -> Option<LimitState> {
    match how {
        Settle::Clear => None,
        Settle::TakeBack => {
            let (failures, in_a_row) = (state.failures.saturating_sub(1), state.in_a_row.saturating_sub(1));
            (in_a_row > 0).then_some(LimitState { failures, in_a_row, ..*state })
        }
        Settle::Proved { forget } => {
            let failures = state.failures.saturating_sub(*forget);
            (failures > 0).then_some(LimitState { failures, in_a_row: 0, ..*state })
        }
        Settle::GiveBack(rate) => {
            let at = state.at.minus(rate.every);
            Some(LimitState { at, until: at, ..*state })
        }
    }
}

/// What became of several steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weighed {
    /// All passed; the state of each, in their order.
    Passed(Vec<LimitState>),
    /// The step of this number did not pass, and nothing was counted.
    Refused {
        /// From 0.
        step: usize,
        /// Never [`Verdict::Pass`].
        verdict: Verdict,
    },
}

/// The rule over several steps: all pass and are counted, or one does not and nothing is. `states` are those before, in the
/// order of the steps.
#[must_use]
pub fn weigh_all(states: Vec<LimitState>, steps: &[Step], now: Timestamp) -> Weighed {
    let mut after = states;
    for (n, (state, step)) in after.iter_mut().zip(steps).enumerate() {
        match weigh(state, &step.rule, now) {
            Verdict::Pass => {}
            verdict => return Weighed::Refused { step: n, verdict },
        }
    }
    Weighed::Passed(after)
}

#[cfg(test)]
mod tests;
