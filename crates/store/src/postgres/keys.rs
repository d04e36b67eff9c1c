//! Signing keys in PostgreSQL, sealed, and what is known of the root secrets that seal them. Whoever changes them locks the
//! row of their version first.

use std::time::Duration;

use doorward_core::Timestamp;
use doorward_core::records::{KeyState, RootState, StoredKey, StoredKeys, StoredRoot};
use doorward_core::store::{Answer, Keys, KeysChange, KeysWritten};
use doorward_core::verify::Algorithm;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::append::{Job, append};
use super::error::Fault;
use super::pool::Conn;
use super::{PostgresStore, row};
use crate::{form, sql};

/// Under a lock on the version, or in a transaction that sees one moment.
async fn all(conn: &mut Conn, version: &'static str) -> Result<StoredKeys, Fault> {
    let version = row::unsigned(&sqlx::query(version).fetch_one(&mut conn.link).await?, 0)?;
    let keys = sqlx::query(sql::ALL_KEYS).fetch_all(&mut conn.link).await?;
    let roots = sqlx::query(sql::ALL_ROOTS).fetch_all(&mut conn.link).await?;
    Ok(StoredKeys {
        version,
        keys: keys.iter().map(key).collect::<Result<_, _>>()?,
        roots: roots.iter().map(root).collect::<Result<_, _>>()?,
    })
}

fn key(found: &PgRow) -> Result<StoredKey, Fault> {
    let (algorithm, state): (&str, &str) = (found.try_get(1)?, found.try_get(4)?);
    Ok(StoredKey {
        kid: found.try_get(0)?,
        algorithm: Algorithm::from_name(algorithm).ok_or_else(|| form::corrupt("algorithm"))?,
        public_jwk: found.try_get(2)?,
        sealed: found.try_get(3)?,
        state: KeyState::from_name(state).ok_or_else(|| form::corrupt("key state"))?,
        created_at: row::moment(found, 5)?,
        active_at: row::moment_if_any(found, 6)?,
        retired_at: row::moment_if_any(found, 7)?,
        token_life: Duration::from_secs(row::unsigned(found, 8)?),
    })
}

fn root(found: &PgRow) -> Result<StoredRoot, Fault> {
    Ok(StoredRoot {
        fingerprint: found.try_get(0)?,
        state: RootState::from_name(found.try_get(1)?).ok_or_else(|| form::corrupt("root state"))?,
        since: row::moment(found, 2)?,
        may_leave_at: row::moment_if_any(found, 3)?,
    })
}

async fn put_key(conn: &mut Conn, key: &StoredKey) -> Result<(), Fault> {
    let statement = sqlx::query(sql::PUT_KEY)
        .bind(&key.kid)
        .bind(key.algorithm.name())
        .bind(&key.public_jwk)
        .bind(&key.sealed)
        .bind(key.state.name())
        .bind(key.created_at.millis())
        .bind(key.active_at.map(Timestamp::millis))
        .bind(key.retired_at.map(Timestamp::millis))
        .bind(form::signed(key.token_life.as_secs()));
    statement.execute(&mut conn.link).await?;
    Ok(())
}

async fn put_root(conn: &mut Conn, root: &StoredRoot) -> Result<(), Fault> {
    let statement = sqlx::query(sql::PUT_ROOT)
        .bind(&root.fingerprint)
        .bind(root.state.name())
        .bind(root.since.millis())
        .bind(root.may_leave_at.map(Timestamp::millis));
    statement.execute(&mut conn.link).await?;
    Ok(())
}

async fn remove(conn: &mut Conn, statement: &'static str, names: &[String]) -> Result<(), Fault> {
    for name in names {
        sqlx::query(statement).bind(name).execute(&mut conn.link).await?;
    }
    Ok(())
}

/// Whether the version was the expected one, and has moved on. Its row stays locked.
async fn move_on(conn: &mut Conn, from: u64) -> Result<bool, Fault> {
    let moved = sqlx::query(sql::MOVE_KEYS_VERSION).bind(form::signed(from)).execute(&mut conn.link).await?;
    Ok(moved.rows_affected() == 1)
}

async fn change(conn: &mut Conn, at_version: u64, change: KeysChange) -> Result<KeysWritten, Fault> {
    if !move_on(conn, at_version).await? {
        return Ok(KeysWritten::Late);
    }
    remove(conn, sql::REMOVE_KEY, &change.remove).await?;
    for key in &change.put {
        put_key(conn, key).await?;
    }
    remove(conn, sql::REMOVE_ROOT, &change.remove_roots).await?;
    for root in &change.put_roots {
        put_root(conn, root).await?;
    }
    let ends = !change.entries.is_empty();
    let last = append(conn, &[Job { entries: change.entries, at: change.at, notes: change.notes }]).await?;
    Ok(KeysWritten::Done { version: at_version + 1, last_seq: ends.then_some(last) })
}

async fn ensure(conn: &mut Conn, first: Vec<StoredKey>) -> Result<StoredKeys, Fault> {
    let found = all(conn, sql::postgres::LOCK_KEYS).await?;
    if !found.keys.is_empty() {
        return Ok(found);
    }
    move_on(conn, found.version).await?;
    for key in &first {
        put_key(conn, key).await?;
    }
    Ok(StoredKeys { version: found.version + 1, keys: first, ..found })
}

async fn bind(conn: &mut Conn, fingerprints: &[String], now: Timestamp) -> Result<bool, Fault> {
    let mut found = all(conn, sql::postgres::LOCK_KEYS).await?;
    let (before, bound) = (found.version, found.bind(fingerprints, now));
    if found.version != before {
        move_on(conn, before).await?;
        for root in &found.roots {
            put_root(conn, root).await?;
        }
    }
    Ok(bound)
}

impl Keys for PostgresStore {
    fn ensure(&self, first: Vec<StoredKey>) -> Answer<'_, StoredKeys> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { ensure(conn, first).await }))
    }

    fn all(&self) -> Answer<'_, StoredKeys> {
        self.transact(sql::postgres::BEGIN_SNAPSHOT, |conn| Box::pin(async move { all(conn, sql::KEYS_VERSION).await }))
    }

    fn version(&self) -> Answer<'_, u64> {
        self.run(|conn| {
            Box::pin(async move { row::unsigned(&sqlx::query(sql::KEYS_VERSION).fetch_one(&mut conn.link).await?, 0) })
        })
    }

    fn bind(&self, fingerprints: Vec<String>, now: Timestamp) -> Answer<'_, bool> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { bind(conn, &fingerprints, now).await }))
    }

    fn change(&self, at_version: u64, what: KeysChange) -> Answer<'_, KeysWritten> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { change(conn, at_version, what).await }))
    }
}
