//! Signing keys in SQLite, sealed, and the fingerprint of the root secret that seals them.

use doorward_core::records::{KeyState, StoredKey};
use doorward_core::store::{Answer, Keys, StoreError};
use doorward_core::verify::Algorithm;
use rusqlite::{Connection, params};

use super::{SqliteStore, row, sql, store_error};

fn all(connection: &Connection) -> Result<Vec<StoredKey>, StoreError> {
    let mut statement = connection.prepare_cached(sql::ALL_KEYS).map_err(store_error)?;
    let mut rows = statement.query([]).map_err(store_error)?;
    let mut keys = Vec::new();
    while let Some(found) = rows.next().map_err(store_error)? {
        let (algorithm, state): (String, String) = (row::column(found, 1)?, row::column(found, 4)?);
        keys.push(StoredKey {
            kid: row::column(found, 0)?,
            algorithm: Algorithm::from_name(&algorithm).ok_or_else(|| row::corrupt("algorithm"))?,
            public_jwk: row::column(found, 2)?,
            sealed: row::column(found, 3)?,
            state: KeyState::from_name(&state).ok_or_else(|| row::corrupt("key state"))?,
            created_at: row::moment(found, 5)?,
        });
    }
    Ok(keys)
}

fn add(connection: &Connection, key: &StoredKey) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql::ADD_KEY).map_err(store_error)?;
    let (algorithm, state) = (key.algorithm.name(), key.state.name());
    let values = params![key.kid, algorithm, key.public_jwk, key.sealed, state, key.created_at.millis()];
    statement.execute(values).map(|_| ()).map_err(store_error)
}

impl Keys for SqliteStore {
    fn ensure(&self, first: Vec<StoredKey>) -> Answer<'_, Vec<StoredKey>> {
        self.write(move |connection| {
            let found = all(connection)?;
            if !found.is_empty() {
                return Ok(found);
            }
            first.iter().try_for_each(|key| add(connection, key))?;
            Ok(first)
        })
    }

    fn all(&self) -> Answer<'_, Vec<StoredKey>> {
        self.read(all)
    }

    fn bind(&self, fingerprints: Vec<String>) -> Answer<'_, bool> {
        self.write(move |connection| {
            if let Some(first) = fingerprints.first() {
                connection.execute(sql::BIND, [first]).map_err(store_error)?;
            }
            let bound: String = connection.query_row(sql::BOUND, [], |r| r.get(0)).map_err(store_error)?;
            Ok(fingerprints.contains(&bound))
        })
    }
}
