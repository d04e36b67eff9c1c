//! `/continue`: after five minutes in mode hybrid.

use doorward_core::directory::Role;
use doorward_core::store::double::When;

use crate::common::{Caller, House};

/// A link from another site: the browser keeps the refresh cookie to itself.
async fn from_elsewhere(browser: &mut Caller, path: &str) -> String {
    let kept: Vec<_> =
        browser.cookies.iter().filter(|(name, _)| !name.contains("refresh")).map(|(n, v)| format!("{n}={v}")).collect();
    let ask = browser.get(path).header("cookie", &kept.join("; ")).header("sec-fetch-site", "cross-site");
    ask.send().await.leads()
}

#[tokio::test]
async fn a_link_from_another_site_after_six_minutes_leads_back_without_a_sign_in() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    house.wait(360);
    for (path, wanted) in [
        ("/account/devices?x=1", "303 /continue?to=%2Faccount%2Fdevices%3Fx%3D1"),
        ("/sign-in?to=%2Faccount%2Fname", "303 /continue?to=%2Faccount%2Fname"),
        ("/", "303 /account"),
    ] {
        assert_eq!(from_elsewhere(&mut browser, path).await, wanted);
    }
    assert_eq!(from_elsewhere(&mut browser, "/continue?to=%2Faccount").await, "200");
    assert_eq!(browser.get("/sign-in").send().await.leads(), "303 /continue?to=%2Faccount");
}

#[tokio::test]
async fn its_one_button_goes_on_without_a_script() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    house.wait(360);
    let before = house.store.dump();
    let page = browser.get("/continue?to=%2Faccount%2Fdevices").send().await;
    assert_eq!(house.store.dump(), before, "looking at it changes nothing");
    assert!(page.words().contains("Welcome back"));
    assert_eq!(browser.fill_again(&page, "/continue", &[]).await.leads(), "303 /account/devices");
    assert_eq!(browser.get("/account/devices").send().await.status, 200);
    assert_eq!(browser.get("/continue?to=%2Faccount%2Fname").send().await.leads(), "303 /account/name");
}

#[tokio::test]
async fn what_its_script_sends_is_what_the_api_takes() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    house.wait(360);
    let page = browser.get("/continue").send().await;
    let client = page.tags().iter().find_map(|t| t.attribute("data-client").map(str::to_owned)).unwrap();
    let token = page.field("csrf_token").unwrap();
    let ask = browser.post("/v1/refresh", &serde_json::json!({ "client_id": client })).header("x-csrf-token", &token);
    assert_eq!(ask.send().await.status, 200);
    assert_eq!(browser.get("/account").send().await.status, 200);
}

#[tokio::test]
async fn of_a_session_that_is_over_the_page_leads_to_the_sign_in_and_never_in_a_circle() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    let mut other = house.signed_in("ada", "session").await;
    house.wait(360);
    let page = browser.get("/continue?to=%2Faccount").send().await;
    other.fill("/sign-out", &[("end", "others")]).await;
    assert_eq!(
        browser.clone().get("/continue?to=%2Faccount%2Fname").send().await.leads(),
        "303 /sign-in?to=%2Faccount%2Fname"
    );
    assert_eq!(browser.clone().get("/account").send().await.leads(), "303 /sign-in?to=%2Faccount");
    assert_eq!(browser.fill_again(&page, "/continue", &[]).await.leads(), "303 /sign-in?to=%2Faccount");
    assert!(browser.cookies.is_empty(), "nothing is left behind these cookies");
    assert_eq!(browser.get("/sign-in?to=%2Faccount").send().await.status, 200);
    let mut without_refresh = house.signed_in("ada", "hybrid").await;
    without_refresh.cookies.retain(|name, _| !name.contains("refresh"));
    house.wait(360);
    assert_eq!(without_refresh.get("/account").send().await.leads(), "303 /continue?to=%2Faccount");
    let answer = without_refresh.fill("/continue?to=%2Faccount", &[]).await;
    assert_eq!(answer.leads(), "303 /sign-in?to=%2Faccount");
    assert_eq!(without_refresh.get("/sign-in?to=%2Faccount").send().await.status, 200);
}

#[tokio::test]
async fn two_tabs_that_go_on_at_once_both_arrive() {
    let house = House::new().await;
    let mut one = house.signed_in("ada", "hybrid").await;
    house.wait(360);
    let mut two = one.clone();
    let (a, b) = (one.get("/continue").send().await, two.get("/continue").send().await);
    assert_eq!(one.fill_again(&a, "/continue", &[]).await.leads(), "303 /account");
    assert_eq!(two.fill_again(&b, "/continue", &[]).await.leads(), "303 /account");
    let refresh = |of: &Caller| of.cookies["__Host-Http-doorward_refresh"].clone();
    assert_eq!(refresh(&one), refresh(&two));
}

#[tokio::test]
async fn roles_that_changed_lead_through_the_page_too() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    let id = house.auth.accounts().by_identifier("ada".into()).await.unwrap().unwrap().id;
    house.auth.set_role(Role { name: "editor".into(), permissions: Vec::new() }).await.unwrap();
    house.auth.grant_role(id, "editor").await.unwrap();
    assert_eq!(browser.get("/account").send().await.leads(), "303 /continue?to=%2Faccount");
    assert_eq!(browser.fill("/continue?to=%2Faccount", &[]).await.leads(), "303 /account");
    assert_eq!(browser.get("/account").send().await.status, 200);
}

#[tokio::test]
async fn an_outage_on_the_way_signs_nobody_out() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    house.wait(360);
    let page = browser.get("/continue").send().await;
    let cookies = browser.cookies.clone();
    house.store.fail_all(Some(When::Before));
    for answer in [browser.get("/continue").send().await, browser.fill_again(&page, "/continue", &[]).await] {
        assert_eq!(answer.status, 503);
        assert!(answer.words().contains("Nothing is lost"));
    }
    assert_eq!(browser.cookies, cookies);
    house.store.fail_all(None);
    assert_eq!(browser.fill_again(&page, "/continue", &[]).await.leads(), "303 /account");
}
