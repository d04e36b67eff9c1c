//! The rule: what a change makes of the directory.

use doorward_verify::{Ended, Entry, Timestamp};

use super::{ADMINISTRATOR, BUILT_IN, Client, ClientSecret, Listed, MOST_SECRETS, Permission, Role, is_name};
use crate::audit::Event;
use crate::id::ClientId;
use crate::revoke;

/// Characters of a description.
const LONGEST_ABOUT: usize = 255;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new application.
    AddClient(Box<Client>),
    /// Other settings. Its secrets, its age and whether it is enabled stay.
    SetClient(Box<Client>),
    /// Nobody signs in through it any more, and what it was handed has ended.
    DisableClient(ClientId),
    /// It may be used again; what it had stays ended.
    EnableClient(ClientId),
    /// One more secret.
    AddSecret(ClientId, ClientSecret),
    /// One secret less, by its name.
    RemoveSecret(ClientId, String),
    /// A role, new or with other permissions.
    SetRole(Role),
    /// No such role any more.
    RemoveRole(String),
    /// A permission, new or described otherwise.
    SetPermission(Permission),
    /// No such permission any more.
    RemovePermission(String),
}

/// Why the directory stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// There is one of that name.
    #[error("there is one of that name already")]
    Taken,
    /// There is none of that name.
    #[error("there is none of that name")]
    Missing,
    /// It comes with Doorward, or stands in the configuration.
    #[error("it comes with Doorward or stands in the configuration, and is not changed here")]
    BuiltIn,
    /// No name for a role or a permission.
    #[error("a name is 1 to 64 of A-Z a-z 0-9 . _ : -")]
    Name,
    /// No description of a permission.
    #[error("a description is at most 255 printable characters")]
    About,
    /// Nobody has said what this permission is for.
    #[error("there is no permission {0:?}")]
    UnknownPermission(String),
    /// A role gives it, or an application has it.
    #[error("{0} still has it")]
    InUse(String),
    /// Two are in force already.
    #[error("two secrets are in force already: remove one first")]
    TooManySecrets,
    /// It is as asked.
    #[error("nothing would change")]
    Same,
}

/// What [`apply`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What verifiers must know.
    pub entry: Option<Entry>,
}

impl Change {
    /// What the audit says of it.
    #[must_use]
    pub fn event(&self) -> Event {
        match self {
            Self::AddClient(_) => Event::ClientAdded,
            Self::SetClient(_) => Event::ClientChanged,
            Self::DisableClient(_) => Event::ClientDisabled,
            Self::EnableClient(_) => Event::ClientEnabled,
            Self::AddSecret(..) => Event::ClientSecretAdded,
            Self::RemoveSecret(..) => Event::ClientSecretRemoved,
            Self::SetRole(_) => Event::RoleSet,
            Self::RemoveRole(_) => Event::RoleRemoved,
            Self::SetPermission(_) => Event::PermissionSet,
            Self::RemovePermission(_) => Event::PermissionRemoved,
        }
    }

    /// The application, role or permission it is about.
    #[must_use]
    pub fn object(&self) -> &str {
        match self {
            Self::AddClient(client) | Self::SetClient(client) => client.id.as_str(),
            Self::DisableClient(id) | Self::EnableClient(id) => id.as_str(),
            Self::AddSecret(id, _) | Self::RemoveSecret(id, _) => id.as_str(),
            Self::SetRole(role) => &role.name,
            Self::SetPermission(permission) => &permission.name,
            Self::RemoveRole(name) | Self::RemovePermission(name) => name,
        }
    }
}

/// Changes the directory, or leaves it and says why.
///
/// # Errors
/// [`Refused`].
pub fn apply(listed: &mut Listed, change: &Change, now: Timestamp) -> Result<Applied, Refused> {
    let entry = match change {
        Change::AddClient(client) => add_client(listed, client).map(|()| None),
        Change::SetClient(client) => set_client(listed, client).map(|()| None),
        Change::DisableClient(id) => disable(listed, id, now).map(Some),
        Change::EnableClient(id) => enable(listed, id).map(|()| None),
        Change::AddSecret(id, secret) => add_secret(listed, id, secret).map(|()| None),
        Change::RemoveSecret(id, name) => remove_secret(listed, id, name).map(|()| None),
        Change::SetRole(role) => set_role(listed, role).map(|()| None),
        Change::RemoveRole(name) => remove_role(listed, name).map(|()| None),
        Change::SetPermission(permission) => set_permission(listed, permission).map(|()| None),
        Change::RemovePermission(name) => remove_permission(listed, name).map(|()| None),
    }?;
    listed.stamp += 1;
    Ok(Applied { entry })
}

fn find<'a>(listed: &'a mut Listed, id: &ClientId) -> Result<&'a mut Client, Refused> {
    let at = listed.client(id).map_err(|_| Refused::Missing)?;
    Ok(&mut listed.clients[at])
}

