//! [`Auth`]: what the walk walks on. It holds the ports, the clock, the numbers and the keys, and has no type parameters;
//! a copy of it is one more handle to the same.

use std::fmt;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use doorward_verify::{Algorithm, RevokedSet, Timestamp, Verifier};

use crate::audit::{Actor, By};
use crate::clock::Clock;
use crate::directory::Registry;
use crate::feed::Feed;
use crate::follow::Position;
use crate::id::{AccountId, ClientId};
use crate::keys::{self, Evenness, Keyring, KeyringError, SignError, Signer, life};
use crate::password::{self, Hasher};
use crate::policy::Policy;
use crate::rng::Rng;
use crate::root::RootSecrets;
use crate::store::{Accounts, Audit, Devices, Directory, Keys, Passing, RevocationLog, Sessions, StoreError};
use crate::throttle::{Alarm, Local};

/// Hashes that are looked at to find the commonest kind.
const SAMPLE: usize = 200;

/// Everything an [`Auth`] is put together from.
#[derive(Debug)]
pub struct Parts {
    /// Accounts, in the database.
    pub accounts: Arc<dyn Accounts>,
    /// Sessions, wherever they are.
    pub sessions: Arc<dyn Sessions>,
    /// The revocation log, in the database.
    pub log: Arc<dyn RevocationLog>,
    /// Signing keys, in the database.
    pub keys: Arc<dyn Keys>,
    /// Who did what, in the database.
    pub audit: Arc<dyn Audit>,
    /// Applications, roles and permissions, in the database.
    pub directory: Arc<dyn Directory>,
    /// Browsers that are known, in the database.
    pub devices: Arc<dyn Devices>,
    /// One-time values and counts of attempts, beside the sessions.
    pub passing: Arc<dyn Passing>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// Where passwords are hashed.
    pub hasher: Arc<dyn Hasher>,
    /// The numbers.
    pub policy: Policy,
    /// From which everything is derived.
    pub root: RootSecrets,
    /// What signs access tokens. Where the database has another kind of key, it is replaced in due course.
    pub algorithm: Algorithm,
}

/// Why a node does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The numbers do not go together; all of them are listed.
    #[error("the settings cannot be used: {}", .0.join("; "))]
    Policy(Vec<String>),
    /// The database belongs to other root secrets.
    #[error("this database was set up with another root secret")]
    OtherRootSecret,
    /// Signing keys cannot be made or read.
    #[error(transparent)]
    Keys(#[from] KeyringError),
    /// A store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The walk, ready to be walked. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    inner: Arc<Inner>,
    by: By,
}

struct Inner {
    accounts: Arc<dyn Accounts>,
    sessions: Arc<dyn Sessions>,
    log: Arc<dyn RevocationLog>,
    keys: Arc<dyn Keys>,
    audit: Arc<dyn Audit>,
    directory: Arc<dyn Directory>,
    registry: ArcSwap<Registry>,
    devices: Arc<dyn Devices>,
    passing: Arc<dyn Passing>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    hasher: Arc<dyn Hasher>,
    policy: Policy,
    algorithm: Algorithm,
    /// Root secrets as they were handed in, and as the database wants them used.
    listed: ArcSwap<RootSecrets>,
    root: ArcSwap<RootSecrets>,
    keyring: Keyring,
    verifier: Verifier,
    position: Position,
    feed: Feed,
    decoy: ArcSwap<String>,
    evenness: Mutex<Evenness>,
    alarm: Alarm,
    local: Local,
    work: Local,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("issuer", &self.inner.policy.issuer).finish_non_exhaustive()
    }
}

