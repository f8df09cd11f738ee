//! The console in a terminal of its own: claimed, given back, and left when the terminal goes.
//!
//! The terminal is nobody's controlling terminal, so no hang-up signal comes: the harder case.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    dead_code,
    unreachable_pub,
    reason = "helpers of tests stand outside test functions"
)]

mod bare;
mod terminal;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use terminal::pair;

const STEP: Duration = Duration::from_millis(20);

struct Terminal {
    master: OwnedFd,
    /// Our own end of the line, to look at its modes; none where it must hang up.
    line: Option<OwnedFd>,
    seen: Arc<Mutex<Vec<u8>>>,
    stop: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    child: Child,
    _home: tempfile::TempDir,
}

/// Starts the console in a new terminal; nothing where this system gives none.
fn start(prepare: impl Fn(&Path)) -> Option<Terminal> {
    let home = tempfile::tempdir().unwrap();
    prepare(home.path());
    start_in(home)
}

/// The same over a folder that is there already.
fn start_in(home: tempfile::TempDir) -> Option<Terminal> {
    let (master, line) = match pair() {
        Ok(pair) => pair,
        Err(e) => {
            bare::skip(&format!("this system gives no terminal: {e}"));
            return None;
        }
    };
    let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&master, size).unwrap();
    let end = || Stdio::from(line.try_clone().unwrap());
    let child = jishi(home.path())
        .env("TERM", "xterm")
        .stdin(end())
        .stdout(end())
        .stderr(end())
        .spawn()
        .unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (into, mut from) = (Arc::clone(&seen), File::from(master.try_clone().unwrap()));
    let stop = Arc::new(AtomicBool::new(false));
    let until = Arc::clone(&stop);
    let reader = std::thread::spawn(move || {
        let mut piece = [0; 4096];
        let wait = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        while !until.load(Ordering::SeqCst) {
            let mut fds = [PollFd::new(&from, PollFlags::IN)];
            if poll(&mut fds, Some(&wait)) == Ok(0) {
                continue;
            }
            let Ok(n @ 1..) = from.read(&mut piece) else { return };
            into.lock().unwrap().extend_from_slice(&piece[..n]);
        }
    });
    let (line, reader) = (Some(line), Some(reader));
    Some(Terminal { master, line, seen, stop, reader, child, _home: home })
}

fn jishi(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jishi"));
    command.env("JISHI_HOME", home).env("LANG", "zh_CN.UTF-8").env("TZ", "UTC");
    command.env_remove("NO_COLOR").env_remove("JISHI_LANG").env_remove("LC_ALL");
    command
}

impl Terminal {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned()
    }

    /// Waits until the board is shown.
    fn shown(&self) {
        for _ in 0..250 {
            if self.text().contains("\x1b[24;") || self.text().len() > 300 {
                std::thread::sleep(STEP * 5);
                return;
            }
            std::thread::sleep(STEP);
        }
        panic!("nothing was shown: {:?}", self.text());
    }

    fn type_in(&self, bytes: &[u8]) {
        File::from(self.master.try_clone().unwrap()).write_all(bytes).unwrap();
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    fn is_raw(&self) -> bool {
        let modes = tcgetattr(self.line.as_ref().unwrap()).unwrap().local_modes;
        !modes.intersects(LocalModes::ECHO | LocalModes::ICANON)
    }

    /// The exit status, if the program ends within two seconds.
    fn ended(&mut self) -> Option<ExitStatus> {
        for _ in 0..500 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(STEP);
        }
        let _ = self.child.kill();
        None
    }

    /// Closes the line as a broken connection does, and waits for the end.
    fn hang_up(mut self) -> Option<ExitStatus> {
        self.line = None;
        self.stop.store(true, Ordering::SeqCst);
        self.reader.take().map(|r| r.join());
        let Self { master, mut child, _home, .. } = self;
        drop(master);
        for _ in 0..500 {
            if let Some(status) = child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(STEP);
        }
        let _ = child.kill();
        None
    }

    fn was_given_back(&self) -> bool {
        self.text().ends_with("\x1b[?1049l") && !self.is_raw()
    }
}

