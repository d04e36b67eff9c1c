//! `/v1/session/data/{key}`.

use serde_json::{Value, json};

use crate::common::House;

const PATH: &str = "/v1/session/data/client.theme";

#[tokio::test]
async fn a_value_is_made_read_replaced_by_its_tag_and_removed() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    assert_eq!(browser.get(PATH).send().await.outcome(), "404 not_found");
    let made = browser.put(PATH, &json!("dark")).send().await;
    assert_eq!(made.status, 204);
    let tag = made.header("etag").to_owned();
    let read = browser.get(PATH).send().await;
    assert_eq!((read.text(), read.header("etag")), ("\"dark\"", tag.as_str()));
    assert_eq!(browser.put(PATH, &json!("light")).send().await.outcome(), "428 precondition_required");
    let replaced = browser.put(PATH, &json!({ "a": [1, 2.5, null] })).header("if-match", &tag).send().await;
    assert_eq!(replaced.status, 204);
    assert_eq!(browser.put(PATH, &json!(1)).header("if-match", &tag).send().await.outcome(), "412 precondition_failed");
    assert_eq!(
        browser.put(PATH, &json!(1)).header("if-none-match", "*").send().await.outcome(),
        "412 precondition_failed"
    );
    assert_eq!(
        browser.delete(PATH).header("if-match", "\"no tag of ours\"").send().await.outcome(),
        "412 precondition_failed"
    );
    assert_eq!(browser.delete(PATH).header("if-match", "*").send().await.status, 204);
    assert_eq!(browser.get(PATH).send().await.status, 404);
}

#[tokio::test]
async fn only_keys_of_clients_are_there() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    for key in [
        "theme",
        "client.",
        "client",
        "Client.a",
        "client.a%2fb",
        "client.%00",
        "server.cart",
        &format!("client.{}", "k".repeat(60)),
    ] {
        let path = format!("/v1/session/data/{key}");
        assert_eq!(browser.get(&path).send().await.outcome(), "404 not_found", "{key}");
        assert_eq!(browser.put(&path, &json!(1)).send().await.outcome(), "404 not_found", "{key}");
    }
    assert_eq!(house.store.calls("write_data"), 0);
}

#[tokio::test]
async fn limits_hold_and_what_is_no_json_is_refused() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    assert_eq!(browser.put(PATH, &json!("x".repeat(4094))).send().await.status, 204, "4 KiB with its quotes");
    let tag = browser.get(PATH).send().await.header("etag").to_owned();
    let larger = browser.put(PATH, &json!("x".repeat(4095))).header("if-match", &tag).send().await;
    assert_eq!(larger.outcome(), "413 session_data_too_large");
    for (body, wanted) in [
        ("{", "400 bad_request"),
        ("", "400 bad_request"),
        ("nul", "400 bad_request"),
        (&"[".repeat(40), "400 bad_request"),
    ] {
        let ask =
            browser.ask("PUT", PATH).header("content-type", "application/json").header("if-match", &tag).bytes(body);
        assert_eq!(ask.send().await.outcome(), wanted, "{body}");
    }
}

#[tokio::test]
async fn data_is_gone_with_its_session_and_never_anybody_elses() {
    let house = House::new().await;
    let mut one = house.signed_in("ada", "session").await;
    let mut two = house.signed_in("ada", "session").await;
    one.put(PATH, &json!("mine")).send().await;
    assert_eq!(two.get(PATH).send().await.status, 404);
    one.post("/v1/sign-out", &Value::Object(serde_json::Map::new())).send().await;
    assert!(!house.store.dump().contains("mine"));
}
