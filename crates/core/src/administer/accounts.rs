//! Other people's accounts.

use std::sync::Arc;

use super::{AdminError, Administrator};
use crate::accounts::delete::DeleteError;
use crate::clients::DirectoryError;
use crate::directory::Refused;
use crate::id::{AccountId, SessionId};
use crate::link::Link;
use crate::records::{Account, Session};
use crate::roles::Assigned;
use crate::store::{Changed, StoreError};

impl Administrator {
    /// Nobody signs in to the account any more, and all its sessions and tokens end. Disabled already: it stays so.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn disable(&self, id: AccountId) -> Result<Account, AdminError> {
        self.within_reach(id).await?;
        settled(self.auth.disable(id).await?)
    }

    /// People may sign in again. Enabled already: it stays so.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn enable(&self, id: AccountId) -> Result<Account, AdminError> {
        self.within_reach(id).await?;
        settled(self.auth.enable(id).await?)
    }

    /// Deletes the account, and whatever names the person.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn delete(&self, id: AccountId) -> Result<(), AdminError> {
        self.within_reach(id).await?;
        match self.auth.delete_account(id).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(AdminError::NoAccount),
            Err(DeleteError::LastAdministrator) => Err(AdminError::LastAdministrator),
            Err(DeleteError::Unavailable(error)) => Err(error.into()),
        }
    }

    /// Gives the account a role. Has it already: it keeps it.
    ///
    /// # Errors
    /// [`AdminError`]; `Lacks` also if the role gives a right to administer that they have not themselves.
    pub async fn grant_role(&self, id: AccountId, role: &str) -> Result<Assigned, AdminError> {
        self.reaches(&self.auth.registry().permissions_of(&[role.to_owned()]))?;
        match self.auth.grant_role(id, role).await {
            Err(DirectoryError::Refused(Refused::Same)) => {
                let account = self.auth.accounts().by_id(id).await?.ok_or(AdminError::NoAccount)?;
                Ok(Assigned { token_bytes: self.auth.token_bytes(&account), account: Account::clone(&account) })
            }
            granted => Ok(granted?),
        }
    }

    /// Takes a role from the account.
    ///
    /// # Errors
    /// As [`grant_role`](Self::grant_role).
    pub async fn revoke_role(&self, id: AccountId, role: &str) -> Result<Assigned, AdminError> {
        self.reaches(&self.auth.registry().permissions_of(&[role.to_owned()]))?;
        Ok(self.auth.revoke_role(id, role).await?)
    }

    /// A link with which the person sets a new password. Whoever makes it could use it, so the account must be within
    /// reach, and still be so when the link is there: who is given rights at that moment gets them first and loses open
    /// links then, and this looks again.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn reset_link(&self, id: AccountId) -> Result<Link, AdminError> {
        self.within_reach(id).await?;
        let link = self.auth.reset_link(id).await?;
        match self.within_reach(id).await {
            Ok(_) => Ok(link),
            Err(error) => {
                self.auth.cancel_reset(id).await;
                Err(error)
            }
        }
    }

    /// Live sessions of the account.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn sessions_of(&self, id: AccountId) -> Result<Vec<Session>, AdminError> {
        self.auth.accounts().by_id(id).await?.ok_or(AdminError::NoAccount)?;
        Ok(self.auth.sessions_of(id).await?)
    }

    /// Ends all sessions of the account, and says how many there were a moment before.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn sign_out(&self, id: AccountId) -> Result<usize, AdminError> {
        let sessions = self.sessions_of(id).await?;
        self.auth.sign_out_everywhere(id).await?;
        Ok(sessions.len())
    }

    /// A live session, whoever's it is.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn session(&self, sid: SessionId) -> Result<Option<Arc<Session>>, StoreError> {
        let Some(session) = self.auth.live_record(sid, self.auth.now()?).await? else { return Ok(None) };
        let account = self.auth.accounts().by_id(session.account).await?;
        Ok(account.filter(|account| self.auth.is_standing(&session, account)).map(|_| session))
    }
}

fn settled(changed: Changed) -> Result<Account, AdminError> {
    match changed {
        Changed::Done(account, _) | Changed::Not(account) => Ok(account),
        Changed::LastAdministrator => Err(AdminError::LastAdministrator),
        Changed::Missing => Err(AdminError::NoAccount),
    }
}
