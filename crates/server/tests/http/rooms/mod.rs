//! The routes, one by one, and what crosses all of them.

mod accounts;
mod csrf;
mod data;
mod devices;
mod link;
mod oauth;
mod outage;
mod refresh;
mod revocations;
mod sign_in;
mod sign_out;
mod throttle;
mod who;
