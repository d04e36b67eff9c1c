//! The one table of errors: every answer that is not what was asked for comes from here, as a problem (RFC 9457).
//!
//! A problem is written down by the outer layer, which knows the request's id; until then it travels with the answer.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{self, HeaderValue};
use serde_json::{Map, Value, json};

mod from;

macro_rules! table {
    ($($code:ident $name:literal $status:literal $title:literal;)+) => {
        /// A stable name for what went wrong. Clients decide by it; texts may change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Code { $($code,)+ }

        impl Code {
            /// Every code, in the order of the table.
            pub(crate) const ALL: &[Self] = &[$(Self::$code,)+];

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }

            pub(crate) fn status(self) -> u16 {
                match self { $(Self::$code => $status,)+ }
            }

            pub(crate) fn title(self) -> &'static str {
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
    Forbidden "forbidden" 403 "This is not allowed to you.";
    ReauthRequired "reauth_required" 403 "Prove again who you are.";
    OutsideProxy "outside_proxy" 403 "This server is reached through its proxy only.";
    HttpsRequired "https_required" 403 "This is answered over HTTPS only.";
    SignUpClosed "sign_up_closed" 403 "Sign-up is closed here.";
    NotFound "not_found" 404 "There is nothing here.";
    MethodNotAllowed "method_not_allowed" 405 "This method is not answered here.";
    NotAcceptable "not_acceptable" 406 "None of the forms that are accepted can be given.";
    RequestTimeout "request_timeout" 408 "The request took too long to arrive.";
    IdentifierTaken "identifier_taken" 409 "The identifier is taken.";
    TooManySessions "too_many_sessions" 409 "The account has as many sessions as it may have. End one first.";
    Taken "taken" 409 "There is one of that name already.";
    BuiltIn "built_in" 409 "It comes with Doorward or stands in the configuration.";
    InUse "in_use" 409 "Something still needs it.";
    TooMany "too_many" 409 "There are as many as there may be.";
    TooEarly "too_early" 409 "It is too early for this.";
    AccountDisabled "account_disabled" 409 "The account is disabled.";
    LastAdministrator "last_administrator" 409 "Nobody else administers the server.";
    RefreshSuperseded "refresh_superseded" 409 "A newer refresh token was handed out moments ago. Use that one.";
    SnapshotRequired "snapshot_required" 410 "What has happened since is not known line by line. Take a snapshot.";
    LinkGone "link_gone" 410 "The link was used, is too old, or never was one.";
    PreconditionFailed "precondition_failed" 412 "The value has changed meanwhile.";
    BodyTooLarge "body_too_large" 413 "The body is too large.";
    SessionDataTooLarge "session_data_too_large" 413 "The value, or all values of the session together, are too large.";
    UriTooLong "uri_too_long" 414 "The address is too long.";
    UnsupportedMediaType "unsupported_media_type" 415 "The body must be application/json.";
    UnknownHost "unknown_host" 421 "This host is not served here.";
    InvalidInput "invalid_input" 422 "Something that was sent cannot be used.";
    ClientUnknown "client_unknown" 422 "There is no such client.";
    ModeNotAllowed "mode_not_allowed" 422 "The client may not use this mode.";
    TokenTooLarge "token_too_large" 422 "An access token that says all this would be too large.";
    PreconditionRequired "precondition_required" 428 "Say which value is meant with If-Match.";
    TooManyAttempts "too_many_attempts" 429 "Too many attempts. Wait before the next one.";
    TooManyHeaders "too_many_headers" 431 "The headers are too many or too large.";
    Internal "internal" 500 "Something went wrong here.";
    CookieTooLarge "cookie_too_large" 500 "The sign-in does not fit into a cookie.";
    Unavailable "unavailable" 503 "The server cannot tell at the moment. Ask again.";
    Busy "busy" 503 "Too many sign-ins are waiting.";
}

/// One member of the body that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    field: String,
    code: &'static str,
    message: String,
}

