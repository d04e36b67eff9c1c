//! Secrets, passwords, tokens, and how long what lives.

use super::{DAY, Key, Kind, key};

const IDLE: Kind = Kind::Span { least: 120, most: 90 * DAY };
const ABSOLUTE: Kind = Kind::Span { least: 300, most: 400 * DAY };

/// All other sections.
pub(super) const KEYS: &[Key] = &[
    key(
        "secret",
        "files",
        Kind::Texts,
        "[]",
        "Files with root secrets, a line for each, newest first; if empty, root-secret in the data directory, made at the first start.",
    ),
    key(
        "accounts",
        "sign_up",
        Kind::OneOf(&["closed", "invite", "open"]),
        "\"closed\"",
        "Who may make an account: operators only, whoever is invited, or everybody.",
    ),
    key(
        "password",
        "min_length",
        Kind::Number { least: 8, most: 128 },
        "15",
        "Fewest characters of a new password. Below 15 Doorward warns: the password is the only factor.",
    ),
    key(
        "password",
        "words",
        Kind::Texts,
        "[]",
        "Words that say too much in a password here: the company, its products, its town. Names of people, the host and common passwords need not be listed.",
    ),
    key(
        "password",
        "memory_kib",
        Kind::Number { least: 19_456, most: 1_048_576 },
        "65536",
        "argon2id: memory of one hash.",
    ),
    key("password", "passes", Kind::Number { least: 1, most: 64 }, "3", "argon2id: passes over the memory."),
    key("password", "lanes", Kind::Number { least: 1, most: 16 }, "1", "argon2id: lanes."),
    key(
        "password",
        "threads",
        Kind::Number { least: 0, most: 1024 },
        "0",
        "Threads that hash; 0 means one less than the machine has cores.",
    ),
    key(
        "tokens",
        "algorithm",
        Kind::OneOf(&["ES256", "Ed25519", "EdDSA", "RS256"]),
        "\"ES256\"",
        "What signs access tokens. After a change the new kind of key is published first, and takes over after [keys] publish_before.",
    ),
    key("tokens", "access_token", Kind::Span { least: 60, most: 3600 }, "\"5m\"", "Life of an access token."),
    key(
        "tokens",
        "grace",
        Kind::Span { least: 0, most: 60 },
        "\"10s\"",
        "For so long after a refresh the same answer is given again.",
    ),
    key(
        "tokens",
        "native_grace",
        Kind::Span { least: 0, most: 60 },
        "\"60s\"",
        "The same for clients on people's own devices.",
    ),
    key("tokens", "leeway", Kind::Span { least: 0, most: 120 }, "\"30s\"", "Clock skew that verifiers allow for."),
    key(
        "tokens",
        "budget",
        Kind::Number { least: 700, most: 4000 },
        "1200",
        "Most bytes of an access token: a role that would make a larger one is not given.",
    ),
    key(
        "keys",
        "rotate_every",
        Kind::Span { least: DAY, most: 400 * DAY },
        "\"90d\"",
        "How long a key signs; then the next one takes its place, which has been published all the while.",
    ),
    key(
        "keys",
        "publish_before",
        Kind::Span { least: 1800, most: 30 * DAY },
        "\"24h\"",
        "How long a key is published before it signs, at least: longer than any verifier keeps a key set.",
    ),
    key("lifetimes.session", "idle", IDLE, "\"1h\"", "Mode session: ends after so long without activity."),
    key("lifetimes.session", "absolute", ABSOLUTE, "\"24h\"", "Mode session: ends so long after the sign-in."),
    key("lifetimes.session", "remember_idle", IDLE, "\"14d\"", "The same with \"remember me\"."),
    key("lifetimes.session", "remember_absolute", ABSOLUTE, "\"30d\"", "The same with \"remember me\"."),
    key("lifetimes.token", "idle", IDLE, "\"7d\"", "Mode token: ends after so long without a refresh."),
    key("lifetimes.token", "absolute", ABSOLUTE, "\"30d\"", "Mode token: ends so long after the sign-in."),
    key("lifetimes.hybrid", "idle", IDLE, "\"24h\"", "Mode hybrid: ends after so long without a refresh."),
    key("lifetimes.hybrid", "absolute", ABSOLUTE, "\"7d\"", "Mode hybrid: ends so long after the sign-in."),
    key("lifetimes.hybrid", "remember_idle", IDLE, "\"14d\"", "The same with \"remember me\"."),
    key("lifetimes.hybrid", "remember_absolute", ABSOLUTE, "\"30d\"", "The same with \"remember me\"."),
    key("log", "level", Kind::OneOf(&["error", "warn", "info", "debug"]), "\"info\"", "How much is logged."),
    key(
        "log",
        "format",
        Kind::OneOf(&["auto", "json", "text"]),
        "\"auto\"",
        "JSON lines, or text; auto: text on a terminal.",
    ),
    key(
        "log",
        "keep",
        Kind::Span { least: DAY, most: 30 * DAY },
        "\"24h\"",
        "A row of the revocation log is kept at least so long.",
    ),
];
