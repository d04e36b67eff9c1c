//! `/v1/admin/roles` and `/v1/admin/permissions`.

use serde_json::{Value, json};

use crate::common::House;

#[tokio::test]
async fn a_role_is_defined_given_changed_and_removed() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let mut ada = house.signed_in("ada", "session").await;
    let id = ada.get("/v1/session").send().await.json()["account"]["id"].as_str().unwrap().to_owned();
    let permission = "/v1/admin/permissions/articles:write";
    assert_eq!(root.put(permission, &json!({ "about": "Write articles." })).send().await.status, 200);
    let role = "/v1/admin/roles/editor";
    let set = root.put(role, &json!({ "permissions": [] })).send().await.json();
    assert_eq!((&set["role"]["name"], &set["accounts_changed"]), (&json!("editor"), &json!(0)));
    root.ask("PUT", &format!("/v1/admin/accounts/{id}/roles/editor")).send().await;
    for changed in [1, 0] {
        let set = root.put(role, &json!({ "permissions": ["articles:write", "articles:write"] })).send().await.json();
        assert_eq!(set["accounts_changed"], changed);
        assert_eq!(set["role"]["permissions"], json!(["articles:write"]));
    }
    assert_eq!(ada.get("/v1/session").send().await.json()["permissions"], json!(["articles:write"]));
    for path in [role, permission] {
        assert_eq!(root.delete(path).send().await.outcome(), "409 in_use", "{path}");
    }
    root.delete(&format!("/v1/admin/accounts/{id}/roles/editor")).send().await;
    for path in [role, permission] {
        assert_eq!(root.delete(path).send().await.outcome(), "204", "{path}");
        assert_eq!(root.delete(path).send().await.outcome(), "404 not_found", "{path}");
    }
    assert_eq!(root.get(role).send().await.outcome(), "404 not_found");
}

#[tokio::test]
async fn what_comes_with_doorward_is_listed_and_stays() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let roles = root.get("/v1/admin/roles").send().await.json();
    assert_eq!(roles["roles"][0]["name"], "administrator");
    assert_eq!(roles["roles"][0], root.get("/v1/admin/roles/administrator").send().await.json()["role"]);
    let permissions = root.get("/v1/admin/permissions").send().await.json();
    assert!(permissions["permissions"].as_array().unwrap().iter().all(|p| p["built_in"] == true));
    let (less, mine) = (json!({ "permissions": [] }), json!({ "about": "Mine." }));
    for (method, path, body) in [
        ("PUT", "/v1/admin/roles/administrator", &less),
        ("DELETE", "/v1/admin/roles/administrator", &Value::Null),
        ("PUT", "/v1/admin/permissions/admin:keys", &mine),
        ("DELETE", "/v1/admin/permissions/admin:keys", &Value::Null),
    ] {
        let answer = root.ask(method, path).json(body).send().await;
        // Somebody has the role, which is told first.
        assert!(["409 built_in", "409 in_use"].contains(&answer.outcome().as_str()), "{method} {path}");
    }
}

#[tokio::test]
async fn bad_names_and_unknown_permissions_are_refused() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    for (path, body, field) in [
        ("/v1/admin/roles/a%2cb", json!({ "permissions": [] }), "name"),
        ("/v1/admin/roles/editor", json!({ "permissions": ["nothing:known"] }), "permissions"),
        ("/v1/admin/roles/editor", json!({ "permissions": [], "built_in": true }), "built_in"),
        ("/v1/admin/permissions/%20", json!({ "about": "" }), "name"),
        ("/v1/admin/permissions/a:b", json!({ "about": "x".repeat(256) }), "about"),
        ("/v1/admin/permissions/a:b", json!({ "about": "one\nline" }), "about"),
    ] {
        let answer = root.put(path, &body).send().await;
        assert_eq!(answer.outcome(), "422 invalid_input", "{path} {body}");
        assert_eq!(answer.json()["errors"][0]["field"], field);
    }
}
