//! `/account/name`: how somebody wants to be called.

use axum::extract::{Request, State};

use super::field::Field;
use super::form_page::FormPage;
use super::visit::{Answer, Visit};
use crate::body;
use crate::credential::Caller;
use crate::door::Door;

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let caller = visit.owner().await?;
    let called = caller.account.display_name.clone().unwrap_or_default();
    page(&visit, caller, &called).show()
}

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let form = body::form(request).await?;
    let caller = visit.owner().await?;
    let called = form.text("display_name").trim().to_owned();
    let page = page(&visit, caller.clone(), &called);
    if !visit.is_of(&caller.session.sid, &form)? {
        return page.show_stale();
    }
    let name = Some(called.as_str()).filter(|name| !name.is_empty());
    match visit.auth.rename(caller.account.id, name).await {
        Ok(()) => Ok(visit.go("/account?note=name")),
        Err(error) => page.show_problem(error.into()),
    }
}

fn page<'v>(visit: &'v Visit, caller: Caller, called: &str) -> FormPage<'v> {
    let mut page = FormPage::new(visit, "/account/name", visit.t("name-title"), visit.t("save-button"));
    let field = Field::text("display_name", visit.t("label-display-name"), "name")
        .value(called)
        .hint(visit.t("hint-name"))
        .first();
    page.fields = vec![Field { is_required: false, most: 200, ..field }];
    page.caller = Some(caller);
    page
}
