//! Step 3: something is handed out. The one place where a secret exists in the clear.

use std::sync::Arc;
use std::time::Duration;

use doorward_verify::{Claims, Timestamp};

use crate::auth::Auth;
use crate::directory::{Claim, Client};
use crate::id;
use crate::keys::SignError;
use crate::records::{Account, Mode, Session};
use crate::rng::{self, RngError};
use crate::root::Turn;
use crate::secret::{Hashed, Plain, SessionToken};
use crate::wire::{self, RefreshTokenParts};

/// What carries the sign-in from now on.
#[expect(missing_debug_implementations, reason = "holds secrets")]
pub enum Issued {
    /// Mode `session`: the value of the session cookie.
    Session(Plain<String>),
    /// Mode `token` and `hybrid`: in the body of the answer, or in two cookies.
    Pair(Pair),
}

/// An access token and a refresh token.
#[expect(missing_debug_implementations, reason = "holds secrets")]
pub struct Pair {
    /// JWT (RFC 9068).
    pub access: Plain<String>,
    /// Life of the access token that is left, in whole seconds.
    pub access_expires_in: Duration,
    /// Opaque to clients.
    pub refresh: Plain<String>,
    /// When the refresh token ends if it is not used: the session's idle or absolute end.
    pub refresh_expires_at: Timestamp,
}

/// Why nothing was handed out; the caller answers 503.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// No randomness.
    #[error(transparent)]
    Rng(#[from] RngError),
    /// The key would not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The record names a root secret that is not listed any more.
    #[error("the root secret of this session is gone")]
    NoSecret,
}

/// A new session token and what of it may be stored.
#[expect(missing_debug_implementations, reason = "holds a secret")]
pub struct NewSessionToken {
    /// For the cookie.
    pub plain: Plain<String>,
    /// For the record.
    pub hashed: Hashed<SessionToken>,
}

impl Auth {
    pub(crate) fn new_session_token(&self, sid: &id::SessionId, line: u32) -> Result<NewSessionToken, RngError> {
        let plain = wire::session_token(sid, line, &rng::bytes(self.rng())?);
        let parts = wire::parse_session_token(plain.expose()).expect("just written");
        let hashed = Hashed::of(parts.secret.as_bytes());
        Ok(NewSessionToken { plain, hashed })
    }

    /// The pair for what the record says is current.
    pub(crate) fn issue_next(
        &self,
        session: &Session,
        account: &Account,
        line: u32,
        now: Timestamp,
    ) -> Result<Issued, IssueError> {
        let access = self.access_token(session, account, now)?;
        let refresh = self.current_refresh_token(session, line)?;
        Ok(Issued::Pair(Pair {
            access: access.0,
            access_expires_in: access.1,
            refresh,
            refresh_expires_at: session.idle_ends_at(),
        }))
    }

    /// The same for the same record, byte for byte: there is nothing random in it.
    fn current_refresh_token(&self, session: &Session, number: u32) -> Result<Plain<String>, IssueError> {
        let line = session.line(number).ok_or(IssueError::NoSecret)?;
        let (sid, generation, key) = (session.sid, line.generation, line.key);
        let mac = self
            .root()
            .refresh_mac(key, &sid, Turn { line: number, generation }, &session.salt)
            .ok_or(IssueError::NoSecret)?;
        Ok(wire::refresh_token(&RefreshTokenParts { sid, line: number, generation, key, mac }))
    }

    fn access_token(
        &self,
        session: &Session,
        account: &Account,
        now: Timestamp,
    ) -> Result<(Plain<String>, Duration), IssueError> {
        let claims = self.claims(session, account, now, id::draw_jti(self.rng())?);
        let left = Duration::from_secs(u64::try_from(claims.exp - claims.iat).unwrap_or(0));
        Ok((self.signer()?.sign_claims(&claims)?, left))
    }

    fn claims(&self, session: &Session, account: &Account, now: Timestamp, jti: String) -> Claims {
        let policy = self.policy();
        let registry = self.registry_cell().load();
        let unknown = Client::new(session.client.clone(), Vec::new());
        let client = registry.any_client(&session.client).map_or(&unknown, Arc::as_ref);
        Claims {
            exp: access_ends(session, now, policy.access_token).as_secs(),
            iat: now.as_secs(),
            jti,
            sid: Some(session.sid.to_string()),
            auth_time: Some(session.auth_time.as_secs()),
            ..said_of(&policy.issuer, client, account)
        }
    }
}

/// What a token of that application says of the person, whenever it is handed out.
fn said_of(issuer: &str, client: &Client, account: &Account) -> Claims {
    let mut extra = serde_json::Map::default();
    for claim in &client.claims {
        let value = match claim {
            Claim::Name => account.display_name.clone(),
            Claim::PreferredUsername => Some(account.identifier.clone()),
        };
        extra.extend(value.map(|value| (claim.name().to_owned(), value.into())));
    }
    Claims {
        iss: issuer.to_owned(),
        sub: account.id.to_string(),
        aud: if client.audiences.is_empty() { vec![issuer.to_owned()] } else { client.audiences.clone() },
        client_id: client.id.to_string(),
        ver: Some(account.version),
        amr: vec!["pwd".into()],
        acr: Some("urn:doorward:pwd".into()),
        roles: account.roles.clone(),
        permissions: account.permissions.clone(),
        extra,
        ..Claims::default()
    }
}

/// Bytes of an access token of that application for that account, by the algorithm with the longest signature that is usual
/// (ES256 and Ed25519 alike). An RS256 signature has 426 characters more.
#[must_use]
pub fn size_of_token(issuer: &str, client: &Client, account: &Account) -> usize {
    const TIME: i64 = 9_999_999_999;
    let id = "0".repeat(22);
    let mut claims = said_of(issuer, client, account);
    (claims.exp, claims.iat, claims.auth_time) = (TIME, TIME, Some(TIME));
    (claims.jti, claims.sid, claims.ver) = (id.clone(), Some(id), Some(account.version.max(1_000_000)));
    let payload = serde_json::to_vec(&claims).map_or(0, |json| json.len());
    // Header with a key's name of 43 characters, payload, signature of 64 bytes, two dots.
    let header = r#"{"alg":"Ed25519","typ":"at+jwt","kid":""}"#.len() + 43;
    [header, payload, 64].iter().map(|bytes| (bytes * 4).div_ceil(3)).sum::<usize>() + 2
}

/// The end of an access token that is handed out now: never after the session's own.
#[must_use]
pub fn access_ends(session: &Session, now: Timestamp, life: Duration) -> Timestamp {
    now.plus(life).min(session.ends_at)
}

/// Whether sign-ins of this mode get an access token and a refresh token.
#[must_use]
pub fn has_pair(mode: Mode) -> bool {
    matches!(mode, Mode::Token | Mode::Hybrid)
}
