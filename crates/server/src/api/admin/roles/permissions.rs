//! `/v1/admin/permissions`: what applications ask for, and what each is for.

use axum::extract::{Request, State};
use doorward_core::administer::AdminError;
use doorward_core::directory::{BUILT_IN, Permission};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, CHANGE, Named, SEE, admit};
use crate::door::Door;
use crate::{body, reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Ask {
    about: String,
}

pub(in crate::api::admin) async fn list(State(door): State<Door>, request: Request) -> Answer {
    let (admin, _) = admit(&door, request, SEE).await?;
    let registry = admin.auth().registry();
    let built_in = BUILT_IN.iter().map(|(name, about)| show(name, about, true));
    let own = registry.listed().permissions.iter().map(|p| show(&p.name, &p.about, false));
    let permissions: Vec<Value> = built_in.chain(own).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "permissions": permissions })))
}

pub(in crate::api::admin) async fn set(
    State(door): State<Door>,
    Named(name): Named<String>,
    request: Request,
) -> Answer {
    let (admin, request) = admit(&door, request, CHANGE).await?;
    let Ask { about } = body::json(request, body::LARGEST).await?;
    let shown = show(&name, &about, false);
    admin.set_permission(Permission { name, about }).await?;
    Ok(reply::json(StatusCode::OK, &json!({ "permission": shown })))
}

pub(in crate::api::admin) async fn remove(
    State(door): State<Door>,
    Named(name): Named<String>,
    request: Request,
) -> Answer {
    let (admin, _) = admit(&door, request, CHANGE).await?;
    admin.auth().remove_permission(&name).await.map_err(AdminError::from)?;
    Ok(reply::no_content())
}

fn show(name: &str, about: &str, built_in: bool) -> Value {
    json!({ "name": name, "about": about, "built_in": built_in })
}
