//! `GET /.well-known/jwks.json`: the public keys, for everybody (RFC 7517).

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::door::Door;
use crate::reply;

/// A key is published for at least half an hour before it signs, so whoever keeps this for a quarter of an hour has the key of
/// every token.
pub(super) async fn published(State(door): State<Door>) -> Response {
    let jwks = door.auth().keyring().jwks();
    reply::public(reply::bytes(StatusCode::OK, "application/jwk-set+json", jwks.as_bytes().to_vec()))
}
