//! `curl` lines as people paste them, sent without it.

use std::collections::HashMap;

use crate::house::client;

/// `curl`, as far as the printed lines use it.
pub(crate) struct Curl {
    pub(crate) url: String,
    pub(crate) header: Vec<(String, String)>,
    body: Option<String>,
    keeps: bool,
    brings: bool,
}

impl Curl {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = shell_words(line.strip_prefix("curl ")?).into_iter();
        let mut curl = Self { url: String::new(), header: Vec::new(), body: None, keeps: false, brings: false };
        while let Some(word) = words.next() {
            match word.as_str() {
                "-s" => {}
                "-H" => {
                    let header = words.next()?;
                    let (name, value) = header.split_once(": ")?;
                    curl.header.push((name.to_owned(), value.to_owned()));
                }
                "-d" => curl.body = words.next(),
                "-c" => curl.keeps = words.next()? == "jar",
                "-b" => curl.brings = words.next()? == "jar",
                url if curl.url.is_empty() && url.starts_with("http") => curl.url = word,
                other => panic!("{other} is not known here"),
            }
        }
        Some(curl)
    }

    pub(crate) async fn send(&self, jar: &mut HashMap<String, String>) -> reqwest::Response {
        let mut request = match &self.body {
            Some(body) => client().post(&self.url).body(body.clone()),
            None => client().get(&self.url),
        };
        for (name, value) in &self.header {
            request = request.header(name, value);
        }
        if self.brings {
            let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("Cookie", cookies.join("; "));
        }
        let answer = request.send().await.unwrap();
        if self.keeps {
            for set in answer.headers().get_all("set-cookie") {
                let pair = set.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                match value.is_empty() {
                    true => drop(jar.remove(name)),
                    false => drop(jar.insert(name.to_owned(), value.to_owned())),
                }
            }
        }
        answer
    }
}

/// Words as a shell reads them, with single quotes.
fn shell_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            '$' | '`' | '"' | '\\' | '&' | ';' if !quoted => panic!("a shell would not read {c} as it stands"),
            c => word.push(c),
        }
    }
    assert!(!quoted, "a quote is open");
    words.push(word);
    words.retain(|w| !w.is_empty());
    words
}
