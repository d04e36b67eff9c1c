//! What is told: text for people, JSON for programs.

use std::io::Write as _;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

    /// Said in a way that cannot be: like a fault that the reader of the command line finds.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new("usage", message)
    }

    /// 2 if it must be said differently, 1 if it cannot be done.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if self.code == "usage" { 2 } else { 1 })
    }
}

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Tables, or lines of `name: value`.
    Text,
    /// One line of JSON for each answer.
    Json,
}

impl Form {
    /// To standard error.
    pub(crate) fn fail(self, failure: &Failure) {
        match self {
            Self::Json => complain(&json!({ "error": failure }).to_string()),
            Self::Text => complain(&format!("doorward: {}", failure.message)),
        }
    }

    /// To standard output.
    pub(crate) fn show(self, value: &Value) {
        match self {
            Self::Json => print(&format!("{value}\n")),
            Self::Text => print(&text(value)),
        }
    }
}

/// To standard output. Whoever reads may have seen enough and gone (`| head`); that is no failure.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// One line to standard error.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

fn text(value: &Value) -> String {
    match value {
        Value::Object(members) if members.len() == 1 && members.values().all(Value::is_array) => {
            members.values().filter_map(Value::as_array).map(|rows| table(rows)).collect()
        }
        Value::Object(members) => members.iter().map(|(name, value)| format!("{name}: {}\n", cell(value))).collect(),
        other => cell(other) + "\n",
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

/// What a stranger chose (a name, a device) must not move the cursor or turn the line around.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "-".to_owned(),
        Value::Array(list) => list.iter().map(cell).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    };
    let turns = |c: &char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !c.is_control() && !turns(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_up_and_hides_what_would_move_the_cursor() {
        let rows = [json!({"a": "x\u{1b}[31m\u{202e}", "b": null}), json!({"a": "longer", "b": ["p", "q"]})];
        assert_eq!(text(&json!({ "rows": rows })), "a       b\nx[31m   -\nlonger  p,q\n");
        assert_eq!(text(&json!({ "rows": [] })), "(none)\n");
        assert_eq!(text(&json!({"a": 1, "b": []})), "a: 1\nb: -\n");
    }

    #[test]
    fn a_way_of_saying_it_and_a_thing_that_cannot_be_done_differ() {
        assert_eq!(Failure::usage("").exit_code(), ExitCode::from(2));
        assert_eq!(Failure::new("not_found", "").exit_code(), ExitCode::from(1));
    }
}
