//! Everything in this process. Sessions are kept as their stored bytes, a fraction of what the live records would take, in
//! 64 parts with a lock each; accounts, log and keys share one lock, because they share transactions;
//! what passes has one of its own.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorward_core::Timestamp;
use doorward_core::data::{DataChange, DataWrite};
use doorward_core::id::{AccountId, SessionId};
use doorward_core::records::{Session, SessionData};
use doorward_core::refresh::{self, Rotate, Rotation};
use doorward_core::room::{self, Inserted, Room};
use doorward_core::store::{Answer, Sessions, StoreError};

mod database;
mod part;
mod passing;

use database::Database;
use part::Part;
use passing::Pass;

const PARTS: usize = 64;

/// A store in memory. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct MemoryStore {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Vec<Mutex<Part>>,
    next_to_purge: std::sync::atomic::AtomicUsize,
    database: Mutex<Database>,
    passing: Mutex<Pass>,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        let parts = (0..PARTS).map(|_| Mutex::default()).collect();
        Self {
            inner: Arc::new(Inner {
                parts,
                next_to_purge: 0.into(),
                database: Mutex::default(),
                passing: Mutex::default(),
            }),
        }
    }

    /// How many sessions it holds, expired ones that were not purged included.
    #[must_use]
    pub fn sessions_held(&self) -> usize {
        self.inner.parts.iter().map(|p| lock(p).len()).sum()
    }

    /// All that belongs to one account lives in one part.
    fn part(&self, shard: usize) -> MutexGuard<'_, Part> {
        lock(&self.inner.parts[shard % PARTS])
    }

    fn database(&self) -> MutexGuard<'_, Database> {
        lock(&self.inner.database)
    }

    fn passing(&self) -> MutexGuard<'_, Pass> {
        lock(&self.inner.passing)
    }

    fn end_now(&self, sid: SessionId) -> bool {
        self.part(sid.shard().index()).remove(&sid)
    }
}

/// A panic while the lock was held leaves the maps whole: every change of them is one insert or one removal.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs when it is asked for the answer, not before.
fn answer<'a, T: Send + 'a>(work: impl FnOnce() -> Result<T, StoreError> + Send + 'a) -> Answer<'a, T> {
    Box::pin(async move { work() })
}

impl Sessions for MemoryStore {
    fn insert(&self, session: Session, room: Room) -> Answer<'_, Inserted> {
        answer(move || {
            let mut part = self.part(session.sid.shard().index());
            let mine = part.of_account(&session.account, session.created_at);
            let Some(pushed) = room::make(mine, &room, session.created_at) else { return Ok(Inserted::Full) };
            if !part.insert(&session) {
                return Err(StoreError::Corrupt("a session id was drawn twice".into()));
            }
            pushed.iter().for_each(|s| part.write(s));
            Ok(Inserted::Done(pushed))
        })
    }

    fn find(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>> {
        answer(move || Ok(self.part(sid.shard().index()).read(&sid).filter(|s| s.is_within_time(now)).map(Arc::new)))
    }

    fn touch(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>> {
        answer(move || {
            let mut part = self.part(sid.shard().index());
            let Some(mut session) = part.read(&sid).filter(|s| s.is_live(now)) else { return Ok(None) };
            session.last_seen_at = session.last_seen_at.max(now);
            part.write(&session);
            Ok(Some(Arc::new(session)))
        })
    }

    fn rotate(&self, sid: SessionId, ask: Rotate) -> Answer<'_, Rotation> {
        answer(move || {
            let mut part = self.part(sid.shard().index());
            let Some(mut session) = part.read(&sid) else { return Ok(Rotation::Refused) };
            let before = session.clone();
            let rotation = refresh::decide(&mut session, &ask);
            if session != before {
                part.write(&session);
            }
            Ok(rotation)
        })
    }

    fn end(&self, sid: SessionId) -> Answer<'_, bool> {
        answer(move || Ok(self.end_now(sid)))
    }

    fn end_all(&self, sids: Vec<SessionId>) -> Answer<'_, ()> {
        answer(move || {
            for sid in sids {
                self.end_now(sid);
            }
            Ok(())
        })
    }

    fn of_account(&self, account: AccountId, now: Timestamp) -> Answer<'_, Vec<Session>> {
        answer(move || Ok(self.part(account.shard().index()).of_account(&account, now)))
    }

    fn data(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<SessionData>> {
        answer(move || {
            let part = self.part(sid.shard().index());
            Ok(part.read(&sid).filter(|s| s.is_live(now)).map(|_| part.data(&sid)))
        })
    }

    fn write_data(&self, sid: SessionId, change: DataChange, now: Timestamp) -> Answer<'_, DataWrite> {
        answer(move || {
            let mut part = self.part(sid.shard().index());
            if part.read(&sid).is_none_or(|s| !s.is_live(now)) {
                return Ok(DataWrite::NotLive);
            }
            Ok(part.change_data(&sid, &change))
        })
    }

    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize> {
        answer(move || {
            let mut gone = 0;
            // Another part is first every time, so that a small budget reaches all of them.
            let first = self.inner.next_to_purge.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            for n in 0..PARTS {
                if gone >= at_most {
                    break;
                }
                gone += self.part(first.wrapping_add(n)).purge(now, at_most - gone);
            }
            Ok(gone)
        })
    }
}
