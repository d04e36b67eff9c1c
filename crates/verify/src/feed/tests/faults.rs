//! One fault after the other: what a proxy, a broken server or a liar may do to a stream.

use super::*;

#[test]
fn a_snapshot_and_then_a_signed_heartbeat_make_it_fresh_and_neither_alone_does() {
    let mut scene = Scene::new();
    assert_eq!(scene.follower.start(), Next::Snapshot { after: Duration::ZERO });
    let next = scene.follower.snapshot(&snapshot(3, 1..=3), 0);
    assert_eq!(next, Next::Stream { after: Duration::ZERO, from: at(3) });
    assert!(scene.knows(1) && scene.knows(3) && !scene.knows(4));
    assert_eq!(scene.follower.opened(secs(1)), Next::Read { until: secs(6) });
    assert!(!scene.is_fresh(secs(1)), "nobody has signed anything");
    scene.hear(entry(4), secs(1));
    assert!(scene.knows(4) && !scene.is_fresh(secs(1)));
    let beat = scene.beat_at(4, 0);
    assert_eq!(scene.hear(beat, secs(2)), Next::Read { until: secs(7) });
    assert!(scene.is_fresh(secs(2)));
    assert_eq!(scene.follower.position(), Some(&at(4)));
}

#[test]
fn bytes_cut_anywhere_are_followed_all_the_same() {
    let mut scene = Scene::following(0);
    let text = entry(1) + &scene.beat_at(1, 0) + &entry(2) + &scene.beat_at(2, 1);
    for byte in text.as_bytes() {
        assert!(matches!(scene.hear([*byte], secs(2)), Next::Read { .. }));
    }
    assert!(scene.knows(2) && scene.is_fresh(secs(2)));
}

#[test]
fn an_entry_left_out_is_noticed_by_the_next_entry_or_the_next_heartbeat() {
    let mut scene = Scene::following(3);
    assert!(matches!(scene.hear(entry(5), secs(2)), Next::Snapshot { .. }));
    assert_eq!(scene.follower.take_trouble(), Some(Trouble::Gap));
    assert!(scene.knows(5), "what has ended has ended, whatever its number");
    let mut scene = Scene::following(3);
    let beat = scene.beat_at(4, 0);
    assert!(matches!(scene.hear(beat, secs(2)), Next::Snapshot { .. }));
    assert!(!scene.is_fresh(secs(2)));
}

#[test]
fn entries_out_of_order_are_a_gap_and_entries_again_are_nothing() {
    let mut scene = Scene::following(3);
    assert!(matches!(scene.hear(entry(5) + &entry(4), secs(2)), Next::Snapshot { .. }));
    let mut scene = Scene::following(3);
    assert!(matches!(scene.hear(entry(2) + &entry(3) + &entry(4), secs(2)), Next::Read { .. }));
    assert_eq!(scene.follower.position(), Some(&at(4)));
}

#[test]
fn an_entry_or_a_heartbeat_of_another_log_leads_to_a_snapshot() {
    let other = Position { feed_id: "feed-2".into(), seq: 4 };
    let mut scene = Scene::following(3);
    assert!(matches!(scene.hear(Event::Entry(other, session(4)).write(), secs(2)), Next::Snapshot { .. }));
    let mut scene = Scene::following(3);
    let beat = scene.beat(&Beat { iss: ISSUER.into(), feed_id: "feed-2".into(), seq: 3, node: "n".into(), time: 1 });
    assert!(matches!(scene.hear(beat, secs(2)), Next::Snapshot { .. }));
    assert!(!scene.is_fresh(secs(2)));
}

#[test]
fn a_snapshot_of_another_log_or_an_older_one_takes_nothing_away() {
    let mut scene = Scene::following(3);
    assert!(matches!(scene.follower.snapshot(&snapshot(1, []), 0), Next::Stream { .. }));
    assert!((1..=3).all(|n| scene.knows(n)));
    let other = Snapshot { feed_id: "feed-2".into(), seq: 9, iss: ISSUER.into(), entries: vec![session(9)] };
    scene.follower.snapshot(&serde_json::to_vec(&other).unwrap(), 0);
    assert!((1..=3).all(|n| scene.knows(n)) && scene.knows(9));
    assert_eq!(scene.follower.position(), Some(&other.position()));
}

#[test]
fn a_snapshot_or_heartbeat_of_another_issuer_is_not_taken() {
    let mut scene = Scene::new();
    let other =
        Snapshot { feed_id: FEED.into(), seq: 1, iss: "https://other.example".into(), entries: vec![session(1)] };
    assert!(matches!(scene.follower.snapshot(&serde_json::to_vec(&other).unwrap(), 0), Next::Snapshot { .. }));
    assert_eq!(scene.follower.take_trouble(), Some(Trouble::OtherIssuer));
    assert!(!scene.knows(1));
    let mut scene = Scene::following(3);
    let beat = scene.beat(&Beat {
        iss: "https://other.example".into(),
        feed_id: FEED.into(),
        seq: 3,
        node: "n".into(),
        time: 1,
    });
    assert!(matches!(scene.hear(beat, secs(2)), Next::Stream { .. }));
    assert_eq!(scene.follower.take_trouble(), Some(Trouble::OtherIssuer));
}

