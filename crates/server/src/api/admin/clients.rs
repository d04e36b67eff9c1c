//! `/v1/admin/clients`: applications, their settings and secrets. A secret is shown once, in the answer that made it.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::Response;
use doorward_core::administer::Need;
use doorward_core::directory::{Claim, Client};
use doorward_core::id::ClientId;
use doorward_core::records::Mode;
use http::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Answer, Named, admit, proved, see, show};
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::{body, reply};

const SEE: Need = see("admin:clients");
const CHANGE: Need = proved("admin:clients");

/// A new one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct New {
    id: String,
    name: Option<String>,
    #[serde(default)]
    modes: Vec<Mode>,
    #[serde(default)]
    audiences: Vec<String>,
    #[serde(default)]
    origins: Vec<String>,
    #[serde(default)]
    claims: Vec<Claim>,
    #[serde(default)]
    permissions: Vec<String>,
    #[serde(default)]
    native: bool,
    idle_timeout_seconds: Option<u64>,
    absolute_timeout_seconds: Option<u64>,
}

/// What is not said stays as it is; `null` takes away what may be missing.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(in crate::api) struct Settings {
    name: Change<String>,
    modes: Option<Vec<Mode>>,
    audiences: Option<Vec<String>>,
    origins: Option<Vec<String>>,
    claims: Option<Vec<Claim>>,
    permissions: Option<Vec<String>>,
    native: Option<bool>,
    idle_timeout_seconds: Change<u64>,
    absolute_timeout_seconds: Change<u64>,
}

#[derive(Default)]
enum Change<T> {
    #[default]
    Stay,
    Clear,
    To(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(from)?.map_or(Self::Clear, Self::To))
    }
}

impl<T> Change<T> {
    fn on<U>(self, old: Option<U>, to: impl FnOnce(T) -> U) -> Option<U> {
        match self {
            Self::Stay => old,
            Self::Clear => None,
            Self::To(new) => Some(to(new)),
        }
    }
}

impl New {
    fn client(self) -> Result<Client, Problem> {
        let why = "1 to 64 of A-Z a-z 0-9 . _ -, and not 22 of them: that is how account ids look";
        let id = self.id.parse().map_err(|_| Problem::new(Code::InvalidInput).field("id", "unusable", why))?;
        Ok(Client {
            name: self.name,
            audiences: self.audiences,
            origins: self.origins,
            claims: self.claims,
            permissions: self.permissions,
            native: self.native,
            idle_timeout: self.idle_timeout_seconds.map(Duration::from_secs),
            absolute_timeout: self.absolute_timeout_seconds.map(Duration::from_secs),
            ..Client::new(id, self.modes)
        })
    }
}

impl Settings {
    fn on(self, client: Client) -> Client {
        Client {
            name: self.name.on(client.name, |name| name),
            modes: self.modes.unwrap_or(client.modes),
            audiences: self.audiences.unwrap_or(client.audiences),
            origins: self.origins.unwrap_or(client.origins),
            claims: self.claims.unwrap_or(client.claims),
            permissions: self.permissions.unwrap_or(client.permissions),
            native: self.native.unwrap_or(client.native),
            idle_timeout: self.idle_timeout_seconds.on(client.idle_timeout, Duration::from_secs),
            absolute_timeout: self.absolute_timeout_seconds.on(client.absolute_timeout, Duration::from_secs),
            ..client
        }
    }
}

pub(super) async fn list(State(door): State<Door>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, SEE).await?;
    let registry = admin.auth().registry();
    let clients: Vec<Value> = registry.clients().into_iter().map(|client| show::client(client)).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "clients": clients })))
}

pub(super) async fn read(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, SEE).await?;
    let client = admin.auth().registry().any_client(&named(&id)?).cloned();
    Ok(shown(StatusCode::OK, &*client.ok_or(Problem::new(Code::NotFound))?))
}

pub(super) async fn add(State(door): State<Door>, request: Request) -> Answer {
    let (admin, request) = admit(&door, request, CHANGE).await?;
    let new: New = body::json(request, body::LARGEST).await?;
    Ok(shown(StatusCode::CREATED, &*admin.add_client(new.client()?).await?))
}

pub(super) async fn change(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, request) = admit(&door, request, CHANGE).await?;
    let settings: Settings = body::json(request, body::LARGEST).await?;
    Ok(shown(StatusCode::OK, &*admin.change_client(&named(&id)?, |client| settings.on(client)).await?))
}

pub(super) async fn disable(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    Ok(shown(StatusCode::OK, &*admin.disable_client(&named(&id)?).await?))
}

pub(super) async fn enable(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    Ok(shown(StatusCode::OK, &*admin.enable_client(&named(&id)?).await?))
}

pub(super) async fn add_secret(State(door): State<Door>, Named(id): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    let secret = admin.add_client_secret(&named(&id)?).await?;
    let body = json!({ "secret_id": secret.id, "secret": secret.plain.expose().as_str() });
    Ok(reply::json(StatusCode::CREATED, &body))
}

pub(super) async fn remove_secret(
    State(door): State<Door>,
    Named((id, secret)): Named<(String, String)>,
    request: Request,
) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    Ok(shown(StatusCode::OK, &*admin.remove_client_secret(&named(&id)?, &secret).await?))
}

fn named(id: &str) -> Result<ClientId, Problem> {
    id.parse().map_err(|_| Problem::new(Code::NotFound))
}

fn shown(status: StatusCode, client: &Client) -> Response {
    reply::json(status, &json!({ "client": show::client(client) }))
}
