//! Accounts in SQLite. A change and its log entry share the savepoint of one job.

use std::sync::Arc;

use doorward_core::Timestamp;
use doorward_core::accounts::administrator::needs_another;
use doorward_core::accounts::{self, Applied};
use doorward_core::audit::Note;
use doorward_core::directory::ADMINISTRATOR;
use doorward_core::id::AccountId;
use doorward_core::records::Account;
use doorward_core::store::{AccountChange, Accounts, Answer, Changed, StoreError};
use rusqlite::{Connection, ToSql, params};

use super::audit::write_down;
use super::log::append;
use super::{SqliteStore, row, sql, store_error};

fn find(connection: &Connection, statement: &str, key: &dyn ToSql) -> Result<Option<Account>, StoreError> {
    let mut statement = connection.prepare_cached(statement).map_err(store_error)?;
    let mut rows = statement.query([key]).map_err(store_error)?;
    rows.next().map_err(store_error)?.map(row::account).transpose()
}

fn write(connection: &Connection, account: &Account) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql::WRITE_ACCOUNT).map_err(store_error)?;
    let values = params![
        account.display_name,
        account.password,
        row::signed(account.version),
        row::signed(account.sessions_from),
        account.disabled_at.map(Timestamp::millis),
        row::list_text(&account.roles),
        row::list_text(&account.permissions),
        account.id.as_str(),
    ];
    statement.execute(values).map_err(store_error)?;
    Ok(())
}

fn create(connection: &Connection, account: &Account, note: Note) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(sql::CREATE_ACCOUNT).map_err(store_error)?;
    let values = params![
        account.id.as_str(),
        account.identifier,
        account.display_name,
        account.password,
        row::signed(account.version),
        row::signed(account.sessions_from),
        account.disabled_at.map(Timestamp::millis),
        row::list_text(&account.roles),
        row::list_text(&account.permissions),
        account.created_at.millis(),
    ];
    if statement.execute(values).map_err(store_error)? == 0 {
        return Ok(false);
    }
    if !account.roles.is_empty() {
        index_roles(connection, account)?;
    }
    write_down(connection, &[note])?;
    Ok(true)
}

/// So that accounts are found by their roles.
fn index_roles(connection: &Connection, account: &Account) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql::DROP_ROLES).map_err(store_error)?;
    statement.execute([account.id.as_str()]).map_err(store_error)?;
    let mut statement = connection.prepare_cached(sql::ADD_ROLE).map_err(store_error)?;
    for role in &account.roles {
        statement.execute(params![role, account.id.as_str()]).map_err(store_error)?;
    }
    Ok(())
}

/// Whether somebody beside this account administers the server.
fn has_another(connection: &Connection, id: &AccountId) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(sql::OTHER_ADMINISTRATOR).map_err(store_error)?;
    statement.exists(params![ADMINISTRATOR, id.as_str()]).map_err(store_error)
}

impl Accounts for SqliteStore {
    fn create(&self, account: Account, note: Note) -> Answer<'_, bool> {
        self.write(move |connection| create(connection, &account, note))
    }

    fn create_all(&self, new: Vec<(Account, Note)>) -> Answer<'_, Vec<bool>> {
        self.write(move |connection| {
            new.into_iter().map(|(account, note)| create(connection, &account, note)).collect()
        })
    }

    fn by_identifier(&self, identifier: String) -> Answer<'_, Option<Account>> {
        self.read(move |connection| find(connection, sql::ACCOUNT_BY_IDENTIFIER, &identifier))
    }

    fn by_id(&self, id: AccountId) -> Answer<'_, Option<Arc<Account>>> {
        self.read(move |connection| Ok(find(connection, sql::ACCOUNT_BY_ID, &id.as_str())?.map(Arc::new)))
    }

    fn change(&self, id: AccountId, change: AccountChange, note: Note) -> Answer<'_, Changed> {
        self.write(move |connection| {
            let Some(before) = find(connection, sql::ACCOUNT_BY_ID, &id.as_str())? else {
                return Ok(Changed::Missing);
            };
            let mut account = before.clone();
            let Applied::Changed { entry } = accounts::apply(&mut account, &change, note.at) else {
                return Ok(Changed::Not(account));
            };
            if needs_another(&before, Some(&account), &note.actor) && !has_another(connection, &id)? {
                return Ok(Changed::LastAdministrator);
            }
            write(connection, &account)?;
            if matches!(change, AccountChange::Roles { .. }) {
                index_roles(connection, &account)?;
            }
            let seq = entry.map(|entry| append(connection, &[entry], note.at)).transpose()?;
            write_down(connection, &[note])?;
            Ok(Changed::Done(account, seq))
        })
    }

    /// What else is kept of an account refers to its row, and goes with it.
    fn delete(&self, id: AccountId, note: Note) -> Answer<'_, Changed> {
        self.write(move |connection| {
            let Some(account) = find(connection, sql::ACCOUNT_BY_ID, &id.as_str())? else {
                return Ok(Changed::Missing);
            };
            if needs_another(&account, None, &note.actor) && !has_another(connection, &id)? {
                return Ok(Changed::LastAdministrator);
            }
            let mut statement = connection.prepare_cached(sql::DELETE_ACCOUNT).map_err(store_error)?;
            statement.execute([id.as_str()]).map_err(store_error)?;
            let seq = append(connection, &[accounts::end_of(&account, note.at)], note.at)?;
            write_down(connection, &[note])?;
            Ok(Changed::Done(account, Some(seq)))
        })
    }

    fn hashes(&self, from: AccountId, at_most: usize) -> Answer<'_, Vec<String>> {
        self.read(move |connection| {
            let mut found = Vec::new();
            for statement in [sql::HASHES_FROM, sql::HASHES_BEFORE] {
                let mut statement = connection.prepare_cached(statement).map_err(store_error)?;
                let left = row::signed((at_most - found.len()) as u64);
                let mut rows = statement.query(params![from.as_str(), left]).map_err(store_error)?;
                while let Some(next) = rows.next().map_err(store_error)? {
                    found.push(row::column(next, 0)?);
                }
            }
            Ok(found)
        })
    }

    fn with_role(&self, role: String, after: Option<AccountId>, at_most: usize) -> Answer<'_, Vec<Account>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql::ACCOUNTS_WITH_ROLE).map_err(store_error)?;
            let after = after.as_ref().map_or("", AccountId::as_str);
            let values = params![role, after, row::signed(at_most as u64)];
            let ids = statement.query_map(values, |r| r.get::<_, String>(0)).map_err(store_error)?;
            let ids = ids.collect::<Result<Vec<_>, _>>().map_err(store_error)?;
            let accounts = ids.iter().map(|id| find(connection, sql::ACCOUNT_BY_ID, id));
            Ok(accounts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        })
    }

    fn page(&self, after: Option<String>, at_most: usize) -> Answer<'_, Vec<Account>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql::PAGE_OF_ACCOUNTS).map_err(store_error)?;
            let values = params![after.unwrap_or_default(), row::signed(at_most as u64)];
            let mut rows = statement.query(values).map_err(store_error)?;
            let mut page = Vec::new();
            while let Some(next) = rows.next().map_err(store_error)? {
                page.push(row::account(next)?);
            }
            Ok(page)
        })
    }
}
