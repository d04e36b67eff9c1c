//! The port to sessions.

use std::fmt;
use std::sync::Arc;

use doorward_verify::Timestamp;

use super::Answer;
use crate::data::{DataChange, DataWrite};
use crate::id::{AccountId, SessionId, Shard};
use crate::records::{Session, SessionData};
use crate::refresh::{Rotate, Rotation};
use crate::room::{Inserted, Room};

/// Sessions and what applications keep in them.
///
/// *Missing* is never an error: a verb on a session that is not there answers `None`, `false` or its own variant.
/// *Expired* (idle or absolute timeout passed at `now`) is the same as missing, whether or not it was purged.
/// A record that *cannot be read* (damaged, cut, of an unknown version, filed under another session's id) is the same as
/// missing; one log line says so.
pub trait Sessions: Send + Sync + fmt::Debug {
    /// Writes a new session. Twice with one `sid`: the second is [`StoreError::Corrupt`](super::StoreError::Corrupt) and changes nothing (a sid is
    /// random; meeting one again means a broken generator). After the answer `find` and `of_account` know it.
    ///
    /// In the same step applies [`room::make`](crate::room::make) to the account's other sessions and keeps what it marked.
    /// No room: nothing has changed. Concurrent: never more live than there is room for.
    fn insert(&self, session: Session, room: Room) -> Answer<'_, Inserted>;

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
