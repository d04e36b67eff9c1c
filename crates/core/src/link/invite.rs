//! An invitation: one account for whoever holds the link, where sign-up is by invitation.

use std::time::Duration;

use doorward_verify::base64url;

use super::{Link, MakeError, UseError, Wanted};
use crate::accounts::{NewAccount, SignUpError, name};
use crate::audit::Event;
use crate::auth::Auth;
use crate::policy::SignUp;
use crate::records::Account;
use crate::rng;
use crate::store::{Purpose, StoreError};

/// So many invitations are open at once, at most.
const MOST: usize = 10_000;

impl Auth {
    /// An invitation that works for so long: for that identifier, or for any. A newer one for the same identifier cancels
    /// the older.
    ///
    /// # Errors
    /// [`MakeError`].
    pub async fn invite_link(&self, identifier: Option<&str>, life: Duration) -> Result<Link, MakeError> {
        if self.policy().sign_up == SignUp::Closed {
            return Err(MakeError::Closed);
        }
        let invited = identifier.map(name::identifier).transpose().map_err(SignUpError::Identifier)?;
        if let Some(identifier) = &invited
            && self.accounts().by_identifier(identifier.clone()).await?.is_some()
        {
            return Err(SignUpError::Taken.into());
        }
        let value = invited.unwrap_or_default();
        // Invitations for anybody do not cancel each other. No identifier begins with a blank.
        let subject = match value.is_empty() {
            true => format!(" {}", base64url::encode(&rng::bytes::<16>(self.rng())?)),
            false => value.clone(),
        };
        let link = self.make_link(Wanted { purpose: Purpose::Invite, subject, value, life, most: MOST }).await?;
        self.write_down(self.note(Event::InviteMade, self.now()?)).await?;
        Ok(link)
    }

    /// For whom an invitation is that still works: for that identifier, or for anybody (an empty text). It stays as it is.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn look_at_invite(&self, token: &str) -> Result<Option<String>, StoreError> {
        if self.policy().sign_up == SignUp::Closed {
            return Ok(None);
        }
        Ok(self.look(Purpose::Invite, token).await?.map(|link| link.value))
    }

    /// Makes the account of somebody who was invited.
    ///
    /// # Errors
    /// [`UseError`].
    pub async fn accept_invite(&self, token: &str, new: NewAccount) -> Result<Account, UseError> {
        if self.policy().sign_up == SignUp::Closed {
            return Err(SignUpError::Closed.into());
        }
        let link = self.look(Purpose::Invite, token).await?.ok_or(UseError::Gone)?;
        let identifier = name::identifier(&new.identifier).map_err(SignUpError::Identifier)?;
        if !link.value.is_empty() && link.value != identifier {
            return Err(UseError::Gone);
        }
        if self.accounts().by_identifier(identifier).await?.is_some() {
            return Err(SignUpError::Taken.into());
        }
        let account = self.prepare_account(new).await?;
        let link = self.take(Purpose::Invite, token).await?;
        match self.write_account(account).await {
            Ok(account) => Ok(account),
            Err(error) => {
                self.put_back(link, MOST).await;
                Err(error.into())
            }
        }
    }
}
