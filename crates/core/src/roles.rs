//! Roles: what people may do. A role is data, and so are the permissions it gives; an account's row holds both, so that a
//! token is never made from two states.
//!
//! Two writers meet here, and the rule is *write, then look again*: who changes a role commits the directory first and then
//! changes every account that has it; who gives a role commits the account first and then looks whether the directory has
//! moved. One of the two always sees the other.

use std::sync::Arc;

use crate::administer::beyond;
use crate::auth::Auth;
use crate::clients::DirectoryError;
use crate::directory::{Change, Permission, Refused, Role};
use crate::id::AccountId;
use crate::issue::size_of_token;
use crate::records::Account;
use crate::store::{AccountChange, Changed};

/// Accounts looked at in one step.
const PAGE: usize = 500;

/// What came of giving or taking a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The account as it now is.
    pub account: Account,
    /// Bytes of its largest access token.
    pub token_bytes: usize,
}

impl Auth {
    /// Defines a role, or gives it other permissions; whoever has it has those within a second. Nothing changes if a token
    /// of any of them would not fit. Answers how many accounts have it.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn set_role(&self, role: Role) -> Result<usize, DirectoryError> {
        let name = role.name.clone();
        self.amend(Change::SetRole(role)).await?;
        self.renew_holders(&name).await
    }

    /// Removes a role that nobody has.
    ///
    /// # Errors
    /// [`DirectoryError`]; [`Refused::InUse`] if an account has it.
    pub async fn remove_role(&self, name: &str) -> Result<(), DirectoryError> {
        if let Some(first) = self.accounts().with_role(name.to_owned(), None, 1).await?.first() {
            return Err(Refused::InUse(format!("the account {}", first.id)).into());
        }
        self.amend(Change::RemoveRole(name.to_owned())).await?;
        // Somebody was given it at this very moment: it gives nothing any more, and their row says so.
        self.renew_holders(name).await.map(|_| ())
    }

    /// Says what a permission is for; from then on roles may give it.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn set_permission(&self, permission: Permission) -> Result<(), DirectoryError> {
        self.amend(Change::SetPermission(permission)).await
    }

    /// Removes a permission that no role gives and no application has.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn remove_permission(&self, name: &str) -> Result<(), DirectoryError> {
        self.amend(Change::RemovePermission(name.to_owned())).await
    }

    /// Gives the account a role. Its access tokens go stale within the second, its sessions live.
    ///
    /// # Errors
    /// [`DirectoryError`]; [`Refused::Same`] if it has the role.
    pub async fn grant_role(&self, id: AccountId, role: &str) -> Result<Assigned, DirectoryError> {
        if !self.registry().has_role(role) {
            return Err(Refused::Missing.into());
        }
        self.change_roles(id, |roles| {
            if roles.iter().any(|r| r == role) {
                return Err(Refused::Same);
            }
            roles.push(role.to_owned());
            Ok(())
        })
        .await
    }

    /// Takes a role from the account.
    ///
    /// # Errors
    /// [`DirectoryError`]; [`Refused::Same`] if it has not the role.
    pub async fn revoke_role(&self, id: AccountId, role: &str) -> Result<Assigned, DirectoryError> {
        self.change_roles(id, |roles| {
            let at = roles.iter().position(|r| r == role).ok_or(Refused::Same)?;
            roles.remove(at);
            Ok(())
        })
        .await
    }

    /// Bytes of the largest access token that any application could get for this account.
    #[must_use]
    pub fn token_bytes(&self, account: &Account) -> usize {
        self.largest_token(account).0
    }

    /// Exactly these roles, which are defined; [`Refused::Same`] if the account has them already.
    pub(crate) async fn set_roles_of(&self, id: AccountId, roles: &[String]) -> Result<Assigned, DirectoryError> {
        self.change_roles(id, |has| {
            if has == roles {
                return Err(Refused::Same);
            }
            has.clear();
            has.extend_from_slice(roles);
            Ok(())
        })
        .await
    }

    async fn change_roles(
        &self,
        id: AccountId,
        change: impl Fn(&mut Vec<String>) -> Result<(), Refused>,
    ) -> Result<Assigned, DirectoryError> {
        loop {
            let before = self.accounts().by_id(id).await?.ok_or(DirectoryError::NoAccount)?;
            let registry = self.registry();
            let mut after = Account::clone(&before);
            change(&mut after.roles)?;
            after.permissions = registry.permissions_of(&after.roles);
            let token_bytes = self.fits(&after)?;
            if let Some(account) = self.put_roles(&before, &after).await? {
                let renewed = self.look_at_directory_again(account, registry.stamp()).await?;
                return Ok(Assigned { account: renewed, token_bytes });
            }
        }
    }

    /// `None` if the account has changed meanwhile.
    async fn put_roles(&self, before: &Account, after: &Account) -> Result<Option<Account>, DirectoryError> {
        let change = AccountChange::Roles {
            roles: after.roles.clone(),
            permissions: after.permissions.clone(),
            at_version: before.version,
        };
        match self.change_account(before.id, change).await? {
            Changed::Done(account, _) => {
                // Whoever made a link could use it, and may not have the rights that the account has from here on.
                if beyond(&before.permissions, &after.permissions).is_some() {
                    self.cancel_reset(account.id).await;
                }
                Ok(Some(account))
            }
            Changed::Not(now) if now.version == before.version => Ok(Some(now)),
            Changed::Not(_) => Ok(None),
            Changed::LastAdministrator => Err(DirectoryError::LastAdministrator),
            Changed::Missing => Err(DirectoryError::NoAccount),
        }
    }

    pub(crate) async fn look_at_directory_again(
        &self,
        account: Account,
        stamp: u64,
    ) -> Result<Account, DirectoryError> {
        self.follow_directory().await?;
        if self.registry().stamp() == stamp {
            return Ok(account);
        }
        self.renew(account.id).await?.ok_or(DirectoryError::NoAccount)
    }

    /// Gives every account that has the role what its roles give now.
    async fn renew_holders(&self, role: &str) -> Result<usize, DirectoryError> {
        let (mut after, mut count) = (None, 0);
        loop {
            let page = self.accounts().with_role(role.to_owned(), after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(last.id);
            count += page.len();
            for account in &page {
                self.renew(account.id).await?;
            }
        }
    }

    async fn renew(&self, id: AccountId) -> Result<Option<Account>, DirectoryError> {
        loop {
            let Some(before) = self.accounts().by_id(id).await? else { return Ok(None) };
            let mut after = Account::clone(&before);
            after.permissions = self.registry().permissions_of(&after.roles);
            if after == *before {
                return Ok(Some(after));
            }
            if let Some(account) = self.put_roles(&before, &after).await? {
                return Ok(Some(account));
            }
        }
    }

    fn fits(&self, account: &Account) -> Result<usize, DirectoryError> {
        let (bytes, client) = self.largest_token(account);
        let budget = self.policy().token_budget;
        if bytes > budget { Err(DirectoryError::TokenTooLarge { client, bytes, budget }) } else { Ok(bytes) }
    }

    fn largest_token(&self, account: &Account) -> (usize, String) {
        let registry = self.registry();
        let clients = registry.clients().into_iter().map(Arc::as_ref);
        let sizes =
            clients.map(|client| (size_of_token(&self.policy().issuer, client, account), client.id.to_string()));
        sizes.max().unwrap_or_default()
    }
}
