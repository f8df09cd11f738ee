//! Paints frames with few bytes: what changed, in one write, and nothing at all where nothing did.
//!
//! The pen (style and place) is remembered across frames, so that a ticking digit costs a short move
//! and one byte. The terminal is never asked anything.

use std::io::{self, Write};

use ratatui::buffer::{Buffer, Cell, CellWidth as _};
use ratatui::layout::{Position, Rect};

use super::pen::Pen;

/// Up to this many unchanged cells are written again where that is shorter than a move.
const GAP_MOST: u16 = 4;
/// Up to this many runs are sorted by style; beyond it the moves would cost more than the styles.
const SORTED_MOST: usize = 48;

const CLEAR: &[u8] = b"\x1b[m\x1b[2J";
const HIDE_CURSOR: &[u8] = b"\x1b[?25l";
const SHOW_CURSOR: &[u8] = b"\x1b[?25h";

/// A screen that remembers what it shows.
#[derive(Debug)]
pub struct Screen<W> {
    out: W,
    shown: Buffer,
    next: Buffer,
    pen: Pen,
    /// Where the terminal's cursor stands, as far as that is certain.
    at: Option<Position>,
    cursor: Option<Position>,
    whole: bool,
    bytes: Vec<u8>,
}

/// Cells that are written one after the other, in one style.
struct Run {
    x: u16,
    y: u16,
    /// The cell after the last one.
    end: u16,
}

impl<W: Write> Screen<W> {
    /// Makes a screen of this size; the first frame paints all of it. Without `colour` only bold,
    /// reverse and their like are used.
    pub fn new(out: W, cols: u16, rows: u16, colour: bool) -> Self {
        let area = Rect::new(0, 0, cols, rows);
        Self {
            out,
            shown: Buffer::empty(area),
            next: Buffer::empty(area),
            pen: Pen::new(colour),
            at: None,
            cursor: None,
            whole: true,
            bytes: Vec::with_capacity(8192),
        }
    }

