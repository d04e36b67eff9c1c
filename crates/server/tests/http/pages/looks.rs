//! How an installation dresses its pages.

use doorward_server::brand::{Accent, Brand, Link, Logo};

use crate::common::House;

#[tokio::test]
async fn name_logo_colour_and_links_are_the_installations_own() {
    let house = House::with(|setup| {
        setup.options.brand = Brand {
            name: "Näh & Söhne <GmbH>".into(),
            logo: Some(Logo::new(b"\x89PNG\r\n\x1a\nxx".to_vec()).unwrap()),
            accent: Accent::parse("#ffd400").unwrap(),
            links: vec![Link::parse("Privacy & terms https://www.example/privacy?a=1&b=2").unwrap()],
        };
    })
    .await;
    let mut browser = house.browser();
    let page = browser.get("/sign-in").send().await;
    assert!(page.words().starts_with("Sign in · Näh & Söhne <GmbH>"), "{}", page.words());
    assert!(
        page.tags().iter().any(|t| t.name == "a" && t.attribute("href") == Some("https://www.example/privacy?a=1&b=2"))
    );
    assert!(page.words().contains("Privacy & terms"));
    let tags = page.tags();
    let logo = tags.iter().find(|t| t.name == "img").unwrap().attribute("src").unwrap();
    let file = house.program().get(logo).send().await;
    assert_eq!((file.header("content-type"), &file.body[..]), ("image/png", &b"\x89PNG\r\n\x1a\nxx"[..]));
    let sheet = tags.iter().filter_map(|t| t.attribute("href")).find(|h| h.contains("/brand-")).unwrap();
    let css = house.program().get(sheet).send().await;
    assert!(css.text().contains("prefers-color-scheme:dark") && css.text().contains("#ffd400"));
}
