//! `/`, and where password managers look for the place to change a password
//! (<https://w3c.github.io/webappsec-change-password-url/>).

use axum::extract::{Request, State};

use super::visit::{Answer, HOME, Visit};
use crate::door::Door;

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let signed_in = visit.caller().await?.is_some() || visit.resumable().await?.is_some();
    Ok(visit.go(if signed_in { HOME } else { "/sign-in" }))
}

pub(super) async fn change_password(State(door): State<Door>, request: Request) -> Answer {
    Ok(Visit::new(&door, &request).go("/account/password"))
}
