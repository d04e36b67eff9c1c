//! From settings to an `Auth`: which stores, which keys, which threads.

use std::path::Path;
use std::sync::Arc;

use doorward_core::auth::{Auth, Parts, StartError};
use doorward_core::clock::SystemClock;
use doorward_core::rng::SystemRng;
use doorward_core::store::{Accounts, Sessions};
use doorward_server::HashPool;
use doorward_store::cached::CacheSize;
use doorward_store::{Cached, CachedAccounts, SqliteStore};

use crate::config::Config;
use crate::lock::{self, Lock};
use crate::output::Failure;
use crate::secret::Files;

/// The database's file in the data directory.
pub(crate) const DATABASE: &str = "doorward.db";

/// The data directory, locked for this process; `None` if a server has it.
pub(crate) fn lock_data(data: &Path) -> Result<Option<Lock>, Failure> {
    lock::make_directory(data)?;
    lock::take(data)
}

/// What operators' commands work on. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) auth: Auth,
    pub(crate) files: Files,
}

/// Opens everything. When this returns the revocation log has been read.
pub(crate) async fn open(config: &Config) -> Result<Desk, Failure> {
    let files = Files::of(config);
    let root = files.load()?;
    let store = SqliteStore::open(&config.data.join(DATABASE)).map_err(|e| Failure::new("database", e.to_string()));
    let store = Arc::new(store?);
    let (clock, rng) = (Arc::new(SystemClock::new()), Arc::new(SystemRng::new()));
    let pool = HashPool::start(config.hash_threads, config.cost, rng.clone());
    let hasher = pool.map_err(|e| Failure::new("threads", e.to_string()))?;
    let (accounts, sessions) = with_copies(config.cache, &store, &clock);
    let parts = Parts {
        accounts,
        sessions,
        log: store.clone(),
        keys: store.clone(),
        audit: store.clone(),
        directory: store.clone(),
        devices: store.clone(),
        passing: store,
        clock,
        rng,
        hasher,
        policy: config.policy.clone(),
        root,
        algorithm: config.algorithm,
    };
    let auth = Auth::start(parts).await.map_err(|error| not_started(config, error))?;
    Ok(Desk { auth, files })
}

fn not_started(config: &Config, error: StartError) -> Failure {
    match error {
        StartError::OtherRootSecret => {
            let text = "put back the file that belongs to it, or name it in [secret] files";
            Failure::new("root_secret", format!("{error} ({}): {text}", config.data.join(DATABASE).display()))
        }
        StartError::Policy(faults) => Failure::new("configuration", faults.join("\n")),
        StartError::Keys(_) => Failure::new("signing_keys", error.to_string()),
        other => Failure::new("database", format!("the database cannot be used: {other}")),
    }
}

/// One process opens this database, so it sees every write.
fn with_copies(
    capacity: usize,
    store: &Arc<SqliteStore>,
    clock: &Arc<SystemClock>,
) -> (Arc<dyn Accounts>, Arc<dyn Sessions>) {
    if capacity == 0 {
        return (store.clone(), store.clone());
    }
    let size = CacheSize { capacity, ..CacheSize::ALONE };
    (
        Arc::new(CachedAccounts::new(store.clone(), clock.clone(), size)),
        Arc::new(Cached::new(store.clone(), clock.clone(), size)),
    )
}
