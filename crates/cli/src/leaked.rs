//! `doorward leaked`: credentials of ours in any text, from a file or standard input.
//!
//! The text is read piece by piece, whatever its size, and only what may be ours goes to the server.

use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

use doorward_core::leaked::find;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::config::Config;
use crate::control::{self, Command, command::leaked::Ask};
use crate::output::Failure;

/// Bytes read at once. A token that is cut at the end of a piece is read again with the next one.
const PIECE: usize = 256 * 1024;
/// Longer than any token.
const OVERLAP: usize = 9 * 1024;
/// Bytes of credentials in one command: a line on the control socket is bounded.
const BATCH: usize = 32 * 1024;

/// Judges all of them, and ends them if asked to.
pub(crate) fn run(config: &Config, file: Option<&Path>, revoke: bool) -> Result<Value, Failure> {
    let unreadable = |why: std::io::Error| Failure::new("unreadable_input", format!("the text cannot be read: {why}"));
    let found = match file {
        Some(path) => candidates(BufReader::new(std::fs::File::open(path).map_err(unreadable)?)),
        None => candidates(std::io::stdin().lock()),
    };
    let mut rows: Vec<Value> = Vec::new();
    for batch in batches(found.map_err(unreadable)?) {
        let mut answer = control::run(config, &Command::Leaked(Ask { found: batch, revoke }))?;
        if let Value::Array(more) = answer["found"].take() {
            rows.extend(more);
        }
    }
    Ok(json!({ "found": rows }))
}

/// Each once. Bytes that are no text stand between tokens like blanks.
fn candidates(mut from: impl BufRead) -> std::io::Result<Vec<Zeroizing<String>>> {
    let mut all: Vec<Zeroizing<String>> = Vec::new();
    let mut kept = Zeroizing::new(Vec::new());
    loop {
        let read = from.by_ref().take(PIECE as u64).read_to_end(&mut kept)?;
        let text =
            Zeroizing::new(kept.iter().map(|b| if b.is_ascii() { char::from(*b) } else { ' ' }).collect::<String>());
        for one in find(&text) {
            // What reaches the end of the piece may go on in the next one.
            let is_whole = read == 0 || !text.ends_with(one);
            if is_whole && !all.iter().any(|known| known.as_str() == one) {
                all.push(Zeroizing::new(one.to_owned()));
            }
        }
        if read == 0 {
            return Ok(all);
        }
        let from = kept.len().saturating_sub(OVERLAP);
        kept.drain(..from);
    }
}

fn batches(found: Vec<Zeroizing<String>>) -> Vec<Vec<Zeroizing<String>>> {
    let mut batches: Vec<Vec<Zeroizing<String>>> = Vec::new();
    let mut bytes = BATCH;
    for one in found {
        if bytes + one.len() > BATCH {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += one.len();
        batches.last_mut().expect("there is one by now").push(one);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_wherever_it_stands_in_a_large_text_and_once() {
        let token = format!("dw_st_{}.0.{}.abcdef", "A".repeat(22), "s".repeat(43));
        for before in [0, 1, PIECE - 40, PIECE - 1, PIECE, PIECE + 7, 3 * PIECE - 20] {
            let mut text = vec![b'\xff'; before];
            text.extend(token.as_bytes());
            text.extend(vec![b' '; 2 * PIECE]);
            text.extend(token.as_bytes());
            let found = candidates(text.as_slice()).unwrap();
            assert_eq!(found.len(), 1, "{before}");
            assert_eq!(found[0].as_str(), token);
        }
    }

    #[test]
    fn a_batch_fits_into_a_line() {
        let found = (0..100).map(|n| Zeroizing::new(format!("{n:08000}"))).collect();
        let batches = batches(found);
        assert!(
            batches.iter().all(|batch| !batch.is_empty() && batch.iter().map(|one| one.len()).sum::<usize>() <= BATCH)
        );
        assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), 100);
    }
}
