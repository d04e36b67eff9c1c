//! Signing keys in SQLite, sealed, and what is known of the root secrets that seal them.

use std::time::Duration;

use doorward_core::Timestamp;
use doorward_core::records::{KeyState, RootState, StoredKey, StoredKeys, StoredRoot};
use doorward_core::store::{Answer, Keys, KeysChange, KeysWritten, StoreError};
use doorward_core::verify::Algorithm;
use rusqlite::{Connection, Params, Row, params};

use super::audit::write_down;
use super::{SqliteStore, log, row, sql, store_error};

/// The version is read first and from the same snapshot: a transaction that only reads holds nobody up.
fn all(connection: &Connection) -> Result<StoredKeys, StoreError> {
    Ok(StoredKeys {
        version: version(connection)?,
        keys: rows(connection, sql::ALL_KEYS, key)?,
        roots: rows(connection, sql::ALL_ROOTS, root)?,
    })
}

fn version(connection: &Connection) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(sql::KEYS_VERSION).map_err(store_error)?;
    let mut rows = statement.query([]).map_err(store_error)?;
    row::unsigned(rows.next().map_err(store_error)?.ok_or_else(|| row::corrupt("version"))?, 0)
}

fn rows<T>(
    connection: &Connection,
    text: &str,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(text).map_err(store_error)?;
    let mut rows = statement.query([]).map_err(store_error)?;
    let mut all = Vec::new();
    while let Some(found) = rows.next().map_err(store_error)? {
        all.push(read(found)?);
    }
    Ok(all)
}

fn key(found: &Row<'_>) -> Result<StoredKey, StoreError> {
    let (algorithm, state): (String, String) = (row::column(found, 1)?, row::column(found, 4)?);
    Ok(StoredKey {
        kid: row::column(found, 0)?,
        algorithm: Algorithm::from_name(&algorithm).ok_or_else(|| row::corrupt("algorithm"))?,
        public_jwk: row::column(found, 2)?,
        sealed: row::column(found, 3)?,
        state: KeyState::from_name(&state).ok_or_else(|| row::corrupt("key state"))?,
        created_at: row::moment(found, 5)?,
        active_at: row::moment_if_any(found, 6)?,
        retired_at: row::moment_if_any(found, 7)?,
        token_life: Duration::from_secs(row::unsigned(found, 8)?),
    })
}

fn root(found: &Row<'_>) -> Result<StoredRoot, StoreError> {
    let state: String = row::column(found, 1)?;
    Ok(StoredRoot {
        fingerprint: row::column(found, 0)?,
        state: RootState::from_name(&state).ok_or_else(|| row::corrupt("root state"))?,
        since: row::moment(found, 2)?,
        may_leave_at: row::moment_if_any(found, 3)?,
    })
}

fn execute(connection: &Connection, text: &str, values: impl Params) -> Result<usize, StoreError> {
    connection.prepare_cached(text).and_then(|mut statement| statement.execute(values)).map_err(store_error)
}

fn put_key(connection: &Connection, key: &StoredKey) -> Result<(), StoreError> {
    let values = params![
        key.kid,
        key.algorithm.name(),
        key.public_jwk,
        key.sealed,
        key.state.name(),
        key.created_at.millis(),
        key.active_at.map(Timestamp::millis),
        key.retired_at.map(Timestamp::millis),
        row::signed(key.token_life.as_secs()),
    ];
    execute(connection, sql::PUT_KEY, values).map(|_| ())
}

fn put_root(connection: &Connection, root: &StoredRoot) -> Result<(), StoreError> {
    let (state, may_leave_at) = (root.state.name(), root.may_leave_at.map(Timestamp::millis));
    let values = params![root.fingerprint, state, root.since.millis(), may_leave_at];
    execute(connection, sql::PUT_ROOT, values).map(|_| ())
}

/// Whether the version was the expected one, and has moved on.
fn move_on(connection: &Connection, from: u64) -> Result<bool, StoreError> {
    Ok(execute(connection, sql::MOVE_KEYS_VERSION, [row::signed(from)])? == 1)
}

fn write(connection: &Connection, at_version: u64, change: &KeysChange) -> Result<KeysWritten, StoreError> {
    if !move_on(connection, at_version)? {
        return Ok(KeysWritten::Late);
    }
    for kid in &change.remove {
        execute(connection, sql::REMOVE_KEY, [kid])?;
    }
    change.put.iter().try_for_each(|key| put_key(connection, key))?;
    for fingerprint in &change.remove_roots {
        execute(connection, sql::REMOVE_ROOT, [fingerprint])?;
    }
    change.put_roots.iter().try_for_each(|root| put_root(connection, root))?;
    let logs = !change.entries.is_empty();
    let last_seq = if logs { Some(log::append(connection, &change.entries, change.at)?) } else { None };
    write_down(connection, &change.notes)?;
    Ok(KeysWritten::Done { version: at_version + 1, last_seq })
}

impl Keys for SqliteStore {
    fn ensure(&self, first: Vec<StoredKey>) -> Answer<'_, StoredKeys> {
        self.write(move |connection| {
            let found = all(connection)?;
            if !found.keys.is_empty() {
                return Ok(found);
            }
            move_on(connection, found.version)?;
            first.iter().try_for_each(|key| put_key(connection, key))?;
            Ok(StoredKeys { version: found.version + 1, keys: first, ..found })
        })
    }

    fn all(&self) -> Answer<'_, StoredKeys> {
        self.read(|connection| {
            let snapshot = connection.unchecked_transaction().map_err(store_error)?;
            all(&snapshot)
        })
    }

    fn version(&self) -> Answer<'_, u64> {
        self.read(version)
    }

    fn bind(&self, fingerprints: Vec<String>, now: Timestamp) -> Answer<'_, bool> {
        self.write(move |connection| {
            let mut found = all(connection)?;
            let (before, bound) = (found.version, found.bind(&fingerprints, now));
            if found.version != before {
                move_on(connection, before)?;
                found.roots.iter().try_for_each(|root| put_root(connection, root))?;
            }
            Ok(bound)
        })
    }

    fn change(&self, at_version: u64, change: KeysChange) -> Answer<'_, KeysWritten> {
        self.write(move |connection| write(connection, at_version, &change))
    }
}
