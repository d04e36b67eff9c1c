//! Between rows and records.

use std::str::FromStr;

use doorward_core::Timestamp;
use doorward_core::records::Account;
use doorward_core::store::StoreError;
use rusqlite::Row;
use rusqlite::types::FromSql;

use super::store_error;
use crate::form::list;
pub(super) use crate::form::{corrupt, list_text, session, signed};

/// A column; what is not of its type is a row that no version of Doorward writes.
pub(super) fn column<T: FromSql>(row: &Row<'_>, at: usize) -> Result<T, StoreError> {
    row.get(at).map_err(store_error)
}

/// A text column that is a word of ours.
pub(super) fn word<T: FromStr>(row: &Row<'_>, at: usize, what: &str) -> Result<T, StoreError> {
    column::<String>(row, at)?.parse().map_err(|_| corrupt(what))
}

/// Numbers are stored signed; ours never are.
pub(super) fn unsigned(row: &Row<'_>, at: usize) -> Result<u64, StoreError> {
    u64::try_from(column::<i64>(row, at)?).map_err(|_| corrupt("count"))
}

pub(super) fn moment(row: &Row<'_>, at: usize) -> Result<Timestamp, StoreError> {
    column(row, at).map(Timestamp::from_millis)
}

pub(super) fn moment_if_any(row: &Row<'_>, at: usize) -> Result<Option<Timestamp>, StoreError> {
    Ok(column::<Option<i64>>(row, at)?.map(Timestamp::from_millis))
}

/// Columns in the order of the statements that read accounts.
pub(super) fn account(row: &Row<'_>) -> Result<Account, StoreError> {
    Ok(Account {
        id: word(row, 0, "account id")?,
        identifier: column(row, 1)?,
        display_name: column(row, 2)?,
        password: column(row, 3)?,
        version: unsigned(row, 4)?,
        sessions_from: unsigned(row, 5)?,
        disabled_at: moment_if_any(row, 6)?,
        roles: list(&column::<String>(row, 7)?)?,
        permissions: list(&column::<String>(row, 8)?)?,
        created_at: moment(row, 9)?,
    })
}
