//! What happens to somebody who tries Doorward for the first time.

use std::collections::HashMap;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};

use serde_json::Value;

use crate::curl::Curl;
use crate::house::{House, Running, client, doorward, refuse};

#[tokio::test]
async fn the_first_start_says_where_it_is_what_to_try_and_when_it_is_ready() {
    let house = House::new();
    let server = house.start();
    let first = server.greeting.lines().next().unwrap();
    assert!(first.contains(&format!("for development at {} ", server.url)), "{first}");
    assert!(server.greeting.contains(&format!("Data in {}\n", house.data().display())));
    assert!(server.greeting.ends_with("\nReady.\n"));
    let ready = client().get(format!("{}/health/ready", server.url)).send().await.unwrap();
    assert_eq!(ready.status(), 200, "the line is not printed before it is true");
    let metrics = client().get(format!("{}/metrics", server.url)).send().await.unwrap();
    assert_eq!(metrics.status(), 200);
}

#[tokio::test]
async fn the_printed_lines_work_when_they_are_pasted() {
    let house = House::new();
    let server = house.start();
    let lines: Vec<Curl> = server.greeting.lines().filter_map(|l| Curl::parse(l.trim())).collect();
    assert_eq!(lines.len(), 3);
    let mut jar = HashMap::new();
    let mut statuses = Vec::new();
    let mut last = Value::Null;
    // Whoever tries them tries them twice: the second time the name is taken, and the browser is signed in already.
    for line in lines.iter().chain(&lines) {
        let answer = line.send(&mut jar).await;
        statuses.push(answer.status().as_u16());
        last = answer.json().await.unwrap();
    }
    assert_eq!(statuses, [201, 200, 200, 409, 200, 200]);
    assert_eq!(last["account"]["identifier"], "ada@example.org");
    let signed_in = &lines[1];
    assert!(signed_in.header.iter().any(|(name, value)| name == "Origin" && *value == server.url));
}

#[test]
fn everything_it_keeps_is_for_its_owner_alone() {
    let house = House::new();
    // A generous umask must not show in what is made.
    let mut command = std::process::Command::new("sh");
    let serve = house.dev();
    command.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(env!("CARGO_BIN_EXE_doorward")).args(serve.get_args());
    let server = Running::start(command);
    house.add_account("ada@example.org");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&house.data()), 0o700);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(house.data()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{name}");
        assert_eq!(entry.file_type().unwrap().is_socket(), name == "control.sock");
        names.push(name);
    }
    names.sort();
    let wanted = ["control.sock", "doorward.db", "doorward.db-shm", "doorward.db-wal", "lock", "root-secret"];
    assert_eq!(names, wanted);
    drop(server);
}

#[test]
fn development_refuses_every_address_that_others_reach() {
    let house = House::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let mut command = doorward(&["serve", "--dev", "--listen", address, "--data"]);
        command.arg(house.data());
        let said = refuse(command);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.err.contains("--dev listens on this machine only (127.0.0.1 or [::1])"), "{}", said.err);
    }
    assert!(!house.data().exists(), "a refused start leaves nothing behind");
}

#[test]
fn a_start_without_settings_says_which_lines_to_copy() {
    let said = refuse(doorward(&["serve"]));
    assert_eq!(said.code, Some(2));
    insta::assert_snapshot!(said.err, @r"
    doorward: no configuration: give one with --config FILE
      to try Doorward on this machine:   doorward serve --dev
      to write a file to begin with:     doorward config example > doorward.toml
      and then:                          doorward serve --config doorward.toml
    ");
}
