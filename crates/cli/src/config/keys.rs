//! Every key: what it holds, its default, and what it does.

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Text,
    Flag,
    Number {
        least: u64,
        most: u64,
    },
    /// `"10s"`, `"5m"`, `"1h"`, `"14d"`; bounds in seconds.
    Span {
        least: u64,
        most: u64,
    },
    OneOf(&'static [&'static str]),
    Texts,
    TextsOf {
        least: usize,
        allowed: &'static [&'static str],
    },
    Address,
    /// An address and a port, or "off".
    AddressOrOff,
    /// A file; empty if there is none.
    File,
    /// Addresses, or networks like `"10.0.0.0/8"`.
    Networks,
    /// Names or addresses, perhaps with a port.
    Hosts,
    Url,
}

/// One key of a section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// As it would stand in the file; empty if there is none and it must be given.
    pub(super) default: &'static str,
    pub(super) about: &'static str,
}

const fn key(section: &'static str, name: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Key {
    Key { section, name, kind, default, about }
}

const DAY: u64 = 86_400;
const IDLE: Kind = Kind::Span { least: 120, most: 90 * DAY };
const ABSOLUTE: Kind = Kind::Span { least: 300, most: 400 * DAY };
pub(super) const CLAIMS: &[&str] = &["name", "preferred_username"];
pub(super) const MODES: &[&str] = &["session", "token", "hybrid"];

/// All of them, section by section.
pub(super) const KEYS: &[Key] = &[
    key(
        "server",
        "public_url",
        Kind::Url,
        "",
        "Where people reach Doorward: scheme and host, nothing behind. The issuer of its tokens.",
    ),
    key("server", "listen", Kind::Address, "\"127.0.0.1:8080\"", "Where it listens."),
    key(
        "server",
        "behind",
        Kind::Networks,
        "[]",
        "Proxies in front that speak TLS, like [\"10.0.0.0/8\"]. Needed to listen beyond this machine.",
    ),
    key(
        "server",
        "forwarding",
        Kind::OneOf(&["X-Forwarded-For", "Forwarded"]),
        "\"X-Forwarded-For\"",
        "In which header those proxies tell whom they serve; the other one is not read.",
    ),
    key(
        "server",
        "hosts",
        Kind::Hosts,
        "[]",
        "Further hosts under which it is asked, like [\"doorward.internal\"]; people know it by that of public_url alone.",
    ),
    key("server", "metrics", Kind::Flag, "false", "Answer /metrics on the same address."),
    key(
        "server",
        "metrics_listen",
        Kind::AddressOrOff,
        "\"off\"",
        "Where operators' machines are answered, in the clear: /metrics and /health; like \"127.0.0.1:9464\".",
    ),
    key(
        "server",
        "drain_pause",
        Kind::Span { least: 0, most: 300 },
        "\"0s\"",
        "Asked to stop, it says \"not ready\" and takes requests for so long; then it lets running ones finish, for 30s at most.",
    ),
    key(
        "server",
        "own_host",
        Kind::Flag,
        "false",
        "The host belongs to Doorward alone: a sign-out clears the browser's cache and storage for it.",
    ),
    key(
        "server",
        "data",
        Kind::Text,
        "\"doorward-data\"",
        "Directory of the database, the root secret and the control socket; relative to where Doorward is started.",
    ),
    key(
        "server",
        "cache",
        Kind::Number { least: 0, most: 10_000_000 },
        "50000",
        "Copies of sessions, and of accounts, kept in memory for checks; 0 for none.",
    ),
    key(
        "tls",
        "cert",
        Kind::File,
        "\"\"",
        "PEM file of the certificate, then of those that vouch for it. Read again when it changes.",
    ),
    key(
        "tls",
        "key",
        Kind::File,
        "\"\"",
        "PEM file of the certificate's private key, which others must not be able to read.",
    ),
    key(
        "tls",
        "http_listen",
        Kind::AddressOrOff,
        "\"off\"",
        "Where plain HTTP is heard as well, to send pages to https; like \"0.0.0.0:80\".",
    ),
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

/// Keys of one entry of `[[clients]]`.
pub(super) const CLIENT_KEYS: &[Key] = &[
    key(
        "clients",
        "id",
        Kind::Text,
        "",
        "Name of the application, 1 to 64 of A-Z a-z 0-9 . _ - (\"default\" is meant when a request names none).",
    ),
    key(
        "clients",
        "modes",
        Kind::TextsOf { least: 1, allowed: MODES },
        "[\"session\"]",
        "How its sign-ins may be carried; the first is meant when it asks for none.",
    ),
    key(
        "clients",
        "audiences",
        Kind::Texts,
        "[]",
        "Resource servers that its access tokens are for; Doorward itself if empty.",
    ),
    key(
        "clients",
        "origins",
        Kind::Texts,
        "[]",
        "Origins whose scripts may speak with Doorward in its name, like \"https://app.example\".",
    ),
    key("clients", "name", Kind::Text, "\"\"", "How people know it."),
    key(
        "clients",
        "claims",
        Kind::TextsOf { least: 0, allowed: CLAIMS },
        "[]",
        "What its access tokens say beyond id, roles and permissions.",
    ),
    key("clients", "native", Kind::Flag, "false", "Runs on people's own devices."),
];

/// What people look for that stands elsewhere, and where.
pub(super) const ELSEWHERE: &[(&str, &str)] = &[
    ("ssl", "certificate and key stand in [tls]"),
    ("trusted_proxies", "proxies stand in [server] behind"),
    ("database", "the embedded database lies in [server] data"),
    ("data", "it stands in a section: [server] data"),
    ("listen", "it stands in a section: [server] listen"),
    ("public_url", "it stands in a section: [server] public_url"),
];
