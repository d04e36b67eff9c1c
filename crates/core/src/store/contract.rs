//! What the ports promise, as tests: one for each sentence of their documentation. Every store runs all of them.
//!
//! ```text
//! doorward_core::contract!(|| my_stores());
//! ```
//! where the closure makes fresh, empty [`Stores`]. Sentences about concurrency run on real threads, and
//! [`double::Double::torn`](super::double::Double::torn), which reads and then writes, fails each of them.

use std::any::Any;
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use doorward_verify::{Ended, Entry, Timestamp};

use super::{Accounts, Audit, Devices, Directory, Keys, Passing, RevocationLog, Sessions, StoreError};
use crate::audit::{By, Event, Note};
use crate::id::{AccountId, ClientId, SessionId};
use crate::records::{Account, Line, Mode, Session, SessionState};
use crate::rng::SeededRng;
use crate::root::KeyIdent;

pub mod accounts;
pub mod audit;
pub mod devices;
pub mod directory;
pub mod keys;
pub mod log;
pub mod passing;
pub mod race;
pub mod sessions;

/// The moment at which all of it happens.
pub const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// What is tested: fresh and empty, all over the same store.
#[expect(missing_debug_implementations, reason = "holds whatever keeps the store alive")]
pub struct Stores {
    /// Accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Sessions.
    pub sessions: Arc<dyn Sessions>,
    /// The revocation log.
    pub log: Arc<dyn RevocationLog>,
    /// Signing keys.
    pub keys: Arc<dyn Keys>,
    /// The audit.
    pub audit: Arc<dyn Audit>,
    /// The directory.
    pub directory: Arc<dyn Directory>,
    /// Browsers that are known.
    pub devices: Arc<dyn Devices>,
    /// What passes.
    pub passing: Arc<dyn Passing>,
    /// Kept until the test is over: a directory, a server.
    pub guard: Box<dyn Any + Send + Sync>,
}

impl Stores {
    /// One store behind all ports.
    pub fn of<S: Accounts + Sessions + RevocationLog + Keys + Audit + Directory + Devices + Passing + 'static>(
        store: S,
        guard: impl Any + Send + Sync,
    ) -> Self {
        let store = Arc::new(store);
        Self {
            accounts: store.clone(),
            sessions: store.clone(),
            log: store.clone(),
            keys: store.clone(),
            audit: store.clone(),
            directory: store.clone(),
            devices: store.clone(),
            passing: store,
            guard: Box::new(guard),
        }
    }
}

/// One sentence.
#[derive(Debug, Clone, Copy)]
pub struct Sentence {
    /// The port it is about.
    pub port: &'static str,
    /// The sentence: the test's name.
    pub name: &'static str,
    /// Its test.
    pub test: fn(&Stores),
}

