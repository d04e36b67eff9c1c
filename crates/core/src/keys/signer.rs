//! A key that signs.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use doorward_verify::{Algorithm, Claims, PublicKey, jws, typ};

use super::{KeyringError, SignError};

enum Private {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// A key that signs.
pub struct Signer {
    kid: String,
    algorithm: Algorithm,
    private: Private,
    random: SystemRandom,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {})", self.kid, self.algorithm.name())
    }
}

impl Signer {
    pub(super) fn read(kid: &str, algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyringError> {
        let unreadable = |_| KeyringError::Open(kid.to_owned());
        let private = match algorithm {
            Algorithm::Es256 => {
                Private::P256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(unreadable)?)
            }
            Algorithm::Ed25519 | Algorithm::EdDsa => {
                Private::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(unreadable)?)
            }
            Algorithm::Rs256 => Private::Rsa(RsaKeyPair::from_pkcs8(pkcs8).map_err(unreadable)?),
        };
        Ok(Self { kid: kid.to_owned(), algorithm, private, random: SystemRandom::new() })
    }

    /// The name of the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// An access token (RFC 9068) with these claims.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign_claims(&self, claims: &Claims) -> Result<crate::secret::Plain<String>, SignError> {
        let payload = serde_json::to_vec(claims).map_err(|_| SignError)?;
        self.sign_jws(typ::ACCESS_TOKEN, &payload).map(crate::secret::Plain::new)
    }

    /// A compact JWS of this type over these bytes.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign_jws(&self, typ: &str, payload: &[u8]) -> Result<String, SignError> {
        let header = jws::Header { alg: self.algorithm.name(), typ, kid: &self.kid };
        jws::encode(&header, payload, |input| self.sign(input))
    }

    fn sign(&self, input: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.private {
            Private::P256(key) => key.sign(&self.random, input).map(|s| s.as_ref().to_vec()).map_err(|_| SignError),
            Private::Ed25519(key) => Ok(key.sign(input).as_ref().to_vec()),
            Private::Rsa(key) => {
                let mut out = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &self.random, input, &mut out).map_err(|_| SignError)?;
                Ok(out)
            }
        }
    }

    pub(super) fn public(&self) -> Result<PublicKey, KeyringError> {
        let unreadable = |_| KeyringError::Public(self.kid.clone());
        match (&self.private, self.algorithm) {
            (Private::P256(key), _) => PublicKey::es256(&self.kid, key.public_key().as_ref()).map_err(unreadable),
            (Private::Ed25519(key), algorithm) => {
                let point = key.public_key().as_ref().try_into().map_err(|_| KeyringError::Public(self.kid.clone()))?;
                match algorithm {
                    Algorithm::EdDsa => PublicKey::eddsa(&self.kid, point).map_err(unreadable),
                    _ => PublicKey::ed25519(&self.kid, point).map_err(unreadable),
                }
            }
            (Private::Rsa(key), _) => {
                let public = key.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                PublicKey::rs256(&self.kid, n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero())
                    .map_err(unreadable)
            }
        }
    }
}
