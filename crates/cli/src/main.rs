//! `doorward`: the binary. It alone reads files, environment and arguments; everything it does stands in the libraries.
//!
//! - [`args`] what may be said on the command line
//! - [`config`] settings from file and environment, every fault with its line
//! - [`setup`] opens the stores and puts an `Auth` together; [`secret`] the root secret's file; [`lock`] one process at a time
//! - [`serve`] the server; [`control`] what operators ask of it or, if none runs, of the database
//! - [`output`] text for people, JSON for programs

mod args;
mod config;
mod control;
mod lock;
mod output;
mod secret;
mod serve;
mod setup;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match args::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::FAILURE
        }
    }
}
