//! Compact JWS (RFC 7515 section 7.1), verified strictly and written.
//!
//! Nothing in a token chooses how it is verified: the key set, the algorithms and the type are given beforehand, the header
//! only has to agree. Until the signature holds nothing is allocated but the header's few strings.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::algorithm::Algorithm;
use crate::error::VerifyError;
use crate::json::{StrictValue, Text};
use crate::jwk::{KeySet, PublicKey};
use crate::{base64url, typ};

/// Longest token in bytes; longer ones are not looked at.
pub const LONGEST_TOKEN: usize = 8 * 1024;
/// Longest header in bytes, decoded.
const LONGEST_HEADER: usize = 1024;
/// Longest signature in bytes: RSA with 8192 bits.
const LONGEST_SIGNATURE: usize = 1024;
/// Longest `kid` in bytes.
pub(crate) const LONGEST_KID: usize = 128;

/// What is written into a header, in this order.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Header<'a> {
    /// Name of the algorithm.
    pub alg: &'a str,
    /// What the token is for.
    pub typ: &'a str,
    /// Name of the key.
    pub kid: &'a str,
}

/// A token whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What was signed; not yet read.
    pub payload: Vec<u8>,
    /// The key that signed it.
    pub kid: String,
    /// With which algorithm.
    pub algorithm: Algorithm,
}

/// Writes a token. `sign` gets the signing input (header and payload with the dot between).
///
/// # Errors
/// Whatever `sign` says.
pub fn encode<E>(
    header: &Header<'_>,
    payload: &[u8],
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<String, E> {
    let header = serde_json::to_string(header).expect("three texts are always JSON");
    let mut token = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 360);
    URL_SAFE_NO_PAD.encode_string(header, &mut token);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// Verifies a token: form, header, key, signature. What the payload says is not read.
///
/// # Errors
/// `Malformed`, `TooLarge`, `Critical`, `Algorithm`, `Type`, `UnknownKey` or `Signature`.
pub fn verify(token: &[u8], keys: &KeySet, algorithms: &[Algorithm], wanted: &str) -> Result<Opened, VerifyError> {
    open(token, keys, algorithms, |found| found.is_some_and(|found| typ::is(found, wanted)))
}

fn open(
    token: &[u8],
    keys: &KeySet,
    algorithms: &[Algorithm],
    is_wanted: impl FnOnce(Option<&str>) -> bool,
) -> Result<Opened, VerifyError> {
    let Parts { header, payload, signature, signed } = split(token)?;
    let mut buffer = [0; LONGEST_HEADER];
    let header = read_header(header, &mut buffer)?;
    let algorithm =
        Algorithm::from_name(&header.alg).filter(|a| algorithms.contains(a)).ok_or(VerifyError::Algorithm)?;
    if !is_wanted(header.typ.as_deref()) {
        return Err(VerifyError::Type);
    }
    let key = key_for(header.kid.as_deref(), keys)?;
    if key.algorithm() != algorithm {
        return Err(VerifyError::Algorithm);
    }
    let mut buffer = [0; LONGEST_SIGNATURE];
    let length = decode_into(signature, &mut buffer)?;
    if !key.verify_signature(signed, &buffer[..length]) {
        return Err(VerifyError::Signature);
    }
    let payload = base64url::decode(payload).ok_or(VerifyError::Malformed)?;
    Ok(Opened { payload, kid: key.kid().to_owned(), algorithm })
}

struct Parts<'a> {
    header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
    signed: &'a [u8],
}

fn split(token: &[u8]) -> Result<Parts<'_>, VerifyError> {
    if token.len() > LONGEST_TOKEN {
        return Err(VerifyError::TooLarge);
    }
    let mut dots = token.iter().enumerate().filter(|(_, c)| **c == b'.').map(|(at, _)| at);
    let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
        return Err(VerifyError::Malformed);
    };
    let (header, payload, signature) = (&token[..first], &token[first + 1..second], &token[second + 1..]);
    if header.is_empty() || payload.is_empty() || signature.is_empty() {
        return Err(VerifyError::Malformed);
    }
    Ok(Parts { header, payload, signature, signed: &token[..second] })
}

fn decode_into(text: &[u8], buffer: &mut [u8]) -> Result<usize, VerifyError> {
    if text.len() > buffer.len() / 3 * 4 {
        return Err(VerifyError::Malformed);
    }
    URL_SAFE_NO_PAD.decode_slice(text, buffer).map_err(|_| VerifyError::Malformed)
}

/// Without a `kid` a token can only mean the one key there is.
fn key_for<'k>(kid: Option<&str>, keys: &'k KeySet) -> Result<&'k PublicKey, VerifyError> {
    match kid {
        Some(kid) if is_kid(kid) => keys.by_kid(kid),
        Some(_) => None,
        None => keys.only(),
    }
    .ok_or(VerifyError::UnknownKey)
}

/// 1 to 128 characters that mean nothing in a path, a query or a log format.
pub(crate) fn is_kid(text: &str) -> bool {
    (1..=LONGEST_KID).contains(&text.len())
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'))
}

struct Read<'a> {
    alg: Cow<'a, str>,
    typ: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
}

fn read_header<'b>(text: &[u8], buffer: &'b mut [u8; LONGEST_HEADER]) -> Result<Read<'b>, VerifyError> {
    let length = decode_into(text, buffer)?;
    let mut reader = serde_json::Deserializer::from_slice(&buffer[..length]);
    let header = RawHeader::deserialize(&mut reader).and_then(|h| reader.end().map(|()| h));
    let header = header.map_err(|_| VerifyError::Malformed)?;
    if header.critical {
        return Err(VerifyError::Critical);
    }
    let alg = header.alg.ok_or(VerifyError::Algorithm)?;
    Ok(Read { alg, typ: header.typ, kid: header.kid })
}

#[derive(Default)]
struct RawHeader<'a> {
    alg: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
    critical: bool,
}

impl<'de> Deserialize<'de> for RawHeader<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HeaderVisitor;
        impl<'de> Visitor<'de> for HeaderVisitor {
            type Value = RawHeader<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JOSE header")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawHeader<'de>, A::Error> {
                let mut header = RawHeader::default();
                let mut others: Vec<String> = Vec::new();
                while let Some(Text(name)) = map.next_key()? {
                    let slot = match &*name {
                        "alg" => &mut header.alg,
                        "typ" => &mut header.typ,
                        "kid" => &mut header.kid,
                        other => {
                            // Whatever must be understood, changes what is signed, or brings a key along.
                            header.critical |=
                                matches!(other, "crit" | "b64" | "zip" | "enc" | "jwk" | "jku" | "x5u" | "x5c");
                            if others.iter().any(|o| o == other) {
                                return Err(A::Error::custom("a member stands twice"));
                            }
                            map.next_value_seed(StrictValue::member())?;
                            others.push(name.into_owned());
                            continue;
                        }
                    };
                    if slot.is_some() {
                        return Err(A::Error::custom("a member stands twice"));
                    }
                    *slot = Some(map.next_value::<Text<'de>>()?.0);
                }
                Ok(header)
            }
        }
        deserializer.deserialize_map(HeaderVisitor)
    }
}

#[cfg(test)]
mod tests;
