//! Drawing by cells: text is made safe, cut by display width, and never leaves half a character.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::domain::text;
use crate::words::wrap as words;

/// Draws into one buffer.
pub(super) struct Pen<'a> {
    buf: &'a mut Buffer,
    /// Columns.
    pub(super) cols: u16,
    /// Rows.
    pub(super) rows: u16,
    /// Where the hardware cursor is to sit.
    pub(super) cursor: Option<(u16, u16)>,
}

impl<'a> Pen<'a> {
    /// A pen for a whole buffer, which it blanks.
    pub(super) fn new(buf: &'a mut Buffer) -> Self {
        buf.reset();
        let (cols, rows) = (buf.area.width, buf.area.height);
        Self { buf, cols, rows, cursor: None }
    }

    /// Writes a text at a place, within so many cells, and says where it ended.
    pub(super) fn put(&mut self, x: u16, y: u16, text: &str, width: u16, style: Style) -> u16 {
        if y >= self.rows || x >= self.cols {
            return x;
        }
        let width = width.min(self.cols - x);
        let text = fit(&clean(text), width);
        let (ox, oy) = (self.buf.area.x, self.buf.area.y);
        let (end, _) = self.buf.set_stringn(ox + x, oy + y, text, usize::from(width), style);
        end - ox
    }

    /// Writes a text that ends at a column, and says where it began.
    pub(super) fn put_right(&mut self, end: u16, y: u16, text: &str, style: Style) -> u16 {
        let x = end.min(self.cols).saturating_sub(cells(text));
        self.put(x, y, text, end.saturating_sub(x), style);
        x
    }

    /// Draws a rule across the screen.
    pub(super) fn rule(&mut self, y: u16) {
        let line = "-".repeat(usize::from(self.cols));
        self.put(0, y, &line, self.cols, Style::new());
    }

    /// Puts the hardware cursor somewhere.
    pub(super) fn cursor(&mut self, x: u16, y: u16) {
        self.cursor =
            Some((x.min(self.cols.saturating_sub(1)), y.min(self.rows.saturating_sub(1))));
    }
}

/// Cells that a text takes.
pub(super) fn cells(text: &str) -> u16 {
    u16::try_from(clean(text).width()).unwrap_or(u16::MAX)
}

/// Cuts a text to so many cells; what is cut ends in `..`.
pub(super) fn fit(text: &str, width: u16) -> String {
    let width = usize::from(width);
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(2);
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w > room {
            break;
        }
        out.push(c);
        used += w;
    }
    out.push_str(&".."[..width.min(2)]);
    out
}

/// The same, but the Chinese term that an English text ends in stays whole.
pub(super) fn fit_term(text: &str, width: u16) -> String {
    if cells(text) <= width {
        return text.to_owned();
    }
    match text.rsplit_once(' ') {
        Some((head, term)) if !term.is_ascii() && cells(term) + 6 <= width => {
            format!("{} {term}", fit(head, width - cells(term) - 1))
        }
        _ => text.to_owned(),
    }
}

/// Packs parts into lines, and breaks between parts only where one is too long for a line.
pub(super) fn pack(parts: &[String], between: &str, width: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if cells(line) + cells(between) + cells(part) <= width => {
                line.push_str(between);
                line.push_str(part);
            }
            _ => lines.push(fit(part, width)),
        }
    }
    lines
}

/// Makes any text safe for a cell grid: nothing that steers or hides, and plain signs in place
/// of those whose width terminals disagree about.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text::printable(text).chars() {
        match c {
            ' '..='~' => out.push(c),
            '\u{2018}' | '\u{2019}' => out.push('\''),
            '\u{201C}' | '\u{201D}' => out.push('"'),
            '\u{2013}' | '\u{2014}' | '\u{2212}' => out.push('-'),
            '\u{2026}' => out.push_str(".."),
            '\u{00B7}' => out.push('.'),
            '\u{2192}' => out.push_str("->"),
            '\u{00D7}' => out.push('x'),
            '\u{00A0}' => out.push(' '),
            c if c.width().unwrap_or(0) == 0 && !c.is_alphanumeric() => {
                // Accents stay on their letter; joiners and selectors go.
                if ('\u{0300}'..='\u{036F}').contains(&c) && !out.is_empty() {
                    out.push(c);
                }
            }
            c if c.width() != c.width_cjk() && !c.is_alphabetic() => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

/// Breaks a text into lines of at most so many cells: Latin words stay whole where they fit.
pub(super) fn wrap(text: &str, width: u16) -> Vec<String> {
    words::wrap(&clean(text), usize::from(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_cells_and_never_through_a_character() {
        assert_eq!(fit("核心库被拖库", 12), "核心库被拖库");
        assert_eq!(fit("核心库被拖库", 9), "核心库..");
        assert_eq!(fit("核心", 1), ".");
    }

    #[test]
    fn signs_of_ambiguous_width_are_replaced() {
        assert_eq!(clean("“票务”——中断…①"), "\"票务\"--中断..?");
        assert_eq!(clean("a\u{200d}b\u{1b}[0m"), "a?b?[0m");
    }

    #[test]
    fn lines_break_between_words_and_before_no_closing_sign() {
        assert_eq!(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
        for line in wrap("关键信息基础设施, 主要功能中断。是否整体中断?", 10) {
            assert!(cells(&line) <= 10, "{line}");
            assert!(!line.starts_with(['。', ',', '?']), "{line}");
        }
    }
}
