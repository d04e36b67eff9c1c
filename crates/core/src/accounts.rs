//! Accounts: signing up, and everything that changes an account for all of its sessions at once.
//!
//! The row of an account holds `version` and `sessions_from`. A session remembers the version at which its proof was read;
//! below `sessions_from` it is dead. So one committed row ends any number of sessions, and what follows (removing their
//! records) is tidying up.

use doorward_verify::{Ended, Entry, Timestamp};

use crate::audit::Event;
use crate::auth::Auth;
use crate::id::AccountId;
use crate::password::{self, HashError, PasswordFault, Rule};
use crate::policy::SignUp;
use crate::records::{Account, Session};
use crate::revoke;
use crate::rng::RngError;
use crate::secret::Plain;
use crate::store::{AccountChange, Changed, StoreError};
use crate::throttle::{AdmitError, TooMany};

pub mod administrator;
pub mod list;
pub mod name;

pub mod bring;

pub mod delete;

pub mod rename;

pub use name::NameFault;

/// Who wants an account.
#[expect(missing_debug_implementations, reason = "holds a password")]
pub struct NewAccount {
    /// What will be typed to sign in.
    pub identifier: String,
    /// The password; `None` makes an account that nobody can sign in to yet.
    pub password: Option<Plain<String>>,
    /// How to be called.
    pub display_name: Option<String>,
}

/// What may become an account.
struct Checked {
    identifier: String,
    display_name: Option<String>,
    password: Option<Plain<String>>,
}

/// Why there is no new account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignUpError {
    /// Only operators make accounts here.
    #[error("sign-up is closed")]
    Closed,
    /// The identifier cannot be one.
    #[error("the identifier: {0}")]
    Identifier(NameFault),
    /// The display name cannot be one.
    #[error("the display name: {0}")]
    DisplayName(NameFault),
    /// The password cannot be one.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// Somebody has this identifier.
    #[error("the identifier is taken")]
    Taken,
    /// Too many new accounts were asked for.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Too busy, or out of memory.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// No id could be drawn.
    #[error(transparent)]
    Rng(#[from] RngError),
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl From<AdmitError> for SignUpError {
    fn from(error: AdmitError) -> Self {
        match error {
            AdmitError::TooMany(error) => error.into(),
            AdmitError::Unavailable(error) => error.into(),
        }
    }
}

impl Auth {
    /// Makes an account for whoever asks, where sign-up is open. Everything is checked before anything is looked up.
    ///
    /// # Errors
    /// [`SignUpError`].
    pub async fn sign_up(&self, new: NewAccount) -> Result<Account, SignUpError> {
        match self.policy().sign_up {
            SignUp::Closed | SignUp::Invite => Err(SignUpError::Closed),
            SignUp::Open => {
                let checked = self.check_account(new)?;
                self.admit_sign_up().await?;
                let account = self.hash_account(checked).await?;
                self.write_account(account).await
            }
        }
    }

    /// Makes an account on an operator's word.
    ///
    /// # Errors
    /// [`SignUpError`], never `Closed`.
    pub async fn create_account(&self, new: NewAccount) -> Result<Account, SignUpError> {
        let account = self.prepare_account(new).await?;
        self.write_account(account).await
    }

    /// Everything that can be wrong with a new account is found here; nothing is written.
    pub(crate) async fn prepare_account(&self, new: NewAccount) -> Result<Account, SignUpError> {
        self.hash_account(self.check_account(new)?).await
    }

    fn check_account(&self, new: NewAccount) -> Result<Checked, SignUpError> {
        let identifier = name::identifier(&new.identifier).map_err(SignUpError::Identifier)?;
        let display_name =
            new.display_name.as_deref().map(name::display_name).transpose().map_err(SignUpError::DisplayName)?;
        let chosen = new.password.map(|p| self.chosen(&p, &identifier, display_name.as_deref())).transpose()?;
        Ok(Checked { identifier, display_name, password: chosen })
    }

    async fn hash_account(&self, checked: Checked) -> Result<Account, SignUpError> {
        let Checked { identifier, display_name, password } = checked;
        let hash = match password {
            Some(password) => Some(self.hasher().hash(password).await?),
            None => None,
        };
        Ok(Account {
            id: AccountId::draw(self.rng())?,
            identifier,
            display_name,
            password: hash,
            version: 1,
            sessions_from: 0,
            disabled_at: None,
            roles: Vec::new(),
            permissions: Vec::new(),
            created_at: self.now()?,
        })
    }

    pub(crate) async fn write_account(&self, account: Account) -> Result<Account, SignUpError> {
        let note = self.note(Event::AccountCreated, account.created_at).by_person(account.id);
        let created = self.accounts().create(account.clone(), note.clone()).await?;
        if !created {
            return Err(SignUpError::Taken);
        }
        note.tell();
        Ok(account)
    }

    /// The account of that identifier, however it is spelt; `None` also for a text that cannot be one.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn find_account(&self, identifier: &str) -> Result<Option<Account>, StoreError> {
        match name::identifier(identifier) {
            Ok(form) => self.accounts().by_identifier(form).await,
            Err(_) => Ok(None),
        }
    }

    /// The one way to a new password, whoever sets it and wherever.
    pub(crate) fn chosen(
        &self,
        text: &Plain<String>,
        identifier: &str,
        display_name: Option<&str>,
    ) -> Result<Plain<String>, PasswordFault> {
        let (policy, words) = (self.policy(), self.policy().words_to_avoid());
        let names = [identifier, display_name.unwrap_or_default()];
        password::chosen(text, Rule { min_length: policy.password_min_length, names: &names, words: &words })
    }

    /// Nobody signs in to the account any more, and all its sessions and tokens end.
    ///
    /// # Errors
    /// If the store cannot do it; then nothing has changed.
    pub async fn disable(&self, id: AccountId) -> Result<Changed, StoreError> {
        self.change_account(id, AccountChange::Disable).await
    }

    /// People may sign in again; sessions stay ended.
    ///
    /// # Errors
    /// If the store cannot do it.
    pub async fn enable(&self, id: AccountId) -> Result<Changed, StoreError> {
        self.change_account(id, AccountChange::Enable).await
    }

    /// Commits the change, then tidies up after it. Once the commit stands the answer is yes, whatever happens then: the
    /// row and the log entry are there, and a later tick does what is left.
    pub(crate) async fn change_account(&self, id: AccountId, change: AccountChange) -> Result<Changed, StoreError> {
        let now = self.now()?;
        let note = self.note(change.event(), now).by_person(id);
        let changed = self.accounts().change(id, change, note.clone()).await?;
        if matches!(changed, Changed::Done(..)) {
            note.tell();
        }
        if let Changed::Done(account, Some(seq)) = &changed {
            let ended = Ended::Account { account: id.to_string(), below: account.version };
            self.apply_to_set(&ended, now);
            if let Err(error) = self.end_below(account, now).await {
                tracing::warn!(event = "end_unconfirmed", account = %id, %error, "records will be removed later");
            } else {
                self.confirm([*seq]);
            }
        }
        Ok(changed)
    }

    /// Whether the account's row lets the session live. The one place that compares the two versions.
    #[must_use]
    pub fn is_standing(&self, session: &Session, account: &Account) -> bool {
        is_standing(session, account)
    }
}

