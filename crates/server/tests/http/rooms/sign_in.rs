//! `POST /v1/sign-in`.

use serde_json::{Value, json};

use crate::common::{House, PASSWORD};

fn ask(identifier: &str, password: &str) -> Value {
    json!({ "identifier": identifier, "password": password })
}

#[tokio::test]
async fn a_session_comes_in_one_cookie_a_pair_in_the_body_and_hybrid_in_two_cookies() {
    let house = House::new().await;
    house.account("ada").await;
    let mut browser = house.browser();
    let session = browser.sign_in("ada", "session").await;
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["__Host-Http-doorward_session"]);
    assert_eq!(
        (session.json()["mode"].as_str(), session.json()["session"]["current"].as_bool()),
        (Some("session"), Some(true))
    );
    assert!(session.json()["csrf_token"].is_string());

    let token = house.program().sign_in("ada", "token").await.json();
    assert_eq!((token["token_type"].as_str(), token["expires_in"].as_u64()), (Some("Bearer"), Some(300)));
    assert_eq!(token["refresh_expires_in"], 7 * 86_400);
    assert!(token["access_token"].as_str().unwrap().starts_with("eyJ") && token["csrf_token"].is_null());
    assert!(token["refresh_token"].as_str().unwrap().starts_with("dw_rt_"));

    let mut browser = house.browser();
    let hybrid = browser.sign_in("ada", "hybrid").await;
    let names: Vec<_> = browser.cookies.keys().map(String::as_str).collect();
    assert_eq!(names, ["__Host-Http-doorward_access", "__Host-Http-doorward_refresh"]);
    let total: usize = browser.cookies.iter().map(|(name, value)| name.len() + value.len()).sum();
    assert!(total <= 1536, "{total} bytes in both");
    let body = hybrid.json();
    assert!(body["access_token"].is_null() && body["refresh_token"].is_null() && body["csrf_token"].is_string());
    assert_eq!(body["expires_in"], 300);
}

#[tokio::test]
async fn the_session_is_described_in_words_and_times() {
    let house = House::new().await;
    house.account("ada").await;
    let body = house.browser().sign_in("ada", "session").await.json();
    assert_eq!(body["session"]["device"], "Firefox on Linux");
    assert_eq!(body["session"]["created_at"], "2027-01-15T08:00:00Z");
    assert_eq!(body["session"]["idle_ends_at"], "2027-01-15T09:00:00Z");
    assert_eq!(body["session"]["ends_at"], "2027-01-16T08:00:00Z");
    assert_eq!(body["account"]["identifier"], "ada");
}

#[tokio::test]
async fn remembered_cookies_outlive_the_browser_and_others_do_not() {
    let house = House::new().await;
    house.account("ada").await;
    let mut body = ask("ada", PASSWORD);
    let plain = house.browser().post("/v1/sign-in", &body).send().await;
    assert!(plain.cookies().iter().filter(|c| c.contains("=dw_")).all(|c| !c.contains("Max-Age")));
    body["remember"] = true.into();
    let kept = house.browser().post("/v1/sign-in", &body).send().await;
    assert!(
        kept.cookies().iter().any(|c| c.contains("=dw_st_") && c.ends_with("Max-Age=2592000")),
        "{:?}",
        kept.cookies()
    );
}

