//! `/v1/admin/accounts`, and the links that work once.

use doorward_core::directory::ADMINISTRATOR;
use doorward_core::policy::SignUp;
use serde_json::{Value, json};

use crate::common::{Caller, House, PASSWORD};

fn identifiers(list: &Value) -> Vec<&str> {
    list["accounts"].as_array().unwrap().iter().map(|a| a["identifier"].as_str().unwrap()).collect()
}

async fn id_of(house: &House, identifier: &str) -> String {
    house.auth.find_account(identifier).await.unwrap().unwrap().id.to_string()
}

async fn outcome(caller: &mut Caller, method: &str, path: &str) -> String {
    caller.ask(method, path).send().await.outcome()
}

#[tokio::test]
async fn accounts_are_listed_in_pages_and_found_by_name_beginning_and_role() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    for name in ["ada", "adam", "bob"] {
        house.account(name).await;
    }
    let mut seen: Vec<String> = Vec::new();
    let mut path = "/v1/admin/accounts?limit=3".to_owned();
    loop {
        let page = root.get(&path).send().await.json();
        seen.extend(identifiers(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/admin/accounts?limit=3&next={next}");
    }
    assert_eq!(seen, ["ada", "adam", "bob", "root"]);
    for (query, found) in [
        ("identifier=ADA", vec!["ada"]),
        ("starts_with=ad", vec!["ada", "adam"]),
        ("role=administrator", vec!["root"]),
        ("role=no-such-role", vec![]),
        ("starts_with=%00", vec![]),
    ] {
        let page = root.get(&format!("/v1/admin/accounts?{query}")).send().await;
        assert_eq!(identifiers(&page.json()), found, "{query}");
    }
    for (query, wanted) in [
        ("rolle=administrator", "422 invalid_input"),
        ("role=a&starts_with=b", "422 invalid_input"),
        ("limit=0", "422 invalid_input"),
        ("next=!", "422 invalid_input"),
        ("role=a&role=b", "400 bad_request"),
        ("role=%ff", "400 bad_request"),
    ] {
        assert_eq!(outcome(&mut root, "GET", &format!("/v1/admin/accounts?{query}")).await, wanted, "{query}");
    }
}

#[tokio::test]
async fn an_account_is_made_without_a_password_and_its_owner_chooses_one_by_link() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let made = root.post("/v1/admin/accounts", &json!({ "identifier": "Ada", "display_name": "Ada" })).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    let account = &made.json()["account"];
    assert_eq!((&account["identifier"], &account["has_password"]), (&json!("ada"), &json!(false)));
    let path = format!("/v1/admin/accounts/{}", account["id"].as_str().unwrap());
    assert_eq!(&root.get(&path).send().await.json()["account"], account);
    let link = root.ask("POST", &format!("{path}/reset-link")).send().await;
    assert_eq!(link.status, 201);
    let link = link.json()["link"].as_str().unwrap().to_owned();
    let token = link.strip_prefix("https://door.example/reset?token=").unwrap();
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(house.program().post("/v1/reset", &body).send().await.status, 204);
    house.signed_in("ada", "session").await;
    let again = json!({ "identifier": "ADA" });
    assert_eq!(root.post("/v1/admin/accounts", &again).send().await.outcome(), "409 identifier_taken");
    let bad = json!({ "identifier": "a b" });
    assert_eq!(root.post("/v1/admin/accounts", &bad).send().await.outcome(), "422 invalid_input");
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_comes_back_without_its_sessions() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let mut ada = house.signed_in("ada", "session").await;
    let path = format!("/v1/admin/accounts/{}", id_of(&house, "ada").await);
    for _ in 0..2 {
        let disabled = root.ask("POST", &format!("{path}/disable")).send().await;
        assert!(disabled.json()["account"]["disabled_at"].is_string(), "{}", disabled.text());
    }
    assert_eq!(outcome(&mut ada, "GET", "/v1/session").await, "401 unauthenticated");
    assert_eq!(outcome(&mut root, "POST", &format!("{path}/reset-link")).await, "409 account_disabled");
    let enabled = root.ask("POST", &format!("{path}/enable")).send().await;
    assert_eq!(enabled.json()["account"]["disabled_at"], Value::Null);
    assert_eq!(outcome(&mut ada, "GET", "/v1/session").await, "401 unauthenticated");
    house.signed_in("ada", "session").await;
}

