//! Log lines: one event, one line, and never a secret.

use serde_json::{Value, json};

use crate::house::{House, PASSWORD, Running, client};

#[tokio::test]
async fn no_secret_is_ever_logged() {
    let house = House::new();
    let mut command = house.dev();
    command.env("DOORWARD__LOG__LEVEL", "debug").env("DOORWARD__LOG__FORMAT", "json");
    let server = Running::start(command);
    server.sign_up("ada@example.org").await;
    let (cookie, sid) = server.cookie("ada@example.org").await;
    let pair = server.tokens("ada@example.org").await;
    let text = |name: &str| pair[name].as_str().unwrap().to_owned();
    let refreshed = server.post("/v1/refresh", &json!({ "refresh_token": text("refresh_token") })).await;
    let refreshed: Value = refreshed.json().await.unwrap();
    assert_eq!(server.who("Cookie", &cookie).await, 200);
    server.who("Cookie", &format!("{cookie}x")).await;
    server.who("Authorization", &format!("Bearer {}x", text("access_token"))).await;
    server.post("/v1/sign-in", &json!({ "identifier": "ada@example.org", "password": "another canary" })).await;
    server.post("/v1/sign-in", &json!({ "identifier": "ada@example.org", "pasword": "misspelt canary" })).await;
    client().get(format!("{}/v1/session?token=canary-in-the-address", server.url)).send().await.unwrap();
    house.operator_with(&["account", "add", "bob", "--password-stdin"], "a canary in the pipe").json();
    house.operator(&["session", "revoke", &sid]).json();
    let log = server.stop();
    let root = std::fs::read_to_string(house.data().join("root-secret")).unwrap();
    let token = cookie.split_once('=').unwrap().1;
    let secrets = [PASSWORD, token, &text("access_token"), &text("refresh_token"), root.trim(), "canary"];
    for secret in secrets.into_iter().chain([refreshed["access_token"].as_str().unwrap(), "dw_st_", "dw_rt_"]) {
        assert!(!log.contains(secret), "a secret was logged");
    }
    for event in ["ready", "account_created", "signed_in", "session_ended_by_operator", "stopped"] {
        assert!(log.lines().any(|line| line.contains(&format!("\"event\":\"{event}\""))), "{event} in {log}");
    }
}

#[tokio::test]
async fn every_line_is_one_event_in_json_whatever_people_send() {
    let house = House::new();
    let mut command = house.dev();
    command.env("DOORWARD__LOG__LEVEL", "debug").env("DOORWARD__LOG__FORMAT", "json");
    let server = Running::start(command);
    let hostile = "eve\",\"event\":\"forged\n{\"event\":\"forged\"}\u{1b}[2J\u{202e}";
    server.post("/v1/accounts", &json!({ "identifier": hostile, "password": PASSWORD, "display_name": hostile })).await;
    server.post("/v1/sign-in", &json!({ "identifier": hostile, "password": PASSWORD })).await;
    let agent = "x\u{1b}[2J\u{202e}".as_bytes().to_vec();
    let _ = client().get(&server.url).header("User-Agent", agent).send().await;
    let log = server.stop();
    for line in log.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(event["timestamp"].as_str().is_some_and(|t| t.ends_with('Z')), "{line}");
        assert!(event["level"].is_string() && event["event"] != "forged", "{line}");
        assert!(!line.contains('\u{1b}') && !line.contains('\u{202e}'), "{line}");
    }
}
