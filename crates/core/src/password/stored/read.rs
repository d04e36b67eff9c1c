//! From the text of a hash to its numbers.

use std::num::NonZeroU32;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Params, Version};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::bcrypt::{Before, Recipe};
use super::{
    Cost, Digest, HashFault, MOST_BCRYPT_COST, MOST_PBKDF2_ROUNDS, MOST_SCRYPT_MEMORY, MOST_SCRYPT_WORK, Scheme, Stored,
};

/// Padded or not, and whatever stands in the bits that belong to no byte: programs differ.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BCRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, LENIENT);

type Read = Result<Stored, HashFault>;
/// How a part of the text becomes bytes.
type Bytes = fn(&str, HashFault) -> Result<Vec<u8>, HashFault>;

pub(super) fn any(text: &str) -> Read {
    let (kind, rest) = text.strip_prefix('$').unwrap_or(text).split_once('$').ok_or(HashFault::Unknown)?;
    match (text.starts_with('$'), kind) {
        (true, "argon2i" | "argon2d" | "argon2id") => argon2(text, false),
        (false, "argon2") => argon2(&format!("${rest}"), true),
        (true, "2a" | "2b" | "2x" | "2y") => bcrypt(text, Before::Nothing),
        (false, "bcrypt") => bcrypt(rest, Before::Nothing),
        (false, "bcrypt_sha256") => bcrypt(rest, Before::HexSha256),
        (true, "bcrypt-sha256") => passlib_bcrypt(rest),
        (true, "scrypt") => scrypt(rest),
        (false, "scrypt") => django_scrypt(rest),
        (true, "pbkdf2" | "pbkdf2-sha1") => pbkdf2(rest, bytes, Digest::Sha1),
        (true, "pbkdf2-sha256") => pbkdf2(rest, bytes, Digest::Sha256),
        (true, "pbkdf2-sha512") => pbkdf2(rest, bytes, Digest::Sha512),
        (false, "pbkdf2_sha1") => pbkdf2(rest, as_written, Digest::Sha1),
        (false, "pbkdf2_sha256") => pbkdf2(rest, as_written, Digest::Sha256),
        _ => Err(HashFault::Unknown),
    }
}

fn argon2(phc: &str, foreign: bool) -> Read {
    let malformed = || HashFault::Malformed("argon2");
    let hash = PasswordHash::new(phc).map_err(|_| malformed())?;
    let params = Params::try_from(&hash).map_err(|_| malformed())?;
    let cost = Cost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
    if !cost.is_bearable() {
        return Err(HashFault::TooCostly { what: "argon2: m times t", most: 16 * Cost::DEFAULT.work() });
    }
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|_| malformed())?;
    let version = hash.version.map_or(Ok(Version::V0x10), Version::try_from).map_err(|_| malformed())?;
    let salt = hash.salt.ok_or_else(malformed)?.as_ref().to_vec();
    let output = hash.hash.ok_or_else(malformed)?.as_bytes().to_vec();
    Ok(Stored { how: Scheme::Argon2 { algorithm, version, cost }, salt, output, foreign })
}

/// `$2b$12$`, 22 characters of salt and 31 of output.
fn bcrypt(text: &str, before: Before) -> Read {
    let parts: Vec<&str> = text.split('$').collect();
    match parts.as_slice() {
        ["", version @ ("2a" | "2b" | "2x" | "2y"), cost, both] if cost.len() == 2 && both.len() == 53 => {
            let (salt, output) = both.split_at(22);
            bcrypt_of(Recipe { before, negative: *version == "2x", cost: bcrypt_cost(cost)? }, salt, output)
        }
        _ => Err(HashFault::Malformed("bcrypt")),
    }
}

/// `v=2,t=2b,r=12$salt$output`, or `2b,12$salt$output`.
fn passlib_bcrypt(rest: &str) -> Read {
    let malformed = HashFault::Malformed("bcrypt-sha256");
    let parts: Vec<&str> = rest.split('$').collect();
    let [settings, salt, output] = parts.as_slice() else { return Err(malformed) };
    let settings: Vec<&str> = settings.split(',').collect();
    let (before, cost) = match settings.as_slice() {
        ["v=2", "t=2b", cost] => {
            (Before::Base64HmacSha256((*salt).to_owned()), cost.strip_prefix("r=").ok_or(malformed)?)
        }
        ["2a" | "2b", cost] => (Before::Base64Sha256, *cost),
        _ => return Err(malformed),
    };
    bcrypt_of(Recipe { before, negative: false, cost: bcrypt_cost(cost)? }, salt, output)
}

fn bcrypt_cost(text: &str) -> Result<u32, HashFault> {
    match number(text) {
        Some(cost) if cost > MOST_BCRYPT_COST => {
            Err(HashFault::TooCostly { what: "bcrypt: the cost", most: MOST_BCRYPT_COST.into() })
        }
        Some(cost) if cost >= 4 => Ok(cost),
        _ => Err(HashFault::Malformed("bcrypt")),
    }
}

