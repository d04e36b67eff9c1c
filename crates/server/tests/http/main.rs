//! Doorward over HTTP, from outside: one program for all of it, so that the house to test in is built once.
#![expect(clippy::unwrap_used, reason = "a test that meets what it did not expect has failed")]

#[path = "../common/mod.rs"]
mod common;

mod admin;
mod floor;
mod pages;
mod rooms;
