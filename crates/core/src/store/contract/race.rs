//! Sentences about concurrency, on real threads. Each runs many rounds, so that a store that reads and then writes fails.

use std::collections::BTreeSet;
use std::time::Duration;

use super::accounts::administrator;
use super::devices::sample_device;
use super::keys::{adding, sample_stored_key};
use super::passing::{at_most, sample_digest, sample_limit, sample_value};
use super::sessions::{ask, put};
use super::{NOW, Stores, got, sample_account, sample_entry, sample_note, sample_session, together};
use crate::audit::{Actor, Note};
use crate::data::{DataChange, DataWrite, Expect};
use crate::directory::{Change, Permission};
use crate::id::SessionId;
use crate::limit::{Rule, Step, Weighed};
use crate::records::{Account, Session, SessionData};
use crate::refresh::Rotation;
use crate::rng::SeededRng;
use crate::room::{Inserted, Room, WhenFull};
use crate::store::{AccountChange, Changed, KeysWritten, LogHead, OneTime, Purpose};

const THREADS: usize = 8;
const ROUNDS: u64 = 12;

fn inserted(stores: &Stores, n: u64) -> Session {
    let session = sample_session(n);
    got(stores.sessions.insert(session.clone(), Room::ANY));
    session
}

/// Thirty-two times the same refresh token, by eight threads.
pub fn thirty_two_presenters_advance_a_generation_by_exactly_one(stores: &Stores) {
    for n in 1..=ROUNDS {
        let session = inserted(stores, n);
        let outcomes: Vec<Rotation> = together(THREADS, |_| {
            (0..4).map(|_| got(stores.sessions.rotate(session.sid, ask(1, NOW)))).collect::<Vec<_>>()
        })
        .concat();
        let rotated = outcomes.iter().filter(|o| matches!(o, Rotation::Rotated(_))).count();
        let repeated = outcomes.iter().filter(|o| matches!(o, Rotation::Repeated(_))).count();
        assert_eq!((rotated, repeated), (1, 31), "one rotates, all others get the same again");
        for outcome in outcomes {
            let (Rotation::Rotated(s) | Rotation::Repeated(s)) = outcome else {
                continue;
            };
            assert_eq!((s.lines[0].generation, s.lines[0].key, s.salt), (2, session.lines[0].key, session.salt));
        }
        assert_eq!(got(stores.sessions.find(session.sid, NOW)).expect("it is there").lines[0].generation, 2);
    }
}

/// One ends it while the others write to it: afterwards it is gone, and stays gone.
fn never_revives(stores: &Stores, write: impl Fn(SessionId, usize) + Sync) {
    for n in 1..=ROUNDS {
        let session = inserted(stores, n);
        together(THREADS, |thread| {
            for step in 0..8 {
                if thread == 0 && step == 3 {
                    assert!(got(stores.sessions.end(session.sid)));
                } else {
                    write(session.sid, thread * 8 + step);
                }
            }
        });
        assert_eq!(got(stores.sessions.find(session.sid, NOW)), None, "an ended session came back");
        assert_eq!(got(stores.sessions.of_account(session.account, NOW)), []);
    }
}

/// See its name.
pub fn a_touch_racing_an_end_never_revives(stores: &Stores) {
    never_revives(stores, |sid, n| {
        got(stores.sessions.touch(sid, NOW.plus(Duration::from_secs(n as u64))));
    });
}

/// See its name.
pub fn a_rotation_racing_an_end_never_revives(stores: &Stores) {
    never_revives(stores, |sid, n| {
        got(stores.sessions.rotate(sid, ask(n as u64 % 4 + 1, NOW)));
    });
}

/// See its name.
pub fn a_data_write_racing_an_end_leaves_nothing_behind(stores: &Stores) {
    never_revives(stores, |sid, n| {
        got(stores.sessions.write_data(sid, put("a", &n.to_string()), NOW));
    });
    for n in 1..=ROUNDS {
        let session = inserted(stores, n);
        assert_eq!(
            got(stores.sessions.data(session.sid, NOW)),
            Some(SessionData::default()),
            "data outlived its session"
        );
    }
}

