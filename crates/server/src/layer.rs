//! Wraps every route, in one piece: bounds what comes in, gives every answer the headers it must have, writes problems
//! down, answers for a handler that panicked, and counts.
//!
//! Every request passes here, so there is one wrapping and not a stack of them, and nothing is looked up that is known when
//! the routes are put together.

use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use doorward_core::sparse::Sparse;
use doorward_core::verify::present::is_safe;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Request};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::by::RequestId;
use crate::door::Door;
use crate::pages::{self, Told, Visit};
use crate::problem::{Code, Problem};

/// Longest path and query, in bytes.
const LONGEST_URI: usize = 8 * 1024;
/// All header fields together, in bytes, as they stand on the wire: name, colon, blank, value, line end.
const LARGEST_HEADERS: usize = 16 * 1024;
/// What a header field costs beside its name and value.
const FIELD_PUNCTUATION: usize = 4;
/// Most header fields.
const MOST_HEADERS: usize = 100;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
static NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
static NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
static SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
static NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
static NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
static HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Makes [`Outer`] for one route.
#[derive(Clone)]
pub(crate) struct OuterLayer {
    door: Door,
    route: usize,
    shows: Shows,
    tls: bool,
    /// Whoever reaches it may ask, for whichever host.
    open: bool,
    start: u64,
}

/// How a problem is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shows {
    /// To programs.
    Json,
    /// To people.
    Pages,
    /// To whoever asks: nothing is here, and nobody knows what was meant.
    Either,
}

impl Shows {
    fn a_page(self, request: &Request<Body>) -> bool {
        match self {
            Self::Json => false,
            Self::Pages => true,
            Self::Either => !request.uri().path().starts_with("/v1") && pages::problem::reads_pages(request.headers()),
        }
    }
}

impl OuterLayer {
    pub(crate) fn new(door: &Door, route: usize, shows: Shows) -> Self {
        let tls = door.options().public_url.starts_with("https://");
        let millis = door.auth().clock().now().map_or(0, |now| now.millis().cast_unsigned());
        let start = (u64::from(std::process::id()) << 40) ^ (millis << 16);
        Self { door: door.clone(), route, shows, tls, open: false, start }
    }

    /// For a listener that only operators' machines reach.
    pub(crate) fn for_operators(door: &Door, route: usize, shows: Shows) -> Self {
        Self { tls: false, open: true, ..Self::new(door, route, shows) }
    }
}

impl<S> Layer<S> for OuterLayer {
    type Service = Outer<S>;

    fn layer(&self, inner: S) -> Outer<S> {
        Outer { inner, layer: self.clone() }
    }
}

/// A route in its wrapping.
#[derive(Clone)]
pub(crate) struct Outer<S> {
    inner: S,
    layer: OuterLayer,
}

impl<S> Service<Request<Body>> for Outer<S>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = OuterFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let begun = now();
        let id = RequestId::next(self.layer.start);
        let visit = self.layer.shows.a_page(&request).then(|| Box::new(Visit::new(&self.layer.door, &request)));
        let (inner, refused, secure) = match self.layer.admit(&mut request) {
            Err(refused) => (None, Some(*refused), false),
            Ok(secure) => {
                // What only reads is never written down, and needs no name inside.
                if !is_safe(request.method().as_str()) {
                    request.extensions_mut().insert(id);
                }
                (Some(self.inner.call(request)), None, secure)
            }
        };
        OuterFuture { inner, refused, secure, begun, id, visit, layer: self.layer.clone() }
    }
}

pin_project! {
    /// The answer to come.
    pub(crate) struct OuterFuture<F> {
        #[pin]
        inner: Option<F>,
        refused: Option<Response>,
        secure: bool,
        begun: Instant,
        id: RequestId,
        visit: Option<Box<Visit>>,
        layer: OuterLayer,
    }
}

impl<F: Future<Output = Result<Response, Infallible>>> Future for OuterFuture<F> {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = match (this.inner.as_pin_mut(), this.refused.take()) {
            (Some(inner), _) => match catch_unwind(AssertUnwindSafe(|| inner.poll(cx))) {
                Ok(polled) => match ready!(polled) {
                    Ok(response) => response,
                    Err(never) => match never {},
                },
                // Its text may hold anything, so it goes nowhere; the place was told on standard error.
                Err(_) => Problem::new(Code::Internal).because("handler_panicked", &"a panic").into_response(),
            },
            (None, refused) => refused.unwrap_or_else(|| Code::Internal.into_response()),
        };
        this.layer.finish(&mut response, *this.secure, *this.id, this.visit.as_deref());
        this.layer.door.metrics().count(this.layer.route, response.status().as_u16(), this.begun.elapsed());
        Poll::Ready(Ok(response))
    }
}

