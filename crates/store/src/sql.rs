//! Every statement, with numbered places in ascending order: SQLite and PostgreSQL take the same texts. What only one of
//! them can say, or must say otherwise, stands in [`postgres`], or says here that it is for SQLite.

#[cfg(feature = "postgres")]
pub(super) mod postgres;

pub(super) const INSERT_SESSION: &str =
    "INSERT INTO sessions (sid, account, expires_at, record) VALUES ($1, $2, $3, $4) ON CONFLICT (sid) DO NOTHING";
pub(super) const FIND_SESSION: &str = "SELECT record FROM sessions WHERE sid = $1";
pub(super) const WRITE_SESSION: &str = "UPDATE sessions SET expires_at = $1, record = $2 WHERE sid = $3";
pub(super) const END_SESSION: &str = "DELETE FROM sessions WHERE sid = $1";
pub(super) const SESSIONS_OF_ACCOUNT: &str = "SELECT sid, record FROM sessions WHERE account = $1";
pub(super) const PURGE_SESSIONS: &str = "DELETE FROM sessions WHERE sid IN \
    (SELECT sid FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(super) const FIND_DATA: &str = "SELECT s.record, d.bytes FROM sessions s LEFT JOIN session_data d ON d.sid = s.sid \
    WHERE s.sid = $1";
pub(super) const WRITE_DATA: &str = "INSERT INTO session_data (sid, bytes) VALUES ($1, $2) \
    ON CONFLICT (sid) DO UPDATE SET bytes = excluded.bytes";

pub(super) const CREATE_ACCOUNT: &str = "INSERT INTO accounts (id, identifier, display_name, password, version, \
    sessions_from, disabled_at, roles, permissions, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
    ON CONFLICT (identifier) DO NOTHING";
pub(super) const ACCOUNT_BY_ID: &str = "SELECT id, identifier, display_name, password, version, sessions_from, \
    disabled_at, roles, permissions, created_at FROM accounts WHERE id = $1";
pub(super) const ACCOUNT_BY_IDENTIFIER: &str = "SELECT id, identifier, display_name, password, version, sessions_from, \
    disabled_at, roles, permissions, created_at FROM accounts WHERE identifier = $1";
pub(super) const DELETE_ACCOUNT: &str = "DELETE FROM accounts WHERE id = $1";
pub(super) const HASHES_FROM: &str =
    "SELECT password FROM accounts WHERE id >= $1 AND password IS NOT NULL ORDER BY id LIMIT $2";
pub(super) const HASHES_BEFORE: &str =
    "SELECT password FROM accounts WHERE id < $1 AND password IS NOT NULL ORDER BY id LIMIT $2";
pub(super) const PAGE_OF_ACCOUNTS: &str = "SELECT id, identifier, display_name, password, version, sessions_from, \
    disabled_at, roles, permissions, created_at FROM accounts WHERE identifier > $1 ORDER BY identifier LIMIT $2";
pub(super) const WRITE_ACCOUNT: &str = "UPDATE accounts SET display_name = $1, password = $2, version = $3, \
    sessions_from = $4, disabled_at = $5, roles = $6, permissions = $7 WHERE id = $8";

pub(super) const MOVE_HEAD: &str = "UPDATE feed SET head = head + $1 WHERE only_row = 1 RETURNING head";
pub(super) const READ_HEAD: &str = "SELECT feed_id, head FROM feed WHERE only_row = 1";
pub(super) const APPEND: &str = "INSERT INTO revocation_log (seq, at, entry, settled) VALUES ($1, $2, $3, 0)";
pub(super) const SINCE: &str =
    "SELECT seq, at, entry, settled FROM revocation_log WHERE seq > $1 ORDER BY seq LIMIT $2";
pub(super) const SETTLE: &str = "UPDATE revocation_log SET settled = 1 WHERE seq = $1";
pub(super) const PURGE_LOG: &str = "DELETE FROM revocation_log WHERE seq IN \
    (SELECT seq FROM revocation_log WHERE settled = 1 AND at < $1 ORDER BY at LIMIT $2)";

pub(super) const ALL_KEYS: &str = "SELECT kid, algorithm, public_jwk, sealed, state, created_at, active_at, retired_at, \
    token_life FROM signing_keys ORDER BY position";
