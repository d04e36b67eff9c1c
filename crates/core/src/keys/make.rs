//! A new key, and an old one sealed anew.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use doorward_verify::{Algorithm, Timestamp};
use zeroize::Zeroizing;

use super::{KeyringError, Signer};
use crate::id;
use crate::records::{KeyState, StoredKey};
use crate::rng::Rng;
use crate::root::RootSecrets;

/// A new key, sealed: as it goes into the database. It is published and does not sign yet.
///
/// # Errors
/// [`KeyringError`].
pub fn make(
    algorithm: Algorithm,
    root: &RootSecrets,
    rng: &dyn Rng,
    now: Timestamp,
) -> Result<StoredKey, KeyringError> {
    let kid = id::draw_jti(rng)?;
    let pkcs8 = generate(algorithm)?;
    let public = Signer::read(&kid, algorithm, &pkcs8)?.public()?;
    let public_jwk = serde_json::to_string(&public.to_jwk()).map_err(|_| KeyringError::Make)?;
    let sealed = root.seal(rng, &purpose(&kid), &pkcs8)?;
    Ok(StoredKey {
        kid,
        algorithm,
        public_jwk,
        sealed,
        state: KeyState::Next,
        created_at: now,
        active_at: None,
        retired_at: None,
        token_life: std::time::Duration::ZERO,
    })
}

/// The same on a thread of its own: an RSA key may take a second, and a thread that serves requests has not got one.
///
/// # Errors
/// [`KeyringError`].
pub async fn make_aside(
    algorithm: Algorithm,
    root: Arc<RootSecrets>,
    rng: Arc<dyn Rng>,
    now: Timestamp,
) -> Result<StoredKey, KeyringError> {
    let there = Arc::new(Mutex::new(Slot::default()));
    let slot = there.clone();
    let work = move || {
        let made = make(algorithm, &root, &*rng, now);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.made = Some(made);
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    };
    std::thread::Builder::new().name("key-maker".into()).spawn(work).map_err(|_| KeyringError::Make)?;
    std::future::poll_fn(|context| {
        let mut slot = there.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.made.take() {
            Some(made) => Poll::Ready(made),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    })
    .await
}

#[derive(Default)]
struct Slot {
    made: Option<Result<StoredKey, KeyringError>>,
    waker: Option<Waker>,
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

/// The same key, sealed under the secret that `to` makes new things with.
///
/// # Errors
/// [`KeyringError`].
pub fn seal_anew(
    key: &StoredKey,
    from: &RootSecrets,
    to: &RootSecrets,
    rng: &dyn Rng,
) -> Result<StoredKey, KeyringError> {
    let pkcs8 = from.open(&purpose(&key.kid), &key.sealed).map_err(|_| KeyringError::Open(key.kid.clone()))?;
    Ok(StoredKey { sealed: to.seal(rng, &purpose(&key.kid), &pkcs8)?, ..key.clone() })
}

/// Sealed together with its name: a key moved under another name does not open.
pub(super) fn purpose(kid: &str) -> String {
    format!("signing key {kid}")
}
