//! One process at a time has the database: commands reach it there, or do it themselves.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;

use serde_json::{Value, json};

use crate::house::{House, NOBODY, doorward, refuse, run};

#[tokio::test]
async fn an_operators_revoke_counts_at_once_in_the_running_server() {
    let house = House::new();
    let server = house.start();
    server.sign_up("ada@example.org").await;
    let (one, sid) = server.cookie("ada@example.org").await;
    let (other, _) = server.cookie("ada@example.org").await;
    let pair = server.tokens("ada@example.org").await;
    let bearer = format!("Bearer {}", pair["access_token"].as_str().unwrap());
    // Each is checked first, so that the server holds copies of all of them.
    for (header, value) in [("Cookie", &one), ("Cookie", &other), ("Authorization", &bearer)] {
        assert_eq!(server.who(header, value).await, 200);
    }
    let listed = house.operator(&["session", "list", "ada@example.org"]).json();
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 3);
    assert_eq!(house.operator(&["session", "revoke", &sid]).json(), json!({ "sid": sid, "ended": 1 }));
    assert_eq!(server.who("Cookie", &one).await, 401);
    assert_eq!(server.who("Cookie", &other).await, 200, "only that one");
    assert_eq!(house.operator(&["session", "revoke", &sid]).failure(), "not_found");
    let all = house.operator(&["session", "revoke", "--account", "ada@example.org"]).json();
    assert_eq!(all["ended"], 2);
    assert_eq!(server.who("Cookie", &other).await, 401);
    assert_eq!(server.who("Authorization", &bearer).await, 401);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_may_come_back() {
    let house = House::new();
    let server = house.start();
    server.sign_up("ada@example.org").await;
    let (cookie, _) = server.cookie("ada@example.org").await;
    assert_eq!(server.who("Cookie", &cookie).await, 200);
    let disabled = house.operator(&["account", "disable", "ada@example.org"]).json();
    assert!(disabled["disabled_at"].is_string());
    assert_eq!(server.who("Cookie", &cookie).await, 401);
    house.operator(&["account", "enable", "ada@example.org"]).json();
    assert_eq!(server.who("Cookie", &cookie).await, 401, "sessions stay ended");
    let (cookie, _) = server.cookie("ada@example.org").await;
    assert_eq!(server.who("Cookie", &cookie).await, 200);
}

#[test]
fn a_command_answers_the_same_with_and_without_a_running_server() {
    let house = House::new();
    let server = house.start();
    house.add_account("ada@example.org");
    let ask = || {
        let what: [&[&str]; 5] = [
            &["account", "show", "ada@example.org"],
            &["account", "list"],
            &["session", "list", "ada@example.org"],
            &["key", "list"],
            &["account", "show", "nobody@example.org"],
        ];
        what.map(|arguments| format!("{:?}", house.operator(arguments)))
    };
    let over_the_socket = ask();
    server.stop();
    assert!(!house.data().join("control.sock").exists());
    assert_eq!(over_the_socket, ask());
}

#[test]
fn a_socket_that_a_killed_server_left_is_in_nobodys_way() {
    let house = House::new();
    let server = house.start();
    house.add_account("ada@example.org");
    server.kill();
    assert!(house.data().join("control.sock").exists());
    assert_eq!(house.operator(&["account", "show", "ada@example.org"]).json()["identifier"], "ada@example.org");
    let server = house.start();
    assert_eq!(house.operator(&["account", "show", "ada@example.org"]).json()["identifier"], "ada@example.org");
    server.stop();
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let house = House::new();
    let _server = house.start();
    let mut second = house.dev();
    second.arg("--json");
    let said = refuse(second);
    assert_eq!(said.failure(), "in_use");
    assert!(said.err.contains("another Doorward runs on the data directory"), "{}", said.err);
}

#[test]
fn commands_without_a_server_wait_for_each_other() {
    let house = House::new();
    house.start().stop();
    let added: Vec<Value> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|n| {
                scope.spawn({
                    let house = &house;
                    move || house.add_account(&format!("person-{n}@example.org"))
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let listed = house.operator(&["account", "list"]).json();
    assert_eq!(listed["accounts"].as_array().unwrap().len(), added.len());
}

#[test]
fn a_line_on_the_socket_is_bounded_and_nonsense_is_answered() {
    let house = House::new();
    let server = house.start();
    let say = |line: &[u8]| {
        let mut stream = UnixStream::connect(house.data().join("control.sock")).unwrap();
        // The server may have stopped listening before everything was said.
        let _ = stream.write_all(line);
        let mut answer = String::new();
        let _ = BufReader::new(stream).read_line(&mut answer);
        answer
    };
    let nonsense = say(b"{\"do\":\"account_add\",\"password\":\"canary\"}\n");
    assert!(nonsense.contains("does not know this command") && !nonsense.contains("canary"), "{nonsense}");
    let long = format!("{{\"do\":\"key_list\"{}}}\n", " ".repeat(200_000));
    assert!(!say(long.as_bytes()).contains("\"ok\""), "a command, but too long a line");
    assert!(!say(&vec![b'x'; 200_000]).contains("\"ok\""));
    assert!(!say(b"\xff\xfe\n").contains("\"ok\""));
    assert!(say(b"{\"key\":{\"do\":\"list\"}}\n").contains("\"ok\""), "and the next one is heard");
    server.stop();
}

/// Only the administrator can become somebody else, so elsewhere the rule alone is tested, beside the socket.
#[test]
fn another_user_is_not_heard_even_where_the_files_let_him_through() {
    let house = House::new();
    let server = house.start();
    let mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(house.folder(), 0o755);
    mode(&house.data(), 0o755);
    mode(&house.data().join("lock"), 0o666);
    mode(&house.data().join("control.sock"), 0o666);
    // The database is only looked for; it need not be readable.
    let binary = house.folder().join("doorward");
    std::fs::copy(env!("CARGO_BIN_EXE_doorward"), &binary).unwrap();
    let mut command = std::process::Command::new(&binary);
    command.args(["key", "list", "--json", "--data"]).arg(house.data()).env_clear();
    if rustix::process::geteuid().is_root() {
        let said = run(as_nobody(command), "");
        assert_eq!(said.failure(), "control_refused");
        assert!(server.stop().contains("control_refused"));
    } else {
        run(command, "").json();
    }
}

fn as_nobody(mut command: std::process::Command) -> std::process::Command {
    command.uid(NOBODY).gid(NOBODY);
    command
}

#[test]
fn a_wrong_directory_is_named_and_nothing_is_made_in_it() {
    let house = House::new();
    assert_eq!(house.operator(&["account", "list"]).failure(), "data_directory");
    assert!(!house.data().exists());
    let mut command = doorward(&["account", "list", "--data"]);
    command.arg(house.folder());
    let said = run(command, "");
    assert!(said.err.contains("there is no database in") && said.err.contains("--data or --config"), "{}", said.err);
    assert_eq!(std::fs::read_dir(house.folder()).unwrap().count(), 0);
}
