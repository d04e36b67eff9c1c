//! One-time values and counts in SQLite, in tables of their own.

use doorward_core::Timestamp;
use doorward_core::limit::{self, LimitKey, LimitState, Settle, Step, Weighed};
use doorward_core::secret::{Hashed, LinkToken};
use doorward_core::store::{Answer, OneTime, Passing, Purpose, StoreError};
use rusqlite::{Connection, Params, params};

use super::{SqliteStore, row, sql, store_error};

fn execute(connection: &Connection, text: &str, values: impl Params) -> Result<usize, StoreError> {
    connection.prepare_cached(text).and_then(|mut statement| statement.execute(values)).map_err(store_error)
}

fn find(
    connection: &Connection,
    purpose: Purpose,
    digest: Hashed<LinkToken>,
    now: Timestamp,
) -> Result<Option<OneTime>, StoreError> {
    let mut statement = connection.prepare_cached(sql::FIND_VALUE).map_err(store_error)?;
    let mut rows = statement.query(params![purpose.name(), digest.digest(), now.millis()]).map_err(store_error)?;
    let Some(found) = rows.next().map_err(store_error)? else { return Ok(None) };
    let (subject, value) = (row::column(found, 0)?, row::column(found, 1)?);
    Ok(Some(OneTime { purpose, digest, subject, value, expires_at: row::moment(found, 2)? }))
}

fn put(connection: &Connection, new: &OneTime, most: usize, now: Timestamp) -> Result<bool, StoreError> {
    let purpose = new.purpose.name();
    let mut statement = connection.prepare_cached(sql::COUNT_OTHER_VALUES).map_err(store_error)?;
    let asked = params![purpose, now.millis(), new.subject];
    let others: i64 = statement.query_row(asked, |r| r.get(0)).map_err(store_error)?;
    if others >= row::signed(most as u64) {
        return Ok(false);
    }
    execute(connection, sql::DROP_VALUE_OF, params![purpose, new.subject])?;
    let values = params![purpose, new.digest.digest(), new.subject, new.value, new.expires_at.millis()];
    execute(connection, sql::PUT_VALUE, values).map(|_| true)
}

fn count(connection: &Connection, key: &LimitKey) -> Result<Option<LimitState>, StoreError> {
    let mut statement = connection.prepare_cached(sql::FIND_COUNT).map_err(store_error)?;
    let mut rows = statement.query([key.raw()]).map_err(store_error)?;
    let Some(found) = rows.next().map_err(store_error)? else { return Ok(None) };
    Ok(Some(LimitState {
        at: row::moment(found, 0)?,
        failures: row::column(found, 1)?,
        in_a_row: row::column(found, 2)?,
        until: row::moment(found, 3)?,
    }))
}

fn keep_count(connection: &Connection, key: &LimitKey, state: &LimitState) -> Result<(), StoreError> {
    let values = params![key.raw(), state.at.millis(), state.failures, state.in_a_row, state.until.millis()];
    execute(connection, sql::KEEP_COUNT, values).map(|_| ())
}

fn weigh(connection: &Connection, steps: &[Step], now: Timestamp) -> Result<Weighed, StoreError> {
    let before = steps.iter().map(|step| Ok(count(connection, &step.key)?.unwrap_or(LimitState::NEW)));
    Ok(limit::weigh_all(before.collect::<Result<_, StoreError>>()?, steps, now))
}

impl Passing for SqliteStore {
    fn put(&self, new: OneTime, most: usize, now: Timestamp) -> Answer<'_, bool> {
        self.write(move |connection| put(connection, &new, most, now))
    }

    fn look(&self, purpose: Purpose, digest: Hashed<LinkToken>, now: Timestamp) -> Answer<'_, Option<OneTime>> {
        self.read(move |connection| find(connection, purpose, digest, now))
    }

    fn take(&self, purpose: Purpose, digest: Hashed<LinkToken>, now: Timestamp) -> Answer<'_, Option<OneTime>> {
        self.write(move |connection| {
            let found = find(connection, purpose, digest, now)?;
            if found.is_some() {
                execute(connection, sql::DROP_VALUE, params![purpose.name(), digest.digest()])?;
            }
            Ok(found)
        })
    }

    fn cancel(&self, purpose: Purpose, subject: String, now: Timestamp) -> Answer<'_, bool> {
        self.write(move |connection| {
            let living = params![purpose.name(), subject, now.millis()];
            execute(connection, sql::CANCEL_VALUE, living).map(|rows| rows > 0)
        })
    }

    /// Whoever has to wait is told so by a reader: a flood that is refused anyway does not queue for the writer.
    fn weigh(&self, steps: Vec<Step>, now: Timestamp) -> Answer<'_, Weighed> {
        Box::pin(async move {
            let refused = self.read(|connection| weigh(connection, &steps, now)).await?;
            if matches!(refused, Weighed::Refused { .. }) {
                return Ok(refused);
            }
            self.write(move |connection| {
                let weighed = weigh(connection, &steps, now)?;
                if let Weighed::Passed(after) = &weighed {
                    steps.iter().zip(after).try_for_each(|(step, state)| keep_count(connection, &step.key, state))?;
                }
                Ok(weighed)
            })
            .await
        })
    }

    fn settle(&self, what: Vec<(LimitKey, Settle)>) -> Answer<'_, ()> {
        self.write(move |connection| {
            for (key, how) in &what {
                let Some(before) = count(connection, key)? else { continue };
                match limit::settle(&before, how) {
                    Some(after) => keep_count(connection, key, &after)?,
                    None => execute(connection, sql::DROP_COUNT, [key.raw()]).map(|_| ())?,
                }
            }
            Ok(())
        })
    }

    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.write(move |connection| {
            let budget = params![now.millis(), row::signed(at_most as u64)];
            Ok(execute(connection, sql::PURGE_VALUES, budget)? + execute(connection, sql::PURGE_COUNTS, budget)?)
        })
    }
}
