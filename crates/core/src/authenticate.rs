//! Step 5: what came back is checked, and becomes somebody.
//!
//! A session token is found by its sid, compared by digest, and weighed against the log and the account's row. An access
//! token is verified: signature, claims, log; the record is not asked. Neither way has an opinion of its own about what
//! "ended" means: both consult the one set that the log fills.

use std::sync::Arc;

use doorward_verify::{Timestamp, Verified, VerifyError, base64url};

use crate::auth::Auth;
use crate::id::{AccountId, SessionId};
use crate::records::{Account, Mode, Session, SessionState};
use crate::sparse::Sparse;
use crate::store::StoreError;
use crate::wire::{self, SessionTokenParts};

/// What was presented, as it came.
#[expect(missing_debug_implementations, reason = "holds secrets")]
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// A session token, from the session cookie.
    Session(&'a str),
    /// An access token, from the `Authorization` header or the access cookie.
    Access(&'a str),
}

/// Somebody, for the length of one request.
#[derive(Debug, Clone)]
pub enum Principal {
    /// By a session token: the record was read.
    Session {
        /// The record.
        session: Arc<Session>,
        /// Whose it is.
        account: Arc<Account>,
    },
    /// By an access token: nothing was read.
    Token(Arc<Verified>),
}

impl Principal {
    /// Who it is (`sub`).
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Session { account, .. } => Some(account.id),
            Self::Token(token) => token.claims.sub.parse().ok(),
        }
    }

    /// By which sign-in.
    #[must_use]
    pub fn sid(&self) -> Option<SessionId> {
        match self {
            Self::Session { session, .. } => Some(session.sid),
            Self::Token(token) => token.claims.sid.as_deref().and_then(|sid| sid.parse().ok()),
        }
    }

    /// Names of roles, as of the check (session) or of the token's issue.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        match self {
            Self::Session { account, .. } => &account.roles,
            Self::Token(token) => &token.claims.roles,
        }
    }

    /// Names of permissions, as [`roles`](Self::roles).
    #[must_use]
    pub fn permissions(&self) -> &[String] {
        match self {
            Self::Session { account, .. } => &account.permissions,
            Self::Token(token) => &token.claims.permissions,
        }
    }
}

