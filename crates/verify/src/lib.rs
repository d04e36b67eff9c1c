//! # Verify Doorward's access tokens offline, and still refuse what was revoked
//!
//! The rooms, from the request inwards:
//!
//! - [`present`](mod@present) reads a request: which credential came, and by which way
//! - [`verifier`] checks an access token: signature, claims, time, revocation; never the network
//! - [`revoked`] knows what ended before its time
//! - [`feed`] fills it: how a server tells its followers, and how old their knowledge is
//! - [`guard`] decides by all of it, under a [`rule`]; [`principal`] is whom it lets in
//! - [`claims`] what a token says · [`jws`] how it is signed · [`jwk`] with which keys · [`typ`] what it is for
//! - [`algorithm`], [`base64url`], [`time`], [`error`]: the ground floor
//!
//! Features, each of which only adds items: `fetch` follows an issuer over the network, `tower` is a layer for axum and tonic,
//! `axum` an extractor.
//!
//! No private key, no store, no server, no state outside the values you hold.
#![deny(missing_docs)]

pub mod present;

pub mod verifier;

#[cfg(feature = "fetch")]
pub mod fetch;

pub mod guard;

pub mod principal;

pub mod rule;

#[cfg(feature = "tower")]
pub mod tower;

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
pub use guard::{CheckError, Guard};
pub use jwk::{Jwk, KeySet, PublicKey};
pub use present::{Presented, Via};
pub use principal::{Demand, Principal};
pub use revoked::{Ended, Entry, RevokedSet};
pub use rule::{OnSilence, Policy, Rule};
pub use time::Timestamp;
pub use verifier::{Verified, Verifier};

#[cfg(test)]
mod tests;

/// Keeps the example of the README compiling.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
