//! The double's one-time values and counts.

use doorward_verify::Timestamp;

use super::Double;
use crate::limit::{self, LimitKey, LimitState, Settle, Step, Weighed};
use crate::secret::{Hashed, LinkToken};
use crate::store::{Answer, OneTime, Passing, Purpose};

impl Passing for Double {
    fn put(&self, new: OneTime, most: usize, now: Timestamp) -> Answer<'_, bool> {
        self.step("put", move |state| {
            let others = |v: &&OneTime| v.purpose == new.purpose && v.subject != new.subject && now < v.expires_at;
            if state.values.iter().filter(others).count() >= most {
                return Ok(false);
            }
            state.values.retain(|v| v.purpose != new.purpose || v.subject != new.subject);
            state.values.push(new);
            Ok(true)
        })
    }

    fn look(&self, purpose: Purpose, digest: Hashed<LinkToken>, now: Timestamp) -> Answer<'_, Option<OneTime>> {
        self.step("look", move |state| {
            let is_it = |v: &&OneTime| v.purpose == purpose && v.digest == digest && now < v.expires_at;
            Ok(state.values.iter().find(is_it).cloned())
        })
    }

    fn take(&self, purpose: Purpose, digest: Hashed<LinkToken>, now: Timestamp) -> Answer<'_, Option<OneTime>> {
        self.step("take", move |state| {
            let is_it = |v: &OneTime| v.purpose == purpose && v.digest == digest && now < v.expires_at;
            Ok(state.values.iter().position(is_it).map(|at| state.values.remove(at)))
        })
    }

    fn cancel(&self, purpose: Purpose, subject: String, now: Timestamp) -> Answer<'_, bool> {
        self.step("cancel", move |state| {
            let is_it = |v: &OneTime| v.purpose == purpose && v.subject == subject && now < v.expires_at;
            let found = state.values.iter().position(is_it).map(|at| state.values.remove(at));
            Ok(found.is_some())
        })
    }

    fn weigh(&self, steps: Vec<Step>, now: Timestamp) -> Answer<'_, Weighed> {
        self.step("weigh", move |state| {
            let before = steps.iter().map(|s| state.counts.get(&s.key).copied().unwrap_or(LimitState::NEW)).collect();
            let weighed = limit::weigh_all(before, &steps, now);
            if let Weighed::Passed(after) = &weighed {
                state.counts.extend(steps.iter().map(|s| s.key).zip(after.iter().copied()));
            }
            Ok(weighed)
        })
    }

    fn settle(&self, what: Vec<(LimitKey, Settle)>) -> Answer<'_, ()> {
        self.step("settle_counts", move |state| {
            for (key, how) in &what {
                let Some(before) = state.counts.get(key) else { continue };
                match limit::settle(before, how) {
                    Some(after) => state.counts.insert(*key, after),
                    None => state.counts.remove(key),
                };
            }
            Ok(())
        })
    }

    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.step("purge_passing", move |state| {
            let mut gone = 0;
            let mut passed = |until: Timestamp| {
                let goes = until <= now && gone < at_most;
                gone += usize::from(goes);
                goes
            };
            state.values.retain(|v| !passed(v.expires_at));
            state.counts.retain(|_, count| !passed(count.until));
            Ok(gone)
        })
    }
}
