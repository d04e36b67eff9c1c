//! Between rows and records.

use std::str::FromStr;

use doorward_core::Timestamp;
use doorward_core::codec::decode_session;
use doorward_core::id::SessionId;
use doorward_core::records::{Account, Session};
use doorward_core::store::StoreError;
use rusqlite::Row;
use rusqlite::types::FromSql;

use super::store_error;

/// A column; what is not of its type is a row that no version of Doorward writes.
pub(super) fn column<T: FromSql>(row: &Row<'_>, at: usize) -> Result<T, StoreError> {
    row.get(at).map_err(store_error)
}

/// A text column that is a word of ours.
pub(super) fn word<T: FromStr>(row: &Row<'_>, at: usize, what: &str) -> Result<T, StoreError> {
    column::<String>(row, at)?.parse().map_err(|_| corrupt(what))
}

pub(super) fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(format!("a column holds no {what}"))
}

/// Numbers are stored signed; ours never are.
pub(super) fn unsigned(row: &Row<'_>, at: usize) -> Result<u64, StoreError> {
    u64::try_from(column::<i64>(row, at)?).map_err(|_| corrupt("count"))
}

/// A count as it is stored; one beyond what a column holds stops there.
pub(super) fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(super) fn moment(row: &Row<'_>, at: usize) -> Result<Timestamp, StoreError> {
    column(row, at).map(Timestamp::from_millis)
}

pub(super) fn moment_if_any(row: &Row<'_>, at: usize) -> Result<Option<Timestamp>, StoreError> {
    Ok(column::<Option<i64>>(row, at)?.map(Timestamp::from_millis))
}

/// A record that cannot be read counts as absent, and one line says so.
pub(super) fn session(sid: &SessionId, record: &[u8]) -> Option<Session> {
    let session = decode_session(sid, record).ok();
    if session.is_none() {
        tracing::warn!(event = "unreadable_record", %sid, "a session record cannot be read and counts as absent");
    }
    session
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
        roles: list(row, 7)?,
        permissions: list(row, 8)?,
        created_at: moment(row, 9)?,
    })
}

fn list(row: &Row<'_>, at: usize) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(&column::<String>(row, at)?).map_err(|_| corrupt("list"))
}

pub(super) fn list_text(list: &[String]) -> String {
    serde_json::json!(list).to_string()
}
