//! What an operator may ask of the signing keys.

use doorward_verify::{Algorithm, Ended, Entry, Timestamp};

use super::tend::TendError;
use super::{KeyringError, life};
use crate::audit::Event;
use crate::auth::Auth;
use crate::records::{KeyState, StoredKey};
use crate::revoke::longest_until;
use crate::store::{KeysChange, StoreError};

/// One key, as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyView {
    /// The key.
    pub key: StoredKey,
    /// Of the key that signs: when the next one takes its place by schedule. Of a key that waits: when it may sign.
    pub moves_at: Option<Timestamp>,
    /// Of a key that no longer signs: when it leaves.
    pub leaves_at: Option<Timestamp>,
}

/// Whether to wait until verifiers know the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hurry {
    /// Yes.
    No,
    /// Sign at once. Verifiers that keep an older key set refuse what is signed until they read it again.
    Insist,
}

/// Another key signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turned {
    /// The key that signs.
    pub kid: String,
    /// The one that signed before.
    pub former: Option<String>,
    /// When that one leaves, or has left.
    pub former_leaves_at: Timestamp,
    /// The one that is published ahead.
    pub next: String,
    /// If the key that signs was not published for long enough: when every verifier surely knows it.
    pub known_everywhere_at: Option<Timestamp>,
}

/// A key counts for nothing any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distrusted {
    /// Which.
    pub kid: String,
    /// The key that signs.
    pub signs: String,
    /// If that one was not published for long enough: when every verifier surely knows it.
    pub known_everywhere_at: Option<Timestamp>,
    /// Until when a token signed with the distrusted key would have lived; `None` if it never signed.
    pub outstanding_until: Option<Timestamp>,
}

/// Why an operator's wish was not fulfilled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No key has that name.
    #[error("there is no signing key {0}")]
    Unknown(String),
    /// No key waits for its turn that verifiers surely know.
    #[error("no key has been published for long enough; one will be at {0:?}")]
    TooEarly(Timestamp),
    /// It signs.
    #[error("the key signs; let another one take its place first")]
    Signs,
    /// A token that it signed may be alive.
    #[error("tokens that the key signed may be alive until {0:?}")]
    StillNeeded(Timestamp),
    /// Others change the keys all the time.
    #[error("the keys were changed by somebody else again and again")]
    Contended,
    /// Keys cannot be made or read.
    #[error(transparent)]
    Tend(#[from] TendError),
}

impl From<StoreError> for KeyError {
    fn from(error: StoreError) -> Self {
        Self::Tend(error.into())
    }
}

impl From<KeyringError> for KeyError {
    fn from(error: KeyringError) -> Self {
        Self::Tend(error.into())
    }
}

/// Another change comes between that often only if something is wrong.
pub(super) const TRIES: u32 = 32;

