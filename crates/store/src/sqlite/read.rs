//! Readers: each thread that asks has a connection of its own. A point read takes microseconds, a hop to another thread
//! and back takes longer.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use doorward_core::store::StoreError;
use rusqlite::Connection;

use super::{open, store_error};

/// Tells stores of one process apart.
static NEXT: AtomicU64 = AtomicU64::new(1);

pub(super) struct Readers {
    store: u64,
    path: PathBuf,
    alive: Arc<()>,
}

struct Mine {
    store: u64,
    of: Weak<()>,
    connection: Connection,
}

thread_local! {
    static MINE: RefCell<Vec<Mine>> = const { RefCell::new(Vec::new()) };
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Self { store: NEXT.fetch_add(1, Ordering::Relaxed), path: path.to_owned(), alive: Arc::new(()) }
    }

    /// Runs `work` on this thread's connection, opening it the first time.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        MINE.with_borrow_mut(|mine| {
            if let Some(found) = mine.iter().find(|m| m.store == self.store) {
                return work(&found.connection);
            }
            // Connections of stores that were closed go when this thread meets a new one.
            mine.retain(|m| m.of.strong_count() > 0);
            let connection = open::for_reading(&self.path).map_err(store_error)?;
            let outcome = work(&connection);
            mine.push(Mine { store: self.store, of: Arc::downgrade(&self.alive), connection });
            outcome
        })
    }
}
