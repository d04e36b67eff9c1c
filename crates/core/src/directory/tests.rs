//! The rules of the directory, as tables.

use std::time::Duration;

use doorward_verify::Timestamp;

use super::*;
use crate::records::Mode;
use crate::store::contract::NOW;
use crate::store::contract::directory::sample_client;

fn role(name: &str, permissions: &[&str]) -> Role {
    Role { name: name.into(), permissions: permissions.iter().map(ToString::to_string).collect() }
}

fn permission(name: &str) -> Permission {
    Permission { name: name.into(), about: "For a test.".into() }
}

fn does(listed: &mut Listed, change: Change) -> Result<(), Refused> {
    apply(listed, &change, NOW).map(|_| ())
}

#[test]
fn a_role_gives_only_what_somebody_has_said_the_meaning_of() {
    let mut listed = Listed::default();
    let editor = Change::SetRole(role("editor", &["articles:write", "admin:audit"]));
    assert_eq!(does(&mut listed, editor.clone()), Err(Refused::UnknownPermission("articles:write".into())));
    assert_eq!(does(&mut listed, Change::SetPermission(permission("articles:write"))), Ok(()));
    assert_eq!(does(&mut listed, editor.clone()), Ok(()));
    assert_eq!(does(&mut listed, editor), Err(Refused::Same));
    let still = Err(Refused::InUse("the role \"editor\"".into()));
    assert_eq!(does(&mut listed, Change::RemovePermission("articles:write".into())), still);
    assert_eq!(does(&mut listed, Change::RemoveRole("editor".into())), Ok(()));
    assert_eq!(does(&mut listed, Change::RemoveRole("editor".into())), Err(Refused::Missing));
    assert_eq!(does(&mut listed, Change::RemovePermission("articles:write".into())), Ok(()));
    assert_eq!(listed.stamp, 4, "what was refused moved nothing");
}

#[test]
fn what_comes_with_doorward_is_not_changed() {
    let mut listed = Listed::default();
    assert_eq!(does(&mut listed, Change::SetRole(role(ADMINISTRATOR, &[]))), Err(Refused::BuiltIn));
    assert_eq!(does(&mut listed, Change::RemoveRole(ADMINISTRATOR.into())), Err(Refused::BuiltIn));
    for (name, _) in BUILT_IN {
        assert_eq!(does(&mut listed, Change::SetPermission(permission(name))), Err(Refused::BuiltIn));
        assert_eq!(does(&mut listed, Change::RemovePermission((*name).into())), Err(Refused::BuiltIn));
        assert!(is_name(name));
    }
}

#[test]
fn a_name_fits_into_a_token_and_a_header() {
    let longest = "x".repeat(64);
    for good in ["editor", "articles:write", "A.b_c-9", &longest] {
        assert!(is_name(good), "{good}");
    }
    let too_long = "x".repeat(65);
    for bad in ["", "a b", "a,b", "a\nb", "é", "管理员", "a/b", "a\"b", &too_long] {
        assert!(!is_name(bad), "{bad}");
        assert_eq!(does(&mut Listed::default(), Change::SetRole(role(bad, &[]))), Err(Refused::Name));
        assert_eq!(does(&mut Listed::default(), Change::SetPermission(permission(bad))), Err(Refused::Name));
    }
}

#[test]
fn of_an_application_two_secrets_count_at_once_and_no_more() {
    let mut listed = Listed { clients: vec![sample_client("shop")], ..Listed::default() };
    let id = listed.clients[0].id.clone();
    let [second, third] = ["two", "three"].map(|s| ClientSecret::of(s, NOW));
    assert_eq!(does(&mut listed, Change::AddSecret(id.clone(), second.clone())), Ok(()));
    assert_eq!(does(&mut listed, Change::AddSecret(id.clone(), third.clone())), Err(Refused::TooManySecrets));
    let first = listed.clients[0].secrets[1].id.clone();
    assert_eq!(does(&mut listed, Change::RemoveSecret(id.clone(), first)), Ok(()));
    assert_eq!(does(&mut listed, Change::AddSecret(id, third.clone())), Ok(()));
    assert_eq!(listed.clients[0].secrets, [third, second]);
}

#[test]
fn other_settings_leave_secrets_age_and_whether_it_is_enabled_as_they_are() {
    let mut listed = Listed { clients: vec![sample_client("shop")], ..Listed::default() };
    let id = listed.clients[0].id.clone();
    assert_eq!(does(&mut listed, Change::DisableClient(id.clone())), Ok(()));
    let plain = Client::new(id.clone(), vec![Mode::Session]);
    assert_eq!(does(&mut listed, Change::SetClient(Box::new(plain.clone()))), Ok(()));
    let now = &listed.clients[0];
    assert!(!now.enabled && now.ended_before.is_some() && now.secrets == sample_client("shop").secrets);
    assert_eq!((now.modes.as_slice(), now.created_at), (&[Mode::Session][..], NOW));
    assert_eq!(does(&mut listed, Change::SetClient(Box::new(plain))), Err(Refused::Same));
}

