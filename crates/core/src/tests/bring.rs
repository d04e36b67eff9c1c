//! Rows as they come, and what becomes of them.

use super::*;
use crate::accounts::bring::{How, Outcome, Row, RowFault};

const ADD: How = How { check_only: false, update: false, keep_ids: false };
const CHECK: How = How { check_only: true, ..ADD };
const UPDATE: How = How { update: true, ..ADD };
const PUT_BACK: How = How { keep_ids: true, ..ADD };

/// Of [`PASSWORD`], from a program that writes bcrypt.
const BCRYPT: &str = "$2b$04$x3MfYcZVHImRgRhA.AFbae7zRCUnvyD4oW33FKG71.e3V0jP8e0c2";

fn row(identifier: &str) -> Row {
    Row { identifier: identifier.into(), password_hash: Some(BCRYPT.into()), ..Row::default() }
}

fn bring(world: &World, rows: Vec<Row>, how: How) -> Vec<Outcome> {
    wait(world.auth.bring(rows, how)).unwrap()
}

fn found(world: &World, identifier: &str) -> Account {
    wait(world.auth.find_account(identifier)).unwrap().unwrap()
}

#[test]
fn who_came_along_signs_in_with_the_old_password() {
    let world = World::new();
    world.define("editor", &["editor:write"]);
    let long_ago = NOW.minus(Duration::from_secs(86_400));
    let ada = Row {
        display_name: Some("Ada".into()),
        roles: Some(vec!["editor".into()]),
        created_at: Some(long_ago),
        ..row("Ada@Example.org")
    };
    let gone = Row { disabled: Some(true), ..row("gone") };
    let django = Row { password_hash: Some("!unusable".into()), ..row("nobody") };
    let outcomes = bring(&world, vec![ada, gone, django], ADD);
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::Made(_))), "{outcomes:?}");
    let ada = found(&world, "ada@example.org");
    assert_eq!(outcomes[0], Outcome::Made(ada.id));
    assert_eq!((ada.display_name.as_deref(), ada.created_at), (Some("Ada"), long_ago));
    assert_eq!(ada.permissions, ["editor:write"]);
    assert!(world.try_sign_in("ada@example.org", Mode::Token).is_ok());
    assert!(found(&world, "ada@example.org").password.unwrap().starts_with("$argon2id$"), "and has ours from then on");
    assert!(world.try_sign_in("gone", Mode::Session).is_err());
    assert_eq!(found(&world, "nobody").password, None);
}

#[test]
fn a_faulty_row_says_what_is_wrong_and_keeps_no_other_away() {
    let world = World::new();
    let id = |id: &str| Some(id.to_owned());
    let hash = |hash: &str| Row { password_hash: Some(hash.into()), ..row("a") };
    let table = [
        (row(""), "identifier", "empty"),
        (row("two words"), "identifier", "unusable_character"),
        (row("аdmin"), "identifier", "mixed_scripts"),
        (Row { display_name: Some("\u{202e}x".into()), ..row("a") }, "display_name", "unusable_character"),
        (hash("5f4dcc3b5aa765d61d8327deb882cf99"), "password_hash", "hash_unknown"),
        (hash("md5$salt$5f4dcc3b5aa765d61d8327deb882cf99"), "password_hash", "hash_unknown"),
        (hash("$2b$10$short"), "password_hash", "hash_malformed"),
        (hash(&BCRYPT.replace("$04$", "$20$")), "password_hash", "hash_too_costly"),
        (Row { roles: Some(vec!["emperor".into()]), ..row("a") }, "roles", "role_unknown"),
        (Row { disabled: Some(false), disabled_at: Some(NOW), ..row("a") }, "disabled", "contradiction"),
        (Row { created_at: Some(NOW.plus(Duration::from_secs(1))), ..row("a") }, "created_at", "in_the_future"),
    ];
    let rows = table.iter().map(|(row, ..)| row.clone()).chain([row("good")]).collect();
    let outcomes = bring(&world, rows, ADD);
    for ((_, field, code), outcome) in table.iter().zip(&outcomes) {
        let Outcome::Faulty(fault) = outcome else { panic!("{field} {code}: {outcome:?}") };
        assert_eq!((fault.field(), fault.code()), (*field, *code));
        assert!(!fault.to_string().contains("5f4dcc"));
    }
    assert!(matches!(outcomes.last(), Some(Outcome::Made(_))));
    let unusable = bring(&world, vec![Row { id: id("4711"), ..row("b") }], PUT_BACK);
    assert_eq!(unusable, [Outcome::Faulty(RowFault::IdUnusable)]);
}