/// Calls a macro with the whole list of sentences behind its own arguments: `port: name, name, …;`.
#[doc(hidden)]
#[macro_export]
macro_rules! each_sentence {
    ($with:path, $($args:tt)*) => {
        $with! { $($args)*
            sessions:
                an_inserted_session_is_found_and_listed,
                a_session_id_inserted_twice_is_an_error_and_changes_nothing,
                a_missing_session_is_none_everywhere_and_never_an_error,
                an_expired_session_is_the_same_as_a_missing_one,
                a_reused_session_is_found_and_dead_for_everything_else,
                a_touch_moves_last_seen_forward_only_and_nothing_else,
                a_rotation_is_kept_and_repeated_within_the_grace_window,
                a_reuse_is_kept,
                an_end_removes_the_session_and_its_data_once,
                ending_many_passes_over_those_that_are_not_there,
                sessions_of_an_account_are_its_own,
                data_is_kept_with_its_session,
                purge_removes_expired_sessions_only_and_not_more_than_asked,
                what_is_pushed_out_is_dead_and_told_until_it_has_ended,
                without_room_nothing_is_inserted;
            accounts:
                an_account_is_found_by_both_names,
                a_taken_identifier_is_refused_and_nothing_is_written,
                a_change_and_its_log_entry_come_together,
                a_change_whose_condition_fails_leaves_no_trace,
                a_change_of_a_missing_account_is_missing,
                pages_are_in_the_order_of_identifiers,
                of_two_with_one_identifier_the_first_is_written_and_the_others_are_too,
                a_deleted_account_is_gone_and_its_end_and_note_are_there,
                deleting_twice_or_nobody_writes_nothing,
                hashes_are_a_round_through_all_ids,
                accounts_with_a_role_are_found_by_it,
                only_an_operator_takes_the_last_administrator_away;
            directory:
                what_is_put_into_the_directory_comes_back_whole,
                a_refused_change_writes_nothing,
                an_application_that_ends_and_its_log_entry_come_together;
            log:
                numbers_run_from_one_without_gaps,
                rows_come_back_in_order_from_any_number,
                only_settled_rows_of_old_age_are_purged_and_the_head_stays;
            keys:
                the_first_keys_stay,
                the_first_root_secret_binds_the_store,
                a_change_of_keys_is_written_whole_and_moves_the_version_by_one,
                a_change_of_keys_its_log_entries_and_its_notes_come_together,
                a_change_of_keys_at_another_version_leaves_no_trace;
            audit:
                notes_come_back_in_order_and_whole,
                notes_are_found_by_account_and_event_in_either_direction,
                a_change_and_its_note_come_together,
                ends_and_their_notes_come_together,
                only_old_addresses_are_cut_and_only_once,
                an_account_that_goes_leaves_no_address_behind,
                only_old_rows_are_purged_oldest_first;
            devices:
                a_browser_is_known_on_its_own_account_from_its_last_sight_on,
                beyond_the_most_the_browser_seen_longest_ago_is_forgotten,
                nothing_is_kept_for_an_account_that_is_not_there,
                browsers_are_forgotten_by_account_and_by_age;
            passing:
                a_value_is_seen_until_it_is_taken_and_taken_once,
                a_missing_an_expired_and_a_value_of_another_purpose_are_nothing,
                the_newest_value_of_a_subject_cancels_the_older_one,
                beyond_the_most_of_a_purpose_nothing_is_kept,
                a_cancelled_value_is_gone,
                a_step_that_does_not_pass_leaves_no_trace_of_the_others,
                counts_are_kept_given_back_and_cleared,
                a_count_is_kept_until_it_says_nothing_any_more,
                purge_removes_what_has_passed_and_not_more_than_asked;
            race:
                thirty_two_presenters_advance_a_generation_by_exactly_one,
                a_touch_racing_an_end_never_revives,
                a_rotation_racing_an_end_never_revives,
                a_data_write_racing_an_end_leaves_nothing_behind,
                of_conditional_writes_exactly_one_wins,
                purging_together_counts_each_session_once,
                of_accounts_with_one_identifier_exactly_one_is_made,
                changes_of_one_account_come_one_after_the_other,
                of_many_who_delete_an_account_one_does,
                of_administrators_who_remove_each_other_one_is_left,
                changes_of_the_directory_come_one_after_the_other,
                appends_together_leave_no_gap_and_no_double,
                of_first_keys_exactly_one_list_wins,
                of_first_root_secrets_exactly_one_binds,
                of_those_who_take_one_value_exactly_one_gets_it,
                of_values_for_one_subject_one_is_left,
                together_no_more_values_are_kept_than_allowed,
                together_no_more_pass_than_the_rule_allows,
                together_no_more_browsers_are_known_than_allowed,
                fifty_sign_ins_at_once_leave_no_more_than_there_is_room_for,
                of_changes_of_keys_at_one_version_exactly_one_is_written,
                keys_and_their_version_are_always_of_one_moment;
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! list_of_sentences {
    ($($port:ident: $($name:ident),+;)+) => {
        /// Every sentence, in order.
        pub const SENTENCES: &[Sentence] = &[
            $($(Sentence { port: stringify!($port), name: stringify!($name), test: $port::$name },)+)+
        ];
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! tests_of_sentences {
    ([$factory:expr] $($port:ident: $($name:ident),+;)+) => {
        $(mod $port {
            use super::*;
            $(
                #[test]
                fn $name() {
                    let stores: $crate::store::contract::Stores = ($factory)();
                    $crate::store::contract::$port::$name(&stores);
                }
            )+
        })+
    };
}

/// Runs every sentence against what the closure makes, each as a test of its own.
#[macro_export]
macro_rules! contract {
    ($factory:expr) => {
        $crate::each_sentence!($crate::tests_of_sentences, [$factory]);
    };
}

crate::each_sentence!(crate::list_of_sentences,);

/// A session of mode `token` that began at [`NOW`]; another one for each `n`, in the account of that `n`.
#[must_use]
pub fn sample_session(n: u64) -> Session {
    let account = sample_account(n).id;
    let sid = SessionId::draw(&account, &SeededRng::new(n ^ 0x5e55)).expect("a seeded generator never fails");
    Session {
        sid,
        account,
        client: ClientId::default_client(),
        mode: Mode::Token,
        remember: false,
        state: SessionState::Live,
        version: 1,
        created_at: NOW,
        last_seen_at: NOW,
        auth_time: NOW,
        idle_timeout: Duration::from_secs(7 * 86_400),
        ends_at: NOW.plus(Duration::from_secs(30 * 86_400)),
        device: "Firefox on Linux".into(),
        host: "door.example".into(),
        salt: [n as u8; 16],
        lines: vec![Line {
            number: 0,
            secret: None,
            generation: 1,
            rotated_at: NOW,
            key: sample_key(),
            access_until: NOW.plus(Duration::from_secs(300)),
        }],
    }
}

/// An account without roles; another one for each `n`.
#[must_use]
pub fn sample_account(n: u64) -> Account {
    Account {
        id: AccountId::draw(&SeededRng::new(n)).expect("a seeded generator never fails"),
        identifier: format!("person{n}@example.org"),
        display_name: Some(format!("Person {n}")),
        password: Some("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA".into()),
        version: 1,
        sessions_from: 0,
        disabled_at: None,
        roles: Vec::new(),
        permissions: Vec::new(),
        created_at: NOW,
    }
}

/// A note that account `n` was made.
#[must_use]
pub fn sample_note(n: u64) -> Note {
    let by = By { address: Some([203, 0, 113, n as u8].into()), request: Some("r".into()), ..By::default() };
    Note::new(Event::AccountCreated, &by, NOW).by_person(sample_account(n).id)
}

/// The name of a root secret.
#[must_use]
pub fn sample_key() -> KeyIdent {
    KeyIdent::parse("sample00").expect("eight characters")
}

/// The end of session `n`.
#[must_use]
pub fn sample_entry(n: u64) -> Entry {
    Entry { what: Ended::Session { sid: sample_session(n).sid.to_string() }, until: NOW.as_secs() + 420 }
}

/// Waits for a future on this thread.
pub fn wait<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Waits for a store's answer. An error breaks the test: nothing here is meant to fail.
pub fn got<T>(answer: impl Future<Output = Result<T, StoreError>>) -> T {
    match wait(answer) {
        Ok(value) => value,
        Err(error) => panic!("the store could not do it: {error}"),
    }
}

thread_local! {
    static TOGETHER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is one of those that [`together`] let go.
pub(crate) fn is_together() -> bool {
    TOGETHER.get()
}

/// Runs `work` on that many threads, all let go at once, and gathers what they say.
pub fn together<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(threads);
    std::thread::scope(|scope| {
        let (start, work) = (&start, &work);
        let handles: Vec<_> = (0..threads)
            .map(|n| {
                scope.spawn(move || {
                    TOGETHER.set(true);
                    start.wait();
                    work(n)
                })
            })
            .collect();
        handles.into_iter().map(|h| h.join().expect("a thread of the test panicked")).collect()
    })
}

#[cfg(test)]
mod tests;
