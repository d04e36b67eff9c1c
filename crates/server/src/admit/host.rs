//! Which hosts are ours. A request for another one was sent here by mistake, or by a page whose name was pointed at this
//! server to get around the browser's rules (DNS rebinding).

use http::header::HOST;
use http::{HeaderMap, Uri};

use crate::options::Options;

/// Names that are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hosts {
    named: Vec<Named>,
    /// In development every loopback name is ours, at any port.
    loopback: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    name: String,
    /// `None`: any.
    port: Option<u16>,
}

/// Why a host is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unwelcome {
    /// Two readers may see two hosts, or none.
    Unclear,
    /// It is not ours.
    Unknown,
}

impl Hosts {
    pub(super) fn new(options: &Options) -> Self {
        let (scheme, public) = options.public_url.split_once("://").unwrap_or(("", &options.public_url));
        let default = if scheme == "https" { 443 } else { 80 };
        let named = |text: &str, default: Option<u16>| {
            split(text).map(|(name, port)| Named { name: name.to_ascii_lowercase(), port: port.or(default) })
        };
        let others = options.hosts.iter().filter_map(|host| named(host, None));
        Self { named: named(public, Some(default)).into_iter().chain(others).collect(), loopback: options.dev }
    }

    /// What comes from no network, or in HTTP/1.0, may name none.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Unwelcome> {
        let mut lines = headers.get_all(HOST).iter();
        let host = match (lines.next(), lines.next()) {
            (None, _) => None,
            (Some(line), None) => Some(line.to_str().ok().and_then(split).ok_or(Unwelcome::Unclear)?),
            (Some(_), Some(_)) => return Err(Unwelcome::Unclear),
        };
        let address = match uri.authority() {
            None => None,
            Some(authority) => Some(split(authority.as_str()).ok_or(Unwelcome::Unclear)?),
        };
        match (host, address) {
            (None, None) => Ok(()),
            // RFC 9112 section 3.2.2 lets the address win; a proxy that lets the header win sees another request.
            (Some(host), Some(address)) if !is_same(host, address) => Err(Unwelcome::Unclear),
            (Some(named), _) | (None, Some(named)) if self.contain(named) => Ok(()),
            _ => Err(Unwelcome::Unknown),
        }
    }

    fn contain(&self, (name, port): (&str, Option<u16>)) -> bool {
        let is_named = |ours: &Named| {
            ours.name.eq_ignore_ascii_case(name) && (port.is_none() || ours.port.is_none() || ours.port == port)
        };
        self.named.iter().any(is_named) || (self.loopback && is_loopback(name))
    }
}

fn is_same((name, port): (&str, Option<u16>), (other, other_port): (&str, Option<u16>)) -> bool {
    name.eq_ignore_ascii_case(other) && port == other_port
}

/// Names by which a machine calls itself.
fn is_loopback(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost")
}

/// Name and port. `None` if it is more than that, as `user@host` is, or less.
pub(crate) fn split(text: &str) -> Option<(&str, Option<u16>)> {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(read_port(port)?)),
        _ => (text, None),
    };
    let bare = match name.strip_prefix('[').and_then(|n| n.strip_suffix(']')) {
        Some(inside) => return inside.parse::<std::net::Ipv6Addr>().ok().map(|_| (name, port)),
        None => name,
    };
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_');
    (!bare.is_empty() && bare.bytes().all(plain)).then_some((name, port))
}

