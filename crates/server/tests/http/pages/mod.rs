//! The pages, as people use them without a script.

mod account;
mod assets;
mod devices;
mod forms;
mod language;
mod link;
mod looks;
mod problem;
mod resume;
mod sign_in;
mod sign_out;
mod sign_up;
mod xss;
