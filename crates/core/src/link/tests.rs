//! Links, from their making to their one use.

use crate::accounts::{NewAccount, SignUpError};
use crate::audit::{By, Event};
use crate::policy::SignUp;
use crate::records::{Account, Mode};
use crate::secret::Plain;
use crate::sign_in::SignInError;
use crate::store::Purpose;
use crate::store::contract::{together, wait};
use crate::store::double::When;
use crate::tests::{PASSWORD, World};

use super::*;

const NEW: &str = "another horse battery staple";
const DAY: Duration = Duration::from_secs(86_400);

fn person(identifier: &str, password: &str) -> NewAccount {
    NewAccount {
        identifier: identifier.into(),
        password: Some(Plain::new(password.to_owned())),
        display_name: Some("Ada".into()),
    }
}

fn reset(world: &World, link: &Link, password: &str) -> Result<(), UseError> {
    wait(world.auth.reset(link.token.expose(), &Plain::new(password.to_owned()))).map(|_| ())
}

fn set_up(world: &World, link: &Link, identifier: &str, password: &str) -> Result<Account, UseError> {
    wait(world.auth.set_up(link.token.expose(), person(identifier, password)))
}

#[test]
fn a_link_leads_to_the_public_url_and_its_token_is_256_bits_in_one_form() {
    let world = World::new();
    let account = world.sign_up("ada");
    let link = wait(world.auth.reset_link(account.id)).unwrap();
    assert_eq!(*link.url.expose(), format!("https://door.example/reset?token={}", link.token.expose()));
    assert_eq!(link.token.expose().len(), 43);
    assert!(!world.store.dump().contains(link.token.expose().as_str()), "only its digest is kept");
    for text in ["", "x", &link.token.expose()[..42], &format!("{}A", link.token.expose()), &"!".repeat(43)] {
        let before = world.store.calls("look");
        assert_eq!(wait(world.auth.look_at_link(Purpose::Reset, text)), Ok(None));
        assert_eq!(world.store.calls("look"), before, "what cannot be a token is not looked up");
    }
}

#[test]
fn a_reset_sets_the_password_ends_everything_and_signs_nobody_in() {
    let world = World::new();
    let account = world.sign_up("ada");
    let sessions = Mode::ALL.map(|mode| world.sign_in(mode));
    let link = wait(world.auth.acting(By::operator()).reset_link(account.id)).unwrap();
    assert_eq!(reset(&world, &link, NEW), Ok(()));
    assert!(sessions.iter().all(|s| !world.works(s)));
    assert_eq!(wait(world.auth.sessions_of(account.id)).unwrap(), []);
    assert_eq!(world.try_sign_in("ada", Mode::Session).err(), Some(SignInError::InvalidCredentials));
    assert!(wait(world.auth.sign_in(world.ask("ada", NEW, Mode::Session))).is_ok());
    assert_eq!(reset(&world, &link, PASSWORD), Err(UseError::Gone), "once");
}

#[test]
fn looking_at_a_link_does_not_use_it_and_a_bad_password_does_not_either() {
    let world = World::new();
    let account = world.sign_up("ada");
    let link = wait(world.auth.reset_link(account.id)).unwrap();
    for _ in 0..3 {
        let until = wait(world.auth.look_at_link(Purpose::Reset, link.token.expose())).unwrap();
        assert_eq!(until, Some(link.expires_at));
    }
    let short = reset(&world, &link, "short");
    assert!(matches!(short, Err(UseError::Account(SignUpError::Password(_)))), "{short:?}");
    assert_eq!(reset(&world, &link, NEW), Ok(()));
}

#[test]
fn a_newer_reset_link_cancels_the_older_and_half_an_hour_ends_both() {
    let world = World::new();
    let account = world.sign_up("ada");
    let other = world.sign_up("bob");
    let make = |id| wait(world.auth.reset_link(id)).unwrap();
    let (older, newer, of_bob) = (make(account.id), make(account.id), make(other.id));
    assert_eq!(reset(&world, &older, NEW), Err(UseError::Gone));
    world.later(30 * 60 - 1);
    assert_eq!(reset(&world, &of_bob, NEW), Ok(()));
    world.later(1);
    assert_eq!(reset(&world, &newer, NEW), Err(UseError::Gone));
}

#[test]
fn a_reset_link_dies_when_the_password_changes_or_the_account_is_disabled() {
    let world = World::new();
    let account = world.sign_up("ada");
    let link = wait(world.auth.reset_link(account.id)).unwrap();
    let (current, new) = (Plain::new(PASSWORD.to_owned()), Plain::new(NEW.to_owned()));
    let here = world.sign_in(Mode::Session);
    wait(world.auth.change_password(&here.session, Some(&current), &new)).unwrap();
    assert_eq!(reset(&world, &link, PASSWORD), Err(UseError::Gone));
    let link = wait(world.auth.reset_link(account.id)).unwrap();
    wait(world.auth.disable(account.id)).unwrap();
    assert_eq!(reset(&world, &link, PASSWORD), Err(UseError::Gone));
    assert_eq!(wait(world.auth.reset_link(account.id)).err(), Some(MakeError::Disabled));
}

