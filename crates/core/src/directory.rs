//! The directory: applications, roles and permissions. There are few of them, they change seldom, and every request needs
//! some; so they are read whole, kept at hand in a [`Registry`], and read again when their stamp has moved.

mod change;
mod client;
mod registry;
mod role;

pub use change::{Applied, Change, Refused, apply};
pub use client::{Claim, Client, ClientFault, ClientSecret, MOST_SECRETS, SecretOfClient};
pub use registry::Registry;
pub use role::{ADMINISTRATOR, BUILT_IN, Permission, Role, is_name};

/// Everything in the directory, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// Grows by one with every change.
    pub stamp: u64,
    /// In the order of their ids.
    pub clients: Vec<Client>,
    /// In the order of their names.
    pub roles: Vec<Role>,
    /// In the order of their names.
    pub permissions: Vec<Permission>,
}

impl Listed {
    /// What stands under that name, or where it would stand.
    fn client(&self, id: &crate::id::ClientId) -> Result<usize, usize> {
        self.clients.binary_search_by(|c| c.id.cmp(id))
    }

    fn role(&self, name: &str) -> Result<usize, usize> {
        self.roles.binary_search_by(|r| r.name.as_str().cmp(name))
    }

    fn permission(&self, name: &str) -> Result<usize, usize> {
        self.permissions.binary_search_by(|p| p.name.as_str().cmp(name))
    }
}

#[cfg(test)]
mod tests;
