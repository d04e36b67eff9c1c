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

#[tokio::test]
async fn refused_attacks_are_told_apart_in_the_log() {
    let house = House::new();
    let mut command = house.dev();
    command.env("DOORWARD__LOG__FORMAT", "json");
    let server = Running::start(command);
    server.sign_up("ada@example.org").await;
    let (cookie, _) = server.cookie("ada@example.org").await;
    let access = server.tokens("ada@example.org").await["access_token"].as_str().unwrap().to_owned();
    let (header, rest) = access.split_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    let bent = format!("{header}.{}A.{}", &rest[..rest.len() / 2], &rest[rest.len() / 2..]);
    for token in [format!("{none}.{rest}"), format!("{header}.{rest}x"), bent, "nonsense".to_owned()] {
        assert_eq!(server.who("Authorization", &format!("Bearer {token}")).await, 401);
    }
    let from_elsewhere = client().post(format!("{}/v1/sign-out", server.url)).header("Cookie", &cookie);
    let from_elsewhere = from_elsewhere.header("Origin", "https://evil.example").json(&json!({}));
    assert_eq!(from_elsewhere.send().await.unwrap().status(), 403);
    server
        .post("/v1/sign-in", &json!({ "identifier": "ada@example.org", "password": "a guess, and a wrong one" }))
        .await;
    let log = server.stop();
    let told = |event: &str, name: &str, value: &str| {
        let says = |line: &Value| line["event"] == event && line[name] == value;
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).any(|line| says(&line))
    };
    assert!(told("access_token_refused", "reason", "algorithm"), "{log}");
    assert!(told("access_token_refused", "reason", "malformed"), "{log}");
    assert!(told("refused", "code", "invalid_token") && told("refused", "code", "csrf_failed"), "{log}");
    assert!(told("sign_in_refused", "reason", "invalid_credentials"), "{log}");
}