#[test]
fn the_terminal_is_claimed_and_given_back() {
    let Some(mut terminal) = start(|_| {}) else { return };
    terminal.shown();
    assert!(terminal.text().starts_with("\x1b[?1049h\x1b[?2004h") && terminal.is_raw());
    terminal.type_in(b"q");
    assert!(terminal.ended().is_some_and(|s| s.success()));
    std::thread::sleep(STEP);
    assert!(terminal.was_given_back(), "{:?}", terminal.text());
    let text = terminal.text();
    assert!(!text.contains("\x1b[6n") && !text.contains("\x1b[?1000h") && !text.contains("\x1b[c"));
}

#[test]
fn a_signal_ends_it_and_the_terminal_is_given_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let Some(mut terminal) = start(|_| {}) else { return };
        terminal.shown();
        terminal.signal(signal);
        assert!(terminal.ended().is_some(), "{signal:?}");
        std::thread::sleep(STEP);
        assert!(terminal.was_given_back(), "{signal:?}: {:?}", terminal.text());
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it_within_two_seconds_even_in_the_middle_of_a_key() {
    for typed in [&b""[..], b"\x1b[", b"\x1b[200~half"] {
        let Some(terminal) = start(|_| {}) else { return };
        terminal.shown();
        terminal.type_in(typed);
        std::thread::sleep(STEP);
        assert!(terminal.hang_up().is_some(), "{typed:?}");
    }
}

#[test]
fn a_key_that_arrives_with_a_change_of_size_is_not_lost() {
    let Some(mut terminal) = start(|_| {}) else { return };
    terminal.shown();
    let size = Winsize { ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&terminal.master, size).unwrap();
    terminal.signal(Signal::WINCH);
    terminal.type_in(b"q");
    assert!(terminal.ended().is_some_and(|s| s.success()));
}

#[test]
fn eight_running_clocks_cost_at_most_160_bytes_a_second() {
    let Some(mut terminal) = start(|home| {
        for n in 0..8 {
            let title = format!("incident {n}");
            let made = jishi(home)
                .args(["new", "--title", &title, "--learned-at", &format!("{}m ago", 5 + n)])
                .args(["involves_cii=yes", "pi_persons=1200000"])
                .output()
                .unwrap();
            assert!(made.status.success(), "{made:?}");
        }
    }) else {
        return;
    };
    terminal.shown();
    std::thread::sleep(Duration::from_secs(1));
    let before = terminal.seen.lock().unwrap().len();
    std::thread::sleep(Duration::from_secs(4));
    let each = (terminal.seen.lock().unwrap().len() - before) / 4;
    terminal.type_in(b"q");
    assert!(terminal.ended().is_some());
    assert!((8..=160).contains(&each), "{each} bytes a second");
}

#[test]
fn text_that_was_half_typed_survives_kill_9_and_a_hang_up() {
    for hang_up in [false, true] {
        let Some(mut terminal) = start(|home| {
            let args = ["new", "--title", "CRM down", "--learned-at", "5m ago"];
            assert!(jishi(home).args(args).output().unwrap().status.success());
        }) else {
            return;
        };
        terminal.shown();
        terminal.type_in(b"\r");
        std::thread::sleep(STEP * 10);
        terminal.type_in("n值班长已到场, 正在".as_bytes());
        if hang_up {
            std::thread::sleep(STEP * 5);
            let home = std::mem::replace(&mut terminal._home, tempfile::tempdir().unwrap());
            assert!(terminal.hang_up().is_some());
            assert_text_is_back(home);
            continue;
        }
        // The first copy is made at once, the next a second later.
        std::thread::sleep(Duration::from_millis(1500));
        terminal.signal(Signal::KILL);
        assert!(terminal.ended().is_some());
        let home = std::mem::replace(&mut terminal._home, tempfile::tempdir().unwrap());
        assert_text_is_back(home);
    }
}

