//! The ports: what the walk asks of a store, each verb one atomic step.
//!
//! A verb's documentation says what *missing*, *expired*, *twice* and *concurrent* mean. `store::contract` (feature
//! `contract`) holds one test for each of those sentences, and every store runs them all. A rule that a verb must apply
//! inside its atomic step (may this token rotate? does this tag match?) is a pure function of this crate, so that no two
//! stores can differ.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use doorward_verify::{Entry, Timestamp};

use crate::data::{DataChange, DataWrite};
use crate::id::{AccountId, SessionId, Shard};
use crate::records::{Account, LogRow, Session, SessionData, StoredKey};
use crate::refresh::{Rotate, Rotation};

#[cfg(any(test, feature = "contract"))]
pub mod contract;

#[cfg(any(test, feature = "contract"))]
pub mod double;

/// What every verb returns.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The store did not do it, or nobody knows whether it did. The caller answers 503 and clears nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Not reachable, too slow, full, read-only: the text is for the operator's log.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// It answered something that cannot be (a row that no version of Doorward writes).
    #[error("the store holds something unreadable: {0}")]
    Corrupt(String),
}

/// Sessions and what applications keep in them.
///
/// *Missing* is never an error: a verb on a session that is not there answers `None`, `false` or its own variant.
/// *Expired* (idle or absolute timeout passed at `now`) is the same as missing, whether or not it was purged.
/// A record that *cannot be read* (damaged, cut, of an unknown version, filed under another session's id) is the same as
/// missing; one log line says so.
pub trait Sessions: Send + Sync + fmt::Debug {
    /// Writes a new session. Twice with one `sid`: the second is [`StoreError::Corrupt`] and changes nothing (a sid is
    /// random; meeting one again means a broken generator). After the answer `find` and `of_account` know it.
    fn insert(&self, session: Session) -> Answer<'_, ()>;

    /// The session, if it is there and within its timeouts. One in state
    /// [`Reused`](crate::records::SessionState::Reused) is given too: the caller must finish its end.
    fn find(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>>;

    /// A copy of the session that is at hand without asking anybody, if there is one that may still be used. Most stores
    /// have none; a cache answers here without a future on the heap.
    fn at_hand(&self, _sid: &SessionId, _now: Timestamp) -> Option<Arc<Session>> {
        None
    }

    /// Writes down activity: `last_seen_at` becomes the later of itself and `now`, nothing else changes. Missing, expired,
    /// reused: `None`, and nothing is written. Concurrent with an end: the session stays ended.
    fn touch(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>>;

    /// Applies [`refresh::decide`](crate::refresh::decide) and keeps what it changed, as one step. Concurrent with
    /// itself: the generation advances by exactly one, everybody else within the grace window repeats. Concurrent with an
    /// end: the session stays ended. Missing, expired, of another client, without that line: `Refused`.
    fn rotate(&self, sid: SessionId, ask: Rotate) -> Answer<'_, Rotation>;

    /// Removes the session and its data. `true` if there was one (expired or unreadable counts). Twice: `false`.
    fn end(&self, sid: SessionId) -> Answer<'_, bool>;

    /// Removes many; those that are not there are no error. Not atomic as a whole; each one is.
    fn end_all(&self, sids: Vec<SessionId>) -> Answer<'_, ()>;

    /// All sessions of the account that are within their timeouts, reused ones included, in no order. One that was
    /// inserted before the call and not ended is among them.
    fn of_account(&self, account: AccountId, now: Timestamp) -> Answer<'_, Vec<Session>>;

    /// What applications keep in it; `None` if the session is missing, expired or reused.
    fn data(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<SessionData>>;

    /// Applies [`data::apply`](crate::data::apply) and keeps what it changed, as one step. Session missing, expired or
    /// reused: `NotLive`, and nothing is written. Concurrent with an end: no data is left behind.
    fn write_data(&self, sid: SessionId, change: DataChange, now: Timestamp) -> Answer<'_, DataWrite>;

    /// Removes at most `at_most` sessions that expired before `now`, with their data, and says how many went. By several
    /// nodes at once: each expired session is counted once.
    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize>;

    /// Whether an acknowledged end can come back after a failover or a restored copy. Then a starting node ends every
    /// session named by a kept log row again, not only by unsettled ones.
    fn may_lose_writes(&self) -> bool {
        false
    }

    /// Something in this shard (or, for `None`, anywhere) was changed by somebody else. A store without a cache of its own
    /// has nothing to do.
    fn forget(&self, _shard: Option<Shard>) {}
}

/// What of an account changes, as one step with its new version and its log entry.
#[derive(Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// A new password hash, only if the version still is the one at which the old password was proved. Ends all sessions.
    Password {
        /// PHC string.
        hash: String,
        /// The version that was read together with the proof; `None` when an administrator's link proved it.
        at_version: Option<u64>,
    },
    /// The same password under newer parameters, only if the old hash still stands. No new version, no log entry.
    Rehash {
        /// The PHC string that was verified.
        from: String,
        /// The PHC string to keep.
        to: String,
    },
    /// A new display name. No new version, no log entry.
    DisplayName(Option<String>),
    /// Nobody signs in any more; ends all sessions. Already disabled: nothing changes.
    Disable,
    /// People may sign in again. Sessions stay ended. Not disabled: nothing changes.
    Enable,
    /// Ends all sessions.
    SignOutEverywhere,
    /// Other roles and permissions; access tokens go stale, sessions live.
    Roles {
        /// Role names.
        roles: Vec<String>,
        /// The permissions they give.
        permissions: Vec<String>,
    },
}

/// Names the kind of change; the values stay out of logs.
impl fmt::Debug for AccountChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password { .. } => "Password",
            Self::Rehash { .. } => "Rehash",
            Self::DisplayName(_) => "DisplayName",
            Self::Disable => "Disable",
            Self::Enable => "Enable",
            Self::SignOutEverywhere => "SignOutEverywhere",
            Self::Roles { .. } => "Roles",
        })
    }
}

