//! Sentences about [`Devices`](crate::store::Devices).

use std::time::Duration;

use super::{NOW, Stores, got, sample_account, sample_note};
use crate::id::AccountId;
use crate::secret::{DeviceToken, Hashed};

const DAY: Duration = Duration::from_secs(86_400);

/// The digest of a browser's token of that number.
#[must_use]
pub fn sample_device(n: u64) -> Hashed<DeviceToken> {
    Hashed::of(&n.to_be_bytes())
}

fn created(stores: &Stores, n: u64) -> AccountId {
    let account = sample_account(n);
    assert!(got(stores.accounts.create(account.clone(), sample_note(1))));
    account.id
}

fn knows(stores: &Stores, account: AccountId, n: u64) -> bool {
    got(stores.devices.knows(account, sample_device(n), NOW))
}

/// See its name.
pub fn a_browser_is_known_on_its_own_account_from_its_last_sight_on(stores: &Stores) {
    let (ada, bob) = (created(stores, 1), created(stores, 2));
    assert!(!knows(stores, ada, 1));
    got(stores.devices.know(ada, sample_device(1), 3, NOW));
    got(stores.devices.know(ada, sample_device(1), 3, NOW));
    assert!(knows(stores, ada, 1) && !knows(stores, ada, 2) && !knows(stores, bob, 1));
    let later = NOW.plus(Duration::from_millis(1));
    assert!(!got(stores.devices.knows(ada, sample_device(1), later)));
    got(stores.devices.know(ada, sample_device(1), 3, later));
    assert!(got(stores.devices.knows(ada, sample_device(1), later)));
}

/// See its name.
pub fn beyond_the_most_the_browser_seen_longest_ago_is_forgotten(stores: &Stores) {
    let (ada, bob) = (created(stores, 1), created(stores, 2));
    got(stores.devices.know(bob, sample_device(9), 3, NOW));
    for n in 1..=3 {
        got(stores.devices.know(ada, sample_device(n), 3, NOW.plus(DAY * n as u32)));
    }
    got(stores.devices.know(ada, sample_device(1), 3, NOW.plus(DAY * 4)));
    got(stores.devices.know(ada, sample_device(4), 3, NOW.plus(DAY * 5)));
    let known: Vec<_> = (1..=4).filter(|n| knows(stores, ada, *n)).collect();
    assert_eq!(known, [1, 3, 4]);
    assert!(knows(stores, bob, 9), "another account has its own room");
}

/// See its name.
pub fn nothing_is_kept_for_an_account_that_is_not_there(stores: &Stores) {
    let nobody = sample_account(1).id;
    got(stores.devices.know(nobody, sample_device(1), 3, NOW));
    assert!(!knows(stores, nobody, 1));
}

/// See its name.
pub fn browsers_are_forgotten_by_account_and_by_age(stores: &Stores) {
    let (ada, bob) = (created(stores, 1), created(stores, 2));
    for n in 1..=4 {
        got(stores.devices.know(ada, sample_device(n), 9, NOW));
    }
    got(stores.devices.know(bob, sample_device(1), 9, NOW.plus(DAY)));
    assert_eq!(got(stores.devices.purge_devices(NOW, 10)), 0);
    assert_eq!(got(stores.devices.purge_devices(NOW.plus(DAY), 3)), 3);
    got(stores.devices.forget_devices(ada));
    assert!((1..=4).all(|n| !knows(stores, ada, n)));
    assert!(knows(stores, bob, 1));
    assert_eq!(got(stores.devices.purge_devices(NOW.plus(DAY), 3)), 0);
}