pub(super) const PUT_KEY: &str = "INSERT INTO signing_keys (kid, algorithm, public_jwk, sealed, state, created_at, \
    active_at, retired_at, token_life) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
    ON CONFLICT (kid) DO UPDATE SET algorithm = excluded.algorithm, public_jwk = excluded.public_jwk, \
    sealed = excluded.sealed, state = excluded.state, created_at = excluded.created_at, \
    active_at = excluded.active_at, retired_at = excluded.retired_at, token_life = excluded.token_life";
pub(super) const REMOVE_KEY: &str = "DELETE FROM signing_keys WHERE kid = $1";
pub(super) const ALL_ROOTS: &str = "SELECT fingerprint, state, since, may_leave_at FROM root_secrets ORDER BY position";
pub(super) const PUT_ROOT: &str = "INSERT INTO root_secrets (fingerprint, state, since, may_leave_at) \
    VALUES ($1, $2, $3, $4) ON CONFLICT (fingerprint) DO UPDATE SET state = excluded.state, since = excluded.since, \
    may_leave_at = excluded.may_leave_at";
pub(super) const REMOVE_ROOT: &str = "DELETE FROM root_secrets WHERE fingerprint = $1";
pub(super) const KEYS_VERSION: &str = "SELECT version FROM keys_version WHERE only_row = 1";
pub(super) const MOVE_KEYS_VERSION: &str =
    "UPDATE keys_version SET version = version + 1 WHERE only_row = 1 AND version = $1";

pub(super) const WRITE_DOWN: &str =
    "INSERT INTO audit (at, account, event, address, whole, note) VALUES ($1, $2, $3, $4, $5, $6)";

/// Oldest first, and newest first.
macro_rules! audit {
    ($which:literal, $between:literal, $most:literal) => {
        [
            concat!("SELECT seq, note, address FROM audit WHERE ", $which, $between, " ORDER BY seq LIMIT ", $most),
            concat!(
                "SELECT seq, note, address FROM audit WHERE ",
                $which,
                $between,
                " ORDER BY seq DESC LIMIT ",
                $most
            ),
        ]
    };
}
pub(super) const AUDIT: [&str; 2] = audit!("", "seq > $1 AND seq < $2", "$3");
pub(super) const AUDIT_OF_ACCOUNT: [&str; 2] = audit!("account = $1 AND ", "seq > $2 AND seq < $3", "$4");
pub(super) const AUDIT_OF_EVENT: [&str; 2] = audit!("event = $1 AND ", "seq > $2 AND seq < $3", "$4");
pub(super) const AUDIT_OF_BOTH: [&str; 2] = audit!("account = $1 AND event = $2 AND ", "seq > $3 AND seq < $4", "$5");
pub(super) const WHOLE_ADDRESSES: &str =
    "SELECT seq, address FROM audit WHERE whole = 1 AND at < $1 ORDER BY at LIMIT $2";
pub(super) const SHORTEN_ADDRESS: &str = "UPDATE audit SET address = $1, whole = 0 WHERE seq = $2";
pub(super) const FORGET_ADDRESSES: &str = "UPDATE audit SET address = NULL, whole = 0 WHERE account = $1";
pub(super) const PURGE_AUDIT: &str =
    "DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE at < $1 ORDER BY at LIMIT $2)";

pub(super) const COUNT_OTHER_VALUES: &str = "SELECT count(*) FROM one_time_values \
    WHERE purpose = $1 AND expires_at > $2 AND subject <> $3";
pub(super) const PUT_VALUE: &str =
    "INSERT INTO one_time_values (purpose, digest, subject, value, expires_at) VALUES ($1, $2, $3, $4, $5)";
pub(super) const FIND_VALUE: &str = "SELECT subject, value, expires_at FROM one_time_values \
    WHERE purpose = $1 AND digest = $2 AND expires_at > $3";
pub(super) const DROP_VALUE: &str = "DELETE FROM one_time_values WHERE purpose = $1 AND digest = $2";
pub(super) const DROP_VALUE_OF: &str = "DELETE FROM one_time_values WHERE purpose = $1 AND subject = $2";
pub(super) const CANCEL_VALUE: &str =
    "DELETE FROM one_time_values WHERE purpose = $1 AND subject = $2 AND expires_at > $3";
pub(super) const PURGE_VALUES: &str = "DELETE FROM one_time_values WHERE (purpose, digest) IN \
    (SELECT purpose, digest FROM one_time_values WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

