//! Other people's sign-ins: see them, end them. To end one needs no fresh proof: whoever sees a thief at work must not be
//! asked for a password first.

use axum::extract::{Request, State};
use doorward_core::administer::Need;
use doorward_core::id::SessionId;
use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Named, account_id, admit, see, show};
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::reply;

const NEED: Need = see("admin:sessions");

pub(super) async fn list(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, NEED).await?;
    let sessions = admin.sessions_of(account_id(&id)?).await?;
    let sessions: Vec<Value> = sessions.iter().map(show::session).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "sessions": sessions })))
}

pub(super) async fn end_all(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, NEED).await?;
    let ended = admin.sign_out(account_id(&id)?).await?;
    Ok(reply::json(StatusCode::OK, &json!({ "ended": ended })))
}

pub(super) async fn read(State(door): State<Door>, Named(sid): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, NEED).await?;
    let session = admin.session(session_id(&sid)?).await?.ok_or(Problem::new(Code::NotFound))?;
    Ok(reply::json(StatusCode::OK, &json!({ "session": show::session(&session) })))
}

pub(super) async fn end(State(door): State<Door>, Named(sid): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, NEED).await?;
    match admin.auth().force_out(session_id(&sid)?).await? {
        true => Ok(reply::no_content()),
        false => Err(Problem::new(Code::NotFound)),
    }
}

fn session_id(text: &str) -> Result<SessionId, Problem> {
    text.parse().map_err(|_| Problem::new(Code::NotFound))
}
