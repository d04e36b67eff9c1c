//! One row: what another program knows of a person.

use std::fmt;

use doorward_verify::Timestamp;
use serde::{Deserialize, Serialize};

use crate::accounts::name::{self, NameFault};
use crate::directory::Registry;
use crate::id::AccountId;
use crate::password::{self, HashFault};
use crate::records::Account;

/// What is known of a person elsewhere, or here. What is left out is not known.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The account's name there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the person signs in with.
    pub identifier: String,
    /// How the person is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// In one of the forms that [`password::Stored`] reads. Empty, or beginning with `!` as Django marks it: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// Names of roles that are defined here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// Whether nobody signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    /// When the account was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// How often it has changed here: what is put back under its id must not be older than what was ended meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// Leaves out all of it.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").finish_non_exhaustive()
    }
}

/// Why a row cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// Not kept here.
    #[error("it is no account id of Doorward")]
    IdUnusable,
    /// Another identifier has this id.
    #[error("an account of this id is there, under another identifier")]
    IdTaken,
    /// Cannot be an identifier.
    #[error("{0}")]
    Identifier(NameFault),
    /// Cannot be a display name.
    #[error("{0}")]
    DisplayName(NameFault),
    /// Cannot be kept.
    #[error("{0}")]
    Hash(HashFault),
    /// Nobody has defined it here.
    #[error("there is no role of the name {0:?}; define it first")]
    Role(String),
    /// The roles together.
    #[error("an access token that says what these roles give would be too large")]
    TokenTooLarge,
    /// Not disabled, and since a moment.
    #[error("it is false, and disabled_at names a moment")]
    Disabled,
    /// Made or disabled later than now.
    #[error("it lies in the future")]
    Future(&'static str),
}

impl RowFault {
    /// The member of the row that is to blame.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::IdUnusable | Self::IdTaken => "id",
            Self::Identifier(_) => "identifier",
            Self::DisplayName(_) => "display_name",
            Self::Hash(_) => "password_hash",
            Self::Role(_) | Self::TokenTooLarge => "roles",
            Self::Disabled => "disabled",
            Self::Future(field) => field,
        }
    }

    /// A word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::IdUnusable => "id_unusable",
            Self::IdTaken => "id_taken",
            Self::Identifier(fault) | Self::DisplayName(fault) => fault.code(),
            Self::Hash(HashFault::Unknown) => "hash_unknown",
            Self::Hash(HashFault::Malformed(_) | HashFault::TooShort) => "hash_malformed",
            Self::Hash(HashFault::TooCostly { .. }) => "hash_too_costly",
            Self::Role(_) => "role_unknown",
            Self::TokenTooLarge => "token_too_large",
            Self::Disabled => "contradiction",
            Self::Future(_) => "in_the_future",
        }
    }
}

impl Row {
    /// The rule: the account that this row describes.
    pub(super) fn account(
        &self,
        id: AccountId,
        put_back: bool,
        now: Timestamp,
        registry: &Registry,
    ) -> Result<Account, RowFault> {
        let roles = self.roles.clone().unwrap_or_default();
        if let Some(unknown) = roles.iter().find(|role| !registry.has_role(role)) {
            return Err(RowFault::Role(unknown.clone()));
        }
        if self.disabled == Some(false) && self.disabled_at.is_some() {
            return Err(RowFault::Disabled);
        }
        let future = |at: Option<Timestamp>| at.is_some_and(|at| at > now);
        if future(self.created_at) || future(self.disabled_at) {
            return Err(RowFault::Future(if future(self.created_at) { "created_at" } else { "disabled_at" }));
        }
        let display_name = self.display_name.as_deref().filter(|name| !name.is_empty());
        let version = self.version.filter(|_| put_back).map_or(1, |version| version.saturating_add(1).max(1));
        Ok(Account {
            id,
            identifier: name::identifier(&self.identifier)?,
            display_name: display_name.map(name::display_name).transpose().map_err(RowFault::DisplayName)?,
            password: self.hash()?,
            version,
            sessions_from: if put_back { version } else { 0 },
            disabled_at: self.is_disabled().filter(|disabled| *disabled).map(|_| self.disabled_at.unwrap_or(now)),
            permissions: registry.permissions_of(&roles),
            roles,
            created_at: self.created_at.unwrap_or(now),
        })
    }

    /// The hash as it is kept, if there is one.
    pub(super) fn hash(&self) -> Result<Option<String>, HashFault> {
        let known = self.password_hash.as_deref().filter(|hash| !hash.is_empty() && !hash.starts_with('!'));
        known.map(password::brought_along).transpose()
    }

    pub(super) fn is_disabled(&self) -> Option<bool> {
        self.disabled.or(self.disabled_at.map(|_| true))
    }

    /// What is known of an account here.
    pub(super) fn of(account: Account, with_hash: bool) -> Self {
        Self {
            id: Some(account.id.to_string()),
            identifier: account.identifier,
            display_name: account.display_name,
            password_hash: account.password.filter(|_| with_hash),
            roles: Some(account.roles),
            disabled: Some(account.disabled_at.is_some()),
            disabled_at: account.disabled_at,
            created_at: Some(account.created_at),
            version: Some(account.version),
        }
    }
}
