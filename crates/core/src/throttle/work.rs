//! What costs work and guards no secret: counted by this process alone, because telling all nodes would cost more than the
//! work itself.

use super::local::Local;
use super::source::Source;
use super::{Auth, TooMany};
use crate::id::{ClientId, SessionId};
use crate::limit::{Rate, Rule, Step, Verdict, Weighed};
use std::time::Duration;

/// Somebody who asks for the same again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work<'w> {
    /// Refreshes of one session.
    Refresh(SessionId),
    /// Writes into the data of one session.
    Data(SessionId),
    /// An application that has shown its secret.
    Client(&'w ClientId),
    /// One that has none, by where it asks from: its name is known to everybody.
    Public(&'w ClientId),
}

const MINUTE: Duration = Duration::from_secs(60);

/// Far above what an honest client does: one that refreshes in a loop, or a script gone wild.
const REFRESHES: Rate = Rate::per(60, MINUTE);
const WRITES: Rate = Rate::per(300, MINUTE);
const OF_CLIENT: Rate = Rate::per(30_000, MINUTE);
const OF_PUBLIC: Rate = Rate::per(300, MINUTE);

impl Auth {
    /// Whether one more is done for them at this moment.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn admit_work(&self, work: Work<'_>) -> Result<(), TooMany> {
        let from = self.by().address.map(Source::of);
        let (kind, whom, rate): (_, [&[u8]; 2], _) = match &work {
            Work::Refresh(sid) => ("refresh", [sid.as_bytes(), b""], REFRESHES),
            Work::Data(sid) => ("data", [sid.as_bytes(), b""], WRITES),
            Work::Client(id) => ("client", [id.as_str().as_bytes(), b""], OF_CLIENT),
            Work::Public(id) => {
                let near = from.as_ref().map_or(&b""[..], Source::near);
                ("public", [id.as_str().as_bytes(), near], OF_PUBLIC)
            }
        };
        let Ok(now) = self.now() else { return Ok(()) };
        let key = self.root().limit_key(kind, &whom);
        match self.work().weigh(&[Step { key, rule: Rule::Rate(rate) }], now) {
            Weighed::Refused { verdict: Verdict::Wait(retry_after), .. } if retry_after != Local::FULL => {
                Err(TooMany { retry_after })
            }
            // Where there is no room to count, nobody is refused: no secret is at stake.
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::By;
    use crate::store::contract::sample_session;
    use crate::tests::World;

    #[test]
    fn each_session_and_each_application_has_its_own_measure() {
        let world = World::new();
        let [one, other] = [1, 2].map(|n| sample_session(n).sid);
        let done = (0..100).filter(|_| world.auth.admit_work(Work::Refresh(one)).is_ok()).count();
        assert_eq!(done, 60);
        assert_eq!(world.auth.admit_work(Work::Refresh(one)), Err(TooMany { retry_after: Duration::from_secs(1) }));
        assert!(world.auth.admit_work(Work::Refresh(other)).is_ok() && world.auth.admit_work(Work::Data(one)).is_ok());
        world.later(1);
        assert!(world.auth.admit_work(Work::Refresh(one)).is_ok());
        let shop: ClientId = "shop".parse().unwrap();
        let from = |address: &str| By { address: Some(address.parse().unwrap()), ..By::default() };
        let flood = world.auth.acting(from("203.0.113.7"));
        while flood.admit_work(Work::Public(&shop)).is_ok() {}
        assert!(world.auth.acting(from("198.51.100.7")).admit_work(Work::Public(&shop)).is_ok());
        assert!(flood.admit_work(Work::Client(&shop)).is_ok());
    }
}
