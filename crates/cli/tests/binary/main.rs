//! The binary as people meet it: started, asked, killed, started again; each test on a port and in a directory of its own.
#![expect(clippy::unwrap_used, reason = "what cannot be set up breaks the test")]

mod bulk;
mod canary;
mod curl;
mod directory;
mod feed;
mod first_start;
mod house;
mod keys;
mod leaked;
mod log;
mod operator;
mod readme;
mod refusal;
mod restart;
mod secret;
mod settings;
mod socket;
mod stop;
mod terminal;
mod tls;
