//! Settings: checked, shown, and used by a server that is meant for others.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::house::{House, PASSWORD, Running, client, doorward, run};

fn check(file: &Path) -> Command {
    let mut command = doorward(&["config", "check", "--config"]);
    command.arg(file);
    command
}

#[test]
fn every_fault_is_told_at_once_with_file_and_line() {
    let house = House::new();
    let text = "[server]\npublic_url = \"http://door.example\"\nlisten = \"0.0.0.0:8080\"\n\n[lifetimes.session]\nidel = \"15m\"\n";
    let file = house.write("doorward.toml", text);
    let mut command = check(&file);
    command.env("DOORWARD__TOKENS__GRACE", "1h");
    let said = run(command, "");
    assert_eq!(said.code, Some(1));
    let shown = said.err.replace(&house.folder().display().to_string(), "(folder)");
    insta::assert_snapshot!(shown);
    let mut json = check(&file);
    json.arg("--json");
    assert_eq!(run(json, "").failure(), "configuration");
}

#[test]
fn a_file_without_faults_is_told_so_with_what_is_unwise() {
    let house = House::new();
    let file = house.write("doorward.toml", "[server]\npublic_url = \"https://door.example\"\n");
    assert_eq!(run(check(&file), "").code, Some(0));
    let mut command = check(&file);
    command.arg("--json").env("DOORWARD__PASSWORD__MIN_LENGTH", "8");
    let told = run(command, "").json();
    assert_eq!(told["status"], "no faults");
    assert!(
        told["warnings"][0].as_str().unwrap().starts_with("environment DOORWARD__PASSWORD__MIN_LENGTH: "),
        "{told}"
    );
    let none = run(check(&house.folder().join("none.toml")), "");
    assert_eq!(none.code, Some(1));
    assert!(none.err.contains("none.toml cannot be read"), "{}", none.err);
}

#[tokio::test]
async fn the_example_starts_a_server_that_is_meant_for_others() {
    let house = House::new();
    let example = run(doorward(&["config", "example"]), "");
    let file = house.write("doorward.toml", &example.out);
    assert_eq!(run(check(&file), "").code, Some(0));
    let mut serve = doorward(&["serve", "--listen", "127.0.0.1:0", "--config"]);
    serve.arg(&file).arg("--data").arg(house.data()).env("DOORWARD__SERVER__HOSTS", "[\"127.0.0.1\"]");
    let mut server = Running::start(serve);
    assert_eq!(server.url, "https://door.example");
    let listens = server.greeting.split_whitespace().find(|w| w.starts_with("127.0.0.1:")).unwrap();
    server.url = format!("http://{listens}");
    let other = client().get(format!("{}/v1/session", server.url)).header("host", "evil.example").send().await.unwrap();
    assert_eq!((other.status().as_u16(), code(other).await), (421, json!("unknown_host")));
    let body = json!({ "identifier": "ada@example.org", "password": PASSWORD });
    let refused = server.post("/v1/accounts", &body).await;
    assert_eq!((refused.status().as_u16(), code(refused).await), (403, json!("sign_up_closed")));
    house.add_account("ada@example.org");
    let (cookie, _) = server.cookie("ada@example.org").await;
    assert!(cookie.starts_with("__Host-Http-doorward_session="), "{cookie}");
    let token = json!({ "identifier": "ada@example.org", "password": PASSWORD, "mode": "token" });
    let refused = server.post("/v1/sign-in", &token).await;
    assert_eq!((refused.status().as_u16(), code(refused).await), (422, json!("mode_not_allowed")));
    let metrics = client().get(format!("{}/metrics", server.url)).send().await.unwrap();
    assert_eq!(metrics.status(), 404);
}

async fn code(answer: reqwest::Response) -> Value {
    answer.json::<Value>().await.unwrap()["code"].take()
}

#[test]
fn the_schema_is_json_and_refuses_what_the_program_refuses() {
    let schema: Value = serde_json::from_str(&run(doorward(&["config", "schema"]), "").out).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["tokens"]["properties"]["grace"]["default"], "10s");
}

#[test]
fn a_configuration_that_everybody_may_change_is_refused() {
    let house = House::new();
    let file = house.write("doorward.toml", "[server]\npublic_url = \"https://door.example\"\n");
    for (mode, code) in [(0o666, Some(1)), (0o602, Some(1)), (0o644, Some(0)), (0o660, Some(0)), (0o400, Some(0))] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let said = run(check(&file), "");
        assert_eq!(said.code, code, "{mode:o}: {}", said.err);
        assert_eq!(said.err.contains("everybody can change the configuration file"), code == Some(1), "{}", said.err);
    }
}
