//! Every key: what it holds, its default, and what it does.

use std::sync::LazyLock;

mod limits;
mod pages;
mod rules;
mod server;

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
pub(super) const CLAIMS: &[&str] = &["name", "preferred_username"];
pub(super) const MODES: &[&str] = &["session", "token", "hybrid"];

/// All of them, section by section.
pub(super) static KEYS: LazyLock<Vec<Key>> =
    LazyLock::new(|| [server::KEYS, pages::KEYS, limits::KEYS, rules::KEYS].concat());

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
