//! Does a request that changes something come from our own pages? Asked of the browser, which knows and cannot be made to
//! lie by the page: Fetch Metadata, `Origin`, `Referer`.

use http::HeaderMap;
use http::header::{self, HeaderName};

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Origins that are ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origins {
    public: String,
    /// With `--dev`: the port at which every loopback name is ours.
    loopback_port: Option<String>,
}

impl Origins {
    pub(crate) fn new(public_url: &str, dev: bool) -> Self {
        let port = public_url.rsplit_once(':').map(|(_, port)| port).filter(|p| p.bytes().all(|c| c.is_ascii_digit()));
        Self { public: public_url.to_ascii_lowercase(), loopback_port: port.filter(|_| dev).map(str::to_owned) }
    }

    /// Exactly: scheme, host and port.
    fn contains(&self, origin: &str) -> bool {
        if origin == self.public {
            return true;
        }
        let Some(port) = &self.loopback_port else { return false };
        let host = origin.strip_prefix("http://").and_then(|rest| rest.strip_suffix(port.as_str()));
        let host = host.and_then(|h| h.strip_suffix(':'));
        host.is_some_and(|h| matches!(h, "localhost" | "127.0.0.1" | "[::1]") || h.ends_with(".localhost"))
    }
}

/// Another site made the browser send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Foreign;

/// The rule. `with_cookie`: whether one of our cookies came along; then silence is refused, because every browser says
/// something.
pub(crate) fn check(headers: &HeaderMap, ours: &Origins, with_cookie: bool) -> Result<(), Foreign> {
    let one = |name: &HeaderName| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => value.to_str().map(Some).map_err(|_| Foreign),
            (Some(_), Some(_)) => Err(Foreign),
        }
    };
    decide(one(&SEC_FETCH_SITE)?, one(&header::ORIGIN)?, one(&header::REFERER)?, ours, with_cookie)
}

fn decide(
    site: Option<&str>,
    origin: Option<&str>,
    referer: Option<&str>,
    ours: &Origins,
    with_cookie: bool,
) -> Result<(), Foreign> {
    let is_ours = match (origin, site, referer) {
        (Some(origin), _, _) => ours.contains(origin),
        (None, Some(site), _) => site == "same-origin",
        (None, None, Some(referer)) => origin_of(referer).is_some_and(|o| ours.contains(o)),
        (None, None, None) => !with_cookie,
    };
    if is_ours { Ok(()) } else { Err(Foreign) }
}

/// Scheme, host and port of a URL.
fn origin_of(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |n| start + n);
    Some(&url[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://door.example";

    fn allowed(site: Option<&str>, origin: Option<&str>, referer: Option<&str>, with_cookie: bool) -> bool {
        decide(site, origin, referer, &Origins::new(OURS, false), with_cookie).is_ok()
    }

    #[test]
    fn what_the_browser_says_decides() {
        let table = [
            (Some("same-origin"), Some(OURS), None, true),
            (Some("same-origin"), None, None, true),
            (Some("cross-site"), None, None, false),
            (Some("same-site"), None, None, false),
            (Some("none"), None, None, false),
            (Some("cross-site"), Some(OURS), None, true),
            (Some("same-origin"), Some("https://evil.example"), None, false),
            (None, Some(OURS), Some("https://evil.example/"), true),
            (None, Some("null"), None, false),
            (None, Some("https://door.example.evil.example"), None, false),
            (None, Some("https://door.example:8443"), None, false),
            (None, Some("http://door.example"), None, false),
            (None, Some("https://DOOR.example"), None, false),
            (None, None, Some("https://door.example/sign-in?x=1"), true),
            (None, None, Some("https://door.example"), true),
            (None, None, Some("https://door.example.evil.example/"), false),
            (None, None, Some("https://evil.example/https://door.example/"), false),
            (None, None, Some("nonsense"), false),
            (None, None, None, false),
        ];
        for (site, origin, referer, wanted) in table {
            assert_eq!(allowed(site, origin, referer, true), wanted, "{site:?} {origin:?} {referer:?}");
        }
    }

    #[test]
    fn a_program_without_cookies_need_not_say_where_it_comes_from() {
        assert!(allowed(None, None, None, false));
        assert!(!allowed(Some("cross-site"), None, None, false), "but a browser that says it is elsewhere is heard");
        assert!(!allowed(None, Some("https://evil.example"), None, false));
    }

    #[test]
    fn in_development_every_loopback_name_with_our_port_is_ours() {
        let ours = Origins::new("http://127.0.0.1:8080", true);
        for origin in
            ["http://127.0.0.1:8080", "http://localhost:8080", "http://app.localhost:8080", "http://[::1]:8080"]
        {
            assert!(ours.contains(origin), "{origin}");
        }
        for origin in
            ["http://localhost:8081", "http://localhost", "https://localhost:8080", "http://evil.example:8080"]
        {
            assert!(!ours.contains(origin), "{origin}");
        }
        assert!(!Origins::new("http://127.0.0.1:8080", false).contains("http://localhost:8080"));
    }
}
