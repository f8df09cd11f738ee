//! All actions of the screen below, by name.

use super::frame::{CHOSEN, PLAIN, frame};
use super::pen::{Pen, cells};
use crate::app::App;
use crate::app::edit::Line;
use crate::words::console::Word as W;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App, filter: &Line, at: usize) {
    let lang = app.lang();
    let body = frame(pen, app, W::Palette.text(lang));
    let x = pen.put(0, body.top, "/ ", 2, PLAIN);
    pen.put(x, body.top, &filter.text(), pen.cols, PLAIN);
    pen.cursor(x + cells(&filter.before()), body.top);
    let all = app.matching();
    let at = at.min(all.len().saturating_sub(1));
    let keys = |b: &crate::app::keymap::Bound| {
        b.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let key_w = all.iter().map(|b| cells(&keys(b))).max().unwrap_or(0);
    let label_w = all.iter().map(|b| cells(b.label.text(lang))).max().unwrap_or(0);
    let fit = usize::from(body.height().saturating_sub(1));
    let first = super::incident::window(at, all.len(), fit);
    for (y, (i, b)) in (body.top + 1..).zip(all.iter().enumerate().skip(first).take(fit)) {
        pen.put(0, y, if i == at { ">" } else { " " }, 1, PLAIN);
        pen.put(2, y, &keys(b), key_w, PLAIN);
        let style = if i == at { CHOSEN } else { PLAIN };
        pen.put(2 + key_w + 2, y, b.label.text(lang), label_w, style);
        pen.put(2 + key_w + 2 + label_w + 2, y, b.action.name(), pen.cols, PLAIN);
    }
    if all.is_empty() {
        pen.put(2, body.top + 1, W::NoMatch.text(lang), pen.cols, PLAIN);
    }
    let below = all.len().saturating_sub(first + fit);
    if first + below > 0 {
        super::incident::more(pen, body.end.saturating_sub(1), first, below);
    }
}
