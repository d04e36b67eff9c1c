//! `POST /v1/sign-out`: the session ends, or the others, or all. By session cookie or access token; by refresh token or
//! refresh cookie where the access token has expired.

use std::sync::Arc;

use axum::extract::{Request, State};
use doorward_core::authenticate::Credential;
use doorward_core::records::Session;
use doorward_core::revoke::End;
use doorward_core::verify::present::Presented;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use serde::Deserialize;

use super::Answer;
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::{body, cookie, credential, reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    #[serde(default)]
    end: What,
    refresh_token: Option<String>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    #[default]
    Current,
    Others,
    All,
}

pub(super) async fn sign_out(State(door): State<Door>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let found = credential::present(&door, &headers)?;
    let auth = door.acting(&request);
    let ask: Ask = body::json(request, body::LARGEST).await?;
    let session = match &ask.refresh_token {
        Some(token) => credential::peek(&door, token).await?,
        None => signed_in(&door, &headers, &found).await?,
    };
    let end = match ask.end {
        What::Current => End::Current,
        What::Others => End::Others,
        What::All => End::All,
    };
    match session {
        Some(session) => auth.sign_out(&session, end).await?,
        None if ask.end == What::Current => {}
        // "All are ended" would be a lie.
        None => return Err(Problem::new(Code::Unauthenticated)),
    }
    if ask.end == What::Others { Ok(reply::no_content()) } else { Ok(goodbye(&door)) }
}

/// Whose request it is; `None` if nobody is signed in any more, which is what a sign-out wants anyway.
async fn signed_in(door: &Door, headers: &HeaderMap, found: &Presented<'_>) -> Result<Option<Arc<Session>>, Problem> {
    if let Some(bearer) = found.bearer {
        return match door.auth().authenticate_with_record(Credential::Access(bearer)).await.map_err(Problem::from) {
            Ok((session, _)) => Ok(Some(session)),
            Err(problem) if problem.code() == Code::InvalidToken && !found.has_cookie() => Ok(None),
            // Good but for its age: with the refresh token the sign-out works, and saying "done" would be a lie.
            Err(problem) => Err(problem),
        };
    }
    if !found.has_cookie() {
        return Ok(None);
    }
    match credential::live_session(door, found).await? {
        Some(session) => credential::prove(door, headers, &session.sid, None).map(|()| Some(session)),
        None => credential::from_our_pages(door, headers, found).map(|()| None),
    }
}

/// Cookies go; where the host is ours alone, so does what the browser kept of our pages.
pub(super) fn goodbye(door: &Door) -> axum::response::Response {
    let mut response = reply::with_cookies(reply::no_content(), cookie::clear_all(door.options()));
    if door.options().own_host {
        let name = HeaderName::from_static("clear-site-data");
        response.headers_mut().insert(name, HeaderValue::from_static("\"cache\", \"storage\""));
    }
    response
}
