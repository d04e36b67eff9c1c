//! Doorward as a library: over the memory store, with a clock that a test moves.

use std::sync::Arc;

use axum::Router;
use doorward_core::clock::{Clock as _, ManualClock, SystemClock};
use doorward_core::password::{Cost, InlineHasher};
use doorward_core::policy::{Policy, SignUp};
use doorward_core::records::Mode;
use doorward_core::rng::{self, SystemRng};
use doorward_core::root::RootSecrets;
use doorward_core::verify::Algorithm;
use doorward_core::{Auth, Parts};
use doorward_server::Options;
use doorward_store::MemoryStore;

/// Serves it on a port of its own, with whatever an application adds; its URL and its clock.
pub(crate) async fn serve(add: impl FnOnce(Router, Auth) -> Router) -> (String, Arc<ManualClock>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (store, rng) = (Arc::new(MemoryStore::new()), Arc::new(SystemRng::new()));
    let clock = Arc::new(ManualClock::at(SystemClock::new().now().unwrap()));
    let mut policy = Policy { sign_up: SignUp::Open, ..Policy::new(&url) };
    policy.clients[0].modes = Mode::ALL.to_vec();
    let auth = Auth::start(Parts {
        accounts: store.clone(),
        sessions: store.clone(),
        log: store.clone(),
        keys: store.clone(),
        audit: store.clone(),
        directory: store.clone(),
        devices: store.clone(),
        passing: store,
        clock: clock.clone(),
        rng: rng.clone(),
        hasher: Arc::new(InlineHasher::new(Cost { memory_kib: 64, passes: 1, lanes: 1 }, rng)),
        policy,
        root: RootSecrets::new(&[rng::bytes(&SystemRng::new()).unwrap().into()]).unwrap(),
        algorithm: Algorithm::Es256,
    });
    let auth = auth.await.unwrap();
    let router = doorward_server::router(auth.clone(), Options { dev: true, ..Options::new(&url) });
    tokio::spawn(doorward_server::serve(listener, add(router, auth), std::future::pending()));
    (url, clock)
}
