//! Attackers and owners at one door: how many guesses are looked at, and who gets in. The clock is moved by hand, the
//! passwords cost next to nothing, everything else is as it is served. Run with `--nocapture` to see the figures.
#![expect(clippy::unwrap_used, reason = "what cannot be set up breaks the test")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use doorward_core::accounts::NewAccount;
use doorward_core::audit::{By, Event, Wanted};
use doorward_core::clock::ManualClock;
use doorward_core::password::{Cost, HashAnswer, Hasher, InlineHasher, Presented};
use doorward_core::policy::Policy;
use doorward_core::rng::SeededRng;
use doorward_core::root::RootSecrets;
use doorward_core::secret::Plain;
use doorward_core::sign_in::{SignIn, SignInError};
use doorward_core::store::contract::{NOW, together, wait};
use doorward_core::store::{Accounts, Audit, Devices, Directory, Keys, Passing, RevocationLog, Sessions};
use doorward_core::verify::Algorithm;
use doorward_core::{Auth, Parts};
use doorward_store::{MemoryStore, SqliteStore};

const PASSWORD: &str = "correct horse battery staple";

/// Counts what it is asked to look at.
#[derive(Debug)]
struct Counting {
    inner: InlineHasher,
    looked_at: AtomicUsize,
}

impl Hasher for Counting {
    fn hash(&self, password: Plain<String>) -> HashAnswer<'_, String> {
        self.inner.hash(password)
    }

    fn verify(&self, password: Presented, stored: String) -> HashAnswer<'_, bool> {
        self.looked_at.fetch_add(1, Ordering::SeqCst);
        self.inner.verify(password, stored)
    }

    fn cost(&self) -> Cost {
        self.inner.cost()
    }
}

trait Store: Accounts + Sessions + RevocationLog + Keys + Audit + Directory + Devices + Passing {}
impl<S: Accounts + Sessions + RevocationLog + Keys + Audit + Directory + Devices + Passing> Store for S {}

/// One node.
struct Door {
    auth: Auth,
    clock: Arc<ManualClock>,
    hasher: Arc<Counting>,
}

impl Door {
    fn new() -> Self {
        Self::over(Arc::new(MemoryStore::new()), Arc::new(ManualClock::at(NOW)), 7)
    }

    fn over<S: Store + 'static>(store: Arc<S>, clock: Arc<ManualClock>, seed: u64) -> Self {
        let rng = Arc::new(SeededRng::new(seed));
        let cheap = Cost { memory_kib: 8, passes: 1, lanes: 1 };
        let inner = InlineHasher::new(cheap, rng.clone());
        let hasher = Arc::new(Counting { inner, looked_at: AtomicUsize::new(0) });
        let auth = wait(Auth::start(Parts {
            accounts: store.clone(),
            sessions: store.clone(),
            log: store.clone(),
            keys: store.clone(),
            audit: store.clone(),
            directory: store.clone(),
            devices: store.clone(),
            passing: store,
            clock: clock.clone(),
            rng,
            hasher: hasher.clone(),
            policy: Policy::new("https://door.example"),
            root: RootSecrets::new(&[std::array::from_fn(|n| (n as u8).wrapping_mul(37) ^ 0x5a).into()]).unwrap(),
            algorithm: Algorithm::Es256,
        }));
        Self { auth: auth.unwrap(), clock, hasher }
    }

    fn account(&self, identifier: &str) {
        let password = Some(Plain::new(PASSWORD.to_owned()));
        let new = NewAccount { identifier: identifier.to_owned(), password, display_name: None };
        wait(self.auth.create_account(new)).unwrap();
    }

    /// A sign-in from that address; what the browser is known by from then on.
    fn try_from(
        &self,
        address: IpAddr,
        identifier: &str,
        password: &str,
        browser: Option<&str>,
    ) -> Result<Option<String>, SignInError> {
        let auth = self.auth.acting(By { address: Some(address), ..By::default() });
        let signed_in = wait(auth.sign_in(SignIn {
            identifier: identifier.to_owned(),
            password: Plain::new(password.to_owned()),
            client: None,
            mode: None,
            remember: false,
            device: String::new(),
            host: "door.example".to_owned(),
            replaces: None,
            browser: browser.map(|token| Plain::new(token.to_owned())),
        }))?;
        Ok(signed_in.browser.map(|token| token.expose().clone()))
    }

    /// A wrong guess; `true` if it was looked at.
    fn guess(&self, address: IpAddr, identifier: &str, n: usize) -> bool {
        match self.try_from(address, identifier, &format!("wrong {n}"), None).err() {
            Some(SignInError::InvalidCredentials) => true,
            Some(SignInError::TooMany(_)) => false,
            other => panic!("{other:?}"),
        }
    }

    fn told(&self, event: Event) -> usize {
        let rows = wait(self.auth.audit_rows(Wanted::default(), 1_000_000)).unwrap();
        rows.iter().filter(|row| row.note.event == event).count()
    }
}

