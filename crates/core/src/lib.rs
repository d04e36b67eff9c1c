//! # The walk
//!
//! `doorward-core` is the sign-in of a person, from the proof to the end, with nothing around it: no HTTP, no database,
//! no clock of its own. Its files stand in the order in which a sign-in lives.
//!
//! 1. [`sign_in`]       a person proves who they are            → [`sign_in::SignedIn`]
//! 2. [`session`]       the record is written and kept fresh    → [`records::Session`]
//! 3. [`issue`]         something is handed out                 → [`issue::Issued`]
//! 4. `present`         it comes back on a request              → [`doorward_verify::Presented`]
//! 5. [`authenticate`]  it is checked, alone or with the record → [`authenticate::Principal`]
//! 6. [`refresh`]       a refresh token buys the next pair      → [`refresh::Refreshed`], or reuse
//! 7. [`revoke`]        a session, an account is ended
//!
//! Each step file reads top-down: the method on [`Auth`] (prose; it calls the stores), its errors, the pure rule (takes
//! `now`, touches nothing), the tests of the rule. Every security decision can be read without an `.await`.
//!
//! Around the walk: [`prove`] (once more, within a session), [`accounts`] (sign up and what changes an account), [`room`]
//! (how many sessions), [`throttle`] (who may try, and how often), [`device`] (browsers that are known), [`link`] (what
//! works once), [`data`] (what an application keeps in a session), [`administer`] (what somebody may do to others),
//! [`follow`] and [`feed`] (the log is read here and told to others), [`store`] (the ports, and what each verb promises),
//! [`records`], [`policy`], and the ground floor: [`id`], [`wire`], [`secret`], [`root`], [`keys`], [`password`],
//! [`limit`], [`clock`], [`rng`].
#![deny(missing_docs)]

// The walk.
pub mod sign_in;

pub mod session;

pub mod issue;

pub mod authenticate;

pub mod refresh;

pub mod revoke;

// Around it.
pub mod auth;
pub use auth::{Auth, Parts};

pub mod accounts;

pub mod prove;

pub mod room;

pub mod throttle;

pub mod device;

pub mod link;

pub mod data;

pub mod audit;

pub mod directory;

pub mod clients;

pub mod grant;

pub mod introspect;

pub mod leaked;

pub mod roles;

pub mod administer;

pub mod follow;

pub mod feed;

// What is kept, and where.
pub mod records;

pub mod codec;

pub mod policy;

pub mod store;

// The ground floor.
pub mod id;

pub mod wire;

pub mod secret;

pub mod root;

pub mod keys;

pub mod csrf;

pub mod limit;

pub mod form;

pub mod password;

pub mod sparse;

pub mod clock;

pub mod rng;

pub use doorward_verify as verify;
pub use doorward_verify::Timestamp;

#[cfg(test)]
mod tests;
