//! The program on a terminal of its own, for benches.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

const BIN: &str = env!("CARGO_BIN_EXE_jishi");

/// The program with a home of its own.
pub fn command(home: &Path, args: &[&str]) -> Command {
    let mut c = Command::new(BIN);
    c.args(args).env("JISHI_HOME", home).env("JISHI_LANG", "zh").env("TERM", "xterm-256color");
    c
}

/// Starts the console on a terminal of 80x24; its end of the line.
pub fn on_terminal(home: &Path) -> (Child, File) {
    let main: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&main).expect("granted");
    unlockpt(&main).expect("unlocked");
    let name = ptsname(&main, Vec::new()).expect("named").into_string().expect("UTF-8");
    let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(main.as_fd(), size).expect("sized");
    let open = || File::options().read(true).write(true).open(&name).expect("opened");
    let child = command(home, &[])
        .stdin(open())
        .stdout(open())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    (child, File::from(main))
}

/// Reads until `until` says that it has seen enough, or the time is over.
pub fn read_until(
    main: &mut File,
    most: Duration,
    mut until: impl FnMut(&[u8]) -> bool,
) -> Vec<u8> {
    let start = Instant::now();
    let mut all = Vec::new();
    let mut piece = [0u8; 65536];
    while start.elapsed() < most {
        let left = most.saturating_sub(start.elapsed());
        let wait = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(0),
            tv_nsec: left.subsec_nanos().into(),
        };
        let mut fds = [PollFd::new(&*main, PollFlags::IN)];
        if poll(&mut fds, Some(&wait)).unwrap_or(0) == 0 {
            break;
        }
        let n = main.read(&mut piece).unwrap_or(0);
        all.extend_from_slice(&piece[..n]);
        if n == 0 || until(&all) {
            break;
        }
    }
    all
}

/// Says whether bytes hold others.
pub fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|w| w == part)
}
