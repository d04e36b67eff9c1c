//! Values, checked against their kind.

use std::net::SocketAddr;
use std::time::Duration;

use doorward_server::options::is_host;
use doorward_server::peer::Network;
use toml::Value as Toml;

use super::keys::Kind;

/// A value of the right kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Flag(bool),
    Number(u64),
    Span(Duration),
    Texts(Vec<String>),
    Address(SocketAddr),
    Networks(Vec<Network>),
}

/// The value, or why it is none, in words.
pub(super) fn check(kind: Kind, value: &Toml) -> Result<Value, String> {
    match kind {
        Kind::Text | Kind::File => text(value).map(Value::Text),
        Kind::Flag => value.as_bool().map(Value::Flag).ok_or_else(|| "must be true or false".into()),
        Kind::Number { least, most } => number(value, least, most).map(Value::Number),
        Kind::Span { least, most } => span(value, least, most).map(Value::Span),
        Kind::OneOf(allowed) => one_of(text(value)?, allowed).map(Value::Text),
        Kind::Texts => texts(value).map(Value::Texts),
        Kind::TextsOf { least, allowed } => {
            let all = texts(value)?;
            if all.len() < least {
                return Err("must not be empty".into());
            }
            all.into_iter().map(|one| one_of(one, allowed)).collect::<Result<_, _>>().map(Value::Texts)
        }
        Kind::Address => {
            let wrong = || "must be an address and a port, like \"127.0.0.1:8080\" or \"[::1]:8080\"".to_owned();
            text(value)?.parse().map(Value::Address).map_err(|_| wrong())
        }
        Kind::AddressOrOff => {
            let text = text(value)?;
            let wrong = "must be \"off\", or an address and a port, like \"127.0.0.1:9464\" or \"[::1]:9464\"";
            match text.parse() {
                Ok(address) => Ok(Value::Address(address)),
                Err(_) if text == "off" => Ok(Value::Text(text)),
                Err(_) => Err(wrong.into()),
            }
        }
        Kind::Networks => networks(value).map(Value::Networks),
        Kind::Hosts => hosts(value).map(Value::Texts),
        Kind::Url => url(text(value)?).map(Value::Text),
    }
}

fn text(value: &Toml) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| "must be a text in quotes".into())
}

fn texts(value: &Toml) -> Result<Vec<String>, String> {
    let wrong = || "must be a list of texts, none of them empty, like [\"one\", \"two\"]".to_owned();
    let one = |v: &Toml| v.as_str().filter(|text| !text.is_empty()).map(str::to_owned).ok_or_else(wrong);
    value.as_array().ok_or_else(wrong)?.iter().map(one).collect()
}

fn number(value: &Toml, least: u64, most: u64) -> Result<u64, String> {
    let found = value.as_integer().and_then(|n| u64::try_from(n).ok());
    found.filter(|n| (least..=most).contains(n)).ok_or_else(|| format!("must be a whole number from {least} to {most}"))
}

fn one_of(text: String, allowed: &[&str]) -> Result<String, String> {
    if allowed.contains(&text.as_str()) {
        return Ok(text);
    }
    let list: Vec<String> = allowed.iter().map(|a| format!("\"{a}\"")).collect();
    Err(format!("must be one of {}", list.join(", ")))
}

fn span(value: &Toml, least: u64, most: u64) -> Result<Duration, String> {
    let wrong = || {
        format!("must be a duration like \"10s\", \"5m\", \"1h\" or \"14d\", from {} to {}", words(least), words(most))
    };
    let seconds = value.as_str().and_then(seconds).ok_or_else(wrong)?;
    if (least..=most).contains(&seconds) { Ok(Duration::from_secs(seconds)) } else { Err(wrong()) }
}

/// As it is typed on the command line.
pub(crate) fn typed_span(text: &str) -> Result<Duration, String> {
    let wrong = || "must be a duration like \"10s\", \"5m\", \"1h\" or \"14d\"".to_owned();
    seconds(text).map(Duration::from_secs).ok_or_else(wrong)
}

