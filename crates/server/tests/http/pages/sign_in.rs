//! `/sign-in`.

use doorward_core::policy::SignUp;
use doorward_core::records::Mode;
use doorward_core::store::double::When;
use serde_json::json;

use crate::common::{House, PASSWORD, Setup};

#[tokio::test]
async fn a_person_signs_in_on_a_page_and_is_signed_in_for_the_api_too() {
    let house = House::new().await;
    house.account("ada").await;
    let mut browser = house.browser();
    assert_eq!(browser.get("/").send().await.leads(), "303 /sign-in");
    assert_eq!(browser.get("/account").send().await.leads(), "303 /sign-in?to=%2Faccount");
    browser.sign_in_on_page("Ada").await;
    let who = browser.get("/v1/session").send().await.json();
    assert_eq!((who["mode"].as_str(), who["account"]["identifier"].as_str()), (Some("session"), Some("ada")));
    assert!(browser.get("/account").send().await.words().contains("ada"));
    assert_eq!(browser.get("/").send().await.leads(), "303 /account");
    assert_eq!(browser.get("/sign-in").send().await.leads(), "303 /account", "there is nothing to sign in to");
}

/// One that is in use, and one that is not any more.
fn lists_an_application(setup: &mut Setup) {
    for (id, origin) in [("spa", "https://app.example"), ("off", "https://gone.example")] {
        let client = setup.policy.clients.iter_mut().find(|c| c.id.as_str() == id).unwrap();
        client.origins = vec![origin.to_owned()];
    }
}

#[tokio::test]
async fn signing_in_leads_to_where_the_person_wanted_to_go_and_nowhere_else() {
    let house = House::with(lists_an_application).await;
    house.account("ada").await;
    let typed = [("identifier", "ada"), ("password", PASSWORD)];
    for (query, wanted) in [
        ("?to=%2Faccount%2Fdevices%3Fx%3D1", "303 /account/devices?x=1"),
        ("?to=https%3A%2F%2Fevil.example", "303 /account"),
        ("?to=%2F%2Fevil.example", "303 /account"),
        ("?to=https%3A%2F%2Fgone.example%2F", "303 /account"),
        ("?to=/account/name&to=/account/devices", "303 /account"),
        ("?to=https%3A%2F%2Fapp.example%2Forders", "303 /continue?to=https%3A%2F%2Fapp.example%2Forders"),
    ] {
        let mut browser = house.browser();
        let page = browser.get(&format!("/sign-in{query}")).send().await;
        assert!(!page.text().contains("evil"), "a target that is not followed leaves no trace");
        assert_eq!(browser.fill_again(&page, "/sign-in", &typed).await.leads(), wanted, "{query}");
        assert_eq!(browser.get(&format!("/sign-in{query}")).send().await.leads(), wanted, "signed in already: {query}");
    }
    let forged = [typed.as_slice(), &[("to", "https://evil.example")]].concat();
    assert_eq!(house.browser().fill("/sign-in", &forged).await.leads(), "303 /account", "nor by the field");
}

