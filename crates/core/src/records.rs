//! What is kept: accounts, sessions with their lines, rows of the revocation log, signing keys. Data only; the rules stand
//! in the step files, the stored form of a session in [`codec`](crate::codec).

use std::fmt;
use std::time::Duration;

use doorward_verify::{Entry, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ClientId, SessionId};
use crate::root::KeyIdent;
use crate::secret::{Hashed, SessionToken};

mod keys;

pub use keys::{KeyState, RootState, StoredKey, StoredKeys, StoredRoot};

/// How a sign-in is carried, fixed when it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A session token in an httpOnly cookie; the server looks the record up.
    Session,
    /// An access token (JWT) and a refresh token in the answer's body.
    Token,
    /// The same two in httpOnly cookies, with a CSRF token.
    Hybrid,
}

impl Mode {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Session, Self::Token, Self::Hybrid];

    /// As in requests and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::Hybrid => "hybrid",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A person's record.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Never reused.
    pub id: AccountId,
    /// What the person types to sign in, normalised; unique.
    pub identifier: String,
    /// How the person wants to be called.
    pub display_name: Option<String>,
    /// The password's hash as a PHC string; none means no password signs in.
    pub password: Option<String>,
    /// Grows by one on every change below this line and on every change of the password.
    pub version: u64,
    /// Sessions whose version is below this are dead, and only those.
    pub sessions_from: u64,
    /// Since when nobody signs in as this account.
    pub disabled_at: Option<Timestamp>,
    /// Names of roles, in order of assignment.
    pub roles: Vec<String>,
    /// Names of permissions that the roles give.
    pub permissions: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Leaves out the hash, the identifier and the name: none belongs into a log.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("sessions_from", &self.sessions_from)
            .field("disabled_at", &self.disabled_at)
            .finish_non_exhaustive()
    }
}

/// One sign-in on one device, whatever carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its public name.
    pub sid: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// Which application signed in.
    pub client: ClientId,
    /// How it is carried.
    pub mode: Mode,
    /// Whether the person asked to be remembered: then cookies outlive the browser.
    pub remember: bool,
    /// Whether it may still be used.
    pub state: SessionState,
    /// The account's version when the proof was read.
    pub version: u64,
    /// When it began.
    pub created_at: Timestamp,
    /// The last activity that was written down (at most once a minute).
    pub last_seen_at: Timestamp,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// It ends this long after the last activity.
    pub idle_timeout: Duration,
    /// It ends at this moment, whatever happens (the absolute timeout).
    pub ends_at: Timestamp,
    /// What signed in, in a few words.
    pub device: String,
    /// The host it was signed in on.
    pub host: String,
    /// Mixed into the MAC of its refresh tokens, so that the root secret alone makes none.
    pub salt: [u8; 16],
    /// Its carriers; line 0 is the client that signed in.
    pub lines: Vec<Line>,
}

impl Session {
    /// When it ends if nothing happens any more.
    #[must_use]
    pub fn idle_ends_at(&self) -> Timestamp {
        self.last_seen_at.plus(self.idle_timeout).min(self.ends_at)
    }

    /// Whether idle and absolute timeout both lie ahead. Says nothing of its [`state`](Self::state).
    #[must_use]
    pub fn is_within_time(&self, now: Timestamp) -> bool {
        now < self.idle_ends_at()
    }

    /// Whether it may be used, as far as the record tells.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state == SessionState::Live && self.is_within_time(now)
    }

    /// The carrier of that number.
    #[must_use]
    pub fn line(&self, number: u32) -> Option<&Line> {
        self.lines.iter().find(|l| l.number == number)
    }

    /// The last `exp` of any access token handed out for it.
    #[must_use]
    pub fn access_until(&self) -> Timestamp {
        self.lines.iter().map(|l| l.access_until).max().unwrap_or(Timestamp::from_millis(0))
    }
}

/// Whether a session may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// Yes, within its timeouts.
    Live,
    /// A refresh token was presented twice, too late: dead for every check, until the log has it and the record goes.
    Reused,
    /// A newer sign-in needed the room: dead for every check, until the log has it and the record goes.
    PushedOut,
}

/// One carrier of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 0.
    pub number: u32,
    /// Digest of the session token's secret part; mode `session` only.
    pub secret: Option<Hashed<SessionToken>>,
    /// The refresh token that is current, from 1; 0 where there is none (mode `session`).
    pub generation: u64,
    /// When that one became current.
    pub rotated_at: Timestamp,
    /// The root secret that made it, so that the grace window can give the same token again.
    pub key: KeyIdent,
    /// The last `exp` of an access token handed out: until then, plus leeway, verifiers must know of a revoke.
    pub access_until: Timestamp,
}

/// What an application keeps in a session.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SessionData {
    /// Counts changes; each value remembers the count of its own, which is its ETag.
    pub changes: u64,
    /// In order of their keys.
    pub values: std::collections::BTreeMap<String, DataValue>,
}

/// How much, not what: applications keep personal things here.
impl fmt::Debug for SessionData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionData({} values)", self.values.len())
    }
}

/// One value of [`SessionData`].
#[derive(Clone, PartialEq, Eq)]
pub struct DataValue {
    /// Different for every write of the key in this session.
    pub tag: u64,
    /// JSON text.
    pub json: String,
}

/// Leaves out the text.
impl fmt::Debug for DataValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataValue({})", self.tag)
    }
}

/// One row of the revocation log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// From 1, without gaps, in the order of commit.
    pub seq: u64,
    /// When it was appended.
    pub at: Timestamp,
    /// What ended.
    pub entry: Entry,
    /// Whether the session store has confirmed the end.
    pub settled: bool,
}
