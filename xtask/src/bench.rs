//! What can be measured, by name. A bench is one file under `bench/` and one line in [`BENCHES`].

use std::process::Command;

use cargo_metadata::MetadataCommand;

/// One thing to measure.
#[derive(Debug, Clone, Copy)]
pub struct Bench {
    /// What is typed.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Runs it with the rest of the arguments; prints what it found.
    pub run: fn(&[String]) -> Result<(), String>,
}

/// All of them.
pub const BENCHES: &[Bench] = &[
    Bench { name: "walk", about: "a check, a refresh, a sign-in and a session, beside the barest server", run: walk },
    Bench { name: "slow", about: "a good client beside 5,000 that keep the server waiting", run: slow },
];

fn walk(rest: &[String]) -> Result<(), String> {
    on_release("walk", rest)
}

fn slow(rest: &[String]) -> Result<(), String> {
    on_release("slow", rest)
}

/// Builds the server and the bench in release mode, and runs it.
fn on_release(name: &str, rest: &[String]) -> Result<(), String> {
    cargo(&["build", "--release", "-p", "doorward", "-p", "doorward-bench"])?;
    let target = MetadataCommand::new().no_deps().exec().map_err(|e| e.to_string())?.target_directory;
    let release = target.join("release");
    let binary = release.join("doorward");
    let mut words = vec![name.to_owned(), binary.to_string()];
    words.extend_from_slice(rest);
    status(Command::new(release.join("doorward-bench")).args(words))
}

fn cargo(words: &[&str]) -> Result<(), String> {
    status(Command::new("cargo").args(words))
}

fn status(command: &mut Command) -> Result<(), String> {
    let ended = command.status().map_err(|e| e.to_string())?;
    if ended.success() { Ok(()) } else { Err(format!("{command:?} ended with {ended}")) }
}

/// Runs the bench of that name.
///
/// # Errors
/// If there is none, with the list of those there are; or what the bench says.
pub fn run(name: Option<&str>, rest: &[String]) -> Result<(), String> {
    match BENCHES.iter().find(|bench| Some(bench.name) == name) {
        Some(bench) => (bench.run)(rest),
        None => Err(unknown(name, BENCHES)),
    }
}

fn unknown(name: Option<&str>, benches: &[Bench]) -> String {
    let mut text = name.map_or_else(|| "name a bench".to_owned(), |name| format!("unknown bench `{name}`"));
    if benches.is_empty() {
        text += "; there is none";
    }
    for bench in benches {
        text += &format!("\n  {:<12} {}", bench.name, bench.about);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Bench, unknown};

    #[test]
    fn an_unknown_bench_is_answered_with_the_list() {
        let walk = Bench { name: "walk", about: "the whole walk", run: |_| Ok(()) };
        assert_eq!(unknown(Some("wlak"), &[walk]), "unknown bench `wlak`\n  walk         the whole walk");
        assert_eq!(unknown(None, &[]), "name a bench; there is none");
    }
}
