//! The one table of errors: every answer that is not what was asked for comes from here, as a problem (RFC 9457).

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderValue};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::reply;

mod from;

macro_rules! table {
    ($($code:ident $name:literal $status:literal $title:literal;)+) => {
        /// A stable name for what went wrong. Clients decide by it; texts may change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Code { $($code,)+ }

        impl Code {
            /// Every code, in the order of the table.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$code,)+];

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }

            pub(crate) fn status(self) -> u16 {
                match self { $(Self::$code => $status,)+ }
            }

            fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)+ }
            }
        }
    };
}

table! {
    BadRequest "bad_request" 400 "The request cannot be understood.";
    AmbiguousCredentials "ambiguous_credentials" 400 "The request carries more than one sign-in.";
    InvalidGrant "invalid_grant" 400 "The refresh token is not valid. Sign in again.";
    Unauthenticated "unauthenticated" 401 "Nobody is signed in.";
    InvalidToken "invalid_token" 401 "The access token is not valid.";
    AccessExpired "access_expired" 401 "The access token has expired. Refresh it.";
    AccessStale "access_stale" 401 "The access token is older than the account's last change. Refresh it.";
    InvalidCredentials "invalid_credentials" 401 "Wrong identifier or password.";
    CredentialsChanged "credentials_changed" 401 "The credentials have changed. Sign in again.";
    CsrfFailed "csrf_failed" 403 "The request does not prove that it comes from this site.";
    SignUpClosed "sign_up_closed" 403 "Sign-up is closed here.";
    NotFound "not_found" 404 "There is nothing here.";
    MethodNotAllowed "method_not_allowed" 405 "This method is not answered here.";
    RequestTimeout "request_timeout" 408 "The request took too long to arrive.";
    IdentifierTaken "identifier_taken" 409 "The identifier is taken.";
    RefreshSuperseded "refresh_superseded" 409 "A newer refresh token was handed out moments ago. Use that one.";
    PreconditionFailed "precondition_failed" 412 "The value has changed meanwhile.";
    BodyTooLarge "body_too_large" 413 "The body is too large.";
    SessionDataTooLarge "session_data_too_large" 413 "The value, or all values of the session together, are too large.";
    UriTooLong "uri_too_long" 414 "The address is too long.";
    UnsupportedMediaType "unsupported_media_type" 415 "The body must be application/json.";
    InvalidInput "invalid_input" 422 "Something in the body cannot be used.";
    ClientUnknown "client_unknown" 422 "There is no such client.";
    ModeNotAllowed "mode_not_allowed" 422 "The client may not use this mode.";
    PreconditionRequired "precondition_required" 428 "Say which value is meant with If-Match.";
    HeadersTooLarge "headers_too_large" 431 "The headers are too large.";
    Internal "internal" 500 "Something went wrong here.";
    CookieTooLarge "cookie_too_large" 500 "The sign-in does not fit into a cookie.";
    Unavailable "unavailable" 503 "The server cannot answer at the moment. Nothing has changed.";
    Busy "busy" 503 "Too many sign-ins are waiting.";
}

/// One member of the body that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldFault {
    pub(crate) field: String,
    pub(crate) message: String,
}

/// An answer that is not what was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    code: Code,
    detail: Option<Cow<'static, str>>,
    faults: Vec<FieldFault>,
    retry_after: Option<u64>,
    cookies: Vec<HeaderValue>,
    allow: Option<HeaderValue>,
}

impl Problem {
    pub(crate) fn new(code: Code) -> Self {
        Self { code, detail: None, faults: Vec::new(), retry_after: None, cookies: Vec::new(), allow: None }
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// More words. Never what was sent: it may be a secret.
    pub(crate) fn detail(self, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// One member of the body that cannot be used, and why.
    pub(crate) fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.faults.push(FieldFault { field: field.into(), message: message.into() });
        self
    }

    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..self }
    }

    /// Cookies to set or to clear along with it.
    pub(crate) fn cookies(self, cookies: Vec<HeaderValue>) -> Self {
        Self { cookies, ..self }
    }

    /// For 405: the methods that are answered.
    pub(crate) fn allow(self, methods: &'static str) -> Self {
        Self { allow: Some(HeaderValue::from_static(methods)), ..self }
    }

    fn body(&self) -> Vec<u8> {
        let mut body = Map::new();
        body.insert("type".into(), format!("urn:doorward:problem:{}", self.code.name()).into());
        body.insert("title".into(), self.code.title().into());
        body.insert("status".into(), self.code.status().into());
        body.insert("code".into(), self.code.name().into());
        if let Some(detail) = &self.detail {
            body.insert("detail".into(), detail.as_ref().into());
        }
        if !self.faults.is_empty() {
            let faults = self.faults.iter().map(|f| json!({ "field": f.field, "message": f.message }));
            body.insert("errors".into(), faults.collect());
        }
        Value::Object(body).to_string().into_bytes()
    }

    /// RFC 6750 section 3: an error is named only where a token was presented.
    fn challenge(&self) -> Option<HeaderValue> {
        let text = match self.code {
            Code::InvalidToken | Code::AccessExpired | Code::AccessStale => "Bearer error=\"invalid_token\"",
            _ if self.code.status() == 401 => "Bearer",
            _ => return None,
        };
        Some(HeaderValue::from_static(text))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = reply::bytes(status, "application/problem+json", self.body());
        let challenge = self.challenge();
        let headers = response.headers_mut();
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(methods) = self.allow {
            headers.insert(header::ALLOW, methods);
        }
        // Whoever hears 503 must hear when to come back, or every client comes back at once.
        let retry_after = self.retry_after.or((self.code.status() == 503).then_some(1));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        for cookie in self.cookies {
            headers.append(header::SET_COOKIE, cookie);
        }
        response
    }
}

#[cfg(test)]
mod tests;
