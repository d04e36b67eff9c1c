//! Sessions end when somebody says so.

use serde_json::{Value, json};

use crate::server::{Server, browser, program};

#[tokio::test]
async fn sessions_hold_data_within_limits_and_an_operator_forces_people_out_at_once() {
    let server = Server::start();
    server.sign_up("ada").await;
    let browser = browser();
    let signed_in: Value = server.sign_in(&browser, "ada", "session").await.json().await.unwrap();
    let csrf = signed_in["csrf_token"].as_str().unwrap();
    let put = async |value: Value| {
        let request = browser.put(format!("{}/v1/session/data/client.theme", server.url)).header("Origin", &server.url);
        request.header("X-CSRF-Token", csrf).header("If-None-Match", "*").json(&value).send().await.unwrap().status()
    };
    assert_eq!(put(json!("x".repeat(5000))).await, 413);
    assert_eq!(put(json!("dark")).await, 204);
    let kept = browser.get(format!("{}/v1/session/data/client.theme", server.url)).send().await.unwrap();
    assert_eq!(kept.text().await.unwrap(), "\"dark\"");

    let pair: Value = server.sign_in(&program(), "ada", "token").await.json().await.unwrap();
    let token = pair["access_token"].as_str();
    let sid = signed_in["session"]["sid"].as_str().unwrap();
    assert!(server.operator(&["session", "revoke", sid]).status.success());
    assert_eq!(server.who(&browser, None).await, Err("unauthenticated".into()));
    assert!(server.who(&program(), token).await.is_ok(), "only that one");
    assert!(server.operator(&["session", "revoke", "--account", "ada"]).status.success());
    assert!(server.who(&program(), token).await.is_err(), "and now all");
}

/// The promise in one test: three ways to carry it, one list, one end.
#[tokio::test]
async fn one_sign_out_everywhere_ends_the_session_cookie_the_token_pair_and_the_cookies_of_hybrid() {
    let server = Server::start();
    server.sign_up("ada").await;
    let (cookie, hybrid) = (browser(), browser());
    let first: Value = server.sign_in(&cookie, "ada", "session").await.json().await.unwrap();
    let pair: Value = server.sign_in(&program(), "ada", "token").await.json().await.unwrap();
    server.sign_in(&hybrid, "ada", "hybrid").await;
    let list: Value = cookie.get(format!("{}/v1/sessions", server.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!(list["sessions"].as_array().unwrap().len(), 3);
    let csrf = first["csrf_token"].as_str().unwrap();
    let (status, _) = server.post(&cookie, "/v1/sign-out", csrf, &json!({ "end": "all" })).await;
    assert_eq!(status, 204);
    assert!(server.who(&cookie, None).await.is_err());
    assert!(server.who(&hybrid, None).await.is_err());
    assert!(server.who(&program(), pair["access_token"].as_str()).await.is_err());
    let refresh = json!({ "refresh_token": pair["refresh_token"] });
    assert_eq!(server.post(&program(), "/v1/refresh", "", &refresh).await.1["code"], "invalid_grant");
}
