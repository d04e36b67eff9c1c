//! A password that is typed is not shown.

use std::fs::File;
use std::io::{Read as _, Write as _};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::house::{House, PASSWORD, doorward};

/// Types the two lines at the prompts of `account add`; what the terminal showed, and how it ended.
fn typed(house: &House, first: &str, second: &str) -> (String, Option<i32>) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let mut command = doorward(&["account", "add", "ada@example.org", "--data"]);
    command.arg(house.data()).stdin(slave.try_clone().unwrap()).stdout(slave.try_clone().unwrap()).stderr(slave);
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut terminal = File::from(master);
    let mut shown = String::new();
    for (prompt, line) in [("Password: ", first), ("Once more: ", second)] {
        // Typed before the prompt, it would be shown: the terminal is not silent yet.
        while !shown.ends_with(prompt) {
            let mut byte = [0];
            terminal.read_exact(&mut byte).unwrap();
            shown.push(char::from(byte[0]));
        }
        terminal.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
    let code = child.wait().unwrap().code();
    // The other end is gone, which this end hears as an error behind the last byte.
    let mut rest = Vec::new();
    let _ = terminal.read_to_end(&mut rest);
    (shown + &String::from_utf8_lossy(&rest), code)
}

#[test]
fn a_typed_password_is_asked_twice_and_never_shown() {
    let house = House::new();
    house.start().stop();
    let (shown, code) = typed(&house, PASSWORD, "correct horse battery stapel");
    assert_eq!(code, Some(1));
    assert!(shown.contains("are not the same") && !shown.contains("horse"), "{shown}");
    let (shown, code) = typed(&house, PASSWORD, PASSWORD);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("at least 15 characters") && !shown.contains("horse"), "{shown}");
    assert_eq!(house.operator(&["account", "show", "ada@example.org"]).json()["has_password"], true);
}
