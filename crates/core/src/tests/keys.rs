//! Keys that move while nodes, operators and clocks do what they do.

use super::*;
use crate::audit::{Event, Wanted};
use crate::keys::operate::{Hurry, KeyError};
use crate::records::{KeyState, StoredKey};
use doorward_verify::{KeySet, Verifier, VerifyError};

const DAY: u64 = 86_400;

impl World {
    fn tend(&self) {
        wait(self.auth.tend_keys()).unwrap();
    }

    fn stored_keys(&self) -> Vec<StoredKey> {
        wait(self.auth.keys().all()).unwrap().keys
    }

    fn of_state(&self, state: KeyState) -> Vec<String> {
        self.stored_keys().into_iter().filter(|key| key.state == state).map(|key| key.kid).collect()
    }

    fn signs(&self) -> String {
        self.auth.keyring().signer().unwrap().kid().to_owned()
    }

    /// Days go by, with a look at the keys every hour.
    fn live(&self, days: u64) {
        for _ in 0..days * 24 {
            self.later(3600);
            self.tend();
        }
    }

    fn access(&self) -> String {
        pair(&self.sign_in(Mode::Token).issued).access.expose().clone()
    }

    fn accepts(&self, token: &str) -> bool {
        self.who(Credential::Access(token)).is_ok()
    }
}

/// Somebody who verifies offline with this key set.
fn service(jwks: &str) -> Verifier {
    Verifier::builder("https://door.example", "https://door.example")
        .algorithms([Algorithm::Es256, Algorithm::Rs256])
        .keys(KeySet::from_json(jwks.as_bytes()).unwrap())
        .build()
        .unwrap()
}

#[test]
fn a_year_of_rotations_goes_by_the_plan() {
    let world = World::new();
    let mut signed = vec![world.signs()];
    for _ in 0..365 {
        world.live(1);
        let [next] = world.of_state(KeyState::Next).try_into().unwrap();
        assert!(world.auth.jwks_names(&next), "the next key is always published");
        if *signed.last().unwrap() != world.signs() {
            signed.push(world.signs());
        }
        assert!(world.of_state(KeyState::Retired).len() <= 1);
    }
    assert_eq!(signed.len(), 5, "every 90 days another one");
    assert_eq!(world.stored_keys().len(), 2, "and none of the old ones is left");
}

impl Auth {
    fn jwks_names(&self, kid: &str) -> bool {
        self.keyring().jwks().contains(kid)
    }
}

#[test]
fn eight_nodes_that_tend_at_once_move_every_key_once() {
    let world = World::new();
    let nodes: Vec<_> = (0..8).map(|_| World::over(world.store.clone(), NOW)).collect();
    let signed = world.signs();
    for node in &nodes {
        node.tend();
        node.later(91 * DAY);
    }
    crate::store::contract::together(8, |n| wait(nodes[n].auth.tend_keys()).unwrap());
    assert_eq!(world.of_state(KeyState::Active).len(), 1);
    assert_eq!(world.of_state(KeyState::Next).len(), 1, "one more was published, not eight");
    assert_eq!(world.of_state(KeyState::Retired), [signed]);
    let rows = wait(world.auth.audit_rows(Wanted::default(), 99)).unwrap();
    let turns = rows.iter().filter(|row| row.note.event == Event::KeySigns).count();
    assert_eq!(turns, 1, "and the audit tells it once");
    for node in &nodes {
        node.tend();
        assert_eq!(node.signs(), world.of_state(KeyState::Active)[0]);
    }
}

#[test]
fn a_node_that_rotates_before_the_others_know_is_understood_by_all_of_them() {
    let world = World::new();
    world.sign_up("ada");
    let other = World::over(world.store.clone(), NOW);
    world.later(DAY);
    other.later(DAY);
    let turned = wait(world.auth.rotate_key(Hurry::No)).unwrap();
    let (new, old) = (world.access(), other.access());
    assert_ne!(other.signs(), turned.kid, "it has not looked yet");
    assert!(other.accepts(&new) && world.accepts(&old));
    other.tend();
    assert_eq!(other.signs(), turned.kid);
}

