//! Accounts by the thousand: from a file, and into one. Neither is ever held whole.
//!
//! - [`source`] where lines come from, once or twice; [`csv`] and [`json`](mod@json) what a record is; [`fields`] what it says
//! - [`import()`] goes through them in steps that fit the control socket; [`export()`] asks page after page

mod csv;
mod export;
mod fields;
mod import;
mod json;
mod source;

pub(crate) use export::export;
pub(crate) use import::{Import, import};
pub(crate) use source::Format;

use serde_json::{Value, json};

/// Why a line cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    field: Option<String>,
    code: String,
    message: String,
}

impl Fault {
    fn of_line(code: &str, message: impl Into<String>) -> Self {
        Self { field: None, code: code.to_owned(), message: message.into() }
    }

    fn of_field(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::of_line(code, message) }
    }

    fn shown(&self, name: &str, line: u64) -> String {
        match &self.field {
            Some(field) => format!("{name}:{line}: {field}: {}", self.message),
            None => format!("{name}:{line}: {}", self.message),
        }
    }

    fn told(&self, line: u64) -> Value {
        let Self { field, code, message } = self;
        json!({ "fault": { "line": line, "field": field, "code": code, "message": message } })
    }
}