fn v4(n: usize) -> IpAddr {
    Ipv4Addr::new(100, 64 + (n / 65_536) as u8, (n / 256) as u8, n as u8).into()
}

/// Addresses of one subscriber.
fn of_one_subscriber(n: usize) -> IpAddr {
    Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, (n / 65_536) as u16, n as u16).into()
}

/// One account, a day long, a guess every five seconds.
fn brute_force(what: &str, address: impl Fn(usize) -> IpAddr, between: impl Fn(&Door, usize)) {
    let door = Door::new();
    door.account("ada");
    door.account("eve");
    let guesses = 17_280;
    let mut looked_at = 0;
    let mut in_the_first_hour = 0;
    for n in 0..guesses {
        looked_at += usize::from(door.guess(address(n), "ada", n));
        if n == 720 {
            in_the_first_hour = looked_at;
        }
        between(&door, n);
        door.clock.advance(Duration::from_secs(5));
    }
    println!("{what}: of {guesses} guesses in a day {looked_at} were looked at, {in_the_first_hour} in the first hour");
    assert!(looked_at <= 90, "{what}: {looked_at}");
    assert!(in_the_first_hour <= 20, "{what}: {in_the_first_hour}");
}

#[test]
fn a_day_of_guessing_from_one_address_gets_ninety_looks_at_most() {
    brute_force("one address", |_| v4(7), |_, _| {});
}

#[test]
fn a_whole_subscribers_network_gets_no_more_than_one_address() {
    brute_force("one /64", of_one_subscriber, |_, _| {});
}

#[test]
fn a_thousand_addresses_get_no_more_than_one() {
    brute_force("1,000 addresses", |n| v4(n % 1000 * 300), |_, _| {});
}

#[test]
fn an_attackers_own_sign_ins_in_between_help_nothing() {
    brute_force(
        "own sign-ins in between",
        |n| v4(n % 50),
        |door, n| {
            if n % 4 == 0 {
                // Refused or not: it must not open anything.
                let _ = door.try_from(v4(n % 50), "eve", PASSWORD, None);
            }
        },
    );
}

#[test]
fn a_burst_in_parallel_gets_no_further_than_one_by_one() {
    for (what, addresses) in [("one address", 1), ("64 addresses", 64)] {
        let door = Door::new();
        door.account("ada");
        let looked_at: usize = together(64, |thread| {
            (0..20).filter(|n| door.guess(v4(thread % addresses * 300), "ada", thread * 20 + n)).count()
        })
        .iter()
        .sum();
        println!("burst of 64 threads from {what}: of 1,280 guesses at one moment {looked_at} were looked at");
        assert_eq!(looked_at, 5, "{what}");
    }
}

