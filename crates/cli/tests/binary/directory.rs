//! Applications, roles and permissions, as operators define them.

use serde_json::{Value, json};

use crate::house::{House, PASSWORD};

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_application_is_added_used_given_another_secret_and_ended() {
    let house = House::new();
    let server = house.start();
    house.add_account("ada@example.org");
    let add = ["client", "add", "phone", "--mode", "token,hybrid", "--audience", "https://api.example", "--secret"];
    let added = house.operator(&add).json();
    let secret = added["secret"].as_str().unwrap();
    assert!(secret.starts_with("dw_cs_"));
    let ask = json!({ "identifier": "ada@example.org", "password": PASSWORD, "client_id": "phone" });
    let answer = server.post("/v1/sign-in", &ask).await;
    assert_eq!(answer.status(), 200, "known to the running server at once");
    let tokens: Value = answer.json().await.unwrap();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    assert_eq!(server.who("Authorization", &bearer).await, 200, "its audience too");
    let second = house.operator(&["client", "add-secret", "phone"]).json();
    assert_eq!(house.operator(&["client", "add-secret", "phone"]).failure(), "invalid_input");
    let first = added["secret_id"].as_str().unwrap();
    let shown = house.operator(&["client", "remove-secret", "phone", first]).json();
    assert_eq!(words(&shown["secrets"]).len(), 1);
    assert!(words(&shown["secrets"])[0].starts_with(second["secret_id"].as_str().unwrap()));
    assert!(!house.operator(&["client", "show", "phone"]).out.contains(second["secret"].as_str().unwrap()));
    house.operator(&["client", "disable", "phone"]).json();
    assert_eq!(server.who("Authorization", &bearer).await, 401);
    let refused = server.post("/v1/sign-in", &ask).await;
    assert_eq!(refused.status(), 422);
    house.operator(&["client", "enable", "phone"]).json();
    assert_eq!(server.who("Authorization", &bearer).await, 401, "what it had stays ended");
    let story = house.operator(&["audit", "tail", "--event", "client_disabled"]).json();
    assert_eq!(story["rows"][0]["object"], "phone");
}

#[test]
fn settings_of_an_application_are_changed_one_by_one() {
    let house = House::new();
    house.start().stop();
    house.operator(&["client", "add", "web", "--mode", "session", "--name", "The shop"]).json();
    let set = ["client", "set", "web", "--origin", "https://app.example", "--idle", "15m", "--absolute", "12h"];
    let set = house.operator(&set).json();
    assert_eq!((set["name"].as_str(), words(&set["modes"])), (Some("The shop"), vec!["session"]));
    assert_eq!(
        (set["idle_timeout_seconds"].as_u64(), words(&set["origins"])),
        (Some(900), vec!["https://app.example"])
    );
    for (arguments, code) in [
        (&["client", "add", "web", "--mode", "session"][..], "taken"),
        (&["client", "add", "default", "--mode", "session"], "invalid_input"),
        (&["client", "add", "a b", "--mode", "session"], "invalid_input"),
        (&["client", "add", "none"], "invalid_input"),
        (&["client", "add", "wild", "--mode", "session", "--origin", "*"], "invalid_input"),
        (&["client", "add", "mighty", "--permission", "everything"], "invalid_input"),
        (&["client", "set", "web", "--origin", "https://app.example"], "nothing_to_change"),
        (&["client", "set", "web", "--idle", "1m"], "invalid_input"),
        (&["client", "disable", "nobody"], "not_found"),
        (&["client", "show", "nobody"], "not_found"),
        (&["client", "remove-secret", "web", "nothing"], "not_found"),
    ] {
        assert_eq!(house.operator(arguments).failure(), code, "{arguments:?}");
    }
    let listed = house.operator(&["client", "list"]).json();
    let ids: Vec<_> = listed["clients"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["default", "web"], "what was refused left nothing");
}

#[tokio::test]
async fn a_role_is_defined_given_and_taken_and_its_size_is_told() {
    let house = House::new();
    let server = house.start();
    house.add_account("ada@example.org");
    assert_eq!(house.operator(&["role", "set", "editor", "articles:write"]).failure(), "invalid_input");
    house.operator(&["permission", "set", "articles:write", "Write articles."]).json();
    house.operator(&["role", "set", "editor", "articles:write"]).json();
    let (cookie, _) = server.cookie("ada@example.org").await;
    let granted = house.operator(&["account", "grant-role", "ada@example.org", "editor"]).json();
    assert_eq!((words(&granted["roles"]), words(&granted["permissions"])), (vec!["editor"], vec!["articles:write"]));
    assert!(granted["token_bytes"].as_u64().is_some_and(|n| (400..1200).contains(&n)), "{granted}");
    assert_eq!(server.who("Cookie", &cookie).await, 200, "the session lives");
    house.operator(&["permission", "set", "articles:delete", "Delete articles."]).json();
    let set = house.operator(&["role", "set", "editor", "articles:write", "articles:delete"]).json();
    assert_eq!(set["accounts"], 1);
    let tokens = server.tokens("ada@example.org").await;
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    assert_eq!(server.who("Authorization", &bearer).await, 200);
    assert_eq!(house.operator(&["role", "remove", "editor"]).failure(), "in_use");
    assert_eq!(house.operator(&["permission", "remove", "articles:write"]).failure(), "in_use");
    house.operator(&["account", "revoke-role", "ada@example.org", "editor"]).json();
    assert_eq!(server.who("Authorization", &bearer).await, 401, "its roles are not those of the token any more");
    house.operator(&["role", "remove", "editor"]).json();
    for (arguments, code) in [
        (&["account", "grant-role", "ada@example.org", "editor"][..], "not_found"),
        (&["account", "grant-role", "nobody@example.org", "administrator"], "not_found"),
        (&["account", "revoke-role", "ada@example.org", "administrator"], "nothing_to_change"),
        (&["role", "set", "administrator", "admin:audit"], "invalid_input"),
        (&["role", "set", "a,b"], "invalid_input"),
        (&["permission", "set", "admin:accounts", "Mine."], "invalid_input"),
    ] {
        assert_eq!(house.operator(arguments).failure(), code, "{arguments:?}");
    }
    let admin = house.operator(&["account", "grant-role", "ada@example.org", "administrator"]).json();
    assert!(words(&admin["permissions"]).contains(&"admin:accounts"));
}
