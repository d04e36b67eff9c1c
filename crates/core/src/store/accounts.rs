//! The port to accounts.

use std::fmt;
use std::sync::Arc;

use super::Answer;
use crate::audit::{Event, Note};
use crate::id::{AccountId, Shard};
use crate::records::Account;

/// What of an account changes, as one step with its new version and its log entry.
#[derive(Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// A new password hash, only if the version still is the one at which the old password was proved. Ends all sessions.
    Password {
        /// PHC string.
        hash: String,
        /// The version that was read together with the proof; `None` when an administrator's link proved it.
        at_version: Option<u64>,
    },
    /// The same password under newer parameters, only if the old hash still stands. No new version, no log entry.
    Rehash {
        /// The PHC string that was verified.
        from: String,
        /// The PHC string to keep.
        to: String,
    },
    /// A new display name. No new version, no log entry.
    DisplayName(Option<String>),
    /// Nobody signs in any more; ends all sessions. Already disabled: nothing changes.
    Disable,
    /// People may sign in again. Sessions stay ended. Not disabled: nothing changes.
    Enable,
    /// Ends all sessions.
    SignOutEverywhere,
    /// Other roles and permissions; access tokens go stale, sessions live.
    Roles {
        /// Role names.
        roles: Vec<String>,
        /// The permissions they give.
        permissions: Vec<String>,
        /// Only if the version still is this one: else somebody else has given or taken a role meanwhile.
        at_version: u64,
    },
}

impl AccountChange {
    /// What the audit says of it.
    #[must_use]
    pub fn event(&self) -> Event {
        match self {
            Self::Password { .. } => Event::PasswordChanged,
            Self::Rehash { .. } => Event::PasswordRehashed,
            Self::DisplayName(_) => Event::DisplayNameChanged,
            Self::Disable => Event::AccountDisabled,
            Self::Enable => Event::AccountEnabled,
            Self::SignOutEverywhere => Event::SignedOutEverywhere,
            Self::Roles { .. } => Event::RolesChanged,
        }
    }
}

/// Names the kind of change; the values stay out of logs.
impl fmt::Debug for AccountChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password { .. } => "Password",
            Self::Rehash { .. } => "Rehash",
            Self::DisplayName(_) => "DisplayName",
            Self::Disable => "Disable",
            Self::Enable => "Enable",
            Self::SignOutEverywhere => "SignOutEverywhere",
            Self::Roles { .. } => "Roles",
        })
    }
}

/// What became of [`Accounts::change`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Done; the account as it now is, and the sequence number of the log entry if the change made one.
    Done(Account, Option<u64>),
    /// The condition of the change did not hold (another change came first), or there was nothing to change. The account
    /// as it is.
    Not(Account),
    /// Nobody would be left who administers the server; the account stays as it is.
    LastAdministrator,
    /// There is no such account.
    Missing,
}

/// Accounts. Lives in the database, beside the log.
pub trait Accounts: Send + Sync + fmt::Debug {
    /// Writes a new account; `false`, and nothing is written, if the identifier is taken. Concurrent with one identifier:
    /// exactly one is written. The note is written with it, in one transaction.
    fn create(&self, account: Account, note: Note) -> Answer<'_, bool>;

    /// As [`create`](Self::create) for each of them, in this order; which ones were written. Not atomic as a whole; each one
    /// is. Of two with one identifier the first is written.
    fn create_all(&self, new: Vec<(Account, Note)>) -> Answer<'_, Vec<bool>> {
        Box::pin(async move {
            let mut written = Vec::with_capacity(new.len());
            for (account, note) in new {
                written.push(self.create(account, note).await?);
            }
            Ok(written)
        })
    }

    /// The account of that normalised identifier.
    fn by_identifier(&self, identifier: String) -> Answer<'_, Option<Account>>;

    /// The account; version, roles and permissions come from one row, so they belong together.
    fn by_id(&self, id: AccountId) -> Answer<'_, Option<Arc<Account>>>;

    /// As [`Sessions::at_hand`](super::Sessions::at_hand).
    fn at_hand(&self, _id: &AccountId) -> Option<Arc<Account>> {
        None
    }

    /// Applies [`accounts::apply`](crate::accounts::apply), and appends the log entry it asks for and the note, in one
    /// transaction: none is ever seen without the others. Nothing changed: no note. Concurrent: one after the other, each on
    /// what the last one left. Where the change [needs another administrator](crate::accounts::administrator::needs_another)
    /// and there is none: [`Changed::LastAdministrator`], and nothing is written. Concurrent, by whoever on whichever
    /// accounts: one is left.
    fn change(&self, id: AccountId, change: AccountChange, note: Note) -> Answer<'_, Changed>;

    /// Removes the account and all that the database keeps of it beside the audit, and appends the end of its sessions
    /// ([`accounts::end_of`](crate::accounts::end_of)) to the log and the note to the audit, in one transaction. Done: the
    /// account as it was, and the number of the log entry. Missing, twice: [`Changed::Missing`], and nothing is written.
    /// Another administrator needed, and none there: as [`change`](Self::change). Concurrent with a change: the change comes
    /// before, or finds the account missing. The identifier is free again.
    fn delete(&self, id: AccountId, note: Note) -> Answer<'_, Changed>;

    /// Accounts in the order of their identifiers, after that one, at most `at_most`.
    fn page(&self, after: Option<String>, at_most: usize) -> Answer<'_, Vec<Account>>;

    /// Hashes of the passwords of at most `at_most` accounts that have one, in the order of account ids from this one on, and
    /// from the lowest again behind the highest. Ids are random, so this is a sample.
    fn hashes(&self, from: AccountId, at_most: usize) -> Answer<'_, Vec<String>>;

    /// Accounts that have the role, in the order of their ids, after that one, at most `at_most`.
    fn with_role(&self, role: String, after: Option<AccountId>, at_most: usize) -> Answer<'_, Vec<Account>>;

    /// As [`Sessions::forget`](super::Sessions::forget).
    fn forget(&self, _shard: Option<Shard>) {}
}
