//! What goes wrong, told to people as a page and to programs as a problem.

use doorward_core::store::double::When;

use crate::common::House;

#[tokio::test]
async fn who_reads_pages_gets_one_where_nothing_is() {
    let house = House::new().await;
    let page = house.browser().get("/nowhere").header("accept", "text/html,*/*;q=0.8").send().await;
    assert_eq!(page.status, 404);
    assert!(page.words().contains("Nothing here") && page.words().contains(page.header("x-request-id")));
    assert_eq!(house.browser().get("/nowhere").send().await.outcome(), "404 not_found");
    assert_eq!(
        house.browser().get("/v1/nowhere").header("accept", "text/html").send().await.outcome(),
        "404 not_found"
    );
    let without = House::with(|setup| setup.options.pages = false).await;
    for path in ["/", "/sign-in", "/account", "/assets/x", "/nowhere"] {
        assert_eq!(
            without.browser().get(path).header("accept", "text/html").send().await.outcome(),
            "404 not_found",
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_shown_says_what_to_do() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    house.store.fail_all(Some(When::Before));
    let page = browser.get("/account").send().await;
    assert_eq!((page.status, page.header("retry-after")), (503, "1"));
    assert!(page.words().contains("One moment, please"));
    house.store.fail_all(None);
    house.store.once("find", When::Before, || panic!("planted"));
    let page = browser.get("/account").send().await;
    assert_eq!(page.status, 500);
    assert!(page.words().contains("That was our fault") && !page.text().contains("planted"));
    assert_eq!(browser.get("/account").send().await.status, 200);
}

#[tokio::test]
async fn a_method_that_a_page_does_not_answer_is_405_in_words() {
    let house = House::new().await;
    for (method, path, allowed) in [
        ("POST", "/account", "GET,HEAD"),
        ("PUT", "/sign-in", "GET,HEAD,POST"),
        ("DELETE", "/account/devices", "GET,HEAD,POST"),
        ("GET", "/language", "POST"),
        ("POST", "/assets/x.css", "GET,HEAD"),
        ("OPTIONS", "/sign-up", "GET,HEAD,POST"),
    ] {
        let answer = house.browser().ask(method, path).send().await;
        assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{method} {path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn two_sign_ins_in_one_browser_end_in_a_page_and_without_cookies() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    browser.cookies.extend(house.signed_in("bob", "hybrid").await.cookies);
    let page = browser.get("/account").send().await;
    assert_eq!(page.status, 400);
    assert!(page.words().contains("signed in twice at once"));
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn what_people_are_told_in_a_form_is_counted_like_any_other_problem() {
    let house = House::new().await;
    house.browser().fill("/sign-in", &[("identifier", "ada"), ("password", "wrong horse battery")]).await;
    let metrics = house.program().get("/metrics").send().await;
    assert!(metrics.text().contains("doorward_problems_total{code=\"invalid_credentials\"} 1\n"));
    assert!(metrics.text().contains("doorward_requests_total{route=\"/sign-in\",class=\"4xx\"} 1\n"));
}
