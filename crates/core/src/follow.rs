//! A node follows the revocation log: at its start, before it answers anybody, and ever after.
//!
//! What other nodes end, this node learns here. What this node ended but could not finish (the session store was away),
//! it finishes here. Everything is safe to do twice.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use doorward_verify::{Ended, Timestamp};

use crate::audit::{KEEP_ADDRESS, KEEP_ROWS};
use crate::auth::Auth;
use crate::device::KNOWN_FOR;
use crate::id::AccountId;
use crate::records::LogRow;
use crate::store::{LogHead, StoreError};

/// Rows read at once.
const PAGE: usize = 1000;
/// Records removed by one tick: a purge never holds a store for long.
const PURGE_AT_ONCE: usize = 500;

/// How far this node has read.
#[derive(Debug, Default)]
pub(crate) struct Position {
    place: Mutex<Place>,
    /// When it was last read to its end: milliseconds of the monotonic clock. Every check of a token looks here.
    read_at: AtomicU64,
}

#[derive(Debug, Default)]
struct Place {
    feed_id: String,
    seq: u64,
    open: Vec<LogRow>,
    /// Ends that the session store has confirmed and the log does not know of yet.
    confirmed: Vec<u64>,
}

impl Position {
    fn lock(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one round of following did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Followed {
    /// Rows that were new to this node.
    pub rows: usize,
    /// Ends that were made again because nobody had confirmed them.
    pub finished: usize,
}

impl Auth {
    /// Reads what is new in the log, and finishes what the last round found unconfirmed. Call it about every second, from
    /// one task.
    ///
    /// # Errors
    /// If the log cannot be read; what was read so far counts.
    pub async fn follow(&self) -> Result<Followed, StoreError> {
        let now = self.now()?;
        let open = std::mem::take(&mut self.position().lock().open);
        // First, because followers wait for it.
        let rows = self.read_new(now).await;
        let finished = self.finish_all(open, now).await;
        self.settle_confirmed().await;
        self.follow_directory().await?;
        Ok(Followed { rows: rows?, finished })
    }

    /// Reads what is new in the log, and no more: when something was appended here, or when it was not read for too long.
    ///
    /// # Errors
    /// If the log cannot be read; what was read so far counts.
    pub async fn read_log(&self) -> Result<usize, StoreError> {
        self.read_new(self.now()?).await
    }

    /// Makes sure that this node knows what others have ended. If it has not heard of the log for too long, it asks now.
    pub(crate) async fn must_know(&self) -> Result<(), StoreError> {
        if self.log_age() <= self.policy().refuse_after {
            return Ok(());
        }
        self.read_log().await.map(|_| ())
    }

    /// Time since the log was last read to its end: for so long this node may not know what others have ended.
    #[must_use]
    pub fn log_age(&self) -> Duration {
        let read_at = Duration::from_millis(self.position().read_at.load(Ordering::Acquire));
        self.clock().monotonic().saturating_sub(read_at)
    }

    /// All kept rows into the set, every unconfirmed end made again: what a node does before it answers anybody.
    pub(crate) async fn rebuild(&self) -> Result<(), StoreError> {
        let now = self.now()?;
        self.read_new(now).await?;
        let open = std::mem::take(&mut self.position().lock().open);
        self.finish_all(open, now).await;
        self.settle_confirmed().await;
        Ok(())
    }

    /// Removes what has had its time: expired sessions, settled log rows, entries of the set, old rows of the audit and
    /// the last digits of addresses in it, one-time values, counts. Call it about every second.
    ///
    /// # Errors
    /// If a store cannot do it; the next call goes on.
    pub async fn purge(&self) -> Result<usize, StoreError> {
        let now = self.now()?;
        self.revoked().purge(now.as_secs());
        self.feed().purge(now);
        self.log().purge(now.minus(self.policy().keep_log), PURGE_AT_ONCE).await?;
        self.audit().shorten(now.minus(KEEP_ADDRESS), PURGE_AT_ONCE).await?;
        self.audit().purge(now.minus(KEEP_ROWS), PURGE_AT_ONCE).await?;
        self.passing().purge(now, PURGE_AT_ONCE).await?;
        self.devices().purge_devices(now.minus(KNOWN_FOR), PURGE_AT_ONCE).await?;
        self.sessions().purge(now, PURGE_AT_ONCE).await
    }

    async fn read_new(&self, now: Timestamp) -> Result<usize, StoreError> {
        let begun = self.clock().monotonic();
        let head = self.log().head().await?;
        let mut after = self.start_of(&head);
        let mut count = 0;
        while after < head.seq {
            let rows = self.log().since(after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = last.seq;
            count += rows.len();
            for row in rows {
                self.take_in(row, now);
            }
        }
        let seq = after.max(head.seq);
        self.position().lock().seq = seq;
        // Only now, when all of it is in the set: whoever trusts the age trusts the set.
        self.position().read_at.fetch_max(u64::try_from(begun.as_millis()).unwrap_or(u64::MAX), Ordering::AcqRel);
        self.feed().read_to(seq, now, begun);
        Ok(count)
    }

    /// Another log, or one that stands before what was read: from its beginning.
    fn start_of(&self, head: &LogHead) -> u64 {
        let mut place = self.position().lock();
        if place.feed_id != head.feed_id || head.seq < place.seq {
            if !place.feed_id.is_empty() {
                tracing::warn!(
                    event = "log_replaced",
                    "the revocation log is not the one read before; reading it whole"
                );
            }
            *place = Place { feed_id: head.feed_id.clone(), ..Place::default() };
            self.feed().begin(&head.feed_id);
        }
        place.seq
    }

    fn take_in(&self, row: LogRow, now: Timestamp) {
        self.feed().take_in(&row, now);
        let Some(known_until) = self.known_until(&row, now) else {
            return;
        };
        self.revoked().insert(&row.entry.what, known_until);
        self.forget_copies(&row.entry.what);
        let mut place = self.position().lock();
        if (!row.settled || self.sessions().may_lose_writes()) && !place.confirmed.contains(&row.seq) {
            place.open.push(row);
        }
    }

    /// As long as the row is kept, in case a store brings the record back. `None` if that is over.
    fn known_until(&self, row: &LogRow, now: Timestamp) -> Option<i64> {
        let until = row.entry.until.max(row.at.plus(self.policy().keep_log).as_secs());
        (until > now.as_secs() || !row.settled).then_some(until.max(now.as_secs() + 1))
    }

    async fn finish_all(&self, open: Vec<LogRow>, now: Timestamp) -> usize {
        let mut done = Vec::new();
        let mut left = Vec::new();
        for row in open {
            match self.finish(&row.entry.what, now).await {
                Ok(()) => done.push(row.seq),
                Err(error) => {
                    tracing::warn!(event = "end_unconfirmed", seq = row.seq, %error, "records will be removed later");
                    left.push(row);
                }
            }
        }
        self.position().lock().open.extend(left);
        let finished = done.len();
        self.confirm(done);
        finished
    }

    /// Notes that these ends stand. The log is told with the next round, all in one write: whoever waits for a revoke does
    /// not wait for that, and an end that is made again because a crash came between is harmless.
    pub(crate) fn confirm(&self, seqs: impl IntoIterator<Item = u64>) {
        let mut place = self.position().lock();
        let before = place.confirmed.len();
        place.confirmed.extend(seqs);
        let Place { open, confirmed, .. } = &mut *place;
        open.retain(|row| !confirmed[before..].contains(&row.seq));
    }

    async fn settle_confirmed(&self) {
        let seqs = std::mem::take(&mut self.position().lock().confirmed);
        if seqs.is_empty() {
            return;
        }
        if let Err(error) = self.log().settle(seqs.clone()).await {
            tracing::warn!(event = "settle_failed", %error, "it is tried again");
            self.position().lock().confirmed.extend(seqs);
        }
    }

    async fn finish(&self, ended: &Ended, now: Timestamp) -> Result<(), StoreError> {
        match ended {
            Ended::Session { sid } => match sid.parse() {
                Ok(sid) => self.sessions().end(sid).await.map(|_| ()),
                Err(_) => Ok(()),
            },
            Ended::Account { account, .. } => match self.read_account(account).await? {
                Some(account) => self.end_below(&account, now).await,
                None => self.end_of_nobody(account, now).await,
            },
            _ => Ok(()),
        }
    }

    async fn read_account(&self, id: &str) -> Result<Option<std::sync::Arc<crate::records::Account>>, StoreError> {
        match id.parse::<AccountId>() {
            Ok(id) => self.accounts().by_id(id).await,
            Err(_) => Ok(None),
        }
    }

    /// What this node just wrote to the log holds here at once.
    pub(crate) fn apply_to_set(&self, ended: &Ended, now: Timestamp) {
        self.revoked().insert(ended, now.plus(self.policy().keep_log).as_secs());
        self.forget_copies(ended);
        self.feed().ring();
    }

    fn forget_copies(&self, ended: &Ended) {
        match ended {
            Ended::Session { sid } => {
                if let Ok(sid) = sid.parse::<crate::id::SessionId>() {
                    self.sessions().forget(Some(sid.shard()));
                }
            }
            Ended::Account { account, .. } => {
                if let Ok(id) = account.parse::<AccountId>() {
                    self.accounts().forget(Some(id.shard()));
                    self.sessions().forget(Some(id.shard()));
                }
            }
            Ended::Token { .. } => {}
            _ => {
                self.accounts().forget(None);
                self.sessions().forget(None);
            }
        }
    }
}
