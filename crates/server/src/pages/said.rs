//! What a page says about a form that it shows again: above it, and beside each field.

use std::time::Duration;

use super::visit::Visit;
use super::when;
use crate::problem::{Code, Problem};

/// What is said, and which fields it is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Above the form.
    pub(super) above: Option<String>,
    /// Whether it is good news.
    pub(super) is_good: bool,
    beside: Vec<(String, String)>,
}

impl Said {
    pub(super) fn bad(above: String) -> Self {
        Self { above: Some(above), ..Self::default() }
    }

    pub(super) fn good(above: String) -> Self {
        Self { above: Some(above), is_good: true, ..Self::default() }
    }

    pub(super) fn beside(mut self, field: &str, text: String) -> Self {
        self.beside.push((field.to_owned(), text));
        self
    }

    pub(super) fn about(&self, field: &str) -> Option<String> {
        self.beside.iter().find(|(name, _)| name == field).map(|(_, text)| text.clone())
    }

    /// The problem in words: of its fields beside them, of all else above.
    pub(super) fn of(visit: &Visit, problem: &Problem) -> Self {
        let mut said = Self::default();
        for (field, code) in problem.faults() {
            let text = match fault_key(field, code) {
                "fault-too-short" => {
                    visit.t1("fault-too-short", "least", problem.number("min_length").unwrap_or_default())
                }
                key => visit.t(key),
            };
            said = said.beside(field, text);
        }
        said.above = Some(match said.beside.is_empty() {
            true => sentence(visit, problem),
            false => visit.t("said-look-below"),
        });
        said
    }
}

/// What is wrong with a field.
fn fault_key(field: &str, code: &str) -> &'static str {
    match (field, code) {
        ("identifier", "mixed_scripts" | "look_alike") => "fault-identifier-letters",
        ("identifier", _) => "fault-identifier",
        ("display_name", _) => "fault-display-name",
        (_, "too_short") => "fault-too-short",
        (_, "too_long") => "fault-too-long",
        (_, "unusable_character") => "fault-character",
        (_, "too_common") => "fault-common",
        (_, "repeats") => "fault-repeats",
        (_, "sequence") => "fault-sequence",
        (_, "personal") => "fault-personal",
        (_, "contextual") => "fault-contextual",
        _ => "fault-other",
    }
}

/// A problem in one sentence, for people.
pub(super) fn sentence(visit: &Visit, problem: &Problem) -> String {
    let key = match problem.code() {
        Code::InvalidCredentials => "problem-invalid-credentials",
        Code::CredentialsChanged => "problem-credentials-changed",
        Code::IdentifierTaken => "problem-identifier-taken",
        Code::SignUpClosed => "problem-sign-up-closed",
        Code::CsrfFailed => "problem-csrf-failed",
        Code::AmbiguousCredentials => "problem-two-sign-ins",
        Code::NotFound => "problem-not-found",
        Code::MethodNotAllowed => "problem-method",
        Code::LinkGone => "problem-link-gone",
        Code::HttpsRequired => "problem-https",
        Code::OutsideProxy | Code::UnknownHost => "problem-address",
        code => match code.status() {
            status @ (429 | 503) => {
                let wait = when::wait(Duration::from_secs(problem.seconds_to_wait().unwrap_or(1)), visit.words());
                let key = if status == 429 { "problem-too-many" } else { "problem-busy" };
                return visit.t1(key, "wait", wait);
            }
            500.. => "problem-ours",
            _ => "problem-yours",
        },
    };
    visit.t(key)
}
