//! Two things at once, with the second put exactly where it hurts.

use super::*;
use crate::refresh::RefreshError;
use crate::revoke::End;
use crate::store::AccountChange;
use crate::store::double::When;

/// What happens to the account or the session while a sign-in or a refresh is under way.
#[derive(Clone, Copy, Debug)]
enum Meanwhile {
    Disabled,
    SignedOutEverywhere,
    NewPassword,
}

impl Meanwhile {
    const ALL: [Self; 3] = [Self::Disabled, Self::SignedOutEverywhere, Self::NewPassword];

    fn happens(self, auth: &Auth, account: &Account) {
        let outcome = match self {
            Self::Disabled => wait(auth.disable(account.id)),
            Self::SignedOutEverywhere => return wait(auth.sign_out_everywhere(account.id)).unwrap(),
            Self::NewPassword => {
                let change = AccountChange::Password { hash: "x".into(), at_version: None };
                wait(auth.change_account(account.id, change))
            }
        };
        outcome.unwrap();
    }
}

/// Every step of a sign-in at which somebody else may come in between.
const SIGN_IN_STEPS: [(&str, When); 4] =
    [("by_identifier", When::After), ("insert", When::Before), ("insert", When::After), ("by_id", When::Before)];

#[test]
fn whatever_ends_an_account_during_a_sign_in_leaves_no_session_behind() {
    for (verb, when) in SIGN_IN_STEPS {
        for meanwhile in Meanwhile::ALL {
            for mode in Mode::ALL {
                let world = World::new();
                let account = world.sign_up("ada");
                let (auth, theirs) = (world.auth.clone(), account.clone());
                world.store.once(verb, when, move || meanwhile.happens(&auth, &theirs));
                let outcome = world.try_sign_in("ada", mode);
                assert_eq!(outcome.err(), Some(SignInError::CredentialsChanged), "{verb} {when:?} {meanwhile:?}");
                let left = wait(world.auth.sessions().of_account(account.id, NOW)).unwrap();
                assert_eq!(left, [], "{verb} {when:?} {meanwhile:?}");
            }
        }
    }
}

#[test]
fn whatever_ends_an_account_right_after_a_sign_in_looked_again_ends_that_sign_in() {
    for meanwhile in Meanwhile::ALL {
        let world = World::new();
        let account = world.sign_up("ada");
        let (auth, theirs) = (world.auth.clone(), account.clone());
        world.store.once("by_id", When::After, move || meanwhile.happens(&auth, &theirs));
        let signed_in = world.sign_in(Mode::Token);
        assert!(!world.works(&signed_in) && !world.lives(&signed_in.session), "{meanwhile:?}");
    }
}

#[test]
fn whatever_ends_an_account_during_a_refresh_leaves_nothing_that_works() {
    for (verb, when) in
        [("find", When::After), ("rotate", When::Before), ("rotate", When::After), ("by_id", When::After)]
    {
        for meanwhile in Meanwhile::ALL {
            let world = World::new();
            let account = world.sign_up("ada");
            let signed_in = world.sign_in(Mode::Token);
            let token = pair(&signed_in.issued).refresh.expose().clone();
            let (auth, theirs) = (world.auth.clone(), account.clone());
            world.store.once(verb, when, move || meanwhile.happens(&auth, &theirs));
            match wait(world.auth.refresh(&token, &default_client(), Mode::Token)) {
                Ok(next) => {
                    let access = pair(&next.issued).access.expose();
                    assert!(world.who(Credential::Access(access)).is_err(), "{verb} {when:?} {meanwhile:?}");
                }
                Err(RefreshError::CredentialsChanged | RefreshError::InvalidGrant) => {}
                Err(other) => panic!("{verb} {when:?} {meanwhile:?}: {other:?}"),
            }
            assert!(!world.lives(&signed_in.session), "{verb} {when:?} {meanwhile:?}");
        }
    }
}

#[test]
fn a_sign_out_during_a_refresh_leaves_nothing_that_works() {
    for (verb, when) in
        [("find", When::After), ("rotate", When::Before), ("rotate", When::After), ("by_id", When::After)]
    {
        let world = World::new();
        world.sign_up("ada");
        let signed_in = world.sign_in(Mode::Token);
        let token = pair(&signed_in.issued).refresh.expose().clone();
        let (auth, session) = (world.auth.clone(), signed_in.session.clone());
        world.store.once(verb, when, move || wait(auth.sign_out(&session, End::Current)).unwrap());
        if let Ok(next) = wait(world.auth.refresh(&token, &default_client(), Mode::Token)) {
            let access = pair(&next.issued).access.expose();
            assert!(world.who(Credential::Access(access)).is_err(), "{verb} {when:?}");
        }
        assert!(!world.lives(&signed_in.session), "{verb} {when:?}");
        assert_eq!(wait(world.auth.sessions().find(signed_in.session.sid, NOW)).unwrap(), None);
    }
}

#[test]
fn a_touch_racing_a_sign_out_never_revives() {
    for when in [When::Before, When::After] {
        let world = World::new();
        world.sign_up("ada");
        let signed_in = world.sign_in(Mode::Session);
        world.later(61);
        let (auth, session) = (world.auth.clone(), signed_in.session.clone());
        world.store.once("touch", when, move || wait(auth.sign_out(&session, End::Current)).unwrap());
        let _ = world.who(Credential::Session(session_token(&signed_in)));
        assert!(!world.works(&signed_in) && !world.lives(&signed_in.session), "{when:?}");
    }
}

#[test]
fn roles_given_while_a_token_is_made_are_in_it_or_make_it_stale() {
    for (verb, when) in [("insert", When::After), ("by_id", When::Before), ("by_id", When::After)] {
        let world = World::new();
        let account = world.sign_up("ada");
        let auth = world.auth.clone();
        world.define("editor", &[]);
        world.store.once(verb, when, move || {
            wait(auth.grant_role(account.id, "editor")).unwrap();
        });
        let signed_in = world.sign_in(Mode::Token);
        match world.who(Credential::Access(pair(&signed_in.issued).access.expose())) {
            Ok(principal) => assert_eq!(principal.roles(), ["editor"], "{verb} {when:?}"),
            Err(AuthError::AccessStale) => {}
            Err(other) => panic!("{verb} {when:?}: {other:?}"),
        }
        assert!(world.lives(&signed_in.session));
    }
}
