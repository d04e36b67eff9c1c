//! Everything that ends a session, and what is left of it: nothing.

use super::*;
use crate::audit::Event;
use crate::prove::ProveError;
use crate::revoke::End;
use crate::room::WhenFull;
use crate::store::Changed;
use crate::store::double::When;
use doorward_verify::Ended;

#[test]
fn a_sign_in_in_the_same_browser_takes_the_place_of_the_old_one() {
    let world = World::new();
    world.sign_up("ada");
    let old = world.sign_in(Mode::Session);
    let ask = SignIn { replaces: Some(old.session.clone()), ..world.ask("ada", PASSWORD, Mode::Hybrid) };
    let new = wait(world.auth.sign_in(ask)).unwrap();
    assert!(world.works(&new) && !world.works(&old));
    assert!(!world.lives(&old.session));
}

#[test]
fn signing_out_ends_this_one_the_others_or_all() {
    let world = World::new();
    world.sign_up("ada");
    let all: Vec<_> = [Mode::Session, Mode::Token, Mode::Hybrid, Mode::Session].map(|m| world.sign_in(m)).into();
    wait(world.auth.sign_out(&all[0].session, End::Current)).unwrap();
    assert_eq!(all.iter().map(|s| world.works(s)).collect::<Vec<_>>(), [false, true, true, true]);
    wait(world.auth.sign_out(&all[1].session, End::Others)).unwrap();
    assert_eq!(all.iter().map(|s| world.works(s)).collect::<Vec<_>>(), [false, true, false, false]);
    let more = world.sign_in(Mode::Hybrid);
    wait(world.auth.sign_out(&all[1].session, End::All)).unwrap();
    assert!(!world.works(&all[1]) && !world.works(&more));
    assert!(world.works(&world.sign_in(Mode::Session)), "and the person may come back at once");
}

#[test]
fn an_ended_session_is_dead_for_every_credential_it_ever_gave() {
    let world = World::new();
    world.sign_up("ada");
    let signed_in = world.sign_in(Mode::Token);
    let first = pair(&signed_in.issued);
    let next = wait(world.auth.refresh(first.refresh.expose(), &default_client(), Mode::Token)).unwrap();
    wait(world.auth.force_out(signed_in.session.sid)).unwrap();
    for access in [&first.access, &pair(&next.issued).access] {
        assert!(matches!(world.who(Credential::Access(access.expose())), Err(AuthError::InvalidToken)));
    }
    for refresh in [&first.refresh, &pair(&next.issued).refresh] {
        assert!(wait(world.auth.refresh(refresh.expose(), &default_client(), Mode::Token)).is_err());
    }
    assert_eq!(wait(world.auth.force_out(signed_in.session.sid)), Ok(false), "twice is harmless");
}

#[test]
fn the_log_entry_outlives_any_token_that_may_still_be_handed_out() {
    let world = World::new();
    world.sign_up("ada");
    let signed_in = world.sign_in(Mode::Token);
    world.later(299);
    wait(world.auth.force_out(signed_in.session.sid)).unwrap();
    wait(world.auth.follow()).unwrap();
    let row = wait(world.auth.log().since(0, 9)).unwrap().pop().unwrap();
    assert_eq!(row.entry.what, Ended::Session { sid: signed_in.session.sid.to_string() });
    assert_eq!(row.entry.until, NOW.as_secs() + 299 + 300 + 120);
    assert!(row.settled, "the record is gone, and the log knows");
}

#[test]
fn a_list_shows_live_sessions_and_ends_only_ones_own() {
    let world = World::new();
    let ada = world.sign_up("ada");
    let bob = world.sign_up("bob");
    let signed_in = world.sign_in(Mode::Session);
    assert_eq!(wait(world.auth.end_one(bob.id, signed_in.session.sid, Event::SessionEndedElsewhere)), Ok(false));
    assert!(world.works(&signed_in));
    assert_eq!(wait(world.auth.end_one(ada.id, signed_in.session.sid, Event::SessionEndedElsewhere)), Ok(true));
    assert!(!world.works(&signed_in));
    assert_eq!(wait(world.auth.sessions_of(ada.id)).unwrap(), []);
}

#[test]
fn a_new_password_ends_all_sessions_and_the_one_that_asked_gets_a_successor() {
    let world = World::new();
    world.sign_up("ada");
    let here = world.sign_in(Mode::Session);
    let others = [world.sign_in(Mode::Token), world.sign_in(Mode::Hybrid), world.sign_in(Mode::Session)];
    let (current, new) = (Plain::new(PASSWORD.to_owned()), Plain::new("another horse battery staple".to_owned()));
    let successor = wait(world.auth.change_password(&here.session, Some(&current), &new)).unwrap();
    assert!(world.works(&successor) && !world.works(&here));
    assert_ne!(successor.session.sid, here.session.sid);
    assert_eq!(successor.session.ends_at, here.session.ends_at, "it lives no longer than the one before");
    for other in &others {
        assert!(!world.works(other) && !world.lives(&other.session));
    }
    let refresh = pair(&others[0].issued).refresh.expose();
    assert!(wait(world.auth.refresh(refresh, &default_client(), Mode::Token)).is_err());
    assert!(world.try_sign_in("ada", Mode::Session).is_err(), "the old password is over");
}