pub(super) const FIND_COUNT: &str = "SELECT at, failures, in_a_row, until FROM counts WHERE key = $1";
pub(super) const KEEP_COUNT: &str = "INSERT INTO counts (key, at, failures, in_a_row, until) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (key) DO UPDATE SET at = excluded.at, failures = excluded.failures, in_a_row = excluded.in_a_row, \
    until = excluded.until";
pub(super) const DROP_COUNT: &str = "DELETE FROM counts WHERE key = $1";
pub(super) const PURGE_COUNTS: &str = "DELETE FROM counts WHERE key IN \
    (SELECT key FROM counts WHERE until <= $1 ORDER BY until LIMIT $2)";

/// One statement, so that the stamp is that of the rows.
pub(super) const DIRECTORY: &str = "SELECT kind, record FROM directory UNION ALL \
    SELECT 'stamp', CAST(stamp AS TEXT) FROM directory_stamp WHERE only_row = 1 ORDER BY 1, 2";
pub(super) const DIRECTORY_STAMP: &str = "SELECT stamp FROM directory_stamp WHERE only_row = 1";
pub(super) const PUT_INTO_DIRECTORY: &str = "INSERT INTO directory (kind, name, record) VALUES ($1, $2, $3) \
    ON CONFLICT (kind, name) DO UPDATE SET record = excluded.record";
pub(super) const DROP_FROM_DIRECTORY: &str = "DELETE FROM directory WHERE kind = $1 AND name = $2";
pub(super) const MOVE_STAMP: &str = "UPDATE directory_stamp SET stamp = $1 WHERE only_row = 1";
pub(super) const ACCOUNTS_WITH_ROLE: &str = "SELECT account FROM account_roles WHERE role = $1 AND account > $2 \
    ORDER BY account LIMIT $3";
pub(super) const OTHER_ADMINISTRATOR: &str = "SELECT 1 FROM account_roles r JOIN accounts a ON a.id = r.account \
    WHERE r.role = $1 AND a.id <> $2 AND a.disabled_at IS NULL LIMIT 1";
pub(super) const DROP_ROLES: &str = "DELETE FROM account_roles WHERE account = $1";
pub(super) const ADD_ROLE: &str = "INSERT INTO account_roles (role, account) VALUES ($1, $2) ON CONFLICT DO NOTHING";
pub(super) const KNOW_DEVICE: &str = "INSERT INTO account_devices (account, digest, seen_at) \
    SELECT id, $1, $2 FROM accounts WHERE id = $3 ON CONFLICT (account, digest) DO UPDATE SET seen_at = excluded.seen_at";
/// For SQLite, which has no offset without a limit.
pub(super) const DROP_OLDEST_DEVICES: &str = "DELETE FROM account_devices WHERE (account, digest) IN \
    (SELECT account, digest FROM account_devices WHERE account = $1 ORDER BY seen_at DESC LIMIT -1 OFFSET $2)";
pub(super) const KNOWS_DEVICE: &str =
    "SELECT 1 FROM account_devices WHERE account = $1 AND digest = $2 AND seen_at >= $3";
pub(super) const FORGET_DEVICES: &str = "DELETE FROM account_devices WHERE account = $1";
pub(super) const PURGE_DEVICES: &str = "DELETE FROM account_devices WHERE (account, digest) IN \
    (SELECT account, digest FROM account_devices WHERE seen_at < $1 ORDER BY seen_at LIMIT $2)";

