//! A form: fields below one another, the hint of the field under the cursor, and why it was refused.

use super::entry;
use super::frame::{BOLD, CHOSEN, PLAIN, frame};
use super::pen::{Pen, cells, fit_term, wrap};
use crate::app::App;
use crate::app::form::{Field, Form, FormKind, Input, Name};
use crate::words::console::Word as W;
use ratatui::style::Style;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App, form: &Form) {
    let lang = app.lang();
    let body = frame(pen, app, form.kind.title().text(lang));
    let mut y = body.top;
    if let FormKind::Correct(n) = form.kind
        && let Some(item) = app.current()
        && let Some(e) = item.incident.entries.iter().find(|e| e.n == n)
    {
        let line = format!("#{n} {}: {}", e.by.shown(), entry::summary(app, item, e));
        for line in wrap(&line, pen.cols).into_iter().take(3) {
            pen.put(0, y, &line, pen.cols, PLAIN);
            y += 1;
        }
        y += 1;
    }
    let labels = form.fields.iter().map(|f| cells(f.name.label().text(lang)));
    let label_w = labels.max().unwrap_or(0).min(pen.cols / 3) + 2;
    let refused = refused_lines(app, form, pen.cols);
    let refused_h = u16::try_from(refused.len()).unwrap_or(0).min(body.height() / 2);
    let end = body.end - refused_h;
    // The field under the cursor, its hint and the field before it are always in sight.
    let rows = usize::from(end.saturating_sub(y));
    let fit = rows.saturating_sub(2).max(1);
    let first = super::incident::window(form.focus, form.fields.len(), fit);
    let loose = form.fields.len() < 4 && body.height() > 16;
    let mut hidden = form.fields.len();
    for (i, field) in form.fields.iter().enumerate().skip(first) {
        if y >= end {
            break;
        }
        hidden = form.fields.len() - i - 1;
        let here = i == form.focus;
        pen.put(0, y, if here { ">" } else { " " }, 1, PLAIN);
        let label = field.name.label().text(lang);
        pen.put(2, y, label, label_w, if here { BOLD } else { PLAIN });
        y = input(pen, app, form, field, here, 2 + label_w, y, end) + u16::from(loose && !here);
    }
    if first + hidden > 0 {
        super::incident::more(pen, 1, first, hidden);
    }
    y += 1;
    if let Some(how) = app.channel_how(form).filter(|_| form.kind == FormKind::Sent) {
        for line in wrap(how, pen.cols.saturating_sub(2)).into_iter().take(2) {
            if y < end {
                pen.put(2, y, &line, pen.cols, PLAIN);
                y += 1;
            }
        }
    }
    // Close below the fields where there is room, so that the eye need not travel.
    let top = y.min(end);
    for (y, line) in (top..body.end).zip(&refused) {
        pen.put(0, y, line, pen.cols, BOLD);
    }
}

/// Why a form was not recorded, and the mend.
fn refused_lines(app: &App, form: &Form, cols: u16) -> Vec<String> {
    let Some(message) = form.refused.as_ref().map(|s| app.in_words(s)) else { return Vec::new() };
    let mut out = Vec::new();
    let hints = message.hints.iter().map(|h| (h, "   "));
    for (text, lead) in std::iter::once((&message.text, "!! ")).chain(hints) {
        let lines = wrap(text, cols.saturating_sub(3));
        out.extend(lines.into_iter().map(|line| format!("{lead}{line}")));
    }
    out
}

