//! What services and operators get.

use serde_json::{Value, json};

use crate::api::describe::schema::{about, list, named, number, object, one_of, text, truth};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("Snapshot", snapshot()),
        ("Ended", ended()),
        ("Jwks", object([("keys", list(jwk()))])),
        ("OAuthError", object([("error", text()), ("error_description", text())])),
        ("Tokens", tokens()),
        ("Introspection", introspection()),
        ("Metadata", metadata()),
        ("Status", object([("status", one_of(&["live", "ready"]))])),
    ]
}

fn snapshot() -> Value {
    object([("feed_id", text()), ("seq", number(0)), ("iss", text()), ("entries", list(named("Ended")))])
}

fn ended() -> Value {
    object([
        ("kind", one_of(&["session", "token", "account", "client", "key"])),
        ("until", about(number(0), "Unix seconds: after that it may be forgotten.")),
        ("sid?", text()),
        ("jti?", text()),
        ("account?", text()),
        ("below?", about(number(0), "Tokens of the account whose `ver` is below have ended.")),
        ("client_id?", text()),
        ("before?", about(number(0), "Unix seconds: what the application got before has ended.")),
        ("kid?", text()),
    ])
}

fn jwk() -> Value {
    object([
        ("kty", one_of(&["EC", "OKP", "RSA"])),
        ("kid", text()),
        ("alg?", text()),
        ("use?", json!({ "const": "sig" })),
        ("crv?", text()),
        ("x?", text()),
        ("y?", text()),
        ("n?", text()),
        ("e?", text()),
    ])
}

fn tokens() -> Value {
    object([
        ("access_token", text()),
        ("token_type", json!({ "const": "Bearer" })),
        ("expires_in", number(0)),
        ("refresh_token?", text()),
        ("scope?", text()),
    ])
}

/// Everything that the token says stands in it, also what only one installation has.
fn introspection() -> Value {
    let mut schema = object([("active", truth()), ("sub?", text()), ("client_id?", text()), ("exp?", number(0))]);
    schema["additionalProperties"] = true.into();
    schema
}

fn metadata() -> Value {
    object([
        ("issuer", text()),
        ("jwks_uri", text()),
        ("token_endpoint", text()),
        ("token_endpoint_auth_methods_supported", list(text())),
        ("revocation_endpoint", text()),
        ("revocation_endpoint_auth_methods_supported", list(text())),
        ("introspection_endpoint", text()),
        ("introspection_endpoint_auth_methods_supported", list(text())),
        ("grant_types_supported", list(text())),
        ("response_types_supported", list(text())),
    ])
}
