//! Accounts in PostgreSQL. A change locks the account's row, so that it is applied to what the last one left.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use doorward_core::Timestamp;
use doorward_core::accounts::administrator::needs_another;
use doorward_core::accounts::{self, Applied};
use doorward_core::audit::Note;
use doorward_core::directory::ADMINISTRATOR;
use doorward_core::id::AccountId;
use doorward_core::records::Account;
use doorward_core::store::{AccountChange, Accounts, Answer, Changed};
use sqlx::Row as _;

use super::append::{Job, append};
use super::error::Fault;
use super::lock::{Names, lock};
use super::pool::{Conn, Work};
use super::{PostgresStore, row};
use crate::{form, sql};

/// For [`Gather`](super::gather::Gather).
pub(super) fn find_all(conn: &mut Conn, ids: Vec<AccountId>) -> Work<'_, HashMap<AccountId, Arc<Account>>> {
    Box::pin(async move {
        let names: Vec<&str> = ids.iter().map(AccountId::as_str).collect();
        let rows = sqlx::query(sql::postgres::ACCOUNTS_BY_ID).bind(names).fetch_all(&mut conn.link).await?;
        let all = rows.iter().map(|one| row::account(one).map(|account| (account.id, Arc::new(account))));
        all.collect()
    })
}

async fn find(conn: &mut Conn, statement: &'static str, key: &str) -> Result<Option<Account>, Fault> {
    let found = sqlx::query(statement).bind(key).fetch_optional(&mut conn.link).await?;
    found.as_ref().map(row::account).transpose()
}

/// Those that were written. One statement however many there are: somebody may be moving in with all his people.
async fn create_all(conn: &mut Conn, all: &[Account]) -> Result<HashSet<AccountId>, Fault> {
    let texts = |of: fn(&Account) -> &str| all.iter().map(of).collect::<Vec<_>>();
    let numbers = |of: fn(&Account) -> i64| all.iter().map(of).collect::<Vec<_>>();
    let statement = sqlx::query(sql::postgres::CREATE_ACCOUNTS)
        .bind(texts(|a| a.id.as_str()))
        .bind(texts(|a| &a.identifier))
        .bind(all.iter().map(|a| a.display_name.as_deref()).collect::<Vec<_>>())
        .bind(all.iter().map(|a| a.password.as_deref()).collect::<Vec<_>>())
        .bind(numbers(|a| form::signed(a.version)))
        .bind(numbers(|a| form::signed(a.sessions_from)))
        .bind(all.iter().map(|a| a.disabled_at.map(Timestamp::millis)).collect::<Vec<_>>())
        .bind(all.iter().map(|a| form::list_text(&a.roles)).collect::<Vec<_>>())
        .bind(all.iter().map(|a| form::list_text(&a.permissions)).collect::<Vec<_>>())
        .bind(numbers(|a| a.created_at.millis()));
    let written = statement.fetch_all(&mut conn.link).await?;
    let written =
        written.iter().map(|one| row::word(one, 0, "account id")).collect::<Result<HashSet<AccountId>, _>>()?;
    for account in all.iter().filter(|a| written.contains(&a.id) && !a.roles.is_empty()) {
        index_roles(conn, account).await?;
    }
    Ok(written)
}

async fn create(conn: &mut Conn, new: Vec<(Account, Note)>) -> Result<Vec<bool>, Fault> {
    let (accounts, notes): (Vec<Account>, Vec<Note>) = new.into_iter().unzip();
    let written = create_all(conn, &accounts).await?;
    let outcomes: Vec<bool> = accounts.iter().map(|account| written.contains(&account.id)).collect();
    let told = notes.into_iter().zip(&outcomes).filter(|(_, written)| **written);
    let jobs: Vec<Job> = told.map(|(note, _)| Job::note(note)).collect();
    append(conn, &jobs).await?;
    Ok(outcomes)
}

/// Whether somebody beside this account administers the server. Whoever asks waits for whoever has asked before to have
/// done what he asked for: else two would point at each other, and both go.
async fn has_another(conn: &mut Conn, id: &AccountId) -> Result<bool, Fault> {
    lock(conn, Names::Administrators, vec![0]).await?;
    let other = sqlx::query(sql::OTHER_ADMINISTRATOR).bind(ADMINISTRATOR).bind(id.as_str());
    Ok(other.fetch_optional(&mut conn.link).await?.is_some())
}

async fn delete(conn: &mut Conn, id: &AccountId, note: Note) -> Result<Changed, Fault> {
    let Some(account) = find(conn, sql::postgres::LOCK_ACCOUNT, id.as_str()).await? else {
        return Ok(Changed::Missing);
    };
    if needs_another(&account, None, &note.actor) && !has_another(conn, id).await? {
        return Ok(Changed::LastAdministrator);
    }
    sqlx::query(sql::DELETE_ACCOUNT).bind(id.as_str()).execute(&mut conn.link).await?;
    let job = Job { entries: vec![accounts::end_of(&account, note.at)], ..Job::note(note) };
    let seq = append(conn, &[job]).await?;
    Ok(Changed::Done(account, Some(seq)))
}