impl OuterLayer {
    /// Whether the request came over TLS, or why it is not answered. From here on its extensions say who sent it.
    fn admit(&self, request: &mut Request<Body>) -> Result<bool, Box<Response>> {
        let asked = if self.open { Ok(None) } else { self.door.admission().ask(request) };
        let peer = asked.map_err(|refusal| Box::new(refusal.into_response()))?;
        if let Some(code) = too_large(request) {
            return Err(Box::new(code.into_response()));
        }
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        Ok(peer.is_none_or(|peer| peer.secure))
    }

    fn finish(&self, response: &mut Response, secure: bool, id: RequestId, visit: Option<&Visit>) {
        let id = id.header();
        let text = id.to_str().unwrap_or("");
        if let Some(Told(problem)) = response.extensions_mut().remove::<Told>() {
            self.door.metrics().count_problem(problem.code());
            self.tell(&problem, text);
        }
        if let Some(problem) = response.extensions_mut().remove::<Problem>() {
            self.door.metrics().count_problem(problem.code());
            self.tell(&problem, text);
            if !visit.is_some_and(|visit| pages::problem::write(visit, &problem, text, response)) {
                *response.body_mut() = Body::from(problem.write(text));
            }
        }
        // RFC 6797 section 7.2: never in the clear, where anybody could have said it.
        dress(response.headers_mut(), self.tls && secure);
        response.headers_mut().insert(&REQUEST_ID, id);
    }

    /// One line for what an operator should look at.
    fn tell(&self, problem: &Problem, request_id: &str) {
        let (code, route) = (problem.code().name(), self.door.metrics().name(self.route));
        match problem.cause() {
            Some(cause) => {
                tracing::error!(
                    event = cause.event,
                    cause = cause.text,
                    code,
                    route,
                    request_id,
                    "not answered as asked"
                );
            }
            None if problem.code().status() >= 500 => {
                tracing::warn!(event = "not_answered", code, route, request_id, "not answered as asked");
            }
            None => self.tell_refused(problem.code(), route, request_id),
        }
    }

    /// What an honest client is not told every day: somebody tries something.
    fn tell_refused(&self, code: Code, route: &str, request_id: &str) {
        static LINES: Sparse = Sparse::new();
        let tells = matches!(
            code,
            Code::CsrfFailed
                | Code::InvalidToken
                | Code::InvalidGrant
                | Code::AmbiguousCredentials
                | Code::Forbidden
                | Code::OutsideProxy
                | Code::UnknownHost
                | Code::HttpsRequired
        );
        if !tells {
            return;
        }
        if let Some(left_out) = LINES.may_tell(self.door.auth().clock().monotonic()) {
            tracing::info!(event = "refused", code = code.name(), route, request_id, left_out, "a request was refused");
        }
    }
}

fn too_large(request: &Request<Body>) -> Option<Code> {
    let uri = request.uri();
    let length = uri.path().len() + uri.query().map_or(0, |q| q.len() + 1);
    if length > LONGEST_URI {
        return Some(Code::UriTooLong);
    }
    let headers = request.headers();
    let one = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + FIELD_PUNCTUATION;
    let too_many = headers.len() > MOST_HEADERS || headers.iter().map(one).sum::<usize>() > LARGEST_HEADERS;
    too_many.then_some(Code::TooManyHeaders)
}

/// What every answer says, unless the handler said something else.
fn dress(headers: &mut HeaderMap, tls: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF.clone());
    headers.entry(header::REFERRER_POLICY).or_insert_with(|| NO_REFERRER.clone());
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| NOTHING.clone());
    headers.entry(header::CACHE_CONTROL).or_insert_with(|| NO_STORE.clone());
    headers.entry(&CORP).or_insert_with(|| SAME_ORIGIN.clone());
    if tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS.clone());
    }
}

#[expect(clippy::disallowed_methods, reason = "measures the machine, decides nothing about a sign-in")]
fn now() -> Instant {
    Instant::now()
}
