//! Tokens whose signature was checked before. A hit compares *all* bytes of the token; time and revocation are checked at
//! every use, here nothing is remembered about them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use crate::verifier::Verified;

/// Bounded; the least used tokens go first.
pub(crate) struct TokenCache {
    tokens: Option<Cache<Token, Arc<Verified>>>,
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenCache({})", self.tokens.as_ref().map_or(0, Cache::len))
    }
}

impl TokenCache {
    /// Room for that many tokens; none at all for 0.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { tokens: (capacity > 0).then(|| Cache::new(capacity)) }
    }

    pub(crate) fn get(&self, token: &[u8]) -> Option<Arc<Verified>> {
        self.tokens.as_ref()?.get(&Presented(token))
    }

    pub(crate) fn put(&self, token: &[u8], verified: &Arc<Verified>) {
        if let Some(tokens) = &self.tokens {
            tokens.insert(Token(token.into()), verified.clone());
        }
    }

    pub(crate) fn remove(&self, token: &[u8]) {
        if let Some(tokens) = &self.tokens {
            tokens.remove(&Presented(token));
        }
    }
}

struct Token(Box<[u8]>);

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Token {}

impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_end(&self.0, state);
    }
}

struct Presented<'a>(&'a [u8]);

impl Hash for Presented<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_end(self.0, state);
    }
}

impl Equivalent<Token> for Presented<'_> {
    fn equivalent(&self, key: &Token) -> bool {
        *self.0 == *key.0
    }
}

/// The end of a token is the end of its signature, which differs from token to token. Only tokens that verified are ever
/// kept, so nobody fills a bucket with ends of their choice.
fn hash_end<H: Hasher>(token: &[u8], state: &mut H) {
    let end = &token[token.len().saturating_sub(24)..];
    end.hash(state);
}