/// The same status, the same headers, the same length, so that nobody learns who has an account.
#[tokio::test]
async fn every_wrong_sign_in_gets_the_same_answer() {
    let house = House::new().await;
    house.account("ada").await;
    let bob = house.account("bob").await;
    house.auth.disable(bob.id).await.unwrap();
    let mut answers = Vec::new();
    for (who, password) in
        [("nobody", PASSWORD), ("ada", "wrong horse battery staple"), ("bob", PASSWORD), ("no body", PASSWORD)]
    {
        let answer = house.program().post("/v1/sign-in", &ask(who, password)).send().await;
        let mut body = answer.json();
        body["request_id"] = Value::Null;
        let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        answers.push((answer.status, body, names, answer.body.len()));
    }
    assert_eq!(answers[0].1["code"], "invalid_credentials");
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn clients_get_their_own_modes_and_no_other() {
    let house = House::new().await;
    house.account("ada").await;
    let outcome = async |client: Value, mode: Value| {
        let mut body = ask("ada", PASSWORD);
        for (name, value) in [("client_id", client), ("mode", mode)] {
            if !value.is_null() {
                body[name] = value;
            }
        }
        let answer = house.program().post("/v1/sign-in", &body).send().await;
        if answer.status == 200 { answer.json()["mode"].as_str().unwrap().to_owned() } else { answer.outcome() }
    };
    assert_eq!(outcome(Value::Null, Value::Null).await, "session");
    assert_eq!(outcome(json!("native"), Value::Null).await, "token");
    assert_eq!(outcome(json!("native"), json!("session")).await, "422 mode_not_allowed");
    assert_eq!(outcome(json!("spa"), json!("token")).await, "422 mode_not_allowed");
    for unknown in [json!("off"), json!("nobody"), json!(""), json!("a b"), json!("AAAAAAAAAAAAAAAAAAAAAA")] {
        assert_eq!(outcome(unknown.clone(), Value::Null).await, "422 client_unknown", "{unknown}");
    }
    assert_eq!(outcome(Value::Null, json!("cookies")).await, "422 invalid_input");
}

#[tokio::test]
async fn a_sign_in_in_a_browser_that_has_one_replaces_it_and_clears_the_other_cookies() {
    for (first, second) in [("session", "hybrid"), ("hybrid", "session"), ("session", "session"), ("hybrid", "token")] {
        let house = House::new().await;
        let mut browser = house.signed_in("ada", first).await;
        let mut thief = browser.clone();
        let old = thief.get("/v1/session").send().await.json()["session"]["sid"].clone();
        browser.sign_in("ada", second).await;
        let now = browser.get("/v1/session").send().await;
        assert_ne!(now.json()["session"]["sid"], old, "{first} then {second}");
        assert_eq!(thief.get("/v1/session").send().await.status, 401, "{first} then {second}");
    }
}

#[tokio::test]
async fn another_site_cannot_sign_anybody_in() {
    let house = House::new().await;
    house.account("ada").await;
    let send = async |site: &str, origin: &str| {
        let mut browser = house.browser();
        let ask =
            browser.post("/v1/sign-in", &ask("ada", PASSWORD)).header("sec-fetch-site", site).header("origin", origin);
        let outcome = ask.send().await.outcome();
        assert!(browser.cookies.is_empty() || outcome == "200");
        outcome
    };
    assert_eq!(send("same-origin", "https://door.example").await, "200");
    assert_eq!(send("cross-site", "https://evil.example").await, "403 csrf_failed");
    assert_eq!(send("same-site", "https://other.door.example").await, "403 csrf_failed");
    assert_eq!(send("none", "null").await, "403 csrf_failed");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_its_own_code_and_says_nothing_of_what_was_sent() {
    let house = House::new().await;
    house.account("ada").await;
    let secret = "hunter2hunter2hunter2";
    let long = "x".repeat(1025);
    let bodies: [(String, &str); 9] = [
        (format!("{{\"identifier\":\"ada\",\"password\":[\"{secret}\"]}}"), "422 invalid_input"),
        (format!("{{\"identifier\":\"ada\",\"password\":\"{secret}\",\"password\":\"x\"}}"), "400 bad_request"),
        (format!("{{\"identifier\":\"ada\",\"passwort\":\"{secret}\"}}"), "422 invalid_input"),
        (format!("{{\"identifier\":\"ada\",\"password\":\"{secret}\""), "400 bad_request"),
        (format!("{{\"identifier\":\"ada\",\"password\":\"{long}\"}}"), "422 invalid_input"),
        ("{\"identifier\":\"ada\",\"password\":\"a\\u0000b\"}".into(), "422 invalid_input"),
        ("{\"identifier\":\"ada\"}".into(), "422 invalid_input"),
        ("[]".into(), "422 invalid_input"),
        (String::new(), "422 invalid_input"),
    ];
    for (body, wanted) in bodies {
        let mut program = house.program();
        let ask = program.ask("POST", "/v1/sign-in").header("content-type", "application/json").bytes(body.clone());
        let answer = ask.send().await;
        assert_eq!(answer.outcome(), wanted, "{body}");
        assert!(!answer.text().contains(secret), "{}", answer.text());
    }
    let bytes = [b"{\"identifier\":\"ada\",\"password\":\"".as_slice(), &[0xff, 0xfe], b"\"}"].concat();
    let mut program = house.program();
    let ask = program.ask("POST", "/v1/sign-in").header("content-type", "application/json").bytes(bytes);
    assert_eq!(ask.send().await.outcome(), "400 bad_request");
}
