//! Where it is reached, through what, and by how many.

use super::{Key, Kind, key};

/// `[server]` and `[tls]`.
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
        "connections",
        Kind::Number { least: 16, most: 1_000_000 },
        "10000",
        "Connections at once; fewer where the system allows fewer open files. One more takes the place of the idlest.",
    ),
    key(
        "server",
        "connections_per_address",
        Kind::Number { least: 1, most: 1_000_000 },
        "1000",
        "The same from one address. What comes from [server] behind is only counted together.",
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
];