/// Why nobody was recognised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// No session is behind the session token: not ours, ended, expired. Nobody is told which.
    #[error("no session")]
    Unauthenticated,
    /// The access token is not good. Nobody is told why.
    #[error("the access token is not valid")]
    InvalidToken,
    /// The access token was good until its time ran out: refresh.
    #[error("the access token has expired")]
    AccessExpired,
    /// The access token is older than the account's last change: refresh.
    #[error("the access token is stale")]
    AccessStale,
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl Auth {
    /// Who this is.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn authenticate(&self, credential: Credential<'_>) -> Result<Principal, AuthError> {
        let now = self.now()?;
        match credential {
            Credential::Session(token) => {
                let (session, account) = self.check_session(token, now).await?;
                Ok(Principal::Session { session, account })
            }
            Credential::Access(token) => {
                self.must_know().await?;
                self.check_access(token, now).map(Principal::Token)
            }
        }
    }

    /// Who this is and by which record, whatever carried it: as [`authenticate`](Self::authenticate), and the record of an
    /// access token is read too. If it is gone, so is the token.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn authenticate_with_record(
        &self,
        credential: Credential<'_>,
    ) -> Result<(Arc<Session>, Arc<Account>), AuthError> {
        let now = self.now()?;
        match credential {
            Credential::Session(token) => self.check_session(token, now).await,
            Credential::Access(token) => {
                self.must_know().await?;
                let verified = self.check_access(token, now)?;
                self.record_of(&verified, now).await?.ok_or(AuthError::InvalidToken)
            }
        }
    }

    /// The record behind an access token that is genuine, however old: it may be used to ask whether the person wants to go
    /// on, and for nothing else. `None` if the token is not ours, or its session is over.
    ///
    /// # Errors
    /// If a store cannot say.
    pub async fn peek_access(&self, token: &str) -> Result<Option<Arc<Session>>, StoreError> {
        let now = self.now()?;
        let sid = match self.verifier().verify(token.as_bytes(), now) {
            Ok(verified) => verified.claims.sid.as_deref().and_then(|sid| sid.parse().ok()),
            Err(VerifyError::Expired | VerifyError::Stale) => sid_of_genuine(token),
            Err(_) => None,
        };
        match sid {
            Some(sid) => Ok(self.live_with_account(sid, now).await?.map(|(session, _)| session)),
            None => Ok(None),
        }
    }

    async fn check_session(&self, token: &str, now: Timestamp) -> Result<(Arc<Session>, Arc<Account>), AuthError> {
        let parts = wire::parse_session_token(token).ok_or(AuthError::Unauthenticated)?;
        let session = self.record(parts.sid, now).await?.ok_or(AuthError::Unauthenticated)?;
        if !is_carried_by(&session, &parts, now) || self.is_revoked(&session) || !self.has_client(&session) {
            return Err(AuthError::Unauthenticated);
        }
        let account = self.account_of(&session).await?.filter(|a| self.is_standing(&session, a));
        let account = account.ok_or(AuthError::Unauthenticated)?;
        if now.since(session.last_seen_at) < self.policy().touch_every {
            return Ok((session, account));
        }
        match self.sessions().touch(session.sid, now).await {
            Ok(Some(touched)) => Ok((touched, account)),
            Ok(None) => Err(AuthError::Unauthenticated),
            Err(error) => {
                tracing::warn!(event = "touch_failed", sid = %session.sid, %error, "activity was not written down");
                Err(error.into())
            }
        }
    }

    /// Verifies an access token without asking anybody.
    fn check_access(&self, token: &str, now: Timestamp) -> Result<Arc<Verified>, AuthError> {
        let verified = self.verifier().verify(token.as_bytes(), now).map_err(|error| match error {
            VerifyError::Expired => AuthError::AccessExpired,
            VerifyError::Stale => AuthError::AccessStale,
            other => {
                self.tell_refused(other.reason());
                AuthError::InvalidToken
            }
        })?;
        Ok(verified)
    }

    /// The client hears one and the same whatever was wrong; the operator hears which attack it was.
    fn tell_refused(&self, reason: &'static str) {
        static LINES: Sparse = Sparse::new();
        if let Some(left_out) = LINES.may_tell(self.clock().monotonic()) {
            tracing::info!(event = "access_token_refused", reason, left_out, "an access token was refused");
        }
    }

    pub(crate) async fn record_of(
        &self,
        token: &Verified,
        now: Timestamp,
    ) -> Result<Option<(Arc<Session>, Arc<Account>)>, StoreError> {
        match token.claims.sid.as_deref().and_then(|sid| sid.parse().ok()) {
            Some(sid) => self.live_with_account(sid, now).await,
            None => Ok(None),
        }
    }

    async fn live_with_account(
        &self,
        sid: SessionId,
        now: Timestamp,
    ) -> Result<Option<(Arc<Session>, Arc<Account>)>, StoreError> {
        let Some(session) = self.record(sid, now).await? else {
            return Ok(None);
        };
        if !session.is_live(now) || self.is_revoked(&session) || !self.has_client(&session) {
            return Ok(None);
        }
        let account = self.account_of(&session).await?;
        Ok(account.filter(|a| self.is_standing(&session, a)).map(|account| (session, account)))
    }

    /// From a copy at hand, else from the store. The caller weighs it.
    async fn record(&self, sid: SessionId, now: Timestamp) -> Result<Option<Arc<Session>>, StoreError> {
        match self.sessions().at_hand(&sid, now) {
            Some(session) => Ok(Some(session)),
            None => self.live_record(sid, now).await,
        }
    }

    /// Whether the session's application may be used, and was not disabled since it began.
    pub(crate) fn has_client(&self, session: &Session) -> bool {
        let registry = self.registry_cell().load();
        registry.client(Some(&session.client)).is_some_and(|client| client.is_standing(session.created_at))
    }
}

/// The session id in a token whose signature was found to be good.
fn sid_of_genuine(token: &str) -> Option<SessionId> {
    let payload = base64url::decode(token.split('.').nth(1)?.as_bytes())?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    claims.get("sid")?.as_str()?.parse().ok()
}

/// The rule: whether this token carries this session now.
#[must_use]
pub fn is_carried_by(session: &Session, token: &SessionTokenParts<'_>, now: Timestamp) -> bool {
    let secret = session.line(token.line).and_then(|line| line.secret);
    let right = secret.is_some_and(|hashed| hashed.is_of(token.secret.as_bytes()));
    right && session.mode == Mode::Session && session.state == SessionState::Live && session.is_within_time(now)
}
