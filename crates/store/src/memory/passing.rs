//! One-time values and counts in memory, under a lock of their own: whatever strangers do to them, sessions and the log are
//! not waited for.

use std::collections::{BTreeSet, HashMap};

use doorward_core::Timestamp;
use doorward_core::limit::{self, LimitKey, LimitState, Settle, Step, Weighed};
use doorward_core::secret::{Hashed, LinkToken};
use doorward_core::store::{Answer, OneTime, Passing, Purpose};

use super::{MemoryStore, answer};

type Digest = (Purpose, [u8; 32]);
type Subject = (Purpose, String);

/// What is kept, and in which order it passes.
#[derive(Default)]
pub(super) struct Pass {
    values: HashMap<Digest, OneTime>,
    newest: HashMap<Subject, Digest>,
    expiring: BTreeSet<(Timestamp, Digest)>,
    counts: HashMap<LimitKey, LimitState>,
    passing: BTreeSet<(Timestamp, LimitKey)>,
}

fn name(value: &OneTime) -> Digest {
    (value.purpose, *value.digest.digest())
}

impl Pass {
    fn living(&self, digest: &Digest, now: Timestamp) -> Option<&OneTime> {
        self.values.get(digest).filter(|value| now < value.expires_at)
    }

    fn remove(&mut self, digest: &Digest) -> Option<OneTime> {
        let value = self.values.remove(digest)?;
        self.newest.remove(&(value.purpose, value.subject.clone()));
        self.expiring.remove(&(value.expires_at, *digest));
        Some(value)
    }

    fn put(&mut self, new: OneTime, most: usize, now: Timestamp) -> bool {
        let others = |v: &&OneTime| v.purpose == new.purpose && v.subject != new.subject && now < v.expires_at;
        if self.values.values().filter(others).count() >= most {
            return false;
        }
        let subject = (new.purpose, new.subject.clone());
        if let Some(older) = self.newest.get(&subject).copied() {
            self.remove(&older);
        }
        self.newest.insert(subject, name(&new));
        self.expiring.insert((new.expires_at, name(&new)));
        self.values.insert(name(&new), new);
        true
    }

    fn keep_count(&mut self, key: LimitKey, state: Option<LimitState>) {
        let before = match state {
            Some(state) => {
                self.passing.insert((state.until, key));
                self.counts.insert(key, state)
            }
            None => self.counts.remove(&key),
        };
        if let Some(before) = before.filter(|b| Some(b.until) != state.map(|s| s.until)) {
            self.passing.remove(&(before.until, key));
        }
    }

    fn weigh(&mut self, steps: &[Step], now: Timestamp) -> Weighed {
        let before = steps.iter().map(|s| self.counts.get(&s.key).copied().unwrap_or(LimitState::NEW)).collect();
        let weighed = limit::weigh_all(before, steps, now);
        if let Weighed::Passed(after) = &weighed {
            for (step, state) in steps.iter().zip(after) {
                self.keep_count(step.key, Some(*state));
            }
        }
        weighed
    }

    fn purge(&mut self, now: Timestamp, at_most: usize) -> usize {
        let values: Vec<_> = self.expiring.iter().take_while(|(at, _)| *at <= now).take(at_most).copied().collect();
        for (_, digest) in &values {
            self.remove(digest);
        }
        let counts: Vec<_> = self.passing.iter().take_while(|(at, _)| *at <= now).take(at_most).copied().collect();
        for (_, key) in &counts {
            self.keep_count(*key, None);
        }
        values.len() + counts.len()
    }
}

impl Passing for MemoryStore {
    fn put(&self, new: OneTime, most: usize, now: Timestamp) -> Answer<'_, bool> {
        answer(move || Ok(self.passing().put(new, most, now)))
    }

    fn look(&self, purpose: Purpose, digest: Hashed<LinkToken>, now: Timestamp) -> Answer<'_, Option<OneTime>> {
        answer(move || Ok(self.passing().living(&(purpose, *digest.digest()), now).cloned()))
    }

    fn take(&self, purpose: Purpose, digest: Hashed<LinkToken>, now: Timestamp) -> Answer<'_, Option<OneTime>> {
        answer(move || {
            let digest = (purpose, *digest.digest());
            let mut passing = self.passing();
            if passing.living(&digest, now).is_none() {
                return Ok(None);
            }
            Ok(passing.remove(&digest))
        })
    }

    fn cancel(&self, purpose: Purpose, subject: String, now: Timestamp) -> Answer<'_, bool> {
        answer(move || {
            let mut passing = self.passing();
            let Some(digest) = passing.newest.get(&(purpose, subject)).copied() else { return Ok(false) };
            let lived = passing.living(&digest, now).is_some();
            passing.remove(&digest);
            Ok(lived)
        })
    }

    fn weigh(&self, steps: Vec<Step>, now: Timestamp) -> Answer<'_, Weighed> {
        answer(move || Ok(self.passing().weigh(&steps, now)))
    }

    fn settle(&self, what: Vec<(LimitKey, Settle)>) -> Answer<'_, ()> {
        answer(move || {
            let mut passing = self.passing();
            for (key, how) in &what {
                if let Some(before) = passing.counts.get(key).copied() {
                    passing.keep_count(*key, limit::settle(&before, how));
                }
            }
            Ok(())
        })
    }

    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize> {
        answer(move || Ok(self.passing().purge(now, at_most)))
    }
}
