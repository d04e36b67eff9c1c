//! What PostgreSQL says otherwise, because many nodes write at once: a change is conditional on what was read, a purge
//! passes over rows that somebody else is at, and numbers are taken from a row that stays locked until the commit.

pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// One moment, whatever is written meanwhile.
pub(crate) const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
pub(crate) const COMMIT: &str = "COMMIT";

pub(crate) const FIND_SESSIONS: &str = "SELECT sid, record FROM sessions WHERE sid = ANY($1)";
/// Only if nobody has written to it since it was read.
pub(crate) const REWRITE_SESSION: &str =
    "UPDATE sessions SET expires_at = $1, record = $2 WHERE sid = $3 AND record = $4";
/// In one order, so that two that end the same ones never wait for each other.
pub(crate) const END_SESSIONS: &str = "DELETE FROM sessions WHERE sid = ANY(ARRAY( \
    SELECT sid FROM sessions WHERE sid = ANY($1) ORDER BY sid FOR UPDATE))";
/// The array is made once; a subquery with a limit might be run again for every row.
pub(crate) const PURGE_SESSIONS: &str = "DELETE FROM sessions WHERE sid = ANY(ARRAY( \
    SELECT sid FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))";
/// Only beside the record that was read, and only over the data that were: `$4` is null where there were none.
pub(crate) const REWRITE_DATA: &str = "INSERT INTO session_data (sid, bytes) \
    SELECT sid, $1 FROM sessions WHERE sid = $2 AND record = $3 FOR NO KEY UPDATE \
    ON CONFLICT (sid) DO UPDATE SET bytes = excluded.bytes WHERE session_data.bytes = $4";

pub(crate) const LOCK_ACCOUNT: &str = "SELECT id, identifier, display_name, password, version, sessions_from, \
    disabled_at, roles, permissions, created_at FROM accounts WHERE id = $1 FOR NO KEY UPDATE";
pub(crate) const ACCOUNTS_BY_ID: &str = "SELECT id, identifier, display_name, password, version, sessions_from, \
    disabled_at, roles, permissions, created_at FROM accounts WHERE id = ANY($1)";

/// Of two with one identifier the first is written.
pub(crate) const CREATE_ACCOUNTS: &str = "INSERT INTO accounts (id, identifier, display_name, password, version, \
    sessions_from, disabled_at, roles, permissions, created_at) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], \
    $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::bigint[]) \
    ON CONFLICT (identifier) DO NOTHING RETURNING id";

pub(crate) const DROP_OLDEST_DEVICES: &str = "DELETE FROM account_devices WHERE account = $1 AND digest = ANY(ARRAY( \
    SELECT digest FROM account_devices WHERE account = $1 ORDER BY seen_at DESC OFFSET $2))";
pub(crate) const PURGE_DEVICES: &str = "DELETE FROM account_devices WHERE ctid = ANY(ARRAY( \
    SELECT ctid FROM account_devices WHERE seen_at < $1 ORDER BY seen_at LIMIT $2 FOR UPDATE SKIP LOCKED))";

/// The last statement of a transaction that ends something: the row of the head stays locked until the commit, so numbers
/// are without gaps and in the order of commits. The audit's row is locked after it, always in this order.
pub(crate) const APPEND: &str = "WITH \
    moved AS (UPDATE feed SET head = head + $1 WHERE only_row = 1 RETURNING head), \
    counted AS (UPDATE audit_head SET head = audit_head.head + $4 FROM moved WHERE only_row = 1 \
        RETURNING audit_head.head), \
    entries AS (INSERT INTO revocation_log (seq, at, entry, settled) \
        SELECT moved.head - $1 + e.n, e.at, e.entry, 0 \
        FROM moved, unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS e (at, entry, n)), \
    notes AS (INSERT INTO audit (seq, at, account, event, address, whole, note) \
        SELECT counted.head - $4 + r.n, r.at, r.account, r.event, r.address, r.whole, r.note \
        FROM counted, unnest($5::bigint[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::text[]) \
            WITH ORDINALITY AS r (at, account, event, address, whole, note, n)) \
    SELECT head, pg_notify('doorward_log', '') FROM moved";
/// The same where nothing has ended.
pub(crate) const WRITE_DOWN: &str = "WITH \
    counted AS (UPDATE audit_head SET head = head + $1 WHERE only_row = 1 RETURNING head) \
    INSERT INTO audit (seq, at, account, event, address, whole, note) \
        SELECT counted.head - $1 + r.n, r.at, r.account, r.event, r.address, r.whole, r.note \
        FROM counted, unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[]) \
            WITH ORDINALITY AS r (at, account, event, address, whole, note, n)";
pub(crate) const LISTEN: &str = "doorward_log";
pub(crate) const SETTLE: &str = "UPDATE revocation_log SET settled = 1 WHERE seq = ANY(ARRAY( \
    SELECT seq FROM revocation_log WHERE seq = ANY($1) AND settled = 0 ORDER BY seq FOR UPDATE))";
