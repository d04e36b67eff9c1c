//! Whole tokens against a whole verifier.

use serde_json::{Value, json};

use super::*;
use crate::revoked::Ended;
use crate::tests::{AUDIENCE, ISSUER, NOW, Signing, claims, with};

fn verifier(signing: &Signing) -> Verifier {
    Verifier::builder(ISSUER, AUDIENCE).algorithms([signing.algorithm]).keys(signing.keys()).build().unwrap()
}

fn after(secs: i64) -> Timestamp {
    Timestamp::from_secs(NOW.as_secs() + secs)
}

#[test]
fn a_good_token_is_verified_and_says_what_it_says() {
    for algorithm in Algorithm::ALL {
        let signing = Signing::new(algorithm, "key-1");
        let verifier = verifier(&signing);
        let verified = verifier.verify(signing.token(&claims()).as_bytes(), NOW).unwrap();
        assert_eq!((verified.kid.as_str(), verified.algorithm, verified.claims.ver), ("key-1", algorithm, Some(3)));
    }
}

#[test]
fn issuer_and_audience_are_compared_letter_for_letter() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let verifier = verifier(&signing);
    let check = |claims: Value| verifier.verify(signing.token(&claims).as_bytes(), NOW).err();
    for iss in [
        "https://door.example/",
        "https://DOOR.example",
        "https://door.example.",
        "http://door.example",
        "https://xn--door.example",
    ] {
        assert_eq!(check(with("iss", json!(iss))), Some(VerifyError::Issuer), "{iss}");
    }
    for aud in [
        json!([]),
        json!(""),
        json!(["other"]),
        json!("https://api.exampl"),
        json!("https://api.example/"),
        json!("HTTPS://API.EXAMPLE"),
    ] {
        assert_eq!(check(with("aud", aud.clone())), Some(VerifyError::Audience), "{aud}");
    }
    assert_eq!(check(with("aud", json!(AUDIENCE))), None);
    assert_eq!(check(with("aud", json!(["other", AUDIENCE]))), None);
}

#[test]
fn a_new_list_of_audiences_counts_at_once_also_for_what_was_verified_before() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let verifier = verifier(&signing);
    let token = signing.token(&claims());
    let check = || verifier.verify(token.as_bytes(), NOW).err();
    assert_eq!(check(), None);
    verifier.set_audiences(&["https://other.example".to_owned()]);
    assert_eq!(check(), Some(VerifyError::Audience));
    verifier.set_audiences(&[]);
    assert_eq!(check(), Some(VerifyError::Audience));
    verifier.set_keys(signing.keys());
    verifier.set_audiences(&[AUDIENCE.to_owned()]);
    assert_eq!(check(), None);
}

#[test]
fn a_key_of_one_issuer_signs_nothing_for_another() {
    let (one, two) = (Signing::new(Algorithm::Es256, "key-1"), Signing::new(Algorithm::Es256, "key-1"));
    let token = two.token(&claims());
    assert_eq!(verifier(&one).verify(token.as_bytes(), NOW).err(), Some(VerifyError::Signature));
}

#[test]
fn each_moment_counts_to_the_second_with_the_leeway_allowed() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let verifier = verifier(&signing);
    let at = |claims: &Value, secs| verifier.verify(signing.token(claims).as_bytes(), after(secs)).err();
    assert_eq!((at(&claims(), 330), at(&claims(), 331)), (None, Some(VerifyError::Expired)));
    assert_eq!((at(&claims(), -30), at(&claims(), -31)), (None, Some(VerifyError::NotYet)));
    let later = with("nbf", json!(NOW.as_secs() + 60));
    assert_eq!((at(&later, 30), at(&later, 29)), (None, Some(VerifyError::NotYet)));
    let long = with("exp", json!(NOW.as_secs() + 3600));
    let longer = with("exp", json!(NOW.as_secs() + 3601));
    assert_eq!((at(&long, 0), at(&longer, 0)), (None, Some(VerifyError::Lifetime)));
    assert_eq!(at(&with("exp", json!(NOW.as_secs() + 315_360_000)), 0), Some(VerifyError::Lifetime), "ten years");
    assert_eq!(at(&with("exp", json!(NOW.as_secs())), 0), Some(VerifyError::Claims), "ends before it begins");
}

#[test]
fn a_remembered_token_is_weighed_again_at_every_use() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let verifier = verifier(&signing);
    let token = signing.token(&claims());
    let first = verifier.verify(token.as_bytes(), NOW).unwrap();
    let again = verifier.verify(token.as_bytes(), NOW).unwrap();
    assert!(Arc::ptr_eq(&first, &again), "remembered");
    assert_eq!(verifier.verify(token.as_bytes(), after(400)).err(), Some(VerifyError::Expired));
    assert!(verifier.verify(token.as_bytes(), NOW).is_ok());
    verifier.revoked().insert(&Ended::Session { sid: "CCCCCCCCCCCCCCCCCCCCCC".into() }, i64::MAX);
    assert_eq!(verifier.verify(token.as_bytes(), NOW).err(), Some(VerifyError::Revoked));
}

#[test]
fn a_remembered_token_is_found_by_all_of_its_bytes() {
    let signing = Signing::new(Algorithm::Ed25519, "key-1");
    let verifier = verifier(&signing);
    let token = signing.token(&claims());
    verifier.verify(token.as_bytes(), NOW).unwrap();
    for at in 0..token.len() {
        let mut bent = token.clone().into_bytes();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        assert!(verifier.verify(&bent, NOW).is_err(), "byte {at}");
    }
}

