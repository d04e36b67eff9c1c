//! What operators type, and the shapes that programs rely on.

use serde_json::{Value, json};

use crate::house::{House, PASSWORD, doorward, run};

/// Ids and times differ from run to run; that they are there, and look like it, does not.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(list) => list.iter().map(shape).collect(),
        Value::String(text) if text.len() == 22 && !text.contains(['@', '.']) => json!("(id)"),
        Value::String(text) if text.len() >= 20 && text.ends_with('Z') && text.contains('T') => json!("(time)"),
        other => other.clone(),
    }
}

#[tokio::test]
async fn answers_in_json_keep_their_shape() {
    let house = House::new();
    let server = house.start();
    let arguments = ["account", "add", "Ada@Example.org", "--display-name", "Ada", "--password-stdin"];
    let added = house.operator_with(&arguments, PASSWORD).json();
    server.cookie("ada@example.org").await;
    let answers = [
        ("account add", added),
        ("account list", house.operator(&["account", "list"]).json()),
        ("account disable", house.operator(&["account", "disable", "ada@example.org"]).json()),
        ("account enable", house.operator(&["account", "enable", "ada@example.org"]).json()),
        ("session list", {
            server.cookie("ada@example.org").await;
            house.operator(&["session", "list", "ada@example.org"]).json()
        }),
        ("session revoke", house.operator(&["session", "revoke", "--account", "ada@example.org"]).json()),
        ("key list", house.operator(&["key", "list"]).json()),
        ("version", house.operator(&["version"]).json()),
    ];
    let text: Vec<String> = answers.iter().map(|(what, answer)| format!("{what}: {:#}", redacted(answer))).collect();
    insta::assert_snapshot!(text.join("\n"));
}

fn redacted(answer: &Value) -> Value {
    let mut answer = shape(answer);
    if let Some(keys) = answer.get_mut("keys").and_then(Value::as_array_mut) {
        keys.iter_mut().for_each(|key| key["kid"] = json!("(kid)"));
    }
    if let Some(version) = answer.get_mut("version") {
        *version = json!("(version)");
    }
    answer
}

#[test]
fn what_cannot_be_done_has_a_code_and_an_exit_code() {
    let house = House::new();
    house.start().stop();
    house.add_account("ada@example.org");
    let add = |identifier: &str, password: &str| {
        house.operator_with(&["account", "add", identifier, "--password-stdin"], password).failure()
    };
    assert_eq!(add("ADA@example.org", PASSWORD), "identifier_taken");
    assert_eq!(add("bob@example.org", "short\n"), "invalid_input");
    assert_eq!(add("bob@example.org", ""), "unreadable_input");
    assert_eq!(add("bob@example.org", &"x".repeat(1025)), "invalid_input");
    assert_eq!(add("", PASSWORD), "invalid_input");
    assert_eq!(house.operator(&["account", "show", "bob@example.org"]).failure(), "not_found");
    assert_eq!(house.operator(&["account", "disable", "bob@example.org"]).failure(), "not_found");
    assert_eq!(house.operator(&["session", "list", "bob@example.org"]).failure(), "not_found");
    assert_eq!(house.operator(&["session", "revoke", "nonsense"]).failure(), "not_found");
    let listed = house.operator(&["account", "list"]).json();
    assert_eq!(listed["accounts"].as_array().unwrap().len(), 1, "what was refused left nothing");
}

/// The token of a link that was shown.
fn token(link: &Value) -> String {
    link["link"].as_str().unwrap().rsplit_once("?token=").unwrap().1.to_owned()
}

