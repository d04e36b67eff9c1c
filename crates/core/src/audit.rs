//! Who did what: the audit, and the lines of the log that say the same.
//!
//! A change of the database and its row of the audit are written in one transaction, so that neither is ever seen without
//! the other. Rows name accounts by their id and nobody by name or address of mail: when an account is deleted, what is
//! left of it here is a pseudonym. Network addresses are cut short after [`KEEP_ADDRESS`].

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use doorward_verify::Timestamp;
use serde::{Deserialize, Serialize};

use crate::auth::Auth;
use crate::id::{AccountId, ClientId, SessionId};
use crate::store::StoreError;

mod address;
mod event;

pub use address::shortened;
pub use event::Event;

/// Whole addresses are kept for so long.
pub const KEEP_ADDRESS: Duration = Duration::from_secs(30 * 86_400);
/// Rows are kept for so long.
pub const KEEP_ROWS: Duration = Duration::from_secs(365 * 86_400);

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody who has not shown who they are.
    #[default]
    Stranger,
    /// The person whose account it is.
    Person(AccountId),
    /// Somebody whose roles allow it.
    Administrator(AccountId),
    /// Whoever has a shell on the machine.
    Operator,
    /// An application.
    Client(ClientId),
    /// Doorward itself, by plan.
    Doorward,
}

/// As shown: `administrator:` and the account id, and so on.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stranger => f.write_str("stranger"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Administrator(id) => write!(f, "administrator:{id}"),
            Self::Operator => f.write_str("operator"),
            Self::Client(id) => write!(f, "client:{id}"),
            Self::Doorward => f.write_str("doorward"),
        }
    }
}

/// Who is at work, and from where: an [`Auth`] that acts for somebody carries it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct By {
    /// Who, if that is known before the step itself finds out.
    pub actor: Actor,
    /// From which network address.
    pub address: Option<IpAddr>,
    /// In which request.
    pub request: Option<String>,
}

/// Leaves out the address: it may say where somebody is.
impl fmt::Debug for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("By").field("actor", &self.actor).field("request", &self.request).finish_non_exhaustive()
    }
}

impl By {
    /// An operator at the command line.
    #[must_use]
    pub fn operator() -> Self {
        Self { actor: Actor::Operator, ..Self::default() }
    }

    /// Doorward itself.
    #[must_use]
    pub fn doorward() -> Self {
        Self { actor: Actor::Doorward, ..Self::default() }
    }
}

/// Whether what was tried came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did.
    #[default]
    Done,
    /// It did not.
    Refused,
}

impl Outcome {
    /// As stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// What is noted down of one event.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
    /// By whom.
    pub actor: Actor,
    /// Whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Which sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<SessionId>,
    /// Which application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// Which other thing: a role, a key, never a secret and never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// From which network address; cut short later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// In which request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Whether it came about.
    pub outcome: Outcome,
    /// Why, in one word of a closed list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Leaves out the address.
impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Note")
            .field("at", &self.at)
            .field("event", &self.event)
            .field("actor", &self.actor)
            .field("account", &self.account)
            .field("object", &self.object)
            .finish_non_exhaustive()
    }
}

impl Note {
    /// Something came about.
    #[must_use]
    pub fn new(event: Event, by: &By, at: Timestamp) -> Self {
        Self {
            at,
            event,
            actor: by.actor.clone(),
            account: None,
            sid: None,
            client: None,
            object: None,
            address: by.address.map(|address| address.to_canonical().to_string()),
            request: by.request.clone(),
            outcome: Outcome::Done,
            reason: None,
        }
    }

    /// Whom it concerns. A stranger who has just shown to be that person acts as that person.
    #[must_use]
    pub fn about(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// The person did it themselves, unless somebody else is named already.
    #[must_use]
    pub fn by_person(mut self, account: AccountId) -> Self {
        if self.actor == Actor::Stranger {
            self.actor = Actor::Person(account);
        }
        self.about(account)
    }

    /// Which sign-in.
    #[must_use]
    pub fn session(mut self, sid: SessionId) -> Self {
        self.sid = Some(sid);
        self
    }

    /// Which application.
    #[must_use]
    pub fn client(mut self, client: ClientId) -> Self {
        self.client = Some(client);
        self
    }

    /// Which other thing.
    #[must_use]
    pub fn object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// It did not come about.
    #[must_use]
    pub fn refused(mut self, reason: &'static str) -> Self {
        self.outcome = Outcome::Refused;
        self.reason = Some(reason.to_owned());
        self
    }

    /// The same as a line of the log: one event, one line.
    pub fn tell(&self) {
        let text = |value: Option<&str>| value.map(ToOwned::to_owned);
        let (account, sid) = (self.account.map(|a| a.to_string()), self.sid.map(|s| s.to_string()));
        let actor = serde_json::to_string(&self.actor).unwrap_or_default();
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    event = self.event.name(),
                    actor,
                    account,
                    sid,
                    client = text(self.client.as_ref().map(ClientId::as_str)),
                    object = self.object,
                    address = self.address,
                    outcome = self.outcome.name(),
                    reason = self.reason,
                    request_id = text(self.request.as_deref()),
                    "{}",
                    self.event.about()
                )
            };
        }
        if self.event.is_alarming() { line!(warn) } else { line!(info) }
    }
}

/// One row of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// From 1, in the order of commit.
    pub seq: u64,
    /// What was noted.
    pub note: Note,
}

/// Which rows are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// With numbers above this.
    pub after: u64,
    /// With numbers below this, newest first; oldest first if `None`.
    pub before: Option<u64>,
    /// Only those that concern this account.
    pub account: Option<AccountId>,
    /// Only those of this event.
    pub event: Option<Event>,
}

impl Wanted {
    /// Whether a row is among them.
    #[must_use]
    pub fn matches(&self, seq: u64, note: &Note) -> bool {
        seq > self.after
            && self.before.is_none_or(|before| seq < before)
            && (self.account.is_none() || note.account == self.account)
            && self.event.is_none_or(|event| note.event == event)
    }
}

impl Auth {
    /// Begins a note of what this handle's user does at this moment.
    pub(crate) fn note(&self, event: Event, at: Timestamp) -> Note {
        Note::new(event, self.by(), at)
    }

    /// Writes down what has no change of the database to go with, and says it in the log.
    ///
    /// # Errors
    /// If the database cannot be written: what nobody can write down does not happen.
    pub async fn write_down(&self, note: Note) -> Result<(), StoreError> {
        self.audit().append(vec![note.clone()]).await?;
        note.tell();
        Ok(())
    }

    /// Rows of the audit, in the order that is wanted.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn audit_rows(&self, wanted: Wanted, at_most: usize) -> Result<Vec<Row>, StoreError> {
        self.audit().page(wanted, at_most).await
    }
}

#[cfg(test)]
mod tests;
