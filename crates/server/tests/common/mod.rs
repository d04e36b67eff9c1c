//! A house to test in: a store that can fail, a clock that is moved by hand, and a look at every answer that leaves it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use doorward_core::accounts::NewAccount;
use doorward_core::clock::ManualClock;
use doorward_core::directory::{ADMINISTRATOR, Client, Role};
use doorward_core::id::{AccountId, ClientId};
use doorward_core::password::{Cost, Hasher, InlineHasher};
use doorward_core::policy::{Policy, SignUp};
use doorward_core::records::{Account, Mode};
use doorward_core::rng::SeededRng;
use doorward_core::root::RootSecrets;
use doorward_core::secret::Plain;
use doorward_core::store::contract::NOW;
use doorward_core::store::double::Double;
use doorward_core::verify::Algorithm;
use doorward_core::{Auth, Parts};
use doorward_server::{Limits, Options};

pub(crate) use answer::Answer;
pub(crate) use client::Caller;
pub(crate) use recorder::Recorder;
pub(crate) use tcp::{Listening, Raw};

mod answer;
mod client;
mod described;
pub(crate) mod form;
pub(crate) mod recorder;
mod tcp;

/// Long enough for any rule.
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// Where people reach the house.
pub(crate) const URL: &str = "https://door.example";

/// What of a house may differ between tests.
pub(crate) struct Setup {
    pub(crate) policy: Policy,
    pub(crate) options: Options,
    pub(crate) hasher: Option<Arc<dyn Hasher>>,
}

impl Default for Setup {
    /// Sign-up is open; clients `default` (all modes, `session` first), `spa` (hybrid), `native` (token) and `off` (disabled).
    fn default() -> Self {
        let client = |id: &str, modes: &[Mode]| Client {
            native: id == "native",
            enabled: id != "off",
            ..Client::new(id.parse().unwrap(), modes.to_vec())
        };
        let mut policy = Policy::new(URL);
        policy.sign_up = SignUp::Open;
        policy.clients = vec![
            client(ClientId::default_client().as_str(), &[Mode::Session, Mode::Token, Mode::Hybrid]),
            client("spa", &[Mode::Hybrid]),
            client("native", &[Mode::Token]),
            client("off", &[Mode::Session]),
        ];
        Self { policy, options: Options { metrics: true, ..Options::new(URL) }, hasher: None }
    }
}

/// Everything a test may want to move, break or read.
pub(crate) struct House {
    pub(crate) auth: Auth,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) rng: Arc<SeededRng>,
    pub(crate) store: Double,
    pub(crate) router: Router,
    pub(crate) recorder: Recorder,
}

impl House {
    /// The usual one.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// One that differs.
    pub(crate) async fn with(change: impl FnOnce(&mut Setup)) -> Self {
        let mut setup = Setup::default();
        change(&mut setup);
        let store = Double::new();
        let clock = Arc::new(ManualClock::at(NOW));
        let rng = Arc::new(SeededRng::new(7));
        let cheap = Cost { memory_kib: 64, passes: 1, lanes: 1 };
        let hasher = setup.hasher.unwrap_or_else(|| Arc::new(InlineHasher::new(cheap, rng.clone())));
        let mut secret = [7; 32];
        secret[0] = 8;
        let auth = Auth::start(Parts {
            accounts: Arc::new(store.clone()),
            sessions: Arc::new(store.clone()),
            log: Arc::new(store.clone()),
            keys: Arc::new(store.clone()),
            audit: Arc::new(store.clone()),
            directory: Arc::new(store.clone()),
            devices: Arc::new(store.clone()),
            passing: Arc::new(store.clone()),
            clock: clock.clone(),
            rng: rng.clone(),
            hasher,
            policy: setup.policy,
            root: RootSecrets::new(&[secret.into()]).unwrap(),
            algorithm: Algorithm::Es256,
        })
        .await
        .unwrap();
        let recorder = Recorder::new(&setup.options);
        let router = doorward_server::router(auth.clone(), setup.options);
        Self { auth, clock, rng, store, router, recorder }
    }

    /// Somebody with an account and [`PASSWORD`].
    pub(crate) async fn account(&self, identifier: &str) -> Account {
        let password = Some(Plain::new(PASSWORD.to_owned()));
        let new = NewAccount { identifier: identifier.to_owned(), password, display_name: None };
        self.auth.create_account(new).await.unwrap()
    }

    /// Gives the account a role of its own that gives these permissions; without any, takes the role away.
    pub(crate) async fn permit(&self, account: AccountId, permissions: &[&str]) {
        let role =
            Role { name: "of-a-test".into(), permissions: permissions.iter().map(ToString::to_string).collect() };
        if permissions.is_empty() {
            self.auth.revoke_role(account, &role.name).await.unwrap();
            return;
        }
        // Both may be as asked already.
        let _ = self.auth.set_role(role.clone()).await;
        self.auth.grant_role(account, &role.name).await.unwrap();
    }

    /// Somebody who may do everything that administrators may, and has just signed in.
    pub(crate) async fn administrator(&self, identifier: &str) -> Caller {
        let caller = self.signed_in(identifier, "session").await;
        let account = self.auth.find_account(identifier).await.unwrap().unwrap();
        self.auth.grant_role(account.id, ADMINISTRATOR).await.unwrap();
        caller
    }

    /// A browser on one of our own pages: it keeps cookies and says where it comes from.
    pub(crate) fn browser(&self) -> Caller {
        Caller::browser(self.router.clone(), self.recorder.clone())
    }

    /// A program: no cookies, nothing that only browsers send.
    pub(crate) fn program(&self) -> Caller {
        Caller::program(self.router.clone(), self.recorder.clone())
    }

    /// A browser in which somebody has just signed in, in this mode. The account is made if it is not there.
    pub(crate) async fn signed_in(&self, identifier: &str, mode: &str) -> Caller {
        if self.auth.accounts().by_identifier(identifier.to_owned()).await.unwrap().is_none() {
            self.account(identifier).await;
        }
        let mut browser = self.browser();
        browser.sign_in(identifier, mode).await;
        browser
    }

    /// Time passes.
    pub(crate) fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The same house behind a real socket, until what is returned is stopped.
    pub(crate) async fn listen(&self, limits: Limits) -> Listening {
        Listening::start(self.router.clone(), limits).await
    }
}
