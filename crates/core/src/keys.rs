//! Signing keys: how one is made, sealed, opened, used, and published.
//!
//! Private halves live in the database, sealed under the root secret together with their name, so that neither a copy of
//! the database signs anything nor can one key be put in another's place. One key signs, one more is published ahead.

use std::fmt;

use arc_swap::ArcSwap;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use doorward_verify::{Algorithm, Claims, KeySet, PublicKey, Timestamp, jws, typ};
use std::sync::Arc;
use zeroize::Zeroizing;

use crate::id;
use crate::records::{KeyState, StoredKey};
use crate::rng::{Rng, RngError};
use crate::root::RootSecrets;

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

enum Private {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// A key that signs.
pub struct Signer {
    kid: String,
    algorithm: Algorithm,
    private: Private,
    random: SystemRandom,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {})", self.kid, self.algorithm.name())
    }
}

impl Signer {
    fn read(kid: &str, algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyringError> {
        let unreadable = |_| KeyringError::Open(kid.to_owned());
        let private = match algorithm {
            Algorithm::Es256 => {
                Private::P256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(unreadable)?)
            }
            Algorithm::Ed25519 | Algorithm::EdDsa => {
                Private::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(unreadable)?)
            }
            Algorithm::Rs256 => Private::Rsa(RsaKeyPair::from_pkcs8(pkcs8).map_err(unreadable)?),
        };
        Ok(Self { kid: kid.to_owned(), algorithm, private, random: SystemRandom::new() })
    }

    /// The name of the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// An access token (RFC 9068) with these claims.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign_claims(&self, claims: &Claims) -> Result<crate::secret::Plain<String>, SignError> {
        let payload = serde_json::to_vec(claims).map_err(|_| SignError)?;
        self.sign_jws(typ::ACCESS_TOKEN, &payload).map(crate::secret::Plain::new)
    }

    /// A compact JWS of this type over these bytes.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign_jws(&self, typ: &str, payload: &[u8]) -> Result<String, SignError> {
        let header = jws::Header { alg: self.algorithm.name(), typ, kid: &self.kid };
        jws::encode(&header, payload, |input| self.sign(input))
    }

    fn sign(&self, input: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.private {
            Private::P256(key) => key.sign(&self.random, input).map(|s| s.as_ref().to_vec()).map_err(|_| SignError),
            Private::Ed25519(key) => Ok(key.sign(input).as_ref().to_vec()),
            Private::Rsa(key) => {
                let mut out = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &self.random, input, &mut out).map_err(|_| SignError)?;
                Ok(out)
            }
        }
    }

    fn public(&self) -> Result<PublicKey, KeyringError> {
        let unreadable = |_| KeyringError::Public(self.kid.clone());
        match (&self.private, self.algorithm) {
            (Private::P256(key), _) => PublicKey::es256(&self.kid, key.public_key().as_ref()).map_err(unreadable),
            (Private::Ed25519(key), algorithm) => {
                let point = key.public_key().as_ref().try_into().map_err(|_| KeyringError::Public(self.kid.clone()))?;
                match algorithm {
                    Algorithm::EdDsa => PublicKey::eddsa(&self.kid, point).map_err(unreadable),
                    _ => PublicKey::ed25519(&self.kid, point).map_err(unreadable),
                }
            }
            (Private::Rsa(key), _) => {
                let public = key.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                PublicKey::rs256(&self.kid, n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero())
                    .map_err(unreadable)
            }
        }
    }
}

/// A new key, sealed: as it goes into the database.
///
/// # Errors
/// [`KeyringError`].
pub fn make(
    algorithm: Algorithm,
    state: KeyState,
    root: &RootSecrets,
    rng: &dyn Rng,
    now: Timestamp,
) -> Result<StoredKey, KeyringError> {
    let kid = id::draw_jti(rng)?;
    let pkcs8 = generate(algorithm)?;
    let public = Signer::read(&kid, algorithm, &pkcs8)?.public()?;
    let public_jwk = serde_json::to_string(&public.to_jwk()).map_err(|_| KeyringError::Make)?;
    let sealed = root.seal(rng, &purpose(&kid), &pkcs8)?;
    Ok(StoredKey { kid, algorithm, public_jwk, sealed, state, created_at: now })
}

fn generate(algorithm: Algorithm) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
    let random = SystemRandom::new();
    let document = match algorithm {
        Algorithm::Es256 => {
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map(|d| d.as_ref().to_vec())
        }
        Algorithm::Ed25519 | Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random).map(|d| d.as_ref().to_vec()),
        Algorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa3072)
            .and_then(|key| AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&key))
            .map(|d| d.as_ref().to_vec()),
    };
    document.map(Zeroizing::new).map_err(|_| KeyringError::Make)
}

/// Sealed together with its name: a key moved under another name does not open.
fn purpose(kid: &str) -> String {
    format!("signing key {kid}")
}

/// What signs and what is published, as one.
pub struct Keyring {
    state: ArcSwap<State>,
}

struct State {
    signer: Arc<Signer>,
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
    pub fn open(stored: &[StoredKey], root: &RootSecrets) -> Result<Self, KeyringError> {
        Ok(Self { state: ArcSwap::from_pointee(State::read(stored, root)?) })
    }

    /// The key that signs.
    #[must_use]
    pub fn signer(&self) -> Arc<Signer> {
        self.state.load().signer.clone()
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
}

impl State {
    fn read(stored: &[StoredKey], root: &RootSecrets) -> Result<Self, KeyringError> {
        let public = stored.iter().map(read_public).collect::<Result<Vec<_>, _>>()?;
        let active = stored.iter().find(|k| k.state == KeyState::Active).ok_or(KeyringError::NoneActive)?;
        let pkcs8 =
            root.open(&purpose(&active.kid), &active.sealed).map_err(|_| KeyringError::Open(active.kid.clone()))?;
        let signer = Signer::read(&active.kid, active.algorithm, &pkcs8)?;
        let published = KeySet::new(public).map_err(|_| KeyringError::Public(active.kid.clone()))?;
        let jwks = published.to_json().into();
        Ok(Self { signer: Arc::new(signer), published, jwks })
    }
}

fn read_public(key: &StoredKey) -> Result<PublicKey, KeyringError> {
    let unreadable = || KeyringError::Public(key.kid.clone());
    let jwk = serde_json::from_str(&key.public_jwk).map_err(|_| unreadable())?;
    let public = PublicKey::from_jwk(&jwk).map_err(|_| unreadable())?;
    if public.kid() == key.kid && public.algorithm() == key.algorithm { Ok(public) } else { Err(unreadable()) }
}

#[cfg(test)]
mod tests;
