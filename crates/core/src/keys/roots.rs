//! The life of a root secret: it is listed, then makes what is new, then only verifies what it made, then leaves.
//!
//! The secrets themselves are handed in by whoever reads their files. The database knows their fingerprints, and says which
//! one is current: so a node that has been handed a new secret, and one that has not yet, still make and accept the same.

use doorward_verify::Timestamp;

use super::make::seal_anew;
use super::operate::{KeyError, TRIES, ended_key, signs};
use crate::audit::{Event, Note};
use crate::auth::Auth;
use crate::keys::{KeyringError, life, make};
use crate::records::{RootState, StoredKey, StoredKeys, StoredRoot};
use crate::root::{KeyIdent, RootSecrets};
use crate::store::{KeysChange, StoreError};

/// One listed root secret, as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootView {
    /// Its public name: it stands in every refresh token that it made.
    pub ident: KeyIdent,
    /// What the database knows of it; `None` if nothing: it verifies and makes nothing yet.
    pub stored: Option<StoredRoot>,
}

/// Another root secret makes what is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootRotated {
    /// Which.
    pub current: KeyIdent,
    /// The one of before, unless it has left the list.
    pub former: Option<KeyIdent>,
    /// When nothing that the former one made can be alive any more.
    pub former_may_leave_at: Timestamp,
    /// Signing keys that were sealed under the new one.
    pub sealed: usize,
}

/// A root secret counts for nothing any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootDistrusted {
    /// Which.
    pub ident: KeyIdent,
    /// The one that makes what is new.
    pub current: KeyIdent,
    /// The new key that signs.
    pub signs: String,
    /// Names of the signing keys that are distrusted with it.
    pub keys: Vec<String>,
}

/// Why a root secret stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootChangeError {
    /// None of that name is listed.
    #[error("no root secret {0} is listed")]
    Unknown(String),
    /// The first in the list is known to the database: it makes what is new, or once did.
    #[error("the first root secret in the list is not a new one")]
    NothingNew,
    /// It makes what is new.
    #[error("the root secret is in use; let another one take its place first")]
    Current,
    /// Something that it made may be alive.
    #[error("what the root secret made may be alive until {0:?}")]
    StillNeeded(Timestamp),
    /// Signing keys are sealed under it.
    #[error("signing keys are sealed under the root secret")]
    Seals,
    /// The keys cannot be changed.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

impl From<StoreError> for RootChangeError {
    fn from(error: StoreError) -> Self {
        Self::Keys(error.into())
    }
}

impl From<KeyringError> for RootChangeError {
    fn from(error: KeyringError) -> Self {
        Self::Keys(error.into())
    }
}

