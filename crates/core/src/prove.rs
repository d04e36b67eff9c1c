//! Within a session: the person proves again who they are (step-up), or chooses another password.
//!
//! Both give the session a successor: another id, another secret, the same device, client, mode and data, and the same
//! absolute end. Whoever held a copy of the old one holds nothing.

use std::sync::Arc;
use std::time::Duration;

use doorward_verify::Timestamp;

use crate::auth::Auth;
use crate::data::{DataChange, Expect};
use crate::id::SessionId;
use crate::password::{self, HashError, PasswordFault};
use crate::records::{Account, Session, SessionData};
use crate::secret::Plain;
use crate::sign_in::{SignInError, SignedIn};
use crate::store::{AccountChange, Changed, StoreError};
use crate::throttle::{Standing, TooMany};

/// Why nothing was proved or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The password was wrong.
    #[error("the password is wrong")]
    Wrong,
    /// The last proof is too old for this.
    #[error("the last proof is too old")]
    TooOld,
    /// Too many have failed.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// What was sent cannot be a password.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// The account was changed by somebody else at this very moment.
    #[error("the credentials have changed")]
    CredentialsChanged,
    /// Too busy, or out of memory.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// There is no successor.
    #[error(transparent)]
    SignIn(SignInError),
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl From<SignInError> for ProveError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::InvalidCredentials => Self::Wrong,
            SignInError::CredentialsChanged => Self::CredentialsChanged,
            SignInError::TooMany(error) => Self::TooMany(error),
            SignInError::Password(fault) => Self::Password(fault),
            SignInError::Hash(error) => Self::Hash(error),
            SignInError::Unavailable(error) => Self::Unavailable(error),
            other => Self::SignIn(other),
        }
    }
}

impl Auth {
    /// The person of the session gives the password once more: the successor's proof is of this moment.
    ///
    /// # Errors
    /// [`ProveError`].
    pub async fn prove_again(&self, session: &Session, password: &Plain<String>) -> Result<SignedIn, ProveError> {
        let account = self.owner(session).await?;
        let account = self.prove_within(account, password).await?;
        let data = self.data_of(session).await?;
        let successor = self.succeed(session, account).await?;
        self.carry(data, successor.session.sid).await?;
        self.replace(session, &successor.session).await?;
        Ok(successor)
    }

    /// Another password, for whoever knows the current one or has proved a moment ago who they are. All sessions of the
    /// account end; the one that asks gets a successor.
    ///
    /// # Errors
    /// [`ProveError`], `TooOld` if the current password is missing and the last proof is not of a moment ago.
    pub async fn change_password(
        &self,
        session: &Session,
        current: Option<&Plain<String>>,
        new: &Plain<String>,
    ) -> Result<SignedIn, ProveError> {
        let account = self.owner(session).await?;
        let new = self.chosen(new, &account.identifier, account.display_name.as_deref())?;
        let account = match current {
            Some(current) => self.prove_within(account, current).await?,
            None if is_fresh(session, self.now()?, self.policy().proof_lasts) => account,
            None => return Err(ProveError::TooOld),
        };
        let hash = self.hasher().hash(new).await?;
        let data = self.data_of(session).await?;
        let change = AccountChange::Password { hash, at_version: Some(account.version) };
        let Changed::Done(account, _) = self.change_account(account.id, change).await? else {
            return Err(ProveError::CredentialsChanged);
        };
        self.cancel_reset(account.id).await;
        self.forget_browsers(account.id).await;
        let mut successor = self.succeed(session, Arc::new(account)).await?;
        self.carry(data, successor.session.sid).await?;
        successor.browser = self.know(successor.account.id, None, successor.session.created_at).await;
        Ok(successor)
    }

    /// By the same way as every proof; whoever holds a session is known, until they have failed too often.
    async fn prove_within(&self, account: Arc<Account>, password: &Plain<String>) -> Result<Arc<Account>, ProveError> {
        let password = password::presented(password)?;
        let form = account.identifier.clone();
        Ok(self.prove_account(Some((*account).clone()), &form, password, Standing::Known).await?)
    }

    async fn owner(&self, session: &Session) -> Result<Arc<Account>, ProveError> {
        self.accounts().by_id(session.account).await?.ok_or(ProveError::CredentialsChanged)
    }

    async fn data_of(&self, session: &Session) -> Result<SessionData, StoreError> {
        Ok(self.sessions().data(session.sid, self.now()?).await?.unwrap_or_default())
    }

    /// What an application keeps in a session outlives its id.
    async fn carry(&self, data: SessionData, to: SessionId) -> Result<(), StoreError> {
        let now = self.now()?;
        for (key, value) in data.values {
            let change = DataChange { key, json: Some(value.json), expect: Expect::Anything };
            self.sessions().write_data(to, change, now).await?;
        }
        Ok(())
    }
}

/// The rule: whether the person has proved who they are a short while ago.
#[must_use]
pub fn is_fresh(session: &Session, now: Timestamp, lasts: Duration) -> bool {
    session.auth_time <= now && now.since(session.auth_time) < lasts
}

#[cfg(test)]
mod tests;
