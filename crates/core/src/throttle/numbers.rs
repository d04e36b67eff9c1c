//! The numbers of throttling, with safe defaults.

use std::time::Duration;

use crate::limit::{Delays, Rate};

/// How many attempts are let through, by whom they concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// Failed proofs on one account, by whoever is not known there: the pauses between them, and their end.
    pub account: Delays,
    /// The same from a browser that is known on the account, or within a session.
    pub known: Delays,
    /// Failed proofs from one address (IPv4) or subscriber's network (IPv6, 64 bits).
    pub near: Rate,
    /// Failed proofs from its neighbourhood (IPv4, 24 bits) or site (IPv6, 48 bits).
    pub wide: Rate,
    /// Failed proofs from everywhere, by whoever is not known on the account.
    pub all: Rate,
    /// Further accounts on which one source fails.
    pub accounts_of_source: Rate,
    /// Further sources that fail on one account.
    pub sources_of_account: Rate,
    /// New accounts asked for from one address.
    pub sign_ups_near: Rate,
    /// New accounts asked for from everywhere.
    pub sign_ups: Rate,
    /// Once failures from everywhere have used up their measure, it and those of sources are so many times as strict.
    pub tighten: u32,
    /// For so long after the last one beyond the measure.
    pub tight_for: Duration,
}

/// Failures in a row from a known browser; after them it is like any other.
const KNOWN_IN_A_ROW: u32 = 10;
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// What an operator may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Failures on one account without a pause.
    pub free: u32,
    /// The longest pause.
    pub longest: Duration,
    /// Failures in a row on one account; known browsers have ten of them.
    pub in_a_row: u32,
    /// Failures from one address in ten minutes.
    pub near: u32,
    /// Failures from its neighbourhood in ten minutes.
    pub wide: u32,
    /// Failures from everywhere in a minute.
    pub a_minute: u32,
    /// New accounts from one address in an hour.
    pub sign_ups_near: u32,
    /// New accounts from everywhere in an hour.
    pub sign_ups: u32,
}

impl Numbers {
    /// What an installation starts with.
    pub const DEFAULT: Self = Self {
        free: 5,
        longest: Duration::from_secs(900),
        in_a_row: 100,
        near: 20,
        wide: 100,
        a_minute: 60,
        sign_ups_near: 3,
        sign_ups: 100,
    };
}

const fn delays(free: u32, longest: Duration, most: u32) -> Delays {
    Delays { free, first: Duration::from_secs(1), longest, most, rest: DAY }
}

impl Throttle {
    /// Five free failures on an account, then pauses from a second to fifteen minutes, never more than a hundred in a row;
    /// twenty in ten minutes from an address, a hundred from its neighbourhood, sixty a minute from everywhere.
    pub const DEFAULT: Self = Self::new(Numbers::DEFAULT);

    /// Everything that follows from what an operator may choose.
    #[must_use]
    pub const fn new(numbers: Numbers) -> Self {
        let Numbers { free, longest, in_a_row, near, wide, a_minute, sign_ups_near, sign_ups } = numbers;
        Self {
            account: delays(free, longest, in_a_row.saturating_sub(KNOWN_IN_A_ROW)),
            known: delays(free, MINUTE, KNOWN_IN_A_ROW),
            near: Rate::per(near, Duration::from_secs(600)),
            wide: Rate::per(wide, Duration::from_secs(600)),
            all: Rate { burst: a_minute.saturating_mul(10), every: Rate::per(a_minute, MINUTE).every },
            accounts_of_source: Rate::per(20, HOUR),
            sources_of_account: Rate::per(20, HOUR),
            sign_ups_near: Rate::per(sign_ups_near, HOUR),
            sign_ups: Rate::per(sign_ups, HOUR),
            tighten: 4,
            tight_for: Duration::from_secs(900),
        }
    }

    /// Everything that makes these numbers unusable, in words for the operator.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let most = self.account.most.saturating_add(self.known.most);
        let mut faults = Vec::new();
        if most > 100 {
            faults.push(format!("{most} failures in a row on one account are allowed; more than 100 are not safe"));
        }
        if self.account.longest < MINUTE {
            faults.push("the longest pause after failures on one account is below a minute".into());
        }
        faults
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self::DEFAULT
    }
}
