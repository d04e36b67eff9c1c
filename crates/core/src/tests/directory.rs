//! Roles and applications in a walk: what changes is known at once, and whoever races sees it.

use super::*;
use crate::directory::Change;
use crate::store::contract::directory::sample_client;
use crate::store::double::When;

fn permissions(world: &World, account: AccountId) -> Vec<String> {
    wait(world.auth.accounts().by_id(account)).unwrap().unwrap().permissions.clone()
}

#[test]
fn a_role_that_gives_other_permissions_gives_them_to_whoever_has_it() {
    let world = World::new();
    let people: Vec<_> = ["ada", "bob", "eve"].iter().map(|name| world.sign_up(name).id).collect();
    for person in &people[..2] {
        let _ = wait(world.auth.set_role(Role { name: "editor".into(), permissions: Vec::new() }));
        wait(world.auth.grant_role(*person, "editor")).unwrap();
    }
    let token = world.sign_in(Mode::Token);
    world.define("editor", &["articles:write"]);
    assert_eq!(permissions(&world, people[0]), ["articles:write"]);
    assert_eq!(permissions(&world, people[1]), ["articles:write"]);
    assert_eq!(permissions(&world, people[2]), Vec::<String>::new());
    let stale = world.who(Credential::Access(pair(&token.issued).access.expose()));
    assert!(matches!(stale, Err(AuthError::AccessStale)), "{stale:?}");
    assert!(world.lives(&token.session));
    let in_use = wait(world.auth.remove_role("editor"));
    assert!(matches!(in_use, Err(DirectoryError::Refused(Refused::InUse(_)))), "{in_use:?}");
    for person in &people[..2] {
        wait(world.auth.revoke_role(*person, "editor")).unwrap();
    }
    wait(world.auth.remove_role("editor")).unwrap();
    assert_eq!(permissions(&world, people[0]), Vec::<String>::new());
}

#[test]
fn a_role_given_while_it_changes_gives_what_it_gives_then() {
    for (verb, when) in [("change", When::Before), ("change", When::After), ("stamp", When::Before)] {
        let world = World::new();
        let account = world.sign_up("ada");
        world.define("editor", &["old"]);
        let other = World::start(world.store.clone(), NOW, &[1]).unwrap();
        world.store.once(verb, when, move || other.define("editor", &["new"]));
        let assigned = wait(world.auth.grant_role(account.id, "editor")).unwrap();
        assert_eq!(assigned.account.permissions, ["new"], "{verb} {when:?}");
        assert_eq!(permissions(&world, account.id), ["new"], "{verb} {when:?}");
    }
}

#[test]
fn two_administrators_who_give_roles_at_once_both_have_their_way() {
    let world = World::new();
    let account = world.sign_up("ada");
    world.define("editor", &["a"]);
    world.define("writer", &["b"]);
    let auth = world.auth.clone();
    world.store.once("change", When::Before, move || {
        wait(auth.grant_role(account.id, "writer")).unwrap();
    });
    wait(world.auth.grant_role(account.id, "editor")).unwrap();
    let account = wait(world.auth.accounts().by_id(account.id)).unwrap().unwrap();
    assert_eq!(
        (account.roles.as_slice(), account.permissions.as_slice()),
        (&["writer".to_owned(), "editor".to_owned()][..], &["a".to_owned(), "b".to_owned()][..])
    );
}

