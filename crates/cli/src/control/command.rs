//! Everything an operator may ask, and what is done.

use doorward_core::Auth;
use doorward_core::Timestamp;
use doorward_core::accounts::{NewAccount, SignUpError};
use doorward_core::audit::By;
use doorward_core::id::{AccountId, SessionId};
use doorward_core::records::{Account, Session};
use doorward_core::secret::Plain;
use doorward_core::store::StoreError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::output::Failure;

/// Accounts in one answer, at most: a person does not read more, and a program asks for the next with `after`.
const LONGEST_PAGE: usize = 10_000;

/// One request of an operator. Has no Debug: one of them carries a password.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    AccountAdd { identifier: String, password: Option<Zeroizing<String>>, display_name: Option<String> },
    AccountList { after: Option<String>, limit: usize },
    AccountShow { account: String },
    AccountDisable { account: String },
    AccountEnable { account: String },
    SessionList { account: String },
    SessionRevoke { sid: String },
    SessionRevokeAll { account: String },
    KeyList,
}

impl Command {
    /// Does it.
    pub(crate) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        let auth = &auth.acting(By::operator());
        match self {
            Self::AccountAdd { identifier, password, display_name } => {
                let new = NewAccount {
                    identifier: identifier.clone(),
                    password: password.as_ref().map(|p| Plain::new(String::clone(p))),
                    display_name: display_name.clone(),
                };
                auth.create_account(new).await.map(|a| show_account(&a)).map_err(not_made)
            }
            Self::AccountList { after, limit } => {
                let page =
                    auth.accounts().page(after.clone(), (*limit).min(LONGEST_PAGE)).await.map_err(unavailable)?;
                Ok(json!({ "accounts": page.iter().map(show_account).collect::<Vec<_>>() }))
            }
            Self::AccountShow { account } => Ok(show_account(&find(auth, account).await?)),
            Self::AccountDisable { account } => {
                let account = find(auth, account).await?;
                auth.disable(account.id).await.map_err(unavailable)?;
                Ok(show_account(&find(auth, account.id.as_str()).await?))
            }
            Self::AccountEnable { account } => {
                let account = find(auth, account).await?;
                auth.enable(account.id).await.map_err(unavailable)?;
                Ok(show_account(&find(auth, account.id.as_str()).await?))
            }
            Self::SessionList { account } => {
                let sessions = auth.sessions_of(find(auth, account).await?.id).await.map_err(unavailable)?;
                Ok(json!({ "sessions": sessions.iter().map(show_session).collect::<Vec<_>>() }))
            }
            Self::SessionRevoke { sid } => revoke(auth, sid).await,
            Self::SessionRevokeAll { account } => {
                let account = find(auth, account).await?;
                let ended = auth.sessions_of(account.id).await.map_err(unavailable)?.len();
                auth.sign_out_everywhere(account.id).await.map_err(unavailable)?;
                Ok(json!({ "account": account.id.as_str(), "ended": ended }))
            }
            Self::KeyList => list_keys(auth).await,
        }
    }
}

async fn revoke(auth: &Auth, sid: &str) -> Result<Value, Failure> {
    let gone = || Failure::new("not_found", "there is no live session of that id");
    let sid: SessionId = sid.parse().map_err(|_| gone())?;
    match auth.force_out(sid).await.map_err(unavailable)? {
        true => Ok(json!({ "sid": sid.as_str(), "ended": 1 })),
        false => Err(gone()),
    }
}

async fn list_keys(auth: &Auth) -> Result<Value, Failure> {
    let keys = auth.keys().all().await.map_err(unavailable)?;
    let show = |k: &doorward_core::records::StoredKey| json!({ "kid": k.kid, "algorithm": k.algorithm.name(), "state": k.state.name(), "created_at": time(k.created_at) });
    Ok(json!({ "keys": keys.iter().map(show).collect::<Vec<_>>() }))
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

fn not_made(error: SignUpError) -> Failure {
    let code = match &error {
        SignUpError::Taken => "identifier_taken",
        SignUpError::Identifier(_) | SignUpError::DisplayName(_) | SignUpError::Password(_) => "invalid_input",
        _ => "unavailable",
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

fn show_session(session: &Session) -> Value {
    json!({
        "sid": session.sid.as_str(),
        "mode": session.mode.name(),
        "client_id": session.client.as_str(),
        "device": session.device,
        "created_at": time(session.created_at),
        "last_seen_at": time(session.last_seen_at),
        "idle_ends_at": time(session.idle_ends_at()),
        "ends_at": time(session.ends_at),
    })
}

fn time(at: Timestamp) -> String {
    doorward_server::rfc3339(at)
}
