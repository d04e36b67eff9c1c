//! An account is deleted: everything of it ends, and what it said of a person is gone.
//!
//! What stays is the audit, which knows the account by its id and no name, and for a day the end of its sessions in the
//! log. Its id is random and never drawn again, so whoever signs up under the same identifier is somebody else.

use doorward_verify::Timestamp;

use crate::audit::{Actor, Event};
use crate::auth::Auth;
use crate::id::AccountId;
use crate::store::{Changed, StoreError};

/// Why an account stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeleteError {
    /// Nobody would be left who administers the server.
    #[error("nobody else administers the server")]
    LastAdministrator,
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl Auth {
    /// Deletes the account. `false` if there is none.
    ///
    /// # Errors
    /// [`DeleteError`]; then nothing has changed.
    pub async fn delete_account(&self, id: AccountId) -> Result<bool, DeleteError> {
        let now = self.now()?;
        // First: if it breaks off here, no address is left of somebody who is still there, and not the other way round.
        self.audit().forget_addresses(id).await?;
        let mut note = self.note(Event::AccountDeleted, now).by_person(id);
        if note.actor == Actor::Person(id) {
            note.address = None;
        }
        let (account, seq) = match self.accounts().delete(id, note.clone()).await? {
            Changed::Done(account, seq) => (account, seq),
            Changed::LastAdministrator => return Err(DeleteError::LastAdministrator),
            Changed::Not(_) | Changed::Missing => return Ok(false),
        };
        note.tell();
        // The link works on nothing that is not there, but it remembers what the person was called.
        self.cancel_reset(id).await;
        self.apply_to_set(&super::end_of(&account, now).what, now);
        match self.end_of_nobody(id.as_str(), now).await {
            Ok(()) => self.confirm(seq),
            Err(error) => {
                tracing::warn!(event = "end_unconfirmed", account = %id, %error, "records will be removed later");
            }
        }
        Ok(true)
    }

    /// Removes the records of an account that is no more.
    pub(crate) async fn end_of_nobody(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let Ok(id) = id.parse::<AccountId>() else { return Ok(()) };
        let left = self.sessions().of_account(id, now).await?;
        self.sessions().end_all(left.into_iter().map(|session| session.sid).collect()).await
    }
}
