//! What a request presents, and what only looks like it.

use proptest::prelude::*;

use super::*;

const S: &str = "__Host-Http-doorward_session";
const A: &str = "__Host-Http-doorward_access";
const R: &str = "__Host-Http-doorward_refresh";

fn names() -> CookieNames {
    CookieNames { session: S.into(), access: A.into(), refresh: R.into() }
}

fn read_all<'a>(headers: &'a [(&'a str, &'a str)]) -> Result<Presented<'a>, PresentError> {
    present(headers.iter().map(|(n, v)| (*n, v.as_bytes())), &names())
}

fn cookie(text: &str) -> Result<Option<String>, PresentError> {
    read_all(&[("cookie", text)]).map(|p| p.session.map(str::to_owned))
}

#[test]
fn each_credential_is_read_from_its_own_place() {
    let text = format!("a=b; {S}=one; {A}=two; {R}=three");
    let headers = [("Host", "x"), ("Cookie", text.as_str()), ("AUTHORIZATION", "Bearer four")];
    let found = read_all(&headers).unwrap();
    assert_eq!(
        (found.session, found.access_cookie, found.refresh, found.bearer),
        (Some("one"), Some("two"), Some("three"), Some("four"))
    );
    assert_eq!(found.access(), Some(("four", Via::Header)));
    assert!(found.has_cookie());
    assert!(!format!("{found:?}").contains("one"), "what it was is not shown");
}

#[test]
fn a_doubled_cookie_is_refused_in_one_header_and_in_two() {
    assert_eq!(cookie(&format!("{S}=a; {S}=a")), Err(PresentError::DoubledCookie));
    let (a, b) = (format!("{S}=a"), format!("{S}=b"));
    assert_eq!(read_all(&[("cookie", a.as_str()), ("cookie", b.as_str())]), Err(PresentError::DoubledCookie));
    assert_eq!(cookie(&format!("x=1; x=2; {S}=a")), Ok(Some("a".into())), "other people's cookies are their business");
}

#[test]
fn a_cookie_that_imitates_ours_is_refused() {
    for name in [
        "__host-http-doorward_session",
        "__HOST-HTTP-DOORWARD_SESSION",
        " __Host-Http-doorward_session",
        "__Host-Http-doorward_session ",
    ] {
        assert_eq!(cookie(&format!("a=b; {name}=x")), Err(PresentError::ImitatedCookie), "{name:?}");
    }
}

#[test]
fn nameless_cookies_and_old_attributes_are_passed_over() {
    for text in [
        format!("={S}=x"),
        format!("$Version=1; $Path={S}"),
        S.to_owned(),
        String::new(),
        ";;;".into(),
        format!("x{S}=x"),
        format!("\u{a0}{S}=x"),
    ] {
        assert_eq!(cookie(&text), Ok(None), "{text}");
    }
}

#[test]
fn a_value_is_taken_as_it_was_sent() {
    for value in ["\"quoted\"", "%41", " blank", "blank ", "a=b", ""] {
        assert_eq!(cookie(&format!("{S}={value}")), Ok(Some(value.into())));
    }
    let found = present([("cookie", [S.as_bytes(), b"=\xff\xfe"].concat().as_slice())].into_iter(), &names())
        .map(|p| p.session.map(str::len));
    assert_eq!(found, Ok(Some(0)), "bytes that are no text carry nothing");
}

#[test]
fn bearer_is_a_scheme_a_blank_and_a_token() {
    let bearer = |value: &str| read_all(&[("authorization", value)]).map(|p| p.bearer.map(str::to_owned));
    assert_eq!(bearer("bearer abc.DEF-_~+/="), Ok(Some("abc.DEF-_~+/=".into())));
    for other in ["Basic abc", "DPoP abc", "Bearerabc", "", "Token Bearer abc"] {
        assert_eq!(bearer(other), Ok(None), "{other}");
    }
    for bad in ["Bearer", "Bearer ", "Bearer  abc", "Bearer a b", "Bearer abc,def", "Bearer \"abc\"", "Bearer é"] {
        assert_eq!(bearer(bad), Err(PresentError::MalformedBearer), "{bad}");
    }
    let twice = [("authorization", "Bearer a"), ("Authorization", "Bearer a")];
    assert_eq!(read_all(&twice), Err(PresentError::DoubledAuthorization));
}

fn by<'a>(
    reads: &Reads,
    method: &str,
    headers: &'a [(&'a str, &'a str)],
) -> Result<Option<(&'a str, Via)>, PresentError> {
    reads.credential(method, headers.iter().map(|(n, v)| (*n, v.as_bytes())))
}

#[test]
fn a_service_reads_the_header_only_unless_it_says_otherwise() {
    let text = format!("{A}=two; =x; =y");
    let headers = [("cookie", text.as_str())];
    assert_eq!(by(&Reads::header_only(), "GET", &headers), Ok(None));
    let reads = Reads::header_only().accept_cookie(names(), vec!["https://app.example".into()]);
    assert_eq!(by(&reads, "GET", &headers), Ok(Some(("two", Via::Cookie))));
}

#[test]
fn with_a_cookie_an_unsafe_method_must_come_from_a_listed_origin() {
    let reads = Reads::header_only().accept_cookie(names(), vec!["https://app.example".into()]);
    let text = format!("{A}=two");
    let table = [
        (Some("https://app.example"), None, true),
        (Some("https://app.example"), Some("same-site"), true),
        (None, Some("same-origin"), true),
        (None, Some("same-site"), false),
        (None, Some("cross-site"), false),
        (None, Some("none"), false),
        (Some("https://evil.example"), Some("same-origin"), false),
        (Some("https://app.example.evil.example"), None, false),
        (Some("null"), None, false),
        (None, None, false),
    ];
    for (origin, site, passes) in table {
        let mut headers = vec![("cookie", text.as_str())];
        headers.extend(origin.map(|o| ("Origin", o)));
        headers.extend(site.map(|s| ("Sec-Fetch-Site", s)));
        for method in ["POST", "PUT", "DELETE", "PATCH", "get", "BREW"] {
            assert_eq!(by(&reads, method, &headers).is_ok(), passes, "{method} {origin:?} {site:?}");
        }
        assert!(by(&reads, "GET", &headers).is_ok());
        headers.push(("authorization", "Bearer four"));
        assert_eq!(by(&reads, "POST", &headers), Ok(Some(("four", Via::Header))), "no browser sends that by itself");
    }
    let twice = [("cookie", text.as_str()), ("origin", "https://app.example"), ("origin", "https://app.example")];
    assert_eq!(by(&reads, "POST", &twice), Err(PresentError::ForeignOrigin));
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(name in "(?i)cookie|authorization|origin", value: Vec<u8>) {
        let _ = present([(name.as_str(), value.as_slice())].into_iter(), &names());
    }
}
