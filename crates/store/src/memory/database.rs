//! Accounts, log and keys in memory: one lock, so that a change and its log entry are one step.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use doorward_core::Timestamp;
use doorward_core::accounts::administrator::{administers, needs_another};
use doorward_core::accounts::{self, Applied};
use doorward_core::audit::Note;
use doorward_core::directory::Listed;
use doorward_core::id::AccountId;
use doorward_core::records::{Account, LogRow, StoredKey, StoredKeys};
use doorward_core::store::{
    AccountChange, Accounts, Answer, Changed, Keys, KeysChange, KeysWritten, LogHead, RevocationLog,
};
use doorward_core::verify::Entry;

use super::{MemoryStore, answer};

mod audit;
mod devices;
mod directory;

#[derive(Default)]
pub(super) struct Database {
    feed_id: FeedId,
    accounts: BTreeMap<AccountId, Account>,
    devices: BTreeMap<AccountId, Vec<([u8; 32], Timestamp)>>,
    by_identifier: BTreeMap<String, AccountId>,
    log: BTreeMap<u64, LogRow>,
    seq: u64,
    keys: StoredKeys,
    audit: BTreeMap<u64, Note>,
    noted: u64,
    listed: Listed,
}

/// Another process has another log: somebody who followed the last one must notice.
struct FeedId(String);

impl Default for FeedId {
    fn default() -> Self {
        Self(format!("memory-{:016x}", RandomState::new().hash_one("log")))
    }
}

impl Database {
    fn append(&mut self, entry: Entry, at: Timestamp) -> u64 {
        self.seq += 1;
        self.log.insert(self.seq, LogRow { seq: self.seq, at, entry, settled: false });
        self.seq
    }

    fn write_down(&mut self, notes: Vec<Note>) {
        for note in notes {
            self.noted += 1;
            self.audit.insert(self.noted, note);
        }
    }

    fn change(&mut self, id: AccountId, change: &AccountChange, note: Note) -> Changed {
        let Some(before) = self.accounts.get(&id) else { return Changed::Missing };
        let (now, mut account) = (note.at, before.clone());
        let Applied::Changed { entry } = accounts::apply(&mut account, change, now) else {
            return Changed::Not(account);
        };
        let mut others = self.accounts.values().filter(|other| other.id != id);
        if needs_another(before, Some(&account), &note.actor) && !others.any(administers) {
            return Changed::LastAdministrator;
        }
        self.accounts.insert(id, account.clone());
        self.write_down(vec![note]);
        Changed::Done(account, entry.map(|entry| self.append(entry, now)))
    }
}

impl Accounts for MemoryStore {
    fn create(&self, account: Account, note: Note) -> Answer<'_, bool> {
        answer(move || {
            let mut database = self.database();
            if database.by_identifier.contains_key(&account.identifier) {
                return Ok(false);
            }
            database.by_identifier.insert(account.identifier.clone(), account.id);
            database.accounts.insert(account.id, account);
            database.write_down(vec![note]);
            Ok(true)
        })
    }

    fn by_identifier(&self, identifier: String) -> Answer<'_, Option<Account>> {
        answer(move || {
            let database = self.database();
            Ok(database.by_identifier.get(&identifier).and_then(|id| database.accounts.get(id)).cloned())
        })
    }

    fn by_id(&self, id: AccountId) -> Answer<'_, Option<Arc<Account>>> {
        answer(move || Ok(self.database().accounts.get(&id).cloned().map(Arc::new)))
    }

    fn change(&self, id: AccountId, change: AccountChange, note: Note) -> Answer<'_, Changed> {
        answer(move || Ok(self.database().change(id, &change, note)))
    }

    fn delete(&self, id: AccountId, note: Note) -> Answer<'_, Changed> {
        answer(move || {
            let mut database = self.database();
            let Some(account) = database.accounts.get(&id).cloned() else { return Ok(Changed::Missing) };
            let mut others = database.accounts.values().filter(|other| other.id != id);
            if needs_another(&account, None, &note.actor) && !others.any(administers) {
                return Ok(Changed::LastAdministrator);
            }
            database.accounts.remove(&id);
            database.devices.remove(&id);
            database.by_identifier.remove(&account.identifier);
            let at = note.at;
            database.write_down(vec![note]);
            let seq = database.append(accounts::end_of(&account, at), at);
            Ok(Changed::Done(account, Some(seq)))
        })
    }

    fn hashes(&self, from: AccountId, at_most: usize) -> Answer<'_, Vec<String>> {
        answer(move || {
            let database = self.database();
            let all = database.accounts.range(from..).chain(database.accounts.range(..from));
            Ok(all.filter_map(|(_, account)| account.password.clone()).take(at_most).collect())
        })
    }

    /// Walks over all accounts, which a store of this kind holds few of.
    fn with_role(&self, role: String, after: Option<AccountId>, at_most: usize) -> Answer<'_, Vec<Account>> {
        answer(move || {
            let database = self.database();
            let behind = database.accounts.values().filter(|a| after.is_none_or(|after| a.id > after));
            let mut found: Vec<_> = behind.filter(|a| a.roles.contains(&role)).cloned().collect();
            found.sort_by_key(|a| a.id);
            found.truncate(at_most);
            Ok(found)
        })
    }

    fn page(&self, after: Option<String>, at_most: usize) -> Answer<'_, Vec<Account>> {
        use std::ops::Bound::{Excluded, Unbounded};
        answer(move || {
            let database = self.database();
            let from = after.map_or(Unbounded, Excluded);
            let ids = database.by_identifier.range((from, Unbounded)).map(|(_, id)| id);
            Ok(ids.filter_map(|id| database.accounts.get(id)).take(at_most).cloned().collect())
        })
    }
}

