//! bcrypt, in the shapes in which other programs wrote it.

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// bcrypt sees no more bytes than these: two passwords that differ behind them have one hash.
const LONGEST: usize = 72;

/// How the key is made of the password, and how often the schedule doubles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::password) struct Recipe {
    pub(super) before: Before,
    /// `$2x$`: the hash of a program that took bytes above 127 for negative numbers.
    pub(super) negative: bool,
    pub(super) cost: u32,
}

/// What was done to the password first, to get around the limit of 72 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Before {
    Nothing,
    /// Django's `bcrypt_sha256`.
    HexSha256,
    /// passlib's `bcrypt-sha256`, first version.
    Base64Sha256,
    /// The second: keyed with the salt as it is written.
    Base64HmacSha256(String),
}

impl Recipe {
    /// The 23 bytes that are kept. `None` if bcrypt cannot tell this password from others, being too long; the time is the
    /// same.
    pub(in crate::password) fn compute(&self, password: &str, salt: [u8; 16]) -> Option<[u8; 23]> {
        let key = self.key(password);
        let cut = &key[..key.len().min(LONGEST)];
        let key_bytes = if self.negative { as_negative(cut) } else { ended(cut) };
        let output = bcrypt::bcrypt(self.cost, salt, &key_bytes);
        let kept = output[..23].try_into().expect("24 bytes hold 23");
        (key.len() <= LONGEST).then_some(kept)
    }

    fn key(&self, password: &str) -> Zeroizing<Vec<u8>> {
        let sha256 = || digest::digest(&digest::SHA256, password.as_bytes());
        Zeroizing::new(match &self.before {
            Before::Nothing => password.as_bytes().to_vec(),
            Before::HexSha256 => sha256().as_ref().iter().flat_map(|b| format!("{b:02x}").into_bytes()).collect(),
            Before::Base64Sha256 => STANDARD.encode(sha256()).into_bytes(),
            Before::Base64HmacSha256(salt) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, salt.as_bytes());
                STANDARD.encode(hmac::sign(&key, password.as_bytes())).into_bytes()
            }
        })
    }
}

/// With its end, as C knows it; 72 bytes have none.
fn ended(key: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    bytes.extend_from_slice(key);
    if bytes.len() < LONGEST {
        bytes.push(0);
    }
    bytes
}

/// The eighteen words that the faulty program made of a key, written so that a correct one reads the same words.
fn as_negative(key: &[u8]) -> Zeroizing<Vec<u8>> {
    let bytes = ended(key);
    let mut around = bytes.iter().cycle();
    let word = |_| (0..4).fold(0, |word: u32, _| (word << 8) | around.next().map_or(0, |b| i32::from(*b as i8) as u32));
    Zeroizing::new((0..LONGEST / 4).map(word).flat_map(u32::to_be_bytes).collect())
}
