//! One incident: level, clocks, the chain of relays, the next step, what is unknown, the record.

use super::frame::{BOLD, Body, CHOSEN, PLAIN, colour, frame};
use super::lines::{self, Cells};
use super::pen::{Pen, cells, fit, fit_term, pack as pack_lines, wrap};
use super::{COMPACT, WIDE, chain, entry};
use crate::app::rows::{self, rows as list};
use crate::app::{App, Item};
use crate::words::console::Word as W;
use crate::words::say;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App, row: &str, all: bool) {
    let Some(item) = app.current() else { return };
    let body = frame(pen, app, "");
    let wide = pen.cols >= WIDE;
    let label_w = label_width(app);
    let cols = pen.cols;
    let y = level_lines(pen, app, item, body.top, label_w);
    let left_cols = if wide { cols * 3 / 5 } else { cols };
    let foot = foot(app, item, left_cols - label_w, pen.rows, wide);
    let foot_h = u16::try_from(foot.len()).unwrap_or(u16::MAX);
    let gap = u16::from(pen.rows >= 16);
    let listed = u16::try_from(list(&item.assessment, all).len()).unwrap_or(u16::MAX);
    let under = y.saturating_add(gap).saturating_add(listed).saturating_add(1);
    let foot_top = body.end.saturating_sub(foot_h).min(under).max(y + 3);
    let clocks = Body { top: y + gap, end: foot_top.saturating_sub(1).min(body.end) };
    draw_rows(pen, app, item, row, all, clocks, left_cols);
    for (y, (label, line, style)) in (foot_top..body.end).zip(&foot) {
        pen.put(0, y, label, label_w, PLAIN);
        pen.put(label_w, y, line, left_cols - label_w, *style);
    }
    if wide {
        side(pen, app, item, Body { top: body.top + 2, end: body.end }, left_cols + 2);
    }
}

/// Cells that the labels at the left take.
fn label_width(app: &App) -> u16 {
    let all = [
        W::Level,
        W::Mind,
        W::Chain,
        W::Next,
        W::UnknownLabel,
        W::RecordLabel,
        W::FormHandOverShort,
    ];
    all.iter().map(|w| cells(w.text(app.lang()))).max().unwrap_or(4) + 2
}

fn level_lines(pen: &mut Pen<'_>, app: &App, item: &Item, top: u16, label_w: u16) -> u16 {
    let lang = app.lang();
    let mut y = caveats(pen, app, item, top, label_w);
    for verdict in &item.assessment.packs {
        let Some(pack) = say::pack_of(&item.incident.case, &verdict.pack) else { continue };
        let parts = lines::level(app, item, verdict, pack);
        let mut packed = pack_lines(&parts, " | ", pen.cols - label_w);
        let most = if pen.rows < 16 { 1 } else { 4 };
        let more = packed.len().saturating_sub(most);
        packed.truncate(most);
        if let Some(last) = packed.last_mut().filter(|_| more > 0) {
            *last = format!("{} +{more}", fit(last, pen.cols.saturating_sub(label_w + 4)));
        }
        for (i, line) in packed.into_iter().enumerate() {
            if i == 0 {
                pen.put(0, y, W::Level.text(lang), label_w, PLAIN);
            }
            pen.put(label_w, y, &line, pen.cols, BOLD);
            y += 1;
        }
    }
    if !item.assessment.warnings.is_empty() {
        let all = lines::advice(app, item);
        if let Some(first) = all.first() {
            pen.put(0, y, W::Mind.text(lang), label_w, PLAIN);
            pen.put(label_w, y, &format!("!! {first}"), pen.cols, PLAIN);
            y += 1;
        }
    }
    for (newer, own) in app.newer_packs(item) {
        pen.put(0, y, W::Mind.text(lang), label_w, PLAIN);
        pen.put(label_w, y, &W::NewerPack.with(lang, &[newer, own]), pen.cols, PLAIN);
        y += 1;
    }
    let taken = item.incident.handover.as_ref().and_then(|h| h.accepted.as_ref());
    if let Some(a) = taken.filter(|_| pen.rows >= 24 && item.incident.closed.is_none()) {
        let at = say::moment(a.at, app.now(), app.zone(), lang);
        pen.put(0, y, W::FormHandOverShort.text(lang), label_w, PLAIN);
        pen.put(label_w, y, &W::TakenOver.with(lang, &[&a.shown(), &at]), pen.cols, PLAIN);
        y += 1;
    }
    if let Some(h) = app.open_handover(item) {
        let at = say::moment(h.at, app.now(), app.zone(), lang);
        pen.put(0, y, W::FormHandOverShort.text(lang), label_w, PLAIN);
        pen.put(label_w, y, &W::HandOverOpen.with(lang, &[&h.by, &h.to, &at]), pen.cols, BOLD);
        y += 1;
    }
    y
}

