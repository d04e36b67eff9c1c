//! What operators ask about signing keys.

use doorward_core::keys::operate::{Distrusted, Hurry, KeyError, KeyView, Turned};
use doorward_core::verify::Algorithm;
use doorward_core::{Auth, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{time, unavailable};
use crate::output::Failure;

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    List,
    Add { algorithm: String },
    Rotate { now: bool },
    Remove { kid: String },
    Distrust { kid: String },
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        match self {
            Self::List => {
                let keys = auth.list_keys().await.map_err(unavailable)?;
                Ok(json!({ "keys": keys.iter().map(show).collect::<Vec<_>>() }))
            }
            Self::Add { algorithm } => {
                let unknown = || Failure::usage(format!("there is no algorithm {algorithm}"));
                let algorithm = Algorithm::from_name(algorithm).ok_or_else(unknown)?;
                auth.add_key(algorithm).await.map(|added| show(&added)).map_err(|e| refused(&e))
            }
            Self::Rotate { now } => {
                let hurry = if *now { Hurry::Insist } else { Hurry::No };
                auth.rotate_key(hurry).await.map(|turned| show_turned(&turned)).map_err(|e| refused(&e))
            }
            Self::Remove { kid } => {
                let key = auth.remove_key(kid).await.map_err(|e| refused(&e))?;
                Ok(json!({ "kid": key.kid, "removed": true }))
            }
            Self::Distrust { kid } => auth.distrust_key(kid).await.map(show_distrusted).map_err(|e| refused(&e)),
        }
    }
}

fn show(KeyView { key, moves_at, leaves_at }: &KeyView) -> Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm.name(),
        "state": key.state.name(),
        "created_at": time(key.created_at),
        "signs_since": key.active_at.map(time),
        "moves_at": moves_at.map(time),
        "leaves_at": leaves_at.map(time),
    })
}

fn show_turned(turned: &Turned) -> Value {
    let mut answer = json!({
        "kid": turned.kid,
        "signs": true,
        "next": turned.next,
        "former": turned.former,
        "former_leaves_at": time(turned.former_leaves_at),
    });
    note_stale(&mut answer, turned.known_everywhere_at);
    answer
}

fn show_distrusted(done: Distrusted) -> Value {
    let mut answer = json!({
        "kid": done.kid,
        "distrusted": true,
        "signs": done.signs,
        "outstanding_until": done.outstanding_until.map(time),
        "sessions": "live: a refresh gives a token of the other key",
        "refused_by": "this server at once; services that follow the revocation feed within a second; services that only \
            read the key set when they read it again, and at the latest when the tokens expire",
    });
    note_stale(&mut answer, done.known_everywhere_at);
    answer
}

/// What it costs that a key signs which not everybody has heard of.
fn note_stale(answer: &mut Value, known_everywhere_at: Option<Timestamp>) {
    let Some(at) = known_everywhere_at.map(time) else { return };
    let text =
        format!("until {at} a service that keeps an older key set may refuse new tokens until it reads it again");
    answer.as_object_mut().unwrap_or(&mut Map::new()).insert("warning".into(), text.into());
}

pub(super) fn refused(error: &KeyError) -> Failure {
    let (code, text) = match error {
        KeyError::Unknown(kid) => ("not_found", format!("there is no signing key {kid}: see doorward key list")),
        KeyError::TooEarly(at) => (
            "too_early",
            format!(
                "the next key may sign from {} on; before that, services that keep an older key set would refuse its tokens. \
            To insist: doorward key rotate --now",
                time(*at)
            ),
        ),
        KeyError::Signs => {
            ("in_use", "this key signs: doorward key rotate first; if others know it: doorward key distrust".to_owned())
        }
        KeyError::StillNeeded(at) => (
            "too_early",
            format!(
                "tokens that it signed may be alive until {}; after that it leaves by itself. If others know the key: doorward \
            key distrust",
                time(*at)
            ),
        ),
        other => ("unavailable", other.to_string()),
    };
    Failure::new(code, text)
}
