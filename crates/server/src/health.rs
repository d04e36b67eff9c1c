//! Is it alive, and may it be sent requests? And the numbers for operators' machines.

use std::future::Future;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use doorward_core::Auth;
use doorward_core::id::SessionId;
use doorward_core::store::StoreError;
use http::StatusCode;
use serde_json::json;

use crate::door::Door;
use crate::metrics::Gauge;
use crate::problem::{Code, Problem};
use crate::reply;

/// A store that takes longer does not answer.
const LONGEST: Duration = Duration::from_secs(2);
/// A node that has not read the log for longer may not know what others have ended.
const OLDEST_LOG: Duration = Duration::from_secs(10);

/// The process answers.
pub(crate) async fn live() -> Response {
    reply::json(StatusCode::OK, &json!({ "status": "live" }))
}

/// Both stores answer, the log was read lately, and nobody has asked it to stop.
pub(crate) async fn ready(State(door): State<Door>) -> Result<Response, Problem> {
    let auth = door.auth();
    let nobody: SessionId = "AAAAAAAAAAAAAAAAAAAAAA".parse().expect("22 characters of the alphabet");
    let find = async {
        let now = auth.clock().now().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        auth.sessions().find(nobody, now).await
    };
    let (database, sessions) = tokio::join!(answers(auth.log().head()), answers(find));
    let mut reasons = Vec::new();
    if !database {
        reasons.push("the database does not answer");
    }
    if !sessions {
        reasons.push("the session store does not answer");
    }
    if door.options().status.is_stopping() {
        reasons.push("the server is about to stop");
    }
    if auth.log_age() > OLDEST_LOG {
        reasons.push("the revocation log has not been read for ten seconds");
    }
    match reasons.is_empty() {
        true => Ok(reply::json(StatusCode::OK, &json!({ "status": "ready" }))),
        false => Err(Problem::new(Code::Unavailable).detail("not ready").with("reasons", reasons)),
    }
}

async fn answers<T>(ask: impl Future<Output = Result<T, StoreError>>) -> bool {
    match tokio::time::timeout(LONGEST, ask).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => {
            tracing::warn!(event = "not_ready", %error, "a store does not answer");
            false
        }
        Err(_) => {
            tracing::warn!(event = "not_ready", "a store takes too long to answer");
            false
        }
    }
}

/// For operators' machines.
pub(crate) async fn metrics(State(door): State<Door>) -> Response {
    let mut gauges = of_auth(door.auth());
    gauges.push(gauge("doorward_feed_readers", "Readers of the revocation feed.", door.feed().readers() as f64));
    if let Ok(Ok(head)) = tokio::time::timeout(LONGEST, door.auth().log().head()).await {
        gauges.push(gauge(
            "doorward_log_entries",
            "Ends and changes ever written to the revocation log.",
            head.seq as f64,
        ));
    }
    gauges.extend(door.options().status.numbers(door.auth().clock().now().ok()));
    gauges.extend(of_process());
    let text = door.metrics().text(&gauges);
    reply::bytes(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text.into_bytes())
}

fn gauge(name: &'static str, help: &'static str, value: f64) -> Gauge {
    Gauge { name, help, value }
}

fn of_auth(auth: &Auth) -> Vec<Gauge> {
    vec![
        gauge("doorward_revoked_entries", "What this node remembers as ended.", auth.revoked().len() as f64),
        gauge("doorward_log_age_seconds", "Time since the revocation log was read.", auth.log_age().as_secs_f64()),
        gauge("doorward_signing_keys", "Published signing keys.", auth.keyring().published().len() as f64),
        gauge("doorward_hashes_waiting", "Password hashes in the queue.", auth.hashes_waiting() as f64),
        gauge("doorward_hash_wait_seconds", "What one more would wait for its turn.", auth.hash_wait().as_secs_f64()),
    ]
}

fn of_process() -> Vec<Gauge> {
    let mut gauges = Vec::new();
    // The second number of the line counts resident pages.
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    if let Some(pages) = statm.split(' ').nth(1).and_then(|p| p.parse::<f64>().ok()) {
        let bytes = pages * rustix::param::page_size() as f64;
        gauges.push(gauge("process_resident_memory_bytes", "Resident memory.", bytes));
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        gauges.push(gauge("process_open_fds", "Open file descriptors.", open.count() as f64));
    }
    gauges
}
