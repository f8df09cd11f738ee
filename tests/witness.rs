//! What bears witness to a record, end to end: remembered heads, signed checkpoints in both directions
//! with OpenSSH, time-stamps with a local authority, `chattr +a`, and which attack each of them finds.
//! What needs a tool says so where it is missing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly, and says what it skips"
)]

#[path = "witness/attacks.rs"]
mod attacks;
mod bare;
#[path = "witness/exports.rs"]
mod exports;
#[path = "witness/heads.rs"]
mod heads;
#[path = "witness/home.rs"]
mod home;
#[path = "witness/signing.rs"]
mod signing;
#[path = "witness/stamps.rs"]
mod stamps;
