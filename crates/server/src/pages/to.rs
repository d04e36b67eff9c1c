//! Where to go afterwards. A link to a page may say `to=…`; followed blindly, `https://door.example/sign-in?to=https://evil`
//! would lend our name to anybody.
//!
//! Text is parsed once, by the rules that browsers use (WHATWG), and only followed if that changed nothing: whatever a browser
//! would read in another way than it is written is not followed. What is not followed leaves no trace in the answer.

use url::Url;
use url::form_urlencoded;

/// Longer targets are not followed.
const LONGEST: usize = 2048;

/// A place that may be gone to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum To {
    /// A path of ours, with its query.
    Here(String),
    /// A page of an application on an origin that is listed.
    There(String),
}

impl To {
    /// As it stands in a link or a `Location`.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Here(text) | Self::There(text) => text,
        }
    }

    /// As the value of `to` in a query.
    pub(crate) fn in_query(&self) -> String {
        form_urlencoded::byte_serialize(self.text().as_bytes()).collect()
    }
}

/// The target that a query names, if it names exactly one that may be followed.
pub(crate) fn from_query(query: Option<&str>, allowed: &[String]) -> Option<To> {
    let mut targets = form_urlencoded::parse(query?.as_bytes()).filter(|(name, _)| name == "to");
    let target = targets.next()?.1;
    if targets.next().is_some() { None } else { parse(&target, allowed) }
}

/// The rule. `allowed`: origins of applications, as a browser writes them.
pub(crate) fn parse(text: &str, allowed: &[String]) -> Option<To> {
    let plain = text.len() <= LONGEST && text.bytes().all(|c| c.is_ascii_graphic() && c != b'\\');
    if !plain {
        return None;
    }
    match text.starts_with('/') {
        true => here(text),
        false => there(text, allowed),
    }
}

fn here(text: &str) -> Option<To> {
    // The host does not matter: what counts is that the text does not leave it.
    let base = Url::parse("https://here.invalid/").expect("a URL");
    let url = base.join(text).ok()?;
    let same = url.origin() == base.origin() && url.username().is_empty() && &url[url::Position::BeforePath..] == text;
    let stays = !url.path().starts_with("//") && !hides_something(url.path());
    (same && stays).then(|| To::Here(text.to_owned()))
}

fn there(text: &str, allowed: &[String]) -> Option<To> {
    let url = Url::parse(text).ok()?;
    let origin = url.origin().ascii_serialization();
    // `blob:https://app.example/…` has the same origin and is no page of that application.
    let is_web = matches!(url.scheme(), "https" | "http");
    let is_allowed = is_web && allowed.contains(&origin) && url.username().is_empty() && url.password().is_none();
    // `https://app.example` and `https://app.example/` are one place.
    let same = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
    (is_allowed && same && !hides_something(url.path())).then(|| To::There(url.into()))
}

/// Slashes, backslashes and controls behind an escape: somebody on the way may undo it.
fn hides_something(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let escapes = lower.split('%').skip(1).filter_map(|rest| rest.get(..2));
    escapes
        .into_iter()
        .any(|two| matches!(two, "2f" | "5c" | "7f" | "2e") || two.starts_with('0') || two.starts_with('1'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> Vec<String> {
        vec!["https://app.example".into(), "https://app.example:8443".into()]
    }

    #[test]
    fn paths_of_ours_and_pages_of_listed_applications_are_followed() {
        for text in
            ["/", "/account", "/account?x=1&y=%2F%2Fz#top", "/a/b.c~d", "/%E4%B8%AD", "/?to=https://evil.example"]
        {
            assert_eq!(parse(text, &[]), Some(To::Here(text.into())), "{text}");
        }
        for text in ["https://app.example/", "https://app.example/orders?n=1#x", "https://app.example:8443/"] {
            assert_eq!(parse(text, &allowed()), Some(To::There(text.into())), "{text}");
        }
        assert_eq!(parse("https://app.example", &allowed()), Some(To::There("https://app.example/".into())));
    }

    #[test]
    fn nothing_leads_out_of_the_house() {
        let long = format!("/{}", "a".repeat(LONGEST));
        let table = [
            "",
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "/\\evil.example",
            "\\/\\/evil.example",
            "\\\\evil.example",
            "/\\/evil.example",
            "https:evil.example",
            "https:/evil.example",
            "https:///evil.example",
            "https://evil.example",
            "https://app.example@evil.example",
            "https://app.example:x@evil.example/",
            "https://evil.example/@app.example",
            "https://app.example.evil.example",
            "https://app.examplee",
            "https://evilapp.example",
            "http://app.example/",
            "https://app.example:444/",
            "https://APP.example/",
            "https://app.example./",
            "HTTPS://app.example/",
            "https://user@app.example/",
            "https://app.example:443/",
            "https://app。example/",
            "https://ａpp.example/",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "jav%0aascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "blob:https://app.example/x",
            "file:///etc/passwd",
            "about:blank",
            "view-source:https://app.example/",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/account ",
            "/account\r\nSet-Cookie: a=b",
            "/\u{0}",
            "/\u{7f}",
            "%2f%2fevil.example",
            "%5cevil.example",
            "/%5cevil.example",
            "/%2fevil.example",
            "/%2Fevil.example",
            "/%09/evil.example",
            "/%0d%0aSet-Cookie:a=b",
            "/..//evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/a/../../b",
            "/%2e%2e//evil.example",
            "/%2e",
            "/a//../..//evil.example",
            "/。/evil.example",
            "/／evil.example",
            "／／evil.example",
            "/\u{202e}evil",
            "/\u{200b}/evil.example",
            "account",
            "?x",
            "#x",
            ".",
            "..",
            "./account",
            "@evil.example",
            ":80",
            "https:",
            "https://",
            "https://[::1",
            &long,
        ];
        assert!(table.len() >= 40);
        for text in table {
            assert_eq!(parse(text, &allowed()), None, "{text:?}");
        }
    }

    #[test]
    fn a_query_names_one_target_or_none() {
        let of = |query: &str| from_query(Some(query), &[]);
        assert_eq!(of("to=%2Faccount%3Fx%3D1"), Some(To::Here("/account?x=1".into())));
        assert_eq!(of("a=b&to=/account"), Some(To::Here("/account".into())));
        for query in [
            "",
            "to",
            "to=",
            "to=/a&to=/a",
            "to=/a&t%6f=//evil.example",
            "to=%2F%2Fevil.example",
            "TO=/account",
            "to=%FF",
        ] {
            assert_eq!(of(query), None, "{query}");
        }
        assert_eq!(from_query(None, &[]), None);
    }

    #[test]
    fn a_target_survives_a_query() {
        let to = parse("/account?a=1&b=%26#x", &[]).unwrap();
        assert_eq!(from_query(Some(&format!("to={}", to.in_query())), &[]), Some(to));
    }
}
