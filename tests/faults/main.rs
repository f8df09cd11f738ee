//! The record under crashes, failing disks and full ones.
//!
//! The oracle everywhere: each entry that was acknowledged is there byte for byte, once; the file only
//! grew; what checks it never panics; and after the fault the record can be added to.
//!
//! Plain `cargo test` runs short loops. `JISHI_FAULTS=full` runs them in full: 500 kills, 40 power cuts
//! on each file system. What needs a tool or root says so and is skipped without it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly, and says what it skips"
)]

#[path = "../bare/mod.rs"]
mod bare;
#[path = "../record/common.rs"]
#[allow(dead_code, reason = "shared with the tests of the record")]
mod common;
mod double;
mod limits;
mod powercut;
mod processes;
mod strace;
mod writer;

/// Whether the long loops are to be run in full.
fn full() -> bool {
    std::env::var("JISHI_FAULTS").is_ok_and(|v| v == "full")
}
