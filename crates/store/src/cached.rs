//! Copies in front of a store. A hit asks nobody and allocates nothing; what makes a copy count stands in
//! [`epoch`](crate::epoch). Only reads that the walk may answer from a copy are: every verb that decides something goes to
//! the store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use doorward_core::Timestamp;
use doorward_core::audit::Note;
use doorward_core::clock::Clock;
use doorward_core::data::{DataChange, DataWrite};
use doorward_core::id::{AccountId, SessionId, Shard};
use doorward_core::records::{Account, Session, SessionData};
use doorward_core::refresh::{Rotate, Rotation};
use doorward_core::room::{Inserted, Room};
use doorward_core::store::{AccountChange, Accounts, Answer, Changed, Sessions};
use quick_cache::sync::Cache;

use crate::epoch::{Epochs, Ticket};

/// How many copies are kept, and how long one may count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheSize {
    /// Copies; the least used go first.
    pub capacity: usize,
    /// Where other nodes write to the same store: one second at most. A node that sees every write may keep longer.
    pub counts_for: Duration,
}

impl CacheSize {
    /// For a store that only this process writes to.
    pub const ALONE: Self = Self { capacity: 50_000, counts_for: Duration::from_secs(10) };
    /// For a store that others write to as well.
    pub const SHARED: Self = Self { capacity: 50_000, counts_for: Duration::from_secs(1) };
}

/// Sessions with copies in front.
pub struct Cached {
    store: Arc<dyn Sessions>,
    clock: Arc<dyn Clock>,
    size: CacheSize,
    epochs: Epochs,
    copies: Cache<SessionId, (Arc<Session>, Ticket)>,
}

impl fmt::Debug for Cached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cached({:?}, {} copies)", self.store, self.copies.len())
    }
}

impl Cached {
    /// Copies of what `store` holds.
    #[must_use]
    pub fn new(store: Arc<dyn Sessions>, clock: Arc<dyn Clock>, size: CacheSize) -> Self {
        Self { store, clock, size, epochs: Epochs::default(), copies: Cache::new(size.capacity) }
    }

    fn ticket(&self, sid: &SessionId) -> Ticket {
        self.epochs.ticket(sid.shard().index(), self.clock.monotonic() + self.size.counts_for)
    }

    fn keep(&self, session: &Arc<Session>, ticket: Ticket) {
        self.copies.insert(session.sid, (session.clone(), ticket));
    }
}

impl Sessions for Cached {
    /// Whoever was pushed out is of the same account, and so of the same shard.
    fn insert(&self, session: Session, room: Room) -> Answer<'_, Inserted> {
        let shard = session.sid.shard();
        Box::pin(async move {
            let inserted = self.store.insert(session, room).await;
            if !matches!(&inserted, Ok(Inserted::Full)) && !matches!(&inserted, Ok(Inserted::Done(p)) if p.is_empty()) {
                self.epochs.bump(Some(shard));
            }
            inserted
        })
    }

    fn find(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>> {
        Box::pin(async move {
            let ticket = self.ticket(&sid);
            let found = self.store.find(sid, now).await?;
            if let Some(session) = &found {
                self.keep(session, ticket);
            }
            Ok(found)
        })
    }

    fn at_hand(&self, sid: &SessionId, now: Timestamp) -> Option<Arc<Session>> {
        let (session, ticket) = self.copies.get(sid)?;
        let counts = self.epochs.counts(sid.shard().index(), ticket, self.clock.monotonic());
        (counts && session.is_live(now)).then_some(session)
    }

    fn touch(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>> {
        Box::pin(async move {
            let ticket = self.ticket(&sid);
            let touched = self.store.touch(sid, now).await?;
            if let Some(session) = &touched {
                self.keep(session, ticket);
            }
            Ok(touched)
        })
    }

    fn rotate(&self, sid: SessionId, ask: Rotate) -> Answer<'_, Rotation> {
        Box::pin(async move {
            let ticket = self.ticket(&sid);
            let rotation = self.store.rotate(sid, ask).await;
            match &rotation {
                Ok(Rotation::Rotated(session) | Rotation::Repeated(session) | Rotation::WentBack(session)) => {
                    self.keep(&Arc::new((**session).clone()), ticket);
                }
                // It may have been marked as reused, also where nobody knows: no copy may say otherwise.
                Ok(Rotation::Reused(_)) | Err(_) => self.epochs.bump(Some(sid.shard())),
                Ok(Rotation::Superseded | Rotation::Refused) => {}
            }
            rotation
        })
    }

    fn end(&self, sid: SessionId) -> Answer<'_, bool> {
        Box::pin(async move {
            let ended = self.store.end(sid).await;
            self.epochs.bump(Some(sid.shard()));
            self.copies.remove(&sid);
            ended
        })
    }

    fn end_all(&self, sids: Vec<SessionId>) -> Answer<'_, ()> {
        Box::pin(async move {
            let ended = self.store.end_all(sids.clone()).await;
            for sid in sids {
                self.epochs.bump(Some(sid.shard()));
                self.copies.remove(&sid);
            }
            ended
        })
    }

    fn of_account(&self, account: AccountId, now: Timestamp) -> Answer<'_, Vec<Session>> {
        self.store.of_account(account, now)
    }

    fn data(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<SessionData>> {
        self.store.data(sid, now)
    }

    fn write_data(&self, sid: SessionId, change: DataChange, now: Timestamp) -> Answer<'_, DataWrite> {
        self.store.write_data(sid, change, now)
    }

    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.store.purge(now, at_most)
    }

    fn may_lose_writes(&self) -> bool {
        self.store.may_lose_writes()
    }

    fn forget(&self, shard: Option<Shard>) {
        self.epochs.bump(shard);
        self.store.forget(shard);
    }
}

