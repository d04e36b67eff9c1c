//! A stored hash: how it was computed, and what came out. Our own, and those that people bring along from other programs.
//!
//! | written by | begins with |
//! |---|---|
//! | Doorward, over the NFC form of the password | `$argon2id$v=19$` |
//! | others: argon2 (PHC; Django's form, which is how a foreign argon2 hash is kept here) | `$argon2i$` `$argon2d$` `$argon2id$`, `argon2$` |
//! | bcrypt (crypt; Django) | `$2a$` `$2b$` `$2x$` `$2y$`, `bcrypt$` |
//! | bcrypt of a digest (Django; passlib) | `bcrypt_sha256$`, `$bcrypt-sha256$` |
//! | scrypt (PHC and passlib; Django) | `$scrypt$`, `scrypt$` |
//! | PBKDF2 (PHC and passlib; Django) | `$pbkdf2$` `$pbkdf2-sha1$` `$pbkdf2-sha256$` `$pbkdf2-sha512$`, `pbkdf2_sha1$` `pbkdf2_sha256$` |
//!
//! Whoever can put a hash into the database could have a server compute for hours, so nothing beyond the caps below is
//! computed: it is refused where it is brought in, and is nobody's password where it is met.

use argon2::{Algorithm, Version};

use super::Cost;

mod bcrypt;
mod read;

#[cfg(test)]
mod tests;

/// bcrypt: more doublings than this take longer than a second.
pub const MOST_BCRYPT_COST: u32 = 14;
/// PBKDF2: more rounds than this take longer than a second or two.
pub const MOST_PBKDF2_ROUNDS: u32 = 5_000_000;
/// scrypt: most memory of one hash (128 · N · r bytes).
pub const MOST_SCRYPT_MEMORY: u64 = 256 * 1024 * 1024;
/// scrypt: most memory times `p`, which is how often it is gone through.
pub const MOST_SCRYPT_WORK: u64 = 1024 * 1024 * 1024;
/// A shorter output is guessed too easily; an empty one would be everybody's password.
const SHORTEST_OUTPUT: usize = 16;
/// No hash of any of these programs is longer.
const LONGEST_TEXT: usize = 512;

/// Why a text cannot be kept as the hash of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashFault {
    /// Of a kind that is not checked here.
    #[error("a hash of an unknown kind, or one that is too weak to be taken over")]
    Unknown,
    /// Its kind is known, but it is cut, damaged, or has impossible numbers.
    #[error("no well-formed {0} hash")]
    Malformed(&'static str),
    /// It would take too much time or memory.
    #[error("{what} is above {most}, the most that is computed")]
    TooCostly {
        /// Which number.
        what: &'static str,
        /// Its cap.
        most: u64,
    },
    /// So few bytes of output that other passwords have them too.
    #[error("its output has fewer than {SHORTEST_OUTPUT} bytes")]
    TooShort,
}

/// A stored hash that is well-formed and within the caps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub(super) how: Scheme,
    pub(super) salt: Vec<u8>,
    pub(super) output: Vec<u8>,
    /// Computed by another program, over whatever it was given.
    pub(super) foreign: bool,
}

/// A function from password and salt to output, with its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scheme {
    Argon2 { algorithm: Algorithm, version: Version, cost: Cost },
    Bcrypt(bcrypt::Recipe),
    Scrypt { log_n: u8, r: u32, p: u32 },
    Pbkdf2 { digest: Digest, rounds: std::num::NonZeroU32 },
}

/// Under which HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Stored {
    /// Reads it.
    ///
    /// # Errors
    /// [`HashFault`].
    pub fn read(text: &str) -> Result<Self, HashFault> {
        if text.len() > LONGEST_TEXT || !text.is_ascii() {
            return Err(HashFault::Unknown);
        }
        let stored = read::any(text)?;
        if stored.output.len() < SHORTEST_OUTPUT {
            return Err(HashFault::TooShort);
        }
        Ok(stored)
    }

    /// Whether it should be made anew at `cost` when its password is at hand: it is of another kind, or cost less. Never
    /// downwards, so that two nodes with different configurations do not replace each other's work for ever.
    pub(super) fn is_outdated(&self, cost: Cost) -> bool {
        match self.how {
            Scheme::Argon2 { algorithm: Algorithm::Argon2id, version: Version::V0x13, cost: own } => {
                own.work() < cost.work()
            }
            _ => true,
        }
    }

    /// Two with the same answer take the same time.
    pub(super) fn kind(&self) -> String {
        format!("{:?} {} {}", self.how, self.output.len(), self.foreign)
    }
}

/// The form under which a hash from another program is kept, so that it is never taken for one of ours.
///
/// # Errors
/// [`HashFault`].
pub fn brought_along(text: &str) -> Result<String, HashFault> {
    Stored::read(text)?;
    Ok(match text.strip_prefix('$') {
        Some(rest) if rest.starts_with("argon2") => format!("argon2${rest}"),
        _ => text.to_owned(),
    })
}

/// A hash that takes as long to check as this one and is nobody's: the same numbers, another output.
pub(super) fn masked(text: &str) -> String {
    let last = if text.contains("$2") { text.len().saturating_sub(31) } else { text.rfind('$').map_or(0, |at| at + 1) };
    let (head, output) = text.split_at(last);
    head.chars().chain(output.chars().map(|c| if c == '=' { c } else { 'A' })).collect()
}
