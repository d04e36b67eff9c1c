//! Hashes that came from elsewhere, as people meet them: they sign in, and hear of nothing.

use super::*;
use crate::password::Stored;
use crate::store::AccountChange;
use crate::store::contract::sample_note;
use crate::store::double::When;

/// bcrypt of [`PASSWORD`], as another program wrote it.
const BCRYPT: &str = "$2b$04$x3MfYcZVHImRgRhA.AFbae7zRCUnvyD4oW33FKG71.e3V0jP8e0c2";

fn with_hash(world: &World, identifier: &str, hash: &str) -> Account {
    let account = world.sign_up(identifier);
    let change = AccountChange::Rehash { from: account.password.clone().unwrap(), to: hash.into() };
    wait(world.auth.accounts().change(account.id, change, sample_note(1))).unwrap();
    account
}

fn kept(world: &World, account: &Account) -> String {
    wait(world.auth.accounts().by_id(account.id)).unwrap().unwrap().password.clone().unwrap()
}

#[test]
fn a_hash_from_elsewhere_signs_in_and_ours_takes_its_place_once() {
    let world = World::new();
    let ada = with_hash(&world, "ada", BCRYPT);
    assert_eq!(
        wait(world.auth.sign_in(world.ask("ada", "another horse battery staple", Mode::Session))).err(),
        Some(SignInError::InvalidCredentials)
    );
    assert_eq!(kept(&world, &ada), BCRYPT, "only a good sign-in replaces it");
    let first = world.sign_in(Mode::Session);
    let ours = kept(&world, &ada);
    assert!(ours.starts_with("$argon2id$v=19$m=64,"));
    assert!(world.works(&first), "nobody is signed out by it");
    world.sign_in(Mode::Session);
    assert_eq!(kept(&world, &ada), ours);
}

#[test]
fn of_two_sign_ins_at_once_one_replaces_the_hash_and_both_stand() {
    let world = Arc::new(World::new());
    let ada = with_hash(&world, "ada", BCRYPT);
    let (other, between) = (world.clone(), Arc::new(std::sync::Mutex::new(String::new())));
    let (seen, account) = (between.clone(), ada.clone());
    world.store.once("change", When::Before, move || {
        other.sign_in(Mode::Session);
        *seen.lock().unwrap() = kept(&other, &account);
    });
    let mine = world.sign_in(Mode::Session);
    let first = between.lock().unwrap().clone();
    assert!(first.starts_with("$argon2id$"));
    assert_eq!(kept(&world, &ada), first, "the second finds another hash than the one it verified, and leaves it");
    assert!(world.works(&mine));
}

#[test]
fn a_password_changed_during_the_sign_in_is_not_put_back() {
    let world = Arc::new(World::new());
    let ada = with_hash(&world, "ada", BCRYPT);
    let (other, id) = (world.clone(), ada.id);
    world.store.once("change", When::Before, move || {
        let change = AccountChange::Password { hash: "the new one's".into(), at_version: None };
        wait(other.auth.accounts().change(id, change, sample_note(1))).unwrap();
    });
    world.sign_in(Mode::Session);
    assert_eq!(kept(&world, &ada), "the new one's");
}

#[test]
fn people_without_an_account_wait_as_long_as_most_who_have_one() {
    let world = World::new();
    assert!(world.auth.decoy().starts_with("$argon2id$v=19$m=64,"));
    for n in 0..3 {
        with_hash(&world, &format!("person{n}"), BCRYPT);
    }
    world.sign_up("ada");
    wait(world.auth.choose_decoy()).unwrap();
    let decoy = world.auth.decoy();
    assert!(decoy.starts_with("$2b$04$") && decoy != BCRYPT && Stored::read(&decoy).is_ok(), "{decoy}");
    assert!(!world.store.dump().contains(&decoy));
}

#[test]
fn a_hash_that_cannot_be_computed_is_nobodys_and_costs_what_nobody_costs() {
    let world = World::new();
    with_hash(&world, "ada", "$2b$31$4uQzr0Du7x29zhCqVk1mFOTqE36KZcgV6vgkGSvVXQ33qBhUjC4sG");
    assert_eq!(world.try_sign_in("ada", Mode::Session).err(), Some(SignInError::InvalidCredentials));
}
