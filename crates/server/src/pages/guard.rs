//! Who may send a form. Before a sign-in: the browser it was shown to. Afterwards: whoever is signed in.

use doorward_core::form::{self, Form as CameBack};
use doorward_core::id::SessionId;
use doorward_core::records::Session;
use doorward_core::verify::present::Presented;
use http::{HeaderValue, Method};
use std::sync::Arc;

use super::visit::{Stop, Visit};
use crate::body::Form;
use crate::credential::{self, Caller};
use crate::problem::{Code, Problem};
use crate::{cookie, origin};

/// The field of the token in forms before a sign-in.
pub(super) const FORM_TOKEN: &str = "form_token";
/// The field of the token in forms of a session.
pub(super) const CSRF_TOKEN: &str = "csrf_token";

/// What a form before a sign-in needs: the token in it, and the cookie beside it.
pub(super) struct Seal {
    pub(super) token: String,
    pub(super) cookie: HeaderValue,
}

impl Visit {
    pub(super) fn found(&self) -> Result<Presented<'_>, Problem> {
        credential::present(&self.door, &self.headers)
    }

    /// For a form that is about to be shown. A browser that has a name keeps it, so that two tabs do not disturb each other.
    pub(super) fn seal(&self) -> Result<Seal, Problem> {
        let auth = &self.auth;
        let browser = match self.browser() {
            Some(name) => name.to_owned(),
            None => auth.name_browser()?,
        };
        let token = auth.form_token(&browser)?;
        Ok(Seal { token, cookie: cookie::for_browser(self.door.options(), &browser) })
    }

    fn browser(&self) -> Option<&str> {
        cookie::one(&self.headers, &cookie::browser_name(self.door.options())).filter(|v| form::is_browser_name(v))
    }

    /// Refuses what another site sent; else tells whether the form came back to the browser it was shown to, in time.
    pub(super) fn is_fresh(&self, form: &Form) -> Result<bool, Problem> {
        self.must_be_ours()?;
        let token = form.text(FORM_TOKEN);
        let came_back = match self.browser() {
            Some(browser) => self.auth.form_came_back(browser, token)?,
            None => CameBack::Foreign,
        };
        Ok(came_back == CameBack::Fresh)
    }

    /// Refuses what another site sent; else tells whether the form was made for this session.
    pub(super) fn is_of(&self, sid: &SessionId, form: &Form) -> Result<bool, Problem> {
        self.must_be_ours()?;
        Ok(self.auth.csrf_holds(sid, form.text(CSRF_TOKEN)))
    }

    /// No browser sends a form without saying where it comes from.
    pub(super) fn must_be_ours(&self) -> Result<(), Problem> {
        origin::check(&self.headers, self.door.origins(), true).map_err(|_| Problem::new(Code::CsrfFailed))
    }

    /// Whoever is signed in by cookie now.
    pub(super) async fn caller(&self) -> Result<Option<Caller>, Problem> {
        match credential::caller(&self.door, &Method::GET, &self.headers).await {
            Ok(caller) => Ok(Some(caller).filter(|c| c.by_cookie)),
            Err(problem) if is_nobody(problem.code()) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Whose page it is. Nobody signed in: on to the sign-in, or to the page that asks whether to go on.
    pub(super) async fn owner(&self) -> Result<Caller, Stop> {
        if let Some(caller) = self.caller().await? {
            return Ok(caller);
        }
        let here = self.here();
        let elsewhere = match self.resumable().await? {
            Some(_) => self.go(&format!("/continue?to={}", here.in_query())),
            None => self.go_sign_in(Some(&here)),
        };
        Err(Stop::Go(Box::new(elsewhere)))
    }

    /// The live session of an access cookie that is too old or of a refresh cookie: a refresh would bring it back.
    pub(super) async fn resumable(&self) -> Result<Option<Arc<Session>>, Problem> {
        let found = self.found()?;
        let auth = &self.auth;
        if let Some(token) = found.access_cookie
            && let Some(session) = auth.peek_access(token).await?
        {
            return Ok(Some(session));
        }
        match found.refresh {
            Some(token) => Ok(auth.peek_refresh(token).await?),
            None => Ok(None),
        }
    }
}

fn is_nobody(code: Code) -> bool {
    matches!(code, Code::Unauthenticated | Code::InvalidToken | Code::AccessExpired | Code::AccessStale)
}