fn seconds(text: &str) -> Option<u64> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

fn words(seconds: u64) -> String {
    match seconds {
        s if s > 0 && s % 86_400 == 0 => format!("{}d", s / 86_400),
        s if s > 0 && s % 3600 == 0 => format!("{}h", s / 3600),
        s if s > 0 && s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

fn networks(value: &Toml) -> Result<Vec<Network>, String> {
    let one = |text: String| {
        let network: Network = text.parse().map_err(|fault| format!("holds \"{text}\", which is {fault}"))?;
        match network.is_boundless() {
            true => Err(format!("holds \"{text}\", which is everybody: name the proxies' own addresses")),
            false => Ok(network),
        }
    };
    texts(value)?.into_iter().map(one).collect()
}

fn hosts(value: &Toml) -> Result<Vec<String>, String> {
    let all = texts(value)?;
    match all.iter().find(|text| !is_host(text)) {
        Some(wrong) => {
            Err(format!("holds \"{wrong}\", which is no host like \"doorward.internal\" or \"10.0.0.7:8080\""))
        }
        None => Ok(all),
    }
}

/// An origin: scheme, host, perhaps a port, and nothing else. Compared letter for letter, so it has one written form.
fn url(text: String) -> Result<String, String> {
    let Some(host) = text.strip_prefix("https://") else {
        return Err(
            "must begin with https:// (to try Doorward without TLS, on this machine: doorward serve --dev)".into()
        );
    };
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'-' | b':' | b'[' | b']');
    if host.is_empty() || !host.bytes().all(plain) {
        return Err("must be https://, a host in lower case, and perhaps a port: no path, no slash at the end".into());
    }
    if host.ends_with(":443") {
        return Err("must not name port 443: browsers leave it out".into());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(kind: Kind, text: &str) -> bool {
        check(kind, &Toml::String(text.into())).is_ok()
    }

    #[test]
    fn durations_have_a_unit_and_bounds() {
        let kind = Kind::Span { least: 10, most: 86_400 };
        for text in ["10s", "5m", "24h", "1d", "86400s"] {
            assert!(ok(kind, text), "{text}");
        }
        for text in
            ["9s", "2d", "10", "s", "", "1.5h", "-5m", "5 m", "5m5s", "99999999999999999999s", "18446744073709551615d"]
        {
            assert!(!ok(kind, text), "{text}");
        }
    }

    #[test]
    fn a_public_url_is_an_origin_over_tls() {
        for text in ["https://door.example", "https://door.example:8443", "https://127.0.0.1", "https://[::1]:8443"] {
            assert!(ok(Kind::Url, text), "{text}");
        }
        let wrong = [
            "door.example",
            "https://door.example/",
            "https://Door.example",
            "http://door.example",
            "https://",
            "https://a b",
        ];
        for text in
            wrong.into_iter().chain(["ftp://x", "http://localhost:8080", "https://door.example:443", "https://a@b"])
        {
            assert!(!ok(Kind::Url, text), "{text}");
        }
    }

    #[test]
    fn proxies_have_addresses_and_are_not_everybody() {
        let list = |text: &str| check(Kind::Networks, &Toml::Array(vec![Toml::String(text.into())]));
        assert!(list("10.0.0.0/8").is_ok() && list("::1").is_ok());
        assert!(list("0.0.0.0/0").unwrap_err().contains("everybody"));
        assert!(list("proxy.example").unwrap_err().contains("no address or network"));
    }

    #[test]
    fn a_host_is_a_name_and_perhaps_a_port() {
        let list = |text: &str| check(Kind::Hosts, &Toml::Array(vec![Toml::String(text.into())])).is_ok();
        assert!(list("doorward") && list("doorward.internal:8080") && list("[::1]:80"));
        assert!(!list("https://doorward") && !list("*") && !list("a b") && !list("doorward/") && !list("u@doorward"));
    }
}
