//! Cookies are believed only with proof: every route that changes something, against every way to get it wrong.

use serde_json::json;

use crate::common::{Caller, House};

/// What a cookie can be used for to change something: method, path, body.
fn unsafe_routes(sid: &str) -> Vec<(&'static str, String)> {
    vec![
        ("POST", "/v1/sign-out".into()),
        ("POST", "/v1/refresh".into()),
        ("PUT", "/v1/session/data/client.a".into()),
        ("DELETE", "/v1/session/data/client.a".into()),
        ("DELETE", format!("/v1/sessions/{sid}")),
    ]
}

async fn outcome(caller: &mut Caller, method: &str, path: &str, bend: &str, other: &str) -> String {
    let mut ask = caller.ask(method, path);
    if method != "DELETE" {
        ask = ask.json(&json!({}));
    }
    let own = ask_token(bend, other);
    ask = match bend {
        "no token" => ask.without("x-csrf-token"),
        "another session's token" | "junk" | "empty" => ask.header("x-csrf-token", &own),
        "two tokens" => ask.also("x-csrf-token", "x"),
        "foreign origin" => ask.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site"),
        "sibling" => ask.without("origin").header("sec-fetch-site", "same-site"),
        "null origin" => ask.header("origin", "null"),
        "silence" => ask.without("origin").without("sec-fetch-site"),
        "foreign referer" => {
            ask.without("origin").without("sec-fetch-site").header("referer", "https://evil.example/x")
        }
        other => panic!("{other}"),
    };
    ask.send().await.outcome()
}

fn ask_token(bend: &str, other: &str) -> String {
    match bend {
        "another session's token" => other.to_owned(),
        "empty" => String::new(),
        _ => "AAAAAAAAAAAAAAAAAAAAAA.AAAA".to_owned(),
    }
}

#[tokio::test]
async fn each_unsafe_route_by_cookie_needs_the_right_origin_and_the_right_token() {
    let bends = [
        "no token",
        "another session's token",
        "junk",
        "empty",
        "two tokens",
        "foreign origin",
        "sibling",
        "null origin",
        "silence",
        "foreign referer",
    ];
    for mode in ["session", "hybrid"] {
        let house = House::new().await;
        let other = house.signed_in("ada", mode).await.csrf_token.unwrap();
        let mut caller = house.signed_in("ada", mode).await;
        let sid = caller.get("/v1/session").send().await.json()["session"]["sid"].as_str().unwrap().to_owned();
        let before = house.store.dump();
        for (method, path) in unsafe_routes(&sid) {
            if mode == "session" && path == "/v1/refresh" {
                continue;
            }
            for bend in bends {
                let found = outcome(&mut caller, method, &path, bend, &other).await;
                assert_eq!(found, "403 csrf_failed", "{mode} {method} {path}: {bend}");
            }
        }
        assert_eq!(house.store.dump(), before, "nothing was written");
    }
}

#[tokio::test]
async fn a_token_anywhere_but_in_its_header_does_not_count() {
    let house = House::new().await;
    let mut caller = house.signed_in("ada", "session").await;
    let token = caller.csrf_token.clone().unwrap();
    let cookie = format!(
        "__Host-Http-doorward_session={}; csrf_token={token}; X-CSRF-Token={token}",
        caller.cookies["__Host-Http-doorward_session"]
    );
    let in_cookie =
        caller.post("/v1/sign-out", &json!({})).without("x-csrf-token").header("cookie", &cookie).send().await;
    let in_query =
        caller.post(&format!("/v1/sign-out?csrf_token={token}"), &json!({})).without("x-csrf-token").send().await;
    assert_eq!((in_cookie.outcome().as_str(), in_query.outcome().as_str()), ("403 csrf_failed", "403 csrf_failed"));
    let in_body = caller.post("/v1/sign-out", &json!({ "csrf_token": token })).without("x-csrf-token").send().await;
    assert_ne!(in_body.status, 204);
}

#[tokio::test]
async fn junk_in_authorization_does_not_lift_the_protection_of_a_cookie() {
    let house = House::new().await;
    let mut caller = house.signed_in("ada", "session").await;
    for junk in ["Bearer x", "Bearer", "Basic YTpi", "Bearer a.b.c"] {
        let answer =
            caller.post("/v1/sign-out", &json!({})).without("x-csrf-token").header("authorization", junk).send().await;
        assert!(caller.get("/v1/session").send().await.status == 200, "{junk}: {}", answer.outcome());
    }
}

#[tokio::test]
async fn json_routes_take_nothing_but_json() {
    let house = House::new().await;
    let mut caller = house.signed_in("ada", "session").await;
    for path in ["/v1/accounts", "/v1/sign-in", "/v1/refresh", "/v1/sign-out"] {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
            "application/json; charset=latin1",
            "",
        ] {
            let ask = caller.ask("POST", path).header("content-type", kind).bytes("{}");
            assert_eq!(ask.send().await.outcome(), "415 unsupported_media_type", "{path} {kind}");
        }
        assert_eq!(
            caller.ask("POST", path).send().await.outcome(),
            "415 unsupported_media_type",
            "{path} without a body"
        );
    }
    let ask = caller.ask("PUT", "/v1/session/data/client.a").header("content-type", "text/plain").bytes("{}");
    assert_eq!(ask.send().await.outcome(), "415 unsupported_media_type");
}

#[tokio::test]
async fn a_page_without_a_csrf_token_asks_for_one_by_any_live_cookie_and_nothing_rotates() {
    let house = House::new().await;
    for mode in ["session", "hybrid"] {
        let mut caller = house.signed_in("ada", mode).await;
        house.wait(400);
        let before = house.store.dump();
        let token = caller.get("/v1/csrf").send().await.json()["csrf_token"].as_str().unwrap().to_owned();
        assert_eq!(house.store.dump().len(), before.len(), "{mode}");
        let path = if mode == "hybrid" { "/v1/refresh" } else { "/v1/sign-out" };
        let answer = caller.post(path, &json!({})).header("x-csrf-token", &token).send().await;
        assert!(answer.status < 300, "{mode} {}", answer.outcome());
    }
    assert_eq!(house.program().get("/v1/csrf").send().await.outcome(), "401 unauthenticated");
}
