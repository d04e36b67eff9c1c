//! What is noted of a walk, and that it says nobody's name.

use super::*;
use crate::store::contract::{sample_account, sample_note, sample_session};

#[test]
fn names_of_events_are_words_and_each_stands_once() {
    let mut names: Vec<_> = Event::ALL.iter().map(|event| event.name()).collect();
    assert!(names.iter().all(|name| name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_')));
    assert!(Event::ALL.iter().all(|event| Event::from_name(event.name()) == Some(*event)));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Event::ALL.len());
}

#[test]
fn the_reference_lists_every_event_with_its_meaning() {
    let page = include_str!("../../../../docs/reference/events.md");
    let (page, _) = page.split_once("## In the log only").unwrap();
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let wanted: Vec<_> = Event::ALL.iter().map(|e| format!("| `{}` | {} |", e.name(), e.about())).collect();
    assert_eq!(rows, wanted);
}

#[test]
fn a_stranger_who_proves_who_they_are_acts_as_that_person_and_an_operator_stays_one() {
    let (ada, now) = (sample_account(1).id, Timestamp::from_secs(1));
    assert_eq!(Note::new(Event::SignedIn, &By::default(), now).by_person(ada).actor, Actor::Person(ada));
    assert_eq!(Note::new(Event::SignedOut, &By::operator(), now).by_person(ada).actor, Actor::Operator);
    assert_eq!(Note::new(Event::SignInRefused, &By::default(), now).about(ada).actor, Actor::Stranger);
}

#[test]
fn the_stored_form_of_a_note_is_frozen() {
    let note = sample_note(1).session(sample_session(1).sid).client(ClientId::default_client()).refused("why");
    let text = serde_json::to_string(&note).unwrap();
    let (account, sid) = (sample_account(1).id, sample_session(1).sid);
    let golden = format!(
        "{{\"at\":1800000000000,\"event\":\"account_created\",\"actor\":{{\"kind\":\"person\",\"id\":\"{account}\"}},\
         \"account\":\"{account}\",\"sid\":\"{sid}\",\"client\":\"default\",\"address\":\"203.0.113.1\",\
         \"request\":\"r\",\"outcome\":\"refused\",\"reason\":\"why\"}}"
    );
    assert_eq!(text, golden);
    assert_eq!(serde_json::from_str::<Note>(&text).unwrap(), note);
}

#[test]
fn an_address_stays_out_of_debug_output() {
    let by = By { address: Some([203, 0, 113, 1].into()), ..By::default() };
    assert!(!format!("{by:?} {:?}", sample_note(1)).contains("203.0"));
}
