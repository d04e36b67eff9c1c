//! What each change makes of an account.

use super::*;
use crate::id::ClientId;
use crate::store::contract::{sample_account, sample_session};

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

fn password(at_version: Option<u64>) -> AccountChange {
    AccountChange::Password { hash: "new".into(), at_version }
}

fn roles() -> AccountChange {
    AccountChange::Roles { roles: vec!["editor".into()], permissions: vec!["articles:write".into()], at_version: 1 }
}

#[test]
fn what_ends_sessions_moves_both_numbers_and_tells_verifiers() {
    for change in [password(None), AccountChange::Disable, AccountChange::SignOutEverywhere] {
        let mut account = sample_account(1);
        let before = account.version;
        let applied = apply(&mut account, &change, NOW);
        assert_eq!(account.version, before + 1, "{change:?}");
        assert_eq!(account.sessions_from, account.version, "{change:?}");
        let what = Ended::Account { account: account.id.to_string(), below: account.version };
        let entry = Some(Entry { what, until: NOW.as_secs() + 3600 + 120 });
        assert_eq!(applied, Applied::Changed { entry }, "{change:?}");
    }
}

#[test]
fn other_roles_make_tokens_stale_and_leave_sessions_alone() {
    let mut account = sample_account(1);
    let (before, from) = (account.version, account.sessions_from);
    assert!(matches!(apply(&mut account, &roles(), NOW), Applied::Changed { entry: Some(_) }));
    assert_eq!((account.version, account.sessions_from), (before + 1, from));
    assert_eq!(apply(&mut account, &roles(), NOW), Applied::Not);
}

#[test]
fn a_password_proved_at_an_older_version_changes_nothing() {
    let mut account = sample_account(1);
    let before = account.clone();
    assert_eq!(apply(&mut account, &password(Some(before.version + 1)), NOW), Applied::Not);
    assert_eq!(account, before);
    assert!(matches!(apply(&mut account, &password(Some(before.version)), NOW), Applied::Changed { .. }));
}

#[test]
fn a_rehash_replaces_only_the_hash_that_was_verified() {
    let mut account = sample_account(1);
    account.password = Some("old".into());
    let rehash = |from: &str| AccountChange::Rehash { from: from.into(), to: "dearer".into() };
    assert_eq!(apply(&mut account, &rehash("other"), NOW), Applied::Not);
    let version = account.version;
    assert_eq!(apply(&mut account, &rehash("old"), NOW), Applied::Changed { entry: None });
    assert_eq!((account.password.as_deref(), account.version), (Some("dearer"), version));
}

#[test]
fn disabling_twice_is_once_and_enabling_revives_no_session() {
    let mut account = sample_account(1);
    assert!(matches!(apply(&mut account, &AccountChange::Disable, NOW), Applied::Changed { .. }));
    assert_eq!(apply(&mut account, &AccountChange::Disable, NOW), Applied::Not);
    let from = account.sessions_from;
    assert_eq!(apply(&mut account, &AccountChange::Enable, NOW), Applied::Changed { entry: None });
    assert_eq!(apply(&mut account, &AccountChange::Enable, NOW), Applied::Not);
    assert_eq!((account.disabled_at, account.sessions_from), (None, from));
}

#[test]
fn a_session_stands_from_the_version_on_that_the_account_names() {
    let mut session = sample_session(1);
    let mut account = sample_account(1);
    session.account = account.id;
    session.client = ClientId::default_client();
    for (version, from, stands) in [(1, 0, true), (1, 1, true), (1, 2, false), (3, 2, true)] {
        (session.version, account.sessions_from) = (version, from);
        assert_eq!(is_standing(&session, &account), stands, "{version} {from}");
    }
    account.disabled_at = Some(NOW);
    assert!(!is_standing(&session, &account));
    assert!(!is_standing(&session, &sample_account(2)), "never for another account");
}
