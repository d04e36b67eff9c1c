//! What administrators see.

use serde_json::Value;

use crate::api::describe::bodies::mode;
use crate::api::describe::schema::{
    about, account_id, client_id, list, moment, name, named, nullable, number, object, one_of, sid, text, truth,
};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("AdminAccount", account()),
        ("Assigned", assigned()),
        ("AdminSession", session()),
        ("Link", object([("link", about(text(), "Shown once; hand it on.")), ("expires_at", moment())])),
        ("Client", client()),
        ("Secret", object([("secret_id", text()), ("secret", about(text(), "Shown once."))])),
        ("Role", object([("name", name()), ("permissions", list(name())), ("built_in", truth())])),
        ("Permission", object([("name", name()), ("about", text()), ("built_in", truth())])),
        ("Key", key()),
        ("AuditRow", row()),
    ]
}

fn account() -> Value {
    object([
        ("id", account_id()),
        ("identifier", text()),
        ("display_name", nullable(text())),
        ("disabled_at", nullable(moment())),
        ("has_password", truth()),
        ("roles", list(name())),
        ("permissions", list(name())),
        ("created_at", moment()),
    ])
}

fn assigned() -> Value {
    let size = about(number(1), "Of the largest access token that the account could get.");
    object([("account", named("AdminAccount")), ("token_bytes", size)])
}

fn session() -> Value {
    object([
        ("sid", sid()),
        ("account", account_id()),
        ("mode", mode()),
        ("client_id", client_id()),
        ("device", text()),
        ("host", text()),
        ("created_at", moment()),
        ("last_seen_at", moment()),
        ("idle_ends_at", moment()),
        ("ends_at", moment()),
    ])
}

fn client() -> Value {
    object([
        ("id", client_id()),
        ("name", nullable(text())),
        ("enabled", truth()),
        ("modes", list(mode())),
        ("audiences", list(text())),
        ("origins", list(text())),
        ("claims", list(one_of(&["name", "preferred_username"]))),
        ("permissions", list(name())),
        ("native", truth()),
        ("idle_timeout_seconds", nullable(number(0))),
        ("absolute_timeout_seconds", nullable(number(0))),
        ("secrets", list(object([("secret_id", text()), ("created_at", moment())]))),
    ])
}

fn key() -> Value {
    object([
        ("kid", text()),
        ("algorithm", text()),
        ("state", one_of(&["next", "active", "retired"])),
        ("created_at", moment()),
        ("signs_since", nullable(moment())),
        ("moves_at", about(nullable(moment()), "When the next one takes its place; or when it may sign.")),
        ("leaves_at", nullable(moment())),
    ])
}

fn row() -> Value {
    let maybe = || nullable(text());
    object([
        ("seq", number(1)),
        ("at", moment()),
        ("event", about(text(), "One of the list of events.")),
        ("outcome", one_of(&["done", "refused"])),
        ("actor", text()),
        ("account", maybe()),
        ("sid", maybe()),
        ("client_id", maybe()),
        ("object", maybe()),
        ("reason", maybe()),
        ("address", maybe()),
        ("request_id", maybe()),
    ])
}
