//! Step 1: a person proves who they are.
//!
//! The account is read once, hash and version together. The record is written at that version, then the account is read
//! *again*: whoever changed the password, disabled the account or signed out everywhere meanwhile has committed its row
//! before looking for records, so one of the two always sees the other.

use std::sync::Arc;

use crate::accounts::name;
use crate::audit::Event;
use crate::auth::Auth;
use crate::id::{ClientId, SessionId};
use crate::issue::{IssueError, Issued, has_pair};
use crate::password::{self, HashError, PasswordFault, Presented};
use crate::policy::Policy;
use crate::records::{Account, Mode, Session};
use crate::rng;
use crate::room::{Inserted, Room, WhenFull};
use crate::secret::Plain;
use crate::session::{self, Choice, Drawn};
use crate::store::{AccountChange, Changed, StoreError};
use crate::throttle::{AdmitError, Standing, TooMany};
use doorward_verify::Timestamp;

/// What is presented to sign in.
#[expect(missing_debug_implementations, reason = "holds a password")]
pub struct SignIn {
    /// As typed.
    pub identifier: String,
    /// As typed.
    pub password: Plain<String>,
    /// Which application; `None` means the built-in one.
    pub client: Option<ClientId>,
    /// How to carry it; `None` means the client's first mode.
    pub mode: Option<Mode>,
    /// Whether the person asked to be remembered.
    pub remember: bool,
    /// What signs in, in a few words.
    pub device: String,
    /// The host it is signed in on.
    pub host: String,
    /// The live session whose cookie came along: the new one takes its place.
    pub replaces: Option<Arc<Session>>,
    /// The cookie by which the browser may be known.
    pub browser: Option<Plain<String>>,
}

/// A new sign-in.
#[expect(missing_debug_implementations, reason = "holds secrets")]
pub struct SignedIn {
    /// Its record.
    pub session: Arc<Session>,
    /// Who it is.
    pub account: Arc<Account>,
    /// What carries it.
    pub issued: Issued,
    /// The cookie by which the browser is known from now on; a sign-in that was not asked for with a password leaves it
    /// as it is.
    pub browser: Option<Plain<String>>,
}

