//! Links that work once, for somebody to hand on. The answer shows a link once: only its digest is kept.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::Response;
use doorward_core::administer::{AdminError, Need};
use doorward_core::link::Link;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Named, account_id, admit, proved, see};
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::{body, reply};

const RESET: Need = proved("admin:accounts");
const INVITE: Need = see("admin:accounts");

const DAY: Duration = Duration::from_secs(86_400);
/// Days that an invitation works where nobody says how many, and at most.
const USUAL_DAYS: u32 = 7;
const MOST_DAYS: u32 = 90;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Invite {
    identifier: Option<String>,
    days: Option<u32>,
}

pub(super) async fn reset(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, RESET).await?;
    Ok(made(&admin.reset_link(account_id(&id)?).await?))
}

pub(super) async fn invite(State(door): State<Door>, request: Request) -> Answer {
    let (admin, request) = admit(&door, request, INVITE).await?;
    let Invite { identifier, days } = body::json(request, body::LARGEST).await?;
    let days = days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Problem::new(Code::InvalidInput).field("days", "unusable", "1 to 90 days"));
    }
    let link = admin.auth().invite_link(identifier.as_deref(), DAY * days).await.map_err(AdminError::from)?;
    Ok(made(&link))
}

fn made(link: &Link) -> Response {
    let body = json!({ "link": link.url.expose().as_str(), "expires_at": reply::rfc3339(link.expires_at) });
    reply::json(StatusCode::CREATED, &body)
}
