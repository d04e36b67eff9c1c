//! `GET /v1/sessions` and `DELETE /v1/sessions/{sid}`: my devices; end one.

use axum::extract::{Path, Request, State};
use doorward_core::audit::Event;
use doorward_core::id::SessionId;
use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, head, sign_out};
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::{credential, reply};

pub(super) async fn list(State(door): State<Door>, request: Request) -> Answer {
    let (method, headers) = head(&request);
    let caller = credential::caller(&door, method, headers).await?;
    let sessions = door.auth().sessions_of(caller.account.id).await?;
    let list: Vec<Value> = sessions.iter().map(|s| reply::session(s, s.sid == caller.session.sid)).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "sessions": list })))
}

/// Somebody else's is not found, like one that never was.
pub(super) async fn end(State(door): State<Door>, Path(sid): Path<String>, request: Request) -> Answer {
    let (method, headers) = head(&request);
    let caller = credential::caller(&door, method, headers).await?;
    let sid: SessionId = sid.parse().map_err(|_| Problem::new(Code::NotFound))?;
    let is_this_one = sid == caller.session.sid;
    let why = if is_this_one { Event::SignedOut } else { Event::SessionEndedElsewhere };
    match door.acting(&request).end_one(caller.account.id, sid, why).await? {
        true if is_this_one && caller.by_cookie => Ok(sign_out::goodbye(&door)),
        true => Ok(reply::no_content()),
        false => Err(Problem::new(Code::NotFound)),
    }
}
