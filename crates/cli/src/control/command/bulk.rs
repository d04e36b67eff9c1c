//! Many accounts at once: one step of an import or an export.

use doorward_core::Auth;
use doorward_core::accounts::bring::{BringError, How, Outcome, Row};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{time, unavailable};
use crate::output::Failure;

/// Has no Debug: rows hold hashes.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    Import { rows: Vec<Row>, how: How },
    Export { after: Option<String>, limit: usize, with_hashes: bool },
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        match self {
            Self::Import { rows, how } => {
                let outcomes = auth.bring(rows.clone(), *how).await.map_err(not_brought)?;
                Ok(outcomes.iter().map(told).collect())
            }
            Self::Export { after, limit, with_hashes } => {
                let rows = auth.take_along(after.clone(), *limit, *with_hashes).await.map_err(unavailable)?;
                Ok(rows.iter().map(line).collect())
            }
        }
    }
}

fn not_brought(error: BringError) -> Failure {
    match error {
        BringError::Unavailable(error) => unavailable(error),
        BringError::Directory(error) => super::not_amended(error),
        other => Failure::new("unavailable", other.to_string()),
    }
}

fn told(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Made(id) => json!({ "made": id }),
        Outcome::There(id) => json!({ "there": id }),
        Outcome::Updated(id) => json!({ "updated": id }),
        Outcome::New => json!({ "new": null }),
        Outcome::Faulty(fault) => {
            json!({ "faulty": { "field": fault.field(), "code": fault.code(), "message": fault.to_string() } })
        }
    }
}

/// As it stands in a file.
fn line(row: &Row) -> Value {
    json!({
        "id": row.id,
        "identifier": row.identifier,
        "display_name": row.display_name,
        "password_hash": row.password_hash,
        "roles": row.roles,
        "disabled_at": row.disabled_at.map(time),
        "created_at": row.created_at.map(time),
        "version": row.version,
    })
}