#[test]
fn of_eight_who_open_one_link_exactly_one_is_served() {
    for round in 0..8 {
        let world = World::new();
        let account = world.sign_up("ada");
        let link = wait(world.auth.reset_link(account.id)).unwrap();
        let served = together(8, |n| reset(&world, &link, &format!("{NEW} {n}")).is_ok());
        assert_eq!(served.iter().filter(|s| **s).count(), 1, "round {round}");
    }
}

#[test]
fn the_first_administrator_is_made_by_link_and_then_there_is_no_other_link() {
    let world = World::new();
    let (older, link) = (wait(world.auth.setup_link()).unwrap(), wait(world.auth.setup_link()).unwrap());
    assert_eq!(set_up(&world, &older, "root", PASSWORD).err(), Some(UseError::Gone));
    let account = set_up(&world, &link, "root", PASSWORD).unwrap();
    assert_eq!(account.roles, ["administrator"]);
    assert!(account.permissions.contains(&"admin:accounts".to_owned()));
    assert!(world.try_sign_in("root", Mode::Session).is_ok());
    assert_eq!(set_up(&world, &link, "second", PASSWORD).err(), Some(UseError::Gone));
    assert_eq!(wait(world.auth.setup_link()).err(), Some(MakeError::Administered));
    let late = World::new();
    let link = wait(late.auth.setup_link()).unwrap();
    late.later(3600);
    assert_eq!(set_up(&late, &link, "root", PASSWORD).err(), Some(UseError::Gone));
}

#[test]
fn an_account_that_is_there_becomes_the_administrator_only_by_its_own_password() {
    let world = World::new();
    world.sign_up("ada");
    let link = wait(world.auth.setup_link()).unwrap();
    assert_eq!(set_up(&world, &link, "ada", NEW).err(), Some(UseError::InvalidCredentials));
    let account = set_up(&world, &link, "ADA", PASSWORD).unwrap();
    assert_eq!(account.roles, ["administrator"]);
    assert_eq!(set_up(&world, &link, "ada", PASSWORD).err(), Some(UseError::Gone));
}

#[test]
fn an_invitation_makes_one_account_for_whom_it_is_meant() {
    let world = World::with(|policy| policy.sign_up = SignUp::Invite);
    let refused = wait(world.auth.sign_up(person("ada", PASSWORD)));
    assert_eq!(refused.err(), Some(SignUpError::Closed));
    let invite = |identifier| wait(world.auth.invite_link(identifier, 7 * DAY)).unwrap();
    let accept = |link: &Link, who: &str| wait(world.auth.accept_invite(link.token.expose(), person(who, PASSWORD)));
    let (older, meant) = (invite(Some("Ada")), invite(Some("ada")));
    let (any, another) = (invite(None), invite(None));
    assert_eq!(accept(&older, "ada").err(), Some(UseError::Gone));
    assert_eq!(accept(&meant, "bob").err(), Some(UseError::Gone), "somebody else's name");
    assert!(accept(&meant, "ADA").is_ok());
    assert_eq!(accept(&any, "ada").err(), Some(UseError::Account(SignUpError::Taken)));
    assert!(accept(&any, "bob").is_ok(), "a name that was taken did not use the link up");
    assert_eq!(accept(&any, "eve").err(), Some(UseError::Gone));
    world.later(7 * 86_400);
    assert_eq!(accept(&another, "eve").err(), Some(UseError::Gone));
    let taken = wait(world.auth.invite_link(Some("bob"), DAY));
    assert_eq!(taken.err(), Some(MakeError::Account(SignUpError::Taken)));
    let closed = World::with(|policy| policy.sign_up = SignUp::Closed);
    assert_eq!(wait(closed.auth.invite_link(None, DAY)).err(), Some(MakeError::Closed));
}

#[test]
fn a_link_taken_while_the_store_fails_works_again_afterwards() {
    let world = World::new();
    let account = world.sign_up("ada");
    let link = wait(world.auth.reset_link(account.id)).unwrap();
    world.store.fail("change", Some(When::Before));
    assert!(matches!(reset(&world, &link, NEW), Err(UseError::Unavailable(_))));
    world.store.fail("change", None);
    assert_eq!(reset(&world, &link, NEW), Ok(()));
}

#[test]
fn every_link_is_written_down_without_its_token() {
    let world = World::with(|policy| policy.sign_up = SignUp::Invite);
    let operator = world.auth.acting(By::operator());
    let account = wait(operator.create_account(person("ada", PASSWORD))).unwrap();
    let links = [
        wait(operator.setup_link()).unwrap(),
        wait(operator.reset_link(account.id)).unwrap(),
        wait(operator.invite_link(Some("bob"), DAY)).unwrap(),
    ];
    let rows = wait(world.auth.audit_rows(crate::audit::Wanted::default(), 10)).unwrap();
    let events: Vec<_> = rows.iter().map(|row| row.note.event).collect();
    let wanted = [Event::AccountCreated, Event::SetupLinkMade, Event::ResetLinkMade, Event::InviteMade];
    assert_eq!(events, wanted);
    let told = serde_json::to_string(&rows.iter().map(|row| &row.note).collect::<Vec<_>>()).unwrap();
    assert!(links.iter().all(|link| !told.contains(link.token.expose().as_str())) && !told.contains("bob"));
}
