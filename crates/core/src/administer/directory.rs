//! Applications and roles: what gives rights.

use std::sync::Arc;

use super::{AdminError, Administrator};
use crate::clients::{DirectoryError, NewSecret};
use crate::directory::{Client, Permission, Refused, Role};
use crate::id::ClientId;

impl Administrator {
    /// Defines a role, or gives it other permissions. Answers for how many accounts it has changed something.
    ///
    /// # Errors
    /// [`AdminError`]; `Lacks` also if it gives, or gave, a right to administer that they have not themselves.
    pub async fn set_role(&self, role: Role) -> Result<usize, AdminError> {
        self.reaches(&self.auth.registry().permissions_of(std::slice::from_ref(&role.name)))?;
        self.reaches(&role.permissions)?;
        match self.auth.set_role(role).await {
            Err(DirectoryError::Refused(Refused::Same)) => Ok(0),
            set => Ok(set?),
        }
    }

    /// Says what a permission is for.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn set_permission(&self, permission: Permission) -> Result<(), AdminError> {
        match self.auth.set_permission(permission).await {
            Err(DirectoryError::Refused(Refused::Same)) => Ok(()),
            set => Ok(set?),
        }
    }

    /// Removes a role that nobody has.
    ///
    /// # Errors
    /// As [`set_role`](Self::set_role).
    pub async fn remove_role(&self, name: &str) -> Result<(), AdminError> {
        self.reaches(&self.auth.registry().permissions_of(&[name.to_owned()]))?;
        Ok(self.auth.remove_role(name).await?)
    }

    /// Adds an application.
    ///
    /// # Errors
    /// [`AdminError`]; `Lacks` also if it may administer what they may not.
    pub async fn add_client(&self, client: Client) -> Result<Arc<Client>, AdminError> {
        self.reaches(&client.permissions)?;
        Ok(self.auth.add_client(client).await?)
    }

    /// Gives an application other settings.
    ///
    /// # Errors
    /// As [`add_client`](Self::add_client).
    pub async fn change_client(
        &self,
        id: &ClientId,
        change: impl FnOnce(Client) -> Client + Send,
    ) -> Result<Arc<Client>, AdminError> {
        let before = self.client_within_reach(id)?;
        let after = Client { id: id.clone(), ..change(Client::clone(&before)) };
        self.reaches(&after.permissions)?;
        match self.auth.set_client(after).await {
            Err(DirectoryError::Refused(Refused::Same)) => Ok(before),
            set => Ok(set?),
        }
    }

    /// The application may be used again.
    ///
    /// # Errors
    /// As [`add_client`](Self::add_client).
    pub async fn enable_client(&self, id: &ClientId) -> Result<Arc<Client>, AdminError> {
        let before = self.client_within_reach(id)?;
        match self.auth.enable_client(id).await {
            Err(DirectoryError::Refused(Refused::Same)) => Ok(before),
            set => Ok(set?),
        }
    }

    /// Nobody signs in through the application any more, and everything it was handed ends.
    ///
    /// # Errors
    /// As [`add_client`](Self::add_client).
    pub async fn disable_client(&self, id: &ClientId) -> Result<Arc<Client>, AdminError> {
        let before = self.client_within_reach(id)?;
        match self.auth.disable_client(id).await {
            Err(DirectoryError::Refused(Refused::Same)) => Ok(before),
            set => Ok(set?),
        }
    }

    /// One more secret. Whoever holds it is as mighty as the application.
    ///
    /// # Errors
    /// As [`add_client`](Self::add_client).
    pub async fn add_client_secret(&self, id: &ClientId) -> Result<NewSecret, AdminError> {
        self.client_within_reach(id)?;
        Ok(self.auth.add_client_secret(id).await?)
    }

    /// A secret counts no more.
    ///
    /// # Errors
    /// As [`add_client`](Self::add_client).
    pub async fn remove_client_secret(&self, id: &ClientId, secret: &str) -> Result<Arc<Client>, AdminError> {
        self.client_within_reach(id)?;
        Ok(self.auth.remove_client_secret(id, secret).await?)
    }

    fn client_within_reach(&self, id: &ClientId) -> Result<Arc<Client>, AdminError> {
        let client = self.auth.registry().any_client(id).cloned();
        let client = client.ok_or(DirectoryError::Refused(Refused::Missing))?;
        self.reaches(&client.permissions)?;
        Ok(client)
    }
}
