//! Root secrets that change while people are signed in.

use super::*;
use crate::audit::{Event, Wanted};
use crate::keys::KeyringError;
use crate::keys::operate::KeyError;
use crate::keys::roots::RootChangeError;
use crate::records::RootState;
use crate::refresh::RefreshError;
use crate::root::KeyIdent;
use crate::store::double::When;

fn listed(roots: &[u8]) -> RootSecrets {
    RootSecrets::new(&roots.iter().map(|n| root(*n)).collect::<Vec<_>>()).unwrap()
}

fn ident(n: u8) -> KeyIdent {
    KeyIdent::of(&root(n))
}

fn node(world: &World, roots: &[u8]) -> World {
    World::start(world.store.clone(), world.auth.clock().now().unwrap(), roots).unwrap()
}

/// Somebody signed in in each mode, with a CSRF token for each.
struct People {
    all: Vec<(SignedIn, String)>,
}

impl People {
    fn on(world: &World) -> Self {
        let begin = |mode| {
            let signed_in = world.sign_in(mode);
            let csrf = world.auth.csrf_token(&signed_in.session.sid).unwrap();
            (signed_in, csrf)
        };
        Self { all: Mode::ALL.map(begin).into() }
    }

    /// In the order of modes: whether what carries the sign-in still works; and whether all CSRF tokens hold.
    fn standing(&self, world: &World) -> (Vec<bool>, bool) {
        let works = |signed_in: &SignedIn| match &signed_in.issued {
            Issued::Session(token) => world.who(Credential::Session(token.expose())).is_ok(),
            Issued::Pair(pair) => {
                let mode = signed_in.session.mode;
                wait(world.auth.refresh(pair.refresh.expose(), &default_client(), mode)).is_ok()
            }
        };
        let csrf = self.all.iter().all(|(signed_in, token)| world.auth.csrf_holds(&signed_in.session.sid, token));
        (self.all.iter().map(|(signed_in, _)| works(signed_in)).collect(), csrf)
    }
}

fn all_stand(standing: (Vec<bool>, bool)) -> bool {
    standing.0.iter().all(|works| *works) && standing.1
}

#[test]
fn a_rotated_root_secret_signs_nobody_out_on_any_node() {
    let world = World::new();
    world.sign_up("ada");
    let people = People::on(&world);
    // The new one is handed to one node after the other, in front and behind; nothing changes by that.
    let (one, two) = (node(&world, &[2, 1]), node(&world, &[1, 2]));
    for node in [&one, &two] {
        assert_eq!(node.auth.root().newest(), ident(1));
        assert!(all_stand(people.standing(node)));
    }
    let before = one.auth.keyring().jwks();
    let rotated = wait(one.auth.rotate_root_secret()).unwrap();
    assert_eq!((rotated.current, rotated.former, rotated.sealed), (ident(2), Some(ident(1)), 2));
    assert_eq!(one.auth.root().newest(), ident(2));
    let between = People::on(&two);
    assert_eq!(two.auth.root().newest(), ident(1), "it has not looked yet");
    wait(two.auth.tend_keys()).unwrap();
    assert_eq!(two.auth.root().newest(), ident(2));
    let after = People::on(&one);
    for node in [&one, &two] {
        for people in [&people, &between, &after] {
            assert!(all_stand(people.standing(node)));
        }
    }
    assert_eq!(one.auth.keyring().jwks(), before, "the keys are the same, under another seal");
    assert!(matches!(World::start(world.store.clone(), NOW, &[1]), Err(StartError::OtherRootSecret)));
    let fresh_alone = node(&world, &[2]);
    assert!(all_stand(after.standing(&fresh_alone)), "the database needs the new one only");
    assert_eq!(wait(one.auth.rotate_root_secret()).unwrap_err(), RootChangeError::NothingNew);
}

#[test]
fn a_former_root_secret_leaves_when_nothing_that_it_made_can_be_alive() {
    let world = World::new();
    world.sign_up("ada");
    let node = node(&world, &[2, 1]);
    assert_eq!(wait(node.auth.may_leave(ident(1), true)), Err(RootChangeError::Current));
    assert_eq!(wait(node.auth.may_leave(ident(9), true)), Err(RootChangeError::Unknown(ident(9).to_string())));
    assert_eq!(wait(node.auth.may_leave(ident(2), false)), Ok(()), "one that has made nothing");
    let people = People::on(&node);
    let rotated = wait(node.auth.rotate_root_secret()).unwrap();
    assert_eq!(rotated.former_may_leave_at, NOW.plus(Duration::from_secs(14 * 86_400)), "the longest idle timeout");
    let early = RootChangeError::StillNeeded(rotated.former_may_leave_at);
    assert_eq!(wait(node.auth.may_leave(ident(1), false)), Err(early));
    assert_eq!(wait(node.auth.may_leave(ident(1), true)), Ok(()));
    node.later(14 * 86_400);
    assert_eq!(wait(node.auth.may_leave(ident(1), false)), Ok(()));
    assert!(!people.standing(&node).0.iter().any(|works| *works), "they have all ended by themselves");
    wait(node.auth.drop_root_secret(ident(1), listed(&[2]))).unwrap();
    assert_eq!(wait(node.auth.keys().all()).unwrap().roots.len(), 1);
    assert_eq!(wait(node.auth.list_root_secrets()).unwrap().len(), 1);
}

#[test]
fn an_application_with_a_longer_idle_timeout_keeps_a_former_root_secret_for_longer() {
    let world = World::new();
    let node = node(&world, &[2, 1]);
    let sixty_days = Duration::from_secs(60 * 86_400);
    let patient = Client { idle_timeout: Some(sixty_days), ..Client::new("kiosk".parse().unwrap(), vec![Mode::Token]) };
    wait(node.auth.add_client(patient)).unwrap();
    let rotated = wait(node.auth.rotate_root_secret()).unwrap();
    assert_eq!(rotated.former_may_leave_at, NOW.plus(sixty_days));
}

