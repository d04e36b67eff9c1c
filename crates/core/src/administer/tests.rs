//! Who may, how far it reaches, and who is left.

use std::sync::Arc;

use super::*;
use crate::directory::{ADMINISTRATOR, Client, Role};
use crate::records::Mode;
use crate::store::Purpose;
use crate::store::contract::{sample_session, together, wait};
use crate::store::double::When;
use crate::tests::World;

const ACCOUNTS: Need = Need { permission: "admin:accounts", proof: true };

/// Somebody with these rights to administer, who has just signed in.
fn somebody(world: &World, name: &str, permissions: &[&str]) -> (Account, Arc<Session>) {
    let account = world.sign_up(name);
    world.grant(account.id, &format!("role-of-{name}"), permissions);
    let signed_in = world.try_sign_in(name, Mode::Session).unwrap();
    (account, signed_in.session)
}

fn administrator(world: &World, name: &str) -> (Account, Administrator) {
    let account = world.sign_up(name);
    wait(world.auth.grant_role(account.id, ADMINISTRATOR)).unwrap();
    let session = world.try_sign_in(name, Mode::Session).unwrap().session;
    (account, wait(world.auth.administrator(&session, ACCOUNTS)).unwrap())
}

fn lacks<T>(answer: Result<T, AdminError>) -> String {
    match answer {
        Err(AdminError::Lacks(permission)) => permission,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was allowed"),
    }
}

#[test]
fn a_permission_and_a_fresh_proof_are_needed() {
    let session = sample_session(1);
    let own = vec!["admin:audit".to_owned(), "admin:accounts".to_owned()];
    let after = |secs| session.auth_time.plus(Duration::from_secs(secs));
    let may = |own: &[String], need, now| may(own, &session, need, now, Duration::from_secs(600));
    assert_eq!(may(&own, ACCOUNTS, after(599)), Ok(()));
    assert_eq!(may(&own, ACCOUNTS, after(600)), Err(AdminError::TooOld));
    let before = Timestamp::from_millis(session.auth_time.millis() - 1);
    assert_eq!(may(&own, ACCOUNTS, before), Err(AdminError::TooOld), "a proof of tomorrow is none");
    assert_eq!(may(&own, Need { proof: false, ..ACCOUNTS }, after(9999)), Ok(()));
    assert_eq!(lacks(may(&own[..1], ACCOUNTS, after(9999))), "admin:accounts", "told first");
}

#[test]
fn rights_to_administer_are_weighed_and_those_of_applications_are_not() {
    let own = ["admin:accounts".to_owned()];
    for (theirs, wanted) in [
        ("admin:accounts", None),
        ("admin:keys", Some("admin:keys")),
        ("revocations:read", None),
        ("articles:write", None),
        ("admin:of-some-application", None),
    ] {
        assert_eq!(beyond(&own, &[theirs.to_owned()]), wanted);
    }
}

#[test]
fn a_right_that_was_taken_away_is_gone_at_once_whatever_is_carried() {
    let world = World::new();
    let (account, session) = somebody(&world, "ada", &["admin:accounts"]);
    assert!(wait(world.auth.administrator(&session, ACCOUNTS)).is_ok());
    wait(world.auth.revoke_role(account.id, "role-of-ada")).unwrap();
    assert_eq!(lacks(wait(world.auth.administrator(&session, ACCOUNTS))), "admin:accounts");
    wait(world.auth.disable(account.id)).unwrap();
    assert_eq!(wait(world.auth.administrator(&session, ACCOUNTS)).unwrap_err(), AdminError::Gone);
}

#[test]
fn nobody_makes_more_of_themselves_than_they_are() {
    let world = World::new();
    let (admin, _) = administrator(&world, "root");
    world.define("keeper-of-keys", &["admin:keys"]);
    let (ada, session) = somebody(&world, "ada", &["admin:accounts", "admin:roles", "admin:clients"]);
    let ada_may = wait(world.auth.administrator(&session, ACCOUNTS)).unwrap();
    for role in [ADMINISTRATOR, "keeper-of-keys"] {
        assert!(lacks(wait(ada_may.grant_role(ada.id, role))).starts_with("admin:"), "{role}");
        assert!(lacks(wait(ada_may.revoke_role(admin.id, role))).starts_with("admin:"), "{role}");
    }
    assert!(lacks(wait(ada_may.disable(admin.id))).starts_with("admin:"));
    assert!(lacks(wait(ada_may.enable(admin.id))).starts_with("admin:"));
    assert!(lacks(wait(ada_may.delete(admin.id))).starts_with("admin:"));
    assert!(lacks(wait(ada_may.reset_link(admin.id)).map(|_| ())).starts_with("admin:"));
    let own = Role { name: "role-of-ada".into(), permissions: vec!["admin:accounts".into(), "admin:keys".into()] };
    assert_eq!(lacks(wait(ada_may.set_role(own))), "admin:keys");
    let less = Role { name: "keeper-of-keys".into(), permissions: Vec::new() };
    assert_eq!(lacks(wait(ada_may.set_role(less))), "admin:keys", "nor less of others");
    assert_eq!(lacks(wait(ada_may.remove_role("keeper-of-keys"))), "admin:keys");
    let mighty =
        |id: &str| Client { permissions: vec!["admin:keys".into()], ..Client::new(id.parse().unwrap(), Vec::new()) };
    assert_eq!(lacks(wait(ada_may.add_client(mighty("own")))), "admin:keys");
    let theirs = wait(world.auth.add_client(mighty("theirs"))).unwrap();
    assert_eq!(lacks(wait(ada_may.add_client_secret(&theirs.id)).map(|_| ())), "admin:keys");
    assert_eq!(lacks(wait(ada_may.disable_client(&theirs.id))), "admin:keys");
    wait(world.auth.add_client(Client::new("weak".parse().unwrap(), vec![Mode::Session]))).unwrap();
    let rise = |client| Client { permissions: vec!["admin:keys".into()], ..client };
    assert_eq!(lacks(wait(ada_may.change_client(&"weak".parse().unwrap(), rise))), "admin:keys");
    wait(ada_may.grant_role(ada.id, "role-of-ada")).unwrap();
    world.define("editor", &["articles:write"]);
    wait(ada_may.grant_role(ada.id, "editor")).unwrap();
}

