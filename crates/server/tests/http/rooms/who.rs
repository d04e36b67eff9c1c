//! `GET /v1/session`, `GET /v1/csrf`, `GET /.well-known/jwks.json`: who am I, and what says so.

use doorward_core::directory::{Permission, Role};
use serde_json::Value;

use crate::common::House;

const SESSION: &str = "__Host-Http-doorward_session";

#[tokio::test]
async fn whoever_is_signed_in_is_recognised_in_every_mode() {
    let house = House::new().await;
    for mode in ["session", "token", "hybrid"] {
        let mut caller = house.signed_in("ada", mode).await;
        let answer = caller.get("/v1/session").send().await;
        assert_eq!(answer.status, 200);
        let body = answer.json();
        assert_eq!((body["mode"].as_str(), body["account"]["identifier"].as_str()), (Some(mode), Some("ada")));
        assert_eq!(body["csrf_token"].is_string(), mode != "token");
        assert_eq!(
            (body["roles"].as_array().map(Vec::len), body["permissions"].as_array().map(Vec::len)),
            (Some(0), Some(0))
        );
    }
    assert_eq!(house.program().get("/v1/session").send().await.outcome(), "401 unauthenticated");
}

/// The same value anywhere but in its own place is nothing.
#[tokio::test]
async fn a_credential_in_the_wrong_place_leaves_the_request_anonymous() {
    let house = House::new().await;
    let cookie = house.signed_in("ada", "session").await.cookies[SESSION].clone();
    let bearer = house.signed_in("ada", "token").await.bearer.unwrap();
    for path in [format!("/v1/session?access_token={bearer}"), format!("/v1/session?{SESSION}={cookie}")] {
        assert_eq!(house.program().get(&path).send().await.status, 401);
    }
    for (name, value) in [
        ("authorization", format!("Bearer {cookie}")),
        ("authorization", format!("Basic {bearer}")),
        ("cookie", format!("{SESSION}={bearer}")),
        ("cookie", format!("access_token={bearer}; session={cookie}")),
        ("x-access-token", bearer.clone()),
        ("x-doorward-session", cookie.clone()),
    ] {
        assert_eq!(house.program().get("/v1/session").header(name, &value).send().await.status, 401, "{name}");
    }
}

#[tokio::test]
async fn a_cookie_that_is_no_token_of_ours_never_reaches_the_store() {
    let house = House::new().await;
    let good = house.signed_in("ada", "session").await.cookies[SESSION].clone();
    let before = house.store.calls("find");
    for value in [
        "",
        "x",
        &good[1..],
        &format!("\"{good}\""),
        &good.replace('_', "%5F"),
        &good.to_uppercase(),
        &format!("{good}x"),
    ] {
        let answer = house.program().get("/v1/session").header("cookie", &format!("{SESSION}={value}")).send().await;
        assert_eq!(answer.outcome(), "401 unauthenticated", "{value}");
    }
    assert_eq!(house.store.calls("find"), before);
}

#[tokio::test]
async fn doubled_and_imitated_cookies_are_refused() {
    let house = House::new().await;
    let good = house.signed_in("ada", "session").await.cookies[SESSION].clone();
    for cookie in
        [format!("{SESSION}={good}; {SESSION}={good}"), format!("{SESSION}={good}; {}=x", SESSION.to_lowercase())]
    {
        assert_eq!(
            house.program().get("/v1/session").header("cookie", &cookie).send().await.outcome(),
            "400 bad_request"
        );
    }
    let mut program = house.program();
    let two = program
        .get("/v1/session")
        .header("cookie", &format!("{SESSION}={good}"))
        .also("cookie", &format!("{SESSION}=x"));
    assert_eq!(two.send().await.outcome(), "400 bad_request");
}

#[tokio::test]
async fn two_sign_ins_in_one_request_are_ambiguous_and_dead_ones_do_not_count() {
    let house = House::new().await;
    let session = house.signed_in("ada", "session").await;
    let mut hybrid = house.signed_in("ada", "hybrid").await;
    let bearer = house.signed_in("bob", "token").await.bearer.unwrap();
    let both = format!(
        "{SESSION}={}; __Host-Http-doorward_access={}",
        session.cookies[SESSION], hybrid.cookies["__Host-Http-doorward_access"]
    );
    let answer = house.program().get("/v1/session").header("cookie", &both).send().await;
    assert_eq!(answer.outcome(), "400 ambiguous_credentials");
    assert_eq!(answer.cookies().iter().filter(|c| c.ends_with("Max-Age=0")).count(), 3, "all are cleared");
    let mixed = session.clone().get("/v1/session").header("authorization", &format!("Bearer {bearer}")).send().await;
    assert_eq!(mixed.outcome(), "400 ambiguous_credentials");
    hybrid.post("/v1/sign-out", &serde_json::json!({})).send().await;
    assert_eq!(
        house.program().get("/v1/session").header("cookie", &both).send().await.status,
        200,
        "one of them is over"
    );
}

