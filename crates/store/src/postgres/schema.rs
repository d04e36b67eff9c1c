//! The tables, as the steps that made them. A step never changes once shipped.
//!
//! Texts are compared byte by byte (`COLLATE "C"`), as everywhere in Doorward: with a collation of some language, pages of
//! accounts would overlap. Rows that are written often leave room beside them and are tidied up often.

/// Each step is a list of groups of tables.
pub(super) const STEPS: &[&[&str]] = &[&[ACCOUNTS, DEVICES, SESSIONS, LOG, KEYS, AUDIT, DIRECTORY, PASSING]];

/// Which steps were taken. `least` is the step that a program must know to work on these tables: a later step that only
/// adds leaves it alone, so that nodes of two versions can share them.
pub(super) const VERSION: &str = r#"
    CREATE TABLE schema_version (
        only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
        application TEXT NOT NULL,
        version BIGINT NOT NULL,
        least BIGINT NOT NULL
    );
    INSERT INTO schema_version (only_row, application, version, least) VALUES (1, 'doorward', 0, 0);
"#;

const ACCOUNTS: &str = r#"
    CREATE TABLE accounts (
        id TEXT COLLATE "C" PRIMARY KEY,
        identifier TEXT COLLATE "C" NOT NULL UNIQUE,
        display_name TEXT,
        password TEXT,
        version BIGINT NOT NULL,
        sessions_from BIGINT NOT NULL,
        disabled_at BIGINT,
        roles TEXT NOT NULL,
        permissions TEXT NOT NULL,
        created_at BIGINT NOT NULL
    );
"#;

const DEVICES: &str = r#"
    CREATE TABLE account_devices (
        account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        digest BYTEA NOT NULL,
        seen_at BIGINT NOT NULL,
        PRIMARY KEY (account, digest)
    );
    CREATE INDEX account_devices_by_age ON account_devices (seen_at);
    CREATE INDEX account_devices_of_account ON account_devices (account, seen_at);
"#;

const SESSIONS: &str = r#"
    CREATE TABLE sessions (
        sid TEXT COLLATE "C" PRIMARY KEY,
        account TEXT COLLATE "C" NOT NULL,
        expires_at BIGINT NOT NULL,
        record BYTEA NOT NULL
    ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE sessions ALTER COLUMN record SET STORAGE PLAIN;
    CREATE INDEX sessions_by_account ON sessions (account);
    CREATE INDEX sessions_by_expiry ON sessions (expires_at);
    CREATE TABLE session_data (
        sid TEXT COLLATE "C" PRIMARY KEY REFERENCES sessions (sid) ON DELETE CASCADE,
        bytes BYTEA NOT NULL
    );
"#;

const LOG: &str = r#"
    CREATE TABLE revocation_log (
        seq BIGINT PRIMARY KEY,
        at BIGINT NOT NULL,
        entry TEXT NOT NULL,
        settled BIGINT NOT NULL
    );
    CREATE INDEX revocation_log_by_age ON revocation_log (settled, at);
    CREATE TABLE feed (
        only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
        feed_id TEXT NOT NULL,
        head BIGINT NOT NULL
    ) WITH (fillfactor = 10);
"#;

const KEYS: &str = r#"
    CREATE TABLE signing_keys (
        position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kid TEXT COLLATE "C" NOT NULL UNIQUE,
        algorithm TEXT NOT NULL,
        public_jwk TEXT NOT NULL,
        sealed BYTEA NOT NULL,
        state TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        active_at BIGINT,
        retired_at BIGINT,
        token_life BIGINT NOT NULL
    );
    CREATE TABLE root_secrets (
        position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        fingerprint TEXT COLLATE "C" NOT NULL UNIQUE,
        state TEXT NOT NULL,
        since BIGINT NOT NULL,
        may_leave_at BIGINT
    );
    CREATE TABLE keys_version (
        only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
        version BIGINT NOT NULL
    );
    INSERT INTO keys_version (only_row, version) VALUES (1, 0);
"#;

/// Numbers come from a row and not from a sequence: they rise in the order of commits.
const AUDIT: &str = r#"
    CREATE TABLE audit (
        seq BIGINT PRIMARY KEY,
        at BIGINT NOT NULL,
        account TEXT COLLATE "C",
        event TEXT COLLATE "C" NOT NULL,
        address TEXT,
        whole BIGINT NOT NULL,
        note TEXT NOT NULL
    );
    CREATE INDEX audit_by_account ON audit (account, seq);
    CREATE INDEX audit_by_event ON audit (event, seq);
    CREATE INDEX audit_by_age ON audit (at);
    CREATE INDEX audit_by_whole_address ON audit (at) WHERE whole = 1;
    CREATE TABLE audit_head (
        only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
        head BIGINT NOT NULL
    ) WITH (fillfactor = 10);
    INSERT INTO audit_head (only_row, head) VALUES (1, 0);
"#;

const DIRECTORY: &str = r#"
    CREATE TABLE directory (
        kind TEXT COLLATE "C" NOT NULL,
        name TEXT COLLATE "C" NOT NULL,
        record TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (kind, name)
    );
    CREATE TABLE directory_stamp (
        only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
        stamp BIGINT NOT NULL
    );
    INSERT INTO directory_stamp (only_row, stamp) VALUES (1, 0);
    CREATE TABLE account_roles (
        role TEXT COLLATE "C" NOT NULL,
        account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        PRIMARY KEY (role, account)
    );
    CREATE INDEX account_roles_by_account ON account_roles (account);
"#;

const PASSING: &str = r#"
    CREATE TABLE one_time_values (
        purpose TEXT COLLATE "C" NOT NULL,
        digest BYTEA NOT NULL,
        subject TEXT COLLATE "C" NOT NULL,
        value TEXT NOT NULL,
        expires_at BIGINT NOT NULL,
        PRIMARY KEY (purpose, digest),
        UNIQUE (purpose, subject)
    );
    CREATE INDEX one_time_values_by_expiry ON one_time_values (expires_at);
    CREATE INDEX one_time_values_by_purpose ON one_time_values (purpose, expires_at);
    CREATE TABLE counts (
        key BYTEA PRIMARY KEY,
        at BIGINT NOT NULL,
        failures BIGINT NOT NULL,
        in_a_row BIGINT NOT NULL,
        until BIGINT NOT NULL
    ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
    CREATE INDEX counts_by_end ON counts (until);
"#;
