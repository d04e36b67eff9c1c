//! `/account`: who somebody is here, and what they can do about it.

use askama::Template;
use axum::extract::{Request, State};
use http::StatusCode;

use super::said::Said;
use super::visit::{Answer, Visit};
use super::when::{self, When};
use crate::credential::Caller;
use crate::door::Door;

#[derive(Template)]
#[template(path = "account.html")]
struct Page<'v> {
    v: &'v Visit,
    caller: Caller,
    said: Said,
    since: When,
    devices: String,
    here: &'static str,
}

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let caller = visit.owner().await?;
    let count = visit.auth.sessions_of(caller.account.id).await?.len();
    let page = Page {
        v: &visit,
        said: note(&visit),
        since: when::on(caller.account.created_at, visit.words()),
        devices: visit.t1("account-devices", "count", count),
        here: "account",
        caller,
    };
    Ok(visit.page(StatusCode::OK, &page)?)
}

fn note(visit: &Visit) -> Said {
    match visit.uri.query() {
        Some("note=password") => Said::good(visit.t("note-password")),
        Some("note=name") => Said::good(visit.t("note-name")),
        _ => Said::default(),
    }
}
