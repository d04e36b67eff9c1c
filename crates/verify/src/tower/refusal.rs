//! How a request is refused: status, challenge, and for gRPC its own words.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

use crate::error::VerifyError;
use crate::guard::CheckError;
use crate::present::PresentError;
use crate::principal::Unmet;

/// Seconds after which a client may come again when nobody could tell.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("1");

/// Why a request is refused. In the extensions of the answer, for whoever writes bodies or logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No credential came: 401 without an error (RFC 6750 section 3.1).
    #[error("no access token came")]
    Missing,
    /// What came cannot be read as one credential: 400, or 401 for a malformed token, or 403 for a foreign origin.
    #[error(transparent)]
    Presented(PresentError),
    /// The token is not good: 401. The reason is for logs.
    #[error(transparent)]
    Token(VerifyError),
    /// Somebody, but not one who may: 403, or 401 where proving again would help (RFC 9470).
    #[error(transparent)]
    Unmet(Unmet),
    /// Nobody can tell at the moment: 503.
    #[error("nobody can tell at the moment whether the token is good")]
    Unavailable,
}

impl From<CheckError> for Refusal {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Refused(error) => Self::Token(error),
            CheckError::Unavailable => Self::Unavailable,
        }
    }
}

impl Refusal {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Presented(PresentError::MalformedBearer) | Self::Missing | Self::Token(_) => StatusCode::UNAUTHORIZED,
            Self::Presented(PresentError::ForeignOrigin) => StatusCode::FORBIDDEN,
            Self::Presented(_) => StatusCode::BAD_REQUEST,
            Self::Unmet(Unmet::Insufficient(_)) => StatusCode::FORBIDDEN,
            Self::Unmet(Unmet::Authentication { .. }) => StatusCode::UNAUTHORIZED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// A stable name, as Doorward's own server uses it; everything but expired and stale is `invalid_token`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "unauthenticated",
            Self::Presented(PresentError::MalformedBearer) => "invalid_token",
            Self::Presented(PresentError::ForeignOrigin) => "csrf_failed",
            Self::Presented(_) => "bad_request",
            Self::Token(VerifyError::Expired) => "access_expired",
            Self::Token(VerifyError::Stale) => "access_stale",
            Self::Token(_) => "invalid_token",
            Self::Unmet(Unmet::Insufficient(_)) => "forbidden",
            Self::Unmet(Unmet::Authentication { .. }) => "reauth_required",
            Self::Unavailable => "unavailable",
        }
    }

    /// RFC 6750 section 3, RFC 9470 section 3.
    fn challenge(&self) -> Option<HeaderValue> {
        let text = match self {
            Self::Missing => "Bearer".to_owned(),
            Self::Token(VerifyError::Expired | VerifyError::Stale) => {
                format!("Bearer error=\"invalid_token\", error_description=\"{}\"", self.code())
            }
            Self::Token(_) | Self::Presented(PresentError::MalformedBearer) => {
                "Bearer error=\"invalid_token\"".to_owned()
            }
            Self::Unmet(Unmet::Insufficient(scopes)) => {
                format!("Bearer error=\"insufficient_scope\"{}", list("scope", scopes))
            }
            Self::Unmet(Unmet::Authentication { acr, max_age }) => {
                let age = max_age.map(|age| format!(", max_age={}", age.as_secs())).unwrap_or_default();
                format!("Bearer error=\"insufficient_user_authentication\"{}{age}", list("acr_values", acr))
            }
            Self::Presented(PresentError::ForeignOrigin) | Self::Unavailable => return None,
            Self::Presented(_) => "Bearer error=\"invalid_request\"".to_owned(),
        };
        HeaderValue::try_from(text).ok()
    }

    fn grpc_status(&self) -> &'static str {
        match self.status() {
            StatusCode::SERVICE_UNAVAILABLE => "14",
            StatusCode::FORBIDDEN => "7",
            StatusCode::BAD_REQUEST => "3",
            _ => "16",
        }
    }

    /// As an answer without a body.
    pub(super) fn respond<R: Default>(self, is_grpc: bool) -> Response<R> {
        let mut response = Response::new(R::default());
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if is_grpc {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
            headers.insert(HeaderName::from_static("grpc-status"), HeaderValue::from_static(self.grpc_status()));
            headers.insert(HeaderName::from_static("grpc-message"), HeaderValue::from_static(self.code()));
        } else {
            *response.status_mut() = self.status();
        }
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if self == Self::Unavailable {
            headers.insert(RETRY_AFTER, COME_AGAIN);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A parameter with these words, as far as they may stand in one (RFC 6749 section 3.3).
fn list(name: &str, words: &[String]) -> String {
    let fits = |word: &&String| word.bytes().all(|c| matches!(c, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) && !word.is_empty();
    let words: Vec<&str> = words.iter().filter(fits).map(String::as_str).collect();
    if words.is_empty() { String::new() } else { format!(", {name}=\"{}\"", words.join(" ")) }
}

pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    kind.strip_prefix(b"application/grpc").is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}
