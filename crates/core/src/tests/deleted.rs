//! What is left of an account that was deleted: nothing that signs in, and nothing that names a person.

use super::*;
use crate::audit::{By, Event, Row, Wanted};
use crate::id::AccountId;
use crate::store::double::When;

fn rows_of(world: &World, account: AccountId) -> Vec<Row> {
    wait(world.auth.audit().page(Wanted { account: Some(account), ..Wanted::default() }, 100)).unwrap()
}

#[test]
fn nothing_of_a_deleted_account_works_any_more() {
    let world = World::new();
    let ada = world.sign_up("ada");
    let all = Mode::ALL.map(|m| world.sign_in(m));
    assert!(wait(world.auth.delete_account(ada.id)).unwrap());
    assert!(all.iter().all(|s| !world.works(s) && !world.lives(&s.session)));
    let refresh = pair(&all[1].issued).refresh.expose();
    assert!(wait(world.auth.refresh(refresh, &default_client(), Mode::Token)).is_err());
    assert_eq!(world.try_sign_in("ada", Mode::Session).err(), Some(SignInError::InvalidCredentials));
    assert!(!wait(world.auth.delete_account(ada.id)).unwrap(), "twice is no");
}

#[test]
fn an_account_made_anew_under_the_name_of_a_deleted_one_is_somebody_else() {
    let world = World::new();
    let first = world.sign_up("ada");
    let before = Mode::ALL.map(|m| world.sign_in(m));
    wait(world.auth.delete_account(first.id)).unwrap();
    let second = world.sign_up("ada");
    assert_ne!(first.id, second.id);
    assert!(before.iter().all(|s| !world.works(s)));
    assert!(Mode::ALL.map(|m| world.sign_in(m)).iter().all(|s| world.works(s)));
}

#[test]
fn nothing_that_names_the_person_is_kept_and_the_audit_knows_a_pseudonym() {
    let world = World::new();
    let new = NewAccount {
        identifier: "ada.lovelace@example.org".into(),
        password: Some(Plain::new(PASSWORD.into())),
        display_name: Some("Augusta Ada King".into()),
    };
    let ada = wait(world.auth.create_account(new)).unwrap();
    let ask = world.ask("ada.lovelace@example.org", PASSWORD, Mode::Session);
    let from = By { address: Some("203.0.113.77".parse().unwrap()), ..By::default() };
    wait(world.auth.acting(from).sign_in(SignIn { device: "Babbage's engine".into(), ..ask })).unwrap();
    wait(world.auth.reset_link(ada.id)).unwrap();
    assert!(rows_of(&world, ada.id).iter().any(|row| row.note.address.is_some()));
    let words = ["Babbage", "$argon2"];
    assert!(words.iter().all(|word| world.store.dump().contains(word)));
    wait(world.auth.delete_account(ada.id)).unwrap();
    assert!(words.iter().all(|word| !world.store.dump().contains(word)));
    assert_eq!(wait(world.auth.find_account("ada.lovelace@example.org")).unwrap(), None);
    let sign_in = rows_of(&world, ada.id).into_iter().find(|row| row.note.event == Event::SignedIn);
    assert!(sign_in.is_some_and(|row| row.note.address.is_none()), "it went with the account");
    assert!(rows_of(&world, ada.id).iter().any(|row| row.note.event == Event::AccountDeleted));
}

#[test]
fn a_sign_in_that_a_deletion_overtakes_hands_nothing_out() {
    let world = Arc::new(World::new());
    let ada = world.sign_up("ada");
    let (other, id) = (world.clone(), ada.id);
    world.store.once("insert", When::Before, move || {
        assert!(wait(other.auth.delete_account(id)).unwrap());
    });
    assert_eq!(world.try_sign_in("ada", Mode::Session).err(), Some(SignInError::CredentialsChanged));
    assert!(wait(world.auth.sessions_of(ada.id)).unwrap().is_empty());
}

#[test]
fn records_that_could_not_be_removed_are_dead_and_removed_later() {
    let world = World::new();
    let ada = world.sign_up("ada");
    let session = world.sign_in(Mode::Session);
    world.store.fail("end_all", Some(When::Before));
    assert!(wait(world.auth.delete_account(ada.id)).unwrap(), "the commit stands");
    assert!(!world.works(&session));
    world.store.fail("end_all", None);
    let restarted = World::over(world.store.clone(), NOW);
    assert!(wait(restarted.auth.sessions_of(ada.id)).unwrap().is_empty());
    assert!(!restarted.works(&session));
}

#[test]
fn a_deletion_that_cannot_be_written_changes_nothing() {
    let world = World::new();
    let ada = world.sign_up("ada");
    let session = world.sign_in(Mode::Session);
    world.store.fail("delete", Some(When::Before));
    assert!(wait(world.auth.delete_account(ada.id)).is_err());
    assert!(world.works(&session));
}
