//! What strangers wrote is shown as they wrote it, and stays text wherever it stands.

use serde_json::json;

use crate::common::{Answer, House, PASSWORD};

const TEXTS: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onfocus='alert(1)' autofocus='",
    "</title><svg onload=alert(1)>",
    "</textarea><iframe src=javascript:alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "&lt;b&gt;&#39;&amp;",
    "<!--><base href=//evil.example>",
    "]]><math><mtext></form><form action=//evil.example>",
    "a\u{2028}b'--><script>1</script>",
    "＜script＞＇＂",
];

fn shape(page: &Answer) -> Vec<String> {
    page.tags()
        .iter()
        .map(|tag| format!("{} {:?}", tag.name, tag.attributes.iter().map(|(n, _)| n).collect::<Vec<_>>()))
        .collect()
}

#[tokio::test]
async fn whatever_is_typed_a_page_has_the_same_elements_and_shows_it_as_it_was_typed() {
    let house = House::new().await;
    let mut browser = house.browser();
    let plain =
        browser.fill("/sign-up", &[("identifier", "a b"), ("display_name", "x\u{202e}"), ("password", "x")]).await;
    for text in TEXTS {
        let typed = [("identifier", format!("{text} ")), ("display_name", format!("{text}\u{202e}"))];
        let typed = [(typed[0].0, typed[0].1.as_str()), (typed[1].0, typed[1].1.as_str()), ("password", "x")];
        let page = browser.fill("/sign-up", &typed).await;
        assert_eq!(page.status, 422, "{text}");
        assert_eq!(shape(&page), shape(&plain), "{text}");
        assert_eq!(page.field("identifier").as_deref(), Some(typed[0].1));
        assert_eq!(page.field("display_name").as_deref(), Some(typed[1].1));
    }
}

#[tokio::test]
async fn a_hostile_name_device_or_address_stays_text() {
    let house = House::new().await;
    let long = "ا".repeat(100);
    for (n, text) in TEXTS.into_iter().chain([long.as_str()]).enumerate() {
        let who = format!("ada{n}");
        let (mut plain, mut browser) = (house.browser(), house.browser());
        let new = json!({ "identifier": who, "password": PASSWORD, "display_name": text.replace('\u{2028}', "") });
        assert_eq!(house.program().post("/v1/accounts", &new).send().await.status, 201, "{text}");
        let calm = json!({ "identifier": format!("calm{n}"), "password": PASSWORD, "display_name": "Calm" });
        assert_eq!(house.program().post("/v1/accounts", &calm).send().await.status, 201);
        plain.sign_in_on_page(&format!("calm{n}")).await;
        browser.sign_in_on_page(&who).await;
        for path in ["/account", "/account/name", "/account/devices"] {
            let (found, wanted) = (browser.get(path).send().await, plain.get(path).send().await);
            assert_eq!(shape(&found), shape(&wanted), "{path} {text}");
        }
        let page = browser.get("/account").send().await;
        assert!(
            page.text().contains("<bdi>"),
            "a name that runs from right to left does not turn its surroundings round"
        );
    }
}

#[tokio::test]
async fn an_address_is_reflected_only_as_text() {
    let house = House::new().await;
    let mut browser = house.browser();
    let plain = browser.get("/sign-in").send().await;
    let missing = browser.get("/x").header("accept", "text/html").send().await;
    for text in TEXTS {
        let query: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let page = browser.get(&format!("/sign-in?to={query}&note={query}")).send().await;
        assert_eq!(shape(&page), shape(&plain), "{text}");
        let page = browser.get(&format!("/{query}?x={query}")).header("accept", "text/html").send().await;
        assert_eq!(shape(&page), shape(&missing), "{text}");
    }
}