#[test]
fn whoever_is_given_rights_while_somebody_makes_a_link_has_no_open_link() {
    for (verb, when) in [("put", When::Before), ("put", When::After), ("by_id", When::After)] {
        let world = World::new();
        administrator(&world, "root");
        let bob = world.sign_up("bob");
        let (_, session) = somebody(&world, "ada", &["admin:accounts"]);
        let ada_may = wait(world.auth.administrator(&session, ACCOUNTS)).unwrap();
        let auth = world.auth.clone();
        world.store.once(verb, when, move || {
            wait(auth.grant_role(bob.id, ADMINISTRATOR)).unwrap();
        });
        assert!(wait(ada_may.reset_link(bob.id)).is_err(), "{verb} {when:?}");
        let cancelled =
            wait(world.auth.passing().cancel(Purpose::Reset, bob.id.to_string(), world.auth.now().unwrap()));
        assert_eq!(cancelled, Ok(false), "no link is open: {verb} {when:?}");
    }
}

#[test]
fn a_link_that_is_open_ends_when_its_account_is_given_rights() {
    let world = World::new();
    let (_, root) = administrator(&world, "root");
    let bob = world.sign_up("bob");
    let link = wait(root.reset_link(bob.id)).unwrap();
    world.grant(bob.id, "editor", &["articles:write"]);
    assert!(wait(world.auth.look_at_link(Purpose::Reset, link.token.expose())).unwrap().is_some(), "not by this role");
    wait(root.grant_role(bob.id, ADMINISTRATOR)).unwrap();
    assert!(wait(world.auth.look_at_link(Purpose::Reset, link.token.expose())).unwrap().is_none());
}

#[test]
fn the_last_administrator_stays_whoever_asks_in_whatever_order() {
    let world = World::new();
    let (root, by_root) = administrator(&world, "root");
    assert_eq!(wait(by_root.disable(root.id)), Err(AdminError::LastAdministrator));
    assert_eq!(wait(by_root.revoke_role(root.id, ADMINISTRATOR)), Err(AdminError::LastAdministrator));
    assert_eq!(wait(by_root.delete(root.id)), Err(AdminError::LastAdministrator));
    let others: Vec<_> = ["ada", "bob", "eve"].iter().map(|name| administrator(&world, name)).collect();
    let all: Vec<_> = others.into_iter().chain([(root, by_root)]).collect();
    let outcomes = together(all.len(), |n| {
        // Each one turns on the next.
        let (by, victim) = (&all[n].1, all[(n + 1) % all.len()].0.id);
        let gone = match n % 3 {
            0 => wait(by.disable(victim)).map(|_| ()),
            1 => wait(by.delete(victim)),
            _ => wait(by.revoke_role(victim, ADMINISTRATOR)).map(|_| ()),
        };
        gone.is_ok()
    });
    assert_eq!(outcomes.iter().filter(|gone| **gone).count(), all.len() - 1);
    assert!(wait(world.auth.has_administrator()).unwrap());
    let left = wait(world.auth.accounts().with_role(ADMINISTRATOR.into(), None, 10)).unwrap();
    let left = left.into_iter().find(|account| account.disabled_at.is_none()).unwrap();
    wait(world.auth.acting(By::operator()).disable(left.id)).unwrap();
    assert!(!wait(world.auth.has_administrator()).unwrap(), "whoever has a shell may");
}

#[test]
fn what_is_done_is_written_down_in_the_name_of_whoever_did_it() {
    let world = World::new();
    let (root, by_root) = administrator(&world, "root");
    let bob = world.sign_up("bob");
    let session = world.try_sign_in("bob", Mode::Session).unwrap().session;
    assert_eq!(wait(by_root.session(session.sid)).unwrap().unwrap().account, bob.id);
    assert!(wait(by_root.auth().force_out(session.sid)).unwrap());
    assert!(wait(by_root.session(session.sid)).unwrap().is_none());
    wait(by_root.disable(bob.id)).unwrap();
    wait(by_root.enable(bob.id)).unwrap();
    let before = wait(world.auth.audit_rows(Default::default(), 100)).unwrap().len();
    wait(by_root.enable(bob.id)).unwrap();
    let rows = wait(world.auth.audit_rows(Default::default(), 100)).unwrap();
    assert_eq!(rows.len(), before, "what changes nothing is not noted");
    let told: Vec<_> = rows.iter().rev().take(3).map(|row| (row.note.event.name(), row.note.actor.clone())).collect();
    let by = || Actor::Administrator(root.id);
    assert_eq!(told, [("account_enabled", by()), ("account_disabled", by()), ("session_ended_by_administrator", by())]);
}
