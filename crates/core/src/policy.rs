//! Numbers of the walk, with safe defaults: plain values, decided once when the process starts.

use std::time::Duration;

use crate::directory::Client;
use crate::id::ClientId;
use crate::records::Mode;
use crate::room::WhenFull;
use crate::throttle::Throttle;

/// How long one kind of sign-in lives. Both ends are written into the record and nothing else expires it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without activity it ends after this long.
    pub idle_timeout: Duration,
    /// It ends this long after the sign-in, whatever happens.
    pub absolute_timeout: Duration,
}

impl Lifetimes {
    /// Both timeouts.
    #[must_use]
    pub const fn new(idle_timeout: Duration, absolute_timeout: Duration) -> Self {
        Self { idle_timeout, absolute_timeout }
    }
}

/// Lifetimes of one mode, without and with "remember me".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModeLifetimes {
    /// As a rule.
    pub normal: Lifetimes,
    /// If the person asked to be remembered; `None`: the wish is ignored.
    pub remembered: Option<Lifetimes>,
}

/// Everything that may differ between installations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// `iss` of every token and the origin of every request: `[server] public_url`, without a slash at its end.
    pub issuer: String,
    /// Who may sign up.
    pub sign_up: SignUp,
    /// Lifetimes in mode `session`.
    pub session: ModeLifetimes,
    /// Lifetimes in mode `token`.
    pub token: ModeLifetimes,
    /// Lifetimes in mode `hybrid`.
    pub hybrid: ModeLifetimes,
    /// Activity is written down at most this often.
    pub touch_every: Duration,
    /// Life of an access token; its `exp` is never after the absolute end.
    pub access_token: Duration,
    /// For this long after a rotation the same client gets the same answer.
    pub grace: Duration,
    /// The same for clients that are native applications.
    pub native_grace: Duration,
    /// Clock skew allowed to verifiers.
    pub leeway: Duration,
    /// Fewest characters of a password.
    pub password_min_length: usize,
    /// Words of the operator's choice that say too much in a password here: the company, its products, its town.
    pub password_words: Vec<String>,
    /// A log row is kept at least this long.
    pub keep_log: Duration,
    /// A node that has not read the log for longer no longer answers for access tokens: it may not know what has ended.
    pub refuse_after: Duration,
    /// How long a key signs.
    pub rotate_keys: Duration,
    /// How long a key is published before it signs, at least: longer than verifiers keep a key set.
    pub publish_keys: Duration,
    /// Most bytes of an access token: what would make a larger one is not assigned. Both cookies of mode `hybrid` together
    /// stay below 1.5 KiB.
    pub token_budget: usize,
    /// Live sessions of one account.
    pub most_sessions: usize,
    /// And what happens beyond.
    pub when_full: WhenFull,
    /// For so long after a proof nobody is asked for another one.
    pub proof_lasts: Duration,
    /// How many attempts are let through.
    pub throttle: Throttle,
    /// Applications that stand in the configuration; the others are in the [directory](crate::directory).
    pub clients: Vec<Client>,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUp {
    /// Operators only.
    Closed,
    /// Whoever was sent an invitation.
    Invite,
    /// Everybody who reaches the server.
    Open,
}

impl Policy {
    /// The defaults for an installation at this URL, with the built-in client in mode `session`.
    #[must_use]
    pub fn new(issuer: impl Into<String>) -> Self {
        let remembered = Some(Lifetimes::new(14 * DAY, 30 * DAY));
        Self {
            issuer: issuer.into(),
            sign_up: SignUp::Closed,
            session: ModeLifetimes { normal: Lifetimes::new(HOUR, DAY), remembered },
            token: ModeLifetimes { normal: Lifetimes::new(7 * DAY, 30 * DAY), remembered: None },
            hybrid: ModeLifetimes { normal: Lifetimes::new(DAY, 7 * DAY), remembered },
            touch_every: Duration::from_secs(60),
            access_token: Duration::from_secs(300),
            grace: Duration::from_secs(10),
            native_grace: Duration::from_secs(60),
            leeway: Duration::from_secs(30),
            password_min_length: 15,
            password_words: Vec::new(),
            keep_log: DAY,
            refuse_after: MINUTE,
            rotate_keys: 90 * DAY,
            publish_keys: DAY,
            token_budget: 1200,
            clients: vec![Client::new(ClientId::default_client(), vec![Mode::Session])],
            most_sessions: 100,
            when_full: WhenFull::EndOldest,
            proof_lasts: Duration::from_secs(600),
            throttle: Throttle::DEFAULT,
        }
    }

