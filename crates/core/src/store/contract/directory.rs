//! What the directory promises.

use doorward_verify::Ended;

use super::{NOW, Stores, got, sample_note};
use crate::audit::Wanted;
use crate::directory::{Change, Claim, Client, ClientSecret, Permission, Refused, Role};
use crate::records::Mode;

/// An application with everything that one can have.
#[must_use]
pub fn sample_client(id: &str) -> Client {
    let id = id.parse().expect("an id");
    Client {
        name: Some("Shop 商店".into()),
        audiences: vec!["https://api.example".into()],
        origins: vec!["https://shop.example".into()],
        claims: vec![Claim::Name],
        permissions: vec!["revocations:read".into()],
        native: true,
        idle_timeout: Some(std::time::Duration::from_secs(900)),
        absolute_timeout: Some(std::time::Duration::from_secs(86_400)),
        secrets: vec![ClientSecret::of("a secret", NOW)],
        created_at: NOW,
        ..Client::new(id, vec![Mode::Token, Mode::Hybrid])
    }
}

fn role(name: &str) -> Role {
    Role { name: name.into(), permissions: vec!["admin:audit".into(), "orders:read".into()] }
}

fn permission(name: &str) -> Permission {
    Permission { name: name.into(), about: "Read orders. 订单".into() }
}

fn amend(stores: &Stores, change: Change) -> Result<(), Refused> {
    got(stores.directory.amend(change, sample_note(1))).map(|_| ())
}

/// See its name.
pub fn what_is_put_into_the_directory_comes_back_whole(stores: &Stores) {
    assert_eq!(got(stores.directory.listed()), crate::directory::Listed::default());
    for name in ["orders:read", "a"] {
        assert_eq!(amend(stores, Change::SetPermission(permission(name))), Ok(()));
    }
    for name in ["writer", "editor"] {
        assert_eq!(amend(stores, Change::SetRole(role(name))), Ok(()));
    }
    for id in ["shop", "app"] {
        assert_eq!(amend(stores, Change::AddClient(Box::new(sample_client(id)))), Ok(()));
    }
    let listed = got(stores.directory.listed());
    assert_eq!(listed.clients, [sample_client("app"), sample_client("shop")]);
    assert_eq!(listed.roles, [role("editor"), role("writer")]);
    assert_eq!(listed.permissions, [permission("a"), permission("orders:read")]);
    assert_eq!((listed.stamp, got(stores.directory.stamp())), (6, 6));
    let app = sample_client("app");
    assert_eq!(amend(stores, Change::RemoveSecret(app.id.clone(), app.secrets[0].id.clone())), Ok(()));
    assert_eq!(amend(stores, Change::RemoveRole("writer".into())), Ok(()));
    assert_eq!(amend(stores, Change::RemovePermission("a".into())), Ok(()));
    let listed = got(stores.directory.listed());
    assert_eq!(listed.clients[0], Client { secrets: Vec::new(), ..app });
    assert_eq!((listed.roles.len(), listed.permissions.len(), listed.stamp), (1, 1, 9));
}

/// See its name.
pub fn a_refused_change_writes_nothing(stores: &Stores) {
    assert_eq!(amend(stores, Change::AddClient(Box::new(sample_client("shop")))), Ok(()));
    let before = got(stores.directory.listed());
    let unknown = Err(Refused::UnknownPermission("orders:read".into()));
    assert_eq!(amend(stores, Change::SetRole(role("editor"))), unknown);
    assert_eq!(amend(stores, Change::AddClient(Box::new(sample_client("shop")))), Err(Refused::Taken));
    assert_eq!(amend(stores, Change::EnableClient(sample_client("shop").id)), Err(Refused::Same));
    assert_eq!(amend(stores, Change::DisableClient(sample_client("app").id)), Err(Refused::Missing));
    assert_eq!(got(stores.directory.listed()), before);
    assert_eq!(got(stores.audit.page(Wanted::default(), 100)).len(), 1, "and notes nothing");
}

/// See its name.
pub fn an_application_that_ends_and_its_log_entry_come_together(stores: &Stores) {
    let client = sample_client("shop");
    assert_eq!(amend(stores, Change::AddClient(Box::new(client.clone()))), Ok(()));
    let answer = got(stores.directory.amend(Change::DisableClient(client.id.clone()), sample_note(1)));
    let (listed, seq) = answer.expect("it was enabled");
    assert!(!listed.clients[0].enabled && !listed.clients[0].is_standing(NOW));
    let rows = got(stores.log.since(0, 10));
    assert_eq!(seq, Some(rows[0].seq));
    let what = Ended::Client { client_id: "shop".into(), before: NOW.as_secs() + 1 };
    assert_eq!(rows[0].entry.what, what);
    assert_eq!(amend(stores, Change::EnableClient(client.id)), Ok(()));
    let again = &got(stores.directory.listed()).clients[0];
    assert!(!again.is_standing(NOW) && again.is_standing(NOW.plus(std::time::Duration::from_secs(1))));
}
