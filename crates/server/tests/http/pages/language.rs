//! In which language pages speak.

use crate::common::House;

#[tokio::test]
async fn a_page_speaks_the_language_that_the_browser_asks_for() {
    let house = House::new().await;
    for (accept, tag, word) in
        [("zh-CN,zh;q=0.9", "zh-Hans", "登录"), ("fr-FR", "en", "Sign in"), ("en", "en", "Sign in")]
    {
        let page = house.browser().get("/sign-in").header("accept-language", accept).send().await;
        assert_eq!(page.header("content-language"), tag);
        assert!(page.text().contains(&format!("<html lang=\"{tag}\">")) && page.words().contains(word), "{accept}");
    }
}

#[tokio::test]
async fn the_switch_is_remembered_and_leads_back_to_the_page() {
    let house = House::new().await;
    let mut browser = house.browser();
    let page = browser.get("/sign-in?to=%2Faccount%2Fname").send().await;
    let answer = browser.fill_again(&page, "/language", &[("language", "zh-Hans")]).await;
    assert_eq!(answer.leads(), "303 /sign-in?to=%2Faccount%2Fname");
    let page = browser.get("/sign-in?to=%2Faccount%2Fname").header("accept-language", "en").send().await;
    assert_eq!(page.header("content-language"), "zh-Hans");
    assert_eq!(
        browser.get("/nowhere").header("accept", "text/html").send().await.header("content-language"),
        "zh-Hans"
    );
    browser.cookies.insert("__Host-Http-doorward_language".into(), "<script>".into());
    assert_eq!(browser.get("/sign-in").send().await.header("content-language"), "en");
}

#[tokio::test]
async fn the_switch_leads_nowhere_else_and_is_nobody_elses() {
    let house = House::new().await;
    let mut browser = house.browser();
    for to in ["https://evil.example", "//evil.example", ""] {
        let answer = browser.send_form("/language", &[("language", "en"), ("to", to)]).await;
        assert_eq!(answer.leads(), "303 /");
    }
    assert_eq!(browser.send_form("/language", &[("language", "xx")]).await.status, 422);
    let ask = browser
        .ask("POST", "/language")
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site");
    let answer = ask.header("content-type", "application/x-www-form-urlencoded").bytes("language=zh-Hans").send().await;
    assert_eq!((answer.status, answer.cookies().len()), (403, 0));
    assert_eq!(browser.get("/language").send().await.status, 405);
}
