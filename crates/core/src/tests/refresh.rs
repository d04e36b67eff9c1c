//! Refreshing over a store: lost answers, copies, other people's tokens.

use super::*;
use crate::refresh::{RefreshError, Refreshed};
use crate::store::double::When;

fn rotate(world: &World, token: &str) -> Result<Refreshed, RefreshError> {
    wait(world.auth.refresh(token, &default_client(), Mode::Token))
}

fn first_token(world: &World) -> (SignedIn, String) {
    let signed_in = world.sign_in(Mode::Token);
    let token = pair(&signed_in.issued).refresh.expose().clone();
    (signed_in, token)
}

#[test]
fn within_the_grace_window_the_same_refresh_token_comes_again_byte_for_byte_with_a_new_access_token() {
    let world = World::new();
    world.sign_up("ada");
    let (_, token) = first_token(&world);
    let one = rotate(&world, &token).unwrap();
    world.later(9);
    let two = rotate(&world, &token).unwrap();
    assert_eq!(pair(&one.issued).refresh.expose(), pair(&two.issued).refresh.expose());
    assert_ne!(pair(&one.issued).access.expose(), pair(&two.issued).access.expose());
    assert_ne!(*pair(&one.issued).refresh.expose(), token);
}

#[test]
fn a_token_behind_the_last_two_is_told_so_and_the_session_lives() {
    let world = World::new();
    world.sign_up("ada");
    let (signed_in, token) = first_token(&world);
    let two = rotate(&world, &token).unwrap();
    rotate(&world, pair(&two.issued).refresh.expose()).unwrap();
    assert_eq!(rotate(&world, &token).err(), Some(RefreshError::Superseded));
    assert!(world.lives(&signed_in.session));
}

/// Thief first or victim first: whoever refreshes second ends it for both.
#[test]
fn a_copied_refresh_token_ends_the_session_for_thief_and_victim_in_either_order() {
    for wait_between in [11, 3600, 86_400] {
        let world = World::new();
        world.sign_up("ada");
        let (signed_in, copied) = first_token(&world);
        let first = rotate(&world, &copied).unwrap();
        world.later(wait_between);
        let access = if wait_between < 300 { Some(pair(&first.issued).access.expose()) } else { None };
        assert_eq!(rotate(&world, &copied).err(), Some(RefreshError::InvalidGrant));
        assert_eq!(rotate(&world, pair(&first.issued).refresh.expose()).err(), Some(RefreshError::InvalidGrant));
        assert!(access.is_none_or(|a| world.who(Credential::Access(a)).is_err()), "also its access tokens");
        assert!(!world.lives(&signed_in.session));
        assert_eq!(wait(world.auth.log().since(0, 9)).unwrap().len(), 1, "and verifiers hear of it");
    }
}

#[test]
fn another_client_mode_person_or_mac_gets_nothing_and_changes_nothing() {
    let world = World::new();
    world.sign_up("ada");
    let (signed_in, token) = first_token(&world);
    let other = world.sign_in(Mode::Hybrid);
    let before = world.store.dump();
    let shop = "shop".parse().unwrap();
    let forged = {
        let mut parts = crate::wire::parse_refresh_token(&token).unwrap();
        parts.generation = 2;
        crate::wire::refresh_token(&parts).expose().clone()
    };
    let moved = {
        let mut parts = crate::wire::parse_refresh_token(&token).unwrap();
        parts.sid = other.session.sid;
        crate::wire::refresh_token(&parts).expose().clone()
    };
    for (token, client, mode) in [
        (&token, &shop, Mode::Token),
        (&token, &default_client(), Mode::Hybrid),
        (pair(&other.issued).refresh.expose(), &default_client(), Mode::Token),
        (&forged, &default_client(), Mode::Token),
        (&moved, &default_client(), Mode::Hybrid),
        (&"dw_rt_nonsense".to_owned(), &default_client(), Mode::Token),
    ] {
        assert_eq!(wait(world.auth.refresh(token, client, mode)).err(), Some(RefreshError::InvalidGrant));
    }
    assert_eq!(world.store.dump(), before);
    assert!(world.lives(&signed_in.session));
}

#[test]
fn an_answer_lost_after_the_commit_is_given_again_and_one_lost_before_changed_nothing() {
    let world = World::new();
    world.sign_up("ada");
    let (_, token) = first_token(&world);
    world.store.fail("rotate", Some(When::Before));
    assert!(matches!(rotate(&world, &token).err(), Some(RefreshError::Unavailable(_))));
    world.store.fail("rotate", Some(When::After));
    assert!(matches!(rotate(&world, &token).err(), Some(RefreshError::Unavailable(_))));
    world.store.fail("rotate", None);
    world.later(3);
    let again = rotate(&world, &token).unwrap();
    assert_eq!(again.session.lines[0].generation, 2, "rotated once, by the one whose answer was lost");
    assert!(rotate(&world, pair(&again.issued).refresh.expose()).is_ok());
}

#[test]
fn a_store_that_lost_writes_takes_the_newer_token_for_good() {
    let world = World::new();
    world.sign_up("ada");
    let (signed_in, token) = first_token(&world);
    let second = rotate(&world, &token).unwrap();
    let third = rotate(&world, pair(&second.issued).refresh.expose()).unwrap();
    world.store.bring_back((*signed_in.session).clone());
    world.later(60);
    let after = rotate(&world, pair(&third.issued).refresh.expose()).unwrap();
    assert_eq!(after.session.lines[0].generation, 4);
}

#[test]
fn a_new_root_secret_in_front_signs_nobody_out_and_a_missing_one_does() {
    let world = World::new();
    world.sign_up("ada");
    let (_, token) = first_token(&world);
    let both = World::start(world.store.clone(), NOW, &[2, 1]).unwrap();
    let next = rotate(&both, &token).unwrap();
    let again = rotate(&both, &token).unwrap();
    assert_eq!(pair(&next.issued).refresh.expose(), pair(&again.issued).refresh.expose());
    let parts = crate::wire::parse_refresh_token(pair(&next.issued).refresh.expose()).unwrap();
    assert_eq!(parts.key, both.auth.root().newest());
    assert!(matches!(World::start(world.store.clone(), NOW, &[2]), Err(StartError::OtherRootSecret)));
}

#[test]
fn looking_at_a_refresh_token_rotates_nothing_and_sees_no_reuse() {
    let world = World::new();
    world.sign_up("ada");
    let (signed_in, token) = first_token(&world);
    rotate(&world, &token).unwrap();
    world.later(3600);
    let before = world.store.dump();
    let found = wait(world.auth.peek_refresh(&token)).unwrap().unwrap();
    assert_eq!(found.sid, signed_in.session.sid);
    assert_eq!(world.store.dump(), before);
}
