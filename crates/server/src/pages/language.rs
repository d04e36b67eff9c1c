//! `POST /language`: the switch in the footer of every page.

use axum::extract::{Request, State};
use http::header::SET_COOKIE;

use super::to::To;
use super::visit::{Answer, Visit};
use super::words::Language;
use crate::body;
use crate::cookie;
use crate::door::Door;
use crate::problem::{Code, Problem};

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let form = body::form(request).await?;
    visit.must_be_ours()?;
    let chosen = Language::from_tag(form.text("language")).ok_or(Problem::new(Code::InvalidInput))?;
    let to = visit.wanted_by(form.text("to")).filter(|to| matches!(to, To::Here(_)));
    let mut response = visit.go(to.as_ref().map_or("/", To::text));
    response.headers_mut().append(SET_COOKIE, cookie::for_language(door.options(), chosen.tag()));
    Ok(response)
}
