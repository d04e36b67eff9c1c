//! What goes out.

use std::fmt::Write as _;

use axum::body::Body;
use axum::response::Response;
use doorward_core::Timestamp;
use doorward_core::issue::{Issued, Pair};
use doorward_core::records::{Account, Mode, Session};
use doorward_core::sign_in::SignedIn;
use http::StatusCode;
use http::header::{self, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::cookie;
use crate::door::Door;
use crate::problem::Problem;

pub(crate) fn bytes(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    bytes(status, "application/json", body.to_string().into_bytes())
}

/// Public and the same for all: may be kept for a quarter of an hour, anywhere, and read by scripts of any origin.
pub(crate) fn public(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=900"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    response
}

pub(crate) fn no_content() -> Response {
    empty(StatusCode::NO_CONTENT)
}

pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

pub(crate) fn with_cookies(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// RFC 3339 in UTC, to the second: as in every answer.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    // Beyond the year 9999 there is no RFC 3339; nothing of ours lives that long.
    jiff::Timestamp::from_second(at.as_secs()).unwrap_or(jiff::Timestamp::MAX).to_string()
}

pub(crate) fn session(session: &Session, current: bool) -> Value {
    json!({
        "sid": session.sid.as_str(),
        "mode": session.mode.name(),
        "client_id": session.client.as_str(),
        "created_at": rfc3339(session.created_at),
        "last_seen_at": rfc3339(session.last_seen_at),
        "idle_ends_at": rfc3339(session.idle_ends_at()),
        "ends_at": rfc3339(session.ends_at),
        "device": session.device,
        "current": current,
    })
}

pub(crate) fn account(account: &Account) -> Value {
    json!({ "id": account.id.as_str(), "identifier": account.identifier, "display_name": account.display_name })
}

/// Who somebody is. Written straight into the answer: this is the body that is asked for most.
pub(crate) fn who(session: &Session, account: &Account, csrf_token: Option<&str>) -> Response {
    let mut out = String::with_capacity(640);
    out.push_str("{\"mode\":\"");
    out.push_str(session.mode.name());
    out.push_str("\",\"session\":");
    write_session(&mut out, session);
    out.push_str(",\"account\":{\"id\":\"");
    out.push_str(account.id.as_str());
    out.push_str("\",\"identifier\":");
    write_text(&mut out, &account.identifier);
    out.push_str(",\"display_name\":");
    match &account.display_name {
        Some(name) => write_text(&mut out, name),
        None => out.push_str("null"),
    }
    out.push_str("},\"roles\":");
    write_list(&mut out, &account.roles);
    out.push_str(",\"permissions\":");
    write_list(&mut out, &account.permissions);
    if let Some(token) = csrf_token {
        out.push_str(",\"csrf_token\":\"");
        out.push_str(token);
        out.push('"');
    }
    out.push('}');
    bytes(StatusCode::OK, "application/json", out.into_bytes())
}

fn write_session(out: &mut String, session: &Session) {
    let (sid, mode, client) = (&session.sid, session.mode.name(), session.client.as_str());
    let _ = write!(out, "{{\"sid\":\"{sid}\",\"mode\":\"{mode}\",\"client_id\":\"{client}\"");
    let times = [
        ("created_at", session.created_at),
        ("last_seen_at", session.last_seen_at),
        ("idle_ends_at", session.idle_ends_at()),
        ("ends_at", session.ends_at),
    ];
    for (name, at) in times {
        let at = jiff::Timestamp::from_second(at.as_secs()).unwrap_or(jiff::Timestamp::MAX);
        let _ = write!(out, ",\"{name}\":\"{at}\"");
    }
    out.push_str(",\"device\":");
    write_text(out, &session.device);
    out.push_str(",\"current\":true}");
}

/// A text of letters that JSON leaves alone is copied; any other goes through the library.
fn write_text(out: &mut String, text: &str) {
    if text.bytes().all(|c| c >= 0x20 && c != b'"' && c != b'\\' && c != 0x7f) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        let _ = write!(out, "{}", Value::from(text));
    }
}

