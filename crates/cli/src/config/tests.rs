use super::*;

fn faults(text: &str) -> String {
    Config::from_text("doorward.toml", text, &[], None).unwrap_err().message
}

#[test]
fn the_example_is_a_configuration_at_its_defaults() {
    let shown = Config::from_text("example", &example(), &[], None).unwrap();
    let text = "[server]\npublic_url = \"https://door.example\"\n";
    let bare = Config::from_text("bare", text, &[], None).unwrap();
    assert_eq!(format!("{shown:?}"), format!("{bare:?}"));
    assert_eq!(bare.policy, Policy::new("https://door.example"), "the defaults of the file are those of the library");
    assert_eq!(bare.cost, Cost::DEFAULT);
}

#[test]
fn every_fault_is_reported_at_once_with_its_line_and_a_hint() {
    let text = "[server]
publik_url = \"https://door.example\"
listen = \"everywhere\"

[tokens]
access_token = \"5 minutes\"
grace = \"2m\"

[password]
min_length = 4
passes = 0.5

[databse]
path = \"x\"

[[clients]]
modes = [\"cookies\"]

[[clients]]
id = \"AAAAAAAAAAAAAAAAAAAAAA\"
colour = \"red\"
";
    insta::assert_snapshot!(faults(text));
}

#[test]
fn broken_toml_is_reported_with_its_line() {
    let text = faults("[server]\npublic_url = \"https://door.example\nlisten = 3\n");
    assert!(text.contains("doorward.toml:2:"), "{text}");
}

#[test]
fn numbers_that_do_not_go_together_are_faults() {
    let text = "[server]\npublic_url = \"https://door.example\"\n[tokens]\naccess_token = \"1h\"\n[lifetimes.hybrid]\nidle = \"1h\"\n[password]\nmemory_kib = 19456\npasses = 1\n";
    let found = faults(text);
    assert!(found.contains("hybrid: the idle timeout is below twice the life of an access token"), "{found}");
    assert!(found.contains("doorward.toml:9: [password] is weaker"), "{found}");
}

#[test]
fn beyond_this_machine_somebody_must_speak_tls() {
    let open = "[server]\npublic_url = \"https://door.example\"\nlisten = \"0.0.0.0:8080\"\n";
    let found = faults(open);
    assert!(found.contains("doorward.toml:3:") && found.contains("behind = ["), "{found}");
    assert!(Config::from_text("x", &format!("{open}behind = [\"10.0.0.1\"]\n"), &[], None).is_ok());
}

#[test]
fn the_environment_wins_over_the_file_and_is_checked_like_it() {
    let text = "[server]\npublic_url = \"https://door.example\"\nlisten = \"127.0.0.1:1\"\n";
    let set = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let config = Config::from_text("x", text, &set("DOORWARD__SERVER__LISTEN", "127.0.0.1:2"), None).unwrap();
    assert_eq!(config.listen.port(), 2);
    let config = Config::from_text("x", text, &set("DOORWARD__LIFETIMES__SESSION__IDLE", "2h"), None).unwrap();
    assert_eq!(config.policy.session.normal.idle_timeout.as_secs(), 7200);
    let config = Config::from_text("x", text, &set("DOORWARD__PASSWORD__MIN_LENGTH", "20"), None).unwrap();
    assert_eq!(config.policy.password_min_length, 20);
    let config = Config::from_text("x", text, &set("DOORWARD__SECRET__FILES", "[\"/a\", \"/b\"]"), None).unwrap();
    assert_eq!(config.secret_files.len(), 2);
    let wrong = Config::from_text("x", text, &set("DOORWARD__SERVER__LISTN", "y"), None).unwrap_err().message;
    assert!(
        wrong.contains(
            "environment DOORWARD__SERVER__LISTN: server.listn is not a setting, did you mean server.listen?"
        ),
        "{wrong}"
    );
}

#[test]
fn development_is_for_this_machine_only() {
    let error = Config::for_development(None, None, Some("0.0.0.0:80".parse().unwrap())).unwrap_err();
    assert!(error.message.contains("this machine only"), "{}", error.message);
    let config = Config::for_development(None, None, Some("[::1]:0".parse().unwrap())).unwrap();
    assert_eq!(config.policy.clients[0].modes, Mode::ALL);
}

#[test]
fn the_schema_knows_every_key() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    for key in keys::KEYS {
        let path: String = key.section.split('.').map(|s| format!("/properties/{s}")).collect();
        assert!(schema.pointer(&format!("{path}/properties/{}", key.name)).is_some(), "{}.{}", key.section, key.name);
    }
}