#[test]
fn keys_that_came_before_a_signal_are_kept_with_the_others() {
    for _ in 0..4 {
        let Some(mut terminal) = start(|home| {
            let args = ["new", "--title", "CRM down", "--learned-at", "5m ago"];
            assert!(jishi(home).args(args).output().unwrap().status.success());
        }) else {
            return;
        };
        terminal.shown();
        terminal.type_in(b"\r");
        std::thread::sleep(STEP * 10);
        terminal.type_in("n值班长".as_bytes());
        std::thread::sleep(STEP * 10);
        // Both at once: it may see the signal before the keys.
        terminal.signal(Signal::STOP);
        terminal.type_in("已到场, 正在".as_bytes());
        terminal.signal(Signal::TERM);
        terminal.signal(Signal::CONT);
        assert!(terminal.ended().is_some());
        let home = std::mem::replace(&mut terminal._home, tempfile::tempdir().unwrap());
        assert_text_is_back(home);
    }
}

fn assert_text_is_back(home: tempfile::TempDir) {
    let me = rustix::process::geteuid().as_raw().to_string();
    let drafts = home.path().join("state/drafts").join(me);
    assert_eq!(std::fs::read_dir(&drafts).unwrap().count(), 1);
    let Some(mut again) = start_in(home) else { return };
    again.shown();
    again.type_in(b"\r");
    for _ in 0..500 {
        if again.text().contains("值班长已到场, 正在") {
            break;
        }
        std::thread::sleep(STEP);
    }
    assert!(again.text().contains("值班长已到场, 正在"), "{:?}", again.text());
    // Recorded, it is kept no longer.
    again.type_in(b"\r");
    for _ in 0..500 {
        if std::fs::read_dir(&drafts).unwrap().count() == 0 {
            break;
        }
        std::thread::sleep(STEP);
    }
    assert_eq!(std::fs::read_dir(&drafts).unwrap().count(), 0);
    again.type_in(b"\x03");
    assert!(again.ended().is_some());
}

#[test]
fn what_is_not_recorded_for_certain_is_printed_when_the_console_ends_with_it() {
    if !bare::tool("prlimit") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let id = terminal::new_incident(home.path());
    let record = terminal::record_file(home.path(), &id);
    let most = std::fs::metadata(&record).unwrap().len() + 10;
    let plain = terminal::jishi(home.path());
    let mut limited = Command::new("prlimit");
    limited.arg(format!("--fsize={most}")).arg(plain.get_program()).args(["open", &id]);
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let Some(seat) = terminal::Seat::take(&mut limited) else { return };
    assert!(seat.shows(5, "record"), "{}", seat.text());
    seat.type_in("n");
    seat.type_in("rang the vendor\r");
    assert!(seat.shows(5, "NOT RECORDED"), "{}", seat.text());
    seat.type_in("\x03");
    let (code, text) = seat.ends(5);
    assert_eq!(code, Some(3), "{text}");
    let left = text.rsplit("\x1b[?1049l").next().unwrap();
    assert!(left.contains("rang the vendor") && left.contains(" --again "), "{left}");
    // Run as it is printed, it counts once; and so does the form that is offered again.
    let command = left.lines().find(|l| l.contains(" --again ")).unwrap().trim();
    let command = command.replacen("jishi", env!("CARGO_BIN_EXE_jishi"), 1);
    for _ in 0..2 {
        let out = Command::new("sh").args(["-c", &command]).output().unwrap();
        assert!(out.status.success(), "{command}: {out:?}");
    }
    let text = std::fs::read_to_string(&record).unwrap();
    assert_eq!(text.matches("rang the vendor").count(), 1);
    let Some(seat) = terminal::Seat::take(terminal::jishi(home.path()).args(["open", &id])) else {
        return;
    };
    assert!(seat.shows(5, "rang the vendor"), "{}", seat.text());
    seat.type_in("\r");
    assert!(seat.shows(5, "recorded as #"), "{}", seat.text());
    seat.quit();
    let text = std::fs::read_to_string(&record).unwrap();
    assert_eq!(text.matches("rang the vendor").count(), 1);
}
