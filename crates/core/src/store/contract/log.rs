//! Sentences about [`RevocationLog`](crate::store::RevocationLog).

use std::time::Duration;

use super::{NOW, Stores, got, sample_entry};

/// See its name.
pub fn numbers_run_from_one_without_gaps(stores: &Stores) {
    let empty = got(stores.log.head());
    assert_eq!(empty.seq, 0);
    assert_eq!(got(stores.log.append(vec![sample_entry(1)], NOW, Vec::new())), 1);
    assert_eq!(got(stores.log.append(vec![sample_entry(2), sample_entry(3)], NOW, Vec::new())), 3);
    let head = got(stores.log.head());
    assert_eq!((head.seq, head.feed_id), (3, empty.feed_id));
}

/// See its name.
pub fn rows_come_back_in_order_from_any_number(stores: &Stores) {
    got(stores.log.append((1..=7).map(sample_entry).collect(), NOW, Vec::new()));
    let rows = got(stores.log.since(2, 3));
    assert_eq!(rows.iter().map(|r| r.seq).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(rows[0].entry, sample_entry(3));
    assert_eq!((rows[0].at, rows[0].settled), (NOW, false));
    assert_eq!(got(stores.log.since(7, 3)), []);
}

/// See its name.
pub fn only_settled_rows_of_old_age_are_purged_and_the_head_stays(stores: &Stores) {
    let later = NOW.plus(Duration::from_secs(60));
    got(stores.log.append((1..=4).map(sample_entry).collect(), NOW, Vec::new()));
    got(stores.log.append(vec![sample_entry(5)], later, Vec::new()));
    got(stores.log.settle(vec![1, 2, 4, 5, 77]));
    assert!(got(stores.log.since(0, 9))[0].settled);
    assert_eq!(got(stores.log.purge(NOW, 9)), 0, "not older than that");
    assert_eq!(got(stores.log.purge(later, 1)), 1);
    assert_eq!(got(stores.log.purge(later, 9)), 2);
    let left: Vec<_> = got(stores.log.since(0, 9)).iter().map(|r| r.seq).collect();
    assert_eq!(left, [3, 5]);
    got(stores.log.settle(vec![3, 5]));
    got(stores.log.purge(later.plus(Duration::from_secs(1)), 9));
    assert_eq!(got(stores.log.head()).seq, 5);
    assert_eq!(got(stores.log.append(vec![sample_entry(6)], later, Vec::new())), 6, "numbers are never given twice");
}
