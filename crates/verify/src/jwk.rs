//! Public keys, one by one (JWK, RFC 7517 section 4) and as the set that an issuer publishes (section 5).

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::jws::is_kid;

/// Largest key set that is read, in bytes.
pub const LARGEST_SET: usize = 1024 * 1024;
/// Shortest RSA modulus in bytes (2048 bits; RFC 7518 section 3.3).
const SHORTEST_MODULUS: usize = 256;

/// Why a key or a set of keys is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The point, modulus or exponent is none.
    #[error("the key material is not valid")]
    Material,
    /// RSA with fewer than 2048 bits.
    #[error("an RSA key has fewer than 2048 bits")]
    TooShort,
    /// The name is missing, too long, or has characters that names of keys do not have.
    #[error("a key has no usable name (kid)")]
    Kid,
    /// Two keys have one name.
    #[error("two keys have the same name (kid)")]
    DuplicateKid,
    /// A private or symmetric key in a set that everybody may read.
    #[error("a private or symmetric key in a public key set")]
    Private,
    /// A kind of key, a use or an algorithm that is not for our signatures.
    #[error("not a key for signatures that we verify")]
    Unsupported,
    /// Not a JWK Set.
    #[error("not a key set")]
    Malformed,
    /// More than [`LARGEST_SET`].
    #[error("the key set is too large")]
    TooLarge,
}

/// A JWK with public members only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// `EC`, `OKP` or `RSA`.
    pub kty: String,
    /// Name of the key.
    pub kid: String,
    /// The one algorithm it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// `sig`.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// What it may be used for (RFC 7517 section 4.3); where it is said, `verify` must be among it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_ops: Option<Vec<String>>,
    /// Curve, for `EC` and `OKP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// First coordinate, or the whole `OKP` key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// Second coordinate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// RSA modulus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// RSA exponent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
}

/// A key that verifies, for exactly one algorithm. Cheap to clone.
#[derive(Clone)]
pub struct PublicKey {
    inner: Arc<Inner>,
}

struct Inner {
    kid: String,
    algorithm: Algorithm,
    parsed: ParsedPublicKey,
    jwk: Jwk,
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {})", self.inner.kid, self.inner.algorithm)
    }
}

impl PublicKey {
    /// From an uncompressed point of 65 bytes (SEC 1 section 2.3.3).
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn es256(kid: &str, point: &[u8]) -> Result<Self, KeyError> {
        let [4, xy @ ..] = point else {
            return Err(KeyError::Material);
        };
        let (x, y) = xy.split_at_checked(32).filter(|(_, y)| y.len() == 32).ok_or(KeyError::Material)?;
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| KeyError::Material)?;
        let jwk = Jwk {
            crv: Some("P-256".into()),
            x: Some(base64url::encode(x)),
            y: Some(base64url::encode(y)),
            ..bare("EC")
        };
        Self::new(kid, Algorithm::Es256, parsed, jwk)
    }

    /// From the 32 bytes of RFC 8032 section 5.1.5, for tokens that say `Ed25519`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn ed25519(kid: &str, key: &[u8; 32]) -> Result<Self, KeyError> {
        Self::edwards(kid, key, Algorithm::Ed25519)
    }

    /// The same, for tokens that say `EdDSA`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn eddsa(kid: &str, key: &[u8; 32]) -> Result<Self, KeyError> {
        Self::edwards(kid, key, Algorithm::EdDsa)
    }

    fn edwards(kid: &str, key: &[u8; 32], algorithm: Algorithm) -> Result<Self, KeyError> {
        if SMALL_ORDER.contains(&without_sign(key)) {
            return Err(KeyError::Material);
        }
        let parsed = ParsedPublicKey::new(&ED25519, key).map_err(|_| KeyError::Material)?;
        let jwk = Jwk { crv: Some("Ed25519".into()), x: Some(base64url::encode(key)), ..bare("OKP") };
        Self::new(kid, algorithm, parsed, jwk)
    }

    /// From modulus and exponent, big-endian without leading zeros.
    ///
    /// # Errors
    /// [`KeyError`]; below 2048 bits `TooShort`.
    pub fn rs256(kid: &str, modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        if modulus.len() < SHORTEST_MODULUS || modulus.len() == SHORTEST_MODULUS && modulus[0] < 0x80 {
            return Err(KeyError::TooShort);
        }
        let odd_and_small = exponent.len() <= 8 && exponent.last().is_some_and(|b| b % 2 == 1) && exponent != [1];
        if modulus.len() > 1024 || !odd_and_small {
            return Err(KeyError::Material);
        }
        let components = RsaPublicKeyComponents { n: modulus, e: exponent };
        let parsed = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).map_err(|_| KeyError::Material)?;
        let jwk = Jwk { n: Some(base64url::encode(modulus)), e: Some(base64url::encode(exponent)), ..bare("RSA") };
        Self::new(kid, Algorithm::Rs256, parsed, jwk)
    }

    fn new(kid: &str, algorithm: Algorithm, parsed: ParsedPublicKey, jwk: Jwk) -> Result<Self, KeyError> {
        if !is_kid(kid) {
            return Err(KeyError::Kid);
        }
        let kid = kid.to_owned();
        let jwk = Jwk { kid: kid.clone(), alg: Some(algorithm.name().into()), usage: Some("sig".into()), ..jwk };
        Ok(Self { inner: Arc::new(Inner { kid, algorithm, parsed, jwk }) })
    }

    /// From a JWK. Its `alg` may be missing where the kind of key leaves no choice; `OKP` then means `EdDSA`, the older
    /// name.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        let may_verify = jwk.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if jwk.usage.as_deref().is_some_and(|u| u != "sig") || !may_verify {
            return Err(KeyError::Unsupported);
        }
        let algorithm = match (jwk.kty.as_str(), jwk.crv.as_deref(), jwk.alg.as_deref()) {
            ("EC", Some("P-256"), None | Some("ES256")) => Algorithm::Es256,
            ("OKP", Some("Ed25519"), None | Some("EdDSA")) => Algorithm::EdDsa,
            ("OKP", Some("Ed25519"), Some("Ed25519")) => Algorithm::Ed25519,
            ("RSA", None, None | Some("RS256")) => Algorithm::Rs256,
            _ => return Err(KeyError::Unsupported),
        };
        let bytes = |part: &Option<String>| {
            part.as_deref().and_then(|p| base64url::decode(p.as_bytes())).ok_or(KeyError::Material)
        };
        match algorithm {
            Algorithm::Es256 => Self::es256(&jwk.kid, &[&[4], &*bytes(&jwk.x)?, &*bytes(&jwk.y)?].concat()),
            Algorithm::Rs256 => Self::rs256(&jwk.kid, &bytes(&jwk.n)?, &bytes(&jwk.e)?),
            Algorithm::Ed25519 | Algorithm::EdDsa => {
                let key = bytes(&jwk.x)?.as_slice().try_into().map_err(|_| KeyError::Material)?;
                Self::edwards(&jwk.kid, &key, algorithm)
            }
        }
    }

    /// As it is published.
    #[must_use]
    pub fn to_jwk(&self) -> Jwk {
        self.inner.jwk.clone()
    }

    /// Its name.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.inner.kid
    }

    /// The one algorithm it is for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.inner.algorithm
    }

    /// Whether this is a signature of its private half over these bytes.
    #[must_use]
    pub fn verify_signature(&self, signed: &[u8], signature: &[u8]) -> bool {
        self.inner.parsed.verify_sig(signed, signature).is_ok()
    }
}

