//! `doorward account import`: record after record, in steps.
//!
//! Unless faulty lines may be skipped, everything is gone through once without writing first, so that a file with a fault in
//! its last line has not been brought along by half.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use doorward_core::accounts::bring::{How, Row};
use doorward_core::accounts::name;
use doorward_core::secret::Hashed;
use serde_json::{Value, json};

use super::Fault;
use super::source::{Format, Records, Source};
use crate::config::Config;
use crate::control::command::bulk::Ask;
use crate::control::{Answerer, Command};
use crate::output::{Failure, Form, complain};

/// What one step holds at most: the control socket takes lines of 64 KiB.
const ROWS: usize = 200;
const BYTES: usize = 40 * 1024;
/// How often progress is told, in records.
const TELL_EVERY: u64 = 10_000;

/// What is wanted.
pub(crate) struct Import {
    pub(crate) file: PathBuf,
    pub(crate) format: Option<Format>,
    pub(crate) dry_run: bool,
    pub(crate) skip_faulty: bool,
    pub(crate) update: bool,
    pub(crate) keep_ids: bool,
    pub(crate) map: Option<PathBuf>,
}

/// Brings them along, reports faulty lines as they are met, and answers how many of which there were.
pub(crate) fn import(config: &Config, form: Form, wish: &Import) -> Result<Value, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Failure::new("threads", e.to_string()))?.block_on(run(config, form, wish))
}

async fn run(config: &Config, form: Form, wish: &Import) -> Result<Value, Failure> {
    let answerer = Answerer::find(config).await?;
    let twice = !wish.skip_faulty && !wish.dry_run;
    let mut source = Source::open(&wish.file, wish.format, twice.then_some(config.data.as_path()))?;
    let map = wish.map.as_deref().filter(|_| !wish.dry_run).map(new_file).transpose()?;
    let how = How { check_only: true, update: wish.update, keep_ids: wish.keep_ids };
    let name = source.name.clone();
    let mut pass = Pass { answerer: &answerer, form, name, how, map: None, tally: Tally::default() };
    if twice || wish.dry_run {
        pass.go(source.records()?).await?;
        let faulty = pass.tally.faulty;
        if faulty > 0 && !wish.skip_faulty {
            let text = format!(
                "{faulty} of {} are faulty; nothing was written. Mend them, or leave them out with --skip-faulty",
                pass.tally.records
            );
            return Err(Failure::new("faulty_lines", text));
        }
    }
    if !wish.dry_run {
        pass = Pass { how: How { check_only: false, ..how }, map, tally: Tally::default(), ..pass };
        pass.go(source.records()?).await?;
    }
    pass.tally.told(wish.dry_run)
}

/// One way through all records.
struct Pass<'a> {
    answerer: &'a Answerer,
    form: Form,
    name: String,
    how: How,
    map: Option<BufWriter<File>>,
    tally: Tally,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    records: u64,
    made: u64,
    updated: u64,
    there: u64,
    faulty: u64,
}

impl Tally {
    fn told(&self, dry_run: bool) -> Result<Value, Failure> {
        let Self { records, made, updated, there, faulty } = self;
        Ok(json!({
            "records": records,
            "made": made,
            "updated": updated,
            "already_there": there,
            "faulty": faulty,
            "dry_run": dry_run,
        }))
    }
}

impl Pass<'_> {
    async fn go(&mut self, mut records: Records<'_>) -> Result<(), Failure> {
        // Sixteen bytes of a digest for each record: the only thing that grows with the file.
        let mut seen: HashSet<[u8; 16]> = HashSet::new();
        let mut step = Step::default();
        while let Some(record) = records.next()? {
            self.tally.records += 1;
            let row = record.row.and_then(|row| match is_first(&row, &mut seen) {
                true => Ok(row),
                false => Err(Fault::of_field("identifier", "doubled", "an earlier line has the same one")),
            });
            let bytes = row.as_ref().ok().map_or(0, |row| serde_json::to_string(row).map_or(usize::MAX, |t| t.len()));
            match row {
                Err(fault) => self.faulty(record.line, &fault),
                Ok(_) if bytes > BYTES => self.faulty(record.line, &Fault::of_line("too_long", "it is too long")),
                Ok(row) => {
                    if step.rows.len() == ROWS || step.bytes + bytes > BYTES {
                        self.take(std::mem::take(&mut step)).await?;
                    }
                    step.bytes += bytes;
                    step.rows.push((record.line, row));
                }
            }
            if self.tally.records.is_multiple_of(TELL_EVERY) && self.form == Form::Text {
                let doing = if self.how.check_only { "looked at" } else { "done" };
                complain(&format!("{} {doing}", self.tally.records));
            }
        }
        self.take(step).await?;
        if let Some(map) = &mut self.map {
            map.flush().map_err(|e| unwritten(&e))?;
        }
        Ok(())
    }

    async fn take(&mut self, step: Step) -> Result<(), Failure> {
        if step.rows.is_empty() {
            return Ok(());
        }
        let rows: Vec<Row> = step.rows.iter().map(|(_, row)| row.clone()).collect();
        let answer = self.answerer.ask(&Command::Bulk(Ask::Import { rows, how: self.how })).await?;
        let outcomes = answer.as_array().map(Vec::as_slice).unwrap_or_default();
        if outcomes.len() != step.rows.len() {
            return Err(Failure::new(
                "control_socket",
                "the answer is not about these rows; is it of another version?",
            ));
        }
        for ((line, row), outcome) in step.rows.iter().zip(outcomes) {
            self.weigh(*line, row, outcome)?;
        }
        Ok(())
    }

    fn weigh(&mut self, line: u64, row: &Row, outcome: &Value) -> Result<(), Failure> {
        let Some((what, value)) = outcome.as_object().and_then(|o| o.iter().next()) else { return Ok(()) };
        match what.as_str() {
            "made" | "new" => self.tally.made += 1,
            "updated" => self.tally.updated += 1,
            "there" => self.tally.there += 1,
            _ => {
                let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
                let fault = Fault { field: Some(text("field")), code: text("code"), message: text("message") };
                self.faulty(line, &fault);
                return Ok(());
            }
        }
        if let Some(map) = &mut self.map {
            let became = json!({ "line": line, "from": row.id, "identifier": row.identifier, "id": value });
            writeln!(map, "{became}").map_err(|e| unwritten(&e))?;
        }
        Ok(())
    }

    fn faulty(&mut self, line: u64, fault: &Fault) {
        self.tally.faulty += 1;
        match self.form {
            Form::Text => complain(&fault.shown(&self.name, line)),
            Form::Json => complain(&fault.told(line).to_string()),
        }
    }
}

/// Rows that go together, with their lines.
#[derive(Default)]
struct Step {
    rows: Vec<(u64, Row)>,
    bytes: usize,
}

/// Two lines about one person: the second would pass for somebody who was there before.
fn is_first(row: &Row, seen: &mut HashSet<[u8; 16]>) -> bool {
    let Ok(form) = name::identifier(&row.identifier) else { return true };
    let digest = Hashed::<()>::of(form.as_bytes());
    seen.insert(std::array::from_fn(|n| digest.digest()[n]))
}

/// For its owner alone; one that is there stays as it is.
pub(super) fn new_file(path: &Path) -> Result<BufWriter<File>, Failure> {
    let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let failed = |e| Failure::new("unwritable_output", format!("{} cannot be made: {e}", path.display()));
    open.map(BufWriter::new).map_err(failed)
}

pub(super) fn unwritten(error: &std::io::Error) -> Failure {
    Failure::new("unwritable_output", format!("the output cannot be written: {error}"))
}
