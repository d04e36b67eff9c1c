//! Who may send a form: nobody but the browser that it was shown to, from our own page.

use crate::common::form::encode;
use crate::common::{Caller, House, PASSWORD};

const TYPED: [(&str, &str); 2] = [("identifier", "mallory"), ("password", PASSWORD)];
const FORM: &str = "application/x-www-form-urlencoded";

/// What another site makes a browser send: with its cookies, but without knowing what our page said.
async fn attack(victim: &mut Caller, path: &str, fields: &[(&str, &str)], site: &str, origin: &str) -> (u16, bool) {
    let before = victim.cookies.clone();
    let ask = victim.ask("POST", path).without("x-csrf-token").header("sec-fetch-site", site).header("origin", origin);
    let answer = ask.header("content-type", FORM).bytes(encode(fields)).send().await;
    (answer.status, before == victim.cookies)
}

#[tokio::test]
async fn another_site_signs_nobody_in_up_or_out_with_a_form() {
    let house = House::new().await;
    house.account("mallory").await;
    let mut attacker = house.browser();
    let page = attacker.get("/sign-in").send().await;
    let token = page.field("form_token").unwrap();
    let fields = [TYPED.as_slice(), &[("form_token", token.as_str())]].concat();
    for (site, origin) in [
        ("cross-site", "https://evil.example"),
        ("same-site", "https://app.door.example"),
        ("cross-site", "null"),
        ("cross-site", "https://door.example.evil.example"),
    ] {
        let mut victim = house.browser();
        victim.get("/sign-in").send().await;
        let before = house.store.dump();
        for path in ["/sign-in", "/sign-up", "/sign-out", "/continue"] {
            assert_eq!(attack(&mut victim, path, &fields, site, origin).await, (403, true), "{path} from {origin}");
        }
        assert_eq!(house.store.dump(), before);
    }
}

#[tokio::test]
async fn a_form_of_another_browser_or_of_nobody_is_refused_and_signs_nobody_in() {
    let house = House::new().await;
    house.account("mallory").await;
    let mut attacker = house.browser();
    let token = attacker.get("/sign-in").send().await.field("form_token").unwrap();
    let mut victim = house.browser();
    victim.get("/sign-in").send().await;
    for (token, has_cookie) in [(token.as_str(), true), (token.as_str(), false), ("", true), ("1800000000.AAAA", true)]
    {
        if !has_cookie {
            victim.cookies.clear();
        }
        let answer = victim.send_form("/sign-in", &[TYPED.as_slice(), &[("form_token", token)]].concat()).await;
        assert_eq!(answer.status, 403);
        assert!(!victim.cookies.keys().any(|name| name.contains("session")));
        assert!(answer.words().contains("open for too long"));
    }
    let mut silent = house.browser();
    let page = silent.get("/sign-in").send().await;
    let own = page.field("form_token").unwrap();
    let fields = encode(&[TYPED.as_slice(), &[("form_token", own.as_str())]].concat());
    let ask = silent.ask("POST", "/sign-in").without("origin").without("sec-fetch-site");
    assert_eq!(ask.header("content-type", FORM).bytes(fields).send().await.status, 403, "every browser says something");
}

