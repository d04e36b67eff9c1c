//! Keys that are made, sealed, opened and published.

use super::*;
use crate::rng::SeededRng;

fn root() -> RootSecrets {
    RootSecrets::new(&[Zeroizing::new(std::array::from_fn(|n| n as u8))]).unwrap()
}

fn a_key(algorithm: Algorithm) -> StoredKey {
    make(algorithm, KeyState::Active, &root(), &SeededRng::new(5), Timestamp::from_secs(1)).unwrap()
}

#[test]
fn every_algorithm_signs_what_its_published_half_verifies() {
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519, Algorithm::EdDsa, Algorithm::Rs256] {
        let ring = Keyring::open(&[a_key(algorithm)], &root()).unwrap();
        let token = ring.signer().sign_jws(typ::ACCESS_TOKEN, b"{}").unwrap();
        let opened = jws::verify(token.as_bytes(), &ring.published(), &[algorithm], typ::ACCESS_TOKEN).unwrap();
        assert_eq!(opened.payload, b"{}", "{algorithm:?}");
        assert!(!ring.jwks().contains("\"d\""), "{algorithm:?}: no private member is published");
    }
}

#[test]
fn a_sealed_key_under_another_name_or_another_root_secret_does_not_open() {
    let key = a_key(Algorithm::Es256);
    let mut moved = key.clone();
    moved.kid = "another".into();
    moved.public_jwk = moved.public_jwk.replace(&key.kid, "another");
    assert_eq!(Keyring::open(&[moved], &root()).unwrap_err(), KeyringError::Open("another".into()));
    let other = RootSecrets::new(&[Zeroizing::new(std::array::from_fn(|n| n as u8 + 1))]).unwrap();
    assert_eq!(Keyring::open(std::slice::from_ref(&key), &other).unwrap_err(), KeyringError::Open(key.kid));
}

#[test]
fn a_database_without_an_active_key_is_refused() {
    let mut key = a_key(Algorithm::Es256);
    key.state = KeyState::Next;
    assert_eq!(Keyring::open(&[key], &root()).unwrap_err(), KeyringError::NoneActive);
}

#[test]
fn the_private_half_is_nowhere_in_the_clear() {
    let key = a_key(Algorithm::Ed25519);
    let pkcs8 = root().open(&purpose(&key.kid), &key.sealed).unwrap();
    let secret_part = &pkcs8[16..32];
    assert!(!key.sealed.windows(16).any(|w| w == secret_part));
    assert!(!format!("{key:?}").contains("sealed"));
}
