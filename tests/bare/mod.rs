//! What a bare machine lacks. A test that needs it says so and is skipped.

#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

use std::io::Write as _;

/// Says that the running test is skipped, and why. Straight to standard error: what a test prints in
/// the usual way is thrown away where the test passes, and so would be this.
pub fn skip(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "\nskipped: {test}: {why}");
}

/// Says whether a program is on this machine; where not, that the test is skipped.
pub fn tool(name: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|paths| {
        std::env::split_paths(&paths)
            .chain(["/sbin".into(), "/usr/sbin".into()])
            .any(|dir| dir.join(name).is_file())
    });
    if !found {
        skip(&format!("`{name}` is not on this machine"));
    }
    found
}

/// Says whether we may mount and become others; where not, that the test is skipped.
pub fn root() -> bool {
    let is = rustix::process::geteuid().is_root();
    if !is {
        skip("this needs root");
    }
    is
}
