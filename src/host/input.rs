//! Waits for keys without waking up in between, and notices when the terminal is gone.
//!
//! Two threads wait in poll(2) without a timeout. One reads keys. The other asks for nothing but a
//! hang-up: crossterm reads for ever from a terminal that went away in the middle of a key, and a
//! hang-up signal does not reach everybody.

use std::io;
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::stdio::stdin;
use tokio::sync::mpsc::UnboundedSender;

use crate::app::key::{Code, Key};

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

/// Starts to wait for input; it ends with the program or with the terminal.
///
/// # Errors
/// No thread could be started.
pub fn start(to: &UnboundedSender<Input>) -> io::Result<()> {
    let (keys, gone) = (to.clone(), to.clone());
    thread::Builder::new().name("keys".to_owned()).spawn(move || {
        // Whatever ended the reading, nobody can type any more.
        let _ = read_keys(&keys);
        let _ = keys.send(Input::Gone);
    })?;
    thread::Builder::new().name("hang-up".to_owned()).spawn(move || {
        let _ = wait(PollFlags::empty());
        let _ = gone.send(Input::Gone);
    })?;
    Ok(())
}

fn read_keys(to: &UnboundedSender<Input>) -> io::Result<()> {
    loop {
        while event::poll(Duration::ZERO)? {
            if let Some(input) = understand(event::read()?)
                && to.send(input).is_err()
            {
                return Ok(());
            }
        }
        if wait(PollFlags::IN)?.intersects(DEAD) {
            return Ok(());
        }
    }
}

const DEAD: PollFlags = PollFlags::HUP.union(PollFlags::ERR).union(PollFlags::NVAL);

/// Waits until the terminal has something for us, or is gone.
fn wait(flags: PollFlags) -> io::Result<PollFlags> {
    let input = stdin();
    loop {
        let mut fds = [PollFd::new(&input, flags)];
        match poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
            Ok(_) => return Ok(fds[0].revents()),
        }
    }
}

/// Turns an event of the terminal into input; what the console has no use for becomes nothing.
fn understand(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Input::Key(translate(key)?)),
        Event::Paste(text) => Some(Input::Paste(text)),
        _ => None,
    }
}

fn translate(key: KeyEvent) -> Option<Key> {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    let code = match key.code {
        // Half of the terminals send this for the backspace key.
        KeyCode::Char('h') if ctrl && !alt => return Some(Key::plain(Code::Backspace)),
        // A line feed: what Enter sends through some serial lines and pastes.
        KeyCode::Char('j') if ctrl && !alt => return Some(Key::plain(Code::Enter)),
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(n) => Code::F(n),
        _ => return None,
    };
    Some(Key { code, ctrl, alt })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
        match understand(Event::Key(KeyEvent::new(code, modifiers)))? {
            Input::Key(key) => Some(key.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_come_out_as_they_are_written_in_help() {
        let none = KeyModifiers::NONE;
        for (code, modifiers, written) in [
            (KeyCode::Char('r'), none, "r"),
            (KeyCode::Char('L'), KeyModifiers::SHIFT, "L"),
            (KeyCode::Char('c'), KeyModifiers::CONTROL, "C-c"),
            (KeyCode::Char('x'), KeyModifiers::ALT, "A-x"),
            (KeyCode::Char(' '), none, "Space"),
            (KeyCode::BackTab, KeyModifiers::SHIFT, "S-Tab"),
            (KeyCode::F(1), none, "F1"),
            (KeyCode::Char('h'), KeyModifiers::CONTROL, "Backspace"),
            (KeyCode::Char('是'), none, "是"),
        ] {
            assert_eq!(key(code, modifiers).as_deref(), Some(written));
        }
    }

    #[test]
    fn a_key_counts_when_it_is_pressed_not_when_it_is_let_go() {
        let mut event = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert_eq!(understand(Event::Key(event)), None);
        event.kind = KeyEventKind::Repeat;
        assert!(understand(Event::Key(event)).is_some());
    }

    #[test]
    fn a_paste_is_one_piece_and_a_size_or_mouse_is_nothing() {
        let paste = understand(Event::Paste("两行\ntext".to_owned()));
        assert_eq!(paste, Some(Input::Paste("两行\ntext".to_owned())));
        assert_eq!(understand(Event::Resize(80, 24)), None);
        assert_eq!(understand(Event::FocusGained), None);
    }
}