/// An answer that is not what was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: Code,
    detail: Option<Cow<'static, str>>,
    faults: Vec<Fault>,
    members: Vec<(&'static str, Value)>,
    retry_after: Option<u64>,
    cookies: Vec<HeaderValue>,
    allow: Option<&'static str>,
    cause: Option<Cause>,
}

/// For the operator's log, never for the answer.
#[derive(Debug, Clone)]
pub(crate) struct Cause {
    pub(crate) event: &'static str,
    pub(crate) text: String,
}

impl Problem {
    pub(crate) fn new(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            detail: None,
            faults: Vec::new(),
            members: Vec::new(),
            // Whoever hears 503 must hear when to come back, or every client comes back at once.
            retry_after: (code.status() == 503).then_some(1),
            cookies: Vec::new(),
            allow: None,
            cause: None,
        }))
    }

    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// Fields that cannot be used, each with its word for why.
    pub(crate) fn faults(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.0.faults.iter().map(|fault| (fault.field.as_str(), fault.code))
    }

    /// A member that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.0.members.iter().find(|(n, _)| *n == name).and_then(|(_, value)| value.as_u64())
    }

    /// When to come back.
    pub(crate) fn seconds_to_wait(&self) -> Option<u64> {
        self.0.retry_after
    }

    pub(crate) fn cause(&self) -> Option<&Cause> {
        self.0.cause.as_ref()
    }

    /// More words. Never what was sent: it may be a secret.
    pub(crate) fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// One member of the body that cannot be used: its name, a stable word for why, and a text.
    pub(crate) fn field(mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        self.0.faults.push(Fault { field: field.into(), code, message: message.into() });
        self
    }

    /// A member of its own in the answer, for what a program needs to know.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.members.push((name, value.into()));
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds.max(1));
        self
    }

    /// Cookies to set or to clear along with it.
    pub(crate) fn cookies(mut self, cookies: Vec<HeaderValue>) -> Self {
        self.0.cookies = cookies;
        self
    }

    /// For 405: the methods that are answered.
    pub(crate) fn allow(mut self, methods: &'static str) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// What the operator should know, in one log line with the request's id.
    pub(crate) fn because(mut self, event: &'static str, cause: &impl ToString) -> Self {
        self.0.cause = Some(Cause { event, text: cause.to_string() });
        self
    }

    /// The body.
    pub(crate) fn write(&self, request_id: &str) -> Vec<u8> {
        let code = self.0.code;
        let mut body = Map::new();
        body.insert("type".into(), format!("urn:doorward:problem:{}", code.name()).into());
        body.insert("title".into(), code.title().into());
        body.insert("status".into(), code.status().into());
        body.insert("code".into(), code.name().into());
        if let Some(detail) = &self.0.detail {
            body.insert("detail".into(), detail.as_ref().into());
        }
        if !self.0.faults.is_empty() {
            let one = |f: &Fault| json!({ "field": f.field, "code": f.code, "message": f.message });
            body.insert("errors".into(), self.0.faults.iter().map(one).collect());
        }
        if let Some(seconds) = self.0.retry_after {
            body.insert("retry_after".into(), seconds.into());
        }
        for (name, value) in &self.0.members {
            body.insert((*name).into(), value.clone());
        }
        body.insert("request_id".into(), request_id.into());
        Value::Object(body).to_string().into_bytes()
    }

    /// RFC 6750 section 3: an error is named only where a token was presented.
    fn challenge(&self) -> Option<HeaderValue> {
        let text = match self.0.code {
            Code::InvalidToken | Code::AccessExpired | Code::AccessStale => "Bearer error=\"invalid_token\"",
            code if code.status() == 401 => "Bearer",
            _ => return None,
        };
        Some(HeaderValue::from_static(text))
    }
}

impl IntoResponse for Problem {
    /// Everything but the body.
    fn into_response(mut self) -> Response {
        let mut response = Response::new(Body::empty());
        let status = StatusCode::from_u16(self.0.code.status());
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = self.challenge() {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(methods) = self.0.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        for cookie in std::mem::take(&mut self.0.cookies) {
            headers.append(header::SET_COOKIE, cookie);
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests;
