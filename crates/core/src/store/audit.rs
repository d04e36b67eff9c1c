//! The port to the audit.

use std::fmt;

use doorward_verify::Timestamp;

use super::Answer;
use crate::audit::{Note, Row, Wanted};
use crate::id::AccountId;

/// What was done, in order. Lives in the database; a row is written in the transaction of the change it tells of, and is
/// never changed afterwards but for its address.
pub trait Audit: Send + Sync + fmt::Debug {
    /// Writes notes that go with no other change. Numbers rise in the order of commit.
    fn append(&self, notes: Vec<Note>) -> Answer<'_, ()>;

    /// Rows that are [wanted](Wanted::matches), by rising numbers, or by falling ones where `before` is set; at most `at_most`.
    fn page(&self, wanted: Wanted, at_most: usize) -> Answer<'_, Vec<Row>>;

    /// Cuts the addresses of at most `at_most` rows from before `before` [short](crate::audit::shortened), and says how
    /// many it cut. Nothing else of a row changes; a row is cut once.
    fn shorten(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize>;

    /// Removes the addresses of every row that concerns the account: it is being deleted.
    fn forget_addresses(&self, account: AccountId) -> Answer<'_, ()>;

    /// Removes at most `at_most` rows from before `before`, oldest first, and says how many.
    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize>;
}