/// See its name.
pub fn of_conditional_writes_exactly_one_wins(stores: &Stores) {
    for n in 1..=ROUNDS {
        let session = inserted(stores, n);
        let outcomes = together(THREADS, |thread| {
            let change = DataChange { expect: Expect::Absent, ..put("a", &thread.to_string()) };
            got(stores.sessions.write_data(session.sid, change, NOW))
        });
        let kept = outcomes.iter().filter(|o| matches!(o, DataWrite::Kept(_))).count();
        let refused = outcomes.iter().filter(|o| matches!(o, DataWrite::Mismatch)).count();
        assert_eq!((kept, refused), (1, THREADS - 1));
    }
}

/// See its name.
pub fn purging_together_counts_each_session_once(stores: &Stores) {
    for round in 0..ROUNDS {
        let sessions: Vec<_> = (1..=40).map(|n| inserted(stores, round * 100 + n)).collect();
        let late = sessions[0].ends_at;
        let counts = together(THREADS, |_| {
            let mut count = 0;
            for _ in 0..40 {
                count += got(stores.sessions.purge(late, 3));
            }
            count
        });
        assert_eq!(counts.iter().sum::<usize>(), sessions.len());
    }
}

/// See its name.
pub fn of_accounts_with_one_identifier_exactly_one_is_made(stores: &Stores) {
    for round in 0..ROUNDS {
        let made = together(THREADS, |thread| {
            let account =
                Account { identifier: format!("wanted{round}"), ..sample_account(round * 100 + thread as u64) };
            got(stores.accounts.create(account, sample_note(1)))
        });
        assert_eq!(made.iter().filter(|m| **m).count(), 1);
    }
}

/// See its name.
pub fn changes_of_one_account_come_one_after_the_other(stores: &Stores) {
    let account = sample_account(1);
    got(stores.accounts.create(account.clone(), sample_note(1)));
    let versions = together(THREADS, |_| {
        (0..8)
            .map(|_| match got(stores.accounts.change(account.id, AccountChange::SignOutEverywhere, sample_note(1))) {
                Changed::Done(account, Some(seq)) => (account.version, seq),
                other => panic!("signing out everywhere always changes: {other:?}"),
            })
            .collect::<Vec<_>>()
    })
    .concat();
    let distinct: BTreeSet<_> = versions.iter().copied().collect();
    assert_eq!(distinct.len(), THREADS * 8, "each change has a version and a log number of its own");
    let last = got(stores.accounts.by_id(account.id)).expect("it is there");
    assert_eq!((last.version, last.sessions_from), (1 + THREADS as u64 * 8, 1 + THREADS as u64 * 8));
}

/// Each of eight takes the role from itself, disables or deletes itself.
pub fn of_administrators_who_remove_each_other_one_is_left(stores: &Stores) {
    for round in 0..ROUNDS {
        let admins: Vec<_> = (0..THREADS as u64).map(|n| administrator(stores, round * 100 + n)).collect();
        let outcomes = together(THREADS, |thread| {
            let roles = AccountChange::Roles { roles: Vec::new(), permissions: Vec::new(), at_version: 1 };
            match thread % 3 {
                0 => got(stores.accounts.change(admins[thread].id, AccountChange::Disable, sample_note(1))),
                1 => got(stores.accounts.change(admins[thread].id, roles, sample_note(1))),
                _ => got(stores.accounts.delete(admins[thread].id, sample_note(1))),
            }
        });
        let left: Vec<_> = (0..THREADS).filter(|n| matches!(outcomes[*n], Changed::LastAdministrator)).collect();
        let [left] = left[..] else { panic!("one is left: {outcomes:?}") };
        let note = Note { actor: Actor::Operator, ..sample_note(1) };
        let gone = got(stores.accounts.change(admins[left].id, AccountChange::Disable, note));
        assert!(matches!(gone, Changed::Done(..)), "for the next round");
    }
}

/// See its name.
pub fn changes_of_the_directory_come_one_after_the_other(stores: &Stores) {
    let stamps = together(THREADS, |thread| {
        let put = |n: usize| {
            let name = format!("permission{thread}-{n}");
            let change = Change::SetPermission(Permission { name, about: String::new() });
            got(stores.directory.amend(change, sample_note(1))).expect("nobody else has that name").0.stamp
        };
        (0..8).map(put).collect::<Vec<_>>()
    })
    .concat();
    let distinct: BTreeSet<_> = stamps.iter().copied().collect();
    assert_eq!(distinct, (1..=THREADS as u64 * 8).collect());
    assert_eq!(got(stores.directory.listed()).permissions.len(), THREADS * 8, "none was lost");
}

