//! `GET /openapi.json`: the description of the API. It is the same for everybody, and tells nothing that the project does not.

use std::sync::LazyLock;

use axum::response::Response;
use http::StatusCode;

use crate::{reference, reply};

pub(super) async fn document() -> Response {
    static DOCUMENT: LazyLock<String> = LazyLock::new(reference::openapi);
    reply::public(reply::bytes(StatusCode::OK, "application/json", DOCUMENT.as_bytes()))
}
