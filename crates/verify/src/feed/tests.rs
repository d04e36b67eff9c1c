//! The wire as it is frozen, and the follower against every fault that a network or a liar can make.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::wire::{LARGEST_SNAPSHOT, WireError};
use super::*;
use crate::revoked::{Ended, Entry, RevokedSet};
use crate::tests::{ISSUER, Signing};
use crate::{Algorithm, KeySet, typ};

mod faults;
mod model;

const FEED: &str = "feed-1";

fn session(n: u64) -> Entry {
    Entry { what: Ended::Session { sid: format!("session{n}") }, until: 2_000_000_000 }
}

fn at(seq: u64) -> Position {
    Position { feed_id: FEED.into(), seq }
}

fn entry(seq: u64) -> String {
    Event::Entry(at(seq), session(seq)).write()
}

fn snapshot(seq: u64, entries: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let entries = entries.into_iter().map(session).collect();
    serde_json::to_vec(&Snapshot { feed_id: FEED.into(), seq, iss: ISSUER.into(), entries }).unwrap()
}

/// A follower, what it fills, and a server's key.
struct Scene {
    follower: Follower,
    set: Arc<RevokedSet>,
    freshness: Arc<Freshness>,
    signing: Signing,
    keys: KeySet,
}

impl Scene {
    fn new() -> Self {
        let (set, freshness) = (Arc::new(RevokedSet::new()), Arc::new(Freshness::default()));
        let follower = Follower::new(ISSUER, vec![Algorithm::Ed25519], set.clone(), freshness.clone());
        let signing = Signing::new(Algorithm::Ed25519, "key-1");
        let keys = signing.keys();
        Self { follower, set, freshness, signing, keys }
    }

    /// With a snapshot up to `seq`, and an open stream.
    fn following(seq: u64) -> Self {
        let mut scene = Self::new();
        scene.follower.snapshot(&snapshot(seq, 1..=seq), 0);
        scene.follower.opened(secs(1));
        scene
    }

    fn beat(&self, beat: &Beat) -> String {
        let header = serde_json::json!({ "alg": "Ed25519", "typ": typ::HEARTBEAT, "kid": self.signing.public.kid() });
        Event::Heartbeat(self.signing.raw(header.to_string().as_bytes(), &beat.payload())).write()
    }

    /// A heartbeat of the right issuer and log, at a server's second.
    fn beat_at(&self, seq: u64, second: u64) -> String {
        let time = 1_800_000_000_000 + second as i64 * 1000;
        self.beat(&Beat { iss: ISSUER.into(), feed_id: FEED.into(), seq, node: "n".into(), time })
    }

    fn hear(&mut self, text: impl AsRef<[u8]>, now: Duration) -> Next {
        let keys = self.keys.clone();
        self.follower.bytes(text.as_ref(), &keys, now, 0)
    }

    fn knows(&self, n: u64) -> bool {
        self.set.ends_session(&format!("session{n}"), "c", i64::MAX)
    }

    fn is_fresh(&self, now: Duration) -> bool {
        self.freshness.silence(now, freshness::REFUSE_AFTER) == Silence::Fresh
    }
}

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn the_written_form_of_the_feed_is_frozen() {
    assert_eq!(
        String::from_utf8(snapshot(7, [1])).unwrap(),
        r#"{"feed_id":"feed-1","seq":7,"iss":"https://door.example","entries":[{"kind":"session","sid":"session1","until":2000000000}]}"#
    );
    assert_eq!(
        entry(8),
        "event: entry\nid: feed-1:8\ndata: {\"kind\":\"session\",\"sid\":\"session8\",\"until\":2000000000}\n\n"
    );
    assert_eq!(Event::Heartbeat("a.b.c".into()).write(), "event: heartbeat\ndata: a.b.c\n\n");
    assert_eq!(Event::Bye.write(), "event: bye\ndata: {}\n\n");
    let beat = Beat { iss: ISSUER.into(), feed_id: FEED.into(), seq: 7, node: "n".into(), time: 1_800_000_000_123 };
    assert_eq!(
        String::from_utf8(beat.payload()).unwrap(),
        r#"{"iss":"https://door.example","feed_id":"feed-1","seq":7,"node":"n","time":1800000000123}"#
    );
    assert_eq!(typ::HEARTBEAT, "doorward-heartbeat+jwt");
}

