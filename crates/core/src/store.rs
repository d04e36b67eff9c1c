//! The ports: what the walk asks of a store, each verb one atomic step.
//!
//! A verb's documentation says what *missing*, *expired*, *twice* and *concurrent* mean. `store::contract` (feature
//! `contract`) holds one test for each of those sentences, and every store runs them all. A rule that a verb must apply
//! inside its atomic step (may this token rotate? does this tag match?) is a pure function of this crate, so that no two
//! stores can differ.

use std::future::Future;
use std::pin::Pin;

mod sessions;

mod accounts;

mod log;

mod keys;

mod audit;

mod directory;

mod devices;

mod passing;

pub use accounts::{AccountChange, Accounts, Changed};
pub use audit::Audit;
pub use devices::Devices;
pub use directory::Directory;
pub use keys::{Keys, KeysChange, KeysWritten};
pub use log::{LogHead, RevocationLog};
pub use passing::{LONGEST_VALUE, OneTime, Passing, Purpose};
pub use sessions::Sessions;

#[cfg(any(test, feature = "contract"))]
pub mod contract;

#[cfg(any(test, feature = "contract"))]
pub mod double;

/// What every verb returns.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The store did not do it, or nobody knows whether it did. The caller answers 503 and clears nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Not reachable, too slow, full, read-only: the text is for the operator's log.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// It answered something that cannot be (a row that no version of Doorward writes).
    #[error("the store holds something unreadable: {0}")]
    Corrupt(String),
}
