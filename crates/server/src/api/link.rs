//! `POST /v1/setup`, `/v1/reset`, `/v1/invite`: what a link that works once is good for. The token comes in the body, so
//! that it stands in no log of requests; nothing here signs anybody in.

use axum::extract::{Request, State};
use doorward_core::accounts::NewAccount;
use doorward_core::records::Account;
use doorward_core::secret::Plain;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::Answer;
use crate::door::Door;
use crate::problem::Problem;
use crate::{body, credential, reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskAccount {
    token: String,
    identifier: String,
    password: String,
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskPassword {
    token: String,
    password: String,
}

pub(super) async fn set_up(State(door): State<Door>, request: Request) -> Answer {
    let auth = door.acting(&request);
    let (token, new) = account(&door, request).await?;
    Ok(made(&auth.set_up(token.expose(), new).await?))
}

pub(super) async fn accept(State(door): State<Door>, request: Request) -> Answer {
    let auth = door.acting(&request);
    let (token, new) = account(&door, request).await?;
    Ok(made(&auth.accept_invite(token.expose(), new).await?))
}

pub(super) async fn reset(State(door): State<Door>, request: Request) -> Answer {
    from_our_pages(&door, &request)?;
    let auth = door.acting(&request);
    let ask: AskPassword = body::json(request, body::LARGEST_SIGN_IN).await?;
    auth.reset(Plain::new(ask.token).expose(), &Plain::new(ask.password)).await?;
    Ok(reply::no_content())
}

fn from_our_pages(door: &Door, request: &Request) -> Result<(), Problem> {
    let found = credential::present(door, request.headers())?;
    credential::from_our_pages(door, request.headers(), &found)
}

async fn account(door: &Door, request: Request) -> Result<(Plain<String>, NewAccount), Problem> {
    from_our_pages(door, &request)?;
    let ask: AskAccount = body::json(request, body::LARGEST_SIGN_IN).await?;
    let new = NewAccount {
        identifier: ask.identifier,
        password: Some(Plain::new(ask.password)),
        display_name: ask.display_name,
    };
    Ok((Plain::new(ask.token), new))
}

fn made(account: &Account) -> axum::response::Response {
    reply::json(StatusCode::CREATED, &json!({ "account": reply::account(account) }))
}
