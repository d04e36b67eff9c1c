//! The list of errors, for people who write clients.

use std::fmt::Write as _;

use super::operations;
use crate::problem::Code;

/// More operations than this are not named one by one.
const NAMED: usize = 6;

/// As Markdown.
pub(crate) fn errors() -> String {
    let mut out = String::from(HEAD);
    let operations = operations();
    for code in Code::ALL {
        let by: Vec<String> = operations
            .iter()
            .filter(|operation| operation.codes().contains(code))
            .map(|operation| format!("`{} {}`", operation.method, operation.path))
            .collect();
        let by = match by.len() {
            0 => "pages, and methods that are not answered".to_owned(),
            n if n == operations.len() => "everything".to_owned(),
            n if n > NAMED => format!("{n} requests"),
            _ => by.join(", "),
        };
        let _ =
            writeln!(out, "| `{}` | {} | {} | {} | {by} |", code.name(), code.status(), code.title(), meaning(*code));
    }
    out
}

const HEAD: &str = "# Errors

What goes wrong is told as a problem ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457), `application/problem+json`). A program
decides by `code`, which never changes; `title` is for people. `request_id` finds the line in the server's log. 429 and 503 say
when to come back (`Retry-After`). The endpoints under `/oauth/` tell their own errors as RFC 6749 section 5.2 has it.

This page is written by `cargo xtask generate`, from the one table of errors and the [description of the API](openapi.json).

| code | status | title | what to do | answered by |
|---|---|---|---|---|
";

fn meaning(code: Code) -> &'static str {
    match code {
        Code::BadRequest => "Correct the request; `detail` says what of it cannot be read.",
        Code::AmbiguousCredentials => "Send one sign-in. If both came in cookies, this answer has cleared them.",
        Code::InvalidGrant => {
            "Sign in again. The session is over; it may have ended because a copy of the token was used."
        }
        Code::Unauthenticated => "Sign in.",
        Code::InvalidToken => "Refresh; if that fails, sign in.",
        Code::AccessExpired => "Refresh and ask again.",
        Code::AccessStale => "Refresh and ask again: roles or credentials of the account have changed.",
        Code::InvalidCredentials => "Ask the person again. Nobody is told whether there is such an account.",
        Code::CredentialsChanged => "Sign in again: the account changed at this very moment.",
        Code::CsrfFailed => "Send the request from the application's own pages, with `X-CSRF-Token`.",
        Code::Forbidden => "`permission` names what is missing.",
        Code::ReauthRequired => "`POST /v1/prove` with the password, then ask again.",
        Code::OutsideProxy => "Ask the public address.",
        Code::HttpsRequired => "Ask over HTTPS.",
        Code::SignUpClosed => "Ask an administrator for an account or an invitation.",
        Code::NotFound => "It is not there, or not yours: nobody is told which.",
        Code::MethodNotAllowed => "`Allow` names the methods.",
        Code::NotAcceptable => "Accept `application/json` or `text/event-stream`.",
        Code::RequestTimeout => "Send the body faster.",
        Code::IdentifierTaken => "Choose another identifier.",
        Code::TooManySessions => "End one of the account's sessions.",
        Code::Taken => "Choose another name.",
        Code::BuiltIn => "It is changed in the configuration, or not at all.",
        Code::InUse => "`detail` says what needs it.",
        Code::TooMany => "Remove one first; `detail` says of what.",
        Code::TooEarly => "Ask again at `ready_at`, or insist where that can be asked for.",
        Code::AccountDisabled => "Enable the account first.",
        Code::LastAdministrator => "Give somebody else the role first.",
        Code::RefreshSuperseded => "Use the newer token: another tab or a retry got it moments ago. The session lives.",
        Code::SnapshotRequired => "Take a snapshot and follow from there.",
        Code::LinkGone => "Ask for a new link.",
        Code::PreconditionFailed => "Read the value again.",
        Code::BodyTooLarge => "Send less.",
        Code::SessionDataTooLarge => "Keep less in the session.",
        Code::UriTooLong => "Send less in the address.",
        Code::UnsupportedMediaType => "Say `Content-Type: application/json`.",
        Code::UnknownHost => "Ask the host of the configured address.",
        Code::InvalidInput => "`errors` names each member or parameter and why it cannot be used.",
        Code::ClientUnknown => "Correct `client_id`, or enable the application.",
        Code::ModeNotAllowed => "Ask for one of the application's modes.",
        Code::TokenTooLarge => "Give fewer or shorter permissions.",
        Code::PreconditionRequired => "Read the value, and send its `ETag` as `If-Match`.",
        Code::TooManyAttempts => "Wait for `Retry-After` seconds.",
        Code::TooManyHeaders => "Send fewer or smaller headers.",
        Code::Internal => "Look for `request_id` in the server's log.",
        Code::CookieTooLarge => "Give the account fewer permissions, or use mode `session`.",
        Code::Unavailable => "Ask again after `Retry-After` seconds; nobody was signed out.",
        Code::Busy => "Ask again after `Retry-After` seconds.",
    }
}
