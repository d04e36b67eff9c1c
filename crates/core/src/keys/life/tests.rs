//! The rule of a key's life, moment by moment.

use super::*;
use crate::store::contract::NOW;
use crate::store::contract::keys::sample_stored_key;

const DAY: Duration = Duration::from_secs(86_400);
const PLAN: Plan = Plan {
    algorithm: Algorithm::Es256,
    rotate_every: Duration::from_secs(90 * 86_400),
    publish_before: DAY,
    access_token: Duration::from_secs(300),
    leeway: Duration::from_secs(30),
};

fn next(kid: &str, created_at: Timestamp) -> StoredKey {
    let (state, active_at, token_life) = (KeyState::Next, None, Duration::ZERO);
    StoredKey { state, active_at, token_life, created_at, ..sample_stored_key(kid) }
}

fn active(kid: &str, since: Timestamp) -> StoredKey {
    StoredKey { created_at: since, active_at: Some(since), ..sample_stored_key(kid) }
}

fn retired(kid: &str, at: Timestamp) -> StoredKey {
    StoredKey { state: KeyState::Retired, retired_at: Some(at), ..active(kid, at.minus(DAY)) }
}

fn named(step: fn(String) -> Move, kid: &str) -> Move {
    step(kid.to_owned())
}

fn later(secs: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(secs))
}

#[test]
fn a_house_in_order_needs_nothing() {
    let keys = [active("a", NOW), next("b", NOW)];
    for at in [NOW, NOW.plus(45 * DAY), NOW.plus(90 * DAY).minus(Duration::from_millis(1))] {
        assert_eq!(decide(&keys, at, &PLAN, Clock::Even), []);
    }
}

#[test]
fn a_key_signs_for_its_time_and_the_one_that_waited_longest_follows() {
    let keys = [active("a", NOW), next("late", NOW.plus(DAY)), next("early", NOW), next("last", NOW.plus(DAY))];
    assert_eq!(decide(&keys, NOW.plus(90 * DAY), &PLAN, Clock::Even), [named(Move::Turn, "early")]);
    let alone = [active("a", NOW), next("b", NOW)];
    let moves = decide(&alone, NOW.plus(90 * DAY), &PLAN, Clock::Even);
    assert_eq!(moves, [named(Move::Turn, "b"), Move::Make(Algorithm::Es256)], "another one is published ahead at once");
}

#[test]
fn no_key_signs_before_every_verifier_knows_it() {
    let due = NOW.plus(90 * DAY);
    let keys = [active("a", NOW), next("b", due)];
    assert_eq!(decide(&keys, due.plus(DAY).minus(Duration::from_millis(1)), &PLAN, Clock::Even), []);
    assert_eq!(decide(&keys, due.plus(DAY), &PLAN, Clock::Even)[0], named(Move::Turn, "b"));
    let nothing_waits = [active("a", NOW)];
    assert_eq!(decide(&nothing_waits, due, &PLAN, Clock::Even), [Move::Make(Algorithm::Es256)]);
}

#[test]
fn another_algorithm_is_published_first_and_then_takes_over_at_once() {
    let plan = Plan { algorithm: Algorithm::Rs256, ..PLAN };
    let keys = [active("a", NOW), next("b", NOW)];
    assert_eq!(decide(&keys, later(60), &plan, Clock::Even), [Move::Make(Algorithm::Rs256)]);
    let rsa = StoredKey { algorithm: Algorithm::Rs256, ..next("r", later(60)) };
    let keys = [active("a", NOW), next("b", NOW), rsa];
    assert_eq!(decide(&keys, later(60).plus(DAY).minus(Duration::from_secs(1)), &plan, Clock::Even), []);
    let moves = decide(&keys, later(60).plus(DAY), &plan, Clock::Even);
    assert_eq!(moves, [named(Move::Turn, "r"), Move::Make(Algorithm::Rs256)]);
    let one_name_of_two = Plan { algorithm: Algorithm::EdDsa, ..PLAN };
    let ed = StoredKey { algorithm: Algorithm::Ed25519, ..active("a", NOW) };
    assert_eq!(decide(&[ed], NOW, &one_name_of_two, Clock::Even), [Move::Make(Algorithm::EdDsa)]);
}

