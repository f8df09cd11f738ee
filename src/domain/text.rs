//! Text that people type: what is allowed in it, and how it is made plain.

/// Why a typed text cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing in it.
    #[error("{field} is empty")]
    Empty {
        /// Which field.
        field: &'static str,
    },
    /// A control character.
    #[error("{field} holds the control character {code} at character {at}")]
    Control {
        /// Which field.
        field: &'static str,
        /// `U+XXXX`.
        code: String,
        /// Position, from 1.
        at: usize,
    },
    /// Too long.
    #[error("{field} has {chars} characters; at most {most} are kept")]
    Long {
        /// Which field.
        field: &'static str,
        /// How long it is.
        chars: usize,
        /// How long it may be.
        most: usize,
    },
}

/// Longest title, reference or recipient, in characters.
pub const LINE_MOST: usize = 200;
/// Longest note or reason, in characters.
pub const NOTE_MOST: usize = 10_000;

/// Checks a one-line text: not empty, no control character, not too long; trims it.
///
/// # Errors
/// See [`BadText`].
pub fn line(field: &'static str, text: &str) -> Result<String, BadText> {
    checked(field, text, LINE_MOST, |_| false)
}

/// Checks a longer text, in which line breaks and tabs are allowed.
///
/// # Errors
/// See [`BadText`].
pub fn note(field: &'static str, text: &str) -> Result<String, BadText> {
    checked(field, text, NOTE_MOST, |c| c == '\n' || c == '\t')
}

fn checked(
    field: &'static str,
    text: &str,
    most: usize,
    also: impl Fn(char) -> bool,
) -> Result<String, BadText> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BadText::Empty { field });
    }
    if let Some((at, c)) = text.chars().enumerate().find(|&(_, c)| forbidden(c) && !also(c)) {
        let code = format!("U+{:04X}", u32::from(c));
        return Err(BadText::Control { field, code, at: at + 1 });
    }
    let chars = text.chars().count();
    if chars > most {
        return Err(BadText::Long { field, chars, most });
    }
    Ok(text.to_owned())
}

/// Says whether a character can steer a terminal or reorder a line: C0, DEL, C1, line and
/// paragraph separators, and the bidirectional controls.
pub fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{061C}'
            | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Makes any text safe to print: what [`forbidden`] names becomes `?`, line breaks a space.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            c if forbidden(c) => '?',
            c => c,
        })
        .collect()
}

/// Turns full-width letters, digits and signs, as a Chinese input method types them, into ASCII.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            '。' => '.',
            c => c,
        })
        .collect()
}
