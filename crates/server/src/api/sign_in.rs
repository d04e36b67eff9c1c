//! `POST /v1/sign-in`: a person proves who they are, and the client gets what carries it.

use axum::extract::{Request, State};
use doorward_core::id::ClientId;
use doorward_core::records::Mode;
use doorward_core::secret::Plain;
use serde::Deserialize;

use super::Answer;
use crate::door::Door;
use crate::enter::{Enter, enter};
use crate::problem::{Code, Problem};
use crate::{body, reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    identifier: String,
    password: String,
    client_id: Option<String>,
    mode: Option<Mode>,
    #[serde(default)]
    remember: bool,
}

pub(super) async fn sign_in(State(door): State<Door>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let auth = door.acting(&request);
    let ask: Ask = body::json(request, body::LARGEST_SIGN_IN).await?;
    let ask = Enter {
        identifier: ask.identifier,
        password: Plain::new(ask.password),
        client: client(ask.client_id)?,
        mode: ask.mode,
        remember: ask.remember,
    };
    let signed_in = enter(&door, &auth, &headers, ask).await?;
    reply::signed_in(&door, &signed_in)
}

/// A text that cannot name a client names an unknown one.
pub(super) fn client(id: Option<String>) -> Result<Option<ClientId>, Problem> {
    id.map(|id| id.parse().map_err(|_| Problem::new(Code::ClientUnknown))).transpose()
}
