//! Opening the file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::{OpenError, open_error};
use super::migrate;

/// How often the log is folded into the file, in pages; and how large it may stay on disk, in bytes.
const CHECKPOINT_PAGES: u32 = 1000;
const LARGEST_LOG: u32 = 8 * 1024 * 1024;
/// How long another process that holds the file for a moment (a backup) is waited for.
const WAIT: Duration = Duration::from_secs(2);

pub(super) fn for_writing(path: &Path) -> Result<Connection, OpenError> {
    let shown = path.display().to_string();
    make_private(path).map_err(|e| OpenError::Unopened { path: shown.clone(), reason: e.to_string() })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|e| open_error(&shown, &e))?;
    // A file that may only be read is opened for reading without a word.
    if connection.is_readonly("main").map_err(|e| open_error(&shown, &e))? {
        return Err(OpenError::ReadOnly(shown));
    }
    prepare(&connection).map_err(|e| open_error(&shown, &e))?;
    migrate::up(&mut connection, &shown)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(WAIT)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // An answer is given after the bytes are on the disk, not before.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What was deleted is overwritten in the pages that are written anyway: a name must not stay readable in the file.
    connection.pragma_update(None, "secure_delete", "FAST")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LARGEST_LOG)
}

pub(super) fn for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(WAIT)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// A new file is for its owner alone from its first moment on.
fn make_private(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            made => made.map(|_| ()),
        }
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}
