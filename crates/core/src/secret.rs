//! Secrets as types: a value that proves something exists once in the clear, and a store only ever sees its digest.

use std::fmt;
use std::marker::PhantomData;

use aws_lc_rs::digest;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A secret in the clear, as it is handed out or typed in. It cannot be printed, copied or serialised by accident, and
/// its memory is overwritten when it goes.
///
/// ```compile_fail
/// let secret = doorward_core::secret::Plain::new(String::from("s3cret"));
/// format!("{:?}", secret); // a secret has no Debug
/// ```
/// ```compile_fail
/// let secret = doorward_core::secret::Plain::new(String::from("s3cret"));
/// format!("{}", secret); // nor Display
/// ```
/// ```compile_fail
/// let secret = doorward_core::secret::Plain::new(String::from("s3cret"));
/// let twice = secret.clone(); // nor is it copied
/// ```
/// ```
/// let secret = doorward_core::secret::Plain::new(String::from("s3cret"));
/// assert_eq!(secret.expose(), "s3cret"); // the one way to read it says so
/// ```
#[expect(missing_debug_implementations, reason = "a secret must not be printable")]
pub struct Plain<T: Zeroize>(T);

impl<T: Zeroize> Plain<T> {
    /// Takes the value in.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one place that sends or checks it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Plain<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// SHA-256 of a secret of 256 random bits: all that is ever stored of it. `T` says which kind of secret.
pub struct Hashed<T>([u8; 32], PhantomData<fn() -> T>);

impl<T> Hashed<T> {
    /// The digest of `secret`.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        let digest = digest::digest(&digest::SHA256, secret);
        Self(digest.as_ref().try_into().expect("SHA-256 is 32 bytes"), PhantomData)
    }

    /// A digest as read from a record.
    #[must_use]
    pub fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest, PhantomData)
    }

    /// The digest, to be written into a record.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether this is the digest of `secret`; takes the same time wherever they differ.
    #[must_use]
    pub fn is_of(&self, secret: &[u8]) -> bool {
        self.0.ct_eq(&Self::of(secret).0).into()
    }
}

impl<T> Clone for Hashed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Hashed<T> {}

impl<T> PartialEq for Hashed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl<T> Eq for Hashed<T> {}

impl<T> fmt::Debug for Hashed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed(…)")
    }
}

/// Marks digests of session tokens.
#[derive(Debug)]
pub enum SessionToken {}

/// Marks digests of the tokens by which a browser is known again.
#[derive(Debug)]
pub enum DeviceToken {}

/// Marks digests of the tokens in links that work once.
#[derive(Debug)]
pub enum LinkToken {}
