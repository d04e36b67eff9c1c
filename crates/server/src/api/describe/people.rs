//! What people's applications ask.

use serde_json::Value;

use super::operation::{Operation, Who, delete, get, post, put};
use super::schema::{about, body, client_id, list, named, nullable, object, one_of, password, text, text_of, truth};
use crate::api::{accounts, link, prove, refresh, sign_in, sign_out};
use crate::problem::Code;

pub(super) fn operations() -> Vec<Operation> {
    [ways_in(), ways_on(), sessions(), data()].into_iter().flatten().collect()
}

fn identifier() -> Value {
    about(text_of(1, 254), "What the person types to sign in.")
}

fn display_name() -> Value {
    nullable(text_of(1, 200))
}

fn token() -> Value {
    about(text(), "Of the link.")
}

fn an_account() -> Value {
    object([("account", named("Account"))])
}

fn ways_in() -> Vec<Operation> {
    let made = |operation: Operation| {
        let fails = [Code::SignUpClosed, Code::IdentifierTaken, Code::TooManyAttempts, Code::Busy];
        operation.by(Who::Anybody).gives(201, "The account", an_account()).fails(&fails)
    };
    let by_link = || {
        body([
            ("token", token()),
            ("identifier", identifier()),
            ("password", password()),
            ("display_name?", display_name()),
        ])
    };
    vec![
        made(post("/v1/accounts", "Sign up, where that is open")).asks::<accounts::Ask>(body([
            ("identifier", identifier()),
            ("password", password()),
            ("display_name?", display_name()),
        ])),
        made(post("/v1/setup", "Become the first administrator, by link"))
            .asks::<link::AskAccount>(by_link())
            .fails(&[Code::LinkGone, Code::InvalidCredentials]),
        made(post("/v1/invite", "Accept an invitation")).asks::<link::AskAccount>(by_link()).fails(&[Code::LinkGone]),
        post("/v1/reset", "Set a new password by link; everything of the account ends")
            .by(Who::Anybody)
            .asks::<link::AskPassword>(body([("token", token()), ("password", password())]))
            .gives_nothing("It is set; nobody is signed in")
            .fails(&[Code::LinkGone, Code::TooManyAttempts, Code::Busy]),
        post("/v1/sign-in", "Sign in")
            .by(Who::Anybody)
            .asks::<sign_in::Ask>(body([
                ("identifier", identifier()),
                ("password", password()),
                ("client_id?", about(nullable(client_id()), "`default` if missing.")),
                ("mode?", about(nullable(super::bodies::mode()), "The application's first one if missing.")),
                ("remember?", truth()),
            ]))
            .gives(200, "Signed in", named("SignedIn"))
            .fails(&[Code::InvalidCredentials, Code::CredentialsChanged, Code::ClientUnknown, Code::ModeNotAllowed])
            .fails(&[Code::TooManyAttempts, Code::TooManySessions, Code::Busy, Code::CookieTooLarge]),
    ]
}

fn ways_on() -> Vec<Operation> {
    let successor = |operation: Operation| {
        let fails = [Code::InvalidCredentials, Code::CredentialsChanged, Code::TooManyAttempts, Code::TooManySessions];
        let seldom = [Code::ClientUnknown, Code::ModeNotAllowed, Code::Busy, Code::CookieTooLarge];
        let given = operation.by(Who::Person).gives(200, "The session's successor", named("SignedIn"));
        given.fails(&fails).fails(&seldom)
    };
    vec![
        successor(post("/v1/prove", "Prove again who one is"))
            .asks::<prove::AskProof>(body([("password", password())])),
        successor(post("/v1/password", "Choose another password; all other sessions end"))
            .asks::<prove::AskPassword>(body([
                ("current_password?", about(nullable(text()), "Not needed where the last proof is fresh.")),
                ("password", password()),
            ]))
            .fails(&[Code::ReauthRequired]),
        post("/v1/refresh", "Get the next pair of tokens")
            .by(Who::Anybody)
            .asks::<refresh::Ask>(body([
                (
                    "refresh_token?",
                    about(nullable(text()), "In mode `token`; in mode `hybrid` its cookie comes along."),
                ),
                ("client_id?", nullable(client_id())),
            ]))
            .gives(200, "The next pair", named("SignedIn"))
            .fails(&[Code::InvalidGrant, Code::RefreshSuperseded, Code::CredentialsChanged, Code::ClientUnknown])
            .fails(&[Code::CookieTooLarge]),
        post("/v1/sign-out", "Sign out here, elsewhere or everywhere")
            .by(Who::Anybody)
            .asks::<sign_out::Ask>(body([
                ("end?", one_of(&["current", "others", "all"])),
                ("refresh_token?", about(nullable(text()), "Where the access token has expired.")),
            ]))
            .gives_nothing("Ended; also where nobody was signed in")
            .fails(&[Code::Unauthenticated, Code::AccessExpired, Code::AccessStale]),
        get("/v1/csrf", "The CSRF token of a session, for a page that does not know it")
            .by(Who::Anybody)
            .gives(200, "The token", object([("csrf_token", text())]))
            .fails(&[Code::Unauthenticated]),
    ]
}

fn sessions() -> Vec<Operation> {
    vec![
        get("/v1/session", "Who am I?").by(Who::Person).gives(200, "Account and session", named("Who")),
        get("/v1/sessions", "My devices").by(Who::Person).gives(
            200,
            "Live sessions, newest activity first",
            object([("sessions", list(named("Session")))]),
        ),
        delete("/v1/sessions/{sid}", "End one of my sessions")
            .by(Who::Person)
            .gives_nothing("It has ended")
            .fails(&[Code::NotFound]),
    ]
}

fn data() -> Vec<Operation> {
    let path = "/v1/session/data/{key}";
    let one = |operation: Operation| operation.by(Who::Person).fails(&[Code::NotFound]);
    let if_match = |operation: Operation| {
        operation.header("If-Match", text(), "The `ETag` that is meant, or `*`.").fails(&[Code::PreconditionFailed])
    };
    vec![
        one(get(path, "What an application keeps in the session")).gives(200, "The value", serde_json::json!({})),
        if_match(one(put(path, "Keep something in the session")))
            .header("If-None-Match", one_of(&["*"]), "Only if nothing is there.")
            .asks_any_json()
            .gives_nothing("Kept; its `ETag` is in the headers")
            .fails(&[Code::PreconditionRequired, Code::SessionDataTooLarge]),
        if_match(one(delete(path, "Remove something from the session"))).gives_nothing("Removed"),
    ]
}
