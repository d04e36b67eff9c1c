//! What has ended before its time: the set that makes an offline check honest.
//!
//! Readers vastly outnumber writers, so a reader takes no lock: it looks into two immutable maps, a large one and a small
//! one of what came lately; a writer copies the small one. Names are kept as 128-bit keyed hashes, the key drawn anew for
//! every set, so nobody outside can make two names meet.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};

use crate::claims::Claims;

mod table;

use table::{Key, Kind, Named, Table};

/// What ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ended {
    /// One sign-in, with everything that carries it.
    Session {
        /// Its session id.
        sid: String,
    },
    /// One access token.
    Token {
        /// Its name.
        jti: String,
    },
    /// Access tokens of an account whose `ver` is below.
    Account {
        /// The account id (`sub`).
        account: String,
        /// The account's version now.
        below: u64,
    },
    /// Everything that was handed to an application before a moment: it was disabled then. What it gets after it was
    /// enabled again is not meant.
    Client {
        /// Its name.
        client_id: String,
        /// Unix seconds; what has an `iat` below it.
        before: i64,
    },
    /// Everything signed with a key.
    Key {
        /// Its name.
        kid: String,
    },
    /// Everything that began before a moment.
    Everything {
        /// Unix seconds; what has an `iat` below it.
        before: i64,
    },
}

/// One line of what ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// What.
    #[serde(flatten)]
    pub what: Ended,
    /// Unix seconds: after that nothing it names can still be valid, and verifiers may forget it.
    pub until: i64,
}

/// How a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing names it.
    Fine,
    /// Its account has changed since; a refresh gives a better one.
    Stale,
    /// It, its session, client or key has ended.
    Ended,
}

/// What of a token the set is asked about, hashed once. Counts only with the set that made it.
#[derive(Debug, Clone)]
pub struct Facts {
    sid: Option<Key>,
    jti: Key,
    account: Key,
    client: Key,
    kid: Key,
    ver: Option<u64>,
    iat: i64,
}

/// The set. Shared by reference; every method takes `&self`.
pub struct RevokedSet {
    seeds: [RandomState; 2],
    maps: ArcSwap<Maps>,
    writer: Mutex<()>,
}

impl fmt::Debug for RevokedSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevokedSet({} entries)", self.len())
    }
}

impl Default for RevokedSet {
    fn default() -> Self {
        Self::new()
    }
}

