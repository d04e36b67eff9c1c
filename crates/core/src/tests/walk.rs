//! From sign-up to the end, as people walk it.

use super::*;
use crate::accounts::{NameFault, SignUpError};
use crate::wire;

#[test]
fn one_person_signs_in_three_ways_and_is_recognised_in_each() {
    let world = World::new();
    let account = world.sign_up("Ada");
    for mode in Mode::ALL {
        let signed_in = world.sign_in(mode);
        assert_eq!((signed_in.account.id, signed_in.session.mode), (account.id, mode));
        let principal = match &signed_in.issued {
            Issued::Session(token) => world.who(Credential::Session(token.expose())),
            Issued::Pair(pair) => world.who(Credential::Access(pair.access.expose())),
        };
        let principal = principal.unwrap();
        assert_eq!((principal.account(), principal.sid()), (Some(account.id), Some(signed_in.session.sid)));
    }
    assert_eq!(wait(world.auth.sessions_of(account.id)).unwrap().len(), 3, "one list for all three");
}

#[test]
fn an_access_token_says_what_the_profile_asks_for_and_is_small() {
    let world = World::new();
    let account = world.sign_up("ada");
    let roles = ["editor", "reviewer", "author"].map(String::from).to_vec();
    let permissions = ["articles:read", "articles:write", "comments:moderate"].map(String::from).to_vec();
    for (role, permission) in roles.iter().zip(&permissions) {
        world.grant(account.id, role, &[permission]);
    }
    let signed_in = world.sign_in(Mode::Token);
    let token = pair(&signed_in.issued).access.expose();
    assert!(token.len() <= 700, "{} bytes", token.len());
    let Principal::Token(verified) = world.who(Credential::Access(token)).unwrap() else { panic!("a token") };
    let claims = &verified.claims;
    assert_eq!(
        (claims.iss.as_str(), claims.aud.as_slice()),
        ("https://door.example", &["https://door.example".to_owned()][..])
    );
    assert_eq!((claims.sub.as_str(), claims.client_id.as_str()), (account.id.as_str(), "default"));
    assert_eq!((claims.iat, claims.exp - claims.iat), (NOW.as_secs(), 300));
    assert_eq!((claims.sid.as_deref(), claims.ver), (Some(signed_in.session.sid.as_str()), Some(4)));
    assert_eq!((claims.auth_time, claims.acr.as_deref()), (Some(NOW.as_secs()), Some("urn:doorward:pwd")));
    assert_eq!(
        (&claims.roles, &claims.permissions, claims.amr.as_slice()),
        (&roles, &permissions, &["pwd".to_owned()][..])
    );
    assert_eq!(claims.jti.len(), 22);
}

#[test]
fn a_token_of_our_own_making_is_never_adopted() {
    let world = World::new();
    let account = world.sign_up("ada");
    let sid = crate::id::SessionId::draw(&account.id, &SeededRng::new(77)).unwrap();
    let chosen = wire::session_token(&sid, 0, &[7; 32]);
    assert!(matches!(world.who(Credential::Session(chosen.expose())), Err(AuthError::Unauthenticated)));
    assert_ne!(world.sign_in(Mode::Session).session.sid, sid);
    assert!(world.who(Credential::Session(chosen.expose())).is_err());
}

#[test]
fn text_that_is_no_token_never_reaches_the_store() {
    let world = World::new();
    world.sign_up("ada");
    let signed_in = world.sign_in(Mode::Session);
    let token = session_token(&signed_in).to_owned();
    let before = world.store.calls("find");
    for text in [
        "",
        "x",
        &token[1..],
        &token[..token.len() - 1],
        &format!("{token} "),
        &token.to_uppercase(),
        &"a".repeat(9000),
    ] {
        assert!(world.who(Credential::Session(text)).is_err());
    }
    assert_eq!(world.store.calls("find"), before);
}

#[test]
fn the_right_id_with_another_secret_is_nobody() {
    let world = World::new();
    world.sign_up("ada");
    let (one, two) = (world.sign_in(Mode::Session), world.sign_in(Mode::Session));
    let parts = wire::parse_session_token(session_token(&two)).unwrap();
    let secret = doorward_verify::base64url::decode_array(parts.secret.as_bytes()).unwrap();
    let mixed = wire::session_token(&one.session.sid, 0, &secret);
    assert!(world.who(Credential::Session(mixed.expose())).is_err());
    let other_line = wire::session_token(&two.session.sid, 1, &secret);
    assert!(world.who(Credential::Session(other_line.expose())).is_err());
}

#[test]
fn an_idle_session_ends_to_the_second_and_activity_is_written_once_a_minute() {
    let world = World::new();
    world.sign_up("ada");
    let signed_in = world.sign_in(Mode::Session);
    let token = session_token(&signed_in);
    for _ in 0..120 {
        world.later(1);
        assert!(world.who(Credential::Session(token)).is_ok());
    }
    assert_eq!(world.store.calls("touch"), 2, "once a minute");
    world.later(3599);
    assert!(world.who(Credential::Session(token)).is_ok(), "one second before the idle timeout");
    world.later(3600);
    assert!(matches!(world.who(Credential::Session(token)), Err(AuthError::Unauthenticated)));
}

