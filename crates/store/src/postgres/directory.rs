//! The directory in PostgreSQL. Its stamp's row is locked first, so changes come one after the other.

use doorward_core::audit::Note;
use doorward_core::directory::{self, Change, Listed, Refused};
use doorward_core::store::{Answer, Directory};
use sqlx::Row as _;

use super::append::{Job, append};
use super::error::Fault;
use super::pool::Conn;
use super::{PostgresStore, row};
use crate::{form, sql};

async fn listed(conn: &mut Conn) -> Result<Listed, Fault> {
    let mut listed = Listed::default();
    for found in &sqlx::query(sql::DIRECTORY).fetch_all(&mut conn.link).await? {
        form::directory::take_in(&mut listed, found.try_get(0)?, found.try_get(1)?)?;
    }
    Ok(listed)
}

async fn write(conn: &mut Conn, before: &Listed, after: &Listed) -> Result<(), Fault> {
    for form::directory::Difference { kind, name, text } in form::directory::differences(before, after)? {
        let statement = if text.is_some() { sql::PUT_INTO_DIRECTORY } else { sql::DROP_FROM_DIRECTORY };
        let statement = sqlx::query(statement).bind(kind).bind(name);
        match text {
            Some(text) => statement.bind(text).execute(&mut conn.link).await?,
            None => statement.execute(&mut conn.link).await?,
        };
    }
    sqlx::query(sql::MOVE_STAMP).bind(form::signed(after.stamp)).execute(&mut conn.link).await?;
    Ok(())
}

type Amended = Result<(Listed, Option<u64>), Refused>;

async fn amend(conn: &mut Conn, change: &Change, note: Note) -> Result<Amended, Fault> {
    sqlx::query(sql::postgres::LOCK_DIRECTORY).fetch_one(&mut conn.link).await?;
    let before = listed(conn).await?;
    let mut after = before.clone();
    let applied = match directory::apply(&mut after, change, note.at) {
        Ok(applied) => applied,
        Err(refused) => return Ok(Err(refused)),
    };
    write(conn, &before, &after).await?;
    let ends = applied.entry.is_some();
    let job = Job { entries: applied.entry.into_iter().collect(), ..Job::note(note) };
    let seq = append(conn, &[job]).await?;
    Ok(Ok((after, ends.then_some(seq))))
}

impl Directory for PostgresStore {
    fn listed(&self) -> Answer<'_, Listed> {
        self.run(|conn| Box::pin(async move { listed(conn).await }))
    }

    fn stamp(&self) -> Answer<'_, u64> {
        self.run(|conn| {
            Box::pin(
                async move { row::unsigned(&sqlx::query(sql::DIRECTORY_STAMP).fetch_one(&mut conn.link).await?, 0) },
            )
        })
    }

    fn amend(&self, change: Change, note: Note) -> Answer<'_, Amended> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { amend(conn, &change, note).await }))
    }
}
