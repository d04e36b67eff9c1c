//! What only shows when several nodes write to one database.

use std::collections::BTreeSet;
use std::time::Duration;

use doorward_core::limit::{LimitKey, Rate, Rule, Step, Weighed};
use doorward_core::refresh::{Rotate, Rotation};
use doorward_core::room::Room;
use doorward_core::store::contract::passing::sample_value;
use doorward_core::store::contract::sessions::ask;
use doorward_core::store::contract::{NOW, got, sample_account, sample_entry, sample_note, sample_session, together};
use doorward_core::store::{AccountChange, Accounts as _, Audit, Changed, Passing as _, RevocationLog, Sessions};

use super::house::{House, RUNTIME};
use crate::postgres::{JoinError, PostgresStore, SessionsIn};

const THREADS: usize = 6;

fn nodes(house: &House) -> [PostgresStore; 3] {
    [house.store(), house.store(), house.store()]
}

#[test]
fn presenters_at_three_nodes_advance_a_generation_by_exactly_one() {
    let house = House::new();
    let nodes = nodes(&house);
    for n in 1..=8 {
        let session = sample_session(n);
        got(nodes[0].insert(session.clone(), Room::ANY));
        let present = |thread: usize| {
            let asked: Rotate = ask(1, NOW);
            (0..4).map(|_| got(nodes[thread % 3].rotate(session.sid, asked.clone()))).collect::<Vec<_>>()
        };
        let outcomes = together(THREADS, present).concat();
        assert_eq!(outcomes.iter().filter(|o| matches!(o, Rotation::Rotated(_))).count(), 1);
        assert_eq!(outcomes.iter().filter(|o| matches!(o, Rotation::Repeated(_))).count(), 4 * THREADS - 1);
    }
}

#[test]
fn ends_appended_by_three_nodes_have_numbers_without_gaps_in_the_order_of_commits() {
    let house = House::new();
    let nodes = nodes(&house);
    let account = sample_account(1);
    got(nodes[0].create(account.clone(), sample_note(1)));
    let each = 12;
    let seen = together(THREADS, |thread| {
        let node = &nodes[thread % 3];
        let mut seen = Vec::new();
        for n in 0..each {
            let number = match thread % 2 {
                0 => got(RevocationLog::append(
                    node,
                    vec![sample_entry((thread * 100 + n) as u64)],
                    NOW,
                    vec![sample_note(1)],
                )),
                _ => match got(node.change(account.id, AccountChange::SignOutEverywhere, sample_note(1))) {
                    Changed::Done(_, Some(seq)) => seq,
                    other => panic!("{other:?}"),
                },
            };
            // Whoever sees a number sees all below it.
            let rows = got(node.since(0, 1000));
            assert!(rows.len() as u64 >= number, "{number} was given out before {} others were there", rows.len());
            assert!(rows.iter().map(|row| row.seq).eq(1..=rows.len() as u64));
            seen.push(number);
        }
        seen
    });
    let all: BTreeSet<u64> = seen.concat().into_iter().collect();
    assert_eq!(all, (1..=(THREADS * each) as u64).collect());
    let audit = got(Audit::page(&nodes[1], doorward_core::audit::Wanted::default(), 1000));
    assert!(audit.iter().map(|row| row.seq).eq(1..=audit.len() as u64), "nothing was written down twice or between");
}

#[test]
fn counts_and_values_are_shared_by_all_nodes() {
    let house = House::new();
    let nodes = nodes(&house);
    let rate = Rate { burst: 10, every: Duration::from_secs(60) };
    let step = Step { key: LimitKey::from_raw([7; 16]), rule: Rule::Rate(rate) };
    let passed = together(THREADS, |thread| {
        let weigh = || got(nodes[thread % 3].weigh(vec![step], NOW));
        (0..5).filter(|_| matches!(weigh(), Weighed::Passed(_))).count()
    });
    assert_eq!(passed.iter().sum::<usize>(), 10);
    let value = sample_value(1);
    assert!(got(nodes[0].put(value.clone(), 100, NOW)));
    let taken = together(THREADS, |thread| got(nodes[thread % 3].take(value.purpose, value.digest, NOW)));
    assert_eq!(taken.iter().flatten().count(), 1);
}

#[test]
fn nodes_that_purge_together_count_each_session_once_and_wait_for_nobody() {
    let house = House::new();
    let nodes = nodes(&house);
    let sessions: Vec<_> = (1..=60).map(sample_session).collect();
    for session in &sessions {
        got(nodes[0].insert(session.clone(), Room::ANY));
    }
    let late = sessions[0].ends_at;
    let counts = together(THREADS, |thread| {
        let purge = || got(Sessions::purge(&nodes[thread % 3], late, 3));
        (0..40).map(|_| purge()).sum::<usize>()
    });
    assert_eq!(counts.iter().sum::<usize>(), sessions.len());
}

#[test]
fn an_end_on_one_node_wakes_the_others() {
    let house = House::new();
    let nodes = nodes(&house);
    let members: Vec<_> = nodes.iter().map(|node| RUNTIME.block_on(node.join(SessionsIn::Database)).unwrap()).collect();
    got(RevocationLog::append(&nodes[0], vec![sample_entry(1)], NOW, Vec::new()));
    for node in &nodes {
        RUNTIME.block_on(async { tokio::time::timeout(Duration::from_secs(10), node.stirred()).await }).unwrap();
    }
    drop(members);
}

#[test]
fn nodes_that_keep_their_sessions_apart_do_not_run_together() {
    let house = House::new();
    let [a, b, _] = nodes(&house);
    let join = |node: &PostgresStore, place| RUNTIME.block_on(node.join(place));
    let first = join(&a, SessionsIn::Database).unwrap();
    let second = join(&b, SessionsIn::Database).unwrap();
    let apart = JoinError::Apart { there: SessionsIn::Database, here: SessionsIn::Memory };
    assert_eq!(join(&b, SessionsIn::Memory).unwrap_err(), apart);
    assert!(matches!(join(&b, SessionsIn::Redis).unwrap_err(), JoinError::Apart { .. }));
    drop((first, second));
    // The server lets go of a place once it has noticed that the connection is closed.
    let alone = loop {
        match join(&a, SessionsIn::Memory) {
            Ok(alone) => break alone,
            Err(error) => assert_eq!(error, apart),
        }
    };
    let two = JoinError::Apart { there: SessionsIn::Memory, here: SessionsIn::Memory };
    assert_eq!(join(&b, SessionsIn::Memory).unwrap_err(), two);
    assert!(join(&b, SessionsIn::Database).unwrap_err().to_string().contains("its own memory"));
    drop(alone);
}

#[test]
fn a_name_with_a_zero_byte_is_nobodys() {
    let house = House::new();
    let store = house.store();
    assert_eq!(got(store.by_identifier("ada\0".into())), None);
    assert_eq!(got(store.with_role("a\0".into(), None, 5)), []);
}