fn write_list(out: &mut String, list: &[String]) {
    out.push('[');
    for (n, text) in list.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        write_text(out, text);
    }
    out.push(']');
}

/// The answer to somebody who has just proved who they are.
pub(crate) fn signed_in(door: &Door, signed_in: &SignedIn) -> Result<Response, Problem> {
    let SignedIn { session, account, issued: what, .. } = signed_in;
    let response = issued(door, session, account, what, session.created_at)?;
    Ok(with_cookies(response, known(door, signed_in)))
}

/// Every cookie of somebody who has just proved who they are, for an answer without a body of its own.
pub(crate) fn cookies(door: &Door, signed_in: &SignedIn) -> Result<Vec<HeaderValue>, Problem> {
    let (session, now) = (&signed_in.session, signed_in.session.created_at);
    Ok(carriers(door, session, &signed_in.issued, now)?.into_iter().chain(known(door, signed_in)).collect())
}

/// What the browser is known by from now on.
fn known(door: &Door, signed_in: &SignedIn) -> Vec<HeaderValue> {
    signed_in.browser.iter().map(|token| cookie::for_device(door.options(), token.expose())).collect()
}

/// The answer to a sign-in or a refresh: what carries it, in the body or in cookies, and who it is.
pub(crate) fn issued(
    door: &Door,
    at: &Session,
    who: &Account,
    issued: &Issued,
    now: Timestamp,
) -> Result<Response, Problem> {
    let mut body = json!({ "mode": at.mode.name(), "session": session(at, true), "account": account(who) });
    match issued {
        Issued::Session(_) => body["csrf_token"] = door.auth().csrf_token(&at.sid)?.into(),
        Issued::Pair(pair) if at.mode == Mode::Hybrid => {
            body["csrf_token"] = door.auth().csrf_token(&at.sid)?.into();
            body["expires_in"] = pair.access_expires_in.as_secs().into();
        }
        Issued::Pair(pair) => write_pair(&mut body, pair, now),
    }
    Ok(with_cookies(json(StatusCode::OK, &body), carriers(door, at, issued, now)?))
}

/// The cookies of a sign-in; none where the answer's body carries it.
pub(crate) fn carriers(
    door: &Door,
    at: &Session,
    issued: &Issued,
    now: Timestamp,
) -> Result<Vec<HeaderValue>, Problem> {
    match issued {
        Issued::Session(token) => cookie::for_session(door.options(), at, token.expose(), now),
        Issued::Pair(pair) if at.mode == Mode::Hybrid => cookie::for_hybrid(door.options(), at, pair, now),
        Issued::Pair(_) => Ok(Vec::new()),
    }
}

fn write_pair(body: &mut Value, pair: &Pair, now: Timestamp) {
    body["access_token"] = pair.access.expose().as_str().into();
    body["token_type"] = "Bearer".into();
    body["expires_in"] = pair.access_expires_in.as_secs().into();
    body["refresh_token"] = pair.refresh.expose().as_str().into();
    body["refresh_expires_in"] = pair.refresh_expires_at.since(now).as_secs().into();
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::store::contract::{sample_account, sample_session};

    #[tokio::test]
    async fn the_fast_writer_and_the_library_write_the_same_json() {
        let session = Session { device: "A \"strange\"\n设备\\".into(), ..sample_session(1) };
        let mut account = sample_account(1);
        account.roles = vec!["editor".into(), "管理\"员".into()];
        let response = who(&session, &account, Some("abc.def"));
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let found: Value = serde_json::from_slice(&body).unwrap();
        let wanted = json!({
            "mode": "token", "session": super::session(&session, true), "account": super::account(&account),
            "roles": account.roles, "permissions": [], "csrf_token": "abc.def",
        });
        assert_eq!(found, wanted);
    }

    #[test]
    fn times_are_rfc_3339_in_utc() {
        assert_eq!(rfc3339(Timestamp::from_secs(1_800_000_000)), "2027-01-15T08:00:00Z");
    }
}
