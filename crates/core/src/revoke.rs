//! Step 7: something ends, everywhere.
//!
//! The order never changes: the log first, durably (a verifier on another machine learns of it from there), then the
//! record in the session store, then the answer. If the log cannot be written, nothing has ended and the caller hears so.
//! If only the record cannot be removed, the end stands all the same: every check consults the set that the log fills, and
//! the row stays open until the record is gone.

use std::sync::Arc;
use std::time::Duration;

use doorward_verify::{Ended, Entry, Timestamp};

use crate::audit::{Actor, Event, Note};
use crate::auth::Auth;
use crate::id::{AccountId, SessionId};
use crate::records::{Account, Session};
use crate::store::{AccountChange, StoreError};

/// The longest life of an access token that any verifier accepts, and the skew and delay that it may allow on top.
const LONGEST_ACCESS: Duration = Duration::from_secs(3600);
pub(crate) const SLACK: Duration = Duration::from_secs(120);

/// What a sign-out ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// The session that asks.
    #[default]
    Current,
    /// All of the account but the one that asks.
    Others,
    /// All of the account, also those of a sign-in that is under way.
    All,
}

impl Auth {
    /// Signs out, from the session that asks.
    ///
    /// # Errors
    /// If the log cannot be written; then nothing has ended.
    pub async fn sign_out(&self, session: &Session, end: End) -> Result<(), StoreError> {
        match end {
            End::Current => self.end_session(session, Event::SignedOut, self.now()?).await,
            End::Others => {
                let others = self.sessions_of(session.account).await?;
                let others: Vec<_> = others.into_iter().filter(|s| s.sid != session.sid).collect();
                self.end_sessions(&others, Event::SessionEndedElsewhere, self.now()?).await
            }
            End::All => self.sign_out_everywhere(session.account).await,
        }
    }

    /// Ends all sessions of an account at once, also those that a sign-in is writing at this moment.
    ///
    /// # Errors
    /// If the account cannot be written; then nothing has ended.
    pub async fn sign_out_everywhere(&self, account: AccountId) -> Result<(), StoreError> {
        self.change_account(account, AccountChange::SignOutEverywhere).await?;
        Ok(())
    }

    /// Ends one session of the account, as its owner asks from a list. `false` if the account has none of that name.
    ///
    /// # Errors
    /// If the log cannot be written; then nothing has ended.
    pub async fn end_one(&self, account: AccountId, sid: SessionId, why: Event) -> Result<bool, StoreError> {
        let now = self.now()?;
        match self.live_record(sid, now).await? {
            Some(session) if session.account == account => self.end_session(&session, why, now).await.map(|()| true),
            _ => Ok(false),
        }
    }

    /// Ends a session whoever's it is, on an operator's or administrator's word. `false` if there is none of that name.
    ///
    /// # Errors
    /// If the log cannot be written; then nothing has ended.
    pub async fn force_out(&self, sid: SessionId) -> Result<bool, StoreError> {
        let now = self.now()?;
        let why = match self.by().actor {
            Actor::Administrator(_) => Event::SessionEndedByAdministrator,
            _ => Event::SessionEndedByOperator,
        };
        match self.live_record(sid, now).await? {
            Some(session) => self.end_session(&session, why, now).await.map(|()| true),
            None => Ok(false),
        }
    }

    pub(crate) async fn end_session(&self, session: &Session, why: Event, now: Timestamp) -> Result<(), StoreError> {
        self.end_sessions(std::slice::from_ref(session), why, now).await
    }

    pub(crate) async fn end_sessions(
        &self,
        sessions: &[Session],
        why: Event,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if sessions.is_empty() {
            return Ok(());
        }
        let entries: Vec<_> = sessions.iter().map(|s| self.entry_of(s, now)).collect();
        let count = entries.len() as u64;
        let noted = |s: &Session| {
            let note = self.note(why, now).session(s.sid).client(s.client.clone());
            // Who presents a copy is not known: it may be the thief or the victim.
            if why == Event::RefreshReuseDetected { note.about(s.account) } else { note.by_person(s.account) }
        };
        let notes: Vec<Note> = sessions.iter().map(noted).collect();
        let last = self.log().append(entries.clone(), now, notes.clone()).await?;
        notes.iter().for_each(Note::tell);
        for entry in &entries {
            self.apply_to_set(&entry.what, now);
        }
        match self.sessions().end_all(sessions.iter().map(|s| s.sid).collect()).await {
            Ok(()) => self.confirm(last + 1 - count..=last),
            Err(error) => {
                tracing::warn!(event = "end_unconfirmed", %error, "records will be removed later");
            }
        }
        Ok(())
    }

    /// A refresh that is under way may still hand out a token at this moment, so the entry outlives one issued now.
    fn entry_of(&self, session: &Session, now: Timestamp) -> Entry {
        let last = session.access_until().max(now.plus(self.policy().access_token));
        Entry { what: Ended::Session { sid: session.sid.to_string() }, until: last.plus(SLACK).as_secs() }
    }

    /// Removes the records that the account's row has made dead.
    pub(crate) async fn end_below(&self, account: &Account, now: Timestamp) -> Result<(), StoreError> {
        let all = self.sessions().of_account(account.id, now).await?;
        let dead: Vec<_> = all.into_iter().filter(|s| !self.is_standing(s, account)).map(|s| s.sid).collect();
        self.sessions().end_all(dead).await
    }

    /// Reads the account from its store again, after something was written in its name. If it no longer stands, what was
    /// written is removed, and the answer is `None`.
    pub(crate) async fn look_again(
        &self,
        session: &Session,
        now: Timestamp,
    ) -> Result<Option<Arc<Account>>, StoreError> {
        let account = self.accounts().by_id(session.account).await?;
        let standing = account.filter(|a| self.is_standing(session, a));
        let alive = standing.filter(|_| !self.is_revoked(session));
        if alive.is_none() {
            self.sessions().end(session.sid).await?;
            let note = self.note(Event::CredentialsChanged, now).by_person(session.account).session(session.sid);
            note.refused("account_changed").tell();
        }
        Ok(alive)
    }
}

/// Until when verifiers must remember something that may concern any access token.
#[must_use]
pub fn longest_until(now: Timestamp) -> i64 {
    now.plus(LONGEST_ACCESS).plus(SLACK).as_secs()
}
