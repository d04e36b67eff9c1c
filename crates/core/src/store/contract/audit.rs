//! What the audit promises.

use std::time::Duration;

use super::{NOW, Stores, got, sample_account, sample_entry, sample_note};
use crate::audit::{Actor, Event, Note, Outcome, Row, Wanted};
use crate::store::AccountChange;

fn rows(stores: &Stores, after: u64) -> Vec<Row> {
    got(stores.audit.page(Wanted { after, ..Wanted::default() }, 100))
}

fn addresses(stores: &Stores) -> Vec<Option<String>> {
    rows(stores, 0).into_iter().map(|row| row.note.address).collect()
}

fn notes(stores: &Stores, numbers: impl IntoIterator<Item = u64>) {
    got(stores.audit.append(numbers.into_iter().map(sample_note).collect()));
}

/// See its name.
pub fn notes_come_back_in_order_and_whole(stores: &Stores) {
    let whole = Note { reason: Some("throttled".into()), outcome: Outcome::Refused, ..sample_note(1) };
    let whole = whole.session(super::sample_session(1).sid).client("shop".parse().expect("a name")).object("role");
    let whole = Note { actor: Actor::Administrator(sample_account(9).id), ..whole };
    got(stores.audit.append(vec![whole.clone(), sample_note(2)]));
    notes(stores, [3]);
    let all = rows(stores, 0);
    assert_eq!(all.iter().map(|r| r.note.clone()).collect::<Vec<_>>(), [whole, sample_note(2), sample_note(3)]);
    assert!(all.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    assert_eq!(rows(stores, all[0].seq), all[1..]);
    assert_eq!(got(stores.audit.page(Wanted::default(), 2)), all[..2]);
}

/// See its name.
pub fn notes_are_found_by_account_and_event_in_either_direction(stores: &Stores) {
    let note = |n: u64| Note {
        event: if n.is_multiple_of(3) { Event::SignedIn } else { Event::AccountCreated },
        ..sample_note(1 + n % 2)
    };
    got(stores.audit.append((0..12).map(note).collect()));
    let all = rows(stores, 0);
    for account in [None, Some(sample_account(1).id), Some(sample_account(7).id)] {
        for event in [None, Some(Event::SignedIn), Some(Event::SignedOut)] {
            for (after, before) in [(0, None), (all[4].seq, None), (0, Some(all[9].seq)), (all[4].seq, Some(u64::MAX))]
            {
                let wanted = Wanted { after, before, account, event };
                let mut expected: Vec<_> =
                    all.iter().filter(|row| wanted.matches(row.seq, &row.note)).cloned().collect();
                if before.is_some() {
                    expected.reverse();
                }
                assert_eq!(got(stores.audit.page(wanted.clone(), 100)), expected, "{wanted:?}");
                assert_eq!(got(stores.audit.page(wanted.clone(), 2)), expected[..expected.len().min(2)], "{wanted:?}");
            }
        }
    }
}

/// See its name.
pub fn a_change_and_its_note_come_together(stores: &Stores) {
    let account = sample_account(1);
    assert!(got(stores.accounts.create(account.clone(), sample_note(1))));
    assert!(!got(stores.accounts.create(account.clone(), sample_note(1))), "taken");
    let note = Note { event: Event::AccountDisabled, ..sample_note(1) };
    for _ in 0..2 {
        got(stores.accounts.change(account.id, AccountChange::Disable, note.clone()));
    }
    got(stores.accounts.change(sample_account(7).id, AccountChange::Disable, note.clone()));
    let events: Vec<_> = rows(stores, 0).into_iter().map(|row| row.note).collect();
    assert_eq!(events, [sample_note(1), note], "nothing is noted that did not happen");
}

/// See its name.
pub fn ends_and_their_notes_come_together(stores: &Stores) {
    got(stores.log.append(vec![sample_entry(1), sample_entry(2)], NOW, vec![sample_note(1), sample_note(2)]));
    assert_eq!(rows(stores, 0).into_iter().map(|row| row.note).collect::<Vec<_>>(), [sample_note(1), sample_note(2)]);
}

/// See its name.
pub fn only_old_addresses_are_cut_and_only_once(stores: &Stores) {
    notes(stores, 1..=3);
    let young = Note { at: NOW.plus(Duration::from_secs(60)), ..sample_note(4) };
    got(stores.audit.append(vec![young, Note { address: None, ..sample_note(5) }]));
    let soon = NOW.plus(Duration::from_secs(1));
    let cut: usize = [2, 2, 2, 2].iter().map(|n| got(stores.audit.shorten(soon, *n))).sum();
    assert_eq!(cut, 3);
    let net = Some("203.0.113.0/24".to_owned());
    assert_eq!(addresses(stores), [net.clone(), net.clone(), net, Some("203.0.113.4".into()), None]);
}

/// See its name.
pub fn an_account_that_goes_leaves_no_address_behind(stores: &Stores) {
    notes(stores, [1, 2, 1]);
    got(stores.audit.forget_addresses(sample_account(1).id));
    assert_eq!(addresses(stores), [None, Some("203.0.113.2".into()), None]);
}

/// See its name.
pub fn only_old_rows_are_purged_oldest_first(stores: &Stores) {
    notes(stores, 1..=3);
    let young = Note { at: NOW.plus(Duration::from_secs(60)), ..sample_note(4) };
    got(stores.audit.append(vec![young.clone()]));
    let soon = NOW.plus(Duration::from_secs(1));
    assert_eq!(got(stores.audit.purge(soon, 2)), 2);
    assert_eq!(rows(stores, 0)[0].note, sample_note(3));
    assert_eq!(got(stores.audit.purge(soon, 2)), 1);
    assert_eq!(got(stores.audit.purge(soon, 2)), 0);
    assert_eq!(rows(stores, 0).into_iter().map(|row| row.note).collect::<Vec<_>>(), [young]);
}
