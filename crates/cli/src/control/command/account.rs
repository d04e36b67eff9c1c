//! What operators ask about people's accounts.

use doorward_core::Auth;
use doorward_core::accounts::{NewAccount, SignUpError};
use doorward_core::roles::Assigned;
use doorward_core::secret::Plain;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{find, not_amended, show_account, unavailable};
use crate::output::Failure;

/// Accounts in one answer, at most: a person does not read more, and a program asks for the next with `after`.
const LONGEST_PAGE: usize = 10_000;

/// Has no Debug: one of them carries a password.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    Add { identifier: String, password: Option<Zeroizing<String>>, display_name: Option<String> },
    List { after: Option<String>, limit: usize },
    Show { account: String },
    Disable { account: String },
    Enable { account: String },
    Delete { account: String },
    GrantRole { account: String, role: String },
    RevokeRole { account: String, role: String },
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        match self {
            Self::Add { identifier, password, display_name } => {
                let new = NewAccount {
                    identifier: identifier.clone(),
                    password: password.as_ref().map(|p| Plain::new(String::clone(p))),
                    display_name: display_name.clone(),
                };
                auth.create_account(new).await.map(|a| show_account(&a)).map_err(|e| not_made(&e))
            }
            Self::List { after, limit } => {
                let page =
                    auth.accounts().page(after.clone(), (*limit).min(LONGEST_PAGE)).await.map_err(unavailable)?;
                Ok(json!({ "accounts": page.iter().map(show_account).collect::<Vec<_>>() }))
            }
            Self::Show { account } => Ok(show_account(&find(auth, account).await?)),
            Self::GrantRole { account, role } => {
                let account = find(auth, account).await?;
                auth.grant_role(account.id, role).await.map(|a| assigned(&a)).map_err(not_amended)
            }
            Self::RevokeRole { account, role } => {
                let account = find(auth, account).await?;
                auth.revoke_role(account.id, role).await.map(|a| assigned(&a)).map_err(not_amended)
            }
            Self::Disable { account } => {
                let account = find(auth, account).await?;
                auth.disable(account.id).await.map_err(unavailable)?;
                Ok(show_account(&find(auth, account.id.as_str()).await?))
            }
            Self::Delete { account } => {
                let id = find(auth, account).await?.id;
                match auth.delete_account(id).await.map_err(|error| Failure::new("unavailable", error.to_string()))? {
                    true => Ok(json!({ "id": id.as_str(), "deleted": true })),
                    false => Err(Failure::new("not_found", "there is no such account")),
                }
            }
            Self::Enable { account } => {
                let account = find(auth, account).await?;
                auth.enable(account.id).await.map_err(unavailable)?;
                Ok(show_account(&find(auth, account.id.as_str()).await?))
            }
        }
    }
}

/// With the size of the largest token that says all this, so that nobody is surprised by it later.
fn assigned(assigned: &Assigned) -> Value {
    let account = &assigned.account;
    json!({
        "id": account.id.as_str(),
        "roles": account.roles,
        "permissions": account.permissions,
        "token_bytes": assigned.token_bytes,
    })
}

pub(super) fn not_made(error: &SignUpError) -> Failure {
    let code = match error {
        SignUpError::Taken => "identifier_taken",
        SignUpError::Identifier(_) | SignUpError::DisplayName(_) | SignUpError::Password(_) => "invalid_input",
        _ => "unavailable",
    };
    Failure::new(code, error.to_string())
}
