//! What comes out, by name. What people get stands here, the rest beside.

use serde_json::{Value, json};

use super::schema::{
    about, account_id, client_id, list, moment, named, nullable, number, object, one_of, sid, text, truth,
};

mod administrators;
mod services;

/// All of them.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let people = vec![
        ("Problem", problem()),
        ("Account", account()),
        ("Session", session()),
        ("SignedIn", signed_in()),
        ("Who", who()),
    ];
    [people, administrators::all(), services::all()].concat()
}

/// RFC 9457, with members of our own behind `code`.
fn problem() -> Value {
    let fault = object([("field", text()), ("code", text()), ("message", text())]);
    object([
        ("type", text()),
        ("title", about(text(), "For people; it may change.")),
        ("status", number(400)),
        ("code", about(text(), "For programs; it never changes.")),
        ("detail?", text()),
        ("errors?", about(list(fault), "Members or parameters that cannot be used.")),
        ("retry_after?", about(number(1), "Seconds.")),
        ("min_length?", about(number(1), "Of a password that is too short.")),
        ("permission?", about(text(), "The one that is missing.")),
        ("ready_at?", about(moment(), "When it is no longer too early.")),
        ("token_bytes?", about(number(1), "Of the token that is too large.")),
        ("token_bytes_at_most?", number(1)),
        ("reasons?", about(list(text()), "Why the server is not ready.")),
        ("request_id", text()),
    ])
}

fn account() -> Value {
    object([("id", account_id()), ("identifier", text()), ("display_name", nullable(text()))])
}

pub(super) fn mode() -> Value {
    one_of(&["session", "token", "hybrid"])
}

fn session() -> Value {
    object([
        ("sid", sid()),
        ("mode", mode()),
        ("client_id", client_id()),
        ("created_at", moment()),
        ("last_seen_at", moment()),
        ("idle_ends_at", about(moment(), "When it ends if nothing happens any more.")),
        ("ends_at", about(moment(), "When it ends, whatever happens.")),
        ("device", text()),
        ("current", about(truth(), "Whether it is the one that asks.")),
    ])
}

fn signed_in() -> Value {
    let in_mode = |mode: &str| json!({ "const": mode });
    let (session, account) = (|| named("Session"), || named("Account"));
    let csrf = || about(text(), "For `X-CSRF-Token`.");
    let by_session =
        object([("mode", in_mode("session")), ("session", session()), ("account", account()), ("csrf_token", csrf())]);
    let by_token = object([
        ("mode", in_mode("token")),
        ("session", session()),
        ("account", account()),
        ("access_token", text()),
        ("token_type", json!({ "const": "Bearer" })),
        ("expires_in", number(0)),
        ("refresh_token", text()),
        ("refresh_expires_in", number(0)),
    ]);
    let by_both = object([
        ("mode", in_mode("hybrid")),
        ("session", session()),
        ("account", account()),
        ("csrf_token", csrf()),
        ("expires_in", number(0)),
    ]);
    json!({ "oneOf": [by_session, by_token, by_both] })
}

fn who() -> Value {
    object([
        ("mode", mode()),
        ("session", named("Session")),
        ("account", named("Account")),
        ("roles", list(text())),
        ("permissions", list(text())),
        ("csrf_token?", about(text(), "In the modes that have cookies.")),
    ])
}
