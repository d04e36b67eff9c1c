//! Settings: defaults, faults, and where each stands.

use doorward_core::policy::SignUp;
use doorward_core::records::Mode;

use super::*;

fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let set: Vec<_> = environment.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Config::from_text("doorward.toml", text, &set, Wishes::default()).map_err(|failure| failure.message)
}

fn faults(text: &str) -> String {
    read(text, &[]).unwrap_err()
}

const BARE: &str = "[server]\npublic_url = \"https://door.example\"\n";

#[test]
fn the_example_is_a_configuration_at_its_defaults() {
    let shown = read(&example(), &[]).unwrap();
    let bare = read(BARE, &[]).unwrap();
    assert_eq!(format!("{shown:?}"), format!("{bare:?}"));
    assert_eq!(bare.policy, Policy::new("https://door.example"), "the defaults of the file are those of the library");
    assert_eq!(bare.cost, Cost::DEFAULT);
    for key in keys::KEYS.iter().chain(keys::CLIENT_KEYS) {
        assert!(example().contains(&format!("# {}\n{} = ", key.about, key.name)), "{}", key.name);
    }
}

#[test]
fn every_fault_is_reported_at_once_with_its_line_and_a_hint() {
    let text = "[server]
publik_url = \"https://door.example\"
listen = \"everywhere\"
behind = [\"10.0.0.0/8\", \"my-proxy\"]

[tokens]
access_token = \"5 minutes\"
grace = \"2m\"

[password]
min_length = 4
passes = 0.5
memory_kib = 99999999999999999999

[databse]
path = \"x\"

[lifetimes]
session = \"1h\"

[lifetimes.hybird]
idle = \"1h\"

[tls]
cert = \"cert.pem\"

[[clients]]
modes = [\"cookies\"]

[[clients]]
id = \"AAAAAAAAAAAAAAAAAAAAAA\"
colour = \"red\"

[[clients]]
id = \"shop\"

[[clients]]
id = \"shop\"
native = \"yes\"
";
    insta::assert_snapshot!(faults(text));
}

#[test]
fn broken_toml_is_reported_with_its_line() {
    let text = faults("[server]\npublic_url = \"https://door.example\nlisten = 3\n");
    assert!(text.contains("doorward.toml:2:"), "{text}");
    let text = faults("[server]\npublic_url = \"https://door.example\"\npublic_url = \"https://b.example\"\n");
    assert!(text.contains("doorward.toml:3: duplicate key"), "{text}");
    assert!(faults("clients = 3\n").contains("doorward.toml:1: clients are written as [[clients]]"));
}

#[test]
fn numbers_that_do_not_go_together_are_faults_at_their_lines() {
    let found = faults(&format!(
        "{BARE}[tokens]\naccess_token = \"1h\"\n[lifetimes.hybrid]\nidle = \"1h\"\n[password]\nmemory_kib = 19456\npasses = 1\n"
    ));
    assert!(
        found.contains("doorward.toml:6: hybrid: the idle timeout is below twice the life of an access token"),
        "{found}"
    );
    assert!(found.contains("doorward.toml:9: [password] is weaker"), "{found}");
}

#[test]
fn a_short_password_is_allowed_with_a_warning() {
    let config = read(&format!("{BARE}[password]\nmin_length = 8\n"), &[]).unwrap();
    assert_eq!(config.policy.password_min_length, 8);
    assert!(config.warnings[0].starts_with("doorward.toml:4: a password of 8 characters"), "{:?}", config.warnings);
    assert!(read(BARE, &[]).unwrap().warnings.is_empty());
}

#[test]
fn beyond_this_machine_somebody_must_speak_tls() {
    let open = format!("{BARE}listen = \"0.0.0.0:8080\"\n");
    let found = faults(&open);
    assert!(found.contains("doorward.toml:3:") && found.contains("behind = [\"10.0.0.0/8\"]"), "{found}");
    assert!(found.contains("cert = \"/etc/doorward/cert.pem\""), "{found}");
    assert!(read(&format!("{open}behind = [\"10.0.0.0/8\"]\n"), &[]).is_ok());
    assert!(read(&format!("{open}[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n"), &[]).is_ok());
    let half = faults(&format!("{open}[tls]\ncert = \"cert.pem\"\n"));
    assert!(half.starts_with("1 fault ") && half.contains("tls.key is missing"), "{half}");
    let wishes = Wishes { listen: Some("[::]:80".parse().unwrap()), ..Wishes::default() };
    let refused = Config::from_text("x", BARE, &[], wishes).unwrap_err().message;
    assert!(refused.contains("listening on [::]:80"), "the command line is no way around it: {refused}");
}

#[test]
fn the_environment_wins_over_the_file_and_is_checked_like_it() {
    let text = format!("{BARE}listen = \"127.0.0.1:1\"\n");
    let with = |name, value| read(&text, &[(name, value)]);
    assert_eq!(with("DOORWARD__SERVER__LISTEN", "127.0.0.1:2").unwrap().listen.port(), 2);
    let config = with("DOORWARD__LIFETIMES__SESSION__IDLE", "2h").unwrap();
    assert_eq!(config.policy.session.normal.idle_timeout.as_secs(), 7200);
    assert_eq!(with("DOORWARD__PASSWORD__MIN_LENGTH", "20").unwrap().policy.password_min_length, 20);
    assert_eq!(with("DOORWARD__SECRET__FILES", "[\"/a\", \"/b\"]").unwrap().secret_files.len(), 2);
    let wrong = with("DOORWARD__SERVER__LISTN", "y").unwrap_err();
    assert!(
        wrong.contains(
            "environment DOORWARD__SERVER__LISTN: server.listn is not a setting, did you mean server.listen?"
        ),
        "{wrong}"
    );
    let wrong = with("DOORWARD__CLIENTS__SHOP", "y").unwrap_err();
    assert!(wrong.contains("only be set in the file"), "{wrong}");
    let wrong = read("", &[("DOORWARD__SERVER__PUBLIC_URL", "http://door.example")]).unwrap_err();
    assert!(wrong.contains("1 fault") && wrong.contains("environment DOORWARD__SERVER__PUBLIC_URL: "), "{wrong}");
}

#[test]
fn a_variable_may_name_a_file_that_holds_the_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("level");
    std::fs::write(&path, "warn\n").unwrap();
    let path = path.to_str().unwrap();
    assert_eq!(read(BARE, &[("DOORWARD__LOG__LEVEL_FILE", path)]).unwrap().log_level, LevelFilter::WARN);
    let both = read(BARE, &[("DOORWARD__LOG__LEVEL", "info"), ("DOORWARD__LOG__LEVEL_FILE", path)]).unwrap_err();
    assert!(both.contains("leave one of the two"), "{both}");
    let none = read(BARE, &[("DOORWARD__LOG__LEVEL_FILE", "/nowhere/level")]).unwrap_err();
    assert!(none.contains("environment DOORWARD__LOG__LEVEL_FILE: the file /nowhere/level cannot be read"), "{none}");
}

#[test]
fn development_is_for_this_machine_only() {
    let dev = |listen: &str| {
        let wishes = Wishes { dev: true, listen: Some(listen.parse().unwrap()), data: None };
        Config::from_text("doorward.toml", "", &[], wishes)
    };
    for listen in ["0.0.0.0:80", "[::]:80", "192.0.2.1:8080"] {
        let error = dev(listen).unwrap_err();
        assert!(error.message.contains("this machine only"), "{}", error.message);
    }
    let config = dev("[::1]:0").unwrap();
    assert_eq!(config.policy.clients[0].modes, Mode::ALL);
    assert_eq!(config.policy.sign_up, SignUp::Open);
    assert!(config.metrics);
}

#[test]
fn development_takes_what_a_file_says_besides() {
    let wishes = Wishes { dev: true, ..Wishes::default() };
    let text = format!("{BARE}behind = [\"10.0.0.0/8\"]\nlisten = \"0.0.0.0:80\"\n[[clients]]\nid = \"shop\"\n");
    let refused = Config::from_text("doorward.toml", &text, &[], wishes.clone()).unwrap_err().message;
    assert!(
        refused.contains("doorward.toml:4: --dev listens on this machine only"),
        "a proxy changes nothing: {refused}"
    );
    let text = format!("{BARE}[[clients]]\nid = \"shop\"\n");
    let config = Config::from_text("doorward.toml", &text, &[], wishes).unwrap();
    assert_eq!(config.policy.clients[0].modes, [Mode::Session]);
    assert_eq!(config.policy.issuer, "http://127.0.0.1:8080");
}

#[test]
fn the_schema_knows_every_key() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    for key in keys::KEYS.iter() {
        let path: String = key.section.split('.').map(|s| format!("/properties/{s}")).collect();
        assert!(schema.pointer(&format!("{path}/properties/{}", key.name)).is_some(), "{}.{}", key.section, key.name);
    }
    for key in keys::CLIENT_KEYS {
        assert!(
            schema.pointer(&format!("/properties/clients/items/properties/{}", key.name)).is_some(),
            "{}",
            key.name
        );
    }
}

