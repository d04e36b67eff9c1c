//! Sentences about [`Accounts`](crate::store::Accounts).

use doorward_verify::Ended;

use super::devices::sample_device;
use super::{NOW, Stores, got, sample_account, sample_note};
use crate::audit::{Actor, Note, Wanted};
use crate::directory::ADMINISTRATOR;
use crate::records::Account;
use crate::store::{AccountChange, Changed};

fn created(stores: &Stores, n: u64) -> Account {
    let account = sample_account(n);
    assert!(got(stores.accounts.create(account.clone(), sample_note(1))));
    account
}

/// See its name.
pub fn an_account_is_found_by_both_names(stores: &Stores) {
    let mut account = sample_account(1);
    account.roles = vec!["editor".into(), "管理员".into()];
    account.permissions = vec!["articles:write".into()];
    account.disabled_at = Some(NOW);
    account.display_name = None;
    assert!(got(stores.accounts.create(account.clone(), sample_note(1))));
    assert_eq!(got(stores.accounts.by_id(account.id)).as_deref(), Some(&account));
    assert_eq!(got(stores.accounts.by_identifier(account.identifier.clone())), Some(account));
    assert_eq!(got(stores.accounts.by_id(sample_account(2).id)), None);
    assert_eq!(got(stores.accounts.by_identifier("nobody".into())), None);
}

/// See its name.
pub fn a_taken_identifier_is_refused_and_nothing_is_written(stores: &Stores) {
    let first = created(stores, 1);
    let second = Account { identifier: first.identifier.clone(), ..sample_account(2) };
    assert!(!got(stores.accounts.create(second.clone(), sample_note(1))));
    assert_eq!(got(stores.accounts.by_id(second.id)), None);
    assert_eq!(got(stores.accounts.by_identifier(first.identifier.clone())), Some(first));
}

/// See its name.
pub fn a_change_and_its_log_entry_come_together(stores: &Stores) {
    let account = created(stores, 1);
    let changed = got(stores.accounts.change(account.id, AccountChange::Disable, sample_note(1)));
    let Changed::Done(now, Some(seq)) = changed else { panic!("disabling changes and is logged: {changed:?}") };
    assert_eq!((now.version, now.sessions_from, now.disabled_at), (2, 2, Some(NOW)));
    assert_eq!(got(stores.accounts.by_id(account.id)).as_deref(), Some(&now));
    let rows = got(stores.log.since(0, 10));
    let what = Ended::Account { account: account.id.to_string(), below: 2 };
    assert_eq!((rows.len(), rows[0].seq, &rows[0].entry.what, rows[0].settled), (1, seq, &what, false));
    assert_eq!(got(stores.log.head()).seq, seq);
}

/// See its name.
pub fn a_change_whose_condition_fails_leaves_no_trace(stores: &Stores) {
    let account = created(stores, 1);
    let change = AccountChange::Password { hash: "new".into(), at_version: Some(7) };
    assert_eq!(got(stores.accounts.change(account.id, change, sample_note(1))), Changed::Not(account.clone()));
    assert_eq!(got(stores.accounts.by_id(account.id)).as_deref(), Some(&account));
    assert_eq!(got(stores.log.head()).seq, 0);
    let renamed = got(stores.accounts.change(account.id, AccountChange::DisplayName(None), sample_note(1)));
    assert!(matches!(renamed, Changed::Done(a, None) if a.display_name.is_none()));
    assert_eq!(got(stores.log.head()).seq, 0, "a name concerns no verifier");
}

/// See its name.
pub fn a_change_of_a_missing_account_is_missing(stores: &Stores) {
    let change = got(stores.accounts.change(sample_account(1).id, AccountChange::SignOutEverywhere, sample_note(1)));
    assert_eq!(change, Changed::Missing);
    assert_eq!(got(stores.log.head()).seq, 0);
}

/// See its name.
pub fn pages_are_in_the_order_of_identifiers(stores: &Stores) {
    let mut names: Vec<_> = (1..=12).map(|n| created(stores, n).identifier).collect();
    names.sort();
    let mut seen: Vec<String> = Vec::new();
    loop {
        let page = got(stores.accounts.page(seen.last().cloned(), 5));
        assert!(page.len() <= 5);
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|a| a.identifier));
    }
    assert_eq!(seen, names);
}

