//! `/v1/admin/roles`: what people may do together under one name.

use axum::extract::{Request, State};
use doorward_core::administer::Need;
use doorward_core::directory::{ADMINISTRATOR, Registry, Role};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Named, admit, proved, see};
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::{body, reply};

pub(in crate::api) mod permissions;

const SEE: Need = see("admin:roles");
const CHANGE: Need = proved("admin:roles");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Ask {
    permissions: Vec<String>,
}

pub(super) async fn list(State(door): State<Door>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, SEE).await?;
    let registry = admin.auth().registry();
    let own = registry.listed().roles.iter().map(|role| role.name.as_str());
    let roles: Vec<Value> = std::iter::once(ADMINISTRATOR).chain(own).map(|name| show(&registry, name)).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "roles": roles })))
}

pub(super) async fn read(State(door): State<Door>, Named(name): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, SEE).await?;
    let registry = admin.auth().registry();
    if !registry.has_role(&name) {
        return Err(Problem::new(Code::NotFound));
    }
    Ok(reply::json(StatusCode::OK, &json!({ "role": show(&registry, &name) })))
}

pub(super) async fn set(State(door): State<Door>, Named(name): Named<String>, request: Request) -> Answer {
    let (admin, request) = admit(&door, request, CHANGE).await?;
    let Ask { permissions } = body::json(request, body::LARGEST).await?;
    let accounts = admin.set_role(Role { name: name.clone(), permissions }).await?;
    let role = show(&admin.auth().registry(), &name);
    Ok(reply::json(StatusCode::OK, &json!({ "role": role, "accounts_changed": accounts })))
}

pub(super) async fn remove(State(door): State<Door>, Named(name): Named<String>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    admin.remove_role(&name).await?;
    Ok(reply::no_content())
}

fn show(registry: &Registry, name: &str) -> Value {
    let permissions = registry.permissions_of(&[name.to_owned()]);
    json!({ "name": name, "permissions": permissions, "built_in": name == ADMINISTRATOR })
}