#[test]
fn every_kind_of_entry_is_read_back_as_it_was_written() {
    let kinds = [
        session(1).what,
        Ended::Token { jti: "t".into() },
        Ended::Account { account: "a".into(), below: 6 },
        Ended::Client { client_id: "c".into(), before: 5 },
        Ended::Key { kid: "k".into() },
        Ended::Everything { before: 9 },
    ];
    let entries: Vec<_> = kinds.into_iter().map(|what| Entry { what, until: 7 }).collect();
    let whole = Snapshot { feed_id: FEED.into(), seq: 6, iss: ISSUER.into(), entries: entries.clone() };
    assert_eq!(Snapshot::from_json(&serde_json::to_vec(&whole).unwrap()).unwrap(), whole);
    for entry in entries {
        let event = Event::Entry(at(3), entry);
        let mut read = Vec::new();
        sse::Parser::default().push(event.write().as_bytes(), |e| read.push(Event::read(&e).unwrap())).unwrap();
        assert_eq!(read, [event]);
    }
}

#[test]
fn an_entry_of_an_unknown_kind_is_refused_and_an_unknown_member_is_passed_over() {
    let whole = |entry: &str| format!(r#"{{"feed_id":"f","seq":1,"iss":"i","new":[],"entries":[{entry}]}}"#);
    for bad in [
        r#"{"kind":"device","sid":"a","until":7}"#,
        r#"{"kind":"session","until":7}"#,
        r#"{"kind":"session","sid":"","until":7}"#,
        r#"{"kind":"account","account":"a","until":7}"#,
        r#"{"kind":"everything","until":7}"#,
    ] {
        assert_eq!(Snapshot::from_json(whole(bad).as_bytes()), Err(WireError::Entry), "{bad}");
    }
    let long = format!(r#"{{"kind":"session","sid":"{}","until":7}}"#, "a".repeat(256));
    assert_eq!(Snapshot::from_json(whole(&long).as_bytes()), Err(WireError::Entry));
    for bad in [r#"{"kind":"session","sid":"a"}"#, r#"{"kind":"session","sid":"a","sid":"b","until":7}"#, "1"] {
        assert_eq!(Snapshot::from_json(whole(bad).as_bytes()), Err(WireError::Snapshot), "{bad}");
    }
    assert!(Snapshot::from_json(whole(r#"{"kind":"session","sid":"a","until":7,"why":"x"}"#).as_bytes()).is_ok());
    assert_eq!(Snapshot::from_json(&vec![b' '; LARGEST_SNAPSHOT + 1]), Err(WireError::TooLarge));
}

#[test]
fn a_position_has_one_written_form() {
    assert_eq!("feed-1:7".parse(), Ok(at(7)));
    assert_eq!("feed-1:0".parse(), Ok(at(0)));
    for bad in ["", ":", "feed-1", "feed-1:", ":7", "feed-1:07", "feed-1:+7", "feed-1:-1", "feed 1:7", "a:b:7"] {
        assert_eq!(bad.parse::<Position>(), Err(WireError::Position), "{bad}");
    }
    assert!(format!("f:{}0", u64::MAX).parse::<Position>().is_err());
    assert!(format!("{}:1", "f".repeat(65)).parse::<Position>().is_err());
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_and_anything_else_never_panics(seq: u64, feed in "[A-Za-z0-9_-]{1,64}", junk in prop::collection::vec(any::<u8>(), 0..300)) {
        let position = Position { feed_id: feed, seq };
        prop_assert_eq!(position.to_string().parse::<Position>().unwrap(), position);
        let _ = Snapshot::from_json(&junk);
        let text = String::from_utf8_lossy(&junk).into_owned();
        let _ = text.parse::<Position>();
        for name in ["entry", "heartbeat", "bye", "other"] {
            let _ = Event::read(&sse::Event { name: name.into(), id: Some(text.clone()), data: text.clone() });
        }
    }
}
