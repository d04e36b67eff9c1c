//! `GET /.well-known/jwks.json`: the public keys, for everybody (RFC 7517).

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http::header::{self, HeaderName, HeaderValue};

use crate::door::Door;
use crate::reply;

/// Public and the same for all: may be kept for five minutes, anywhere, and read by scripts of any origin. A key is
/// published long before it signs, so five minutes hide nothing.
pub(super) async fn published(State(door): State<Door>) -> Response {
    let jwks = door.auth().keyring().jwks();
    let mut response = reply::bytes(StatusCode::OK, "application/jwk-set+json", jwks.as_bytes().to_vec());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    response
}