#[test]
fn a_check_writes_nothing_and_says_what_would_be() {
    let world = World::new();
    world.sign_up("ada");
    let before = world.store.dump();
    let named = Row { display_name: Some("Ada".into()), ..row("ada") };
    let rows = vec![named, row("bob"), row("a b")];
    assert!(matches!(bring(&world, rows.clone(), CHECK)[..], [Outcome::There(_), Outcome::New, Outcome::Faulty(_)]));
    let update = How { update: true, ..CHECK };
    assert!(matches!(bring(&world, rows, update)[..], [Outcome::Updated(_), Outcome::New, Outcome::Faulty(_)]));
    assert_eq!(world.store.dump(), before);
}

#[test]
fn the_same_rows_again_change_nothing() {
    let world = World::new();
    let rows = vec![row("ada"), row("bob")];
    bring(&world, rows.clone(), ADD);
    world.sign_in(Mode::Session);
    let before = world.store.dump();
    assert!(matches!(bring(&world, rows.clone(), ADD)[..], [Outcome::There(_), Outcome::There(_)]));
    assert!(
        matches!(bring(&world, rows, UPDATE)[..], [Outcome::There(_), Outcome::There(_)]),
        "also where the hash is ours by now"
    );
    assert_eq!(world.store.dump(), before);
}

#[test]
fn an_update_changes_what_the_row_knows_and_never_a_password_that_is_there() {
    let world = World::new();
    world.define("editor", &["editor:write"]);
    let ada = world.sign_up("ada");
    bring(&world, vec![Row { password_hash: None, ..row("bob") }], ADD);
    let session = world.sign_in(Mode::Session);
    let rows =
        vec![Row { display_name: Some("Ada".into()), roles: Some(vec!["editor".into()]), ..row("ada") }, row("bob")];
    assert!(matches!(bring(&world, rows, UPDATE)[..], [Outcome::Updated(_), Outcome::Updated(_)]));
    let after = found(&world, "ada");
    assert_eq!((after.id, after.display_name.as_deref(), after.password), (ada.id, Some("Ada"), ada.password));
    assert_eq!(after.permissions, ["editor:write"]);
    assert!(world.works(&session), "a name signs nobody out");
    assert!(world.try_sign_in("bob", Mode::Session).is_ok(), "who had no password has one now");
    let disabled = vec![Row { disabled: Some(true), ..row("ada") }];
    assert!(matches!(bring(&world, disabled.clone(), UPDATE)[..], [Outcome::Updated(_)]));
    assert!(!world.works(&session));
    assert!(matches!(bring(&world, disabled, UPDATE)[..], [Outcome::There(_)]));
    assert!(matches!(
        bring(&world, vec![Row { disabled: Some(false), ..row("ada") }], UPDATE)[..],
        [Outcome::Updated(_)]
    ));
    assert!(world.try_sign_in("ada", Mode::Session).is_ok());
}

#[test]
fn what_was_taken_along_comes_back_as_it_was_under_the_same_id() {
    let world = World::new();
    world.define("editor", &["editor:write"]);
    let ada = world.sign_up("ada");
    bring(&world, vec![Row { disabled: Some(true), roles: Some(vec!["editor".into()]), ..row("bob") }], ADD);
    let without = wait(world.auth.take_along(None, 10, false)).unwrap();
    assert!(without.iter().all(|row| row.password_hash.is_none()));
    let rows = wait(world.auth.take_along(None, 10, true)).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(wait(world.auth.take_along(Some("ada".into()), 10, true)).unwrap(), rows[1..]);

    let elsewhere = World::new();
    elsewhere.define("editor", &["editor:write"]);
    let made = bring(&elsewhere, rows.clone(), PUT_BACK);
    assert_eq!(made[0], Outcome::Made(ada.id));
    let (before, after) = (found(&world, "bob"), found(&elsewhere, "bob"));
    assert_eq!((after.id, after.disabled_at, after.created_at), (before.id, before.disabled_at, before.created_at));
    assert!(elsewhere.try_sign_in("ada", Mode::Session).is_ok());

    // Deleted and put back where it was: what was handed out before stays dead, what is handed out now works.
    let old = world.sign_in(Mode::Token);
    wait(world.auth.delete_account(ada.id)).unwrap();
    assert_eq!(bring(&world, rows, PUT_BACK)[0], Outcome::Made(ada.id));
    assert!(!world.works(&old));
    assert!(world.works(&world.sign_in(Mode::Token)));
    let renamed = Row { id: Some(ada.id.to_string()), ..row("eve") };
    assert_eq!(bring(&world, vec![renamed], PUT_BACK), [Outcome::Faulty(RowFault::IdTaken)]);
}

#[test]
fn of_two_rows_with_one_identifier_the_first_comes_along() {
    let world = World::new();
    let outcomes = bring(&world, vec![row("ada"), row("ADA")], ADD);
    assert!(matches!(outcomes[..], [Outcome::Made(_), Outcome::There(_)]), "{outcomes:?}");
    assert_eq!(format!("{:?}", row("ada")), "Row { .. }");
}
