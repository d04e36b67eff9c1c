//! `/v1/admin/keys`: the signing keys: see them, add one, let the next one sign, remove one, distrust one.

use axum::extract::{Request, State};
use doorward_core::Timestamp;
use doorward_core::administer::Need;
use doorward_core::keys::operate::Hurry;
use doorward_core::verify::Algorithm;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Named, admit, proved, see, show};
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::reply::rfc3339;
use crate::{body, reply};

const SEE: Need = see("admin:keys");
const CHANGE: Need = proved("admin:keys");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct New {
    algorithm: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Turn {
    #[serde(default)]
    now: bool,
}

pub(super) async fn list(State(door): State<Door>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, SEE).await?;
    let keys: Vec<Value> = admin.auth().list_keys().await?.iter().map(show::key).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "keys": keys })))
}

pub(super) async fn add(State(door): State<Door>, request: Request) -> Answer {
    let (admin, request) = admit(&door, request, CHANGE).await?;
    let New { algorithm } = body::json(request, body::LARGEST).await?;
    let unknown = || Problem::new(Code::InvalidInput).field("algorithm", "unusable", "ES256, Ed25519, EdDSA or RS256");
    let algorithm = Algorithm::from_name(&algorithm).ok_or_else(unknown)?;
    let added = admin.auth().add_key(algorithm).await?;
    Ok(reply::json(StatusCode::CREATED, &json!({ "key": show::key(&added) })))
}

pub(super) async fn rotate(State(door): State<Door>, request: Request) -> Answer {
    let (admin, request) = admit(&door, request, CHANGE).await?;
    let Turn { now } = body::json(request, body::LARGEST).await?;
    let turned = admin.auth().rotate_key(if now { Hurry::Insist } else { Hurry::No }).await?;
    let body = json!({
        "signs": turned.kid,
        "next": turned.next,
        "former": turned.former,
        "former_leaves_at": rfc3339(turned.former_leaves_at),
        "known_everywhere_at": moment(turned.known_everywhere_at),
    });
    Ok(reply::json(StatusCode::OK, &body))
}

pub(super) async fn remove(State(door): State<Door>, Named(kid): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    admin.auth().remove_key(&kid).await?;
    Ok(reply::no_content())
}

pub(super) async fn distrust(State(door): State<Door>, Named(kid): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    let done = admin.auth().distrust_key(&kid).await?;
    let body = json!({
        "distrusted": done.kid,
        "signs": done.signs,
        "known_everywhere_at": moment(done.known_everywhere_at),
        "outstanding_until": moment(done.outstanding_until),
    });
    Ok(reply::json(StatusCode::OK, &body))
}

fn moment(at: Option<Timestamp>) -> Value {
    at.map(rfc3339).into()
}
