//! `/continue`: the access token in the cookie has expired, the sign-in has not. The page changes nothing by itself; its script
//! or its one button asks for the next pair. Also the way to another origin after a form.

use askama::Template;
use axum::extract::{Request, State};
use doorward_core::Auth;
use doorward_core::records::{Mode, Session};
use doorward_core::refresh::RefreshError;
use http::StatusCode;
use std::sync::Arc;

use super::said::Said;
use super::to::To;
use super::visit::{Answer, HOME, Visit};
use crate::body;
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::{cookie, reply};

#[derive(Template)]
#[template(path = "continue.html")]
struct Page<'v> {
    v: &'v Visit,
    said: Said,
    token: String,
    client: String,
    to: To,
    sign_in: String,
}

#[derive(Template)]
#[template(path = "away.html")]
struct Away<'v> {
    v: &'v Visit,
    said: Said,
    to: String,
    host: String,
}

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let to = visit.wanted().unwrap_or_else(|| To::Here(HOME.to_owned()));
    if visit.caller().await?.is_some() {
        return arrive(&visit, to);
    }
    match visit.resumable().await? {
        Some(session) => page(&visit, &session, to, Said::default(), StatusCode::OK),
        None => Ok(visit.go_sign_in(Some(&to))),
    }
}

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let form = body::form(request).await?;
    visit.must_be_ours()?;
    let to = visit.wanted_by(form.text("to")).unwrap_or_else(|| To::Here(HOME.to_owned()));
    let found = visit.found()?;
    let Some((token, session)) = refreshable(&visit.auth, found.refresh).await? else {
        return Ok(reply::with_cookies(visit.go_sign_in(Some(&to)), cookie::clear_all(door.options())));
    };
    if !visit.is_of(&session.sid, &form)? {
        return page(&visit, &session, to, Said::bad(visit.t("said-stale")), StatusCode::FORBIDDEN);
    }
    match visit.auth.refresh(token, &session.client, Mode::Hybrid).await {
        Ok(next) => {
            let cookies = reply::carriers(&door, &next.session, &next.issued, next.session.last_seen_at)?;
            Ok(reply::with_cookies(visit.go_on(Some(&to)), cookies))
        }
        // Another tab was faster, and the browser has its cookies already.
        Err(RefreshError::Superseded) => Ok(visit.go_on(Some(&to))),
        Err(RefreshError::InvalidGrant | RefreshError::CredentialsChanged) => {
            Ok(reply::with_cookies(visit.go_sign_in(Some(&to)), cookie::clear_all(door.options())))
        }
        Err(error) => Err(error.into()),
    }
}

async fn refreshable<'t>(auth: &Auth, token: Option<&'t str>) -> Result<Option<(&'t str, Arc<Session>)>, Problem> {
    let Some(token) = token else { return Ok(None) };
    Ok(auth.peek_refresh(token).await?.map(|session| (token, session)))
}

fn page(visit: &Visit, session: &Session, to: To, said: Said, status: StatusCode) -> Answer {
    let token = visit.auth.csrf_token(&session.sid)?;
    let sign_in = format!("/sign-in?to={}", to.in_query());
    let page = Page { v: visit, said, token, client: session.client.to_string(), sign_in, to };
    Ok(visit.page(status, &page)?)
}

/// Nothing to ask: on to the place, through a page in between if it is on another origin.
fn arrive(visit: &Visit, to: To) -> Answer {
    match to {
        To::Here(path) => Ok(visit.go(&path)),
        To::There(url) => {
            let parsed = url::Url::parse(&url).map_err(|_| Problem::new(Code::NotFound))?;
            let host = parsed.host_str().unwrap_or_default().to_owned();
            Ok(visit.page(StatusCode::OK, &Away { v: visit, said: Said::default(), to: url, host })?)
        }
    }
}
