//! What a token is worth at this moment, for a server that asks (RFC 7662), and the end of one on the word of the
//! application that has it (RFC 7009).

use std::sync::Arc;

use doorward_verify::{Ended, Entry, Verified};

use crate::audit::Event;
use crate::auth::Auth;
use crate::authenticate::{AuthError, Credential, Principal};
use crate::directory::Client;
use crate::records::Session;
use crate::revoke::SLACK;
use crate::store::StoreError;

/// A token that counts.
#[derive(Debug, Clone)]
pub enum Active {
    /// An access token; its record is live, or it belongs to an application itself.
    Access(Arc<Verified>),
    /// A refresh token of the application that asks.
    Refresh(Arc<Session>),
}

impl Auth {
    /// What this application may know of a token. `None` whatever the reason: it is not ours, has ended, or is not for this
    /// application. An access token is for those whose audience it names; a refresh token is for its own application.
    ///
    /// # Errors
    /// If a store cannot say.
    pub async fn introspect(&self, token: &str, client: &Client) -> Result<Option<Active>, StoreError> {
        if let Some(session) = self.peek_refresh(token).await? {
            return Ok((session.client == client.id).then_some(Active::Refresh(session)));
        }
        let Some(verified) = self.live_token(token).await? else { return Ok(None) };
        Ok(is_for(&verified, client, &self.policy().issuer).then_some(Active::Access(verified)))
    }

    /// Ends a token on the word of the application that has it. A refresh token takes its session along, with everything
    /// that was handed out for it; an access token ends alone. Nothing happens to a token of somebody else, or to none.
    ///
    /// # Errors
    /// If the log cannot be written; then nothing has ended.
    pub async fn revoke_token(&self, token: &str, client: &Client) -> Result<(), StoreError> {
        if let Some(session) = self.peek_refresh(token).await? {
            if session.client == client.id {
                self.end_session(&session, Event::TokenRevoked, self.now()?).await?;
            }
            return Ok(());
        }
        match self.live_token(token).await? {
            Some(verified) if verified.claims.client_id == client.id.as_str() => self.end_token(&verified).await,
            _ => Ok(()),
        }
    }

    /// One access token ends, and what else its session has handed out does not.
    pub(crate) async fn end_token(&self, token: &Verified) -> Result<(), StoreError> {
        let now = self.now()?;
        let what = Ended::Token { jti: token.claims.jti.clone() };
        let until = token.claims.exp.saturating_add(i64::try_from(SLACK.as_secs()).unwrap_or(i64::MAX));
        let mut note = self.note(Event::TokenRevoked, now).object(&token.claims.jti);
        note.client = token.claims.client_id.parse().ok();
        note.sid = token.claims.sid.as_deref().and_then(|sid| sid.parse().ok());
        note.account = token.claims.sub.parse().ok();
        let seq = self.log().append(vec![Entry { what: what.clone(), until }], now, vec![note.clone()]).await?;
        note.tell();
        self.apply_to_set(&what, now);
        self.confirm([seq]);
        Ok(())
    }

    /// An access token that counts, as far as its signature, what has ended, and its live record tell.
    pub(crate) async fn live_token(&self, token: &str) -> Result<Option<Arc<Verified>>, StoreError> {
        let verified = match self.authenticate(Credential::Access(token)).await {
            Ok(Principal::Token(verified)) => verified,
            Ok(Principal::Session { .. }) => return Ok(None),
            Err(AuthError::Unavailable(error)) => return Err(error),
            Err(_) => return Ok(None),
        };
        let live = match verified.claims.sid {
            Some(_) => self.record_of(&verified, self.now()?).await?.is_some(),
            None => self.has_own_token(&verified),
        };
        Ok(live.then_some(verified))
    }

    /// A token without a session is its application's own.
    fn has_own_token(&self, token: &Verified) -> bool {
        let client = token.claims.client_id.parse().ok().and_then(|id| self.client(Some(&id)));
        client.is_some_and(|client| client.is_standing(doorward_verify::Timestamp::from_secs(token.claims.iat)))
    }
}

/// The rule: whether an application may know of the token. One without audiences of its own speaks for the issuer's.
fn is_for(token: &Verified, client: &Client, issuer: &str) -> bool {
    let claims = &token.claims;
    let named = |aud: &String| match client.audiences.is_empty() {
        true => aud == issuer,
        false => client.audiences.contains(aud),
    };
    claims.client_id == client.id.as_str() || claims.aud.iter().any(|aud| named(aud) || aud == client.id.as_str())
}
