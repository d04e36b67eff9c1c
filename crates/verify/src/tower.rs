//! Feature `tower`: a layer that lets nobody through without a good access token, for axum, tonic, and whatever else speaks
//! the types of `http` 1.
//!
//! ```
//! use doorward_verify::tower::{GuardLayer, RequireLayer};
//! use doorward_verify::{Demand, Guard, OnSilence, Rule};
//! # fn layers(guard: std::sync::Arc<Guard>) {
//! // Everywhere: somebody. What they are is in the extensions of the request, as a `Principal`.
//! let somebody = GuardLayer::new(guard.clone());
//! // On a route that only reads, after too much silence: better a stale answer than none.
//! let reading = GuardLayer::new(guard).rule(Rule { on_silence: OnSilence::AcceptAndFlag, ..Rule::default() });
//! // Inside of either: somebody who may.
//! let editors = RequireLayer::new(Demand::default().permission("articles:write"));
//! # let _ = (somebody, reading, editors);
//! # }
//! ```
//!
//! A refusal has no body, so that the layer asks nothing of the body's type but `Default`; [`Refusal`] is in the extensions
//! of the answer for whoever wants to write one. To a gRPC request it is written as gRPC.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::guard::{CheckError, Decided, Guard, Later};
use crate::present::{CookieNames, Reads};
use crate::principal::{Demand, Principal};
use crate::rule::Rule;

mod refusal;
mod require;

#[cfg(feature = "axum")]
mod axum;

pub use refusal::Refusal;
pub use require::{Require, RequireLayer};

/// Lets nobody through without a good access token.
#[derive(Debug, Clone)]
pub struct GuardLayer {
    shared: Arc<Shared>,
}

#[derive(Debug, Clone)]
struct Shared {
    guard: Arc<Guard>,
    reads: Reads,
    rule: Rule,
    optional: bool,
}

impl GuardLayer {
    /// Reads `Authorization: Bearer` only, under the guard's own rule.
    #[must_use]
    pub fn new(guard: Arc<Guard>) -> Self {
        let rule = guard.its_rule();
        Self { shared: Arc::new(Shared { guard, reads: Reads::header_only(), rule, optional: false }) }
    }

    /// Under another rule than the guard's.
    #[must_use]
    pub fn rule(self, rule: Rule) -> Self {
        self.with(|shared| shared.rule = rule)
    }

    /// Reads the access cookie as well. What may change something must then come from one of these origins, as the browser
    /// reports: `https://app.example`, exactly.
    #[must_use]
    pub fn accept_cookie(self, names: CookieNames, origins: Vec<String>) -> Self {
        self.with(|shared| shared.reads = shared.reads.clone().accept_cookie(names, origins))
    }

    /// Lets requests through that bring nothing. One that brings a token which is not good is refused all the same.
    #[must_use]
    pub fn optional(self) -> Self {
        self.with(|shared| shared.optional = true)
    }

    fn with(mut self, change: impl FnOnce(&mut Shared)) -> Self {
        change(Arc::make_mut(&mut self.shared));
        self
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { inner, shared: self.shared.clone() }
    }
}

/// A service behind a [`GuardLayer`].
#[derive(Debug, Clone)]
pub struct Guarded<S> {
    inner: S,
    shared: Arc<Shared>,
}

/// What becomes of a request.
enum First {
    Anonymous,
    Somebody(Principal),
    Refused(Refusal),
    Asking(Later<'static, Result<Principal, CheckError>>),
}

impl Shared {
    fn first<B>(&self, request: &Request<B>) -> First {
        let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let (token, via) = match self.reads.credential(request.method().as_str(), headers) {
            Ok(Some(found)) => found,
            Ok(None) if self.optional => return First::Anonymous,
            Ok(None) => return First::Refused(Refusal::Missing),
            Err(error) => return First::Refused(Refusal::Presented(error)),
        };
        match self.guard.decide(token, via, &self.rule) {
            Ok(Decided::Is(principal)) => First::Somebody(principal),
            Ok(Decided::NotYet) => {
                let (guard, rule, token) = (self.guard.clone(), self.rule, token.to_owned());
                First::Asking(Box::pin(async move { guard.check(&token, via, &rule).await }))
            }
            Err(error) => First::Refused(error.into()),
        }
    }
}

impl<S, B, R> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = GuardedFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> GuardedFuture<S, B> {
        // Whatever was put there before is nobody that this layer knows.
        request.extensions_mut().remove::<Principal>();
        let is_grpc = refusal::is_grpc(request.headers());
        let state = match self.shared.first(&request) {
            First::Anonymous => State::Answering { answer: self.inner.call(request) },
            First::Somebody(principal) => {
                request.extensions_mut().insert(principal);
                State::Answering { answer: self.inner.call(request) }
            }
            First::Refused(refusal) => State::Refused { refusal: Some(refusal) },
            First::Asking(asking) => {
                // The one that was told to be ready is kept; its copy is asked from the beginning next time.
                let ready = self.inner.clone();
                let inner = std::mem::replace(&mut self.inner, ready);
                State::Asking { asking, rest: Some((inner, request)) }
            }
        };
        GuardedFuture { state, is_grpc }
    }
}

pin_project! {
    /// The answer to come.
    pub struct GuardedFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        state: State<S, B>,
        is_grpc: bool,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, B>
    where
        S: Service<Request<B>>,
    {
        Refused { refusal: Option<Refusal> },
        Asking { asking: Later<'static, Result<Principal, CheckError>>, rest: Option<(S, Request<B>)> },
        Answering { #[pin] answer: S::Future },
    }
}

impl<S: Service<Request<B>>, B> std::fmt::Debug for GuardedFuture<S, B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GuardedFuture")
    }
}

impl<S, B, R> Future for GuardedFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Output = Result<Response<R>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProj::Answering { answer } => return answer.poll(cx),
                StateProj::Refused { refusal } => {
                    let refusal = refusal.take().unwrap_or(Refusal::Unavailable);
                    return Poll::Ready(Ok(refusal.respond(*this.is_grpc)));
                }
                StateProj::Asking { asking, rest } => {
                    let checked = ready!(asking.as_mut().poll(cx));
                    match (checked, rest.take()) {
                        (Ok(principal), Some((mut inner, mut request))) => {
                            request.extensions_mut().insert(principal);
                            State::Answering { answer: inner.call(request) }
                        }
                        (Err(error), _) => State::Refused { refusal: Some(error.into()) },
                        (Ok(_), None) => State::Refused { refusal: None },
                    }
                }
            };
            this.state.set(next);
        }
    }
}

/// The principal that a [`GuardLayer`] has found, for code that has only the extensions.
#[must_use]
pub fn principal(extensions: &http::Extensions) -> Option<&Principal> {
    extensions.get::<Principal>()
}

/// Whether whoever asks meets a demand.
///
/// # Errors
/// `Missing` if nobody was found, else `Unmet`.
pub fn require(extensions: &http::Extensions, demand: &Demand) -> Result<(), Refusal> {
    let principal = principal(extensions).ok_or(Refusal::Missing)?;
    demand.check(principal).map_err(Refusal::Unmet)
}

#[cfg(test)]
mod tests;
