//! `/v1/admin/…/sessions`.

use serde_json::Value;

use crate::common::House;

#[tokio::test]
async fn an_administrator_ends_one_session_or_all_of_an_account_without_a_fresh_proof() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    house.wait(3000);
    let mut browser = house.signed_in("ada", "session").await;
    let mut phone = house.signed_in("ada", "token").await;
    let mut bob = house.signed_in("bob", "session").await;
    let id = browser.get("/v1/session").send().await.json()["account"]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/admin/accounts/{id}/sessions");
    let list = root.get(&path).send().await.json();
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let sid = sessions.iter().find(|s| s["mode"] == "token").unwrap()["sid"].as_str().unwrap();
    let one = format!("/v1/admin/sessions/{sid}");
    assert_eq!(root.get(&one).send().await.json()["session"]["account"], Value::from(id));
    assert_eq!(root.delete(&one).send().await.status, 204);
    assert_eq!(phone.get("/v1/session").send().await.outcome(), "401 invalid_token");
    for method in ["GET", "DELETE"] {
        assert_eq!(root.ask(method, &one).send().await.outcome(), "404 not_found", "{method}");
    }
    assert_eq!(root.delete(&path).send().await.json()["ended"], 1);
    assert_eq!(browser.get("/v1/session").send().await.outcome(), "401 unauthenticated");
    assert_eq!(bob.get("/v1/session").send().await.status, 200);
}
