//! The board: all incidents, soonest clock first.

use super::frame::{BOLD, CHOSEN, PLAIN, colour, frame, left};
use super::lines;
use super::pen::{Pen, cells, wrap};
use super::{COMPACT, entry};
use crate::app::{App, Item, board};
use crate::domain::event::Mode;
use crate::domain::tri::Tri;
use crate::words::console::Word as W;
use crate::words::say::{self, Urgency};

/// From how many columns on the level stands beside the title.
const BESIDE: u16 = 72;

struct Line {
    urgency: Urgency,
    mark: &'static str,
    title: String,
    level: String,
    due: String,
    left: String,
    under: String,
}

pub(super) fn draw(pen: &mut Pen<'_>, app: &App) {
    let lang = app.lang();
    let all = app.items().len();
    let open = app.items().iter().filter(|i| i.incident.closed.is_none()).count();
    let counts = W::BoardCounts.with(lang, &[&all.to_string(), &open.to_string()]);
    let body = frame(pen, app, &format!("jishi  {}  {counts}", W::Board.text(lang)));
    let mut y = body.top;
    for (id, message) in app.problems().iter().take(usize::from(body.height() / 4)) {
        let text = W::Damaged.with(lang, &[id, message]);
        pen.put(0, y, "!!", 2, colour(Urgency::Overdue));
        for line in wrap(&text, pen.cols - 4).iter().take(2) {
            pen.put(4, y, line, pen.cols, PLAIN);
            y += 1;
        }
    }
    if app.items().is_empty() {
        for (i, word) in [W::NoIncidents, W::NoIncidentsHow, W::NoIncidentsEarly].iter().enumerate()
        {
            let style = if i == 0 { BOLD } else { PLAIN };
            let dy = u16::try_from(i).unwrap_or(0);
            pen.put(4, y + 1 + dy, word.text(lang), pen.cols, style);
        }
        pen.cursor(0, y + 1);
        return;
    }
    let order = board::order(app);
    let rows: Vec<Line> = order.iter().map(|i| line(app, &app.items()[*i])).collect();
    let widest = |f: fn(&Line) -> &str| rows.iter().map(|r| cells(f(r))).max().unwrap_or(0);
    let compact = pen.cols < COMPACT;
    let due_w = widest(|r| &r.due).max(cells(W::ColDue.text(lang)));
    let left_w = widest(|r| &r.left).max(cells(W::ColLeft.text(lang)));
    // Where a level would leave no room for the title, it stands on the line below.
    let beside = !compact && pen.cols >= BESIDE;
    let level_w = if beside { widest(|r| &r.level).clamp(4, (pen.cols / 3).max(30)) } else { 0 };
    let used = 4 + left_w + 2 + due_w + 2 + if beside { level_w + 2 } else { 0 };
    let title_w = pen.cols.saturating_sub(used).min(60);
    let (title_x, level_x) = (4 + left_w + 2 + due_w + 2, 4 + left_w + 2 + due_w + 2 + title_w + 2);
    let due_x = 4 + left_w + 2;
    pen.put(4, y, W::ColLeft.text(lang), left_w, PLAIN);
    pen.put(due_x, y, W::ColDue.text(lang), due_w, PLAIN);
    pen.put(title_x, y, W::ColIncident.text(lang), title_w, PLAIN);
    if beside {
        pen.put(level_x, y, W::ColLevel.text(lang), level_w, PLAIN);
    }
    y += 1;
    let chosen = app.chosen().map(|i| i.incident.id.clone()).unwrap_or_default();
    let at = order.iter().position(|i| app.items()[*i].incident.id == chosen).unwrap_or(0);
    let per = if compact { 1 } else { 2 };
    // The chosen record's head stands at the foot, to be read out or written down.
    let foot = u16::from(!compact && body.height() > 6);
    let end = body.end.saturating_sub(foot);
    let fit = usize::from(end.saturating_sub(y)) / per;
    let first = super::incident::window(at, rows.len(), fit.max(1));
    for (i, row) in rows.iter().enumerate().skip(first).take(fit.max(1)) {
        pen.put(0, y, row.mark, 2, colour(row.urgency));
        if i == at {
            pen.put(2, y, ">", 1, PLAIN);
            pen.cursor(2, y);
        }
        pen.put(4, y, &row.left, left_w, PLAIN);
        pen.put(due_x, y, &row.due, due_w, PLAIN);
        pen.put(title_x, y, &row.title, title_w, if i == at { CHOSEN } else { BOLD });
        if !compact && !beside {
            let both = format!("{}  {}", row.level, row.under);
            pen.put(4, y + 1, &both, pen.cols - 4, PLAIN);
        }
        if beside {
            // Bounds that do not fit beside each other stand below each other.
            let (low, high) = match row.level.split_once(" .. ") {
                Some((low, high)) if cells(&row.level) > level_w => (low, format!(".. {high}")),
                _ => (row.level.as_str(), String::new()),
            };
            pen.put(level_x, y, low, level_w, PLAIN);
            pen.put(level_x, y + 1, &high, level_w, PLAIN);
            let room = if high.is_empty() { pen.cols } else { level_x - 2 };
            pen.put(due_x, y + 1, &row.under, room - due_x, PLAIN);
        }
        y += u16::try_from(per).unwrap_or(1);
    }
    if let Some(item) = app.chosen().filter(|_| foot > 0) {
        pen.put(0, end, W::RecordLabel.text(lang), 8, PLAIN);
        pen.put(8, end, &lines::record(app, item), pen.cols.saturating_sub(8), PLAIN);
    }
    let hidden = rows.len().saturating_sub(first + fit.max(1));
    if hidden + first > 0 {
        super::incident::more(pen, end.saturating_sub(1), first, hidden);
    }
}

