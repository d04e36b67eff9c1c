//! The life of a signing key: next → active → retired → gone. The rule alone; it takes `now` and touches nothing.
//!
//! A key is published before it signs, for longer than any verifier keeps a key set, and stays published after it signed,
//! until the last token that it signed has expired. So whoever verifies has the key of every token that may be alive.

use std::time::Duration;

use doorward_verify::{Algorithm, Timestamp};

use crate::policy::Policy;
use crate::records::{KeyState, StoredKey};

/// Beside the leeway: for nodes that sign a moment longer than they should, and for answers that are late.
const SLACK: Duration = Duration::from_secs(120);

/// No two nodes' clocks differ by so much.
const AHEAD: Duration = Duration::from_secs(3600);

/// What the settings want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// What signs.
    pub algorithm: Algorithm,
    /// How long a key signs.
    pub rotate_every: Duration,
    /// How long a key is published before it signs, at least.
    pub publish_before: Duration,
    /// Life of an access token.
    pub access_token: Duration,
    /// Clock skew allowed to verifiers.
    pub leeway: Duration,
}

impl Plan {
    /// As these settings say.
    #[must_use]
    pub fn of(policy: &Policy, algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            rotate_every: policy.rotate_keys,
            publish_before: policy.publish_keys,
            access_token: policy.access_token,
            leeway: policy.leeway,
        }
    }
}

/// Whether keys may move by schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Yes.
    Even,
    /// Not yet: it has jumped, and "a day ago" may have been a minute ago.
    Jumped,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Publish a new key.
    Make(Algorithm),
    /// Let this one sign, and the one that signs stop.
    Turn(String),
    /// Take it out of what is published.
    Remove(String),
    /// Note that longer tokens are signed with it.
    Lengthen(String),
    /// Its moments lie ahead of us, written by a clock that was wrong: they become now, else it would never move again.
    Redate(String),
}

/// The rule: what is to be done at `now`.
#[must_use]
pub fn decide(keys: &[StoredKey], now: Timestamp, plan: &Plan, clock: Clock) -> Vec<Move> {
    let mut moves = Vec::new();
    let active = keys.iter().find(|key| key.state == KeyState::Active);
    let mut waiting = next_keys(keys, plan.algorithm);
    if clock == Clock::Even {
        let gone = keys.iter().filter(|key| leaves_at(key, plan).is_some_and(|at| at <= now));
        moves.extend(gone.map(|key| Move::Remove(key.kid.clone())));
        let ahead = keys.iter().filter(|key| lies_ahead(key, now));
        moves.extend(ahead.map(|key| Move::Redate(key.kid.clone())));
        let due = active.is_none_or(|key| turns_at(key, plan) <= now);
        if let Some(next) = waiting.first().filter(|next| due && ready_at(next, plan) <= now) {
            moves.push(Move::Turn(next.kid.clone()));
            waiting.remove(0);
        }
    }
    if waiting.is_empty() {
        moves.push(Move::Make(plan.algorithm));
    }
    // Also of a key that stops in this very moment: what it signed until now had this life.
    let longer = active.filter(|key| key.token_life < plan.access_token);
    moves.extend(longer.map(|key| Move::Lengthen(key.kid.clone())));
    moves
}

/// Keys that are published and do not sign yet, the one that is longest among them first.
#[must_use]
pub fn next_keys(keys: &[StoredKey], algorithm: Algorithm) -> Vec<&StoredKey> {
    let mut next: Vec<_> = keys.iter().filter(|k| k.state == KeyState::Next && k.algorithm == algorithm).collect();
    next.sort_by_key(|key| key.created_at);
    next
}

/// From when on a published key may sign.
#[must_use]
pub fn ready_at(key: &StoredKey, plan: &Plan) -> Timestamp {
    key.created_at.plus(plan.publish_before)
}

/// Until when the key that signs is meant to: at once over where the settings ask for another algorithm.
#[must_use]
pub fn turns_at(key: &StoredKey, plan: &Plan) -> Timestamp {
    let since = key.active_at.unwrap_or(key.created_at);
    if key.algorithm == plan.algorithm { since.plus(plan.rotate_every) } else { since }
}

/// When the last token that it signed has expired for every verifier; `None` while it signs or has not yet.
#[must_use]
pub fn leaves_at(key: &StoredKey, plan: &Plan) -> Option<Timestamp> {
    Some(key.retired_at?.plus(key.token_life).plus(plan.leeway).plus(SLACK))
}

/// Lets `kid` sign, and whichever signed before stop. Nothing happens where there is no such key that waits.
pub fn turn(keys: &mut [StoredKey], kid: &str, now: Timestamp, plan: &Plan) {
    if !keys.iter().any(|key| key.kid == kid && key.state == KeyState::Next) {
        return;
    }
    for key in keys {
        if key.state == KeyState::Active {
            *key = StoredKey { state: KeyState::Retired, retired_at: Some(now), ..key.clone() };
        } else if key.kid == kid {
            let token_life = plan.access_token;
            *key = StoredKey { state: KeyState::Active, active_at: Some(now), token_life, ..key.clone() };
        }
    }
}

fn lies_ahead(key: &StoredKey, now: Timestamp) -> bool {
    [Some(key.created_at), key.active_at, key.retired_at].into_iter().flatten().any(|at| at > now.plus(AHEAD))
}

/// No moment of it lies ahead any more.
#[must_use]
pub fn redated(key: &StoredKey, now: Timestamp) -> StoredKey {
    let earlier = |at: Timestamp| at.min(now);
    let (active_at, retired_at) = (key.active_at.map(earlier), key.retired_at.map(earlier));
    StoredKey { created_at: earlier(key.created_at), active_at, retired_at, ..key.clone() }
}

#[cfg(test)]
mod tests;
