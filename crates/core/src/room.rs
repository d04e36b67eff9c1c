//! How many sessions an account may have at once, and which one goes when there is no room.

use doorward_verify::Timestamp;

use crate::id::SessionId;
use crate::records::{Session, SessionState};

/// What happens when an account has as many sessions as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenFull {
    /// The one that was not used for longest ends.
    #[default]
    EndOldest,
    /// Nobody signs in until one has ended.
    Refuse,
}

/// How much room there is for a new session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Live sessions of the account, the new one included.
    pub most: usize,
    /// And beyond.
    pub when_full: WhenFull,
    /// One that is about to end, and takes no room: the new one is its successor.
    pub but: Option<SessionId>,
}

impl Room {
    /// As many as there may be.
    pub const ANY: Self = Self { most: usize::MAX, when_full: WhenFull::EndOldest, but: None };
}

/// What became of a new session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// It is there. These were pushed out for it: dead for every check, and still to be ended.
    Done(Vec<Session>),
    /// There was no room. Nothing has changed.
    Full,
}

/// The rule: which of the account's sessions are pushed out for a new one, marked so. With them come those that were pushed
/// out before and whose end nobody has finished. `None`: no room.
#[must_use]
pub fn make(mine: Vec<Session>, room: &Room, now: Timestamp) -> Option<Vec<Session>> {
    let takes_room = |s: &Session| s.is_live(now) && Some(s.sid) != room.but;
    let (mut live, others): (Vec<_>, Vec<_>) = mine.into_iter().partition(takes_room);
    let mut pushed: Vec<_> = others.into_iter().filter(|s| s.state == SessionState::PushedOut).collect();
    let too_many = (live.len() + 1).saturating_sub(room.most);
    if too_many > 0 && room.when_full == WhenFull::Refuse {
        return None;
    }
    live.sort_by_key(|s| (s.last_seen_at, s.created_at, s.sid));
    live.truncate(too_many);
    pushed.extend(live.into_iter().map(|s| Session { state: SessionState::PushedOut, ..s }));
    Some(pushed)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::contract::{NOW, sample_session};

    fn seen(n: u64) -> Session {
        Session { last_seen_at: NOW.plus(Duration::from_secs(n)), ..sample_session(n) }
    }

    fn room(most: usize, when_full: WhenFull) -> Room {
        Room { most, when_full, but: None }
    }

    #[test]
    fn the_one_unused_for_longest_goes_and_no_more_than_must() {
        let mine = || vec![seen(3), seen(1), seen(2)];
        let pushed = |most| make(mine(), &room(most, WhenFull::EndOldest), NOW).unwrap();
        let sids = |list: Vec<Session>| list.into_iter().map(|s| (s.sid, s.state)).collect::<Vec<_>>();
        assert_eq!(sids(pushed(4)), []);
        assert_eq!(sids(pushed(3)), [(seen(1).sid, SessionState::PushedOut)]);
        assert_eq!(sids(pushed(1)).len(), 3);
        assert_eq!(make(mine(), &room(3, WhenFull::Refuse), NOW), None);
        assert_eq!(make(mine(), &room(4, WhenFull::Refuse), NOW), Some(Vec::new()));
    }

    #[test]
    fn a_predecessor_the_expired_and_the_dead_take_no_room() {
        let mine =
            vec![seen(1), Session { ends_at: NOW, ..seen(2) }, Session { state: SessionState::Reused, ..seen(3) }];
        let tight = Room { but: Some(seen(1).sid), ..room(1, WhenFull::Refuse) };
        assert_eq!(make(mine, &tight, NOW), Some(Vec::new()));
    }

    #[test]
    fn an_end_that_nobody_finished_comes_again() {
        let left = Session { state: SessionState::PushedOut, ..seen(1) };
        assert_eq!(make(vec![left.clone(), seen(2)], &room(9, WhenFull::Refuse), NOW), Some(vec![left]));
    }
}