#[test]
fn what_would_not_fit_into_a_token_is_refused_when_it_is_given() {
    let world = World::new();
    let account = world.sign_up("ada");
    let names: Vec<String> = (0..40).map(|n| format!("a-permission-with-a-long-name-{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    world.define("everything", &names);
    let refused = wait(world.auth.grant_role(account.id, "everything"));
    let Err(DirectoryError::TokenTooLarge { bytes, budget, .. }) = refused else { panic!("{refused:?}") };
    assert!(bytes > budget && budget == 1200);
    assert_eq!(permissions(&world, account.id), Vec::<String>::new());
    world.define("little", &names[..2]);
    let assigned = wait(world.auth.grant_role(account.id, "little")).unwrap();
    let token = world.sign_in(Mode::Token);
    let length = pair(&token.issued).access.expose().len();
    assert!(length <= assigned.token_bytes && assigned.token_bytes - length < 40, "{length} {}", assigned.token_bytes);
}

#[test]
fn a_disabled_application_is_over_at_once_and_what_it_had_stays_so() {
    let world = World::new();
    world.sign_up("ada");
    let client = Client { secrets: Vec::new(), ..sample_client("phone") };
    let id = client.id.clone();
    wait(world.auth.add_client(client)).unwrap();
    let sign_in = || {
        let ask = SignIn { client: Some(id.clone()), ..world.ask("ada", PASSWORD, Mode::Token) };
        wait(world.auth.sign_in(ask))
    };
    let (before, other) = (sign_in().unwrap(), world.sign_in(Mode::Token));
    assert_eq!(before.session.idle_timeout, Duration::from_secs(900), "its own timeout");
    wait(world.auth.disable_client(&id)).unwrap();
    assert!(!world.works(&before) && world.works(&other), "its own tokens and nobody else's");
    assert!(matches!(sign_in(), Err(SignInError::ClientUnknown)));
    let refresh = pair(&before.issued).refresh.expose();
    assert!(wait(world.auth.refresh(refresh, &id, Mode::Token)).is_err());
    world.later(2);
    wait(world.auth.enable_client(&id)).unwrap();
    assert!(!world.works(&before) && wait(world.auth.refresh(refresh, &id, Mode::Token)).is_err());
    assert!(world.works(&sign_in().unwrap()));
}

#[test]
fn another_node_knows_a_new_application_after_its_next_look() {
    let world = World::new();
    world.sign_up("ada");
    let other = World::start(world.store.clone(), NOW, &[1]).unwrap();
    wait(world.auth.add_client(sample_client("phone"))).unwrap();
    let id = sample_client("phone").id;
    assert!(other.auth.client(Some(&id)).is_none());
    wait(other.auth.follow()).unwrap();
    assert!(other.auth.client(Some(&id)).is_some());
    let ask = SignIn { client: Some(id), ..world.ask("ada", PASSWORD, Mode::Token) };
    let signed_in = wait(world.auth.sign_in(ask)).unwrap();
    assert!(other.works(&signed_in), "its audience is known there too");
}

#[test]
fn an_application_is_known_by_either_of_its_secrets_and_by_nothing_else() {
    let world = World::new();
    let client = Client { secrets: Vec::new(), ..sample_client("api") };
    let id = client.id.clone();
    wait(world.auth.add_client(client)).unwrap();
    let [first, second] = [0, 1].map(|_| wait(world.auth.add_client_secret(&id)).unwrap());
    for secret in [&first, &second] {
        assert!(world.auth.client_by_secret(&id, secret.plain.expose()).is_some());
        assert!(secret.plain.expose().starts_with("dw_cs_") && secret.plain.expose().len() == 56);
        assert!(!world.store.dump().contains(secret.plain.expose().as_str()));
    }
    assert!(wait(world.auth.add_client_secret(&id)).is_err(), "two at most");
    wait(world.auth.remove_client_secret(&id, &first.id)).unwrap();
    assert!(world.auth.client_by_secret(&id, first.plain.expose()).is_none());
    assert!(world.auth.client_by_secret(&id, second.plain.expose()).is_some());
    for wrong in ["", "dw_cs_", "nonsense", &second.plain.expose()[..55]] {
        assert!(world.auth.client_by_secret(&id, wrong).is_none(), "{wrong}");
    }
    let other = "default".parse().unwrap();
    assert!(world.auth.client_by_secret(&other, second.plain.expose()).is_none());
    wait(world.auth.disable_client(&id)).unwrap();
    assert!(world.auth.client_by_secret(&id, second.plain.expose()).is_none());
}

#[test]
fn what_stands_in_the_configuration_is_not_changed_here() {
    let world = World::new();
    let shop: ClientId = "shop".parse().unwrap();
    let refused =
        |answer: Result<(), DirectoryError>| assert_eq!(answer, Err(DirectoryError::Refused(Refused::BuiltIn)));
    refused(wait(world.auth.add_client(sample_client("shop"))).map(|_| ()));
    refused(wait(world.auth.disable_client(&shop)).map(|_| ()));
    refused(wait(world.auth.disable_client(&ClientId::default_client())).map(|_| ()));
    refused(wait(world.auth.add_client_secret(&shop)).map(|_| ()));
    assert_eq!(wait(world.auth.directory().listed()).unwrap().stamp, 0);
}

#[test]
fn an_older_copy_of_the_directory_never_takes_the_place_of_a_newer_one() {
    let world = World::new();
    let old = wait(world.auth.directory().listed()).unwrap();
    wait(world.auth.amend(Change::AddClient(Box::new(sample_client("phone"))))).unwrap();
    world.auth.take_in_directory(old);
    assert!(world.auth.client(Some(&sample_client("phone").id)).is_some());
}