#[allow(clippy::too_many_arguments, reason = "one call site; a struct would only rename them")]
fn input(
    pen: &mut Pen<'_>,
    app: &App,
    form: &Form,
    field: &Field,
    here: bool,
    x: u16,
    top: u16,
    end: u16,
) -> u16 {
    let lang = app.lang();
    let width = pen.cols.saturating_sub(x);
    let hint = field.name.hint().text(lang);
    let mut y = top;
    match &field.input {
        Input::Text(line) if line.keeps_breaks() && !line.text().is_empty() => {
            // The lines around the cursor stay in sight.
            let all = cut(&line.text(), width);
            let before = cut(&line.before(), width);
            let row = before.len().saturating_sub(1);
            let room = usize::from(end.saturating_sub(y).saturating_sub(3)).clamp(1, 12);
            let first = super::incident::window(row, all.len(), room);
            for (i, text) in all.iter().enumerate().skip(first).take(room) {
                pen.put(x, y, text, width, PLAIN);
                if here && i == row {
                    let at = before.last().map_or(0, |l| cells(l));
                    pen.cursor(x + at.min(width.saturating_sub(1)), y);
                }
                y += 1;
            }
            if here && y < end {
                pen.put(x, y, hint, width, PLAIN);
            } else {
                y -= 1;
            }
        }
        Input::Text(line) => {
            let text = line.text();
            if text.is_empty() {
                pen.put(x, y, &format!("____  {hint}"), width, PLAIN);
            } else {
                // The part around the cursor stays in sight.
                let before = cells(&line.before());
                let shown = tail(&text, before, width);
                pen.put(x, y, &shown, width, PLAIN);
                if here && y + 1 < end {
                    y += 1;
                    let read = app.read_from_watch(field.name, &text);
                    pen.put(x, y, read.as_deref().unwrap_or(hint), width, PLAIN);
                }
            }
            if here {
                let before = cells(&line.before());
                pen.cursor(x + before.min(width.saturating_sub(1)), top);
            }
        }
        Input::Choice { options, at } => {
            let id = options.get(*at).map_or("", String::as_str);
            let (label, note) = app.option_label(form, field.name, id);
            let style = if here { CHOSEN } else { PLAIN };
            option(pen, x, y, &label, &note, style);
            if here {
                pen.cursor(x, y);
                let at = at + 1;
                let count = W::OneOf.with(lang, &[&at.to_string(), &options.len().to_string()]);
                y += 1;
                if y < end {
                    pen.put(x, y, &format!("{count}  {hint}"), width, PLAIN);
                }
                if field.name == Name::Channel || field.name == Name::Duty || field.name == Name::To
                {
                    y = others(pen, app, form, field.name, options, at, x, y, end);
                }
            }
        }
        Input::Many { options, at } => {
            for (i, (id, on)) in options.iter().enumerate() {
                if y >= end {
                    break;
                }
                let (label, _) = app.option_label(form, field.name, id);
                let boxed = if *on { "[x]" } else { "[ ]" };
                let style = if here && i == *at { CHOSEN } else { PLAIN };
                pen.put(x, y, &format!("{boxed} {label}"), width, style);
                if here && i == *at {
                    pen.cursor(x, y);
                }
                y += 1;
            }
            if y < end {
                pen.put(x, y, hint, width, PLAIN);
            }
        }
    }
    y + 1
}

/// One option with what stands beside it: what comes first there, a limit or a number, is not cut for
/// a title.
fn option(pen: &mut Pen<'_>, x: u16, y: u16, label: &str, note: &str, style: Style) {
    let width = pen.cols.saturating_sub(x);
    let first = note.split("  ").next().unwrap_or_default();
    let needs = |note: &str| if note.is_empty() { 0 } else { cells(note) + 2 };
    let beside = if needs(note) <= width / 2 { note } else { first };
    let room = width.saturating_sub(needs(beside).min(width / 2));
    let behind = pen.put(x, y, &fit_term(label, room), room, style) + 2;
    // A few cells of the rest say nothing.
    let left = pen.cols.saturating_sub(behind);
    let shown = if cells(note) <= left || left > cells(first) + 10 { note } else { first };
    pen.put(behind, y, shown, left, PLAIN);
}

/// The options behind the chosen one, so that nobody has to turn blindly.
#[allow(clippy::too_many_arguments, reason = "one call site; a struct would only rename them")]
fn others(
    pen: &mut Pen<'_>,
    app: &App,
    form: &Form,
    name: Name,
    options: &[String],
    from: usize,
    x: u16,
    y: u16,
    end: u16,
) -> u16 {
    let mut y = y;
    let rest = form.fields.len() as u16;
    let room = usize::from(end.saturating_sub(y).saturating_sub(rest + 1)).min(4);
    let next = options.iter().cycle().skip(from).take(options.len().saturating_sub(1));
    for id in next.take(room) {
        y += 1;
        let (label, note) = app.option_label(form, name, id);
        option(pen, x + 2, y, &label, &note, PLAIN);
    }
    y
}

/// Cuts a text into rows of so many cells, and at its line breaks; a break at the end begins a row.
fn cut(text: &str, width: u16) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut used = 0;
    for c in text.chars() {
        let w = cells(c.encode_utf8(&mut [0; 4]));
        if c == '\n' || used + w > width.max(2) {
            out.push(String::new());
            used = 0;
        }
        if c != '\n'
            && let Some(last) = out.last_mut()
        {
            last.push(c);
            used += w;
        }
    }
    out
}

/// The end of a text that is too long for its field, so that the cursor stays in sight.
pub(super) fn tail(text: &str, before: u16, width: u16) -> String {
    if cells(text) < width || before < width {
        return text.to_owned();
    }
    let mut out = text;
    while cells(out) >= width {
        let mut chars = out.chars();
        chars.next();
        out = chars.as_str();
    }
    out.to_owned()
}