    /// Takes another size; the next frame paints all of it.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        let area = Rect::new(0, 0, cols, rows);
        self.shown = Buffer::empty(area);
        self.next = Buffer::empty(area);
        self.whole = true;
    }

    /// Paints every cell again with the next frame.
    pub fn repaint(&mut self) {
        self.whole = true;
    }

    /// Returns the size.
    pub fn area(&self) -> Rect {
        self.next.area
    }

    /// Returns an empty buffer for the next frame.
    pub fn frame(&mut self) -> &mut Buffer {
        self.next.reset();
        &mut self.next
    }

    /// Shows the frame, with the cursor there or hidden; returns how many bytes were written.
    ///
    /// # Errors
    /// The terminal could not be written to; the next frame then paints everything.
    pub fn show(&mut self, cursor: Option<Position>) -> io::Result<usize> {
        let cursor = cursor.filter(|c| self.next.area.contains(*c));
        self.bytes.clear();
        if self.whole {
            self.begin_whole();
        }
        let mut runs = self.runs();
        if runs.len() <= SORTED_MOST {
            self.sort_by_style(&mut runs);
        }
        for run in &runs {
            self.paint(run);
        }
        self.place(cursor);
        std::mem::swap(&mut self.shown, &mut self.next);
        if self.bytes.is_empty() {
            return Ok(0);
        }
        let wrote = self.out.write_all(&self.bytes).and_then(|()| self.out.flush());
        // After a failed write nobody knows what the terminal shows.
        self.whole = wrote.is_err();
        wrote.map(|()| self.bytes.len())
    }

    fn begin_whole(&mut self) {
        self.bytes.extend_from_slice(HIDE_CURSOR);
        self.bytes.extend_from_slice(CLEAR);
        self.pen.reset();
        self.at = None;
        self.cursor = None;
        self.shown.reset();
    }

    fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (x, y, cell) in self.shown.diff_iter(&self.next) {
            let end = x + cell.cell_width().max(1);
            if let Some(last) = runs.last_mut()
                && last.y == y
                && self.joins(last, x, cell)
            {
                last.end = end;
            } else {
                runs.push(Run { x, y, end });
            }
        }
        runs
    }

    fn style_of(&self, run: &Run) -> super::pen::Style {
        self.pen.style_of(&self.next[(run.x, run.y)], self.pen.style())
    }

    /// Says whether the cells from the end of a run up to `x` can be written along.
    fn joins(&self, run: &Run, x: u16, cell: &Cell) -> bool {
        let wanted = self.style_of(run);
        let fits = |c: &Cell| self.pen.style_of(c, wanted) == wanted;
        let plain = |c: &Cell| c.symbol().len() == 1 && fits(c);
        fits(cell)
            && x >= run.end
            && x - run.end <= GAP_MOST
            && (run.end..x).all(|i| plain(&self.next[(i, run.y)]))
    }

    /// What can be painted with the pen as it is goes first; then one style after the other.
    fn sort_by_style(&self, runs: &mut [Run]) {
        let mut styles = vec![self.pen.style()];
        for run in runs.iter() {
            let style = self.style_of(run);
            if !styles.contains(&style) {
                styles.push(style);
            }
        }
        runs.sort_by_key(|run| {
            let style = self.style_of(run);
            styles.iter().position(|s| *s == style)
        });
    }

    fn paint(&mut self, run: &Run) {
        move_to(&mut self.bytes, self.at, Position::new(run.x, run.y));
        let mut certain = true;
        let mut x = run.x;
        while x < run.end {
            let cell = &self.next[(x, run.y)];
            self.pen.take(cell, &mut self.bytes);
            self.bytes.extend_from_slice(cell.symbol().as_bytes());
            certain &= cell.symbol().is_ascii();
            x += cell.cell_width().max(1);
        }
        // Terminals disagree on widths beyond ASCII, and on the cursor after the last column.
        let certain = certain && run.end < self.next.area.width;
        self.at = certain.then_some(Position::new(run.end, run.y));
    }

    fn place(&mut self, cursor: Option<Position>) {
        if let Some(to) = cursor
            && self.at != Some(to)
        {
            move_to(&mut self.bytes, self.at, to);
            self.at = Some(to);
        }
        if cursor.is_some() != self.cursor.is_some() {
            let show = if cursor.is_some() { SHOW_CURSOR } else { HIDE_CURSOR };
            self.bytes.extend_from_slice(show);
        }
        self.cursor = cursor;
    }
}

/// Moves the cursor the shortest way.
fn move_to(bytes: &mut Vec<u8>, from: Option<Position>, to: Position) {
    if from == Some(to) {
        return;
    }
    let mut text = match (to.x, to.y) {
        (0, 0) => "\x1b[H".to_owned(),
        (0, y) => format!("\x1b[{}H", y + 1),
        (x, y) => format!("\x1b[{};{}H", y + 1, x + 1),
    };
    if let Some(from) = from {
        let rows = match to.y.cmp(&from.y) {
            std::cmp::Ordering::Equal => String::new(),
            std::cmp::Ordering::Greater => step(to.y - from.y, 'B'),
            std::cmp::Ordering::Less => step(from.y - to.y, 'A'),
        };
        let cols = match to.x.cmp(&from.x) {
            std::cmp::Ordering::Equal => String::new(),
            std::cmp::Ordering::Greater => step(to.x - from.x, 'C'),
            std::cmp::Ordering::Less if to.x == 0 => "\r".to_owned(),
            std::cmp::Ordering::Less if from.x - to.x <= 3 => {
                "\x08".repeat(usize::from(from.x - to.x))
            }
            std::cmp::Ordering::Less => step(from.x - to.x, 'D'),
        };
        if rows.len() + cols.len() < text.len() {
            text = cols + &rows;
        }
    }
    bytes.extend_from_slice(text.as_bytes());
}

fn step(n: u16, way: char) -> String {
    if n == 1 { format!("\x1b[{way}") } else { format!("\x1b[{n}{way}") }
}

#[cfg(test)]
mod tests;
