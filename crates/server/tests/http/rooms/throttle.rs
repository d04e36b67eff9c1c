//! Who is made to wait, and who is not.

use serde_json::{Value, json};

use crate::common::{Answer, Caller, House, PASSWORD};

const WRONG: &str = "wrong horse battery staple";

fn body(identifier: &str, password: &str) -> Value {
    json!({ "identifier": identifier, "password": password })
}

fn from(house: &House, address: &str) -> Caller {
    let mut browser = house.browser();
    browser.address = Some(address.parse().unwrap());
    browser
}

async fn attempt(browser: &mut Caller, identifier: &str, password: &str) -> Answer {
    browser.post("/v1/sign-in", &body(identifier, password)).send().await
}

/// Status, headers by name, body without the request's id.
fn shape(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status, headers.collect(), body)
}

#[tokio::test]
async fn beyond_the_limit_everybody_hears_the_same_and_when_to_come_back() {
    let house = House::new().await;
    house.account("ada").await;
    let bob = house.account("bob").await;
    house.auth.disable(bob.id).await.unwrap();
    let mut answers = Vec::new();
    for (n, identifier) in ["ada", "bob", "nobody", "no body"].into_iter().enumerate() {
        let mut browser = from(&house, &format!("203.0.113.{n}"));
        for _ in 0..5 {
            assert_eq!(attempt(&mut browser, identifier, WRONG).await.outcome(), "401 invalid_credentials");
        }
        answers.push(shape(&attempt(&mut browser, identifier, PASSWORD).await));
    }
    assert_eq!(answers[0].0, 429);
    assert_eq!((&answers[0].2["code"], &answers[0].2["retry_after"]), (&json!("too_many_attempts"), &json!(1)));
    assert!(answers[0].1.contains(&("retry-after".to_owned(), "1".to_owned())));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn the_owner_gets_in_from_a_known_browser_whatever_others_do_to_the_account() {
    let house = House::new().await;
    house.account("ada").await;
    let mut owner = from(&house, "203.0.113.7");
    let answer = attempt(&mut owner, "ada", PASSWORD).await;
    let cookie = answer.cookies().into_iter().find(|c| c.contains("doorward_device")).unwrap().to_owned();
    assert!(cookie.starts_with("__Host-Http-doorward_device=") && cookie.ends_with("Max-Age=34560000"), "{cookie}");
    owner.post("/v1/sign-out", &json!({})).send().await;
    assert!(owner.known_by.is_some(), "a sign-out does not make it unknown");
    for n in 0..300 {
        let mut attacker = from(&house, &format!("198.51.{}.{}", n / 200, n % 200));
        attempt(&mut attacker, "ada", WRONG).await;
        if n % 50 == 0 {
            assert_eq!(attempt(&mut owner, "ada", PASSWORD).await.status, 200, "after {n}");
        }
    }
    let mut elsewhere = from(&house, "203.0.113.7");
    assert_eq!(attempt(&mut elsewhere, "ada", PASSWORD).await.status, 429, "an unknown browser has to wait");
    assert_eq!(attempt(&mut owner, "ada", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn what_a_browser_is_known_by_signs_nobody_in() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    browser.cookies.clear();
    for path in ["/v1/session", "/v1/sessions", "/v1/csrf"] {
        assert_eq!(browser.get(path).send().await.outcome(), "401 unauthenticated", "{path}");
    }
    let token = browser.known_by.clone().unwrap().split_once('=').unwrap().1.to_owned();
    browser.bearer = Some(token);
    assert_eq!(browser.get("/v1/session").send().await.outcome(), "401 invalid_token");
}

#[tokio::test]
async fn a_proof_renews_the_session_in_every_mode_and_a_wrong_one_leaves_it() {
    for mode in ["session", "hybrid", "token"] {
        let house = House::new().await;
        let mut caller = house.signed_in("ada", mode).await;
        let mut copy = caller.clone();
        let refused = caller.post("/v1/prove", &json!({ "password": WRONG })).send().await;
        assert_eq!(refused.outcome(), "401 invalid_credentials");
        let proved = caller.post("/v1/prove", &json!({ "password": PASSWORD })).send().await;
        assert_eq!(proved.status, 200, "{mode}: {}", proved.text());
        if let Some(token) = proved.json()["access_token"].as_str() {
            caller.bearer = Some(token.to_owned());
        }
        assert_eq!(copy.get("/v1/session").send().await.status, 401, "{mode}: a copy of the old one is dead");
        assert_eq!(caller.get("/v1/session").send().await.status, 200, "{mode}");
    }
}

#[tokio::test]
async fn another_password_needs_the_current_one_or_a_fresh_proof() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    let mut other = house.signed_in("ada", "hybrid").await;
    house.wait(600);
    let new = "another horse battery staple";
    let change = |current: Value| json!({ "current_password": current, "password": new });
    for (body, wanted) in [
        (change(json!(WRONG)), "401 invalid_credentials"),
        (change(Value::Null), "403 reauth_required"),
        (json!({ "current_password": PASSWORD, "password": "short" }), "422 invalid_input"),
        (change(json!(PASSWORD)), "200"),
        (json!({ "password": "a third horse battery staple" }), "200"),
    ] {
        assert_eq!(browser.post("/v1/password", &body).send().await.outcome(), wanted, "{body}");
    }
    assert_eq!(browser.get("/v1/session").send().await.status, 200);
    assert_eq!(other.get("/v1/session").send().await.status, 401, "all others have ended");
}

#[tokio::test]
async fn sign_up_is_open_to_three_an_hour_from_one_address() {
    let house = House::new().await;
    let mut browser = from(&house, "203.0.113.7");
    for n in 0..3 {
        let ask = browser.post("/v1/accounts", &body(&format!("p{n}"), PASSWORD));
        assert_eq!(ask.send().await.status, 201);
    }
    let refused = browser.post("/v1/accounts", &body("p4", "short")).send().await;
    assert_eq!(refused.outcome(), "422 invalid_input", "what cannot be is told first");
    let refused = browser.post("/v1/accounts", &body("p4", PASSWORD)).send().await;
    assert_eq!((refused.outcome().as_str(), refused.header("retry-after")), ("429 too_many_attempts", "1200"));
    house.wait(1200);
    assert_eq!(browser.post("/v1/accounts", &body("p4", PASSWORD)).send().await.status, 201);
}
