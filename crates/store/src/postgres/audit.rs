//! The audit: rows are only ever added; addresses are cut short and old rows go by plan.

use doorward_core::Timestamp;
use doorward_core::audit::{Event, Note, Row, Wanted, shortened};
use doorward_core::id::AccountId;
use doorward_core::store::{Answer, Audit};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::append::Job;
use super::error::Fault;
use super::pool::Conn;
use super::{PostgresStore, row};
use crate::{form, sql};

fn audit_row(found: &PgRow) -> Result<Row, Fault> {
    let note: Note = serde_json::from_str(found.try_get(1)?).map_err(|_| form::corrupt("audit row"))?;
    Ok(Row { seq: row::unsigned(found, 0)?, note: Note { address: found.try_get(2)?, ..note } })
}

/// In a transaction: rows that somebody else is cutting are passed over.
async fn cut(conn: &mut Conn, before: Timestamp, at_most: usize) -> Result<usize, Fault> {
    let statement =
        sqlx::query(sql::postgres::WHOLE_ADDRESSES).bind(before.millis()).bind(form::signed(at_most as u64));
    let (mut seqs, mut short) = (Vec::new(), Vec::new());
    for found in &statement.fetch_all(&mut conn.link).await? {
        seqs.push(found.try_get::<i64, _>(0)?);
        short.push(found.try_get::<Option<&str>, _>(1)?.and_then(shortened));
    }
    let count = seqs.len();
    if count > 0 {
        sqlx::query(sql::postgres::SHORTEN_ADDRESSES).bind(seqs).bind(short).execute(&mut conn.link).await?;
    }
    Ok(count)
}

impl Audit for PostgresStore {
    fn append(&self, notes: Vec<Note>) -> Answer<'_, ()> {
        let job = Job { entries: Vec::new(), at: Timestamp::from_millis(0), notes };
        Box::pin(async move { self.inner.appends.append(job).await.map(|_| ()) })
    }

    fn page(&self, wanted: Wanted, at_most: usize) -> Answer<'_, Vec<Row>> {
        self.run(move |conn| {
            Box::pin(async move {
                let account = wanted.account.as_ref().map(AccountId::as_str);
                let event = wanted.event.map(Event::name);
                let texts = match (account, event) {
                    (None, None) => sql::AUDIT,
                    (Some(_), None) => sql::AUDIT_OF_ACCOUNT,
                    (None, Some(_)) => sql::AUDIT_OF_EVENT,
                    (Some(_), Some(_)) => sql::AUDIT_OF_BOTH,
                };
                let statement = sqlx::query(texts[usize::from(wanted.before.is_some())]);
                let words = [account, event].into_iter().flatten();
                let statement = words.fold(statement, sqlx::query::Query::bind);
                let (after, before) = (form::signed(wanted.after), form::signed(wanted.before.unwrap_or(u64::MAX)));
                let statement = statement.bind(after).bind(before).bind(form::signed(at_most as u64));
                statement.fetch_all(&mut conn.link).await?.iter().map(audit_row).collect()
            })
        })
    }

    fn shorten(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { cut(conn, before, at_most).await }))
    }

    fn forget_addresses(&self, account: AccountId) -> Answer<'_, ()> {
        self.run(move |conn| {
            Box::pin(async move {
                sqlx::query(sql::FORGET_ADDRESSES).bind(account.as_str()).execute(&mut conn.link).await?;
                Ok(())
            })
        })
    }

    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.purge_by(sql::postgres::PURGE_AUDIT, before, at_most)
    }
}
