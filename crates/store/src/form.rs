//! How values stand in the columns of a database, whichever it is.

use doorward_core::audit::{Note, shortened};
use doorward_core::codec::decode_session;
use doorward_core::id::SessionId;
use doorward_core::records::Session;
use doorward_core::store::StoreError;

pub(crate) mod directory;

pub(crate) fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(format!("a column holds no {what}"))
}

/// A count as it is stored; one beyond what a column holds stops there.
pub(crate) fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A record that cannot be read counts as absent, and one line says so.
pub(crate) fn session(sid: &SessionId, record: &[u8]) -> Option<Session> {
    let session = decode_session(sid, record).ok();
    if session.is_none() {
        tracing::warn!(event = "unreadable_record", %sid, "a session record cannot be read and counts as absent");
    }
    session
}

pub(crate) fn list(text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|_| corrupt("list"))
}

pub(crate) fn list_text(list: &[String]) -> String {
    serde_json::json!(list).to_string()
}

/// What of a note stands in its text: the address has a column of its own, because it alone changes later.
pub(crate) fn note_text(note: &Note) -> Result<String, StoreError> {
    let text = serde_json::to_string(&Note { address: None, ..note.clone() });
    text.map_err(|e| StoreError::Corrupt(e.to_string()))
}

/// Whether its address is one that will be cut short, as it is stored.
pub(crate) fn is_whole(note: &Note) -> i64 {
    i64::from(note.address.as_deref().and_then(shortened) != note.address)
}
