//! An application, and what it may do.

use std::time::Duration;

use doorward_verify::Timestamp;
use doorward_verify::base64url;
use serde::{Deserialize, Serialize};

use crate::id::ClientId;
use crate::records::Mode;
use crate::secret::Hashed;

/// Secrets of one application that may be in force at once: the old and the new one while it is being replaced.
pub const MOST_SECRETS: usize = 2;
/// Origins or audiences of one application, at most.
const MOST_NAMES: usize = 32;
/// Bytes of an origin, an audience or a name.
const LONGEST_NAME: usize = 255;

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its public name.
    pub id: ClientId,
    /// How people know it.
    #[serde(default)]
    pub name: Option<String>,
    /// Which modes it may ask for; the first is the one meant when it asks for none.
    pub modes: Vec<Mode>,
    /// `aud` of its access tokens; the issuer if empty.
    #[serde(default)]
    pub audiences: Vec<String>,
    /// Origins whose scripts may speak with Doorward in its name, as browsers write them (RFC 6454 section 6.1).
    #[serde(default)]
    pub origins: Vec<String>,
    /// What its access tokens say beyond the usual.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// What it may do in its own name.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// An application on the person's own device, which may need longer to hear an answer.
    #[serde(default)]
    pub native: bool,
    /// Its sign-ins end after this long without activity; as the mode says if `None`.
    #[serde(default)]
    pub idle_timeout: Option<Duration>,
    /// Its sign-ins end after this long, whatever happens; as the mode says if `None`.
    #[serde(default)]
    pub absolute_timeout: Option<Duration>,
    /// Whether it may be used at all.
    pub enabled: bool,
    /// What it was handed before this moment has ended: it was disabled then.
    #[serde(default)]
    pub ended_before: Option<Timestamp>,
    /// By what it shows that it is itself, newest first.
    #[serde(default)]
    pub secrets: Vec<ClientSecret>,
    /// When it was added; 1970 if it stands in the configuration.
    #[serde(default = "long_ago")]
    pub created_at: Timestamp,
}

fn long_ago() -> Timestamp {
    Timestamp::from_millis(0)
}

/// What an access token may say of a person beyond id, roles and permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// `name`: how the person wants to be called.
    Name,
    /// `preferred_username`: what the person types to sign in.
    PreferredUsername,
}

impl Claim {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Name, Self::PreferredUsername];

    /// As in tokens and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::PreferredUsername => "preferred_username",
        }
    }
}

/// Marks digests of the secrets of applications.
#[derive(Debug)]
pub enum SecretOfClient {}

/// What is kept of a secret of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// Its public name: the first characters of its digest.
    pub id: String,
    /// SHA-256 of it.
    #[serde(with = "digest")]
    pub digest: Hashed<SecretOfClient>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ClientSecret {
    /// Of a secret that was just drawn.
    #[must_use]
    pub fn of(secret: &str, created_at: Timestamp) -> Self {
        let digest = Hashed::of(secret.as_bytes());
        let id = base64url::encode(digest.digest()).chars().take(8).collect();
        Self { id, digest, created_at }
    }
}

mod digest {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::{Hashed, SecretOfClient, base64url};

    pub(super) fn serialize<S: Serializer>(digest: &Hashed<SecretOfClient>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&base64url::encode(digest.digest()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Hashed<SecretOfClient>, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = base64url::decode_array::<32>(text.as_bytes());
        bytes.map(Hashed::from_digest).ok_or_else(|| D::Error::custom("no digest"))
    }
}

/// Why settings cannot be those of an application.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientFault {
    /// It could sign nobody in and do nothing in its own name.
    #[error("an application needs at least one mode, or a permission of its own")]
    NoMode,
    /// One that is named is no origin.
    #[error("{0:?} is no origin: write scheme and host, like https://app.example, without a path")]
    Origin(String),
    /// One that is named is no audience.
    #[error("an audience is 1 to 255 printable characters")]
    Audience,
    /// A name that cannot be shown.
    #[error("a name is 1 to 255 printable characters")]
    Name,
    /// Too many of something.
    #[error("at most 32 origins and 32 audiences")]
    TooMany,
    /// Timeouts that do not go together.
    #[error(
        "the timeouts: idle at least two minutes and twice the life of an access token, absolute at least as long and at most 400 days"
    )]
    Timeouts,
}

impl Client {
    /// One that may do nothing yet.
    #[must_use]
    pub fn new(id: ClientId, modes: Vec<Mode>) -> Self {
        Self {
            id,
            name: None,
            modes,
            audiences: Vec::new(),
            origins: Vec::new(),
            claims: Vec::new(),
            permissions: Vec::new(),
            native: false,
            idle_timeout: None,
            absolute_timeout: None,
            enabled: true,
            ended_before: None,
            secrets: Vec::new(),
            created_at: long_ago(),
        }
    }

    /// Whether what it got at that moment still counts.
    #[must_use]
    pub fn is_standing(&self, since: Timestamp) -> bool {
        self.enabled && self.ended_before.is_none_or(|before| since >= before)
    }

    /// The rule: what of its settings cannot be. `access_token` is the life of one.
    ///
    /// # Errors
    /// The first fault.
    pub fn check(&self, access_token: Duration) -> Result<(), ClientFault> {
        if self.modes.is_empty() && self.permissions.is_empty() {
            return Err(ClientFault::NoMode);
        }
        if self.origins.len() > MOST_NAMES || self.audiences.len() > MOST_NAMES {
            return Err(ClientFault::TooMany);
        }
        if let Some(origin) = self.origins.iter().find(|o| !is_origin(o)) {
            return Err(ClientFault::Origin(origin.chars().take(80).collect()));
        }
        if !self.audiences.iter().all(|a| is_printable(a)) {
            return Err(ClientFault::Audience);
        }
        if !self.name.as_deref().is_none_or(is_printable) {
            return Err(ClientFault::Name);
        }
        if timeouts_fit(self.idle_timeout, self.absolute_timeout, access_token) {
            Ok(())
        } else {
            Err(ClientFault::Timeouts)
        }
    }
}

fn is_printable(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_NAME && !text.chars().any(char::is_control) && text.trim() == text
}

/// Exactly as a browser writes it: lower case, no path, no port that goes without saying.
fn is_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let usual = if scheme == "https" { "443" } else { "80" };
    let is_port = |p: &str| p.parse::<u16>().is_ok_and(|n| n > 0 && n.to_string() == p) && p != usual;
    let is_host_letter =
        |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'-' | b'[' | b']' | b':');
    matches!(scheme, "https" | "http")
        && text.len() <= LONGEST_NAME
        && !host.is_empty()
        && host.bytes().all(is_host_letter)
        && (host.starts_with('[') == host.ends_with(']'))
        && (host.starts_with('[') || !host.contains(':'))
        && port.is_none_or(is_port)
}

fn timeouts_fit(idle: Option<Duration>, absolute: Option<Duration>, access_token: Duration) -> bool {
    const MINUTES: Duration = Duration::from_secs(120);
    const LONGEST: Duration = Duration::from_secs(400 * 86_400);
    idle.is_none_or(|idle| idle >= MINUTES.max(2 * access_token) && idle <= LONGEST)
        && absolute.is_none_or(|absolute| absolute >= MINUTES.max(2 * access_token) && absolute <= LONGEST)
        && idle.zip(absolute).is_none_or(|(idle, absolute)| idle <= absolute)
}