/// What stands against relying on the record, above what is made from it.
fn caveats(pen: &mut Pen<'_>, app: &App, item: &Item, top: u16, label_w: u16) -> u16 {
    let lang = app.lang();
    let mut y = top;
    let all = app.caveats(item);
    let (most, lines) = if pen.rows < 16 { (1, 1) } else { (2, 2) };
    for (i, caveat) in all.iter().take(most).enumerate() {
        let mark = if caveat.kind.is_grave() { "!!" } else { "!" };
        let message = caveat.message(lang);
        let text = format!("{mark} {}", message.text);
        let mut wrapped = wrap(&text, pen.cols - label_w);
        let more = wrapped.len().saturating_sub(lines);
        wrapped.truncate(lines);
        if let Some(last) = wrapped.last_mut().filter(|_| more > 0) {
            *last = format!("{}..", fit(last, pen.cols.saturating_sub(label_w + 2)));
        }
        // Where nothing can be added, the way out is worth a line.
        let way = message.hints.last().filter(|_| caveat.kind.read_only() && pen.rows >= 20);
        wrapped.extend(way.map(|way| fit(&format!("-> {way}"), pen.cols - label_w)));
        for (j, line) in wrapped.iter().enumerate() {
            if i + j == 0 {
                pen.put(0, y, W::RecordLabel.text(lang), label_w, PLAIN);
            }
            pen.put(label_w, y, line, pen.cols, BOLD);
            y += 1;
        }
    }
    y
}

/// The lines below the clocks: label, text, style.
fn foot(
    app: &App,
    item: &Item,
    width: u16,
    rows: u16,
    wide: bool,
) -> Vec<(&'static str, String, ratatui::style::Style)> {
    let lang = app.lang();
    let mut out = Vec::new();
    if !wide && rows >= 20 {
        let links = chain::chain(app, item, width);
        let most = usize::from(rows / 5).max(2);
        let more = links.len().saturating_sub(most);
        for (i, mut line) in links.into_iter().take(most).enumerate() {
            if more > 0 && i + 1 == most {
                line.push_str(&format!("  +{more}"));
            }
            out.push((if i == 0 { W::Chain.text(lang) } else { "" }, line, PLAIN));
        }
    }
    let next = lines::next_step(app, item);
    for (i, line) in wrap(&next, width).into_iter().take(if rows < 16 { 1 } else { 2 }).enumerate()
    {
        out.push((if i == 0 { W::Next.text(lang) } else { "" }, line, BOLD));
    }
    if let Some(first) = lines::may_go_first(app, item).filter(|_| rows >= 24) {
        out.push(("", first, PLAIN));
    }
    if rows < 14 {
        return out;
    }
    out.push((W::UnknownLabel.text(lang), lines::unknowns(app, item, width), PLAIN));
    out.push((W::RecordLabel.text(lang), lines::record(app, item), PLAIN));
    out
}

/// The first row to show so that the chosen one is in sight.
pub(super) fn window(at: usize, all: usize, fit: usize) -> usize {
    if fit <= 2 {
        return at.min(all.saturating_sub(fit));
    }
    if all <= fit || at < fit.saturating_sub(1) {
        return 0;
    }
    (at + 2).min(all).saturating_sub(fit)
}

/// Says how many rows lie above and below what is shown.
pub(super) fn more(pen: &mut Pen<'_>, y: u16, above: usize, below: usize) {
    let text = match (above, below) {
        (0, n) => format!("  v +{n}"),
        (n, 0) => format!("  ^ +{n}"),
        (a, b) => format!("  ^ +{a}  v +{b}"),
    };
    pen.put_right(pen.cols, y, &text, BOLD);
}

