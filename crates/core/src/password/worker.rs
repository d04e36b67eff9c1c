//! One thread's hands: they compute hashes.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;

use super::stored::{Digest, Scheme, Stored};
use super::{Cost, HashError, Presented};
use crate::secret::Plain;

/// Computes hashes in memory that it keeps between calls, until it is told to let go.
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
        self.argon2((Algorithm::Argon2id, Version::V0x13, cost), password, salt, &mut out)?;
        let Cost { memory_kib: m, passes: t, lanes: p } = cost;
        let (salt, out) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(out));
        Ok(format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${out}"))
    }

    /// Whether `text` is the password's hash, in any of the forms that [`Stored`] reads. A text that is none, or one that
    /// is beyond the caps, is nobody's, and nothing is computed.
    ///
    /// # Errors
    /// [`HashError::Failed`] if there is no memory.
    pub fn verify(&mut self, password: &Presented, text: &str) -> Result<bool, HashError> {
        let Ok(stored) = Stored::read(text) else {
            return Ok(false);
        };
        if self.is_of(password.nfc(), &stored)? {
            return Ok(true);
        }
        match password.typed() {
            Some(typed) if stored.foreign => self.is_of(typed, &stored),
            _ => Ok(false),
        }
    }

    /// Gives the memory back to the system.
    pub fn release(&mut self) {
        self.memory = Vec::new();
    }

    fn is_of(&mut self, password: &Plain<String>, stored: &Stored) -> Result<bool, HashError> {
        let mut out = vec![0; stored.output.len()];
        let bytes = password.expose().as_bytes();
        match &stored.how {
            Scheme::Argon2 { algorithm, version, cost } => {
                self.argon2((*algorithm, *version, *cost), password, &stored.salt, &mut out)?;
            }
            Scheme::Bcrypt(recipe) => {
                let salt = stored.salt.as_slice().try_into().map_err(failed)?;
                let Some(kept) = recipe.compute(password.expose(), salt) else { return Ok(false) };
                out.copy_from_slice(&kept);
            }
            Scheme::Scrypt { log_n, r, p } => {
                let params = scrypt::Params::new(*log_n, *r, *p).map_err(failed)?;
                scrypt::scrypt(bytes, &stored.salt, &params, &mut out).map_err(failed)?;
            }
            Scheme::Pbkdf2 { digest, rounds } => {
                let digest = match digest {
                    Digest::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
                    Digest::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
                    Digest::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
                };
                pbkdf2::derive(digest, *rounds, &stored.salt, bytes, &mut out);
            }
        }
        Ok(out.ct_eq(&stored.output).into())
    }

    fn argon2(
        &mut self,
        (algorithm, version, cost): (Algorithm, Version, Cost),
        password: &Plain<String>,
        salt: &[u8],
        out: &mut [u8],
    ) -> Result<(), HashError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(out.len())).map_err(failed)?;
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            let more = blocks - self.memory.len();
            self.memory.try_reserve_exact(more).map_err(failed)?;
            self.memory.resize_with(blocks, Block::default);
        }
        let argon2 = Argon2::new(algorithm, version, params);
        argon2
            .hash_password_into_with_memory(password.expose().as_bytes(), salt, out, &mut self.memory[..])
            .map_err(failed)
    }
}

fn failed(error: impl fmt::Display) -> HashError {
    HashError::Failed(error.to_string())
}
