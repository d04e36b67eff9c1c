//! The port to what passes: values that work once, and counts of attempts.

use std::fmt;

use doorward_verify::Timestamp;

use super::Answer;
use crate::limit::{LimitKey, Settle, Step, Weighed};
use crate::secret::{Hashed, LinkToken};

/// What a one-time value is good for. A value of one purpose is nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Makes the first administrator.
    Setup,
    /// Sets a new password.
    Reset,
    /// Makes an account.
    Invite,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Setup, Self::Reset, Self::Invite];

    /// As stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Reset => "reset",
            Self::Invite => "invite",
        }
    }

    /// Reads what [`name`](Self::name) wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }
}

/// A value that works once, as it is stored: what opens it is kept as a digest only.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTime {
    /// What it is good for.
    pub purpose: Purpose,
    /// Of the token that opens it.
    pub digest: Hashed<LinkToken>,
    /// Whom it concerns: within its purpose there is one value for each subject, the newest.
    pub subject: String,
    /// What whoever takes it needs to know; a text of at most [`LONGEST_VALUE`] bytes.
    pub value: String,
    /// From this moment on it is nothing any more.
    pub expires_at: Timestamp,
}

/// Bytes of a value, at most.
pub const LONGEST_VALUE: usize = 4096;

/// Leaves out whom it concerns and what it says.
impl fmt::Debug for OneTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneTime").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

/// What lives shortly and apart from sessions and from the log: filling it takes no room from those.
///
/// *Missing*, *expired* and *of another purpose* are the same: nothing.
pub trait Passing: Send + Sync + fmt::Debug {
    /// Keeps a value; an older one of the same purpose and subject is cancelled in the same step. Where `most` values of
    /// the purpose live for other subjects: `false`, and nothing has changed. Concurrent for one subject: one is left.
    /// Concurrent for many: there are never more than `most`.
    fn put(&self, new: OneTime, most: usize, now: Timestamp) -> Answer<'_, bool>;

    /// The value, which stays.
    fn look(&self, purpose: Purpose, digest: Hashed<LinkToken>, now: Timestamp) -> Answer<'_, Option<OneTime>>;

    /// The value, which is gone then. Concurrent: exactly one gets it.
    fn take(&self, purpose: Purpose, digest: Hashed<LinkToken>, now: Timestamp) -> Answer<'_, Option<OneTime>>;

    /// Removes the value of that subject; `true` if there was one that lived.
    fn cancel(&self, purpose: Purpose, subject: String, now: Timestamp) -> Answer<'_, bool>;

    /// Applies [`limit::weigh`](crate::limit::weigh) to each step and keeps what it made of the states, until one does not
    /// pass: then nothing is counted for any of them. Concurrent: no more pass than the rules allow. A key must not stand
    /// in two steps.
    fn weigh(&self, steps: Vec<Step>, now: Timestamp) -> Answer<'_, Weighed>;

    /// Applies [`limit::settle`](crate::limit::settle) to each key. A key that is not there stays so. Concurrent: each is
    /// applied to what the last one left.
    fn settle(&self, what: Vec<(LimitKey, Settle)>) -> Answer<'_, ()>;

    /// Removes at most `at_most` values that have expired and at most as many counts that say nothing any more at `now`,
    /// and says how many went.
    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize>;
}
