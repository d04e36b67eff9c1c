//! `GET /v1/admin/audit`: who did what. Newest first; behind a number (`after`) oldest first, for whoever follows.

use axum::extract::{Request, State};
use doorward_core::administer::Need;
use doorward_core::audit::{Event, Wanted};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Query, admit, query, see, show};
use crate::door::Door;
use crate::reply;

const NEED: Need = see("admin:audit");

pub(super) async fn list(State(door): State<Door>, request: Request) -> Answer {
    let (admin, request) = admit(&door, request, NEED).await?;
    let query = Query::of(request.uri(), &["after", "before", "account", "event", "limit"])?;
    let (after, before) = (query.read("after", query::number)?, query.read("before", query::number)?);
    let wanted = Wanted {
        before: if after.is_none() { before.or(Some(u64::MAX)) } else { before },
        after: after.unwrap_or(0),
        account: query.read("account", |text| text.parse().ok())?,
        event: query.read("event", Event::from_name)?,
    };
    let limit = query.limit()?;
    let mut rows = admin.auth().audit_rows(wanted, limit + 1).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.seq);
    let rows: Vec<Value> = rows.iter().map(show::row).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "rows": rows, "next": next })))
}
