//! The record and its store: frozen bytes, tampering, properties, other people's tools, and several
//! writers on one folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly, and says what it skips"
)]

#[path = "../bare/mod.rs"]
mod bare;
mod common;
mod damage;
mod frozen;
mod properties;
mod reading;
mod store;
mod tampering;
mod third_party;