/// Why nobody signed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// No such client, or disabled.
    #[error("unknown client")]
    ClientUnknown,
    /// The client may not use this mode.
    #[error("the client may not use this mode")]
    ModeNotAllowed,
    /// No password can be like that.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// Unknown, disabled, without a password, or the wrong one: nobody is told which.
    #[error("wrong identifier or password")]
    InvalidCredentials,
    /// Right a moment ago: the password was changed or the account disabled meanwhile.
    #[error("the credentials have changed")]
    CredentialsChanged,
    /// The account has as many sessions as it may have.
    #[error("the account has as many sessions as it may have")]
    TooManySessions,
    /// Too many have failed; nobody is told whether the account exists.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Too busy, or out of memory.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// Nothing could be drawn or signed.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl Auth {
    /// Signs in with a password.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(&self, ask: SignIn) -> Result<SignedIn, SignInError> {
        let client = self.client(ask.client.as_ref()).ok_or(SignInError::ClientUnknown)?;
        let mode = allowed_mode(&client.modes, ask.mode).ok_or(SignInError::ModeNotAllowed)?;
        let (client, password) = (client.clone(), password::presented(&ask.password)?);
        let account = self.prove(&ask.identifier, password, ask.browser.as_ref()).await?;
        let choice = Choice { client, mode, remember: ask.remember, device: ask.device, host: ask.host };
        let mut signed_in = self.begin_session(&account, choice, After::SignIn(ask.replaces.as_deref())).await?;
        if let Some(old) = ask.replaces {
            self.replace(&old, &signed_in.session).await?;
        }
        self.note_sign_in(&signed_in.session).await?;
        signed_in.browser = self.know(account.id, ask.browser, signed_in.session.created_at).await;
        self.keep_hash_current(&account, ask.password).await;
        Ok(signed_in)
    }

    /// The one way to prove with a password who one is, wherever it is asked for: weighed, hashed, and written down if it
    /// fails.
    pub(crate) async fn prove(
        &self,
        identifier: &str,
        password: Presented,
        browser: Option<&Plain<String>>,
    ) -> Result<Arc<Account>, SignInError> {
        let (account, form) = match name::identifier(identifier) {
            Ok(form) => (self.accounts().by_identifier(form.clone()).await?, form),
            Err(_) => (None, identifier.to_owned()),
        };
        let known = self.is_known(account.as_ref().map(|a| a.id), browser.map(|b| b.expose().as_str())).await;
        let standing = if known { Standing::Known } else { Standing::Stranger };
        self.prove_account(account, &form, password, standing).await
    }

    /// As [`prove`](Self::prove), of an account that was read already.
    pub(crate) async fn prove_account(
        &self,
        account: Option<Account>,
        form: &str,
        password: Presented,
        standing: Standing,
    ) -> Result<Arc<Account>, SignInError> {
        let admitted = self.admit(form, standing).await?;
        // A disabled account costs the same time as any other, and is told the same.
        let right = match self.is_password_of(password, account.as_ref(), admitted.standing).await {
            Ok(right) => right,
            Err(error) => {
                self.settle_undone(admitted).await;
                return Err(error.into());
            }
        };
        let proved = account.filter(|a| right && a.disabled_at.is_none());
        if let Some(account) = proved {
            self.settle_proved(admitted).await;
            return Ok(Arc::new(account));
        }
        // Whoever it was meant to be goes under a keyed digest: a mistyped identifier may well be a password.
        let note = self.note(Event::SignInRefused, self.now()?).object(self.root().log_name(form));
        self.write_down(note.refused("invalid_credentials")).await?;
        Err(SignInError::InvalidCredentials)
    }

    /// What cannot be written down does not happen: the session is taken back.
    async fn note_sign_in(&self, session: &Session) -> Result<(), StoreError> {
        let note = self.note(Event::SignedIn, session.created_at).by_person(session.account).session(session.sid);
        let note = note.client(session.client.clone()).object(session.mode.name());
        if let Err(error) = self.write_down(note).await {
            self.sessions().end(session.sid).await?;
            return Err(error);
        }
        Ok(())
    }

    /// For nobody, for an account without a password, and for one whose hash cannot be read, a decoy is checked.
    async fn is_password_of(
        &self,
        password: Presented,
        who: Option<&Account>,
        standing: Standing,
    ) -> Result<bool, HashError> {
        let known = who.and_then(|a| a.password.clone()).filter(|hash| password::Stored::read(hash).is_ok());
        let is_known = known.is_some();
        let hash = known.unwrap_or_else(|| self.decoy());
        let right = match standing {
            Standing::Known => self.hasher().verify_first(password, hash).await?,
            Standing::Stranger => self.hasher().verify(password, hash).await?,
        };
        Ok(right && is_known)
    }

    /// Writes the record, looks again, and only then hands something out.
    pub(crate) async fn begin_session(
        &self,
        account: &Arc<Account>,
        choice: Choice,
        after: After<'_>,
    ) -> Result<SignedIn, SignInError> {
        let now = self.now()?;
        let sid = SessionId::draw(&account.id, self.rng()).map_err(IssueError::from)?;
        let salt = rng::bytes(self.rng()).map_err(IssueError::from)?;
        let token = match has_pair(choice.mode) {
            true => None,
            false => Some(self.new_session_token(&sid, 0).map_err(IssueError::from)?),
        };
        let drawn = Drawn { sid, salt, key: self.root().newest(), secret: token.as_ref().map(|t| t.hashed) };
        let mut session = session::begin(account, choice, drawn, now, self.policy());
        if let After::Successor(old) = after {
            session.ends_at = session.ends_at.min(old.ends_at);
        }
        self.insert_within(&session, after, now).await?;
        let account = self.look_again(&session, now).await?.ok_or(SignInError::CredentialsChanged)?;
        let issued = match token {
            Some(token) => Issued::Session(token.plain),
            None => self.issue_next(&session, &account, 0, now)?,
        };
        Ok(SignedIn { session: Arc::new(session), account, issued, browser: None })
    }

    /// Whoever has to go for it is dead already when this is answered, and then ended like any other. If that cannot be
    /// logged, the new one is taken back.
    async fn insert_within(&self, session: &Session, after: After<'_>, now: Timestamp) -> Result<(), SignInError> {
        let Inserted::Done(pushed) = self.sessions().insert(session.clone(), after.room(self.policy())).await? else {
            return Err(SignInError::TooManySessions);
        };
        if let Err(error) = self.end_sessions(&pushed, Event::SessionPushedOut, now).await {
            self.sessions().end(session.sid).await?;
            return Err(error.into());
        }
        Ok(())
    }

    /// If the old one cannot be ended, the new one is taken back: a browser never holds the keys of two.
    pub(crate) async fn replace(&self, old: &Session, new: &Session) -> Result<(), StoreError> {
        if let Err(error) = self.end_session(old, Event::SessionReplaced, self.now()?).await {
            self.sessions().end(new.sid).await?;
            return Err(error);
        }
        Ok(())
    }

    /// The only moment at which the password is known and its hash can be made anew. Nobody's sign-in depends on it.
    async fn keep_hash_current(&self, account: &Account, password: Plain<String>) {
        let Some(from) = account.password.clone().filter(|h| password::is_outdated(h, self.hasher().cost())) else {
            return;
        };
        let Ok(password) = password::presented(&password) else {
            return;
        };
        let Ok(to) = self.hasher().hash(password.into_nfc()).await else {
            return;
        };
        let Ok(now) = self.now() else { return };
        let note = self.note(Event::PasswordRehashed, now).about(account.id);
        match self.accounts().change(account.id, AccountChange::Rehash { from, to }, note.clone()).await {
            Ok(Changed::Done(..)) => note.tell(),
            // Another sign-in was first, or the password is another one.
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(event = "password_rehash_failed", %error, "it will be tried at the next sign-in");
            }
        }
    }
}

