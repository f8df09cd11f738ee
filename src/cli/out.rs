//! Standard output and standard error: data on the one, messages on the other.
//!
//! Whatever a text was made of, nothing in it steers a terminal: this is the last gate, and the only
//! way out but for the bytes of a record on their way into a file.

use std::io::{self, ErrorKind, IsTerminal as _, Read, Write};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::args::Format;
use super::fault::Fault;
use crate::domain::text::{forbidden, printable};
use crate::words::refusal::Message;

/// Why standard output could not be written, the first time.
static BROKEN: Mutex<Option<String>> = Mutex::new(None);

/// Notes what went wrong with standard output. A reader that has gone away is not an error of ours; of
/// anything else the command must not say that all went well.
pub(super) fn wrote(result: io::Result<()>) {
    if let Err(e) = result
        && e.kind() != ErrorKind::BrokenPipe
    {
        BROKEN.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e.to_string());
    }
}

/// Returns why something could not be written to standard output, where that is so.
pub(super) fn broken() -> Option<String> {
    wrote(io::stdout().lock().flush());
    BROKEN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Writes one line of data; line breaks in it are blanks, so that no text can look like another line.
pub(super) fn line(text: &str) {
    block(&printable(text));
}

/// Writes lines of data that are one text.
pub(super) fn block(text: &str) {
    let mut out = io::stdout().lock();
    wrote(writeln!(out, "{}", safe(text)));
}

/// Writes the bytes of a stream as they are; for a terminal, whose user wants to look at them, in a
/// form that does not steer it.
///
/// # Errors
/// The stream cannot be read.
pub(super) fn bytes(mut data: impl Read) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let shown = out.is_terminal();
    let mut piece = Vec::new();
    while data.by_ref().take(PIECE).read_to_end(&mut piece)? > 0 {
        let written = if shown {
            out.write_all(safe(&String::from_utf8_lossy(&piece)).as_bytes())
        } else {
            out.write_all(&piece)
        };
        if written.is_err() {
            wrote(written);
            return Ok(());
        }
        piece.clear();
    }
    wrote(out.flush());
    Ok(())
}

/// How much is shown at once, in bytes.
const PIECE: u64 = 1 << 16;

/// Writes data as JSON on one line.
pub(super) fn json<T: Serialize>(data: &T) {
    match serde_json::to_string(data) {
        Ok(text) => line(&escaped(&text)),
        Err(e) => note(&e.to_string()),
    }
}

/// Writes a list as JSON on one line, one item after the other: however long it is, one is held.
pub(super) fn list<T: Serialize>(items: impl Iterator<Item = T>) {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let write = || {
        out.write_all(b"[")?;
        for (i, item) in items.enumerate() {
            let comma = if i == 0 { "" } else { "," };
            let text = serde_json::to_string(&item).unwrap_or_else(|_| "null".to_owned());
            write!(out, "{comma}{}", escaped(&text))?;
        }
        out.write_all(b"]\n")?;
        out.flush()
    };
    wrote(write());
}

/// Writes one line to standard error; line breaks in it are blanks.
pub(super) fn note(text: &str) {
    notes(&printable(text));
}

/// Writes lines to standard error that are one text.
pub(super) fn notes(text: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{}", safe(text));
}

/// Makes a text safe to print, and keeps its lines.
fn safe(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// Writes in JSON's own way what JSON would let through and a terminal would obey.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if forbidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Says something with its hints on standard error.
pub(super) fn warn(message: &Message) {
    note(&format!("jishi: {}", message.text));
    for hint in &message.hints {
        note(&format!("  -> {hint}"));
    }
}

/// Writes a failure and its hints to standard error.
pub(super) fn fault(fault: &Fault, format: Format) {
    #[derive(Serialize)]
    struct Shape<'a> {
        error: Inner<'a>,
    }
    #[derive(Serialize)]
    struct Inner<'a> {
        message: &'a str,
        hints: &'a [String],
        exit: u8,
    }
    let Message { text, hints } = &fault.message;
    if format == Format::Json {
        let shape = Shape { error: Inner { message: text, hints, exit: fault.code() } };
        if let Ok(text) = serde_json::to_string(&shape) {
            note(&escaped(&text));
        }
        return;
    }
    for (i, part) in text.lines().enumerate() {
        let head = if i == 0 { "jishi: " } else { "       " };
        note(&format!("{head}{}", printable(part)));
    }
    for hint in hints {
        note(&format!("  -> {}", printable(hint)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_leaves_neither_as_text_nor_as_json() {
        assert_eq!(safe("a\u{1b}[2J\nb\u{9b}c\u{202e}\rd"), "a?[2J\nb?c??d");
        let evil = "\u{1b}\u{7f}\u{9b}\u{202e}\u{200b}\u{e0041}x";
        let safe = escaped(&serde_json::to_string(evil).unwrap());
        assert!(safe.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), evil);
    }
}
