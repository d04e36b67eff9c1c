//! How somebody wants to be called. Ends nothing, and no verifier needs to hear of it.

use crate::accounts::name::{self, NameFault};
use crate::auth::Auth;
use crate::id::AccountId;
use crate::store::{AccountChange, Changed, StoreError};

/// Why a name stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenameError {
    /// It cannot be a name.
    #[error("the display name: {0}")]
    DisplayName(NameFault),
    /// The account is gone.
    #[error("there is no such account")]
    Missing,
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl Auth {
    /// Gives the account this display name, or none. The one that it has already is no error.
    ///
    /// # Errors
    /// [`RenameError`].
    pub async fn rename(&self, id: AccountId, display_name: Option<&str>) -> Result<(), RenameError> {
        let form = display_name.map(name::display_name).transpose().map_err(RenameError::DisplayName)?;
        match self.change_account(id, AccountChange::DisplayName(form)).await? {
            Changed::Done(..) | Changed::Not(_) => Ok(()),
            Changed::Missing | Changed::LastAdministrator => Err(RenameError::Missing),
        }
    }
}
