//! What signs in, in a few plain words, from its `User-Agent`. For people to recognise their devices, for nothing else.

use http::HeaderMap;
use http::header;

/// As in `Firefox on Linux`. Versions are left out: they change every month, the device does not.
pub(crate) fn name(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("");
    match (browser(agent), system(agent)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => program(agent).unwrap_or_else(|| "Unknown device".to_owned()),
    }
}

/// The order matters: most browsers claim to be several others.
fn browser(agent: &str) -> Option<&'static str> {
    let table = [
        ("MicroMessenger/", "WeChat"),
        ("Edg/", "Edge"),
        ("EdgA/", "Edge"),
        ("EdgiOS/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Vivaldi/", "Vivaldi"),
        ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    table.into_iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| name)
}

fn system(agent: &str) -> Option<&'static str> {
    let table = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    table.into_iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| name)
}

/// The first word of whatever else it is, `curl` of `curl/8.5.0`.
fn program(agent: &str) -> Option<String> {
    let word: String =
        agent.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).take(40).collect();
    (!word.is_empty()).then_some(word)
}

/// The host that was asked, without its port.
pub(crate) fn host(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or("");
    let bare = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    bare.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(agent: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, agent.parse().unwrap());
        name(&headers)
    }

    #[test]
    fn devices_are_named_in_words_their_owner_knows() {
        let table = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("", "Unknown device"),
            ("<script>alert(1)</script>", "Unknown device"),
        ];
        for (agent, wanted) in table {
            assert_eq!(of(agent), wanted);
        }
    }

    #[test]
    fn a_host_is_known_without_its_port() {
        for (sent, wanted) in [
            ("Door.example:8443", "door.example"),
            ("door.example", "door.example"),
            ("[::1]:80", "[::1]"),
            ("[::1]", "[::1]"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, sent.parse().unwrap());
            assert_eq!(host(&headers), wanted);
        }
    }
}
