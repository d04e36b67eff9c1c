//! What has ended, in a set that many read and few write.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

fn claims(n: u64) -> Claims {
    Claims {
        iss: "i".into(),
        sub: format!("account{n}"),
        client_id: format!("client{n}"),
        jti: format!("token{n}"),
        sid: Some(format!("session{n}")),
        ver: Some(5),
        iat: 1000,
        exp: 1300,
        ..Claims::default()
    }
}

fn session(n: u64) -> Ended {
    Ended::Session { sid: format!("session{n}") }
}

fn account(n: u64, below: u64) -> Ended {
    Ended::Account { account: format!("account{n}"), below }
}

#[test]
fn each_kind_of_entry_ends_what_it_names_and_nothing_else() {
    let kinds = [
        session(1),
        Ended::Token { jti: "token1".into() },
        Ended::Client { client_id: "client1".into(), before: 1001 },
        Ended::Key { kid: "key1".into() },
        Ended::Everything { before: 1001 },
    ];
    for what in kinds {
        let set = RevokedSet::new();
        set.insert(&what, 5000);
        assert_eq!(set.standing(&set.facts(&claims(1), "key1")), Standing::Ended, "{what:?}");
        let other = Claims { iat: 1001, ..claims(2) };
        assert_eq!(set.standing(&set.facts(&other, "key2")), Standing::Fine, "{what:?}");
        let is_of_session = matches!(what, Ended::Session { .. } | Ended::Client { .. } | Ended::Everything { .. });
        assert_eq!(set.ends_session("session1", "client1", 1000), is_of_session, "{what:?}");
        assert!(!set.ends_session("session2", "client2", 1001), "{what:?}");
    }
}

#[test]
fn a_name_of_one_kind_is_no_name_of_another() {
    let set = RevokedSet::new();
    set.insert(&Ended::Token { jti: "x".into() }, 5000);
    let same = Claims { sid: Some("x".into()), sub: "x".into(), client_id: "x".into(), jti: "y".into(), ..claims(1) };
    assert_eq!(set.standing(&set.facts(&same, "x")), Standing::Fine);
}

#[test]
fn what_an_application_gets_after_it_was_enabled_again_is_not_meant() {
    let set = RevokedSet::new();
    let disabled = |before| Ended::Client { client_id: "client1".into(), before };
    set.insert(&disabled(1001), 5000);
    set.insert(&disabled(900), 5000);
    let at = |iat| set.standing(&set.facts(&Claims { iat, ..claims(1) }, "k"));
    assert_eq!(
        (at(1000), at(1001)),
        (Standing::Ended, Standing::Fine),
        "an earlier moment that comes later changes nothing"
    );
    assert!(set.ends_session("session1", "client1", 1000) && !set.ends_session("session1", "client1", 1001));
    assert_eq!((set.len(), set.purge(5001), set.len()), (1, 1, 0));
}

#[test]
fn an_account_makes_older_tokens_stale_and_newer_ones_stay() {
    let set = RevokedSet::new();
    set.insert(&account(1, 6), 5000);
    let with = |ver| set.standing(&set.facts(&Claims { ver, ..claims(1) }, "k"));
    assert_eq!(
        (with(Some(5)), with(Some(6)), with(Some(7)), with(None)),
        (Standing::Stale, Standing::Fine, Standing::Fine, Standing::Stale)
    );
    set.insert(&account(1, 4), 5000);
    assert_eq!(with(Some(5)), Standing::Stale, "a lower version that comes later changes nothing");
    assert!(!set.ends_session("session1", "client1", 0), "whether sessions outlive it is for the account to say");
}

#[test]
fn entries_go_when_their_life_is_over_and_not_before() {
    let set = RevokedSet::new();
    for n in 0..2000 {
        set.insert(&session(n), 2000 + n as i64 % 2);
    }
    set.insert(&account(1, 2), 2000);
    set.insert(&session(0), 9000);
    assert_eq!(set.len(), 2001, "twice is once");
    assert_eq!(set.purge(2000), 0);
    assert_eq!(set.purge(2001), 1000);
    assert!(set.ends_session("session0", "c", 0), "the later end of life won");
    assert!(!set.ends_session("session2", "c", 0) && set.ends_session("session1", "c", 0));
    set.purge(10_000);
    assert!(set.is_empty());
}

#[test]
fn a_replacement_is_whole() {
    let set = RevokedSet::new();
    set.insert(&session(1), 5000);
    set.replace([(session(2), 5000), (account(3, 6), 5000)]);
    assert!(!set.ends_session("session1", "c", 0) && set.ends_session("session2", "c", 0));
    assert_eq!(set.standing(&set.facts(&claims(3), "k")), Standing::Stale);
}

#[test]
fn many_entries_are_all_found_and_nothing_else_is() {
    let set = RevokedSet::new();
    for n in 0..5000 {
        set.insert(&session(n), 5000);
    }
    assert!((0..5000).all(|n| set.ends_session(&format!("session{n}"), "c", 0)));
    assert!((5000..10_000).all(|n| !set.ends_session(&format!("session{n}"), "c", 0)));
}

/// Readers on other threads see an entry as soon as the insert has returned.
#[test]
fn an_entry_is_seen_by_every_thread_once_its_insert_has_returned() {
    const COUNT: usize = 3000;
    let set = RevokedSet::new();
    let inserted = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut last = 0;
                while last < COUNT {
                    last = inserted.load(Ordering::Acquire);
                    assert!(last == 0 || set.ends_session(&format!("session{}", last - 1), "c", 0), "{last}");
                }
            });
        }
        for n in 0..COUNT {
            set.insert(&session(n as u64), 5000);
            inserted.store(n + 1, Ordering::Release);
        }
    });
}

#[test]
fn the_written_form_of_entries_is_frozen() {
    let lines = [
        (session(1), r#"{"kind":"session","sid":"session1","until":7}"#),
        (Ended::Token { jti: "t".into() }, r#"{"kind":"token","jti":"t","until":7}"#),
        (account(1, 6), r#"{"kind":"account","account":"account1","below":6,"until":7}"#),
        (
            Ended::Client { client_id: "c".into(), before: 5 },
            r#"{"kind":"client","client_id":"c","before":5,"until":7}"#,
        ),
        (Ended::Key { kid: "k".into() }, r#"{"kind":"key","kid":"k","until":7}"#),
        (Ended::Everything { before: 9 }, r#"{"kind":"everything","before":9,"until":7}"#),
    ];
    for (what, text) in lines {
        let entry = Entry { what, until: 7 };
        assert_eq!(serde_json::to_string(&entry).unwrap(), text);
        assert_eq!(serde_json::from_str::<Entry>(text).unwrap(), entry);
    }
}
