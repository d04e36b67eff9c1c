//! The port to signing keys, and to what the database knows of root secrets.

use std::fmt;

use doorward_verify::{Entry, Timestamp};

use super::Answer;
use crate::audit::Note;
use crate::records::{StoredKey, StoredKeys, StoredRoot};

/// Signing keys. Lives in the database, beside the log.
pub trait Keys: Send + Sync + fmt::Debug {
    /// All of it. If there is no key yet, writes these first, and the version grows by one; concurrent: one of the callers'
    /// lists wins whole, and all get that one.
    fn ensure(&self, first: Vec<StoredKey>) -> Answer<'_, StoredKeys>;

    /// All of it, of one moment: the version belongs to these keys and to no others.
    fn all(&self) -> Answer<'_, StoredKeys>;

    /// The version alone, to see whether something has changed. Cheap enough to ask several times a second.
    fn version(&self) -> Answer<'_, u64>;

    /// Ties the database to these root secrets: if nothing is bound, binds the first fingerprint as current. Answers whether
    /// the current one is among them. A node for which it is not must not start.
    fn bind(&self, fingerprints: Vec<String>, now: Timestamp) -> Answer<'_, bool>;

    /// Writes all of `change`, its log entries and notes included, if the version still is `at_version`, and the version grows by one:
    /// nothing of it is ever seen without the rest. At another version nothing is written. Concurrent: of the changes at one
    /// version exactly one is written.
    fn change(&self, at_version: u64, change: KeysChange) -> Answer<'_, KeysWritten>;
}

/// What of the keys changes, as one step with its log entries and notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysChange {
    /// Keys to write: a known `kid` takes the place of the old row, a new one goes to the end.
    pub put: Vec<StoredKey>,
    /// Names of keys to remove. A name that is not there is no error.
    pub remove: Vec<String>,
    /// Rows of root secrets to write, by fingerprint.
    pub put_roots: Vec<StoredRoot>,
    /// Fingerprints of rows to remove.
    pub remove_roots: Vec<String>,
    /// What has ended with it.
    pub entries: Vec<Entry>,
    /// Who did it, for the audit.
    pub notes: Vec<Note>,
    /// When.
    pub at: Timestamp,
}

/// What became of [`Keys::change`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysWritten {
    /// Done.
    Done {
        /// The version from now on.
        version: u64,
        /// The number of the last log entry, if there was one.
        last_seq: Option<u64>,
    },
    /// Somebody else was first; nothing was written. Read again, decide again.
    Late,
}

impl KeysChange {
    /// Nothing yet.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        let (put, remove, put_roots, remove_roots, entries, notes) = Default::default();
        Self { put, remove, put_roots, remove_roots, entries, notes, at }
    }

    /// The way from these keys to those.
    #[must_use]
    pub fn between(old: &[StoredKey], new: Vec<StoredKey>, at: Timestamp) -> Self {
        let remove = old.iter().filter(|o| new.iter().all(|n| n.kid != o.kid)).map(|o| o.kid.clone()).collect();
        Self { put: new.into_iter().filter(|n| !old.contains(n)).collect(), remove, ..Self::at(at) }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let rows = self.put.len() + self.remove.len() + self.put_roots.len() + self.remove_roots.len();
        rows + self.entries.len() == 0
    }
}

impl StoredKeys {
    /// The rule of [`Keys::change`] for stores that hold all of it in memory; its log entries and notes are theirs to append.
    pub fn apply(&mut self, change: &KeysChange) {
        self.keys.retain(|key| !change.remove.contains(&key.kid));
        for key in &change.put {
            put(&mut self.keys, key, |a, b| a.kid == b.kid);
        }
        self.roots.retain(|root| !change.remove_roots.contains(&root.fingerprint));
        for root in &change.put_roots {
            put(&mut self.roots, root, |a, b| a.fingerprint == b.fingerprint);
        }
        self.version += 1;
    }

    /// The rule of [`Keys::bind`], likewise.
    pub fn bind(&mut self, fingerprints: &[String], now: Timestamp) -> bool {
        if self.roots.is_empty()
            && let Some(first) = fingerprints.first()
        {
            self.roots.push(StoredRoot::current(first.clone(), now));
            self.version += 1;
        }
        self.current_root().is_some_and(|current| fingerprints.contains(&current.fingerprint))
    }
}

fn put<T: Clone>(rows: &mut Vec<T>, row: &T, same: impl Fn(&T, &T) -> bool) {
    match rows.iter_mut().find(|old| same(old, row)) {
        Some(old) => *old = row.clone(),
        None => rows.push(row.clone()),
    }
}
