//! Passwords: what may become one, how its hash is computed and checked, and the port behind which that work is queued.
//!
//! Hashing is meant to be slow (argon2id, RFC 9106), so the walk never does it on the task that serves a request: it asks
//! a [`Hasher`]. The computation itself is [`Worker`], which a pool of threads owns one of each. Hashes that people bring
//! along from other programs are checked as they are ([`Stored`]) and replaced at the next good sign-in.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::rng::RngError;
use crate::secret::Plain;

mod cost;
mod phrase;
mod rule;
mod stored;
mod weak;
mod worker;

pub use cost::Cost;
pub use phrase::phrase;
pub use rule::{LONGEST, PasswordFault, Presented, Rule, chosen, presented};
pub use stored::{
    HashFault, MOST_BCRYPT_COST, MOST_PBKDF2_ROUNDS, MOST_SCRYPT_MEMORY, MOST_SCRYPT_WORK, Stored, brought_along,
};
pub use weak::Weakness;
pub use worker::Worker;

/// Nothing could be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too many are waiting; the caller answers 503 with this Retry-After.
    #[error("too many sign-ins are waiting")]
    Busy {
        /// When it may be worth trying again.
        retry_after: Duration,
    },
    /// No salt.
    #[error(transparent)]
    Rng(#[from] RngError),
    /// No memory, or a worker died.
    #[error("a password could not be hashed: {0}")]
    Failed(String),
}

/// What the verbs of a [`Hasher`] return.
pub type HashAnswer<'a, T> = Pin<Box<dyn Future<Output = Result<T, HashError>> + Send + 'a>>;

/// Where password work is done: a pool with a bounded queue in the server.
pub trait Hasher: Send + Sync + fmt::Debug {
    /// The PHC string of a new hash, at the configured cost, with a salt of its own.
    fn hash(&self, password: Plain<String>) -> HashAnswer<'_, String>;

    /// Whether `stored` is a hash of the password, as [`Worker::verify`] says.
    fn verify(&self, password: Presented, stored: String) -> HashAnswer<'_, bool>;

    /// The same, before all others that wait: for somebody who is known.
    fn verify_first(&self, password: Presented, stored: String) -> HashAnswer<'_, bool> {
        self.verify(password, stored)
    }

    /// What new hashes cost.
    fn cost(&self) -> Cost;

    /// How many wait for their turn.
    fn waiting(&self) -> usize {
        0
    }

    /// How long one that is asked for at this moment would wait for its turn.
    fn wait(&self) -> Duration {
        Duration::ZERO
    }
}

/// Whether a hash that was just verified should be made anew: it is of another kind, or cost less than `cost`. Never
/// downwards, so that two nodes with different configurations do not rehash each other's work for ever.
#[must_use]
pub fn is_outdated(stored: &str, cost: Cost) -> bool {
    Stored::read(stored).map_or(true, |hash| hash.is_outdated(cost))
}

/// A hash that no password has and that takes as long to check as most of these do: it is checked for people who have no
/// account or no password, so that the time does not tell. `cost` counts where there are none.
#[must_use]
pub fn decoy(hashes: &[String], cost: Cost) -> String {
    let mut kinds: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    for hash in hashes {
        if let Ok(stored) = Stored::read(hash) {
            kinds.entry(stored.kind()).or_insert((0, hash)).0 += 1;
        }
    }
    kinds.into_values().max_by_key(|(count, _)| *count).map_or_else(|| dummy(cost), |(_, hash)| stored::masked(hash))
}

/// Computes on the calling thread: for the command line, for tests and for applications without a pool.
#[derive(Debug)]
pub struct InlineHasher {
    cost: Cost,
    rng: std::sync::Arc<dyn crate::rng::Rng>,
}

impl InlineHasher {
    /// A hasher at this cost.
    #[must_use]
    pub fn new(cost: Cost, rng: std::sync::Arc<dyn crate::rng::Rng>) -> Self {
        Self { cost, rng }
    }
}

impl Hasher for InlineHasher {
    fn hash(&self, password: Plain<String>) -> HashAnswer<'_, String> {
        let made = crate::rng::bytes(&*self.rng).map_err(HashError::from);
        let made = made.and_then(|salt| Worker::new().hash(&password, &salt, self.cost));
        Box::pin(std::future::ready(made))
    }

    fn verify(&self, password: Presented, stored: String) -> HashAnswer<'_, bool> {
        Box::pin(std::future::ready(Worker::new().verify(&password, &stored)))
    }

    fn cost(&self) -> Cost {
        self.cost
    }
}

fn dummy(cost: Cost) -> String {
    let Cost { memory_kib: m, passes: t, lanes: p } = cost;
    let (salt, out) = (STANDARD_NO_PAD.encode([0; 16]), STANDARD_NO_PAD.encode([0; 32]));
    format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${out}")
}

#[cfg(test)]
mod tests;
