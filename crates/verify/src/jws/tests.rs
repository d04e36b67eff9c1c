//! Compact JWS against public vectors, another library, and whoever bends it.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::tests::{Signing, claims};

const ALL: [Algorithm; 4] = Algorithm::ALL;

fn check(signing: &Signing, token: &str) -> Result<Opened, VerifyError> {
    verify(token.as_bytes(), &signing.keys(), &ALL, typ::ACCESS_TOKEN)
}

#[test]
fn every_algorithm_reads_what_it_wrote() {
    for algorithm in ALL {
        let signing = Signing::new(algorithm, "key-1");
        let header = Header { alg: algorithm.name(), typ: typ::ACCESS_TOKEN, kid: "key-1" };
        let token = encode(&header, b"{\"a\":1}", |input| Ok::<_, ()>(signing.sign(input))).unwrap();
        let opened = check(&signing, &token).unwrap();
        assert_eq!(opened, Opened { payload: b"{\"a\":1}".to_vec(), kid: "key-1".into(), algorithm });
    }
}

#[test]
fn the_written_form_of_a_token_is_frozen() {
    let header = Header { alg: "ES256", typ: typ::ACCESS_TOKEN, kid: "key-1" };
    let mut signed = Vec::new();
    let token = encode(&header, b"{}", |input| {
        signed = input.to_vec();
        Ok::<_, ()>(vec![1, 2, 3])
    });
    assert_eq!(token.unwrap(), "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImtleS0xIn0.e30.AQID");
    assert_eq!(signed, b"eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImtleS0xIn0.e30");
}

/// The public vectors for JWS: every invalid one is refused; of the valid ones, those that our stricter rules allow pass.
#[test]
fn of_the_public_vectors_none_that_is_invalid_passes() {
    use wycheproof_ng_kdf_jose::json_web::{TestName, TestSet};
    let set = TestSet::load(TestName::JsonWebSignature).unwrap();
    let (mut refused, mut passed, mut others, mut stricter) = (0, 0, 0, 0);
    for group in set.test_groups {
        let public = group.public_key.or(group.private_key).unwrap();
        let keys = KeySet::from_json(json!({ "keys": [public] }).to_string().as_bytes());
        for test in group.tests {
            let text = match test.jws.unwrap() {
                Value::String(text) => text,
                other => other.to_string(),
            };
            let opened = keys.as_ref().ok().map(|keys| open(text.as_bytes(), keys, &ALL, |_| true));
            let passes = matches!(opened, Some(Ok(_)));
            match (test.result.must_fail(), passes) {
                (true, passes) => {
                    assert!(!passes, "vector {} is invalid: {}", test.tc_id, test.comment);
                    refused += 1;
                }
                (false, true) => passed += 1,
                (false, false) if !matches!(public_alg(&public), "ES256" | "RS256") => others += 1,
                (false, false) => {
                    let is_strictness =
                        test.comment == "emptyPayload" || public["kid"] == "bilbo.baggins@hobbiton.example";
                    assert!(is_strictness, "vector {} is valid: {}", test.tc_id, test.comment);
                    stricter += 1;
                }
            }
        }
    }
    assert_eq!((refused, passed, others, stricter), (355, 7, 36, 3));
}

fn public_alg(key: &Value) -> &str {
    key["alg"].as_str().unwrap_or("")
}

#[test]
fn another_library_reads_our_tokens_and_we_read_its() {
    for (algorithm, theirs) in
        [(Algorithm::Es256, jsonwebtoken::Algorithm::ES256), (Algorithm::EdDsa, jsonwebtoken::Algorithm::EdDSA)]
    {
        let signing = Signing::new(algorithm, "key-1");
        let jwk: jsonwebtoken::jwk::Jwk =
            serde_json::from_value(serde_json::to_value(signing.public.to_jwk()).unwrap()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
        let mut rules = jsonwebtoken::Validation::new(theirs);
        rules.validate_exp = false;
        rules.set_audience(&[crate::tests::AUDIENCE]);
        let read = jsonwebtoken::decode::<Value>(signing.token(&claims()), &key, &rules).unwrap();
        assert_eq!(read.claims, claims());
        let encoding = match algorithm {
            Algorithm::Es256 => jsonwebtoken::EncodingKey::from_ec_der(&signing.pkcs8),
            _ => jsonwebtoken::EncodingKey::from_ed_der(&signing.pkcs8),
        };
        let header = jsonwebtoken::Header {
            typ: Some("at+jwt".into()),
            kid: Some("key-1".into()),
            ..jsonwebtoken::Header::new(theirs)
        };
        let token = jsonwebtoken::encode(&header, &claims(), &encoding).unwrap();
        let opened = check(&signing, &token).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&opened.payload).unwrap(), claims());
    }
}

