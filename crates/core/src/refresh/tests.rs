//! The rule of the refresh, by table and against a model.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::store::contract::sessions::ask;
use crate::store::contract::{NOW, sample_session};

fn after(secs: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(secs))
}

/// A session whose refresh token was rotated to generation 5 at `NOW`.
fn rotated() -> Session {
    let mut session = sample_session(1);
    session.lines[0].generation = 5;
    session
}

fn kind(rotation: &Rotation) -> &'static str {
    match rotation {
        Rotation::Rotated(_) => "rotated",
        Rotation::Repeated(_) => "repeated",
        Rotation::Superseded => "superseded",
        Rotation::Reused(_) => "reused",
        Rotation::WentBack(_) => "went back",
        Rotation::Refused => "refused",
    }
}

#[test]
fn each_generation_at_each_moment_has_its_answer() {
    let table = [
        (5, 0, "rotated", 6),
        (5, 9, "rotated", 6),
        (5, 3600, "rotated", 6),
        (4, 0, "repeated", 5),
        (4, 9, "repeated", 5),
        (4, 10, "reused", 5),
        (4, 11, "reused", 5),
        (3, 9, "superseded", 5),
        (1, 9, "superseded", 5),
        (3, 11, "reused", 5),
        (6, 0, "went back", 7),
        (9, 3600, "went back", 10),
    ];
    for (generation, secs, wanted, left) in table {
        let mut session = rotated();
        let rotation = decide(&mut session, &ask(generation, after(secs)));
        assert_eq!(
            (kind(&rotation), session.lines[0].generation),
            (wanted, left),
            "generation {generation} after {secs} s"
        );
        assert_eq!(session.state == SessionState::Reused, wanted == "reused");
    }
}

#[test]
fn other_clients_other_lines_and_ended_sessions_are_refused_and_change_nothing() {
    let other_client = Rotate { client: "other".parse().unwrap(), ..ask(5, NOW) };
    let other_line = Rotate { line: 1, ..ask(5, NOW) };
    let too_late = ask(5, rotated().idle_ends_at());
    for ask in [other_client, other_line, too_late] {
        let mut session = rotated();
        assert_eq!(decide(&mut session, &ask), Rotation::Refused, "{ask:?}");
        assert_eq!(session, rotated());
    }
    let mut cookie_only = rotated();
    cookie_only.lines[0].generation = 0;
    assert_eq!(decide(&mut cookie_only, &ask(1, NOW)), Rotation::Refused, "a session cookie has no refresh token");
}

#[test]
fn a_reused_session_stays_reused_for_everybody() {
    let mut session = rotated();
    let _ = decide(&mut session, &ask(4, after(60)));
    for generation in [1, 4, 5, 6] {
        assert_eq!(kind(&decide(&mut session, &ask(generation, after(61)))), "reused");
    }
}

#[test]
fn neither_rotation_nor_repetition_moves_the_absolute_end() {
    let mut session = rotated();
    let ends_at = session.ends_at;
    let mut now = NOW;
    let mut generation = 5;
    while now < ends_at {
        assert_eq!(kind(&decide(&mut session, &ask(generation, now))), "rotated");
        assert!(session.lines[0].access_until <= ends_at, "no access token outlives its session");
        assert_eq!(session.ends_at, ends_at);
        generation += 1;
        now = now.plus(Duration::from_secs(6 * 3600));
    }
    assert_eq!(decide(&mut session, &ask(generation, now)), Rotation::Refused);
}

#[test]
fn a_clock_set_back_does_not_open_the_grace_window() {
    let mut session = rotated();
    let hour_back = NOW.minus(Duration::from_secs(3600));
    assert_eq!(kind(&decide(&mut session, &ask(4, hour_back))), "reused");
    let little_back = NOW.minus(Duration::from_secs(2));
    assert_eq!(
        kind(&decide(&mut rotated(), &ask(4, little_back))),
        "repeated",
        "another node's clock is a little behind"
    );
}

#[test]
fn strict_grace_repeats_nothing() {
    let strict = Rotate { grace: Duration::ZERO, ..ask(4, NOW) };
    assert_eq!(kind(&decide(&mut rotated(), &strict)), "reused");
}

#[test]
fn repeating_keeps_the_secret_that_made_the_token_and_rotating_takes_the_newest() {
    let newer = KeyIdent::parse("newer000").unwrap();
    let mut session = rotated();
    let old = session.lines[0].key;
    let _ = decide(&mut session, &Rotate { key: newer, ..ask(4, NOW) });
    assert_eq!(session.lines[0].key, old, "else the repeated token would differ");
    let _ = decide(&mut session, &Rotate { key: newer, ..ask(5, NOW) });
    assert_eq!(session.lines[0].key, newer);
}

proptest! {
    /// The rule against a model: every token handed out is kept with the moment at which it stopped being current.
    #[test]
    fn the_rule_agrees_with_a_list_of_all_tokens_ever_handed_out(steps in prop::collection::vec((0u64..6, 0u64..25), 1..40)) {
        let mut session = sample_session(1);
        let mut now = NOW;
        let (mut current, mut rotated_at, mut reused) = (1u64, NOW, false);
        for (back, secs) in steps {
            now = now.plus(Duration::from_secs(secs));
            let presented = current.saturating_sub(back).max(1);
            let grace = now.since(rotated_at) < Duration::from_secs(10);
            let wanted = match () {
                () if reused => "reused",
                () if presented == current => "rotated",
                () if !grace => "reused",
                () if presented + 1 == current => "repeated",
                () => "superseded",
            };
            let got = decide(&mut session, &ask(presented, now));
            prop_assert_eq!(kind(&got), wanted);
            if wanted == "rotated" {
                (current, rotated_at) = (current + 1, now);
            }
            reused |= wanted == "reused";
            prop_assert_eq!(session.lines[0].generation, current);
        }
    }

    /// An honest client keeps the newest token it heard of. Answers may get lost; it asks again within the window.
    #[test]
    fn an_honest_client_that_loses_answers_is_never_signed_out(lost in prop::collection::vec(any::<bool>(), 1..60), gap in 60u64..600) {
        let mut session = sample_session(1);
        let (mut now, mut holds) = (NOW, 1);
        for answer_lost in lost {
            now = now.plus(Duration::from_secs(gap));
            let mut answer = decide(&mut session, &ask(holds, now));
            if answer_lost {
                now = now.plus(Duration::from_secs(3));
                answer = decide(&mut session, &ask(holds, now));
            }
            prop_assert!(matches!(answer, Rotation::Rotated(_) | Rotation::Repeated(_)));
            holds = session.lines[0].generation;
        }
    }

    /// A thief copied the token. Whoever comes second after the window ends it for both, in either order.
    #[test]
    fn a_copy_in_use_ends_the_session_at_the_next_refresh_by_the_other(thief_first: bool, between in 10u64..100_000) {
        let mut session = sample_session(1);
        let mut copies = BTreeSet::from([1u64]);
        let first = decide(&mut session, &ask(1, NOW));
        copies.insert(session.lines[0].generation);
        prop_assert!(matches!(first, Rotation::Rotated(_)), "{thief_first}");
        prop_assert_eq!(kind(&decide(&mut session, &ask(1, after(between)))), "reused");
        for copy in copies {
            prop_assert_eq!(kind(&decide(&mut session, &ask(copy, after(between + 1)))), "reused");
        }
    }
}
