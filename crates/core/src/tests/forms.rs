//! What pages need of the walk: forms before a sign-in, names, and a record behind a token that is too old.

use super::*;
use crate::accounts::NameFault;
use crate::accounts::rename::RenameError;
use crate::form::Form;

#[test]
fn a_form_comes_back_from_the_browser_it_was_shown_to_or_is_foreign() {
    let world = World::new();
    let (mine, other) = (world.auth.name_browser().unwrap(), world.auth.name_browser().unwrap());
    let token = world.auth.form_token(&mine).unwrap();
    let came_back = |browser: &str, token: &str| world.auth.form_came_back(browser, token).unwrap();
    assert_eq!(came_back(&mine, &token), Form::Fresh);
    assert_eq!(came_back(&other, &token), Form::Foreign);
    let (issued, tag) = token.split_once('.').unwrap();
    let later = format!("{}.{tag}", issued.parse::<i64>().unwrap() + 1);
    for bent in [&later, "", ".", issued, tag, &format!("+{token}"), &format!(" {token}"), &token[..token.len() - 1]] {
        assert_eq!(came_back(&mine, bent), Form::Foreign, "{bent}");
    }
    for browser in ["", "x", &mine[..21], &format!("{mine}A")] {
        let own = world.auth.form_token(browser).unwrap();
        assert_eq!(came_back(browser, &own), Form::Foreign, "{browser:?} is no name of a browser");
    }
    world.later(600);
    assert_eq!(came_back(&mine, &token), Form::Expired);
    assert_eq!(came_back(&other, &token), Form::Foreign, "whose it is comes before how old it is");
}

#[test]
fn a_form_outlives_a_new_root_secret_in_front() {
    let old = World::start(Double::new(), NOW, &[1]).unwrap();
    let new = World::start(Double::new(), NOW, &[2, 1]).unwrap();
    let browser = old.auth.name_browser().unwrap();
    let token = old.auth.form_token(&browser).unwrap();
    assert_eq!(new.auth.form_came_back(&browser, &token), Ok(Form::Fresh));
    assert_eq!(old.auth.form_came_back(&browser, &new.auth.form_token(&browser).unwrap()), Ok(Form::Foreign));
}

#[test]
fn a_new_name_ends_nothing_and_an_unusable_one_changes_nothing() {
    let world = World::new();
    let id = world.sign_up("ada").id;
    let signed_in = world.sign_in(Mode::Hybrid);
    let called = || wait(world.auth.accounts().by_id(id)).unwrap().unwrap().display_name.clone();
    wait(world.auth.rename(id, Some(" Ada 李 "))).unwrap();
    assert_eq!(called().as_deref(), Some("Ada 李"));
    wait(world.auth.rename(id, Some("Ada 李"))).unwrap();
    let refused = wait(world.auth.rename(id, Some("\u{202e}adA")));
    assert_eq!(refused, Err(RenameError::DisplayName(NameFault::Characters)));
    assert_eq!(called().as_deref(), Some("Ada 李"));
    wait(world.auth.rename(id, None)).unwrap();
    assert_eq!(called(), None);
    assert!(world.works(&signed_in));
    let nobody = "AAAAAAAAAAAAAAAAAAAAAA".parse().unwrap();
    assert_eq!(wait(world.auth.rename(nobody, Some("x"))), Err(RenameError::Missing));
}

#[test]
fn an_old_access_token_names_its_record_only_while_that_lives_and_a_forged_one_never() {
    let world = World::new();
    world.sign_up("ada");
    let signed_in = world.sign_in(Mode::Hybrid);
    let token = pair(&signed_in.issued).access.expose().clone();
    let peek = |token: &str| wait(world.auth.peek_access(token)).unwrap().map(|s| s.sid);
    assert_eq!(peek(&token), Some(signed_in.session.sid));
    world.later(3600);
    assert!(matches!(world.who(Credential::Access(&token)), Err(AuthError::AccessExpired)));
    assert_eq!(peek(&token), Some(signed_in.session.sid));
    let (rest, tag) = token.rsplit_once('.').unwrap();
    assert_eq!(peek(&format!("{rest}.{}", tag.chars().rev().collect::<String>())), None);
    assert_eq!(peek("x"), None);
    wait(world.auth.force_out(signed_in.session.sid)).unwrap();
    assert_eq!(peek(&token), None);
}