fn bare(kty: &str) -> Jwk {
    Jwk {
        kty: kty.into(),
        kid: String::new(),
        alg: None,
        usage: None,
        key_ops: None,
        crv: None,
        x: None,
        y: None,
        n: None,
        e: None,
    }
}

fn without_sign(key: &[u8; 32]) -> [u8; 32] {
    let mut key = *key;
    key[31] &= 0x7f;
    key
}

/// Points of order 1, 2, 4 and 8, also in their non-canonical forms, without the sign bit: under such a key a signature can
/// be made without knowing anything.
const SMALL_ORDER: [[u8; 32]; 7] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
    *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
    edge(0xec),
    edge(0xed),
    edge(0xee),
];

const fn edge(first: u8) -> [u8; 32] {
    let mut point = [0xff; 32];
    point[0] = first;
    point[31] = 0x7f;
    point
}

/// The keys of one issuer; immutable, cheap to clone.
#[derive(Clone, Default)]
pub struct KeySet {
    keys: Arc<HashMap<String, PublicKey>>,
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl KeySet {
    /// A set of these.
    ///
    /// # Errors
    /// `DuplicateKid`.
    pub fn new(keys: Vec<PublicKey>) -> Result<Self, KeyError> {
        let count = keys.len();
        let keys: HashMap<_, _> = keys.into_iter().map(|k| (k.kid().to_owned(), k)).collect();
        if keys.len() == count { Ok(Self { keys: Arc::new(keys) }) } else { Err(KeyError::DuplicateKid) }
    }

    /// Reads a JWK Set. Keys of kinds, uses and algorithms that are not ours are passed over; a private or symmetric key,
    /// or one name twice, condemns the whole set.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_json(json: &[u8]) -> Result<Self, KeyError> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<serde_json::Map<String, Value>>,
        }
        if json.len() > LARGEST_SET {
            return Err(KeyError::TooLarge);
        }
        let set: Set = serde_json::from_slice(json).map_err(|_| KeyError::Malformed)?;
        let private = |key: &serde_json::Map<String, Value>| {
            key.get("kty").and_then(Value::as_str) == Some("oct")
                || ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|m| key.contains_key(*m))
        };
        if set.keys.iter().any(private) {
            return Err(KeyError::Private);
        }
        let mut keys: Vec<PublicKey> = Vec::new();
        let mut names = std::collections::HashSet::new();
        for members in set.keys {
            if let Some(kid) = members.get("kid").and_then(Value::as_str)
                && !names.insert(kid.to_owned())
            {
                return Err(KeyError::DuplicateKid);
            }
            let Ok(jwk) = serde_json::from_value::<Jwk>(Value::Object(members)) else {
                continue;
            };
            match PublicKey::from_jwk(&jwk) {
                Ok(key) => keys.push(key),
                Err(KeyError::Unsupported) => {}
                Err(error) => return Err(error),
            }
        }
        Self::new(keys)
    }

    /// As it is published, in the order of names.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut keys: Vec<_> = self.iter().map(PublicKey::to_jwk).collect();
        keys.sort_by(|a, b| a.kid.cmp(&b.kid));
        serde_json::json!({ "keys": keys }).to_string()
    }

    /// The key of that name, letter for letter.
    #[must_use]
    pub fn by_kid(&self, kid: &str) -> Option<&PublicKey> {
        self.keys.get(kid)
    }

    /// The key, if there is exactly one.
    #[must_use]
    pub fn only(&self) -> Option<&PublicKey> {
        let mut keys = self.keys.values();
        keys.next().filter(|_| keys.next().is_none())
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.keys.values()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

#[cfg(test)]
mod tests;
