//! What comes in: JSON, strictly, and the forms of our own pages. A body is read whole, within a limit, before anybody looks at it; how long it may take is
//! bounded where the connection is held.

use std::error::Error;

use axum::body::Body;
use bytes::Bytes;
use http::header;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::problem::{Code, Problem};
use crate::serve::TooSlow;

mod form;
mod strict;

pub(crate) use form::{Form, form, pairs};

/// Bytes of a body, as a rule.
pub(crate) const LARGEST: usize = 64 * 1024;
/// Bytes of a body that carries a password.
pub(crate) const LARGEST_SIGN_IN: usize = 8 * 1024;

/// Reads a JSON object. An empty body is `{}` where `T` needs nothing.
pub(crate) async fn json<T: DeserializeOwned>(request: Request<Body>, limit: usize) -> Result<T, Problem> {
    must_be_json(request.headers())?;
    let bytes = read(request, limit).await?;
    parse(if bytes.is_empty() { b"{}" } else { &bytes })
}

/// Reads any JSON value, as text.
pub(crate) async fn json_text(request: Request<Body>, limit: usize) -> Result<String, Problem> {
    must_be_json(request.headers())?;
    let bytes = read(request, limit).await?;
    let text = checked(&bytes)?;
    Ok(text.trim_ascii().to_owned())
}

/// Only this type: a form on another site can send any other without asking.
fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let is_json = is_of_type(headers, "application/json");
    if is_json { Ok(()) } else { Err(Problem::new(Code::UnsupportedMediaType)) }
}

/// Said once, in UTF-8, and never compressed: a few bytes could become many.
fn is_of_type(headers: &HeaderMap, wanted: &str) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(found), None) = (types.next(), types.next()) else { return false };
    let mut parts = found.to_str().unwrap_or("").split(';').map(str::trim);
    let is_wanted = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case(wanted));
    let is_utf8 = |p: &str| p.eq_ignore_ascii_case("charset=utf-8") || p.eq_ignore_ascii_case("charset=\"utf-8\"");
    let is_plain =
        headers.get_all(header::CONTENT_ENCODING).iter().all(|v| v.as_bytes().eq_ignore_ascii_case(b"identity"));
    is_wanted && is_plain && parts.all(|p| p.is_empty() || is_utf8(p))
}

async fn read(request: Request<Body>, limit: usize) -> Result<Bytes, Problem> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|n| n > limit as u64) {
        return Err(Problem::new(Code::BodyTooLarge));
    }
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if is_caused_by::<LengthLimitError>(&*error) => Err(Problem::new(Code::BodyTooLarge)),
        Err(error) if is_caused_by::<TooSlow>(&*error) => Err(Problem::new(Code::RequestTimeout)),
        Err(_) => Err(Problem::new(Code::BadRequest).detail("the body broke off")),
    }
}

fn is_caused_by<T: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<T>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// The body's text, if it is one JSON value in which nothing stands twice.
fn checked(bytes: &[u8]) -> Result<&str, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| not_json())?;
    match strict::check(text) {
        Ok(()) => Ok(text),
        Err(strict::Fault::TooDeep) => Err(Problem::new(Code::BadRequest).detail("the JSON is nested too deeply")),
        Err(strict::Fault::Twice) => Err(Problem::new(Code::BadRequest).detail("a member of the JSON stands twice")),
        Err(strict::Fault::NotJson) => Err(not_json()),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = checked(bytes)?;
    // The library would also fill an object from a list, by position.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(Problem::new(Code::InvalidInput).detail("the body must be a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| unusable(&error))
}

fn not_json() -> Problem {
    Problem::new(Code::BadRequest).detail("the body is not valid JSON in UTF-8")
}

/// Says which member, never what was in it: the library's own text quotes values, and one of them is a password.
fn unusable(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let text = error.inner().to_string();
    let quoted = || shown(text.split('`').nth(1).unwrap_or(""));
    let problem = Problem::new(Code::InvalidInput);
    match () {
        () if text.starts_with("missing field") => problem.field(quoted(), "missing", "is missing"),
        () if text.starts_with("unknown field") => problem.field(quoted(), "unknown", "is not known here"),
        () => {
            let path = shown(&error.path().to_string());
            problem.field(path, "unusable", "has another type, or is none of the allowed values")
        }
    }
}

/// A name that somebody else chose, if it looks like a name.
pub(crate) fn shown(name: &str) -> String {
    let plain = name.len() <= 40
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b'[' | b']'));
    if plain { name.to_owned() } else { "(unprintable)".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Ask {
        #[serde(rename = "password")]
        _password: String,
    }

    fn faults(body: &str) -> (Code, String) {
        let problem = parse::<Ask>(body.as_bytes()).unwrap_err();
        (problem.code(), format!("{problem:?}"))
    }

    #[test]
    fn what_is_wrong_is_said_without_what_was_sent() {
        for (body, code, word) in [
            (r#"{"password": ["hunter2"]}"#, Code::InvalidInput, "password"),
            (r#"{"password": 42, "x": "hunter2"}"#, Code::InvalidInput, "password"),
            (r#"{"hunter2 hunter2": 1}"#, Code::InvalidInput, "unprintable"),
            (r#"{"passwort": "hunter2"}"#, Code::InvalidInput, "passwort"),
            (r#"{"password": "a", "password": "hunter2"}"#, Code::BadRequest, "stands twice"),
            (r#"{"password": "a", "passw\u006frd": "hunter2"}"#, Code::BadRequest, "stands twice"),
            (r#"["hunter2 hunter2"]"#, Code::InvalidInput, "object"),
            (r#"{}"#, Code::InvalidInput, "is missing"),
            (r#"{"password": "hunter2""#, Code::BadRequest, "not valid JSON"),
            (r#"{"password": "hunter2"} x"#, Code::BadRequest, "not valid JSON"),
            ("[1,2]", Code::InvalidInput, "object"),
            ("\"hunter2\"", Code::InvalidInput, "object"),
            ("", Code::BadRequest, "not valid JSON"),
            ("\u{feff}{}", Code::BadRequest, "not valid JSON"),
        ] {
            let (found, text) = faults(body);
            assert_eq!(found, code, "{body}: {text}");
            assert!(text.contains(word) && !text.contains("hunter2"), "{body}: {text}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_not_json() {
        assert_eq!(parse::<Ask>(b"{\"password\": \"\xff\"}").unwrap_err().code(), Code::BadRequest);
    }

    fn of_type(types: &[&'static str]) -> Result<(), Code> {
        let mut headers = HeaderMap::new();
        for content_type in types {
            headers.append(header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
        }
        must_be_json(&headers).map_err(|p| p.code())
    }

    #[test]
    fn only_json_in_utf8_is_json() {
        for good in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/json;",
        ] {
            assert_eq!(of_type(&[good]), Ok(()), "{good}");
        }
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=application/json",
            "application/json; charset=utf-16",
            "application/jsonp",
            "text/json",
            "application/problem+json",
            "",
            "text/plain; application/json",
        ] {
            assert_eq!(of_type(&[bad]), Err(Code::UnsupportedMediaType), "{bad}");
        }
        assert!(of_type(&[]).is_err(), "also without a body");
        assert!(of_type(&["application/json", "application/json"]).is_err());
    }

    #[test]
    fn what_is_compressed_is_not_unpacked() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_ENCODING, http::HeaderValue::from_static("gzip"));
        assert_eq!(must_be_json(&headers).unwrap_err().code(), Code::UnsupportedMediaType);
    }
}
