//! Follows a feed, as a machine without a network: it is handed what came and what time it is, and says what to do next.
//!
//! Two rules decide everything. An entry only ever goes into the set, nothing takes one out but its age: whatever a snapshot
//! lacks, no verification ever sees less than before. And only a signed heartbeat, in time, over a number that was reached,
//! makes the knowledge fresh: whatever else arrives, and however often, does not.

use std::sync::Arc;
use std::time::Duration;

use super::backoff::{Backoff, spread};
use super::freshness::{Count, Freshness};
use super::lag::Clocks;
use super::sse::Parser;
use super::wire::{Beat, Event, Position, Snapshot};
use crate::algorithm::Algorithm;
use crate::error::VerifyError;
use crate::jwk::KeySet;
use crate::revoked::RevokedSet;

/// A stream in which nothing that counts is heard for this long is given up: it may hang.
const PATIENCE: Duration = Duration::from_secs(5);
/// A heartbeat that is later than this does not count.
const LATEST: Duration = Duration::from_secs(1);
/// After a farewell everybody comes back, each within this time.
const COME_AGAIN: Duration = Duration::from_secs(1);

/// What whoever drives a [`Follower`] has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Close the stream if one is open, wait, and ask for a snapshot.
    Snapshot {
        /// How long to wait.
        after: Duration,
    },
    /// Close the stream if one is open, wait, and open one from there.
    Stream {
        /// How long to wait.
        after: Duration,
        /// For `Last-Event-ID`.
        from: Position,
    },
    /// Read on, at the longest until that moment (monotonic), then call [`Follower::tick`].
    Read {
        /// When patience ends.
        until: Duration,
    },
}

/// How asking failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The position is too old, or of another log (410).
    Gone,
    /// Anything else; with the wait that the server asked for.
    Failed(Option<Duration>),
}

/// Why a connection was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// No answer, or none that says yes.
    #[error("the server does not answer as it should")]
    Unanswered,
    /// The stream ended without a farewell.
    #[error("the stream broke off")]
    BrokenOff,
    /// The stream was open, and nothing that counts was heard.
    #[error("nothing is heard in the stream")]
    Silence,
    /// Not the language of the feed.
    #[error("the feed cannot be read")]
    Unreadable,
    /// A snapshot or heartbeat of another issuer.
    #[error("the feed is another issuer's")]
    OtherIssuer,
    /// A heartbeat that the issuer did not sign.
    #[error("a heartbeat is not signed by the issuer")]
    Forged,
    /// A number was left out, or the server's log is another one.
    #[error("an entry is missing")]
    Gap,
    /// A heartbeat that is older than the one before.
    #[error("the feed went back")]
    WentBack,
}

/// Follows one issuer's feed. Whoever drives it carries out [`Next`] and reports.
#[derive(Debug)]
pub struct Follower {
    issuer: String,
    algorithms: Vec<Algorithm>,
    set: Arc<RevokedSet>,
    freshness: Arc<Freshness>,
    position: Option<Position>,
    parser: Parser,
    /// Number of the last heartbeat of this stream.
    last_beat: u64,
    patience: Duration,
    clocks: Clocks,
    backoff: Backoff,
    trouble: Option<Trouble>,
    unknown_key: bool,
}

impl Follower {
    /// A follower of this issuer, which fills this set and tells these numbers.
    #[must_use]
    pub fn new(
        issuer: impl Into<String>,
        algorithms: Vec<Algorithm>,
        set: Arc<RevokedSet>,
        freshness: Arc<Freshness>,
    ) -> Self {
        Self {
            issuer: issuer.into(),
            algorithms,
            set,
            freshness,
            position: None,
            parser: Parser::default(),
            last_beat: 0,
            patience: Duration::ZERO,
            clocks: Clocks::default(),
            backoff: Backoff::default(),
            trouble: None,
            unknown_key: false,
        }
    }

    /// What to do first.
    #[must_use]
    pub fn start(&self) -> Next {
        Next::Snapshot { after: Duration::ZERO }
    }

    /// Why the last connection was given up, once.
    pub fn take_trouble(&mut self) -> Option<Trouble> {
        self.trouble.take()
    }

    /// Whether a heartbeat named a key that was not in the set, since this was last asked: fetch the keys.
    pub fn take_unknown_key(&mut self) -> bool {
        std::mem::take(&mut self.unknown_key)
    }

    /// Where it stands; `None` before the first snapshot.
    #[must_use]
    pub fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// A snapshot has come. `dice` is any number, here and below: it spreads the waits of many followers.
    pub fn snapshot(&mut self, body: &[u8], dice: u64) -> Next {
        let snapshot = match Snapshot::from_json(body) {
            Ok(snapshot) if snapshot.iss == self.issuer => snapshot,
            Ok(_) => return self.give_up(Trouble::OtherIssuer, dice),
            Err(_) => return self.give_up(Trouble::Unreadable, dice),
        };
        let position = snapshot.position();
        self.set.merge(snapshot.entries.iter().map(|entry| (&entry.what, entry.until)));
        self.freshness.count(Count::Snapshots);
        self.freshness.reach(position.seq);
        self.position = Some(position.clone());
        Next::Stream { after: Duration::ZERO, from: position }
    }

