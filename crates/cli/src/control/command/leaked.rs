//! What operators ask about credentials that have leaked.

use doorward_core::Auth;
use doorward_core::leaked::Judged;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::unavailable;
use crate::output::Failure;

/// Has no Debug: it holds what leaked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    /// In the order in which they were found.
    pub(crate) found: Vec<Zeroizing<String>>,
    /// Whether to end them.
    pub(crate) revoke: bool,
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        let mut rows = Vec::new();
        for credential in &self.found {
            let judged = match self.revoke {
                true => auth.end_leaked(credential).await,
                false => auth.judge(credential).await,
            };
            rows.extend(judged.map_err(unavailable)?.map(|judged| self.row(&judged)));
        }
        Ok(json!({ "found": rows }))
    }

    fn row(&self, judged: &Judged) -> Value {
        let state = match (judged.live, self.revoke) {
            (true, true) => "revoked",
            (true, false) => "live",
            (false, _) => "ended",
        };
        json!({
            "kind": judged.kind.name(),
            "state": state,
            "sid": judged.sid,
            "account": judged.account,
            "client_id": judged.client,
        })
    }
}
