//! `POST /v1/sign-out`.

use serde_json::json;

use crate::common::House;

#[tokio::test]
async fn after_a_sign_out_every_copy_of_the_credential_is_dead_and_the_cookies_are_gone() {
    let house = House::new().await;
    for mode in ["session", "hybrid", "token"] {
        let mut caller = house.signed_in("ada", mode).await;
        let mut copy = caller.clone();
        let answer = caller.post("/v1/sign-out", &json!({})).send().await;
        assert_eq!(answer.status, 204);
        assert!(caller.cookies.is_empty());
        assert_eq!(copy.get("/v1/session").send().await.status, 401, "{mode}");
    }
}

#[tokio::test]
async fn signing_out_without_being_signed_in_is_fine_and_ending_all_then_is_not() {
    let house = House::new().await;
    assert_eq!(house.program().post("/v1/sign-out", &json!({})).send().await.status, 204);
    assert_eq!(
        house.browser().post("/v1/sign-out", &json!({ "end": "all" })).send().await.outcome(),
        "401 unauthenticated"
    );
    let mut browser = house.signed_in("ada", "session").await;
    let mut copy = browser.clone();
    browser.post("/v1/sign-out", &json!({})).send().await;
    let again = copy.post("/v1/sign-out", &json!({})).send().await;
    assert_eq!(again.status, 204, "twice is fine");
    assert!(copy.cookies.is_empty());
}

#[tokio::test]
async fn the_others_or_all_end_as_asked() {
    let house = House::new().await;
    let (mut one, mut two, mut three) = (
        house.signed_in("ada", "session").await,
        house.signed_in("ada", "hybrid").await,
        house.signed_in("ada", "token").await,
    );
    let mut bob = house.signed_in("bob", "session").await;
    assert_eq!(one.post("/v1/sign-out", &json!({ "end": "others" })).send().await.status, 204);
    assert_eq!(one.get("/v1/session").send().await.status, 200);
    for other in [&mut two, &mut three] {
        assert_eq!(other.get("/v1/session").send().await.status, 401);
    }
    let mut four = house.signed_in("ada", "token").await;
    assert_eq!(four.post("/v1/sign-out", &json!({ "end": "all" })).send().await.status, 204);
    for gone in [&mut one, &mut four] {
        assert_eq!(gone.get("/v1/session").send().await.status, 401);
    }
    assert_eq!(bob.get("/v1/session").send().await.status, 200, "nobody else");
}

#[tokio::test]
async fn after_six_minutes_a_sign_out_works_by_the_refresh_token_and_rotates_nothing() {
    let house = House::new().await;
    let mut hybrid = house.signed_in("ada", "hybrid").await;
    let mut program = house.program();
    let pair = program.sign_in("ada", "token").await.json();
    house.wait(360);
    assert_eq!(program.post("/v1/sign-out", &json!({})).send().await.outcome(), "401 access_expired");
    program.bearer = None;
    let rotations = house.store.calls("rotate");
    let body = json!({ "refresh_token": pair["refresh_token"] });
    assert_eq!(program.post("/v1/sign-out", &body).send().await.status, 204);
    assert_eq!(hybrid.post("/v1/sign-out", &json!({})).send().await.status, 204);
    assert_eq!(house.store.calls("rotate"), rotations);
    assert_eq!(house.program().post("/v1/refresh", &body).send().await.outcome(), "400 invalid_grant");
}
