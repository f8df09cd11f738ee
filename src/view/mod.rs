//! How the console looks. The only room that knows ratatui.
//!
//! Every screen is drawn into a plain buffer from what [`App`] tells; nothing here can change it.
//! The host compares the buffer with the last one and sends what differs.

mod board;
mod chain;
mod entry;
mod facts;
mod form;
mod frame;
mod incident;
mod lines;
mod palette;
mod pen;
mod read;
mod record;
mod tiny;
mod triage;
mod why;

use ratatui::buffer::Buffer;

use crate::app::App;
use crate::app::screen::Screen;
use pen::Pen;

/// Columns from which clocks, chain and record stand side by side.
const WIDE: u16 = 160;
/// Columns below which rows are compact.
const COMPACT: u16 = 60;

/// Draws the screen on top into a whole buffer, and says where the hardware cursor is to sit.
pub fn draw(app: &App, buf: &mut Buffer) -> Option<(u16, u16)> {
    let (x, y) = (buf.area.x, buf.area.y);
    let mut pen = Pen::new(buf);
    if pen.cols == 0 || pen.rows == 0 {
        return None;
    }
    if pen.cols < 40 || pen.rows < 10 {
        tiny::draw(&mut pen, app);
    } else {
        match app.screen() {
            Screen::Board => board::draw(&mut pen, app),
            Screen::Incident { row, all } => incident::draw(&mut pen, app, row, *all),
            Screen::Triage(t) => triage::draw(&mut pen, app, t),
            Screen::Facts { fact } => facts::draw(&mut pen, app, fact),
            Screen::Form(form) => form::draw(&mut pen, app, form),
            Screen::Record { entry, open } => record::draw(&mut pen, app, *entry, *open),
            Screen::Why { about, scroll } => why::draw(&mut pen, app, about, *scroll),
            Screen::Law { scroll } => read::law(&mut pen, app, *scroll),
            Screen::Help { of, scroll } => read::help(&mut pen, app, *of, *scroll),
            Screen::HandOver { scroll } => read::handover(&mut pen, app, *scroll),
            Screen::Palette { filter, at, .. } => palette::draw(&mut pen, app, filter, *at),
        }
    }
    pen.cursor.map(|(cx, cy)| (x + cx, y + cy))
}