/// See its name.
pub fn hashes_are_a_round_through_all_ids(stores: &Stores) {
    let mut accounts: Vec<Account> = (1..=6)
        .map(|n| Account { password: (n != 3).then(|| format!("hash {n}")), ..sample_account(n) })
        .inspect(|account| assert!(got(stores.accounts.create(account.clone(), sample_note(1)))))
        .collect();
    accounts.sort_by_key(|a| a.id);
    for first in 0..accounts.len() {
        let round = accounts[first..].iter().chain(&accounts[..first]);
        let expected: Vec<String> = round.filter_map(|a| a.password.clone()).collect();
        assert_eq!(got(stores.accounts.hashes(accounts[first].id, 10)), expected);
        assert_eq!(got(stores.accounts.hashes(accounts[first].id, 2)), expected[..2]);
    }
}

/// See its name.
pub fn accounts_with_a_role_are_found_by_it(stores: &Stores) {
    let with = |n: u64, roles: &[&str]| Account {
        roles: roles.iter().map(ToString::to_string).collect(),
        ..sample_account(n)
    };
    for account in [with(1, &["editor", "writer"]), with(2, &[]), with(3, &["editor"])] {
        assert!(got(stores.accounts.create(account, sample_note(1))));
    }
    let holders = |role: &str, after, at_most| {
        let found = got(stores.accounts.with_role(role.to_owned(), after, at_most));
        found.into_iter().map(|account| account.id).collect::<Vec<_>>()
    };
    let mut both = vec![sample_account(1).id, sample_account(3).id];
    both.sort();
    assert_eq!(holders("editor", None, 10), both);
    assert_eq!(holders("editor", None, 1), both[..1]);
    assert_eq!(holders("editor", Some(both[0]), 10), both[1..]);
    assert_eq!(holders("writer", None, 10), [sample_account(1).id]);
    assert_eq!(holders("edit", None, 10), []);
    let none = AccountChange::Roles { roles: Vec::new(), permissions: Vec::new(), at_version: 1 };
    got(stores.accounts.change(sample_account(1).id, none.clone(), sample_note(1)));
    assert_eq!((holders("editor", None, 10), holders("writer", None, 10)), (vec![sample_account(3).id], vec![]));
    let late = got(stores.accounts.change(sample_account(1).id, none, sample_note(1)));
    assert!(matches!(late, Changed::Not(_)), "its version has moved");
}

/// See its name.
pub fn of_two_with_one_identifier_the_first_is_written_and_the_others_are_too(stores: &Stores) {
    let taken = created(stores, 1);
    let with =
        |n: u64, identifier: &str| (Account { identifier: identifier.into(), ..sample_account(n) }, sample_note(n));
    let mut with_role = with(6, "f");
    with_role.0.roles = vec!["editor".into()];
    let new = vec![with(2, "b"), with(3, &taken.identifier), with(4, "b"), with(5, "e"), with_role];
    assert_eq!(got(stores.accounts.create_all(new)), [true, false, false, true, true]);
    assert_eq!(got(stores.accounts.by_identifier("b".into())).map(|a| a.id), Some(sample_account(2).id));
    assert_eq!(got(stores.accounts.by_identifier(taken.identifier.clone())), Some(taken));
    assert_eq!(got(stores.accounts.by_id(sample_account(4).id)), None);
    assert_eq!(got(stores.accounts.with_role("editor".into(), None, 10)).len(), 1);
    assert_eq!(got(stores.audit.page(Wanted::default(), 10)).len(), 4, "a note for each that was written");
    assert_eq!(got(stores.accounts.create_all(Vec::new())), Vec::<bool>::new());
}

