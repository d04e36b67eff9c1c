//! What pages load.

use crate::common::House;

#[tokio::test]
async fn everything_that_a_page_loads_is_there_and_may_be_kept_for_ever() {
    let house = House::new().await;
    let mut browser = house.signed_in("ada", "hybrid").await;
    house.wait(360);
    let mut nobody = house.browser();
    let mut seen = std::collections::BTreeSet::new();
    for page in [
        nobody.get("/sign-in").send().await,
        browser.get("/continue").send().await,
        browser.get("/nowhere").header("accept", "text/html").send().await,
    ] {
        let loads = page.tags();
        let urls = loads.iter().filter_map(|t| match t.name.as_str() {
            "script" | "img" => t.attribute("src"),
            "link" => t.attribute("href"),
            _ => None,
        });
        seen.extend(urls.map(str::to_owned));
    }
    assert!(seen.len() >= 6, "{seen:?}");
    for url in seen {
        let file = house.program().get(&url).send().await;
        assert_eq!(file.status, 200, "{url}");
        assert!(!file.body.is_empty() && file.cookies().is_empty());
        let kind = match url.rsplit('.').next().unwrap() {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(file.header("content-type"), kind);
    }
    for url in [
        "/assets/doorward.css",
        "/assets/",
        "/assets/..%2fsecret",
        "/assets/x/y",
        "/assets/doorward-AAAAAAAAAAAAAAAA.css",
    ] {
        assert_eq!(house.program().get(url).send().await.status, 404, "{url}");
    }
}

#[tokio::test]
async fn the_scripts_reach_around_nothing() {
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/assets")).unwrap() {
        let path = file.unwrap().path();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if path.extension().is_some_and(|e| e == "js") {
            assert!(text.starts_with("// @ts-check\n"), "{}", path.display());
            for word in [
                "innerHTML",
                "outerHTML",
                "insertAdjacent",
                "document.write",
                "eval(",
                "Function(",
                "localStorage",
                "onpaste",
                "http:",
            ] {
                assert!(!text.contains(word), "{}: {word}", path.display());
            }
        }
    }
}
