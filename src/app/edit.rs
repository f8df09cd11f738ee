//! One line of typed text with a cursor, counted in characters.

use super::key::{Code, Key};
use crate::domain::text;

/// One line that is being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    chars: Vec<char>,
    at: usize,
    /// Line breaks are kept.
    breaks: bool,
    /// The text was proposed, not typed: the first character typed replaces it.
    proposed: bool,
}

impl Line {
    /// A line that holds a text, with the cursor behind it.
    pub fn new(text: &str) -> Self {
        let mut line = Self::default();
        line.paste(text);
        line
    }

    /// A text of several lines, with the cursor behind it.
    pub fn lines(text: &str) -> Self {
        let mut line = Self { breaks: true, ..Self::default() };
        line.paste(text);
        line
    }

    /// Another text of the same kind, with the cursor behind it.
    #[must_use]
    pub fn holding(&self, text: &str) -> Self {
        if self.breaks { Self::lines(text) } else { Self::new(text) }
    }

    /// Says whether line breaks are kept.
    pub fn keeps_breaks(&self) -> bool {
        self.breaks
    }

    /// A line that holds a proposal, which the first character typed replaces.
    pub fn proposal(text: &str) -> Self {
        Self { proposed: true, ..Self::new(text) }
    }

    /// Says whether the text is a proposal that nobody touched.
    pub fn is_proposed(&self) -> bool {
        self.proposed
    }

    /// The text.
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// The text before the cursor.
    pub fn before(&self) -> String {
        self.chars[..self.at].iter().collect()
    }

    /// Says whether nothing but blanks stands there.
    pub fn is_blank(&self) -> bool {
        self.chars.iter().all(|c| c.is_whitespace())
    }

    /// Inserts one character at the cursor; what could steer a terminal is dropped.
    pub fn insert(&mut self, c: char) {
        if !text::forbidden(c) || (self.breaks && c == '\n') {
            if std::mem::take(&mut self.proposed) {
                self.chars.clear();
                self.at = 0;
            }
            self.chars.insert(self.at, c);
            self.at += 1;
        }
    }

    /// Inserts a text at the cursor; tabs become blanks, and line breaks, too, where one line is
    /// typed.
    pub fn paste(&mut self, text: &str) {
        for c in text.trim_end_matches(['\r', '\n']).replace("\r\n", "\n").chars() {
            match c {
                '\n' | '\r' if self.breaks => self.insert('\n'),
                '\n' | '\r' | '\t' => self.insert(' '),
                c => self.insert(c),
            }
        }
    }

    /// Takes a key, and says whether it meant anything here.
    pub fn key(&mut self, key: Key) -> bool {
        // Whoever moves within a proposal means to keep it.
        self.proposed &= matches!((key.code, key.ctrl, key.alt), (Code::Char(_), false, false));
        match (key.code, key.ctrl, key.alt) {
            (Code::Char(c), false, false) => self.insert(c),
            (Code::Char('j'), true, _) if self.breaks => self.insert('\n'),
            (Code::Backspace, ..) | (Code::Char('h'), true, _) => {
                if self.at > 0 {
                    self.at -= 1;
                    self.chars.remove(self.at);
                }
            }
            (Code::Delete, ..) | (Code::Char('d'), true, _) => {
                if self.at < self.chars.len() {
                    self.chars.remove(self.at);
                }
            }
            (Code::Left, ..) | (Code::Char('b'), true, _) => self.at = self.at.saturating_sub(1),
            (Code::Right, ..) | (Code::Char('f'), true, _) => {
                self.at = (self.at + 1).min(self.chars.len());
            }
            (Code::Home, ..) | (Code::Char('a'), true, _) => self.at = 0,
            (Code::End, ..) | (Code::Char('e'), true, _) => self.at = self.chars.len(),
            (Code::Char('u'), true, _) => {
                self.chars.drain(..self.at);
                self.at = 0;
            }
            (Code::Char('k'), true, _) => self.chars.truncate(self.at),
            (Code::Char('w'), true, _) => self.delete_word(),
            _ => return false,
        }
        true
    }

    /// Deletes back to the blank before the last word; in Chinese text, to the last punctuation.
    fn delete_word(&mut self) {
        let end = self.at;
        while self.at > 0 && !self.chars[self.at - 1].is_alphanumeric() {
            self.at -= 1;
        }
        while self.at > 0 && self.chars[self.at - 1].is_alphanumeric() {
            self.at -= 1;
        }
        self.chars.drain(self.at..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_character_replaces_a_proposal_and_moving_keeps_it() {
        let mut line = Line::proposal("now");
        line.insert('2');
        line.insert('0');
        assert_eq!(line.text(), "20");
        let mut line = Line::proposal("01:3");
        line.key(Key::plain(Code::End));
        line.insert('0');
        assert_eq!(line.text(), "01:30");
        let mut line = Line::proposal("now");
        line.paste("01:30");
        assert_eq!(line.text(), "01:30");
    }

    fn typed(line: &mut Line, keys: &str) {
        for k in keys.split(' ') {
            line.key(Key::parse(k).unwrap());
        }
    }

    #[test]
    fn chinese_text_is_edited_by_characters() {
        let mut line = Line::new("核心库被拖库");
        typed(&mut line, "Left Left Backspace");
        assert_eq!(line.text(), "核心库拖库");
        assert_eq!(line.before(), "核心库");
        typed(&mut line, "Home Delete End x");
        assert_eq!(line.text(), "心库拖库x");
        typed(&mut line, "C-u");
        assert_eq!(line.text(), "");
    }

    #[test]
    fn control_characters_never_get_in() {
        let mut line = Line::new("");
        line.paste("a\x1b[31mb\r\nc\u{202e}d\n");
        assert_eq!(line.text(), "a[31mb cd");
    }

    #[test]
    fn line_breaks_are_kept_where_several_lines_are_typed() {
        let mut line = Line::lines("");
        line.paste("a\r\nb\tc\n");
        typed(&mut line, "C-j d");
        assert_eq!(line.text(), "a\nb c\nd");
        assert!(!Line::new("").key(Key::parse("C-j").unwrap()));
    }

    #[test]
    fn ctrl_w_takes_one_word() {
        let mut line = Line::new("ticket 2026 内存, 磁盘");
        typed(&mut line, "C-w");
        assert_eq!(line.text(), "ticket 2026 内存, ");
        typed(&mut line, "C-w C-w");
        assert_eq!(line.text(), "ticket ");
    }
}