impl Auth {
    /// Checks the numbers, opens the keys, and reads the whole log. When this returns, everything that was ever ended is
    /// known here: only then may requests be answered.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(parts: Parts) -> Result<Self, StartError> {
        let faults = parts.policy.faults();
        if !faults.is_empty() {
            return Err(StartError::Policy(faults));
        }
        let now = parts.clock.now().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        if !parts.keys.bind(parts.root.fingerprints(), now).await? {
            return Err(StartError::OtherRootSecret);
        }
        let (keyring, root) = open_keyring(&parts, now).await?;
        if root.newest() != parts.root.newest() {
            tracing::warn!(event = "root_secret_waits", ident = %parts.root.newest(), "listed first, and makes nothing yet");
        }
        let verifier = own_verifier(&parts.policy, &keyring);
        let decoy = password::decoy(&[], parts.hasher.cost());
        let inner = Inner {
            accounts: parts.accounts,
            sessions: parts.sessions,
            log: parts.log,
            keys: parts.keys,
            audit: parts.audit,
            directory: parts.directory,
            registry: ArcSwap::default(),
            devices: parts.devices,
            passing: parts.passing,
            alarm: Alarm::default(),
            local: Local::default(),
            work: Local::default(),
            clock: parts.clock,
            rng: parts.rng,
            hasher: parts.hasher,
            policy: parts.policy,
            algorithm: parts.algorithm,
            listed: ArcSwap::from_pointee(parts.root),
            root: ArcSwap::from_pointee(root),
            keyring,
            verifier,
            position: Position::default(),
            feed: Feed::default(),
            decoy: ArcSwap::from_pointee(decoy),
            evenness: Mutex::default(),
        };
        let auth = Self { inner: Arc::new(inner), by: By::doorward() };
        auth.note_token_life().await?;
        auth.take_in_directory(auth.directory().listed().await?);
        auth.rebuild().await?;
        auth.choose_decoy().await?;
        Ok(auth)
    }

    /// The same, on behalf of somebody: what is done with the copy is written down in their name.
    #[must_use]
    pub fn acting(&self, by: By) -> Self {
        Self { inner: self.inner.clone(), by }
    }

    /// The same as this one, for an application that has shown that it is itself.
    #[must_use]
    pub fn as_client(&self, client: &ClientId) -> Self {
        let by = By { actor: Actor::Client(client.clone()), ..self.by.clone() };
        self.acting(by)
    }

    /// On whose behalf this one acts; [`Doorward`](crate::audit::Actor::Doorward) itself if nobody was named.
    #[must_use]
    pub fn by(&self) -> &By {
        &self.by
    }

    /// The numbers.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    /// The port to accounts.
    #[must_use]
    pub fn accounts(&self) -> &dyn Accounts {
        &*self.inner.accounts
    }

    /// The port to sessions.
    #[must_use]
    pub fn sessions(&self) -> &dyn Sessions {
        &*self.inner.sessions
    }

    /// The port to the revocation log.
    #[must_use]
    pub fn log(&self) -> &dyn RevocationLog {
        &*self.inner.log
    }

    /// The port to signing keys.
    #[must_use]
    pub fn keys(&self) -> &dyn Keys {
        &*self.inner.keys
    }

    /// The port to the audit.
    #[must_use]
    pub fn audit(&self) -> &dyn Audit {
        &*self.inner.audit
    }

    /// The port to browsers that are known.
    #[must_use]
    pub fn devices(&self) -> &dyn Devices {
        &*self.inner.devices
    }

    /// The port to what passes.
    #[must_use]
    pub fn passing(&self) -> &dyn Passing {
        &*self.inner.passing
    }

    /// The port to the directory.
    #[must_use]
    pub fn directory(&self) -> &dyn Directory {
        &*self.inner.directory
    }

    /// Time.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// What signs and what is published.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.inner.keyring
    }

    /// The verifier of this node's own access tokens.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.inner.verifier
    }

    /// What has ended, as far as this node knows.
    #[must_use]
    pub fn revoked(&self) -> &RevokedSet {
        self.inner.verifier.revoked()
    }

    /// Derived keys, as they are used at this moment.
    #[must_use]
    pub fn root(&self) -> Arc<RootSecrets> {
        self.inner.root.load_full()
    }

    /// The root secrets as they were handed in, those included that make nothing yet or count for nothing any more.
    #[must_use]
    pub fn listed_roots(&self) -> Arc<RootSecrets> {
        self.inner.listed.load_full()
    }

    /// How many password hashes wait for their turn.
    #[must_use]
    pub fn hashes_waiting(&self) -> usize {
        self.inner.hasher.waiting()
    }

    /// How long a password hash that is asked for at this moment would wait for its turn.
    #[must_use]
    pub fn hash_wait(&self) -> std::time::Duration {
        self.inner.hasher.wait()
    }

    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.inner.rng
    }

    pub(crate) fn shared_rng(&self) -> Arc<dyn Rng> {
        self.inner.rng.clone()
    }

    pub(crate) fn list_roots(&self, listed: RootSecrets) {
        self.inner.listed.store(Arc::new(listed));
    }

    pub(crate) fn use_roots(&self, root: RootSecrets) {
        self.inner.root.store(Arc::new(root));
    }

    pub(crate) fn evenness(&self) -> &Mutex<Evenness> {
        &self.inner.evenness
    }

    pub(crate) fn key_plan(&self) -> life::Plan {
        life::Plan::of(&self.inner.policy, self.inner.algorithm)
    }

    pub(crate) fn alarm(&self) -> &Alarm {
        &self.inner.alarm
    }

    pub(crate) fn work(&self) -> &Local {
        &self.inner.work
    }

    pub(crate) fn local(&self) -> &Local {
        &self.inner.local
    }

    pub(crate) fn hasher(&self) -> &dyn Hasher {
        &*self.inner.hasher
    }

    /// Looks at the hashes of some accounts, and from then on checks one of the commonest kind for people who have none:
    /// otherwise the time would tell who has an account, in a house full of hashes from elsewhere. Call it now and then.
    ///
    /// # Errors
    /// If accounts cannot be read; the last choice stands.
    pub async fn choose_decoy(&self) -> Result<(), StoreError> {
        let from = AccountId::draw(self.rng()).map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let hashes = self.accounts().hashes(from, SAMPLE).await?;
        self.inner.decoy.store(Arc::new(password::decoy(&hashes, self.hasher().cost())));
        Ok(())
    }

    pub(crate) fn decoy(&self) -> String {
        String::clone(&self.inner.decoy.load())
    }

    pub(crate) fn signer(&self) -> Result<Arc<Signer>, SignError> {
        self.inner.keyring.signer()
    }

    pub(crate) fn registry_cell(&self) -> &ArcSwap<Registry> {
        &self.inner.registry
    }

    pub(crate) fn position(&self) -> &Position {
        &self.inner.position
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.inner.feed
    }
}

