//! # Where Doorward keeps things
//!
//! - [`memory`] everything in this process: for tests, and for sessions that may die with it
//! - [`sqlite`] one file: the embedded database
//! - `postgres` (feature `postgres`) a server of PostgreSQL, for one node or many
//! - [`cached`] copies in front of a store, correct by deadline and fast by epoch
//!
//! All of them answer to the ports of `doorward_core::store`, and run its whole contract.
#![deny(missing_docs)]

pub mod memory;

pub mod sqlite;

#[cfg(feature = "postgres")]
pub mod postgres;

mod form;

mod sql;

pub mod cached;

pub mod epoch;

pub use cached::{Cached, CachedAccounts};
pub use memory::MemoryStore;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;
