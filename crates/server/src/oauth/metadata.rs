//! `GET /.well-known/oauth-authorization-server` (RFC 8414): where everything is. The same for everybody, whatever host the
//! request names; it lists what works and nothing else.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use crate::door::Door;
use crate::reply;

pub(crate) async fn metadata(State(door): State<Door>) -> Response {
    let issuer = &door.auth().policy().issuer;
    let by_secret = ["client_secret_basic", "client_secret_post"];
    let also_none = ["client_secret_basic", "client_secret_post", "none"];
    reply::public(reply::json(
        StatusCode::OK,
        &json!({
            "issuer": issuer,
            "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
            "token_endpoint": format!("{issuer}/oauth/token"),
            "token_endpoint_auth_methods_supported": also_none,
            "revocation_endpoint": format!("{issuer}/oauth/revoke"),
            "revocation_endpoint_auth_methods_supported": also_none,
            "introspection_endpoint": format!("{issuer}/oauth/introspect"),
            "introspection_endpoint_auth_methods_supported": by_secret,
            "grant_types_supported": ["refresh_token", "client_credentials"],
            "response_types_supported": [],
        }),
    ))
}
