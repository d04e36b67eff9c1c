//! # The rules of the house
//!
//! Each rule is a function from the files of the project to its faults, so that a test can plant a bad file and see it
//! found. `cargo test -p xtask` runs all of them on the project itself.
//!
//! - [`size`] a file reads in one sitting · [`opening`] and says first what it is for
//! - [`words`] that have no place here · [`habits`] of code and of tests
//! - [`arrows`] which crate may rest on which · [`licences`] of what comes from elsewhere, and where it comes from
//! - [`links`] lead somewhere · [`twins`] the two languages say the same · [`requirements`] name tests that exist ·
//!   [`events`] of the log are listed

pub mod size;

pub mod opening;

pub mod words;

pub mod habits;

pub mod arrows;

pub mod licences;

pub mod links;

pub mod twins;

pub mod requirements;

pub mod events;

use std::fmt;

/// One place where a rule is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    at: String,
    what: String,
}

impl Fault {
    /// In a file as a whole.
    pub fn in_file(path: &str, what: impl Into<String>) -> Self {
        Self { at: path.to_owned(), what: what.into() }
    }

    /// In one line of it.
    pub fn in_line(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { at: format!("{path}:{line}"), what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Whether the path is Rust that the product is built from, or that builds and tests it.
fn is_source(path: &str) -> bool {
    path.ends_with(".rs") && path.split('/').any(|part| part == "src")
}
