//! `/reset`: a new password by link. It signs nobody in: whoever holds a link has not proved to be the person.

use axum::extract::{Request, State};
use doorward_core::link::UseError;

use super::field::Field;
use super::form_page::FormPage;
use super::link::Returned;
use super::visit::{Answer, Visit};
use super::{password, sign_out};
use crate::door::Door;
use crate::problem::{Code, Problem};

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let token = visit.link().ok_or(Problem::new(Code::LinkGone))?;
    let whose = visit.auth.look_at_reset(&token).await?.ok_or(Problem::new(Code::LinkGone))?;
    page(&visit, token, &whose)?.show()
}

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let mut came = Returned::read(&door, request).await?;
    let visit = came.visit.clone();
    let whose = visit.auth.look_at_reset(&came.token).await?.ok_or(Problem::new(Code::LinkGone))?;
    let page = came.check(page(&visit, came.token.clone(), &whose)?)?;
    match visit.auth.reset(&came.token, &came.form.secret("password")).await {
        // Whoever was signed in here is not any more.
        Ok(_) => Ok(sign_out::goodbye(&visit, "/sign-in?note=reset")),
        Err(UseError::Gone) => Err(UseError::Gone.into()),
        Err(error) => page.show_problem(error.into()),
    }
}

fn page<'v>(visit: &'v Visit, token: String, whose: &str) -> Result<FormPage<'v>, Problem> {
    let mut page = FormPage::new(visit, "/reset", visit.t("reset-title"), visit.t("reset-button"));
    page.lead = Some(visit.t("reset-lead"));
    page.fields = vec![Field::whose(whose), Field { is_first: true, ..password::new_password(visit, "password")? }];
    page.link = Some(token);
    Ok(page)
}
