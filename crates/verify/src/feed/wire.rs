//! What stands on the wire of the feed. Names and forms are frozen by golden examples; whatever is read here is bounded.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::sse;
use crate::algorithm::Algorithm;
use crate::error::VerifyError;
use crate::jwk::KeySet;
use crate::revoked::{Ended, Entry};
use crate::{jws, typ};

/// Media type of a snapshot.
pub const SNAPSHOT_TYPE: &str = "application/json";
/// Media type of the stream (HTML Living Standard, section 9.2).
pub const STREAM_TYPE: &str = "text/event-stream";
/// Largest snapshot that is read, in bytes.
pub const LARGEST_SNAPSHOT: usize = 64 * 1024 * 1024;
/// Most entries of one snapshot.
pub const MOST_ENTRIES: usize = 1_000_000;
/// Longest name (session id, token id, account, client, key) in bytes.
const LONGEST_NAME: usize = 255;
/// Longest name of a log in bytes.
const LONGEST_FEED_ID: usize = 64;

/// What came is not what a feed says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// Not of the form `feed_id:seq`.
    #[error("not a position in a feed")]
    Position,
    /// Not an entry, or of a kind that this version does not know: something has ended, and it cannot tell what.
    #[error("not an entry of a kind that is known here")]
    Entry,
    /// Not a snapshot.
    #[error("not a snapshot")]
    Snapshot,
    /// More than [`LARGEST_SNAPSHOT`] or [`MOST_ENTRIES`].
    #[error("the snapshot is too large")]
    TooLarge,
}

/// Where somebody stands in a feed: which log, and the number of the last entry that they know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Position {
    /// The log; another name is another log, with other numbers.
    pub feed_id: String,
    /// The last entry's number; 0 before the first.
    pub seq: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.feed_id, self.seq)
    }
}

impl FromStr for Position {
    type Err = WireError;

    fn from_str(text: &str) -> Result<Self, WireError> {
        let (feed_id, seq) = text.rsplit_once(':').ok_or(WireError::Position)?;
        // One written form for each number: no sign, no zeros in front.
        let digits = seq.bytes().all(|c| c.is_ascii_digit()) && (seq == "0" || !seq.starts_with('0'));
        let seq = seq.parse().ok().filter(|_| digits).ok_or(WireError::Position)?;
        if !is_feed_id(feed_id) {
            return Err(WireError::Position);
        }
        Ok(Self { feed_id: feed_id.to_owned(), seq })
    }
}

/// 1 to 64 characters that mean nothing in a header or a URL.
fn is_feed_id(text: &str) -> bool {
    (1..=LONGEST_FEED_ID).contains(&text.len())
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'))
}

/// Everything that still matters, at one moment of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// The log.
    pub feed_id: String,
    /// The number up to which it says everything.
    pub seq: u64,
    /// The issuer whose tokens this is about.
    pub iss: String,
    /// What has ended, in no order.
    pub entries: Vec<Entry>,
}

impl Snapshot {
    /// Reads a snapshot. Members that are not known are passed over.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn from_json(json: &[u8]) -> Result<Self, WireError> {
        #[derive(Deserialize)]
        struct Read<'a> {
            feed_id: String,
            seq: u64,
            iss: String,
            #[serde(borrow)]
            entries: Vec<Line<'a>>,
        }
        if json.len() > LARGEST_SNAPSHOT {
            return Err(WireError::TooLarge);
        }
        let read: Read<'_> = serde_json::from_slice(json).map_err(|_| WireError::Snapshot)?;
        if !is_feed_id(&read.feed_id) || read.iss.is_empty() {
            return Err(WireError::Snapshot);
        }
        if read.entries.len() > MOST_ENTRIES {
            return Err(WireError::TooLarge);
        }
        let entries = read.entries.into_iter().map(Line::entry).collect::<Option<_>>().ok_or(WireError::Entry)?;
        Ok(Self { feed_id: read.feed_id, seq: read.seq, iss: read.iss, entries })
    }

    /// Where somebody stands who has read it.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { feed_id: self.feed_id.clone(), seq: self.seq }
    }
}