impl From<AdmitError> for SignInError {
    fn from(error: AdmitError) -> Self {
        match error {
            AdmitError::TooMany(error) => error.into(),
            AdmitError::Unavailable(error) => error.into(),
        }
    }
}

/// What a new session comes after.
#[derive(Debug, Clone, Copy)]
pub(crate) enum After<'s> {
    /// A sign-in; in the place of that one, if a browser had one.
    SignIn(Option<&'s Session>),
    /// Another session of the same sign-in: it lives no longer than that one, and is never refused for want of room.
    Successor(&'s Session),
}

impl After<'_> {
    fn room(self, policy: &Policy) -> Room {
        let (when_full, but) = match self {
            Self::SignIn(old) => (policy.when_full, old.map(|old| old.sid)),
            Self::Successor(old) => (WhenFull::EndOldest, Some(old.sid)),
        };
        Room { most: policy.most_sessions, when_full, but }
    }
}

/// The rule: the mode asked for if the client has it, its first one if none was asked for.
#[must_use]
pub fn allowed_mode(modes: &[Mode], asked: Option<Mode>) -> Option<Mode> {
    match asked {
        Some(mode) => modes.contains(&mode).then_some(mode),
        None => modes.first().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_the_mode_it_asks_for_or_its_first_and_never_one_it_has_not() {
        let modes = [Mode::Token, Mode::Hybrid];
        assert_eq!(allowed_mode(&modes, None), Some(Mode::Token));
        assert_eq!(allowed_mode(&modes, Some(Mode::Hybrid)), Some(Mode::Hybrid));
        assert_eq!(allowed_mode(&modes, Some(Mode::Session)), None);
        assert_eq!(allowed_mode(&[], None), None);
    }
}
