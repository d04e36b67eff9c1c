//! One thing that can be asked: who may, what goes in, what comes out, what may go wrong.

use std::collections::{BTreeMap, BTreeSet};

use doorward_core::administer::Need;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{members, schema};
use crate::problem::Code;

/// Who may ask.
#[derive(Clone, Copy)]
pub(super) enum Who {
    /// Everybody; whoever is signed in is not looked at.
    Everybody,
    /// Everybody; a cookie that comes along must be believed.
    Anybody,
    /// Whoever is signed in, in any mode.
    Person,
    /// Somebody who has a permission.
    Administrator(Need),
    /// An application by its secret, or an access token with a permission.
    Reader,
    /// An application as OAuth knows it.
    Application,
}

enum Asks {
    Json {
        schema: Value,
        #[cfg_attr(not(test), expect(dead_code, reason = "a test holds it against the schema"))]
        members: &'static [&'static str],
    },
    Form(Value),
    AnyJson,
}

struct Gives {
    status: u16,
    about: &'static str,
    body: Option<(&'static str, Value)>,
}

/// One method of one path.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    summary: &'static str,
    tag: &'static str,
    who: Who,
    parameters: Vec<Value>,
    asks: Option<Asks>,
    gives: Vec<Gives>,
    fails: Vec<Code>,
}

/// Whatever is asked, before anybody looks at it.
const ALWAYS: [Code; 6] = [
    Code::OutsideProxy,
    Code::HttpsRequired,
    Code::UriTooLong,
    Code::UnknownHost,
    Code::TooManyHeaders,
    Code::Internal,
];
/// Where a credential is looked for.
const PRESENTED: [Code; 4] = [Code::BadRequest, Code::AmbiguousCredentials, Code::InvalidToken, Code::Unavailable];
/// Where one must be there.
const SIGNED_IN: [Code; 3] = [Code::Unauthenticated, Code::AccessExpired, Code::AccessStale];
/// Where a body is read.
const READ: [Code; 5] =
    [Code::BadRequest, Code::RequestTimeout, Code::BodyTooLarge, Code::UnsupportedMediaType, Code::InvalidInput];

macro_rules! methods {
    ($($name:ident $method:literal;)+) => {
        $(pub(super) fn $name(path: &'static str, summary: &'static str) -> Operation {
            Operation::new($method, path, summary)
        })+
    };
}

methods! {
    get "GET";
    post "POST";
    put "PUT";
    patch "PATCH";
    delete "DELETE";
}

impl Operation {
    fn new(method: &'static str, path: &'static str, summary: &'static str) -> Self {
        let (parameters, gives, fails) = (path_parameters(path), Vec::new(), Vec::new());
        Self { method, path, summary, tag: "people", who: Who::Everybody, parameters, asks: None, gives, fails }
    }

    pub(super) fn tag(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }

    pub(super) fn by(self, who: Who) -> Self {
        Self { who, ..self }
    }

    /// A JSON object that is read as `T`.
    pub(super) fn asks<T: DeserializeOwned>(self, schema: Value) -> Self {
        Self { asks: Some(Asks::Json { schema, members: members::of::<T>() }), ..self }
    }

    pub(super) fn asks_form(self, schema: Value) -> Self {
        Self { asks: Some(Asks::Form(schema)), ..self }
    }

    pub(super) fn asks_any_json(self) -> Self {
        Self { asks: Some(Asks::AnyJson), ..self }
    }

    pub(super) fn query(self, name: &str, schema: Value, about: &str) -> Self {
        self.parameter("query", name, schema, about)
    }

    pub(super) fn header(self, name: &str, schema: Value, about: &str) -> Self {
        self.parameter("header", name, schema, about)
    }

    fn parameter(mut self, place: &str, name: &str, schema: Value, about: &str) -> Self {
        self.parameters.push(json!({ "name": name, "in": place, "description": about, "schema": schema }));
        self
    }

    pub(super) fn gives(self, status: u16, about: &'static str, schema: Value) -> Self {
        self.gives_as(status, about, "application/json", schema)
    }

    pub(super) fn gives_as(mut self, status: u16, about: &'static str, content: &'static str, schema: Value) -> Self {
        self.gives.push(Gives { status, about, body: Some((content, schema)) });
        self
    }

    pub(super) fn gives_nothing(mut self, about: &'static str) -> Self {
        self.gives.push(Gives { status: 204, about, body: None });
        self
    }

    pub(super) fn fails(mut self, codes: &[Code]) -> Self {
        self.fails.extend_from_slice(codes);
        self
    }

