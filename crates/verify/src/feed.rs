//! The revocation feed, as both ends of it understand it: what is written on the wire, and how a follower reads it.
//!
//! A server tells its followers what has ended: first everything that still matters (a [`Snapshot`]), then line by line as
//! it happens (server-sent events), each with its number. Once a second it signs how far it has read ([`Beat`]). A follower
//! that has heard no such signature lately does not know what has ended, and [`Freshness`] says so.
//!
//! - [`wire`]       positions, snapshots, events, and the bounds of each
//! - [`sse`]        events out of bytes, cut anywhere
//! - [`Follower`]   what to do next: pure, it is handed bytes and the time, and says whether to ask, read or wait
//! - [`freshness`]  how old the knowledge is, and from when on it is too old
//!
//! Nothing here asks anybody; feature `fetch` does.

pub mod wire;

pub mod sse;

pub mod freshness;

mod backoff;

mod follower;

mod lag;

pub use follower::{Follower, Next, Refusal, Trouble};
pub use freshness::{Freshness, Silence};
pub use wire::{Beat, Event, Position, Snapshot};

#[cfg(test)]
mod tests;
