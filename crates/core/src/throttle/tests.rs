//! Who may try, on the double and with a clock that is moved by hand.

use std::net::IpAddr;

use super::*;
use crate::accounts::{NewAccount, SignUpError};
use crate::audit::{By, Wanted};
use crate::records::Mode;
use crate::secret::Plain;
use crate::sign_in::{SignInError, SignedIn};
use crate::store::contract::wait;
use crate::store::double::When;
use crate::tests::{PASSWORD, World};

const WRONG: &str = "wrong horse battery staple";

fn try_from(
    world: &World,
    address: &str,
    identifier: &str,
    password: &str,
    browser: Option<&str>,
) -> Result<SignedIn, SignInError> {
    let address: IpAddr = address.parse().unwrap();
    let auth = world.auth.acting(By { address: Some(address), ..By::default() });
    let mut ask = world.ask(identifier, password, Mode::Session);
    ask.browser = browser.map(|token| Plain::new(token.to_owned()));
    wait(auth.sign_in(ask))
}

/// `None`: it was looked at, and was wrong.
fn wait_of(outcome: Result<SignedIn, SignInError>) -> Option<u64> {
    match outcome.err() {
        Some(SignInError::InvalidCredentials) => None,
        Some(SignInError::TooMany(TooMany { retry_after })) => Some(retry_after.as_secs()),
        other => panic!("{other:?}"),
    }
}

fn fail(world: &World, address: &str, identifier: &str) -> Option<u64> {
    wait_of(try_from(world, address, identifier, WRONG, None))
}

fn events(world: &World) -> Vec<Event> {
    let rows = wait(world.auth.audit_rows(Wanted::default(), 10_000)).unwrap();
    rows.iter().map(|row| row.note.event).collect()
}

#[test]
fn after_five_failures_pauses_double_the_same_whether_or_not_there_is_an_account() {
    for identifier in ["ada", "nobody", "no body"] {
        let world = World::new();
        world.sign_up("ada");
        let mut told = Vec::new();
        for _ in 0..9 {
            match fail(&world, "203.0.113.7", identifier) {
                None => told.push(0),
                Some(pause) => {
                    told.push(pause);
                    world.later(pause);
                }
            }
        }
        assert_eq!(told, [0, 0, 0, 0, 0, 1, 0, 2, 0], "{identifier}");
    }
}

#[test]
fn a_right_password_is_not_looked_at_while_one_has_to_wait() {
    let world = World::new();
    world.sign_up("ada");
    for _ in 0..5 {
        assert_eq!(fail(&world, "203.0.113.7", "ada"), None);
    }
    let right = try_from(&world, "203.0.113.7", "ada", PASSWORD, None);
    assert!(matches!(right.err(), Some(SignInError::TooMany(_))), "else a guess would tell that it was right");
    world.later(1);
    assert!(try_from(&world, "203.0.113.7", "ada", PASSWORD, None).is_ok());
}

#[test]
fn a_sign_in_clears_what_came_from_its_own_source_and_nothing_else() {
    let world = World::new();
    world.sign_up("ada");
    world.sign_up("eve");
    let (home, elsewhere) = ("203.0.113.7", "198.51.100.9");
    for address in [home, home, elsewhere, elsewhere, elsewhere] {
        assert_eq!(fail(&world, address, "ada"), None);
    }
    assert!(try_from(&world, elsewhere, "eve", PASSWORD, None).is_ok());
    assert_eq!(fail(&world, elsewhere, "ada"), Some(1), "an account of the attacker's own helps nothing");
    world.later(1);
    assert!(try_from(&world, home, "ada", PASSWORD, None).is_ok());
    let again = [home, home, elsewhere].map(|address| fail(&world, address, "ada"));
    assert_eq!(again, [None, None, Some(1)], "two are forgotten, and the three of others are not");
}

