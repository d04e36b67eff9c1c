//! What administrators do over the network.

mod accounts;
mod audit;
mod clients;
mod keys;
mod matrix;
mod reach;
mod roles;
mod sessions;
