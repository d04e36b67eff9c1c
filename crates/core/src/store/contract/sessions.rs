//! Sentences about [`Sessions`](crate::store::Sessions).

use std::time::Duration;

use doorward_verify::Timestamp;

use super::{NOW, Stores, sample_key, sample_session, wait};
use crate::data::{DataChange, DataWrite, Expect};
use crate::id::ClientId;
use crate::records::{Session, SessionData, SessionState};
use crate::refresh::{Rotate, Rotation};

const HOUR: Duration = Duration::from_secs(3600);

/// A question about the session's refresh token of that generation.
#[must_use]
pub fn ask(generation: u64, now: Timestamp) -> Rotate {
    Rotate {
        line: 0,
        generation,
        client: ClientId::default_client(),
        key: sample_key(),
        now,
        grace: Duration::from_secs(10),
        access_token: Duration::from_secs(300),
    }
}

/// A value for a key.
#[must_use]
pub fn put(key: &str, json: &str) -> DataChange {
    DataChange { key: key.into(), json: Some(json.into()), expect: Expect::Anything }
}

fn inserted(stores: &Stores, n: u64) -> Session {
    let session = sample_session(n);
    wait(stores.sessions.insert(session.clone())).unwrap();
    session
}

fn after_idle(session: &Session) -> Timestamp {
    session.idle_ends_at()
}

/// See its name.
pub fn an_inserted_session_is_found_and_listed(stores: &Stores) {
    let session = inserted(stores, 1);
    assert_eq!(wait(stores.sessions.find(session.sid, NOW)).unwrap().as_deref(), Some(&session));
    assert_eq!(wait(stores.sessions.of_account(session.account, NOW)).unwrap(), [session]);
}

/// See its name.
pub fn a_session_id_inserted_twice_is_an_error_and_changes_nothing(stores: &Stores) {
    let session = inserted(stores, 1);
    let twin = Session { device: "another".into(), ..session.clone() };
    assert!(wait(stores.sessions.insert(twin)).is_err());
    assert_eq!(wait(stores.sessions.find(session.sid, NOW)).unwrap().as_deref(), Some(&session));
}

fn is_nowhere(stores: &Stores, session: &Session, now: Timestamp) {
    assert_eq!(wait(stores.sessions.find(session.sid, now)).unwrap(), None);
    assert_eq!(wait(stores.sessions.touch(session.sid, now)).unwrap(), None);
    assert_eq!(wait(stores.sessions.rotate(session.sid, ask(1, now))).unwrap(), Rotation::Refused);
    assert_eq!(wait(stores.sessions.data(session.sid, now)).unwrap(), None);
    assert_eq!(wait(stores.sessions.write_data(session.sid, put("a", "1"), now)).unwrap(), DataWrite::NotLive);
    assert_eq!(wait(stores.sessions.of_account(session.account, now)).unwrap(), []);
}

/// See its name.
pub fn a_missing_session_is_none_everywhere_and_never_an_error(stores: &Stores) {
    is_nowhere(stores, &sample_session(1), NOW);
    assert!(!wait(stores.sessions.end(sample_session(1).sid)).unwrap());
}

/// See its name.
pub fn an_expired_session_is_the_same_as_a_missing_one(stores: &Stores) {
    let session = inserted(stores, 1);
    assert!(
        wait(stores.sessions.find(session.sid, after_idle(&session).minus(Duration::from_millis(1))))
            .unwrap()
            .is_some()
    );
    is_nowhere(stores, &session, after_idle(&session));
    is_nowhere(stores, &session, session.ends_at);
    assert!(wait(stores.sessions.end(session.sid)).unwrap(), "an expired one is there to be ended until it is purged");
}

/// See its name.
pub fn a_reused_session_is_found_and_dead_for_everything_else(stores: &Stores) {
    let session = Session { state: SessionState::Reused, ..sample_session(1) };
    wait(stores.sessions.insert(session.clone())).unwrap();
    assert_eq!(wait(stores.sessions.find(session.sid, NOW)).unwrap().as_deref(), Some(&session));
    assert_eq!(wait(stores.sessions.touch(session.sid, NOW.plus(HOUR))).unwrap(), None);
    assert!(matches!(wait(stores.sessions.rotate(session.sid, ask(1, NOW))).unwrap(), Rotation::Reused(_)));
    assert_eq!(wait(stores.sessions.data(session.sid, NOW)).unwrap(), None);
    assert_eq!(wait(stores.sessions.write_data(session.sid, put("a", "1"), NOW)).unwrap(), DataWrite::NotLive);
    assert_eq!(wait(stores.sessions.of_account(session.account, NOW)).unwrap(), [session]);
}

/// See its name.
pub fn a_touch_moves_last_seen_forward_only_and_nothing_else(stores: &Stores) {
    let session = inserted(stores, 1);
    let later = NOW.plus(HOUR);
    let moved = Session { last_seen_at: later, ..session.clone() };
    assert_eq!(wait(stores.sessions.touch(session.sid, later)).unwrap().as_deref(), Some(&moved));
    assert_eq!(wait(stores.sessions.touch(session.sid, NOW)).unwrap().as_deref(), Some(&moved));
    assert_eq!(wait(stores.sessions.find(session.sid, later)).unwrap().as_deref(), Some(&moved));
    assert!(
        wait(stores.sessions.find(session.sid, after_idle(&session).plus(HOUR).minus(Duration::from_secs(1))))
            .unwrap()
            .is_some()
    );
}

