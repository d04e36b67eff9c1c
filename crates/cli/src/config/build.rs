//! From values to what the program uses. What can only be seen when all of them are read stands in `together`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use doorward_core::directory::{Claim, Client};
use doorward_core::id::ClientId;
use doorward_core::limit::Rate;
use doorward_core::password::Cost;
use doorward_core::policy::{Lifetimes, ModeLifetimes, Policy, SignUp};
use doorward_core::records::Mode;
use doorward_core::room::WhenFull;
use doorward_core::throttle::{Numbers, Throttle};
use doorward_core::verify::Algorithm;
use doorward_server::HashPool;
use doorward_server::peer::{Forwarding, Network, Proxies};
use tracing::level_filters::LevelFilter;

use super::fault::Fault;
use super::keys::{CLIENT_KEYS, Key};
use super::read::{ClientValues, Placed, Values, key_of};
use super::value::{Value, check};
use super::{Config, LogFormat, TlsFiles, Wishes, brand, together};

/// Values where there are any, else defaults.
pub(super) struct From<'v> {
    set: &'v BTreeMap<String, Placed>,
}

impl From<'_> {
    fn value(&self, full: &str) -> Value {
        let key = key_of(full).expect("every key that is read is listed");
        self.set.get(full).map_or_else(|| default(key), |placed| placed.value.clone())
    }

    pub(super) fn text(&self, full: &str) -> String {
        match self.value(full) {
            Value::Text(text) => text,
            other => unreachable!("{full} is a text, not {other:?}"),
        }
    }

    fn flag(&self, full: &str) -> bool {
        matches!(self.value(full), Value::Flag(true))
    }

    fn number(&self, full: &str) -> u64 {
        match self.value(full) {
            Value::Number(n) => n,
            other => unreachable!("{full} is a number, not {other:?}"),
        }
    }

    fn span(&self, full: &str) -> Duration {
        match self.value(full) {
            Value::Span(span) => span,
            other => unreachable!("{full} is a duration, not {other:?}"),
        }
    }

    pub(super) fn texts(&self, full: &str) -> Vec<String> {
        match self.value(full) {
            Value::Texts(texts) => texts,
            other => unreachable!("{full} is a list, not {other:?}"),
        }
    }

    fn networks(&self, full: &str) -> Vec<Network> {
        match self.value(full) {
            Value::Networks(networks) => networks,
            other => unreachable!("{full} is a list of networks, not {other:?}"),
        }
    }

    fn address(&self, full: &str) -> SocketAddr {
        match self.value(full) {
            Value::Address(address) => address,
            other => unreachable!("{full} is an address, not {other:?}"),
        }
    }
}

impl From<'_> {
    /// `None` if it is off.
    fn address_if_any(&self, full: &str) -> Option<SocketAddr> {
        match self.value(full) {
            Value::Address(address) => Some(address),
            _ => None,
        }
    }

    pub(super) fn file(&self, full: &str) -> Option<PathBuf> {
        Some(self.text(full)).filter(|path| !path.is_empty()).map(PathBuf::from)
    }
}

/// A test reads every default, so none can be wrong.
pub(super) fn default(key: &Key) -> Value {
    if key.default.is_empty() {
        return Value::Text(String::new());
    }
    let mut table: toml::Table = toml::from_str(&format!("value = {}", key.default)).expect("defaults are TOML");
    check(key.kind, &table.remove("value").expect("just written")).expect("defaults are of their kind")
}

pub(super) fn config(values: &Values, faults: &mut Vec<Fault>, wishes: Wishes) -> Config {
    let from = From { set: &values.set };
    let threads = usize::try_from(from.number("password.threads")).unwrap_or(0);
    let mut config = Config {
        dev: wishes.dev,
        listen: wishes.listen.unwrap_or_else(|| from.address("server.listen")),
        proxies: proxies(&from),
        hosts: from.texts("server.hosts"),
        tls: tls(&from),
        metrics_listen: from.address_if_any("server.metrics_listen"),
        connections: usize::try_from(from.number("server.connections")).unwrap_or(usize::MAX),
        connections_per_address: usize::try_from(from.number("server.connections_per_address")).unwrap_or(usize::MAX),
        drain_pause: from.span("server.drain_pause"),
        data: wishes.data.unwrap_or_else(|| from.text("server.data").into()),
        secret_files: from.texts("secret.files").into_iter().map(PathBuf::from).collect(),
        metrics: wishes.dev || from.flag("server.metrics"),
        own_host: from.flag("server.own_host"),
        pages: from.flag("pages.show"),
        brand: brand::brand(&from, values, faults),
        cache: usize::try_from(from.number("server.cache")).unwrap_or(usize::MAX),
        hash_threads: if threads == 0 { HashPool::default_threads() } else { threads },
        cost: cost(&from),
        algorithm: Algorithm::from_name(&from.text("tokens.algorithm")).unwrap_or(Algorithm::Es256),
        log_level: from.text("log.level").parse().unwrap_or(LevelFilter::INFO),
        log_format: match from.text("log.format").as_str() {
            "json" => LogFormat::Json,
            "text" => LogFormat::Text,
            _ => LogFormat::Auto,
        },
        policy: policy(&from, values, faults),
        warnings: Vec::new(),
    };
    if config.dev {
        develop(&mut config, values);
    }
    together::check(&mut config, values, faults);
    config
}

