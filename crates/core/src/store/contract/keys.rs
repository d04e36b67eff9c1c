//! Sentences about [`Keys`](crate::store::Keys).

use doorward_verify::Algorithm;

use super::{NOW, Stores, got};
use crate::records::{KeyState, StoredKey};

/// A key that opens nothing.
#[must_use]
pub fn sample_stored_key(kid: &str) -> StoredKey {
    StoredKey {
        kid: kid.into(),
        algorithm: Algorithm::Es256,
        public_jwk: "{}".into(),
        sealed: vec![1, 2, 3],
        state: KeyState::Active,
        created_at: NOW,
    }
}

/// See its name.
pub fn the_first_keys_stay(stores: &Stores) {
    assert_eq!(got(stores.keys.all()), []);
    let first = vec![
        sample_stored_key("a"),
        StoredKey { state: KeyState::Next, algorithm: Algorithm::Rs256, ..sample_stored_key("b") },
    ];
    assert_eq!(got(stores.keys.ensure(first.clone())), first);
    assert_eq!(got(stores.keys.ensure(vec![sample_stored_key("c")])), first);
    assert_eq!(got(stores.keys.all()), first);
}

/// See its name.
pub fn the_first_root_secret_binds_the_store(stores: &Stores) {
    let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(got(stores.keys.bind(list(&["one"]))));
    assert!(got(stores.keys.bind(list(&["one"]))));
    assert!(got(stores.keys.bind(list(&["two", "one"]))));
    assert!(!got(stores.keys.bind(list(&["two"]))));
}
