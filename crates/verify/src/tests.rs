//! Keys that sign, for tests: one for each algorithm, and tokens bent in any way.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};

use crate::{Algorithm, KeySet, PublicKey, Timestamp, base64url};

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
pub(crate) const ISSUER: &str = "https://door.example";
pub(crate) const AUDIENCE: &str = "https://api.example";

/// Signs with one algorithm under one name.
pub(crate) struct Signing {
    pub(crate) algorithm: Algorithm,
    pub(crate) public: PublicKey,
    pub(crate) pkcs8: Vec<u8>,
    pair: Pair,
}

enum Pair {
    P256(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Signing {
    pub(crate) fn new(algorithm: Algorithm, kid: &str) -> Self {
        let random = SystemRandom::new();
        let (pair, public, pkcs8) = match algorithm {
            Algorithm::Es256 => {
                let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
                let public = PublicKey::es256(kid, pair.public_key().as_ref()).unwrap();
                (Pair::P256(pair), public, pkcs8.as_ref().to_vec())
            }
            Algorithm::Ed25519 | Algorithm::EdDsa => {
                let pkcs8 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
                let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
                let point = pair.public_key().as_ref().try_into().unwrap();
                let public = match algorithm {
                    Algorithm::EdDsa => PublicKey::eddsa(kid, point),
                    _ => PublicKey::ed25519(kid, point),
                };
                (Pair::Ed(pair), public.unwrap(), pkcs8.as_ref().to_vec())
            }
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
                let parts = pair.public_key();
                let (n, e) = (parts.modulus(), parts.exponent());
                let (n, e) = (n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero());
                let public = PublicKey::rs256(kid, n, e).unwrap();
                (Pair::Rsa(pair), public, Vec::new())
            }
        };
        Self { algorithm, public, pkcs8, pair }
    }

    pub(crate) fn keys(&self) -> KeySet {
        KeySet::new(vec![self.public.clone()]).unwrap()
    }

    pub(crate) fn sign(&self, input: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::P256(pair) => pair.sign(&random, input).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(input).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, input, &mut out).unwrap();
                out
            }
        }
    }

    /// Whatever stands in header and payload, correctly signed.
    pub(crate) fn raw(&self, header: &[u8], payload: &[u8]) -> String {
        let input = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
        let signature = base64url::encode(&self.sign(input.as_bytes()));
        format!("{input}.{signature}")
    }

    pub(crate) fn header(&self) -> Value {
        json!({ "alg": self.algorithm.name(), "typ": "at+jwt", "kid": self.public.kid() })
    }

    /// A token with these claims.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.raw(self.header().to_string().as_bytes(), claims.to_string().as_bytes())
    }
}

/// Claims without a fault at [`NOW`].
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "AAAAAAAAAAAAAAAAAAAAAA", "aud": [AUDIENCE], "client_id": "default",
        "exp": NOW.as_secs() + 300, "iat": NOW.as_secs(), "jti": "BBBBBBBBBBBBBBBBBBBBBB",
        "sid": "CCCCCCCCCCCCCCCCCCCCCC", "ver": 3, "roles": ["editor"], "permissions": [],
    })
}

/// The same with one member changed, or taken out for `Null`.
pub(crate) fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}
