//! A page that is one form: all of them look and behave alike.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use http::header::{self, HeaderValue};

use super::field::Field;
use super::guard::{CSRF_TOKEN, FORM_TOKEN};
use super::said::Said;
use super::to::To;
use super::visit::{Answer, Visit};
use crate::credential::Caller;
use crate::problem::{Code, Problem};
use crate::reply;

/// A form as it is shown.
#[derive(Template)]
#[template(path = "form.html")]
pub(super) struct FormPage<'v> {
    pub(super) v: &'v Visit,
    pub(super) action: &'static str,
    pub(super) title: String,
    pub(super) lead: Option<String>,
    pub(super) said: Said,
    pub(super) fields: Vec<Field>,
    pub(super) button: String,
    /// The box "keep me signed in", if it is offered: its text, and whether it is ticked.
    pub(super) remember: Option<(String, bool)>,
    /// The link that works once by which the page was opened.
    pub(super) link: Option<String>,
    /// Where to go afterwards.
    pub(super) to: Option<To>,
    /// What else could be done: a question, the words of the link, where it leads.
    pub(super) instead: Option<(String, String, String)>,
    /// Whose page it is, if somebody is signed in.
    pub(super) caller: Option<Caller>,
    token_name: &'static str,
    token: String,
    /// Which part of the account it belongs to.
    here: &'static str,
}

/// A problem that the answer already tells in words; it is still counted and logged.
#[derive(Clone)]
pub(crate) struct Told(pub(crate) Problem);

impl<'v> FormPage<'v> {
    pub(super) fn new(v: &'v Visit, action: &'static str, title: String, button: String) -> Self {
        Self {
            v,
            action,
            title,
            button,
            lead: None,
            said: Said::default(),
            fields: Vec::new(),
            remember: None,
            link: None,
            to: None,
            instead: None,
            caller: None,
            token_name: "",
            token: String::new(),
            here: "account",
        }
    }

    /// As it is shown first, or again with a word above it.
    pub(super) fn show(self) -> Answer {
        self.with_status(StatusCode::OK)
    }

    /// It came back too late or from elsewhere: the same once more, with a fresh token.
    pub(super) fn show_stale(mut self) -> Answer {
        self.said = Said::bad(self.v.t("said-stale"));
        self.told(Problem::new(Code::CsrfFailed), StatusCode::FORBIDDEN)
    }

    /// It cannot be done: the same once more, and why.
    pub(super) fn show_problem(mut self, problem: Problem) -> Answer {
        self.said = Said::of(self.v, &problem);
        self.show_said(problem)
    }

    /// The same, with words that are set already.
    pub(super) fn show_said(mut self, problem: Problem) -> Answer {
        let said = self.said.clone();
        self.fields = self.fields.into_iter().map(|field| field.said(&said)).collect();
        // 401 would have to name a scheme by which browsers sign in by themselves.
        let status = match problem.code().status() {
            401 => StatusCode::UNPROCESSABLE_ENTITY,
            status => StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        };
        self.told(problem, status)
    }

    fn told(self, problem: Problem, status: StatusCode) -> Answer {
        let wait = problem.seconds_to_wait();
        let mut response = self.with_status(status)?;
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Told(problem));
        Ok(response)
    }

    fn with_status(mut self, status: StatusCode) -> Answer {
        let mut cookies = Vec::new();
        match &self.caller {
            Some(caller) => {
                (self.token_name, self.token) = (CSRF_TOKEN, self.v.auth.csrf_token(&caller.session.sid)?);
            }
            None => {
                let seal = self.v.seal()?;
                (self.token_name, self.token) = (FORM_TOKEN, seal.token);
                // A failure of ours changes no cookies; the browser that could send the form has its name already.
                cookies.extend(Some(seal.cookie).filter(|_| !status.is_server_error()));
            }
        }
        let response: Response = self.v.page(status, &self)?;
        Ok(reply::with_cookies(response, cookies))
    }
}