impl Auth {
    /// All keys, and what becomes of each.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn list_keys(&self) -> Result<Vec<KeyView>, StoreError> {
        let plan = self.key_plan();
        let keys = self.keys().all().await?.keys;
        let first = life::next_keys(&keys, plan.algorithm).first().map(|next| life::ready_at(next, &plan));
        let view = |key: &StoredKey| KeyView {
            moves_at: match key.state {
                KeyState::Active => first.map(|ready| ready.max(life::turns_at(key, &plan))),
                KeyState::Next => Some(life::ready_at(key, &plan)),
                KeyState::Retired => None,
            },
            leaves_at: life::leaves_at(key, &plan),
            key: key.clone(),
        };
        Ok(keys.iter().map(view).collect())
    }

    /// Publishes a new key beside the others. It signs when it has been published for long enough, its algorithm is the
    /// one that the settings want, and the key of before has had its time.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn add_key(&self, algorithm: Algorithm) -> Result<KeyView, KeyError> {
        let now = self.now()?;
        let key = self.make_key(algorithm, now).await?;
        for _ in 0..TRIES {
            let stored = self.keys().all().await?;
            let notes = vec![self.note(Event::KeyPublished, now).object(&*key.kid)];
            let change = KeysChange { put: vec![key.clone()], notes, ..KeysChange::at(now) };
            if self.write_keys(&stored, change).await? {
                let moves_at = Some(life::ready_at(&key, &self.key_plan()));
                return Ok(KeyView { key, moves_at, leaves_at: None });
            }
        }
        Err(KeyError::Contended)
    }

    /// Lets the key that waits sign, and publishes another one ahead.
    ///
    /// # Errors
    /// [`KeyError`]; `TooEarly` unless somebody insists.
    pub async fn rotate_key(&self, hurry: Hurry) -> Result<Turned, KeyError> {
        for _ in 0..TRIES {
            let (now, plan) = (self.now()?, self.key_plan());
            let stored = self.keys().all().await?;
            let mut keys = stored.keys.clone();
            let waiting = life::next_keys(&stored.keys, plan.algorithm);
            let ready = waiting.first().map_or(now.plus(plan.publish_before), |next| life::ready_at(next, &plan));
            if ready > now && hurry == Hurry::No {
                return Err(KeyError::TooEarly(ready));
            }
            let next = self.turn_to_next(&mut keys, now).await?;
            let former = stored.keys.iter().find(|key| key.state == KeyState::Active).map(|key| key.kid.clone());
            let notes = self.key_notes(&stored.keys, &keys, now);
            let change = KeysChange { notes, ..KeysChange::between(&stored.keys, keys.clone(), now) };
            if self.write_keys(&stored, change).await? {
                let left = keys.iter().find(|key| Some(&key.kid) == former.as_ref());
                return Ok(Turned {
                    kid: signs(&keys),
                    former_leaves_at: left.and_then(|key| life::leaves_at(key, &plan)).unwrap_or(now),
                    former,
                    next,
                    known_everywhere_at: (ready > now).then_some(ready),
                });
            }
        }
        Err(KeyError::Contended)
    }

    /// The key that waits longest signs, and there is another one that waits, whose name is the answer.
    async fn turn_to_next(&self, keys: &mut Vec<StoredKey>, now: Timestamp) -> Result<String, KeyringError> {
        let plan = self.key_plan();
        while life::next_keys(keys, plan.algorithm).len() < 2 {
            keys.push(self.make_key(plan.algorithm, now).await?);
        }
        let waiting: Vec<String> = life::next_keys(keys, plan.algorithm).iter().map(|key| key.kid.clone()).collect();
        life::turn(keys, &waiting[0], now, &plan);
        Ok(waiting[1].clone())
    }

    /// Takes a key out of what is published, if nothing that it signed can be alive.
    ///
    /// # Errors
    /// [`KeyError`]; `Signs` or `StillNeeded` if it is too early.
    pub async fn remove_key(&self, kid: &str) -> Result<StoredKey, KeyError> {
        for _ in 0..TRIES {
            let (now, plan) = (self.now()?, self.key_plan());
            let stored = self.keys().all().await?;
            let key = stored.keys.iter().find(|key| key.kid == kid);
            let key = key.ok_or_else(|| KeyError::Unknown(kid.to_owned()))?.clone();
            match (key.state, life::leaves_at(&key, &plan)) {
                (KeyState::Active, _) => return Err(KeyError::Signs),
                (KeyState::Retired, Some(leaves_at)) if leaves_at > now => {
                    return Err(KeyError::StillNeeded(leaves_at));
                }
                _ => {}
            }
            let notes = vec![self.note(Event::KeyRemoved, now).object(kid)];
            let change = KeysChange { remove: vec![kid.to_owned()], notes, ..KeysChange::at(now) };
            if self.write_keys(&stored, change).await? {
                return Ok(key);
            }
        }
        Err(KeyError::Contended)
    }

    /// For a key whose private half may be known to others. It is published no more, what it signed is refused here at
    /// once and by everybody who follows the log, and the key that waits signs. Sessions live: a refresh gives a token of
    /// the other key.
    ///
    /// # Errors
    /// [`KeyError`]; then nothing has changed, unless the database did not say so.
    pub async fn distrust_key(&self, kid: &str) -> Result<Distrusted, KeyError> {
        for _ in 0..TRIES {
            let (now, plan) = (self.now()?, self.key_plan());
            let stored = self.keys().all().await?;
            let key = stored.keys.iter().find(|key| key.kid == kid);
            let key = key.ok_or_else(|| KeyError::Unknown(kid.to_owned()))?;
            let mut keys = stored.keys.clone();
            if key.state == KeyState::Active {
                self.turn_to_next(&mut keys, now).await?;
            }
            keys.retain(|other| other.kid != kid);
            let mut notes = self.key_notes(&stored.keys, &keys, now);
            notes.iter_mut().filter(|n| n.event == Event::KeyRemoved).for_each(|n| n.event = Event::KeyDistrusted);
            let entries = vec![ended_key(kid, now)];
            let change = KeysChange { entries, notes, ..KeysChange::between(&stored.keys, keys.clone(), now) };
            if self.write_keys(&stored, change).await? {
                let since = key.active_at.map(|_| key.retired_at.unwrap_or(now));
                let signs = signs(&keys);
                let ready = keys.iter().find(|key| key.kid == signs).map(|key| life::ready_at(key, &plan));
                return Ok(Distrusted {
                    kid: kid.to_owned(),
                    known_everywhere_at: ready.filter(|ready| *ready > now && key.state == KeyState::Active),
                    signs,
                    outstanding_until: since.map(|since| since.plus(key.token_life).plus(plan.leeway)),
                });
            }
        }
        Err(KeyError::Contended)
    }
}

/// What verifiers must remember of a key that is distrusted.
pub(super) fn ended_key(kid: &str, now: Timestamp) -> Entry {
    Entry { what: Ended::Key { kid: kid.to_owned() }, until: longest_until(now) }
}

pub(super) fn signs(keys: &[StoredKey]) -> String {
    keys.iter().find(|key| key.state == KeyState::Active).map(|key| key.kid.clone()).unwrap_or_default()
}
