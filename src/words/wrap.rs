//! Lines of at most so many cells, for screens and for texts that are read elsewhere.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Breaks a text into lines of at most so many cells: Latin words stay whole where they fit.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let latin = |c: char| c.is_ascii() && c != ' ';
        let len = if latin(c) {
            rest.find(|c| !latin(c)).unwrap_or(rest.len())
        } else {
            let next = rest.chars().nth(1);
            // A closing sign does not begin a line.
            let closing = next.filter(|n| "，。、；：！？）」』》,.;:!?)".contains(*n) && c != ' ');
            c.len_utf8() + closing.map_or(0, char::len_utf8)
        };
        let word = &rest[..len];
        let w = word.width();
        if used + w > width && used > 0 {
            lines.push(line.trim_end().to_owned());
            (line, used) = (String::new(), 0);
            if word == " " {
                rest = &rest[len..];
                continue;
            }
        }
        if w > width {
            for c in word.chars() {
                let cw = c.width().unwrap_or(0);
                if used + cw > width {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(c);
                used += cw;
            }
        } else {
            line.push_str(word);
            used += w;
        }
        rest = &rest[len..];
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Does the same with every line but the first indented.
pub fn hang(text: &str, width: usize, indent: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let bare = text.trim_start();
    let lead = " ".repeat(text.len() - bare.len());
    let rest = " ".repeat(indent);
    let lines = wrap(bare, width.saturating_sub(indent.max(lead.len())));
    let lead = |(i, line): (usize, String)| {
        if i == 0 { format!("{lead}{line}") } else { format!("{rest}{line}") }
    };
    lines.into_iter().enumerate().map(lead).collect()
}
