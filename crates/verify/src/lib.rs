//! # Verify Doorward's access tokens offline, and still refuse what was revoked
//!
//! The rooms, from the request inwards:
//!
//! - [`present`](mod@present) reads a request: which credential came, and by which way
//! - [`verifier`] checks an access token: signature, claims, time, revocation; never the network
//! - [`revoked`] knows what ended before its time
//! - [`feed`] fills it: how a server tells its followers, and how old their knowledge is
//! - [`claims`] what a token says · [`jws`] how it is signed · [`jwk`] with which keys · [`typ`] what it is for
//! - [`algorithm`], [`base64url`], [`time`], [`error`]: the ground floor
//!
//! No private key, no store, no server, no state outside the values you hold.
#![deny(missing_docs)]

pub mod present;

pub mod verifier;

mod cache;

pub mod revoked;

pub mod feed;

pub mod claims;

pub mod jws;

pub mod jwk;

pub mod typ;

mod json;

pub mod algorithm;

pub mod base64url;

pub mod time;

pub mod error;

pub use algorithm::Algorithm;
pub use claims::Claims;
pub use error::VerifyError;
pub use jwk::{Jwk, KeySet, PublicKey};
pub use present::{Presented, Via};
pub use revoked::{Ended, Entry, RevokedSet};
pub use time::Timestamp;
pub use verifier::{Verified, Verifier};

#[cfg(test)]
mod tests;

/// Keeps the example of the README compiling.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
