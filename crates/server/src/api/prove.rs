//! `POST /v1/prove` and `POST /v1/password`: the person of a session proves again who they are, or chooses another password.
//! Both answer like a sign-in: the session has a successor, and the answer carries it.

use axum::extract::{Request, State};
use doorward_core::secret::Plain;
use serde::Deserialize;

use super::{Answer, head};
use crate::door::Door;
use crate::{body, credential, reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskProof {
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskPassword {
    /// Not needed where the last proof is of a moment ago.
    current_password: Option<String>,
    password: String,
}

pub(super) async fn prove(State(door): State<Door>, request: Request) -> Answer {
    let (method, headers) = head(&request);
    let caller = credential::caller(&door, method, headers).await?;
    let auth = door.acting(&request);
    let ask: AskProof = body::json(request, body::LARGEST_SIGN_IN).await?;
    let successor = auth.prove_again(&caller.session, &Plain::new(ask.password)).await?;
    reply::signed_in(&door, &successor)
}

pub(super) async fn change(State(door): State<Door>, request: Request) -> Answer {
    let (method, headers) = head(&request);
    let caller = credential::caller(&door, method, headers).await?;
    let auth = door.acting(&request);
    let ask: AskPassword = body::json(request, body::LARGEST_SIGN_IN).await?;
    let current = ask.current_password.map(Plain::new);
    let successor = auth.change_password(&caller.session, current.as_ref(), &Plain::new(ask.password)).await?;
    reply::signed_in(&door, &successor)
}
