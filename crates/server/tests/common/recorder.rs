//! Looks at every answer of every test: what may never leave the house, and what no answer may lack.

use std::collections::BTreeSet;

use doorward_server::Options;
use http::HeaderMap;
use serde_json::Value;

use super::{Answer, described};

pub(crate) mod page;

/// What was asked, as far as an answer is judged by it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// The judge.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    dev: bool,
    https: bool,
}

/// Everybody may read these, and may keep them.
const PUBLIC: [&str; 3] = ["/.well-known/jwks.json", "/.well-known/oauth-authorization-server", "/openapi.json"];
/// The whole table of problems, as its own test wrote it down.
const TABLE: &str = include_str!(
    "../../src/problem/snapshots/doorward_server__problem__tests__the_table_says_for_every_code_its_status_and_title.snap"
);
const TYPES: [&str; 9] = [
    "text/html; charset=utf-8",
    "text/css; charset=utf-8",
    "text/javascript; charset=utf-8",
    "image/svg+xml",
    "image/png",
    "application/json",
    "application/problem+json",
    "application/jwk-set+json",
    "text/plain; version=0.0.4; charset=utf-8",
];

impl Recorder {
    pub(crate) fn new(options: &Options) -> Self {
        Self { dev: options.dev, https: options.public_url.starts_with("https://") }
    }

    /// Fails the test if the answer breaks a rule.
    pub(crate) fn must_pass(&self, asked: &Asked, answer: &Answer) {
        let faults = self.faults(asked, answer);
        assert!(faults.is_empty(), "{} {}: {faults:#?}\n{answer:#?}", asked.method, asked.path);
    }

    /// Every rule that the answer breaks.
    pub(crate) fn faults(&self, asked: &Asked, answer: &Answer) -> Vec<String> {
        let mut faults = Vec::new();
        self.headers(asked, answer, &mut faults);
        self.cookies(answer, &mut faults);
        caching(asked, answer, &mut faults);
        secrets(asked, answer, &mut faults);
        shape(asked, answer, &mut faults);
        problem(asked, answer, &mut faults);
        page::faults(answer, &mut faults);
        faults.extend(described::faults(asked, answer));
        faults
    }

    fn headers(&self, asked: &Asked, answer: &Answer, faults: &mut Vec<String>) {
        let public = PUBLIC.contains(&asked.path.as_str()) && answer.status < 400;
        let corp = if public { "cross-origin" } else { "same-origin" };
        let cors = if public { "*" } else { "" };
        let hsts = if self.https { "max-age=63072000; includeSubDomains" } else { "" };
        let html = page::is_page(answer);
        let policy = if html { page::POLICY } else { "default-src 'none'; frame-ancestors 'none'" };
        for (name, wanted) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", if html { "same-origin" } else { "no-referrer" }),
            ("content-security-policy", policy),
            ("cross-origin-opener-policy", if html { "same-origin" } else { "" }),
            ("x-frame-options", if html { "DENY" } else { "" }),
            ("cross-origin-resource-policy", corp),
            ("strict-transport-security", hsts),
            ("access-control-allow-origin", cors),
            ("access-control-allow-credentials", ""),
            ("server", ""),
            ("x-powered-by", ""),
        ] {
            let found = answer.header(name);
            if found != wanted {
                faults.push(format!("{name} is {found:?} and should be {wanted:?}"));
            }
        }
        let location = answer.header("location");
        let leads_home = location.starts_with('/') && !location.starts_with("//") && !location.contains('\\');
        if leads_home != (answer.status == 303) || !leads_home && !location.is_empty() {
            faults.push(format!("location is {location:?} with status {}", answer.status));
        }
        let id = answer.header("x-request-id");
        if id.len() != 16 || !id.bytes().all(|c| c.is_ascii_hexdigit()) {
            faults.push(format!("x-request-id is {id:?}"));
        }
    }

    fn cookies(&self, answer: &Answer, faults: &mut Vec<String>) {
        let prefix = if self.dev { "" } else { "__Host-Http-" };
        let mut names = BTreeSet::new();
        let mut tokens = 0;
        for cookie in answer.cookies() {
            let (name, value, attributes) = parts(cookie);
            let kind = name.strip_prefix(prefix).unwrap_or("");
            let same_site = match kind {
                "doorward_session" | "doorward_access" | "doorward_device" | "doorward_pre" | "doorward_language" => {
                    "SameSite=Lax"
                }
                "doorward_refresh" => "SameSite=Strict",
                _ => {
                    faults.push(format!("the cookie {name:?} has no such name"));
                    continue;
                }
            };
            let mut wanted = BTreeSet::from(["Path=/", "HttpOnly", same_site]);
            if !self.dev {
                wanted.insert("Secure");
            }
            let max_age = attributes.iter().find_map(|a| a.strip_prefix("Max-Age="));
            let flags: BTreeSet<_> = attributes.iter().copied().filter(|a| !a.starts_with("Max-Age=")).collect();
            if flags != wanted || attributes.len() != wanted.len() + usize::from(max_age.is_some()) {
                faults.push(format!("the flags of {name} are {attributes:?}"));
            }
            let seconds = max_age.map(str::parse::<u64>);
            if seconds.is_some_and(|s| !s.is_ok_and(|s| s <= 400 * 86_400))
                || (value.is_empty() != (max_age == Some("0")))
            {
                faults.push(format!("{name} lives for {max_age:?}"));
            }
            if name.len() + value.len() > 4096 || !names.insert(name) {
                faults.push(format!("{name} is too long or stands twice"));
            }
            tokens += if matches!(kind, "doorward_access" | "doorward_refresh") { name.len() + value.len() } else { 0 };
        }
        if tokens > 1536 {
            faults.push(format!("both cookies of mode hybrid have {tokens} bytes"));
        }
        if answer.status >= 500 && !names.is_empty() {
            faults.push("a failure of ours changes cookies".to_owned());
        }
    }
}

