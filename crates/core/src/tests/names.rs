//! Spellings of one name, and who gets it.

use super::*;
use crate::accounts::SignUpError;
use crate::store::contract::together;

#[test]
fn of_many_who_sign_up_at_once_with_spellings_of_one_name_one_gets_it() {
    let world = World::new();
    let spellings = ["straße", "STRASSE", "Strasse", "ｓｔｒａｓｓｅ", "StraSSe", "straſſe", "STRAẞE", "Straße"];
    let outcomes = together(spellings.len(), |n| {
        let password = Some(Plain::new(PASSWORD.to_owned()));
        let new = NewAccount { identifier: spellings[n].into(), password, display_name: None };
        wait(world.auth.sign_up(new)).map(|account| account.id)
    });
    let made: Vec<_> = outcomes.iter().flatten().collect();
    assert_eq!(made.len(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|o| o.is_ok() || *o == Err(SignUpError::Taken)));
    for spelling in spellings {
        let found = wait(world.auth.find_account(spelling)).unwrap().unwrap();
        assert_eq!(found.id, *made[0], "{spelling}");
        world.try_sign_in(spelling, Mode::Session).unwrap();
    }
}
