//! Who asks: a browser with its cookies, or a program. Everything that comes back passes the recorder.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::recorder::Asked;
use super::{Answer, PASSWORD, Recorder, URL};

/// A browser or a program.
#[derive(Clone)]
pub(crate) struct Caller {
    router: Router,
    recorder: Recorder,
    is_browser: bool,
    /// By name; what a browser would send, but for what it is known by.
    pub(crate) cookies: BTreeMap<String, String>,
    /// The cookie by which it is known, whole; outlives every sign-in.
    pub(crate) known_by: Option<String>,
    /// The last CSRF token that an answer carried.
    pub(crate) csrf_token: Option<String>,
    /// From which address it comes, if the server can see that.
    pub(crate) address: Option<std::net::IpAddr>,
    /// Sent as `Authorization: Bearer`.
    pub(crate) bearer: Option<String>,
}

impl Caller {
    pub(super) fn browser(router: Router, recorder: Recorder) -> Self {
        let (cookies, known_by, csrf_token, address, bearer) = Default::default();
        Self { router, recorder, is_browser: true, cookies, known_by, csrf_token, address, bearer }
    }

    pub(super) fn program(router: Router, recorder: Recorder) -> Self {
        Self { is_browser: false, ..Self::browser(router, recorder) }
    }

    pub(crate) fn get(&mut self, path: &str) -> Ask<'_> {
        self.ask("GET", path)
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Ask<'_> {
        self.ask("POST", path).json(body)
    }

    pub(crate) fn put(&mut self, path: &str, body: &Value) -> Ask<'_> {
        self.ask("PUT", path).json(body)
    }

    pub(crate) fn delete(&mut self, path: &str) -> Ask<'_> {
        self.ask("DELETE", path)
    }

    /// Any method. A browser says where it comes from and, once it knows one, sends its CSRF token with what may change
    /// something.
    pub(crate) fn ask(&mut self, method: &str, path: &str) -> Ask<'_> {
        let mut ask = Ask {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: None,
            caller: self,
        };
        let changes = !matches!(method, "GET" | "HEAD" | "OPTIONS");
        if ask.caller.is_browser {
            ask = ask
                .header("sec-fetch-site", "same-origin")
                .header("user-agent", "Mozilla/5.0 (X11; Linux) Firefox/140.0");
            if changes {
                ask = ask.header("origin", URL);
            }
        }
        if let Some(token) = ask.caller.csrf_token.clone().filter(|_| changes) {
            ask = ask.header("x-csrf-token", &token);
        }
        if let Some(token) = ask.caller.bearer.clone() {
            ask = ask.header("authorization", &format!("Bearer {token}"));
        }
        ask
    }

    /// Signs in with [`PASSWORD`], and must succeed. In mode `token` the access token is sent from then on.
    pub(crate) async fn sign_in(&mut self, identifier: &str, mode: &str) -> Answer {
        let body = json!({ "identifier": identifier, "password": PASSWORD, "mode": mode });
        let answer = self.post("/v1/sign-in", &body).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.bearer = answer.json()["access_token"].as_str().map(str::to_owned);
        answer
    }

    fn take_in(&mut self, answer: &Answer) {
        if let Ok(body) = serde_json::from_slice::<Value>(&answer.body)
            && let Some(token) = body["csrf_token"].as_str()
        {
            self.csrf_token = Some(token.to_owned());
        }
        if !self.is_browser {
            return;
        }
        for cookie in answer.cookies() {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if name.ends_with("doorward_device") {
                self.known_by = Some(pair.to_owned());
                continue;
            }
            match attributes.split(';').any(|a| a.trim() == "Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
    }
}

/// A request that is being put together.
pub(crate) struct Ask<'c> {
    caller: &'c mut Caller,
    method: String,
    path: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Ask<'_> {
    /// Sets a header, in place of one that stands there already.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        self
    }

    /// Adds a header, beside one that stands there already.
    pub(crate) fn also(mut self, name: &str, value: &str) -> Self {
        self.headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").bytes(body.to_string())
    }

    pub(crate) fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Asks; the answer has passed the recorder when this returns.
    pub(crate) async fn send(self) -> Answer {
        let Self { caller, method, path, mut headers, body } = self;
        let all: Vec<_> = caller.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let all: Vec<_> = all.into_iter().chain(caller.known_by.clone()).collect();
        if !all.is_empty() && !headers.contains_key("cookie") {
            headers.insert("cookie", HeaderValue::try_from(all.join("; ")).unwrap());
        }
        let asked = Asked {
            method: method.clone(),
            path: path.clone(),
            headers: headers.clone(),
            body: body.clone().unwrap_or_default(),
        };
        let mut request = Request::builder().method(method.as_str()).uri(&path);
        *request.headers_mut().unwrap() = headers;
        let mut request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        if let Some(address) = caller.address {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 40_000)));
        }
        let response = caller.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, body };
        caller.recorder.must_pass(&asked, &answer);
        caller.take_in(&answer);
        answer
    }
}