#[tokio::test]
async fn a_bad_bearer_token_is_not_saved_by_a_good_cookie() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    for junk in ["Bearer x", "Bearer ", "Bearer a.b.c"] {
        let answer = browser.get("/v1/session").header("authorization", junk).send().await;
        assert_eq!(answer.outcome(), "401 invalid_token", "{junk}");
    }
}

/// Byte for byte the same, whatever is wrong; only "expired" is told, and only of a token that was good.
#[tokio::test]
async fn bad_tokens_all_hear_the_same_and_expired_ones_hear_that() {
    let house = House::new().await;
    let mut caller = house.signed_in("ada", "token").await;
    let good = caller.bearer.clone().unwrap();
    let ended = house.signed_in("bob", "token").await;
    let sid = ended.clone().get("/v1/session").send().await.json()["session"]["sid"].as_str().unwrap().parse().unwrap();
    house.auth.force_out(sid).await.unwrap();
    let (head, _) = good.rsplit_once('.').unwrap();
    let mut bodies = Vec::new();
    for token in ["a.b.c".to_owned(), format!("{head}.AAAA"), good.replacen('.', "..", 1), ended.bearer.unwrap()] {
        caller.bearer = Some(token);
        let answer = caller.get("/v1/session").send().await;
        let mut body = answer.json();
        body["request_id"] = Value::Null;
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        bodies.push(body);
    }
    assert!(bodies.iter().all(|b| *b == bodies[0] && b["code"] == "invalid_token"), "{bodies:#?}");
    caller.bearer = Some(good);
    house.wait(331);
    assert_eq!(caller.get("/v1/session").send().await.outcome(), "401 access_expired");
}

#[tokio::test]
async fn new_roles_make_a_token_stale_and_a_refresh_helps() {
    let house = House::new().await;
    let mut program = house.program();
    let account = house.account("ada").await;
    let pair = program.sign_in("ada", "token").await.json();
    house.auth.set_permission(Permission { name: "articles:write".into(), about: "Write.".into() }).await.unwrap();
    let editor = Role { name: "editor".into(), permissions: vec!["articles:write".into()] };
    house.auth.set_role(editor).await.unwrap();
    house.auth.grant_role(account.id, "editor").await.unwrap();
    assert_eq!(program.get("/v1/session").send().await.outcome(), "401 access_stale");
    program.bearer = None;
    let next = program.post("/v1/refresh", &serde_json::json!({ "refresh_token": pair["refresh_token"] })).send().await;
    program.bearer = next.json()["access_token"].as_str().map(str::to_owned);
    let body = program.get("/v1/session").send().await.json();
    assert_eq!((body["roles"][0].as_str(), body["permissions"][0].as_str()), (Some("editor"), Some("articles:write")));
}

#[tokio::test]
async fn asking_changes_nothing() {
    let house = House::new().await;
    for mode in ["session", "token", "hybrid"] {
        let mut caller = house.signed_in("ada", mode).await;
        let before = house.store.dump();
        for path in [
            "/v1/session",
            "/v1/csrf",
            "/v1/sessions",
            "/v1/session/data/client.a",
            "/.well-known/jwks.json",
            "/health/live",
            "/health/ready",
            "/v1/sign-out",
            "/v1/refresh",
            "/v1/sign-in",
        ] {
            for method in ["GET", "HEAD", "OPTIONS"] {
                caller.ask(method, path).header("x-http-method-override", "DELETE").send().await;
            }
        }
        assert_eq!(house.store.dump(), before, "{mode}");
    }
}

#[tokio::test]
async fn the_key_set_is_public_the_same_for_all_and_may_be_kept() {
    let house = House::new().await;
    let anonymous = house.program().get("/.well-known/jwks.json").send().await;
    let signed_in = house.signed_in("ada", "session").await.get("/.well-known/jwks.json").send().await;
    assert_eq!(anonymous.body, signed_in.body);
    assert_eq!(anonymous.header("cache-control"), "public, max-age=900");
    assert_eq!(anonymous.header("access-control-allow-origin"), "*");
    let keys = anonymous.json()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 2, "one signs, the next is published ahead");
    assert!(keys.iter().all(|k| k["d"].is_null() && k["alg"] == "ES256" && k["use"] == "sig"));
}
