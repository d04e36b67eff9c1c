//! One reader of the feed: where it stands, for how long it may stay, and what let it in.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use doorward_core::verify::Verified;
use doorward_core::verify::feed::Event;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::{Feed, Message};
use crate::basic::Shown;

/// Longest life of a stream. Whoever balances connections over nodes gets them anew now and then.
const LONGEST: Duration = Duration::from_secs(3600);
/// By so much, at most, streams end earlier, each at a time of its own: else all that began with the node end together.
const SPREAD: u64 = 600;

/// What lets somebody read; it is weighed again with every message.
#[derive(Debug, Clone)]
pub(crate) enum Admitted {
    /// An access token with the permission.
    Token(Arc<Verified>),
    /// An application, by its secret.
    Client(Shown),
}

/// A stream that somebody reads.
pub(crate) struct Reader {
    feed: Arc<Feed>,
    first: Option<Bytes>,
    ring: Receiver<Message>,
    admitted: Admitted,
    ends_at: Duration,
    over: bool,
}

impl Reader {
    pub(super) fn new(feed: Arc<Feed>, backlog: String, ring: Receiver<Message>, admitted: Admitted) -> Self {
        feed.readers.fetch_add(1, Ordering::Relaxed);
        let number = feed.opened.fetch_add(1, Ordering::Relaxed) as u64;
        let earlier = Duration::from_secs(number.wrapping_mul(0x9e37_79b9) % SPREAD);
        let ends_at = feed.auth.clock().monotonic() + LONGEST - earlier;
        // A comment, so that something is sent at once: whoever asked knows that the stream is open.
        let first = Some(Bytes::from(format!(":\n\n{backlog}")));
        Self { feed, first, ring, admitted, ends_at, over: false }
    }

    /// As the body of an answer.
    pub(crate) fn into_body(self) -> Body {
        Body::from_stream(futures_util::stream::unfold(self, async |mut reader| {
            reader.next().await.map(|bytes| (Ok::<_, Infallible>(bytes), reader))
        }))
    }

    async fn next(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        match self.ring.recv().await {
            Ok(Message::Frames(frames)) if self.may_stay() => Some(frames),
            // Without a farewell: what it has missed is not told as if nothing were missing.
            Err(RecvError::Lagged(missed)) => {
                tracing::info!(event = "feed_reader_too_slow", missed, "let go; it comes back to where it stood");
                None
            }
            Ok(_) | Err(RecvError::Closed) => {
                self.over = true;
                Some(Event::Bye.write().into())
            }
        }
    }

    fn may_stay(&self) -> bool {
        let auth = &self.feed.auth;
        let admitted = match &self.admitted {
            Admitted::Token(token) => auth.clock().now().is_ok_and(|now| auth.verifier().recheck(token, now).is_ok()),
            Admitted::Client(shown) => shown.still_holds(auth),
        };
        admitted && auth.clock().monotonic() < self.ends_at
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.feed.readers.fetch_sub(1, Ordering::Relaxed);
    }
}
