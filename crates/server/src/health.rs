//! Is it alive, and may it be sent requests?

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use doorward_core::Auth;
use http::StatusCode;
use serde_json::json;

use crate::door::Door;
use crate::reply;

/// A store that takes longer is not ready.
const LONGEST: Duration = Duration::from_secs(2);

/// The process answers.
pub(crate) async fn live() -> Response {
    reply::json(StatusCode::OK, &json!({ "status": "live" }))
}

/// The database answers. That the log was read before anything else is a matter of course: without it there is no `Auth`.
pub(crate) async fn ready(State(door): State<Door>) -> Response {
    let database = tokio::time::timeout(LONGEST, door.auth().log().head()).await;
    match database {
        Ok(Ok(_)) => reply::json(StatusCode::OK, &json!({ "status": "ready" })),
        Ok(Err(error)) => {
            tracing::warn!(event = "not_ready", %error, "the database does not answer");
            not_ready()
        }
        Err(_) => not_ready(),
    }
}

fn not_ready() -> Response {
    let mut response = reply::json(
        StatusCode::SERVICE_UNAVAILABLE,
        &json!({ "status": "not ready", "reason": "the database does not answer" }),
    );
    response.headers_mut().insert(http::header::RETRY_AFTER, http::HeaderValue::from(1));
    response
}

/// For operators' machines.
pub(crate) async fn metrics(State(door): State<Door>) -> Response {
    let text = door.metrics().text(&gauges(door.auth()));
    reply::bytes(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text.into_bytes())
}

fn gauges(auth: &Auth) -> Vec<(&'static str, &'static str, u64)> {
    let mut gauges = vec![
        ("doorward_revoked_entries", "What this node remembers as ended.", auth.revoked().len() as u64),
        ("doorward_signing_keys", "Published signing keys.", auth.keyring().published().len() as u64),
        ("doorward_password_hashes_waiting", "Password hashes in the queue.", auth.hashes_waiting() as u64),
    ];
    // The second number of the line counts resident pages.
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    if let Some(pages) = statm.split(' ').nth(1).and_then(|p| p.parse::<u64>().ok()) {
        gauges.push(("process_resident_memory_bytes", "Resident memory.", pages * rustix::param::page_size() as u64));
    }
    gauges
}