#[tokio::test]
async fn a_deleted_account_is_gone() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let mut ada = house.signed_in("ada", "token").await;
    let path = format!("/v1/admin/accounts/{}", id_of(&house, "ada").await);
    assert_eq!(outcome(&mut root, "DELETE", &path).await, "204");
    assert_eq!(outcome(&mut ada, "GET", "/v1/session").await, "401 access_stale");
    for method in ["GET", "DELETE"] {
        assert_eq!(outcome(&mut root, method, &path).await, "404 not_found");
    }
}

#[tokio::test]
async fn a_role_is_given_and_taken_and_the_size_of_a_token_is_told() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    house.account("ada").await;
    let path = format!("/v1/admin/accounts/{}/roles", id_of(&house, "ada").await);
    for _ in 0..2 {
        let given = root.ask("PUT", &format!("{path}/administrator")).send().await;
        assert_eq!(given.status, 200, "{}", given.text());
        assert_eq!(given.json()["account"]["roles"], json!(["administrator"]));
        assert!(given.json()["token_bytes"].as_u64().is_some_and(|n| n > 300));
    }
    assert_eq!(outcome(&mut root, "PUT", &format!("{path}/no-such-role")).await, "404 not_found");
    let taken = root.delete(&format!("{path}/administrator")).send().await;
    assert_eq!(taken.json()["account"]["permissions"], json!([]));
    assert_eq!(outcome(&mut root, "DELETE", &format!("{path}/administrator")).await, "404 not_found");
}

#[tokio::test]
async fn the_last_administrator_cannot_be_disabled_deleted_or_made_less() {
    let house = House::new().await;
    let mut root = house.administrator("root").await;
    let path = format!("/v1/admin/accounts/{}", id_of(&house, "root").await);
    let role = format!("{path}/roles/{ADMINISTRATOR}");
    for (method, path) in [("POST", format!("{path}/disable")), ("DELETE", path.clone()), ("DELETE", role.clone())] {
        assert_eq!(outcome(&mut root, method, &path).await, "409 last_administrator", "{method} {path}");
    }
    house.administrator("second").await;
    assert_eq!(outcome(&mut root, "DELETE", &role).await, "200");
    assert_eq!(outcome(&mut root, "GET", &path).await, "403 forbidden", "and may do nothing from this moment on");
}

#[tokio::test]
async fn an_invitation_is_made_where_sign_up_is_by_invitation() {
    let closed = House::with(|setup| setup.policy.sign_up = SignUp::Closed).await;
    let ask = json!({ "identifier": "ada" });
    let mut root = closed.administrator("root").await;
    assert_eq!(root.post("/v1/admin/invites", &ask).send().await.outcome(), "403 sign_up_closed");
    let house = House::with(|setup| setup.policy.sign_up = SignUp::Invite).await;
    let mut root = house.administrator("root").await;
    let made = root.post("/v1/admin/invites", &ask).send().await;
    assert_eq!(made.status, 201);
    let link = made.json()["link"].as_str().unwrap().to_owned();
    let token = link.split_once("token=").unwrap().1;
    let accept = json!({ "token": token, "identifier": "ada", "password": PASSWORD });
    assert_eq!(house.program().post("/v1/invite", &accept).send().await.status, 201);
    for (ask, wanted) in [
        (json!({ "days": 0 }), "422 invalid_input"),
        (json!({ "days": 91 }), "422 invalid_input"),
        (json!({ "identifier": "ada" }), "409 identifier_taken"),
        (json!({ "identifier": "a b" }), "422 invalid_input"),
        (json!({}), "201"),
    ] {
        assert_eq!(root.post("/v1/admin/invites", &ask).send().await.outcome(), wanted, "{ask}");
    }
}