    /// Every code that it may answer, in the order of the table.
    pub(super) fn codes(&self) -> Vec<Code> {
        let changes = self.method != "GET";
        let csrf = changes.then_some(Code::CsrfFailed);
        let mut all = [self.fails.as_slice(), &ALWAYS].concat();
        match self.who {
            Who::Everybody => {}
            Who::Anybody => all.extend(PRESENTED.into_iter().chain(csrf)),
            Who::Person => all.extend(PRESENTED.into_iter().chain(SIGNED_IN).chain(csrf)),
            Who::Administrator(need) => {
                let proof = need.proof.then_some(Code::ReauthRequired);
                all.extend(PRESENTED.into_iter().chain(SIGNED_IN).chain(csrf).chain(proof).chain([Code::Forbidden]));
            }
            Who::Reader => all.extend(PRESENTED.into_iter().chain(SIGNED_IN).chain([Code::Forbidden])),
            Who::Application => all.push(Code::Unavailable),
        }
        match &self.asks {
            None => {}
            Some(Asks::Json { .. } | Asks::AnyJson) => all.extend(READ),
            Some(Asks::Form(_)) => all.extend([Code::RequestTimeout, Code::BodyTooLarge, Code::UnsupportedMediaType]),
        }
        let all: BTreeSet<&str> = all.into_iter().map(Code::name).collect();
        Code::ALL.iter().copied().filter(|code| all.contains(code.name())).collect()
    }

    /// What a program may call it.
    pub(super) fn id(&self) -> String {
        let words = self.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !matches!(*word, "" | "v1"));
        std::iter::once(self.method.to_lowercase().as_str()).chain(words).collect::<Vec<_>>().join("_")
    }

    #[cfg(test)]
    pub(super) fn json_body(&self) -> Option<(&Value, &'static [&'static str])> {
        match &self.asks {
            Some(Asks::Json { schema, members }) => Some((schema, members)),
            _ => None,
        }
    }

    fn codes_by_status(&self) -> BTreeMap<u16, Vec<&'static str>> {
        let mut all: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
        for code in self.codes() {
            all.entry(code.status()).or_default().push(code.name());
        }
        all
    }

    /// Problems as they stand among the shared answers, by name.
    pub(super) fn shared(&self) -> Vec<(String, Value)> {
        let of = |codes: &Vec<&'static str>| (key(codes), problem(codes));
        self.codes_by_status().values().map(of).collect()
    }

    /// As in the document.
    pub(super) fn write(&self) -> Value {
        let mut operation = json!({
            "operationId": self.id(),
            "summary": self.summary,
            "tags": [self.tag],
            "security": self.security(),
        });
        if let Who::Administrator(need) = self.who {
            operation["x-permission"] = need.permission.into();
            operation["x-proof"] = need.proof.into();
        }
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.clone().into();
        }
        if let Some(asks) = &self.asks {
            let (content, schema) = match asks {
                Asks::Json { schema, .. } => ("application/json", schema.clone()),
                Asks::Form(schema) => ("application/x-www-form-urlencoded", schema.clone()),
                Asks::AnyJson => ("application/json", json!({})),
            };
            operation["requestBody"] = json!({ "required": true, "content": { content: { "schema": schema } } });
        }
        operation["responses"] = self.responses().into();
        operation
    }

    fn responses(&self) -> Map<String, Value> {
        let mut all: BTreeMap<u16, Value> = BTreeMap::new();
        for Gives { status, about, body } in &self.gives {
            let answer = all.entry(*status).or_insert_with(|| json!({ "description": about }));
            if let Some((content, schema)) = body {
                answer["content"][*content] = json!({ "schema": schema });
            }
        }
        for (status, codes) in self.codes_by_status() {
            match all.get_mut(&status) {
                Some(answer) => {
                    let content = problem(&codes)["content"]["application/problem+json"].take();
                    answer["content"]["application/problem+json"] = content;
                }
                None => {
                    all.insert(status, json!({ "$ref": format!("#/components/responses/{}", key(&codes)) }));
                }
            }
        }
        all.into_iter().map(|(status, answer)| (status.to_string(), answer)).collect()
    }

    fn security(&self) -> Value {
        let cookie = |name: &str| match self.method {
            "GET" => json!({ name: [] }),
            _ => json!({ name: [], "csrf": [] }),
        };
        match self.who {
            Who::Everybody | Who::Anybody => json!([]),
            Who::Person | Who::Administrator(_) => json!([cookie("session"), cookie("access"), { "bearer": [] }]),
            Who::Reader => json!([{ "bearer": [] }, { "application": [] }]),
            Who::Application => json!([{ "application": [] }, {}]),
        }
    }
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let one = |name: &str| {
        let schema = match name {
            "sid" => schema::sid(),
            "id" if path.contains("/clients/") => schema::client_id(),
            "id" => schema::account_id(),
            "role" | "name" => schema::name(),
            "key" => schema::matching("^client\\.[A-Za-z0-9._-]{1,57}$"),
            _ => schema::matching("^[A-Za-z0-9_-]{1,64}$"),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    };
    names.map(one).collect()
}

/// Dots, because a code has none.
fn key(codes: &[&str]) -> String {
    codes.join(".")
}

fn problem(codes: &[&str]) -> Value {
    let words: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    json!({
        "description": words.join(", "),
        "content": { "application/problem+json": { "schema": {
            "allOf": [schema::named("Problem")],
            "properties": { "code": { "enum": codes } },
        } } },
    })
}
