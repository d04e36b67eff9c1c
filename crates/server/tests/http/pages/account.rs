//! `/account`, `/account/name`, `/account/password`.

use crate::common::{House, PASSWORD};

const NEXT: &str = "another horse battery staple";

#[tokio::test]
async fn people_change_what_they_are_called() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    assert!(browser.get("/account").send().await.words().contains("Not set"));
    let answer = browser.fill("/account/name", &[("display_name", " Ada 李 ")]).await;
    assert_eq!(answer.leads(), "303 /account?note=name");
    let page = browser.get("/account?note=name").send().await;
    assert!(page.words().contains("Hello, Ada 李") && page.words().contains("Your name has been changed."));
    assert_eq!(browser.get("/account/name").send().await.field("display_name").as_deref(), Some("Ada 李"));
    let refused = browser.fill("/account/name", &[("display_name", "\u{202e}adA")]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.field("display_name").as_deref(), Some("\u{202e}adA"));
    assert_eq!(browser.fill("/account/name", &[("display_name", "  ")]).await.leads(), "303 /account?note=name");
    assert_eq!(browser.get("/v1/session").send().await.json()["account"]["display_name"], serde_json::Value::Null);
}

#[tokio::test]
async fn a_new_password_on_the_page_keeps_this_one_signed_in_and_ends_all_others() {
    let house = House::new().await;
    for mode in ["session", "hybrid"] {
        let who = format!("ada-{mode}");
        let mut browser = house.signed_in(&who, mode).await;
        let (mut copy, mut other) = (browser.clone(), house.signed_in(&who, "token").await);
        let answer = browser.fill("/account/password", &[("current", PASSWORD), ("password", NEXT)]).await;
        assert_eq!(answer.leads(), "303 /account?note=password");
        let page = browser.get("/account?note=password").send().await;
        assert!(page.words().contains("Your password has been changed."), "{mode} {}", page.leads());
        assert_eq!(browser.get("/v1/session").send().await.json()["mode"], mode);
        for dead in [&mut copy, &mut other] {
            assert_eq!(dead.get("/v1/session").send().await.status, 401, "{mode}");
        }
        let typed = [("identifier", who.as_str()), ("password", PASSWORD)];
        assert_eq!(house.browser().fill("/sign-in", &typed).await.status, 422);
        let typed = [("identifier", who.as_str()), ("password", NEXT)];
        assert_eq!(house.browser().fill("/sign-in", &typed).await.leads(), "303 /account");
    }
}

#[tokio::test]
async fn a_password_that_is_not_changed_says_why_and_nobody_is_signed_out() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    for (current, new, repeat, said) in [
        ("wrong horse battery staple", NEXT, None, "That is not your current password."),
        ("", NEXT, None, "That is not your current password."),
        (PASSWORD, "short", None, "at least 15 characters"),
        (PASSWORD, NEXT, Some("something else entirely"), "The two were not the same."),
    ] {
        let mut typed = vec![("current", current), ("password", new)];
        typed.extend(repeat.map(|again| ("repeat", again)));
        let answer = browser.fill("/account/password", &typed).await;
        assert_eq!(answer.status, 422, "{said}");
        assert!(answer.words().contains(said), "{}", answer.words());
    }
    assert_eq!(browser.get("/account").send().await.status, 200);
    house.browser().sign_in_on_page("ada").await;
}

#[tokio::test]
async fn password_managers_find_what_they_look_for() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    assert_eq!(browser.get("/.well-known/change-password").send().await.leads(), "303 /account/password");
    let page = browser.get("/account/password").send().await;
    let found: Vec<_> = page
        .tags()
        .iter()
        .filter(|t| t.name == "input" && t.attribute("autocomplete").is_some())
        .map(|t| (t.attribute("type").unwrap().to_owned(), t.attribute("autocomplete").unwrap().to_owned()))
        .collect();
    let wanted = [
        ("text", "username"),
        ("password", "current-password"),
        ("password", "new-password"),
        ("password", "new-password"),
    ];
    assert_eq!(found, wanted.map(|(kind, complete)| (kind.to_owned(), complete.to_owned())));
    assert_eq!(page.field("username").as_deref(), Some("ada"));
    let mut nobody = house.browser();
    for (path, wanted) in [
        ("/sign-in", vec!["username", "current-password"]),
        ("/sign-up", vec!["username", "name", "new-password", "new-password"]),
    ] {
        let page = nobody.get(path).send().await;
        let tags = page.tags();
        let found: Vec<_> = tags.iter().filter_map(|t| t.attribute("autocomplete")).collect();
        assert_eq!(found, wanted, "{path}");
        let inputs = tags.iter().filter(|t| t.name == "input" && t.attribute("autocomplete").is_some());
        for input in inputs {
            let id = input.attribute("id").unwrap();
            assert_eq!(input.attribute("name"), Some(id));
            assert!(tags.iter().any(|t| t.name == "label" && t.attribute("for") == Some(id)), "{path} {id}");
        }
    }
}

#[tokio::test]
async fn the_pages_of_an_account_are_for_its_owner() {
    let house = House::new().await;
    for path in ["/account", "/account/name", "/account/password", "/account/devices"] {
        let to = path.replace('/', "%2F");
        assert_eq!(house.browser().get(path).send().await.leads(), format!("303 /sign-in?to={to}"));
        assert_eq!(house.program().get(path).send().await.leads(), format!("303 /sign-in?to={to}"));
        let mut by_token = house.signed_in("ada", "token").await;
        assert_eq!(by_token.get(path).send().await.leads(), format!("303 /sign-in?to={to}"), "pages go by cookie");
    }
}
