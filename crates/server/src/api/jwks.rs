//! `GET /.well-known/jwks.json`: the public keys, for everybody (RFC 7517).

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http::header::{self, HeaderName, HeaderValue};

use crate::door::Door;
use crate::reply;

/// Public and the same for all: may be kept for a quarter of an hour, anywhere, and read by scripts of any origin. A key is
/// published for at least half an hour before it signs, so whoever keeps this has the key of every token.
pub(super) async fn published(State(door): State<Door>) -> Response {
    let jwks = door.auth().keyring().jwks();
    let mut response = reply::bytes(StatusCode::OK, "application/jwk-set+json", jwks.as_bytes().to_vec());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=900"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    response
}
