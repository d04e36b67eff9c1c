//! What a node does about its keys by itself: it picks up what others changed, and does what the rule of [`life`] asks for.
//!
//! Several nodes may decide the same at once. Each change is written only if nothing has changed since it was decided, so
//! one of them is first and the others read again.

use std::sync::{Arc, PoisonError};

use doorward_verify::Timestamp;

use super::life::{self, Clock, Move};
use super::{KeyringError, make};
use crate::audit::{Event, Note};
use crate::auth::Auth;
use crate::records::{KeyState, StoredKey, StoredKeys};
use crate::store::{KeysChange, KeysWritten, StoreError};

/// Why keys could not be tended; the next round tries again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TendError {
    /// A key cannot be made or read.
    #[error(transparent)]
    Keys(#[from] KeyringError),
    /// The database was moved to a root secret that this node has not got.
    #[error("the database is sealed under a root secret that is not listed here")]
    OtherRootSecret,
    /// The database is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Auth {
    /// Picks up what other nodes and operators changed, and moves keys that are due. Call it several times a second, from
    /// one task: a round in which nothing is to be done reads one number.
    ///
    /// # Errors
    /// [`TendError`]; what this node knew before still holds.
    pub async fn tend_keys(&self) -> Result<(), TendError> {
        let now = self.now()?;
        if self.keys().version().await? != self.keyring().version() {
            self.reload_keys().await?;
        }
        let stored = self.keyring().stored();
        let moves = life::decide(&stored.keys, now, &self.key_plan(), self.look_at_clock(now));
        if moves.is_empty() {
            return Ok(());
        }
        let keys = self.carry_out(&stored.keys, &moves, now).await?;
        let notes = self.key_notes(&stored.keys, &keys, now);
        let change = KeysChange { notes, ..KeysChange::between(&stored.keys, keys, now) };
        self.write_keys(&stored, change).await.map(|_| ())
    }

    fn look_at_clock(&self, now: Timestamp) -> Clock {
        let mut evenness = self.evenness().lock().unwrap_or_else(PoisonError::into_inner);
        let even = evenness.look(now, self.clock().monotonic(), self.key_plan().publish_before);
        if even { Clock::Even } else { Clock::Jumped }
    }

    /// The keys as they are after these moves.
    async fn carry_out(
        &self,
        keys: &[StoredKey],
        moves: &[Move],
        now: Timestamp,
    ) -> Result<Vec<StoredKey>, KeyringError> {
        let plan = self.key_plan();
        let mut keys = keys.to_vec();
        for step in moves {
            match step {
                Move::Make(algorithm) => keys.push(self.make_key(*algorithm, now).await?),
                Move::Turn(kid) => life::turn(&mut keys, kid, now, &plan),
                Move::Remove(kid) => keys.retain(|key| key.kid != *kid),
                Move::Lengthen(kid) => of_name(&mut keys, kid, |key| key.token_life = plan.access_token),
                Move::Redate(kid) => of_name(&mut keys, kid, |key| *key = life::redated(key, now)),
            }
        }
        Ok(keys)
    }

    /// What of these changes is written down. That a key stops is said by the one that signs instead.
    pub(super) fn key_notes(&self, old: &[StoredKey], new: &[StoredKey], now: Timestamp) -> Vec<Note> {
        let before = |kid: &str| old.iter().find(|key| key.kid == kid);
        let note = |event, kid: &str| self.note(event, now).object(kid);
        let mut notes = Vec::new();
        for key in new {
            let was = before(&key.kid);
            if was.is_none() {
                notes.push(note(Event::KeyPublished, &key.kid));
            }
            if key.state == KeyState::Active && was.is_none_or(|was| was.state != KeyState::Active) {
                notes.push(note(Event::KeySigns, &key.kid));
            }
        }
        let gone = old.iter().filter(|key| new.iter().all(|other| other.kid != key.kid));
        notes.extend(gone.map(|key| note(Event::KeyRemoved, &key.kid)));
        notes
    }

    pub(super) async fn make_key(
        &self,
        algorithm: doorward_verify::Algorithm,
        now: Timestamp,
    ) -> Result<StoredKey, KeyringError> {
        make::make_aside(algorithm, self.root(), self.shared_rng(), now).await
    }

    /// Before a node signs for the first time: whoever retires its key later must know how long its tokens live.
    pub(crate) async fn note_token_life(&self) -> Result<(), StoreError> {
        let (now, plan) = (self.now()?, self.key_plan());
        loop {
            let stored = self.keyring().stored();
            let moves = life::decide(&stored.keys, now, &plan, Clock::Jumped);
            let mut keys = stored.keys.clone();
            for step in &moves {
                if let Move::Lengthen(kid) = step {
                    of_name(&mut keys, kid, |key| key.token_life = plan.access_token);
                }
            }
            let change = KeysChange::between(&stored.keys, keys, now);
            if change.is_empty() || self.write_keys(&stored, change).await.map_err(as_store_error)? {
                return Ok(());
            }
        }
    }

    /// Writes it if nothing has changed since `stored`, and takes up what is there afterwards in either case.
    pub(super) async fn write_keys(&self, stored: &StoredKeys, change: KeysChange) -> Result<bool, TendError> {
        let (at, entries, notes) = (change.at, change.entries.clone(), change.notes.clone());
        let written = self.keys().change(stored.version, change).await?;
        if let KeysWritten::Done { last_seq: Some(last), .. } = written {
            entries.iter().for_each(|entry| self.apply_to_set(&entry.what, at));
            self.confirm(last + 1 - entries.len() as u64..=last);
        }
        let done = matches!(written, KeysWritten::Done { .. });
        if done {
            notes.iter().for_each(Note::tell);
        }
        self.reload_keys().await?;
        Ok(done)
    }

    /// Until what was taken up is what is there: another task may have read an older version and been slower.
    pub(super) async fn reload_keys(&self) -> Result<(), TendError> {
        loop {
            let stored = self.keys().all().await?;
            let version = stored.version;
            self.take_up(stored)?;
            if self.keys().version().await? == version {
                return Ok(());
            }
        }
    }

    fn take_up(&self, stored: StoredKeys) -> Result<(), TendError> {
        let known = self.listed_roots().as_stored(&stored);
        let root = known.clone().map_or_else(|| self.root(), Arc::new);
        let outcome = self.keyring().replace(stored, &root, self.verifier());
        self.use_roots(known.ok_or(TendError::OtherRootSecret)?);
        Ok(outcome?)
    }
}

fn of_name(keys: &mut [StoredKey], kid: &str, change: impl FnOnce(&mut StoredKey)) {
    if let Some(key) = keys.iter_mut().find(|key| key.kid == kid) {
        change(key);
    }
}

fn as_store_error(error: TendError) -> StoreError {
    match error {
        TendError::Store(error) => error,
        other => StoreError::Corrupt(other.to_string()),
    }
}
