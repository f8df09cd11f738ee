//! Too small for a screen: one line with the nearest deadline.

use super::frame::{BOLD, PLAIN, left};
use super::pen::Pen;
use crate::app::{App, Item, board};
use crate::domain::event::Mode;
use crate::words::console::Word as W;
use crate::words::say;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App) {
    let lang = app.lang();
    let y = pen.rows / 2;
    if app.banner().is_some() {
        pen.put(0, y, &format!("!! {}", W::NotRecorded.text(lang)), pen.cols, BOLD);
        pen.cursor(0, y);
        return;
    }
    let first = || board::order(app).first().and_then(|i| app.items().get(*i));
    let line = app.current().or_else(first).map(|item| line(app, item));
    let text = line.unwrap_or_else(|| W::NoIncidents.text(lang).to_owned());
    pen.put(0, y, &text, pen.cols, PLAIN);
    pen.cursor(0, y);
}

/// What is left, what is to be done, and by when.
fn line(app: &App, item: &Item) -> String {
    let lang = app.lang();
    let exercise = if item.incident.mode == Mode::Exercise { W::Exercise.text(lang) } else { "" };
    let Some((duty, due)) = board::nearest(item).and_then(|d| Some((d, d.due?))) else {
        return format!("{exercise} {} {}", W::NoClock.text(lang), item.incident.title)
            .trim()
            .to_owned();
    };
    let at = say::moment(due, app.now(), app.zone(), lang);
    let mark = app.urgency(duty).mark();
    let to = say::recipients(&item.incident.case, duty, lang);
    let line = format!("{exercise} {mark} {} {at} {to}", left(app, due));
    line.trim().to_owned()
}
