//! Names that are safe to show: of accounts, sessions, clients, keys. None of them proves anything.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use aws_lc_rs::digest;
use doorward_verify::base64url;
use serde::{Deserialize, Serialize};

use crate::rng::{self, Rng, RngError};

/// Shards in all: the number of values of 12 bits.
pub const SHARDS: usize = 4096;

const LENGTH: usize = 22;

/// The text is not an id of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct BadId;

/// One of 4,096 parts into which sessions and accounts fall; all that belongs to one account falls into one shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shard(u16);

impl Shard {
    /// The shard as a number from 0 to 4,095.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// As in store keys: three hex digits.
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03x}", self.0)
    }
}

macro_rules! short_id {
    ($name:ident) => {
        impl $name {
            /// The 22 characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).expect("built from base64url characters only")
            }

            /// The 22 characters as bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; LENGTH] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Names an account for ever (`sub`): 128 random bits as 22 base64url characters, never reused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId([u8; LENGTH]);
short_id!(AccountId);

impl AccountId {
    /// A new id.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn draw(rng: &dyn Rng) -> Result<Self, RngError> {
        Ok(Self::from_raw(rng::bytes(rng)?))
    }

    /// The id with these 128 bits.
    #[must_use]
    pub fn from_raw(raw: [u8; 16]) -> Self {
        Self(ascii(&raw))
    }

    /// The 128 bits of the id.
    #[must_use]
    pub fn raw(&self) -> [u8; 16] {
        base64url::decode_array(&self.0).expect("checked when the id was made")
    }

    /// Where the account's sessions live: the first 12 bits of SHA-256 over the id's 22 characters.
    #[must_use]
    pub fn shard(&self) -> Shard {
        let digest = digest::digest(&digest::SHA256, &self.0);
        let bytes = digest.as_ref();
        Shard(u16::from(bytes[0]) << 4 | u16::from(bytes[1]) >> 4)
    }
}

impl FromStr for AccountId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        base64url::decode_array::<16>(text.as_bytes()).map(Self::from_raw).ok_or(BadId)
    }
}

/// Names a session (`sid`): 12 bits of its account's shard and 120 random bits as 22 base64url characters. Safe in logs
/// and lists; it proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId([u8; LENGTH]);
short_id!(SessionId);

impl SessionId {
    /// A new id in the shard of `account`.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn draw(account: &AccountId, rng: &dyn Rng) -> Result<Self, RngError> {
        let random: [u8; 15] = rng::bytes(rng)?;
        let shard = account.shard().0;
        let mut text = [0; LENGTH];
        text[0] = ALPHABET[usize::from(shard >> 6)];
        text[1] = ALPHABET[usize::from(shard & 63)];
        text[2..].copy_from_slice(base64url::encode(&random).as_bytes());
        Ok(Self(text))
    }

    /// The shard that the id carries in front.
    #[must_use]
    pub fn shard(&self) -> Shard {
        let value = |c: u8| ALPHABET.iter().position(|a| *a == c).expect("checked when the id was made");
        Shard(u16::try_from(value(self.0[0]) << 6 | value(self.0[1])).expect("two times six bits"))
    }
}

impl FromStr for SessionId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| BadId)?;
        if bytes.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_')) {
            Ok(Self(bytes))
        } else {
            Err(BadId)
        }
    }
}

/// A new `jti`: 128 random bits as 22 base64url characters.
///
/// # Errors
/// If there is no randomness.
pub fn draw_jti(rng: &dyn Rng) -> Result<String, RngError> {
    Ok(base64url::encode(&rng::bytes::<16>(rng)?))
}

/// Names a client (an application): 1 to 64 characters of `[A-Za-z0-9._-]`, never 22 characters long, so that it can
/// never be mistaken for an account id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(Arc<str>);

impl ClientId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The built-in client, meant when a request names none.
    #[must_use]
    pub fn default_client() -> Self {
        Self("default".into())
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ClientId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let fits = (1..=64).contains(&text.len()) && text.len() != LENGTH;
        let clean = text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'));
        if fits && clean { Ok(Self(text.into())) } else { Err(BadId) }
    }
}

impl TryFrom<String> for ClientId {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0.as_ref().to_owned()
    }
}

fn ascii(raw: &[u8; 16]) -> [u8; LENGTH] {
    base64url::encode(raw).as_bytes().try_into().expect("16 bytes are 22 characters")
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SeededRng;

    #[test]
    fn a_session_id_carries_the_shard_of_its_account() {
        let rng = SeededRng::new(1);
        for _ in 0..1000 {
            let account = AccountId::draw(&rng).unwrap();
            let sid = SessionId::draw(&account, &rng).unwrap();
            assert_eq!(sid.shard(), account.shard());
            assert_eq!(sid.as_str().parse::<SessionId>().unwrap(), sid);
        }
    }

    #[test]
    fn the_shard_of_an_account_is_frozen() {
        let account: AccountId = "AAAAAAAAAAAAAAAAAAAAAA".parse().unwrap();
        let digest = digest::digest(&digest::SHA256, b"AAAAAAAAAAAAAAAAAAAAAA");
        let first = u16::from_be_bytes([digest.as_ref()[0], digest.as_ref()[1]]) >> 4;
        assert_eq!(account.shard().index(), usize::from(first));
        assert_eq!(account.shard().to_string(), "8a5");
    }

    #[test]
    fn an_account_id_with_stray_bits_is_not_an_id() {
        assert!("AAAAAAAAAAAAAAAAAAAAAB".parse::<AccountId>().is_err());
        assert!("AAAAAAAAAAAAAAAAAAAAA".parse::<AccountId>().is_err());
        assert!("AAAAAAAAAAAAAAAAAAAA+A".parse::<AccountId>().is_err());
    }

    #[test]
    fn a_client_can_never_be_named_like_an_account() {
        assert!("AAAAAAAAAAAAAAAAAAAAAA".parse::<ClientId>().is_err());
        assert!("".parse::<ClientId>().is_err());
        assert!("a b".parse::<ClientId>().is_err());
        assert!("x".repeat(65).parse::<ClientId>().is_err());
        assert_eq!("shop.web-1".parse::<ClientId>().unwrap().as_str(), "shop.web-1");
    }

    #[test]
    fn no_randomness_no_id() {
        let rng = SeededRng::new(1);
        rng.fail(true);
        assert!(AccountId::draw(&rng).is_err());
    }
}
