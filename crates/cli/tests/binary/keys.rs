//! Signing keys as operators handle them, while people are signed in.

use serde_json::{Value, json};

use crate::house::{House, Running, client};

fn keys(house: &House) -> Vec<Value> {
    house.operator(&["key", "list"]).json()["keys"].as_array().unwrap().clone()
}

fn of_state(house: &House, state: &str) -> Vec<String> {
    let name = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    keys(house).iter().filter(|key| key["state"] == state).map(name).collect()
}

async fn published(server: &Running) -> Vec<String> {
    let set: Value =
        client().get(format!("{}/.well-known/jwks.json", server.url)).send().await.unwrap().json().await.unwrap();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn bearer(server: &Running) -> (Value, String) {
    let pair = server.tokens("ada@example.org").await;
    let bearer = format!("Bearer {}", pair["access_token"].as_str().unwrap());
    (pair, bearer)
}

#[tokio::test]
async fn an_operator_rotates_under_a_running_server_and_nobody_notices() {
    let house = House::new();
    let server = house.start();
    server.sign_up("ada@example.org").await;
    let (_, old) = bearer(&server).await;
    let [next] = of_state(&house, "next").try_into().unwrap();
    assert_eq!(house.operator(&["key", "rotate"]).failure(), "too_early");
    let mut tokens = vec![old];
    for _ in 0..3 {
        let turned = house.operator(&["key", "rotate", "--now"]).json();
        assert!(turned["warning"].as_str().unwrap().contains("may refuse new tokens"), "{turned}");
        tokens.push(bearer(&server).await.1);
        for token in &tokens {
            assert_eq!(server.who("Authorization", token).await, 200);
        }
    }
    let names = published(&server).await;
    assert!(names.contains(&next) && names.len() == 5, "one that signs, one that waits, three that have signed");
    assert_eq!(house.operator(&["key", "remove", &next]).failure(), "too_early");
    server.stop();
    let server = house.start();
    assert_eq!(published(&server).await, names);
}

#[tokio::test]
async fn the_drill_a_distrusted_key_is_refused_at_once_and_people_stay_signed_in() {
    let house = House::new();
    let server = house.start();
    server.sign_up("ada@example.org").await;
    let (pair, stolen) = bearer(&server).await;
    let (cookie, _) = server.cookie("ada@example.org").await;
    assert_eq!(server.who("Authorization", &stolen).await, 200);
    let ([leaked], [next]) =
        (of_state(&house, "active").try_into().unwrap(), of_state(&house, "next").try_into().unwrap());
    let leaked: String = leaked;
    let done = house.operator(&["key", "distrust", &leaked]).json();
    assert_eq!((&done["kid"], &done["signs"]), (&json!(leaked), &json!(next)));
    assert!(done["outstanding_until"].is_string());
    assert_eq!(server.who("Authorization", &stolen).await, 401);
    assert!(!published(&server).await.contains(&leaked));
    assert_eq!(server.who("Cookie", &cookie).await, 200);
    let answer = server.post("/v1/refresh", &json!({ "refresh_token": pair["refresh_token"] })).await;
    assert_eq!(answer.status(), 200);
    let fresh = format!("Bearer {}", answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap());
    assert_eq!(server.who("Authorization", &fresh).await, 200);
    assert_eq!(house.operator(&["key", "distrust", &leaked]).failure(), "not_found");
    let told = house.operator(&["audit", "tail"]).out;
    assert!(told.contains("key_distrusted") && told.contains(&leaked), "{told}");
    assert!(server.stop().contains("key_distrusted"));
}

#[tokio::test]
async fn keys_of_all_kinds_are_added_beside_each_other_and_removed_again() {
    let house = House::new();
    let server = house.start();
    for algorithm in ["ES256", "Ed25519", "EdDSA", "RS256"] {
        let added = house.operator(&["key", "add", "--algorithm", algorithm]).json();
        assert_eq!((&added["algorithm"], &added["state"]), (&json!(algorithm), &json!("next")));
        let kid = added["kid"].as_str().unwrap();
        assert!(published(&server).await.contains(&kid.to_owned()), "at once, without a restart");
        assert_eq!(house.operator(&["key", "remove", kid]).json()["removed"], true);
        assert!(!published(&server).await.contains(&kid.to_owned()));
    }
    let [signs] = of_state(&house, "active").try_into().unwrap();
    let signs: String = signs;
    assert_eq!(house.operator(&["key", "remove", &signs]).failure(), "in_use");
    assert_eq!(house.operator(&["key", "add", "--algorithm", "HS256"]).code, Some(2));
    server.stop();
}

#[test]
fn without_a_server_the_same_is_done_in_the_database() {
    let house = House::new();
    house.start().stop();
    let [next] = of_state(&house, "next").try_into().unwrap();
    let next: String = next;
    assert_eq!(house.operator(&["key", "rotate", "--now"]).json()["kid"], json!(next));
    let listed = keys(&house);
    let retired = listed.iter().find(|key| key["state"] == "retired").unwrap();
    assert!(retired["leaves_at"].is_string() && retired["signs_since"].is_string());
    let active = listed.iter().find(|key| key["state"] == "active").unwrap();
    assert!(active["moves_at"].is_string() && active["leaves_at"].is_null());
}
