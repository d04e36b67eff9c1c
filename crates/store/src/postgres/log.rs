//! The revocation log in PostgreSQL.

use std::future::Future;
use std::pin::Pin;

use doorward_core::Timestamp;
use doorward_core::audit::Note;
use doorward_core::records::LogRow;
use doorward_core::store::{Answer, LogHead, RevocationLog};
use doorward_core::verify::Entry;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::append::Job;
use super::error::Fault;
use super::{PostgresStore, row};
use crate::{form, sql};

fn log_row(found: &PgRow) -> Result<LogRow, Fault> {
    Ok(LogRow {
        seq: row::unsigned(found, 0)?,
        at: row::moment(found, 1)?,
        entry: serde_json::from_str(found.try_get(2)?).map_err(|_| form::corrupt("log entry"))?,
        settled: found.try_get::<i64, _>(3)? != 0,
    })
}

impl PostgresStore {
    /// A purge by its statement, which takes a moment and a number of rows.
    pub(super) fn purge_by(&self, statement: &'static str, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.run(move |conn| {
            Box::pin(async move {
                let statement = sqlx::query(statement).bind(before.millis()).bind(form::signed(at_most as u64));
                let gone = statement.execute(&mut conn.link).await?.rows_affected();
                Ok(usize::try_from(gone).unwrap_or(usize::MAX))
            })
        })
    }
}

impl RevocationLog for PostgresStore {
    fn append(&self, entries: Vec<Entry>, at: Timestamp, notes: Vec<Note>) -> Answer<'_, u64> {
        Box::pin(self.inner.appends.append(Job { entries, at, notes }))
    }

    /// A primary that took over from another one may not have all that the other had given out, and gives the same numbers
    /// to other entries: its log is another one, although it has the same name in the database.
    fn head(&self) -> Answer<'_, LogHead> {
        self.run(|conn| {
            Box::pin(async move {
                let found = sqlx::query(sql::READ_HEAD).fetch_one(&mut conn.link).await?;
                let feed_id = format!("{}-{}", found.try_get::<&str, _>(0)?, conn.primary);
                Ok(LogHead { feed_id, seq: row::unsigned(&found, 1)? })
            })
        })
    }

    fn since(&self, after: u64, at_most: usize) -> Answer<'_, Vec<LogRow>> {
        self.run(move |conn| {
            Box::pin(async move {
                let statement = sqlx::query(sql::SINCE).bind(form::signed(after)).bind(form::signed(at_most as u64));
                statement.fetch_all(&mut conn.link).await?.iter().map(log_row).collect()
            })
        })
    }

    fn settle(&self, seqs: Vec<u64>) -> Answer<'_, ()> {
        self.run(move |conn| {
            Box::pin(async move {
                let seqs: Vec<i64> = seqs.into_iter().map(form::signed).collect();
                sqlx::query(sql::postgres::SETTLE).bind(seqs).execute(&mut conn.link).await?;
                Ok(())
            })
        })
    }

    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.purge_by(sql::postgres::PURGE_LOG, before, at_most)
    }

    fn stirred(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.inner.stirred.notified())
    }
}
