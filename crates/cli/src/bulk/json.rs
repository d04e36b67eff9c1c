//! JSON lines: one object a line.

use std::io::{BufRead, Read as _};

use serde_json::{Map, Value};

use super::Fault;
use super::csv::LONGEST;
use super::fields;
use super::source::{Record, unread};
use crate::output::Failure;
use doorward_core::accounts::bring::Row;

pub(super) struct Reader<R> {
    name: String,
    input: R,
    line: u64,
}

impl<R: BufRead> Reader<R> {
    pub(super) fn begin(name: String, input: R) -> Self {
        Self { name, input, line: 0 }
    }

    pub(super) fn next(&mut self) -> Result<Option<Record>, Failure> {
        loop {
            let mut text = Vec::new();
            let read = self.input.by_ref().take(LONGEST).read_until(b'\n', &mut text);
            if read.map_err(|e| unread(&self.name, &e))? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if text.len() as u64 >= LONGEST && !text.ends_with(b"\n") {
                self.skip_line()?;
                let fault = Fault::of_line("too_long", format!("it has more than {LONGEST} bytes"));
                return Ok(Some(Record { line: self.line, row: Err(fault) }));
            }
            if !text.trim_ascii().is_empty() {
                return Ok(Some(Record { line: self.line, row: row(&text) }));
            }
        }
    }

    fn skip_line(&mut self) -> Result<(), Failure> {
        loop {
            let mut rest = Vec::new();
            let read = self.input.by_ref().take(LONGEST).read_until(b'\n', &mut rest);
            if read.map_err(|e| unread(&self.name, &e))? == 0 || rest.ends_with(b"\n") {
                return Ok(());
            }
        }
    }
}

/// What the parser says of a line may quote it, and it may hold a hash: the place alone is told.
fn row(text: &[u8]) -> Result<Row, Fault> {
    let object: Map<String, Value> = serde_json::from_slice(text)
        .map_err(|e| Fault::of_line("not_json", format!("it is no JSON object (column {})", e.column())))?;
    if !object.contains_key("identifier") {
        return Err(Fault::of_field("identifier", "missing", "it is missing"));
    }
    let mut row = Row::default();
    for (name, value) in object.into_iter().filter(|(_, value)| !value.is_null()) {
        fields::put(&mut row, &name, value)?;
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Result<Row, Fault>)> {
        let mut reader = Reader::begin("file".into(), text.as_bytes());
        let mut all = Vec::new();
        while let Some(record) = reader.next().map_err(|f| f.message).unwrap() {
            all.push((record.line, record.row));
        }
        all
    }

    #[test]
    fn a_line_is_an_account() {
        let rows = read(
            "{\"identifier\":\"ada\",\"id\":4711,\"roles\":[\"editor\"],\"disabled\":true,\"disabled_at\":null}\n\n{\"identifier\":\"bob\",\"created_at\":\"2024-02-29T12:00:00Z\"}",
        );
        let first = rows[0].1.as_ref().unwrap();
        assert_eq!((first.identifier.as_str(), first.id.as_deref()), ("ada", Some("4711")));
        assert_eq!((first.roles.as_deref(), first.disabled), (Some(&["editor".to_owned()][..]), Some(true)));
        let second = rows[1].1.as_ref().unwrap();
        assert_eq!((rows[1].0, second.created_at.map(doorward_core::Timestamp::as_secs)), (3, Some(1_709_208_000)));
    }

    #[test]
    fn a_faulty_line_says_why_without_what_it_holds() {
        let long = format!("{{\"identifier\":\"{}\"}}", "x".repeat(LONGEST as usize));
        let table = [
            ("s3cret", "not_json"),
            ("[\"s3cret\"]", "not_json"),
            ("{\"identifier\":\"a\",\"password_hash\":\"s3cret", "not_json"),
            ("{\"password_hash\":\"s3cret\"}", "missing"),
            ("{\"identifier\":[\"s3cret\"]}", "not_a_text"),
            ("{\"identifier\":\"a\",\"password\":\"s3cret\"}", "unknown_field"),
            ("{\"identifier\":\"a\",\"roles\":\"s3cret\"}", "not_a_list"),
            ("{\"identifier\":\"a\",\"roles\":[7]}", "not_a_list"),
            ("{\"identifier\":\"a\",\"disabled\":\"s3cret\"}", "not_a_flag"),
            ("{\"identifier\":\"a\",\"created_at\":\"s3cret\"}", "not_a_time"),
            ("{\"identifier\":\"a\",\"version\":-1}", "not_a_count"),
            (&long, "too_long"),
        ];
        let text: String = table.iter().map(|(line, _)| format!("{line}\n")).collect();
        for (n, ((line, row), (_, code))) in read(&text).iter().zip(table).enumerate() {
            let fault = row.as_ref().unwrap_err();
            assert_eq!((*line, fault.code.as_str()), (n as u64 + 1, code));
            assert!(!fault.message.contains("s3cret"));
        }
        assert_eq!(read(&text).len(), table.len());
    }
}
