//! # Where Doorward keeps things
//!
//! - [`memory`] everything in this process: for tests, and for sessions that may die with it
//! - [`sqlite`] one file: the embedded database
//! - [`cached`] copies in front of a store, correct by deadline and fast by epoch
//!
//! All of them answer to the ports of `doorward_core::store`, and run its whole contract.
#![deny(missing_docs)]

pub mod memory;

pub mod sqlite;

pub mod cached;

pub mod epoch;

pub use cached::{Cached, CachedAccounts};
pub use memory::MemoryStore;
pub use sqlite::SqliteStore;
