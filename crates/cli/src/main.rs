//! `doorward`: the binary. It alone reads files, environment and arguments; everything it does stands in the libraries.
//!
//! - [`args`] what may be said on the command line; [`typed`] passwords, which may not
//! - [`config`] settings from file and environment, every fault with its line
//! - [`setup`] opens the stores and puts an `Auth` together; [`secret`] the root secret's file; [`lock`] one process at a time
//! - [`tls`] certificate and key from their files; [`signals`] what the system says to a running server
//! - [`room`] connections that the system has room for
//! - [`serve`] the server, [`greet`] what it says first; [`control`] what operators ask of it or, if none runs, of the database
//! - [`bulk`] accounts by the thousand, from files and into them
//! - [`output`] text for people, JSON for programs; [`allocator`] memory

mod allocator;
mod args;
mod bulk;
mod config;
mod control;
mod greet;
mod leaked;
mod lock;
mod output;
mod room;
mod secret;
mod serve;
mod setup;
mod signals;
mod tls;
mod typed;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Whatever is made from here on, by us or by a library, is for its owner alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    args::run()
}
