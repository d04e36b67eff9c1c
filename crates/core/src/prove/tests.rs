//! Proofs within a session.

use super::*;
use crate::data::DataWrite;
use crate::records::Mode;
use crate::store::contract::{NOW, wait};
use crate::tests::{PASSWORD, World};

fn plain(text: &str) -> Plain<String> {
    Plain::new(text.to_owned())
}

const NEW: &str = "another horse battery staple";

#[test]
fn a_proof_gives_another_id_a_newer_moment_and_the_same_end_and_data() {
    for mode in Mode::ALL {
        let world = World::new();
        world.sign_up("ada");
        let old = world.sign_in(mode);
        let change = DataChange { key: "client.cart".into(), json: Some("[1]".into()), expect: Expect::Anything };
        let kept = wait(world.auth.write_data(old.session.sid, change)).unwrap();
        assert!(matches!(kept, DataWrite::Kept(_)));
        world.later(1200);
        assert!(!is_fresh(&old.session, world.auth.now().unwrap(), world.auth.policy().proof_lasts));
        let new = wait(world.auth.prove_again(&old.session, &plain(PASSWORD))).unwrap();
        assert!(world.works(&new) && !world.works(&old), "{mode}");
        assert_ne!(new.session.sid, old.session.sid);
        assert_eq!((new.session.ends_at, new.session.mode), (old.session.ends_at, mode));
        assert!(is_fresh(&new.session, world.auth.now().unwrap(), world.auth.policy().proof_lasts));
        let data = wait(world.auth.data(new.session.sid)).unwrap().unwrap();
        assert_eq!(data.values["client.cart"].json, "[1]");
    }
}

#[test]
fn a_wrong_password_proves_nothing_and_leaves_the_session_alone() {
    let world = World::new();
    world.sign_up("ada");
    let here = world.sign_in(Mode::Session);
    let wrong = wait(world.auth.prove_again(&here.session, &plain(NEW)));
    assert_eq!(wrong.err(), Some(ProveError::Wrong));
    assert!(world.works(&here));
}

#[test]
fn a_thief_with_a_session_has_ten_guesses_and_then_those_of_a_stranger() {
    let world = World::new();
    world.sign_up("ada");
    let here = world.sign_in(Mode::Session);
    let mut guesses = 0;
    for n in 0..2000 {
        world.later(60);
        match wait(world.auth.prove_again(&here.session, &plain(&format!("{NEW} {n}")))).err() {
            Some(ProveError::Wrong) => guesses += 1,
            Some(ProveError::TooMany(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(guesses, 100);
}

#[test]
fn without_the_current_password_only_a_fresh_proof_changes_it() {
    let world = World::new();
    world.sign_up("ada");
    let here = world.sign_in(Mode::Session);
    world.later(600);
    let refused = wait(world.auth.change_password(&here.session, None, &plain(NEW)));
    assert_eq!(refused.err(), Some(ProveError::TooOld));
    let here = wait(world.auth.prove_again(&here.session, &plain(PASSWORD))).unwrap();
    world.later(599);
    let changed = wait(world.auth.change_password(&here.session, None, &plain(NEW))).unwrap();
    assert!(world.works(&changed) && !world.works(&here));
    assert!(wait(world.auth.sign_in(world.ask("ada", NEW, Mode::Session))).is_ok());
}

#[test]
fn a_proof_is_fresh_until_its_time_is_up_and_one_from_the_future_never_is() {
    let session = crate::store::contract::sample_session(1);
    let lasts = Duration::from_secs(600);
    for (secs, fresh) in [(0, true), (599, true), (600, false), (86_400, false)] {
        assert_eq!(is_fresh(&session, NOW.plus(Duration::from_secs(secs)), lasts), fresh, "{secs}");
    }
    assert!(!is_fresh(&session, NOW.minus(Duration::from_secs(1)), lasts));
}