/// See its name.
pub fn a_deleted_account_is_gone_and_its_end_and_note_are_there(stores: &Stores) {
    let mut account = sample_account(1);
    account.roles = vec!["editor".into()];
    assert!(got(stores.accounts.create(account.clone(), sample_note(1))));
    let other = created(stores, 2);
    got(stores.devices.know(account.id, sample_device(1), 3, NOW));
    let deleted = got(stores.accounts.delete(account.id, sample_note(1)));
    let Changed::Done(was, Some(seq)) = deleted else { panic!("it was there") };
    assert_eq!(was, account);
    assert_eq!(got(stores.accounts.by_id(account.id)), None);
    assert_eq!(got(stores.accounts.by_identifier(account.identifier.clone())), None);
    assert_eq!(got(stores.accounts.with_role("editor".into(), None, 10)), []);
    assert_eq!(got(stores.accounts.page(None, 10)), [other]);
    assert!(!got(stores.devices.knows(account.id, sample_device(1), NOW)));
    let rows = got(stores.log.since(0, 10));
    let what = Ended::Account { account: account.id.to_string(), below: account.version + 1 };
    assert_eq!((rows.len(), rows[0].seq, &rows[0].entry.what), (1, seq, &what));
    assert_eq!(got(stores.audit.page(Wanted::default(), 10)).len(), 3);
    let again = Account { identifier: account.identifier, ..sample_account(3) };
    assert!(got(stores.accounts.create(again, sample_note(3))), "the identifier is free again");
}

/// See its name.
pub fn deleting_twice_or_nobody_writes_nothing(stores: &Stores) {
    let account = created(stores, 1);
    assert_eq!(got(stores.accounts.delete(sample_account(2).id, sample_note(2))), Changed::Missing);
    assert_eq!(got(stores.log.head()).seq, 0);
    assert!(matches!(got(stores.accounts.delete(account.id, sample_note(1))), Changed::Done(..)));
    assert_eq!(got(stores.accounts.delete(account.id, sample_note(1))), Changed::Missing);
    assert_eq!(got(stores.log.head()).seq, 1);
    assert_eq!(got(stores.accounts.change(account.id, AccountChange::Disable, sample_note(1))), Changed::Missing);
    assert_eq!(got(stores.audit.page(Wanted::default(), 10)).len(), 2);
}

/// An administrator, written down.
pub(super) fn administrator(stores: &Stores, n: u64) -> Account {
    let account = Account { roles: vec![ADMINISTRATOR.to_owned()], ..sample_account(n) };
    assert!(got(stores.accounts.create(account.clone(), sample_note(n))));
    account
}

/// See its name.
pub fn only_an_operator_takes_the_last_administrator_away(stores: &Stores) {
    let (first, second) = (administrator(stores, 1), administrator(stores, 2));
    let change = |account: &Account, change, actor| {
        got(stores.accounts.change(account.id, change, Note { actor, ..sample_note(1) }))
    };
    let nothing = AccountChange::Roles { roles: Vec::new(), permissions: Vec::new(), at_version: 1 };
    let by_second = Actor::Administrator(second.id);
    assert!(matches!(change(&first, nothing.clone(), by_second.clone()), Changed::Done(..)));
    let before = (got(stores.log.head()), got(stores.audit.page(Wanted::default(), 10)));
    for what in [nothing.clone(), AccountChange::Disable] {
        for actor in [by_second.clone(), Actor::Person(second.id), Actor::Doorward] {
            assert_eq!(change(&second, what.clone(), actor), Changed::LastAdministrator, "{what:?}");
        }
    }
    let note = |actor: Actor| Note { actor, ..sample_note(1) };
    assert_eq!(got(stores.accounts.delete(second.id, note(by_second.clone()))), Changed::LastAdministrator);
    assert_eq!((got(stores.log.head()), got(stores.audit.page(Wanted::default(), 10))), before, "no trace");
    assert_eq!(got(stores.accounts.by_id(second.id)).as_deref(), Some(&second));
    assert!(matches!(change(&second, AccountChange::SignOutEverywhere, by_second.clone()), Changed::Done(..)));
    assert!(matches!(got(stores.accounts.delete(first.id, note(by_second))), Changed::Done(..)), "is none any more");
    assert!(matches!(change(&second, AccountChange::Disable, Actor::Operator), Changed::Done(..)));
    let third = administrator(stores, 3);
    assert!(matches!(got(stores.accounts.delete(third.id, note(Actor::Operator))), Changed::Done(..)));
}