pub(crate) const PURGE_LOG: &str = "DELETE FROM revocation_log WHERE seq = ANY(ARRAY( \
    SELECT seq FROM revocation_log WHERE settled = 1 AND at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED))";

pub(crate) const WHOLE_ADDRESSES: &str =
    "SELECT seq, address FROM audit WHERE whole = 1 AND at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED";
pub(crate) const SHORTEN_ADDRESSES: &str = "UPDATE audit SET address = short.address, whole = 0 \
    FROM unnest($1::bigint[], $2::text[]) AS short (seq, address) WHERE audit.seq = short.seq";
pub(crate) const PURGE_AUDIT: &str = "DELETE FROM audit WHERE seq = ANY(ARRAY( \
    SELECT seq FROM audit WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED))";

/// Until the end of the transaction: for things that have no row to lock yet.
pub(crate) const LOCK_NAMES: &str =
    "SELECT pg_advisory_xact_lock($1, name) FROM unnest($2::int[]) AS name ORDER BY name";
/// What a crash loses of counts is less than a second, and nobody waits for the disk.
pub(crate) const COUNTS_MAY_BE_LATE: &str = "SET LOCAL synchronous_commit = off";
pub(crate) const TAKE_VALUE: &str = "DELETE FROM one_time_values WHERE purpose = $1 AND digest = $2 AND expires_at > $3 \
    RETURNING subject, value, expires_at";
/// By place: a locked row does not move.
pub(crate) const PURGE_VALUES: &str = "DELETE FROM one_time_values WHERE ctid = ANY(ARRAY( \
    SELECT ctid FROM one_time_values WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))";
pub(crate) const PURGE_COUNTS: &str = "DELETE FROM counts WHERE key = ANY(ARRAY( \
    SELECT key FROM counts WHERE until <= $1 ORDER BY until LIMIT $2 FOR UPDATE SKIP LOCKED))";

pub(crate) const LOCK_KEYS: &str = "SELECT version FROM keys_version WHERE only_row = 1 FOR UPDATE";
pub(crate) const LOCK_DIRECTORY: &str = "SELECT stamp FROM directory_stamp WHERE only_row = 1 FOR UPDATE";

/// What a new connection says of its server.
pub(crate) const WHO_ARE_YOU: &str = "SELECT current_setting('server_version_num')::bigint, \
    current_setting('server_encoding'), current_setting('transaction_read_only') = 'on', \
    (SELECT system_identifier::text FROM pg_control_system()), \
    CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END";
/// Whatever the server's default is: what was answered must be on the disk.
pub(crate) const MAKE_DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) \
    WHERE current_setting('synchronous_commit') = 'off'";
pub(crate) const WALL_CLOCK: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// Every statement by name, and whether it may walk a whole table (of a few rows).
#[cfg(all(test, feature = "live"))]
pub(crate) const ALL: &[(&str, &str, bool)] = &[
    ("FIND_SESSIONS", FIND_SESSIONS, false),
    ("REWRITE_SESSION", REWRITE_SESSION, false),
    ("END_SESSIONS", END_SESSIONS, false),
    ("PG_PURGE_SESSIONS", PURGE_SESSIONS, false),
    ("REWRITE_DATA", REWRITE_DATA, false),
    ("LOCK_ACCOUNT", LOCK_ACCOUNT, false),
    ("ACCOUNTS_BY_ID", ACCOUNTS_BY_ID, false),
    ("CREATE_ACCOUNTS", CREATE_ACCOUNTS, false),
    ("PG_DROP_OLDEST_DEVICES", DROP_OLDEST_DEVICES, false),
    ("PG_PURGE_DEVICES", PURGE_DEVICES, false),
    ("PG_APPEND", APPEND, false),
    ("PG_WRITE_DOWN", WRITE_DOWN, false),
    ("PG_SETTLE", SETTLE, false),
    ("PG_PURGE_LOG", PURGE_LOG, false),
    ("PG_WHOLE_ADDRESSES", WHOLE_ADDRESSES, false),
    ("SHORTEN_ADDRESSES", SHORTEN_ADDRESSES, false),
    ("PG_PURGE_AUDIT", PURGE_AUDIT, false),
    ("LOCK_NAMES", LOCK_NAMES, false),
    ("TAKE_VALUE", TAKE_VALUE, false),
    ("PG_PURGE_VALUES", PURGE_VALUES, false),
    ("PG_PURGE_COUNTS", PURGE_COUNTS, false),
    ("LOCK_KEYS", LOCK_KEYS, false),
    ("LOCK_DIRECTORY", LOCK_DIRECTORY, false),
    ("WHO_ARE_YOU", WHO_ARE_YOU, false),
    ("MAKE_DURABLE", MAKE_DURABLE, false),
    ("WALL_CLOCK", WALL_CLOCK, false),
];
