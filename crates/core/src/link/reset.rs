//! A new password for somebody who has lost theirs. An operator or administrator makes the link and never sees a password;
//! using it ends everything of the account and signs nobody in.

use std::time::Duration;

use super::{Link, MakeError, UseError, Wanted};
use crate::accounts::SignUpError;
use crate::audit::Event;
use crate::auth::Auth;
use crate::id::AccountId;

use crate::records::Account;
use crate::secret::Plain;
use crate::store::{AccountChange, Changed, Purpose, StoreError};

/// A reset link works for so long.
pub const RESET_LIFE: Duration = Duration::from_secs(30 * 60);

/// So many people wait for a new password at once, at most.
const MOST: usize = 10_000;

impl Auth {
    /// A link to set a new password; works for half an hour, and cancels an older one of the same account.
    ///
    /// # Errors
    /// [`MakeError`].
    pub async fn reset_link(&self, id: AccountId) -> Result<Link, MakeError> {
        let account = self.accounts().by_id(id).await?.ok_or(MakeError::NoAccount)?;
        if account.disabled_at.is_some() {
            return Err(MakeError::Disabled);
        }
        let (subject, value) = (id.to_string(), account.identifier.clone());
        let wanted = Wanted { purpose: Purpose::Reset, subject, value, life: RESET_LIFE, most: MOST };
        let link = self.make_link(wanted).await?;
        self.write_down(self.note(Event::ResetLinkMade, self.now()?).about(id)).await?;
        Ok(link)
    }

    /// Whose password a link sets that still works: the identifier. It stays as it is.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn look_at_reset(&self, token: &str) -> Result<Option<String>, StoreError> {
        let Some(link) = self.look(Purpose::Reset, token).await? else { return Ok(None) };
        let account = self.account_of_reset(&link.subject, &link.value).await?;
        Ok(account.map(|account| account.identifier))
    }

    /// Sets a new password by link. All sessions of the account end, and failures that were counted against it are
    /// forgotten.
    ///
    /// # Errors
    /// [`UseError`].
    pub async fn reset(&self, token: &str, new: &Plain<String>) -> Result<Account, UseError> {
        let link = self.look(Purpose::Reset, token).await?.ok_or(UseError::Gone)?;
        let account = self.account_of_reset(&link.subject, &link.value).await?.ok_or(UseError::Gone)?;
        let new = self.chosen(new, &account.identifier, account.display_name.as_deref());
        let new = new.map_err(SignUpError::Password)?;
        let hash = self.hasher().hash(new).await.map_err(SignUpError::Hash)?;
        let link = self.take(Purpose::Reset, token).await?;
        let change = AccountChange::Password { hash, at_version: None };
        match self.change_account(account.id, change).await {
            Ok(Changed::Done(account, _)) => {
                self.forget_browsers(account.id).await;
                self.forgive(&account.identifier).await;
                Ok(account)
            }
            Ok(_) => Err(UseError::Gone),
            Err(error) => {
                self.put_back(link, MOST).await;
                Err(error.into())
            }
        }
    }

    /// An open reset link of the account does nothing any more: whoever knows the password needs none.
    pub(crate) async fn cancel_reset(&self, id: AccountId) {
        let Ok(now) = self.now() else { return };
        if let Err(error) = self.passing().cancel(Purpose::Reset, id.to_string(), now).await {
            tracing::warn!(event = "link_not_cancelled", account = %id, %error, "a reset link works until its time is up");
        }
    }

    /// The account as it was when the link was made: under the same identifier, and not disabled since.
    async fn account_of_reset(&self, id: &str, identifier: &str) -> Result<Option<Account>, StoreError> {
        let Ok(id) = id.parse::<AccountId>() else { return Ok(None) };
        let account = self.accounts().by_id(id).await?;
        let account = account.filter(|a| a.identifier == identifier && a.disabled_at.is_none());
        Ok(account.map(|a| (*a).clone()))
    }
}
