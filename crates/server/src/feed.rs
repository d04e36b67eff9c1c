//! The revocation feed, from this node to its readers.
//!
//! What was read from the log is encoded once and handed to all readers as the same bytes, through one ring; whoever is too
//! slow for it is let go, and comes back to where it stood. Nothing here has a timer: the task that follows the log calls,
//! and a heartbeat is only ever signed over a log that was read after the last one. A node that cannot read its log is silent.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use doorward_core::feed::{Listener, Read};
use doorward_core::verify::feed::{Beat, Event, Position};
use doorward_core::verify::{Entry, typ};
use doorward_core::{Auth, Timestamp};
use tokio::sync::broadcast;

mod reader;

pub(crate) use reader::{Admitted, Reader};

/// Messages that a reader may lag behind before it is let go. A message is everything that one reading brought.
const RING: usize = 256;
/// A heartbeat each second; the reading that it waits for does not come to the millisecond.
const BEAT_AFTER: Duration = Duration::from_millis(900);
/// A snapshot is encoded anew at least this often, to leave out what has had its time.
const SNAPSHOT_FOR: Duration = Duration::from_secs(30);

/// What all readers share.
pub(crate) struct Feed {
    auth: Auth,
    node: String,
    state: Mutex<State>,
    ring: broadcast::Sender<Message>,
    readers: AtomicUsize,
    opened: AtomicUsize,
    snapshot: tokio::sync::Mutex<Option<(Position, Duration, Bytes)>>,
}

struct State {
    /// What the ring has told.
    told: Option<Position>,
    /// The last heartbeat: its time, and the moment of the reading that it vouched for.
    beat: Option<(i64, Duration)>,
}

/// To every reader.
#[derive(Debug, Clone)]
enum Message {
    /// Bytes of the stream.
    Frames(Bytes),
    /// The log is another one, or too much happened at once: come again.
    End,
}

impl Feed {
    pub(crate) fn new(auth: &Auth) -> Arc<Self> {
        let feed = Arc::new(Self {
            auth: auth.clone(),
            node: format!("{:016x}", RandomState::new().hash_one(std::process::id())),
            state: Mutex::new(State { told: auth.log_position().map(|read| read.position), beat: None }),
            ring: broadcast::channel(RING).0,
            readers: AtomicUsize::new(0),
            opened: AtomicUsize::new(0),
            snapshot: tokio::sync::Mutex::default(),
        });
        auth.listen_to_log(&feed);
        feed
    }

