//! Reads keys and pastes from the bytes of a terminal.
//!
//! A pure function of bytes. crossterm's own reader is not used: after a change of size it loses the
//! key that arrives together with it, and where the terminal goes away in the middle of a key it
//! reads for ever.

use super::input::Input;
use crate::app::key::{Code, Key};

/// The longest paste that is kept, in bytes; ten times the longest note.
const PASTE_MOST: usize = 1 << 17;
/// The longest sequence that is waited for.
const SEQUENCE_MOST: usize = 32;
const PASTE: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// What stands at the front of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Front {
    /// Input, or nothing of use, and how many bytes it took.
    Took(Option<Input>, usize),
    /// The beginning of something; more may come at once.
    Part,
    /// The beginning of a paste; more will come.
    Pasting,
}

/// Takes what stands at the front. `all` says that nothing more came for a while: what is there then
/// stands for itself.
pub(super) fn take(bytes: &[u8], all: bool) -> Front {
    let key = |code| Front::Took(Some(Input::Key(Key::plain(code))), 1);
    let ctrl = |c: u8| Key { code: Code::Char(char::from(c)), ctrl: true, alt: false };
    match bytes {
        [] => Front::Part,
        [0x1b, ..] => escape(bytes, all),
        [b'\r', ..] => key(Code::Enter),
        [b'\t', ..] => key(Code::Tab),
        // Half of the terminals send the one, half the other.
        [0x7f | 0x08, ..] => key(Code::Backspace),
        [c @ 0x01..=0x1a, ..] => Front::Took(Some(Input::Key(ctrl(c | 0x60))), 1),
        [0x00..=0x1f, ..] => Front::Took(None, 1),
        _ => character(bytes, all),
    }
}

fn character(bytes: &[u8], all: bool) -> Front {
    let long = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    let Some(own) = bytes.get(..long) else {
        return if all { Front::Took(None, bytes.len()) } else { Front::Part };
    };
    match std::str::from_utf8(own).ok().and_then(|s| s.chars().next()) {
        Some(c) if !c.is_control() => {
            Front::Took(Some(Input::Key(Key::plain(Code::Char(c)))), long)
        }
        Some(_) => Front::Took(None, long),
        // Not UTF-8: one byte is passed over, and the next may be the start of something.
        None => Front::Took(None, 1),
    }
}

fn escape(bytes: &[u8], all: bool) -> Front {
    let alone = Front::Took(Some(Input::Key(Key::plain(Code::Esc))), 1);
    match bytes.get(1) {
        None if all => alone,
        None => Front::Part,
        Some(0x1b) => alone,
        Some(b'[') if bytes.starts_with(PASTE) => paste(bytes, all),
        Some(b'[') => control(bytes, all),
        Some(b'O') => match bytes.get(2) {
            Some(c) => Front::Took(code_of(*c).map(|code| Input::Key(Key::plain(code))), 3),
            None if all => alt(bytes, all),
            None => Front::Part,
        },
        Some(_) => alt(bytes, all),
    }
}

/// A key after an escape: the same with Alt.
fn alt(bytes: &[u8], all: bool) -> Front {
    match take(bytes.get(1..).unwrap_or_default(), all) {
        Front::Took(Some(Input::Key(key)), n) => {
            Front::Took(Some(Input::Key(Key { alt: true, ..key })), n + 1)
        }
        Front::Took(_, n) => Front::Took(None, n + 1),
        other => other,
    }
}

/// A paste up to its end; one whose end was lost ends where nothing more comes.
fn paste(bytes: &[u8], all: bool) -> Front {
    let text = bytes.get(PASTE.len()..).unwrap_or_default();
    let end = text.windows(PASTE_END.len()).position(|w| w == PASTE_END);
    let (long, after) = match end {
        Some(end) => (end, PASTE_END.len()),
        None if all || text.len() > PASTE_MOST => (text.len(), 0),
        None => return Front::Pasting,
    };
    let text = String::from_utf8_lossy(text.get(..long).unwrap_or_default());
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Front::Took(Some(Input::Paste(text)), PASTE.len() + long + after)
}