#[test]
fn a_leaked_root_secret_counts_for_nothing_at_once_and_never_again() {
    let world = World::new();
    world.sign_up("ada");
    let (one, two) = (node(&world, &[2, 1]), node(&world, &[2, 1]));
    let (people, access) = (People::on(&one), one.sign_in(Mode::Token));
    let keys: Vec<String> = one.auth.keyring().published().iter().map(|key| key.kid().to_owned()).collect();
    let mut done = wait(one.auth.distrust_root_secret(ident(1))).unwrap();
    done.keys.sort();
    let mut expected = keys.clone();
    expected.sort();
    assert_eq!((done.current, &done.keys), (ident(2), &expected));
    wait(two.auth.follow()).unwrap();
    wait(two.auth.tend_keys()).unwrap();
    let relisted = node(&world, &[2, 1]);
    for node in [&one, &two, &relisted] {
        assert_eq!(people.standing(node), (vec![true, false, false], false), "session cookies alone live");
        assert!(!node.works(&access), "the key that signed it could have been opened");
        assert!(node.auth.keyring().published().iter().all(|key| !keys.contains(&key.kid().to_owned())));
        assert!(all_stand(People::on(node).standing(node)));
    }
    let refused = wait(one.auth.refresh(pair(&access.issued).refresh.expose(), &default_client(), Mode::Token));
    assert!(matches!(refused, Err(RefreshError::InvalidGrant)));
    assert!(matches!(World::start(world.store.clone(), NOW, &[1]), Err(StartError::OtherRootSecret)));
    let again = wait(one.auth.distrust_root_secret(ident(1))).unwrap();
    assert!(again.keys.is_empty(), "twice is once");
    wait(one.auth.drop_root_secret(ident(1), listed(&[2]))).unwrap();
    let rows = wait(one.auth.keys().all()).unwrap().roots;
    assert!(rows.iter().any(|row| row.state == RootState::Distrusted), "a copy of the old list must not bring it back");
    let told = wait(one.auth.audit_rows(Wanted::default(), 99)).unwrap();
    let count = |event| told.iter().filter(|row| row.note.event == event).count();
    assert_eq!((count(Event::RootSecretDistrusted), count(Event::KeyDistrusted)), (1, 2));
}

#[test]
fn the_only_root_secret_cannot_be_distrusted_before_another_is_there() {
    let world = World::new();
    assert_eq!(wait(world.auth.distrust_root_secret(ident(1))).unwrap_err(), RootChangeError::Current);
    wait(world.auth.take_root_secrets(listed(&[2, 1]))).unwrap();
    assert!(wait(world.auth.distrust_root_secret(ident(1))).is_ok());
}

#[test]
fn a_former_one_that_leaks_takes_no_refresh_token_of_the_current_one_along() {
    let world = World::new();
    world.sign_up("ada");
    let node = node(&world, &[2, 1]);
    let old = People::on(&node);
    wait(node.auth.rotate_root_secret()).unwrap();
    let new = People::on(&node);
    let done = wait(node.auth.distrust_root_secret(ident(1))).unwrap();
    assert_eq!(done.current, ident(2));
    assert!(all_stand(new.standing(&node)));
    assert_eq!(old.standing(&node), (vec![true, false, false], false));
}

#[test]
fn a_list_without_the_current_secret_is_not_taken() {
    let world = World::new();
    world.sign_up("ada");
    let people = People::on(&world);
    assert!(wait(world.auth.take_root_secrets(listed(&[2]))).is_err());
    assert!(all_stand(people.standing(&world)));
    assert_eq!(world.auth.listed_roots().idents(), [ident(1)]);
}

#[test]
fn of_two_new_secrets_rotated_at_once_one_counts_and_the_other_node_says_so() {
    let world = World::new();
    let (one, two) = (node(&world, &[2, 1]), node(&world, &[3, 1]));
    wait(one.auth.rotate_root_secret()).unwrap();
    let refused = wait(two.auth.rotate_root_secret()).unwrap_err();
    assert!(
        matches!(refused, RootChangeError::Keys(KeyError::Tend(crate::keys::TendError::Keys(KeyringError::Open(_))))),
        "{refused:?}"
    );
    assert!(wait(two.auth.tend_keys()).is_err(), "and says so until it has the other one");
    wait(two.auth.take_root_secrets(listed(&[2, 3, 1]))).unwrap();
    assert_eq!(two.auth.root().newest(), ident(2));
    assert!(wait(two.auth.tend_keys()).is_ok());
}

#[test]
fn a_failure_at_any_step_of_a_rotation_leaves_lists_that_start() {
    for verb in ["all", "change_keys", "version"] {
        for when in [When::Before, When::After] {
            let world = World::new();
            world.sign_up("ada");
            let node = node(&world, &[2, 1]);
            let people = People::on(&node);
            world.store.fail(verb, Some(when));
            let _ = wait(node.auth.rotate_root_secret());
            world.store.fail(verb, None);
            let restarted = World::start(world.store.clone(), NOW, &[2, 1]).unwrap();
            assert!(all_stand(people.standing(&restarted)), "{verb} {when:?}");
            let _ = wait(restarted.auth.rotate_root_secret());
            assert_eq!(restarted.auth.root().newest(), ident(2), "{verb} {when:?}");
            wait(node.auth.tend_keys()).unwrap();
            assert!(all_stand(people.standing(&node)), "{verb} {when:?}");
        }
    }
}