/// Name, value, attributes.
fn parts(cookie: &str) -> (&str, &str, Vec<&str>) {
    let mut pieces = cookie.split("; ");
    let (name, value) = pieces.next().unwrap_or("").split_once('=').unwrap_or(("", ""));
    (name, value, pieces.collect())
}

/// What depends on who asks, or says who it is, is kept by nobody.
fn caching(asked: &Asked, answer: &Answer, faults: &mut Vec<String>) {
    let found = answer.header("cache-control");
    if asked.path.starts_with("/assets/") && answer.status == 200 {
        if found != "public, max-age=31536000, immutable" || !answer.cookies().is_empty() {
            faults.push(format!("cache-control is {found:?} for a file that never changes"));
        }
        return;
    }
    let public = PUBLIC.contains(&asked.path.as_str()) && answer.status < 400 && answer.cookies().is_empty();
    if public && !found.starts_with("public, max-age=") || !public && found != "no-store" {
        faults.push(format!("cache-control is {found:?}"));
    }
    if public && !answer.header("vary").is_empty() {
        faults.push("what is the same for everybody says that it varies".to_owned());
    }
}

/// Where a token may stand: its own cookie, or its own member of an answer in mode `token`. And nothing that was sent comes
/// back.
fn secrets(asked: &Asked, answer: &Answer, faults: &mut Vec<String>) {
    for (name, value) in &answer.headers {
        let text = String::from_utf8_lossy(value.as_bytes());
        let rest = match name == "set-cookie" {
            true => {
                let (name, value, attributes) = parts(&text);
                let own = match name.trim_start_matches("__Host-Http-") {
                    "doorward_session" => value.starts_with("dw_st_"),
                    "doorward_refresh" => value.starts_with("dw_rt_"),
                    "doorward_access" => value.split('.').count() == 3 && value.starts_with("eyJ"),
                    _ => false,
                };
                if own { attributes.join(" ") } else { text.to_string() }
            }
            false => text.to_string(),
        };
        if holds_a_token(&rest) {
            faults.push(format!("a token stands in the header {name}"));
        }
    }
    let body = String::from_utf8_lossy(&answer.body);
    if holds_a_token(&without_own_tokens(asked, &body)) {
        faults.push("a token stands in the body".to_owned());
    }
    let is_new_secret = asked.method == "POST" && asked.path.ends_with("/secrets") && answer.status == 201;
    for kept in ["$argon2", "$2b$", "\"digest\"", "\"salt\"", "\"sealed\"", "\"d\":"] {
        if body.contains(kept) {
            faults.push(format!("{kept} is kept, and never shown"));
        }
    }
    if body.contains("dw_cs_") && !is_new_secret {
        faults.push("a secret of an application is shown again".to_owned());
    }
    let everything = format!("{:?} {body}", answer.headers);
    for secret in sent_secrets(asked) {
        let again = answer.cookies().iter().any(|c| parts(c).1 == secret);
        if everything.contains(&secret) && !again {
            faults.push("a secret that was sent comes back".to_owned());
        }
    }
}

