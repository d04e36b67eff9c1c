//! CSV (RFC 4180): the first record names the columns; a field in quotes may hold commas, line ends and doubled quotes.

use std::io::{BufRead, Read as _};

use super::Fault;
use super::fields::{self, COLUMNS};
use super::source::{Record, unread};
use crate::output::Failure;
use doorward_core::accounts::bring::Row;

/// Bytes of a record, at most: a quote that is never closed must not take the rest of the file along.
pub(super) const LONGEST: u64 = 16 * 1024;

pub(super) struct Reader<R> {
    name: String,
    input: R,
    columns: Vec<String>,
    line: u64,
}

impl<R: BufRead> Reader<R> {
    /// Reads the names of the columns.
    pub(super) fn begin(name: String, input: R) -> Result<Self, Failure> {
        let mut reader = Self { name, input, columns: Vec::new(), line: 1 };
        let wrong = |text: String| Failure::new("unreadable_input", text);
        let head = match reader.record()? {
            None => return Err(wrong(format!("{} is empty", reader.name))),
            Some((_, Err(fault))) => return Err(wrong(fault.shown(&reader.name, 1))),
            Some((_, Ok(head))) => head,
        };
        let columns: Vec<String> = head.iter().map(|c| c.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        for (n, column) in columns.iter().enumerate() {
            if !COLUMNS.contains(&column.as_str()) {
                let known = COLUMNS.join(", ");
                return Err(wrong(format!("{}:1: there is no column {column:?}; there are {known}", reader.name)));
            }
            if columns[..n].contains(column) {
                return Err(wrong(format!("{}:1: the column {column:?} stands twice", reader.name)));
            }
        }
        if !columns.iter().any(|c| c == "identifier") {
            return Err(wrong(format!("{}:1: there is no column \"identifier\"", reader.name)));
        }
        reader.columns = columns;
        Ok(reader)
    }

    pub(super) fn next(&mut self) -> Result<Option<Record>, Failure> {
        let Some((line, fields)) = self.record()? else { return Ok(None) };
        let row = fields.and_then(|fields| self.row(&fields));
        Ok(Some(Record { line, row }))
    }

    fn row(&self, fields: &[String]) -> Result<Row, Fault> {
        if fields.len() != self.columns.len() {
            let text = format!("it has {} fields, and there are {} columns", fields.len(), self.columns.len());
            return Err(Fault::of_line("field_count", text));
        }
        let mut row = Row::default();
        for (column, text) in self.columns.iter().zip(fields).filter(|(_, text)| !text.is_empty()) {
            fields::put(&mut row, column, fields::of_text(column, text)?)?;
        }
        Ok(row)
    }

    /// The fields of the next record that is not blank, and the line that it begins in.
    #[expect(clippy::type_complexity, reason = "said once")]
    fn record(&mut self) -> Result<Option<(u64, Result<Vec<String>, Fault>)>, Failure> {
        let mut text = Vec::new();
        let mut begins = self.line;
        loop {
            let room = LONGEST.saturating_sub(text.len() as u64);
            let read = self.input.by_ref().take(room).read_until(b'\n', &mut text);
            if read.map_err(|e| unread(&self.name, &e))? == 0 {
                return self.at_end(begins, &text);
            }
            self.line += u64::from(text.ends_with(b"\n"));
            if text.len() as u64 >= LONGEST && !text.ends_with(b"\n") {
                self.skip_line()?;
                let fault = format!("it has more than {LONGEST} bytes; is a quote not closed?");
                return Ok(Some((begins, Err(Fault::of_line("too_long", fault)))));
            }
            if text.ends_with(b"\n") && !ends_in_quotes(&text) {
                match text.trim_ascii().is_empty() {
                    true => {
                        text.clear();
                        begins = self.line;
                    }
                    false => return Ok(Some((begins, split(&text)))),
                }
            }
        }
    }

    #[expect(clippy::type_complexity, reason = "as above")]
    fn at_end(&mut self, begins: u64, text: &[u8]) -> Result<Option<(u64, Result<Vec<String>, Fault>)>, Failure> {
        match text.trim_ascii().is_empty() {
            true => Ok(None),
            false => Ok(Some((begins, split(text)))),
        }
    }

    fn skip_line(&mut self) -> Result<(), Failure> {
        loop {
            let mut rest = Vec::new();
            let read = self.input.by_ref().take(LONGEST).read_until(b'\n', &mut rest);
            if read.map_err(|e| unread(&self.name, &e))? == 0 || rest.ends_with(b"\n") {
                self.line += 1;
                return Ok(());
            }
        }
    }
}

/// Whether what follows still belongs to the last field. A quote counts where a field begins; elsewhere it is a fault, and
/// must not take the next lines along.
fn ends_in_quotes(record: &[u8]) -> bool {
    let (mut quoted, mut begins) = (false, true);
    for byte in record {
        match byte {
            // A doubled quote ends the field and begins it again.
            b'"' if quoted => (quoted, begins) = (false, true),
            b'"' if begins => quoted = true,
            b',' | b'\n' if !quoted => begins = true,
            _ => begins = false,
        }
    }
    quoted
}

fn split(record: &[u8]) -> Result<Vec<String>, Fault> {
    let text = std::str::from_utf8(record).map_err(|_| Fault::of_line("not_utf8", "it is no UTF-8"))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    let wrong = || Fault::of_line("quotes", "a quote is not closed, or stands inside a field that is not in quotes");
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let field = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (field, after) = unquoted(quoted).ok_or_else(wrong)?;
                rest = after;
                field
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                if field.contains('"') {
                    return Err(wrong());
                }
                rest = after;
                field.to_owned()
            }
        };
        fields.push(field);
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(fields),
            None => return Err(wrong()),
        }
    }
}

