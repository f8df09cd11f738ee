//! Waits for keys without waking up in between, and notices when the terminal is gone.

use std::io;
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::stdio::stdin;
use tokio::sync::mpsc::UnboundedSender;

use super::keys::{Front, take};
use crate::app::key::Key;

/// What comes from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The terminal is gone.
    Gone,
}

const MILLISECOND: i64 = 1000 * 1000;
/// How long the rest of a key is waited for; over a bad link its bytes come in pieces.
const REST: Timespec = Timespec { tv_sec: 0, tv_nsec: 100 * MILLISECOND };
/// How long the rest of a paste is waited for, lest a lost end leave the console deaf.
const PASTE_REST: Timespec = Timespec { tv_sec: 5, tv_nsec: 0 };
const DEAD: PollFlags = PollFlags::HUP.union(PollFlags::ERR).union(PollFlags::NVAL);

/// Starts to wait for input; it ends with the program or with the terminal.
///
/// # Errors
/// No thread could be started.
pub fn start(to: UnboundedSender<Input>) -> io::Result<()> {
    let wait = move || {
        read_keys(&to);
        // Whatever ended the reading, nobody can type any more.
        let _ = to.send(Input::Gone);
    };
    thread::Builder::new().name("keys".to_owned()).spawn(wait).map(drop)
}

fn read_keys(to: &UnboundedSender<Input>) {
    let mut waiting: Vec<u8> = Vec::new();
    let mut piece = [0; 4096];
    // How long the rest of something is waited for.
    let mut rest = None;
    loop {
        let came = match wait(rest) {
            Wait::Gone => return,
            Wait::Nothing => false,
            Wait::Ready => match rustix::io::read(stdin(), &mut piece) {
                Ok(0) => return,
                Ok(n) => {
                    waiting.extend_from_slice(&piece[..n]);
                    true
                }
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => continue,
                Err(_) => return,
            },
        };
        let mut taken = 0;
        rest = loop {
            match take(waiting.get(taken..).unwrap_or_default(), !came) {
                Front::Took(input, n) => {
                    taken += n;
                    if input.is_some_and(|input| to.send(input).is_err()) {
                        return;
                    }
                }
                Front::Part => break (waiting.len() > taken).then_some(REST),
                Front::Pasting => break Some(PASTE_REST),
            }
        };
        waiting.drain(..taken);
    }
}

enum Wait {
    Ready,
    Nothing,
    Gone,
}

/// Waits until the terminal has something for us or is gone; for the rest of something not for long.
fn wait(rest: Option<Timespec>) -> Wait {
    let input = stdin();
    loop {
        let mut fds = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut fds, rest.as_ref()) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Wait::Gone,
            Ok(0) => return Wait::Nothing,
            Ok(_) if fds[0].revents().intersects(DEAD) => return Wait::Gone,
            Ok(_) => return Wait::Ready,
        }
    }
}
