//! Step 2: the record is written, kept fresh, and shown to its owner.

use std::sync::Arc;

use doorward_verify::Timestamp;

use crate::audit::Event;
use crate::auth::Auth;
use crate::directory::Client;
use crate::id::{AccountId, SessionId};
use crate::policy::Policy;
use crate::records::{Account, Line, Mode, Session, SessionState};
use crate::root::KeyIdent;
use crate::secret::{Hashed, SessionToken};
use crate::sign_in::After;
use crate::store::StoreError;

/// Characters of a device's name that are kept.
pub const LONGEST_DEVICE: usize = 80;
/// Characters of a host's name that are kept (RFC 1035 section 2.3.4).
pub const LONGEST_HOST: usize = 255;

/// What a sign-in chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Through which application.
    pub client: Arc<Client>,
    /// How it is carried.
    pub mode: Mode,
    /// Whether the person asked to be remembered.
    pub remember: bool,
    /// What signs in, in a few words.
    pub device: String,
    /// The host it is signed in on.
    pub host: String,
}

/// What is drawn for a new record.
#[derive(Debug)]
pub struct Drawn {
    /// Its name.
    pub sid: SessionId,
    /// For its refresh tokens.
    pub salt: [u8; 16],
    /// The root secret that makes them.
    pub key: KeyIdent,
    /// Digest of its session token; mode `session` only.
    pub secret: Option<Hashed<SessionToken>>,
}

/// The rule: what a new record says. Both timeouts are fixed here and never move.
#[must_use]
pub fn begin(account: &Account, choice: Choice, drawn: Drawn, now: Timestamp, policy: &Policy) -> Session {
    let (life, remember) = policy.lifetimes_of(&choice.client, choice.mode, choice.remember);
    let ends_at = now.plus(life.absolute_timeout);
    let has_pair = crate::issue::has_pair(choice.mode);
    let line = Line {
        number: 0,
        secret: drawn.secret,
        generation: u64::from(has_pair),
        rotated_at: now,
        key: drawn.key,
        access_until: if has_pair { now.plus(policy.access_token).min(ends_at) } else { Timestamp::from_millis(0) },
    };
    Session {
        sid: drawn.sid,
        account: account.id,
        client: choice.client.id.clone(),
        mode: choice.mode,
        remember,
        state: SessionState::Live,
        version: account.version,
        created_at: now,
        last_seen_at: now,
        auth_time: now,
        idle_timeout: life.idle_timeout,
        ends_at,
        device: shown(&choice.device, LONGEST_DEVICE),
        host: shown(&choice.host, LONGEST_HOST),
        salt: drawn.salt,
        lines: vec![line],
    }
}

/// What a stranger's text may keep: printable, on one line, not longer than that.
fn shown(text: &str, longest: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(longest).collect()
}

impl Auth {
    /// Live sessions of the account, newest activity first: the device list.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn sessions_of(&self, id: AccountId) -> Result<Vec<Session>, StoreError> {
        let now = self.now()?;
        let Some(account) = self.accounts().by_id(id).await? else {
            return Ok(Vec::new());
        };
        let mut sessions = self.sessions().of_account(id, now).await?;
        sessions.retain(|s| s.is_live(now) && self.is_standing(s, &account) && !self.is_revoked(s));
        sessions.sort_by_key(|s| (std::cmp::Reverse(s.last_seen_at), s.sid));
        Ok(sessions)
    }

    /// A successor for a session whose account has just ended all of them at its owner's wish (a new password): same
    /// device, same client, same mode, same absolute end, another id, at the account's version now.
    ///
    /// # Errors
    /// [`crate::sign_in::SignInError`], also `CredentialsChanged` if the account moved on meanwhile.
    pub async fn succeed(
        &self,
        old: &Session,
        account: Arc<Account>,
    ) -> Result<crate::sign_in::SignedIn, crate::sign_in::SignInError> {
        let choice = Choice {
            client: self.client(Some(&old.client)).ok_or(crate::sign_in::SignInError::ClientUnknown)?,
            mode: old.mode,
            remember: old.remember,
            device: old.device.clone(),
            host: old.host.clone(),
        };
        self.begin_session(&account, choice, After::Successor(old)).await
    }

    /// The record, from its store, if it may be used as far as it and the log tell. Finishes an end that was only marked.
    pub(crate) async fn live_record(&self, sid: SessionId, now: Timestamp) -> Result<Option<Arc<Session>>, StoreError> {
        let Some(session) = self.sessions().find(sid, now).await? else {
            return Ok(None);
        };
        let unfinished = match session.state {
            SessionState::Live => None,
            SessionState::Reused => Some(Event::RefreshReuseDetected),
            SessionState::PushedOut => Some(Event::SessionPushedOut),
        };
        if let Some(event) = unfinished {
            self.end_session(&session, event, now).await?;
            return Ok(None);
        }
        Ok((session.is_live(now) && !self.is_revoked(&session)).then_some(session))
    }

    /// Whether the log has ended the session, or its client.
    pub(crate) fn is_revoked(&self, session: &Session) -> bool {
        self.revoked().ends_session(session.sid.as_str(), session.client.as_str(), session.created_at.as_secs())
    }

    /// The session's account, from a copy at hand or its store.
    pub(crate) async fn account_of(&self, session: &Session) -> Result<Option<Arc<Account>>, StoreError> {
        match self.accounts().at_hand(&session.account) {
            Some(account) => Ok(Some(account)),
            None => self.accounts().by_id(session.account).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_says_of_a_device_stays_short_and_on_one_line() {
        assert_eq!(shown("Fire\nfox\u{7}", 80), "Firefox");
        assert_eq!(shown(&"é".repeat(200), 80).chars().count(), 80);
    }
}
