//! Every sentence of the ports, on every store.
#![expect(clippy::unwrap_used, reason = "what cannot be set up breaks the test")]

use std::sync::Arc;

use doorward_core::clock::ManualClock;
use doorward_core::store::contract::{NOW, Stores};
use doorward_store::cached::CacheSize;
use doorward_store::{Cached, CachedAccounts, MemoryStore, SqliteStore};

fn memory() -> Stores {
    Stores::of(MemoryStore::new(), ())
}

fn sqlite() -> Stores {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("doorward.db")).unwrap();
    Stores::of(store, directory)
}

fn with_copies(stores: Stores) -> Stores {
    let clock = Arc::new(ManualClock::at(NOW));
    Stores {
        sessions: Arc::new(Cached::new(stores.sessions, clock.clone(), CacheSize::ALONE)),
        accounts: Arc::new(CachedAccounts::new(stores.accounts, clock, CacheSize::ALONE)),
        ..stores
    }
}

mod in_memory {
    use super::memory;
    doorward_core::contract!(memory);
}

mod in_sqlite {
    use super::sqlite;
    doorward_core::contract!(sqlite);
}

mod in_memory_with_copies {
    use super::{memory, with_copies};
    doorward_core::contract!(|| with_copies(memory()));
}

mod in_sqlite_with_copies {
    use super::{sqlite, with_copies};
    doorward_core::contract!(|| with_copies(sqlite()));
}
