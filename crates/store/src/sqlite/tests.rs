//! The schema and its statements, from inside.

use std::sync::mpsc;

use doorward_core::records::Account;
use doorward_core::room::Room;
use doorward_core::store::contract::{NOW, sample_account, sample_note, sample_session, together, wait};
use doorward_core::store::{Accounts as _, Changed, Sessions as _};
use tempfile::TempDir;

use super::*;

fn store() -> (SqliteStore, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    (SqliteStore::open(&directory.path().join("doorward.db")).unwrap(), directory)
}

#[test]
fn no_statement_walks_a_whole_table() {
    let (_store, directory) = store();
    let connection = Connection::open(directory.path().join("doorward.db")).unwrap();
    for (name, text, may_scan) in sql::ALL {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
        let places = statement.parameter_count();
        let nothing = rusqlite::params_from_iter(std::iter::repeat_n(1, places));
        let plan: Vec<String> = statement.query_map(nothing, |r| r.get(3)).unwrap().map(Result::unwrap).collect();
        let scans = plan.iter().any(|step| step.starts_with("SCAN") && !step.contains("INDEX"));
        assert!(!scans || *may_scan, "{name}: {plan:?}");
    }
}

#[test]
fn places_stand_in_ascending_order_so_that_another_database_takes_the_same_texts() {
    for (name, text, _) in sql::ALL {
        let places: Vec<u32> = text
            .split('$')
            .skip(1)
            .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap())
            .collect();
        assert_eq!(places, (1..=places.len() as u32).collect::<Vec<_>>(), "{name}");
    }
}

/// While one job holds the writer, the others queue; then they share one commit.
#[test]
fn what_queued_during_a_commit_becomes_one_batch() {
    let (store, _directory) = store();
    let (go, gone) = mpsc::channel::<()>();
    let (begun, began) = mpsc::channel::<()>();
    let before = store.commits();
    std::thread::scope(|scope| {
        let holder = store.clone();
        scope.spawn(move || {
            wait(holder.write(move |_| {
                begun.send(()).unwrap();
                gone.recv().unwrap();
                Ok(())
            }))
        });
        began.recv().unwrap();
        let mut writes: Vec<_> = (1..=50).map(|n| store.insert(sample_session(n), Room::ANY)).collect();
        for write in &mut writes {
            let waker = std::task::Waker::noop();
            assert!(write.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
        }
        go.send(()).unwrap();
        for write in writes {
            wait(write).unwrap();
        }
    });
    assert_eq!(store.commits() - before, 2, "one for the holder, one for all fifty");
}

#[test]
fn a_job_that_fails_or_panics_takes_nothing_of_its_neighbours_along() {
    let (store, _directory) = store();
    wait(store.insert(sample_session(1), Room::ANY)).unwrap();
    let outcomes = together(8, |n| match n % 4 {
        0 => wait(store.insert(sample_session(1), Room::ANY)).is_err(),
        1 => wait(store.write::<()>(|connection| {
            connection.execute("DELETE FROM sessions", []).unwrap();
            panic!("planted")
        }))
        .is_err(),
        2 => wait(store.write::<()>(|connection| {
            connection.execute("DELETE FROM sessions", []).unwrap();
            Err(StoreError::Unavailable("planted".into()))
        }))
        .is_err(),
        _ => wait(store.insert(sample_session(10 + n as u64), Room::ANY)).is_ok(),
    });
    assert_eq!(outcomes, [true; 8]);
    for n in [1, 13, 17] {
        assert!(wait(store.find(sample_session(n).sid, NOW)).unwrap().is_some(), "{n}");
    }
}

#[test]
fn a_damaged_record_is_absent_and_its_neighbours_are_not() {
    let (store, directory) = store();
    for n in 1..=2 {
        wait(store.insert(sample_session(n), Room::ANY)).unwrap();
    }
    let connection = Connection::open(directory.path().join("doorward.db")).unwrap();
    let sid = sample_session(1).sid;
    for damage in [
        "UPDATE sessions SET record = CAST(x'ff' || substr(record, 2) AS BLOB) WHERE sid = $1",
        "UPDATE sessions SET record = substr(record, 1, 40) WHERE sid = $1",
        "UPDATE sessions SET record = (SELECT r.record FROM sessions r WHERE r.sid <> $1) WHERE sid = $1",
        "UPDATE sessions SET record = x'' WHERE sid = $1",
    ] {
        connection.execute(damage, [sid.as_str()]).unwrap();
        assert_eq!(wait(store.find(sid, NOW)).unwrap(), None, "{damage}");
        assert_eq!(wait(store.touch(sid, NOW)).unwrap(), None, "{damage}");
        assert!(wait(store.find(sample_session(2).sid, NOW)).unwrap().is_some());
    }
    assert!(wait(store.end(sid)).unwrap(), "it can still be ended");
}

/// A disk that is full is an outage: nothing is half written, and when there is room again everything goes on.
#[test]
fn a_full_disk_is_an_outage_and_not_a_loss() {
    let (store, _directory) = store();
    wait(store.insert(sample_session(1), Room::ANY)).unwrap();
    let limit = |pages: &'static str| {
        wait(store.write(move |connection| {
            let pages: i64 = connection
                .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |r| r.get(0))
                .map_err(store_error)?;
            Ok(pages)
        }))
        .unwrap()
    };
    limit("1");
    let mut refused = 0;
    for n in 2..200 {
        match wait(store.insert(sample_session(n), Room::ANY)) {
            Ok(_) => {}
            Err(StoreError::Unavailable(_)) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(refused > 0, "there was no room for all");
    assert!(wait(store.find(sample_session(1).sid, NOW)).unwrap().is_some());
    limit("1000000");
    wait(store.insert(sample_session(500), Room::ANY)).unwrap();
    assert!(wait(store.find(sample_session(500).sid, NOW)).unwrap().is_some());
}

#[test]
fn what_is_no_database_of_ours_is_refused_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.db");
    std::fs::write(&path, [b'x'; 8192]).unwrap();
    assert!(matches!(SqliteStore::open(&path), Err(OpenError::Damaged(_))));
    std::fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
    assert!(matches!(SqliteStore::open(&path), Err(OpenError::Foreign(_))));
    std::fs::remove_file(&path).unwrap();
    drop(SqliteStore::open(&path).unwrap());
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let Err(OpenError::Later { found, known, .. }) = SqliteStore::open(&path) else { panic!("a later version") };
    assert_eq!((found, known), (99, 2));
    let missing = directory.path().join("no/such/directory/x.db");
    assert!(matches!(SqliteStore::open(&missing), Err(OpenError::Unopened { .. })));
    assert!(matches!(SqliteStore::open(directory.path()), Err(OpenError::Unopened { .. })));
}

