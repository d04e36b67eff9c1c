//! A store, a clock or a generator that is away at the worst moment.

use doorward_verify::Ended;
use doorward_verify::feed::Position;

use super::*;
use crate::refresh::RefreshError;
use crate::revoke::End;
use crate::store::StoreError;
use crate::store::double::{VERBS, When};

#[test]
fn if_the_log_cannot_be_written_nothing_has_ended() {
    let world = World::new();
    world.sign_up("ada");
    let signed_in = world.sign_in(Mode::Session);
    world.store.fail("append", Some(When::Before));
    assert!(wait(world.auth.sign_out(&signed_in.session, End::Current)).is_err());
    world.store.fail("append", None);
    assert!(world.works(&signed_in));
}

#[test]
fn if_only_the_record_cannot_be_removed_the_end_stands_and_is_finished_later() {
    for when in [When::Before, When::After] {
        let world = World::new();
        world.sign_up("ada");
        let signed_in = world.sign_in(Mode::Session);
        world.store.fail("end_all", Some(when));
        assert_eq!(wait(world.auth.sign_out(&signed_in.session, End::Current)), Ok(()));
        assert!(!world.works(&signed_in), "refused although the record may still be there");
        world.store.fail("end_all", None);
        wait(world.auth.follow()).unwrap();
        wait(world.auth.follow()).unwrap();
        assert_eq!(wait(world.auth.sessions().find(signed_in.session.sid, NOW)).unwrap(), None);
        assert!(wait(world.auth.log().since(0, 9)).unwrap()[0].settled);
    }
}

#[test]
fn a_node_that_starts_finishes_what_another_left_open_before_it_answers() {
    let world = World::new();
    let account = world.sign_up("ada");
    let (one, two) = (world.sign_in(Mode::Session), world.sign_in(Mode::Token));
    world.store.fail("end_all", Some(When::Before));
    wait(world.auth.sign_out(&one.session, End::Current)).unwrap();
    wait(world.auth.disable(account.id)).unwrap();
    world.store.fail("end_all", None);
    let restarted = World::over(world.store.clone(), NOW.plus(Duration::from_secs(5)));
    for signed_in in [&one, &two] {
        assert!(!restarted.works(signed_in));
        assert_eq!(wait(restarted.auth.sessions().find(signed_in.session.sid, NOW)).unwrap(), None);
    }
}

#[test]
fn a_record_that_a_failover_brought_back_stays_dead_on_every_node() {
    let world = World::new();
    world.sign_up("ada");
    let (cookie, token) = (world.sign_in(Mode::Session), world.sign_in(Mode::Token));
    let refresh = pair(&token.issued).refresh.expose();
    for signed_in in [&cookie, &token] {
        wait(world.auth.sign_out(&signed_in.session, End::Current)).unwrap();
        world.store.bring_back((*signed_in.session).clone());
    }
    let other = World::over(world.store.clone(), NOW.plus(Duration::from_secs(5)));
    for node in [&world, &other] {
        assert!(!node.works(&cookie) && !node.works(&token));
        let refreshed = wait(node.auth.refresh(refresh, &default_client(), Mode::Token));
        assert_eq!(refreshed.err(), Some(RefreshError::InvalidGrant));
        assert!(!node.lives(&cookie.session));
    }
}

#[test]
fn another_node_learns_of_an_end_when_it_follows_the_log() {
    let world = World::new();
    world.sign_up("ada");
    let signed_in = world.sign_in(Mode::Token);
    let other = World::over(world.store.clone(), NOW);
    assert!(other.works(&signed_in));
    wait(world.auth.sign_out(&signed_in.session, End::Current)).unwrap();
    let followed = wait(other.auth.follow()).unwrap();
    assert_eq!(followed.rows, 1);
    assert!(!other.works(&signed_in));
    assert_eq!(wait(other.auth.follow()).unwrap().rows, 0);
}

#[test]
fn a_reuse_whose_end_cannot_be_logged_is_dead_already_and_is_logged_at_the_next_touch() {
    let world = World::new();
    world.sign_up("ada");
    let signed_in = world.sign_in(Mode::Token);
    let token = pair(&signed_in.issued).refresh.expose();
    wait(world.auth.refresh(token, &default_client(), Mode::Token)).unwrap();
    world.later(60);
    world.store.fail("append", Some(When::Before));
    let reuse = wait(world.auth.refresh(token, &default_client(), Mode::Token));
    assert!(matches!(reuse.err(), Some(RefreshError::Unavailable(_))));
    world.store.fail("append", None);
    assert!(!world.lives(&signed_in.session));
    let again = wait(world.auth.refresh(token, &default_client(), Mode::Token));
    assert_eq!(again.err(), Some(RefreshError::InvalidGrant));
    assert_eq!(wait(world.auth.log().since(0, 9)).unwrap().len(), 1);
}

#[test]
fn if_the_old_session_cannot_be_ended_the_new_one_is_taken_back() {
    let world = World::new();
    let account = world.sign_up("ada");
    let old = world.sign_in(Mode::Session);
    world.store.fail("append", Some(When::Before));
    let ask = SignIn { replaces: Some(old.session.clone()), ..world.ask("ada", PASSWORD, Mode::Session) };
    assert!(matches!(wait(world.auth.sign_in(ask)).err(), Some(SignInError::Unavailable(_))));
    world.store.fail("append", None);
    let left = wait(world.auth.sessions_of(account.id)).unwrap();
    assert_eq!(left.iter().map(|s| s.sid).collect::<Vec<_>>(), [old.session.sid]);
}

