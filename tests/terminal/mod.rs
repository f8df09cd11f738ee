//! Programs in terminals of their own, for tests with several people.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

pub const STEP: Duration = Duration::from_millis(20);

/// A command with a home of its own.
pub fn jishi(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jishi"));
    command.env("JISHI_HOME", home).env("LANG", "C.UTF-8").env("JISHI_LANG", "en");
    command.env("TZ", "Asia/Shanghai").env("TERM", "xterm").stdin(Stdio::null());
    for name in ["NO_COLOR", "LC_ALL", "SSH_CONNECTION", "SSH_CLIENT", "SUDO_USER"] {
        command.env_remove(name);
    }
    command
}

/// Runs what must succeed, and returns its standard output.
pub fn ok(command: &mut Command) -> String {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{command:?}: {out:?}");
    String::from_utf8(out.stdout).unwrap()
}

pub fn new_incident(home: &Path) -> String {
    let args = ["new", "--title", "CRM down", "--learned-at", "20m ago"];
    ok(jishi(home).args(args)).trim().to_owned()
}

pub fn record_file(home: &Path, id: &str) -> PathBuf {
    home.join("live").join(id).join("record.jsonl")
}

/// The entries of a record, without their digests.
pub fn all_entries(home: &Path, id: &str) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(record_file(home, id)).unwrap();
    text.lines()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["e"].take())
        .collect()
}

/// The same without what the host says of its clock by itself: whether it is kept is not for a test to
/// choose.
pub fn entries(home: &Path, id: &str) -> Vec<serde_json::Value> {
    let mut all = all_entries(home, id);
    all.retain(|e| e["data"]["what"] != "unsynchronised");
    all
}

pub fn kinds(home: &Path, id: &str) -> Vec<String> {
    entries(home, id).iter().map(|e| e["kind"].as_str().unwrap().to_owned()).collect()
}

/// Waits until something holds: so many seconds on a machine that has nothing else to do, and three
/// times as long on one that has.
pub fn wait_for(seconds: u64, mut holds: impl FnMut() -> bool) -> bool {
    for _ in 0..seconds * 150 {
        if holds() {
            return true;
        }
        std::thread::sleep(STEP);
    }
    holds()
}

/// A program in a terminal.
pub struct Seat {
    pub child: Child,
    master: OwnedFd,
    seen: Arc<Mutex<Vec<u8>>>,
}

impl Seat {
    /// Starts a command in a new terminal; nothing where this system gives none.
    pub fn take(command: &mut Command) -> Option<Self> {
        let (master, line) = match pair() {
            Ok(pair) => pair,
            Err(e) => {
                crate::bare::skip(&format!("this system gives no terminal: {e}"));
                return None;
            }
        };
        let size = Winsize { ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).unwrap();
        let end = || Stdio::from(line.try_clone().unwrap());
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (into, mut from) = (Arc::clone(&seen), File::from(master.try_clone().unwrap()));
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(n @ 1..) = from.read(&mut piece) {
                into.lock().unwrap().extend_from_slice(&piece[..n]);
            }
        });
        Some(Self { child, master, seen })
    }

    /// Everything that was written to the terminal.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned()
    }

    /// Waits until a text is written.
    pub fn shows(&self, seconds: u64, text: &str) -> bool {
        wait_for(seconds, || self.text().contains(text))
    }

    pub fn type_in(&self, text: &str) {
        File::from(self.master.try_clone().unwrap()).write_all(text.as_bytes()).unwrap();
    }

    /// Waits for the program's end; its exit code, and all that it wrote.
    pub fn ends(mut self, seconds: u64) -> (Option<i32>, String) {
        let mut status = None;
        wait_for(seconds, || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        std::thread::sleep(STEP * 5);
        (status.and_then(|s| s.code()), self.text())
    }

    /// Quits the full-screen console, and waits for its end.
    pub fn quit(mut self) {
        self.type_in("q");
        if !wait_for(1, || self.child.try_wait().unwrap().is_some()) {
            self.type_in("q");
        }
        wait_for(3, || self.child.try_wait().unwrap().is_some());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The two ends of a new terminal.
pub fn pair() -> rustix::io::Result<(OwnedFd, OwnedFd)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok((master, open(&name, flags, Mode::empty())?))
}
