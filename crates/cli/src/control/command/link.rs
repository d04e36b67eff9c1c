//! Links that work once, as operators ask for them. What is shown is shown once: only its digest is kept.

use std::time::Duration;

use doorward_core::Auth;
use doorward_core::link::{Link, MakeError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{find, time};
use crate::output::Failure;

const DAY: Duration = Duration::from_secs(86_400);

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    Setup,
    Reset { account: String },
    Invite { identifier: Option<String>, days: u32 },
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        let link = match self {
            Self::Setup => auth.setup_link().await,
            Self::Reset { account } => auth.reset_link(find(auth, account).await?.id).await,
            Self::Invite { identifier, days } => auth.invite_link(identifier.as_deref(), DAY * *days).await,
        };
        link.map(|link| show(&link)).map_err(|error| not_made(&error))
    }
}

fn show(link: &Link) -> Value {
    json!({ "link": link.url.expose().as_str(), "expires_at": time(link.expires_at) })
}

fn not_made(error: &MakeError) -> Failure {
    let (code, hint) = match error {
        MakeError::Administered => ("administered", ": for a lost password, doorward account reset-link"),
        MakeError::NoAccount => ("not_found", ""),
        MakeError::Disabled => ("disabled", ": doorward account enable comes first"),
        MakeError::Closed => ("sign_up_closed", ": set [accounts] sign_up = \"invite\""),
        MakeError::TooMany => ("too_many", ""),
        MakeError::Account(error) => return super::account::not_made(error),
        _ => ("unavailable", ""),
    };
    Failure::new(code, format!("{error}{hint}"))
}
