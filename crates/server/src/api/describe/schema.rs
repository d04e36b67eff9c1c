//! Words for schemas (JSON Schema 2020-12), as few as the API needs.

use serde_json::{Map, Value, json};

/// An object of these members. A name that ends with `?` may be missing.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, schema) in members {
        let plain = name.trim_end_matches('?');
        if plain == name {
            required.push(plain);
        }
        properties.insert(plain.to_owned(), schema);
    }
    match required.is_empty() {
        true => json!({ "type": "object", "properties": properties }),
        false => json!({ "type": "object", "properties": properties, "required": required }),
    }
}

/// The same for what comes in: anything else is refused.
pub(super) fn body<const N: usize>(members: [(&str, Value); N]) -> Value {
    let mut schema = object(members);
    schema["additionalProperties"] = false.into();
    schema
}

/// A schema that stands elsewhere.
pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn text_of(shortest: u32, longest: u32) -> Value {
    json!({ "type": "string", "minLength": shortest, "maxLength": longest })
}

/// A secret: shown by nobody's tools.
pub(super) fn password() -> Value {
    json!({ "type": "string", "format": "password", "minLength": 1, "maxLength": 1024 })
}

pub(super) fn matching(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// 128 bits.
pub(super) fn account_id() -> Value {
    matching("^[A-Za-z0-9_-]{21}[AQgw]$")
}

/// 132 bits.
pub(super) fn sid() -> Value {
    matching("^[A-Za-z0-9_-]{22}$")
}

/// Of an application.
pub(super) fn client_id() -> Value {
    matching("^[A-Za-z0-9._-]{1,64}$")
}

/// Of a role or a permission.
pub(super) fn name() -> Value {
    matching("^[A-Za-z0-9._:-]{1,64}$")
}

pub(super) fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn number(least: u64) -> Value {
    json!({ "type": "integer", "minimum": least })
}

pub(super) fn number_of(least: u64, most: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

pub(super) fn truth() -> Value {
    json!({ "type": "boolean" })
}

pub(super) fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

pub(super) fn one_of(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

/// That, or `null`.
pub(super) fn nullable(mut schema: Value) -> Value {
    let kind = schema["type"].take();
    schema["type"] = json!([kind, "null"]);
    schema
}

/// With words for people.
pub(super) fn about(mut schema: Value, words: &str) -> Value {
    schema["description"] = words.into();
    schema
}
