//! The audit in memory: gone with the process, like everything here.

use doorward_core::Timestamp;
use doorward_core::audit::{Note, Row, Wanted, shortened};
use doorward_core::id::AccountId;
use doorward_core::store::{Answer, Audit};

use super::{MemoryStore, answer};

impl Audit for MemoryStore {
    fn append(&self, notes: Vec<Note>) -> Answer<'_, ()> {
        answer(move || {
            self.database().write_down(notes);
            Ok(())
        })
    }

    fn page(&self, wanted: Wanted, at_most: usize) -> Answer<'_, Vec<Row>> {
        answer(move || {
            let database = self.database();
            let mut rows = database.audit.range(wanted.after.saturating_add(1)..);
            let next = || if wanted.before.is_some() { rows.next_back() } else { rows.next() };
            let rows = std::iter::from_fn(next).filter(|(seq, note)| wanted.matches(**seq, note));
            Ok(rows.take(at_most).map(|(seq, note)| Row { seq: *seq, note: note.clone() }).collect())
        })
    }

    fn shorten(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        answer(move || {
            let mut database = self.database();
            let old = database.audit.values_mut().take_while(|note| note.at < before).map(|note| &mut note.address);
            let whole = old.filter(|address| address.as_deref().and_then(shortened) != **address).take(at_most);
            Ok(whole.map(|address| *address = address.as_deref().and_then(shortened)).count())
        })
    }

    fn forget_addresses(&self, account: AccountId) -> Answer<'_, ()> {
        answer(move || {
            for note in self.database().audit.values_mut().filter(|note| note.account == Some(account)) {
                note.address = None;
            }
            Ok(())
        })
    }

    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        answer(move || {
            let mut database = self.database();
            let old = database.audit.iter().take_while(|(_, note)| note.at < before);
            let gone: Vec<u64> = old.take(at_most).map(|(seq, _)| *seq).collect();
            for seq in &gone {
                database.audit.remove(seq);
            }
            Ok(gone.len())
        })
    }
}
