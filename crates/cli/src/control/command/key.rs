//! What operators ask about signing keys.

use doorward_core::Auth;
use doorward_core::records::StoredKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{time, unavailable};
use crate::output::Failure;

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    List,
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        match self {
            Self::List => {
                let keys = auth.keys().all().await.map_err(unavailable)?;
                Ok(json!({ "keys": keys.iter().map(show).collect::<Vec<_>>() }))
            }
        }
    }
}

fn show(key: &StoredKey) -> Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm.name(),
        "state": key.state.name(),
        "created_at": time(key.created_at),
    })
}
