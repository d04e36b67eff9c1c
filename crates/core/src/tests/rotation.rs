//! Three rotations while people sign in, refresh and are checked: nobody is refused, whatever key set is at hand.

use std::sync::atomic::AtomicBool;
use std::sync::{Condvar, Mutex, RwLock};

use doorward_verify::{KeySet, Verifier};

use super::*;
use crate::records::KeyState;
use crate::store::contract::together;

const DAY: u64 = 86_400;
/// Kept by services that follow what the answer says of its age.
const WARM: Duration = Duration::from_secs(900);
/// Kept by services that look once a day.
const STALE: Duration = Duration::from_secs(DAY);
const PEOPLE: usize = 4;
/// Issued for every minute around a rotation.
const A_MINUTE: u64 = 64;

/// Two nodes over one store, the key sets that services have fetched, and what was counted.
struct Town {
    nodes: [World; 2],
    fetched: RwLock<Vec<(Timestamp, Arc<Verifier>)>>,
    issued: Mutex<u64>,
    one_more: Condvar,
    over: AtomicBool,
}

impl Town {
    fn new() -> Self {
        let one = World::new();
        one.sign_up("ada");
        let two = World::over(one.store.clone(), NOW);
        let town = Self {
            nodes: [one, two],
            fetched: RwLock::default(),
            issued: Mutex::new(0),
            one_more: Condvar::new(),
            over: AtomicBool::new(false),
        };
        town.pass(0);
        town
    }

    fn now(&self) -> Timestamp {
        self.nodes[0].auth.clock().now().unwrap()
    }

    fn fetch(&self) -> Arc<Verifier> {
        let keys = KeySet::from_json(self.nodes[0].auth.keyring().jwks().as_bytes()).unwrap();
        let verifier = Verifier::builder("https://door.example", "https://door.example");
        Arc::new(verifier.algorithms([Algorithm::Es256]).keys(keys).build().unwrap())
    }

    /// Time passes while nobody is in the middle of a check; what the nodes do about it, everybody is in the middle of.
    fn pass(&self, secs: u64) {
        let mut fetched = self.fetched.write().unwrap();
        self.nodes.iter().for_each(|node| node.later(secs));
        let now = self.now();
        fetched.push((now, self.fetch()));
        fetched.retain(|(at, _)| now.since(*at) < STALE);
        drop(fetched);
        self.nodes.iter().for_each(|node| wait(node.auth.tend_keys()).unwrap());
    }

    /// The same, and then so many tokens are issued before it goes on.
    fn pass_busily(&self, secs: u64) {
        self.pass(secs);
        let issued = self.issued.lock().unwrap();
        let wanted = *issued + A_MINUTE;
        let waits = |issued: &mut u64| *issued < wanted && !self.over.load(Ordering::SeqCst);
        drop(self.one_more.wait_while(issued, waits).unwrap());
    }

    /// Signs in and refreshes on whichever node, and shows what it has to everybody, until it is over.
    fn live(&self, person: usize) {
        let mut kept: Vec<(Timestamp, String)> = Vec::new();
        let mut refresh = String::new();
        for n in person.. {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let fetched = self.fetched.read().unwrap();
            let (node, now) = (&self.nodes[n / 3 % 2], self.now());
            let next = wait(node.auth.refresh(&refresh, &default_client(), Mode::Token)).map(|next| next.issued);
            let issued = next.unwrap_or_else(|_| node.sign_in(Mode::Token).issued);
            let pair = pair(&issued);
            refresh.clone_from(pair.refresh.expose());
            kept.retain(|(ends, _)| now < *ends);
            kept.push((now.plus(pair.access_expires_in), pair.access.expose().clone()));
            // By turns the one that was issued just now, and one that was issued before.
            let shown = if n.is_multiple_of(3) { n % kept.len() } else { kept.len() - 1 };
            self.show(n, &kept[shown].1, now, &fetched);
            drop(fetched);
            *self.issued.lock().unwrap() += 1;
            self.one_more.notify_all();
        }
    }

    /// To both nodes, and to one service of each kind; fetching anew takes longest, and is done by fewer.
    fn show(&self, n: usize, token: &str, now: Timestamp, fetched: &[(Timestamp, Arc<Verifier>)]) {
        for node in &self.nodes {
            assert!(node.who(Credential::Access(token)).is_ok(), "a node");
        }
        let of_age = |age| fetched.iter().find(|(at, _)| now.since(*at) < age).unwrap().1.clone();
        let mut services = vec![("warm", of_age(WARM)), ("stale", of_age(STALE))];
        if n.is_multiple_of(16) {
            services.push(("cold", self.fetch()));
        }
        for (cache, verifier) in services {
            assert_eq!(verifier.verify(token.as_bytes(), now).err(), None, "a service whose key set is {cache}");
        }
    }

    fn three_rotations(&self) -> Vec<String> {
        let mut signed = Vec::new();
        self.pass(1800);
        for _ in 0..3 {
            // Day by day, hour by hour, and from half an hour before the next key's turn minute by minute.
            (0..88).for_each(|_| self.pass(DAY));
            (0..47).for_each(|_| self.pass(3600));
            (0..60).for_each(|_| self.pass_busily(60));
            signed.push(self.nodes[0].auth.keyring().signer().unwrap().kid().to_owned());
        }
        self.over.store(true, Ordering::SeqCst);
        signed
    }
}

/// However a thread ends, the others do not wait for it.
struct Over<'t>(&'t Town);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        // Under the lock: who has just looked and is about to wait would otherwise miss it.
        let _issued = self.0.issued.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.0.over.store(true, Ordering::SeqCst);
        self.0.one_more.notify_all();
    }
}

#[test]
fn three_rotations_under_load_refuse_nobody_whatever_key_set_is_at_hand() {
    let town = Town::new();
    let first = town.nodes[0].auth.keyring().signer().unwrap().kid().to_owned();
    let signed = together(PEOPLE + 1, |n| {
        let _over = Over(&town);
        if n == PEOPLE {
            return town.three_rotations();
        }
        town.live(n);
        Vec::new()
    })
    .concat();
    let distinct: std::collections::BTreeSet<_> = signed.iter().chain([&first]).collect();
    assert_eq!(distinct.len(), 4, "three rotations: {signed:?}");
    let issued = *town.issued.lock().unwrap();
    assert!(issued >= 10_000, "{issued} tokens");
    let stored = wait(town.nodes[0].auth.keys().all()).unwrap().keys;
    assert_eq!(stored.iter().filter(|key| key.state == KeyState::Retired).count(), 0, "what has signed has left");
}
