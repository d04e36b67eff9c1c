//! `/sign-up`, where that is open.

use axum::extract::{Request, State};
use doorward_core::accounts::{NewAccount, SignUpError};
use doorward_core::policy::SignUp;
use doorward_core::secret::Plain;

use super::field::Field;
use super::form_page::FormPage;
use super::said::Said;
use super::to::To;
use super::visit::{Answer, Visit};
use super::{password, sign_in};
use crate::body::{self, Form};
use crate::door::Door;
use crate::enter::enter;
use crate::problem::{Code, Problem};

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let wanted = visit.wanted();
    if visit.caller().await?.is_some() {
        return Ok(visit.go_on(wanted.as_ref()));
    }
    page(&visit, "", "", wanted)?.show()
}

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let mut form = body::form(request).await?;
    let to = visit.wanted_by(form.text("to"));
    let fresh = visit.is_fresh(&form)?;
    if !fresh && visit.caller().await?.is_some() {
        return Ok(visit.go_on(to.as_ref()));
    }
    let mut page = page(&visit, form.text("identifier"), form.text("display_name"), to.clone())?;
    if !fresh {
        return page.show_stale();
    }
    if let Some(said) = password::repeated_wrong(&visit, &form) {
        page.said = said;
        return page.show_said(Problem::new(Code::InvalidInput));
    }
    let made = match visit.auth.sign_up(wanted(&form)).await {
        Ok(_) | Err(SignUpError::Taken) => {
            enter(&door, &visit.auth, &visit.headers, sign_in::ask(&visit, &mut form)?).await
        }
        Err(error) => Err(error.into()),
    };
    match made {
        Ok(signed_in) => sign_in::welcome(&visit, &signed_in, to.as_ref()),
        // Who has this account already and knows its password has just signed in; anybody else hears that it is taken.
        Err(problem) if problem.code() == Code::InvalidCredentials => {
            page.said = Said::bad(visit.t("said-look-below")).beside("identifier", visit.t("problem-identifier-taken"));
            page.show_said(Problem::new(Code::IdentifierTaken))
        }
        Err(problem) => page.show_problem(problem),
    }
}

/// What a form asks for: `identifier`, `display_name`, `password`.
pub(super) fn wanted(form: &Form) -> NewAccount {
    let display_name = Some(form.text("display_name").trim()).filter(|n| !n.is_empty()).map(str::to_owned);
    let password = Some(Plain::new(form.text("password").to_owned()));
    NewAccount { identifier: form.text("identifier").to_owned(), password, display_name }
}

/// The fields of a new account.
pub(super) fn fields(visit: &Visit, identifier: &str, called: &str) -> Result<Vec<Field>, Problem> {
    let name = Field::text("display_name", visit.t("label-call-you"), "name").value(called);
    let identifier = Field::text("identifier", visit.t("label-identifier"), "username").value(identifier);
    Ok(vec![
        identifier.hint(visit.t("hint-identifier")).first(),
        Field { is_required: false, most: 200, ..name },
        password::new_password(visit, "password")?,
    ])
}

fn page<'v>(visit: &'v Visit, identifier: &str, called: &str, to: Option<To>) -> Result<FormPage<'v>, Problem> {
    let policy = visit.auth.policy();
    if policy.sign_up != SignUp::Open {
        return Err(Problem::new(Code::SignUpClosed));
    }
    super::mode(&visit.auth).ok_or(Problem::new(Code::NotFound))?;
    let mut page = FormPage::new(visit, "/sign-up", visit.t("sign-up-title"), visit.t("sign-up-button"));
    page.fields = fields(visit, identifier, called)?;
    let href = to.as_ref().map_or_else(|| "/sign-in".to_owned(), |to| format!("/sign-in?to={}", to.in_query()));
    page.instead = Some((visit.t("sign-up-or"), visit.t("sign-in-title"), href));
    page.to = to;
    Ok(page)
}