#[test]
fn a_jump_of_the_clock_neither_makes_a_fresh_key_sign_nor_removes_one_that_is_needed() {
    let world = World::new();
    world.sign_up("ada");
    world.live(91);
    let (signs, token) = (world.signs(), world.access());
    assert_eq!(world.of_state(KeyState::Retired).len(), 0);
    let start = world.auth.clock().now().unwrap();
    for jump in [100, 300] {
        world.clock.set(start.plus(Duration::from_secs(jump * DAY)));
        world.tend();
        assert_eq!(world.signs(), signs, "the next key was published for a moment only, whatever the clock says");
    }
    world.clock.set(start);
    world.tend();
    assert!(world.accepts(&token));
    assert_eq!(world.stored_keys().len(), 2);
    world.live(100);
    assert_ne!(world.signs(), signs, "a clock that runs evenly is trusted again");
}

#[test]
fn a_key_made_under_a_wrong_clock_still_has_its_turn() {
    let years = Duration::from_secs(3650 * DAY);
    let world = World::over(Double::new(), NOW.plus(years));
    let signs = world.signs();
    let world = World::over(world.store.clone(), NOW);
    world.tend();
    world.live(89);
    assert_eq!(world.signs(), signs);
    world.live(2);
    assert_ne!(world.signs(), signs);
}

#[test]
fn another_algorithm_in_the_settings_is_published_first_and_refuses_nobody() {
    let world = World::new();
    world.sign_up("ada");
    let kept = service(&world.auth.keyring().jwks());
    let changed = World::begin(world.store.clone(), NOW, &[1], |_, algorithm| *algorithm = Algorithm::Rs256).unwrap();
    changed.tend();
    assert_eq!(changed.auth.keyring().signer().unwrap().algorithm(), Algorithm::Es256, "verifiers do not know it yet");
    assert!(kept.verify(changed.access().as_bytes(), NOW).is_ok());
    let fetched = service(&changed.auth.keyring().jwks());
    changed.live(1);
    assert_eq!(changed.auth.keyring().signer().unwrap().algorithm(), Algorithm::Rs256);
    let now = changed.auth.clock().now().unwrap();
    assert!(fetched.verify(changed.access().as_bytes(), now).is_ok());
    assert!(changed.accepts(&changed.access()));
}

#[test]
fn a_rotation_waits_until_verifiers_know_the_key_unless_somebody_insists() {
    let world = World::new();
    let next = world.of_state(KeyState::Next)[0].clone();
    let ready = NOW.plus(Duration::from_secs(DAY));
    assert_eq!(wait(world.auth.rotate_key(Hurry::No)), Err(KeyError::TooEarly(ready)));
    assert_ne!(world.signs(), next);
    let turned = wait(world.auth.rotate_key(Hurry::Insist)).unwrap();
    assert_eq!((&turned.kid, turned.known_everywhere_at), (&next, Some(ready)));
    assert_eq!((world.signs(), world.of_state(KeyState::Next)), (next, vec![turned.next]));
    assert_eq!(turned.former_leaves_at, NOW.plus(Duration::from_secs(450)));
    world.later(DAY);
    let turned = wait(world.auth.rotate_key(Hurry::No)).unwrap();
    assert_eq!(turned.known_everywhere_at, None);
}

#[test]
fn a_key_is_removed_only_when_nothing_that_it_signed_can_be_alive() {
    let world = World::new();
    let (signs, next) = (world.signs(), world.of_state(KeyState::Next)[0].clone());
    assert_eq!(wait(world.auth.remove_key("unknown")), Err(KeyError::Unknown("unknown".into())));
    assert_eq!(wait(world.auth.remove_key(&signs)), Err(KeyError::Signs));
    assert!(wait(world.auth.remove_key(&next)).is_ok(), "it has signed nothing");
    world.tend();
    assert_eq!(world.of_state(KeyState::Next).len(), 1, "another one is published at once");
    wait(world.auth.rotate_key(Hurry::Insist)).unwrap();
    let leaves = NOW.plus(Duration::from_secs(450));
    assert_eq!(wait(world.auth.remove_key(&signs)), Err(KeyError::StillNeeded(leaves)));
    world.later(450);
    assert!(wait(world.auth.remove_key(&signs)).is_ok());
    assert!(!world.auth.jwks_names(&signs));
}

#[test]
fn keys_of_several_algorithms_stand_side_by_side_and_one_signs() {
    let world = World::new();
    for algorithm in [Algorithm::Ed25519, Algorithm::EdDsa, Algorithm::Rs256, Algorithm::Es256] {
        let added = wait(world.auth.add_key(algorithm)).unwrap();
        assert_eq!((added.key.algorithm, added.key.state), (algorithm, KeyState::Next));
        assert!(world.auth.jwks_names(&added.key.kid));
    }
    world.live(200);
    assert_eq!(world.auth.keyring().signer().unwrap().algorithm(), Algorithm::Es256, "what the settings want");
    let listed = wait(world.auth.list_keys()).unwrap();
    assert_eq!(listed.iter().filter(|view| view.key.state == KeyState::Active).count(), 1);
    assert_eq!(listed.iter().filter(|view| view.key.algorithm != Algorithm::Es256).count(), 3);
}

