//! What operators ask about sign-ins.

use doorward_core::Auth;
use doorward_core::id::SessionId;
use doorward_core::records::Session;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{find, time, unavailable};
use crate::output::Failure;

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    List { account: String },
    Revoke { sid: String },
    RevokeAll { account: String },
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        match self {
            Self::List { account } => {
                let sessions = auth.sessions_of(find(auth, account).await?.id).await.map_err(unavailable)?;
                Ok(json!({ "sessions": sessions.iter().map(show).collect::<Vec<_>>() }))
            }
            Self::Revoke { sid } => revoke(auth, sid).await,
            Self::RevokeAll { account } => {
                let account = find(auth, account).await?;
                let ended = auth.sessions_of(account.id).await.map_err(unavailable)?.len();
                auth.sign_out_everywhere(account.id).await.map_err(unavailable)?;
                Ok(json!({ "account": account.id.as_str(), "ended": ended }))
            }
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

fn show(session: &Session) -> Value {
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