/// A list of 100,000 pairs, one try for each account, from 5,000 addresses, in a bit over a quarter of an hour.
#[test]
fn of_a_stuffed_list_one_in_a_hundred_is_looked_at_once_it_was_noticed() {
    let door = Door::new();
    let (mut before, mut after, mut tried_after) = (0, 0, 0);
    let owners = 20;
    let browsers: Vec<_> = (0..owners)
        .map(|n| {
            door.account(&format!("owner{n}"));
            door.try_from(v4(900_000 + n), &format!("owner{n}"), PASSWORD, None).unwrap().unwrap()
        })
        .collect();
    let mut let_in = 0;
    for n in 0..100_000 {
        let noticed = after + tried_after > 0 || (n % 64 == 0 && door.told(Event::LimitsTightened) > 0);
        let looked_at = door.guess(v4(n % 5000 * 64), &format!("person{n}"), n);
        match noticed {
            true => (tried_after, after) = (tried_after + 1, after + usize::from(looked_at)),
            false => before += usize::from(looked_at),
        }
        if n % 1000 == 0 {
            let owner = n / 1000 % owners;
            let name = format!("owner{owner}");
            let_in += usize::from(door.try_from(v4(900_100), &name, PASSWORD, Some(&browsers[owner])).is_ok());
        }
        door.clock.advance(Duration::from_millis(10));
    }
    let share = 100.0 * after as f64 / tried_after as f64;
    println!("stuffing: {before} looked at before it was noticed, then {after} of {tried_after} ({share:.2} %)");
    println!("stuffing: {let_in} of 100 sign-ins of owners meanwhile succeeded");
    assert!(share <= 1.0, "{share}");
    assert_eq!(let_in, 100);
    assert!(door.told(Event::LimitsTightened) >= 1);
}

#[test]
fn an_owner_signs_in_a_hundred_times_during_a_flood_of_ten_thousand_and_always_gets_in() {
    let door = Door::new();
    door.account("ada");
    let mut browser = door.try_from(v4(900_000), "ada", PASSWORD, None).unwrap().unwrap();
    let (mut looked_at, mut let_in) = (0, 0);
    for n in 0..10_000 {
        looked_at += usize::from(door.guess(v4(n % 1000 * 300), "ada", n));
        if n % 100 == 0 {
            // From wherever the owner is today.
            let got_in = door.try_from(v4(910_000 + n), "ada", PASSWORD, Some(&browser));
            let_in += usize::from(got_in.is_ok());
            browser = got_in.unwrap().unwrap();
        }
        door.clock.advance(Duration::from_millis(200));
    }
    println!("flood of 10,000 on one account: {looked_at} looked at, {let_in} of 100 sign-ins of its owner succeeded");
    assert_eq!(let_in, 100);
    assert!(looked_at <= 100, "{looked_at}");
}

/// Everything that strangers can make grow is bounded by what is let through, and passes.
#[test]
fn a_flood_of_made_up_names_leaves_few_counts_and_they_pass() {
    let door = Door::new();
    let session = {
        door.account("ada");
        door.try_from(v4(1), "ada", PASSWORD, None).unwrap();
        wait(door.auth.sessions_of(wait(door.auth.find_account("ada")).unwrap().unwrap().id)).unwrap()
    };
    for n in 0..20_000 {
        door.guess(v4(n % 10 + 5), &format!("made up {n}"), n);
    }
    assert!(door.hasher.looked_at.load(Ordering::SeqCst) <= 201, "ten addresses with twenty each");
    door.clock.advance(Duration::from_secs(31 * 86_400));
    let gone = wait(door.auth.passing().purge(door.auth.clock().now().unwrap(), 1_000_000)).unwrap();
    println!("flood of 20,000 made-up names from ten addresses: {gone} counts were kept");
    assert!((1..2_000).contains(&gone), "{gone}");
    assert_eq!(session.len(), 1);
}

#[test]
fn limits_are_shared_by_all_nodes_and_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("doorward.db");
    let clock = Arc::new(ManualClock::at(NOW));
    let looked_at = {
        let store = Arc::new(SqliteStore::open(&path).unwrap());
        let nodes = [Door::over(store.clone(), clock.clone(), 1), Door::over(store, clock.clone(), 2)];
        (0..20).filter(|n| nodes[n % 2].guess(v4(7), "ada", *n)).count()
    };
    assert_eq!(looked_at, 5);
    let restarted = Door::over(Arc::new(SqliteStore::open(&path).unwrap()), clock.clone(), 3);
    assert!(!restarted.guess(v4(7), "ada", 99));
    clock.advance(Duration::from_secs(1));
    assert!(restarted.guess(v4(7), "ada", 100));
    assert!(!restarted.guess(v4(7), "ada", 101));
}
