//! Between rows and records.

use std::str::FromStr;

use doorward_core::Timestamp;
use doorward_core::records::Account;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::error::Fault;
use crate::form::list;
pub(super) use crate::form::{corrupt, session};

/// A text column that is a word of ours.
pub(super) fn word<T: FromStr>(row: &PgRow, at: usize, what: &str) -> Result<T, Fault> {
    row.try_get::<&str, _>(at)?.parse().map_err(|_| corrupt(what).into())
}

/// Numbers are stored signed; ours never are.
pub(super) fn unsigned(row: &PgRow, at: usize) -> Result<u64, Fault> {
    u64::try_from(row.try_get::<i64, _>(at)?).map_err(|_| corrupt("count").into())
}

pub(super) fn moment(row: &PgRow, at: usize) -> Result<Timestamp, Fault> {
    Ok(Timestamp::from_millis(row.try_get(at)?))
}

pub(super) fn moment_if_any(row: &PgRow, at: usize) -> Result<Option<Timestamp>, Fault> {
    Ok(row.try_get::<Option<i64>, _>(at)?.map(Timestamp::from_millis))
}

/// Columns in the order of the statements that read accounts.
pub(super) fn account(row: &PgRow) -> Result<Account, Fault> {
    Ok(Account {
        id: word(row, 0, "account id")?,
        identifier: row.try_get(1)?,
        display_name: row.try_get(2)?,
        password: row.try_get(3)?,
        version: unsigned(row, 4)?,
        sessions_from: unsigned(row, 5)?,
        disabled_at: moment_if_any(row, 6)?,
        roles: list(row.try_get(7)?)?,
        permissions: list(row.try_get(8)?)?,
        created_at: moment(row, 9)?,
    })
}

/// PostgreSQL has no texts with a zero byte, and refuses even to look for one: nothing is filed under such a name.
pub(super) fn can_be_there(text: &str) -> bool {
    !text.contains('\0')
}
