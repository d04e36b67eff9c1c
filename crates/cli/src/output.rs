//! What is told: text for people, JSON for programs.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::Value;

static JSON: AtomicBool = AtomicBool::new(false);

/// From now on everything is JSON (or not).
pub(crate) fn set_json(json: bool) {
    JSON.store(json, Ordering::Relaxed);
}

fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// Something could not be done. The code is for programs and stays; the text is for people.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }

    /// To standard error.
    pub(crate) fn print(&self) {
        if is_json() {
            eprintln!("{}", serde_json::json!({ "error": self }));
        } else {
            eprintln!("doorward: {}", self.message);
        }
    }
}

/// To standard output: one line of JSON, or a table, or lines of `name: value`.
pub(crate) fn show(value: &Value) {
    if is_json() {
        println!("{value}");
        return;
    }
    match value {
        Value::Object(members) if members.len() == 1 && members.values().all(Value::is_array) => {
            members.values().filter_map(Value::as_array).for_each(|rows| print!("{}", table(rows)));
        }
        Value::Object(members) => {
            for (name, value) in members {
                println!("{name}: {}", cell(value));
            }
        }
        other => println!("{}", cell(other)),
    }
}

/// Columns as wide as their widest cell.
fn table(rows: &[Value]) -> String {
    let Some(first) = rows.first().and_then(Value::as_object) else { return "(none)\n".to_owned() };
    let names: Vec<&String> = first.keys().collect();
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| names.iter().map(|name| cell(&row[name.as_str()])).collect()).collect();
    let width = |n: usize| cells.iter().map(|row| row[n].chars().count()).chain([names[n].len()]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let line = |row: Vec<&str>| {
        let padded: Vec<String> = row.iter().zip(&widths).map(|(text, width)| format!("{text:width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let head = line(names.iter().map(|n| n.as_str()).collect());
    head + &cells.iter().map(|row| line(row.iter().map(String::as_str).collect())).collect::<String>()
}

/// Control characters of whoever chose a name stay out of the terminal.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(cell).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    };
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_up_and_hides_control_characters() {
        let rows =
            [serde_json::json!({"a": "x\u{1b}[31m", "b": null}), serde_json::json!({"a": "longer", "b": ["p", "q"]})];
        assert_eq!(table(&rows), "a       b\nx[31m   -\nlonger  p,q\n");
        assert_eq!(table(&[]), "(none)\n");
    }
}
