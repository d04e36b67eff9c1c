//! `/v1/admin/keys`.

use serde_json::{Value, json};

use crate::common::House;

fn state<'a>(list: &'a Value, state: &str) -> Vec<&'a str> {
    let keys = list["keys"].as_array().unwrap();
    keys.iter().filter(|k| k["state"] == state).map(|k| k["kid"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn keys_are_listed_turned_added_removed_and_distrusted() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let path = "/v1/admin/keys";
    let list = root.get(path).send().await.json();
    let (active, next) = (state(&list, "active")[0].to_owned(), state(&list, "next")[0].to_owned());
    let early = root.post("/v1/admin/keys/rotate", &json!({})).send().await;
    assert_eq!(early.outcome(), "409 too_early");
    assert!(early.json()["ready_at"].is_string());
    let turned = root.post("/v1/admin/keys/rotate", &json!({ "now": true })).send().await.json();
    assert_eq!((turned["signs"].as_str(), turned["former"].as_str()), (Some(&*next), Some(&*active)));
    assert!(turned["known_everywhere_at"].is_string(), "insisting has its price");
    assert_eq!(root.delete(&format!("{path}/{next}")).send().await.outcome(), "409 in_use");
    assert_eq!(root.delete(&format!("{path}/{active}")).send().await.outcome(), "409 too_early");
    let added = root.post(path, &json!({ "algorithm": "Ed25519" })).send().await;
    assert_eq!(added.status, 201);
    let added = added.json()["key"]["kid"].as_str().unwrap().to_owned();
    assert_eq!(root.delete(&format!("{path}/{added}")).send().await.outcome(), "204");
    let gone = root.ask("POST", &format!("{path}/{next}/distrust")).send().await.json();
    assert_eq!(gone["distrusted"], Value::from(next.as_str()));
    assert_ne!(gone["signs"], Value::from(next.as_str()));
    for (method, path) in [("DELETE", format!("{path}/{next}")), ("POST", format!("{path}/{next}/distrust"))] {
        assert_eq!(root.ask(method, &path).send().await.outcome(), "404 not_found");
    }
    let none = root.post(path, &json!({ "algorithm": "HS256" })).send().await;
    assert_eq!(none.outcome(), "422 invalid_input");
}
