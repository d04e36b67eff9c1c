//! `POST /v1/leaked`: whoever finds a credential of ours ends it. The answer is the same whatever it was, so that nobody can
//! try here what works elsewhere.

use std::time::Duration;

use axum::extract::{Request, State};
use doorward_core::limit::Rate;
use doorward_core::secret::Plain;
use serde::Deserialize;

use super::Answer;
use crate::door::Door;
use crate::{body, reply};

/// Bytes of a body: one token is shorter.
const LARGEST: usize = 16 * 1024;

/// Reports from one address: a person has found a few, and a program that has found many asks an operator.
const REPORTS: Rate = Rate::per(30, Duration::from_secs(60));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    token: String,
}

pub(super) async fn end(State(door): State<Door>, request: Request) -> Answer {
    let auth = door.acting(&request);
    auth.admit_from("leaked", REPORTS).await?;
    let ask: Ask = body::json(request, LARGEST).await?;
    auth.end_leaked(Plain::new(ask.token).expose()).await?;
    Ok(reply::no_content())
}
