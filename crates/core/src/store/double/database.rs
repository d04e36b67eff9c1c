//! The double's accounts, log and keys.

use std::sync::Arc;

use doorward_verify::{Entry, Timestamp};

use super::Double;
use crate::accounts::administrator::{administers, needs_another};
use crate::accounts::{self, Applied};
use crate::audit::Note;
use crate::id::AccountId;
use crate::records::{Account, LogRow, StoredKey, StoredKeys};
use crate::store::{AccountChange, Accounts, Answer, Changed, Keys, KeysChange, KeysWritten, LogHead, RevocationLog};

impl Accounts for Double {
    fn create(&self, account: Account, note: Note) -> Answer<'_, bool> {
        self.step("create", move |state| {
            if state.accounts.values().any(|a| a.identifier == account.identifier) {
                return Ok(false);
            }
            state.accounts.insert(account.id, account);
            state.write_down(vec![note]);
            Ok(true)
        })
    }

    fn by_identifier(&self, identifier: String) -> Answer<'_, Option<Account>> {
        self.step("by_identifier", move |state| {
            Ok(state.accounts.values().find(|a| a.identifier == identifier).cloned())
        })
    }

    fn by_id(&self, id: AccountId) -> Answer<'_, Option<Arc<Account>>> {
        self.step("by_id", move |state| Ok(state.accounts.get(&id).cloned().map(Arc::new)))
    }

    fn change(&self, id: AccountId, change: AccountChange, note: Note) -> Answer<'_, Changed> {
        self.step("change", move |state| {
            let Some(before) = state.accounts.get(&id).cloned() else {
                return Ok(Changed::Missing);
            };
            let (now, mut account) = (note.at, before.clone());
            let Applied::Changed { entry } = accounts::apply(&mut account, &change, now) else {
                return Ok(Changed::Not(account));
            };
            let mut others = state.accounts.values().filter(|other| other.id != id);
            if needs_another(&before, Some(&account), &note.actor) && !others.any(administers) {
                return Ok(Changed::LastAdministrator);
            }
            state.accounts.insert(id, account.clone());
            state.write_down(vec![note]);
            let seq = entry.map(|entry| {
                state.append(entry, now);
                state.seq
            });
            Ok(Changed::Done(account, seq))
        })
    }

    fn delete(&self, id: AccountId, note: Note) -> Answer<'_, Changed> {
        self.step("delete", move |state| {
            let Some(account) = state.accounts.get(&id).cloned() else { return Ok(Changed::Missing) };
            let mut others = state.accounts.values().filter(|other| other.id != id);
            if needs_another(&account, None, &note.actor) && !others.any(administers) {
                return Ok(Changed::LastAdministrator);
            }
            state.accounts.remove(&id);
            state.devices.retain(|(of, ..)| *of != id);
            state.append(accounts::end_of(&account, note.at), note.at);
            state.write_down(vec![note]);
            Ok(Changed::Done(account, Some(state.seq)))
        })
    }

    fn hashes(&self, from: AccountId, at_most: usize) -> Answer<'_, Vec<String>> {
        self.step("hashes", move |state| {
            let (behind, before): (Vec<_>, Vec<_>) = state.accounts.values().partition(|a| a.id >= from);
            let all = behind.into_iter().chain(before);
            Ok(all.filter_map(|a| a.password.clone()).take(at_most).collect())
        })
    }

    fn with_role(&self, role: String, after: Option<AccountId>, at_most: usize) -> Answer<'_, Vec<Account>> {
        self.step("with_role", move |state| {
            let behind = state.accounts.values().filter(|a| after.is_none_or(|after| a.id > after));
            Ok(behind.filter(|a| a.roles.contains(&role)).take(at_most).cloned().collect())
        })
    }

    fn page(&self, after: Option<String>, at_most: usize) -> Answer<'_, Vec<Account>> {
        self.step("page", move |state| {
            let mut all: Vec<_> =
                state.accounts.values().filter(|a| after.as_ref().is_none_or(|x| a.identifier > *x)).cloned().collect();
            all.sort_by(|a, b| a.identifier.cmp(&b.identifier));
            all.truncate(at_most);
            Ok(all)
        })
    }
}

impl RevocationLog for Double {
    fn append(&self, entries: Vec<Entry>, at: Timestamp, notes: Vec<Note>) -> Answer<'_, u64> {
        self.step("append", move |state| {
            for entry in entries {
                state.append(entry, at);
            }
            state.write_down(notes);
            Ok(state.seq)
        })
    }

    fn head(&self) -> Answer<'_, LogHead> {
        self.step("head", |state| Ok(LogHead { feed_id: "double".into(), seq: state.seq }))
    }

    fn since(&self, after: u64, at_most: usize) -> Answer<'_, Vec<LogRow>> {
        self.step("since", move |state| Ok(state.log.iter().filter(|r| r.seq > after).take(at_most).cloned().collect()))
    }

    fn settle(&self, seqs: Vec<u64>) -> Answer<'_, ()> {
        self.step("settle", move |state| {
            for row in state.log.iter_mut().filter(|r| seqs.contains(&r.seq)) {
                row.settled = true;
            }
            Ok(())
        })
    }

    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.step("purge_log", move |state| {
            let mut gone = 0;
            state.log.retain(|row| {
                let goes = row.settled && row.at < before && gone < at_most;
                gone += usize::from(goes);
                !goes
            });
            Ok(gone)
        })
    }
}

impl Keys for Double {
    fn ensure(&self, first: Vec<StoredKey>) -> Answer<'_, StoredKeys> {
        self.step("ensure", move |state| {
            if state.keys.keys.is_empty() {
                state.keys.keys = first;
                state.keys.version += 1;
            }
            Ok(state.keys.clone())
        })
    }

    fn all(&self) -> Answer<'_, StoredKeys> {
        self.step("all", |state| Ok(state.keys.clone()))
    }

    fn version(&self) -> Answer<'_, u64> {
        self.step("version", |state| Ok(state.keys.version))
    }

    fn bind(&self, fingerprints: Vec<String>, now: Timestamp) -> Answer<'_, bool> {
        self.step("bind", move |state| Ok(state.keys.bind(&fingerprints, now)))
    }

    fn change(&self, at_version: u64, change: KeysChange) -> Answer<'_, KeysWritten> {
        self.step("change_keys", move |state| {
            if state.keys.version != at_version {
                return Ok(KeysWritten::Late);
            }
            state.keys.apply(&change);
            let logs = !change.entries.is_empty();
            for entry in change.entries {
                state.append(entry, change.at);
            }
            state.write_down(change.notes);
            Ok(KeysWritten::Done { version: state.keys.version, last_seq: logs.then_some(state.seq) })
        })
    }
}
