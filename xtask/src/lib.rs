//! # The project's own commands
//!
//! `cargo xtask …`, in Rust, so that a fresh machine needs nothing else to build, test and document the project.
//!
//! - [`mod@test`] runs the groups of tests, and installs what a group needs
//! - [`generate`] writes the files that are made from others; [`comparison`] is one of them
//! - [`mod@bench`] measures
//! - [`sbom`] says what the shipped binary is made of
//! - [`cluster`] a server of PostgreSQL to test and measure on
//! - [`house`] the rules that every file of the project keeps; run by `cargo test -p xtask`
//!
//! Below them: [`tree`] (the files of the project), [`source`] (reading Rust), [`markdown`] (reading documents).

pub mod test;

pub mod generate;

pub mod comparison;

pub mod bench;

pub mod sbom;

pub mod cluster;

pub mod house;

pub mod tree;

pub mod source;

pub mod markdown;

pub mod reference;
