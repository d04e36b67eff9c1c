//! Passwords: what may become one, how its hash is computed and checked, and the port behind which that work is queued.
//!
//! Hashing is meant to be slow (argon2id, RFC 9106), so the walk never does it on the task that serves a request: it asks
//! a [`Hasher`]. The computation itself is [`Worker`], which a pool of threads owns one of each.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;

use crate::rng::RngError;
use crate::secret::Plain;

/// More bytes than this are refused before anything is computed.
pub const LONGEST: usize = 1024;

/// Why a text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Fewer characters (Unicode code points) than the policy asks for.
    #[error("the password needs at least {0} characters")]
    TooShort(usize),
    /// More than [`LONGEST`] bytes.
    #[error("the password has more than {LONGEST} bytes")]
    TooLong,
    /// It contains U+0000, which other programs would take for its end.
    #[error("the password contains a character that cannot be used (U+0000)")]
    Nul,
}

/// What may be presented as a password: any Unicode text in NFC, so that two keyboards that write `é` differently agree.
/// Nothing is trimmed, cut or folded.
///
/// # Errors
/// [`PasswordFault`], never because it is short.
pub fn presented(text: &Plain<String>) -> Result<Plain<String>, PasswordFault> {
    let text = text.expose();
    if text.len() > LONGEST {
        return Err(PasswordFault::TooLong);
    }
    if text.contains('\0') {
        return Err(PasswordFault::Nul);
    }
    Ok(Plain::new(text.nfc().collect()))
}

/// What may be set as a new password.
///
/// # Errors
/// [`PasswordFault`].
pub fn chosen(text: &Plain<String>, min_length: usize) -> Result<Plain<String>, PasswordFault> {
    let password = presented(text)?;
    let enough = password.expose().chars().count() >= min_length;
    if enough { Ok(password) } else { Err(PasswordFault::TooShort(min_length)) }
}

/// How expensive a hash is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB (`m`).
    pub memory_kib: u32,
    /// Passes over it (`t`).
    pub passes: u32,
    /// Lanes (`p`).
    pub lanes: u32,
}

impl Cost {
    /// What an installation starts with: 64 MiB, three passes.
    pub const DEFAULT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
    /// Nothing below is accepted: 19 MiB, two passes.
    pub const FLOOR: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    /// Whether hashes may be made at this cost. One pass over 46 MiB is as good as two over 19.
    #[must_use]
    pub fn is_allowed(self) -> bool {
        let strong = self.memory_kib >= Self::FLOOR.memory_kib && self.passes >= Self::FLOOR.passes
            || self.memory_kib >= 46 * 1024 && self.passes >= 1;
        strong && (1..=16).contains(&self.lanes) && self.memory_kib <= 4 * 1024 * 1024 && self.passes <= 64
    }

    /// A rough measure of the work, to compare two costs.
    fn work(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.passes)
    }
}

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

    /// Whether `phc` is a hash of the password. `None` stands for an account that is not there or has none: the same work
    /// is done and the answer is `false`, so that the time tells nothing.
    fn verify(&self, password: Plain<String>, phc: Option<String>) -> HashAnswer<'_, bool>;

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

/// Whether a hash that was just verified should be made anew: it cost less than `cost`. Never downwards, so that two nodes
/// with different configurations do not rehash each other's work for ever.
#[must_use]
pub fn is_outdated(phc: &str, cost: Cost) -> bool {
    cost_of(phc).is_none_or(|c| c.work() < cost.work())
}

fn cost_of(phc: &str) -> Option<Cost> {
    let params = Params::try_from(&PasswordHash::new(phc).ok()?).ok()?;
    Some(Cost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() })
}

/// One thread's hands: computes hashes in memory that it keeps between calls, until it is told to let go.
#[derive(Default)]
pub struct Worker {
    memory: Vec<Block>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Worker({} KiB)", self.memory.len())
    }
}

impl Worker {
    /// A worker without memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The PHC string of the password's hash (argon2id version 19, 32 bytes out).
    ///
    /// # Errors
    /// [`HashError::Failed`] if the parameters are impossible or there is no memory.
    pub fn hash(&mut self, password: &Plain<String>, salt: &[u8; 16], cost: Cost) -> Result<String, HashError> {
        let mut out = [0; 32];
        let recipe = Recipe { algorithm: Algorithm::Argon2id, version: Version::V0x13, cost };
        self.fill(recipe, password, salt, &mut out)?;
        let Cost { memory_kib: m, passes: t, lanes: p } = cost;
        let (salt, out) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(out));
        Ok(format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${out}"))
    }

    /// Whether `phc` is the password's hash. A string that is no argon2 hash, or one that costs more than sixteen times
    /// the [`Cost::DEFAULT`], is nobody's.
    ///
    /// # Errors
    /// [`HashError::Failed`] if there is no memory.
    pub fn verify(&mut self, password: &Plain<String>, phc: &str) -> Result<bool, HashError> {
        let Some(stored) = Stored::read(phc) else {
            return Ok(false);
        };
        let mut out = vec![0; stored.output.len()];
        self.fill(stored.recipe, password, &stored.salt, &mut out)?;
        Ok(out.ct_eq(&stored.output).into())
    }

    /// Gives the memory back to the system.
    pub fn release(&mut self) {
        self.memory = Vec::new();
    }

    fn fill(&mut self, recipe: Recipe, password: &Plain<String>, salt: &[u8], out: &mut [u8]) -> Result<(), HashError> {
        let Recipe { algorithm, version, cost } = recipe;
        let failed = |e: argon2::Error| HashError::Failed(e.to_string());
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(out.len())).map_err(failed)?;
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            let more = blocks - self.memory.len();
            self.memory.try_reserve_exact(more).map_err(|e| HashError::Failed(e.to_string()))?;
            self.memory.resize_with(blocks, Block::default);
        }
        let argon2 = Argon2::new(algorithm, version, params);
        argon2
            .hash_password_into_with_memory(password.expose().as_bytes(), salt, out, &mut self.memory[..])
            .map_err(failed)
    }
}

#[derive(Clone, Copy)]
struct Recipe {
    algorithm: Algorithm,
    version: Version,
    cost: Cost,
}

struct Stored {
    recipe: Recipe,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Stored {
    fn read(phc: &str) -> Option<Self> {
        let hash = PasswordHash::new(phc).ok()?;
        let cost = cost_of(phc).filter(|c| c.work() <= 16 * Cost::DEFAULT.work())?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let version = hash.version.map_or(Ok(Version::V0x13), Version::try_from).ok()?;
        Some(Self {
            recipe: Recipe { algorithm, version, cost },
            salt: hash.salt?.as_ref().to_vec(),
            output: hash.hash?.as_bytes().to_vec(),
        })
    }
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

    fn verify(&self, password: Plain<String>, phc: Option<String>) -> HashAnswer<'_, bool> {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| dummy(self.cost));
        let right = Worker::new().verify(&password, &phc);
        Box::pin(std::future::ready(right.map(|r| r && known)))
    }

    fn cost(&self) -> Cost {
        self.cost
    }
}

/// A hash that no password has, at this cost: what is checked for accounts that are not there.
#[must_use]
pub fn dummy(cost: Cost) -> String {
    let Cost { memory_kib: m, passes: t, lanes: p } = cost;
    let (salt, out) = (STANDARD_NO_PAD.encode([0; 16]), STANDARD_NO_PAD.encode([0; 32]));
    format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${out}")
}

#[cfg(test)]
mod tests;
