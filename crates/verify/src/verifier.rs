//! Step 4 and half of 5: an access token is checked without asking anybody.
//!
//! A verifier cannot be built without an issuer, an audience and a list of algorithms, and nothing in a token chooses any
//! of them:
//!
//! ```
//! use doorward_verify::{Algorithm, Verifier};
//! let verifier = Verifier::builder("https://door.example", "https://api.example").algorithms([Algorithm::Es256]).build();
//! assert!(verifier.is_ok());
//! ```
//! ```compile_fail
//! use doorward_verify::Verifier;
//! // No list of algorithms: there is nothing to build.
//! Verifier::builder("https://door.example", "https://api.example").build();
//! ```
//! ```compile_fail
//! use doorward_verify::{Algorithm, Verifier};
//! // No audience.
//! Verifier::builder("https://door.example").algorithms([Algorithm::Es256]).build();
//! ```
//! ```compile_fail
//! use doorward_verify::{Algorithm, Verifier};
//! // No issuer.
//! Verifier::builder().algorithms([Algorithm::Es256]).build();
//! ```

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::algorithm::Algorithm;
use crate::cache::TokenCache;
use crate::claims::Claims;
use crate::error::VerifyError;
use crate::jwk::KeySet;
use crate::revoked::{Facts, RevokedSet, Standing};
use crate::time::Timestamp;
use crate::{jws, typ};

/// Most clock skew that may be allowed for.
pub const LONGEST_LEEWAY: Duration = Duration::from_secs(120);

/// A verifier cannot be built like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The issuer is empty.
    #[error("no issuer")]
    Issuer,
    /// There is no audience, or an empty one.
    #[error("no audience")]
    Audience,
    /// The list of algorithms is empty.
    #[error("no algorithm")]
    Algorithms,
    /// More than [`LONGEST_LEEWAY`].
    #[error("the leeway is longer than 120 seconds")]
    Leeway,
}

/// For whom tokens must be meant: any one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audiences(Vec<String>);

impl From<&str> for Audiences {
    fn from(one: &str) -> Self {
        Self(vec![one.to_owned()])
    }
}

impl From<String> for Audiences {
    fn from(one: String) -> Self {
        Self(vec![one])
    }
}

impl From<Vec<String>> for Audiences {
    fn from(any: Vec<String>) -> Self {
        Self(any)
    }
}

/// Knows issuer and audience; still wants algorithms.
#[derive(Debug)]
pub struct NeedsAlgorithms {
    issuer: String,
    audiences: Audiences,
}

impl NeedsAlgorithms {
    /// Which algorithms are accepted, whatever a token or a key says.
    pub fn algorithms(self, algorithms: impl IntoIterator<Item = Algorithm>) -> Builder {
        Builder {
            issuer: self.issuer,
            audiences: self.audiences,
            algorithms: algorithms.into_iter().collect(),
            keys: KeySet::default(),
            leeway: Duration::from_secs(30),
            max_lifetime: Duration::from_secs(3600),
            cache: 10_000,
            revoked: Arc::default(),
            typ: typ::ACCESS_TOKEN,
        }
    }
}

/// A verifier in the making.
#[derive(Debug)]
pub struct Builder {
    issuer: String,
    audiences: Audiences,
    algorithms: Vec<Algorithm>,
    keys: KeySet,
    leeway: Duration,
    max_lifetime: Duration,
    cache: usize,
    revoked: Arc<RevokedSet>,
    typ: &'static str,
}

impl Builder {
    /// The issuer's keys; without any, every token is refused.
    #[must_use]
    pub fn keys(self, keys: KeySet) -> Self {
        Self { keys, ..self }
    }

    /// Clock skew that is allowed for; 30 seconds unless said.
    #[must_use]
    pub fn leeway(self, leeway: Duration) -> Self {
        Self { leeway, ..self }
    }

    /// Longest `exp − iat`; one hour unless said.
    #[must_use]
    pub fn max_lifetime(self, max_lifetime: Duration) -> Self {
        Self { max_lifetime, ..self }
    }

    /// How many verified tokens are remembered; 10,000 unless said, 0 for none.
    #[must_use]
    pub fn cache(self, capacity: usize) -> Self {
        Self { cache: capacity, ..self }
    }

    /// What was revoked; an empty set unless said.
    #[must_use]
    pub fn revoked(self, revoked: Arc<RevokedSet>) -> Self {
        Self { revoked, ..self }
    }

    /// What tokens must be for; access tokens unless said.
    #[must_use]
    pub fn typ(self, typ: &'static str) -> Self {
        Self { typ, ..self }
    }

    /// The verifier.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn build(self) -> Result<Verifier, BuildError> {
        if self.issuer.is_empty() {
            return Err(BuildError::Issuer);
        }
        if self.audiences.0.is_empty() || self.audiences.0.iter().any(String::is_empty) {
            return Err(BuildError::Audience);
        }
        if self.algorithms.is_empty() {
            return Err(BuildError::Algorithms);
        }
        if self.leeway > LONGEST_LEEWAY {
            return Err(BuildError::Leeway);
        }
        Ok(Verifier {
            issuer: self.issuer,
            algorithms: self.algorithms,
            leeway: seconds(self.leeway),
            max_lifetime: seconds(self.max_lifetime),
            typ: self.typ,
            keys: ArcSwap::from_pointee(Keys { set: self.keys, audiences: self.audiences.0, generation: 0 }),
            cache: TokenCache::new(self.cache),
            revoked: self.revoked,
        })
    }
}