impl RevokedSet {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self { seeds: [RandomState::new(), RandomState::new()], maps: ArcSwap::default(), writer: Mutex::new(()) }
    }

    /// Puts something in. Twice is once; a later `until` wins, and for an account the higher version. When this returns,
    /// every reader sees it.
    pub fn insert(&self, what: &Ended, until: i64) {
        let _one_at_a_time = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.maps.load_full();
        let mut recent = (*old.recent).clone();
        recent.put(self.named(what), until);
        let mut next = Maps { settled: old.settled.clone(), recent: Arc::new(recent) };
        if next.recent.len() >= RECENT {
            let mut settled = (*next.settled).clone();
            settled.absorb(&next.recent);
            next = Maps { settled: Arc::new(settled), recent: Arc::default() };
        }
        self.maps.store(Arc::new(next));
    }

    /// Puts many in, in one step: readers see none or all of them, and whatever was there stays.
    pub fn merge<'a>(&self, entries: impl IntoIterator<Item = (&'a Ended, i64)>) {
        let _one_at_a_time = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.maps.load_full();
        let mut settled = (*old.settled).clone();
        settled.absorb(&old.recent);
        for (what, until) in entries {
            settled.put(self.named(what), until);
        }
        settled.shrink();
        self.maps.store(Arc::new(Maps { settled: Arc::new(settled), recent: Arc::default() }));
    }

    /// Forgets everything and takes these instead, in one step: readers see the old set or the new one.
    pub fn replace(&self, entries: impl IntoIterator<Item = (Ended, i64)>) {
        let _one_at_a_time = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut settled = Table::default();
        for (what, until) in entries {
            settled.put(self.named(&what), until);
        }
        settled.shrink();
        self.maps.store(Arc::new(Maps { settled: Arc::new(settled), recent: Arc::default() }));
    }

    /// Forgets what ended its life before `now` (Unix seconds), and says how many entries went.
    pub fn purge(&self, now: i64) -> usize {
        let _one_at_a_time = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.maps.load_full();
        if !old.settled.has_expired(now) && !old.recent.has_expired(now) {
            return 0;
        }
        let before = old.len();
        let mut settled = (*old.settled).clone();
        settled.absorb(&old.recent);
        settled.retain(now);
        settled.shrink();
        let after = settled.len();
        self.maps.store(Arc::new(Maps { settled: Arc::new(settled), recent: Arc::default() }));
        before.saturating_sub(after)
    }

    /// How many entries it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.maps.load().len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What of a token the set will be asked about.
    #[must_use]
    pub fn facts(&self, claims: &Claims, kid: &str) -> Facts {
        Facts {
            sid: claims.sid.as_deref().map(|sid| self.key(Kind::Session, sid)),
            jti: self.key(Kind::Token, &claims.jti),
            account: self.key(Kind::Account, &claims.sub),
            client: self.key(Kind::Client, &claims.client_id),
            kid: self.key(Kind::Key, kid),
            ver: claims.ver,
            iat: claims.iat,
        }
    }

    /// How the token with these facts stands.
    #[must_use]
    pub fn standing(&self, facts: &Facts) -> Standing {
        let maps = self.maps.load();
        let mut standing = Standing::Fine;
        for table in [&maps.settled, &maps.recent] {
            match table.standing(facts) {
                Standing::Ended => return Standing::Ended,
                Standing::Stale => standing = Standing::Stale,
                Standing::Fine => {}
            }
        }
        standing
    }

    /// Whether anything names the token with these facts.
    #[must_use]
    pub fn names(&self, facts: &Facts) -> bool {
        self.standing(facts) != Standing::Fine
    }

    /// Whether a session has ended: itself, with its client, or with everything that began before a moment. Entries of
    /// accounts do not count here: whether a session outlives a change of its account is for the account's row to say.
    #[must_use]
    pub fn ends_session(&self, sid: &str, client_id: &str, began: i64) -> bool {
        let maps = self.maps.load();
        [&maps.settled, &maps.recent].into_iter().any(|table| {
            !table.is_empty()
                && (began < table.everything.0
                    || table.ids.contains_key(&self.key(Kind::Session, sid))
                    || table.ends_client(&self.key(Kind::Client, client_id), began))
        })
    }

    fn key(&self, kind: Kind, name: &str) -> Key {
        let half = |seed: &RandomState| seed.hash_one((kind as u8, name));
        Key(half(&self.seeds[0]), half(&self.seeds[1]))
    }

    fn named(&self, what: &Ended) -> Named {
        match what {
            Ended::Session { sid } => Named::Id(Kind::Session, self.key(Kind::Session, sid)),
            Ended::Token { jti } => Named::Id(Kind::Token, self.key(Kind::Token, jti)),
            Ended::Client { client_id, before } => Named::Client(self.key(Kind::Client, client_id), *before),
            Ended::Key { kid } => Named::Id(Kind::Key, self.key(Kind::Key, kid)),
            Ended::Account { account, below } => Named::Account(self.key(Kind::Account, account), *below),
            Ended::Everything { before } => Named::Everything(*before),
        }
    }
}

/// So many are copied by an insert, at most.
const RECENT: usize = 512;

#[derive(Default)]
struct Maps {
    settled: Arc<Table>,
    recent: Arc<Table>,
}

impl Maps {
    fn len(&self) -> usize {
        self.settled.len() + self.recent.count_beyond(&self.settled)
    }
}

#[cfg(test)]
mod tests;
