//! The port to the revocation log.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use doorward_verify::{Entry, Timestamp};

use super::Answer;
use crate::audit::Note;
use crate::records::LogRow;

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
    /// sees `n` also sees all below it. After the answer a `kill -9` loses none of them. The notes are written with them, in
    /// one transaction.
    fn append(&self, entries: Vec<Entry>, at: Timestamp, notes: Vec<Note>) -> Answer<'_, u64>;

    /// Where the log stands.
    fn head(&self) -> Answer<'_, LogHead>;

    /// Kept rows with numbers above `after`, in order, at most `at_most`.
    fn since(&self, after: u64, at_most: usize) -> Answer<'_, Vec<LogRow>>;

    /// Notes that the session store has confirmed the ends of these rows. Unknown numbers are no error.
    fn settle(&self, seqs: Vec<u64>) -> Answer<'_, ()>;

    /// Removes at most `at_most` rows that are settled *and* were appended before `before`; unsettled rows stay whatever
    /// their age. The head does not move.
    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize>;

    /// Ready when another node may have appended something since it was last ready. A hint that spares waiting and on which
    /// nothing depends: a store that no other node writes to never is.
    fn stirred(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::pending())
    }
}