/// Each verb away in turn, before and after its work: an error, never a guess, and everything works again afterwards.
#[test]
fn an_outage_at_any_step_is_an_error_and_signs_nobody_out() {
    for verb in VERBS {
        for when in [When::Before, When::After] {
            let world = World::new();
            let account = world.sign_up("ada");
            let (cookie, token) = (world.sign_in(Mode::Session), world.sign_in(Mode::Token));
            world.later(61);
            world.store.fail(verb, Some(when));
            let refused =
                |outcome: Result<Principal, AuthError>| matches!(outcome, Err(AuthError::Unavailable(_)) | Ok(_));
            assert!(refused(world.who(Credential::Session(session_token(&cookie)))), "{verb} {when:?}");
            let refreshed =
                wait(world.auth.refresh(pair(&token.issued).refresh.expose(), &default_client(), Mode::Token));
            assert!(matches!(refreshed.err(), None | Some(RefreshError::Unavailable(_))), "{verb} {when:?}");
            let _ = world.try_sign_in("ada", Mode::Session);
            let _ = wait(world.auth.sessions_of(account.id));
            let _ = wait(world.auth.follow());
            let _ = wait(world.auth.purge());
            world.store.fail(verb, None);
            assert!(world.works(&cookie), "{verb} {when:?}");
            let refreshed =
                wait(world.auth.refresh(pair(&token.issued).refresh.expose(), &default_client(), Mode::Token));
            assert!(refreshed.is_ok(), "{verb} {when:?}");
        }
    }
}

#[test]
fn without_a_clock_or_randomness_nothing_is_handed_out() {
    let world = World::new();
    let account = world.sign_up("ada");
    let cookie = world.sign_in(Mode::Session);
    world.clock.fail(true);
    assert!(matches!(world.who(Credential::Session(session_token(&cookie))), Err(AuthError::Unavailable(_))));
    assert!(matches!(world.try_sign_in("ada", Mode::Session).err(), Some(SignInError::Unavailable(_))));
    world.clock.fail(false);
    world.rng.fail(true);
    for mode in Mode::ALL {
        assert!(matches!(world.try_sign_in("ada", mode).err(), Some(SignInError::Issue(_))));
    }
    world.rng.fail(false);
    assert_eq!(wait(world.auth.sessions_of(account.id)).unwrap().len(), 1);
    assert!(world.works(&cookie));
}

#[test]
fn a_node_whose_numbers_are_unsafe_does_not_start() {
    let store = StoreError::Unavailable(String::new());
    assert_ne!(StartError::OtherRootSecret, StartError::Store(store));
    let broken = Double::new();
    broken.fail("head", Some(When::Before));
    assert!(matches!(World::start(broken, NOW, &[1]), Err(StartError::Store(_))), "not before the log was read");
}

/// As a verifier elsewhere: who does not hear of ends does not answer for tokens. Nobody is signed out by that.
#[test]
fn a_node_that_cannot_read_the_log_for_a_minute_answers_for_no_token_and_recovers_by_itself() {
    let world = World::new();
    world.sign_up("ada");
    let token = world.sign_in(Mode::Token);
    let Issued::Pair(pair) = &token.issued else { panic!("a pair") };
    let asks = || world.who(Credential::Access(pair.access.expose()));
    world.store.fail("head", Some(When::Before));
    world.later(60);
    assert!(asks().is_ok(), "what it knows still counts");
    world.later(1);
    assert!(matches!(asks(), Err(AuthError::Unavailable(_))));
    world.store.fail("head", None);
    assert!(asks().is_ok());
    assert_eq!(world.auth.log_age(), Duration::ZERO);
}

#[test]
fn followers_are_told_exactly_what_was_read_and_from_where_they_stand() {
    let world = World::new();
    world.sign_up("ada");
    let start = world.auth.log_position().unwrap().position;
    assert_eq!(start.seq, 0);
    let (one, two) = (world.sign_in(Mode::Token), world.sign_in(Mode::Token));
    wait(world.auth.force_out(one.session.sid)).unwrap();
    assert_eq!(world.auth.log_since(&start).unwrap().len(), 0, "not read yet, so not told");
    wait(world.auth.log_moved());
    assert_eq!(wait(world.auth.read_log()).unwrap(), 1);
    wait(world.auth.force_out(two.session.sid)).unwrap();
    wait(world.auth.read_log()).unwrap();
    let told = world.auth.log_since(&start).unwrap();
    assert_eq!(told.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(told[1].1.what, Ended::Session { sid: two.session.sid.to_string() });
    let at = world.auth.log_position().unwrap().position;
    assert_eq!(world.auth.log_since(&at).unwrap().len(), 0);
    for unknown in [Position { seq: 3, ..at.clone() }, Position { feed_id: "other".into(), seq: 1 }] {
        assert!(world.auth.log_since(&unknown).is_none());
    }
    let snapshot = world.auth.log_snapshot();
    assert_eq!((snapshot.position(), snapshot.entries.len()), (at, 2));
    assert_eq!(snapshot.iss, "https://door.example");
    world.later(300 + 121);
    wait(world.auth.purge()).unwrap();
    assert_eq!(world.auth.log_snapshot().entries.len(), 0, "no token of theirs can be valid any more");
    let restarted = World::over(world.store.clone(), world.auth.clock().now().unwrap());
    assert_eq!(restarted.auth.log_position().unwrap().position.seq, 2);
}