#[tokio::test]
async fn another_origin_is_reached_by_a_page_in_between_and_only_if_it_is_listed() {
    let house = House::with(lists_an_application).await;
    let mut browser = house.signed_in("ada", "session").await;
    let page = browser.get("/continue?to=https%3A%2F%2Fapp.example%2F").send().await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("content=\"0; url=https://app.example/\"") && page.words().contains("app.example"));
    for other in ["https%3A%2F%2Fevil.example", "https%3A%2F%2Fapp.example.evil.example%2F"] {
        assert_eq!(browser.get(&format!("/continue?to={other}")).send().await.leads(), "303 /account");
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_on_the_same_page_with_the_name_and_without_the_password() {
    let house = House::new().await;
    house.account("ada").await;
    let mut texts = Vec::new();
    for who in ["ada", "bob", "a b"] {
        let mut browser = house.browser();
        let answer = browser
            .fill(
                "/sign-in?to=%2Faccount%2Fname",
                &[("identifier", who), ("password", "wrong horse battery"), ("remember", "on")],
            )
            .await;
        assert_eq!(answer.status, 422);
        assert!(answer.words().contains("That is not right."), "{}", answer.words());
        assert_eq!(answer.field("identifier").as_deref(), Some(who));
        assert_eq!(answer.field("password").as_deref(), Some(""));
        assert_eq!(answer.field("to").as_deref(), Some("/account/name"));
        assert!(
            answer.tags().iter().any(|t| t.attribute("name") == Some("remember") && t.attribute("checked").is_some())
        );
        assert!(!browser.cookies.keys().any(|name| name.contains("session")));
        texts.push(answer.words());
        let right = [("identifier", "ada"), ("password", PASSWORD)];
        let again = browser.fill_again(&answer, "/sign-in", &right).await;
        assert_eq!(again.leads(), "303 /account/name", "the page that is shown again works");
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "unknown and wrong read the same");
}

#[tokio::test]
async fn to_be_remembered_outlives_the_browser() {
    let house = House::new().await;
    house.account("ada").await;
    for (typed, kept) in [(vec![("remember", "on")], true), (vec![], false)] {
        let typed = [typed.as_slice(), &[("identifier", "ada"), ("password", PASSWORD)]].concat();
        let answer = house.browser().fill("/sign-in", &typed).await;
        let cookie = answer.cookies().into_iter().find(|c| c.contains("doorward_session=")).unwrap().to_owned();
        assert_eq!(cookie.contains("Max-Age"), kept);
    }
}

#[tokio::test]
async fn where_only_hybrid_has_cookies_pages_use_it_and_without_any_there_are_no_pages_to_sign_in() {
    let hybrid = House::with(|setup| setup.policy.clients[0].modes = vec![Mode::Token, Mode::Hybrid]).await;
    hybrid.account("ada").await;
    let mut browser = hybrid.browser();
    browser.sign_in_on_page("ada").await;
    assert_eq!(browser.get("/v1/session").send().await.json()["mode"], "hybrid");
    assert_eq!(browser.get("/account/devices").send().await.status, 200);
    let none = House::with(|setup| setup.policy.clients[0].modes = vec![Mode::Token]).await;
    for path in ["/sign-in", "/sign-up"] {
        assert_eq!(none.browser().get(path).send().await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_sign_in_on_a_page_replaces_the_one_of_the_same_browser() {
    let house = House::new().await;
    let mut ada = house.signed_in("ada", "session").await;
    let mut old = ada.clone();
    house.account("bob").await;
    // A tab in which the page was open before.
    let mut fresh = house.browser();
    let page = fresh.get("/sign-in").send().await;
    ada.cookies.extend(fresh.cookies.clone());
    let answer = ada.fill_again(&page, "/sign-in", &[("identifier", "bob"), ("password", PASSWORD)]).await;
    assert_eq!(answer.leads(), "303 /account");
    assert_eq!(ada.get("/v1/session").send().await.json()["account"]["identifier"], "bob");
    assert_eq!(old.get("/v1/session").send().await.outcome(), "401 unauthenticated");
}

#[tokio::test]
async fn a_second_click_is_harmless() {
    let house = House::new().await;
    house.account("ada").await;
    let mut browser = house.browser();
    let page = browser.get("/sign-in").send().await;
    let typed = [("identifier", "ada"), ("password", PASSWORD)];
    for _ in 0..2 {
        assert_eq!(browser.fill_again(&page, "/sign-in", &typed).await.leads(), "303 /account");
    }
    let list = browser.get("/v1/sessions").send().await.json();
    assert_eq!(list["sessions"].as_array().unwrap().len(), 1);
    house.wait(601);
    assert_eq!(browser.fill_again(&page, "/sign-in", &typed).await.leads(), "303 /account", "also a very late one");
}

#[tokio::test]
async fn a_store_that_is_away_keeps_what_was_typed_and_changes_no_cookie() {
    let house = House::new().await;
    house.account("ada").await;
    let mut browser = house.browser();
    let page = browser.get("/sign-in").send().await;
    house.store.fail_all(Some(When::Before));
    let answer = browser.fill_again(&page, "/sign-in", &[("identifier", "ada"), ("password", PASSWORD)]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"));
    assert_eq!(answer.field("identifier").as_deref(), Some("ada"));
    assert!(answer.words().contains("try again in a second"));
    house.store.fail_all(None);
    let again = browser.fill_again(&answer, "/sign-in", &[("identifier", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(again.leads(), "303 /account");
}

#[tokio::test]
async fn a_way_to_sign_up_is_shown_where_there_is_one() {
    let open = House::new().await;
    let page = open.browser().get("/sign-in?to=%2Faccount%2Fname").send().await;
    assert!(page.tags().iter().any(|t| t.attribute("href") == Some("/sign-up?to=%2Faccount%2Fname")));
    let closed = House::with(|setup| setup.policy.sign_up = SignUp::Closed).await;
    assert!(!closed.browser().get("/sign-in").send().await.text().contains("/sign-up"));
}

#[tokio::test]
async fn pages_and_the_api_share_one_list_of_devices() {
    let house = House::new().await;
    let mut program = house.signed_in("ada", "token").await;
    let mut browser = house.browser();
    browser.sign_in_on_page("ada").await;
    assert!(browser.get("/account").send().await.words().contains("Signed in on 2 devices"));
    assert_eq!(program.post("/v1/sign-out", &json!({ "end": "all" })).send().await.status, 204);
    assert_eq!(browser.get("/account").send().await.leads(), "303 /sign-in?to=%2Faccount");
}