#[test]
fn no_activity_moves_the_absolute_end() {
    let world = World::new();
    world.sign_up("ada");
    let signed_in = world.sign_in(Mode::Session);
    let token = session_token(&signed_in);
    for minute in 1..24 * 60 {
        world.later(60);
        assert!(world.who(Credential::Session(token)).is_ok(), "minute {minute}");
    }
    world.later(60);
    assert!(world.who(Credential::Session(token)).is_err());
}

#[test]
fn an_access_token_never_outlives_its_session() {
    let world = World::new();
    world.sign_up("ada");
    let signed_in = world.sign_in(Mode::Token);
    let mut refresh = pair(&signed_in.issued).refresh.expose().clone();
    for _ in 0..29 {
        world.later(86_400);
        let next = wait(world.auth.refresh(&refresh, &default_client(), Mode::Token)).unwrap();
        refresh.clone_from(pair(&next.issued).refresh.expose());
    }
    world.later(86_400 - 60);
    let last = wait(world.auth.refresh(&refresh, &default_client(), Mode::Token)).unwrap();
    let last = pair(&last.issued);
    assert_eq!(last.access_expires_in.as_secs(), 60, "cut to what is left of the session");
    assert_eq!(last.refresh_expires_at, signed_in.session.ends_at);
    world.later(60);
    assert!(wait(world.auth.refresh(last.refresh.expose(), &default_client(), Mode::Token)).is_err());
}

#[test]
fn remember_lengthens_both_timeouts_where_the_mode_has_longer_ones() {
    let world = World::new();
    world.sign_up("ada");
    for (mode, days) in [(Mode::Session, 30), (Mode::Hybrid, 30), (Mode::Token, 30)] {
        let ask = SignIn { remember: true, ..world.ask("ada", PASSWORD, mode) };
        let session = wait(world.auth.sign_in(ask)).unwrap().session;
        assert_eq!(session.ends_at.since(NOW).as_secs(), days * 86_400, "{mode}");
        assert_eq!(session.remember, mode != Mode::Token);
    }
}

#[test]
fn clients_and_modes_are_checked_before_anybody_is_looked_up() {
    let world = World::new();
    world.sign_up("ada");
    let before = world.store.calls("by_identifier");
    let unknown = SignIn { client: Some("nobody".parse().unwrap()), ..world.ask("ada", PASSWORD, Mode::Session) };
    assert_eq!(wait(world.auth.sign_in(unknown)).err(), Some(SignInError::ClientUnknown));
    assert_eq!(world.store.calls("by_identifier"), before);
}

#[test]
fn unknown_wrong_disabled_and_without_password_are_told_the_same() {
    let world = World::new();
    world.sign_up("ada");
    let disabled = world.sign_up("bob");
    wait(world.auth.disable(disabled.id)).unwrap();
    let bare = NewAccount { identifier: "eve".into(), password: None, display_name: None };
    wait(world.auth.create_account(bare)).unwrap();
    for (who, password) in [
        ("nobody", PASSWORD),
        ("ada", "wrong horse battery staple"),
        ("bob", PASSWORD),
        ("eve", PASSWORD),
        ("two words", PASSWORD),
    ] {
        let outcome = wait(world.auth.sign_in(world.ask(who, password, Mode::Session)));
        assert_eq!(outcome.err(), Some(SignInError::InvalidCredentials), "{who}");
    }
}

#[test]
fn what_cannot_be_an_account_is_refused_before_anything_is_looked_up() {
    let world = World::new();
    let sign_up = |identifier: &str, password: &str, name: Option<&str>| {
        let password = Some(Plain::new(password.to_owned()));
        let new = NewAccount { identifier: identifier.into(), password, display_name: name.map(Into::into) };
        wait(world.auth.sign_up(new))
    };
    assert_eq!(sign_up("a b", PASSWORD, None).err(), Some(SignUpError::Identifier(NameFault::Characters)));
    assert_eq!(
        sign_up("ada", PASSWORD, Some("\u{202e}x")).err(),
        Some(SignUpError::DisplayName(NameFault::Characters))
    );
    assert!(matches!(sign_up("ada", "short", None), Err(SignUpError::Password(_))));
    assert_eq!(world.store.calls("create"), 0);
    sign_up("ada", PASSWORD, None).unwrap();
    assert!(
        matches!(sign_up("ada", "short", None), Err(SignUpError::Password(_))),
        "a short password tells nothing of who is there"
    );
    assert_eq!(sign_up("ＡＤＡ", PASSWORD, None).err(), Some(SignUpError::Taken));
}

#[test]
fn a_hash_of_an_older_cost_is_made_anew_at_the_next_sign_in_and_once() {
    let world = World::new();
    let account = world.sign_up("ada");
    let salt = [9; 16];
    let weak = Cost { memory_kib: 16, passes: 1, lanes: 1 };
    let old = crate::password::Worker::new().hash(&Plain::new(PASSWORD.into()), &salt, weak).unwrap();
    let from = account.password.clone().unwrap();
    let change = crate::store::AccountChange::Rehash { from, to: old };
    wait(world.auth.accounts().change(account.id, change, crate::store::contract::sample_note(1))).unwrap();
    let before = world.store.calls("change");
    world.sign_in(Mode::Session);
    world.sign_in(Mode::Session);
    assert_eq!(world.store.calls("change"), before + 1);
    let kept = wait(world.auth.accounts().by_id(account.id)).unwrap().unwrap();
    assert!(kept.password.as_ref().unwrap().contains("m=64,"));
    assert_eq!(kept.version, account.version, "nobody is signed out by it");
}
