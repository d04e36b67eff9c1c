//! `GET /v1/sessions`, `DELETE /v1/sessions/{sid}`.

use crate::common::House;

#[tokio::test]
async fn three_devices_are_listed_and_one_ends_another() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    let mut phone = house.signed_in("ada", "token").await;
    house.signed_in("ada", "hybrid").await;
    house.signed_in("bob", "session").await;
    let list = browser.get("/v1/sessions").send().await.json();
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 3);
    assert_eq!(sessions.iter().filter(|s| s["current"] == true).count(), 1);
    assert!(!list.to_string().contains("dw_"), "a list shows no credential");
    let sid = sessions.iter().find(|s| s["mode"] == "token").unwrap()["sid"].as_str().unwrap();
    assert_eq!(browser.delete(&format!("/v1/sessions/{sid}")).send().await.status, 204);
    assert_eq!(phone.get("/v1/session").send().await.outcome(), "401 invalid_token");
    assert_eq!(browser.get("/v1/session").send().await.status, 200);
    assert_eq!(browser.delete(&format!("/v1/sessions/{sid}")).send().await.outcome(), "404 not_found");
}

#[tokio::test]
async fn other_peoples_sessions_are_not_there() {
    let house = House::new().await;
    let mut ada = house.signed_in("ada", "session").await;
    let mut bob = house.signed_in("bob", "session").await;
    let sid = bob.get("/v1/session").send().await.json()["session"]["sid"].as_str().unwrap().to_owned();
    for path in [sid.as_str(), "AAAAAAAAAAAAAAAAAAAAAA", "x", "%2e%2e"] {
        assert_eq!(ada.delete(&format!("/v1/sessions/{path}")).send().await.outcome(), "404 not_found", "{path}");
    }
    assert_eq!(bob.get("/v1/session").send().await.status, 200);
}

#[tokio::test]
async fn ending_this_one_takes_its_cookies_along() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    let sid = browser.get("/v1/session").send().await.json()["session"]["sid"].as_str().unwrap().to_owned();
    assert_eq!(browser.delete(&format!("/v1/sessions/{sid}")).send().await.status, 204);
    assert!(browser.cookies.is_empty());
}
