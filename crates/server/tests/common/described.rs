//! Holds every answer against the description of the API: its status, its problem code, every member of its body; and what
//! was asked, where it was answered. So the two cannot drift apart wherever a test looks.

use std::sync::LazyLock;

use serde_json::Value;

use super::Answer;
use super::recorder::Asked;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&doorward_server::reference::openapi()).unwrap());

/// Everything that the description does not say.
pub(super) fn faults(asked: &Asked, answer: &Answer) -> Vec<String> {
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let Some(methods) = described(path) else { return Vec::new() };
    let method = if asked.method == "HEAD" { "GET" } else { &asked.method };
    let Some(operation) = methods.get(method.to_lowercase()) else {
        let refused = answer.status == 405 || answer.status >= 400 && answer.status != 404;
        return if refused { Vec::new() } else { vec![format!("{method} is answered and not described")] };
    };
    let mut faults = Vec::new();
    match operation["responses"].get(answer.status.to_string()).map(resolve) {
        None => faults.push(format!("the status {} is not described", answer.status)),
        Some(response) => body(asked, answer, response, &mut faults),
    }
    if answer.status < 300 {
        accepted(asked, query, operation, &mut faults);
    }
    faults
}

/// The path's methods: by its own name, else by a template.
fn described(path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let fits = |template: &str| {
        let (mut one, mut other) = (template.split('/'), path.split('/'));
        loop {
            match (one.next(), other.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a == b || a.starts_with('{') && !b.is_empty() => {}
                _ => return false,
            }
        }
    };
    paths.get(path).or_else(|| paths.iter().find(|(template, _)| fits(template)).map(|(_, methods)| methods))
}

fn resolve(found: &'static Value) -> &'static Value {
    match found["$ref"].as_str() {
        Some(path) => DOCUMENT.pointer(path.strip_prefix('#').unwrap()).unwrap(),
        None => found,
    }
}

fn body(asked: &Asked, answer: &Answer, response: &'static Value, faults: &mut Vec<String>) {
    if asked.method == "HEAD" || answer.body.is_empty() {
        return;
    }
    let content_type = answer.header("content-type");
    let Some(schema) = response["content"].get(content_type).map(|content| &content["schema"]) else {
        faults.push(format!("{content_type} is not described for status {}", answer.status));
        return;
    };
    if content_type.ends_with("json") {
        check(schema, &answer.json(), "body", faults);
    }
}

/// What was answered as asked must be asked as described.
fn accepted(asked: &Asked, query: &str, operation: &'static Value, faults: &mut Vec<String>) {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let known: Vec<&str> = parameters.filter(|p| p["in"] == "query").map(|p| p["name"].as_str().unwrap()).collect();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap();
        if !known.is_empty() && !known.contains(&name) {
            faults.push(format!("the parameter {name} is not described"));
        }
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let sent = serde_json::from_slice::<Value>(&asked.body);
    if let (Ok(sent), true) = (sent, schema.is_object()) {
        check(schema, &sent, "request", faults);
    }
}

/// The part of JSON Schema that the description uses. Members that it does not name are faults, unless it says otherwise.
fn check(schema: &'static Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let schema = resolve(schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        check(part, value, at, faults);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fitting = choices.iter().filter(|choice| {
            let mut faults = Vec::new();
            check(choice, value, at, &mut faults);
            faults.is_empty()
        });
        if fitting.count() != 1 {
            faults.push(format!("{at} is not exactly one of the choices"));
        }
    }
    let allowed = |words: &Value| words.as_array().is_none_or(|words| words.contains(value) || value.is_null());
    if !allowed(&schema["enum"]) || schema.get("const").is_some_and(|only| only != value) {
        faults.push(format!("{at} is {value}, which is none of what is described"));
    }
    if !has_type(&schema["type"], value) {
        faults.push(format!("{at} is {value} and should be {}", schema["type"]));
    }
    match value {
        Value::Object(members) => {
            let named = schema["properties"].as_object();
            let required = schema["required"].as_array().into_iter().flatten();
            for name in required.map(|name| name.as_str().unwrap()) {
                if members.get(name).is_none() {
                    faults.push(format!("{at}.{name} is missing"));
                }
            }
            let open = schema["additionalProperties"] == true || schema["allOf"].is_array() || named.is_none();
            for (name, value) in members {
                match named.and_then(|named| named.get(name)) {
                    Some(schema) => check(schema, value, &format!("{at}.{name}"), faults),
                    None if open => {}
                    None => faults.push(format!("{at}.{name} is not described")),
                }
            }
        }
        Value::Array(items) if schema["items"].is_object() => {
            for (n, item) in items.iter().enumerate() {
                check(&schema["items"], item, &format!("{at}[{n}]"), faults);
            }
        }
        _ => {}
    }
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the description has a type {other}"),
    };
    match wanted {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
        _ => true,
    }
}
