//! `POST /oauth/introspect` (RFC 7662): whether a token counts at this moment, for an application that has shown its secret
//! and has the permission `tokens:introspect`. Whatever the reason why it does not count: exactly `{"active":false}`.

use axum::extract::{Request, State};
use doorward_core::introspect::Active;
use doorward_core::records::Session;
use doorward_core::verify::Claims;
use http::StatusCode;
use serde_json::{Value, json};

use super::ask::Ask;
use super::{Answer, Fault, Refusal};
use crate::door::Door;
use crate::problem::Problem;
use crate::reply;

/// What an application needs to ask.
const PERMISSION: &str = "tokens:introspect";

pub(crate) async fn introspect(State(door): State<Door>, request: Request) -> Answer {
    let ask = Ask::read(&door, request).await?;
    if !ask.confidential {
        return Err(Fault::InvalidClient { by_header: false }.into());
    }
    if !ask.client.permissions.iter().any(|p| p == PERMISSION) {
        return Err(Fault::UnauthorizedClient("the application needs the permission tokens:introspect").into());
    }
    let found = ask.auth.introspect(ask.must("token")?, &ask.client).await;
    let body = match found.map_err(|error| Refusal::Problem(Problem::from(error)))? {
        None => json!({ "active": false }),
        Some(Active::Access(token)) => of_access(&token.claims),
        Some(Active::Refresh(session)) => of_refresh(&session, &door),
    };
    Ok(reply::json(StatusCode::OK, &body))
}

/// Everything that the token says, and that it counts.
fn of_access(claims: &Claims) -> Value {
    let mut body = serde_json::to_value(claims).unwrap_or_default();
    body["active"] = true.into();
    body["token_type"] = "Bearer".into();
    if body.get("scope").is_none() {
        body["scope"] = claims.permissions.join(" ").into();
    }
    body
}

fn of_refresh(session: &Session, door: &Door) -> Value {
    json!({
        "active": true,
        "iss": door.auth().policy().issuer,
        "sub": session.account,
        "client_id": session.client,
        "sid": session.sid,
        "iat": session.created_at.as_secs(),
        "exp": session.idle_ends_at().as_secs(),
    })
}
