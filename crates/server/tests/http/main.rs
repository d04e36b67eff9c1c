//! Doorward over HTTP, from outside: one program for all of it, so that the house to test in is built once.

#[path = "../common/mod.rs"]
mod common;

mod floor;