#[tokio::test]
async fn a_form_that_was_open_too_long_comes_again_with_what_was_typed() {
    let house = House::new().await;
    house.account("ada").await;
    let mut browser = house.browser();
    let page = browser.get("/sign-in?to=%2Faccount%2Fname").send().await;
    house.wait(599);
    let typed = [("identifier", "ada"), ("password", "not it, not it, not it")];
    assert_eq!(browser.fill_again(&page, "/sign-in", &typed).await.status, 422, "in time");
    house.wait(1);
    let again = browser.fill_again(&page, "/sign-in", &[("identifier", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(again.status, 403);
    assert_eq!(
        (again.field("identifier").as_deref(), again.field("to").as_deref()),
        (Some("ada"), Some("/account/name"))
    );
    assert!(!again.text().contains(PASSWORD));
    let good = browser.fill_again(&again, "/sign-in", &[("identifier", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(good.leads(), "303 /account/name");
}

#[tokio::test]
async fn two_tabs_do_not_disturb_each_other() {
    let house = House::new().await;
    house.account("ada").await;
    let mut browser = house.browser();
    let (one, two) = (browser.get("/sign-in").send().await, browser.get("/sign-up").send().await);
    let wrong = browser.fill_again(&two, "/sign-up", &[("identifier", "x"), ("password", "short")]).await;
    assert_eq!(wrong.status, 422);
    let good = browser.fill_again(&one, "/sign-in", &[("identifier", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(good.leads(), "303 /account");
}

/// Every form of a session, with something that would change.
const OF_A_SESSION: [(&str, &[(&str, &str)]); 4] = [
    ("/account/name", &[("display_name", "Mallory")]),
    ("/account/password", &[("current", PASSWORD), ("password", "another horse battery staple")]),
    ("/account/devices", &[("end", "others")]),
    ("/sign-out", &[("end", "all")]),
];

#[tokio::test]
async fn a_form_of_a_session_needs_the_token_of_that_session_and_our_own_page() {
    let house = House::new().await;
    let mut browser = house.browser();
    house.account("ada").await;
    browser.sign_in_on_page("ada").await;
    let other = house.signed_in("ada", "session").await.csrf_token.unwrap();
    let own = browser.get("/v1/csrf").send().await.json()["csrf_token"].as_str().unwrap().to_owned();
    let before = house.store.dump();
    for (path, fields) in OF_A_SESSION {
        for token in ["", "junk", other.as_str()] {
            let answer = browser.send_form(path, &[fields, &[("csrf_token", token)]].concat()).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(answer.words().contains("open for too long"), "{path}: {}", answer.words());
        }
        let mut in_header = browser.clone();
        let ask = in_header.ask("POST", &format!("{path}?csrf_token={own}")).header("x-csrf-token", &own);
        assert_eq!(
            ask.header("content-type", FORM).bytes(encode(fields)).send().await.status,
            403,
            "{path}: not in its field"
        );
        let fields = [fields, &[("csrf_token", own.as_str())]].concat();
        let found = attack(&mut browser, path, &fields, "cross-site", "https://evil.example").await;
        assert_eq!(found, (403, true), "{path}");
    }
    assert_eq!(house.store.dump(), before);
}

#[tokio::test]
async fn forms_take_nothing_but_forms_of_a_bounded_size() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    for path in [
        "/sign-in",
        "/sign-up",
        "/sign-out",
        "/continue",
        "/account/name",
        "/account/password",
        "/account/devices",
        "/language",
    ] {
        for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
            let answer = browser.ask("POST", path).header("content-type", kind).bytes("a=b").send().await;
            assert_eq!(answer.status, 415, "{path} {kind}");
        }
        let long = format!("a={}", "x".repeat(8 * 1024));
        let many = (0..101).map(|n| format!("f{n}=x")).collect::<Vec<_>>().join("&");
        for (body, status) in
            [(long.as_str(), 413), (many.as_str(), 400), ("a=1&a=2", 400), ("a=%zz", 400), ("a=%ff", 400)]
        {
            let answer = browser.ask("POST", path).header("content-type", FORM).bytes(body).send().await;
            assert_eq!(answer.status, status, "{path} {}", &body[..body.len().min(20)]);
        }
    }
}

#[tokio::test]
async fn looking_at_every_page_twice_changes_nothing() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "session").await;
    let mut nobody = house.browser();
    let before = house.store.dump();
    for path in [
        "/",
        "/sign-in",
        "/sign-up",
        "/sign-out",
        "/continue",
        "/account",
        "/account/name",
        "/account/password",
        "/account/devices",
        "/language",
        "/sign-out?_method=POST",
        "/account/devices?end=others",
        "/.well-known/change-password",
    ] {
        for method in ["GET", "HEAD", "GET"] {
            let ask = browser.ask(method, path).header("x-http-method-override", "POST").header("purpose", "prefetch");
            assert!(ask.send().await.status < 500, "{path}");
            assert!(nobody.ask(method, path).send().await.status < 500, "{path}");
        }
    }
    assert_eq!(house.store.dump(), before);
    assert_eq!(browser.get("/account").send().await.status, 200, "and nobody was signed out");
}
