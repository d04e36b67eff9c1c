//! Sentences about [`Sessions`](crate::store::Sessions).

use std::time::Duration;

use doorward_verify::Timestamp;

use super::{NOW, Stores, got, sample_key, sample_session, wait};
use crate::data::{DataChange, DataWrite, Expect};
use crate::id::{ClientId, SessionId};
use crate::records::{Session, SessionData, SessionState};
use crate::refresh::{Rotate, Rotation};
use crate::rng::SeededRng;
use crate::room::{Inserted, Room, WhenFull};

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
    got(stores.sessions.insert(session.clone(), Room::ANY));
    session
}

fn after_idle(session: &Session) -> Timestamp {
    session.idle_ends_at()
}

/// See its name.
pub fn an_inserted_session_is_found_and_listed(stores: &Stores) {
    let session = inserted(stores, 1);
    assert_eq!(got(stores.sessions.find(session.sid, NOW)).as_deref(), Some(&session));
    assert_eq!(got(stores.sessions.of_account(session.account, NOW)), [session]);
}

/// See its name.
pub fn a_session_id_inserted_twice_is_an_error_and_changes_nothing(stores: &Stores) {
    let session = inserted(stores, 1);
    let twin = Session { device: "another".into(), ..session.clone() };
    assert!(wait(stores.sessions.insert(twin, Room::ANY)).is_err());
    assert_eq!(got(stores.sessions.find(session.sid, NOW)).as_deref(), Some(&session));
}

fn is_nowhere(stores: &Stores, session: &Session, now: Timestamp) {
    assert_eq!(got(stores.sessions.find(session.sid, now)), None);
    assert_eq!(got(stores.sessions.touch(session.sid, now)), None);
    assert_eq!(got(stores.sessions.rotate(session.sid, ask(1, now))), Rotation::Refused);
    assert_eq!(got(stores.sessions.data(session.sid, now)), None);
    assert_eq!(got(stores.sessions.write_data(session.sid, put("a", "1"), now)), DataWrite::NotLive);
    assert_eq!(got(stores.sessions.of_account(session.account, now)), []);
}

/// See its name.
pub fn a_missing_session_is_none_everywhere_and_never_an_error(stores: &Stores) {
    is_nowhere(stores, &sample_session(1), NOW);
    assert!(!got(stores.sessions.end(sample_session(1).sid)));
}

/// See its name.
pub fn an_expired_session_is_the_same_as_a_missing_one(stores: &Stores) {
    let session = inserted(stores, 1);
    assert!(got(stores.sessions.find(session.sid, after_idle(&session).minus(Duration::from_millis(1)))).is_some());
    is_nowhere(stores, &session, after_idle(&session));
    is_nowhere(stores, &session, session.ends_at);
    assert!(got(stores.sessions.end(session.sid)), "an expired one is there to be ended until it is purged");
}

/// See its name.
pub fn a_reused_session_is_found_and_dead_for_everything_else(stores: &Stores) {
    let session = Session { state: SessionState::Reused, ..sample_session(1) };
    got(stores.sessions.insert(session.clone(), Room::ANY));
    assert_eq!(got(stores.sessions.find(session.sid, NOW)).as_deref(), Some(&session));
    assert_eq!(got(stores.sessions.touch(session.sid, NOW.plus(HOUR))), None);
    assert!(matches!(got(stores.sessions.rotate(session.sid, ask(1, NOW))), Rotation::Reused(_)));
    assert_eq!(got(stores.sessions.data(session.sid, NOW)), None);
    assert_eq!(got(stores.sessions.write_data(session.sid, put("a", "1"), NOW)), DataWrite::NotLive);
    assert_eq!(got(stores.sessions.of_account(session.account, NOW)), [session]);
}

/// See its name.
pub fn a_touch_moves_last_seen_forward_only_and_nothing_else(stores: &Stores) {
    let session = inserted(stores, 1);
    let later = NOW.plus(HOUR);
    let moved = Session { last_seen_at: later, ..session.clone() };
    assert_eq!(got(stores.sessions.touch(session.sid, later)).as_deref(), Some(&moved));
    assert_eq!(got(stores.sessions.touch(session.sid, NOW)).as_deref(), Some(&moved));
    assert_eq!(got(stores.sessions.find(session.sid, later)).as_deref(), Some(&moved));
    assert!(
        got(stores.sessions.find(session.sid, after_idle(&session).plus(HOUR).minus(Duration::from_secs(1)))).is_some()
    );
}

