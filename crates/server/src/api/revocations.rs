//! `GET /v1/revocations`: what has ended, for services that verify tokens without asking. As JSON everything at once, as
//! server-sent events one after the other.

use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use doorward_core::authenticate::{Credential, Principal};
use doorward_core::verify::feed::wire::{SNAPSHOT_TYPE, STREAM_TYPE};
use doorward_core::verify::feed::{Event, Position};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::{Answer, head};
use crate::door::Door;
use crate::feed::Admitted;
use crate::problem::{Code, Problem};
use crate::serve::Endless;
use crate::{basic, credential};

/// The permission that lets an access token read the feed.
const PERMISSION: &str = "revocations:read";

static X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(super) async fn read(State(door): State<Door>, request: Request) -> Answer {
    let (_, headers) = head(&request);
    let admitted = admit(&door, headers).await?;
    match wanted(headers)? {
        Wanted::Snapshot => Ok(answer(door.feed().snapshot().await.into(), SNAPSHOT_TYPE)),
        Wanted::Stream => {
            let from = position(headers)?.ok_or(Problem::new(Code::SnapshotRequired))?;
            let reader = door.feed().open(&from, admitted).ok_or(Problem::new(Code::SnapshotRequired))?;
            let mut answer = answer(reader.into_body(), STREAM_TYPE);
            answer.extensions_mut().insert(Endless { last: Bytes::from(Event::Bye.write()) });
            Ok(answer)
        }
    }
}

/// An application by its secret, or an access token with the permission. Only by `Authorization`: a browser sends a cookie for
/// whoever asks, and no page has any business here.
async fn admit(door: &Door, headers: &HeaderMap) -> Result<Admitted, Problem> {
    if let Some(shown) = basic::shown(door.auth(), headers)? {
        return Ok(Admitted::Client(shown));
    }
    let bearer = credential::present(door, headers)?.bearer.ok_or(Problem::new(Code::Unauthenticated))?;
    match door.auth().authenticate(Credential::Access(bearer)).await? {
        Principal::Token(token) if token.claims.permissions.iter().any(|p| p == PERMISSION) => {
            Ok(Admitted::Token(token))
        }
        _ => Err(Problem::new(Code::Forbidden).detail("this needs the permission revocations:read")),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Snapshot,
    Stream,
}

/// A stream for whoever names it; JSON for whoever takes it, or says nothing.
fn wanted(headers: &HeaderMap) -> Result<Wanted, Problem> {
    let mut listed = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let mut json = !headers.contains_key(header::ACCEPT);
    let stream = listed.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        let is = |other: &str| !refused && name.eq_ignore_ascii_case(other);
        json |= is(SNAPSHOT_TYPE) || is("application/*") || is("*/*");
        is(STREAM_TYPE)
    });
    match (stream, json) {
        (true, _) => Ok(Wanted::Stream),
        (false, true) => Ok(Wanted::Snapshot),
        (false, false) => Err(Problem::new(Code::NotAcceptable)),
    }
}

fn position(headers: &HeaderMap) -> Result<Option<Position>, Problem> {
    let mut found = headers.get_all(&LAST_EVENT_ID).iter();
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => {
            let position = one.to_str().ok().and_then(|text| text.parse().ok());
            position.map(Some).ok_or(Problem::new(Code::BadRequest).detail("Last-Event-ID is not a position of a feed"))
        }
        (Some(_), Some(_)) => Err(Problem::new(Code::BadRequest).detail("Last-Event-ID came twice")),
    }
}

fn answer(body: axum::body::Body, content_type: &'static str) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Else a proxy in front keeps heartbeats back until it has enough of them.
    headers.insert(&X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_for_whoever_names_it_and_json_for_the_others() {
        let ask = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
            wanted(&headers).ok()
        };
        assert_eq!(wanted(&HeaderMap::new()).ok(), Some(Wanted::Snapshot));
        for json in ["application/json", "*/*", "application/*;q=0.5", "text/html, */*", "text/event-stream;q=0, */*"] {
            assert_eq!(ask(json), Some(Wanted::Snapshot), "{json}");
        }
        for stream in ["text/event-stream", "Text/Event-Stream;q=0.1", "application/json, text/event-stream"] {
            assert_eq!(ask(stream), Some(Wanted::Stream), "{stream}");
        }
        assert_eq!(ask("text/html"), None);
    }
}
