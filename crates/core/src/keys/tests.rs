//! Keys that are made, sealed, opened and published.

use doorward_verify::{Algorithm, Timestamp, jws, typ};
use zeroize::Zeroizing;

use super::*;
use crate::rng::SeededRng;

fn root_of(first: u8) -> RootSecrets {
    RootSecrets::new(&[Zeroizing::new(std::array::from_fn(|n| (n * n) as u8 ^ first))]).unwrap()
}

fn root() -> RootSecrets {
    root_of(0)
}

fn a_key(algorithm: Algorithm) -> StoredKey {
    let key = make(algorithm, &root(), &SeededRng::new(5), Timestamp::from_secs(1)).unwrap();
    StoredKey { state: KeyState::Active, ..key }
}

fn stored(keys: &[StoredKey]) -> StoredKeys {
    StoredKeys { keys: keys.to_vec(), ..StoredKeys::default() }
}

fn verifier() -> Verifier {
    Verifier::builder("https://a", "https://b").algorithms([Algorithm::Es256]).build().unwrap()
}

#[test]
fn every_algorithm_signs_what_its_published_half_verifies() {
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519, Algorithm::EdDsa, Algorithm::Rs256] {
        let ring = Keyring::open(stored(&[a_key(algorithm)]), &root()).unwrap();
        let token = ring.signer().unwrap().sign_jws(typ::ACCESS_TOKEN, b"{}").unwrap();
        let opened = jws::verify(token.as_bytes(), &ring.published(), &[algorithm], typ::ACCESS_TOKEN).unwrap();
        assert_eq!(opened.payload, b"{}", "{algorithm:?}");
    }
}

#[test]
fn only_public_members_are_published() {
    let members = |algorithm| match algorithm {
        Algorithm::Rs256 => vec!["alg", "e", "kid", "kty", "n", "use"],
        Algorithm::Es256 => vec!["alg", "crv", "kid", "kty", "use", "x", "y"],
        Algorithm::Ed25519 | Algorithm::EdDsa => vec!["alg", "crv", "kid", "kty", "use", "x"],
    };
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519, Algorithm::EdDsa, Algorithm::Rs256] {
        let ring = Keyring::open(stored(&[a_key(algorithm)]), &root()).unwrap();
        let set: serde_json::Value = serde_json::from_str(&ring.jwks()).unwrap();
        let mut found: Vec<_> = set["keys"][0].as_object().unwrap().keys().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, members(algorithm), "{algorithm:?}");
        assert_eq!(set.as_object().unwrap().len(), 1);
    }
}

#[test]
fn a_sealed_key_under_another_name_or_another_root_secret_does_not_open() {
    let key = a_key(Algorithm::Es256);
    let mut moved = key.clone();
    moved.kid = "another".into();
    moved.public_jwk = moved.public_jwk.replace(&key.kid, "another");
    assert_eq!(Keyring::open(stored(&[moved]), &root()).unwrap_err(), KeyringError::Open("another".into()));
    let other = Keyring::open(stored(std::slice::from_ref(&key)), &root_of(1));
    assert_eq!(other.unwrap_err(), KeyringError::Open(key.kid));
}

#[test]
fn a_key_sealed_anew_is_the_same_key_under_the_other_secret_alone() {
    let key = a_key(Algorithm::Es256);
    let anew = make::seal_anew(&key, &root(), &root_of(1), &SeededRng::new(6)).unwrap();
    assert!(Keyring::open(stored(std::slice::from_ref(&anew)), &root()).is_err());
    let ring = Keyring::open(stored(std::slice::from_ref(&anew)), &root_of(1)).unwrap();
    let token = ring.signer().unwrap().sign_jws(typ::ACCESS_TOKEN, b"{}").unwrap();
    let before = Keyring::open(stored(&[key]), &root()).unwrap().published();
    assert!(jws::verify(token.as_bytes(), &before, &[Algorithm::Es256], typ::ACCESS_TOKEN).is_ok());
}

#[test]
fn a_database_without_an_active_key_is_refused() {
    let mut key = a_key(Algorithm::Es256);
    key.state = KeyState::Next;
    assert_eq!(Keyring::open(stored(&[key]), &root()).unwrap_err(), KeyringError::NoneActive);
}

#[test]
fn a_key_that_cannot_be_opened_does_not_stop_the_one_of_before_while_that_is_published() {
    let old = a_key(Algorithm::Es256);
    let new = make(Algorithm::Es256, &root_of(1), &SeededRng::new(9), Timestamp::from_secs(1)).unwrap();
    let new = StoredKey { state: KeyState::Active, ..new };
    let retired = StoredKey { state: KeyState::Retired, ..old.clone() };
    let (ring, verifier) = (Keyring::open(stored(std::slice::from_ref(&old)), &root()).unwrap(), verifier());
    let unreadable = Err(KeyringError::Open(new.kid.clone()));
    assert_eq!(ring.replace(stored(&[retired, new.clone()]), &root(), &verifier), unreadable);
    assert_eq!(ring.signer().unwrap().kid(), old.kid);
    assert_eq!((ring.published().len(), verifier.keys().len()), (2, 2), "others sign with it already");
    assert_eq!(ring.replace(stored(std::slice::from_ref(&new)), &root(), &verifier), unreadable);
    assert_eq!(ring.signer().unwrap_err(), SignError, "a key that is distrusted signs nothing more");
    assert_eq!(ring.replace(stored(&[new]), &root_of(1), &verifier), Ok(()));
    assert!(ring.signer().is_ok());
}

#[test]
fn the_private_half_is_nowhere_in_the_clear() {
    let key = a_key(Algorithm::Ed25519);
    let pkcs8 = root().open(&make::purpose(&key.kid), &key.sealed).unwrap();
    let secret_part = &pkcs8[16..32];
    assert!(!key.sealed.windows(16).any(|w| w == secret_part));
    assert!(!format!("{key:?}").contains("sealed"));
}
