//! Sentences about [`Passing`](crate::store::Passing).

use std::time::Duration;

use doorward_verify::Timestamp;

use super::{NOW, Stores, got, sample_session};
use crate::limit::{Delays, LimitKey, LimitState, Rate, Rule, Settle, Step, Verdict, Weighed};
use crate::room::Room;
use crate::secret::{Hashed, LinkToken};
use crate::store::{OneTime, Purpose};

const HOUR: Duration = Duration::from_secs(3600);
const MOST: usize = 3;

/// The digest of a token of that number.
#[must_use]
pub fn sample_digest(n: u64) -> Hashed<LinkToken> {
    Hashed::of(&n.to_be_bytes())
}

/// A value that lives for an hour; another one, of another subject, for each `n`.
#[must_use]
pub fn sample_value(n: u64) -> OneTime {
    OneTime {
        purpose: Purpose::Reset,
        digest: sample_digest(n),
        subject: format!("subject {n}"),
        value: format!("value {n}: 值"),
        expires_at: NOW.plus(HOUR),
    }
}

/// The key of that number.
#[must_use]
pub fn sample_limit(n: u64) -> LimitKey {
    let mut raw = [0; 16];
    raw[8..].copy_from_slice(&n.to_be_bytes());
    LimitKey::from_raw(raw)
}

/// So many in a minute.
#[must_use]
pub fn at_most(many: u32) -> Rate {
    Rate::per(many, Duration::from_secs(60))
}

fn put(stores: &Stores, value: &OneTime) -> bool {
    got(stores.passing.put(value.clone(), MOST, NOW))
}

fn look(stores: &Stores, n: u64, now: Timestamp) -> Option<OneTime> {
    got(stores.passing.look(Purpose::Reset, sample_digest(n), now))
}

fn ask(stores: &Stores, n: u64, rule: Rule, now: Timestamp) -> Verdict {
    match got(stores.passing.weigh(vec![Step { key: sample_limit(n), rule }], now)) {
        Weighed::Passed(_) => Verdict::Pass,
        Weighed::Refused { verdict, .. } => verdict,
    }
}

/// See its name.
pub fn a_value_is_seen_until_it_is_taken_and_taken_once(stores: &Stores) {
    let value = sample_value(1);
    assert!(put(stores, &value));
    for _ in 0..2 {
        assert_eq!(look(stores, 1, NOW), Some(value.clone()));
    }
    assert_eq!(got(stores.passing.take(Purpose::Reset, value.digest, NOW)), Some(value.clone()));
    assert_eq!(got(stores.passing.take(Purpose::Reset, value.digest, NOW)), None);
    assert_eq!(look(stores, 1, NOW), None);
    assert!(put(stores, &value), "its subject may have another one");
}

/// See its name.
pub fn a_missing_an_expired_and_a_value_of_another_purpose_are_nothing(stores: &Stores) {
    let value = sample_value(1);
    assert!(put(stores, &value));
    assert_eq!(look(stores, 2, NOW), None);
    let before = value.expires_at.minus(Duration::from_millis(1));
    assert!(look(stores, 1, before).is_some());
    for purpose in [Purpose::Setup, Purpose::Invite] {
        assert_eq!(got(stores.passing.look(purpose, value.digest, NOW)), None);
        assert_eq!(got(stores.passing.take(purpose, value.digest, NOW)), None);
        assert!(!got(stores.passing.cancel(purpose, value.subject.clone(), NOW)));
    }
    assert!(look(stores, 1, before).is_some(), "none of these took it");
    assert_eq!(look(stores, 1, value.expires_at), None);
    assert_eq!(got(stores.passing.take(Purpose::Reset, value.digest, value.expires_at)), None);
    assert!(!got(stores.passing.cancel(Purpose::Reset, value.subject, value.expires_at)));
}

/// See its name.
pub fn the_newest_value_of_a_subject_cancels_the_older_one(stores: &Stores) {
    let older = sample_value(1);
    assert!(put(stores, &older));
    let elsewhere = OneTime { purpose: Purpose::Invite, ..older.clone() };
    assert!(put(stores, &elsewhere));
    let newer = OneTime { digest: sample_digest(2), ..older.clone() };
    assert!(put(stores, &newer));
    assert_eq!(look(stores, 1, NOW), None);
    assert_eq!(got(stores.passing.take(Purpose::Reset, older.digest, NOW)), None);
    assert_eq!(look(stores, 2, NOW), Some(newer));
    assert_eq!(got(stores.passing.look(Purpose::Invite, older.digest, NOW)), Some(elsewhere));
}

/// Also sessions stay what they are, however many values there are.
pub fn beyond_the_most_of_a_purpose_nothing_is_kept(stores: &Stores) {
    let session = sample_session(1);
    got(stores.sessions.insert(session.clone(), Room::ANY));
    for n in 1..=MOST as u64 {
        assert!(put(stores, &sample_value(n)));
    }
    for n in 10..20 {
        assert!(!put(stores, &sample_value(n)));
        assert_eq!(look(stores, n, NOW), None);
    }
    let renewed = OneTime { digest: sample_digest(9), ..sample_value(1) };
    assert!(put(stores, &renewed), "in the place of its own predecessor");
    assert!(put(stores, &OneTime { purpose: Purpose::Invite, ..sample_value(10) }), "another purpose has its own room");
    assert!(look(stores, 2, NOW).is_some());
    let late = renewed.expires_at;
    let fresh = OneTime { expires_at: late.plus(HOUR), ..sample_value(11) };
    assert!(got(stores.passing.put(fresh, MOST, late)), "what has expired takes no room");
    assert_eq!(got(stores.sessions.find(session.sid, NOW)).as_deref(), Some(&session));
}

