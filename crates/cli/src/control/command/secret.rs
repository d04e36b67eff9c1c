//! What operators ask about root secrets. The files are changed first and the database then: ended in between, a node
//! starts with a secret in its list that makes nothing yet.

use doorward_core::Auth;
use doorward_core::keys::roots::{RootChangeError, RootRotated, RootView};
use doorward_core::root::KeyIdent;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{key, time, unavailable};
use crate::output::Failure;
use crate::secret::{Files, TakenOut};

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    List,
    Rotate,
    Remove { fingerprint: String, force: bool },
    Distrust { fingerprint: String, yes: bool },
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth, files: &Files) -> Result<Value, Failure> {
        match self {
            Self::List => {
                let all = auth.list_root_secrets().await.map_err(unavailable)?;
                let shown: Result<Vec<_>, _> = all.iter().map(|view| show(view, files)).collect();
                Ok(json!({ "secrets": shown? }))
            }
            Self::Rotate => rotate(auth, files).await,
            Self::Remove { fingerprint, force } => remove(auth, files, ident(fingerprint)?, *force).await,
            Self::Distrust { fingerprint, yes } => distrust(auth, files, ident(fingerprint)?, *yes).await,
        }
    }
}

fn show(RootView { ident, stored }: &RootView, files: &Files) -> Result<Value, Failure> {
    Ok(json!({
        "fingerprint": ident.to_string(),
        "state": stored.as_ref().map_or("next", |stored| stored.state.name()),
        "since": stored.as_ref().map(|stored| time(stored.since)),
        "may_leave_at": stored.as_ref().and_then(|stored| stored.may_leave_at).map(time),
        "file": files.holds(*ident)?.map(|path| path.display().to_string()),
    }))
}

/// One that is listed first and makes nothing yet was put there by hand, or by a command that was ended halfway.
async fn rotate(auth: &Auth, files: &Files) -> Result<Value, Failure> {
    auth.take_root_secrets(files.read()?).await.map_err(refused)?;
    let rotated = match auth.rotate_root_secret().await {
        Err(RootChangeError::NothingNew) => {
            put_in_front(auth, files).await?;
            auth.rotate_root_secret().await
        }
        other => other,
    };
    rotated.map(|rotated| show_rotated(&rotated, files)).map_err(refused)?
}

async fn put_in_front(auth: &Auth, files: &Files) -> Result<(), Failure> {
    files.put_in_front()?;
    auth.take_root_secrets(files.read()?).await.map_err(refused)
}

fn show_rotated(rotated: &RootRotated, files: &Files) -> Result<Value, Failure> {
    let leaves = time(rotated.former_may_leave_at);
    let file = files.holds(rotated.current)?.map(|path| path.display().to_string());
    Ok(json!({
        "fingerprint": rotated.current.to_string(),
        "file": file,
        "former": rotated.former.map(|former| former.to_string()),
        "former_may_leave_at": leaves,
        "keys_sealed": rotated.sealed,
        "hint": "nobody was signed out; back the file up, for copies of the database that are made from now on need it",
    }))
}

async fn remove(auth: &Auth, files: &Files, ident: KeyIdent, force: bool) -> Result<Value, Failure> {
    auth.may_leave(ident, force).await.map_err(refused)?;
    if let TakenOut::Alone(path) = files.take_out(ident)? {
        return Err(Failure::new("alone_in_file", alone(&path.display().to_string())));
    }
    auth.drop_root_secret(ident, files.read()?).await.map_err(refused)?;
    Ok(json!({ "fingerprint": ident.to_string(), "removed": true }))
}

fn alone(path: &str) -> String {
    format!("nothing else stands in {path}: take it out of [secret] files, restart, and then delete it")
}

async fn distrust(auth: &Auth, files: &Files, ident: KeyIdent, yes: bool) -> Result<Value, Failure> {
    auth.take_root_secrets(files.read()?).await.map_err(refused)?;
    let all = auth.list_root_secrets().await.map_err(unavailable)?;
    if !all.iter().any(|view| view.ident == ident) {
        return Err(refused(RootChangeError::Unknown(ident.to_string())));
    }
    if !yes {
        return Err(Failure::new("needs_yes", CONSEQUENCES));
    }
    let has_new = all.first().is_some_and(|view| view.stored.is_none() && view.ident != ident);
    if !has_new && auth.root().newest() == ident {
        put_in_front(auth, files).await?;
    }
    let done = auth.distrust_root_secret(ident).await.map_err(refused)?;
    let left = match files.take_out(ident)? {
        TakenOut::Done => {
            auth.drop_root_secret(ident, files.read()?).await.map_err(refused)?;
            None
        }
        TakenOut::Alone(path) => Some(alone(&path.display().to_string())),
    };
    Ok(json!({
        "fingerprint": ident.to_string(),
        "distrusted": true,
        "current": done.current.to_string(),
        "signs": done.signs,
        "keys_distrusted": done.keys,
        "left": left,
    }))
}

const CONSEQUENCES: &str = "this signs people out, so say --yes to do it:
  every refresh token that this root secret made is refused: in modes token and hybrid, whoever last refreshed under it signs in again
  all signing keys are made anew: every access token handed out so far is refused, and services read the key set again
  CSRF tokens that it made are refused: pages that are open must be loaded again
  sessions in mode session live";

fn ident(text: &str) -> Result<KeyIdent, Failure> {
    KeyIdent::parse(text).ok_or_else(|| refused(RootChangeError::Unknown(text.to_owned())))
}

fn refused(error: RootChangeError) -> Failure {
    let (code, text) = match error {
        RootChangeError::Unknown(name) => {
            ("not_found", format!("no root secret {name} is listed: see doorward secret list"))
        }
        RootChangeError::Current | RootChangeError::Seals => {
            ("in_use", "this root secret makes what is new: doorward secret rotate first".to_owned())
        }
        RootChangeError::StillNeeded(at) => (
            "too_early",
            format!(
                "what it made may be alive until {}; to sign those people out: doorward secret remove --force",
                time(at)
            ),
        ),
        RootChangeError::Keys(error) => return key::refused(&error),
        other => ("unavailable", other.to_string()),
    };
    Failure::new(code, text)
}