#[test]
fn a_wrong_current_password_changes_nothing() {
    let world = World::new();
    world.sign_up("ada");
    let here = world.sign_in(Mode::Session);
    let (wrong, new) =
        (Plain::new("not the password".to_owned()), Plain::new("another horse battery staple".to_owned()));
    let changed = wait(world.auth.change_password(&here.session, Some(&wrong), &new));
    assert_eq!(changed.err(), Some(ProveError::Wrong));
    assert_eq!(world.store.calls("change"), 0);
    assert!(world.works(&here) && world.works(&world.sign_in(Mode::Session)));
}

#[test]
fn a_disabled_account_has_no_sessions_no_tokens_and_no_sign_in() {
    let world = World::new();
    let ada = world.sign_up("ada");
    let all = Mode::ALL.map(|m| world.sign_in(m));
    wait(world.auth.disable(ada.id)).unwrap();
    assert!(all.iter().all(|s| !world.works(s)));
    assert_eq!(world.try_sign_in("ada", Mode::Session).err(), Some(SignInError::InvalidCredentials));
    assert!(matches!(wait(world.auth.enable(ada.id)), Ok(Changed::Done(..))));
    assert!(all.iter().all(|s| !world.works(s)), "what ended stays ended");
    assert!(world.works(&world.sign_in(Mode::Session)));
}

#[test]
fn other_roles_make_access_tokens_stale_and_a_refresh_gives_good_ones() {
    let world = World::new();
    let ada = world.sign_up("ada");
    let (token, cookie) = (world.sign_in(Mode::Token), world.sign_in(Mode::Session));
    world.grant(ada.id, "editor", &["articles:write"]);
    let stale = world.who(Credential::Access(pair(&token.issued).access.expose()));
    assert!(matches!(stale, Err(AuthError::AccessStale)), "{stale:?}");
    let next = wait(world.auth.refresh(pair(&token.issued).refresh.expose(), &default_client(), Mode::Token)).unwrap();
    let fresh = world.who(Credential::Access(pair(&next.issued).access.expose())).unwrap();
    assert_eq!((fresh.roles(), fresh.permissions()), (&["editor".to_owned()][..], &["articles:write".to_owned()][..]));
    let by_cookie = world.who(Credential::Session(session_token(&cookie))).unwrap();
    assert_eq!(by_cookie.roles(), ["editor"], "a session sees them at once");
}

#[test]
fn of_two_tokens_of_one_second_the_one_before_the_cut_dies_and_the_one_after_lives() {
    let world = World::new();
    let ada = world.sign_up("ada");
    let before = world.sign_in(Mode::Token);
    wait(world.auth.sign_out_everywhere(ada.id)).unwrap();
    let after = world.sign_in(Mode::Token);
    assert_eq!(before.session.created_at, after.session.created_at);
    assert!(!world.works(&before) && world.works(&after));
}

#[test]
fn an_account_made_anew_under_an_old_name_is_somebody_else() {
    let world = World::new();
    let first = world.sign_up("ada");
    let other = World::new();
    other.later(1);
    other.rng.fail(false);
    let ids: std::collections::BTreeSet<_> = (0..50).map(|n| world.sign_up(&format!("ada{n}")).id).collect();
    assert_eq!(ids.len(), 50);
    assert!(!ids.contains(&first.id));
}

#[test]
fn beyond_the_most_the_session_unused_for_longest_is_revoked_like_any_other() {
    let world = World::with(|policy| policy.most_sessions = 2);
    world.sign_up("ada");
    let first = world.sign_in(Mode::Token);
    world.later(1);
    let second = world.sign_in(Mode::Session);
    world.later(1);
    let third = world.sign_in(Mode::Hybrid);
    assert!(!world.works(&first), "offline verifiers hear of it");
    assert!(world.works(&second) && world.works(&third));
    let rows = wait(world.auth.audit_rows(crate::audit::Wanted::default(), 10)).unwrap();
    assert!(rows.iter().any(|r| r.note.event == Event::SessionPushedOut && r.note.sid == Some(first.session.sid)));
    assert_eq!(wait(world.auth.sessions().find(first.session.sid, NOW)).unwrap(), None, "its record is gone");
}

#[test]
fn where_a_full_account_is_refused_a_browser_may_still_replace_its_own_session() {
    let world = World::with(|policy| (policy.most_sessions, policy.when_full) = (1, WhenFull::Refuse));
    world.sign_up("ada");
    let here = world.sign_in(Mode::Session);
    assert_eq!(world.try_sign_in("ada", Mode::Session).err(), Some(SignInError::TooManySessions));
    assert!(world.works(&here));
    let ask = SignIn { replaces: Some(here.session.clone()), ..world.ask("ada", PASSWORD, Mode::Session) };
    let next = wait(world.auth.sign_in(ask)).unwrap();
    assert!(world.works(&next) && !world.works(&here));
    assert!(wait(world.auth.prove_again(&next.session, &Plain::new(PASSWORD.to_owned()))).is_ok());
}

#[test]
fn a_push_out_that_cannot_be_logged_takes_the_new_session_back() {
    let world = World::with(|policy| policy.most_sessions = 1);
    let ada = world.sign_up("ada");
    let first = world.sign_in(Mode::Session);
    world.store.fail("append", Some(When::Before));
    assert!(matches!(world.try_sign_in("ada", Mode::Session).err(), Some(SignInError::Unavailable(_))));
    world.store.fail("append", None);
    assert!(!world.works(&first), "it is dead, and its end is finished when somebody meets it");
    assert_eq!(wait(world.auth.sessions_of(ada.id)).unwrap(), []);
    assert!(wait(world.auth.log().since(0, 9)).unwrap().len() == 1);
}
