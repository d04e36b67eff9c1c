//! What is measured. `cargo xtask bench NAME` builds this and the server in release mode and runs it. Everything that a
//! bench compares runs in one session, in turns, because the machine is another one from minute to minute; what counts is
//! the ratio, and CPU time per request before requests per second.

mod load;
mod noop;
mod process;
mod seed;
mod slow;
mod timing;
mod walk;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a bench gives: figures, or why there are none.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "three words that only `cargo xtask bench` writes need no parser")]
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["walk", doorward, rest @ ..] => walk::run(doorward, rest.contains(&"--quick")),
        ["slow", doorward, rest @ ..] => slow::run(doorward, rest.contains(&"--quick")),
        ["timing", doorward] => timing::run(doorward),
        ["noop"] => noop::run(),
        ["memory"] => walk::memory::child(),
        _ => Err("usage: doorward-bench walk|slow|timing PATH-TO-DOORWARD [--quick]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}