/// See its name.
pub fn appends_together_leave_no_gap_and_no_double(stores: &Stores) {
    let entries = THREADS as u64 * 8 * 2;
    let heads: Vec<LogHead> = together(THREADS, |thread| {
        for n in 0..8 {
            let first = (thread * 100 + n * 2) as u64 + 1;
            got(stores.log.append(vec![sample_entry(first), sample_entry(first + 1)], NOW, Vec::new()));
        }
        got(stores.log.head())
    });
    assert!(heads.iter().all(|h| h.seq <= entries && h.feed_id == heads[0].feed_id));
    let rows = got(stores.log.since(0, 1000));
    assert_eq!(rows.iter().map(|r| r.seq).collect::<Vec<_>>(), (1..=entries).collect::<Vec<_>>());
    let distinct: BTreeSet<_> = rows.iter().map(|r| format!("{:?}", r.entry)).collect();
    assert_eq!(distinct.len() as u64, entries, "none was lost");
}

/// See its name.
pub fn of_first_keys_exactly_one_list_wins(stores: &Stores) {
    let lists = together(THREADS, |thread| {
        let first = vec![sample_stored_key(&format!("key{thread}")), sample_stored_key(&format!("next{thread}"))];
        got(stores.keys.ensure(first))
    });
    assert!(lists.iter().all(|l| *l == lists[0]), "all got the same list");
    assert_eq!(lists[0].keys.len(), 2);
}

/// See its name.
pub fn of_first_root_secrets_exactly_one_binds(stores: &Stores) {
    let bound = together(THREADS, |thread| got(stores.keys.bind(vec![format!("secret{thread}")], NOW)));
    assert_eq!(bound.iter().filter(|b| **b).count(), 1);
}

/// See its name.
pub fn of_those_who_take_one_value_exactly_one_gets_it(stores: &Stores) {
    for n in 1..=ROUNDS {
        let value = sample_value(n);
        assert!(got(stores.passing.put(value.clone(), 100, NOW)));
        let taken = together(THREADS, |_| got(stores.passing.take(value.purpose, value.digest, NOW)));
        assert_eq!(taken.iter().flatten().count(), 1);
    }
}

/// Values of other subjects, kept at the same time, are all there.
pub fn of_values_for_one_subject_one_is_left(stores: &Stores) {
    for n in 1..=ROUNDS {
        let digest = |thread: usize| sample_digest(n * 1000 + thread as u64);
        let own = |thread: usize| sample_value(n * 1000 + 500 + thread as u64);
        let kept = together(THREADS, |thread| {
            let shared = OneTime { digest: digest(thread), ..sample_value(n * 1000) };
            got(stores.passing.put(shared, 1000, NOW)) && got(stores.passing.put(own(thread), 1000, NOW))
        });
        assert_eq!(kept, [true; THREADS]);
        let is_there = |digest| got(stores.passing.look(Purpose::Reset, digest, NOW)).is_some();
        assert_eq!((0..THREADS).filter(|t| is_there(digest(*t))).count(), 1, "the newest of the shared subject");
        assert_eq!((0..THREADS).filter(|t| is_there(own(*t).digest)).count(), THREADS, "none of the others was lost");
    }
}

/// See its name.
pub fn together_no_more_values_are_kept_than_allowed(stores: &Stores) {
    for round in 0..ROUNDS {
        let most = 4 * (round as usize + 1);
        let kept =
            together(THREADS, |thread| got(stores.passing.put(sample_value(round * 100 + thread as u64), most, NOW)));
        assert_eq!(kept.iter().filter(|k| **k).count(), 4);
    }
}

/// Each of eight threads asks ten times for one of twenty.
pub fn together_no_more_pass_than_the_rule_allows(stores: &Stores) {
    for n in 1..=ROUNDS {
        let step = Step { key: sample_limit(n), rule: Rule::Rate(at_most(20)) };
        let passed = together(THREADS, |_| {
            let ask = || got(stores.passing.weigh(vec![step], NOW));
            (0..10).filter(|_| matches!(ask(), Weighed::Passed(_))).count()
        });
        assert_eq!(passed.iter().sum::<usize>(), 20);
    }
}

