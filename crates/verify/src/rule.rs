//! How far a service trusts what it knows: one rule for each verifier, and another one for a route where that is wanted.

use std::time::Duration;

use crate::feed::freshness::{Freshness, REFUSE_AFTER, Silence};

/// What is consulted beside signature and claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Nothing. A token is good until it expires, whatever has ended meanwhile.
    Signature,
    /// The set of what has ended, as the feed fills it.
    #[default]
    Denylist,
    /// The issuer itself, at every use; the set as well.
    Allowlist,
}

/// What a denylist does that has not heard of the issuer for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnSilence {
    /// 503: come again. Never 401, which would make clients drop tokens that may be good.
    #[default]
    Unavailable,
    /// Asks the issuer about each token.
    Introspect,
    /// Accepts what it would have accepted, and marks it ([`Principal::is_flagged`](crate::Principal::is_flagged)).
    AcceptAndFlag,
}

/// How far a verifier trusts what it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What is consulted.
    pub policy: Policy,
    /// What happens after too much silence.
    pub on_silence: OnSilence,
    /// How much silence is too much. Never longer than an access token lives, or the set would be for nothing.
    pub refuse_after: Duration,
}

impl Default for Rule {
    fn default() -> Self {
        Self { policy: Policy::default(), on_silence: OnSilence::default(), refuse_after: REFUSE_AFTER }
    }
}

/// What to do with a token that is good as far as this service can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Accept it.
    Accept,
    /// Accept it and mark it.
    Flag,
    /// Ask the issuer.
    Ask,
    /// Say that nobody can tell at the moment.
    Unavailable,
}

impl Rule {
    /// The rule: what to do at this moment of the monotonic clock.
    #[must_use]
    pub fn course(&self, freshness: &Freshness, now: Duration) -> Course {
        match self.policy {
            Policy::Signature => Course::Accept,
            Policy::Allowlist => Course::Ask,
            Policy::Denylist if freshness.silence(now, self.refuse_after) != Silence::TooLong => Course::Accept,
            Policy::Denylist => match self.on_silence {
                OnSilence::Unavailable => Course::Unavailable,
                OnSilence::Introspect => Course::Ask,
                OnSilence::AcceptAndFlag => Course::Flag,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_has_one_course_for_each_silence() {
        let secs = Duration::from_secs;
        let (never, heard) = (Freshness::default(), Freshness::default());
        heard.hear(secs(100));
        let course = |policy, on_silence, freshness: &Freshness, now| {
            Rule { policy, on_silence, ..Rule::default() }.course(freshness, secs(now))
        };
        let silences = [OnSilence::Unavailable, OnSilence::Introspect, OnSilence::AcceptAndFlag];
        for (on_silence, wanted) in silences.into_iter().zip([Course::Unavailable, Course::Ask, Course::Flag]) {
            assert_eq!(course(Policy::Denylist, on_silence, &heard, 100), Course::Accept);
            assert_eq!(course(Policy::Denylist, on_silence, &heard, 159), Course::Accept);
            assert_eq!(course(Policy::Denylist, on_silence, &heard, 160), wanted);
            assert_eq!(course(Policy::Denylist, on_silence, &never, 0), wanted, "nothing was ever heard");
            for at in [100, 1000] {
                assert_eq!(course(Policy::Signature, on_silence, &never, at), Course::Accept);
                assert_eq!(course(Policy::Allowlist, on_silence, &heard, at), Course::Ask);
            }
        }
        let short = Rule { refuse_after: secs(10), ..Rule::default() };
        assert_eq!(
            (short.course(&heard, secs(109)), short.course(&heard, secs(110))),
            (Course::Accept, Course::Unavailable)
        );
    }
}