fn known(listed: &Listed, permissions: &[String]) -> Result<(), Refused> {
    let is_known = |name: &String| BUILT_IN.iter().any(|b| b.0 == name) || listed.permission(name).is_ok();
    match permissions.iter().find(|name| !is_known(name)) {
        Some(name) => Err(Refused::UnknownPermission(name.chars().take(64).collect())),
        None => Ok(()),
    }
}

fn add_client(listed: &mut Listed, client: &Client) -> Result<(), Refused> {
    known(listed, &client.permissions)?;
    let at = listed.client(&client.id).err().ok_or(Refused::Taken)?;
    listed.clients.insert(at, client.clone());
    Ok(())
}

fn set_client(listed: &mut Listed, client: &Client) -> Result<(), Refused> {
    known(listed, &client.permissions)?;
    let found = find(listed, &client.id)?;
    let next = Client {
        enabled: found.enabled,
        ended_before: found.ended_before,
        secrets: found.secrets.clone(),
        created_at: found.created_at,
        ..client.clone()
    };
    if *found == next {
        return Err(Refused::Same);
    }
    *found = next;
    Ok(())
}

/// Tokens tell their time in whole seconds: what was handed out within this second has ended too.
fn disable(listed: &mut Listed, id: &ClientId, now: Timestamp) -> Result<Entry, Refused> {
    let client = find(listed, id)?;
    if !client.enabled {
        return Err(Refused::Same);
    }
    let before = now.as_secs() + 1;
    client.enabled = false;
    client.ended_before = Some(Timestamp::from_secs(before));
    let what = Ended::Client { client_id: id.to_string(), before };
    Ok(Entry { what, until: revoke::longest_until(now) })
}

fn enable(listed: &mut Listed, id: &ClientId) -> Result<(), Refused> {
    let client = find(listed, id)?;
    if client.enabled {
        return Err(Refused::Same);
    }
    client.enabled = true;
    Ok(())
}

fn add_secret(listed: &mut Listed, id: &ClientId, secret: &ClientSecret) -> Result<(), Refused> {
    let client = find(listed, id)?;
    if client.secrets.len() >= MOST_SECRETS {
        return Err(Refused::TooManySecrets);
    }
    client.secrets.insert(0, secret.clone());
    Ok(())
}

fn remove_secret(listed: &mut Listed, id: &ClientId, name: &str) -> Result<(), Refused> {
    let client = find(listed, id)?;
    let at = client.secrets.iter().position(|s| s.id == name).ok_or(Refused::Missing)?;
    client.secrets.remove(at);
    Ok(())
}

fn set_role(listed: &mut Listed, role: &Role) -> Result<(), Refused> {
    if !is_name(&role.name) {
        return Err(Refused::Name);
    }
    if role.name == ADMINISTRATOR {
        return Err(Refused::BuiltIn);
    }
    known(listed, &role.permissions)?;
    let mut role = role.clone();
    role.permissions.sort();
    role.permissions.dedup();
    match listed.role(&role.name) {
        Ok(at) if listed.roles[at] == role => return Err(Refused::Same),
        Ok(at) => listed.roles[at] = role,
        Err(at) => listed.roles.insert(at, role),
    }
    Ok(())
}

fn remove_role(listed: &mut Listed, name: &str) -> Result<(), Refused> {
    if name == ADMINISTRATOR {
        return Err(Refused::BuiltIn);
    }
    let at = listed.role(name).map_err(|_| Refused::Missing)?;
    listed.roles.remove(at);
    Ok(())
}

fn set_permission(listed: &mut Listed, permission: &Permission) -> Result<(), Refused> {
    if !is_name(&permission.name) {
        return Err(Refused::Name);
    }
    if BUILT_IN.iter().any(|b| b.0 == permission.name) {
        return Err(Refused::BuiltIn);
    }
    if permission.about.chars().count() > LONGEST_ABOUT || permission.about.chars().any(char::is_control) {
        return Err(Refused::About);
    }
    match listed.permission(&permission.name) {
        Ok(at) if listed.permissions[at] == *permission => return Err(Refused::Same),
        Ok(at) => listed.permissions[at] = permission.clone(),
        Err(at) => listed.permissions.insert(at, permission.clone()),
    }
    Ok(())
}

fn remove_permission(listed: &mut Listed, name: &str) -> Result<(), Refused> {
    if BUILT_IN.iter().any(|b| b.0 == name) {
        return Err(Refused::BuiltIn);
    }
    let at = listed.permission(name).map_err(|_| Refused::Missing)?;
    let gives = |permissions: &[String]| permissions.iter().any(|p| p == name);
    if let Some(role) = listed.roles.iter().find(|r| gives(&r.permissions)) {
        return Err(Refused::InUse(format!("the role {:?}", role.name)));
    }
    if let Some(client) = listed.clients.iter().find(|c| gives(&c.permissions)) {
        return Err(Refused::InUse(format!("the application {:?}", client.id.as_str())));
    }
    listed.permissions.remove(at);
    Ok(())
}