impl Auth {
    /// All listed root secrets, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn list_root_secrets(&self) -> Result<Vec<RootView>, StoreError> {
        let stored = self.keys().all().await?;
        let listed = self.listed_roots();
        let view = |ident: KeyIdent| RootView { ident, stored: row_of(&listed, ident, &stored).cloned() };
        Ok(listed.idents().into_iter().map(view).collect())
    }

    /// Takes a list of root secrets that was read anew: what is new in it verifies from now on, and makes nothing yet.
    ///
    /// # Errors
    /// If the database is away, or its current secret is not in the list; then the old list stands.
    pub async fn take_root_secrets(&self, listed: RootSecrets) -> Result<(), RootChangeError> {
        let before = self.listed_roots();
        self.list_roots(listed);
        if let Err(error) = self.reload_keys().await {
            self.list_roots((*before).clone());
            return Err(RootChangeError::Keys(error.into()));
        }
        Ok(())
    }

    /// Lets the first listed secret make what is new. In one transaction the database is told, and every signing key is
    /// sealed under it. Nobody is signed out: what the former one made is still accepted.
    ///
    /// # Errors
    /// [`RootChangeError`]; `NothingNew` if the database knows it already, whatever it is: nobody goes back to an old one.
    pub async fn rotate_root_secret(&self) -> Result<RootRotated, RootChangeError> {
        let listed = self.listed_roots();
        let first = listed.fingerprints()[0].clone();
        for _ in 0..TRIES {
            let now = self.now()?;
            let stored = self.keys().all().await?;
            if stored.roots.iter().any(|root| root.fingerprint == first) {
                return Err(RootChangeError::NothingNew);
            }
            let mut change = self.hand_over(&stored, &first, now);
            change.put = seal_all(self, &stored, &listed, &change)?;
            change.notes = vec![self.root_note(Event::RootSecretRotated, listed.idents()[0], now)];
            if self.write_keys(&stored, change.clone()).await.map_err(KeyError::from)? {
                return Ok(RootRotated {
                    current: listed.idents()[0],
                    former: stored.current_root().and_then(|root| listed.ident_of(&root.fingerprint)),
                    former_may_leave_at: self.all_ended_at(now),
                    sealed: change.put.len(),
                });
            }
        }
        Err(KeyError::Contended.into())
    }

    /// The rows: this one is current, and the one that was is former.
    fn hand_over(&self, stored: &StoredKeys, to: &str, now: Timestamp) -> KeysChange {
        let may_leave_at = Some(self.all_ended_at(now));
        let former = stored.current_root().map(|old| StoredRoot {
            state: RootState::Former,
            since: now,
            may_leave_at,
            ..old.clone()
        });
        let put_roots = former.into_iter().chain([StoredRoot::current(to.to_owned(), now)]).collect();
        KeysChange { put_roots, ..KeysChange::at(now) }
    }

    /// When every sign-in has ended that is not used again.
    fn all_ended_at(&self, now: Timestamp) -> Timestamp {
        let registry = self.registry();
        now.plus(self.policy().longest_idle(registry.clients().into_iter().map(|client| &**client)))
    }

    /// Whether the secret of that name may leave the list: nothing that it made can be alive, or somebody insists.
    ///
    /// # Errors
    /// [`RootChangeError`].
    pub async fn may_leave(&self, ident: KeyIdent, insist: bool) -> Result<(), RootChangeError> {
        let (now, stored, listed) = (self.now()?, self.keys().all().await?, self.listed_roots());
        if listed.fingerprint_of(ident).is_none() {
            return Err(RootChangeError::Unknown(ident.to_string()));
        }
        if stored.keys.iter().any(|key| key.sealed.starts_with(ident.as_bytes())) {
            return Err(if is_current(&listed, ident, &stored) {
                RootChangeError::Current
            } else {
                RootChangeError::Seals
            });
        }
        match row_of(&listed, ident, &stored) {
            Some(StoredRoot { state: RootState::Current, .. }) => Err(RootChangeError::Current),
            Some(StoredRoot { state: RootState::Former, may_leave_at: Some(at), .. }) if *at > now && !insist => {
                Err(RootChangeError::StillNeeded(*at))
            }
            _ => Ok(()),
        }
    }

    /// Takes a list from which the secret of that name has left, and lets the database forget it. One that is distrusted is
    /// never forgotten: a copy of the old list must not bring it back.
    ///
    /// # Errors
    /// [`RootChangeError`].
    pub async fn drop_root_secret(&self, ident: KeyIdent, listed: RootSecrets) -> Result<(), RootChangeError> {
        let fingerprint = self.listed_roots().fingerprint_of(ident).map(ToOwned::to_owned);
        self.take_root_secrets(listed).await?;
        for _ in 0..TRIES {
            let (now, stored) = (self.now()?, self.keys().all().await?);
            let former =
                |root: &&StoredRoot| Some(&root.fingerprint) == fingerprint.as_ref() && root.state == RootState::Former;
            let remove_roots = stored.roots.iter().filter(former).map(|root| root.fingerprint.clone()).collect();
            let notes = vec![self.root_note(Event::RootSecretRemoved, ident, now)];
            let change = KeysChange { remove_roots, notes, ..KeysChange::at(now) };
            if self.write_keys(&stored, change).await.map_err(KeyError::from)? {
                return Ok(());
            }
        }
        Err(KeyError::Contended.into())
    }

    /// For a root secret that others may know. It counts for nothing at once, on every node and wherever it stays listed:
    /// refresh tokens and CSRF tokens that it made are refused. Whoever has it and a copy of the database could have opened
    /// the signing keys, so all of them are distrusted and new ones made. If it was the current one, the first listed one
    /// that is not distrusted takes its place. Twice is once.
    ///
    /// # Errors
    /// [`RootChangeError`]; `Current` if no other secret is listed that could take its place.
    pub async fn distrust_root_secret(&self, ident: KeyIdent) -> Result<RootDistrusted, RootChangeError> {
        let listed = self.listed_roots();
        let leaked = listed.fingerprint_of(ident).ok_or_else(|| RootChangeError::Unknown(ident.to_string()))?;
        for _ in 0..TRIES {
            let now = self.now()?;
            let stored = self.keys().all().await?;
            if row_of(&listed, ident, &stored).is_some_and(|root| root.state == RootState::Distrusted) {
                let (current, signs) = (self.root().newest(), signs(&stored.keys));
                return Ok(RootDistrusted { ident, current, signs, keys: Vec::new() });
            }
            let mut change = match stored.current_root() {
                Some(current) if current.fingerprint != leaked => KeysChange::at(now),
                _ => self.hand_over(&stored, &successor(&listed, leaked, &stored)?, now),
            };
            change.put_roots.retain(|root| root.fingerprint != leaked);
            let row = StoredRoot::current(leaked.to_owned(), now);
            change.put_roots.push(StoredRoot { state: RootState::Distrusted, ..row });
            self.make_all_keys_anew(&stored, &listed, &mut change).await?;
            change.notes.insert(0, self.root_note(Event::RootSecretDistrusted, ident, now));
            if self.write_keys(&stored, change.clone()).await.map_err(KeyError::from)? {
                let current = self.root().newest();
                return Ok(RootDistrusted { ident, current, signs: signs(&change.put), keys: change.remove });
            }
        }
        Err(KeyError::Contended.into())
    }

    fn root_note(&self, event: Event, ident: KeyIdent, now: Timestamp) -> Note {
        self.note(event, now).object(ident.to_string())
    }

    async fn make_all_keys_anew(
        &self,
        stored: &StoredKeys,
        listed: &RootSecrets,
        change: &mut KeysChange,
    ) -> Result<(), RootChangeError> {
        let (now, plan) = (change.at, self.key_plan());
        let root = std::sync::Arc::new(after(listed, stored, change).ok_or(RootChangeError::Current)?);
        for _ in 0..2 {
            change.put.push(make::make_aside(plan.algorithm, root.clone(), self.shared_rng(), now).await?);
        }
        let first = change.put[0].kid.clone();
        life::turn(&mut change.put, &first, now, &plan);
        change.remove = stored.keys.iter().map(|key| key.kid.clone()).collect();
        change.entries = stored.keys.iter().map(|key| ended_key(&key.kid, now)).collect();
        change.notes = self.key_notes(&stored.keys, &change.put, now);
        change.notes.iter_mut().filter(|n| n.event == Event::KeyRemoved).for_each(|n| n.event = Event::KeyDistrusted);
        Ok(())
    }
}

