//! `doorward account export`: page after page, as JSON lines.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::import::{new_file, unwritten};
use crate::config::Config;
use crate::control::command::bulk::Ask;
use crate::control::{Answerer, Command};
use crate::output::Failure;

/// Accounts in one page.
const PAGE: usize = 500;

/// Writes all of them. Into a file, a summary comes back; to standard output nothing else may be printed.
pub(crate) fn export(config: &Config, with_hashes: bool, to: Option<&Path>) -> Result<Option<Value>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::new("threads", e.to_string()))?;
    match to {
        Some(path) => {
            let mut file = new_file(path)?;
            let accounts = runtime.block_on(pages(config, with_hashes, &mut file))?;
            file.into_inner().map_err(|e| unwritten(e.error()))?.sync_all().map_err(|e| unwritten(&e))?;
            Ok(Some(json!({ "accounts": accounts, "file": path.display().to_string() })))
        }
        None => {
            runtime.block_on(pages(config, with_hashes, &mut io::stdout().lock()))?;
            Ok(None)
        }
    }
}

async fn pages(config: &Config, with_hashes: bool, out: &mut impl Write) -> Result<u64, Failure> {
    let answerer = Answerer::find(config).await?;
    let (mut after, mut count) = (None, 0);
    loop {
        let page = answerer.ask(&Command::Bulk(Ask::Export { after, limit: PAGE, with_hashes })).await?;
        let rows = page.as_array().map(Vec::as_slice).unwrap_or_default();
        for row in rows {
            writeln!(out, "{row}").map_err(|e| unwritten(&e))?;
        }
        count += rows.len() as u64;
        after = rows.last().and_then(|row| row["identifier"].as_str()).map(ToOwned::to_owned);
        if after.is_none() {
            out.flush().map_err(|e| unwritten(&e))?;
            return Ok(count);
        }
    }
}
