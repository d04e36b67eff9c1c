//! `/sign-up`.

use doorward_core::policy::SignUp;

use crate::common::{House, PASSWORD};

#[tokio::test]
async fn a_stranger_makes_an_account_on_a_page_and_is_signed_in() {
    let house = House::new().await;
    let mut browser = house.browser();
    let typed = [("identifier", "Ada@Example.org"), ("display_name", " Ada 李 "), ("password", PASSWORD)];
    let answer = browser.fill("/sign-up?to=%2Faccount%2Fdevices", &typed).await;
    assert_eq!(answer.leads(), "303 /account/devices");
    let account = browser.get("/v1/session").send().await.json()["account"].clone();
    assert_eq!(
        (account["identifier"].as_str(), account["display_name"].as_str()),
        (Some("ada@example.org"), Some("Ada 李"))
    );
    assert_eq!(browser.get("/sign-up").send().await.leads(), "303 /account");
}

#[tokio::test]
async fn where_sign_up_is_closed_the_page_says_so() {
    let house = House::with(|setup| setup.policy.sign_up = SignUp::Closed).await;
    let mut browser = house.browser();
    browser.get("/sign-in").send().await;
    let page = browser.get("/sign-up").send().await;
    assert_eq!(page.status, 403);
    assert!(page.words().contains("Ask whoever runs this service"));
    let fields = [("identifier", "ada"), ("password", PASSWORD)];
    assert_eq!(browser.send_form("/sign-up", &fields).await.status, 403);
    assert_eq!(house.store.calls("create"), 0);
}

#[tokio::test]
async fn the_rule_is_shown_first_and_a_passphrase_that_meets_it_is_offered() {
    let house = House::with(|setup| setup.policy.password_min_length = 30).await;
    let mut browser = house.browser();
    let page = browser.get("/sign-up").send().await;
    assert!(page.words().contains("At least 30 characters"));
    let offered = page.text().split("-suggestion\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let again = browser.get("/sign-up").send().await;
    assert!(!again.text().contains(&offered), "nobody else is offered the same");
    let answer = browser.fill_again(&again, "/sign-up", &[("identifier", "ada"), ("password", &offered)]).await;
    assert_eq!(answer.leads(), "303 /account");
}

#[tokio::test]
async fn what_cannot_be_used_is_told_beside_its_field_and_nothing_that_was_typed_is_lost() {
    let house = House::new().await;
    let long = "x".repeat(1025);
    for (field, value, said) in [
        ("identifier", "", "This cannot be used to sign in."),
        ("identifier", "a b", "This cannot be used to sign in."),
        ("identifier", "a\u{202e}b", "This cannot be used to sign in."),
        ("identifier", "аdmin", "of different alphabets"),
        ("display_name", "\u{202e}ada", "This cannot be a name."),
        ("password", "short", "It needs at least 15 characters."),
        ("password", &long, "That is too long."),
        ("password", "monkeydragonfootball", "among the first"),
        ("password", "abababababababababab", "repeats itself"),
        ("password", "abcdefghijklmnopqrstuvwxyz", "is a sequence"),
        ("password", "adaadaadaadaada-ada", "Please choose another one."),
        ("password", "with a \0 in the middle", "cannot be used in a password"),
    ] {
        let mut typed = vec![("identifier", "ada"), ("display_name", "Ada"), ("password", PASSWORD)];
        typed.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        let answer = house.browser().fill("/sign-up", &typed).await;
        assert_eq!(answer.status, 422, "{field} {value:?}");
        assert!(answer.words().contains(said), "{field} {value:?}: {}", answer.words());
        let tags = answer.tags();
        let input = tags.iter().find(|t| t.attribute("id") == Some(field)).unwrap();
        assert_eq!(input.attribute("aria-invalid"), Some("true"));
        assert!(input.attribute("aria-describedby").unwrap().contains(&format!("{field}-fault")));
        assert_eq!(tags.iter().filter(|t| t.attribute("aria-invalid").is_some()).count(), 1);
        assert_eq!(answer.field("identifier").as_deref(), Some(typed[0].1));
        assert_eq!(answer.field("display_name").as_deref(), Some(typed[1].1));
    }
    assert_eq!(house.store.calls("create"), 0);
}

#[tokio::test]
async fn a_taken_name_is_told_and_whoever_knows_its_password_is_simply_signed_in() {
    let house = House::new().await;
    house.account("ada").await;
    let mut stranger = house.browser();
    let answer =
        stranger.fill("/sign-up", &[("identifier", "ADA"), ("password", "another horse battery staple")]).await;
    assert_eq!(answer.status, 409);
    assert!(answer.words().contains("Somebody has this one already."));
    assert!(!stranger.cookies.keys().any(|name| name.contains("session")));
    let mut herself = house.browser();
    let page = herself.get("/sign-up").send().await;
    let typed = [("identifier", "ada"), ("password", PASSWORD)];
    assert_eq!(herself.fill_again(&page, "/sign-up", &typed).await.leads(), "303 /account", "a second click, for one");
    assert_eq!(herself.fill_again(&page, "/sign-up", &typed).await.leads(), "303 /account");
}

#[tokio::test]
async fn without_a_script_the_password_is_asked_twice_and_both_must_be_the_same() {
    let house = House::new().await;
    let mut browser = house.browser();
    let page = browser.get("/sign-up").send().await;
    let noscript = page.text().split("<noscript>").nth(1).unwrap().split("</noscript>").next().unwrap();
    assert!(noscript.contains("name=\"repeat\""));
    let typed = [("identifier", "ada"), ("password", PASSWORD), ("repeat", "another horse battery staple")];
    let answer = browser.fill_again(&page, "/sign-up", &typed).await;
    assert_eq!(answer.status, 422);
    assert!(answer.words().contains("The two were not the same."));
    assert_eq!(house.store.calls("create"), 0);
    let typed = [("identifier", "ada"), ("password", PASSWORD), ("repeat", PASSWORD)];
    assert_eq!(browser.fill_again(&answer, "/sign-up", &typed).await.leads(), "303 /account");
}