#[test]
fn a_forged_heartbeat_ends_the_connection_and_counts_for_nothing() {
    let good = Scene::following(3);
    let stranger = Signing::new(Algorithm::Ed25519, "key-1");
    let payload =
        Beat { iss: ISSUER.into(), feed_id: FEED.into(), seq: 3, node: "n".into(), time: 1_800_000_000_000 }.payload();
    let header = |typ: &str| serde_json::json!({ "alg": "Ed25519", "typ": typ, "kid": "key-1" }).to_string();
    let signed =
        |by: &Signing, typ: &str, payload: &[u8]| Event::Heartbeat(by.raw(header(typ).as_bytes(), payload)).write();
    let unsigned = Event::Heartbeat("e30.e30.".into()).write();
    for bad in [
        signed(&stranger, typ::HEARTBEAT, &payload),
        signed(&good.signing, typ::ACCESS_TOKEN, &payload),
        signed(&good.signing, typ::HEARTBEAT, b"{}"),
        unsigned,
    ] {
        let mut scene = Scene { keys: good.keys.clone(), ..Scene::following(3) };
        assert!(matches!(scene.hear(bad, secs(2)), Next::Stream { .. }));
        assert_eq!(scene.follower.take_trouble(), Some(Trouble::Forged));
        assert!(!scene.is_fresh(secs(2)));
    }
}

#[test]
fn a_heartbeat_under_a_key_that_is_not_known_yet_asks_for_the_keys_and_does_not_count() {
    let mut scene = Scene::following(3);
    let keys = std::mem::take(&mut scene.keys);
    let beat = scene.beat_at(3, 0);
    assert!(matches!(scene.hear(&beat, secs(2)), Next::Read { .. }));
    assert!(scene.follower.take_unknown_key() && !scene.follower.take_unknown_key());
    assert!(!scene.is_fresh(secs(2)));
    scene.keys = keys;
    scene.hear(&beat, secs(2));
    assert!(scene.is_fresh(secs(2)));
}

#[test]
fn a_heartbeat_replayed_or_older_than_the_last_ends_the_connection() {
    for (seq, second) in [(3, 1), (3, 0), (2, 2)] {
        let mut scene = Scene::following(3);
        let (first, second) = (scene.beat_at(3, 1), scene.beat_at(seq, second));
        scene.hear(first, secs(2));
        assert!(matches!(scene.hear(second, secs(30)), Next::Stream { .. }));
        assert_eq!(scene.follower.take_trouble(), Some(Trouble::WentBack));
        assert!(!scene.is_fresh(secs(30)));
    }
}

#[test]
fn a_recording_played_again_in_a_new_connection_never_makes_it_fresh() {
    let mut scene = Scene::following(3);
    let recorded: Vec<_> = (0..20).map(|second| scene.beat_at(3, second)).collect();
    for (second, beat) in (1..).zip(&recorded[..10]) {
        scene.hear(beat, secs(second));
    }
    let mut now = secs(100);
    for beat in &recorded {
        scene.follower.opened(now);
        now += secs(1);
        scene.hear(beat, now);
        assert!(!scene.is_fresh(now));
    }
    assert_eq!(scene.freshness.numbers(now).late_heartbeats, 10, "those that had been held back");
}

#[test]
fn a_heartbeat_that_was_held_up_for_more_than_a_second_does_not_count() {
    let mut scene = Scene::following(3);
    let beats: Vec<_> = (0..3).map(|second| scene.beat_at(3, second)).collect();
    scene.hear(&beats[0], Duration::from_millis(1_000));
    scene.hear(&beats[1], Duration::from_millis(3_000));
    assert_eq!(scene.freshness.age(secs(3)), Some(secs(0)), "a second late is the limit");
    scene.hear(&beats[2], Duration::from_millis(4_001));
    assert_eq!(scene.freshness.age(secs(5)), Some(secs(2)));
    assert_eq!(scene.freshness.numbers(secs(5)).late_heartbeats, 1);
}

#[test]
fn a_stream_in_which_nothing_counts_is_given_up_after_five_seconds() {
    let mut scene = Scene::following(3);
    assert!(matches!(scene.follower.tick(Duration::from_millis(5_999), 0), Next::Read { .. }));
    assert!(matches!(scene.hear(entry(4) + ":\n\nevent: new\ndata: x\n\n", secs(6)), Next::Stream { .. }));
    assert_eq!(scene.follower.take_trouble(), Some(Trouble::Silence));
}

#[test]
fn a_stream_that_breaks_off_is_taken_up_where_it_ended_and_a_farewell_within_a_second() {
    let mut scene = Scene::following(3);
    scene.hear(entry(4) + "event: entry\nid: fee", secs(2));
    let Next::Stream { from, .. } = scene.follower.closed(0) else { panic!("from where it stands") };
    assert_eq!(from, at(4));
    scene.follower.opened(secs(3));
    assert!(matches!(scene.hear(entry(5), secs(3)), Next::Read { .. }), "nothing is left of the piece that was cut");
    let Next::Stream { after, from } = scene.hear(Event::Bye.write(), secs(3)) else {
        panic!("it is asked to come again")
    };
    assert!(after <= secs(1));
    assert_eq!(from, at(5));
}

#[test]
fn a_position_that_is_gone_leads_to_a_snapshot_and_any_other_refusal_to_a_wait() {
    let mut scene = Scene::following(3);
    let Next::Stream { after, .. } = scene.follower.refused(Refusal::Failed(Some(secs(7))), 0) else { panic!("waits") };
    assert_eq!(after, secs(7));
    assert!(matches!(scene.follower.refused(Refusal::Gone, 0), Next::Snapshot { .. }));
    assert!(scene.knows(3));
}

#[test]
fn junk_in_the_stream_ends_it_and_changes_nothing() {
    for junk in
        [&b"event: entry\nid: feed-1:4\ndata: {}\n\n"[..], b"event: entry\ndata: {}\n\n", b"\xff\n", &[b'a'; 20_000]]
    {
        let mut scene = Scene::following(3);
        assert!(matches!(scene.hear(junk, secs(2)), Next::Stream { .. }));
        assert_eq!(scene.follower.take_trouble(), Some(Trouble::Unreadable));
        assert_eq!(scene.follower.position(), Some(&at(3)));
    }
}
