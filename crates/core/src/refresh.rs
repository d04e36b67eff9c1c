//! Step 6: a refresh token buys the next pair.
//!
//! No token is stored. The record holds a counter; a token is a MAC over that counter, so "which token is current" is one
//! number, and rotating is one compare-and-set. Who presents yesterday's token either lost an answer moments ago (the
//! grace window gives the same one again) or holds a copy: then the session ends for everybody, thief and victim alike.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

use doorward_verify::Timestamp;
use subtle::ConstantTimeEq;

use crate::audit::Event;
use crate::auth::Auth;
use crate::id::ClientId;
use crate::issue::{IssueError, Issued};
use crate::records::{Account, Line, Mode, Session, SessionState};
use crate::root::{KeyIdent, Turn};
use crate::store::StoreError;
use crate::throttle::{TooMany, Work};
use crate::wire::{self, RefreshTokenParts};

/// What a good refresh gives.
#[expect(missing_debug_implementations, reason = "holds secrets")]
pub struct Refreshed {
    /// The record after the rotation.
    pub session: Arc<Session>,
    /// Whose it is.
    pub account: Arc<Account>,
    /// The next pair.
    pub issued: Issued,
}

/// Why there is no next pair.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// Not ours, not of this client, of a session that ended, or presented twice too late. The client must sign in again.
    #[error("the refresh token is not valid")]
    InvalidGrant,
    /// A newer one was handed out moments ago; the session lives. The client uses the newer one.
    #[error("a newer refresh token was handed out")]
    Superseded,
    /// The password was changed or the account was disabled at this very moment.
    #[error("the credentials have changed")]
    CredentialsChanged,
    /// This session refreshes far too often.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
    /// Nothing could be signed or drawn; ask again.
    #[error(transparent)]
    Issue(#[from] IssueError),
}

impl Auth {
    /// Rotates: the presented token stops being current, the answer carries the next pair. Within the grace window the
    /// same client gets the same refresh token again, byte for byte.
    ///
    /// `mode` is how the token came: a hybrid session's token taken out of its cookie does not work in a body, nor the
    /// other way round.
    ///
    /// # Errors
    /// [`RefreshError`].
    pub async fn refresh(&self, token: &str, client: &ClientId, mode: Mode) -> Result<Refreshed, RefreshError> {
        let now = self.now()?;
        let (parts, session) = self.genuine_refresh(token, now).await?.ok_or(RefreshError::InvalidGrant)?;
        if session.mode != mode || session.client != *client || !self.has_client(&session) {
            return Err(RefreshError::InvalidGrant);
        }
        self.admit_work(Work::Refresh(session.sid))?;
        let account = self.account_of(&session).await?.ok_or(RefreshError::InvalidGrant)?;
        if !self.is_standing(&session, &account) {
            return Err(RefreshError::InvalidGrant);
        }
        let ask = Rotate {
            line: parts.line,
            generation: parts.generation,
            client: client.clone(),
            key: self.root().newest(),
            now,
            grace: self.grace_of(client),
            access_token: self.policy().access_token,
        };
        let rotation = self.sessions().rotate(parts.sid, ask).await?;
        self.finish_refresh(rotation, parts.line, now).await
    }

    fn grace_of(&self, client: &ClientId) -> Duration {
        self.client(Some(client)).map_or(self.policy().grace, |client| self.policy().grace_of(&client))
    }

    async fn finish_refresh(&self, rotation: Rotation, line: u32, now: Timestamp) -> Result<Refreshed, RefreshError> {
        let session = match rotation {
            Rotation::Rotated(session) | Rotation::Repeated(session) => session,
            Rotation::WentBack(session) => {
                tracing::warn!(event = "store_went_back", sid = %session.sid, "the session store has lost writes");
                session
            }
            Rotation::Superseded => return Err(RefreshError::Superseded),
            Rotation::Refused => return Err(RefreshError::InvalidGrant),
            Rotation::Reused(session) => {
                self.end_session(&session, Event::RefreshReuseDetected, now).await?;
                return Err(RefreshError::InvalidGrant);
            }
        };
        let session = Arc::new(*session);
        let account = self.look_again(&session, now).await?.ok_or(RefreshError::CredentialsChanged)?;
        let issued = self.issue_next(&session, &account, line, now)?;
        let note = self.note(Event::Refreshed, now).by_person(session.account).session(session.sid);
        note.client(session.client.clone()).tell();
        Ok(Refreshed { session, account, issued })
    }