#[test]
fn the_drill_a_stolen_key_signs_nothing_that_anybody_accepts() {
    let world = World::new();
    world.sign_up("ada");
    let other = World::over(world.store.clone(), NOW);
    let (thief, signed_in) = (world.auth.keyring().signer().unwrap(), world.sign_in(Mode::Token));
    let service = service(&world.auth.keyring().jwks());
    let honest = pair(&signed_in.issued).access.expose().clone();
    let claims = service.verify(honest.as_bytes(), NOW).unwrap().claims.clone();
    let forged = |n: u32| {
        let claims = doorward_verify::Claims { jti: format!("forged{n}"), ..claims.clone() };
        thief.sign_claims(&claims).unwrap().expose().clone()
    };
    assert!(world.accepts(&forged(1)) && other.accepts(&forged(1)), "a stolen key is as good as ours");

    let done = wait(world.auth.distrust_key(thief.kid())).unwrap();
    assert_eq!(done.outstanding_until, Some(NOW.plus(Duration::from_secs(330))));
    assert!(!world.accepts(&forged(1)) && !world.accepts(&forged(2)), "refused at once, seen before or not");
    assert!(!world.auth.jwks_names(thief.kid()) && world.auth.jwks_names(&done.signs));
    for row in wait(world.auth.log().since(0, 9)).unwrap() {
        service.revoked().insert(&row.entry.what, row.entry.until);
    }
    assert_eq!(
        service.verify(forged(3).as_bytes(), NOW).unwrap_err(),
        VerifyError::Revoked,
        "also under an old key set"
    );
    wait(other.auth.follow()).unwrap();
    assert!(!other.accepts(&forged(1)) && !other.accepts(&forged(4)), "another node, by the log alone");
    other.tend();
    assert_eq!(other.signs(), done.signs, "and it signs with the key that everybody knew already");

    assert!(service.verify(world.access().as_bytes(), NOW).is_ok(), "the next key was published long before");
    let refresh = pair(&signed_in.issued).refresh.expose();
    let next = wait(other.auth.refresh(refresh, &default_client(), Mode::Token)).unwrap();
    assert!(world.accepts(pair(&next.issued).access.expose()), "the session lives");
    assert_eq!(wait(world.auth.distrust_key(thief.kid())), Err(KeyError::Unknown(thief.kid().to_owned())));
    assert!(
        World::over(world.store.clone(), NOW).who(Credential::Access(&forged(5))).is_err(),
        "after a restart as well"
    );
}

#[test]
fn a_key_that_waits_or_has_retired_is_distrusted_without_touching_the_one_that_signs() {
    let world = World::new();
    let (first, next) = (world.signs(), world.of_state(KeyState::Next)[0].clone());
    let done = wait(world.auth.distrust_key(&next)).unwrap();
    assert_eq!((&done.signs, done.outstanding_until, done.known_everywhere_at), (&first, None, None));
    world.tend();
    world.live(1);
    let turned = wait(world.auth.rotate_key(Hurry::No)).unwrap();
    let done = wait(world.auth.distrust_key(&first)).unwrap();
    assert_eq!(done.signs, turned.kid);
    assert!(done.outstanding_until.is_some());
    assert!(!world.auth.jwks_names(&first) && !world.auth.jwks_names(&next));
}

#[test]
fn a_database_that_fails_halfway_leaves_a_node_that_signs_and_verifies() {
    use crate::store::double::When;
    for verb in ["version", "all", "change_keys"] {
        for when in [When::Before, When::After] {
            let world = World::new();
            world.sign_up("ada");
            world.later(91 * DAY);
            world.store.fail(verb, Some(when));
            let _ = wait(world.auth.tend_keys());
            assert!(world.accepts(&world.access()), "{verb} {when:?}");
            world.store.fail(verb, None);
            world.tend();
            world.tend();
            assert_eq!(world.of_state(KeyState::Active), [world.signs()], "{verb} {when:?}");
            assert!(world.accepts(&world.access()), "{verb} {when:?}");
        }
    }
}