/// Behind the two lines that every file needs: the line that is at fault, and what is said about it.
const UNSAFE: &[(&str, &str)] = &[
    ("listen = \"0.0.0.0:8080\"", "over the network in the clear"),
    ("listen = \"192.0.2.1:8080\"", "over the network in the clear"),
    ("listen = \"[::]:8080\"", "over the network in the clear"),
    ("listen = \"localhost:8080\"", "must be an address and a port"),
    ("listen = 8080", "must be a text in quotes"),
    ("behind = \"10.0.0.0/8\"", "must be a list of texts"),
    ("behind = [\"everybody\"]", "no address or network"),
    ("behind = [\"10.0.0.0/33\"]", "no address or network"),
    ("behind = [\"0.0.0.0/0\"]", "which is everybody"),
    ("behind = [\"::/0\"]", "which is everybody"),
    ("behind = [\"10.0.0.1:8080\"]", "no address or network"),
    ("forwarding = \"X-Real-IP\"", "must be one of \"X-Forwarded-For\", \"Forwarded\""),
    ("hosts = [\"*\"]", "which is no host"),
    ("hosts = [\"https://door.internal\"]", "which is no host"),
    ("hosts = \"door.internal\"", "must be a list of texts"),
    ("trusted_proxies = [\"10.0.0.1\"]", "is not a setting"),
    ("metrics_listen = \"on\"", "must be \"off\", or an address and a port"),
    ("metrics_listen = \"9464\"", "must be \"off\", or an address and a port"),
    ("metrics_listen = \"127.0.0.1:8080\"", "is the same address as server.listen"),
    ("connections = 0", "must be a whole number from 16"),
    ("connections_per_address = \"many\"", "must be a whole number from 1"),
    ("drain_pause = 5", "must be a duration"),
    ("drain_pause = \"10m\"", "from 0s to 5m"),
    ("[tls]\ncert = \"cert.pem\"", "tls.key is missing"),
    ("[tls]\nkey = \"key.pem\"", "tls.cert is missing"),
    ("[tls]\ncert = \"cert.pem\"\nkey = \"\"", "tls.key is missing"),
    ("[tls]\ncert = [\"cert.pem\"]\nkey = \"key.pem\"", "must be a text in quotes"),
    ("[tls]\nhttp_listen = \"0.0.0.0:80\"", "there is no [tls] cert and key"),
    ("[tls]\ncert = \"c\"\nkey = \"k\"\nhttp_listen = \"127.0.0.1:8080\"", "is the same address as server.listen"),
    ("[tls]\nversion = \"1.0\"", "is not a setting; there are cert, http_listen, key"),
    ("[ssl]\ncert = \"cert.pem\"", "certificate and key stand in [tls]"),
    ("metrics = \"yes\"", "must be true or false"),
    ("cache = -1", "must be a whole number from 0"),
    ("issuer = \"https://door.example\"", "is not a setting"),
    ("secret.files = \"root-secret\"", "server.secret is not a setting"),
    ("[secret]\nfiles = [1]", "must be a list of texts"),
    ("[secret]\nroot = \"0123\"", "is not a setting; there are files"),
    ("[accounts]\nsign_up = \"everybody\"", "must be one of \"closed\", \"invite\", \"open\""),
    ("[accounts]\nsign_up = true", "must be a text in quotes"),
    ("[password]\nmin_length = 7", "must be a whole number from 8 to 128"),
    ("[password]\nmemory_kib = 1024", "must be a whole number from 19456"),
    ("[password]\npasses = 0", "must be a whole number from 1"),
    ("[password]\nlanes = 17", "must be a whole number from 1 to 16"),
    ("[tokens]\nalgorithm = \"none\"", "must be one of \"ES256\""),
    ("[tokens]\nalgorithm = \"HS256\"", "must be one of \"ES256\""),
    ("[tokens]\naccess_token = \"2h\"", "from 1m to 1h"),
    ("[tokens]\naccess_token = \"0s\"", "from 1m to 1h"),
    ("[tokens]\naccess_token = 300", "must be a duration"),
    ("[tokens]\ngrace = \"61s\"", "from 0s to 1m"),
    ("[tokens]\nleeway = \"3m\"", "from 0s to 2m"),
    ("[lifetimes.session]\nidle = \"1m\"", "must be a duration"),
    ("[lifetimes.session]\nidle = \"48h\"", "longer than the absolute timeout"),
    ("[lifetimes.session]\nabsolute = \"30m\"", "longer than the absolute timeout"),
    ("[lifetimes.session]\nabsolute = \"500d\"", "must be a duration"),
    ("[lifetimes.hybrid]\nidle = \"9m\"", "below twice the life of an access token"),
    ("[lifetimes.token]\nremember_idle = \"14d\"", "is not a setting"),
    ("[log]\nlevel = \"verbose\"", "must be one of"),
    ("[log]\nkeep = \"1h\"", "from 1d to 30d"),
    ("[cors]\norigins = [\"*\"]", "cors is not a setting"),
    ("[[clients]]\nid = \"\"", "a client needs an id"),
    ("[[clients]]\nid = \"a b\"", "a client needs an id"),
    ("[[clients]]\nid = \"shop\"\nmodes = []", "must not be empty"),
    ("[[clients]]\nid = \"shop\"\naudiences = [\"\"]", "none of them empty"),
    ("[[clients]]\nid = \"shop\"\norigins = [\"*\"]", "is no origin"),
    ("[[clients]]\nid = \"shop\"\norigins = [\"https://app.example/\"]", "is no origin"),
    ("[[clients]]\nid = \"shop\"\nclaims = [\"email\"]", "must be"),
    ("[tokens]\nbudget = 10000", "from 700 to 4000"),
    ("[[clients]]\nid = \"shop\"\nsecret = \"s3cret\"", "clients.secret is not a setting"),
];

#[test]
fn whatever_is_unsafe_or_meaningless_is_refused_at_its_line_and_alone() {
    for (line, said) in UNSAFE {
        let found = faults(&format!("{BARE}{line}\n"));
        assert!(found.contains("doorward.toml:") && found.contains(said), "{line}: {found}");
        assert!(found.starts_with("1 fault "), "{line}: {found}");
    }
}

#[test]
fn a_public_url_without_tls_or_with_more_than_an_origin_is_refused() {
    for url in [
        "http://door.example",
        "http://localhost:8080",
        "https://door.example/",
        "https://Door.example",
        "door.example",
    ] {
        let found = faults(&format!("[server]\npublic_url = \"{url}\"\n"));
        assert!(found.starts_with("1 fault ") && found.contains("doorward.toml:2: server.public_url must"), "{found}");
    }
}
