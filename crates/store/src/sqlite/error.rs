//! What SQLite says, in our words.

use doorward_core::store::StoreError;
use rusqlite::ErrorCode;

/// Why a database cannot be used; the text is for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file cannot be made or opened.
    #[error("the database file {path} cannot be opened: {reason}")]
    Unopened {
        /// Which.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// Nothing can be written to it.
    #[error("the database file {0} is read-only: Doorward must be able to write to it and to its directory")]
    ReadOnly(String),
    /// It is no SQLite database, or a damaged one.
    #[error("the database file {0} is damaged or is not a database; restore it from a backup")]
    Damaged(String),
    /// Somebody else's database.
    #[error("the database file {0} belongs to another program")]
    Foreign(String),
    /// Written by a later version.
    #[error(
        "the database file {path} was written by a later version of Doorward (schema {found}, this one knows {known})"
    )]
    Later {
        /// Which.
        path: String,
        /// Its schema.
        found: u32,
        /// The latest schema of this program.
        known: u32,
    },
    /// Another process writes to it.
    #[error("the database file {0} is in use by another process")]
    InUse(String),
    /// A thread could not be started.
    #[error("the thread that writes could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// By the kind of fault.
pub(super) fn open_error(path: &str, error: &rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::Damaged(path),
        Some(ErrorCode::ReadOnly) => OpenError::ReadOnly(path),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse(path),
        _ => OpenError::Unopened { path, reason: error.to_string() },
    }
}

/// The texts of SQLite name tables and files, never values.
pub(super) fn store_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Unavailable(error.to_string()),
    }
}
