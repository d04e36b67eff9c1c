//! A credential has leaked: into a log, a ticket, a chat. Whoever finds it pastes it here, and it is dead.
//!
//! [`find`] picks what may be one of ours out of any text, by its form alone; [`Auth::judge`] says what it is worth, and
//! [`Auth::end_leaked`] ends it. A checksum or a signature tells ours from what only looks like it, so that a text full of other
//! people's tokens costs little.

use std::sync::Arc;

use doorward_verify::Verified;

use crate::audit::Event;
use crate::auth::Auth;
use crate::directory::Client;
use crate::id::{AccountId, ClientId, SessionId};
use crate::records::Session;
use crate::store::StoreError;
use crate::wire;

/// The beginnings of what is looked for, and how many parts it has between dots.
const FORMS: [(&str, usize); 4] = [("dw_st_", 4), ("dw_rt_", 6), ("dw_cs_", 2), ("eyJ", 3)];
/// Longest that is looked at, as a verifier does.
const LONGEST: usize = 8 * 1024;

/// What a text may hold of ours, each once, in the order in which it stands there.
#[must_use]
pub fn find(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((at, parts)) = next(rest) {
        let run = &rest[at..];
        let end = run.find(|c: char| !is_letter(c)).unwrap_or(run.len());
        let one = first_parts(&run[..end], parts);
        if one.len() <= LONGEST && !found.contains(&one) {
            found.push(one);
        }
        rest = &run[one.len().max(1)..];
    }
    found
}

/// Where the next one begins. Not in the middle of a word: a token of somebody else may hold those letters.
fn next(text: &str) -> Option<(usize, usize)> {
    let begins = |(form, parts): &(&str, usize)| {
        let starts = text.match_indices(form).map(|(at, _)| at);
        let free = |at: &usize| !text[..*at].chars().next_back().is_some_and(is_letter);
        starts.filter(|at| free(at)).map(|at| (at, *parts)).next()
    };
    FORMS.iter().filter_map(begins).min()
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// A sentence ends with a dot, and so may what is quoted in it.
fn first_parts(run: &str, parts: usize) -> &str {
    match run.match_indices('.').nth(parts - 1) {
        Some((at, _)) => &run[..at],
        None => run,
    }
}

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The cookie of mode `session`.
    SessionToken,
    /// What buys the next pair.
    RefreshToken,
    /// A JWT.
    AccessToken,
    /// The secret of an application.
    ClientSecret,
}

impl Kind {
    /// In words of the reference.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SessionToken => "session_token",
            Self::RefreshToken => "refresh_token",
            Self::AccessToken => "access_token",
            Self::ClientSecret => "client_secret",
        }
    }
}

/// What is known of a credential of ours. Says nothing that would let anybody use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What it is.
    pub kind: Kind,
    /// Whether it works at this moment.
    pub live: bool,
    /// Which sign-in it belongs to.
    pub sid: Option<SessionId>,
    /// Whose.
    pub account: Option<AccountId>,
    /// Of which application.
    pub client: Option<ClientId>,
}

/// What stands behind a credential that works.
enum Behind {
    Session(Arc<Session>),
    Token(Arc<Verified>),
    Secret(Arc<Client>, String),
}

impl Auth {
    /// What it is worth; `None` if it is none of ours.
    ///
    /// # Errors
    /// If a store cannot say.
    pub async fn judge(&self, credential: &str) -> Result<Option<Judged>, StoreError> {
        let Some(kind) = kind_of(credential) else { return Ok(None) };
        match self.behind(kind, credential).await? {
            Some(behind) => Ok(Some(judged(kind, &behind))),
            // A JWT that does not verify may be anybody's; the others have a checksum that nobody else's has.
            None if kind == Kind::AccessToken => Ok(None),
            None => {
                let sid = sid_of(credential);
                Ok(Some(Judged { kind, live: false, sid, account: None, client: None }))
            }
        }
    }