/// A record is dead if its version is below `sessions_from`, or its account is disabled, and only then.
#[must_use]
pub fn is_standing(session: &Session, account: &Account) -> bool {
    session.account == account.id && session.version >= account.sessions_from && account.disabled_at.is_none()
}

/// What [`apply`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// The account is as the change asks; keep it, and append the entry if there is one.
    Changed {
        /// What verifiers must know.
        entry: Option<Entry>,
    },
    /// The condition did not hold, or there was nothing to change. The account is as it was.
    Not,
}

/// The rule: what a change makes of an account.
#[must_use]
pub fn apply(account: &mut Account, change: &AccountChange, now: Timestamp) -> Applied {
    match change {
        AccountChange::Password { hash, at_version } => {
            if at_version.is_some_and(|v| v != account.version) {
                return Applied::Not;
            }
            account.password = Some(hash.clone());
            end_sessions(account, now)
        }
        AccountChange::Rehash { from, to } => {
            if account.password.as_ref() != Some(from) {
                return Applied::Not;
            }
            account.password = Some(to.clone());
            Applied::Changed { entry: None }
        }
        AccountChange::DisplayName(name) => {
            if account.display_name == *name {
                return Applied::Not;
            }
            account.display_name.clone_from(name);
            Applied::Changed { entry: None }
        }
        AccountChange::Disable => {
            if account.disabled_at.is_some() {
                return Applied::Not;
            }
            account.disabled_at = Some(now);
            end_sessions(account, now)
        }
        AccountChange::Enable => match account.disabled_at.take() {
            Some(_) => {
                account.version += 1;
                Applied::Changed { entry: None }
            }
            None => Applied::Not,
        },
        AccountChange::SignOutEverywhere => end_sessions(account, now),
        AccountChange::Roles { roles, permissions, at_version } => {
            if account.version != *at_version {
                return Applied::Not;
            }
            if account.roles == *roles && account.permissions == *permissions {
                return Applied::Not;
            }
            account.roles.clone_from(roles);
            account.permissions.clone_from(permissions);
            make_stale(account, now)
        }
    }
}

/// The rule: what verifiers must know of an account that is deleted. Every version that it ever had is below.
#[must_use]
pub fn end_of(account: &Account, now: Timestamp) -> Entry {
    let what = Ended::Account { account: account.id.to_string(), below: account.version + 1 };
    Entry { what, until: revoke::longest_until(now) }
}

fn end_sessions(account: &mut Account, now: Timestamp) -> Applied {
    let applied = make_stale(account, now);
    account.sessions_from = account.version;
    applied
}

fn make_stale(account: &mut Account, now: Timestamp) -> Applied {
    account.version += 1;
    let what = Ended::Account { account: account.id.to_string(), below: account.version };
    Applied::Changed { entry: Some(Entry { what, until: revoke::longest_until(now) }) }
}

#[cfg(test)]
mod tests;
