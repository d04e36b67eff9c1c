//! Accounts come along from elsewhere, many at a time, and go again.
//!
//! Rows are judged one by one, so that one that cannot be used says why and keeps none of the others away. Somebody who is
//! there already stays as they are, so that whoever was interrupted begins again from the first row.

use doorward_verify::Timestamp;

use crate::accounts::name::NameFault;
use crate::audit::Event;
use crate::auth::Auth;
use crate::clients::DirectoryError;
use crate::directory::Refused;
use crate::id::AccountId;
use crate::password::HashFault;
use crate::records::Account;
use crate::rng::RngError;
use crate::store::{AccountChange, Changed, StoreError};

mod row;

pub use row::{Row, RowFault};

/// What is done with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct How {
    /// Nothing is written; the outcomes say what would be.
    pub check_only: bool,
    /// Whoever is there gets the row's display name, roles and state; and its password only if there is none, since people
    /// may have changed theirs since the rows were written.
    pub update: bool,
    /// Accounts get the ids that the rows name: to put back what was exported here.
    pub keep_ids: bool,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was written; its id.
    Made(AccountId),
    /// It would be written.
    New,
    /// Somebody has this identifier, under this id; nothing was changed.
    There(AccountId),
    /// Somebody has this identifier, under this id, and was changed, or would be.
    Updated(AccountId),
    /// It cannot be used.
    Faulty(RowFault),
}

/// Why the rows were not gone through to their end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BringError {
    /// No id could be drawn.
    #[error(transparent)]
    Rng(#[from] RngError),
    /// Roles could not be set.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Nobody knows how far it came; begin again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl Auth {
    /// Takes the rows in; one outcome for each, in their order.
    ///
    /// # Errors
    /// [`BringError`]; rows before may have been written.
    pub async fn bring(&self, rows: Vec<Row>, how: How) -> Result<Vec<Outcome>, BringError> {
        let now = self.now()?;
        let mut outcomes = Vec::with_capacity(rows.len());
        let mut new = Vec::new();
        for row in rows {
            let at = outcomes.len();
            outcomes.push(match self.weigh_row(&row, how, now).await? {
                Judged::Faulty(fault) => Outcome::Faulty(fault),
                Judged::There(account) if how.update => self.update(*account, &row, how.check_only).await?,
                Judged::There(account) => Outcome::There(account.id),
                Judged::New(_) if how.check_only => Outcome::New,
                Judged::New(account) => {
                    new.push((at, *account));
                    Outcome::New
                }
            });
        }
        self.write_brought(new, now, &mut outcomes).await?;
        Ok(outcomes)
    }

    async fn weigh_row(&self, row: &Row, how: How, now: Timestamp) -> Result<Judged, BringError> {
        let kept = row.id.as_ref().filter(|_| how.keep_ids).map(|id| id.parse::<AccountId>());
        let id = match kept {
            None => AccountId::draw(self.rng())?,
            Some(Ok(id)) => id,
            Some(Err(_)) => return Ok(Judged::Faulty(RowFault::IdUnusable)),
        };
        let registry = self.registry();
        let account = match row.account(id, how.keep_ids, now, &registry) {
            Ok(account) => account,
            Err(fault) => return Ok(Judged::Faulty(fault)),
        };
        if self.token_bytes(&account) > self.policy().token_budget {
            return Ok(Judged::Faulty(RowFault::TokenTooLarge));
        }
        if let Some(there) = self.accounts().by_identifier(account.identifier.clone()).await? {
            return Ok(Judged::There(Box::new(there)));
        }
        if how.keep_ids && self.accounts().by_id(id).await?.is_some() {
            return Ok(Judged::Faulty(RowFault::IdTaken));
        }
        Ok(Judged::New(Box::new(account)))
    }

    async fn write_brought(
        &self,
        new: Vec<(usize, Account)>,
        now: Timestamp,
        outcomes: &mut [Outcome],
    ) -> Result<(), BringError> {
        let stamp = self.registry().stamp();
        let note = |account: &Account| self.note(Event::AccountImported, now).about(account.id);
        let written = new.iter().map(|(_, account)| (account.clone(), note(account))).collect();
        let written = self.accounts().create_all(written).await?;
        let mut count = 0;
        for ((at, account), written) in new.into_iter().zip(written) {
            if !written {
                let there = self.accounts().by_identifier(account.identifier).await?;
                outcomes[at] = there.map_or(Outcome::New, |account| Outcome::There(account.id));
                continue;
            }
            outcomes[at] = Outcome::Made(account.id);
            count += 1;
            if !account.roles.is_empty() {
                self.look_at_directory_again(account, stamp).await?;
            }
        }
        if count > 0 {
            tracing::info!(event = "accounts_brought", count, "accounts were brought along from elsewhere");
            self.choose_decoy().await?;
        }
        Ok(())
    }

    async fn update(&self, account: Account, row: &Row, check_only: bool) -> Result<Outcome, BringError> {
        let wanted = row.changes(&account);
        let roles = row.roles.as_ref().filter(|roles| **roles != account.roles);
        if wanted.is_empty() && roles.is_none() {
            return Ok(Outcome::There(account.id));
        }
        if check_only {
            return Ok(Outcome::Updated(account.id));
        }
        let mut changed = false;
        if let Some(roles) = roles {
            match self.set_roles_of(account.id, roles).await {
                Ok(_) => changed = true,
                Err(DirectoryError::Refused(Refused::Same)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        for change in wanted {
            changed |= matches!(self.change_account(account.id, change).await?, Changed::Done(..));
        }
        Ok(if changed { Outcome::Updated(account.id) } else { Outcome::There(account.id) })
    }

    /// Accounts in the order of their identifiers, after that one, at most `at_most`, as [`bring`](Self::bring) takes them
    /// in. Whoever begins is written down.
    ///
    /// # Errors
    /// If the database cannot say, or cannot be written.
    pub async fn take_along(
        &self,
        after: Option<String>,
        at_most: usize,
        with_hashes: bool,
    ) -> Result<Vec<Row>, StoreError> {
        if after.is_none() {
            let what = if with_hashes { "with_hashes" } else { "without_hashes" };
            self.write_down(self.note(Event::AccountsExported, self.now()?).object(what)).await?;
        }
        let page = self.accounts().page(after, at_most).await?;
        Ok(page.into_iter().map(|account| Row::of(account, with_hashes)).collect())
    }
}

enum Judged {
    New(Box<Account>),
    There(Box<Account>),
    Faulty(RowFault),
}

impl Row {
    /// The rule: what of an account that is there the row asks to change, roles aside.
    fn changes(&self, account: &Account) -> Vec<AccountChange> {
        let mut changes = Vec::new();
        let name = self.display_name.as_deref().and_then(|name| super::name::display_name(name).ok());
        if name.is_some() && name != account.display_name {
            changes.push(AccountChange::DisplayName(name));
        }
        match (self.is_disabled(), account.disabled_at.is_some()) {
            (Some(true), false) => changes.push(AccountChange::Disable),
            (Some(false), true) => changes.push(AccountChange::Enable),
            _ => {}
        }
        if let (None, Ok(Some(hash))) = (&account.password, self.hash()) {
            changes.push(AccountChange::Password { hash, at_version: None });
        }
        changes
    }
}

impl From<NameFault> for RowFault {
    fn from(fault: NameFault) -> Self {
        Self::Identifier(fault)
    }
}

impl From<HashFault> for RowFault {
    fn from(fault: HashFault) -> Self {
        Self::Hash(fault)
    }
}