fn read_port(digits: &str) -> Option<u16> {
    digits.bytes().all(|c| c.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Unwelcome::{Unclear, Unknown};
    use super::*;

    fn ask(options: &Options, uri: &str, hosts: &[&str]) -> Result<(), Unwelcome> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, host.parse().unwrap());
        }
        Hosts::new(options).check(&uri.parse().unwrap(), &headers)
    }

    #[test]
    fn the_public_host_is_answered_and_no_other() {
        let mut options = Options::new("https://door.example");
        options.hosts = vec!["doorward.internal".into(), "10.0.0.7:8080".into()];
        let table = [
            ("door.example", Ok(())),
            ("DOOR.example", Ok(())),
            ("door.example:443", Ok(())),
            ("doorward.internal", Ok(())),
            ("doorward.internal:8080", Ok(())),
            ("10.0.0.7:8080", Ok(())),
            ("10.0.0.7:8081", Err(Unknown)),
            ("door.example:8443", Err(Unknown)),
            ("door.example.", Err(Unknown)),
            ("evil.example", Err(Unknown)),
            ("door.example.evil.example", Err(Unknown)),
            ("localhost", Err(Unknown)),
            ("[::1]:8080", Err(Unknown)),
            ("", Err(Unclear)),
            (":443", Err(Unclear)),
            ("door.example:", Err(Unclear)),
            ("door.example:x", Err(Unclear)),
            ("door.example:443:443", Err(Unclear)),
            ("door.example:99999", Err(Unclear)),
            ("user@door.example", Err(Unclear)),
            ("evil.example@door.example:443", Err(Unclear)),
            ("door.example/x", Err(Unclear)),
            ("door.example, evil.example", Err(Unclear)),
            ("door.example#", Err(Unclear)),
            ("[door.example]", Err(Unclear)),
            ("::1", Err(Unclear)),
        ];
        for (host, wanted) in table {
            assert_eq!(ask(&options, "/", &[host]), wanted, "{host:?}");
        }
    }

    #[test]
    fn two_hosts_are_none_and_the_address_must_say_the_same() {
        let options = Options::new("https://door.example");
        assert_eq!(ask(&options, "/", &["door.example", "door.example"]), Err(Unclear));
        assert_eq!(ask(&options, "/", &[]), Ok(()), "nothing was named");
        assert_eq!(ask(&options, "https://door.example/", &[]), Ok(()));
        assert_eq!(ask(&options, "https://Door.example/", &["door.example"]), Ok(()));
        assert_eq!(ask(&options, "https://evil.example/", &["door.example"]), Err(Unclear));
        assert_eq!(ask(&options, "https://door.example/", &["evil.example"]), Err(Unclear));
        assert_eq!(ask(&options, "https://door.example:443/", &["door.example"]), Err(Unclear));
        assert_eq!(ask(&options, "https://evil.example/", &["evil.example"]), Err(Unknown));
        assert_eq!(ask(&options, "https://u@door.example/", &["door.example"]), Err(Unclear));
    }

    #[test]
    fn in_development_a_machine_may_be_called_by_any_of_its_own_names() {
        let options = Options { dev: true, ..Options::new("http://127.0.0.1:8080") };
        for host in ["127.0.0.1:8080", "localhost:9000", "app.localhost", "[::1]:8080"] {
            assert_eq!(ask(&options, "/", &[host]), Ok(()), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "192.0.2.1:8080", "localhost.evil.example"] {
            assert_eq!(ask(&options, "/", &[host]), Err(Unknown), "{host}");
        }
    }

    proptest! {
        /// Whatever is answered names our host in full, and nothing beside it.
        #[test]
        fn no_text_brings_it_down_or_passes_for_our_host(text in "[a-zA-Z0-9.:@/\\[\\]_ -]{0,40}", near in "[.:@/ ]{0,2}") {
            for text in [text, format!("door.example{near}443"), format!("{near}door.example{near}")] {
                let Ok(value) = http::HeaderValue::try_from(&text) else { continue };
                let mut headers = HeaderMap::new();
                headers.insert(HOST, value);
                let answered = Hosts::new(&Options::new("https://door.example")).check(&Uri::from_static("/"), &headers);
                let ours = matches!(text.to_ascii_lowercase().as_str(), "door.example" | "door.example:443");
                prop_assert_eq!(answered.is_ok(), ours, "{}", text);
            }
        }
    }
}
