//! May this request come in at all? Asked before any route: where it comes from, which host it is for, and whether it crossed
//! a network in the clear.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::header::{HeaderName, HeaderValue, LOCATION};
use http::{Method, Request, StatusCode, Uri};

use crate::options::Options;
use crate::peer::{Outside, Peer, Proxies};
use crate::problem::{Code, Problem};

use host::{Hosts, Unwelcome};

mod host;

pub(crate) use host::split as split_host;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What machines ask for: over plain HTTP they are told so, never sent elsewhere, because what they sent is spilt already.
const FOR_MACHINES: [&str; 6] = ["/v1/", "/oauth/", "/gateway/", "/.well-known/", "/health/", "/metrics"];
/// Probes come from wherever, by address, in the clear; what they are told is nobody's secret.
const FOR_PROBES: [&str; 2] = ["/health/live", "/health/ready"];
/// For a method that no path answers.
const ANSWERED: &str = "GET,HEAD,POST,PUT,DELETE";

/// The rules of one installation.
#[derive(Debug)]
pub(crate) struct Admission {
    proxies: Proxies,
    hosts: Hosts,
    /// Where a page over plain HTTP is sent to; `None` in development, which has no TLS.
    https: Option<String>,
    told: Told,
}

/// Faults that are most likely the operator's, and each request brings anew: one line for each kind is enough.
#[derive(Debug, Default)]
struct Told {
    outside: AtomicBool,
    host: AtomicBool,
    forwarded: AtomicBool,
}

/// Why not, and how it is told.
pub(crate) enum Refusal {
    Problem(Code, &'static str),
    Elsewhere(HeaderValue),
}

impl Admission {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            proxies: options.proxies.clone(),
            hosts: Hosts::new(options),
            https: Some(options.public_url.clone()).filter(|url| url.starts_with("https://")),
            told: Told::default(),
        }
    }

    /// Who sent it, or why it is not answered.
    pub(crate) fn ask(&self, request: &Request<Body>) -> Result<Option<Peer>, Refusal> {
        let is_probe = FOR_PROBES.contains(&request.uri().path());
        let peer = match self.proxies.peer(request) {
            Ok(peer) => peer,
            Err(Outside) if is_probe => None,
            Err(Outside) => return Err(self.outside()),
        };
        self.notice(request, peer);
        if request.method() == Method::CONNECT {
            return Err(Refusal::Problem(Code::MethodNotAllowed, ""));
        }
        if is_probe {
            return Ok(peer);
        }
        self.hosts.check(request.uri(), request.headers()).map_err(|unwelcome| self.host(unwelcome))?;
        match &self.https {
            Some(url) if peer.is_some_and(|peer| !peer.secure) => Err(in_the_clear(url, request)),
            _ => Ok(peer),
        }
    }

    fn outside(&self) -> Refusal {
        if first(&self.told.outside) {
            let text = "a request came from outside [server] behind, and was refused; further ones are only counted";
            tracing::warn!(event = "outside_proxy", "{text}");
        }
        Refusal::Problem(Code::OutsideProxy, "its operator has named the proxies that may connect")
    }

    fn host(&self, unwelcome: Unwelcome) -> Refusal {
        match unwelcome {
            Unwelcome::Unclear => Refusal::Problem(Code::BadRequest, "the host that is meant is not clear"),
            Unwelcome::Unknown => {
                if first(&self.told.host) {
                    let text = "a request named a host that is neither that of [server] public_url nor in [server] hosts, and \
                                was refused; further ones are only counted";
                    tracing::warn!(event = "unknown_host", "{text}");
                }
                Refusal::Problem(Code::UnknownHost, "a proxy in front must pass the Host header on as it came")
            }
        }
    }

    /// A proxy on this machine that was not configured: all its clients look like one.
    fn notice<B>(&self, request: &Request<B>, peer: Option<Peer>) {
        let is_here = self.proxies.networks.is_empty() && peer.is_some_and(|peer| peer.address.is_loopback());
        if is_here && request.headers().contains_key(&X_FORWARDED_FOR) && first(&self.told.forwarded) {
            let text = "a proxy on this machine tells whom it serves and is not heard: add its address to [server] behind, like \
                        behind = [\"127.0.0.1\"]";
            tracing::warn!(event = "forwarded_ignored", "{text}");
        }
    }
}

fn first(told: &AtomicBool) -> bool {
    !told.swap(true, Ordering::Relaxed)
}

/// A page comes again over TLS; anything else must be told, or its sender never learns that it spills secrets.
fn in_the_clear<B>(url: &str, request: &Request<B>) -> Refusal {
    let is_page = !FOR_MACHINES.iter().any(|path| request.uri().path().starts_with(path));
    let to =
        elsewhere(url, request.uri()).filter(|_| is_page && matches!(*request.method(), Method::GET | Method::HEAD));
    to.map_or(
        Refusal::Problem(Code::HttpsRequired, "what was sent has crossed a network in the clear"),
        Refusal::Elsewhere,
    )
}

/// The same path, at the configured host: never at the one that the request names.
fn elsewhere(url: &str, uri: &Uri) -> Option<HeaderValue> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    path.starts_with('/').then(|| HeaderValue::try_from(format!("{url}{path}")).ok()).flatten()
}

impl Refusal {
    pub(crate) fn into_response(self) -> Response {
        match self {
            Self::Problem(Code::MethodNotAllowed, _) => {
                Problem::new(Code::MethodNotAllowed).allow(ANSWERED).into_response()
            }
            Self::Problem(code, detail) => Problem::new(code).detail(detail).into_response(),
            Self::Elsewhere(to) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
                response.headers_mut().insert(LOCATION, to);
                response
            }
        }
    }
}