fn bcrypt_of(recipe: Recipe, salt: &str, output: &str) -> Read {
    let decode = |text: &str| BCRYPT.decode(text).map_err(|_| HashFault::Malformed("bcrypt"));
    let (salt, output) = (decode(salt)?, decode(output)?);
    if (salt.len(), output.len()) != (16, 23) {
        return Err(HashFault::Malformed("bcrypt"));
    }
    Ok(Stored { how: Scheme::Bcrypt(recipe), salt, output, foreign: true })
}

/// `ln=16,r=8,p=1$salt$output`.
fn scrypt(rest: &str) -> Read {
    let malformed = HashFault::Malformed("scrypt");
    let parts: Vec<&str> = rest.split('$').collect();
    let [settings, salt, output] = parts.as_slice() else { return Err(malformed) };
    let named = |text: &str, name: &str| text.strip_prefix(name).and_then(number);
    let settings: Vec<&str> = settings.split(',').collect();
    let numbers = match settings.as_slice() {
        [log_n, r, p] => (named(log_n, "ln="), named(r, "r="), named(p, "p=")),
        _ => return Err(malformed),
    };
    let (Some(log_n), Some(r), Some(p)) = numbers else { return Err(malformed) };
    scrypt_of(log_n, r, p, bytes(salt, malformed)?, decoded(output, &[32, 64], malformed)?)
}

/// `16384$salt$8$5$output`, the salt as it is.
fn django_scrypt(rest: &str) -> Read {
    let malformed = HashFault::Malformed("scrypt");
    let parts: Vec<&str> = rest.split('$').collect();
    let [n, salt, r, p, output] = parts.as_slice() else { return Err(malformed) };
    let (Some(n), Some(r), Some(p)) = (number(n), number(r), number(p)) else { return Err(malformed) };
    if !n.is_power_of_two() {
        return Err(malformed);
    }
    scrypt_of(n.trailing_zeros(), r, p, salt.as_bytes().to_vec(), decoded(output, &[64], malformed)?)
}

fn scrypt_of(log_n: u32, r: u32, p: u32, salt: Vec<u8>, output: Vec<u8>) -> Read {
    let malformed = HashFault::Malformed("scrypt");
    if log_n == 0 || r == 0 || p == 0 {
        return Err(malformed);
    }
    let memory = 1u64.checked_shl(log_n).and_then(|n| n.checked_mul(128)).and_then(|b| b.checked_mul(r.into()));
    let memory = memory.filter(|m| log_n < 32 && *m <= MOST_SCRYPT_MEMORY);
    let memory = memory.ok_or(HashFault::TooCostly { what: "scrypt: 128 · N · r", most: MOST_SCRYPT_MEMORY })?;
    if memory.checked_mul(p.into()).is_none_or(|work| work > MOST_SCRYPT_WORK) {
        return Err(HashFault::TooCostly { what: "scrypt: 128 · N · r · p", most: MOST_SCRYPT_WORK });
    }
    Ok(Stored { how: Scheme::Scrypt { log_n: log_n as u8, r, p }, salt, output, foreign: true })
}

/// `29000$salt$output` (passlib, Django) or `i=29000,l=32$salt$output` (PHC).
fn pbkdf2(rest: &str, salt_of: Bytes, digest: Digest) -> Read {
    let malformed = HashFault::Malformed("PBKDF2");
    let parts: Vec<&str> = rest.split('$').collect();
    let [settings, salt, output] = parts.as_slice() else { return Err(malformed) };
    let rounds = settings.strip_prefix("i=").map_or(*settings, |s| s.split(',').next().unwrap_or_default());
    let rounds = number(rounds).and_then(NonZeroU32::new).ok_or(malformed)?;
    if rounds.get() > MOST_PBKDF2_ROUNDS {
        return Err(HashFault::TooCostly { what: "PBKDF2: the rounds", most: MOST_PBKDF2_ROUNDS.into() });
    }
    let whole: &[usize] = match digest {
        Digest::Sha1 => &[20],
        Digest::Sha256 => &[32],
        Digest::Sha512 if settings.starts_with("i=") => &[32, 64],
        Digest::Sha512 => &[64],
    };
    let output = decoded(output, whole, malformed)?;
    Ok(Stored { how: Scheme::Pbkdf2 { digest, rounds }, salt: salt_of(salt, malformed)?, output, foreign: true })
}

/// Django's salts are texts, not bytes written as text.
fn as_written(text: &str, _: HashFault) -> Result<Vec<u8>, HashFault> {
    Ok(text.as_bytes().to_vec())
}

/// passlib writes `.` for `+`.
fn bytes(text: &str, fault: HashFault) -> Result<Vec<u8>, HashFault> {
    STANDARD.decode(text.replace('.', "+")).map_err(|_| fault)
}

/// An output of one of these lengths. A shorter one begins like the whole one: a hash that was cut would be taken for one
/// that is right for more passwords. A longer one would be computed block by block, each at the price of one.
fn decoded(text: &str, lengths: &[usize], fault: HashFault) -> Result<Vec<u8>, HashFault> {
    bytes(text, fault).and_then(|output| if lengths.contains(&output.len()) { Ok(output) } else { Err(fault) })
}

/// Digits and nothing else.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
