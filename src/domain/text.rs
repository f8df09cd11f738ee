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
    /// A control character, or one that nobody sees.
    #[error("{field} holds the control or invisible character {code} at character {at}")]
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

/// Checks a one-line text: not empty, nothing in it that steers a terminal or that nobody sees, not too
/// long; trims it.
///
/// # Errors
/// See [`BadText`].
pub fn line(field: &'static str, text: &str) -> Result<String, BadText> {
    checked(field, text, LINE_MOST, |_| false)
}

/// Checks a longer text, in which line breaks and tabs are allowed, and what comes along unseen with
/// text from elsewhere: soft hyphens, joiners, and places for a break.
///
/// # Errors
/// See [`BadText`].
pub fn note(field: &'static str, text: &str) -> Result<String, BadText> {
    let also = ['\n', '\t', '\u{AD}', '\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}'];
    checked(field, text, NOTE_MOST, |c| also.contains(&c))
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

/// Says whether a character can steer a terminal, reorder a line or hide in it: C0, DEL, C1, line and
/// paragraph separators, the bidirectional controls, and what is never seen, by which two names that
/// look alike differ or a name holds more than it shows.
pub fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}')
        // Soft hyphen, Arabic letter mark, Mongolian vowel separator, zero widths, joiners and marks,
        // word joiner to the shaping controls, byte order mark, interlinear notes.
        || matches!(c, '\u{AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
        // Tags, and the selectors of variants that come after the first sixteen.
        || matches!(c, '\u{E0000}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}')
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_refused_in_a_name_and_shown_as_a_mark() {
        for c in
            "\u{AD}\u{61C}\u{180E}\u{200B}\u{200C}\u{200D}\u{200E}\u{200F}\u{2060}\u{2064}\u{FEFF}\
                  \u{E0000}\u{E0041}\u{E007F}\u{E0100}\u{E01EF}"
                .chars()
        {
            let name = format!("report{c}.pdf");
            assert!(
                matches!(line("attachment", &name), Err(BadText::Control { at: 7, .. })),
                "{c:?}"
            );
            assert_eq!(printable(&name), "report?.pdf", "{c:?}");
        }
        assert!(line("title", "\u{200B}\u{2060}").is_err(), "a title that shows nothing");
        for plain in ["票务系统 10月", "naïve résumé", "⚠\u{FE0F} 😀", "नमस्ते"]
        {
            assert_eq!(line("title", plain).unwrap(), plain);
        }
    }

    #[test]
    fn a_note_keeps_what_comes_along_with_text_from_elsewhere_and_nothing_that_reorders() {
        for fine in ["a\u{200B}b", "per\u{AD}mit", "👩\u{200D}💻", "می\u{200C}خواهم", "a\n\tb"]
        {
            assert_eq!(note("text", fine).unwrap(), fine);
        }
        for bad in ["a\u{202E}b", "a\u{200F}b", "a\u{E0041}b", "a\u{FEFF}b", "a\u{1b}b"] {
            assert!(note("text", bad).is_err(), "{bad:?}");
        }
    }
}
