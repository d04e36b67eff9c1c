//! What the README shows is what happens.

use std::collections::HashMap;

use serde_json::Value;

use crate::curl::Curl;
use crate::house::{House, run};

const WRITTEN_FOR: &str = "http://127.0.0.1:8080";
const COMMAND: &str = "cargo run --release -- ";

/// Command and answer, in the order in which they stand.
fn transcript(text: &str) -> Vec<(String, String)> {
    let mut steps: Vec<(String, String)> = Vec::new();
    let mut shown = false;
    for line in text.lines() {
        if line.starts_with("```") {
            shown = line == "```sh transcript";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| shown) {
            steps.push((command.to_owned(), String::new()));
        } else if let Some((_, answer)) = steps.last_mut().filter(|_| shown && !line.is_empty()) {
            answer.push_str(line);
            answer.push('\n');
        }
    }
    steps
}

/// The same, where the shown one has no `…` in its place.
fn agrees(shown: &Value, found: &Value) -> bool {
    match (shown, found) {
        (Value::String(any), Value::String(_)) if any == "…" => true,
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| agrees(v, w)))
        }
        (a, b) => a == b,
    }
}

async fn replay(text: &str) {
    let house = House::new();
    let server = house.start();
    let mut jar = HashMap::new();
    let steps = transcript(text);
    assert_eq!(steps.len(), 6, "every step of the page is found");
    for (command, shown) in steps {
        if let Some(words) = command.strip_prefix(COMMAND) {
            let words: Vec<&str> = words.split(' ').collect();
            let mut asked = crate::house::doorward(&words);
            asked.arg("--data").arg(house.data());
            let said = run(asked, "");
            let names = |text: &str| text.lines().map(|l| l.split(':').next().unwrap().to_owned()).collect::<Vec<_>>();
            assert_eq!(names(&said.out), names(&shown), "{command}: {said:?}");
            continue;
        }
        let line = Curl::parse(&command.replace(WRITTEN_FOR, &server.url)).unwrap();
        let found: Value = line.send(&mut jar).await.json().await.unwrap();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert!(agrees(&shown, &found), "{command}\n{shown}\n{found}");
    }
}

#[tokio::test]
async fn what_the_readme_shows_is_what_happens() {
    replay(include_str!("../../../../README.md")).await;
}

#[tokio::test]
async fn what_the_chinese_readme_shows_is_what_happens() {
    replay(include_str!("../../../../README.zh-CN.md")).await;
}
