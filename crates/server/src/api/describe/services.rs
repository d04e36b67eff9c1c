//! What services, applications and the machines of operators ask.

use serde_json::{Value, json};

use super::operation::{Operation, Who, get, post};
use super::schema::{about, body, named, object, one_of, text};
use crate::api::leaked;
use crate::problem::Code;

pub(super) fn operations() -> Vec<Operation> {
    let services = [feed(), oauth()].into_iter().flatten().map(|operation| operation.tag("services"));
    services.chain(operators().into_iter().map(|operation| operation.tag("operators"))).collect()
}

fn feed() -> Vec<Operation> {
    vec![
        get(
            "/v1/revocations",
            "What has ended: everything at once as JSON, or one after the other as server-sent events",
        )
        .by(Who::Reader)
        .header("Last-Event-ID", text(), "`feed_id:seq`, for the stream.")
        .gives(200, "A snapshot, or the stream", named("Snapshot"))
        .gives_as(200, "", "text/event-stream", text())
        .fails(&[Code::NotAcceptable, Code::SnapshotRequired]),
        post("/v1/leaked", "End a credential that leaked, whatever it is; the answer is the same for every text")
            .asks::<leaked::Ask>(body([("token", text())]))
            .gives_nothing("If it was one, it is dead")
            .fails(&[Code::Unavailable]),
        get("/.well-known/jwks.json", "The public keys (RFC 7517)").gives_as(
            200,
            "The keys; may be kept for 15 minutes",
            "application/jwk-set+json",
            named("Jwks"),
        ),
        get("/openapi.json", "This document").gives(200, "OpenAPI 3.1", json!({ "type": "object" })),
    ]
}

fn oauth() -> Vec<Operation> {
    let asked = |operation: Operation, members: Value| {
        let mut form = members;
        form["properties"]["client_id"] = text();
        form["properties"]["client_secret"] = about(text(), "Where the application does not use HTTP Basic.");
        let operation = operation.by(Who::Application).asks_form(form);
        operation.gives(400, "RFC 6749 section 5.2", named("OAuthError")).gives(
            401,
            "The application has not shown that it is itself",
            named("OAuthError"),
        )
    };
    let hint = || one_of(&["access_token", "refresh_token"]);
    let token = object([
        ("grant_type", one_of(&["refresh_token", "client_credentials"])),
        ("refresh_token?", text()),
        ("scope?", text()),
    ]);
    vec![
        asked(post("/oauth/token", "The next pair for a refresh token, or a token for the application itself"), token)
            .gives(200, "Tokens (RFC 6749 section 5.1)", named("Tokens")),
        asked(
            post("/oauth/revoke", "End one of the application's tokens (RFC 7009)"),
            object([("token", text()), ("token_type_hint?", hint())]),
        )
        .gives(200, "The same for every token", json!({ "type": "object" })),
        asked(
            post("/oauth/introspect", "Whether a token counts (RFC 7662)"),
            object([("token", text()), ("token_type_hint?", text())]),
        )
        .gives(200, "What it says, or only that it does not count", named("Introspection")),
        get("/.well-known/oauth-authorization-server", "Where the OAuth endpoints are (RFC 8414)").gives(
            200,
            "The metadata",
            named("Metadata"),
        ),
    ]
}

fn operators() -> Vec<Operation> {
    vec![
        get("/health/live", "Whether the process answers").gives(200, "It does", named("Status")),
        get("/health/ready", "Whether requests may be sent here")
            .gives(200, "They may", named("Status"))
            .fails(&[Code::Unavailable]),
        get("/metrics", "Numbers, in the text form that Prometheus reads; where the settings say so")
            .gives_as(200, "The numbers", "text/plain; version=0.0.4; charset=utf-8", text())
            .fails(&[Code::NotFound]),
    ]
}
