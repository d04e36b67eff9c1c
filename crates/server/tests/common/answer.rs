//! What came back.

use axum::body::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// One answer, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("every body of ours is text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// The one value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut all = self.headers.get_all(name).iter();
        let first = all.next().map_or("", |v| v.to_str().unwrap());
        assert!(all.next().is_none(), "{name} stands twice");
        first
    }

    /// Every `Set-Cookie`.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap()).collect()
    }

    /// Status and code of a problem, as JSON or as a page; of anything else, the status alone.
    pub(crate) fn outcome(&self) -> String {
        let problem = self.header("content-type") == "application/problem+json";
        let page = if self.header("content-type").starts_with("text/html") { self.text() } else { "" };
        if let Some(rest) = page.split("data-problem=\"").nth(1) {
            return format!("{} {}", self.status, rest.split('"').next().unwrap_or(""));
        }
        match problem.then(|| self.json()["code"].as_str().unwrap_or("").to_owned()) {
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }
}
