//! The rules, step by step.

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const DELAYS: Delays = Delays {
    free: 5,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(900),
    most: 100,
    rest: Duration::from_secs(86_400),
};

fn at(secs: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(secs))
}

/// How many pass when somebody asks once a second for so many seconds.
fn passed(rule: &Rule, seconds: u64) -> u64 {
    let mut state = LimitState::NEW;
    (0..seconds).filter(|n| weigh(&mut state, rule, at(*n)) == Verdict::Pass).count() as u64
}

#[test]
fn a_rate_lets_its_burst_through_and_then_one_at_a_time() {
    let rule = Rule::Rate(Rate::per(20, Duration::from_secs(600)));
    let mut state = LimitState::NEW;
    for _ in 0..20 {
        assert_eq!(weigh(&mut state, &rule, NOW), Verdict::Pass);
    }
    let before = state;
    assert_eq!(weigh(&mut state, &rule, NOW), Verdict::Wait(Duration::from_secs(30)));
    assert_eq!(state, before, "who has to wait is not counted");
    assert_eq!(weigh(&mut state, &rule, at(29)), Verdict::Wait(Duration::from_secs(1)));
    assert_eq!(weigh(&mut state, &rule, at(30)), Verdict::Pass);
    assert_eq!(passed(&rule, 3600), 20 + 119);
}

#[test]
fn pauses_double_from_a_second_to_fifteen_minutes() {
    let rule = Rule::Delays(DELAYS);
    let mut state = LimitState::NEW;
    let mut now = NOW;
    let mut pauses = Vec::new();
    for _ in 0..20 {
        while let Verdict::Wait(pause) = weigh(&mut state, &rule, now) {
            pauses.push(pause.as_secs());
            now = now.plus(pause);
        }
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900]);
}

#[test]
fn after_a_hundred_in_a_row_nobody_passes_until_somebody_has_proved_himself() {
    let rule = Rule::Delays(DELAYS);
    let mut state = LimitState::NEW;
    for n in 0..100 {
        assert_eq!(weigh(&mut state, &rule, at(n * 86_400)), Verdict::Pass, "a patient one, once a day");
    }
    assert_eq!(weigh(&mut state, &rule, at(100 * 86_400)), Verdict::Closed);
    let mut state = settle(&state, &Settle::Proved { forget: 1 }).unwrap_or(LimitState::NEW);
    assert_eq!(weigh(&mut state, &rule, at(100 * 86_400)), Verdict::Pass);
}

#[test]
fn a_proof_takes_back_its_own_count_and_leaves_the_pauses() {
    let rule = Rule::Delays(DELAYS);
    let mut state = LimitState::NEW;
    for n in 0..8 {
        while weigh(&mut state, &rule, at(n * 1000)) != Verdict::Pass {}
    }
    let proved = settle(&state, &Settle::Proved { forget: 1 }).unwrap();
    assert_eq!((proved.failures, proved.in_a_row), (7, 0));
    let mut state = proved;
    assert!(matches!(weigh(&mut state, &rule, at(7001)), Verdict::Wait(_)));
    assert_eq!(settle(&LimitState { failures: 1, in_a_row: 1, ..state }, &Settle::Proved { forget: 1 }), None);
    let taken_back = settle(&LimitState { failures: 1, in_a_row: 9, ..state }, &Settle::TakeBack).unwrap();
    assert_eq!((taken_back.failures, taken_back.in_a_row), (0, 8));
    assert_eq!(settle(&state, &Settle::Clear), None);
}

#[test]
fn what_is_given_back_may_be_taken_again() {
    let rate = Rate::per(3, Duration::from_secs(3600));
    let rule = Rule::Rate(rate);
    let mut state = LimitState::NEW;
    for _ in 0..50 {
        assert_eq!(weigh(&mut state, &rule, NOW), Verdict::Pass);
        state = settle(&state, &Settle::GiveBack(rate)).unwrap();
    }
}

#[test]
fn a_clock_set_back_closes_nothing_for_longer_than_the_rule_says() {
    let rate = Rule::Rate(Rate::per(3, Duration::from_secs(30)));
    let mut state = LimitState { at: at(1_000_000), ..LimitState::NEW };
    assert!(matches!(weigh(&mut state, &rate, NOW), Verdict::Wait(wait) if wait <= Duration::from_secs(30)));
    let delays = Rule::Delays(DELAYS);
    let late = at(1_000_000);
    let mut state = LimitState { at: late, failures: 30, in_a_row: 30, until: late.plus(REMEMBER) };
    assert!(matches!(weigh(&mut state, &delays, NOW), Verdict::Wait(wait) if wait <= DELAYS.longest));
}

#[test]
fn a_slower_rate_asks_for_more_patience_over_the_same_state() {
    let rate = Rate::per(60, Duration::from_secs(60));
    let (fast, slow) = (Rule::Rate(rate), Rule::Rate(rate.slower(4)));
    let mut state = LimitState::NEW;
    while weigh(&mut state, &fast, NOW) == Verdict::Pass {}
    let mut other = state;
    let (mut quick, mut patient) = (0, 0);
    for n in 1..=600 {
        quick += u32::from(weigh(&mut state, &fast, at(n)) == Verdict::Pass);
        patient += u32::from(weigh(&mut other, &slow, at(n)) == Verdict::Pass);
    }
    assert_eq!(quick, 600);
    assert!((140..=165).contains(&patient), "{patient}");
}

#[test]
fn of_several_steps_all_are_counted_or_none() {
    let once = |n| Step {
        key: LimitKey::from_raw([n; 16]),
        rule: Rule::Rate(Rate::per(u32::from(n), Duration::from_secs(60))),
    };
    let steps = [once(2), once(1)];
    let Weighed::Passed(states) = weigh_all(vec![LimitState::NEW; 2], &steps, NOW) else { panic!("both pass") };
    let refused = weigh_all(states, &steps, NOW);
    assert_eq!(refused, Weighed::Refused { step: 1, verdict: Verdict::Wait(Duration::from_secs(60)) });
}
