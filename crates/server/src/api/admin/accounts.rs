//! `/v1/admin/accounts`: find, make, disable and enable accounts, give and take roles. Nobody sets or sees a password here:
//! a new account has none until its owner chooses one by a reset link.

use axum::extract::{Request, State};
use doorward_core::accounts::NewAccount;
use doorward_core::accounts::list::Which;
use doorward_core::administer::Need;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Named, Query, account_id, admit, proved, query, see, show};
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::{body, reply};

const SEE: Need = see("admin:accounts");
const CHANGE: Need = proved("admin:accounts");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct New {
    identifier: String,
    display_name: Option<String>,
}

pub(super) async fn list(State(door): State<Door>, request: Request) -> Answer {
    let (admin, request) = admit(&door, request, SEE).await?;
    let query = Query::of(request.uri(), &["identifier", "starts_with", "role", "limit", "next"])?;
    let page = admin.auth().list_accounts(&which(&query)?, query.place()?.as_deref(), query.limit()?).await?;
    let accounts: Vec<Value> = page.accounts.iter().map(show::account).collect();
    let next = page.next.as_deref().map(query::place);
    Ok(reply::json(StatusCode::OK, &json!({ "accounts": accounts, "next": next })))
}

/// One way of looking at a time: two together would promise an order that no index has.
fn which(query: &Query) -> Result<Which, Problem> {
    let ways = ["identifier", "starts_with", "role"].map(|name| query.text(name).map(str::to_owned));
    match ways {
        [None, None, None] => Ok(Which::Beginning(String::new())),
        [Some(identifier), None, None] => Ok(Which::Called(identifier)),
        [None, Some(text), None] => Ok(Which::Beginning(text)),
        [None, None, Some(role)] => Ok(Which::WithRole(role)),
        _ => Err(Problem::new(Code::InvalidInput).detail("look by identifier, starts_with or role, one at a time")),
    }
}

pub(super) async fn create(State(door): State<Door>, request: Request) -> Answer {
    let (admin, request) = admit(&door, request, SEE).await?;
    let New { identifier, display_name } = body::json(request, body::LARGEST).await?;
    let account = admin.auth().create_account(NewAccount { identifier, password: None, display_name }).await?;
    Ok(reply::json(StatusCode::CREATED, &json!({ "account": show::account(&account) })))
}

pub(super) async fn read(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, SEE).await?;
    let account = admin.auth().accounts().by_id(account_id(&id)?).await?.ok_or(Problem::new(Code::NotFound))?;
    Ok(reply::json(StatusCode::OK, &json!({ "account": show::account(&account) })))
}

pub(super) async fn disable(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    let account = admin.disable(account_id(&id)?).await?;
    Ok(reply::json(StatusCode::OK, &json!({ "account": show::account(&account) })))
}

pub(super) async fn enable(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    let account = admin.enable(account_id(&id)?).await?;
    Ok(reply::json(StatusCode::OK, &json!({ "account": show::account(&account) })))
}

pub(super) async fn delete(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    admin.delete(account_id(&id)?).await?;
    Ok(reply::no_content())
}

pub(super) async fn grant(
    State(door): State<Door>,
    Named((id, role)): Named<(String, String)>,
    request: Request,
) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    let assigned = admin.grant_role(account_id(&id)?, &role).await?;
    Ok(reply::json(StatusCode::OK, &show::assigned(&assigned)))
}

pub(super) async fn revoke(
    State(door): State<Door>,
    Named((id, role)): Named<(String, String)>,
    request: Request,
) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    let assigned = admin.revoke_role(account_id(&id)?, &role).await?;
    Ok(reply::json(StatusCode::OK, &show::assigned(&assigned)))
}
