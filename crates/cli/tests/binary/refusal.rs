//! What it does not start on, and what it says then.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use crate::house::{House, NOBODY, Said, doorward, refuse};

/// Starts, or rather does not.
fn refused(house: &House) -> Said {
    let mut command = house.dev();
    command.arg("--json");
    refuse(command)
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_root_secret_that_others_can_read_is_refused_with_the_line_to_copy() {
    let house = House::new();
    house.start().stop();
    let secret = house.data().join("root-secret");
    for mode in [0o640, 0o604, 0o644, 0o660] {
        set_mode(&secret, mode);
        let said = refused(&house);
        assert_eq!(said.failure(), "root_secret");
        assert!(said.err.contains(&format!("chmod 600 {}", secret.display())), "{}", said.err);
    }
    set_mode(&secret, 0o600);
    house.start().stop();
}

#[test]
fn a_database_of_another_root_secret_is_refused_and_left_as_it_was() {
    let (house, other) = (House::new(), House::new());
    house.start().stop();
    house.add_account("ada@example.org");
    other.start().stop();
    let own = std::fs::read(house.data().join("root-secret")).unwrap();
    std::fs::copy(other.data().join("root-secret"), house.data().join("root-secret")).unwrap();
    let said = refused(&house);
    assert_eq!(said.failure(), "root_secret");
    assert!(said.err.contains("set up with another root secret"), "{}", said.err);
    assert_eq!(house.operator(&["account", "list"]).failure(), "root_secret", "a command looks no further either");
    std::fs::write(house.data().join("root-secret"), own).unwrap();
    house.start().stop();
    house.operator(&["account", "show", "ada@example.org"]).json();
}

#[test]
fn a_lost_root_secret_is_not_replaced_and_a_sample_is_not_taken() {
    let house = House::new();
    house.start().stop();
    let secret = house.data().join("root-secret");
    std::fs::remove_file(&secret).unwrap();
    let said = refused(&house);
    assert_eq!(said.failure(), "root_secret");
    assert!(said.err.contains("put it back from your backup") && !secret.exists(), "{}", said.err);
    for sample in ["0".repeat(64), "change me".into(), String::new()] {
        std::fs::write(&secret, sample).unwrap();
        set_mode(&secret, 0o600);
        assert_eq!(refused(&house).failure(), "root_secret");
    }
}

#[test]
fn a_damaged_database_is_refused_in_words() {
    let house = House::new();
    house.start().stop();
    house.add_account("ada@example.org");
    let path = house.data().join("doorward.db");
    let whole = std::fs::read(&path).unwrap();
    let nonsense = b"this is no database at all, though it has a fitting name".repeat(100);
    let half = whole[..whole.len() / 2].to_vec();
    let mut overwritten = whole.clone();
    overwritten[100..].fill(0xa5);
    for damaged in [nonsense, half, overwritten] {
        std::fs::write(&path, &damaged).unwrap();
        let said = refused(&house);
        assert_eq!(said.failure(), "database");
        assert!(said.err.contains("restore it from a backup"), "{}", said.err);
    }
    std::fs::write(&path, whole).unwrap();
    house.operator(&["account", "show", "ada@example.org"]).json();
}

#[test]
fn a_directory_that_cannot_be_made_or_that_others_write_to_is_refused() {
    let house = House::new();
    let file = house.write("file", "");
    let mut command = doorward(&["serve", "--dev", "--json", "--listen", "127.0.0.1:0", "--data"]);
    command.arg(file.join("data"));
    let said = refuse(command);
    assert_eq!(said.failure(), "data_directory");
    assert!(said.err.contains("cannot be made"), "{}", said.err);
    std::fs::create_dir(house.data()).unwrap();
    set_mode(&house.data(), 0o777);
    let said = refused(&house);
    assert_eq!(said.failure(), "data_directory");
    assert!(said.err.contains("chmod 700"), "{}", said.err);
}

/// The administrator writes everywhere, so the test becomes somebody else.
#[test]
fn a_read_only_directory_or_database_is_refused_in_words() {
    let house = House::new();
    let is_root = rustix::process::geteuid().is_root();
    let binary = house.folder().join("doorward");
    std::fs::copy(env!("CARGO_BIN_EXE_doorward"), &binary).unwrap();
    let start = || {
        let mut command = std::process::Command::new(&binary);
        command.args(house.dev().get_args()).arg("--json").env_clear();
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        refuse(command)
    };
    house.start().stop();
    set_mode(house.folder(), 0o755);
    if is_root {
        std::os::unix::fs::chown(house.data(), Some(NOBODY), Some(NOBODY)).unwrap();
        for entry in std::fs::read_dir(house.data()).unwrap() {
            std::os::unix::fs::chown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    set_mode(&house.data().join("doorward.db"), 0o400);
    let said = start();
    assert_eq!(said.failure(), "database", "{said:?}");
    assert!(said.err.contains("is read-only"), "{}", said.err);
    std::fs::remove_file(house.data().join("lock")).unwrap();
    set_mode(&house.data(), 0o500);
    let said = start();
    assert_eq!(said.failure(), "data_directory");
    assert!(said.err.contains("cannot be written to"), "{}", said.err);
    set_mode(&house.data(), 0o700);
}

#[test]
fn a_taken_port_is_told_with_a_way_out() {
    let house = House::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = doorward(&["serve", "--dev", "--json", "--listen", &address, "--data"]);
    command.arg(house.data());
    let said = refuse(command);
    assert_eq!(said.failure(), "listen");
    assert!(said.err.contains(&format!("cannot listen on {address}")) && said.err.contains("--listen 127.0.0.1:0"));
}

#[test]
fn a_path_too_long_for_a_socket_is_told_so() {
    let house = House::new();
    let long = house.folder().join("x".repeat(120));
    let mut command = doorward(&["serve", "--dev", "--json", "--listen", "127.0.0.1:0", "--data"]);
    command.arg(long);
    let said = refuse(command);
    assert_eq!(said.failure(), "control_socket");
    assert!(said.err.contains("shorter one"), "{}", said.err);
}
