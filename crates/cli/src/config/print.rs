//! The same keys as a file to begin with, and as a JSON Schema.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::keys::{CLIENT_KEYS, KEYS, Key, Kind};

/// A file with every key at its default.
pub(crate) fn example() -> String {
    let mut out = String::from("# Doorward. Every setting, at its default. What is not needed may be left out.\n");
    let mut section = "";
    for key in KEYS.iter() {
        if key.section != section {
            section = key.section;
            let _ = write!(out, "\n[{section}]\n");
        }
        let default = if key.default.is_empty() { "\"https://door.example\"" } else { key.default };
        let _ = writeln!(out, "# {}\n{} = {default}", key.about, key.name);
    }
    out.push_str("\n# Applications. Without any, there is one called \"default\" in mode session.\n[[clients]]\n");
    for key in CLIENT_KEYS {
        let default = if key.default.is_empty() { "\"default\"" } else { key.default };
        let _ = writeln!(out, "# {}\n{} = {default}", key.about, key.name);
    }
    out
}

/// A JSON Schema (draft 2020-12) of the file.
pub(crate) fn schema() -> String {
    let mut root = object();
    for key in KEYS.iter() {
        let mut at = &mut root;
        for part in key.section.split('.') {
            at = &mut at["properties"][part];
            if at.is_null() {
                *at = object();
            }
        }
        at["properties"][key.name] = property(key);
    }
    let members: Map<String, Value> = CLIENT_KEYS.iter().map(|k| (k.name.to_owned(), property(k))).collect();
    let client = json!({ "type": "object", "additionalProperties": false, "properties": members, "required": ["id"] });
    root["properties"]["clients"] = json!({ "type": "array", "items": client });
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    root["title"] = "Doorward configuration".into();
    format!("{root:#}")
}

fn object() -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": {} })
}

fn property(key: &Key) -> Value {
    let mut property = match key.kind {
        Kind::Text | Kind::File | Kind::Address | Kind::AddressOrOff => json!({ "type": "string" }),
        Kind::Url => json!({ "type": "string", "format": "uri" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Number { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Span { .. } => json!({ "type": "string", "pattern": "^[0-9]+[smhd]$" }),
        Kind::OneOf(allowed) => json!({ "enum": allowed }),
        Kind::Texts | Kind::Networks | Kind::Hosts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::TextsOf { least, allowed } => json!({ "type": "array", "minItems": least, "items": { "enum": allowed } }),
    };
    property["description"] = key.about.into();
    if !key.default.is_empty() {
        let table: Option<toml::Table> = toml::from_str(&format!("value = {}", key.default)).ok();
        property["default"] = table.and_then(|t| serde_json::to_value(t.get("value")?).ok()).unwrap_or_default();
    }
    property
}
