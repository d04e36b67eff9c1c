//! What comes in: JSON, strictly. A body is read whole, within a limit and a time, before anybody looks at it.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::problem::{Code, Problem};

/// Bytes of a body, as a rule.
pub(crate) const LARGEST: usize = 64 * 1024;
/// Bytes of a body that carries a password.
pub(crate) const LARGEST_SIGN_IN: usize = 8 * 1024;
/// Deepest nesting of JSON that is kept.
const DEEPEST: usize = 32;
/// A body that takes longer to arrive is given up.
const LONGEST_READ: Duration = Duration::from_secs(10);

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
    let text = std::str::from_utf8(&bytes).map_err(|_| not_json())?;
    if depth(text) > DEEPEST {
        return Err(Problem::new(Code::BadRequest).detail("the JSON is nested too deeply"));
    }
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|_| not_json())?;
    Ok(text.trim().to_owned())
}

/// Only this type: a form on another site can send any other without asking.
fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(found), None) = (types.next(), types.next()) else { return Err(Problem::new(Code::UnsupportedMediaType)) };
    let mut parts = found.to_str().unwrap_or("").split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|p| p.is_empty() || p.eq_ignore_ascii_case("charset=utf-8") || p.eq_ignore_ascii_case("charset=\"utf-8\""));
    if is_json && utf8 { Ok(()) } else { Err(Problem::new(Code::UnsupportedMediaType)) }
}

async fn read(request: Request<Body>, limit: usize) -> Result<Bytes, Problem> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|n| n > limit as u64) {
        return Err(Problem::new(Code::BodyTooLarge));
    }
    let whole = Limited::new(request.into_body(), limit).collect();
    match tokio::time::timeout(LONGEST_READ, whole).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::new(Code::BodyTooLarge)),
        Ok(Err(_)) => Err(Problem::new(Code::BadRequest).detail("the body broke off")),
        Err(_) => Err(Problem::new(Code::RequestTimeout)),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader);
    match read {
        Ok(value) => reader.end().map(|()| value).map_err(|_| not_json()),
        Err(error) if error.inner().is_data() => Err(unusable(&error)),
        Err(_) => Err(not_json()),
    }
}

fn not_json() -> Problem {
    Problem::new(Code::BadRequest).detail("the body is not valid JSON in UTF-8")
}

/// Says which member, never what was in it: the library's own text quotes values, and one of them is a password.
fn unusable(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let text = error.inner().to_string();
    let quoted = || text.split('`').nth(1).unwrap_or("").to_owned();
    let problem = Problem::new(Code::InvalidInput);
    match () {
        () if text.starts_with("missing field") => problem.field(quoted(), "is missing"),
        () if text.starts_with("duplicate field") => problem.field(quoted(), "stands twice"),
        () if text.starts_with("unknown field") => problem.field(shown(&quoted()), "is not known here"),
        () => problem.field(shown(&error.path().to_string()), "has another type, or is none of the allowed values"),
    }
}

/// A name that somebody else chose, if it looks like a name.
fn shown(name: &str) -> String {
    let plain = name.len() <= 40 && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.'));
    if plain { name.to_owned() } else { "(unprintable)".to_owned() }
}

/// Deepest nesting of brackets outside of strings.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0usize, 0, false, false);
    for c in text.bytes() {
        match c {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
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
            (r#"{"password": "a", "password": "hunter2"}"#, Code::InvalidInput, "stands twice"),
            (r#"{}"#, Code::InvalidInput, "is missing"),
            (r#"{"password": "hunter2""#, Code::BadRequest, "not valid JSON"),
            (r#"{"password": "hunter2"} x"#, Code::BadRequest, "not valid JSON"),
            ("[1,2]", Code::InvalidInput, ""),
            ("\"hunter2\"", Code::InvalidInput, ""),
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

    #[test]
    fn depth_counts_brackets_outside_of_strings() {
        assert_eq!(depth(r#"{"a":[1,{"b":"[[[[\"[["}]}"#), 3);
    }
}
