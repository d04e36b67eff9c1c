//! Pages that are opened by a link that works once. Looking at one uses nothing up: a mail program that loads links ahead does
//! no harm.

use axum::extract::Request;
use doorward_core::link::UseError;
use doorward_core::records::Account;
use url::form_urlencoded;

use super::form_page::FormPage;
use super::visit::{Answer, HOME, Stop, Visit};
use super::{password, sign_in};
use crate::body::{self, Form};
use crate::door::Door;
use crate::enter::enter;
use crate::problem::{Code, Problem};

impl Visit {
    /// The token in the address, if it has the form of one.
    pub(super) fn link(&self) -> Option<String> {
        let query = form_urlencoded::parse(self.uri.query()?.as_bytes());
        let (_, token) = query.into_iter().find(|(name, _)| name == "token")?;
        let plain = token.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
        Some(token.into_owned()).filter(|token| plain && token.len() == 43)
    }
}

/// A form by a link that came back.
pub(super) struct Returned {
    pub(super) visit: Visit,
    pub(super) form: Form,
    pub(super) token: String,
    is_fresh: bool,
}

impl Returned {
    /// Reads it; refuses what another site sent.
    pub(super) async fn read(door: &Door, request: Request) -> Result<Self, Problem> {
        let visit = Visit::new(door, &request);
        let form = body::form(request).await?;
        let is_fresh = visit.is_fresh(&form)?;
        Ok(Self { token: form.text("token").to_owned(), visit, form, is_fresh })
    }

    /// The page once more, if nothing may be done with the form as it is.
    pub(super) fn check<'v>(&self, mut page: FormPage<'v>) -> Result<FormPage<'v>, Stop> {
        if !self.is_fresh {
            return Err(Stop::Go(Box::new(page.show_stale()?)));
        }
        if let Some(said) = password::repeated_wrong(&self.visit, &self.form) {
            page.said = said;
            return Err(Stop::Go(Box::new(page.show_said(Problem::new(Code::InvalidInput))?)));
        }
        Ok(page)
    }

    /// The account is made, and whoever chose its password goes in. A second click finds the link used up and the person
    /// signed in.
    pub(super) async fn welcome(&mut self, made: Result<Account, UseError>, page: FormPage<'_>) -> Answer {
        match made {
            Ok(_) => {
                let ask = sign_in::ask(&self.visit, &mut self.form)?;
                let signed_in = enter(&self.visit.door, &self.visit.auth, &self.visit.headers, ask).await?;
                sign_in::welcome(&self.visit, &signed_in, None)
            }
            Err(UseError::Gone) if self.visit.caller().await?.is_some() => Ok(self.visit.go(HOME)),
            Err(UseError::Gone) => Err(UseError::Gone.into()),
            Err(error) => page.show_problem(error.into()),
        }
    }
}