/// What became of [`Accounts::change`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Done; the account as it now is, and the sequence number of the log entry if the change made one.
    Done(Account, Option<u64>),
    /// The condition of the change did not hold (another change came first), or there was nothing to change. The account
    /// as it is.
    Not(Account),
    /// There is no such account.
    Missing,
}

/// Accounts. Lives in the database, beside the log.
pub trait Accounts: Send + Sync + fmt::Debug {
    /// Writes a new account; `false`, and nothing is written, if the identifier is taken. Concurrent with one identifier:
    /// exactly one is written.
    fn create(&self, account: Account) -> Answer<'_, bool>;

    /// The account of that normalised identifier.
    fn by_identifier(&self, identifier: String) -> Answer<'_, Option<Account>>;

    /// The account; version, roles and permissions come from one row, so they belong together.
    fn by_id(&self, id: AccountId) -> Answer<'_, Option<Arc<Account>>>;

    /// As [`Sessions::at_hand`].
    fn at_hand(&self, _id: &AccountId) -> Option<Arc<Account>> {
        None
    }

    /// Applies [`accounts::apply`](crate::accounts::apply), and appends the log entry it asks for, in one transaction:
    /// neither is ever seen without the other. Concurrent: one after the other, each on what the last one left.
    fn change(&self, id: AccountId, change: AccountChange, now: Timestamp) -> Answer<'_, Changed>;

    /// Accounts in the order of their identifiers, after that one, at most `at_most`.
    fn page(&self, after: Option<String>, at_most: usize) -> Answer<'_, Vec<Account>>;

    /// As [`Sessions::forget`].
    fn forget(&self, _shard: Option<Shard>) {}
}

/// Where the log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// Another one means: another log, start from a snapshot.
    pub feed_id: String,
    /// The last number given out; 0 if none was.
    pub seq: u64,
}

/// What ended, in order. Lives in the database; it is the first thing a revoke writes.
pub trait RevocationLog: Send + Sync + fmt::Debug {
    /// Appends durably and answers the number of the last entry. Numbers are without gaps and in the order of commit: who
    /// sees `n` also sees all below it. After the answer a `kill -9` loses none of them.
    fn append(&self, entries: Vec<Entry>, at: Timestamp) -> Answer<'_, u64>;

    /// Where the log stands.
    fn head(&self) -> Answer<'_, LogHead>;

    /// Kept rows with numbers above `after`, in order, at most `at_most`.
    fn since(&self, after: u64, at_most: usize) -> Answer<'_, Vec<LogRow>>;

    /// Notes that the session store has confirmed the ends of these rows. Unknown numbers are no error.
    fn settle(&self, seqs: Vec<u64>) -> Answer<'_, ()>;

    /// Removes at most `at_most` rows that are settled *and* were appended before `before`; unsettled rows stay whatever
    /// their age. The head does not move.
    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize>;
}

/// Signing keys. Lives in the database.
pub trait Keys: Send + Sync + fmt::Debug {
    /// All keys. If there is none yet, writes these first; concurrent: one of the callers' lists wins whole, and all get
    /// that one.
    fn ensure(&self, first: Vec<StoredKey>) -> Answer<'_, Vec<StoredKey>>;

    /// All keys.
    fn all(&self) -> Answer<'_, Vec<StoredKey>>;

    /// Ties the database to these root secrets: if nothing is bound, binds the first fingerprint. Answers whether the
    /// bound one is among them. A node for which it is not must not start.
    fn bind(&self, fingerprints: Vec<String>) -> Answer<'_, bool>;
}