#[test]
fn no_header_talks_a_verifier_into_anything() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let with = |name: &str, value: Value| {
        let mut header = signing.header();
        header[name] = value;
        signing.raw(header.to_string().as_bytes(), b"{}")
    };
    let jwk = serde_json::to_value(signing.public.to_jwk()).unwrap();
    let table = [
        ("alg", json!("none"), VerifyError::Algorithm),
        ("alg", json!("None"), VerifyError::Algorithm),
        ("alg", json!("nOnE"), VerifyError::Algorithm),
        ("alg", json!(""), VerifyError::Algorithm),
        ("alg", json!("es256"), VerifyError::Algorithm),
        ("alg", json!("ES384"), VerifyError::Algorithm),
        ("alg", json!("HS256"), VerifyError::Algorithm),
        ("alg", json!("RS256"), VerifyError::Algorithm),
        ("alg", json!("Ed25519"), VerifyError::Algorithm),
        ("alg", json!(7), VerifyError::Malformed),
        ("alg", json!(["ES256"]), VerifyError::Malformed),
        ("typ", json!("JWT"), VerifyError::Type),
        ("typ", json!(""), VerifyError::Type),
        ("typ", json!("at+jwt\0"), VerifyError::Type),
        ("typ", json!(null), VerifyError::Malformed),
        ("kid", json!("other"), VerifyError::UnknownKey),
        ("kid", json!("../../../../dev/null"), VerifyError::UnknownKey),
        ("kid", json!("' OR '1'='1"), VerifyError::UnknownKey),
        ("kid", json!("key-1\0"), VerifyError::UnknownKey),
        ("kid", json!("KEY-1"), VerifyError::UnknownKey),
        ("kid", json!(1), VerifyError::Malformed),
        ("kid", json!("k".repeat(900)), VerifyError::UnknownKey),
        ("kid", json!("k".repeat(2000)), VerifyError::Malformed),
        ("crit", json!([]), VerifyError::Critical),
        ("crit", json!(["exp"]), VerifyError::Critical),
        ("crit", json!(["b64"]), VerifyError::Critical),
        ("b64", json!(false), VerifyError::Critical),
        ("zip", json!("DEF"), VerifyError::Critical),
        ("jwk", jwk, VerifyError::Critical),
        ("jku", json!("https://evil.example/keys"), VerifyError::Critical),
        ("x5u", json!("file:///etc/passwd"), VerifyError::Critical),
        ("x5c", json!(["MIIB"]), VerifyError::Critical),
    ];
    for (name, value, error) in table {
        assert_eq!(check(&signing, &with(name, value.clone())).err(), Some(error), "{name}: {value}");
    }
    for same in ["AT+JWT", "application/at+jwt"] {
        assert!(check(&signing, &with("typ", json!(same))).is_ok(), "{same}");
    }
    assert!(check(&signing, &with("cty", json!("whatever"))).is_ok(), "an unknown member that changes nothing");
}

#[test]
fn a_member_that_stands_twice_condemns_the_header() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let twice = [
        r#"{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"key-1"}"#,
        r#"{"alg":"ES256","\u0061lg":"none","typ":"at+jwt","kid":"key-1"}"#,
        r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1","x":1,"x":2}"#,
        r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1","x":{"y":1,"y":2}}"#,
        r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1"} "#,
        r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1"}{}"#,
        r#"["alg","ES256"]"#,
        "\u{feff}{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"key-1\"}",
    ];
    for header in twice {
        let outcome = check(&signing, &signing.raw(header.as_bytes(), b"{}"));
        let is_blank = header.ends_with(' ');
        assert_eq!(outcome.is_ok(), is_blank, "{header}: blanks behind the end are JSON, all else is not");
    }
}