fn draw_rows(
    pen: &mut Pen<'_>,
    app: &App,
    item: &Item,
    row: &str,
    all: bool,
    body: Body,
    cols: u16,
) {
    let listed = list(&item.assessment, all);
    let keys: Vec<String> = listed.iter().map(|r| rows::key(&item.assessment, *r)).collect();
    let at = keys.iter().position(|k| k == row).unwrap_or(0);
    let lines: Vec<Cells> = listed.iter().filter_map(|r| lines::row(app, item, *r)).collect();
    let widest = |f: fn(&Cells) -> &str| lines.iter().map(|r| cells(f(r))).max().unwrap_or(0);
    let left_w = widest(|r| &r.left).max(5);
    let compact = cols < COMPACT;
    let due_w = widest(|r| &r.due).min(if compact { 12 } else { (cols / 5).max(16) });
    let title_x = 3 + left_w + 2;
    let title_w = if compact {
        cols.saturating_sub(title_x + 2 + due_w)
    } else {
        widest(|r| &r.title).min(if cols < 100 { 28 } else { cols * 2 / 5 })
    };
    let due_x = title_x + title_w + 2;
    let detail_x = due_x + due_w + 2;
    let fit = usize::from(body.height());
    let first = window(at, lines.len(), fit);
    for (y, (i, line)) in (body.top..).zip(lines.iter().enumerate().skip(first).take(fit)) {
        pen.put(0, y, line.mark, 2, colour(line.urgency));
        if i == at {
            pen.put(2, y, ">", 1, PLAIN);
            pen.cursor(2, y);
        }
        pen.put(3, y, &line.left, left_w, PLAIN);
        let style = if i == at { CHOSEN } else { PLAIN };
        let room = if line.due.is_empty() && line.detail.is_empty() {
            cols.saturating_sub(title_x)
        } else {
            title_w
        };
        pen.put(title_x, y, &fit_term(&line.title, room), room, style);
        pen.put(due_x, y, &line.due, due_w, PLAIN);
        if !compact && detail_x + 10 <= cols {
            pen.put(detail_x, y, &line.detail, cols.saturating_sub(detail_x), PLAIN);
        }
    }
    let below = lines.len().saturating_sub(first + fit);
    if first + below > 0 {
        more_at(pen, body.end, cols, first, below);
    }
}

fn more_at(pen: &mut Pen<'_>, y: u16, cols: u16, above: usize, below: usize) {
    let text = match (above, below) {
        (0, n) => format!("v +{n}"),
        (n, 0) => format!("^ +{n}"),
        (a, b) => format!("^ +{a}  v +{b}"),
    };
    pen.put_right(cols, y, &text, BOLD);
}

/// Beside the clocks of a wide screen: the chain, advice, and the latest entries.
fn side(pen: &mut Pen<'_>, app: &App, item: &Item, body: Body, x: u16) {
    let lang = app.lang();
    let width = pen.cols.saturating_sub(x);
    let mut y = body.top;
    pen.put(x, y, W::Chain.text(lang), width, BOLD);
    y += 1;
    for line in chain::chain(app, item, width) {
        pen.put(x, y, &line, width, PLAIN);
        y += 1;
    }
    y += 1;
    let advice = lines::advice(app, item);
    if !advice.is_empty() {
        pen.put(x, y, W::Mind.text(lang), width, BOLD);
        y += 1;
        for text in advice.iter().take(4) {
            for line in wrap(text, width) {
                pen.put(x, y, &line, width, PLAIN);
                y += 1;
            }
        }
        y += 1;
    }
    pen.put(
        x,
        y,
        &lines::record(app, item).split("  ").take(2).collect::<Vec<_>>().join("  "),
        width,
        BOLD,
    );
    y += 1;
    let room = usize::from(body.end.saturating_sub(y));
    let entries = &item.incident.entries;
    let first = entries.len().saturating_sub(room);
    for (y, e) in (y..body.end).zip(&entries[first..]) {
        let at = say::moment(e.at, app.now(), app.zone(), lang);
        let line = format!("#{} {at} {}: {}", e.n, e.by.shown(), entry::summary(app, item, e));
        pen.put(x, y, &line, width, PLAIN);
    }
}
