//! `/sign-in`.

use axum::extract::{Request, State};
use doorward_core::policy::SignUp;
use doorward_core::sign_in::SignedIn;

use super::field::Field;
use super::form_page::FormPage;
use super::said::Said;
use super::to::To;
use super::visit::{Answer, Visit};
use crate::body::{self, Form};
use crate::door::Door;
use crate::enter::{Enter, enter};
use crate::problem::{Code, Problem};
use crate::reply;

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let wanted = visit.wanted();
    if visit.caller().await?.is_some() {
        return Ok(visit.go_on(wanted.as_ref()));
    }
    if can_resume(&visit).await? {
        let to = wanted.unwrap_or_else(|| To::Here(super::visit::HOME.to_owned()));
        return Ok(visit.go(&format!("/continue?to={}", to.in_query())));
    }
    let mut page = page(&visit, "", false, wanted)?;
    page.said = note(&visit);
    page.show()
}

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let mut form = body::form(request).await?;
    let to = visit.wanted_by(form.text("to"));
    let fresh = visit.is_fresh(&form)?;
    // A second click: the first one has signed in already, and taken the form's cookie along.
    if !fresh && visit.caller().await?.is_some() {
        return Ok(visit.go_on(to.as_ref()));
    }
    let ask = ask(&visit, &mut form)?;
    let page = page(&visit, form.text("identifier"), ask.remember, to.clone())?;
    if !fresh {
        return page.show_stale();
    }
    match enter(&door, &visit.auth, &visit.headers, ask).await {
        Ok(signed_in) => welcome(&visit, &signed_in, to.as_ref()),
        Err(problem) => page.show_problem(problem),
    }
}

/// What a form asks for: `identifier`, `password`, `remember`.
pub(super) fn ask(visit: &Visit, form: &mut Form) -> Result<Enter, Problem> {
    let mode = super::mode(&visit.auth).ok_or(Problem::new(Code::NotFound))?;
    Ok(Enter {
        identifier: form.text("identifier").to_owned(),
        password: form.secret("password"),
        client: None,
        mode: Some(mode),
        remember: form.is_ticked("remember"),
    })
}

/// Signed in: the cookies, and on to where the person wanted to go.
pub(super) fn welcome(visit: &Visit, signed_in: &SignedIn, to: Option<&To>) -> Answer {
    Ok(reply::with_cookies(visit.go_on(to), reply::cookies(&visit.door, signed_in)?))
}

/// An access token that is too old is not a sign-in that is over. With the refresh cookie at hand the page that asks whether
/// to go on leads back; from another site that cookie does not come along, and the page finds it.
async fn can_resume(visit: &Visit) -> Result<bool, Problem> {
    let from_elsewhere =
        visit.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site");
    let has_refresh = visit.found()?.refresh.is_some();
    Ok((has_refresh || from_elsewhere) && visit.resumable().await?.is_some())
}

fn page<'v>(visit: &'v Visit, identifier: &str, remember: bool, to: Option<To>) -> Result<FormPage<'v>, Problem> {
    let policy = visit.auth.policy();
    let mode = super::mode(&visit.auth).ok_or(Problem::new(Code::NotFound))?;
    let (life, is_offered) = policy.lifetimes(mode, true);
    let days = life.idle_timeout.as_secs() / 86_400;
    let mut name = Field::text("identifier", visit.t("label-identifier"), "username").value(identifier);
    let mut password = Field::password("password", visit.t("label-password"), "current-password");
    (name.is_first, password.is_first) = (identifier.is_empty(), !identifier.is_empty());
    let mut page = FormPage::new(visit, "/sign-in", visit.t("sign-in-title"), visit.t("sign-in-button"));
    page.fields = vec![name, password];
    page.remember = is_offered.then(|| (visit.t1("label-remember", "count", days.max(1)), remember));
    if policy.sign_up == SignUp::Open {
        let href = to.as_ref().map_or_else(|| "/sign-up".to_owned(), |to| format!("/sign-up?to={}", to.in_query()));
        page.instead = Some((visit.t("sign-in-or"), visit.t("sign-up-title"), href));
    }
    page.to = to;
    Ok(page)
}

/// What has just happened, by a word in the address. It can only say something harmless.
fn note(visit: &Visit) -> Said {
    match visit.uri.query() {
        Some("note=signed-out") => Said::good(visit.t("note-signed-out")),
        Some("note=reset") => Said::good(visit.t("note-reset")),
        Some("note=everywhere") => Said::good(visit.t("note-signed-out-everywhere")),
        _ => Said::default(),
    }
}
