//! `doorward leaked`: what leaked is pasted or piped, and it is dead.

use serde_json::Value;

use crate::house::House;

fn rows(answer: &Value) -> Vec<String> {
    let words = |row: &Value| format!("{} {}", row["kind"].as_str().unwrap(), row["state"].as_str().unwrap());
    answer["found"].as_array().unwrap().iter().map(words).collect()
}

#[tokio::test]
async fn a_log_full_of_credentials_is_judged_and_then_ended() {
    let house = House::new();
    let server = house.start();
    let account = house.add_account("ada@example.org");
    let (cookie, _) = server.cookie("ada@example.org").await;
    let pair = server.tokens("ada@example.org").await;
    let (access, refresh) = (pair["access_token"].as_str().unwrap(), pair["refresh_token"].as_str().unwrap());
    let foreign = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
    let log = format!("GET / Cookie: {cookie}; x\nbearer {access} and {foreign}\n{{\"r\":\"{refresh}\"}} {access}\n");
    let judged = house.operator_with(&["leaked"], &log).json();
    let live = ["session_token live", "access_token live", "refresh_token live"];
    assert_eq!(rows(&judged), live);
    assert!(judged["found"].as_array().unwrap().iter().all(|row| row["account"] == account["id"]));
    assert!(!judged.to_string().contains("dw_"), "nothing of it is said again");
    assert_eq!(server.who("Cookie", &cookie).await, 200, "judging ends nothing");
    let file = house.write("leak.log", &log);
    let ended = house.operator(&["leaked", "--revoke", file.to_str().unwrap()]).json();
    assert_eq!(rows(&ended), ["session_token revoked", "access_token revoked", "refresh_token ended"]);
    assert_eq!(server.who("Cookie", &cookie).await, 401);
    assert_eq!(server.who("Authorization", &format!("Bearer {access}")).await, 401);
    assert_eq!(rows(&house.operator_with(&["leaked"], &log).json()), ["session_token ended", "refresh_token ended"]);
    assert_eq!(house.operator_with(&["leaked"], "nothing here").json()["found"], serde_json::json!([]));
    assert_eq!(house.operator(&["leaked", "no-such-file"]).failure(), "unreadable_input");
}
