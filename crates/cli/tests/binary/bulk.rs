//! Accounts that come along in a file, and go again, with a server running and without.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::house::{House, PASSWORD, Said};

/// Of [`PASSWORD`].
const BCRYPT: &str = "$2b$04$x3MfYcZVHImRgRhA.AFbae7zRCUnvyD4oW33FKG71.e3V0jP8e0c2";

fn import(house: &House, file: &str, more: &[&str]) -> Said {
    let path = house.folder().join(file);
    house.operator(&[&["account", "import", path.to_str().unwrap()], more].concat())
}

/// What became of how many: made, updated, there, faulty.
fn tally(said: &Said) -> [u64; 4] {
    let told = said.json();
    ["made", "updated", "already_there", "faulty"].map(|name| told[name].as_u64().unwrap())
}

fn faults(said: &Said) -> Vec<(u64, Option<String>, String)> {
    let lines = said.err.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let faults = lines.filter_map(|line| line.get("fault").cloned());
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    faults.map(|f| (f["line"].as_u64().unwrap(), text(&f["field"]), text(&f["code"]).unwrap())).collect()
}

fn accounts(house: &House) -> usize {
    house.operator(&["account", "list"]).json()["accounts"].as_array().unwrap().len()
}

#[tokio::test]
async fn people_who_came_along_in_a_file_sign_in_with_a_server_running_and_without() {
    let house = House::new();
    house.start().stop();
    let csv = format!(
        "identifier,display_name,password_hash,disabled,created_at,id\n\
         ada@example.org,\"King, Augusta\",{BCRYPT},false,2019-05-06T07:08:09Z,4711\n\
         gone@example.org,Gone,{BCRYPT},true,,4712\n"
    );
    house.write("people.csv", &csv);
    let map = house.folder().join("map.jsonl");
    let said = import(&house, "people.csv", &["--map", map.to_str().unwrap()]);
    assert_eq!(tally(&said), [2, 0, 0, 0]);
    let server = house.start();
    let lines = format!("{{\"identifier\":\"bob\",\"password_hash\":\"{BCRYPT}\"}}\n{{\"identifier\":\"eve\"}}\n");
    house.write("more.jsonl", &lines);
    assert_eq!(tally(&import(&house, "more.jsonl", &[])), [2, 0, 0, 0]);
    server.cookie("ada@example.org").await;
    server.cookie("bob").await;
    for who in ["gone@example.org", "eve"] {
        let body = json!({ "identifier": who, "password": PASSWORD });
        assert_eq!(server.post("/v1/sign-in", &body).await.status(), 401, "{who}");
    }
    let shown = house.operator(&["account", "show", "ada@example.org"]).json();
    assert_eq!(
        (&shown["created_at"], &shown["display_name"]),
        (&json!("2019-05-06T07:08:09Z"), &json!("King, Augusta"))
    );
    let mapped = std::fs::read_to_string(&map).unwrap();
    let first: Value = serde_json::from_str(mapped.lines().next().unwrap()).unwrap();
    assert_eq!((&first["from"], &first["id"], &first["line"]), (&json!("4711"), &shown["id"], &json!(2)));
    assert_eq!(std::fs::metadata(map).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn every_faulty_line_is_reported_and_nothing_is_brought_along_unless_they_may_be_skipped() {
    let house = House::new();
    house.start().stop();
    let csv = format!(
        "identifier,password_hash,roles\nada,{BCRYPT},\nbob,5f4dcc3b5aa765d61d8327deb882cf99,\ntwo words,,\n\
         ADA,{BCRYPT},\neve,{BCRYPT},emperor\nzoe,{BCRYPT}\nmax,\"$2b$20${}\",\nkim,,\n",
        &BCRYPT[7..]
    );
    house.write("people.csv", &csv);
    let field = |name: &str| Some(name.to_owned());
    let wanted = [
        (3, field("password_hash"), "hash_unknown"),
        (4, field("identifier"), "unusable_character"),
        (5, field("identifier"), "doubled"),
        (6, field("roles"), "role_unknown"),
        (7, None, "field_count"),
        (8, field("password_hash"), "hash_too_costly"),
    ]
    .map(|(line, field, code)| (line, field, code.to_owned()));
    let said = import(&house, "people.csv", &[]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("faulty_lines") && said.err.contains("6 of 8"), "{}", said.err);
    assert!(!said.err.contains("5f4dcc3b") && !said.err.contains(&BCRYPT[7..]), "{}", said.err);
    let mut found = faults(&said);
    found.sort();
    assert_eq!(found, wanted);
    assert_eq!(accounts(&house), 0);
    let skipped = import(&house, "people.csv", &["--skip-faulty"]);
    assert_eq!(tally(&skipped), [2, 0, 0, 6]);
    assert_eq!(accounts(&house), 2);
    house.write("later.csv", "identifier,password\nada,secret\n");
    let said = import(&house, "later.csv", &[]);
    assert_eq!(said.failure(), "unreadable_input");
    assert!(said.err.contains("there is no column"), "{}", said.err);
}

#[test]
fn a_dry_run_writes_nothing_and_an_import_goes_on_where_it_was_interrupted() {
    let house = House::new();
    house.start().stop();
    let line = |n: u32| format!("{{\"identifier\":\"person{n}\",\"display_name\":\"Person {n}\"}}\n");
    let first: String = (0..700).map(line).collect();
    let all: String = (0..1000).map(line).collect();
    house.write("first.jsonl", &first);
    house.write("all.jsonl", &all);
    let dry = import(&house, "all.jsonl", &["--dry-run"]);
    assert_eq!((tally(&dry), &dry.json()["dry_run"]), ([1000, 0, 0, 0], &json!(true)));
    assert_eq!(accounts(&house), 0);
    assert_eq!(tally(&import(&house, "first.jsonl", &[])), [700, 0, 0, 0]);
    assert_eq!(tally(&import(&house, "all.jsonl", &["--dry-run"])), [300, 0, 700, 0]);
    assert_eq!(tally(&import(&house, "all.jsonl", &[])), [300, 0, 700, 0]);
    let renamed = all.replace("Person 1", "Somebody 1");
    house.write("renamed.jsonl", &renamed);
    let updated = import(&house, "renamed.jsonl", &["--update"]);
    assert_eq!(tally(&updated), [0, 111, 889, 0]);
    assert_eq!(tally(&import(&house, "renamed.jsonl", &["--update"])), [0, 0, 1000, 0]);
}

#[test]
fn standard_input_is_read_twice_and_leaves_nothing_behind() {
    let house = House::new();
    house.start().stop();
    let list = || -> Vec<_> { std::fs::read_dir(house.data()).unwrap().map(|e| e.unwrap().file_name()).collect() };
    let mut before = list();
    let good = "identifier\nada\nbob\n";
    let bad = "identifier\nzoe\na b\n";
    let said = house.operator_with(&["account", "import", "-"], bad);
    assert!(said.err.contains("standard input") || !faults(&said).is_empty(), "{}", said.err);
    assert_eq!(said.code, Some(1));
    assert_eq!(accounts(&house), 0);
    assert_eq!(tally(&house.operator_with(&["account", "import", "-"], good)), [2, 0, 0, 0]);
    let skipping = ["account", "import", "-", "--skip-faulty", "--format", "csv"];
    assert_eq!(tally(&house.operator_with(&skipping, bad)), [1, 0, 0, 1]);
    let mut after = list();
    before.sort();
    after.sort();
    assert_eq!(before, after);
}

#[tokio::test]
async fn what_was_exported_with_hashes_comes_back_elsewhere_under_the_same_ids() {
    let house = House::new();
    let server = house.start();
    house.add_account("ada@example.org");
    house.operator(&["account", "add", "bob", "--no-password"]).json();
    house.operator(&["account", "disable", "bob"]).json();
    let file = house.folder().join("export.jsonl");
    let path = file.to_str().unwrap();
    let told = house.operator(&["account", "export", "--with-hashes", "--to", path]).json();
    assert_eq!(told["accounts"], 2);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(house.operator(&["account", "export", "--to", path]).failure(), "unwritable_output", "it is there");
    let printed = house.operator(&["account", "export"]);
    assert!(!printed.out.contains("argon2"), "no hash unless asked for");
    assert_eq!(printed.out.lines().count(), 2);
    let trail = house.operator(&["audit", "tail"]).out;
    assert!(trail.contains("accounts_exported") && trail.contains("with_hashes"));
    server.stop();

    let other = House::new();
    other.start().stop();
    let said = other.operator(&["account", "import", path, "--keep-ids"]);
    assert_eq!(tally(&said), [2, 0, 0, 0]);
    let server = other.start();
    server.cookie("ada@example.org").await;
    for who in ["ada@example.org", "bob"] {
        let (here, there) =
            (house.operator(&["account", "show", who]).json(), other.operator(&["account", "show", who]).json());
        assert_eq!(here, there, "{who}");
    }
}

#[test]
fn people_read_about_faults_by_file_and_line() {
    let house = House::new();
    house.start().stop();
    let mut file = std::fs::File::create(house.folder().join("people.csv")).unwrap();
    file.write_all(b"identifier\na b\n").unwrap();
    let mut command = crate::house::doorward(&["account", "import", "people.csv", "--data"]);
    command.arg(house.data()).current_dir(house.folder());
    let said = crate::house::run(command, "");
    assert!(said.err.starts_with("people.csv:2: identifier: it contains characters"), "{}", said.err);
    assert!(said.err.contains("--skip-faulty"), "{}", said.err);
}
