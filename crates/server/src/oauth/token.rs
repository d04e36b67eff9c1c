//! `POST /oauth/token` (RFC 6749 section 3.2): the next pair for a refresh token, or a token for an application itself.

use axum::extract::{Request, State};
use doorward_core::grant::GrantError;
use doorward_core::issue::Issued;
use doorward_core::records::Mode;
use doorward_core::refresh::RefreshError;
use http::StatusCode;
use serde_json::json;

use super::ask::Ask;
use super::{Answer, Fault, Refusal};
use crate::door::Door;
use crate::problem::Problem;
use crate::reply;

pub(crate) async fn token(State(door): State<Door>, request: Request) -> Answer {
    let ask = Ask::read(&door, request).await?;
    match ask.must("grant_type")? {
        "refresh_token" => refresh(&ask).await,
        "client_credentials" => own(&ask),
        _ => Err(Fault::UnsupportedGrantType.into()),
    }
}

async fn refresh(ask: &Ask) -> Answer {
    // People's tokens have no scope that could be narrowed: what they may do is in their roles.
    if ask.get("scope").is_some() {
        return Err(Fault::InvalidScope.into());
    }
    let refreshed = ask.auth.refresh(ask.must("refresh_token")?, &ask.client.id, Mode::Token).await.map_err(refused)?;
    let Issued::Pair(pair) = &refreshed.issued else { return Err(Fault::InvalidGrant(GONE).into()) };
    Ok(reply::json(
        StatusCode::OK,
        &json!({
            "access_token": pair.access.expose(),
            "token_type": "Bearer",
            "expires_in": pair.access_expires_in.as_secs(),
            "refresh_token": pair.refresh.expose(),
        }),
    ))
}

fn own(ask: &Ask) -> Answer {
    if !ask.confidential {
        return Err(Fault::UnauthorizedClient("an application without a secret cannot act in its own name").into());
    }
    let token = ask.auth.client_token(&ask.client, ask.get("scope")).map_err(|error| match error {
        GrantError::NotAllowed => Fault::UnauthorizedClient("the application has no permissions of its own").into(),
        GrantError::Scope => Fault::InvalidScope.into(),
        GrantError::Issue(error) => Refusal::Problem(error.into()),
        GrantError::Unavailable(error) => Refusal::Problem(error.into()),
        _ => Fault::InvalidRequest("the request cannot be answered").into(),
    })?;
    Ok(reply::json(
        StatusCode::OK,
        &json!({
            "access_token": token.access.expose(),
            "token_type": "Bearer",
            "expires_in": token.expires_in.as_secs(),
            "scope": token.scope,
        }),
    ))
}

const GONE: &str = "the refresh token is not valid, or its session is over";

/// A token that was replaced a moment ago is no valid grant here either: RFC 6749 knows no other word. Its session lives.
fn refused(error: RefreshError) -> Refusal {
    match error {
        RefreshError::Superseded => {
            Fault::InvalidGrant("a newer refresh token was handed out; the session lives").into()
        }
        RefreshError::InvalidGrant | RefreshError::CredentialsChanged => Fault::InvalidGrant(GONE).into(),
        other => Refusal::Problem(Problem::from(other)),
    }
}
