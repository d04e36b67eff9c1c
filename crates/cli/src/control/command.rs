//! Everything an operator may ask, and what is done: a file for each kind of thing.

use doorward_core::Auth;
use doorward_core::Timestamp;
use doorward_core::audit::By;
use doorward_core::clients::DirectoryError;
use doorward_core::directory::Refused;
use doorward_core::id::AccountId;
use doorward_core::records::Account;
use doorward_core::store::StoreError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::output::Failure;
use crate::setup::Desk;

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod client;
pub(crate) mod key;
pub(crate) mod leaked;
pub(crate) mod link;
pub(crate) mod role;
pub(crate) mod secret;
pub(crate) mod session;

/// One request of an operator. Has no Debug: some carry a password.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Command {
    Account(account::Ask),
    Bulk(bulk::Ask),
    Session(session::Ask),
    Key(key::Ask),
    Secret(secret::Ask),
    Link(link::Ask),
    Audit(audit::Ask),
    Client(client::Ask),
    Role(role::Ask),
    Leaked(leaked::Ask),
}

impl Command {
    /// Does it, in an operator's name.
    pub(crate) async fn run(&self, desk: &Desk) -> Result<Value, Failure> {
        let auth = desk.auth.acting(By::operator());
        match self {
            Self::Account(ask) => ask.run(&auth).await,
            Self::Bulk(ask) => ask.run(&auth).await,
            Self::Session(ask) => ask.run(&auth).await,
            Self::Key(ask) => ask.run(&auth).await,
            Self::Secret(ask) => ask.run(&auth, &desk.files).await,
            Self::Link(ask) => ask.run(&auth).await,
            Self::Audit(ask) => ask.run(&auth).await,
            Self::Client(ask) => ask.run(&auth).await,
            Self::Role(ask) => ask.run(&auth).await,
            Self::Leaked(ask) => ask.run(&auth).await,
        }
    }
}

/// By account id, or by identifier.
async fn find(auth: &Auth, who: &str) -> Result<Account, Failure> {
    if let Ok(id) = who.parse::<AccountId>()
        && let Some(account) = auth.accounts().by_id(id).await.map_err(unavailable)?
    {
        return Ok((*account).clone());
    }
    let found = auth.find_account(who).await.map_err(unavailable)?;
    found.ok_or_else(|| Failure::new("not_found", "there is no such account"))
}

fn not_amended(error: DirectoryError) -> Failure {
    let code = match &error {
        DirectoryError::Refused(Refused::Missing) | DirectoryError::NoAccount => "not_found",
        DirectoryError::Refused(Refused::Same) => "nothing_to_change",
        DirectoryError::Refused(Refused::Taken) => "taken",
        DirectoryError::Refused(Refused::InUse(_)) => "in_use",
        DirectoryError::TokenTooLarge { .. } => "token_too_large",
        DirectoryError::Rng(_) | DirectoryError::Unavailable(_) => "unavailable",
        _ => "invalid_input",
    };
    Failure::new(code, error.to_string())
}

fn unavailable(error: StoreError) -> Failure {
    Failure::new("unavailable", error.to_string())
}

fn show_account(account: &Account) -> Value {
    json!({
        "id": account.id.as_str(),
        "identifier": account.identifier,
        "display_name": account.display_name,
        "disabled_at": account.disabled_at.map(time),
        "has_password": account.password.is_some(),
        "roles": account.roles,
        "created_at": time(account.created_at),
    })
}

fn time(at: Timestamp) -> String {
    doorward_server::rfc3339(at)
}
