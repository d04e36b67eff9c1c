//! One request to a page: who comes, in which language, and how it is answered.

use std::fmt::Display;

use askama::Template;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use doorward_core::store::StoreError;
use doorward_core::{Auth, Timestamp};
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode, Uri};

use super::to::{self, To};
use super::words::{Language, Words};
use crate::brand::Brand;
use crate::cookie;
use crate::door::Door;
use crate::problem::{Code, Problem};
use crate::reply;

/// Where a page sends its form's data, and a person afterwards, unless they asked for another place.
pub(super) const HOME: &str = "/account";

static COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
static SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
static DENY: HeaderValue = HeaderValue::from_static("DENY");
/// Scripts and style sheets are files of ours alone, so no page needs a nonce: nothing that stands in a page can run.
static POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'",
);

/// Ends a handler early: with another page, or with a problem.
#[derive(Debug)]
pub(super) enum Stop {
    Go(Box<Response>),
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        match self {
            Self::Go(response) => *response,
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

/// What the handler of a page gives.
pub(super) type Answer = Result<Response, Stop>;

/// One request to a page.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(super) door: Door,
    /// What is done for this visit is written down as done by it.
    pub(super) auth: Auth,
    pub(super) headers: HeaderMap,
    pub(super) uri: Uri,
    language: Language,
}

impl Visit {
    pub(crate) fn new(door: &Door, request: &Request) -> Self {
        let headers = request.headers().clone();
        let chosen = cookie::one(&headers, &cookie::language_name(door.options()));
        let language = Language::of(chosen, &headers);
        Self { door: door.clone(), auth: door.acting(request), uri: request.uri().clone(), language, headers }
    }

    pub(super) fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// A message.
    pub(super) fn t(&self, key: &str) -> String {
        self.words().say(key)
    }

    /// A message with one variable.
    pub(super) fn t1(&self, key: &str, name: &str, value: impl Display) -> String {
        self.words().fill(key, &[(name, &value)])
    }

    pub(super) fn tag(&self) -> &'static str {
        self.language.tag()
    }

    /// The other languages, for the switch.
    pub(super) fn other_languages(&self) -> impl Iterator<Item = Language> + use<> {
        let own = self.language;
        Language::ALL.into_iter().filter(move |l| *l != own)
    }

    pub(super) fn brand(&self) -> &Brand {
        &self.door.options().brand
    }

    pub(super) fn asset(&self, name: &str) -> &str {
        self.door.assets().path(name)
    }

    pub(super) fn now(&self) -> Result<Timestamp, Problem> {
        Ok(self.auth.clock().now().map_err(|e| StoreError::Unavailable(e.to_string()))?)
    }

    /// This page, as a place to come back to.
    pub(super) fn here(&self) -> To {
        let text = self.uri.path_and_query().map_or("/", |p| p.as_str());
        to::parse(text, &[]).unwrap_or_else(|| To::Here("/".to_owned()))
    }

    /// The same without anything that a stranger may have put into the address: what is not followed leaves no trace.
    pub(super) fn back(&self) -> To {
        let link = || self.link().map(|token| format!("?token={token}"));
        let query = self.wanted().map(|to| format!("?to={}", to.in_query())).or_else(link).unwrap_or_default();
        to::parse(&format!("{}{query}", self.uri.path()), &[]).unwrap_or_else(|| To::Here("/".to_owned()))
    }

    /// Where the person wanted to go, by the address of this page.
    pub(super) fn wanted(&self) -> Option<To> {
        to::from_query(self.uri.query(), &self.applications())
    }

    /// Where applications live that may be used: a page may lead back to them.
    fn applications(&self) -> Vec<String> {
        let registry = self.auth.registry();
        let enabled = registry.clients().into_iter().filter(|client| client.enabled);
        enabled.flat_map(|client| client.origins.iter().cloned()).collect()
    }

    /// The same, by a field of a form.
    pub(super) fn wanted_by(&self, text: &str) -> Option<To> {
        to::parse(text, &self.applications())
    }

    /// A page. Its policy has no exception, whatever the page holds.
    pub(super) fn page(&self, status: StatusCode, template: &impl Template) -> Result<Response, Problem> {
        let text = template.render().map_err(|e| Problem::new(Code::Internal).because("page_not_rendered", &e))?;
        let mut response = reply::bytes(status, "text/html; charset=utf-8", text);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.tag()));
        headers.insert(&COOP, SAME_ORIGIN.clone());
        headers.insert(header::X_FRAME_OPTIONS, DENY.clone());
        // Nothing for other sites, but our own forms may say where they come from: without it browsers send `Origin: null`.
        headers.insert(header::REFERRER_POLICY, SAME_ORIGIN.clone());
        Ok(response)
    }

    /// To another page, with GET.
    pub(super) fn go(&self, to: &str) -> Response {
        let mut response = reply::empty(StatusCode::SEE_OTHER);
        let location = HeaderValue::try_from(to).unwrap_or_else(|_| HeaderValue::from_static("/"));
        response.headers_mut().insert(header::LOCATION, location);
        response
    }

    /// To where the person wanted to go. Another origin is reached by a page of ours in between: browsers do not let the
    /// answer to a form lead to one that `form-action` does not name.
    pub(super) fn go_on(&self, to: Option<&To>) -> Response {
        match to {
            Some(To::Here(path)) => self.go(path),
            Some(there @ To::There(_)) => self.go(&format!("/continue?to={}", there.in_query())),
            None => self.go(HOME),
        }
    }

    /// To sign in and then come here.
    pub(super) fn go_sign_in(&self, to: Option<&To>) -> Response {
        match to {
            Some(to) => self.go(&format!("/sign-in?to={}", to.in_query())),
            None => self.go("/sign-in"),
        }
    }
}
