//! A server that is slow, busy or gone: an error in time, and everything as before once it is back.
#![expect(clippy::unwrap_used, reason = "what cannot be set up breaks the test")]

use std::time::{Duration, Instant};

use doorward_core::room::Room;
use doorward_core::store::contract::{NOW, got, sample_account, sample_note, sample_session, together, wait};
use doorward_core::store::{Accounts as _, RevocationLog, Sessions as _, StoreError};
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::house::{House, RUNTIME, admin};
use crate::postgres::PostgresStore;

/// A caller hears within this.
const IN_TIME: Duration = Duration::from_secs(2);

#[expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

fn is_unavailable<T: std::fmt::Debug>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

/// A connection that holds on to what it was told to, until it is dropped.
fn holding(house: &House, statements: &'static [&'static str]) -> PgConnection {
    RUNTIME.block_on(async {
        let mut link = PgConnection::connect_with(&house.target().options()).await.unwrap();
        link.execute("SET idle_in_transaction_session_timeout = 0").await.unwrap();
        for statement in statements {
            link.execute(*statement).await.unwrap();
        }
        link
    })
}

#[test]
fn whoever_waits_for_a_lock_hears_in_time_and_nothing_is_half_done() {
    let house = House::new();
    let store = house.store();
    got(store.create(sample_account(1), sample_note(1)));
    let holder = holding(&house, &["BEGIN", "LOCK TABLE sessions, feed, audit_head IN ACCESS EXCLUSIVE MODE"]);
    type Ask = fn(&PostgresStore) -> bool;
    let asks: [Ask; 4] = [
        |store| is_unavailable(&wait(store.insert(sample_session(1), Room::ANY))),
        |store| is_unavailable(&wait(store.find(sample_session(1).sid, NOW))),
        |store| is_unavailable(&wait(RevocationLog::append(store, Vec::new(), NOW, vec![sample_note(1)]))),
        |store| is_unavailable(&wait(store.create(sample_account(2), sample_note(2)))),
    ];
    let outcomes = together(asks.len(), |n| timed(|| asks[n](&store)));
    for (unavailable, took) in outcomes {
        assert!(unavailable && took < IN_TIME, "{unavailable} after {took:?}");
    }
    drop(holder);
    assert_eq!(got(store.find(sample_session(1).sid, NOW)), None);
    assert_eq!(got(store.by_id(sample_account(2).id)), None);
    got(store.insert(sample_session(1), Room::ANY));
}

#[test]
fn connections_that_the_server_ended_are_replaced() {
    let house = House::new();
    let store = house.store();
    got(store.insert(sample_session(1), Room::ANY));
    house.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    // The first to meet a dead connection hears of it; nobody after that does.
    let _ = wait(store.find(sample_session(1).sid, NOW));
    assert!(got(store.find(sample_session(1).sid, NOW)).is_some());
    got(store.insert(sample_session(2), Room::ANY));
}

#[test]
fn more_work_than_connections_waits_and_is_done() {
    let house = House::new();
    let mut target = house.target();
    target.connections = 2;
    let store = RUNTIME.block_on(PostgresStore::open(&target)).unwrap();
    together(8, |thread| {
        for n in 0..10 {
            got(store.insert(sample_session((thread * 100 + n) as u64), Room::ANY));
        }
    });
    assert_eq!(got(store.of_account(sample_account(701).id, NOW)).len(), 1);
}

/// `default_transaction_read_only` is what a primary is told that shall not be written to.
#[test]
fn a_database_that_may_only_be_read_is_away_and_is_back_when_it_may_be_written() {
    let house = House::new();
    let store = house.store();
    got(store.insert(sample_session(1), Room::ANY));
    let name = house.target().database().to_owned();
    house.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    house.execute(end);
    let _ = wait(store.insert(sample_session(2), Room::ANY));
    let outcome = wait(store.insert(sample_session(2), Room::ANY));
    assert!(matches!(&outcome, Err(StoreError::Unavailable(why)) if why.contains("read-only")), "{outcome:?}");
    admin(&format!("ALTER DATABASE {name} RESET default_transaction_read_only"));
    got(store.insert(sample_session(2), Room::ANY));
}

#[test]
fn a_damaged_record_is_absent_and_its_neighbours_are_not() {
    let house = House::new();
    let store = house.store();
    for n in 1..=2 {
        got(store.insert(sample_session(n), Room::ANY));
    }
    let sid = sample_session(1).sid;
    house.execute(&format!("UPDATE sessions SET record = set_byte(record, 20, 255) WHERE sid = '{sid}'"));
    assert_eq!(got(store.find(sid, NOW)), None);
    assert_eq!(got(store.touch(sid, NOW)), None);
    assert!(got(store.find(sample_session(2).sid, NOW)).is_some());
    assert!(got(store.end(sid)), "it can be ended all the same");
}

/// Whoever asked is gone before the answer: what was begun is done whole, and no connection is lost by it.
#[test]
fn a_change_that_nobody_waits_for_any_more_is_done_whole() {
    let house = House::new();
    let store = house.store();
    let mut asked = store.create(sample_account(1), sample_note(1));
    let waker = std::task::Waker::noop();
    let _ = asked.as_mut().poll(&mut std::task::Context::from_waker(waker));
    drop(asked);
    while got(store.by_id(sample_account(1).id)).is_none() {}
    assert!(got(store.by_identifier(sample_account(1).identifier)).is_some());
}
