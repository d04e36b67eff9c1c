//! What people compare about sessions and tokens, row by row, shown on the real thing.
//!
//! The rows stand in `rows.toml`, in the words of the page that is made of them (`cargo xtask generate` writes
//! `docs/comparison.md` in both languages). A row names the tests here that show it; while it names none it says *not yet*.
#![expect(clippy::unwrap_used, reason = "what cannot be set up breaks the test")]

mod cookie;
mod forced;
mod library;
mod light;
mod revoke;
mod server;
mod token;
