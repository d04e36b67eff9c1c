//! `/setup`: the first administrator, by the link that the operator made.

use axum::extract::{Request, State};
use doorward_core::store::Purpose;

use super::form_page::FormPage;
use super::link::Returned;
use super::sign_up;
use super::visit::{Answer, Visit};
use crate::door::Door;
use crate::problem::{Code, Problem};

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let token = visit.link().ok_or(Problem::new(Code::LinkGone))?;
    visit.auth.look_at_link(Purpose::Setup, &token).await?.ok_or(Problem::new(Code::LinkGone))?;
    page(&visit, token, "", "")?.show()
}

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let mut came = Returned::read(&door, request).await?;
    let visit = came.visit.clone();
    let page = page(&visit, came.token.clone(), came.form.text("identifier"), came.form.text("display_name"))?;
    let page = came.check(page)?;
    let made = visit.auth.set_up(&came.token, sign_up::wanted(&came.form)).await;
    came.welcome(made, page).await
}

fn page<'v>(visit: &'v Visit, token: String, identifier: &str, called: &str) -> Result<FormPage<'v>, Problem> {
    super::mode(&visit.auth).ok_or(Problem::new(Code::NotFound))?;
    let mut page = FormPage::new(visit, "/setup", visit.t("setup-title"), visit.t("setup-button"));
    page.lead = Some(visit.t("setup-lead"));
    page.fields = sign_up::fields(visit, identifier, called)?;
    page.link = Some(token);
    Ok(page)
}
