//! `/v1/admin/clients`.

use doorward_core::id::ClientId;
use serde_json::{Value, json};

use crate::common::House;

#[tokio::test]
async fn an_application_is_added_changed_and_ended() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let new = json!({ "id": "shop", "name": "The shop", "modes": ["token"], "idle_timeout_seconds": 900 });
    let added = root.post("/v1/admin/clients", &new).send().await;
    assert_eq!(added.status, 201, "{}", added.text());
    assert_eq!(root.post("/v1/admin/clients", &new).send().await.outcome(), "409 taken");
    let path = "/v1/admin/clients/shop";
    let change = json!({ "origins": ["https://app.example"], "idle_timeout_seconds": null });
    for _ in 0..2 {
        let changed = root.ask("PATCH", path).json(&change).send().await;
        let client = &changed.json()["client"];
        assert_eq!(
            (&client["name"], &client["modes"]),
            (&json!("The shop"), &json!(["token"])),
            "what is not said stays"
        );
        assert_eq!(client["idle_timeout_seconds"], Value::Null, "and null takes away");
        assert_eq!(client["origins"], json!(["https://app.example"]));
    }
    for _ in 0..2 {
        let disabled = root.ask("POST", &format!("{path}/disable")).send().await.json();
        assert_eq!(disabled["client"]["enabled"], false);
    }
    let enabled = root.ask("POST", &format!("{path}/enable")).send().await.json();
    assert_eq!(enabled["client"]["enabled"], true);
    assert_eq!(root.get(path).send().await.json(), enabled);
    let listed = root.get("/v1/admin/clients").send().await.json();
    let ids: Vec<_> = listed["clients"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["default", "native", "off", "shop", "spa"]);
}

#[tokio::test]
async fn a_secret_is_shown_once_and_two_count_at_a_time() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    root.post("/v1/admin/clients", &json!({ "id": "api", "modes": ["token"] })).send().await;
    let (id, path): (ClientId, _) = ("api".parse().unwrap(), "/v1/admin/clients/api/secrets");
    let mut made = Vec::new();
    for _ in 0..2 {
        let answer = root.ask("POST", path).send().await;
        assert_eq!(answer.status, 201);
        made.push(answer.json());
    }
    assert_eq!(root.ask("POST", path).send().await.outcome(), "409 too_many");
    for one in &made {
        assert!(house.auth.client_by_secret(&id, one["secret"].as_str().unwrap()).is_some());
    }
    let first = made[0]["secret_id"].as_str().unwrap();
    let left = root.delete(&format!("{path}/{first}")).send().await.json();
    assert_eq!(left["client"]["secrets"].as_array().unwrap().len(), 1);
    assert_eq!(left["client"]["secrets"][0]["secret_id"], made[1]["secret_id"]);
    assert_eq!(root.delete(&format!("{path}/{first}")).send().await.outcome(), "404 not_found");
    assert!(house.auth.client_by_secret(&id, made[0]["secret"].as_str().unwrap()).is_none());
}

#[tokio::test]
async fn settings_that_no_application_can_have_are_refused_and_say_which() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    root.post("/v1/admin/clients", &json!({ "id": "shop", "modes": ["token"] })).send().await;
    for (settings, field) in [
        (json!({ "id": "a b", "modes": ["token"] }), "id"),
        (json!({ "id": "x" }), "modes"),
        (json!({ "id": "x", "modes": ["ticket"] }), "modes[0]"),
        (json!({ "id": "x", "modes": ["token"], "origins": ["*"] }), "origins"),
        (json!({ "id": "x", "modes": ["token"], "audiences": [""] }), "audiences"),
        (json!({ "id": "x", "modes": ["token"], "name": "\u{7}" }), "name"),
        (json!({ "id": "x", "modes": ["token"], "permissions": ["everything"] }), "permissions"),
        (json!({ "id": "x", "modes": ["token"], "idle_timeout_seconds": 1 }), "idle_timeout_seconds"),
        (json!({ "id": "x", "modes": ["token"], "idle_timeout_seconds": u64::MAX }), "idle_timeout_seconds"),
        (json!({ "id": "x", "modes": ["token"], "enabled": false }), "enabled"),
        (json!({ "id": "x", "modes": ["token"], "secrets": [] }), "secrets"),
    ] {
        let answer = root.post("/v1/admin/clients", &settings).send().await;
        assert_eq!(answer.outcome(), "422 invalid_input", "{settings}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{settings}");
    }
    let patch = root.ask("PATCH", "/v1/admin/clients/shop").json(&json!({ "id": "other" })).send().await;
    assert_eq!(patch.json()["errors"][0]["field"], "id");
    for (method, path, wanted) in [
        ("PATCH", "/v1/admin/clients/spa", "409 built_in"),
        ("PATCH", "/v1/admin/clients/nobody", "404 not_found"),
        ("PATCH", "/v1/admin/clients/%ff", "404 not_found"),
        ("GET", "/v1/admin/clients/a%20b", "404 not_found"),
        ("POST", "/v1/admin/clients/default/disable", "409 built_in"),
        ("POST", "/v1/admin/clients/spa/secrets", "409 built_in"),
    ] {
        let answer = root.ask(method, path).json(&json!({})).send().await;
        assert_eq!(answer.outcome(), wanted, "{method} {path}");
    }
}
