//! What operators ask about applications.

use std::time::Duration;

use doorward_core::Auth;
use doorward_core::directory::{Claim, Client};
use doorward_core::id::ClientId;
use doorward_core::records::Mode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{not_amended, time};
use crate::output::Failure;

/// What may be set of an application; what is not said stays as it is.
#[derive(Serialize, Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) name: Option<String>,
    pub(crate) modes: Option<Vec<Mode>>,
    pub(crate) audiences: Option<Vec<String>>,
    pub(crate) origins: Option<Vec<String>>,
    pub(crate) claims: Option<Vec<Claim>>,
    pub(crate) permissions: Option<Vec<String>>,
    pub(crate) native: Option<bool>,
    pub(crate) idle: Option<Duration>,
    pub(crate) absolute: Option<Duration>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    Add { id: String, settings: Box<Settings>, secret: bool },
    Set { id: String, settings: Box<Settings> },
    List,
    Show { id: String },
    Disable { id: String },
    Enable { id: String },
    AddSecret { id: String },
    RemoveSecret { id: String, secret: String },
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        match self {
            Self::Add { id, settings, secret } => add(auth, id, settings, *secret).await,
            Self::Set { id, settings } => {
                let client = Client::clone(&*find(auth, id)?);
                auth.set_client(settings.on(client)).await.map(|c| show(&c)).map_err(not_amended)
            }
            Self::List => {
                Ok(json!({ "clients": auth.registry().clients().iter().map(|c| row(c)).collect::<Vec<_>>() }))
            }
            Self::Show { id } => Ok(show(&*find(auth, id)?)),
            Self::Disable { id } => auth.disable_client(&known(id)?).await.map(|c| show(&c)).map_err(not_amended),
            Self::Enable { id } => auth.enable_client(&known(id)?).await.map(|c| show(&c)).map_err(not_amended),
            Self::AddSecret { id } => {
                let secret = auth.add_client_secret(&known(id)?).await.map_err(not_amended)?;
                Ok(json!({ "client_id": id, "secret_id": secret.id, "secret": secret.plain.expose() }))
            }
            Self::RemoveSecret { id, secret } => {
                auth.remove_client_secret(&known(id)?, secret).await.map(|c| show(&c)).map_err(not_amended)
            }
        }
    }
}

async fn add(auth: &Auth, id: &str, settings: &Settings, secret: bool) -> Result<Value, Failure> {
    let new = id.parse().map_err(|_| Failure::new("invalid_input", BAD_ID))?;
    let client = auth.add_client(settings.on(Client::new(new, Vec::new()))).await.map_err(not_amended)?;
    let mut shown = show(&client);
    if secret {
        let secret = auth.add_client_secret(&client.id).await.map_err(not_amended)?;
        shown["secret_id"] = secret.id.as_str().into();
        shown["secret"] = secret.plain.expose().as_str().into();
    }
    Ok(shown)
}

const BAD_ID: &str = "an id is 1 to 64 of A-Z a-z 0-9 . _ -, and not 22 of them (that is how account ids look)";

fn known(id: &str) -> Result<ClientId, Failure> {
    id.parse().map_err(|_| Failure::new("not_found", "there is no such application"))
}

fn find(auth: &Auth, id: &str) -> Result<std::sync::Arc<Client>, Failure> {
    let found = auth.registry().any_client(&known(id)?).cloned();
    found.ok_or_else(|| Failure::new("not_found", "there is no such application"))
}

impl Settings {
    fn on(&self, client: Client) -> Client {
        let settings = self.clone();
        Client {
            name: settings.name.filter(|name| !name.is_empty()).or(client.name),
            modes: settings.modes.unwrap_or(client.modes),
            audiences: settings.audiences.unwrap_or(client.audiences),
            origins: settings.origins.unwrap_or(client.origins),
            claims: settings.claims.unwrap_or(client.claims),
            permissions: settings.permissions.unwrap_or(client.permissions),
            native: settings.native.unwrap_or(client.native),
            idle_timeout: settings.idle.or(client.idle_timeout),
            absolute_timeout: settings.absolute.or(client.absolute_timeout),
            ..client
        }
    }
}

fn row(client: &Client) -> Value {
    json!({
        "id": client.id,
        "name": client.name,
        "modes": client.modes,
        "enabled": client.enabled,
        "secrets": client.secrets.len(),
    })
}

fn show(client: &Client) -> Value {
    let secrets: Vec<_> = client.secrets.iter().map(|s| format!("{} ({})", s.id, time(s.created_at))).collect();
    let seconds = |span: Option<Duration>| span.map(|s| s.as_secs());
    json!({
        "id": client.id,
        "name": client.name,
        "enabled": client.enabled,
        "modes": client.modes,
        "audiences": client.audiences,
        "origins": client.origins,
        "claims": client.claims,
        "permissions": client.permissions,
        "native": client.native,
        "idle_timeout_seconds": seconds(client.idle_timeout),
        "absolute_timeout_seconds": seconds(client.absolute_timeout),
        "secrets": secrets,
    })
}
