//! Keys and sets of keys: what is refused, and what is passed over.

use serde_json::json;

use super::*;
use crate::tests::Signing;

fn jwk(algorithm: Algorithm, kid: &str) -> Value {
    serde_json::to_value(Signing::new(algorithm, kid).public.to_jwk()).unwrap()
}

fn read(keys: &[Value]) -> Result<KeySet, KeyError> {
    KeySet::from_json(json!({ "keys": keys }).to_string().as_bytes())
}

#[test]
fn a_key_is_read_back_as_it_was_published() {
    for algorithm in Algorithm::ALL {
        let signing = Signing::new(algorithm, "key-1");
        let set = KeySet::from_json(signing.keys().to_json().as_bytes()).unwrap();
        let key = set.by_kid("key-1").unwrap();
        assert_eq!((key.algorithm(), key.to_jwk()), (algorithm, signing.public.to_jwk()));
        assert!(key.verify_signature(b"text", &signing.sign(b"text")));
        assert!(!key.verify_signature(b"texT", &signing.sign(b"text")));
        assert!(
            !format!("{key:?}").contains(&signing.public.to_jwk().x.unwrap_or_default())
                || algorithm == Algorithm::Rs256
        );
    }
}

#[test]
fn one_private_or_symmetric_key_condemns_the_whole_set() {
    let good = jwk(Algorithm::Es256, "good");
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let mut bad = jwk(Algorithm::Es256, "bad");
        bad[member] = "AQAB".into();
        assert_eq!(read(&[good.clone(), bad]).err(), Some(KeyError::Private), "{member}");
    }
    assert_eq!(read(&[good, json!({ "kty": "oct", "kid": "x" })]).err(), Some(KeyError::Private));
}

#[test]
fn one_name_twice_condemns_the_whole_set() {
    assert_eq!(read(&[jwk(Algorithm::Es256, "a"), jwk(Algorithm::Rs256, "a")]).err(), Some(KeyError::DuplicateKid));
    let foreign = json!({ "kty": "XYZ", "kid": "a" });
    assert_eq!(read(&[jwk(Algorithm::Es256, "a"), foreign]).err(), Some(KeyError::DuplicateKid));
}

#[test]
fn keys_for_other_things_are_passed_over() {
    let mut encryption = jwk(Algorithm::Rs256, "enc");
    encryption["use"] = "enc".into();
    let mut pss = jwk(Algorithm::Rs256, "pss");
    pss["alg"] = "PS256".into();
    let mut signing = jwk(Algorithm::Rs256, "ops");
    signing["key_ops"] = json!(["encrypt"]);
    let others = [
        encryption,
        signing,
        pss,
        json!({ "kty": "EC", "kid": "p384", "crv": "P-384", "x": "AA", "y": "AA" }),
        json!({ "kty": "OKP", "kid": "x25519", "crv": "X25519", "x": "AA" }),
        json!({ "kty": "AKP", "kid": "later", "alg": "ML-DSA-44" }),
        jwk(Algorithm::Es256, "ours"),
    ];
    let set = read(&others).unwrap();
    assert_eq!(set.iter().map(PublicKey::kid).collect::<Vec<_>>(), ["ours"]);
}

#[test]
fn without_a_named_algorithm_the_kind_of_key_decides() {
    for (algorithm, implied) in [
        (Algorithm::Es256, Algorithm::Es256),
        (Algorithm::Ed25519, Algorithm::EdDsa),
        (Algorithm::Rs256, Algorithm::Rs256),
    ] {
        let mut key = jwk(algorithm, "a");
        key.as_object_mut().unwrap().remove("alg");
        assert_eq!(read(&[key]).unwrap().only().unwrap().algorithm(), implied);
    }
}

#[test]
fn material_that_is_none_is_refused() {
    assert_eq!(PublicKey::es256("a", &[4; 65]).err(), Some(KeyError::Material), "not on the curve");
    assert_eq!(PublicKey::es256("a", &[2; 33]).err(), Some(KeyError::Material), "compressed");
    assert_eq!(PublicKey::rs256("a", &[0xff; 128], &[1, 0, 1]).err(), Some(KeyError::TooShort));
    assert_eq!(PublicKey::rs256("a", &[0x7f; 256], &[1, 0, 1]).err(), Some(KeyError::TooShort), "2047 bits");
    assert_eq!(PublicKey::rs256("a", &[0xff; 256], &[1]).err(), Some(KeyError::Material), "exponent one");
    assert_eq!(PublicKey::rs256("a", &[0xff; 256], &[2]).err(), Some(KeyError::Material), "even exponent");
    for point in SMALL_ORDER {
        assert_eq!(PublicKey::ed25519("a", &point).err(), Some(KeyError::Material));
        let mut negative = point;
        negative[31] |= 0x80;
        assert_eq!(PublicKey::eddsa("a", &negative).err(), Some(KeyError::Material));
    }
}

#[test]
fn names_are_short_and_plain() {
    let point = Signing::new(Algorithm::Es256, "a").public.to_jwk();
    let with = |kid: &str| PublicKey::from_jwk(&Jwk { kid: kid.into(), ..point.clone() });
    assert!(with(&"k".repeat(128)).is_ok() && with("A.b_c-9").is_ok());
    for kid in ["", "a b", "../a", "é", "a\0", &"k".repeat(129)] {
        assert_eq!(with(kid).err(), Some(KeyError::Kid), "{kid}");
    }
}

#[test]
fn a_set_that_is_too_large_or_none_is_refused() {
    assert_eq!(KeySet::from_json(&vec![b' '; LARGEST_SET + 1]).err(), Some(KeyError::TooLarge));
    for text in ["", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[1]}", "null"] {
        assert_eq!(KeySet::from_json(text.as_bytes()).err(), Some(KeyError::Malformed), "{text}");
    }
    assert!(read(&[]).unwrap().is_empty());
}
