//! The walk as a whole, over the plain double: what no single step can show.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use doorward_verify::{Algorithm, Timestamp};
use zeroize::Zeroizing;

use crate::accounts::NewAccount;
use crate::auth::{Auth, Parts, StartError};
use crate::authenticate::{AuthError, Credential, Principal};
use crate::clients::DirectoryError;
use crate::clock::ManualClock;
use crate::directory::{BUILT_IN, Client, Permission, Refused, Role};
use crate::id::{AccountId, ClientId};
use crate::issue::{Issued, Pair};
use crate::password::{Cost, InlineHasher};
use crate::policy::{Policy, SignUp};
use crate::records::{Account, Mode, Session};
use crate::rng::SeededRng;
use crate::root::RootSecrets;
use crate::secret::Plain;
use crate::sign_in::{SignIn, SignInError, SignedIn};
use crate::store::contract::{NOW, wait};
use crate::store::double::Double;

mod bring;
mod deleted;
mod directory;
mod ends;
mod foreign;
mod forms;
mod keys;
mod names;
mod outage;
mod race;
mod refresh;
mod roots;
mod rotation;
mod secrets;
mod walk;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// One node over a store that a test can look into.
pub(crate) struct World {
    pub(crate) auth: Auth,
    pub(crate) store: Double,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) rng: Arc<SeededRng>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::over(Double::new(), NOW)
    }

    /// Another node, or the same one after a restart.
    pub(crate) fn over(store: Double, now: Timestamp) -> Self {
        Self::start(store, now, &[1]).unwrap()
    }

    /// One whose numbers differ.
    pub(crate) fn with(change: impl FnOnce(&mut Policy)) -> Self {
        Self::begin(Double::new(), NOW, &[1], |policy, _| change(policy)).unwrap()
    }

    fn start(store: Double, now: Timestamp, roots: &[u8]) -> Result<Self, StartError> {
        Self::begin(store, now, roots, |_, _| {})
    }

    fn begin(
        store: Double,
        now: Timestamp,
        roots: &[u8],
        change: impl FnOnce(&mut Policy, &mut Algorithm),
    ) -> Result<Self, StartError> {
        static NODES: AtomicU64 = AtomicU64::new(0);
        let clock = Arc::new(ManualClock::at(now));
        // Two nodes never draw the same.
        let rng = Arc::new(SeededRng::new(NODES.fetch_add(1, Ordering::Relaxed)));
        let mut policy = Policy::new("https://door.example");
        policy.sign_up = SignUp::Open;
        policy.clients[0].modes = Mode::ALL.to_vec();
        policy.clients.push(Client { id: "shop".parse().unwrap(), ..policy.clients[0].clone() });
        let mut algorithm = Algorithm::Es256;
        change(&mut policy, &mut algorithm);
        let cheap = Cost { memory_kib: 64, passes: 1, lanes: 1 };
        let shared = Arc::new(store.clone());
        let auth = wait(Auth::start(Parts {
            accounts: shared.clone(),
            sessions: shared.clone(),
            log: shared.clone(),
            keys: shared.clone(),
            audit: shared.clone(),
            directory: shared.clone(),
            devices: shared.clone(),
            passing: shared,
            clock: clock.clone(),
            rng: rng.clone(),
            hasher: Arc::new(InlineHasher::new(cheap, rng.clone())),
            policy,
            root: RootSecrets::new(&roots.iter().map(|n| root(*n)).collect::<Vec<_>>()).unwrap(),
            algorithm,
        }))?;
        Ok(Self { auth, store, clock, rng })
    }

    pub(crate) fn later(&self, secs: u64) {
        self.clock.advance(Duration::from_secs(secs));
    }

    pub(crate) fn sign_up(&self, identifier: &str) -> Account {
        let password = Some(Plain::new(PASSWORD.to_owned()));
        wait(self.auth.sign_up(NewAccount { identifier: identifier.into(), password, display_name: None })).unwrap()
    }

    /// Defines a role that gives these permissions.
    pub(crate) fn define(&self, role: &str, permissions: &[&str]) {
        for name in permissions.iter().filter(|name| BUILT_IN.iter().all(|b| b.0 != **name)) {
            let permission = Permission { name: (*name).into(), about: "for a test".into() };
            match wait(self.auth.set_permission(permission)) {
                Ok(()) | Err(DirectoryError::Refused(Refused::Same)) => {}
                Err(other) => panic!("{other}"),
            }
        }
        let permissions = permissions.iter().map(ToString::to_string).collect();
        wait(self.auth.set_role(Role { name: role.into(), permissions })).unwrap();
    }

    /// Defines a role, and gives it to the account.
    pub(crate) fn grant(&self, account: AccountId, role: &str, permissions: &[&str]) {
        self.define(role, permissions);
        wait(self.auth.grant_role(account, role)).unwrap();
    }

    pub(crate) fn ask(&self, identifier: &str, password: &str, mode: Mode) -> SignIn {
        SignIn {
            identifier: identifier.into(),
            password: Plain::new(password.into()),
            client: None,
            mode: Some(mode),
            remember: false,
            device: "Firefox on Linux".into(),
            host: "door.example".into(),
            replaces: None,
            browser: None,
        }
    }

    pub(crate) fn try_sign_in(&self, identifier: &str, mode: Mode) -> Result<SignedIn, SignInError> {
        wait(self.auth.sign_in(self.ask(identifier, PASSWORD, mode)))
    }

    pub(crate) fn sign_in(&self, mode: Mode) -> SignedIn {
        self.try_sign_in("ada", mode).unwrap()
    }

    pub(crate) fn who(&self, credential: Credential<'_>) -> Result<Principal, AuthError> {
        wait(self.auth.authenticate(credential))
    }

    /// Whether what was handed out still works, by the credential that it carries.
    pub(crate) fn works(&self, signed_in: &SignedIn) -> bool {
        match &signed_in.issued {
            Issued::Session(token) => self.who(Credential::Session(token.expose())).is_ok(),
            Issued::Pair(pair) => self.who(Credential::Access(pair.access.expose())).is_ok(),
        }
    }

    /// Whether the record is there and live.
    pub(crate) fn lives(&self, session: &Session) -> bool {
        wait(self.auth.sessions_of(session.account)).unwrap().iter().any(|s| s.sid == session.sid)
    }
}

fn root(n: u8) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(std::array::from_fn(|i| n.wrapping_mul(31).wrapping_add((i * i) as u8)))
}

fn session_token(signed_in: &SignedIn) -> &str {
    match &signed_in.issued {
        Issued::Session(token) => token.expose(),
        Issued::Pair(_) => panic!("not of mode session"),
    }
}

fn pair(issued: &Issued) -> &Pair {
    match issued {
        Issued::Pair(pair) => pair,
        Issued::Session(_) => panic!("of mode session"),
    }
}

fn default_client() -> ClientId {
    ClientId::default_client()
}