/// The field, and what stands behind its closing quote.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"')?;
        field.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => return Some((field, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Result<Row, Fault>)> {
        let mut reader = Reader::begin("file".into(), text.as_bytes()).map_err(|f| f.message).unwrap();
        let mut all = Vec::new();
        while let Some(record) = reader.next().map_err(|f| f.message).unwrap() {
            all.push((record.line, record.row));
        }
        all
    }

    fn named(row: &(u64, Result<Row, Fault>)) -> (u64, &str, Option<&str>) {
        let good = row.1.as_ref().unwrap();
        (row.0, &good.identifier, good.display_name.as_deref())
    }

    #[test]
    fn quotes_hold_commas_line_ends_and_quotes() {
        let text =
            "identifier,display_name\nada,\"King, Augusta \"\"Ada\"\"\"\r\nbob,\"two\nlines\"\n\neve,\nnobody,Nobody";
        let rows = read(text);
        let found: Vec<_> = rows.iter().map(named).collect();
        let wanted = [
            (2, "ada", Some("King, Augusta \"Ada\"")),
            (3, "bob", Some("two\nlines")),
            (6, "eve", None),
            (7, "nobody", Some("Nobody")),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_faulty_record_has_its_line_and_the_next_is_read() {
        let long = "x".repeat(LONGEST as usize);
        let text = format!("identifier,disabled\na\nb,true,c\n\"d\"e,true\nf\"g,true\nh,perhaps\n\"{long}\ni,true\n");
        let rows = read(&text);
        let faults: Vec<_> =
            rows.iter().map(|(line, row)| (*line, row.as_ref().map_err(|f| f.code.as_str()).err())).collect();
        let wanted = [
            (2, Some("field_count")),
            (3, Some("field_count")),
            (4, Some("quotes")),
            (5, Some("quotes")),
            (6, Some("not_a_flag")),
            (7, Some("too_long")),
            (8, None),
        ];
        assert_eq!(faults, wanted);
        assert_eq!(read("identifier\n\"a").first().map(|(_, row)| row.is_err()), Some(true));
        let mut bytes = b"identifier\n".to_vec();
        bytes.extend([0xff, b'\n']);
        let mut reader = Reader::begin("file".into(), bytes.as_slice()).map_err(|f| f.message).unwrap();
        let record = reader.next().map_err(|f| f.message).unwrap().unwrap();
        assert_eq!(record.row.unwrap_err().code, "not_utf8");
    }

    #[test]
    fn columns_are_known_and_stand_once() {
        let begun = |text: &str| Reader::begin("file".into(), text.as_bytes()).map(|_| ()).map_err(|f| f.message);
        assert!(begun("\u{feff}identifier, roles \r\n").is_ok());
        assert!(begun("identifier,password\n").unwrap_err().contains("there is no column \"password\""));
        assert!(begun("identifier,identifier\n").unwrap_err().contains("twice"));
        assert!(begun("roles\n").unwrap_err().contains("no column \"identifier\""));
        assert!(begun("").unwrap_err().contains("empty"));
    }
}
