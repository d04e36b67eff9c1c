//! The audit: rows are only ever added; addresses are cut short and old rows go by plan.

use doorward_core::Timestamp;
use doorward_core::audit::{Event, Note, Row, Wanted, shortened};
use doorward_core::id::AccountId;
use doorward_core::store::{Answer, Audit, StoreError};
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::{SqliteStore, row, sql, store_error};
use crate::form;

/// Adds rows.
pub(super) fn write_down(connection: &Connection, notes: &[Note]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql::WRITE_DOWN).map_err(store_error)?;
    for note in notes {
        let account = note.account.as_ref().map(AccountId::as_str);
        let (event, text) = (note.event.name(), form::note_text(note)?);
        let values = params![note.at.millis(), account, event, note.address, form::is_whole(note), text];
        statement.execute(values).map_err(store_error)?;
    }
    Ok(())
}

fn audit_row(found: &rusqlite::Row<'_>) -> Result<Row, StoreError> {
    let text: String = row::column(found, 1)?;
    let note: Note = serde_json::from_str(&text).map_err(|_| row::corrupt("audit row"))?;
    Ok(Row { seq: row::unsigned(found, 0)?, note: Note { address: row::column(found, 2)?, ..note } })
}

fn cut(connection: &Connection, before: Timestamp, at_most: usize) -> Result<usize, StoreError> {
    let mut statement = connection.prepare_cached(sql::WHOLE_ADDRESSES).map_err(store_error)?;
    let found = statement.query_map(params![before.millis(), row::signed(at_most as u64)], |r| {
        Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?))
    });
    let found = found.and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(store_error)?;
    let mut statement = connection.prepare_cached(sql::SHORTEN_ADDRESS).map_err(store_error)?;
    for (seq, address) in &found {
        statement.execute(params![shortened(address), seq]).map_err(store_error)?;
    }
    Ok(found.len())
}

impl Audit for SqliteStore {
    fn append(&self, notes: Vec<Note>) -> Answer<'_, ()> {
        self.write(move |connection| write_down(connection, &notes))
    }

    fn page(&self, wanted: Wanted, at_most: usize) -> Answer<'_, Vec<Row>> {
        self.read(move |connection| {
            let (after, most) = (row::signed(wanted.after), row::signed(at_most as u64));
            let before = row::signed(wanted.before.unwrap_or(u64::MAX));
            let account = wanted.account.as_ref().map(AccountId::as_str);
            let event = wanted.event.map(Event::name);
            let texts = match (account, event) {
                (None, None) => sql::AUDIT,
                (Some(_), None) => sql::AUDIT_OF_ACCOUNT,
                (None, Some(_)) => sql::AUDIT_OF_EVENT,
                (Some(_), Some(_)) => sql::AUDIT_OF_BOTH,
            };
            let text = texts[usize::from(wanted.before.is_some())];
            let mut statement = connection.prepare_cached(text).map_err(store_error)?;
            let words = [account, event].into_iter().flatten().map(|word| Value::from(word.to_owned()));
            let values = words.chain([after, before, most].map(Value::from));
            let mut rows = statement.query(params_from_iter(values)).map_err(store_error)?;
            let mut page = Vec::new();
            while let Some(next) = rows.next().map_err(store_error)? {
                page.push(audit_row(next)?);
            }
            Ok(page)
        })
    }

    fn shorten(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.write(move |connection| cut(connection, before, at_most))
    }

    fn forget_addresses(&self, account: AccountId) -> Answer<'_, ()> {
        self.write(move |connection| {
            let mut statement = connection.prepare_cached(sql::FORGET_ADDRESSES).map_err(store_error)?;
            statement.execute([account.as_str()]).map(|_| ()).map_err(store_error)
        })
    }

    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.write(move |connection| {
            let mut statement = connection.prepare_cached(sql::PURGE_AUDIT).map_err(store_error)?;
            statement.execute(params![before.millis(), row::signed(at_most as u64)]).map_err(store_error)
        })
    }
}
