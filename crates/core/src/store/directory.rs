//! The port to the directory.

use std::fmt;

use super::Answer;
use crate::audit::Note;
use crate::directory::{Change, Listed, Refused};

/// Applications, roles and permissions. Lives in the database.
pub trait Directory: Send + Sync + fmt::Debug {
    /// All of it, as one moment knew it.
    fn listed(&self) -> Answer<'_, Listed>;

    /// Its stamp alone, which is cheap: another one means that something has changed.
    fn stamp(&self) -> Answer<'_, u64>;

    /// Applies [`directory::apply`](crate::directory::apply), and appends the log entry it asks for and the note, in one
    /// transaction. Refused: nothing is written. Concurrent: one after the other, each on what the last one left, and each
    /// has a stamp of its own. Answers the directory as it now is, and the number of the log entry if there is one.
    fn amend(&self, change: Change, note: Note) -> Answer<'_, Result<(Listed, Option<u64>), Refused>>;
}
