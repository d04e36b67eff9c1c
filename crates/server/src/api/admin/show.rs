//! What administrators see. Each member is named here by hand: what is added to a record is not shown by accident.

use std::time::Duration;

use doorward_core::audit::Row;
use doorward_core::directory::Client;
use doorward_core::keys::operate::KeyView;
use doorward_core::records::{Account, Session};
use doorward_core::roles::Assigned;
use serde_json::{Value, json};

use crate::reply::rfc3339 as time;

pub(super) fn account(account: &Account) -> Value {
    json!({
        "id": account.id.as_str(),
        "identifier": account.identifier,
        "display_name": account.display_name,
        "disabled_at": account.disabled_at.map(time),
        "has_password": account.password.is_some(),
        "roles": account.roles,
        "permissions": account.permissions,
        "created_at": time(account.created_at),
    })
}

/// With the size of the largest token that says all this, so that nobody is surprised by it later.
pub(super) fn assigned(assigned: &Assigned) -> Value {
    json!({ "account": account(&assigned.account), "token_bytes": assigned.token_bytes })
}

pub(super) fn session(session: &Session) -> Value {
    json!({
        "sid": session.sid.as_str(),
        "account": session.account.as_str(),
        "mode": session.mode.name(),
        "client_id": session.client.as_str(),
        "device": session.device,
        "host": session.host,
        "created_at": time(session.created_at),
        "last_seen_at": time(session.last_seen_at),
        "idle_ends_at": time(session.idle_ends_at()),
        "ends_at": time(session.ends_at),
    })
}

pub(super) fn client(client: &Client) -> Value {
    let seconds = |span: Option<Duration>| span.map(|span| span.as_secs());
    let secrets = client.secrets.iter().map(|s| json!({ "secret_id": s.id, "created_at": time(s.created_at) }));
    json!({
        "id": client.id,
        "name": client.name,
        "enabled": client.enabled,
        "modes": client.modes,
        "audiences": client.audiences,
        "origins": client.origins,
        "claims": client.claims,
        "permissions": client.permissions,
        "native": client.native,
        "idle_timeout_seconds": seconds(client.idle_timeout),
        "absolute_timeout_seconds": seconds(client.absolute_timeout),
        "secrets": secrets.collect::<Vec<_>>(),
    })
}

pub(super) fn key(KeyView { key, moves_at, leaves_at }: &KeyView) -> Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm.name(),
        "state": key.state.name(),
        "created_at": time(key.created_at),
        "signs_since": key.active_at.map(time),
        "moves_at": moves_at.map(time),
        "leaves_at": leaves_at.map(time),
    })
}

pub(super) fn row(row: &Row) -> Value {
    let note = &row.note;
    json!({
        "seq": row.seq,
        "at": time(note.at),
        "event": note.event.name(),
        "outcome": note.outcome.name(),
        "actor": note.actor.to_string(),
        "account": note.account,
        "sid": note.sid,
        "client_id": note.client,
        "object": note.object,
        "reason": note.reason,
        "address": note.address,
        "request_id": note.request,
    })
}