/// One key signs, the next one is published from the first day on: verifiers that keep a key set for an hour know it long
/// before it signs.
async fn open_keyring(parts: &Parts, now: Timestamp) -> Result<(Keyring, RootSecrets), StartError> {
    let mut stored = parts.keys.all().await?;
    let root = parts.root.as_stored(&stored).ok_or(StartError::OtherRootSecret)?;
    if stored.keys.is_empty() {
        let make = || keys::make(parts.algorithm, &root, &*parts.rng, now);
        let mut first = vec![make()?, make()?];
        let kid = first[0].kid.clone();
        life::turn(&mut first, &kid, now, &life::Plan::of(&parts.policy, parts.algorithm));
        stored = parts.keys.ensure(first).await?;
    }
    Ok((Keyring::open(stored, &root)?, root))
}

/// Accepts what this node hands out. For whom its tokens may be meant is told when the directory was read.
fn own_verifier(policy: &Policy, keyring: &Keyring) -> Verifier {
    Verifier::builder(&policy.issuer, policy.issuer.as_str())
        .algorithms([Algorithm::Es256, Algorithm::Ed25519, Algorithm::EdDsa, Algorithm::Rs256])
        .keys(keyring.published())
        .leeway(policy.leeway)
        .build()
        .expect("the policy's numbers were checked")
}
