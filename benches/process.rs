//! How long whole processes take, and what an idle screen costs: the release binary, from outside.
//!
//! Method. `cargo bench --bench process` builds the binary in release mode and prints, for this run:
//! - `next`: `jishi next` with three incidents, 200 runs after 10 to warm up; wall time from spawn to exit, with
//!   `/bin/true` spawned in the same way beside it (what starting any process costs here)
//! - `first frame`: from spawn to the first byte of a painted board on an 80x24 pseudo-terminal, 30 runs; and whether
//!   anything was asked of the terminal (`ESC [ 6 n`, `ESC [ c`, OSC queries: there must be none)
//! - `idle`: bytes a second over 20 s on the board with eight running clocks at 80x24
//!
//! Figures depend on the machine; they are reported, not asserted.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "a bench may")]
#![allow(clippy::disallowed_methods, reason = "a bench measures time")]

#[allow(unreachable_pub, reason = "shared by benches")]
mod common;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{command, contains, on_terminal, read_until};

fn median(mut all: Vec<Duration>) -> (Duration, Duration) {
    all.sort();
    (all[all.len() / 2], all[all.len() * 95 / 100])
}

fn time_runs(mut make: impl FnMut() -> Command, runs: usize) -> (Duration, Duration) {
    let mut once = || {
        let start = Instant::now();
        let out = make().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(out.expect("runs").success());
        start.elapsed()
    };
    for _ in 0..10 {
        let _ = once();
    }
    median((0..runs).map(|_| once()).collect())
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let incident = |i: usize| {
        let title = format!("事件 {i}");
        let learned = format!("{}m ago", 10 + i);
        let facts = ["involves_cii=no", "central_organ=no", "pi_persons=120万"];
        let args = [&["new", "--title", &title, "--learned-at", &learned], &facts[..]].concat();
        assert!(command(home, &args).output().expect("runs").status.success());
    };
    (0..3).for_each(incident);
    let (p50, p95) = time_runs(|| command(home, &["next"]), 200);
    let (t50, t95) = time_runs(|| Command::new("/bin/true"), 200);
    println!("next: p50 {p50:?}, p95 {p95:?} (/bin/true: p50 {t50:?}, p95 {t95:?})");

    (3..8).for_each(incident);
    let mut asked = false;
    let mut first = Vec::new();
    for _ in 0..30 {
        let start = Instant::now();
        let (mut child, mut main) = on_terminal(home);
        let painted = |all: &[u8]| contains(all, "事件 7".as_bytes());
        let all = read_until(&mut main, Duration::from_secs(5), painted);
        assert!(painted(&all), "the board was painted");
        first.push(start.elapsed());
        for query in [&b"\x1b[6n"[..], b"\x1b[c", b"\x1b]11;?", b"\x1b[?u", b"\x1b[>c"] {
            asked |= contains(&all, query);
        }
        let _ = child.kill();
        let _ = child.wait();
    }
    let (p50, p95) = median(first);
    println!("first frame: p50 {p50:?}, p95 {p95:?}; the terminal was asked something: {asked}");

    let (mut child, mut main) = on_terminal(home);
    read_until(&mut main, Duration::from_secs(3), |_| false);
    let seconds = 20;
    let bytes = read_until(&mut main, Duration::from_secs(seconds), |_| false).len();
    println!("idle, eight clocks, 80x24: {} bytes a second", bytes as u64 / seconds);
    let _ = child.kill();
    let _ = child.wait();
}
