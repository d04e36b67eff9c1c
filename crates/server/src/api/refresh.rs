//! `POST /v1/refresh`: a refresh token buys the next pair. In mode `token` it comes in the body, in mode `hybrid` in its
//! cookie, and then the CSRF rules apply.

use axum::extract::{Request, State};
use doorward_core::Auth;
use doorward_core::id::ClientId;
use doorward_core::records::Mode;
use doorward_core::refresh::RefreshError;
use doorward_core::wire;
use serde::Deserialize;

use super::{Answer, sign_in};
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::{body, cookie, credential, reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    refresh_token: Option<String>,
    client_id: Option<String>,
}

pub(super) async fn refresh(State(door): State<Door>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let found = credential::present(&door, &headers)?;
    let auth = door.acting(&request);
    let ask: Ask = body::json(request, body::LARGEST).await?;
    let client = sign_in::client(ask.client_id)?.unwrap_or_else(ClientId::default_client);
    match (ask.refresh_token, found.refresh) {
        (Some(_), Some(_)) => Err(Problem::new(Code::AmbiguousCredentials)),
        (Some(token), None) => rotate(&door, &auth, &token, &client, Mode::Token).await,
        (None, Some(token)) => {
            let Some(parts) = wire::parse_refresh_token(token) else { return Err(over(&door)) };
            credential::prove(&door, &headers, &parts.sid, None)?;
            rotate(&door, &auth, token, &client, Mode::Hybrid).await
        }
        (None, None) => Err(Problem::new(Code::InvalidGrant)),
    }
}

async fn rotate(door: &Door, auth: &Auth, token: &str, client: &ClientId, mode: Mode) -> Answer {
    let refreshed = match auth.refresh(token, client, mode).await {
        Ok(refreshed) => refreshed,
        // Nothing is left behind the cookies: a browser that kept them would ask for ever.
        Err(RefreshError::InvalidGrant) if mode == Mode::Hybrid => return Err(over(door)),
        Err(RefreshError::CredentialsChanged) if mode == Mode::Hybrid => {
            return Err(Problem::new(Code::CredentialsChanged).cookies(cookie::clear_all(door.options())));
        }
        Err(error) => return Err(error.into()),
    };
    let now = refreshed.session.last_seen_at;
    reply::issued(door, &refreshed.session, &refreshed.account, &refreshed.issued, now)
}

fn over(door: &Door) -> Problem {
    Problem::new(Code::InvalidGrant).cookies(cookie::clear_all(door.options()))
}
