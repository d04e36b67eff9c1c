//! The schema, as the steps that made it. A step never changes once shipped; the file remembers how many were taken.

use doorward_core::rng::{self, SystemRng};
use doorward_core::verify::base64url;
use rusqlite::Connection;

use super::error::{OpenError, open_error};

/// `dwrd`: says that the file is ours.
const APPLICATION_ID: i32 = 0x6477_7264;

/// Each step is a list of groups of tables.
const STEPS: &[&[&str]] = &[&[BEGINNING], &[AUDIT, PASSING, DEVICES, KEYS, DIRECTORY]];

const BEGINNING: &str = "
    CREATE TABLE accounts (
        id TEXT PRIMARY KEY NOT NULL,
        identifier TEXT NOT NULL UNIQUE,
        display_name TEXT,
        password TEXT,
        version INTEGER NOT NULL,
        sessions_from INTEGER NOT NULL,
        disabled_at INTEGER,
        roles TEXT NOT NULL,
        permissions TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sessions (
        sid TEXT PRIMARY KEY NOT NULL,
        account TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        record BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_by_account ON sessions (account);
    CREATE INDEX sessions_by_expiry ON sessions (expires_at);
    CREATE TABLE session_data (
        sid TEXT PRIMARY KEY NOT NULL REFERENCES sessions (sid) ON DELETE CASCADE,
        bytes BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE revocation_log (
        seq INTEGER PRIMARY KEY NOT NULL,
        at INTEGER NOT NULL,
        entry TEXT NOT NULL,
        settled INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX revocation_log_by_age ON revocation_log (settled, at);
    CREATE TABLE feed (
        only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
        feed_id TEXT NOT NULL,
        head INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE signing_keys (
        position INTEGER PRIMARY KEY NOT NULL,
        kid TEXT NOT NULL UNIQUE,
        algorithm TEXT NOT NULL,
        public_jwk TEXT NOT NULL,
        sealed BLOB NOT NULL,
        state TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE root_secret (
        only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
        fingerprint TEXT NOT NULL
    ) STRICT;
";

const AUDIT: &str = "
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        at INTEGER NOT NULL,
        account TEXT,
        event TEXT NOT NULL,
        address TEXT,
        whole INTEGER NOT NULL,
        note TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_by_account ON audit (account, seq);
    CREATE INDEX audit_by_event ON audit (event, seq);
    CREATE INDEX audit_by_age ON audit (at);
    CREATE INDEX audit_by_whole_address ON audit (at) WHERE whole = 1;
";

/// Applications, roles, permissions; and which account has which role.
const DIRECTORY: &str = "
    CREATE TABLE directory (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE directory_stamp (
        only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
        stamp INTEGER NOT NULL
    ) STRICT;
    INSERT INTO directory_stamp (only_row, stamp) VALUES (1, 0);
    CREATE TABLE account_roles (
        role TEXT NOT NULL,
        account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        PRIMARY KEY (role, account)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX account_roles_by_account ON account_roles (account);
";

/// Browsers from which somebody has signed in.
const DEVICES: &str = "
    CREATE TABLE account_devices (
        account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        digest BLOB NOT NULL,
        seen_at INTEGER NOT NULL,
        PRIMARY KEY (account, digest)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX account_devices_by_age ON account_devices (seen_at);
    CREATE INDEX account_devices_of_account ON account_devices (account, seen_at);
";

/// What lives shortly, apart from sessions and log: one-time values, and counts of attempts.
const PASSING: &str = "
    CREATE TABLE one_time_values (
        purpose TEXT NOT NULL,
        digest BLOB NOT NULL,
        subject TEXT NOT NULL,
        value TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        PRIMARY KEY (purpose, digest),
        UNIQUE (purpose, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX one_time_values_by_expiry ON one_time_values (expires_at);
    CREATE INDEX one_time_values_by_purpose ON one_time_values (purpose, expires_at);
    CREATE TABLE counts (
        key BLOB PRIMARY KEY NOT NULL,
        at INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        in_a_row INTEGER NOT NULL,
        until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX counts_by_end ON counts (until);
";

/// The life of signing keys and of root secrets. Tokens of keys that signed before may be as old as any verifier accepts.
const KEYS: &str = "
    ALTER TABLE signing_keys ADD COLUMN active_at INTEGER;
    ALTER TABLE signing_keys ADD COLUMN retired_at INTEGER;
    ALTER TABLE signing_keys ADD COLUMN token_life INTEGER NOT NULL DEFAULT 0;
    UPDATE signing_keys SET active_at = created_at, token_life = 3600 WHERE state = 'active';
    CREATE TABLE root_secrets (
        position INTEGER PRIMARY KEY NOT NULL,
        fingerprint TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL,
        since INTEGER NOT NULL,
        may_leave_at INTEGER
    ) STRICT;
    INSERT INTO root_secrets (fingerprint, state, since) SELECT fingerprint, 'current', 0 FROM root_secret;
    DROP TABLE root_secret;
    CREATE TABLE keys_version (
        only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
        version INTEGER NOT NULL
    ) STRICT;
    INSERT INTO keys_version (only_row, version) VALUES (1, 0);
";

/// Takes the steps that are missing.
pub(super) fn up(connection: &mut Connection, path: &str) -> Result<(), OpenError> {
    let failed = |e: rusqlite::Error| open_error(path, &e);
    let number = |name: &str| connection.pragma_query_value(None, name, |r| r.get::<_, i32>(0));
    let (application, found) = (number("application_id").map_err(failed)?, number("user_version").map_err(failed)?);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).map_err(failed)?;
    if application != APPLICATION_ID && (application != 0 || found != 0 || tables != 0) {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    if found > STEPS.len() {
        let (found, known) = (u32::try_from(found).unwrap_or(u32::MAX), STEPS.len() as u32);
        return Err(OpenError::Later { path: path.to_owned(), found, known });
    }
    for (n, step) in STEPS.iter().enumerate().skip(found) {
        take(connection, step, n + 1).map_err(failed)?;
    }
    Ok(())
}

/// One step and its number, together or not at all.
fn take(connection: &mut Connection, step: &[&str], number: usize) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    step.iter().try_for_each(|tables| transaction.execute_batch(tables))?;
    if number == 1 {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        let drawn: [u8; 16] =
            rng::bytes(&SystemRng::new()).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        transaction
            .execute("INSERT INTO feed (only_row, feed_id, head) VALUES (1, $1, 0)", [base64url::encode(&drawn)])?;
    }
    transaction.pragma_update(None, "user_version", number as i64)?;
    transaction.commit()
}