#[test]
fn the_tokens_of_a_key_that_left_the_set_die_at_once() {
    let (old, new) = (Signing::new(Algorithm::Es256, "old"), Signing::new(Algorithm::Es256, "new"));
    let verifier = verifier(&old);
    let token = old.token(&claims());
    verifier.verify(token.as_bytes(), NOW).unwrap();
    verifier.set_keys(KeySet::new(vec![old.public.clone(), new.public.clone()]).unwrap());
    assert!(verifier.verify(token.as_bytes(), NOW).is_ok(), "published side by side");
    verifier.set_keys(new.keys());
    assert_eq!(verifier.verify(token.as_bytes(), NOW).err(), Some(VerifyError::UnknownKey));
}

#[test]
fn a_token_that_was_verified_is_weighed_again_without_its_text() {
    let (old, new) = (Signing::new(Algorithm::Es256, "old"), Signing::new(Algorithm::Es256, "new"));
    let verifier = verifier(&old);
    let verified = verifier.verify(old.token(&claims()).as_bytes(), NOW).unwrap();
    assert_eq!(
        (verifier.recheck(&verified, NOW), verifier.recheck(&verified, after(331))),
        (Ok(()), Err(VerifyError::Expired))
    );
    verifier.set_keys(KeySet::new(vec![old.public.clone(), new.public.clone()]).unwrap());
    assert_eq!(verifier.recheck(&verified, NOW), Ok(()));
    verifier.revoked().insert(&Ended::Account { account: "AAAAAAAAAAAAAAAAAAAAAA".into(), below: 4 }, i64::MAX);
    assert_eq!(verifier.recheck(&verified, NOW), Err(VerifyError::Stale));
    verifier.set_keys(new.keys());
    assert_eq!(verifier.recheck(&verified, NOW), Err(VerifyError::UnknownKey));
}

#[test]
fn expired_and_stale_are_said_only_of_tokens_that_are_good_otherwise() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let verifier = verifier(&signing);
    let token = signing.token(&claims());
    verifier.revoked().insert(&Ended::Account { account: "AAAAAAAAAAAAAAAAAAAAAA".into(), below: 4 }, i64::MAX);
    assert_eq!(verifier.verify(token.as_bytes(), NOW).err(), Some(VerifyError::Stale));
    assert_eq!(verifier.verify(token.as_bytes(), after(1000)).err(), Some(VerifyError::Expired));
    verifier.revoked().insert(&Ended::Token { jti: "BBBBBBBBBBBBBBBBBBBBBB".into() }, i64::MAX);
    assert_eq!(verifier.verify(token.as_bytes(), after(1000)).err(), Some(VerifyError::Revoked));
    let bent = format!("{}A", &token[..token.len() - 1]);
    assert!(!matches!(verifier.verify(bent.as_bytes(), after(1000)), Err(VerifyError::Expired | VerifyError::Stale)));
    let foreign = signing.token(&with("aud", json!("other")));
    assert_eq!(verifier.verify(foreign.as_bytes(), after(1000)).err(), Some(VerifyError::Audience));
}

/// ECDSA signatures can be rewritten and still verify: what is denied is the name in the token, never its text.
#[test]
fn a_rewritten_signature_does_not_escape_a_revoke() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let verifier = verifier(&signing);
    let (one, two) = (signing.token(&claims()), signing.token(&claims()));
    assert_ne!(one, two, "the same claims under two signatures");
    verifier.verify(one.as_bytes(), NOW).unwrap();
    verifier.revoked().insert(&Ended::Token { jti: "BBBBBBBBBBBBBBBBBBBBBB".into() }, i64::MAX);
    for token in [one, two] {
        assert_eq!(verifier.verify(token.as_bytes(), NOW).err(), Some(VerifyError::Revoked));
    }
}

#[test]
fn a_verifier_that_would_accept_too_much_cannot_be_built() {
    let build = |issuer: &str, audience: Vec<String>, algorithms: &[Algorithm], leeway| {
        Verifier::builder(issuer, audience)
            .algorithms(algorithms.iter().copied())
            .leeway(Duration::from_secs(leeway))
            .build()
    };
    let ours = || vec![AUDIENCE.to_owned()];
    assert_eq!(build("", ours(), &[Algorithm::Es256], 0).err(), Some(BuildError::Issuer));
    assert_eq!(build(ISSUER, Vec::new(), &[Algorithm::Es256], 0).err(), Some(BuildError::Audience));
    assert_eq!(build(ISSUER, vec![String::new()], &[Algorithm::Es256], 0).err(), Some(BuildError::Audience));
    assert_eq!(build(ISSUER, ours(), &[], 0).err(), Some(BuildError::Algorithms));
    assert_eq!(build(ISSUER, ours(), &[Algorithm::Es256], 121).err(), Some(BuildError::Leeway));
    assert!(build(ISSUER, ours(), &[Algorithm::Es256], 120).is_ok());
}

#[test]
fn without_keys_every_token_is_refused() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let verifier = Verifier::builder(ISSUER, AUDIENCE).algorithms([Algorithm::Es256]).build().unwrap();
    assert_eq!(verifier.verify(signing.token(&claims()).as_bytes(), NOW).err(), Some(VerifyError::UnknownKey));
}
