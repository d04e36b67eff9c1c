//! The directory at hand: what a request needs of it, without asking anybody.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{ADMINISTRATOR, BUILT_IN, Client, Listed};
use crate::id::ClientId;

/// A copy of the directory, together with the applications of the configuration.
#[derive(Debug, Default)]
pub struct Registry {
    listed: Listed,
    clients: HashMap<ClientId, Arc<Client>>,
}

impl Registry {
    /// Applications of the configuration come first: one of the same name in the database is not seen.
    #[must_use]
    pub fn new(listed: Listed, configured: &[Client]) -> Self {
        let all = listed.clients.iter().chain(configured);
        let clients = all.map(|client| (client.id.clone(), Arc::new(client.clone()))).collect();
        Self { listed, clients }
    }

    /// Which state of the directory this is.
    #[must_use]
    pub fn stamp(&self) -> u64 {
        self.listed.stamp
    }

    /// As it is stored.
    #[must_use]
    pub fn listed(&self) -> &Listed {
        &self.listed
    }

    /// The application of that name, or the built-in one; `None` if unknown or disabled.
    #[must_use]
    pub fn client(&self, id: Option<&ClientId>) -> Option<&Arc<Client>> {
        let found = match id {
            Some(id) => self.clients.get(id),
            None => self.clients.get(&ClientId::default_client()),
        };
        found.filter(|client| client.enabled)
    }

    /// The application of that name, disabled or not.
    #[must_use]
    pub fn any_client(&self, id: &ClientId) -> Option<&Arc<Client>> {
        self.clients.get(id)
    }

    /// All applications, disabled ones too, in the order of their ids.
    #[must_use]
    pub fn clients(&self) -> Vec<&Arc<Client>> {
        let mut all: Vec<_> = self.clients.values().collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// Every audience that a token of ours may carry, the issuer's included.
    #[must_use]
    pub fn audiences(&self, issuer: &str) -> Vec<String> {
        let all = self.clients.values().flat_map(|c| c.audiences.iter().cloned());
        all.chain([issuer.to_owned()]).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether there is a role of that name.
    #[must_use]
    pub fn has_role(&self, name: &str) -> bool {
        name == ADMINISTRATOR || self.listed.role(name).is_ok()
    }

    /// What these roles give together, in order, each once. A role that is gone gives nothing.
    #[must_use]
    pub fn permissions_of(&self, roles: &[String]) -> Vec<String> {
        let mut all = BTreeSet::new();
        for role in roles {
            if role == ADMINISTRATOR {
                all.extend(BUILT_IN.iter().map(|b| b.0.to_owned()));
            } else if let Ok(at) = self.listed.role(role) {
                all.extend(self.listed.roles[at].permissions.iter().cloned());
            }
        }
        all.into_iter().collect()
    }
}
