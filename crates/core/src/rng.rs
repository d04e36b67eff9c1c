//! Randomness as the walk sees it: handed in, and allowed to fail. If it fails, nothing is issued.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use aws_lc_rs::digest;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// The operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no randomness to be had")]
pub struct RngError;

/// Where secrets and ids come from.
pub trait Rng: Send + Sync + fmt::Debug {
    /// Fills `out` whole, or fails and `out` must not be used.
    ///
    /// # Errors
    /// [`RngError`] if there is no randomness; the caller answers 503 and issues nothing.
    fn fill(&self, out: &mut [u8]) -> Result<(), RngError>;
}

/// Random bytes as an array.
///
/// # Errors
/// As [`Rng::fill`].
pub fn bytes<const N: usize>(rng: &dyn Rng) -> Result<[u8; N], RngError> {
    let mut out = [0; N];
    rng.fill(&mut out)?;
    Ok(out)
}

/// The operating system's generator, through aws-lc.
#[derive(Debug, Default)]
pub struct SystemRng {
    inner: SystemRandom,
}

impl SystemRng {
    /// The generator of this machine.
    #[must_use]
    pub fn new() -> Self {
        Self { inner: SystemRandom::new() }
    }
}

impl Rng for SystemRng {
    fn fill(&self, out: &mut [u8]) -> Result<(), RngError> {
        self.inner.fill(out).map_err(|_| RngError)
    }
}

/// The same bytes for the same seed, in the same order: for tests only, worthless as a secret.
#[derive(Debug)]
pub struct SeededRng {
    seed: u64,
    drawn: AtomicU64,
    broken: AtomicBool,
}

impl SeededRng {
    /// A sequence of its own for each seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0), broken: AtomicBool::new(false) }
    }

    /// From now on drawing fails (or works again).
    pub fn fail(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }
}

impl Rng for SeededRng {
    fn fill(&self, out: &mut [u8]) -> Result<(), RngError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(RngError);
        }
        for chunk in out.chunks_mut(32) {
            let n = self.drawn.fetch_add(1, Ordering::SeqCst);
            let mut input = [0; 16];
            input[..8].copy_from_slice(&self.seed.to_be_bytes());
            input[8..].copy_from_slice(&n.to_be_bytes());
            let block = digest::digest(&digest::SHA256, &input);
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
        Ok(())
    }
}
