//! What operators ask about who did what.

use doorward_core::Auth;
use doorward_core::audit::{Event, Row, Wanted};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{find, time, unavailable};
use crate::output::Failure;

/// Rows in one answer, at most.
const LONGEST_PAGE: usize = 10_000;

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    /// Rows behind a number, oldest first. Without one: the last rows that there are.
    Tail { after: Option<u64>, account: Option<String>, event: Option<String>, limit: usize },
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        let Self::Tail { after, account, event, limit } = self;
        let event = event.as_deref().map(known).transpose()?;
        let account = match account {
            Some(account) => Some(find(auth, account).await?.id),
            None => None,
        };
        // Without a place to go on from: the last ones, shown in the order in which they happened.
        let before = if after.is_some() { None } else { Some(u64::MAX) };
        let wanted = Wanted { after: after.unwrap_or(0), before, account, event };
        let mut rows = auth.audit_rows(wanted, (*limit).clamp(1, LONGEST_PAGE)).await.map_err(unavailable)?;
        if before.is_some() {
            rows.reverse();
        }
        Ok(json!({ "rows": rows.iter().map(show).collect::<Vec<_>>() }))
    }
}

fn known(name: &str) -> Result<Event, Failure> {
    Event::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Event::ALL.iter().map(|event| event.name()).collect();
        Failure::new("invalid_input", format!("there is no event `{name}`; there are: {}", names.join(", ")))
    })
}

fn show(row: &Row) -> Value {
    let note = &row.note;
    json!({
        "seq": row.seq,
        "at": time(note.at),
        "event": note.event.name(),
        "outcome": note.outcome.name(),
        "actor": note.actor.to_string(),
        "account": note.account,
        "sid": note.sid,
        "client_id": note.client,
        "object": note.object,
        "reason": note.reason,
        "address": note.address,
        "request_id": note.request,
    })
}
