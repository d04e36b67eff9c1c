//! Signing keys, and the secret they are sealed under.
//!
//! Private halves live in the database, sealed under the root secret together with their name, so that neither a copy of
//! the database signs anything nor can one key be put in another's place. The rooms:
//!
//! - [`life`] the rule: a key is published, then signs, then stays published until what it signed has expired
//! - `tend` what a node does about it by itself · [`operate`] what an operator may ask for · [`roots`] the root secret's life
//! - [`make`](mod@make) a new key · [`Signer`] one that signs · [`Keyring`] what signs and is published, as one

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use doorward_verify::{KeySet, PublicKey, Verifier};

use crate::records::{KeyState, StoredKey, StoredKeys};
use crate::rng::RngError;
use crate::root::RootSecrets;

pub mod life;

mod even;

mod tend;

pub mod operate;

pub mod roots;

pub mod make;

mod signer;

pub use make::make;
pub use signer::Signer;
pub use tend::TendError;

pub(crate) use even::Evenness;

/// A key would not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing key does not sign")]
pub struct SignError;

/// Keys cannot be made or read; the text is for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// The generator or the library refused.
    #[error("a signing key could not be made")]
    Make,
    /// No randomness.
    #[error(transparent)]
    Rng(#[from] RngError),
    /// None of the root secrets opens it, or it is damaged.
    #[error("signing key {0} cannot be opened with any of the root secrets")]
    Open(String),
    /// Its public half is damaged.
    #[error("the public half of signing key {0} cannot be read")]
    Public(String),
    /// Nothing signs.
    #[error("no signing key is active")]
    NoneActive,
}

/// What signs and what is published, as one: swapped whole, read without a lock.
pub struct Keyring {
    state: ArcSwap<State>,
}

struct State {
    stored: StoredKeys,
    /// None if the key that signs cannot be opened and none of before may sign any more.
    signer: Option<Arc<Signer>>,
    published: KeySet,
    jwks: Arc<str>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({:?})", self.state.load().signer)
    }
}

impl Keyring {
    /// Opens what the database holds.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub fn open(stored: StoredKeys, root: &RootSecrets) -> Result<Self, KeyringError> {
        let signer = Some(Arc::new(signer_of(&stored, root)?));
        Ok(Self { state: ArcSwap::from_pointee(State::with(stored, signer)?) })
    }

    /// Takes other keys instead, and gives them to the verifier of the same node first: it must know a key before anything
    /// is signed with it. What is published changes even if the key that signs cannot be opened: then the one of
    /// before goes on for as long as it is published, and afterwards nothing signs.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub fn replace(&self, stored: StoredKeys, root: &RootSecrets, verifier: &Verifier) -> Result<(), KeyringError> {
        let (signer, outcome) = match signer_of(&stored, root) {
            Ok(signer) => (Some(Arc::new(signer)), Ok(())),
            Err(error) => {
                let published = |old: &Arc<Signer>| stored.keys.iter().any(|key| key.kid == old.kid());
                (self.state.load().signer.clone().filter(published), Err(error))
            }
        };
        let state = State::with(stored, signer)?;
        // Other keys make a verifier check the signature of every token again.
        if state.jwks != self.jwks() {
            verifier.set_keys(state.published.clone());
        }
        self.state.store(Arc::new(state));
        outcome
    }

    /// The key that signs.
    ///
    /// # Errors
    /// [`SignError`] while none can.
    pub fn signer(&self) -> Result<Arc<Signer>, SignError> {
        self.state.load().signer.clone().ok_or(SignError)
    }

    /// Every published key.
    #[must_use]
    pub fn published(&self) -> KeySet {
        self.state.load().published.clone()
    }

    /// The same as a JWK Set (RFC 7517 section 5), JSON.
    #[must_use]
    pub fn jwks(&self) -> Arc<str> {
        self.state.load().jwks.clone()
    }

    /// Which version of the stored keys this is.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.state.load().stored.version
    }

    fn stored(&self) -> StoredKeys {
        self.state.load().stored.clone()
    }
}

impl State {
    fn with(stored: StoredKeys, signer: Option<Arc<Signer>>) -> Result<Self, KeyringError> {
        let public = stored.keys.iter().map(read_public).collect::<Result<Vec<_>, _>>()?;
        let published = KeySet::new(public).map_err(|_| KeyringError::Public("of a name that stands twice".into()))?;
        let jwks = published.to_json().into();
        Ok(Self { stored, signer, published, jwks })
    }
}

fn signer_of(stored: &StoredKeys, root: &RootSecrets) -> Result<Signer, KeyringError> {
    let active = stored.keys.iter().find(|k| k.state == KeyState::Active).ok_or(KeyringError::NoneActive)?;
    let unreadable = |_| KeyringError::Open(active.kid.clone());
    let pkcs8 = root.open(&make::purpose(&active.kid), &active.sealed).map_err(unreadable)?;
    Signer::read(&active.kid, active.algorithm, &pkcs8)
}

fn read_public(key: &StoredKey) -> Result<PublicKey, KeyringError> {
    let unreadable = || KeyringError::Public(key.kid.clone());
    let jwk = serde_json::from_str(&key.public_jwk).map_err(|_| unreadable())?;
    let public = PublicKey::from_jwk(&jwk).map_err(|_| unreadable())?;
    if public.kid() == key.kid && public.algorithm() == key.algorithm { Ok(public) } else { Err(unreadable()) }
}

#[cfg(test)]
mod tests;