/// See its name.
pub fn a_rotation_is_kept_and_repeated_within_the_grace_window(stores: &Stores) {
    let session = inserted(stores, 1);
    let later = NOW.plus(HOUR);
    let Rotation::Rotated(rotated) = wait(stores.sessions.rotate(session.sid, ask(1, later))).unwrap() else {
        panic!("the current one rotates")
    };
    assert_eq!((rotated.lines[0].generation, rotated.last_seen_at), (2, later));
    assert_eq!(wait(stores.sessions.find(session.sid, later)).unwrap().as_deref(), Some(&*rotated));
    let within = later.plus(Duration::from_secs(9));
    let Rotation::Repeated(repeated) = wait(stores.sessions.rotate(session.sid, ask(1, within))).unwrap() else {
        panic!("the one before, within grace, repeats")
    };
    assert_eq!(repeated.lines[0].generation, 2);
    let other = Rotate { client: "other".parse().unwrap(), ..ask(2, within) };
    assert_eq!(wait(stores.sessions.rotate(session.sid, other)).unwrap(), Rotation::Refused);
    assert_eq!(
        wait(stores.sessions.rotate(session.sid, Rotate { line: 1, ..ask(2, within) })).unwrap(),
        Rotation::Refused
    );
}

/// See its name.
pub fn a_reuse_is_kept(stores: &Stores) {
    let session = inserted(stores, 1);
    wait(stores.sessions.rotate(session.sid, ask(1, NOW))).unwrap();
    let late = NOW.plus(Duration::from_secs(11));
    assert!(matches!(wait(stores.sessions.rotate(session.sid, ask(1, late))).unwrap(), Rotation::Reused(_)));
    let found = wait(stores.sessions.find(session.sid, late)).unwrap().unwrap();
    assert_eq!(found.state, SessionState::Reused);
    assert!(
        matches!(wait(stores.sessions.rotate(session.sid, ask(2, late))).unwrap(), Rotation::Reused(_)),
        "also for the current one"
    );
}

/// See its name.
pub fn an_end_removes_the_session_and_its_data_once(stores: &Stores) {
    let session = inserted(stores, 1);
    wait(stores.sessions.write_data(session.sid, put("a", "1"), NOW)).unwrap();
    assert!(wait(stores.sessions.end(session.sid)).unwrap());
    assert!(!wait(stores.sessions.end(session.sid)).unwrap());
    is_nowhere(stores, &session, NOW);
    wait(stores.sessions.insert(session.clone())).unwrap();
    assert_eq!(wait(stores.sessions.data(session.sid, NOW)).unwrap(), Some(SessionData::default()), "no data was left");
}

/// See its name.
pub fn ending_many_passes_over_those_that_are_not_there(stores: &Stores) {
    let sessions = [inserted(stores, 1), sample_session(2), inserted(stores, 3)];
    wait(stores.sessions.end_all(sessions.iter().map(|s| s.sid).collect())).unwrap();
    wait(stores.sessions.end_all(Vec::new())).unwrap();
    for session in sessions {
        is_nowhere(stores, &session, NOW);
    }
}

/// See its name.
pub fn sessions_of_an_account_are_its_own(stores: &Stores) {
    let first = inserted(stores, 1);
    inserted(stores, 2);
    let sid = crate::id::SessionId::draw(&first.account, &crate::rng::SeededRng::new(99)).unwrap();
    let second = Session { sid, ..first.clone() };
    wait(stores.sessions.insert(second.clone())).unwrap();
    let mut found = wait(stores.sessions.of_account(first.account, NOW)).unwrap();
    found.sort_by_key(|s| s.sid);
    let mut expected = [first, second];
    expected.sort_by_key(|s| s.sid);
    assert_eq!(found, expected);
}

/// See its name.
pub fn data_is_kept_with_its_session(stores: &Stores) {
    let session = inserted(stores, 1);
    assert_eq!(wait(stores.sessions.data(session.sid, NOW)).unwrap(), Some(SessionData::default()));
    let DataWrite::Kept(tag) = wait(stores.sessions.write_data(session.sid, put("a", r#"{"b":"ü"}"#), NOW)).unwrap()
    else {
        panic!("a small value is kept")
    };
    let data = wait(stores.sessions.data(session.sid, NOW)).unwrap().unwrap();
    assert_eq!((data.values["a"].json.as_str(), data.values["a"].tag), (r#"{"b":"ü"}"#, tag));
    let stale = DataChange { expect: Expect::Tag(tag + 1), ..put("a", "2") };
    assert_eq!(wait(stores.sessions.write_data(session.sid, stale, NOW)).unwrap(), DataWrite::Mismatch);
    let remove = DataChange { key: "a".into(), json: None, expect: Expect::Tag(tag) };
    assert_eq!(wait(stores.sessions.write_data(session.sid, remove, NOW)).unwrap(), DataWrite::Removed);
    assert!(wait(stores.sessions.data(session.sid, NOW)).unwrap().unwrap().values.is_empty());
}

/// See its name.
pub fn purge_removes_expired_sessions_only_and_not_more_than_asked(stores: &Stores) {
    let sessions: Vec<_> = (1..=5).map(|n| inserted(stores, n)).collect();
    let fresh = Session { last_seen_at: sessions[0].idle_ends_at(), ..sample_session(6) };
    wait(stores.sessions.insert(fresh.clone())).unwrap();
    let now = sessions[0].idle_ends_at();
    assert_eq!(wait(stores.sessions.purge(NOW, 10)).unwrap(), 0);
    assert_eq!(wait(stores.sessions.purge(now, 3)).unwrap(), 3);
    let mut gone = 0;
    while gone < 2 {
        let more = wait(stores.sessions.purge(now, 3)).unwrap();
        assert!(more > 0, "two are left to purge");
        gone += more;
    }
    assert_eq!((gone, wait(stores.sessions.purge(now, 3)).unwrap()), (2, 0));
    assert!(wait(stores.sessions.find(fresh.sid, now)).unwrap().is_some());
}
