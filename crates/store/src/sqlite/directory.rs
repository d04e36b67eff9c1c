//! The directory: each thing in it is a row of JSON under its kind and name. It is read whole, changed by the one rule, and
//! what the change was about is written back.

use std::collections::BTreeMap;

use doorward_core::audit::Note;
use doorward_core::directory::{self, Change, Listed, Refused};
use doorward_core::store::{Answer, Directory, StoreError};
use rusqlite::{Connection, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::audit::write_down;
use super::log::append;
use super::{SqliteStore, row, sql, store_error};

const CLIENT: &str = "client";
const ROLE: &str = "role";
const PERMISSION: &str = "permission";

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
        match kind.as_str() {
            CLIENT => listed.clients.push(read(&text)?),
            ROLE => listed.roles.push(read(&text)?),
            PERMISSION => listed.permissions.push(read(&text)?),
            _ => listed.stamp = text.parse().map_err(|_| row::corrupt("stamp"))?,
        }
    }
    Ok(listed)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| row::corrupt("directory"))
}

fn texts(listed: &Listed) -> Result<BTreeMap<(&'static str, &str), String>, StoreError> {
    let mut texts = BTreeMap::new();
    for client in &listed.clients {
        texts.insert((CLIENT, client.id.as_str()), text(client)?);
    }
    for role in &listed.roles {
        texts.insert((ROLE, role.name.as_str()), text(role)?);
    }
    for permission in &listed.permissions {
        texts.insert((PERMISSION, permission.name.as_str()), text(permission)?);
    }
    Ok(texts)
}

fn text(thing: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(thing).map_err(|e| StoreError::Corrupt(e.to_string()))
}

/// Writes what differs.
fn write(connection: &Connection, before: &Listed, after: &Listed) -> Result<(), StoreError> {
    let (old, new) = (texts(before)?, texts(after)?);
    for ((kind, name), record) in new.iter().filter(|(key, record)| old.get(*key) != Some(record)) {
        let mut statement = connection.prepare_cached(sql::PUT_INTO_DIRECTORY).map_err(store_error)?;
        statement.execute(params![kind, name, record]).map_err(store_error)?;
    }
    for (kind, name) in old.keys().filter(|key| !new.contains_key(*key)) {
        let mut statement = connection.prepare_cached(sql::DROP_FROM_DIRECTORY).map_err(store_error)?;
        statement.execute(params![kind, name]).map_err(store_error)?;
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
