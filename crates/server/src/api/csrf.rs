//! `GET /v1/csrf`: the CSRF token of a session, for a page that was loaded before it knew one. Also by refresh cookie alone,
//! so that a page whose access token has expired can refresh; nothing rotates.

use axum::extract::{Request, State};
use http::StatusCode;
use serde_json::json;

use super::Answer;
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::{credential, reply};

pub(super) async fn token(State(door): State<Door>, request: Request) -> Answer {
    let found = credential::present(&door, request.headers())?;
    let session = credential::live_session(&door, &found).await?.ok_or(Problem::new(Code::Unauthenticated))?;
    let token = door.auth().csrf_token(&session.sid)?;
    Ok(reply::json(StatusCode::OK, &json!({ "csrf_token": token })))
}