    /// Ends whatever stands behind it: the sign-in with everything that carries it, the application's own token, or the
    /// application's secret. Answers what it was; what does not work any more stays as it is.
    ///
    /// # Errors
    /// If it could not be ended.
    pub async fn end_leaked(&self, credential: &str) -> Result<Option<Judged>, StoreError> {
        let Some(kind) = kind_of(credential) else { return Ok(None) };
        let Some(behind) = self.behind(kind, credential).await? else { return self.judge(credential).await };
        match &behind {
            Behind::Session(session) => self.end_session(session, Event::LeakedEnded, self.now()?).await?,
            Behind::Token(token) => self.end_token(token).await?,
            Behind::Secret(client, secret) => {
                // One of the configuration is the operator's to change: the answer says that it still works.
                let _ = self.remove_client_secret(&client.id, secret).await;
            }
        }
        Ok(Some(judged(kind, &behind)))
    }

    async fn behind(&self, kind: Kind, credential: &str) -> Result<Option<Behind>, StoreError> {
        Ok(match kind {
            Kind::SessionToken => self.session_of(credential).await?.map(Behind::Session),
            Kind::RefreshToken => self.peek_refresh(credential).await?.map(Behind::Session),
            Kind::AccessToken => match self.live_token(credential).await? {
                Some(token) => Some(self.behind_token(token).await?),
                None => None,
            },
            Kind::ClientSecret => self.registry().clients().into_iter().find_map(|client| {
                let secret = client.secrets.iter().find(|s| s.digest.is_of(credential.as_bytes()))?;
                Some(Behind::Secret(client.clone(), secret.id.clone()))
            }),
        })
    }

    /// The sign-in behind an access token, else the token itself.
    async fn behind_token(&self, token: Arc<Verified>) -> Result<Behind, StoreError> {
        Ok(match self.record_of(&token, self.now()?).await? {
            Some((session, _)) => Behind::Session(session),
            None => Behind::Token(token),
        })
    }

    async fn session_of(&self, token: &str) -> Result<Option<Arc<Session>>, StoreError> {
        use crate::authenticate::{AuthError, Credential, Principal};
        match self.authenticate(Credential::Session(token)).await {
            Ok(Principal::Session { session, .. }) => Ok(Some(session)),
            Err(AuthError::Unavailable(error)) => Err(error),
            Ok(_) | Err(_) => Ok(None),
        }
    }
}

/// By form and checksum alone.
fn kind_of(credential: &str) -> Option<Kind> {
    if wire::parse_session_token(credential).is_some() {
        return Some(Kind::SessionToken);
    }
    if wire::parse_refresh_token(credential).is_some() {
        return Some(Kind::RefreshToken);
    }
    if wire::is_client_secret(credential) {
        return Some(Kind::ClientSecret);
    }
    credential.starts_with("eyJ").then_some(Kind::AccessToken)
}

fn sid_of(credential: &str) -> Option<SessionId> {
    let of_session = wire::parse_session_token(credential).map(|parts| parts.sid);
    of_session.or_else(|| wire::parse_refresh_token(credential).map(|parts| parts.sid))
}

fn judged(kind: Kind, behind: &Behind) -> Judged {
    let none = Judged { kind, live: true, sid: None, account: None, client: None };
    match behind {
        Behind::Session(session) => Judged {
            sid: Some(session.sid),
            account: Some(session.account),
            client: Some(session.client.clone()),
            ..none
        },
        Behind::Token(token) => Judged { client: token.claims.client_id.parse().ok(), ..none },
        Behind::Secret(client, _) => Judged { client: Some(client.id.clone()), live: client.enabled, ..none },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_ours_is_found_in_any_text_and_nothing_else_is() {
        let sid = "A".repeat(22);
        let session = format!("dw_st_{sid}.0.{}.abcdef", "s".repeat(43));
        let refresh = format!("dw_rt_{sid}.0.1.abcdefgh.{}.abcdef", "m".repeat(43));
        let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln";
        let text = format!(
            "GET /x?t={session} HTTP/1.1\nCookie: a=b; doorward_session={session}; c\n\"refresh_token\":\"{refresh}\"\n\
             Authorization: Bearer {jwt}. And xeyJ.no.no, xdw_st_no; 门{session}门"
        );
        assert_eq!(find(&text), [session.as_str(), refresh.as_str(), jwt]);
        assert_eq!(find(&format!("see {refresh}. Thanks.")), [refresh.as_str()]);
        assert_eq!(find(""), Vec::<&str>::new());
        assert_eq!(find(&"eyJ".repeat(10_000)), Vec::<&str>::new(), "longer than any token");
    }
}
