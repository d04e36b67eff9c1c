//! On a real server: every sentence of the ports, every statement, and what only many nodes show.
//! `cargo xtask test postgres` starts one and says where it is.

use doorward_core::store::contract::Stores;

mod house;
mod nodes;
mod outage;
mod statements;
mod tables;

use house::House;

/// A database for one test.
fn fresh() -> Stores {
    let house = House::new();
    Stores::of(house.store(), house)
}

mod in_postgres {
    use super::fresh;
    doorward_core::contract!(fresh);
}

mod in_postgres_with_copies {
    use std::sync::Arc;

    use doorward_core::clock::ManualClock;
    use doorward_core::store::contract::{NOW, Stores};

    use super::fresh;
    use crate::cached::CacheSize;
    use crate::{Cached, CachedAccounts};

    fn copied() -> Stores {
        let stores = fresh();
        let clock = Arc::new(ManualClock::at(NOW));
        Stores {
            sessions: Arc::new(Cached::new(stores.sessions, clock.clone(), CacheSize::SHARED)),
            accounts: Arc::new(CachedAccounts::new(stores.accounts, clock, CacheSize::SHARED)),
            ..stores
        }
    }

    doorward_core::contract!(copied);
}
