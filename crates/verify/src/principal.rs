//! Who a request is from, as a service sees it, and what may be demanded of them.

use std::sync::Arc;
use std::time::Duration;

use crate::claims::Claims;
use crate::present::Via;
use crate::time::Timestamp;
use crate::verifier::Verified;

/// Somebody, for the length of one request. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Principal {
    pub(crate) verified: Arc<Verified>,
    pub(crate) via: Via,
    pub(crate) age: Option<Duration>,
    pub(crate) flagged: bool,
    pub(crate) now: Timestamp,
}

impl Principal {
    /// What the token says.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.verified.claims
    }

    /// The token that was verified, for [`Verifier::recheck`](crate::Verifier::recheck) where a connection lives on.
    #[must_use]
    pub fn verified(&self) -> &Arc<Verified> {
        &self.verified
    }

    /// Whom it is about: an account id, never reused. Together with the issuer it is the one name to store.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.claims().sub
    }

    /// Where the token came from.
    #[must_use]
    pub fn via(&self) -> Via {
        self.via
    }

    /// How old the knowledge was by which this request was judged; `None` if nothing was known (or nothing asked for) about
    /// what has ended.
    #[must_use]
    pub fn revocation_age(&self) -> Option<Duration> {
        self.age
    }

    /// Whether it was accepted although nobody could tell what has ended meanwhile.
    #[must_use]
    pub fn is_flagged(&self) -> bool {
        self.flagged
    }

    /// Whether the token was granted this scope.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.claims().scope.as_deref().is_some_and(|all| all.split(' ').any(|one| one == scope))
    }

    /// Whether they have this role.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.claims().roles.iter().any(|one| one == role)
    }

    /// Whether they have this permission.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        self.claims().permissions.iter().any(|one| one == permission)
    }

    /// How long ago they proved who they are; `None` if the token does not say.
    #[must_use]
    pub fn proof_age(&self) -> Option<Duration> {
        self.claims().auth_time.map(|at| self.now.since(Timestamp::from_secs(at)))
    }
}

/// What may be demanded of a principal; all of it must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Demand {
    scopes: Vec<String>,
    roles: Vec<String>,
    permissions: Vec<String>,
    acr: Vec<String>,
    max_age: Option<Duration>,
}

/// What is not met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unmet {
    /// Another token of the same person does not help, unless it has more scope: these scopes are needed, if any.
    #[error("the token does not allow this")]
    Insufficient(Vec<String>),
    /// The person has to prove again, or better, who they are.
    #[error("the sign-in is too old or not strong enough")]
    Authentication {
        /// One of these levels is wanted (`acr`), if any.
        acr: Vec<String>,
        /// The proof may be this old, at the most.
        max_age: Option<Duration>,
    },
}

impl Demand {
    /// This scope.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// This role.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// This permission.
    #[must_use]
    pub fn permission(mut self, permission: impl Into<String>) -> Self {
        self.permissions.push(permission.into());
        self
    }

    /// This level of proof (`acr`), or another one that is named here.
    #[must_use]
    pub fn acr(mut self, acr: impl Into<String>) -> Self {
        self.acr.push(acr.into());
        self
    }

    /// A proof that is at most this old.
    #[must_use]
    pub fn proof_within(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// The rule.
    ///
    /// # Errors
    /// [`Unmet`]; what the person cannot change by signing in again is said first.
    pub fn check(&self, principal: &Principal) -> Result<(), Unmet> {
        let allowed = self.scopes.iter().all(|s| principal.has_scope(s))
            && self.roles.iter().all(|r| principal.has_role(r))
            && self.permissions.iter().all(|p| principal.has_permission(p));
        if !allowed {
            return Err(Unmet::Insufficient(self.scopes.clone()));
        }
        let strong = self.acr.is_empty() || principal.claims().acr.as_ref().is_some_and(|acr| self.acr.contains(acr));
        let recent = self.max_age.is_none_or(|max| principal.proof_age().is_some_and(|age| age <= max));
        match strong && recent {
            true => Ok(()),
            false => Err(Unmet::Authentication { acr: self.acr.clone(), max_age: self.max_age }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tests::{AUDIENCE, ISSUER, NOW, Signing, claims};
    use crate::{Algorithm, Verifier};

    fn principal(changes: Value) -> Principal {
        let signing = Signing::new(Algorithm::Ed25519, "key-1");
        let verifier =
            Verifier::builder(ISSUER, AUDIENCE).algorithms([Algorithm::Ed25519]).keys(signing.keys()).build();
        let mut claims = claims();
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let verified = verifier.unwrap().verify(signing.token(&claims).as_bytes(), NOW).unwrap();
        Principal { verified, via: Via::Header, age: None, flagged: false, now: NOW }
    }

    #[test]
    fn everything_that_is_demanded_must_hold() {
        let ada =
            principal(json!({ "scope": "read write", "permissions": ["articles:write"], "acr": "urn:doorward:pwd" }));
        let met = |demand: Demand| demand.check(&ada).is_ok();
        assert!(met(Demand::default()));
        assert!(met(Demand::default()
            .scope("read")
            .role("editor")
            .permission("articles:write")
            .acr("urn:doorward:pwd")));
        assert!(met(Demand::default().acr("x").acr("urn:doorward:pwd")), "one of the levels is enough");
        for lacking in [
            Demand::default().scope("read").scope("admin"),
            Demand::default().scope("rea"),
            Demand::default().scope("read write"),
            Demand::default().role("Editor"),
            Demand::default().permission("articles"),
            Demand::default().permission("editor"),
        ] {
            assert!(matches!(lacking.check(&ada), Err(Unmet::Insufficient(_))), "{lacking:?}");
        }
        assert!(matches!(Demand::default().acr("x").check(&ada), Err(Unmet::Authentication { .. })));
    }

    #[test]
    fn a_proof_is_as_old_as_the_token_says_and_none_is_too_old() {
        let within = |secs| Demand::default().proof_within(Duration::from_secs(secs));
        let ada = principal(json!({ "auth_time": NOW.as_secs() - 300 }));
        assert!(within(300).check(&ada).is_ok() && within(299).check(&ada).is_err());
        assert!(within(u64::MAX).check(&principal(json!({}))).is_err());
    }
}
