//! What the outer layer does for every route.

use std::collections::BTreeSet;

use doorward_core::store::double::When;
use serde_json::json;

use crate::common::{House, PASSWORD};

/// Every path with a method that it does not answer.
const WRONG_METHODS: [(&str, &str, &str); 12] = [
    ("GET", "/v1/accounts", "POST"),
    ("GET", "/v1/sign-in", "POST"),
    ("PUT", "/v1/refresh", "POST"),
    ("GET", "/v1/sign-out", "POST"),
    ("POST", "/v1/session", "GET,HEAD"),
    ("POST", "/v1/session/data/client.x", "GET,HEAD,PUT,DELETE"),
    ("DELETE", "/v1/csrf", "GET,HEAD"),
    ("PATCH", "/v1/sessions", "GET,HEAD"),
    ("GET", "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA", "DELETE"),
    ("POST", "/.well-known/jwks.json", "GET,HEAD"),
    ("DELETE", "/health/live", "GET,HEAD"),
    ("POST", "/metrics", "GET,HEAD"),
];

#[tokio::test]
async fn a_method_that_is_not_answered_is_405_and_says_which_are() {
    let house = House::new().await;
    for (method, path, allowed) in WRONG_METHODS {
        for method in [method, "TRACE", "OPTIONS", "BREW"] {
            let answer = house.program().ask(method, path).send().await;
            assert_eq!(answer.outcome(), "405 method_not_allowed", "{method} {path}");
            assert_eq!(answer.header("allow"), allowed, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_in_every_method() {
    let house = House::new().await;
    for path in
        ["/v1", "/v1/", "/v1/session/", "//v1/session", "/v1/session/x.css", "/V1/session", "/.env", "/v1/%2e%2e/x"]
    {
        for method in ["GET", "POST", "DELETE"] {
            assert_eq!(house.program().ask(method, path).send().await.outcome(), "404 not_found", "{method} {path}");
        }
        assert_eq!(house.program().ask("HEAD", path).send().await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn no_header_turns_one_method_into_another() {
    let house = House::new().await;
    let mut alice = house.signed_in("alice", "session").await;
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let answer = alice.get("/v1/sign-out").header(name, "POST").send().await;
        assert_eq!(answer.outcome(), "405 method_not_allowed");
    }
    assert_eq!(alice.get("/v1/session?_method=DELETE").send().await.status, 200);
}

#[tokio::test]
async fn no_two_requests_have_one_id_and_nobody_chooses_it() {
    let house = House::new().await;
    let mut ids = BTreeSet::new();
    for _ in 0..100 {
        let answer = house.program().get("/health/live").header("x-request-id", "mine").send().await;
        ids.insert(answer.header("x-request-id").to_owned());
    }
    assert_eq!(ids.len(), 100);
}

/// A request, the verb of a store in which it panics, and whether somebody must be signed in.
const PANICS: [(&str, &str, &str); 10] = [
    ("POST", "/v1/accounts", "create"),
    ("POST", "/v1/sign-in", "by_identifier"),
    ("POST", "/v1/sign-out", "append"),
    ("GET", "/v1/session", "find"),
    ("GET", "/v1/session/data/client.x", "data"),
    ("PUT", "/v1/session/data/client.x", "write_data"),
    ("GET", "/v1/csrf", "find"),
    ("GET", "/v1/sessions", "of_account"),
    ("DELETE", "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA", "find"),
    ("GET", "/health/ready", "head"),
];

#[tokio::test]
async fn a_panic_in_one_request_is_500_and_the_next_one_is_answered() {
    let house = House::new().await;
    house.account("alice").await;
    for (method, path, verb) in PANICS {
        let mut alice = house.signed_in("alice", "session").await;
        let body = match path {
            "/v1/accounts" => json!({ "identifier": "bob", "password": PASSWORD }),
            "/v1/sign-in" => json!({ "identifier": "alice", "password": PASSWORD }),
            _ => json!({}),
        };
        house.store.once(verb, When::Before, || panic!("planted: {PASSWORD}"));
        let answer = alice.ask(method, path).json(&body).send().await;
        assert_eq!(answer.outcome(), "500 internal", "{method} {path}");
        assert!(!answer.text().contains("planted"));
        let again = alice.ask(method, path).json(&body).send().await;
        assert_ne!(again.status, 500, "{method} {path}: {}", again.text());
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_503_and_nobody_is_signed_out() {
    let house = House::new().await;
    let mut alice = house.signed_in("alice", "session").await;
    let mut bob = house.signed_in("bob", "hybrid").await;
    let (alices, bobs) = (alice.cookies.clone(), bob.cookies.clone());
    house.store.fail_all(Some(When::Before));
    for path in ["/v1/session", "/v1/sessions", "/v1/csrf", "/v1/session/data/client.x"] {
        assert_eq!(alice.get(path).send().await.outcome(), "503 unavailable", "{path}");
    }
    assert_eq!(alice.post("/v1/sign-out", &json!({})).send().await.outcome(), "503 unavailable");
    assert_eq!(bob.post("/v1/refresh", &json!({})).send().await.outcome(), "503 unavailable");
    assert_eq!(house.program().get("/.well-known/jwks.json").send().await.status, 200, "verifiers go on");
    assert_eq!((&alice.cookies, &bob.cookies), (&alices, &bobs));
    house.store.fail_all(None);
    assert_eq!(alice.get("/v1/session").send().await.status, 200);
    assert_eq!(bob.post("/v1/refresh", &json!({})).send().await.status, 200);
}

#[tokio::test]
async fn a_clock_that_cannot_be_read_is_503_and_recovers() {
    let house = House::new().await;
    let mut alice = house.signed_in("alice", "session").await;
    house.clock.fail(true);
    assert_eq!(alice.get("/v1/session").send().await.outcome(), "503 unavailable");
    house.clock.fail(false);
    assert_eq!(alice.get("/v1/session").send().await.status, 200);
}

#[tokio::test]
async fn without_randomness_nobody_signs_in_and_nothing_is_issued() {
    let house = House::new().await;
    house.account("alice").await;
    house.rng.fail(true);
    let body = json!({ "identifier": "alice", "password": PASSWORD });
    assert_eq!(house.browser().post("/v1/sign-in", &body).send().await.outcome(), "503 unavailable");
    house.rng.fail(false);
    assert_eq!(house.browser().post("/v1/sign-in", &body).send().await.status, 200);
}

#[tokio::test]
async fn a_body_must_be_json_even_where_it_may_be_missing() {
    let house = House::new().await;
    for path in ["/v1/accounts", "/v1/sign-in", "/v1/refresh", "/v1/sign-out"] {
        let answer = house.program().ask("POST", path).send().await;
        assert_eq!(answer.outcome(), "415 unsupported_media_type", "{path}");
        for wrong in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/json; charset=latin1",
        ] {
            let answer = house.program().ask("POST", path).header("content-type", wrong).bytes("{}").send().await;
            assert_eq!(answer.outcome(), "415 unsupported_media_type", "{path} {wrong}");
        }
    }
}

#[tokio::test]
async fn a_header_that_stands_twice_is_not_guessed_at() {
    let house = House::new().await;
    let mut program = house.program();
    let ask = program.post("/v1/sign-in", &json!({})).also("content-type", "text/plain");
    assert_eq!(ask.send().await.outcome(), "415 unsupported_media_type");
    let ask = program.get("/v1/session").header("authorization", "Bearer abc").also("authorization", "Bearer abc");
    assert_eq!(ask.send().await.outcome(), "400 bad_request");
}

#[tokio::test]
async fn a_body_that_cannot_be_used_says_where() {
    let house = House::new().await;
    let mut program = house.program();
    for (body, outcome, field) in [
        (r#"{"identifier":"alice"}"#, "422 invalid_input", "password"),
        (r#"{"identifier":1,"password":"x"}"#, "422 invalid_input", "identifier"),
        (r#"{"identifier":"a","password":"x","admin":true}"#, "422 invalid_input", "admin"),
        (r#"{"identifier":"a","password":"x","mode":"god"}"#, "422 invalid_input", "mode"),
        (r#"["alice","correct horse battery staple"]"#, "422 invalid_input", ""),
        (r#"{"identifier":"a","identifier":"b","password":"x"}"#, "400 bad_request", ""),
        ("{", "400 bad_request", ""),
        ("", "422 invalid_input", "identifier"),
    ] {
        let answer =
            program.ask("POST", "/v1/sign-in").header("content-type", "application/json").bytes(body).send().await;
        assert_eq!(answer.outcome(), outcome, "{body}");
        assert_eq!(answer.json()["errors"][0]["field"].as_str().unwrap_or(""), field, "{body}");
    }
}