/// See its name.
pub fn of_changes_of_keys_at_one_version_exactly_one_is_written(stores: &Stores) {
    let mut version = got(stores.keys.ensure(vec![sample_stored_key("first")])).version;
    for round in 0..ROUNDS {
        let outcomes =
            together(THREADS, |thread| got(stores.keys.change(version, adding(&format!("key{round}.{thread}")))));
        let done = outcomes.iter().filter(|o| matches!(o, KeysWritten::Done { .. })).count();
        assert_eq!(done, 1);
        version += 1;
        let now = got(stores.keys.all());
        assert_eq!((now.version, now.keys.len() as u64), (version, round + 2));
    }
}

/// A key is added with every change, so a reader can tell from their number which version they belong to.
pub fn keys_and_their_version_are_always_of_one_moment(stores: &Stores) {
    let first = got(stores.keys.ensure(vec![sample_stored_key("first")]));
    for round in 0..ROUNDS {
        together(THREADS, |thread| {
            loop {
                let read = got(stores.keys.all());
                assert_eq!(read.keys.len() as u64, read.version, "keys of another version");
                let change = adding(&format!("key{round}.{thread}"));
                if matches!(got(stores.keys.change(read.version, change)), KeysWritten::Done { .. }) {
                    break;
                }
            }
        });
        let changes = (round + 1) * THREADS as u64;
        assert_eq!(got(stores.keys.version()), first.version + changes, "a change was lost");
    }
}

/// Those of one account, by eight threads; none of another account is lost.
pub fn together_no_more_browsers_are_known_than_allowed(stores: &Stores) {
    for n in 1..=ROUNDS {
        let (ada, bob) = (sample_account(n * 2), sample_account(n * 2 + 1));
        for account in [&ada, &bob] {
            assert!(got(stores.accounts.create(account.clone(), sample_note(1))));
        }
        together(THREADS, |thread| {
            got(stores.devices.know(ada.id, sample_device(thread as u64), 3, NOW));
            got(stores.devices.know(bob.id, sample_device(thread as u64), THREADS, NOW));
        });
        let known = |id| (0..THREADS as u64).filter(move |t| got(stores.devices.knows(id, sample_device(*t), NOW)));
        assert_eq!((known(ada.id).count(), known(bob.id).count()), (3, THREADS));
    }
}

/// See its name.
pub fn of_many_who_delete_an_account_one_does(stores: &Stores) {
    let account = sample_account(1);
    assert!(got(stores.accounts.create(account.clone(), sample_note(1))));
    let outcomes = together(8, |n| match n % 2 {
        0 => matches!(got(stores.accounts.delete(account.id, sample_note(1))), Changed::Done(..)),
        _ => {
            got(stores.accounts.change(account.id, AccountChange::SignOutEverywhere, sample_note(1)));
            false
        }
    });
    assert_eq!(outcomes.iter().filter(|deleted| **deleted).count(), 1);
    assert_eq!(got(stores.accounts.by_id(account.id)), None, "no change brings it back");
}

/// Fifty at once, with room for five.
pub fn fifty_sign_ins_at_once_leave_no_more_than_there_is_room_for(stores: &Stores) {
    let session = |n: u64| {
        let one = sample_session(1);
        let sid = SessionId::draw(&one.account, &SeededRng::new(n)).expect("a seeded generator never fails");
        Session { sid, ..one }
    };
    for (round, when_full) in (0..ROUNDS).zip([WhenFull::EndOldest, WhenFull::Refuse].into_iter().cycle()) {
        let room = Room { most: 5, when_full, but: None };
        let inserted = together(50, |n| got(stores.sessions.insert(session(round * 100 + n as u64), room)));
        let live = || {
            let all = got(stores.sessions.of_account(session(0).account, NOW));
            all.into_iter().filter(|s| s.is_live(NOW)).collect::<Vec<_>>()
        };
        assert_eq!(live().len(), 5);
        let done = inserted.iter().filter(|i| matches!(i, Inserted::Done(_))).count();
        assert_eq!(done, if when_full == WhenFull::Refuse { 5 } else { 50 });
        let all = got(stores.sessions.of_account(session(0).account, NOW));
        got(stores.sessions.end_all(all.into_iter().map(|s| s.sid).collect()));
    }
}
