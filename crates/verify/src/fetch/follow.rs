//! Carries out what a [`Follower`] says: asks, reads, waits, and reports back.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Response;

use super::client::{Ask, Client};
use super::keys::Keys;
use super::{Event, Listener};
use crate::feed::wire::{LARGEST_SNAPSHOT, SNAPSHOT_TYPE, STREAM_TYPE};
use crate::feed::{Follower, Next};
use crate::guard::Clock;

const PATH: &str = "/v1/revocations";

/// Any number; another one each time, and for each process.
pub(super) fn dice() -> u64 {
    RandomState::new().hash_one(0)
}

/// Between nine tenths of it and all of it.
pub(super) fn spread(whole: Duration) -> Duration {
    whole.mul_f64(1.0 - (dice() % 1024) as f64 / 10_240.0)
}

/// Follows for as long as it is polled.
pub(super) async fn follow(
    mut follower: Follower,
    client: Client,
    keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
    listener: Listener,
) {
    let mut stream: Option<Response> = None;
    let mut next = follower.start();
    loop {
        next = match next {
            Next::Snapshot { after } => {
                stream = None;
                tokio::time::sleep(after).await;
                let ask = ask(SNAPSHOT_TYPE);
                match client.get(&ask).await {
                    Ok((body, _)) => follower.snapshot(&body, dice()),
                    Err(failed) => follower.refused(failed.refusal(), dice()),
                }
            }
            Next::Stream { after, from } => {
                drop(stream.take());
                tokio::time::sleep(after).await;
                match client.stream(&ask(STREAM_TYPE), &from.to_string()).await {
                    Ok(opened) => {
                        stream = Some(opened);
                        follower.opened(clock.monotonic())
                    }
                    Err(failed) => follower.refused(failed.refusal(), dice()),
                }
            }
            Next::Read { until } => match read(stream.as_mut(), until.saturating_sub(clock.monotonic())).await {
                Some(Some(bytes)) => follower.bytes(bytes.as_ref(), &keys.current(), clock.monotonic(), dice()),
                Some(None) => follower.closed(dice()),
                None => follower.tick(clock.monotonic(), dice()),
            },
        };
        if follower.take_unknown_key() {
            keys.want_unknown();
        }
        if let Some(trouble) = follower.take_trouble() {
            tracing::debug!(event = "feed_trouble", %trouble, "another connection is tried");
            listener(Event::Trouble(trouble));
        }
    }
}

fn ask(accept: &'static str) -> Ask<'static> {
    Ask { path: PATH, accept, with_credentials: true, largest: LARGEST_SNAPSHOT }
}

/// Bytes, the end (`Some(None)`), or nothing in time.
async fn read(stream: Option<&mut Response>, patience: Duration) -> Option<Option<impl AsRef<[u8]>>> {
    let stream = stream?;
    let read = tokio::time::timeout(patience, stream.chunk()).await.ok()?;
    Some(read.ok().flatten())
}
