//! The directory in SQLite.

use doorward_core::audit::Note;
use doorward_core::directory::{self, Change, Listed, Refused};
use doorward_core::store::{Answer, Directory, StoreError};
use rusqlite::{Connection, params};

use super::audit::write_down;
use super::log::append;
use super::{SqliteStore, row, sql, store_error};
use crate::form;

fn stamp(connection: &Connection) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(sql::DIRECTORY_STAMP).map_err(store_error)?;
    let found: i64 = statement.query_row([], |r| r.get(0)).map_err(store_error)?;
    u64::try_from(found).map_err(|_| row::corrupt("stamp"))
}

/// In one transaction, or within the writer's: rows and stamp belong together.
fn listed(connection: &Connection) -> Result<Listed, StoreError> {
    let mut statement = connection.prepare_cached(sql::DIRECTORY).map_err(store_error)?;
    let mut rows = statement.query([]).map_err(store_error)?;
    let mut listed = Listed::default();
    while let Some(found) = rows.next().map_err(store_error)? {
        let (kind, text): (String, String) = (row::column(found, 0)?, row::column(found, 1)?);
        form::directory::take_in(&mut listed, &kind, &text)?;
    }
    Ok(listed)
}

/// Writes what differs.
fn write(connection: &Connection, before: &Listed, after: &Listed) -> Result<(), StoreError> {
    for form::directory::Difference { kind, name, text } in form::directory::differences(before, after)? {
        let statement = if text.is_some() { sql::PUT_INTO_DIRECTORY } else { sql::DROP_FROM_DIRECTORY };
        let mut statement = connection.prepare_cached(statement).map_err(store_error)?;
        match text {
            Some(text) => statement.execute(params![kind, name, text]),
            None => statement.execute(params![kind, name]),
        }
        .map_err(store_error)?;
    }
    let mut statement = connection.prepare_cached(sql::MOVE_STAMP).map_err(store_error)?;
    statement.execute([row::signed(after.stamp)]).map(|_| ()).map_err(store_error)
}

impl Directory for SqliteStore {
    fn listed(&self) -> Answer<'_, Listed> {
        self.read(listed)
    }

    fn stamp(&self) -> Answer<'_, u64> {
        self.read(stamp)
    }

    fn amend(&self, change: Change, note: Note) -> Answer<'_, Result<(Listed, Option<u64>), Refused>> {
        self.write(move |connection| {
            let before = listed(connection)?;
            let mut after = before.clone();
            let applied = match directory::apply(&mut after, &change, note.at) {
                Ok(applied) => applied,
                Err(refused) => return Ok(Err(refused)),
            };
            write(connection, &before, &after)?;
            let seq = applied.entry.map(|entry| append(connection, &[entry], note.at)).transpose()?;
            write_down(connection, &[note])?;
            Ok(Ok((after, seq)))
        })
    }
}