#[tokio::test]
async fn links_make_the_first_administrator_and_a_new_password_once() {
    let house = House::new();
    let server = house.start();
    let link = house.operator(&["setup-link"]).json();
    assert!(link["link"].as_str().unwrap().starts_with(&format!("{}/setup?token=", server.url)), "{link}");
    let root = json!({ "token": token(&link), "identifier": "root", "password": PASSWORD });
    assert_eq!(server.post("/v1/setup", &root).await.status(), 201);
    assert_eq!(server.post("/v1/setup", &root).await.status(), 410);
    assert_eq!(house.operator(&["setup-link"]).failure(), "administered");
    assert_eq!(house.operator(&["account", "show", "root"]).json()["roles"], json!(["administrator"]));
    let link = house.operator(&["account", "reset-link", "root"]).json();
    let reset = json!({ "token": token(&link), "password": "another horse battery staple" });
    assert_eq!(server.post("/v1/reset", &reset).await.status(), 204);
    assert_eq!(server.post("/v1/reset", &reset).await.status(), 410);
    assert_eq!(house.operator(&["account", "reset-link", "nobody"]).failure(), "not_found");
    let link = house.operator(&["account", "invite", "evelyn", "--days", "1"]).json();
    let eve = json!({ "token": token(&link), "identifier": "evelyn", "password": PASSWORD });
    assert_eq!(server.post("/v1/invite", &eve).await.status(), 201);
    assert_eq!(house.operator(&["account", "invite", "evelyn"]).failure(), "identifier_taken");
    let log = server.stop();
    assert!(log.contains("doorward setup-link"), "a new server says how its administrator is made: {log}");
    assert!(!log.contains(&token(&link)) && !log.contains("evelyn"), "{log}");
}

#[test]
fn what_must_be_said_differently_ends_with_2() {
    let house = House::new();
    house.start().stop();
    let usage: [&[&str]; 6] = [
        &["account", "add", "ada@example.org"],
        &["account", "add", "ada@example.org", "--password", PASSWORD],
        &["account", "add", "ada@example.org", "--no-password", "--password-stdin"],
        &["session", "revoke"],
        &["nonsense"],
        &["serve", "--listen", "everywhere"],
    ];
    for arguments in usage {
        let said = house.operator(arguments);
        assert_eq!(said.code, Some(2), "{arguments:?} {said:?}");
        assert!(!said.err.contains(PASSWORD) || arguments.contains(&PASSWORD));
    }
    assert_eq!(run(doorward(&[]), "").code, Some(2));
    assert_eq!(run(doorward(&["--help"]), "").code, Some(0));
}

#[tokio::test]
async fn a_piped_password_signs_in_without_its_line_end() {
    let house = House::new();
    let server = house.start();
    for (n, end) in ["", "\n", "\r\n", "\nsecond line\n"].into_iter().enumerate() {
        let identifier = format!("person-{n}@example.org");
        let arguments = ["account", "add", &identifier, "--password-stdin"];
        house.operator_with(&arguments, &format!("{PASSWORD}{end}")).json();
        server.cookie(&identifier).await;
    }
    let added = house.operator(&["account", "add", "later@example.org", "--no-password"]).json();
    assert_eq!(added["has_password"], false);
    let body = json!({ "identifier": "later@example.org", "password": PASSWORD });
    assert_eq!(server.post("/v1/sign-in", &body).await.status(), 401);
}

#[tokio::test]
async fn a_made_up_passphrase_is_shown_once_and_signs_in() {
    let house = House::new();
    let server = house.start();
    let added = house.operator(&["account", "add", "ada@example.org", "--generate"]).json();
    let phrase = added["password"].as_str().unwrap().to_owned();
    assert_eq!(phrase.split('-').count(), 6, "{phrase}");
    let body = json!({ "identifier": "ada@example.org", "password": phrase });
    assert_eq!(server.post("/v1/sign-in", &body).await.status(), 200);
    assert!(!house.operator(&["account", "show", "ada@example.org"]).out.contains(&phrase));
    assert!(!server.stop().contains(&phrase));
    let both = house.operator(&["account", "add", "bob", "--generate", "--no-password"]);
    assert_eq!(both.code, Some(2));
}

#[test]
fn a_password_that_is_guessed_first_is_refused_with_the_reason() {
    let house = House::new();
    house.start().stop();
    let settings = "[server]\npublic_url = \"https://door.example\"\n[password]\nwords = [\"Initech\"]\n";
    let file = house.write("doorward.toml", settings);
    let refused = [
        ("password1234567", "common words"),
        ("aaaaaaaaaaaaaaa", "repeats"),
        ("abcdefghijklmnop", "sequence"),
        ("adalovelace2024", "name or identifier"),
        ("initech-initech-1", "everybody here knows"),
    ];
    for (password, why) in refused {
        let arguments = ["account", "add", "ada.lovelace", "--password-stdin", "--config", file.to_str().unwrap()];
        let said = house.operator_with(&arguments, password);
        assert_eq!(said.failure(), "invalid_input");
        assert!(said.err.contains(why) && !said.err.contains(password), "{}", said.err);
    }
}

