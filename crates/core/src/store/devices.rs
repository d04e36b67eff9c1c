//! The port to browsers that are known.

use std::fmt;

use doorward_verify::Timestamp;

use super::Answer;
use crate::id::AccountId;
use crate::secret::{DeviceToken, Hashed};

/// Browsers from which somebody has signed in to an account. Being known signs nobody in; it keeps an owner from waiting
/// behind those who guess. Lives in the database, beside the accounts, and goes with them.
pub trait Devices: Send + Sync + fmt::Debug {
    /// The browser is known on the account, last seen at `now`; twice is the same as once. Beyond `most` the one that was
    /// seen longest ago is forgotten. No such account: nothing is kept. Concurrent: there are never more than `most`.
    fn know(&self, account: AccountId, device: Hashed<DeviceToken>, most: usize, now: Timestamp) -> Answer<'_, ()>;

    /// Whether the browser is known on the account and was seen at `since` or later.
    fn knows(&self, account: AccountId, device: Hashed<DeviceToken>, since: Timestamp) -> Answer<'_, bool>;

    /// No browser is known on the account any more.
    fn forget_devices(&self, account: AccountId) -> Answer<'_, ()>;

    /// Removes at most `at_most` that were last seen before `before`, and says how many went.
    fn purge_devices(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize>;
}
