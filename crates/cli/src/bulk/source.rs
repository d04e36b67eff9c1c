//! Where lines come from. What must be read twice and cannot be is kept in a file without a name meanwhile.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use doorward_core::accounts::bring::Row;

use super::{Fault, csv, json};
use crate::output::Failure;

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// RFC 4180, with a line of column names.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// A record, and the line that it begins in.
pub(super) struct Record {
    pub(super) line: u64,
    pub(super) row: Result<Row, Fault>,
}

/// All records of one reading.
pub(super) enum Records<'s> {
    Csv(csv::Reader<Box<dyn BufRead + 's>>),
    Json(json::Reader<Box<dyn BufRead + 's>>),
}

impl Records<'_> {
    /// The next one; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Failure> {
        match self {
            Self::Csv(reader) => reader.next(),
            Self::Json(reader) => reader.next(),
        }
    }
}

/// Something with lines.
pub(super) struct Source {
    pub(super) name: String,
    format: Option<Format>,
    file: Option<File>,
}

impl Source {
    /// `-` is standard input. It can be read twice if it was copied into `spool` first.
    pub(super) fn open(path: &Path, format: Option<Format>, spool: Option<&Path>) -> Result<Self, Failure> {
        if path == Path::new("-") {
            let name = "standard input".to_owned();
            let file = spool.map(copied).transpose().map_err(|e| unread(&name, &e))?;
            return Ok(Self { name, format, file });
        }
        let name = path.display().to_string();
        let file = File::open(path).map_err(|e| unread(&name, &e))?;
        Ok(Self { name, format, file: Some(file) })
    }

    /// From the beginning; standard input that was not copied has only one.
    pub(super) fn records(&mut self) -> Result<Records<'_>, Failure> {
        let name = self.name.clone();
        let mut reader: Box<dyn BufRead + '_> = match &mut self.file {
            Some(file) => {
                file.seek(SeekFrom::Start(0)).map_err(|e| unread(&name, &e))?;
                Box::new(BufReader::new(file))
            }
            None => Box::new(BufReader::new(io::stdin())),
        };
        let format = match self.format {
            Some(format) => format,
            None => guessed(&mut reader).map_err(|e| unread(&name, &e))?,
        };
        Ok(match format {
            Format::Csv => Records::Csv(csv::Reader::begin(name, reader)?),
            Format::Jsonl => Records::Json(json::Reader::begin(name, reader)),
        })
    }
}

/// No column is named with a brace, and no JSON object begins otherwise.
fn guessed(reader: &mut dyn BufRead) -> io::Result<Format> {
    loop {
        let seen = reader.fill_buf()?;
        let blank = seen.iter().take_while(|b| b.is_ascii_whitespace()).count();
        match seen.get(blank) {
            Some(b'{') => return Ok(Format::Jsonl),
            None if blank > 0 => reader.consume(blank),
            _ => return Ok(Format::Csv),
        }
    }
}

/// The copy has no name from its first moment on, so that it is gone whatever happens.
fn copied(folder: &Path) -> io::Result<File> {
    let path = folder.join(format!("import-{}", std::process::id()));
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    io::copy(&mut io::stdin().lock(), &mut file)?;
    Ok(file)
}

pub(super) fn unread(name: &str, error: &io::Error) -> Failure {
    Failure::new("unreadable_input", format!("{name} cannot be read: {error}"))
}
