//! `/sign-out`.

use crate::common::House;

#[tokio::test]
async fn the_page_asks_and_the_form_does_it() {
    let house = House::with(|setup| setup.options.own_host = true).await;
    for mode in ["session", "hybrid"] {
        let mut browser = house.signed_in("ada", mode).await;
        let mut copy = browser.clone();
        let page = browser.get("/sign-out").send().await;
        assert!(page.words().contains("Sign out?"));
        let answer = browser.fill_again(&page, "/sign-out", &[("end", "current")]).await;
        assert_eq!(answer.leads(), "303 /sign-in?note=signed-out");
        assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
        assert!(browser.cookies.keys().all(|name| !name.contains("session") && !name.contains("access")));
        assert_eq!(copy.get("/v1/session").send().await.status, 401, "{mode}");
        assert!(browser.get("/sign-in?note=signed-out").send().await.words().contains("You have signed out."));
        assert_eq!(
            copy.fill_again(&page, "/sign-out", &[]).await.leads(),
            "303 /sign-in?note=signed-out",
            "twice is fine"
        );
    }
}

#[tokio::test]
async fn the_others_or_all_end_as_asked_on_the_page() {
    let house = House::new().await;
    let (mut one, mut two) = (house.signed_in("ada", "session").await, house.signed_in("ada", "token").await);
    let page = one.get("/sign-out").send().await;
    assert_eq!(
        one.fill_again(&page, "/sign-out", &[("end", "others")]).await.leads(),
        "303 /account/devices?note=others"
    );
    assert_eq!(two.get("/v1/session").send().await.status, 401);
    assert_eq!(one.get("/account").send().await.status, 200);
    let mut three = house.signed_in("ada", "token").await;
    assert_eq!(one.fill_again(&page, "/sign-out", &[("end", "all")]).await.leads(), "303 /sign-in?note=everywhere");
    for gone in [&mut one, &mut three] {
        assert_eq!(gone.get("/v1/session").send().await.status, 401);
    }
}

#[tokio::test]
async fn after_six_minutes_the_page_signs_out_by_the_refresh_cookie_and_rotates_nothing() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    house.wait(360);
    let rotations = house.store.calls("rotate");
    let answer = browser.fill("/sign-out", &[("end", "current")]).await;
    assert_eq!(answer.leads(), "303 /sign-in?note=signed-out");
    assert_eq!(house.store.calls("rotate"), rotations);
    assert_eq!(browser.get("/account").send().await.leads(), "303 /sign-in?to=%2Faccount");
}

#[tokio::test]
async fn nobody_has_nothing_to_sign_out_of() {
    let house = House::new().await;
    assert_eq!(house.browser().get("/sign-out").send().await.leads(), "303 /sign-in");
    assert_eq!(house.browser().send_form("/sign-out", &[]).await.leads(), "303 /sign-in?note=signed-out");
}
