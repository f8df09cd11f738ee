//! Claims the terminal and gives it back: at the end, on a panic, on suspend.
//!
//! One flag says whether it is claimed, so that giving back twice does nothing. Nothing here asks the
//! terminal anything, and no mouse is captured.

use std::io::{self, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{isatty, tcgetwinsize};

/// Alternate screen, bracketed paste.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h";
/// Own style, no bracketed paste, a visible cursor, the screen as it was.
const LEAVE: &[u8] = b"\x1b[m\x1b[?2004l\x1b[?25h\x1b[?1049l";
/// What is assumed where the terminal has no size.
const USUAL_SIZE: (u16, u16) = (80, 24);

static CLAIMED: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// The claim to the terminal; it ends when this is dropped.
#[derive(Debug)]
pub struct Claim(());

impl Claim {
    /// Claims the terminal: raw mode, alternate screen, bracketed paste.
    ///
    /// # Errors
    /// There is no terminal, or it cannot be put into raw mode.
    pub fn take() -> io::Result<Self> {
        HOOK.call_once(hook_panics);
        enter()?;
        Ok(Self(()))
    }

    /// Gives the terminal back for a while, as for a suspend; [`Claim::resume`] takes it again.
    pub fn pause(&mut self) {
        give_back();
    }

    /// Takes the terminal again, whatever others did to it meanwhile.
    ///
    /// # Errors
    /// The terminal cannot be put into raw mode.
    pub fn resume(&mut self) -> io::Result<()> {
        // A shell that continued us in the background may have set its own mode.
        give_back();
        enter()
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        give_back();
    }
}

fn enter() -> io::Result<()> {
    // The flag first: a panic between here and the end of this call must find something to undo.
    CLAIMED.store(true, Ordering::SeqCst);
    enable_raw_mode().and_then(|()| Tty.write_all(ENTER)).inspect_err(|_| give_back())
}

/// Gives the terminal back where it is claimed. What cannot be undone on a dead terminal is let be.
fn give_back() {
    if CLAIMED.swap(false, Ordering::SeqCst) {
        let _ = Tty.write_all(LEAVE);
        let _ = disable_raw_mode();
    }
}

/// Lets a panic be read: the terminal is given back before the message is printed.
fn hook_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        give_back();
        print(info);
    }));
}

/// Writes to standard output without a buffer and without a lock that a dying thread may hold.
#[derive(Debug, Clone, Copy)]
pub struct Tty;

impl Tty {
    /// Says whether a frame would be taken now. Over a dead link it would not, and to wait for it
    /// would keep us from signals and clocks.
    pub fn ready(self) -> bool {
        let out = stdout();
        let mut fds = [PollFd::new(&out, PollFlags::OUT)];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        matches!(poll(&mut fds, Some(&now)), Ok(n) if n > 0)
    }
}

impl Write for Tty {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        loop {
            match rustix::io::write(stdout(), buf) {
                Err(rustix::io::Errno::INTR) => {}
                // Somebody who shares the terminal made it non-blocking.
                Err(rustix::io::Errno::AGAIN) => {
                    let out = stdout();
                    let mut fds = [PollFd::new(&out, PollFlags::OUT)];
                    poll(&mut fds, None)?;
                }
                other => return Ok(other?),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the terminal's columns and rows; no sequence is sent for it.
pub fn size() -> (u16, u16) {
    match tcgetwinsize(stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
        _ => USUAL_SIZE,
    }
}

/// Says whether the full screen can be shown: a terminal on both sides that is not a dumb one.
pub fn can_show_screens() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|t| t == "dumb" || t.is_empty());
    !dumb && isatty(stdin()) && isatty(stdout())
}

/// Says whether colour is wanted: not where `NO_COLOR` is set to anything.
pub fn wants_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Says whether the locale is UTF-8, so that more than ASCII can be shown.
pub fn is_utf8() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = set.iter().filter_map(std::env::var_os).find(|v| !v.is_empty());
    locale.is_some_and(|v| {
        let v = v.to_string_lossy().to_ascii_lowercase();
        v.contains("utf-8") || v.contains("utf8")
    })
}
