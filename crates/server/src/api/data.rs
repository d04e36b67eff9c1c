//! `GET`, `PUT`, `DELETE /v1/session/data/{key}`: what an application keeps in a session, as far as the session's holder
//! may see and write it: keys under `client.` only. A value has a tag (`ETag`), and a write says which value it means.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use doorward_core::data::{DataChange, DataWrite, Expect, LONGEST_KEY};
use doorward_core::throttle::Work;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

use super::{Answer, head};
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::{body, credential, reply};

pub(super) async fn read(State(door): State<Door>, Path(key): Path<String>, request: Request) -> Answer {
    let (method, headers) = head(&request);
    let caller = credential::caller(&door, method, headers).await?;
    let key = open_key(key)?;
    let data = door.auth().data(caller.session.sid).await?.ok_or(Problem::new(Code::Unauthenticated))?;
    let value = data.values.get(&key).ok_or(Problem::new(Code::NotFound))?;
    let response = reply::bytes(StatusCode::OK, "application/json", value.json.clone().into_bytes());
    Ok(tagged(response, value.tag))
}

pub(super) async fn write(State(door): State<Door>, Path(key): Path<String>, request: Request) -> Answer {
    let (method, headers) = head(&request);
    let caller = credential::caller(&door, method, headers).await?;
    let key = open_key(key)?;
    let asked = expected(headers)?;
    let json = body::json_text(request, body::LARGEST).await?;
    door.auth().admit_work(Work::Data(caller.session.sid))?;
    // Without a condition a value may be made, but not replaced: that would undo what another tab has just written.
    let change = DataChange { key, json: Some(json), expect: asked.unwrap_or(Expect::Absent) };
    match door.auth().write_data(caller.session.sid, change).await? {
        DataWrite::Kept(tag) => Ok(tagged(reply::no_content(), tag)),
        DataWrite::Mismatch if asked.is_none() => Err(Problem::new(Code::PreconditionRequired)),
        other => Err(refused(other)),
    }
}

pub(super) async fn remove(State(door): State<Door>, Path(key): Path<String>, request: Request) -> Answer {
    let (method, headers) = head(&request);
    let caller = credential::caller(&door, method, headers).await?;
    door.auth().admit_work(Work::Data(caller.session.sid))?;
    let change = DataChange { key: open_key(key)?, json: None, expect: expected(headers)?.unwrap_or(Expect::Anything) };
    match door.auth().write_data(caller.session.sid, change).await? {
        DataWrite::Removed => Ok(reply::no_content()),
        other => Err(refused(other)),
    }
}

/// Any other key is the application's own, and not there for whoever asks over HTTP.
fn open_key(key: String) -> Result<String, Problem> {
    let name = key.strip_prefix("client.").unwrap_or("");
    let plain = name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'));
    if !name.is_empty() && plain && key.len() <= LONGEST_KEY { Ok(key) } else { Err(Problem::new(Code::NotFound)) }
}

/// `If-Match` and `If-None-Match` (RFC 9110 section 13.1), as far as they make sense for a write.
fn expected(headers: &HeaderMap) -> Result<Option<Expect>, Problem> {
    let one = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => Ok(Some(value.to_str().unwrap_or("").trim())),
            (Some(_), Some(_)) => Err(Problem::new(Code::BadRequest).detail("a condition stands twice")),
        }
    };
    match (one(header::IF_MATCH)?, one(header::IF_NONE_MATCH)?) {
        (None, None) => Ok(None),
        (Some("*"), None) => Ok(Some(Expect::Present)),
        (None, Some("*")) => Ok(Some(Expect::Absent)),
        // A tag that we never gave matches nothing.
        (Some(tag), None) => Ok(Some(Expect::Tag(read_tag(tag).unwrap_or(u64::MAX)))),
        _ => Err(Problem::new(Code::BadRequest).detail("these conditions cannot be combined")),
    }
}

fn read_tag(text: &str) -> Option<u64> {
    text.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

fn tagged(mut response: Response, tag: u64) -> Response {
    if let Ok(value) = HeaderValue::try_from(format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

fn refused(outcome: DataWrite) -> Problem {
    Problem::new(match outcome {
        DataWrite::Mismatch => Code::PreconditionFailed,
        DataWrite::TooLarge => Code::SessionDataTooLarge,
        DataWrite::NotLive => Code::Unauthenticated,
        DataWrite::Kept(_) | DataWrite::Removed => Code::Internal,
    })
}