/// Accounts with copies in front.
pub struct CachedAccounts {
    store: Arc<dyn Accounts>,
    clock: Arc<dyn Clock>,
    size: CacheSize,
    epochs: Epochs,
    copies: Cache<AccountId, Copy>,
}

#[derive(Clone)]
struct Copy {
    account: Arc<Account>,
    ticket: Ticket,
    /// Kept, because working it out takes a digest.
    shard: Shard,
}

impl fmt::Debug for CachedAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CachedAccounts({:?}, {} copies)", self.store, self.copies.len())
    }
}

impl CachedAccounts {
    /// Copies of what `store` holds.
    #[must_use]
    pub fn new(store: Arc<dyn Accounts>, clock: Arc<dyn Clock>, size: CacheSize) -> Self {
        Self { store, clock, size, epochs: Epochs::default(), copies: Cache::new(size.capacity) }
    }
}

impl Accounts for CachedAccounts {
    fn create(&self, account: Account, note: Note) -> Answer<'_, bool> {
        self.store.create(account, note)
    }

    fn by_identifier(&self, identifier: String) -> Answer<'_, Option<Account>> {
        self.store.by_identifier(identifier)
    }

    fn by_id(&self, id: AccountId) -> Answer<'_, Option<Arc<Account>>> {
        Box::pin(async move {
            let shard = id.shard();
            let ticket = self.epochs.ticket(shard.index(), self.clock.monotonic() + self.size.counts_for);
            let found = self.store.by_id(id).await?;
            if let Some(account) = &found {
                self.copies.insert(id, Copy { account: account.clone(), ticket, shard });
            }
            Ok(found)
        })
    }

    fn at_hand(&self, id: &AccountId) -> Option<Arc<Account>> {
        let copy = self.copies.get(id)?;
        self.epochs.counts(copy.shard.index(), copy.ticket, self.clock.monotonic()).then_some(copy.account)
    }

    fn change(&self, id: AccountId, change: AccountChange, note: Note) -> Answer<'_, Changed> {
        Box::pin(async move {
            let changed = self.store.change(id, change, note).await;
            // Also if nobody knows what became of it.
            self.epochs.bump(Some(id.shard()));
            self.copies.remove(&id);
            changed
        })
    }

    fn create_all(&self, new: Vec<(Account, Note)>) -> Answer<'_, Vec<bool>> {
        self.store.create_all(new)
    }

    fn delete(&self, id: AccountId, note: Note) -> Answer<'_, Changed> {
        Box::pin(async move {
            let deleted = self.store.delete(id, note).await;
            self.epochs.bump(Some(id.shard()));
            self.copies.remove(&id);
            deleted
        })
    }

    fn hashes(&self, from: AccountId, at_most: usize) -> Answer<'_, Vec<String>> {
        self.store.hashes(from, at_most)
    }

    fn with_role(&self, role: String, after: Option<AccountId>, at_most: usize) -> Answer<'_, Vec<Account>> {
        self.store.with_role(role, after, at_most)
    }

    fn page(&self, after: Option<String>, at_most: usize) -> Answer<'_, Vec<Account>> {
        self.store.page(after, at_most)
    }

    fn forget(&self, shard: Option<Shard>) {
        self.epochs.bump(shard);
        self.store.forget(shard);
    }
}
