//! Who asks? From what a request presents to a session and its account, and whether a cookie may be believed.
//!
//! CSRF protection follows the credential that was *used*: a request that was recognised by a cookie needs it, whatever
//! other headers it carries; one that was recognised by a header does not, because no browser sends that by itself.

use std::sync::Arc;

use doorward_core::authenticate::{AuthError, Credential};
use doorward_core::id::SessionId;
use doorward_core::records::{Account, Session};
use doorward_core::store::StoreError;
use doorward_core::verify::present::{self, Presented};
use doorward_core::wire;
use http::{HeaderMap, Method};

use crate::cookie;
use crate::door::Door;
use crate::origin;
use crate::problem::{Code, Problem};

/// Somebody, and the record of their sign-in.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) session: Arc<Session>,
    pub(crate) account: Arc<Account>,
    /// Whether a cookie said so.
    pub(crate) by_cookie: bool,
}

/// Reads what the request presents.
pub(crate) fn present<'a>(door: &Door, headers: &'a HeaderMap) -> Result<Presented<'a>, Problem> {
    let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    Ok(present::present(pairs, door.names())?)
}

/// Who asks, by whichever credential; with a cookie, an unsafe method must prove where it comes from.
pub(crate) async fn caller(door: &Door, method: &Method, headers: &HeaderMap) -> Result<Caller, Problem> {
    let found = present(door, headers)?;
    let caller = identify(door, &found).await?;
    if caller.by_cookie && !present::is_safe(method.as_str()) {
        prove(door, headers, &caller.session.sid, None)?;
    }
    Ok(caller)
}

async fn identify(door: &Door, found: &Presented<'_>) -> Result<Caller, Problem> {
    if let Some(bearer) = found.bearer {
        let (session, account) = door.auth().authenticate_with_record(Credential::Access(bearer)).await?;
        if found.has_cookie() && by_cookies(door, found).await?.iter().any(|c| c.session.sid != session.sid) {
            return Err(Problem::new(Code::AmbiguousCredentials));
        }
        return Ok(Caller { session, account, by_cookie: false });
    }
    match (found.session, found.access_cookie) {
        (Some(token), None) if found.refresh.is_none() => by_cookie(door, Credential::Session(token)).await,
        (None, Some(token)) => {
            let caller = by_cookie(door, Credential::Access(token)).await?;
            if belongs(found.refresh, caller.session.sid) { Ok(caller) } else { Err(two_sign_ins(door)) }
        }
        (None, None) => Err(Problem::new(Code::Unauthenticated)),
        _ => one_of(door, found).await,
    }
}

async fn by_cookie(door: &Door, credential: Credential<'_>) -> Result<Caller, Problem> {
    let (session, account) = door.auth().authenticate_with_record(credential).await.map_err(in_a_cookie)?;
    Ok(Caller { session, account, by_cookie: true })
}

/// A cookie that is no token of ours is the same as no cookie.
fn in_a_cookie(error: AuthError) -> Problem {
    match error {
        AuthError::InvalidToken => Problem::new(Code::Unauthenticated),
        other => other.into(),
    }
}

/// Whether the refresh cookie is of the same sign-in; told without asking anybody.
fn belongs(refresh: Option<&str>, sid: SessionId) -> bool {
    refresh.and_then(wire::parse_refresh_token).is_none_or(|parts| parts.sid == sid)
}

fn two_sign_ins(door: &Door) -> Problem {
    Problem::new(Code::AmbiguousCredentials).cookies(cookie::clear_all(door.options()))
}

/// Cookies of both modes came along: fine if only one of them is a live sign-in.
async fn one_of(door: &Door, found: &Presented<'_>) -> Result<Caller, Problem> {
    let mut live = by_cookies(door, found).await?;
    live.dedup_by_key(|caller| caller.session.sid);
    match live.len() {
        0 => Err(Problem::new(Code::Unauthenticated)),
        1 => Ok(live.remove(0)),
        _ => Err(two_sign_ins(door)),
    }
}

/// Everybody whom a cookie of the request names, looked up one by one.
async fn by_cookies(door: &Door, found: &Presented<'_>) -> Result<Vec<Caller>, Problem> {
    let credentials = [found.session.map(Credential::Session), found.access_cookie.map(Credential::Access)];
    let mut live = Vec::new();
    for credential in credentials.into_iter().flatten() {
        match door.auth().authenticate_with_record(credential).await {
            Ok((session, account)) => live.push(Caller { session, account, by_cookie: true }),
            Err(AuthError::Unavailable(error)) => return Err(error.into()),
            Err(_) => {}
        }
    }
    Ok(live)
}

/// The live session that a cookie or a refresh token names, for what may end it or replace it. Nothing rotates.
pub(crate) async fn live_session(door: &Door, found: &Presented<'_>) -> Result<Option<Arc<Session>>, Problem> {
    let mut live: Vec<_> = by_cookies(door, found).await?.into_iter().map(|c| c.session).collect();
    if let Some(token) = found.refresh {
        live.extend(peek(door, token).await?);
    }
    live.dedup_by_key(|session| session.sid);
    match live.len() {
        0 | 1 => Ok(live.pop()),
        _ => Err(two_sign_ins(door)),
    }
}

/// The session of a genuine refresh token.
pub(crate) async fn peek(door: &Door, token: &str) -> Result<Option<Arc<Session>>, StoreError> {
    door.auth().peek_refresh(token).await
}

/// A cookie may be believed if the request comes from our own pages and knows the session's CSRF token, from the header or,
/// in a form, from its field.
pub(crate) fn prove(door: &Door, headers: &HeaderMap, sid: &SessionId, form: Option<&str>) -> Result<(), Problem> {
    let mut tokens = headers.get_all("x-csrf-token").iter();
    let token = match (tokens.next(), tokens.next()) {
        (Some(token), None) => token.to_str().ok(),
        (None, _) => form,
        (Some(_), Some(_)) => None,
    };
    let ours = origin::check(headers, door.origins(), true).is_ok();
    if ours && token.is_some_and(|token| door.auth().csrf_holds(sid, token)) {
        return Ok(());
    }
    tracing::info!(event = "csrf_failed", %sid, from_our_pages = ours, "a request by cookie was refused");
    Err(Problem::new(Code::CsrfFailed))
}

/// For what needs no session: the request must not come from another site.
pub(crate) fn from_our_pages(door: &Door, headers: &HeaderMap, found: &Presented<'_>) -> Result<(), Problem> {
    origin::check(headers, door.origins(), found.has_cookie()).map_err(|_| Problem::new(Code::CsrfFailed))
}
