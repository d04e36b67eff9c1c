//! The double's audit.

use doorward_verify::Timestamp;

use super::Double;
use crate::audit::{Note, Row, Wanted, shortened};
use crate::id::AccountId;
use crate::store::{Answer, Audit};

impl Audit for Double {
    fn append(&self, notes: Vec<Note>) -> Answer<'_, ()> {
        self.step("append_audit", move |state| {
            state.write_down(notes);
            Ok(())
        })
    }

    fn page(&self, wanted: Wanted, at_most: usize) -> Answer<'_, Vec<Row>> {
        self.step("page_audit", move |state| {
            let mut rows: Vec<_> =
                state.audit.iter().filter(|row| wanted.matches(row.seq, &row.note)).cloned().collect();
            if wanted.before.is_some() {
                rows.reverse();
            }
            rows.truncate(at_most);
            Ok(rows)
        })
    }

    fn shorten(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.step("shorten", move |state| {
            let old = state.audit.iter_mut().filter(|row| row.note.at < before).map(|row| &mut row.note.address);
            let whole = old.filter(|address| address.as_deref().and_then(shortened) != **address).take(at_most);
            Ok(whole.map(|address| *address = address.as_deref().and_then(shortened)).count())
        })
    }

    fn forget_addresses(&self, account: AccountId) -> Answer<'_, ()> {
        self.step("forget_addresses", move |state| {
            for row in state.audit.iter_mut().filter(|row| row.note.account == Some(account)) {
                row.note.address = None;
            }
            Ok(())
        })
    }

    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.step("purge_audit", move |state| {
            let gone = state.audit.iter().take_while(|row| row.note.at < before).take(at_most).count();
            state.audit.drain(..gone);
            Ok(gone)
        })
    }
}
