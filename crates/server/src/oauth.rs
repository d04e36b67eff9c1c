//! What standard libraries of other languages expect: the token, revocation and introspection endpoints of OAuth 2.0, and the
//! document that says where they are. Two grants only: `refresh_token` and `client_credentials`.
//!
//! Errors have the shape of RFC 6749 section 5.2, `{"error", "error_description"}`, because that is what those libraries
//! read. What is wrong before OAuth begins (a method, a type of content) or is no fault of the caller (a store that is away) is
//! a problem like everywhere else.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{self, HeaderValue};
use serde_json::json;

use crate::problem::{Code, Problem};
use crate::reply;

mod ask;
mod client;
pub(crate) mod introspect;
pub(crate) mod metadata;
pub(crate) mod revoke;
pub(crate) mod token;

/// Why a request of OAuth is not answered as asked (RFC 6749 section 5.2, RFC 7009 section 2.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    InvalidRequest(&'static str),
    /// By which means the application tried to show that it is itself: only who used `Authorization` hears of a scheme.
    InvalidClient {
        by_header: bool,
    },
    InvalidGrant(&'static str),
    InvalidScope,
    UnauthorizedClient(&'static str),
    UnsupportedGrantType,
    UnsupportedTokenType,
}

impl Fault {
    fn words(self) -> (StatusCode, &'static str, &'static str) {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::InvalidRequest(why) => (bad, "invalid_request", why),
            Self::InvalidClient { .. } => {
                (StatusCode::UNAUTHORIZED, "invalid_client", "the application is not known, or its secret is not")
            }
            Self::InvalidGrant(why) => (bad, "invalid_grant", why),
            Self::InvalidScope => (bad, "invalid_scope", "the application has not all of what it asks for"),
            Self::UnauthorizedClient(why) => (bad, "unauthorized_client", why),
            Self::UnsupportedGrantType => {
                (bad, "unsupported_grant_type", "there are refresh_token and client_credentials")
            }
            Self::UnsupportedTokenType => (bad, "unsupported_token_type", "there are access_token and refresh_token"),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, error, description) = self.words();
        let mut response = reply::json(status, &json!({ "error": error, "error_description": description }));
        if self == (Self::InvalidClient { by_header: true }) {
            let challenge = HeaderValue::from_static("Basic realm=\"doorward\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Either kind of refusal.
#[derive(Debug)]
pub(crate) enum Refusal {
    OAuth(Fault),
    Problem(Problem),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::OAuth(fault)
    }
}

/// A body that is no form of OAuth is a fault of OAuth; everything else stays a problem.
impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        match problem.code() {
            Code::BadRequest => Self::OAuth(Fault::InvalidRequest("the body is no form, or a parameter stands twice")),
            _ => Self::Problem(problem),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::OAuth(fault) => fault.into_response(),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

/// What a handler of OAuth gives.
pub(crate) type Answer = Result<Response, Refusal>;
