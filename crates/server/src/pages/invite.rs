//! `/invite`: an account for somebody who was invited.

use axum::extract::{Request, State};

use super::field::Field;
use super::form_page::FormPage;
use super::link::Returned;
use super::sign_up;
use super::visit::{Answer, Visit};
use crate::door::Door;
use crate::problem::{Code, Problem};

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let token = visit.link().ok_or(Problem::new(Code::LinkGone))?;
    let invited = visit.auth.look_at_invite(&token).await?.ok_or(Problem::new(Code::LinkGone))?;
    page(&visit, token, &invited, &invited, "")?.show()
}

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let mut came = Returned::read(&door, request).await?;
    let visit = came.visit.clone();
    let invited = visit.auth.look_at_invite(&came.token).await?.unwrap_or_default();
    let typed = (came.form.text("identifier"), came.form.text("display_name"));
    let page = page(&visit, came.token.clone(), &invited, typed.0, typed.1)?;
    let page = came.check(page)?;
    let made = visit.auth.accept_invite(&came.token, sign_up::wanted(&came.form)).await;
    came.welcome(made, page).await
}

/// Whoever was invited by name cannot take another.
fn page<'v>(
    visit: &'v Visit,
    token: String,
    invited: &str,
    typed: &str,
    called: &str,
) -> Result<FormPage<'v>, Problem> {
    super::mode(&visit.auth).ok_or(Problem::new(Code::NotFound))?;
    let mut page = FormPage::new(visit, "/invite", visit.t("invite-title"), visit.t("sign-up-button"));
    page.lead = Some(visit.t("invite-lead"));
    page.fields = sign_up::fields(visit, if invited.is_empty() { typed } else { invited }, called)?;
    if !invited.is_empty() {
        let fixed = |field: Field| Field { is_fixed: field.name == "identifier", ..field };
        page.fields = page.fields.into_iter().map(fixed).collect();
    }
    page.link = Some(token);
    Ok(page)
}
