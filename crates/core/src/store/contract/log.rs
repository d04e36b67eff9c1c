//! Sentences about [`RevocationLog`](crate::store::RevocationLog).

use std::time::Duration;

use super::{NOW, Stores, sample_entry, wait};

/// See its name.
pub fn numbers_run_from_one_without_gaps(stores: &Stores) {
    let empty = wait(stores.log.head()).unwrap();
    assert_eq!(empty.seq, 0);
    assert_eq!(wait(stores.log.append(vec![sample_entry(1)], NOW)).unwrap(), 1);
    assert_eq!(wait(stores.log.append(vec![sample_entry(2), sample_entry(3)], NOW)).unwrap(), 3);
    let head = wait(stores.log.head()).unwrap();
    assert_eq!((head.seq, head.feed_id), (3, empty.feed_id));
}

/// See its name.
pub fn rows_come_back_in_order_from_any_number(stores: &Stores) {
    wait(stores.log.append((1..=7).map(sample_entry).collect(), NOW)).unwrap();
    let rows = wait(stores.log.since(2, 3)).unwrap();
    assert_eq!(rows.iter().map(|r| r.seq).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(rows[0].entry, sample_entry(3));
    assert_eq!((rows[0].at, rows[0].settled), (NOW, false));
    assert_eq!(wait(stores.log.since(7, 3)).unwrap(), []);
}

/// See its name.
pub fn only_settled_rows_of_old_age_are_purged_and_the_head_stays(stores: &Stores) {
    let later = NOW.plus(Duration::from_secs(60));
    wait(stores.log.append((1..=4).map(sample_entry).collect(), NOW)).unwrap();
    wait(stores.log.append(vec![sample_entry(5)], later)).unwrap();
    wait(stores.log.settle(vec![1, 2, 4, 5, 77])).unwrap();
    assert!(wait(stores.log.since(0, 9)).unwrap()[0].settled);
    assert_eq!(wait(stores.log.purge(NOW, 9)).unwrap(), 0, "not older than that");
    assert_eq!(wait(stores.log.purge(later, 1)).unwrap(), 1);
    assert_eq!(wait(stores.log.purge(later, 9)).unwrap(), 2);
    let left: Vec<_> = wait(stores.log.since(0, 9)).unwrap().iter().map(|r| r.seq).collect();
    assert_eq!(left, [3, 5]);
    wait(stores.log.settle(vec![3, 5])).unwrap();
    wait(stores.log.purge(later.plus(Duration::from_secs(1)), 9)).unwrap();
    assert_eq!(wait(stores.log.head()).unwrap().seq, 5);
    assert_eq!(wait(stores.log.append(vec![sample_entry(6)], later)).unwrap(), 6, "numbers are never given twice");
}