/// An entry as it is written, before it is known to be one.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    sid: Option<String>,
    jti: Option<String>,
    account: Option<String>,
    below: Option<u64>,
    client_id: Option<String>,
    kid: Option<String>,
    before: Option<i64>,
    until: i64,
}

impl Line<'_> {
    fn entry(self) -> Option<Entry> {
        let name = |name: Option<String>| name.filter(|n| (1..=LONGEST_NAME).contains(&n.len()));
        let what = match &*self.kind {
            "session" => Ended::Session { sid: name(self.sid)? },
            "token" => Ended::Token { jti: name(self.jti)? },
            "account" => Ended::Account { account: name(self.account)?, below: self.below? },
            "client" => Ended::Client { client_id: name(self.client_id)?, before: self.before? },
            "key" => Ended::Key { kid: name(self.kid)? },
            "everything" => Ended::Everything { before: self.before? },
            _ => return None,
        };
        Some(Entry { what, until: self.until })
    }
}

/// One event of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Something has ended; the position is that of the entry itself.
    Entry(Position, Entry),
    /// How far the server has read, signed: a compact JWS, not yet verified ([`Beat::open`]).
    Heartbeat(String),
    /// The server closes the stream in good order: come again.
    Bye,
    /// Of a name that this version does not know.
    Other,
}

impl Event {
    /// From an event as it came.
    ///
    /// # Errors
    /// [`WireError::Position`], [`WireError::Entry`].
    pub fn read(event: &sse::Event) -> Result<Self, WireError> {
        match event.name.as_str() {
            "entry" => {
                let position = event.id.as_deref().unwrap_or_default().parse()?;
                let line: Line<'_> = serde_json::from_str(&event.data).map_err(|_| WireError::Entry)?;
                Ok(Self::Entry(position, line.entry().ok_or(WireError::Entry)?))
            }
            "heartbeat" => Ok(Self::Heartbeat(event.data.clone())),
            "bye" => Ok(Self::Bye),
            _ => Ok(Self::Other),
        }
    }

    /// As it is written into the stream.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Self::Entry(position, entry) => {
                let data = serde_json::to_string(entry).expect("texts and numbers are always JSON");
                format!("event: entry\nid: {position}\ndata: {data}\n\n")
            }
            Self::Heartbeat(jws) => format!("event: heartbeat\ndata: {jws}\n\n"),
            Self::Bye => "event: bye\ndata: {}\n\n".to_owned(),
            Self::Other => ":\n\n".to_owned(),
        }
    }
}

/// What a heartbeat signs: at that time the server had just read its log, and this was the last number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// The issuer.
    pub iss: String,
    /// The log.
    pub feed_id: String,
    /// The last number of the log.
    pub seq: u64,
    /// Which process says so: its times are compared with its own only. Short and plain, as the name of a log.
    pub node: String,
    /// Unix milliseconds by that process, which never go back.
    pub time: i64,
}

impl Beat {
    /// What the server signs.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers are always JSON")
    }

    /// Verifies a heartbeat of this issuer.
    ///
    /// # Errors
    /// As [`jws::verify`]; `Claims` if it says something else, `Issuer` if it is somebody else's.
    pub fn open(text: &[u8], keys: &KeySet, algorithms: &[Algorithm], issuer: &str) -> Result<Self, VerifyError> {
        let opened = jws::verify(text, keys, algorithms, typ::HEARTBEAT)?;
        let beat: Self = serde_json::from_slice(&opened.payload).map_err(|_| VerifyError::Claims)?;
        match beat.iss == issuer {
            true if is_feed_id(&beat.node) => Ok(beat),
            true => Err(VerifyError::Claims),
            false => Err(VerifyError::Issuer),
        }
    }
}
