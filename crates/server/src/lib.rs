//! # Doorward over HTTP
//!
//! A router to mount, or to serve alone. A request walks through these rooms:
//!
//! - [`serve()`] takes connections and bounds what they may send
//! - `layer` wraps every route: limits, headers that every answer has, a panic's answer, counting
//! - `admit` turns away what is for another host, from beside the proxy, or in the clear; [`peer`] tells who sent it
//! - `credential` finds out who asks: `origin` and CSRF rules for cookies, [`cookie`] their names and flags
//! - `api` one file for each path of the API, `pages` one for each page; `enter` signs in for both
//! - `problem` the one table of errors; `body` what comes in, `reply` what goes out
//!
//! Beside them: [`reference`](mod@reference) for whoever writes a client, [`pool`] where passwords are hashed, [`tend`](fn@tend) which follows the revocation log, `feed` which
//! tells it to services elsewhere, `metrics`, `health`.
#![deny(missing_docs)]

pub mod serve;

mod layer;

mod admit;

pub mod peer;

mod by;

mod credential;

mod basic;

mod origin;

pub mod cookie;

mod device;

mod api;

mod oauth;

mod enter;

mod pages;

mod body;

mod reply;

mod problem;

pub mod pool;

mod tend;

mod feed;

mod metrics;

mod health;

mod door;

pub mod options;

pub mod reference;

pub mod brand;

pub use door::{Routers, router, routers};
pub use options::Options;
pub use peer::Peer;
pub use pool::HashPool;
pub use reply::rfc3339;
pub use serve::{Limits, Serving, Status, serve};
pub use tend::tend;