/// See its name.
pub fn a_rotation_is_kept_and_repeated_within_the_grace_window(stores: &Stores) {
    let session = inserted(stores, 1);
    let later = NOW.plus(HOUR);
    let Rotation::Rotated(rotated) = got(stores.sessions.rotate(session.sid, ask(1, later))) else {
        panic!("the current one rotates")
    };
    assert_eq!((rotated.lines[0].generation, rotated.last_seen_at), (2, later));
    assert_eq!(got(stores.sessions.find(session.sid, later)).as_deref(), Some(&*rotated));
    let within = later.plus(Duration::from_secs(9));
    let Rotation::Repeated(repeated) = got(stores.sessions.rotate(session.sid, ask(1, within))) else {
        panic!("the one before, within grace, repeats")
    };
    assert_eq!(repeated.lines[0].generation, 2);
    let other = Rotate { client: "other".parse().expect("an id"), ..ask(2, within) };
    assert_eq!(got(stores.sessions.rotate(session.sid, other)), Rotation::Refused);
    assert_eq!(got(stores.sessions.rotate(session.sid, Rotate { line: 1, ..ask(2, within) })), Rotation::Refused);
}

/// See its name.
pub fn a_reuse_is_kept(stores: &Stores) {
    let session = inserted(stores, 1);
    got(stores.sessions.rotate(session.sid, ask(1, NOW)));
    let late = NOW.plus(Duration::from_secs(11));
    assert!(matches!(got(stores.sessions.rotate(session.sid, ask(1, late))), Rotation::Reused(_)));
    let found = got(stores.sessions.find(session.sid, late)).expect("it is there");
    assert_eq!(found.state, SessionState::Reused);
    assert!(
        matches!(got(stores.sessions.rotate(session.sid, ask(2, late))), Rotation::Reused(_)),
        "also for the current one"
    );
}

/// See its name.
pub fn an_end_removes_the_session_and_its_data_once(stores: &Stores) {
    let session = inserted(stores, 1);
    got(stores.sessions.write_data(session.sid, put("a", "1"), NOW));
    assert!(got(stores.sessions.end(session.sid)));
    assert!(!got(stores.sessions.end(session.sid)));
    is_nowhere(stores, &session, NOW);
    got(stores.sessions.insert(session.clone(), Room::ANY));
    assert_eq!(got(stores.sessions.data(session.sid, NOW)), Some(SessionData::default()), "no data was left");
}

/// See its name.
pub fn ending_many_passes_over_those_that_are_not_there(stores: &Stores) {
    let sessions = [inserted(stores, 1), sample_session(2), inserted(stores, 3)];
    got(stores.sessions.end_all(sessions.iter().map(|s| s.sid).collect()));
    got(stores.sessions.end_all(Vec::new()));
    for session in sessions {
        is_nowhere(stores, &session, NOW);
    }
}

/// See its name.
pub fn sessions_of_an_account_are_its_own(stores: &Stores) {
    let first = inserted(stores, 1);
    inserted(stores, 2);
    let sid = SessionId::draw(&first.account, &SeededRng::new(99)).expect("a seeded generator never fails");
    let second = Session { sid, ..first.clone() };
    got(stores.sessions.insert(second.clone(), Room::ANY));
    let mut found = got(stores.sessions.of_account(first.account, NOW));
    found.sort_by_key(|s| s.sid);
    let mut expected = [first, second];
    expected.sort_by_key(|s| s.sid);
    assert_eq!(found, expected);
}