/// A token that was verified.
#[derive(Debug)]
pub struct Verified {
    /// What it says.
    pub claims: Claims,
    /// The key that signed it.
    pub kid: String,
    /// With which algorithm.
    pub algorithm: Algorithm,
    facts: Facts,
    generation: u64,
}

/// Checks access tokens of one issuer for one resource server. Share it by reference.
#[derive(Debug)]
pub struct Verifier {
    issuer: String,
    algorithms: Vec<Algorithm>,
    leeway: i64,
    max_lifetime: i64,
    typ: &'static str,
    keys: ArcSwap<Keys>,
    cache: TokenCache,
    revoked: Arc<RevokedSet>,
}

#[derive(Debug)]
struct Keys {
    set: KeySet,
    audiences: Vec<String>,
    generation: u64,
}

impl Verifier {
    /// A verifier of tokens by this issuer (exactly this text) for this audience (any one of them, if several).
    pub fn builder(issuer: impl Into<String>, audience: impl Into<Audiences>) -> NeedsAlgorithms {
        NeedsAlgorithms { issuer: issuer.into(), audiences: audience.into() }
    }

    /// Whether this is a good token now. Touches no network, no store and no clock.
    ///
    /// # Errors
    /// [`VerifyError`]; `Expired` and `Stale` only if everything else holds.
    pub fn verify(&self, token: &[u8], now: Timestamp) -> Result<Arc<Verified>, VerifyError> {
        let keys = self.keys.load();
        if let Some(known) = self.cache.get(token).filter(|v| v.generation == keys.generation) {
            if let Err(error) = self.judge(&known, now) {
                self.cache.remove(token);
                return Err(error);
            }
            return Ok(known);
        }
        let verified = Arc::new(self.open(token, &keys)?);
        self.judge(&verified, now)?;
        self.cache.put(token, &verified);
        Ok(verified)
    }

    /// Whether a token that this verifier has verified before is still good: for what lives longer than one request, such as a
    /// stream. As [`verify`](Self::verify), without the signature: that does not change.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub fn recheck(&self, verified: &Verified, now: Timestamp) -> Result<(), VerifyError> {
        let keys = self.keys.load();
        if keys.generation != verified.generation {
            if keys.set.by_kid(&verified.kid).is_none() {
                return Err(VerifyError::UnknownKey);
            }
            if !verified.claims.aud.iter().any(|aud| keys.audiences.contains(aud)) {
                return Err(VerifyError::Audience);
            }
        }
        self.judge(verified, now)
    }

    /// Other keys from now on. Tokens of a key that is no longer there are refused at once, remembered or not.
    pub fn set_keys(&self, keys: KeySet) {
        self.keys.rcu(|old| Keys {
            set: keys.clone(),
            audiences: old.audiences.clone(),
            generation: old.generation + 1,
        });
    }

    /// Accepts tokens that are meant for one of these, from now on; what was verified under the old list is verified
    /// again. An empty list accepts nothing.
    pub fn set_audiences(&self, audiences: &[String]) {
        self.keys.rcu(|old| Keys {
            set: old.set.clone(),
            audiences: audiences.to_vec(),
            generation: old.generation + 1,
        });
    }

    /// The keys of now.
    #[must_use]
    pub fn keys(&self) -> KeySet {
        self.keys.load().set.clone()
    }

    /// What was revoked.
    #[must_use]
    pub fn revoked(&self) -> &Arc<RevokedSet> {
        &self.revoked
    }

    /// Signature and everything that does not change with time.
    fn open(&self, token: &[u8], keys: &Keys) -> Result<Verified, VerifyError> {
        let opened = jws::verify(token, &keys.set, &self.algorithms, self.typ)?;
        let claims = Claims::from_json(&opened.payload)?;
        if claims.iss != self.issuer {
            return Err(VerifyError::Issuer);
        }
        if !claims.aud.iter().any(|aud| keys.audiences.contains(aud)) {
            return Err(VerifyError::Audience);
        }
        if claims.exp <= claims.iat {
            return Err(VerifyError::Claims);
        }
        if claims.exp - claims.iat > self.max_lifetime {
            return Err(VerifyError::Lifetime);
        }
        let facts = self.revoked.facts(&claims, &opened.kid);
        Ok(Verified { claims, kid: opened.kid, algorithm: opened.algorithm, facts, generation: keys.generation })
    }

    /// Time and revocation. What tells a client to refresh comes last: it is only said of a token that is good otherwise.
    fn judge(&self, verified: &Verified, now: Timestamp) -> Result<(), VerifyError> {
        let claims = &verified.claims;
        let latest = now.plus(Duration::from_secs(self.leeway.unsigned_abs()));
        let begins = Timestamp::from_secs(claims.iat.max(claims.nbf.unwrap_or(0)));
        if begins > latest {
            return Err(VerifyError::NotYet);
        }
        let standing = self.revoked.standing(&verified.facts);
        let ends = Timestamp::from_secs(claims.exp.saturating_add(self.leeway));
        match standing {
            Standing::Ended => Err(VerifyError::Revoked),
            _ if now > ends => Err(VerifyError::Expired),
            Standing::Stale => Err(VerifyError::Stale),
            Standing::Fine => Ok(()),
        }
    }
}

fn seconds(span: Duration) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