#[tokio::test]
async fn a_deleted_account_is_gone_at_once_and_its_name_is_free() {
    let house = House::new();
    let server = house.start();
    let first = house.add_account("ada@example.org");
    let (cookie, _) = server.cookie("ada@example.org").await;
    let access = server.tokens("ada@example.org").await["access_token"].as_str().unwrap().to_owned();
    assert_eq!(house.operator(&["account", "delete", "ada@example.org"]).code, Some(2), "nobody can be asked");
    assert_eq!(server.who("cookie", &cookie).await, 200);
    let deleted = house.operator(&["account", "delete", "ada@example.org", "--yes"]).json();
    assert_eq!((&deleted["id"], &deleted["deleted"]), (&first["id"], &json!(true)));
    assert_eq!(server.who("cookie", &cookie).await, 401);
    assert_eq!(server.who("authorization", &format!("Bearer {access}")).await, 401);
    assert_eq!(house.operator(&["account", "delete", "ada@example.org", "--yes"]).failure(), "not_found");
    let second = house.add_account("ada@example.org");
    assert_ne!(first["id"], second["id"]);
    assert_eq!(server.who("authorization", &format!("Bearer {access}")).await, 401);
    let trail = house.operator(&["audit", "tail"]).out;
    assert!(trail.contains("account_deleted") && !trail.contains("ada@example.org"), "{trail}");
}

#[test]
fn lists_for_people_are_tables_and_come_in_pages() {
    let house = House::new();
    house.start().stop();
    for name in ["bob", "ada", "eve"] {
        house.operator(&["account", "add", name, "--no-password", "--display-name", "A name"]).json();
    }
    let mut command = doorward(&["account", "list", "--data"]);
    command.arg(house.data());
    let said = run(command, "");
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].starts_with("id ") && lines[0].contains("identifier"), "{}", said.out);
    assert_eq!(lines.len(), 4);
    let page = house.operator(&["account", "list", "--after", "ada", "--limit", "1"]).json();
    assert_eq!(page["accounts"][0]["identifier"], "bob");
    assert_eq!(page["accounts"].as_array().unwrap().len(), 1);
}

/// Event, actor and outcome of rows.
fn told(rows: &Value) -> Vec<String> {
    let rows = rows["rows"].as_array().unwrap().iter();
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or("-").split(':').next().unwrap().to_owned();
    rows.map(|row| ["event", "actor", "outcome"].map(|name| word(row, name)).join(" ")).collect()
}

#[tokio::test]
async fn the_audit_tells_who_did_what_and_names_nobody() {
    let house = House::new();
    let server = house.start();
    house.add_account("ada@example.org");
    let refused = json!({ "identifier": "ada@example.org", "password": "a password that is not hers" });
    assert_eq!(server.post("/v1/sign-in", &refused).await.status(), 401);
    server.cookie("ada@example.org").await;
    house.operator(&["session", "revoke", "--account", "ada@example.org"]).json();
    house.operator(&["account", "disable", "ada@example.org"]).json();
    let all = house.operator(&["audit", "tail"]).json();
    let story = [
        "account_created operator done",
        "sign_in_refused stranger refused",
        "signed_in person done",
        "signed_out_everywhere operator done",
        "account_disabled operator done",
    ];
    assert_eq!(told(&all), story);
    let text = all.to_string();
    assert!(!text.contains("ada@") && !text.contains("not hers"), "{text}");
    assert!(all["rows"][1]["request_id"].is_string() && all["rows"][2]["sid"].is_string());
    let seq = all["rows"][2]["seq"].to_string();
    assert_eq!(told(&house.operator(&["audit", "tail", "--after", &seq]).json()), story[3..]);
    assert_eq!(told(&house.operator(&["audit", "tail", "--limit", "2"]).json()), story[3..]);
    assert_eq!(told(&house.operator(&["audit", "tail", "--event", "signed_in"]).json()), story[2..3]);
    assert_eq!(told(&house.operator(&["audit", "tail", "--account", "ada@example.org"]).json()).len(), 4);
    assert_eq!(house.operator(&["audit", "tail", "--event", "nonsense"]).failure(), "invalid_input");
}