fn row_of<'s>(listed: &RootSecrets, ident: KeyIdent, stored: &'s StoredKeys) -> Option<&'s StoredRoot> {
    let fingerprint = listed.fingerprint_of(ident)?;
    stored.roots.iter().find(|root| root.fingerprint == fingerprint)
}

fn is_current(listed: &RootSecrets, ident: KeyIdent, stored: &StoredKeys) -> bool {
    row_of(listed, ident, stored).is_some_and(|root| root.state == RootState::Current)
}

/// The first listed one that may take the place of the leaked one.
fn successor(listed: &RootSecrets, leaked: &str, stored: &StoredKeys) -> Result<String, RootChangeError> {
    let distrusted = |fingerprint: &String| {
        stored.roots.iter().any(|root| root.fingerprint == *fingerprint && root.state == RootState::Distrusted)
    };
    let fit = |fingerprint: &String| fingerprint != leaked && !distrusted(fingerprint);
    listed.fingerprints().into_iter().find(fit).ok_or(RootChangeError::Current)
}

/// The secrets as they will be used once the change is written.
fn after(listed: &RootSecrets, stored: &StoredKeys, change: &KeysChange) -> Option<RootSecrets> {
    let mut then = stored.clone();
    then.apply(change);
    listed.as_stored(&then)
}

fn seal_all(
    auth: &Auth,
    stored: &StoredKeys,
    listed: &RootSecrets,
    change: &KeysChange,
) -> Result<Vec<StoredKey>, RootChangeError> {
    let to = after(listed, stored, change).ok_or(RootChangeError::NothingNew)?;
    let anew = stored.keys.iter().map(|key| seal_anew(key, listed, &to, auth.rng()));
    Ok(anew.collect::<Result<_, _>>()?)
}
