//! Somebody administers the server over the network: what they need for it, and how far it reaches.
//!
//! Two rules. Whoever acts has the permission at this moment, by the account's row and not by a token of five minutes ago,
//! and for what weighs heavily a fresh proof. And nobody makes more of themselves than they are: a role, an application or
//! somebody's account that may administer more than they may is out of reach, because whoever holds a reset link of an
//! account, or a secret of an application, is as mighty as that.

use std::sync::Arc;
use std::time::Duration;

use doorward_verify::Timestamp;

use crate::audit::{Actor, By};
use crate::auth::Auth;
use crate::clients::DirectoryError;
use crate::directory::BUILT_IN;
use crate::id::AccountId;
use crate::link::MakeError;
use crate::prove::is_fresh;
use crate::records::{Account, Session};
use crate::store::StoreError;

mod accounts;
mod directory;

/// What something asks of whoever does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// A permission of Doorward itself.
    pub permission: &'static str,
    /// Whether the last proof must be of a moment ago.
    pub proof: bool,
}

/// Why somebody may not, or why it did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The session or its account has ended meanwhile.
    #[error("nobody is signed in")]
    Gone,
    /// This permission is missing.
    #[error("this needs the permission {0}")]
    Lacks(String),
    /// The last proof is too old for this.
    #[error("the last proof is too old")]
    TooOld,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// Nobody would be left who administers the server.
    #[error("nobody else administers the server")]
    LastAdministrator,
    /// The directory refuses.
    #[error(transparent)]
    Directory(DirectoryError),
    /// There is no link.
    #[error(transparent)]
    Link(MakeError),
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl From<DirectoryError> for AdminError {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::NoAccount => Self::NoAccount,
            DirectoryError::LastAdministrator => Self::LastAdministrator,
            DirectoryError::Unavailable(error) => Self::Unavailable(error),
            other => Self::Directory(other),
        }
    }
}

impl From<MakeError> for AdminError {
    fn from(error: MakeError) -> Self {
        match error {
            MakeError::NoAccount => Self::NoAccount,
            MakeError::Unavailable(error) => Self::Unavailable(error),
            other => Self::Link(other),
        }
    }
}

/// Somebody who may do what they asked to do. What they do is written down in their name.
#[derive(Debug)]
pub struct Administrator {
    auth: Auth,
    permissions: Vec<String>,
}

impl Auth {
    /// Lets the person of the session do something that needs this.
    ///
    /// # Errors
    /// [`AdminError`]: `Gone`, `Lacks`, `TooOld` or `Unavailable`.
    pub async fn administrator(&self, session: &Session, need: Need) -> Result<Administrator, AdminError> {
        let account = self.accounts().by_id(session.account).await?;
        let account = account.filter(|account| self.is_standing(session, account)).ok_or(AdminError::Gone)?;
        may(&account.permissions, session, need, self.now()?, self.policy().proof_lasts)?;
        let by = By { actor: Actor::Administrator(account.id), ..self.by().clone() };
        Ok(Administrator { auth: self.acting(by), permissions: account.permissions.clone() })
    }
}

impl Administrator {
    /// What they ask with, in their name. What gives rights has a method of its own here.
    #[must_use]
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    fn reaches(&self, permissions: &[String]) -> Result<(), AdminError> {
        match beyond(&self.permissions, permissions) {
            Some(missing) => Err(AdminError::Lacks(missing.to_owned())),
            None => Ok(()),
        }
    }

    /// The account, if it may administer no more than they may.
    async fn within_reach(&self, id: AccountId) -> Result<Arc<Account>, AdminError> {
        let account = self.auth.accounts().by_id(id).await?.ok_or(AdminError::NoAccount)?;
        self.reaches(&account.permissions)?;
        Ok(account)
    }
}

/// The rule: whether these permissions and that session are enough.
fn may(
    permissions: &[String],
    session: &Session,
    need: Need,
    now: Timestamp,
    proof_lasts: Duration,
) -> Result<(), AdminError> {
    if permissions.iter().all(|permission| permission != need.permission) {
        return Err(AdminError::Lacks(need.permission.to_owned()));
    }
    if need.proof && !is_fresh(session, now, proof_lasts) { Err(AdminError::TooOld) } else { Ok(()) }
}

/// The rule: the first right to administer among `theirs` that is not among `own`.
pub(crate) fn beyond<'a>(own: &[String], theirs: &'a [String]) -> Option<&'a str> {
    let administers = |name: &str| name.starts_with("admin:") && BUILT_IN.iter().any(|built_in| built_in.0 == name);
    theirs.iter().map(String::as_str).find(|name| administers(name) && own.iter().all(|own| own != name))
}

#[cfg(test)]
mod tests;