    /// What everybody who guesses passwords here tries first: the parts of the issuer's host, and the configured words.
    #[must_use]
    pub fn words_to_avoid(&self) -> Vec<String> {
        let host = self.issuer.split_once("://").map_or(self.issuer.as_str(), |(_, host)| host);
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        [self.issuer.as_str(), host].into_iter().map(ToOwned::to_owned).chain(self.password_words.clone()).collect()
    }

    /// Lifetimes of a sign-in in that mode.
    #[must_use]
    pub fn lifetimes(&self, mode: Mode, remember: bool) -> (Lifetimes, bool) {
        let of_mode = match mode {
            Mode::Session => &self.session,
            Mode::Token => &self.token,
            Mode::Hybrid => &self.hybrid,
        };
        match of_mode.remembered {
            Some(longer) if remember => (longer, true),
            _ => (of_mode.normal, false),
        }
    }

    /// Lifetimes of a sign-in through that application: its own, where it has any.
    #[must_use]
    pub fn lifetimes_of(&self, client: &Client, mode: Mode, remember: bool) -> (Lifetimes, bool) {
        let (life, remembered) = self.lifetimes(mode, remember);
        let idle = client.idle_timeout.unwrap_or(life.idle_timeout);
        let absolute = client.absolute_timeout.unwrap_or(life.absolute_timeout);
        (Lifetimes::new(idle.min(absolute), absolute), remembered)
    }

    /// The grace window of that application.
    #[must_use]
    pub fn grace_of(&self, client: &Client) -> Duration {
        if client.native { self.native_grace } else { self.grace }
    }

    /// After this long without activity every sign-in has ended, whatever its mode, through whichever of these applications.
    #[must_use]
    pub fn longest_idle<'c>(&self, clients: impl IntoIterator<Item = &'c Client>) -> Duration {
        let each = |remember| Mode::ALL.map(|mode| self.lifetimes(mode, remember).0.idle_timeout);
        let own = clients.into_iter().filter_map(|client| client.idle_timeout);
        [false, true].into_iter().flat_map(each).chain(own).max().unwrap_or_default()
    }

    /// Everything that makes these numbers unusable together, in words for the operator.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for mode in Mode::ALL {
            for remember in [false, true] {
                let (life, _) = self.lifetimes(mode, remember);
                if life.idle_timeout < 2 * self.access_token && mode != Mode::Session {
                    faults.push(format!("{mode}: the idle timeout is below twice the life of an access token"));
                }
                if life.idle_timeout > life.absolute_timeout {
                    faults.push(format!("{mode}: the idle timeout is longer than the absolute timeout"));
                }
                if life.idle_timeout < 2 * self.touch_every {
                    faults.push(format!("{mode}: the idle timeout is below two minutes"));
                }
            }
        }
        if self.grace > MINUTE || self.native_grace > MINUTE {
            faults.push("the grace window is longer than 60 seconds".into());
        }
        if self.leeway > 2 * MINUTE {
            faults.push("the leeway is longer than 120 seconds".into());
        }
        if self.access_token > HOUR || self.access_token < MINUTE {
            faults.push("the life of an access token is not between one minute and one hour".into());
        }
        if self.password_min_length < 8 {
            faults.push("a password may be shorter than 8 characters".into());
        }
        if self.refuse_after > self.access_token {
            faults.push("access tokens are trusted for longer without the log than they live".into());
        }
        if self.keep_log < DAY {
            faults.push("the revocation log is kept for less than 24 hours".into());
        }
        if self.publish_keys < 30 * MINUTE {
            faults.push("a signing key is published for less than 30 minutes before it signs".into());
        }
        if self.rotate_keys < self.publish_keys {
            faults.push("signing keys rotate more often than a new one may be published".into());
        }
        if self.most_sessions == 0 {
            faults.push("an account may have no session".into());
        }
        faults.extend(self.throttle.faults());
        faults.dedup();
        faults
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_have_no_fault() {
        assert_eq!(Policy::new("https://door.example").faults(), Vec::<String>::new());
    }

    #[test]
    fn an_idle_timeout_below_two_access_tokens_is_a_fault() {
        let mut policy = Policy::new("https://door.example");
        policy.hybrid.normal.idle_timeout = Duration::from_secs(599);
        assert_eq!(policy.faults(), ["hybrid: the idle timeout is below twice the life of an access token"]);
    }

    #[test]
    fn remember_is_ignored_where_a_mode_has_no_longer_life() {
        let policy = Policy::new("https://door.example");
        assert_eq!(policy.lifetimes(Mode::Token, true), (policy.token.normal, false));
        assert!(policy.lifetimes(Mode::Session, true).1);
    }
}
