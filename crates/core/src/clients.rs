//! Applications: adding, changing, disabling them, and knowing one by its secret.

use std::sync::Arc;

use doorward_verify::Ended;

use crate::auth::Auth;
use crate::directory::{Change, Client, ClientFault, ClientSecret, Listed, Refused, Registry};
use crate::id::ClientId;
use crate::rng::{self, RngError};
use crate::secret::Plain;
use crate::store::StoreError;
use crate::wire;

/// Why the directory is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// It cannot be so.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Settings that no application can have.
    #[error(transparent)]
    Client(#[from] ClientFault),
    /// A token that says all this would not fit.
    #[error("an access token of the application {client:?} would have {bytes} bytes, and {budget} are the most")]
    TokenTooLarge {
        /// For which application.
        client: String,
        /// How many bytes it would have.
        bytes: usize,
        /// How many it may have.
        budget: usize,
    },
    /// Nobody would be left who administers the server.
    #[error("nobody else administers the server")]
    LastAdministrator,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// Nothing could be drawn.
    #[error(transparent)]
    Rng(#[from] RngError),
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// A secret that was just made: shown once.
#[expect(missing_debug_implementations, reason = "holds a secret")]
pub struct NewSecret {
    /// Its public name.
    pub id: String,
    /// What the application keeps.
    pub plain: Plain<String>,
}

impl Auth {
    /// The directory at hand.
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        self.registry_cell().load_full()
    }

    /// The application of that name, or the built-in one; `None` if unknown or disabled.
    #[must_use]
    pub fn client(&self, id: Option<&ClientId>) -> Option<Arc<Client>> {
        self.registry_cell().load().client(id).cloned()
    }

    /// Adds an application.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn add_client(&self, mut client: Client) -> Result<Arc<Client>, DirectoryError> {
        client.check(self.policy().access_token)?;
        self.is_not_configured(&client.id)?;
        client.created_at = self.now()?;
        let id = client.id.clone();
        self.amend(Change::AddClient(Box::new(client))).await?;
        self.any_client(&id)
    }

    /// Gives an application other settings.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn set_client(&self, client: Client) -> Result<Arc<Client>, DirectoryError> {
        client.check(self.policy().access_token)?;
        self.is_not_configured(&client.id)?;
        let id = client.id.clone();
        self.amend(Change::SetClient(Box::new(client))).await?;
        self.any_client(&id)
    }

    /// Nobody signs in through the application any more, and everything it was handed ends, everywhere.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn disable_client(&self, id: &ClientId) -> Result<Arc<Client>, DirectoryError> {
        self.is_not_configured(id)?;
        self.amend(Change::DisableClient(id.clone())).await?;
        self.any_client(id)
    }

    /// The application may be used again; what it had stays ended.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn enable_client(&self, id: &ClientId) -> Result<Arc<Client>, DirectoryError> {
        self.is_not_configured(id)?;
        self.amend(Change::EnableClient(id.clone())).await?;
        self.any_client(id)
    }

    /// One more secret for the application, beside the one it has, so that it can be replaced without a gap.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn add_client_secret(&self, id: &ClientId) -> Result<NewSecret, DirectoryError> {
        self.is_not_configured(id)?;
        let plain = wire::client_secret(&rng::bytes(self.rng())?);
        let secret = ClientSecret::of(plain.expose(), self.now()?);
        let name = secret.id.clone();
        self.amend(Change::AddSecret(id.clone(), secret)).await?;
        Ok(NewSecret { id: name, plain })
    }

    /// A secret of the application counts no more.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn remove_client_secret(&self, id: &ClientId, secret: &str) -> Result<Arc<Client>, DirectoryError> {
        self.is_not_configured(id)?;
        self.amend(Change::RemoveSecret(id.clone(), secret.to_owned())).await?;
        self.any_client(id)
    }

    /// The enabled application that this secret is of. All its secrets are compared, in constant time, whichever fits.
    #[must_use]
    pub fn client_by_secret(&self, id: &ClientId, secret: &str) -> Option<Arc<Client>> {
        if !wire::is_client_secret(secret) {
            return None;
        }
        let client = self.client(Some(id))?;
        let fits = client.secrets.iter().fold(false, |fits, s| fits | s.digest.is_of(secret.as_bytes()));
        fits.then_some(client)
    }

    fn is_not_configured(&self, id: &ClientId) -> Result<(), Refused> {
        let configured = self.policy().clients.iter().any(|c| c.id == *id);
        if configured || *id == ClientId::default_client() { Err(Refused::BuiltIn) } else { Ok(()) }
    }

    fn any_client(&self, id: &ClientId) -> Result<Arc<Client>, DirectoryError> {
        Ok(self.registry().any_client(id).cloned().ok_or(Refused::Missing)?)
    }

    /// Changes the directory, here at once, elsewhere within a second.
    pub(crate) async fn amend(&self, change: Change) -> Result<(), DirectoryError> {
        let now = self.now()?;
        let note = self.note(change.event(), now).object(change.object());
        let ended = match &change {
            Change::DisableClient(id) => Some(Ended::Client { client_id: id.to_string(), before: now.as_secs() + 1 }),
            _ => None,
        };
        let (listed, seq) = self.directory().amend(change, note.clone()).await??;
        note.tell();
        self.take_in_directory(listed);
        if let (Some(ended), Some(seq)) = (ended, seq) {
            self.apply_to_set(&ended, now);
            self.confirm([seq]);
        }
        Ok(())
    }

    /// Reads the directory again if its stamp has moved.
    pub(crate) async fn follow_directory(&self) -> Result<(), StoreError> {
        if self.directory().stamp().await? != self.registry_cell().load().stamp() {
            self.take_in_directory(self.directory().listed().await?);
        }
        Ok(())
    }

    /// Two that read at the same time may come in the wrong order: the older one does not count.
    pub(crate) fn take_in_directory(&self, listed: Listed) {
        let next = Arc::new(Registry::new(listed, &self.policy().clients));
        self.registry_cell().rcu(|old| if old.stamp() > next.stamp() { old.clone() } else { next.clone() });
        self.verifier().set_audiences(&self.registry().audiences(&self.policy().issuer));
    }
}