fn line(app: &App, item: &Item) -> Line {
    let lang = app.lang();
    let case = &item.incident.case;
    let levels: Vec<String> = item
        .assessment
        .packs
        .iter()
        .filter_map(|v| say::pack_of(case, &v.pack).map(|p| say::bounds(p, v, lang)))
        .collect();
    let nearest = board::nearest(item).and_then(|d| Some((d, d.due?)));
    let urgency = match (&item.incident.closed, nearest) {
        (Some(_), _) | (None, None) => Urgency::Done,
        (None, Some((d, _))) => app.urgency(d),
    };
    let mut title = item.incident.title.clone();
    if item.incident.mode == Mode::Exercise {
        title = format!("{} {title}", W::Exercise.text(lang));
    }
    let under = match &item.incident.closed {
        Some((at, _)) => W::ClosedAt.with(lang, &[&say::moment(*at, app.now(), app.zone(), lang)]),
        None => under(app, item),
    };
    Line {
        urgency,
        mark: if nearest.is_none() && item.incident.closed.is_none() {
            "-"
        } else {
            urgency.mark()
        },
        title,
        level: levels.join(" | "),
        due: nearest
            .map(|(_, due)| say::moment(due, app.now(), app.zone(), lang))
            .unwrap_or_default(),
        left: nearest.map_or_else(
            || {
                let word = if item.incident.closed.is_some() { W::Closed } else { W::NoClock };
                word.text(lang).to_owned()
            },
            |(_, due)| left(app, due),
        ),
        under,
    }
}

/// What the soonest clocks ask for; while nothing is certain, what to find out first.
fn under(app: &App, item: &Item) -> String {
    let lang = app.lang();
    let case = &item.incident.case;
    let against: Vec<String> = app
        .caveats(item)
        .iter()
        .map(|c| {
            let mark = if c.kind.is_grave() { "!!" } else { "!" };
            format!("{mark} {}", c.kind.short(item.incident.unread(), lang))
        })
        .collect();
    if !against.is_empty() {
        return against.join(" | ");
    }
    if let Some(h) = app.open_handover(item) {
        return W::HandOverWaits.with(lang, &[&h.to]);
    }
    let sure: Vec<String> = board::running(item)
        .filter(|d| d.applies == Tri::Yes)
        .take(3)
        .map(|d| say::duty_title(case, d, lang).to_owned())
        .collect();
    if !sure.is_empty() {
        return sure.join(lang.pick("、", ", "));
    }
    let asks = item.assessment.questions.iter().take(2);
    let asks: Vec<String> = asks.map(|q| entry::name(app, case, &q.fact)).collect();
    if asks.is_empty() {
        return lines::next_step(app, item);
    }
    W::FindOut.with(lang, &[&asks.join(" | ")])
}