fn control(bytes: &[u8], all: bool) -> Front {
    let rest = bytes.get(2..).unwrap_or_default();
    // The Linux console's F1 to F5: a second bracket and a letter.
    if let [b'[', c, ..] = rest {
        let code = matches!(c, b'A'..=b'E').then(|| Code::F(c - b'A' + 1));
        return Front::Took(code.map(|code| Input::Key(Key::plain(code))), 4);
    }
    let end = rest.iter().position(|c| (0x40..=0x7e).contains(c) && *c != b'[');
    let Some(end) = end else {
        if all || rest.len() > SEQUENCE_MOST {
            return Front::Took(None, bytes.len());
        }
        return Front::Part;
    };
    let mut numbers = rest[..end]
        .split(|c| *c == b';')
        .map(|n| std::str::from_utf8(n).ok().and_then(|n| n.parse::<u8>().ok()));
    let first = numbers.next().flatten();
    let held = numbers.next().flatten().unwrap_or(1).saturating_sub(1);
    let code = match rest[end] {
        b'Z' => Some(Code::BackTab),
        b'~' => first.and_then(code_of_number),
        c => code_of(c),
    };
    let key = code.map(|code| Key { code, alt: held & 2 != 0, ctrl: held & 4 != 0 });
    Front::Took(key.map(Input::Key), 2 + end + 1)
}

fn code_of(c: u8) -> Option<Code> {
    Some(match c {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'H' => Code::Home,
        b'F' => Code::End,
        b'M' => Code::Enter,
        b'P'..=b'S' => Code::F(c - b'P' + 1),
        _ => return None,
    })
}

fn code_of_number(n: u8) -> Option<Code> {
    Some(match n {
        1 | 7 => Code::Home,
        4 | 8 => Code::End,
        3 => Code::Delete,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F(n - 10),
        17..=21 => Code::F(n - 11),
        23 | 24 => Code::F(n - 12),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let (mut rest, mut out) = (bytes, Vec::new());
        while !rest.is_empty() {
            match take(rest, true) {
                Front::Took(input, n) => {
                    rest = &rest[n..];
                    out.push(match input {
                        Some(Input::Key(key)) => key.to_string(),
                        Some(Input::Paste(text)) => format!("paste {text:?}"),
                        other => format!("{other:?}"),
                    });
                }
                part => panic!("{part:?}"),
            }
        }
        out
    }

    #[test]
    fn keys_come_out_as_they_are_written_in_help() {
        for (bytes, written) in [
            (&b"r"[..], "r"),
            (b"L", "L"),
            (b" ", "Space"),
            ("是".as_bytes(), "是"),
            (b"\x03", "C-c"),
            (b"\x1a", "C-z"),
            (b"\x1bx", "A-x"),
            (b"\x1b", "Esc"),
            (b"\r", "Enter"),
            (b"\n", "C-j"),
            (b"\x7f", "Backspace"),
            (b"\x08", "Backspace"),
            (b"\x1b[A", "Up"),
            (b"\x1bOB", "Down"),
            (b"\x1b[1;5C", "C-Right"),
            (b"\x1b[Z", "S-Tab"),
            (b"\x1b[3~", "Delete"),
            (b"\x1b[5~", "PageUp"),
            (b"\x1bOP", "F1"),
            (b"\x1b[[B", "F2"),
            (b"\x1b[15~", "F5"),
            (b"\x1b[24~", "F12"),
        ] {
            assert_eq!(all(bytes), [written], "{bytes:?}");
        }
    }

    #[test]
    fn a_key_that_arrives_in_pieces_is_waited_for() {
        for bytes in [&b"\x1b"[..], b"\x1b[", b"\x1b[1;", b"\x1bO", b"\xe6\x98", b"\x1b\xe6"] {
            assert_eq!(take(bytes, false), Front::Part, "{bytes:?}");
        }
        assert_eq!(take(b"\x1b[200~half a pas", false), Front::Pasting);
        assert_eq!(all(b"\x1b[200~lost end"), ["paste \"lost end\""]);
    }

    #[test]
    fn a_paste_is_one_piece_and_nothing_in_it_is_a_key() {
        let seen = all("\x1b[200~两行\r\nq\x1b[A\x1b[201~x".as_bytes());
        assert_eq!(seen, ["paste \"两行\\nq\\u{1b}[A\"", "x"]);
    }

    #[test]
    fn what_is_no_key_is_passed_over_and_the_next_one_is_read() {
        assert_eq!(all(b"\x1b[?1;2cq"), ["None", "q"]);
        assert_eq!(all(b"\xffq"), ["None", "q"]);
        assert_eq!(all(b"\x1b\x1b[A"), ["Esc", "Up"]);
        assert_eq!(all(b"\x00q"), ["None", "q"]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_to_their_end(bytes: Vec<u8>) {
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                match take(rest, true) {
                    Front::Took(_, n) => {
                        proptest::prop_assert!(n > 0 && n <= rest.len());
                        rest = &rest[n..];
                    }
                    Front::Pasting | Front::Part => proptest::prop_assert!(false, "stuck at {:?}", rest),
                }
            }
        }
    }
}