#[test]
fn a_retired_key_stays_until_the_last_token_it_signed_has_expired_everywhere() {
    let keys = [retired("old", NOW), active("a", NOW), next("b", NOW)];
    // Five minutes of the token, thirty seconds of leeway, two minutes of slack.
    assert_eq!(leaves_at(&keys[0], &PLAN), Some(later(450)));
    assert_eq!(decide(&keys, later(449), &PLAN, Clock::Even), []);
    assert_eq!(decide(&keys, later(450), &PLAN, Clock::Even), [named(Move::Remove, "old")]);
    assert_eq!((leaves_at(&keys[1], &PLAN), leaves_at(&keys[2], &PLAN)), (None, None));
    let long = StoredKey { token_life: Duration::from_secs(3600), ..keys[0].clone() };
    assert_eq!(leaves_at(&long, &PLAN), Some(later(3750)), "a shorter life in the settings shortens no token");
}

#[test]
fn a_longer_life_of_tokens_is_noted_before_they_are_signed() {
    let plan = Plan { access_token: Duration::from_secs(600), ..PLAN };
    let keys = [active("a", NOW), next("b", NOW)];
    for clock in [Clock::Even, Clock::Jumped] {
        assert_eq!(decide(&keys, NOW, &plan, clock), [named(Move::Lengthen, "a")]);
    }
    let shorter = Plan { access_token: Duration::from_secs(60), ..PLAN };
    assert_eq!(decide(&keys, NOW, &shorter, Clock::Even), []);
}

#[test]
fn after_a_jump_of_the_clock_nothing_signs_and_nothing_leaves_by_schedule() {
    let keys = [retired("old", NOW), active("a", NOW), next("b", NOW)];
    assert_eq!(decide(&keys, NOW.plus(400 * DAY), &PLAN, Clock::Jumped), []);
    assert_eq!(decide(&keys[..2], NOW.plus(400 * DAY), &PLAN, Clock::Jumped), [Move::Make(Algorithm::Es256)]);
}

#[test]
fn what_a_wrong_clock_dated_ahead_is_dated_anew() {
    let ahead = NOW.plus(4000 * DAY);
    let keys = [active("a", ahead), next("b", ahead)];
    assert_eq!(decide(&keys, NOW, &PLAN, Clock::Jumped), []);
    let moves = decide(&keys, NOW, &PLAN, Clock::Even);
    assert_eq!(moves, [named(Move::Redate, "a"), named(Move::Redate, "b")]);
    assert_eq!(redated(&keys[0], NOW), active("a", NOW));
    let a_little = [active("a", later(60)), next("b", later(60))];
    assert_eq!(decide(&a_little, NOW, &PLAN, Clock::Even), [], "two nodes' clocks differ a little");
}

#[test]
fn a_turn_leaves_exactly_one_that_signs() {
    let mut keys = vec![active("a", NOW), next("b", NOW), retired("old", NOW)];
    for kid in ["unknown", "a", "old"] {
        turn(&mut keys, kid, later(60), &PLAN);
        assert_eq!(keys, [active("a", NOW), next("b", NOW), retired("old", NOW)], "{kid}");
    }
    turn(&mut keys, "b", later(60), &PLAN);
    assert_eq!(
        keys.iter().map(|key| key.state).collect::<Vec<_>>(),
        [KeyState::Retired, KeyState::Active, KeyState::Retired]
    );
    assert_eq!((keys[0].retired_at, keys[1].active_at), (Some(later(60)), Some(later(60))));
    assert_eq!(keys[1].token_life, PLAN.access_token);
}
