//! One attempt: what is counted of it, by which numbers, and what is taken back afterwards. Pure; [`throttle`](super) asks.

use std::net::IpAddr;

use super::source::Source;
use super::{Standing, Throttle};
use crate::limit::{Delays, LimitKey, Rate, Rule, Settle, Step};
use crate::root::RootSecrets;

/// An attempt that may be made. It counts as a failure unless it is settled.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) standing: Standing,
    pub(super) proved: Vec<(LimitKey, Settle)>,
    pub(super) undone: Vec<(LimitKey, Settle)>,
}

/// The keys of one attempt by a stranger, in the order in which they are weighed.
pub(super) struct Keys {
    pub(super) account: LimitKey,
    pub(super) all: LimitKey,
    pub(super) from: Option<From>,
}

pub(super) struct From {
    pub(super) wide: LimitKey,
    pub(super) near: LimitKey,
    pub(super) pair: LimitKey,
    pub(super) accounts_of_source: LimitKey,
    pub(super) sources_of_account: LimitKey,
}

impl Keys {
    pub(super) fn of(root: &RootSecrets, identifier: &str, address: Option<IpAddr>) -> Self {
        let whom = identifier.as_bytes();
        let from = address.map(|address| {
            let source = Source::of(address);
            From {
                wide: root.limit_key("wide", &[source.wide()]),
                near: root.limit_key("near", &[source.near()]),
                pair: root.limit_key("pair", &[whom, source.near()]),
                accounts_of_source: root.limit_key("accounts_of_source", &[source.near()]),
                sources_of_account: root.limit_key("sources_of_account", &[whom]),
            }
        });
        Self { account: root.limit_key("account", &[whom]), all: root.limit_key("all", &[]), from }
    }
}

/// How strangers are weighed.
pub(super) struct Rules {
    pub(super) account: Delays,
    pub(super) near: Rate,
    pub(super) wide: Rate,
    pub(super) all: Rate,
    pub(super) accounts_of_source: Rate,
    pub(super) sources_of_account: Rate,
}

/// The rule: what holds for strangers, as a rule or under attack.
pub(super) fn rules(throttle: &Throttle, tight: bool) -> Rules {
    let by = if tight { throttle.tighten } else { 1 };
    Rules {
        account: throttle.account,
        near: throttle.near.slower(by),
        wide: throttle.wide.slower(by),
        all: throttle.all.slower(by),
        accounts_of_source: throttle.accounts_of_source.slower(by),
        sources_of_account: throttle.sources_of_account.slower(by),
    }
}

/// What concerns one source alone is asked first: a single address does not use up what all share.
pub(super) fn steps(keys: &Keys, rules: &Rules) -> Vec<Step> {
    let rate = |key, rate| Step { key, rule: Rule::Rate(rate) };
    let delays = |key| Step { key, rule: Rule::Delays(rules.account) };
    let mut steps = Vec::with_capacity(5);
    if let Some(from) = &keys.from {
        steps.extend([rate(from.wide, rules.wide), rate(from.near, rules.near), delays(from.pair)]);
    }
    steps.extend([delays(keys.account), rate(keys.all, rules.all)]);
    steps
}

pub(super) fn settles(keys: &Keys, rules: &Rules, of_pair: u32) -> Admitted {
    let mut proved = vec![(keys.all, Settle::GiveBack(rules.all)), (keys.account, Settle::Proved { forget: of_pair })];
    let mut undone = vec![(keys.all, Settle::GiveBack(rules.all)), (keys.account, Settle::TakeBack)];
    if let Some(from) = &keys.from {
        let rates = [(from.wide, Settle::GiveBack(rules.wide)), (from.near, Settle::GiveBack(rules.near))];
        proved.extend(rates);
        undone.extend(rates);
        proved.push((from.pair, Settle::Clear));
        undone.push((from.pair, Settle::TakeBack));
    }
    Admitted { standing: Standing::Stranger, proved, undone }
}

/// What is counted of somebody who is known.
pub(super) fn known(key: LimitKey, account: LimitKey) -> Admitted {
    Admitted {
        standing: Standing::Known,
        proved: vec![(key, Settle::Clear), (account, Settle::Proved { forget: 0 })],
        undone: vec![(key, Settle::TakeBack)],
    }
}
