//! For whoever writes a client: what the API asks and answers, put together from the code.

use serde_json::Value;

use crate::api::describe;

/// Characters of a line.
const LINE: usize = 120;

/// The description of the API (OpenAPI 3.1), as JSON that people can read too.
#[must_use]
pub fn openapi() -> String {
    let mut out = String::new();
    write(&mut out, &describe::openapi(), 0);
    out.push('\n');
    out
}

/// The list of errors, as Markdown.
#[must_use]
pub fn errors() -> String {
    describe::errors()
}

/// What fits on a line stands on one: every value on a line of its own would be three times as long.
fn write(out: &mut String, value: &Value, depth: usize) {
    let whole = value.to_string();
    let indent = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
    let parts: Vec<(Option<&String>, &Value)> = match value {
        Value::Object(members) if indent + whole.len() >= LINE => members.iter().map(|(k, v)| (Some(k), v)).collect(),
        Value::Array(items) if indent + whole.len() >= LINE => items.iter().map(|item| (None, item)).collect(),
        _ => return out.push_str(&whole),
    };
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    out.push(open);
    for (n, (name, part)) in parts.iter().enumerate() {
        out.push_str(if n == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        if let Some(name) = name {
            out.push_str(&Value::from(name.as_str()).to_string());
            out.push_str(": ");
        }
        write(out, part, depth + 1);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_document_is_the_document() {
        assert_eq!(serde_json::from_str::<Value>(&openapi()).unwrap(), describe::openapi());
    }
}