#[test]
fn one_source_has_twenty_failures_in_ten_minutes_and_its_neighbourhood_a_hundred() {
    let world = World::new();
    let evaluated = (0..50).filter(|n| fail(&world, "203.0.113.7", &format!("p{n}")).is_none()).count();
    assert_eq!(evaluated, 20);
    let mapped = fail(&world, "::ffff:203.0.113.7", "someone");
    assert_eq!(mapped, Some(30), "in IPv6 clothes it is the same address");
    let around = (8..=200).filter(|n| fail(&world, &format!("203.0.113.{n}"), &format!("q{n}")).is_none()).count();
    assert_eq!(around, 80);
    assert_eq!(fail(&world, "203.0.114.7", "someone"), None);
    let of_site = |n: u32| fail(&world, &format!("2001:db8:1:{n:x}::1"), &format!("r{n}"));
    assert_eq!((1..=200).filter(|n| of_site(*n).is_none()).count(), 100);
    let of_subscriber = |n: u32| fail(&world, &format!("2001:db8:2:2::{n:x}"), &format!("s{n}"));
    assert_eq!((1..=200).filter(|n| of_subscriber(*n).is_none()).count(), 20);
}

#[test]
fn a_known_browser_keeps_working_while_the_account_is_closed_to_strangers() {
    let world = World::new();
    world.sign_up("ada");
    let first = try_from(&world, "203.0.113.7", "ada", PASSWORD, None).unwrap();
    let browser = first.browser.unwrap();
    for n in 0..400 {
        fail(&world, &format!("198.51.{}.{}", n / 200, n % 200), "ada");
        world.later(900);
    }
    assert!(matches!(try_from(&world, "203.0.113.7", "ada", PASSWORD, None).err(), Some(SignInError::TooMany(_))));
    let again = try_from(&world, "203.0.113.7", "ada", PASSWORD, Some(browser.expose())).unwrap();
    assert_eq!(again.browser.unwrap().expose(), browser.expose(), "it keeps its cookie");
    assert_eq!(fail(&world, "198.51.100.1", "ada"), None, "a proof begins the row anew");
}

#[test]
fn a_cookie_that_is_not_known_on_the_account_counts_for_nothing_and_is_replaced() {
    let world = World::new();
    world.sign_up("ada");
    world.sign_up("eve");
    let eves = try_from(&world, "203.0.113.7", "eve", PASSWORD, None).unwrap().browser.unwrap();
    for _ in 0..5 {
        assert_eq!(wait_of(try_from(&world, "203.0.113.7", "ada", WRONG, Some(eves.expose()))), None);
    }
    assert_eq!(wait_of(try_from(&world, "203.0.113.7", "ada", WRONG, Some(eves.expose()))), Some(1));
    world.later(1);
    let adas = try_from(&world, "203.0.113.7", "ada", PASSWORD, Some(eves.expose())).unwrap().browser.unwrap();
    assert_ne!(adas.expose(), eves.expose(), "what somebody else chose does not become known");
    assert!(!world.store.dump().contains(adas.expose().as_str()), "only its digest is kept");
}

#[test]
fn a_known_browser_that_fails_ten_times_in_a_row_is_like_any_other() {
    let world = World::new();
    world.sign_up("ada");
    let browser = try_from(&world, "203.0.113.7", "ada", PASSWORD, None).unwrap().browser.unwrap();
    let mut evaluated = 0;
    for _ in 0..5_000 {
        world.later(120);
        evaluated +=
            usize::from(wait_of(try_from(&world, "203.0.113.7", "ada", WRONG, Some(browser.expose()))).is_none());
    }
    assert_eq!(evaluated, 100, "a hundred in a row, from wherever");
}

#[test]
fn a_new_password_forgets_browsers_and_failures() {
    let world = World::new();
    let account = world.sign_up("ada");
    let browser = try_from(&world, "203.0.113.7", "ada", PASSWORD, None).unwrap().browser.unwrap();
    for n in 0..300 {
        fail(&world, &format!("198.51.100.{}", n % 200), "ada");
        world.later(900);
    }
    let link = wait(world.auth.reset_link(account.id)).unwrap();
    let new = "another horse battery staple";
    wait(world.auth.reset(link.token.expose(), &Plain::new(new.to_owned()))).unwrap();
    assert!(try_from(&world, "192.0.2.1", "ada", new, None).is_ok(), "the owner is let in at once");
    for _ in 0..5 {
        assert_eq!(wait_of(try_from(&world, "192.0.2.2", "ada", WRONG, Some(browser.expose()))), None);
    }
    assert!(wait_of(try_from(&world, "192.0.2.2", "ada", WRONG, Some(browser.expose()))).is_some());
}

