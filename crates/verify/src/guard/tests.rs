//! A guard with a clock that is moved by hand and an issuer that answers as told.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use super::*;
use crate::rule::OnSilence;
use crate::tests::{AUDIENCE, ISSUER, NOW, Signing, claims};
use crate::{Algorithm, Ended, KeySet};

struct Hand(Mutex<(Option<Timestamp>, Duration)>);

impl Clock for Hand {
    fn now(&self) -> Option<Timestamp> {
        self.0.lock().unwrap().0
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap().1
    }
}

/// An issuer that answers this, and publishes these keys to this verifier.
struct Puppet {
    answer: Mutex<Result<bool, Unanswered>>,
    keys: KeySet,
    verifier: Arc<Verifier>,
    asked: AtomicUsize,
}

impl Issuer for Puppet {
    fn accepts<'a>(&'a self, _token: &'a str) -> Later<'a, Result<bool, Unanswered>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = *self.answer.lock().unwrap();
        Box::pin(async move { answer })
    }

    fn fetch_keys(&self) -> Later<'_, bool> {
        self.verifier.set_keys(self.keys.clone());
        Box::pin(async { true })
    }
}

struct Scene {
    guard: Guard,
    clock: Arc<Hand>,
    freshness: Arc<Freshness>,
    puppet: Arc<Puppet>,
    token: String,
}

impl Scene {
    fn new() -> Self {
        let signing = Signing::new(Algorithm::Ed25519, "key-1");
        let verifier = Verifier::builder(ISSUER, AUDIENCE).algorithms([Algorithm::Ed25519]).keys(signing.keys());
        let verifier = Arc::new(verifier.build().unwrap());
        let freshness = Arc::new(Freshness::default());
        let clock = Arc::new(Hand(Mutex::new((Some(NOW), Duration::from_secs(100)))));
        let puppet = Arc::new(Puppet {
            answer: Mutex::new(Ok(true)),
            keys: signing.keys(),
            verifier: verifier.clone(),
            asked: AtomicUsize::new(0),
        });
        let guard = Guard::new(verifier, freshness.clone(), clock.clone()).issuer(puppet.clone());
        Self { guard, clock, freshness, puppet, token: signing.token(&claims()) }
    }

    fn check(&self, rule: Rule) -> Result<Principal, CheckError> {
        let mut checking = std::pin::pin!(self.guard.check(&self.token, Via::Header, &rule));
        match checking.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(checked) => checked,
            Poll::Pending => panic!("the puppet answers at once"),
        }
    }

    fn asked(&self) -> usize {
        self.puppet.asked.load(Ordering::Relaxed)
    }
}

fn rule(policy: Policy, on_silence: OnSilence) -> Rule {
    Rule { policy, on_silence, ..Rule::default() }
}

#[test]
fn a_verifier_that_never_heard_of_the_issuer_cannot_know_and_says_so() {
    let scene = Scene::new();
    assert_eq!(scene.check(Rule::default()).err(), Some(CheckError::Unavailable));
    scene.freshness.hear(Duration::from_secs(98));
    let principal = scene.check(Rule::default()).unwrap();
    assert_eq!((principal.revocation_age(), principal.is_flagged()), (Some(Duration::from_secs(2)), false));
    scene.clock.0.lock().unwrap().1 = Duration::from_secs(158);
    assert_eq!(scene.check(Rule::default()).err(), Some(CheckError::Unavailable));
    assert_eq!(scene.asked(), 0);
}

#[test]
fn what_is_known_to_have_ended_is_refused_whatever_the_silence() {
    let scene = Scene::new();
    scene.guard.verifier().revoked().insert(&Ended::Session { sid: "CCCCCCCCCCCCCCCCCCCCCC".into() }, i64::MAX);
    for on_silence in [OnSilence::Unavailable, OnSilence::Introspect, OnSilence::AcceptAndFlag] {
        for policy in [Policy::Denylist, Policy::Allowlist] {
            let refused = scene.check(rule(policy, on_silence)).err();
            assert_eq!(refused, Some(CheckError::Refused(VerifyError::Revoked)));
        }
    }
}

#[test]
fn silence_is_answered_as_the_rule_of_the_route_says() {
    let scene = Scene::new();
    let flagged = scene.check(rule(Policy::Denylist, OnSilence::AcceptAndFlag)).unwrap();
    assert!(flagged.is_flagged() && flagged.revocation_age().is_none());
    assert!(!scene.check(rule(Policy::Denylist, OnSilence::Introspect)).unwrap().is_flagged());
    assert_eq!(scene.asked(), 1);
    *scene.puppet.answer.lock().unwrap() = Ok(false);
    let refused = scene.check(rule(Policy::Denylist, OnSilence::Introspect)).err();
    assert_eq!(refused, Some(CheckError::Refused(VerifyError::Revoked)));
}

#[test]
fn an_allowlist_asks_at_every_use_and_never_accepts_without_an_answer() {
    let scene = Scene::new();
    scene.freshness.hear(Duration::from_secs(100));
    for asked in 1..=3 {
        assert!(scene.check(rule(Policy::Allowlist, OnSilence::AcceptAndFlag)).is_ok());
        assert_eq!(scene.asked(), asked);
    }
    *scene.puppet.answer.lock().unwrap() = Err(Unanswered);
    let allowlist = rule(Policy::Allowlist, OnSilence::AcceptAndFlag);
    assert_eq!(scene.check(allowlist).err(), Some(CheckError::Unavailable));
    let alone = Guard::new(scene.guard.verifier.clone(), scene.freshness.clone(), scene.clock.clone());
    assert_eq!(alone.decide(&scene.token, Via::Header, &allowlist).err(), Some(CheckError::Unavailable));
}

#[test]
fn an_unknown_key_is_fetched_and_without_any_key_nobody_can_tell() {
    let scene = Scene::new();
    scene.freshness.hear(Duration::from_secs(100));
    scene.guard.verifier().set_keys(KeySet::default());
    let alone = Guard::new(scene.guard.verifier.clone(), scene.freshness.clone(), scene.clock.clone());
    let decided = alone.decide(&scene.token, Via::Header, &Rule::default());
    assert_eq!(decided.err(), Some(CheckError::Unavailable));
    assert!(scene.check(Rule::default()).is_ok());
    let other = Signing::new(Algorithm::Ed25519, "key-2");
    scene.guard.verifier().set_keys(other.keys());
    let decided = alone.decide(&scene.token, Via::Header, &Rule::default());
    assert_eq!(decided.err(), Some(CheckError::Refused(VerifyError::UnknownKey)));
}

#[test]
fn without_a_clock_nobody_can_tell() {
    let scene = Scene::new();
    scene.clock.0.lock().unwrap().0 = None;
    let signature = rule(Policy::Signature, OnSilence::Unavailable);
    assert_eq!(scene.check(signature).err(), Some(CheckError::Unavailable));
    scene.clock.0.lock().unwrap().0 = Some(NOW);
    assert!(scene.check(signature).unwrap().revocation_age().is_none());
}
