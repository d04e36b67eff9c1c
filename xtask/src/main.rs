//! `cargo xtask`: reads the arguments, hands over, turns the answer into an exit code.

use std::process::ExitCode;

use clap::Parser;
use xtask::{bench, generate, sbom, test};

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Run the tests: all groups, or the ones that are named.
    Test {
        /// Groups to run; none means all.
        groups: Vec<String>,
        /// Show the groups, and what each needs, and stop.
        #[arg(long)]
        list: bool,
    },
    /// Write the files that are made from others.
    Generate {
        /// Write nothing; fail if a file is not what it should be.
        #[arg(long)]
        check: bool,
    },
    /// Print what the shipped binary is made of (CycloneDX).
    Sbom,
    /// Measure.
    Bench {
        /// What to measure; none shows the list.
        name: Option<String>,
        /// Handed to the bench as they are.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Test { list: true, .. } => {
            print!("{}", test::list());
            Ok(())
        }
        Command::Test { groups, list: false } => test::run(&groups),
        Command::Generate { check } => generate::run(check),
        Command::Sbom => sbom::make().map(|bill| print!("{bill}")),
        Command::Bench { name, rest } => bench::run(name.as_deref(), &rest),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
