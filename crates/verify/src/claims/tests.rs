//! Claims, read strictly.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::tests::{claims, with};

fn read(value: &Value) -> Result<Claims, VerifyError> {
    Claims::from_json(value.to_string().as_bytes())
}

#[test]
fn what_was_written_is_read_back() {
    let mut all = claims();
    for (name, value) in [
        ("nbf", json!(1)),
        ("auth_time", json!(2)),
        ("amr", json!(["pwd"])),
        ("acr", json!("x")),
        ("scope", json!("a b")),
        ("more", json!({ "x": [1] })),
    ] {
        all[name] = value;
    }
    let read_once = read(&all).unwrap();
    assert_eq!(serde_json::to_value(&read_once).unwrap(), all);
    assert_eq!(read_once.extra["more"], json!({ "x": [1] }));
}

#[test]
fn the_order_of_written_claims_is_frozen() {
    let text = serde_json::to_string(&read(&claims()).unwrap()).unwrap();
    assert_eq!(
        text,
        r#"{"iss":"https://door.example","sub":"AAAAAAAAAAAAAAAAAAAAAA","aud":["https://api.example"],"client_id":"default","exp":1800000300,"iat":1800000000,"jti":"BBBBBBBBBBBBBBBBBBBBBB","sid":"CCCCCCCCCCCCCCCCCCCCCC","ver":3,"roles":["editor"],"permissions":[]}"#
    );
}

#[test]
fn a_token_without_one_of_the_seven_claims_is_refused() {
    for name in ["iss", "sub", "aud", "client_id", "exp", "iat", "jti"] {
        assert_eq!(read(&with(name, Value::Null)).err(), Some(VerifyError::Claims), "{name}");
    }
    for name in ["iss", "sub", "client_id", "jti"] {
        assert_eq!(read(&with(name, json!(""))).err(), Some(VerifyError::Claims), "{name}");
    }
    for name in ["sid", "ver", "roles", "permissions"] {
        assert!(read(&with(name, Value::Null)).is_ok(), "{name}");
    }
}

#[test]
fn moments_are_whole_numbers_that_exist() {
    for name in ["exp", "iat", "nbf", "auth_time"] {
        for text in [
            "\"1800000300\"",
            "1.8e9",
            "1800000300.0",
            "1800000300.5",
            "-1",
            "9223372036854775808",
            "1e400",
            "NaN",
            "null",
            "true",
            "[1]",
            "253402300800",
        ] {
            let base = with(name, json!("@")).to_string().replace("\"@\"", text);
            assert_eq!(Claims::from_json(base.as_bytes()).err(), Some(VerifyError::Claims), "{name} {text}");
        }
    }
}

#[test]
fn an_audience_is_a_string_or_a_list_of_strings() {
    assert_eq!(read(&with("aud", json!("one"))).unwrap().aud, ["one"]);
    assert_eq!(read(&with("aud", json!(["one", "two"]))).unwrap().aud, ["one", "two"]);
    for value in [json!(1), json!({ "0": "one" }), json!([1]), json!([["one"]]), json!([null])] {
        assert_eq!(read(&with("aud", value.clone())).err(), Some(VerifyError::Claims), "{value}");
    }
}

#[test]
fn a_claim_that_stands_twice_condemns_the_token() {
    let text = claims().to_string();
    for twice in [
        r#""sub":"x","#,
        r#""\u0073ub":"x","#,
        r#""aud":"x","#,
        r#""exp":1,"#,
        r#""x":1,"x":1,"#,
        r#""x":{"a":1,"a":1},"#,
    ] {
        let doubled = text.replacen('{', &format!("{{{twice}"), 1);
        assert_eq!(Claims::from_json(doubled.as_bytes()).err(), Some(VerifyError::Claims), "{twice}");
    }
}

#[test]
fn other_encodings_and_half_characters_are_refused() {
    let text = claims().to_string();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bom = format!("\u{feff}{text}");
    let surrogate = text.replace("AAAAAAAAAAAAAAAAAAAAAA", "\\ud800");
    let latin = [text.replace("default", "d@").replace('@', "").as_bytes(), &[0xff]].concat();
    for bytes in [utf16, bom.into_bytes(), surrogate.into_bytes(), latin, format!("{text}x").into_bytes()] {
        assert_eq!(Claims::from_json(&bytes).err(), Some(VerifyError::Claims));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "\\PC{0,200}") {
        let _ = Claims::from_json(&bytes);
        let _ = Claims::from_json(text.as_bytes());
    }
}