fn holds_a_token(text: &str) -> bool {
    text.contains("dw_st_") || text.contains("dw_rt_") || text.contains("eyJ")
}

/// The body of an answer in mode `token`, or of the token endpoint, without its two tokens; any other body as it is.
fn without_own_tokens(asked: &Asked, body: &str) -> String {
    let Ok(Value::Object(mut members)) = serde_json::from_str(body) else {
        return body.to_owned();
    };
    if members.get("mode") == Some(&Value::from("token")) || asked.path == "/oauth/token" {
        members.remove("access_token");
        members.remove("refresh_token");
    }
    Value::Object(members).to_string()
}

fn sent_secrets(asked: &Asked) -> Vec<String> {
    let mut secrets = Vec::new();
    for name in ["cookie", "authorization"] {
        for value in asked.headers.get_all(name) {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            secrets.extend(text.split("; ").filter_map(|c| c.split_once(['=', ' '])).map(|(_, v)| v.to_owned()));
        }
    }
    if let Ok(body) = serde_json::from_slice::<Value>(&asked.body) {
        secrets.extend(["password", "refresh_token"].iter().filter_map(|m| body[m].as_str()).map(str::to_owned));
    }
    if asked.headers.get("content-type").is_some_and(|t| t == "application/x-www-form-urlencoded") {
        let fields = url::form_urlencoded::parse(&asked.body);
        let typed = fields.filter(|(name, _)| matches!(name.as_ref(), "password" | "current" | "repeat"));
        secrets.extend(typed.map(|(_, value)| value.into_owned()));
    }
    secrets.retain(|s| s.len() >= 12 && !(s.starts_with("dw_rt_") && asked.path == "/v1/refresh"));
    secrets
}

fn shape(asked: &Asked, answer: &Answer, faults: &mut Vec<String>) {
    let content_type = answer.header("content-type");
    if answer.body.is_empty() && (asked.method != "HEAD" || answer.status == 303) {
        if !matches!(answer.status, 204 | 303) || !content_type.is_empty() {
            faults.push(format!("an empty body of type {content_type:?}"));
        }
    } else if !TYPES.contains(&content_type) {
        faults.push(format!("content-type is {content_type:?}"));
    } else if content_type.ends_with("json")
        && !answer.body.is_empty()
        && serde_json::from_slice::<Value>(&answer.body).is_err()
    {
        faults.push("the body is not the JSON that it says it is".to_owned());
    }
}

/// RFC 6749 section 5.2: the one other shape that a refusal has.
fn is_of_oauth(asked: &Asked, answer: &Answer) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let words = ["error", "error_description"].iter().all(|member| body[member].is_string());
    asked.path.starts_with("/oauth/") && matches!(answer.status, 400 | 401) && words
}

fn problem(asked: &Asked, answer: &Answer, faults: &mut Vec<String>) {
    if is_of_oauth(asked, answer) {
        return;
    }
    let of = |name: &str| answer.header(name);
    let (status, code) = (answer.status, code_of(answer));
    if (status >= 400) != (of("content-type") == "application/problem+json") && !page::is_page(answer) {
        faults.push(format!("status {status} with content-type {:?}", of("content-type")));
    }
    if status == 503 && of("retry-after").parse::<u64>().is_err() {
        faults.push("503 does not say when to come back".to_owned());
    }
    if status == 405 && of("allow").is_empty() {
        faults.push("405 does not say which methods are answered".to_owned());
    }
    let challenge = match code.as_str() {
        "invalid_token" | "access_expired" | "access_stale" => "Bearer error=\"invalid_token\"",
        _ if status == 401 && !page::is_page(answer) => "Bearer",
        _ => "",
    };
    if of("www-authenticate") != challenge && asked.method != "HEAD" {
        faults.push(format!("www-authenticate is {:?} for {status} {code}", of("www-authenticate")));
    }
    if status < 400 || asked.method == "HEAD" || page::is_page(answer) {
        return;
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let wanted = [
        ("type", Value::from(format!("urn:doorward:problem:{code}"))),
        ("status", Value::from(status)),
        ("request_id", Value::from(of("x-request-id"))),
    ];
    for (member, wanted) in wanted {
        if body[member] != wanted {
            faults.push(format!("{member} is {} and should be {wanted}", body[member]));
        }
    }
    let title = body["title"].as_str().unwrap_or("");
    if !TABLE.lines().any(|line| line == format!("{status} {code} {title}")) {
        faults.push(format!("{status} {code} {title:?} is not in the table"));
    }
}

fn code_of(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body["code"].as_str().unwrap_or("").to_owned()
}
