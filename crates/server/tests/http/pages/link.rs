//! `/setup`, `/invite`, `/reset`: pages that a link opens once.

use std::time::Duration;

use doorward_core::policy::SignUp;

use crate::common::{House, PASSWORD};

const NEXT: &str = "another horse battery staple";
const WEEK: Duration = Duration::from_secs(7 * 86_400);

fn path(url: &str) -> String {
    url.strip_prefix("https://door.example").unwrap().to_owned()
}

#[tokio::test]
async fn the_first_administrator_sets_up_the_server_by_a_link_and_is_signed_in() {
    let house = House::with(|setup| setup.policy.sign_up = SignUp::Closed).await;
    let link = path(house.auth.setup_link().await.unwrap().url.expose());
    let mut browser = house.browser();
    let page = browser.get(&link).send().await;
    assert!(page.words().contains("This account will administer the server."));
    let refused = browser.fill_again(&page, "/setup", &[("identifier", "ada"), ("password", "short")]).await;
    assert_eq!(refused.status, 422);
    let typed = [("identifier", "ada"), ("display_name", "Ada"), ("password", PASSWORD)];
    assert_eq!(
        browser.fill_again(&refused, "/setup", &typed).await.leads(),
        "303 /account",
        "the link was not used up"
    );
    assert_eq!(browser.get("/v1/session").send().await.json()["roles"][0], "administrator");
    assert_eq!(browser.fill_again(&refused, "/setup", &typed).await.leads(), "303 /account", "a second click");
    let late = house.browser().get(&link).send().await;
    assert_eq!(late.outcome(), "410 link_gone");
    assert!(late.words().contains("This link does not work any more"));
}

#[tokio::test]
async fn an_account_that_is_there_becomes_the_administrator_by_its_own_password_only() {
    let house = House::new().await;
    house.account("ada").await;
    let link = path(house.auth.setup_link().await.unwrap().url.expose());
    let mut browser = house.browser();
    let wrong = browser.fill(&link, &[("identifier", "ada"), ("password", NEXT)]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.words().contains("That is not right."));
    let right = browser.fill_again(&wrong, "/setup", &[("identifier", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(right.leads(), "303 /account");
}

#[tokio::test]
async fn who_was_invited_makes_an_account_under_that_name() {
    let house = House::with(|setup| setup.policy.sign_up = SignUp::Invite).await;
    assert_eq!(house.browser().get("/sign-up").send().await.status, 403);
    assert!(!house.browser().get("/sign-in").send().await.text().contains("/sign-up"));
    let link = path(house.auth.invite_link(Some("ada@example.org"), WEEK).await.unwrap().url.expose());
    let mut browser = house.browser();
    let page = browser.get(&link).send().await;
    let tags = page.tags();
    let name = tags.iter().find(|t| t.attribute("id") == Some("identifier")).unwrap();
    assert_eq!((name.attribute("value"), name.attribute("readonly")), (Some("ada@example.org"), Some("")));
    let other = browser.fill_again(&page, "/invite", &[("identifier", "eve"), ("password", PASSWORD)]).await;
    assert_eq!(other.outcome(), "410 link_gone", "not under another");
    let typed = [("identifier", "ada@example.org"), ("password", PASSWORD)];
    assert_eq!(browser.fill(&link, &typed).await.leads(), "303 /account");
    let anybody = path(house.auth.invite_link(None, WEEK).await.unwrap().url.expose());
    let taken = house.browser().fill(&anybody, &typed).await;
    assert_eq!(taken.status, 409);
    let typed = [("identifier", "bob"), ("password", PASSWORD)];
    assert_eq!(house.browser().fill(&anybody, &typed).await.leads(), "303 /account");
    assert_eq!(house.browser().get(&anybody).send().await.outcome(), "410 link_gone");
}

#[tokio::test]
async fn a_lost_password_is_set_anew_by_a_link_that_ends_everything_and_signs_nobody_in() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    let id = house.auth.find_account("ada").await.unwrap().unwrap().id;
    let link = path(house.auth.reset_link(id).await.unwrap().url.expose());
    let page = browser.get(&link).send().await;
    assert_eq!(page.field("username").as_deref(), Some("ada"), "password managers know whose it is");
    let short = browser.fill_again(&page, "/reset", &[("password", "short")]).await;
    assert_eq!(short.status, 422);
    let differs = browser.fill_again(&short, "/reset", &[("password", NEXT), ("repeat", PASSWORD)]).await;
    assert_eq!(differs.status, 422);
    let answer = browser.fill_again(&differs, "/reset", &[("password", NEXT)]).await;
    assert_eq!(answer.leads(), "303 /sign-in?note=reset");
    assert!(browser.get("/sign-in?note=reset").send().await.words().contains("Your new password is set."));
    assert_eq!(browser.get("/account").send().await.leads(), "303 /sign-in?to=%2Faccount");
    let typed = [("identifier", "ada"), ("password", NEXT)];
    assert_eq!(browser.fill("/sign-in", &typed).await.leads(), "303 /account");
    assert_eq!(house.browser().fill_again(&page, "/reset", &[("password", PASSWORD)]).await.outcome(), "410 link_gone");
}

#[tokio::test]
async fn looking_at_a_link_uses_nothing_up_and_another_browser_cannot_send_its_form() {
    let house = House::new().await;
    let id = house.account("ada").await.id;
    let link = path(house.auth.reset_link(id).await.unwrap().url.expose());
    let before = house.store.dump();
    let mut browser = house.browser();
    for _ in 0..3 {
        assert_eq!(house.program().get(&link).send().await.status, 200);
        assert_eq!(browser.ask("HEAD", &link).send().await.status, 200);
    }
    let page = browser.get(&link).send().await;
    let stranger = house.browser().fill_again(&page, "/reset", &[("password", NEXT)]).await;
    assert_eq!(stranger.status, 403);
    house.wait(601);
    let late = browser.fill_again(&page, "/reset", &[("password", NEXT)]).await;
    assert_eq!(late.status, 403);
    assert_eq!(house.store.dump(), before);
    assert_eq!(browser.fill_again(&late, "/reset", &[("password", NEXT)]).await.leads(), "303 /sign-in?note=reset");
}

#[tokio::test]
async fn the_language_switch_keeps_the_link_and_what_is_no_token_is_shown_nowhere() {
    let house = House::new().await;
    let id = house.account("ada").await.id;
    let link = path(house.auth.reset_link(id).await.unwrap().url.expose());
    let mut browser = house.browser();
    let page = browser.get(&link).send().await;
    let answer = browser.fill_again(&page, "/language", &[("language", "zh-Hans")]).await;
    assert_eq!(answer.leads(), format!("303 {link}"));
    for path in ["/setup", "/invite", "/reset"] {
        for token in ["", "?token=", "?token=%3Cscript%3Eevil", &format!("?token={}", "A".repeat(43))] {
            let page = browser.get(&format!("{path}{token}")).send().await;
            assert_eq!(page.outcome(), "410 link_gone", "{path}{token}");
            assert!(!page.text().contains("evil"));
        }
    }
}