    /// How many read at this moment.
    pub(crate) fn readers(&self) -> usize {
        self.readers.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that a verifier must know, encoded at most once for any number of readers that ask together.
    pub(crate) async fn snapshot(&self) -> Bytes {
        let mut kept = self.snapshot.lock().await;
        let now = self.auth.clock().monotonic();
        let position = self.auth.log_position().map(|read| read.position);
        if let Some((of, at, bytes)) = &*kept
            && Some(of) == position.as_ref()
            && now.saturating_sub(*at) < SNAPSHOT_FOR
        {
            return bytes.clone();
        }
        let auth = self.auth.clone();
        // A hundred thousand entries take their time, and whoever else is on this thread must not wait for them.
        let encode = move || {
            let snapshot = auth.log_snapshot();
            let bytes = serde_json::to_vec(&snapshot).expect("texts and numbers are always JSON");
            (snapshot.position(), Bytes::from(bytes))
        };
        let (position, bytes) = tokio::task::spawn_blocking(encode).await.expect("encoding does not panic");
        *kept = Some((position, now, bytes.clone()));
        bytes
    }

    /// A stream from behind that position; `None` if what lies between is not known line by line.
    pub(crate) fn open(self: &Arc<Self>, from: &Position, admitted: Admitted) -> Option<Reader> {
        let state = self.lock();
        let told = state.told.as_ref().filter(|told| told.feed_id == from.feed_id)?.seq;
        // What the ring has not told yet, it will tell: the backlog ends exactly there.
        let backlog = self.auth.log_since(from)?.into_iter().take_while(|(seq, _)| *seq <= told);
        let backlog = write_entries(&from.feed_id, backlog);
        let ring = self.ring.subscribe();
        drop(state);
        Some(Reader::new(self.clone(), backlog, ring, admitted))
    }

    /// What is new since the ring last told something.
    fn news(&self, state: &mut State, read: &Read) -> Option<Message> {
        let told = state.told.replace(read.position.clone())?;
        let news = self.auth.log_since(&told).filter(|_| told.feed_id == read.position.feed_id);
        let Some(news) = news else {
            return Some(Message::End);
        };
        let news = news.into_iter().take_while(|(seq, _)| *seq <= read.position.seq);
        let mut frames = write_entries(&told.feed_id, news);
        if let Some(beat) = self.beat(state, read) {
            frames.push_str(&beat);
        }
        (!frames.is_empty()).then(|| Message::Frames(frames.into()))
    }

    /// A signed heartbeat, if it is time for one and the log was read since the last.
    fn beat(&self, state: &mut State, read: &Read) -> Option<String> {
        let time = match state.beat {
            Some((_, last)) if read.since_start < last.saturating_add(BEAT_AFTER) => return None,
            Some((time, last)) => beat_time(time, last, read),
            None => read.at.millis(),
        };
        let beat = Beat {
            iss: self.auth.policy().issuer.clone(),
            feed_id: read.position.feed_id.clone(),
            seq: read.position.seq,
            node: self.node.clone(),
            time,
        };
        match self.auth.keyring().signer().and_then(|signer| signer.sign_jws(typ::HEARTBEAT, &beat.payload())) {
            Ok(jws) => {
                state.beat = Some((time, read.since_start));
                Some(Event::Heartbeat(jws).write())
            }
            Err(error) => {
                tracing::error!(event = "heartbeat_not_signed", %error, "followers will notice the silence");
                None
            }
        }
    }
}

/// Follows the wall clock forwards, and goes on as time passes where that was set back: a heartbeat whose time goes back
/// would look like a replay, and one that stands still like a delay.
fn beat_time(time: i64, last: Duration, read: &Read) -> i64 {
    let passed = Timestamp::from_millis(time).plus(read.since_start.saturating_sub(last));
    passed.max(read.at).millis()
}

fn write_entries(feed_id: &str, entries: impl IntoIterator<Item = (u64, Arc<Entry>)>) -> String {
    let write = |(seq, entry): (u64, Arc<Entry>)| {
        Event::Entry(Position { feed_id: feed_id.to_owned(), seq }, Entry::clone(&entry)).write()
    };
    entries.into_iter().map(write).collect()
}

impl Listener for Feed {
    fn log_read(&self) {
        let Some(read) = self.auth.log_position() else {
            return;
        };
        let mut state = self.lock();
        if self.ring.receiver_count() == 0 {
            // The next reader begins with whatever was read by then; nobody needs what is told to nobody.
            state.told = Some(read.position);
            return;
        }
        if let Some(message) = self.news(&mut state, &read) {
            // Under the lock: a reader that comes between would miss it or hear it twice.
            let _ = self.ring.send(message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_heartbeats_never_goes_back_nor_stands_still() {
        let read = |wall: i64, mono: u64| Read {
            position: Position { feed_id: "log".into(), seq: 0 },
            at: Timestamp::from_millis(wall),
            since_start: Duration::from_millis(mono),
        };
        let since = Duration::from_millis(5_000);
        assert_eq!(beat_time(100_000, since, &read(101_000, 6_000)), 101_000);
        assert_eq!(beat_time(100_000, since, &read(40_000, 6_000)), 101_000, "the wall clock was set back");
        assert_eq!(beat_time(100_000, since, &read(900_000, 6_000)), 900_000, "the machine had slept");
    }
}