/// See its name.
pub fn a_cancelled_value_is_gone(stores: &Stores) {
    let value = sample_value(1);
    assert!(put(stores, &value) && put(stores, &sample_value(2)));
    assert!(got(stores.passing.cancel(Purpose::Reset, value.subject.clone(), NOW)));
    assert!(!got(stores.passing.cancel(Purpose::Reset, value.subject, NOW)));
    assert_eq!(look(stores, 1, NOW), None);
    assert!(look(stores, 2, NOW).is_some());
}

/// See its name.
pub fn a_step_that_does_not_pass_leaves_no_trace_of_the_others(stores: &Stores) {
    let (wide, narrow) = (Rule::Rate(at_most(3)), Rule::Rate(at_most(1)));
    let steps = |n: u64| vec![Step { key: sample_limit(1), rule: wide }, Step { key: sample_limit(n), rule: narrow }];
    let Weighed::Passed(states) = got(stores.passing.weigh(steps(2), NOW)) else { panic!("both are new") };
    assert_eq!(states.len(), 2);
    for _ in 0..10 {
        let refused = got(stores.passing.weigh(steps(2), NOW));
        assert_eq!(refused, Weighed::Refused { step: 1, verdict: Verdict::Wait(Duration::from_secs(60)) });
    }
    assert!(matches!(got(stores.passing.weigh(steps(3), NOW)), Weighed::Passed(_)));
    assert!(matches!(got(stores.passing.weigh(steps(4), NOW)), Weighed::Passed(_)), "the third of three");
    let refused = got(stores.passing.weigh(steps(5), NOW));
    assert_eq!(refused, Weighed::Refused { step: 0, verdict: Verdict::Wait(Duration::from_secs(20)) });
    assert_eq!(ask(stores, 5, narrow, NOW), Verdict::Pass, "and the step behind it was not counted either");
}

/// See its name.
pub fn counts_are_kept_given_back_and_cleared(stores: &Stores) {
    let rate = at_most(1);
    assert_eq!(ask(stores, 1, Rule::Rate(rate), NOW), Verdict::Pass);
    assert!(matches!(ask(stores, 1, Rule::Rate(rate), NOW), Verdict::Wait(_)));
    assert_eq!(ask(stores, 2, Rule::Rate(rate), NOW), Verdict::Pass, "keys have nothing to do with each other");
    got(stores.passing.settle(vec![(sample_limit(1), Settle::GiveBack(rate)), (sample_limit(2), Settle::Clear)]));
    assert_eq!(ask(stores, 1, Rule::Rate(rate), NOW), Verdict::Pass);
    assert_eq!(ask(stores, 2, Rule::Rate(rate), NOW), Verdict::Pass);
    let delays = Delays { free: 2, first: HOUR, longest: HOUR, most: 3, rest: 2 * HOUR };
    let rule = Rule::Delays(delays);
    assert_eq!([ask(stores, 3, rule, NOW), ask(stores, 3, rule, NOW)], [Verdict::Pass; 2]);
    assert_eq!(ask(stores, 3, rule, NOW), Verdict::Wait(HOUR));
    got(stores.passing.settle(vec![
        (sample_limit(3), Settle::Proved { forget: 1 }),
        (sample_limit(99), Settle::Proved { forget: 1 }),
    ]));
    assert_eq!(ask(stores, 3, rule, NOW), Verdict::Pass);
    assert_eq!(ask(stores, 3, rule, NOW.plus(HOUR)), Verdict::Pass);
    assert_eq!(ask(stores, 3, rule, NOW.plus(2 * HOUR)), Verdict::Pass, "the proof began the row anew");
    assert_eq!(ask(stores, 3, rule, NOW.plus(3 * HOUR)), Verdict::Closed);
    assert_eq!(ask(stores, 99, rule, NOW), Verdict::Pass, "settling made nothing of a key that was not there");
}

/// See its name.
pub fn a_count_is_kept_until_it_says_nothing_any_more(stores: &Stores) {
    let rule = Rule::Rate(at_most(2));
    let asked = |now| got(stores.passing.weigh(vec![Step { key: sample_limit(1), rule }], now));
    let Weighed::Passed(states) = asked(NOW) else { panic!("it is new") };
    let until = states[0].until;
    assert_eq!(until, NOW.plus(Duration::from_secs(30)));
    assert_eq!(got(stores.passing.purge(until.minus(Duration::from_millis(1)), 10)), 0);
    assert_eq!(got(stores.passing.purge(until, 10)), 1);
    assert_eq!(asked(NOW), Weighed::Passed(vec![LimitState { at: until, until, ..LimitState::NEW }]));
}

/// See its name.
pub fn purge_removes_what_has_passed_and_not_more_than_asked(stores: &Stores) {
    for n in 1..=5 {
        assert!(got(stores.passing.put(sample_value(n), 100, NOW)));
    }
    let lasting = OneTime { expires_at: NOW.plus(2 * HOUR), ..sample_value(6) };
    assert!(got(stores.passing.put(lasting.clone(), 100, NOW)));
    assert_eq!(got(stores.passing.purge(NOW, 10)), 0);
    let late = NOW.plus(HOUR);
    assert_eq!(got(stores.passing.purge(late, 3)), 3);
    assert_eq!(got(stores.passing.purge(late, 3)), 2);
    assert_eq!(got(stores.passing.purge(late, 3)), 0);
    assert_eq!(look(stores, 6, late), Some(lasting));
}