/// The public half as a shared secret: the old way past libraries that let a token choose.
#[test]
fn a_public_key_is_no_shared_secret() {
    use aws_lc_rs::hmac;
    let signing = Signing::new(Algorithm::Rs256, "key-1");
    let jwk = serde_json::to_string(&signing.public.to_jwk()).unwrap();
    let input = format!("{}.e30", base64url::encode(br#"{"alg":"HS256","typ":"at+jwt","kid":"key-1"}"#));
    for secret in [jwk.as_bytes(), signing.public.to_jwk().n.unwrap().as_bytes()] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
        let token = format!("{input}.{}", base64url::encode(tag.as_ref()));
        assert_eq!(check(&signing, &token).err(), Some(VerifyError::Algorithm));
    }
}

#[test]
fn a_key_is_for_one_name_of_one_algorithm() {
    let (new, old) = (Signing::new(Algorithm::Ed25519, "key-1"), Signing::new(Algorithm::EdDsa, "key-1"));
    for (signing, other) in [(&new, "EdDSA"), (&old, "Ed25519")] {
        let mut header = signing.header();
        assert!(check(signing, &signing.raw(header.to_string().as_bytes(), b"{}")).is_ok());
        header["alg"] = other.into();
        let renamed = signing.raw(header.to_string().as_bytes(), b"{}");
        assert_eq!(check(signing, &renamed).err(), Some(VerifyError::Algorithm));
    }
    let token = new.raw(new.header().to_string().as_bytes(), b"{}");
    let narrow = verify(token.as_bytes(), &new.keys(), &[Algorithm::Es256], typ::ACCESS_TOKEN);
    assert_eq!(narrow.err(), Some(VerifyError::Algorithm), "not on the list");
}

#[test]
fn without_a_key_name_only_the_one_key_there_is_can_be_meant() {
    let (one, two) = (Signing::new(Algorithm::Es256, "a"), Signing::new(Algorithm::Es256, "b"));
    let token = one.raw(br#"{"alg":"ES256","typ":"at+jwt"}"#, b"{}");
    assert!(check(&one, &token).is_ok());
    let both = KeySet::new(vec![one.public.clone(), two.public.clone()]).unwrap();
    assert_eq!(verify(token.as_bytes(), &both, &ALL, typ::ACCESS_TOKEN).err(), Some(VerifyError::UnknownKey));
}

#[test]
fn only_the_strict_compact_form_is_a_token() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let token = signing.token(&claims());
    let (head, signature) = token.rsplit_once('.').unwrap();
    let flattened = json!({ "payload": "e30", "protected": "e30", "signature": "e30" }).to_string();
    let twin = |from: &str, to: &str| token.replacen(from, to, 1);
    let table = [
        String::new(),
        ".".into(),
        "..".into(),
        head.to_owned(),
        format!("{head}."),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.x"),
        format!("{token}.x.y"),
        format!("{token}="),
        format!("{token}\n"),
        format!(" {token}"),
        format!("{head}. {signature}"),
        format!("{head}%2E{signature}"),
        twin(".", "=."),
        flattened,
        "é".repeat(100),
    ];
    for text in table {
        assert!(check(&signing, &text).is_err(), "{text}");
    }
    assert_eq!(check(&signing, &"a".repeat(LONGEST_TOKEN + 1)).err(), Some(VerifyError::TooLarge));
    assert_eq!(check(&signing, &"a".repeat(1_000_000)).err(), Some(VerifyError::TooLarge));
}

#[test]
fn a_token_of_one_kind_never_passes_for_another() {
    let kinds = [typ::ACCESS_TOKEN, typ::HEARTBEAT, typ::ASSERTION];
    let signing = Signing::new(Algorithm::Es256, "key-1");
    for made in kinds {
        let header = json!({ "alg": "ES256", "typ": made, "kid": "key-1" }).to_string();
        let token = signing.raw(header.as_bytes(), b"{}");
        for wanted in kinds {
            let passes = verify(token.as_bytes(), &signing.keys(), &ALL, wanted).is_ok();
            assert_eq!(passes, made == wanted, "{made} as {wanted}");
        }
    }
}

#[test]
fn signatures_that_are_none_are_refused() {
    let signing = Signing::new(Algorithm::Es256, "key-1");
    let token = signing.token(&claims());
    let (head, signature) = token.rsplit_once('.').unwrap();
    let good = base64url::decode(signature.as_bytes()).unwrap();
    let der = [&[0x30, 0x44, 0x02, 0x20][..], &good[..32], &[0x02, 0x20], &good[32..]].concat();
    let zero_r = [&[0; 32][..], &good[32..]].concat();
    let zero_s = [&good[..32], &[0; 32][..]].concat();
    for bad in [
        vec![0; 64],
        zero_r,
        zero_s,
        der,
        good[..63].to_vec(),
        [&good[..], &[0]].concat(),
        vec![0xff; 64],
        vec![7; 2000],
    ] {
        let bent = format!("{head}.{}", base64url::encode(&bad));
        assert!(check(&signing, &bent).is_err(), "{bad:?}");
    }
}

#[test]
fn every_cut_and_every_bent_bit_is_refused() {
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519] {
        let signing = Signing::new(algorithm, "key-1");
        let token = signing.token(&json!({ "a": 1 }));
        for at in 0..token.len() {
            assert!(check(&signing, &token[..at]).is_err(), "cut at {at}");
            for bit in 0..8 {
                let mut bytes = token.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let opened = verify(&bytes, &signing.keys(), &ALL, typ::ACCESS_TOKEN);
                assert!(opened.is_err(), "byte {at}, bit {bit}");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[A-Za-z0-9_.-]{0,300}") {
        let keys = KeySet::default();
        let _ = verify(&bytes, &keys, &ALL, typ::ACCESS_TOKEN);
        let _ = verify(text.as_bytes(), &keys, &ALL, typ::ACCESS_TOKEN);
        let _ = verify(format!("{}.e30.e30", base64url::encode(&bytes)).as_bytes(), &keys, &ALL, typ::ACCESS_TOKEN);
    }
}
