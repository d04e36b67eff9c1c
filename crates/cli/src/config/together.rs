//! What can only be seen when everything is read: settings that do not go together.

use std::net::SocketAddr;

use doorward_core::policy::Policy;
use doorward_core::records::Mode;

use super::Config;
use super::fault::Fault;
use super::read::Values;
use super::value::Value;

/// Fewer characters than this and the password should not be the only factor.
const SHORT_PASSWORD: usize = 15;

/// Adds what is wrong to `faults`, and what is merely unwise to the configuration's warnings.
pub(super) fn check(config: &mut Config, values: &Values, faults: &mut Vec<Fault>) {
    address(config, values, faults);
    tls(config, values, faults);
    ports(config, values, faults);
    hashing(config, values, faults);
    clients(values, faults);
    numbers(&config.policy, values, faults);
    let least = config.policy.password_min_length;
    if least < SHORT_PASSWORD {
        let place = place(values, &["password.min_length"]);
        let why =
            format!("a password of {least} characters is short where nothing else is asked for; 15 or more are safe");
        config.warnings.push(format!("{place}: {why}"));
    }
}

/// Where the first of these keys stands that was set at all.
fn place(values: &Values, keys: &[&str]) -> String {
    keys.iter().find_map(|key| values.set.get(*key)).map_or_else(|| values.file.clone(), |p| p.place.clone())
}

/// Passwords never cross a network in the clear: beyond this machine somebody must speak TLS.
fn address(config: &Config, values: &Values, faults: &mut Vec<Fault>) {
    let place = || place(values, &["server.listen"]);
    let is_here = config.listen.ip().is_loopback();
    let encrypted = config.tls.is_some() || !config.proxies.networks.is_empty();
    match (config.dev, is_here, encrypted) {
        (true, false, _) => {
            let text = format!(
                "--dev listens on this machine only (127.0.0.1 or [::1]), not on {}: it speaks no TLS and lets everybody sign up",
                config.listen
            );
            faults.push(Fault { place: place(), text });
        }
        // Half of [tls] is a fault of its own: no need to explain TLS to who has begun with it.
        (false, false, false) if !names_tls(values) => {
            faults.push(Fault { place: place(), text: beyond_loopback(config.listen) });
        }
        _ => {}
    }
    if !config.dev && !values.seen.contains("server.public_url") {
        let text = "server.public_url is missing: where people reach Doorward
    [server]
    public_url = \"https://door.example\"";
        faults.push(Fault { place: values.file.clone(), text: text.into() });
    }
}

fn names_tls(values: &Values) -> bool {
    values.seen.contains("tls.cert") || values.seen.contains("tls.key")
}

/// The lines to copy.
fn beyond_loopback(listen: SocketAddr) -> String {
    format!(
        "listening on {listen} would send passwords over the network in the clear. Either listen on this machine only:
    [server]
    listen = \"127.0.0.1:{}\"
  or let Doorward speak TLS:
    [tls]
    cert = \"/etc/doorward/cert.pem\"
    key = \"/etc/doorward/key.pem\"
  or say which proxy in front speaks TLS:
    [server]
    behind = [\"10.0.0.0/8\"]",
        listen.port()
    )
}

/// A certificate without its key, or settings for TLS without TLS.
fn tls(config: &mut Config, values: &Values, faults: &mut Vec<Fault>) {
    let is_set = |key: &str| values.seen.contains(key) && !is_empty(values, key);
    let (cert, key) = (is_set("tls.cert"), is_set("tls.key"));
    let mut fault = |at: &str, text: &str| faults.push(Fault { place: place(values, &[at]), text: text.into() });
    match (cert, key) {
        (true, false) => fault("tls.cert", "tls.key is missing: the PEM file of the certificate's private key"),
        (false, true) => fault("tls.key", "tls.cert is missing: the PEM file of the certificate"),
        (false, false) if config.dev => {}
        (false, false) if is_on(values, "tls.http_listen") => {
            fault(
                "tls.http_listen",
                "tls.http_listen sends pages to https, and there is no [tls] cert and key to speak it with",
            );
        }
        _ => {}
    }
    if config.dev && cert && key {
        config.tls = None;
        config.warnings.push(format!("{}: --dev speaks no TLS; [tls] is not used", place(values, &["tls.cert"])));
    }
}

fn is_empty(values: &Values, key: &str) -> bool {
    matches!(values.set.get(key).map(|placed| &placed.value), Some(Value::Text(text)) if text.is_empty())
}

fn is_on(values: &Values, key: &str) -> bool {
    matches!(values.set.get(key).map(|placed| &placed.value), Some(Value::Address(_)))
}

/// One address can be listened on once.
fn ports(config: &Config, values: &Values, faults: &mut Vec<Fault>) {
    let http = config.tls.as_ref().and_then(|tls| tls.http_listen);
    let named = [
        ("server.listen", Some(config.listen)),
        ("server.metrics_listen", config.metrics_listen),
        ("tls.http_listen", http),
    ];
    for (n, (key, address)) in named.iter().enumerate() {
        let Some(address) = address.filter(|address| address.port() != 0) else { continue };
        if let Some((other, _)) = named[..n].iter().find(|(_, before)| *before == Some(address)) {
            let text = format!("{key} is the same address as {other}");
            faults.push(Fault { place: place(values, &[key]), text });
        }
    }
}

fn hashing(config: &Config, values: &Values, faults: &mut Vec<Fault>) {
    if !config.cost.is_allowed() {
        let text = match config.cost.is_bearable() {
            true => "[password] is weaker than memory_kib = 19456 with passes = 2, or 47104 with passes = 1",
            false => "[password] is too dear: memory_kib times passes may be 3145728, sixteen times the default",
        };
        faults.push(Fault { place: place(values, &["password.passes", "password.memory_kib"]), text: text.into() });
    }
}

fn clients(values: &Values, faults: &mut Vec<Fault>) {
    for (n, client) in values.clients.iter().enumerate() {
        let id = client.set.get("id").map(|p| &p.value);
        let before =
            values.clients[..n].iter().find(|other| id.is_some() && other.set.get("id").map(|p| &p.value) == id);
        if let Some(before) = before {
            let text = format!("a client of this id stands already at {}", before.place);
            faults.push(Fault { place: client.place.clone(), text });
        }
    }
}

/// The library's own judgement, at the line that it most likely is about.
fn numbers(policy: &Policy, values: &Values, faults: &mut Vec<Fault>) {
    for text in policy.faults() {
        let mode = Mode::ALL.into_iter().find(|m| text.starts_with(m.name()));
        let names = ["idle", "absolute", "remember_idle", "remember_absolute"];
        let mut keys: Vec<String> =
            mode.iter().flat_map(|m| names.map(|name| format!("lifetimes.{m}.{name}"))).collect();
        keys.push(if text.contains("key") { "keys.rotate_every" } else { "tokens.access_token" }.into());
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        faults.push(Fault { place: place(values, &keys), text });
    }
}
