//! The style that the terminal writes in, and the shortest way to another.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// What of a cell's style reaches the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Style {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// Attributes by their number; nothing blinks here.
const ATTRIBUTES: [(Modifier, u8); 7] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

const KNOWN: Modifier = Modifier::BOLD
    .union(Modifier::DIM)
    .union(Modifier::ITALIC)
    .union(Modifier::UNDERLINED)
    .union(Modifier::REVERSED)
    .union(Modifier::HIDDEN)
    .union(Modifier::CROSSED_OUT);
const SHOWN_ON_BLANK: Modifier =
    Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);

/// Remembers the terminal's style.
#[derive(Debug)]
pub(super) struct Pen {
    style: Style,
    colour: bool,
}

impl Pen {
    /// Makes a pen in the terminal's own style.
    pub(super) fn new(colour: bool) -> Self {
        Self { style: Style::default(), colour }
    }

    /// Returns to the terminal's own style, after the terminal did.
    pub(super) fn reset(&mut self) {
        self.style = Style::default();
    }

    /// Returns the present style.
    pub(super) fn style(&self) -> Style {
        self.style
    }

    /// Returns the style in which a cell is written after others in the style `before`: a blank
    /// looks the same in many styles, and then none is changed for it.
    pub(super) fn style_of(&self, cell: &Cell, before: Style) -> Style {
        let (fg, bg) = if self.colour { (cell.fg, cell.bg) } else { (Color::Reset, Color::Reset) };
        let own = Style { fg, bg, modifier: cell.modifier & KNOWN };
        let on_blank = |s: &Style| (s.bg, s.modifier & SHOWN_ON_BLANK);
        let invisible = (own.modifier & SHOWN_ON_BLANK).is_empty();
        if cell.symbol() == " " && invisible && on_blank(&own) == on_blank(&before) {
            return before;
        }
        own
    }

    /// Changes to the style of a cell.
    pub(super) fn take(&mut self, cell: &Cell, bytes: &mut Vec<u8>) {
        let to = self.style_of(cell, self.style);
        let from = std::mem::replace(&mut self.style, to);
        if from == to {
            return;
        }
        if to == Style::default() {
            bytes.extend_from_slice(b"\x1b[m");
            return;
        }
        let mut codes: Vec<String> = Vec::new();
        // What is there and no longer wanted can only be taken back all at once.
        let from = if (from.modifier - to.modifier).is_empty() {
            from
        } else {
            codes.push(String::new());
            Style::default()
        };
        for (m, n) in ATTRIBUTES {
            if (to.modifier - from.modifier).contains(m) {
                codes.push(n.to_string());
            }
        }
        if from.fg != to.fg {
            codes.push(colour_code(to.fg, 30));
        }
        if from.bg != to.bg {
            codes.push(colour_code(to.bg, 40));
        }
        bytes.extend_from_slice(format!("\x1b[{}m", codes.join(";")).as_bytes());
    }
}

fn colour_code(colour: Color, base: u8) -> String {
    let named = |n: u8| (base + n).to_string();
    let bright = |n: u8| (base + 60 + n).to_string();
    match colour {
        Color::Reset => named(9),
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}
