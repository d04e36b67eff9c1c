//! The directory as rows: each thing in it is a text of JSON under its kind and name. It is read whole, changed by the one
//! rule, and what the change was about is written back.

use std::collections::BTreeMap;

use doorward_core::directory::Listed;
use doorward_core::store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::corrupt;

const CLIENT: &str = "client";
const ROLE: &str = "role";
const PERMISSION: &str = "permission";

/// Takes in a row of `DIRECTORY`; what is of no other kind is the stamp.
pub(crate) fn take_in(listed: &mut Listed, kind: &str, text: &str) -> Result<(), StoreError> {
    match kind {
        CLIENT => listed.clients.push(read(text)?),
        ROLE => listed.roles.push(read(text)?),
        PERMISSION => listed.permissions.push(read(text)?),
        _ => listed.stamp = text.parse().map_err(|_| corrupt("stamp"))?,
    }
    Ok(())
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| corrupt("directory"))
}

/// What differs, by kind and name: the new text, or nothing where the row must go.
pub(crate) fn differences(before: &Listed, after: &Listed) -> Result<Vec<Difference>, StoreError> {
    let (old, new) = (texts(before)?, texts(after)?);
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), None));
    let put = new.iter().filter(|(key, text)| old.get(*key) != Some(text));
    let put = put.map(|(key, text)| (key.clone(), Some(text.clone())));
    Ok(put.chain(gone).map(|((kind, name), text)| Difference { kind, name, text }).collect())
}

/// A row that changes.
pub(crate) struct Difference {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) text: Option<String>,
}

fn texts(listed: &Listed) -> Result<BTreeMap<(&'static str, String), String>, StoreError> {
    let mut texts = BTreeMap::new();
    for client in &listed.clients {
        texts.insert((CLIENT, client.id.as_str().to_owned()), text(client)?);
    }
    for role in &listed.roles {
        texts.insert((ROLE, role.name.clone()), text(role)?);
    }
    for permission in &listed.permissions {
        texts.insert((PERMISSION, permission.name.clone()), text(permission)?);
    }
    Ok(texts)
}

fn text(thing: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(thing).map_err(|e| StoreError::Corrupt(e.to_string()))
}