/// See its name.
pub fn data_is_kept_with_its_session(stores: &Stores) {
    let session = inserted(stores, 1);
    assert_eq!(got(stores.sessions.data(session.sid, NOW)), Some(SessionData::default()));
    let DataWrite::Kept(tag) = got(stores.sessions.write_data(session.sid, put("a", r#"{"b":"ü"}"#), NOW)) else {
        panic!("a small value is kept")
    };
    let data = got(stores.sessions.data(session.sid, NOW)).expect("it is live");
    assert_eq!((data.values["a"].json.as_str(), data.values["a"].tag), (r#"{"b":"ü"}"#, tag));
    let stale = DataChange { expect: Expect::Tag(tag + 1), ..put("a", "2") };
    assert_eq!(got(stores.sessions.write_data(session.sid, stale, NOW)), DataWrite::Mismatch);
    let remove = DataChange { key: "a".into(), json: None, expect: Expect::Tag(tag) };
    assert_eq!(got(stores.sessions.write_data(session.sid, remove, NOW)), DataWrite::Removed);
    assert!(got(stores.sessions.data(session.sid, NOW)).expect("it is live").values.is_empty());
}

/// See its name.
pub fn purge_removes_expired_sessions_only_and_not_more_than_asked(stores: &Stores) {
    let sessions: Vec<_> = (1..=5).map(|n| inserted(stores, n)).collect();
    let fresh = Session { last_seen_at: sessions[0].idle_ends_at(), ..sample_session(6) };
    got(stores.sessions.insert(fresh.clone(), Room::ANY));
    let now = sessions[0].idle_ends_at();
    assert_eq!(got(stores.sessions.purge(NOW, 10)), 0);
    assert_eq!(got(stores.sessions.purge(now, 3)), 3);
    let mut gone = 0;
    while gone < 2 {
        let more = got(stores.sessions.purge(now, 3));
        assert!(more > 0, "two are left to purge");
        gone += more;
    }
    assert_eq!((gone, got(stores.sessions.purge(now, 3))), (2, 0));
    assert!(got(stores.sessions.find(fresh.sid, now)).is_some());
}

/// Sessions of one account, each seen a second later than the one before.
fn of_one_account(n: u64) -> Session {
    let one = sample_session(1);
    let sid = SessionId::draw(&one.account, &SeededRng::new(n ^ 0x9a3e)).expect("a seeded generator never fails");
    Session { sid, last_seen_at: NOW.plus(Duration::from_secs(n)), ..one }
}

/// See its name.
pub fn what_is_pushed_out_is_dead_and_told_until_it_has_ended(stores: &Stores) {
    let room = Room { most: 2, ..Room::ANY };
    for n in 1..=2 {
        assert_eq!(got(stores.sessions.insert(of_one_account(n), room)), Inserted::Done(Vec::new()));
    }
    let oldest = of_one_account(1);
    let dead = Session { state: SessionState::PushedOut, ..oldest.clone() };
    for n in 3..=4 {
        let Inserted::Done(pushed) = got(stores.sessions.insert(of_one_account(n), room)) else {
            panic!("there is room")
        };
        assert!(pushed.contains(&dead) && pushed.len() == n as usize - 2);
    }
    assert_eq!(got(stores.sessions.find(oldest.sid, NOW)).as_deref(), Some(&dead), "to finish its end");
    assert_eq!(got(stores.sessions.touch(oldest.sid, NOW)), None);
    assert_eq!(got(stores.sessions.rotate(oldest.sid, ask(1, NOW))), Rotation::Refused);
    assert_eq!(got(stores.sessions.data(oldest.sid, NOW)), None);
    got(stores.sessions.end_all(vec![oldest.sid, of_one_account(2).sid]));
    let next = got(stores.sessions.insert(of_one_account(5), Room { but: Some(of_one_account(3).sid), ..room }));
    assert_eq!(next, Inserted::Done(Vec::new()), "a predecessor takes no room");
}

/// See its name.
pub fn without_room_nothing_is_inserted(stores: &Stores) {
    let room = Room { most: 1, when_full: WhenFull::Refuse, but: None };
    let (first, second) = (of_one_account(1), of_one_account(2));
    assert_eq!(got(stores.sessions.insert(first.clone(), room)), Inserted::Done(Vec::new()));
    assert_eq!(got(stores.sessions.insert(second.clone(), room)), Inserted::Full);
    assert_eq!(got(stores.sessions.find(second.sid, NOW)), None);
    assert_eq!(got(stores.sessions.of_account(first.account, NOW)), [first]);
    assert_eq!(got(stores.sessions.insert(sample_session(2), room)), Inserted::Done(Vec::new()), "another account");
}
