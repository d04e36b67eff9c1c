//! The message files: what one language says the other says too, and nothing is said that nobody asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

fn read(file: &'static str) -> BTreeMap<&'static str, Message> {
    ftl::parse(file).unwrap().into_iter().collect()
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_variables() {
    let (en, zh) = (read(EN), read(ZH_HANS));
    let keys = |of: &BTreeMap<&'static str, Message>| of.keys().copied().collect::<BTreeSet<_>>();
    assert_eq!(keys(&en).symmetric_difference(&keys(&zh)).collect::<Vec<_>>(), Vec::<&&str>::new());
    for (key, message) in &en {
        assert_eq!(message.variables(), zh[key].variables(), "{key}");
    }
}

/// Every text between quotes in the pages and their templates.
fn quoted() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    let mut folders = vec![root.join("src/pages"), root.join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => texts.push(std::fs::read_to_string(path).unwrap()),
            }
        }
    }
    texts.iter().flat_map(|text| text.split('"')).map(str::to_owned).collect()
}

#[test]
fn every_message_is_used_and_every_message_that_is_used_is_there() {
    let (en, used) = (read(EN), quoted());
    let unused: Vec<_> = en.keys().filter(|key| !used.contains(**key)).collect();
    assert_eq!(unused, Vec::<&&str>::new());
    let calls = [".t(\"", ".t1(\"", "say(\"", "fill(\""];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut checked = 0;
    for folder in ["templates", "src/pages"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for call in calls {
                for rest in text.split(call).skip(1) {
                    let key = rest.split('"').next().unwrap();
                    assert!(en.contains_key(key), "{}: {key}", path.display());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 50, "the search finds nothing any more");
}

/// `.t1("key", "variable", …)` and `.t("key")` give what the message takes.
#[test]
fn a_message_is_given_the_variables_that_it_takes() {
    let en = read(EN);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(root.join("templates")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for rest in text.split(".t(\"").skip(1) {
            let key = rest.split('"').next().unwrap();
            assert_eq!(en[key].variables(), BTreeSet::new(), "{key}");
        }
        for rest in text.split(".t1(\"").skip(1) {
            let parts: Vec<_> = rest.split('"').collect();
            assert_eq!(en[parts[0]].variables(), BTreeSet::from([parts[2]]), "{}", parts[0]);
        }
    }
}

#[test]
fn the_language_is_chosen_by_cookie_then_by_what_the_browser_asks_for() {
    let of = |chosen: Option<&str>, accept: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        Language::of(chosen, &headers)
    };
    for (accept, wanted) in [
        ("", Language::English),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
        ("en-GB,en;q=0.9,zh;q=0.8", Language::English),
        ("fr,zh-TW;q=0.7,en;q=0.3", Language::Chinese),
        ("fr-FR", Language::English),
        ("zh;q=0", Language::English),
        ("en;q=0.1, ZH-hans", Language::Chinese),
        ("*", Language::English),
        ("zh;q=2", Language::English),
        (",;q=,zh;;", Language::English),
    ] {
        assert_eq!(of(None, accept), wanted, "{accept}");
    }
    assert_eq!(of(Some("en"), "zh"), Language::English);
    assert_eq!(of(Some("zh-Hans"), "en"), Language::Chinese);
    assert_eq!(of(Some("xx"), "zh"), Language::Chinese, "a cookie of somebody else's making is no choice");
}
