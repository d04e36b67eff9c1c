//! What operators ask about roles and permissions.

use doorward_core::Auth;
use doorward_core::directory::{ADMINISTRATOR, BUILT_IN, Permission, Role};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::not_amended;
use crate::output::Failure;

#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    Set { name: String, permissions: Vec<String> },
    List,
    Remove { name: String },
    PermissionSet { name: String, about: String },
    PermissionList,
    PermissionRemove { name: String },
}

impl Ask {
    pub(super) async fn run(&self, auth: &Auth) -> Result<Value, Failure> {
        match self {
            Self::Set { name, permissions } => {
                let role = Role { name: name.clone(), permissions: permissions.clone() };
                let accounts = auth.set_role(role).await.map_err(not_amended)?;
                Ok(json!({ "role": name, "permissions": permissions, "accounts": accounts }))
            }
            Self::List => Ok(json!({ "roles": roles(auth) })),
            Self::Remove { name } => {
                auth.remove_role(name).await.map_err(not_amended)?;
                Ok(json!({ "role": name, "removed": true }))
            }
            Self::PermissionSet { name, about } => {
                let permission = Permission { name: name.clone(), about: about.clone() };
                auth.set_permission(permission).await.map_err(not_amended)?;
                Ok(json!({ "permission": name, "about": about }))
            }
            Self::PermissionList => Ok(json!({ "permissions": permissions(auth) })),
            Self::PermissionRemove { name } => {
                auth.remove_permission(name).await.map_err(not_amended)?;
                Ok(json!({ "permission": name, "removed": true }))
            }
        }
    }
}

fn roles(auth: &Auth) -> Vec<Value> {
    let registry = auth.registry();
    let built_in = json!({
        "name": ADMINISTRATOR,
        "permissions": registry.permissions_of(&[ADMINISTRATOR.to_owned()]),
    });
    let own = registry.listed().roles.iter().map(|r| json!({ "name": r.name, "permissions": r.permissions }));
    std::iter::once(built_in).chain(own).collect()
}

fn permissions(auth: &Auth) -> Vec<Value> {
    let registry = auth.registry();
    let built_in = BUILT_IN.iter().map(|(name, about)| json!({ "name": name, "about": about }));
    let own = registry.listed().permissions.iter().map(|p| json!({ "name": p.name, "about": p.about }));
    built_in.chain(own).collect()
}
