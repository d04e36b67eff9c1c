//! One immutable map of what has ended, by the keyed hashes of names.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use super::{Facts, Standing};

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Session,
    Token,
    Account,
    Client,
    Key,
}

pub(super) enum Named {
    Id(Kind, Key),
    Account(Key, u64),
    Client(Key, i64),
    Everything(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(pub(super) u64, pub(super) u64);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

/// Keys are hashes already.
#[derive(Default, Clone, Copy)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

pub(super) type Map<V> = HashMap<Key, V, BuildHasherDefault<AsItIs>>;

#[derive(Clone, Default)]
pub(super) struct Table {
    pub(super) ids: Map<i64>,
    accounts: Map<(u64, i64)>,
    /// Before which moment what was handed to an application has ended, and until when that is to be remembered.
    clients: Map<(i64, i64)>,
    tokens: usize,
    keys: usize,
    /// Before which moment everything has ended, and until when that is to be remembered.
    pub(super) everything: (i64, i64),
    earliest: Option<i64>,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.ids.len() + self.accounts.len() + self.clients.len() + usize::from(self.everything.0 > 0)
    }

    /// How many entries are here and not there.
    pub(super) fn count_beyond(&self, other: &Self) -> usize {
        self.ids.keys().filter(|key| !other.ids.contains_key(key)).count()
            + self.accounts.keys().filter(|key| !other.accounts.contains_key(key)).count()
            + self.clients.keys().filter(|key| !other.clients.contains_key(key)).count()
            + usize::from(self.everything.0 > 0 && other.everything.0 == 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn has_expired(&self, now: i64) -> bool {
        self.earliest.is_some_and(|e| e < now)
    }

    pub(super) fn put(&mut self, name: Named, until: i64) {
        self.earliest = Some(self.earliest.map_or(until, |e| e.min(until)));
        match name {
            Named::Id(kind, key) => {
                match kind {
                    Kind::Token => self.tokens += 1,
                    Kind::Key => self.keys += 1,
                    Kind::Session | Kind::Account | Kind::Client => {}
                }
                self.put_id(key, until);
            }
            Named::Account(key, below) => self.put_account(key, below, until),
            Named::Client(key, before) => self.put_client(key, before, until),
            Named::Everything(before) => {
                self.everything = (self.everything.0.max(before), self.everything.1.max(until));
            }
        }
    }

    fn put_id(&mut self, key: Key, until: i64) {
        let kept = self.ids.entry(key).or_insert(until);
        *kept = until.max(*kept);
    }

    fn put_account(&mut self, key: Key, below: u64, until: i64) {
        let kept = self.accounts.entry(key).or_insert((below, until));
        *kept = (below.max(kept.0), until.max(kept.1));
    }

    fn put_client(&mut self, key: Key, before: i64, until: i64) {
        let kept = self.clients.entry(key).or_insert((before, until));
        *kept = (before.max(kept.0), until.max(kept.1));
    }

    /// Whether what that application got at `since` has ended.
    pub(super) fn ends_client(&self, key: &Key, since: i64) -> bool {
        self.clients.get(key).is_some_and(|(before, _)| since < *before)
    }

    pub(super) fn absorb(&mut self, other: &Self) {
        for (key, until) in &other.ids {
            self.put_id(*key, *until);
        }
        for (key, (below, until)) in &other.accounts {
            self.put_account(*key, *below, *until);
        }
        for (key, (before, until)) in &other.clients {
            self.put_client(*key, *before, *until);
        }
        self.everything = (self.everything.0.max(other.everything.0), self.everything.1.max(other.everything.1));
        self.tokens += other.tokens;
        self.keys += other.keys;
        self.earliest = [self.earliest, other.earliest].into_iter().flatten().min();
    }

    pub(super) fn retain(&mut self, now: i64) {
        self.ids.retain(|_, until| *until >= now);
        self.accounts.retain(|_, (_, until)| *until >= now);
        self.clients.retain(|_, (_, until)| *until >= now);
        if self.everything.1 < now {
            self.everything = (0, 0);
        }
        let ends = self.ids.values().copied().chain(self.accounts.values().map(|a| a.1));
        let ends = ends.chain(self.clients.values().map(|c| c.1));
        self.earliest = ends.chain((self.everything.0 > 0).then_some(self.everything.1)).min();
        if self.ids.is_empty() {
            (self.tokens, self.keys) = (0, 0);
        }
    }

    pub(super) fn shrink(&mut self) {
        self.ids.shrink_to_fit();
        self.accounts.shrink_to_fit();
        self.clients.shrink_to_fit();
    }

    pub(super) fn standing(&self, facts: &Facts) -> Standing {
        let ended = facts.iat < self.everything.0
            || !self.clients.is_empty() && self.ends_client(&facts.client, facts.iat)
            || !self.ids.is_empty()
                && (facts.sid.is_some_and(|sid| self.ids.contains_key(&sid))
                    || self.tokens > 0 && self.ids.contains_key(&facts.jti)
                    || self.keys > 0 && self.ids.contains_key(&facts.kid));
        if ended {
            return Standing::Ended;
        }
        let below = self.accounts.get(&facts.account).map_or(0, |(below, _)| *below);
        if below > 0 && facts.ver.is_none_or(|ver| ver < below) { Standing::Stale } else { Standing::Fine }
    }
}
