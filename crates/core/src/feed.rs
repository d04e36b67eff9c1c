//! The log as this node tells it to followers: what they must know at all, and the last entries in order.
//!
//! It is filled by what this node reads from the log, and by nothing else: a number is only ever told if every entry up to
//! it was read. What was appended a moment ago on this very node takes the same way, a little faster, because the bell rings.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::{Future, poll_fn};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Poll, Waker};
use std::time::Duration;

use doorward_verify::feed::{Position, Snapshot};
use doorward_verify::{Entry, Timestamp};

use crate::auth::Auth;
use crate::records::LogRow;

/// So many entries are kept in order, for followers that come back. Who has missed more takes a snapshot.
const WINDOW: usize = 10_000;

/// Somebody who is told when the log was read to its end. Called from the task that follows: it must not wait.
pub trait Listener: Send + Sync {
    /// The log was read to its end, whether or not anything was new.
    fn log_read(&self);
}

/// Where the log stood when it was last read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The log and its last number.
    pub position: Position,
    /// When that reading began, by the wall clock.
    pub at: Timestamp,
    /// The same on the monotonic clock.
    pub since_start: Duration,
}

/// What followers may be told.
#[derive(Default)]
pub(crate) struct Feed {
    state: Mutex<State>,
    listeners: Mutex<Vec<Weak<dyn Listener>>>,
    bell: Bell,
}

#[derive(Default)]
struct State {
    feed_id: String,
    seq: u64,
    read: Option<Read>,
    /// The entries with the numbers `seq + 1 - window.len() ..= seq`.
    window: VecDeque<Arc<Entry>>,
    /// Everything that verifiers must still know, by number.
    living: BTreeMap<u64, Arc<Entry>>,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        write!(f, "Feed({} entries up to {})", state.living.len(), state.seq)
    }
}

impl Feed {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this log is told, from its beginning.
    pub(crate) fn begin(&self, feed_id: &str) {
        *self.lock() = State { feed_id: feed_id.to_owned(), ..State::default() };
    }

    /// A row was read. One that was read before changes nothing.
    pub(crate) fn take_in(&self, row: &LogRow, now: Timestamp) {
        let mut state = self.lock();
        if row.seq <= state.seq {
            return;
        }
        // Rows that were purged leave gaps behind them, and nobody can be told what stood there.
        if row.seq != state.seq + 1 {
            state.window.clear();
        }
        state.seq = row.seq;
        let entry = Arc::new(row.entry.clone());
        if entry.until >= now.as_secs() {
            state.living.insert(row.seq, entry.clone());
        }
        if state.window.len() == WINDOW {
            state.window.pop_front();
        }
        state.window.push_back(entry);
    }

    /// The log was read to its end, which was this number.
    pub(crate) fn read_to(&self, seq: u64, at: Timestamp, since_start: Duration) {
        let mut state = self.lock();
        if seq > state.seq {
            state.seq = seq;
            state.window.clear();
        }
        let position = Position { feed_id: state.feed_id.clone(), seq: state.seq };
        state.read = Some(Read { position, at, since_start });
        drop(state);
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.upgrade().map(|listener| listener.log_read()).is_some());
    }

    /// Forgets what no verifier needs to know any more.
    pub(crate) fn purge(&self, now: Timestamp) {
        self.lock().living.retain(|_, entry| entry.until >= now.as_secs());
    }

    /// Something was appended here: read the log now.
    pub(crate) fn ring(&self) {
        self.bell.ring();
    }
}

impl Auth {
    /// Tells this listener from now on, for as long as it lives.
    pub fn listen_to_log(&self, listener: &Arc<impl Listener + 'static>) {
        let listener: Weak<dyn Listener> = Arc::downgrade(&(listener.clone() as Arc<dyn Listener>));
        self.feed().listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// Where the log stood when it was last read to its end.
    #[must_use]
    pub fn log_position(&self) -> Option<Read> {
        self.feed().lock().read.clone()
    }

    /// The entries behind a position, each with its own number; `None` if they are not known one by one: another log, too
    /// long ago, or not yet.
    #[must_use]
    pub fn log_since(&self, position: &Position) -> Option<Vec<(u64, Arc<Entry>)>> {
        let state = self.feed().lock();
        let missing = state.seq.checked_sub(position.seq).filter(|_| state.feed_id == position.feed_id)?;
        let missing = usize::try_from(missing).ok().filter(|missing| *missing <= state.window.len())?;
        let begin = state.window.len() - missing;
        Some((position.seq + 1..).zip(state.window.iter().skip(begin).cloned()).collect())
    }

    /// Everything that a verifier must know.
    #[must_use]
    pub fn log_snapshot(&self) -> Snapshot {
        let (feed_id, seq, living) = {
            let state = self.feed().lock();
            (state.feed_id.clone(), state.seq, state.living.values().cloned().collect::<Vec<_>>())
        };
        let entries = living.iter().map(|entry| Entry::clone(entry)).collect();
        Snapshot { feed_id, seq, iss: self.policy().issuer.clone(), entries }
    }

    /// Ready once something was appended on this node since it was last ready. One task waits for it.
    pub fn log_moved(&self) -> impl Future<Output = ()> + '_ {
        self.feed().bell.rung()
    }
}

/// Wakes one task. A ring that nobody waits for is heard by the next who does.
#[derive(Default)]
struct Bell {
    rung: AtomicBool,
    waiting: Mutex<Option<Waker>>,
}

impl Bell {
    fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        if let Some(waker) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take() {
            waker.wake();
        }
    }

    fn rung(&self) -> impl Future<Output = ()> + '_ {
        poll_fn(|cx| {
            // Leaves its name before it looks: a ring between the two would wake nobody.
            *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
            if self.rung.swap(false, Ordering::AcqRel) { Poll::Ready(()) } else { Poll::Pending }
        })
    }
}

#[cfg(test)]
mod tests;