#[test]
fn an_origin_is_written_as_browsers_write_it() {
    let with = |origin: &str| {
        let origins = vec![origin.to_owned()];
        Client { origins, ..Client::new("shop".parse().unwrap(), vec![Mode::Token]) }.check(Duration::from_secs(300))
    };
    for good in [
        "https://app.example",
        "https://app.example:8443",
        "http://localhost:3000",
        "http://127.0.0.1:3000",
        "https://[2001:db8::1]:8443",
        "https://[2001:db8::1]",
        "https://xn--bcher-kva.example",
    ] {
        assert_eq!(with(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "*",
        "null",
        "app.example",
        "https://",
        "https://App.example",
        "https://app.example/",
        "https://app.example/path",
        "https://app.example:443",
        "http://app.example:80",
        "https://app.example:0",
        "https://app.example:08443",
        "https://app.example:99999",
        "https://user@app.example",
        "https://*.app.example",
        "https://app.example?x",
        "ftp://app.example",
        "https://bücher.example",
        "https://app.example, https://other.example",
        "https://2001:db8::1",
        "https://[2001:db8::1",
    ] {
        assert!(with(bad).is_err(), "{bad}");
    }
}

#[test]
fn settings_that_no_application_can_have_are_refused() {
    let access = Duration::from_secs(300);
    let good = sample_client("shop");
    assert_eq!(good.check(access), Ok(()));
    let minutes = |n: u64| Some(Duration::from_secs(60 * n));
    for (bad, why) in [
        (Client { modes: Vec::new(), permissions: Vec::new(), ..good.clone() }, ClientFault::NoMode),
        (Client { audiences: vec![String::new()], ..good.clone() }, ClientFault::Audience),
        (Client { audiences: vec!["a".into(); 33], ..good.clone() }, ClientFault::TooMany),
        (Client { name: Some("a\nb".into()), ..good.clone() }, ClientFault::Name),
        (Client { idle_timeout: minutes(9), ..good.clone() }, ClientFault::Timeouts),
        (Client { idle_timeout: minutes(20), absolute_timeout: minutes(15), ..good.clone() }, ClientFault::Timeouts),
        (Client { absolute_timeout: minutes(60 * 24 * 401), ..good.clone() }, ClientFault::Timeouts),
    ] {
        assert_eq!(bad.check(access), Err(why));
    }
    let of_its_own = Client { modes: Vec::new(), ..good };
    assert_eq!(of_its_own.check(access), Ok(()), "one that acts in its own name signs nobody in");
}

#[test]
fn the_stored_form_of_an_application_is_read_as_it_was_first_written() {
    let golden = concat!(
        r#"{"id":"shop","name":"Shop 商店","modes":["token","hybrid"],"audiences":["https://api.example"],"#,
        r#""origins":["https://shop.example"],"claims":["name"],"permissions":["revocations:read"],"native":true,"#,
        r#""idle_timeout":{"secs":900,"nanos":0},"absolute_timeout":{"secs":86400,"nanos":0},"enabled":true,"#,
        r#""ended_before":null,"secrets":[{"id":"mEylFiIA","digest":"mEylFiIAc0xZIUjxggtxBX8JhXPROGZrSGY-TjDNjTo","#,
        r#""created_at":1800000000000}],"created_at":1800000000000}"#
    );
    let written = serde_json::to_string(&sample_client("shop")).unwrap();
    assert_eq!(serde_json::from_str::<Client>(&written).unwrap(), sample_client("shop"));
    assert_eq!(written, golden);
    let first: Client = serde_json::from_str(r#"{"id":"shop","modes":["session"],"enabled":true}"#).unwrap();
    assert_eq!(
        first,
        Client::new("shop".parse().unwrap(), vec![Mode::Session]),
        "what is missing is as nothing was said"
    );
    assert_eq!(first.created_at, Timestamp::from_millis(0));
}

#[test]
fn an_application_of_the_configuration_is_seen_instead_of_one_in_the_database() {
    let listed = Listed { clients: vec![sample_client("shop"), sample_client("web")], ..Listed::default() };
    let own = Client::new("shop".parse().unwrap(), vec![Mode::Session]);
    let registry = Registry::new(listed, std::slice::from_ref(&own));
    assert_eq!(registry.client(Some(&own.id)).map(|c| &**c), Some(&own));
    assert_eq!(registry.clients().len(), 2);
    assert_eq!(registry.audiences("https://door.example"), ["https://api.example", "https://door.example"]);
    assert_eq!(registry.client(None), None, "no built-in one was configured");
}