#[test]
fn what_was_answered_is_there_when_the_file_is_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.db");
    let store = SqliteStore::open(&path).unwrap();
    wait(store.create(sample_account(1), sample_note(1))).unwrap();
    wait(store.insert(sample_session(1), Room::ANY)).unwrap();
    drop(store);
    let again = SqliteStore::open(&path).unwrap();
    assert!(wait(again.by_id(sample_account(1).id)).unwrap().is_some());
    assert!(wait(again.find(sample_session(1).sid, NOW)).unwrap().is_some());
}

#[test]
fn a_new_database_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_store, directory) = store();
    let mode = std::fs::metadata(directory.path().join("doorward.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_a_deleted_person_was_called_is_nowhere_in_the_file_any_more() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.db");
    let named = Account { display_name: Some("Augusta Ada King".into()), ..sample_account(1) };
    let words = [named.identifier.as_str(), "Augusta Ada King", named.id.as_str()];
    let holds = |word: &str| std::fs::read(&path).unwrap().windows(word.len()).any(|w| w == word.as_bytes());
    let store = SqliteStore::open(&path).unwrap();
    for n in 2..40 {
        wait(store.create(sample_account(n), sample_note(n))).unwrap();
    }
    wait(store.create(named.clone(), sample_note(1))).unwrap();
    wait(store.insert(sample_session(1), Room::ANY)).unwrap();
    drop(store);
    assert!(words.iter().all(|word| holds(word)));
    let store = SqliteStore::open(&path).unwrap();
    assert!(matches!(wait(store.delete(named.id, sample_note(1))), Ok(Changed::Done(..))));
    wait(store.end(sample_session(1).sid)).unwrap();
    // Folds the log of the last writes into the file.
    drop(store);
    assert_eq!(words.map(holds), [false, false, true], "the audit and the end of its sessions know the id");
}
