//! A layer for inside of a guard: somebody who may.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::refusal::{self, Refusal};
use crate::principal::Demand;

/// Lets through whoever meets a demand. Where no [`GuardLayer`](super::GuardLayer) stands around it nobody is known, and
/// nobody gets through.
#[derive(Debug, Clone)]
pub struct RequireLayer {
    demand: Arc<Demand>,
}

impl RequireLayer {
    /// Lets through whoever meets this.
    #[must_use]
    pub fn new(demand: Demand) -> Self {
        Self { demand: Arc::new(demand) }
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = Require<S>;

    fn layer(&self, inner: S) -> Require<S> {
        Require { inner, demand: self.demand.clone() }
    }
}

/// A service behind a [`RequireLayer`].
#[derive(Debug, Clone)]
pub struct Require<S> {
    inner: S,
    demand: Arc<Demand>,
}

impl<S, B, R> Service<Request<B>> for Require<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = RequireFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let is_grpc = refusal::is_grpc(request.headers());
        match super::require(request.extensions(), &self.demand) {
            Ok(()) => RequireFuture { answer: Some(self.inner.call(request)), refusal: None, is_grpc },
            Err(refusal) => RequireFuture { answer: None, refusal: Some(refusal), is_grpc },
        }
    }
}

pin_project! {
    /// The answer to come.
    #[derive(Debug)]
    pub struct RequireFuture<F> {
        #[pin]
        answer: Option<F>,
        refusal: Option<Refusal>,
        is_grpc: bool,
    }
}

impl<F, R, E> Future for RequireFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Default,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.answer.as_pin_mut() {
            Some(answer) => answer.poll(cx),
            None => Poll::Ready(Ok(this.refusal.take().unwrap_or(Refusal::Missing).respond(*this.is_grpc))),
        }
    }
}