#[test]
fn one_source_on_many_accounts_and_many_sources_on_one_are_told_once() {
    let world = World::new();
    for n in 0..60 {
        fail(&world, "203.0.113.7", &format!("p{n}"));
        world.later(31);
    }
    let told = |event| events(&world).iter().filter(|e| **e == event).count();
    assert_eq!(told(Event::SourceTriesManyAccounts), 1);
    for n in 0..60 {
        fail(&world, &format!("198.51.{n}.1"), "ada");
        world.later(60);
    }
    assert!(told(Event::AccountTriedFromManySources) <= 2);
}

#[test]
fn failures_from_everywhere_tighten_the_limits_and_are_told_once() {
    let world = World::new();
    let everywhere = |n: u32| fail(&world, &format!("10.{}.{}.1", n / 250, n % 250), &format!("p{n}"));
    let before = (0..5_000).filter(|n| everywhere(*n).is_none()).count();
    assert_eq!(before, 600);
    assert_eq!(events(&world).iter().filter(|e| **e == Event::LimitsTightened).count(), 1);
    let mut after = 0;
    for n in 5_000..11_000 {
        world.clock.advance(Duration::from_millis(100));
        after += usize::from(everywhere(n).is_none());
    }
    assert!((140..=160).contains(&after), "fifteen a minute: {after}");
}

#[test]
fn what_nobody_looked_at_is_not_counted() {
    let world = World::new();
    world.sign_up("ada");
    world.rng.fail(false);
    for _ in 0..50 {
        world.store.fail("by_identifier", Some(When::Before));
        assert!(matches!(
            try_from(&world, "203.0.113.7", "ada", PASSWORD, None).err(),
            Some(SignInError::Unavailable(_))
        ));
    }
    world.store.fail("by_identifier", None);
    assert_eq!(fail(&world, "203.0.113.7", "ada"), None);
}

#[test]
fn without_the_shared_store_this_node_counts_alone_and_more_strictly() {
    let world = World::new();
    world.sign_up("ada");
    for verb in ["weigh", "settle_counts"] {
        world.store.fail(verb, Some(When::Before));
    }
    assert!(try_from(&world, "203.0.113.7", "ada", PASSWORD, None).is_ok(), "people are let in");
    let evaluated = (0..20).filter(|_| fail(&world, "203.0.113.8", "ada").is_none()).count();
    assert!(evaluated <= 1, "{evaluated}");
    let across = (0..20).filter(|n| fail(&world, "203.0.113.9", &format!("p{n}")).is_none()).count();
    assert!(across <= 5, "{across}");
}

#[test]
fn three_new_accounts_an_hour_from_one_address_and_a_hundred_from_everywhere() {
    let world = World::new();
    let sign_up = |address: &str, n: u32| {
        let auth = world.auth.acting(By { address: Some(address.parse().unwrap()), ..By::default() });
        let password = Some(Plain::new(PASSWORD.to_owned()));
        wait(auth.sign_up(NewAccount { identifier: format!("p{n}"), password, display_name: None }))
    };
    let made = (0..10).filter(|n| sign_up("203.0.113.7", *n).is_ok()).count();
    assert_eq!(made, 3);
    assert_eq!(
        sign_up("203.0.113.7", 99).err(),
        Some(SignUpError::TooMany(TooMany { retry_after: Duration::from_secs(1200) }))
    );
    let made = (10..300).filter(|n| sign_up(&format!("198.51.{n}.1", n = n % 250), *n).is_ok()).count();
    assert_eq!(made, 97);
}

#[test]
fn neither_addresses_nor_identifiers_are_kept_with_the_counts() {
    let world = World::new();
    fail(&world, "203.0.113.7", "somebody@example.org");
    let keys = ["account", "near"].map(|kind| world.auth.root().limit_key(kind, &[b"somebody@example.org"]));
    assert_ne!(keys[0], keys[1]);
    assert!(!world.store.dump().contains("somebody@example.org"));
}

#[test]
fn the_numbers_have_no_fault_and_unsafe_ones_are_found() {
    assert_eq!(Throttle::DEFAULT.faults(), Vec::<String>::new());
    let loose = Throttle::new(Numbers { in_a_row: 200, longest: Duration::from_secs(5), ..Numbers::DEFAULT });
    assert_eq!(loose.faults().len(), 2);
}
