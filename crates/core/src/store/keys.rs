//! The port to signing keys.

use std::fmt;

use super::Answer;
use crate::records::StoredKey;

/// Signing keys. Lives in the database.
pub trait Keys: Send + Sync + fmt::Debug {
    /// All keys. If there is none yet, writes these first; concurrent: one of the callers' lists wins whole, and all get
    /// that one.
    fn ensure(&self, first: Vec<StoredKey>) -> Answer<'_, Vec<StoredKey>>;

    /// All keys.
    fn all(&self) -> Answer<'_, Vec<StoredKey>>;

    /// Ties the database to these root secrets: if nothing is bound, binds the first fingerprint. Answers whether the
    /// bound one is among them. A node for which it is not must not start.
    fn bind(&self, fingerprints: Vec<String>) -> Answer<'_, bool>;
}
