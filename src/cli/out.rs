//! Standard output and standard error: data on the one, messages on the other.

use std::io::{self, Write};

use serde::Serialize;

use super::args::Format;
use super::fault::Fault;
use crate::domain::text::printable;
use crate::words::refusal::Message;

/// Writes one line of data. A reader that has gone away is not an error of ours.
pub(super) fn line(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}");
}

/// Writes raw bytes of data.
///
/// # Errors
/// The stream cannot be written.
pub(super) fn bytes(data: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(data)?;
    out.flush()
}

/// Writes data as JSON on one line.
pub(super) fn json<T: Serialize>(data: &T) {
    match serde_json::to_string(data) {
        Ok(text) => line(&text),
        Err(e) => note(&e.to_string()),
    }
}

/// Writes one line to standard error.
pub(super) fn note(text: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{text}");
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
            note(&text);
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
