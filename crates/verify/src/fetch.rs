//! Feature `fetch`: a [`Guard`] that follows its issuer over the network, in tasks of its own.
//!
//! ```no_run
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! use doorward_verify::fetch::Settings;
//! use doorward_verify::{Algorithm, Rule, Via};
//!
//! let following = Settings::new("https://door.example", "https://api.example", [Algorithm::Es256])
//!     .client("articles", "the secret of this client")
//!     .start()?;
//! following.ready().await; // else the first requests hear 503
//! let guard = following.guard();
//! let principal = guard.check("the token", Via::Header, &Rule::default()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Keys are fetched again before they grow old, and once more, at most every 30 seconds, when a token names one that is not
//! known. The feed is followed for as long as [`Following`] lives. Every request goes through one client that speaks https
//! only, to the address that was checked and no other, follows no redirect, keeps no cookie and waits five seconds.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::algorithm::Algorithm;
use crate::feed::{Follower, Freshness, Silence, Trouble};
use crate::guard::{Clock, Guard};
use crate::rule::{Policy, Rule};
use crate::verifier::{Audiences, BuildError, Verifier};

mod client;
mod clock;
mod follow;
mod issuer;
mod keys;
mod reach;
mod watcher;

pub use client::FetchError;
pub use clock::SystemClock;
pub use reach::Reach;

use client::{Client, Credentials};
use keys::Keys;

/// Something that somebody may want to know of. Nothing here names a person or carries a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// What is known about ends is fresh, silent, or too old to be trusted.
    Silence(Silence),
    /// A connection to the feed was given up; another one is tried.
    Trouble(Trouble),
    /// The keys were fetched, and are others than before.
    NewKeys,
    /// The keys could not be fetched, or not be used; the last good ones stay.
    KeysFailed(FetchError),
    /// There have been no good keys for too long: every token is answered with 503.
    KeysTooOld,
}

/// Cannot be started like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The verifier cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Not a URL, or one that [`Reach`] does not allow.
    #[error("the address of the issuer is no https URL that may be reached")]
    Url,
    /// The policy needs the feed or introspection, and nothing says as whom to ask.
    #[error("no client and no token to read the feed with")]
    Credentials,
    /// TLS cannot be set up: the machine's list of authorities cannot be read, or a certificate that was added is none.
    #[error("TLS cannot be set up")]
    Tls,
}

type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// How to follow an issuer.
#[must_use]
pub struct Settings {
    issuer: String,
    audiences: Audiences,
    algorithms: Vec<Algorithm>,
    at: String,
    credentials: Option<Credentials>,
    rule: Rule,
    reach: Reach,
    roots: Vec<CertificateDer<'static>>,
    clock: Arc<dyn Clock>,
    listener: Listener,
}

/// Leaves out the credentials.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("issuer", &self.issuer).field("rule", &self.rule).finish_non_exhaustive()
    }
}

impl Settings {
    /// To follow this issuer (exactly this text, as in its tokens) for this audience, with these algorithms.
    pub fn new(
        issuer: impl Into<String>,
        audience: impl Into<Audiences>,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> Self {
        let issuer = issuer.into();
        Self {
            at: issuer.clone(),
            issuer,
            audiences: audience.into(),
            algorithms: algorithms.into_iter().collect(),
            credentials: None,
            rule: Rule::default(),
            reach: Reach::default(),
            roots: Vec::new(),
            clock: Arc::new(SystemClock::new()),
            listener: Arc::new(|_| {}),
        }
    }

    /// Where the issuer is reached, if not at the URL that it is called by.
    pub fn at(self, url: impl Into<String>) -> Self {
        Self { at: url.into(), ..self }
    }

    /// Reads the feed and introspects as this confidential client.
    pub fn client(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { credentials: Some(Credentials::basic(&id.into(), &secret.into())), ..self }
    }

    /// Reads the feed with an access token that has the permission `revocations:read`; asked for at each connection.
    pub fn token(self, source: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self { credentials: Some(Credentials::Token(Arc::new(source))), ..self }
    }

    /// How far what is known is trusted.
    pub fn rule(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }

    /// Which addresses may be reached; public ones unless said.
    pub fn reach(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    /// Trusts one more certificate authority (DER), beside those of the machine.
    pub fn root_certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.roots.push(CertificateDer::from(der.into()));
        self
    }

    /// Tells the time by this clock; the machine's unless said.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Who hears of what happens. Must not block.
    pub fn on_event(self, listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self { listener: Arc::new(listener), ..self }
    }

    /// Starts, in tasks on the current runtime of tokio. Fails only for what no waiting would mend: an issuer that is away is
    /// asked again until it answers.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(self) -> Result<Following, StartError> {
        let needs_to_ask = self.rule.policy != Policy::Signature;
        if needs_to_ask && self.credentials.is_none() {
            return Err(StartError::Credentials);
        }
        let verifier = Verifier::builder(&self.issuer, self.audiences).algorithms(self.algorithms.iter().copied());
        let verifier = Arc::new(verifier.build()?);
        let freshness = Arc::new(Freshness::default());
        let client = Client::new(&self.at, self.reach, self.roots, self.credentials)?;
        let keys = Keys::new(client.clone(), verifier.clone(), self.clock.clone(), self.listener.clone());
        let issuer = Arc::new(issuer::Remote::new(client.clone(), keys.clone()));
        let guard = Guard::new(verifier.clone(), freshness.clone(), self.clock.clone()).rule(self.rule).issuer(issuer);
        let (told, silence) = watch::channel(Silence::TooLong);
        let mut tasks = JoinSet::new();
        tasks.spawn(keys.clone().keep());
        if needs_to_ask {
            let follower = Follower::new(self.issuer, self.algorithms, verifier.revoked().clone(), freshness.clone());
            let (clock, listener) = (self.clock.clone(), self.listener.clone());
            tasks.spawn(follow::follow(follower, client, keys, clock, listener));
            let watcher = watcher::Watcher { verifier, freshness, clock: self.clock, listener: self.listener, told };
            tasks.spawn(watcher.watch(self.rule.refuse_after));
        }
        Ok(Following { guard: Arc::new(guard), silence, follows: needs_to_ask, _tasks: tasks })
    }
}

/// Follows until it is dropped.
#[derive(Debug)]
pub struct Following {
    guard: Arc<Guard>,
    silence: watch::Receiver<Silence>,
    follows: bool,
    _tasks: JoinSet<()>,
}

impl Following {
    /// What decides by what is known.
    #[must_use]
    pub fn guard(&self) -> Arc<Guard> {
        self.guard.clone()
    }

    /// Returns once enough is known to decide over tokens; at once if nothing is followed. Waits for as long as it takes.
    pub async fn ready(&self) {
        if self.follows {
            self.when(|silence| silence == Silence::Fresh).await;
        }
    }

    /// Returns once the state of knowledge is such.
    pub async fn when(&self, wanted: impl Fn(Silence) -> bool) {
        let mut silence = self.silence.clone();
        // The sender lives in a task that lives as long as this value.
        let _ = silence.wait_for(|now| wanted(*now)).await;
    }
}

#[cfg(test)]
mod tests;