impl RevocationLog for MemoryStore {
    fn append(&self, entries: Vec<Entry>, at: Timestamp, notes: Vec<Note>) -> Answer<'_, u64> {
        answer(move || {
            let mut database = self.database();
            for entry in entries {
                database.append(entry, at);
            }
            database.write_down(notes);
            Ok(database.seq)
        })
    }

    fn head(&self) -> Answer<'_, LogHead> {
        answer(|| {
            let database = self.database();
            Ok(LogHead { feed_id: database.feed_id.0.clone(), seq: database.seq })
        })
    }

    fn since(&self, after: u64, at_most: usize) -> Answer<'_, Vec<LogRow>> {
        answer(move || Ok(self.database().log.range(after + 1..).take(at_most).map(|(_, row)| row.clone()).collect()))
    }

    fn settle(&self, seqs: Vec<u64>) -> Answer<'_, ()> {
        answer(move || {
            let mut database = self.database();
            for seq in seqs {
                if let Some(row) = database.log.get_mut(&seq) {
                    row.settled = true;
                }
            }
            Ok(())
        })
    }

    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        answer(move || {
            let mut database = self.database();
            // Rows stand in the order of time, so that those behind the first young one need not be looked at.
            let old = database.log.values().take_while(|row| row.at < before);
            let gone: Vec<u64> = old.filter(|row| row.settled).map(|row| row.seq).take(at_most).collect();
            for seq in &gone {
                database.log.remove(seq);
            }
            Ok(gone.len())
        })
    }
}

impl Keys for MemoryStore {
    fn ensure(&self, first: Vec<StoredKey>) -> Answer<'_, StoredKeys> {
        answer(move || {
            let mut database = self.database();
            if database.keys.keys.is_empty() {
                database.keys.keys = first;
                database.keys.version += 1;
            }
            Ok(database.keys.clone())
        })
    }

    fn all(&self) -> Answer<'_, StoredKeys> {
        answer(|| Ok(self.database().keys.clone()))
    }

    fn version(&self) -> Answer<'_, u64> {
        answer(|| Ok(self.database().keys.version))
    }

    fn bind(&self, fingerprints: Vec<String>, now: Timestamp) -> Answer<'_, bool> {
        answer(move || Ok(self.database().keys.bind(&fingerprints, now)))
    }

    fn change(&self, at_version: u64, change: KeysChange) -> Answer<'_, KeysWritten> {
        answer(move || {
            let mut database = self.database();
            if database.keys.version != at_version {
                return Ok(KeysWritten::Late);
            }
            database.keys.apply(&change);
            let last_seq = change.entries.into_iter().map(|entry| database.append(entry, change.at)).last();
            database.write_down(change.notes);
            Ok(KeysWritten::Done { version: database.keys.version, last_seq })
        })
    }
}
