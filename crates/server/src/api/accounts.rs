//! `POST /v1/accounts`: sign up, where that is open.

use axum::extract::{Request, State};
use doorward_core::accounts::NewAccount;
use doorward_core::secret::Plain;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::Answer;
use crate::door::Door;
use crate::{body, credential, reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    identifier: String,
    password: String,
    display_name: Option<String>,
}

pub(super) async fn sign_up(State(door): State<Door>, request: Request) -> Answer {
    let found = credential::present(&door, request.headers())?;
    credential::from_our_pages(&door, request.headers(), &found)?;
    let auth = door.acting(&request);
    let ask: Ask = body::json(request, body::LARGEST_SIGN_IN).await?;
    let new = NewAccount {
        identifier: ask.identifier,
        password: Some(Plain::new(ask.password)),
        display_name: ask.display_name,
    };
    let account = auth.sign_up(new).await?;
    Ok(reply::json(StatusCode::CREATED, &json!({ "account": reply::account(&account) })))
}
