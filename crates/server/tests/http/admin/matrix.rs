//! Every route of administrators, against everybody who may not: nobody, somebody, somebody with every other permission, and
//! somebody whose proof is too old. The routes and what they need come from the description of the API.

use serde_json::{Value, json};

use crate::common::{Caller, House};

struct Route {
    method: String,
    path: String,
    permission: String,
    proof: bool,
}

/// With names in the place of parameters that nothing has.
fn routes() -> Vec<Route> {
    let document: Value = serde_json::from_str(&doorward_server::reference::openapi()).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(permission) = operation["x-permission"].as_str() else {
                assert!(!path.starts_with("/v1/admin"), "{method} {path} says nothing of who may");
                continue;
            };
            routes.push(Route {
                method: method.to_uppercase(),
                path: path
                    .split('/')
                    .map(|part| if part.starts_with('{') { "AAAAAAAAAAAAAAAAAAAAAA" } else { part })
                    .collect::<Vec<_>>()
                    .join("/"),
                permission: permission.to_owned(),
                proof: operation["x-proof"] == true,
            });
        }
    }
    assert!(routes.len() > 30);
    routes
}

const ALL: [&str; 6] =
    ["admin:accounts", "admin:audit", "admin:clients", "admin:keys", "admin:roles", "admin:sessions"];

/// The body is none that any route takes: whoever may is told that, and nothing happens.
async fn ask(caller: &mut Caller, route: &Route) -> crate::common::Answer {
    caller.ask(&route.method, &route.path).json(&json!({ "no": "such member" })).send().await
}

#[tokio::test]
async fn nobody_and_whoever_lacks_the_permission_learn_nothing() {
    let house = House::new().await;
    let mut nobody = house.program();
    let mut somebody = house.signed_in("somebody", "session").await;
    for route in routes() {
        let name = format!("{} {}", route.method, route.path);
        assert_eq!(ask(&mut nobody, &route).await.outcome(), "401 unauthenticated", "{name}");
        let refused = ask(&mut somebody, &route).await;
        assert_eq!(refused.outcome(), "403 forbidden", "{name}");
        assert_eq!(refused.json()["permission"], route.permission.as_str(), "{name}");
    }
}

#[tokio::test]
async fn every_other_permission_is_not_enough_and_the_right_one_is() {
    for mode in ["session", "token", "hybrid"] {
        let house = House::new().await;
        let account = house.account("somebody").await;
        for permission in ALL {
            let others: Vec<&str> = ALL.into_iter().filter(|other| *other != permission).collect();
            for (own, may) in [(others.as_slice(), false), (&[permission][..], true)] {
                house.permit(account.id, own).await;
                let mut caller = house.signed_in("somebody", mode).await;
                for route in routes().iter().filter(|route| route.permission == permission) {
                    let outcome = ask(&mut caller, route).await.outcome();
                    let forbidden = outcome == "403 forbidden";
                    assert_eq!(forbidden, !may, "{mode}: {} {} is {outcome}", route.method, route.path);
                    assert!(may || !outcome.starts_with('2'), "{outcome}");
                }
                house.permit(account.id, &[]).await;
            }
        }
    }
}

#[tokio::test]
async fn what_weighs_heavily_needs_a_proof_of_the_last_ten_minutes() {
    let house = House::new().await;
    let account = house.account("somebody").await;
    house.permit(account.id, &ALL).await;
    let mut caller = house.signed_in("somebody", "session").await;
    house.wait(601);
    let heavy = routes().iter().filter(|route| route.proof).count();
    assert!(heavy > 15, "{heavy}");
    for route in routes() {
        let stale = ask(&mut caller, &route).await.outcome();
        assert_eq!(stale == "403 reauth_required", route.proof, "{} {} is {stale}", route.method, route.path);
    }
    let proved = caller.post("/v1/prove", &json!({ "password": crate::common::PASSWORD })).send().await;
    assert_eq!(proved.status, 200);
    for route in routes() {
        let fresh = ask(&mut caller, &route).await.outcome();
        assert!(!fresh.starts_with("403"), "{} {} is {fresh}", route.method, route.path);
    }
}

#[tokio::test]
async fn an_id_of_somebody_elses_things_opens_nothing_for_a_person() {
    let house = House::new().await;
    let mut ada = house.signed_in("ada", "session").await;
    let mut bob = house.signed_in("bob", "session").await;
    let of_bob = bob.get("/v1/session").send().await.json();
    let (id, sid) = (of_bob["account"]["id"].as_str().unwrap(), of_bob["session"]["sid"].as_str().unwrap());
    for (method, path) in [
        ("GET", format!("/v1/admin/accounts/{id}")),
        ("GET", format!("/v1/admin/accounts/{id}/sessions")),
        ("DELETE", format!("/v1/admin/accounts/{id}/sessions")),
        ("DELETE", format!("/v1/admin/sessions/{sid}")),
        ("POST", format!("/v1/admin/accounts/{id}/reset-link")),
    ] {
        assert_eq!(ada.ask(method, &path).send().await.outcome(), "403 forbidden", "{method} {path}");
    }
    assert_eq!(ada.delete(&format!("/v1/sessions/{sid}")).send().await.outcome(), "404 not_found");
    assert_eq!(bob.get("/v1/session").send().await.status, 200);
}
