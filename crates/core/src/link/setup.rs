//! The first administrator. There is no account that every installation has and no password that every manual tells:
//! whoever has a shell on the machine makes a link, and whoever opens it first administers the server.

use std::time::Duration;

use super::{Link, MakeError, UseError, Wanted};
use crate::accounts::administrator::administers;
use crate::accounts::{NewAccount, SignUpError, name};
use crate::audit::Event;
use crate::auth::Auth;
use crate::clients::DirectoryError;
use crate::directory::{ADMINISTRATOR, Refused};
use crate::password;
use crate::records::Account;
use crate::sign_in::SignInError;
use crate::store::{Purpose, StoreError};

/// A setup link works for so long.
pub const SETUP_LIFE: Duration = Duration::from_secs(3600);

/// There is one subject: a newer setup link cancels the older one, whoever made it.
const SUBJECT: &str = "server";

impl Auth {
    /// A link that makes the first administrator; works for an hour.
    ///
    /// # Errors
    /// [`MakeError`], `Administered` if there is one.
    pub async fn setup_link(&self) -> Result<Link, MakeError> {
        if self.has_administrator().await? {
            return Err(MakeError::Administered);
        }
        let (subject, value) = (SUBJECT.to_owned(), String::new());
        let link =
            self.make_link(Wanted { purpose: Purpose::Setup, subject, value, life: SETUP_LIFE, most: 1 }).await?;
        self.write_down(self.note(Event::SetupLinkMade, self.now()?)).await?;
        Ok(link)
    }

    /// Makes the first administrator. Where the identifier is taken, the account becomes an administrator if the password
    /// is its own.
    ///
    /// # Errors
    /// [`UseError`].
    pub async fn set_up(&self, token: &str, new: NewAccount) -> Result<Account, UseError> {
        let link = self.look(Purpose::Setup, token).await?.ok_or(UseError::Gone)?;
        let identifier = name::identifier(&new.identifier).map_err(SignUpError::Identifier)?;
        if self.accounts().by_identifier(identifier).await?.is_some() {
            return self.promote(token, new).await;
        }
        let mut account = self.prepare_account(new).await?;
        account.roles = vec![ADMINISTRATOR.to_owned()];
        account.permissions = self.registry().permissions_of(&account.roles);
        self.take(Purpose::Setup, token).await?;
        match self.write_account(account).await {
            Ok(account) => Ok(account),
            Err(error) => {
                self.put_back(link, 1).await;
                Err(error.into())
            }
        }
    }

    async fn promote(&self, token: &str, new: NewAccount) -> Result<Account, UseError> {
        let password = new.password.ok_or(UseError::InvalidCredentials)?;
        let password = password::presented(&password).map_err(SignUpError::Password)?;
        let account = self.prove(&new.identifier, password, None).await.map_err(not_proved)?;
        let link = self.take(Purpose::Setup, token).await?;
        match self.grant_role(account.id, ADMINISTRATOR).await {
            Ok(assigned) => Ok(assigned.account),
            Err(DirectoryError::Refused(Refused::Same)) => Ok(Account::clone(&account)),
            Err(DirectoryError::Unavailable(error)) => {
                self.put_back(link, 1).await;
                Err(error.into())
            }
            Err(_) => Err(UseError::InvalidCredentials),
        }
    }

    /// Whether anybody administers the server.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn has_administrator(&self) -> Result<bool, StoreError> {
        let holders = self.accounts().with_role(ADMINISTRATOR.to_owned(), None, usize::from(u16::MAX)).await?;
        Ok(holders.iter().any(administers))
    }
}

fn not_proved(error: SignInError) -> UseError {
    match error {
        SignInError::TooMany(error) => SignUpError::TooMany(error).into(),
        SignInError::Hash(error) => SignUpError::Hash(error).into(),
        SignInError::Unavailable(error) => error.into(),
        _ => UseError::InvalidCredentials,
    }
}
