//! `POST /v1/refresh`.

use serde_json::{Value, json};

use crate::common::House;

const REFRESH: &str = "__Host-Http-doorward_refresh";

async fn pair(house: &House) -> Value {
    house.account("ada").await;
    house.program().sign_in("ada", "token").await.json()
}

fn body(token: &Value) -> Value {
    json!({ "refresh_token": token })
}

#[tokio::test]
async fn a_pair_buys_the_next_and_within_the_window_the_same_again() {
    let house = House::new().await;
    let first = pair(&house).await;
    let one = house.program().post("/v1/refresh", &body(&first["refresh_token"])).send().await.json();
    house.wait(9);
    let two = house.program().post("/v1/refresh", &body(&first["refresh_token"])).send().await.json();
    assert_eq!(one["refresh_token"], two["refresh_token"]);
    assert_ne!(one["access_token"], two["access_token"]);
    assert_ne!(one["refresh_token"], first["refresh_token"]);
    assert_eq!(one["mode"], "token");
}

#[tokio::test]
async fn reuse_after_the_window_ends_it_for_both_and_lagging_within_it_does_not() {
    let house = House::new().await;
    let first = pair(&house).await;
    let refresh = async |token: &Value| house.program().post("/v1/refresh", &body(token)).send().await;
    let second = refresh(&first["refresh_token"]).await.json();
    let third = refresh(&second["refresh_token"]).await.json();
    assert_eq!(refresh(&first["refresh_token"]).await.outcome(), "409 refresh_superseded");
    house.wait(11);
    assert_eq!(refresh(&second["refresh_token"]).await.outcome(), "400 invalid_grant");
    assert_eq!(refresh(&third["refresh_token"]).await.outcome(), "400 invalid_grant");
    let mut thief = house.program();
    thief.bearer = third["access_token"].as_str().map(str::to_owned);
    assert_eq!(thief.get("/v1/session").send().await.outcome(), "401 invalid_token");
}

#[tokio::test]
async fn a_hybrid_session_refreshes_by_cookie_and_csrf_token_and_shows_no_token() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    let before = browser.cookies.clone();
    house.wait(400);
    assert_eq!(browser.get("/v1/session").send().await.outcome(), "401 access_expired");
    let answer = browser.post("/v1/refresh", &json!({})).send().await;
    assert_eq!(answer.status, 200);
    assert!(answer.json()["access_token"].is_null() && answer.json()["refresh_token"].is_null());
    assert_ne!(browser.cookies[REFRESH], before[REFRESH]);
    assert_eq!(browser.get("/v1/session").send().await.status, 200);
}

#[tokio::test]
async fn a_refresh_cookie_without_csrf_token_or_from_elsewhere_rotates_nothing() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    let other = house.signed_in("ada", "hybrid").await.csrf_token.unwrap();
    let before = house.store.dump();
    let refused = [
        browser.post("/v1/refresh", &json!({})).without("x-csrf-token").send().await,
        browser.post("/v1/refresh", &json!({})).header("x-csrf-token", &other).send().await,
        browser.post("/v1/refresh", &json!({})).header("origin", "https://evil.example").send().await,
        browser.post("/v1/refresh", &json!({})).without("origin").without("sec-fetch-site").send().await,
    ];
    for answer in refused {
        assert_eq!(answer.outcome(), "403 csrf_failed");
        assert!(answer.cookies().is_empty());
    }
    assert_eq!(house.store.dump(), before);
}

#[tokio::test]
async fn a_token_out_of_its_cookie_does_not_work_in_a_body_nor_the_other_way_round() {
    let house = House::new().await;
    let browser = house.signed_in("ada", "hybrid").await;
    let outcome = house
        .program()
        .post("/v1/refresh", &json!({ "refresh_token": browser.cookies[REFRESH] }))
        .send()
        .await
        .outcome();
    assert_eq!(outcome, "400 invalid_grant");
    let first = house.program().sign_in("ada", "token").await.json();
    let mut program = house.program();
    let ask = program
        .post("/v1/refresh", &json!({}))
        .header("cookie", &format!("{REFRESH}={}", first["refresh_token"].as_str().unwrap()));
    assert_eq!(ask.header("origin", "https://door.example").send().await.outcome(), "403 csrf_failed");
}

#[tokio::test]
async fn when_a_hybrid_session_is_over_its_cookies_go_and_while_it_lives_they_stay() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    let mut lagging = browser.clone();
    for _ in 0..2 {
        browser.post("/v1/refresh", &json!({})).send().await;
    }
    let superseded = lagging.post("/v1/refresh", &json!({})).send().await;
    assert_eq!((superseded.outcome().as_str(), superseded.cookies().len()), ("409 refresh_superseded", 0));
    house.wait(11);
    let reuse = lagging.post("/v1/refresh", &json!({})).send().await;
    assert_eq!(reuse.outcome(), "400 invalid_grant");
    assert!(lagging.cookies.is_empty(), "{:?}", lagging.cookies);
    assert_eq!(browser.get("/v1/session").send().await.outcome(), "401 unauthenticated");
}

#[tokio::test]
async fn other_peoples_clients_and_nonsense_get_nothing() {
    let house = House::new().await;
    let first = pair(&house).await;
    for (body, wanted) in [
        (json!({ "refresh_token": first["refresh_token"], "client_id": "native" }), "400 invalid_grant"),
        (json!({ "refresh_token": first["refresh_token"], "client_id": "a b" }), "422 client_unknown"),
        (json!({ "refresh_token": "dw_rt_x" }), "400 invalid_grant"),
        (json!({ "refresh_token": first["access_token"] }), "400 invalid_grant"),
        (json!({ "refresh_token": 7 }), "422 invalid_input"),
        (json!({}), "400 invalid_grant"),
    ] {
        assert_eq!(house.program().post("/v1/refresh", &body).send().await.outcome(), wanted, "{body}");
    }
    assert_eq!(
        house.program().post("/v1/refresh", &body(&first["refresh_token"])).send().await.status,
        200,
        "it still works"
    );
}