    /// The record behind a refresh token whose MAC is right, whatever its generation; nothing rotates, nothing is seen as
    /// reuse. `None` if it is not ours, or its session is over.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn peek_refresh(&self, token: &str) -> Result<Option<Arc<Session>>, StoreError> {
        let now = self.now()?;
        let Some((_, session)) = self.genuine_refresh(token, now).await? else {
            return Ok(None);
        };
        let Some(account) = self.account_of(&session).await? else {
            return Ok(None);
        };
        Ok(self.is_standing(&session, &account).then_some(session))
    }

    async fn genuine_refresh(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<(RefreshTokenParts, Arc<Session>)>, StoreError> {
        let Some(parts) = wire::parse_refresh_token(token) else {
            return Ok(None);
        };
        let Some(session) = self.live_record(parts.sid, now).await? else {
            return Ok(None);
        };
        let right = self.root().refresh_mac(
            parts.key,
            &parts.sid,
            Turn { line: parts.line, generation: parts.generation },
            &session.salt,
        );
        let genuine = right.is_some_and(|mac| bool::from(mac.ct_eq(&parts.mac)));
        Ok(genuine.then_some((parts, session)))
    }
}

/// A genuine refresh token, as the store is asked to rotate it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotate {
    /// Which carrier.
    pub line: u32,
    /// Which of its tokens was presented.
    pub generation: u64,
    /// Who presented it.
    pub client: ClientId,
    /// The root secret that makes the next one.
    pub key: KeyIdent,
    /// When.
    pub now: Timestamp,
    /// How long after a rotation it may be repeated.
    pub grace: Duration,
    /// Life of the access token that is handed out with it.
    pub access_token: Duration,
}

/// What became of it; the record is the one afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// It was current; now the next one is.
    Rotated(Box<Session>),
    /// It was current moments ago; the same answer is given again.
    Repeated(Box<Session>),
    /// It is older than the last one, but everything happened within the grace window: somebody lags behind. Nothing
    /// changed.
    Superseded,
    /// It was rotated too long ago: a copy is in use. The record is now marked, and dead for every check.
    Reused(Box<Session>),
    /// It is newer than what the store knows: the store lost writes. Now the one after it is current.
    WentBack(Box<Session>),
    /// There is no such session, line or client. Nothing changed.
    Refused,
}

/// The rule. Changes `session` where the answer says so and not otherwise.
#[must_use]
pub fn decide(session: &mut Session, ask: &Rotate) -> Rotation {
    if !session.is_within_time(ask.now) || session.client != ask.client {
        return Rotation::Refused;
    }
    match session.state {
        SessionState::Live => {}
        SessionState::Reused => return Rotation::Reused(Box::new(session.clone())),
        SessionState::PushedOut => return Rotation::Refused,
    }
    let access_until = ask.now.plus(ask.access_token).min(session.ends_at);
    let Some(line) = session.lines.iter_mut().find(|l| l.number == ask.line && l.generation > 0) else {
        return Rotation::Refused;
    };
    let done: fn(Box<Session>) -> Rotation = match ask.generation.cmp(&line.generation) {
        Ordering::Equal => Rotation::Rotated,
        Ordering::Greater => Rotation::WentBack,
        Ordering::Less if !is_in_grace(line, ask) => {
            session.state = SessionState::Reused;
            return Rotation::Reused(Box::new(session.clone()));
        }
        Ordering::Less if ask.generation + 1 == line.generation => Rotation::Repeated,
        Ordering::Less => return Rotation::Superseded,
    };
    if ask.generation >= line.generation {
        line.generation = ask.generation.saturating_add(1);
        line.rotated_at = ask.now;
        line.key = ask.key;
    }
    line.access_until = line.access_until.max(access_until);
    session.last_seen_at = session.last_seen_at.max(ask.now);
    done(Box::new(session.clone()))
}

/// Counted in both directions: another node's clock may be a little ahead, and a clock set back by an hour must not make
/// the window an hour long.
fn is_in_grace(line: &Line, ask: &Rotate) -> bool {
    ask.now.since(line.rotated_at) < ask.grace
        && (ask.now >= line.rotated_at || line.rotated_at.since(ask.now) < ask.grace)
}

#[cfg(test)]
mod tests;
