//! `/sign-out`: asks, and then does. Asking changes nothing: a link, a picture or a browser that loads ahead signs nobody out.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::Response;
use doorward_core::revoke::End;
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};

use super::said::Said;
use super::visit::{Answer, Visit};
use crate::door::Door;
use crate::{body, cookie, credential, reply};

#[derive(Template)]
#[template(path = "sign-out.html")]
struct Page<'v> {
    v: &'v Visit,
    said: Said,
    token: String,
}

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    page(&visit, Said::default(), StatusCode::OK).await
}

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let form = body::form(request).await?;
    visit.must_be_ours()?;
    let Some(session) = credential::live_session(&door, &visit.found()?).await? else {
        return Ok(goodbye(&visit, "/sign-in?note=signed-out"));
    };
    if !visit.is_of(&session.sid, &form)? {
        return page(&visit, Said::bad(visit.t("said-stale")), StatusCode::FORBIDDEN).await;
    }
    let (end, next) = match form.text("end") {
        "all" => (End::All, "/sign-in?note=everywhere"),
        "others" => (End::Others, "/account/devices?note=others"),
        _ => (End::Current, "/sign-in?note=signed-out"),
    };
    visit.auth.sign_out(&session, end).await?;
    Ok(if end == End::Others { visit.go(next) } else { goodbye(&visit, next) })
}

/// Cookies go; where the host is ours alone, so does what the browser kept of our pages.
pub(super) fn goodbye(visit: &Visit, next: &str) -> Response {
    let options = visit.door.options();
    let mut response = reply::with_cookies(visit.go(next), cookie::clear_all(options));
    if options.own_host {
        let name = HeaderName::from_static("clear-site-data");
        response.headers_mut().insert(name, HeaderValue::from_static("\"cache\", \"storage\""));
    }
    response
}

async fn page(visit: &Visit, said: Said, status: StatusCode) -> Answer {
    // Also after the access token has expired: the sign-out itself goes by the refresh cookie.
    let session = match visit.caller().await? {
        Some(caller) => Some(caller.session),
        None => visit.resumable().await?,
    };
    let Some(session) = session else {
        return Ok(visit.go("/sign-in"));
    };
    let token = visit.auth.csrf_token(&session.sid)?;
    Ok(visit.page(status, &Page { v: visit, said, token })?)
}