/// Every statement by name, and whether it may walk a whole table (of a few rows).
#[cfg(test)]
pub(super) const ALL: &[(&str, &str, bool)] = &[
    ("INSERT_SESSION", INSERT_SESSION, false),
    ("FIND_SESSION", FIND_SESSION, false),
    ("WRITE_SESSION", WRITE_SESSION, false),
    ("END_SESSION", END_SESSION, false),
    ("SESSIONS_OF_ACCOUNT", SESSIONS_OF_ACCOUNT, false),
    ("PURGE_SESSIONS", PURGE_SESSIONS, false),
    ("FIND_DATA", FIND_DATA, false),
    ("WRITE_DATA", WRITE_DATA, false),
    ("CREATE_ACCOUNT", CREATE_ACCOUNT, false),
    ("ACCOUNT_BY_ID", ACCOUNT_BY_ID, false),
    ("ACCOUNT_BY_IDENTIFIER", ACCOUNT_BY_IDENTIFIER, false),
    ("PAGE_OF_ACCOUNTS", PAGE_OF_ACCOUNTS, false),
    ("DELETE_ACCOUNT", DELETE_ACCOUNT, false),
    ("HASHES_FROM", HASHES_FROM, false),
    ("HASHES_BEFORE", HASHES_BEFORE, false),
    ("WRITE_ACCOUNT", WRITE_ACCOUNT, false),
    ("MOVE_HEAD", MOVE_HEAD, false),
    ("READ_HEAD", READ_HEAD, false),
    ("APPEND", APPEND, false),
    ("SINCE", SINCE, false),
    ("SETTLE", SETTLE, false),
    ("PURGE_LOG", PURGE_LOG, false),
    ("ALL_KEYS", ALL_KEYS, true),
    ("PUT_KEY", PUT_KEY, false),
    ("REMOVE_KEY", REMOVE_KEY, false),
    ("ALL_ROOTS", ALL_ROOTS, true),
    ("PUT_ROOT", PUT_ROOT, false),
    ("REMOVE_ROOT", REMOVE_ROOT, false),
    ("KEYS_VERSION", KEYS_VERSION, false),
    ("MOVE_KEYS_VERSION", MOVE_KEYS_VERSION, false),
    ("DIRECTORY", DIRECTORY, true),
    ("DIRECTORY_STAMP", DIRECTORY_STAMP, false),
    ("PUT_INTO_DIRECTORY", PUT_INTO_DIRECTORY, false),
    ("DROP_FROM_DIRECTORY", DROP_FROM_DIRECTORY, false),
    ("MOVE_STAMP", MOVE_STAMP, false),
    ("ACCOUNTS_WITH_ROLE", ACCOUNTS_WITH_ROLE, false),
    ("OTHER_ADMINISTRATOR", OTHER_ADMINISTRATOR, false),
    ("DROP_ROLES", DROP_ROLES, false),
    ("ADD_ROLE", ADD_ROLE, false),
    ("WRITE_DOWN", WRITE_DOWN, false),
    ("AUDIT", AUDIT[0], false),
    ("AUDIT newest first", AUDIT[1], false),
    ("AUDIT_OF_ACCOUNT", AUDIT_OF_ACCOUNT[0], false),
    ("AUDIT_OF_ACCOUNT newest first", AUDIT_OF_ACCOUNT[1], false),
    ("AUDIT_OF_EVENT", AUDIT_OF_EVENT[0], false),
    ("AUDIT_OF_EVENT newest first", AUDIT_OF_EVENT[1], false),
    ("AUDIT_OF_BOTH", AUDIT_OF_BOTH[0], false),
    ("AUDIT_OF_BOTH newest first", AUDIT_OF_BOTH[1], false),
    ("WHOLE_ADDRESSES", WHOLE_ADDRESSES, false),
    ("SHORTEN_ADDRESS", SHORTEN_ADDRESS, false),
    ("FORGET_ADDRESSES", FORGET_ADDRESSES, false),
    ("PURGE_AUDIT", PURGE_AUDIT, false),
    ("COUNT_OTHER_VALUES", COUNT_OTHER_VALUES, false),
    ("PUT_VALUE", PUT_VALUE, false),
    ("FIND_VALUE", FIND_VALUE, false),
    ("DROP_VALUE", DROP_VALUE, false),
    ("DROP_VALUE_OF", DROP_VALUE_OF, false),
    ("CANCEL_VALUE", CANCEL_VALUE, false),
    ("PURGE_VALUES", PURGE_VALUES, false),
    ("FIND_COUNT", FIND_COUNT, false),
    ("KEEP_COUNT", KEEP_COUNT, false),
    ("DROP_COUNT", DROP_COUNT, false),
    ("PURGE_COUNTS", PURGE_COUNTS, false),
    ("KNOW_DEVICE", KNOW_DEVICE, false),
    ("DROP_OLDEST_DEVICES", DROP_OLDEST_DEVICES, false),
    ("KNOWS_DEVICE", KNOWS_DEVICE, false),
    ("FORGET_DEVICES", FORGET_DEVICES, false),
    ("PURGE_DEVICES", PURGE_DEVICES, false),
];
