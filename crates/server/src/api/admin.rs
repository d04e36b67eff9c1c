//! `/v1/admin/…`: what administrators do. Each handler says first what it needs; nobody who lacks it learns whether what they
//! asked for is there.

use axum::extract::Request;
use axum::routing::{delete, get, post, put};
use doorward_core::administer::{Administrator, Need};
use doorward_core::id::AccountId;

use super::query::{self, Named, Query};
use super::{Answer, Route};
use crate::credential;
use crate::door::Door;
use crate::problem::{Code, Problem};

pub(super) mod accounts;
mod audit;
pub(super) mod clients;
pub(super) mod keys;
pub(super) mod links;
pub(super) mod roles;
mod sessions;
mod show;

/// As [`super::table`].
pub(super) fn table() -> Vec<Route> {
    vec![
        ("/v1/admin/accounts", "GET,HEAD,POST", get(accounts::list).post(accounts::create)),
        ("/v1/admin/accounts/{id}", "GET,HEAD,DELETE", get(accounts::read).delete(accounts::delete)),
        ("/v1/admin/accounts/{id}/disable", "POST", post(accounts::disable)),
        ("/v1/admin/accounts/{id}/enable", "POST", post(accounts::enable)),
        ("/v1/admin/accounts/{id}/roles/{role}", "PUT,DELETE", put(accounts::grant).delete(accounts::revoke)),
        ("/v1/admin/accounts/{id}/reset-link", "POST", post(links::reset)),
        ("/v1/admin/accounts/{id}/sessions", "GET,HEAD,DELETE", get(sessions::list).delete(sessions::end_all)),
        ("/v1/admin/invites", "POST", post(links::invite)),
        ("/v1/admin/sessions/{sid}", "GET,HEAD,DELETE", get(sessions::read).delete(sessions::end)),
        ("/v1/admin/clients", "GET,HEAD,POST", get(clients::list).post(clients::add)),
        ("/v1/admin/clients/{id}", "GET,HEAD,PATCH", get(clients::read).patch(clients::change)),
        ("/v1/admin/clients/{id}/disable", "POST", post(clients::disable)),
        ("/v1/admin/clients/{id}/enable", "POST", post(clients::enable)),
        ("/v1/admin/clients/{id}/secrets", "POST", post(clients::add_secret)),
        ("/v1/admin/clients/{id}/secrets/{secret}", "DELETE", delete(clients::remove_secret)),
        ("/v1/admin/roles", "GET,HEAD", get(roles::list)),
        ("/v1/admin/roles/{name}", "GET,HEAD,PUT,DELETE", get(roles::read).put(roles::set).delete(roles::remove)),
        ("/v1/admin/permissions", "GET,HEAD", get(roles::permissions::list)),
        ("/v1/admin/permissions/{name}", "PUT,DELETE", put(roles::permissions::set).delete(roles::permissions::remove)),
        ("/v1/admin/keys", "GET,HEAD,POST", get(keys::list).post(keys::add)),
        ("/v1/admin/keys/rotate", "POST", post(keys::rotate)),
        ("/v1/admin/keys/{kid}", "DELETE", delete(keys::remove)),
        ("/v1/admin/keys/{kid}/distrust", "POST", post(keys::distrust)),
        ("/v1/admin/audit", "GET,HEAD", get(audit::list)),
    ]
}

/// To look.
const fn see(permission: &'static str) -> Need {
    Need { permission, proof: false }
}

/// To change what weighs heavily.
const fn proved(permission: &'static str) -> Need {
    Need { permission, proof: true }
}

/// Who asks, if they may. The request comes back for whoever reads its body.
async fn admit(door: &Door, request: Request, need: Need) -> Result<(Administrator, Request), Problem> {
    let caller = credential::caller(door, request.method(), request.headers()).await?;
    let admin = door.acting(&request).administrator(&caller.session, need).await?;
    Ok((admin, request))
}

/// A text that is no id names no account.
fn account_id(text: &str) -> Result<AccountId, Problem> {
    text.parse().map_err(|_| Problem::new(Code::NotFound))
}
