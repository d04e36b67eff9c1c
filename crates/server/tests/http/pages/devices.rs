//! `/account/devices`.

use crate::common::House;

#[tokio::test]
async fn devices_are_listed_in_words_and_one_ends_another() {
    let house = House::new().await;
    let mut phone = house.signed_in("ada", "token").await;
    house.wait(7_300);
    let mut browser = house.signed_in("ada", "session").await;
    house.signed_in("bob", "session").await;
    let page = browser.get("/account/devices").send().await;
    let words = page.words();
    assert!(words.contains("Firefox on Linux This device Active now"), "{words}");
    assert!(words.contains("Last seen 2 hours ago"), "{words}");
    assert!(!page.text().contains("dw_"));
    let ends: Vec<_> = page
        .tags()
        .iter()
        .filter(|t| t.name == "button" && t.attribute("name") == Some("end"))
        .map(|t| t.attribute("value").unwrap().to_owned())
        .collect();
    assert_eq!(ends.len(), 3, "this one, the other one, all others");
    let answer = browser.fill_again(&page, "/account/devices", &[("end", &ends[1])]).await;
    assert_eq!(answer.leads(), "303 /account/devices?note=ended");
    assert_eq!(phone.get("/v1/session").send().await.status, 401);
    let page = browser.get("/account/devices?note=ended").send().await;
    assert!(page.words().contains("That device has been signed out."));
    assert!(!page.words().contains("all other devices"), "there is no other");
    let again = browser.fill_again(&page, "/account/devices", &[("end", &ends[1])]).await;
    assert_eq!(again.leads(), "303 /account/devices?note=ended", "twice is harmless");
}

#[tokio::test]
async fn ending_the_others_or_this_one() {
    let house = House::new().await;
    let (mut other, mut browser) = (house.signed_in("ada", "hybrid").await, house.signed_in("ada", "session").await);
    let page = browser.get("/account/devices").send().await;
    assert_eq!(
        browser.fill_again(&page, "/account/devices", &[("end", "others")]).await.leads(),
        "303 /account/devices?note=others"
    );
    assert_eq!(other.get("/v1/session").send().await.status, 401);
    let sid = browser.get("/v1/session").send().await.json()["session"]["sid"].as_str().unwrap().to_owned();
    let answer = browser.fill_again(&page, "/account/devices", &[("end", &sid)]).await;
    assert_eq!(answer.leads(), "303 /sign-in?note=signed-out");
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn nobody_ends_a_device_of_somebody_else() {
    let house = House::new().await;
    let (mut ada, mut bob) = (house.signed_in("ada", "session").await, house.signed_in("bob", "session").await);
    let sid = bob.get("/v1/session").send().await.json()["session"]["sid"].as_str().unwrap().to_owned();
    ada.fill("/account/devices", &[("end", &sid)]).await;
    assert_eq!(bob.get("/v1/session").send().await.status, 200);
}
