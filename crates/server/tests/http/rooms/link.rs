//! `POST /v1/setup`, `/v1/reset`, `/v1/invite`: links that work once.

use std::time::Duration;

use doorward_core::policy::SignUp;
use serde_json::{Value, json};

use crate::common::{House, PASSWORD};

const NEW: &str = "another horse battery staple";

async fn ask(house: &House, path: &str, body: &Value) -> String {
    house.program().post(path, body).send().await.outcome()
}

#[tokio::test]
async fn a_reset_by_link_ends_every_sign_in_and_sets_no_cookie() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    let account = house.account("bob").await;
    let id = house.auth.find_account("ada").await.unwrap().unwrap().id;
    let link = house.auth.reset_link(id).await.unwrap();
    let body = json!({ "token": link.token.expose().as_str(), "password": NEW });
    let answer = house.browser().post("/v1/reset", &body).send().await;
    assert_eq!((answer.outcome().as_str(), answer.cookies().len()), ("204", 0));
    assert_eq!(browser.get("/v1/session").send().await.status, 401);
    assert_eq!(ask(&house, "/v1/reset", &body).await, "410 link_gone");
    let sign_in = |password: &str| json!({ "identifier": "ada", "password": password });
    assert_eq!(ask(&house, "/v1/sign-in", &sign_in(PASSWORD)).await, "401 invalid_credentials");
    assert_eq!(ask(&house, "/v1/sign-in", &sign_in(NEW)).await, "200");
    assert!(account.disabled_at.is_none());
}

#[tokio::test]
async fn a_link_leads_where_the_configuration_says_whatever_host_was_asked() {
    let house = House::new().await;
    let account = house.account("ada").await;
    let mut program = house.program();
    let ask = program.post("/v1/reset", &json!({ "token": "", "password": NEW }));
    let answer = ask.header("x-forwarded-host", "evil.example").send().await;
    assert!(!answer.text().contains("evil"), "{}", answer.text());
    let link = house.auth.reset_link(account.id).await.unwrap();
    assert!(link.url.expose().starts_with("https://door.example/reset?token="));
}

#[tokio::test]
async fn what_is_wrong_is_told_before_the_link_is_used_up() {
    let house = House::with(|setup| setup.policy.sign_up = SignUp::Invite).await;
    house.account("ada").await;
    let link = house.auth.invite_link(None, Duration::from_secs(600)).await.unwrap();
    let body = |identifier: &str, password: &str| json!({ "token": link.token.expose().as_str(), "identifier": identifier, "password": password });
    for (identifier, password, wanted) in [
        ("bob", "short", "422 invalid_input"),
        ("b b", PASSWORD, "422 invalid_input"),
        ("ada", PASSWORD, "409 identifier_taken"),
        ("bob", PASSWORD, "201"),
        ("eve", PASSWORD, "410 link_gone"),
    ] {
        assert_eq!(ask(&house, "/v1/invite", &body(identifier, password)).await, wanted, "{identifier}");
    }
    assert_eq!(
        ask(&house, "/v1/accounts", &json!({ "identifier": "eve", "password": PASSWORD })).await,
        "403 sign_up_closed"
    );
}

#[tokio::test]
async fn a_link_of_one_kind_is_nothing_for_another() {
    let house = House::new().await;
    let account = house.account("ada").await;
    let reset = house.auth.reset_link(account.id).await.unwrap();
    let setup = house.auth.setup_link().await.unwrap();
    let with = |token: &str| json!({ "token": token, "identifier": "eve", "password": PASSWORD });
    let (reset, setup) = (reset.token.expose().as_str(), setup.token.expose().as_str());
    for (path, token) in [("/v1/setup", reset), ("/v1/invite", reset), ("/v1/invite", setup)] {
        assert_eq!(ask(&house, path, &with(token)).await, "410 link_gone", "{path}");
    }
    let body = json!({ "token": setup, "password": NEW });
    assert_eq!(ask(&house, "/v1/reset", &body).await, "410 link_gone");
    assert_eq!(ask(&house, "/v1/setup", &with(setup)).await, "201");
}

#[tokio::test]
async fn another_site_cannot_use_a_link() {
    let house = House::new().await;
    let link = house.auth.setup_link().await.unwrap();
    let body = json!({ "token": link.token.expose().as_str(), "identifier": "eve", "password": PASSWORD });
    for path in ["/v1/setup", "/v1/invite", "/v1/reset"] {
        let mut browser = house.browser();
        let ask = browser.post(path, &body).header("origin", "https://evil.example");
        assert_eq!(ask.send().await.outcome(), "403 csrf_failed", "{path}");
    }
}
