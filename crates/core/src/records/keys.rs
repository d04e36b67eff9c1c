//! Signing keys, and what the database knows of root secrets.

use std::fmt;
use std::time::Duration;

use doorward_verify::{Algorithm, Timestamp};
use serde::{Deserialize, Serialize};

/// A signing key as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Its public name.
    pub kid: String,
    /// The one algorithm it is for.
    pub algorithm: Algorithm,
    /// Its public half, a JWK (RFC 7517) as JSON.
    pub public_jwk: String,
    /// Its private half, sealed under the root secret.
    pub sealed: Vec<u8>,
    /// Where it stands in its life.
    pub state: KeyState,
    /// When it was made; it is published from then on.
    pub created_at: Timestamp,
    /// Since when it signs, or when it began to.
    pub active_at: Option<Timestamp>,
    /// When it stopped signing.
    pub retired_at: Option<Timestamp>,
    /// The longest life of an access token that any node has signed with it: whoever shortens that life in the settings
    /// has not shortened the tokens that are under way.
    pub token_life: Duration,
}

/// Leaves out the sealed half.
impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey").field("kid", &self.kid).field("state", &self.state).finish_non_exhaustive()
    }
}

/// The life of a signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, does not sign yet.
    Next,
    /// Signs.
    Active,
    /// Published until the last token it signed has expired.
    Retired,
}

impl KeyState {
    /// As stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    /// Reads what [`name`](Self::name) wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired].into_iter().find(|s| s.name() == name)
    }
}

/// What the database knows of a root secret. The secret itself is nowhere in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRoot {
    /// Names the secret without revealing it.
    pub fingerprint: String,
    /// How it stands.
    pub state: RootState,
    /// Since when it stands so.
    pub since: Timestamp,
    /// When nothing that it made can be alive any more; known from the moment at which another took its place.
    pub may_leave_at: Option<Timestamp>,
}

impl StoredRoot {
    /// One that makes what is new from `since` on.
    #[must_use]
    pub fn current(fingerprint: String, since: Timestamp) -> Self {
        Self { fingerprint, state: RootState::Current, since, may_leave_at: None }
    }
}

/// How a root secret stands. One that is listed and not known to the database verifies and makes nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RootState {
    /// Makes what is new and seals the signing keys; there is exactly one.
    Current,
    /// Verifies what it made.
    Former,
    /// Counts for nothing, wherever it is listed.
    Distrusted,
}

impl RootState {
    /// As stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Former => "former",
            Self::Distrusted => "distrusted",
        }
    }

    /// Reads what [`name`](Self::name) wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Current, Self::Former, Self::Distrusted].into_iter().find(|s| s.name() == name)
    }
}

/// All of it, of one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredKeys {
    /// Grows by one with every change; 0 where there is nothing yet.
    pub version: u64,
    /// In the order in which they were made.
    pub keys: Vec<StoredKey>,
    /// In the order in which they were bound.
    pub roots: Vec<StoredRoot>,
}

impl StoredKeys {
    /// The root secret that makes what is new; `None` where nothing is bound yet.
    #[must_use]
    pub fn current_root(&self) -> Option<&StoredRoot> {
        self.roots.iter().find(|root| root.state == RootState::Current)
    }
}
