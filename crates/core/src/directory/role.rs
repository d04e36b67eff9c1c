//! Roles and the permissions they give.

use serde::{Deserialize, Serialize};

/// Whoever has this role may do everything that administrators may. It cannot be changed or removed.
pub const ADMINISTRATOR: &str = "administrator";

/// What Doorward itself asks for, and what it is for.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("admin:accounts", "Find, make, disable and delete accounts, and give them roles."),
    ("admin:audit", "Read who did what."),
    ("admin:clients", "Add, change and disable applications and their secrets."),
    ("admin:keys", "Rotate and distrust signing keys."),
    ("admin:roles", "Define roles and permissions."),
    ("admin:sessions", "See and end other people's sessions."),
    ("revocations:read", "Follow the feed of what has ended."),
    ("sessions:check", "Ask who somebody is, as an application server."),
    ("tokens:introspect", "Ask whether a token counts."),
];

/// A role: a name for permissions that go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its name, as in tokens.
    pub name: String,
    /// What it gives, in order.
    pub permissions: Vec<String>,
}

/// A permission that an application asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// Its name, as in tokens.
    pub name: String,
    /// What it is for.
    pub about: String,
}

/// Names of roles and permissions stand in tokens and in headers between servers: 1 to 64 of `A-Z a-z 0-9 . _ : -`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let letter = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b':' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(letter)
}
