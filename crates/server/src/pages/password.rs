//! `/account/password`: another password, by whoever knows the current one. All other sign-ins end.

use axum::extract::{Request, State};
use doorward_core::prove::ProveError;

use super::field::Field;
use super::form_page::FormPage;
use super::said::Said;
use super::visit::{Answer, Visit};
use crate::body::{self, Form};
use crate::credential::Caller;
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::reply;

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let caller = visit.owner().await?;
    page(&visit, caller)?.show()
}

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let mut form = body::form(request).await?;
    let caller = visit.owner().await?;
    let mut page = page(&visit, caller.clone())?;
    if !visit.is_of(&caller.session.sid, &form)? {
        return page.show_stale();
    }
    if let Some(said) = repeated_wrong(&visit, &form) {
        page.said = said;
        return page.show_said(Problem::new(Code::InvalidInput));
    }
    let (current, new) = (form.secret("current"), form.secret("password"));
    match visit.auth.change_password(&caller.session, Some(&current), &new).await {
        Ok(next) => Ok(reply::with_cookies(visit.go("/account?note=password"), reply::cookies(&door, &next)?)),
        Err(ProveError::Wrong) => {
            page.said = Said::bad(visit.t("said-look-below")).beside("current", visit.t("fault-current-password"));
            page.show_said(Problem::new(Code::InvalidCredentials))
        }
        Err(error) => page.show_problem(error.into()),
    }
}

fn page(visit: &Visit, caller: Caller) -> Result<FormPage<'_>, Problem> {
    let mut page = FormPage::new(visit, "/account/password", visit.t("password-title"), visit.t("password-button"));
    page.fields = vec![
        Field::whose(&caller.account.identifier),
        Field::password("current", visit.t("label-current-password"), "current-password").first(),
        new_password(visit, "password")?,
    ];
    page.lead = Some(visit.t("password-lead"));
    page.caller = Some(caller);
    Ok(page)
}

/// A field for a new password: the rule, and one to take.
pub(super) fn new_password(visit: &Visit, name: &'static str) -> Result<Field, Problem> {
    let least = visit.auth.policy().password_min_length;
    let hint = visit.t1("hint-new-password", "least", least);
    let suggestion = visit.auth.suggest_password()?.expose().clone();
    let field = Field::password(name, visit.t("label-new-password"), "new-password").hint(hint);
    Ok(Field { least, suggestion: Some(suggestion), is_repeated: true, ..field })
}

/// Where nothing can show what was typed it is asked twice; and then both must be the same.
pub(super) fn repeated_wrong(visit: &Visit, form: &Form) -> Option<Said> {
    let differs = form.has("repeat") && form.text("repeat") != form.text("password");
    differs.then(|| Said::bad(visit.t("said-look-below")).beside("password", visit.t("fault-repeat")))
}