/// Whoever tries Doorward should not have to set anything.
fn develop(config: &mut Config, values: &Values) {
    config.policy.issuer = format!("http://{}", config.listen);
    config.policy.sign_up = SignUp::Open;
    // Everybody here comes from one address, and makes accounts to try things.
    let throttle = &mut config.policy.throttle;
    throttle.sign_ups_near = Rate::per(10_000, Duration::from_secs(3600));
    throttle.sign_ups = throttle.sign_ups_near;
    config.proxies.networks.clear();
    if values.clients.is_empty() {
        config.policy.clients[0].modes = Mode::ALL.to_vec();
    }
}

/// Half of a pair is a fault, which `together` finds.
fn tls(from: &From<'_>) -> Option<TlsFiles> {
    let (cert, key) = (from.file("tls.cert")?, from.file("tls.key")?);
    Some(TlsFiles { cert, key, http_listen: from.address_if_any("tls.http_listen") })
}

fn proxies(from: &From<'_>) -> Proxies {
    let forwarding = match from.text("server.forwarding").as_str() {
        "Forwarded" => Forwarding::Standard,
        _ => Forwarding::XForwarded,
    };
    Proxies { networks: from.networks("server.behind"), forwarding }
}

fn cost(from: &From<'_>) -> Cost {
    let n = |name: &str| u32::try_from(from.number(name)).unwrap_or(u32::MAX);
    Cost { memory_kib: n("password.memory_kib"), passes: n("password.passes"), lanes: n("password.lanes") }
}

fn policy(from: &From<'_>, values: &Values, faults: &mut Vec<Fault>) -> Policy {
    let defaults = Policy::new(from.text("server.public_url"));
    let clients: Vec<Client> = values.clients.iter().filter_map(|c| client(c, faults)).collect();
    Policy {
        sign_up: match from.text("accounts.sign_up").as_str() {
            "open" => SignUp::Open,
            "invite" => SignUp::Invite,
            _ => SignUp::Closed,
        },
        session: lifetimes(from, "session", true),
        token: lifetimes(from, "token", false),
        hybrid: lifetimes(from, "hybrid", true),
        throttle: throttle(from),
        most_sessions: usize::try_from(from.number("sessions.most_per_account")).unwrap_or(usize::MAX),
        when_full: match from.text("sessions.when_full").as_str() {
            "refuse" => WhenFull::Refuse,
            _ => WhenFull::EndOldest,
        },
        proof_lasts: from.span("sessions.proof"),
        access_token: from.span("tokens.access_token"),
        grace: from.span("tokens.grace"),
        native_grace: from.span("tokens.native_grace"),
        leeway: from.span("tokens.leeway"),
        password_min_length: usize::try_from(from.number("password.min_length")).unwrap_or(usize::MAX),
        password_words: from.texts("password.words"),
        keep_log: from.span("log.keep"),
        rotate_keys: from.span("keys.rotate_every"),
        publish_keys: from.span("keys.publish_before"),
        token_budget: usize::try_from(from.number("tokens.budget")).unwrap_or(usize::MAX),
        clients: if clients.is_empty() { defaults.clients.clone() } else { clients },
        ..defaults
    }
}

fn throttle(from: &From<'_>) -> Throttle {
    let n = |name: &str| u32::try_from(from.number(&format!("throttle.{name}"))).unwrap_or(u32::MAX);
    Throttle::new(Numbers {
        free: n("free_failures"),
        longest: from.span("throttle.longest_pause"),
        in_a_row: n("failures_in_a_row"),
        near: n("per_address"),
        wide: n("per_network"),
        a_minute: n("per_minute"),
        sign_ups_near: n("sign_ups_per_address"),
        sign_ups: n("sign_ups"),
    })
}

fn lifetimes(from: &From<'_>, mode: &str, with_remember: bool) -> ModeLifetimes {
    let span = |name: &str| from.span(&format!("lifetimes.{mode}.{name}"));
    ModeLifetimes {
        normal: Lifetimes::new(span("idle"), span("absolute")),
        remembered: with_remember.then(|| Lifetimes::new(span("remember_idle"), span("remember_absolute"))),
    }
}

fn client(ClientValues { place, set }: &ClientValues, faults: &mut Vec<Fault>) -> Option<Client> {
    let texts = |name: &str| {
        let key = CLIENT_KEYS.iter().find(|k| k.name == name).expect("every key that is read is listed");
        match set.get(name).map_or_else(|| default(key), |p| p.value.clone()) {
            Value::Texts(texts) => texts,
            _ => Vec::new(),
        }
    };
    let id = match set.get("id").map(|p| &p.value) {
        Some(Value::Text(id)) => id.parse::<ClientId>().ok(),
        _ => None,
    };
    if id.is_none() {
        let text =
            "a client needs an id: 1 to 64 of A-Z a-z 0-9 . _ -, and not 22 of them (that is how account ids look)";
        faults.push(Fault { place: place.to_owned(), text: text.into() });
    }
    let modes = texts("modes").iter().filter_map(|name| Mode::ALL.into_iter().find(|m| m.name() == name)).collect();
    let client = Client {
        name: match set.get("name").map(|p| &p.value) {
            Some(Value::Text(name)) if !name.is_empty() => Some(name.clone()),
            _ => None,
        },
        audiences: texts("audiences"),
        origins: texts("origins"),
        claims: Claim::ALL.into_iter().filter(|claim| texts("claims").iter().any(|c| c == claim.name())).collect(),
        native: matches!(set.get("native").map(|p| &p.value), Some(Value::Flag(true))),
        ..Client::new(id?, modes)
    };
    if let Err(fault) = client.check(Duration::ZERO) {
        faults.push(Fault { place: place.to_owned(), text: fault.to_string() });
    }
    Some(client)
}
