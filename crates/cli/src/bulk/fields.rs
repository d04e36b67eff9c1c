//! What a record may say, by name: the same in CSV and in JSON.

use doorward_core::Timestamp;
use doorward_core::accounts::bring::Row;
use serde_json::{Value, json};

use super::Fault;

/// Every name, as columns or members.
pub(super) const COLUMNS: [&str; 9] =
    ["id", "identifier", "display_name", "password_hash", "roles", "disabled", "disabled_at", "created_at", "version"];

/// The text of a column as the value that JSON has for it.
pub(super) fn of_text(name: &str, text: &str) -> Result<Value, Fault> {
    Ok(match name {
        "roles" => text.split(';').map(str::trim).filter(|role| !role.is_empty()).collect(),
        "disabled" => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" => json!(true),
            "false" | "f" | "0" => json!(false),
            _ => return Err(Fault::of_field(name, "not_a_flag", "it is neither true nor false")),
        },
        "version" => text.parse::<u64>().map_or(Value::Null, |n| json!(n)),
        _ => json!(text),
    })
}

/// Puts the value into the row.
pub(super) fn put(row: &mut Row, name: &str, value: Value) -> Result<(), Fault> {
    match name {
        "identifier" => row.identifier = text(name, value)?,
        // Elsewhere ids are often numbers.
        "id" if value.is_u64() => row.id = Some(value.to_string()),
        "id" => row.id = Some(text(name, value)?),
        "display_name" => row.display_name = Some(text(name, value)?),
        "password_hash" => row.password_hash = Some(text(name, value)?),
        "roles" => {
            let list = serde_json::from_value(value);
            row.roles = Some(list.map_err(|_| Fault::of_field(name, "not_a_list", "it is no list of names"))?);
        }
        "disabled" => {
            let wrong = || Fault::of_field(name, "not_a_flag", "it is neither true nor false");
            row.disabled = Some(value.as_bool().ok_or_else(wrong)?);
        }
        "disabled_at" => row.disabled_at = Some(moment(name, &value)?),
        "created_at" => row.created_at = Some(moment(name, &value)?),
        "version" => {
            let wrong = || Fault::of_field(name, "not_a_count", "it is no whole number from 0 on");
            row.version = Some(value.as_u64().ok_or_else(wrong)?);
        }
        other => {
            let text = format!("there is no such field; there are {}", COLUMNS.join(", "));
            return Err(Fault::of_field(other, "unknown_field", text));
        }
    }
    Ok(())
}

fn text(name: &str, value: Value) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(Fault::of_field(name, "not_a_text", "it is no text")),
    }
}

/// RFC 3339, with any offset; a blank instead of the `T` will do.
fn moment(name: &str, value: &Value) -> Result<Timestamp, Fault> {
    let read = value.as_str().and_then(|text| text.trim().parse::<jiff::Timestamp>().ok());
    let wrong = || Fault::of_field(name, "not_a_time", "it is no time like 2026-01-31T12:00:00Z");
    read.map(|at| Timestamp::from_millis(at.as_millisecond())).ok_or_else(wrong)
}
