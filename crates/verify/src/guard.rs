//! A verifier, what it knows of ends, and how far that is trusted: everything that a service decides by, in one value.
//!
//! Most tokens are decided on the spot ([`Guard::decide`]). Where the rule says that the issuer must be asked, or a token
//! names a key that is not known yet, somebody has to wait: [`Guard::check`] does both, over whatever was given to ask with.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::error::VerifyError;
use crate::feed::Freshness;
use crate::present::Via;
use crate::principal::Principal;
use crate::rule::{Course, Policy, Rule};
use crate::time::Timestamp;
use crate::verifier::{Verified, Verifier};

/// What is still to come.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Wall time, to judge `exp` by; `None` if it cannot be told.
    fn now(&self) -> Option<Timestamp>;

    /// Time since some fixed start, never running backwards, to measure silence by.
    fn monotonic(&self) -> Duration;
}

/// Nobody could be asked, or gave no answer that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the issuer does not answer")]
pub struct Unanswered;

/// Whom to ask.
pub trait Issuer: Send + Sync {
    /// Whether the issuer itself still accepts a token (RFC 7662).
    fn accepts<'a>(&'a self, token: &'a str) -> Later<'a, Result<bool, Unanswered>>;

    /// A token names a key that is not in the set: fetch the set, unless that was done a moment ago. `true` if it is another
    /// one now.
    fn fetch_keys(&self) -> Later<'_, bool>;
}

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The token is not good: 401. Why is for the log; the one who presented it may hear of `Expired` and `Stale` only.
    #[error(transparent)]
    Refused(#[from] VerifyError),
    /// Nobody can tell at the moment: 503, come again.
    #[error("nobody can tell at the moment whether the token is good")]
    Unavailable,
}

/// What can be said on the spot.
#[derive(Debug)]
pub enum Decided {
    /// This is who it is.
    Is(Principal),
    /// Not without asking the issuer: [`Guard::check`].
    NotYet,
}

/// Decides over access tokens for one service. Share it by [`Arc`].
pub struct Guard {
    verifier: Arc<Verifier>,
    freshness: Arc<Freshness>,
    clock: Arc<dyn Clock>,
    issuer: Option<Arc<dyn Issuer>>,
    rule: Rule,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("rule", &self.rule).field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

impl Guard {
    /// A guard that decides by this verifier, under the usual [`Rule`], and has nobody to ask.
    #[must_use]
    pub fn new(verifier: Arc<Verifier>, freshness: Arc<Freshness>, clock: Arc<dyn Clock>) -> Self {
        Self { verifier, freshness, clock, issuer: None, rule: Rule::default() }
    }

    /// The same under another rule.
    #[must_use]
    pub fn rule(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }

    /// The same with somebody to ask.
    #[must_use]
    pub fn issuer(self, issuer: Arc<dyn Issuer>) -> Self {
        Self { issuer: Some(issuer), ..self }
    }

    /// Its rule.
    #[must_use]
    pub fn its_rule(&self) -> Rule {
        self.rule
    }

    /// Its verifier.
    #[must_use]
    pub fn verifier(&self) -> &Arc<Verifier> {
        &self.verifier
    }

    /// The numbers of its feed.
    #[must_use]
    pub fn numbers(&self) -> crate::feed::freshness::Numbers {
        self.freshness.numbers(self.clock.monotonic())
    }

    /// Decides without asking anybody, if that can be done.
    ///
    /// # Errors
    /// [`CheckError`].
    pub fn decide(&self, token: &str, via: Via, rule: &Rule) -> Result<Decided, CheckError> {
        let now = self.clock.now().ok_or(CheckError::Unavailable)?;
        match self.verifier.verify(token.as_bytes(), now) {
            Ok(verified) => self.weigh(verified, via, rule, now),
            Err(VerifyError::UnknownKey) if self.issuer.is_some() => Ok(Decided::NotYet),
            Err(error) => Err(self.refused(error)),
        }
    }

    /// Decides, and asks where that is needed.
    ///
    /// # Errors
    /// [`CheckError`].
    pub async fn check(&self, token: &str, via: Via, rule: &Rule) -> Result<Principal, CheckError> {
        if let Decided::Is(principal) = self.decide(token, via, rule)? {
            return Ok(principal);
        }
        let issuer = self.issuer.as_ref().ok_or(CheckError::Unavailable)?;
        let now = self.clock.now().ok_or(CheckError::Unavailable)?;
        let verified = match self.verifier.verify(token.as_bytes(), now) {
            Err(VerifyError::UnknownKey) => {
                issuer.fetch_keys().await;
                self.verifier.verify(token.as_bytes(), now)
            }
            other => other,
        };
        let verified = verified.map_err(|error| self.refused(error))?;
        if let Decided::Is(principal) = self.weigh(verified.clone(), via, rule, now)? {
            return Ok(principal);
        }
        match issuer.accepts(token).await {
            Ok(true) => Ok(Principal { verified, via, age: Some(Duration::ZERO), flagged: false, now }),
            Ok(false) => Err(CheckError::Refused(VerifyError::Revoked)),
            Err(Unanswered) => Err(CheckError::Unavailable),
        }
    }

    /// Without any key, no token was ever looked at: that is nobody's fault but ours.
    fn refused(&self, error: VerifyError) -> CheckError {
        match error {
            VerifyError::UnknownKey if self.verifier.keys().is_empty() => CheckError::Unavailable,
            error => error.into(),
        }
    }

    fn weigh(&self, verified: Arc<Verified>, via: Via, rule: &Rule, now: Timestamp) -> Result<Decided, CheckError> {
        match rule.course(&self.freshness, self.clock.monotonic()) {
            Course::Accept if rule.policy == Policy::Signature => {
                Ok(Decided::Is(Principal { verified, via, age: None, flagged: false, now }))
            }
            Course::Accept => Ok(Decided::Is(self.principal(verified, via, now))),
            Course::Flag => Ok(Decided::Is(Principal { flagged: true, ..self.principal(verified, via, now) })),
            Course::Ask if self.issuer.is_some() => Ok(Decided::NotYet),
            Course::Ask | Course::Unavailable => Err(CheckError::Unavailable),
        }
    }

    fn principal(&self, verified: Arc<Verified>, via: Via, now: Timestamp) -> Principal {
        Principal { verified, via, age: self.freshness.age(self.clock.monotonic()), flagged: false, now }
    }
}

#[cfg(test)]
mod tests;