    /// A stream has been opened; it begins behind the position that was asked for.
    pub fn opened(&mut self, now: Duration) -> Next {
        self.parser = Parser::default();
        self.last_beat = 0;
        self.freshness.count(Count::Connections);
        self.patience = now.saturating_add(PATIENCE);
        Next::Read { until: self.patience }
    }

    /// Asking for a snapshot or a stream has failed.
    pub fn refused(&mut self, how: Refusal, dice: u64) -> Next {
        match how {
            Refusal::Gone => {
                self.position = None;
                self.give_up(Trouble::Gap, dice)
            }
            Refusal::Failed(asked) => self.come_again(Trouble::Unanswered, asked, dice),
        }
    }

    /// Bytes have come, cut anywhere.
    pub fn bytes(&mut self, bytes: &[u8], keys: &KeySet, now: Duration, dice: u64) -> Next {
        let mut parser = std::mem::take(&mut self.parser);
        let mut next = None;
        let read = parser.push(bytes, |event| {
            if next.is_none() {
                next = Event::read(&event)
                    .map_or(Some(Err(Trouble::Unreadable)), |event| self.event(event, keys, now).transpose());
            }
        });
        self.parser = parser;
        match next {
            Some(Ok(Farewell)) => {
                let from = self.position.clone();
                self.backoff.reset();
                from.map_or(self.start(), |from| Next::Stream { after: spread(COME_AGAIN, dice), from })
            }
            Some(Err(trouble)) => self.give_up(trouble, dice),
            None if read.is_err() => self.give_up(Trouble::Unreadable, dice),
            None => self.tick(now, dice),
        }
    }

    /// The stream has ended.
    pub fn closed(&mut self, dice: u64) -> Next {
        self.give_up(Trouble::BrokenOff, dice)
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Duration, dice: u64) -> Next {
        if now < self.patience {
            return Next::Read { until: self.patience };
        }
        self.give_up(Trouble::Silence, dice)
    }

    fn event(&mut self, event: Event, keys: &KeySet, now: Duration) -> Result<Option<Farewell>, Trouble> {
        match event {
            Event::Entry(at, entry) => {
                // Goes in before anything is said about its number: what has ended has ended.
                self.set.insert(&entry.what, entry.until);
                self.freshness.count(Count::Entries);
                let position = self.position.as_mut().filter(|p| p.feed_id == at.feed_id).ok_or(Trouble::Gap)?;
                if at.seq > position.seq.saturating_add(1) {
                    return Err(Trouble::Gap);
                }
                position.seq = position.seq.max(at.seq);
                self.freshness.reach(position.seq);
                Ok(None)
            }
            Event::Heartbeat(text) => self.heartbeat(&text, keys, now).map(|()| None),
            Event::Bye => Ok(Some(Farewell)),
            Event::Other => Ok(None),
        }
    }

    fn heartbeat(&mut self, text: &str, keys: &KeySet, now: Duration) -> Result<(), Trouble> {
        let beat = match Beat::open(text.as_bytes(), keys, &self.algorithms, &self.issuer) {
            Ok(beat) => beat,
            Err(VerifyError::UnknownKey) => {
                self.unknown_key = true;
                return Ok(());
            }
            Err(VerifyError::Issuer) => return Err(Trouble::OtherIssuer),
            Err(_) => return Err(Trouble::Forged),
        };
        let reached = self.position.as_ref().filter(|p| p.feed_id == beat.feed_id && p.seq >= beat.seq);
        if reached.is_none() {
            return Err(Trouble::Gap);
        }
        let lag = self.clocks.measure(&beat.node, now, beat.time).filter(|_| beat.seq >= self.last_beat);
        let lag = lag.ok_or(Trouble::WentBack)?;
        self.last_beat = beat.seq;
        if lag > LATEST {
            self.freshness.count(Count::LateHeartbeats);
            return Ok(());
        }
        self.backoff.reset();
        self.patience = now.saturating_add(PATIENCE);
        self.freshness.hear(now);
        Ok(())
    }

    /// After a gap from a snapshot, else from where it stands.
    fn give_up(&mut self, trouble: Trouble, dice: u64) -> Next {
        if trouble == Trouble::Gap {
            self.position = None;
        }
        self.come_again(trouble, None, dice)
    }

    fn come_again(&mut self, trouble: Trouble, asked: Option<Duration>, dice: u64) -> Next {
        self.trouble = Some(trouble);
        self.freshness.count(Count::Troubles);
        let after = self.backoff.next(asked, dice);
        match self.position.clone() {
            Some(from) => Next::Stream { after, from },
            None => Next::Snapshot { after },
        }
    }
}

/// The server has said goodbye.
#[derive(Debug)]
struct Farewell;
