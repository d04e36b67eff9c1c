//! One-time values and counts in PostgreSQL. Where a row may not be there yet, its name is locked instead of the row, and
//! names are locked in one order.

use doorward_core::Timestamp;
use doorward_core::limit::{self, LimitKey, LimitState, Settle, Step, Weighed};
use doorward_core::secret::{Hashed, LinkToken};
use doorward_core::store::{Answer, OneTime, Passing, Purpose, StoreError};
use sqlx::postgres::PgRow;
use sqlx::{Executor as _, Row as _};

use super::error::Fault;
use super::lock::{Names, lock, number};
use super::pool::Conn;
use super::{PostgresStore, row};
use crate::{form, sql};

fn value(purpose: Purpose, digest: Hashed<LinkToken>, found: &PgRow) -> Result<OneTime, Fault> {
    let (subject, value) = (found.try_get(0)?, found.try_get(1)?);
    Ok(OneTime { purpose, digest, subject, value, expires_at: row::moment(found, 2)? })
}

async fn put(conn: &mut Conn, new: &OneTime, most: usize, now: Timestamp) -> Result<bool, Fault> {
    let purpose = new.purpose.name();
    lock(conn, Names::Purposes, vec![new.purpose as i32]).await?;
    let counted = sqlx::query(sql::COUNT_OTHER_VALUES).bind(purpose).bind(now.millis()).bind(&new.subject);
    let others: i64 = counted.fetch_one(&mut conn.link).await?.try_get(0)?;
    if others >= form::signed(most as u64) {
        return Ok(false);
    }
    sqlx::query(sql::DROP_VALUE_OF).bind(purpose).bind(&new.subject).execute(&mut conn.link).await?;
    let statement = sqlx::query(sql::PUT_VALUE)
        .bind(purpose)
        .bind(&new.digest.digest()[..])
        .bind(&new.subject)
        .bind(&new.value)
        .bind(new.expires_at.millis());
    statement.execute(&mut conn.link).await?;
    Ok(true)
}

async fn count(conn: &mut Conn, key: &LimitKey) -> Result<Option<LimitState>, Fault> {
    let found = sqlx::query(sql::FIND_COUNT).bind(&key.raw()[..]).fetch_optional(&mut conn.link).await?;
    let Some(found) = found else { return Ok(None) };
    let small = |at| -> Result<u32, Fault> {
        u32::try_from(found.try_get::<i64, _>(at)?).map_err(|_| form::corrupt("count").into())
    };
    let (at, until) = (row::moment(&found, 0)?, row::moment(&found, 3)?);
    Ok(Some(LimitState { at, failures: small(1)?, in_a_row: small(2)?, until }))
}

async fn keep_count(conn: &mut Conn, key: &LimitKey, state: &LimitState) -> Result<(), Fault> {
    let statement = sqlx::query(sql::KEEP_COUNT)
        .bind(&key.raw()[..])
        .bind(state.at.millis())
        .bind(i64::from(state.failures))
        .bind(i64::from(state.in_a_row))
        .bind(state.until.millis());
    statement.execute(&mut conn.link).await?;
    Ok(())
}

async fn weigh(conn: &mut Conn, steps: &[Step], now: Timestamp) -> Result<Weighed, Fault> {
    let mut before = Vec::with_capacity(steps.len());
    for step in steps {
        before.push(count(conn, &step.key).await?.unwrap_or(LimitState::NEW));
    }
    Ok(limit::weigh_all(before, steps, now))
}

async fn weigh_and_keep(conn: &mut Conn, steps: &[Step], now: Timestamp) -> Result<Weighed, Fault> {
    conn.link.execute(sql::postgres::COUNTS_MAY_BE_LATE).await?;
    lock(conn, Names::Counts, steps.iter().map(|step| number(step.key.raw())).collect()).await?;
    let weighed = weigh(conn, steps, now).await?;
    if let Weighed::Passed(after) = &weighed {
        for (step, state) in steps.iter().zip(after) {
            keep_count(conn, &step.key, state).await?;
        }
    }
    Ok(weighed)
}

async fn settle(conn: &mut Conn, what: &[(LimitKey, Settle)]) -> Result<(), Fault> {
    conn.link.execute(sql::postgres::COUNTS_MAY_BE_LATE).await?;
    lock(conn, Names::Counts, what.iter().map(|(key, _)| number(key.raw())).collect()).await?;
    for (key, how) in what {
        let Some(before) = count(conn, key).await? else { continue };
        match limit::settle(&before, how) {
            Some(after) => keep_count(conn, key, &after).await?,
            None => {
                sqlx::query(sql::DROP_COUNT).bind(&key.raw()[..]).execute(&mut conn.link).await?;
            }
        }
    }
    Ok(())
}

impl PostgresStore {
    fn one_value(
        &self,
        statement: &'static str,
        (purpose, digest): (Purpose, Hashed<LinkToken>),
        now: Timestamp,
    ) -> Answer<'_, Option<OneTime>> {
        self.run(move |conn| {
            Box::pin(async move {
                let statement =
                    sqlx::query(statement).bind(purpose.name()).bind(&digest.digest()[..]).bind(now.millis());
                let found = statement.fetch_optional(&mut conn.link).await?;
                found.map(|found| value(purpose, digest, &found)).transpose()
            })
        })
    }
}

impl Passing for PostgresStore {
    fn put(&self, new: OneTime, most: usize, now: Timestamp) -> Answer<'_, bool> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { put(conn, &new, most, now).await }))
    }

    fn look(&self, purpose: Purpose, digest: Hashed<LinkToken>, now: Timestamp) -> Answer<'_, Option<OneTime>> {
        self.one_value(sql::FIND_VALUE, (purpose, digest), now)
    }

    fn take(&self, purpose: Purpose, digest: Hashed<LinkToken>, now: Timestamp) -> Answer<'_, Option<OneTime>> {
        self.one_value(sql::postgres::TAKE_VALUE, (purpose, digest), now)
    }

    fn cancel(&self, purpose: Purpose, subject: String, now: Timestamp) -> Answer<'_, bool> {
        self.run(move |conn| {
            Box::pin(async move {
                let statement = sqlx::query(sql::CANCEL_VALUE).bind(purpose.name()).bind(subject).bind(now.millis());
                Ok(statement.execute(&mut conn.link).await?.rows_affected() > 0)
            })
        })
    }

    /// Whoever has to wait is told so without a lock: a flood that is refused anyway queues for nothing.
    fn weigh(&self, steps: Vec<Step>, now: Timestamp) -> Answer<'_, Weighed> {
        let asked = steps.clone();
        let first = self.run(move |conn| Box::pin(async move { weigh(conn, &asked, now).await }));
        Box::pin(async move {
            let refused = first.await?;
            if matches!(refused, Weighed::Refused { .. }) {
                return Ok(refused);
            }
            let kept = self.transact(sql::postgres::BEGIN, move |conn| {
                Box::pin(async move { weigh_and_keep(conn, &steps, now).await })
            });
            kept.await
        })
    }

    fn settle(&self, what: Vec<(LimitKey, Settle)>) -> Answer<'_, ()> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { settle(conn, &what).await }))
    }

    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize> {
        Box::pin(async move {
            let values = self.purge_by(sql::postgres::PURGE_VALUES, now, at_most).await?;
            Ok::<_, StoreError>(values + self.purge_by(sql::postgres::PURGE_COUNTS, now, at_most).await?)
        })
    }
}