async fn write(conn: &mut Conn, account: &Account) -> Result<(), Fault> {
    let statement = sqlx::query(sql::WRITE_ACCOUNT)
        .bind(&account.display_name)
        .bind(&account.password)
        .bind(form::signed(account.version))
        .bind(form::signed(account.sessions_from))
        .bind(account.disabled_at.map(Timestamp::millis))
        .bind(form::list_text(&account.roles))
        .bind(form::list_text(&account.permissions))
        .bind(account.id.as_str());
    statement.execute(&mut conn.link).await?;
    Ok(())
}

/// So that accounts are found by their roles.
async fn index_roles(conn: &mut Conn, account: &Account) -> Result<(), Fault> {
    sqlx::query(sql::DROP_ROLES).bind(account.id.as_str()).execute(&mut conn.link).await?;
    for role in &account.roles {
        sqlx::query(sql::ADD_ROLE).bind(role).bind(account.id.as_str()).execute(&mut conn.link).await?;
    }
    Ok(())
}

async fn change(conn: &mut Conn, id: &AccountId, change: &AccountChange, note: Note) -> Result<Changed, Fault> {
    let Some(before) = find(conn, sql::postgres::LOCK_ACCOUNT, id.as_str()).await? else {
        return Ok(Changed::Missing);
    };
    let mut account = before.clone();
    let Applied::Changed { entry } = accounts::apply(&mut account, change, note.at) else {
        return Ok(Changed::Not(account));
    };
    if needs_another(&before, Some(&account), &note.actor) && !has_another(conn, id).await? {
        return Ok(Changed::LastAdministrator);
    }
    write(conn, &account).await?;
    if matches!(change, AccountChange::Roles { .. }) {
        index_roles(conn, &account).await?;
    }
    let ends = entry.is_some();
    let job = Job { entries: entry.into_iter().collect(), ..Job::note(note) };
    let seq = append(conn, &[job]).await?;
    Ok(Changed::Done(account, ends.then_some(seq)))
}

impl Accounts for PostgresStore {
    fn create(&self, account: Account, note: Note) -> Answer<'_, bool> {
        let created = self.create_all(vec![(account, note)]);
        Box::pin(async move { Ok(created.await?.first().copied().unwrap_or(false)) })
    }

    fn create_all(&self, new: Vec<(Account, Note)>) -> Answer<'_, Vec<bool>> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { create(conn, new).await }))
    }

    fn by_identifier(&self, identifier: String) -> Answer<'_, Option<Account>> {
        if !row::can_be_there(&identifier) {
            return Box::pin(std::future::ready(Ok(None)));
        }
        self.run(move |conn| Box::pin(async move { find(conn, sql::ACCOUNT_BY_IDENTIFIER, &identifier).await }))
    }

    fn by_id(&self, id: AccountId) -> Answer<'_, Option<Arc<Account>>> {
        Box::pin(self.inner.accounts.find(id))
    }

    fn change(&self, id: AccountId, what: AccountChange, note: Note) -> Answer<'_, Changed> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { change(conn, &id, &what, note).await }))
    }

    /// What else is kept of an account refers to its row, and goes with it.
    fn delete(&self, id: AccountId, note: Note) -> Answer<'_, Changed> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { delete(conn, &id, note).await }))
    }

    fn page(&self, after: Option<String>, at_most: usize) -> Answer<'_, Vec<Account>> {
        self.run(move |conn| {
            Box::pin(async move {
                let statement = sqlx::query(sql::PAGE_OF_ACCOUNTS)
                    .bind(after.unwrap_or_default())
                    .bind(form::signed(at_most as u64));
                statement.fetch_all(&mut conn.link).await?.iter().map(row::account).collect()
            })
        })
    }

    fn hashes(&self, from: AccountId, at_most: usize) -> Answer<'_, Vec<String>> {
        self.run(move |conn| {
            Box::pin(async move {
                let mut found = Vec::new();
                for statement in [sql::HASHES_FROM, sql::HASHES_BEFORE] {
                    let left = form::signed((at_most - found.len()) as u64);
                    let statement = sqlx::query(statement).bind(from.as_str()).bind(left);
                    for one in &statement.fetch_all(&mut conn.link).await? {
                        found.push(one.try_get(0)?);
                    }
                }
                Ok(found)
            })
        })
    }

    fn with_role(&self, role: String, after: Option<AccountId>, at_most: usize) -> Answer<'_, Vec<Account>> {
        if !row::can_be_there(&role) {
            return Box::pin(std::future::ready(Ok(Vec::new())));
        }
        self.run(move |conn| {
            Box::pin(async move {
                let statement = sqlx::query(sql::ACCOUNTS_WITH_ROLE)
                    .bind(role)
                    .bind(after.as_ref().map_or("", AccountId::as_str))
                    .bind(form::signed(at_most as u64));
                let rows = statement.fetch_all(&mut conn.link).await?;
                let ids =
                    rows.iter().map(|one| row::word(one, 0, "account id")).collect::<Result<Vec<AccountId>, _>>()?;
                let found = find_all(conn, ids.clone()).await?;
                Ok(ids.iter().filter_map(|id| found.get(id).map(|account| Account::clone(account))).collect())
            })
        })
    }
}
