//! Sentences about [`Keys`](crate::store::Keys).

use std::time::Duration;

use doorward_verify::{Algorithm, Ended, Entry, Timestamp};

use super::{NOW, Stores, got, sample_note};
use crate::audit::Wanted;
use crate::records::{KeyState, RootState, StoredKey, StoredRoot};
use crate::store::{KeysChange, KeysWritten};

/// A key that opens nothing.
#[must_use]
pub fn sample_stored_key(kid: &str) -> StoredKey {
    StoredKey {
        kid: kid.into(),
        algorithm: Algorithm::Es256,
        public_jwk: "{}".into(),
        sealed: vec![1, 2, 3],
        state: KeyState::Active,
        created_at: NOW,
        active_at: Some(NOW),
        retired_at: None,
        token_life: Duration::from_secs(300),
    }
}

fn names(keys: &[StoredKey]) -> Vec<&str> {
    keys.iter().map(|key| key.kid.as_str()).collect()
}

/// A change that adds one key.
#[must_use]
pub fn adding(kid: &str) -> KeysChange {
    KeysChange { put: vec![sample_stored_key(kid)], ..KeysChange::at(NOW) }
}

/// See its name.
pub fn the_first_keys_stay(stores: &Stores) {
    let empty = got(stores.keys.all());
    assert_eq!((empty.keys, empty.version, got(stores.keys.version())), (vec![], 0, 0));
    let next = StoredKey {
        state: KeyState::Next,
        algorithm: Algorithm::Rs256,
        active_at: None,
        token_life: Duration::ZERO,
        ..sample_stored_key("b")
    };
    let retired = StoredKey { state: KeyState::Retired, retired_at: Some(NOW), ..sample_stored_key("c") };
    let first = vec![sample_stored_key("a"), next, retired];
    let written = got(stores.keys.ensure(first.clone()));
    assert_eq!((&written.keys, written.version), (&first, 1));
    assert_eq!(got(stores.keys.ensure(vec![sample_stored_key("d")])), written);
    assert_eq!(got(stores.keys.all()), written);
    assert_eq!(got(stores.keys.version()), 1);
}

/// See its name.
pub fn the_first_root_secret_binds_the_store(stores: &Stores) {
    let bind = |names: &[&str]| got(stores.keys.bind(names.iter().map(ToString::to_string).collect(), NOW));
    assert!(bind(&["one"]));
    let bound = got(stores.keys.all());
    assert_eq!(bound.roots, [StoredRoot::current("one".into(), NOW)]);
    assert_eq!(bound.version, 1);
    assert!(bind(&["one"]));
    assert!(bind(&["two", "one"]));
    assert!(!bind(&["two"]));
    assert_eq!(got(stores.keys.all()), bound, "only the first one is written down");
}

/// See its name.
pub fn a_change_of_keys_is_written_whole_and_moves_the_version_by_one(stores: &Stores) {
    got(stores.keys.bind(vec!["one".into()], NOW));
    let before = got(stores.keys.ensure(["a", "b", "c"].map(sample_stored_key).to_vec()));
    let later = NOW.plus(Duration::from_secs(60));
    let retired = StoredKey { state: KeyState::Retired, retired_at: Some(later), ..sample_stored_key("b") };
    let former =
        StoredRoot { state: RootState::Former, may_leave_at: Some(later), ..StoredRoot::current("one".into(), later) };
    let two = StoredRoot::current("two".into(), later);
    let change = KeysChange {
        put: vec![sample_stored_key("d"), retired.clone()],
        remove: vec!["a".into(), "unknown".into()],
        put_roots: vec![former.clone(), two.clone()],
        ..KeysChange::at(later)
    };
    let written = got(stores.keys.change(before.version, change));
    assert_eq!(written, KeysWritten::Done { version: before.version + 1, last_seq: None });
    let after = got(stores.keys.all());
    assert_eq!(names(&after.keys), ["b", "c", "d"], "a known key stays in its place, a new one goes to the end");
    assert_eq!(after.keys[0], retired);
    assert_eq!(after.roots, [former, two.clone()]);
    assert_eq!((after.version, got(stores.keys.version())), (before.version + 1, before.version + 1));
    let forget = KeysChange { remove_roots: vec!["one".into(), "unknown".into()], ..KeysChange::at(later) };
    got(stores.keys.change(after.version, forget));
    assert_eq!(got(stores.keys.all()).roots, [two]);
}

/// See its name.
pub fn a_change_of_keys_its_log_entries_and_its_notes_come_together(stores: &Stores) {
    let before = got(stores.keys.ensure(vec![sample_stored_key("a")]));
    let entry = |kid: &str| Entry { what: Ended::Key { kid: kid.into() }, until: NOW.as_secs() + 3720 };
    let change = KeysChange {
        remove: vec!["a".into()],
        entries: vec![entry("a"), entry("b")],
        notes: vec![sample_note(1), sample_note(2)],
        ..KeysChange::at(Timestamp::from_secs(NOW.as_secs() + 1))
    };
    let written = got(stores.keys.change(before.version, change.clone()));
    assert_eq!(written, KeysWritten::Done { version: before.version + 1, last_seq: Some(2) });
    let rows = got(stores.log.since(0, 9));
    assert_eq!(rows.iter().map(|row| &row.entry).collect::<Vec<_>>(), [&entry("a"), &entry("b")]);
    assert_eq!(rows[0].at, change.at);
    assert_eq!(got(stores.log.head()).seq, 2);
    let written_down: Vec<_> = got(stores.audit.page(Wanted::default(), 9)).into_iter().map(|row| row.note).collect();
    assert_eq!(written_down, change.notes);
}

/// See its name.
pub fn a_change_of_keys_at_another_version_leaves_no_trace(stores: &Stores) {
    let before = got(stores.keys.ensure(vec![sample_stored_key("a")]));
    for version in [0, before.version + 1, u64::MAX] {
        let entry = Entry { what: Ended::Key { kid: "a".into() }, until: 1 };
        let change = KeysChange {
            remove: vec!["a".into()],
            put_roots: vec![StoredRoot::current("one".into(), NOW)],
            entries: vec![entry],
            notes: vec![sample_note(1)],
            ..adding("b")
        };
        assert_eq!(got(stores.keys.change(version, change)), KeysWritten::Late, "{version}");
    }
    assert_eq!(got(stores.keys.all()), before);
    assert_eq!(got(stores.log.head()).seq, 0);
    assert_eq!(got(stores.audit.page(Wanted::default(), 9)), []);
}
