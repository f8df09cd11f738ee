//! What all screens share: the header, the line of notices, the keys, the banner.

use ratatui::style::{Color, Modifier, Style};

use super::form::tail;
use super::pen::{Pen, cells, fit, wrap};
use crate::app::form::FormKind;
use crate::app::key::{Code, Key};
use crate::app::keymap::{Action, Context};
use crate::app::screen::Screen;
use crate::app::{App, Item, board};
use crate::domain::event::{ClockEvent, Mode, Sync};
use crate::domain::footing::{Footing, Unfirm};
use crate::domain::time::Time;
use crate::words::console::Word as W;
use crate::words::say::{self, Urgency};

/// Bold, for what the eye should find first.
pub(super) const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
/// Reverse, for what the cursor is on.
pub(super) const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);
/// No style.
pub(super) const PLAIN: Style = Style::new();

/// The colour that repeats what an urgency's mark says.
pub(super) fn colour(urgency: Urgency) -> Style {
    match urgency {
        Urgency::Overdue => Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        Urgency::Soon | Urgency::Late => Style::new().fg(Color::Red),
        Urgency::Running => Style::new().fg(Color::Yellow),
        Urgency::Undecided => Style::new().fg(Color::Cyan),
        Urgency::Done => Style::new().fg(Color::Green),
        Urgency::Waiting | Urgency::Open | Urgency::Excluded => PLAIN,
    }
}

/// Cells of the header that are left for a title, so that it can be told which screen it is.
const TITLE_LEAST: u16 = 8;

/// The body of a screen: the rows between the rules.
#[derive(Clone, Copy)]
pub(super) struct Body {
    /// First row.
    pub(super) top: u16,
    /// The row after the last.
    pub(super) end: u16,
}

impl Body {
    /// How many rows it has.
    pub(super) fn height(self) -> u16 {
        self.end.saturating_sub(self.top)
    }
}

/// Draws header, rules, notice and keys, and says which rows are left.
pub(super) fn frame(pen: &mut Pen<'_>, app: &App, name: &str) -> Body {
    header(pen, app, name);
    pen.rule(1);
    present(pen, app);
    let told = notice_lines(app, pen.cols, usize::from(pen.rows / 3));
    let more = u16::try_from(told.len().saturating_sub(1)).unwrap_or(0);
    let end = pen.rows.saturating_sub(2 + more);
    let top = if let Some(b) = app.banner() { banner(pen, app, b, end) } else { end };
    notice(pen, &told, end);
    hints(pen, app);
    Body { top: 2, end: top.max(2) }
}

/// Who else is on, at the end of the rule below the header.
fn present(pen: &mut Pen<'_>, app: &App) {
    if app.present().is_empty() || app.current().is_none() {
        return;
    }
    let names = app.present().join(", ");
    let text = format!(" {} ", W::AlsoOn.with(app.lang(), &[&names]));
    let text = fit(&text, pen.cols / 2);
    pen.put_right(pen.cols.saturating_sub(2), 1, &text, PLAIN);
}

/// The time as the header shows it: with seconds only while something else shows seconds, too.
fn clock(app: &App, date: bool) -> String {
    let t = app.zone().show(app.now());
    let form = match (date, app.shows_seconds()) {
        (true, true) => "%Y-%m-%d %H:%M:%S %:z",
        (true, false) => "%Y-%m-%d %H:%M %:z",
        (false, true) => "%H:%M:%S %:z",
        (false, false) => "%H:%M %:z",
    };
    t.format(form).to_string()
}

fn header(pen: &mut Pen<'_>, app: &App, name: &str) {
    let lang = app.lang();
    let sync = match app.clock().sync {
        Sync::Yes => W::Synced,
        Sync::No => W::NotSynced,
        Sync::Unknown => W::SyncUnknown,
    };
    let on_board = app.current().is_none();
    let wide = pen.cols >= 100;
    let roomy = pen.cols >= 60;
    let exercise = match app.current() {
        Some(item) => item.incident.mode == Mode::Exercise,
        None => app.items().iter().any(|i| i.incident.mode == Mode::Exercise),
    };
    let mut x = 0;
    if exercise {
        x = pen.put(0, 0, W::Exercise.text(lang), pen.cols, CHOSEN) + 1;
    }
    let title = match app.current() {
        Some(item) if name.is_empty() => item.incident.title.clone(),
        Some(item) => format!("{name}  {}", item.incident.title),
        None => name.to_owned(),
    };
    // The nearest clock stays in sight while something is being typed, whatever else has to go; on its
    // own screen it stands below.
    let due = app.current().filter(|_| !name.is_empty()).map(|item| nearest(app, item));
    let synced = app.clock().sync == Sync::Yes;
    let sync = if roomy && (on_board || wide || !synced) { sync.text(lang) } else { "" };
    let marks = if roomy { marks(app) } else { String::new() };
    let time = clock(app, on_board && roomy || wide);
    // In the order in which they find room, with what has to be left for the title beside each.
    let parts: [(String, u16); 4] = [
        (due.unwrap_or_default(), 0),
        (sync.to_owned(), TITLE_LEAST),
        (marks, TITLE_LEAST.max(pen.cols / 4)),
        (time, TITLE_LEAST),
    ];
    let mut room = pen.cols.saturating_sub(x);
    let mut shown = [const { String::new() }; 4];
    for (place, (text, least)) in shown.iter_mut().zip(parts) {
        let takes = cells(&text) + 2;
        if !text.is_empty() && takes + least <= room {
            room -= takes;
            *place = text;
        }
    }
    let [due, sync, marks, time] = shown;
    let mut end = pen.cols;
    for text in [sync, marks, time, due].iter().filter(|text| !text.is_empty()) {
        end = pen.put_right(end, 0, text, PLAIN).saturating_sub(2);
    }
    pen.put(x, 0, &title, end.saturating_sub(x), BOLD);
}

/// What stays true for longer than a notice is shown: who else is on, that the clock was set, that
/// the records lie where not all is promised, that TZ names no zone.
fn marks(app: &App) -> String {
    let lang = app.lang();
    let mut marks = Vec::new();
    if let Some(left) = app.room() {
        marks.push(format!("! {}", W::LittleRoom.with(lang, &[&say::room(left)])));
    }
    let here = |u: &&Unfirm| match (&u.incident, app.current()) {
        (Some(id), Some(item)) => *id == item.incident.id,
        _ => true,
    };
    marks.extend(app.unfirm().iter().find(here).map(|found| match &found.footing {
        Footing::Shared(name) => format!("! {name}"),
        Footing::Memory => lang.pick("! 内存", "! memory").to_owned(),
        _ => "! overlay".to_owned(),
    }));
    if app.bad_zone() {
        marks.push("! TZ".to_owned());
    }
    if app.clock_change().is_some_and(|c| c.what == ClockEvent::Stepped) {
        marks.push(lang.pick("! 时钟被拨", "! clock set").to_owned());
    }
    match app.present() {
        // On one incident their names stand on the rule below.
        _ if app.current().is_some() => {}
        [] => {}
        [one] => marks.push(format!("+{one}")),
        [one, more @ ..] => marks.push(format!("+{one} +{}", more.len())),
    }
    marks.join(" ")
}

/// The nearest clock of an incident: mark, what is left, when it ends.
pub(super) fn nearest(app: &App, item: &Item) -> String {
    let Some((duty, due)) = board::nearest(item).and_then(|d| Some((d, d.due?))) else {
        return String::new();
    };
    let mark = app.urgency(duty).mark();
    let left = left(app, due);
    let at = say::moment(due, app.now(), app.zone(), app.lang());
    format!("{mark} {left} ({at})")
}

/// What is left until a moment, or how long ago it passed.
pub(super) fn left(app: &App, due: Time) -> String {
    say::countdown((due - app.now()).num_seconds(), app.lang())
}

/// What there is to say above the keys, in as few lines as it needs.
fn notice_lines(app: &App, cols: u16, most: usize) -> Vec<String> {
    let lang = app.lang();
    let text = if app.is_writing() {
        let word = if app.is_reading() { W::Reading } else { W::Writing };
        word.text(lang).to_owned()
    } else if let Some(notice) = app.notice() {
        let mark = if notice.refused { "!!" } else { "--" };
        let message = app.in_words(&notice.said);
        let parts = std::iter::once(&message.text).chain(&message.hints);
        let parts: Vec<&str> = parts.map(String::as_str).collect();
        format!("{mark} {}", parts.join("; "))
    } else if let Some(errand) = app.errand() {
        format!("-- {}", errand.text().text(lang))
    } else {
        return Vec::new();
    };
    let mut lines = wrap(&text, cols.saturating_sub(1));
    if lines.len() > most.max(1) {
        let rest = lines.split_off(most.max(1) - 1).join(" ");
        lines.push(fit(&rest, cols));
    }
    lines
}

/// The lines of notices; a rule where there is nothing to say.
fn notice(pen: &mut Pen<'_>, lines: &[String], top: u16) {
    pen.rule(top);
    for (y, line) in (top..).zip(lines) {
        let behind = if y == top { " " } else { "" };
        pen.put(0, y, &format!("{line}{behind}"), pen.cols, BOLD);
    }
}

/// A write whose outcome is unknown: why, what to do, and the text to copy by hand or to save.
fn banner(pen: &mut Pen<'_>, app: &App, banner: &crate::app::Banner, end: u16) -> u16 {
    let lang = app.lang();
    let width = pen.cols.saturating_sub(3);
    let mut lines = wrap(&banner.message.text, width);
    banner.message.hints.iter().for_each(|hint| lines.extend(wrap(hint, width)));
    lines.extend(wrap(W::Unsaved.text(lang), width));
    lines.extend(wrap(&banner.unsaved, width));
    let told = banner.told.as_ref().map(|(said, bad)| {
        let message = app.in_words(said);
        let hints = message.hints.iter().map(|h| format!("; {h}")).collect::<String>();
        format!("{} {}{hints}", if *bad { "!!" } else { "--" }, message.text)
    });
    let below = wrap(&told.unwrap_or_default(), pen.cols);
    let below: Vec<String> = below.into_iter().filter(|l| !l.is_empty()).collect();
    let asked = usize::from(banner.path.is_some());
    // Its heading, what came of saving and the path are always in sight; the rest scrolls.
    let room = usize::from(end.saturating_sub(4)).saturating_sub(below.len() + asked + 1).max(1);
    let first = banner.scroll.min(lines.len().saturating_sub(room));
    let hidden = lines.len().saturating_sub(first + room);
    let height = 1 + lines.len().min(room) + below.len() + asked;
    let top = end.saturating_sub(u16::try_from(height).unwrap_or(0) + 1);
    pen.rule(top);
    pen.put(0, top + 1, &format!("!! {}", W::NotRecorded.text(lang)), pen.cols, CHOSEN);
    if first + hidden > 0 {
        super::incident::more(pen, top + 1, first, hidden);
    }
    pen.cursor(0, top + 1);
    let mut y = top + 2;
    for line in lines.iter().skip(first).take(room) {
        pen.put(3, y, line, pen.cols, PLAIN);
        y += 1;
    }
    if let Some(path) = &banner.path {
        let x = pen.put(0, y, W::SaveWhere.text(lang), pen.cols, BOLD);
        let (before, width) = (cells(&path.before()), pen.cols.saturating_sub(x));
        pen.put(x, y, &tail(&path.text(), before, width), width, PLAIN);
        pen.cursor(x + before.min(width.saturating_sub(1)), y);
        y += 1;
    }
    for line in &below {
        pen.put(0, y, line, pen.cols, BOLD);
        y += 1;
    }
    top
}

/// The keys that hold here; help and language always find room.
fn hints(pen: &mut Pen<'_>, app: &App) {
    let lang = app.lang();
    let context = app.context();
    let y = pen.rows.saturating_sub(1);
    let typing = !context.is_closed() && app.screen().typing();
    let mut left = Vec::new();
    let mut right = Vec::new();
    for b in app.keymap().lines(context) {
        if !b.bar {
            continue;
        }
        let typed = |k: &Key| matches!(k.code, Code::Char(_)) && !k.ctrl && !k.alt;
        let plain = |k: &&Key| !typing || !typed(k);
        let Some(key) = b.keys.iter().find(plain) else { continue };
        // An export records nothing.
        let exports = matches!(app.screen(), Screen::Form(f) if f.kind == FormKind::Export);
        let label = match b.action {
            Action::Confirm if exports && context == Context::Form => W::ActExport,
            _ => b.label,
        };
        let text = format!("{key} {}", label.text(lang));
        if matches!(b.action, Action::Help | Action::Language | Action::Palette | Action::Back) {
            if b.action == Action::Back && context == Context::Board {
                continue;
            }
            right.push(text);
        } else {
            left.push(text);
        }
    }
    // The language key names the language it leads to, in that language.
    // What confirms is never left out for what only helps.
    let first = left.first().map_or(0, |text| cells(text) + 2);
    let mut tail = right.join("  ");
    while cells(&tail) + first > pen.cols && right.len() > 1 {
        right.remove(right.len().saturating_sub(3));
        tail = right.join("  ");
    }
    let mut x = 0;
    let room = pen.cols.saturating_sub(cells(&tail) + 2);
    for text in left {
        if x + cells(&text) > room {
            break;
        }
        x = pen.put(x, y, &text, pen.cols, PLAIN) + 2;
    }
    pen.put(x, y, &tail, pen.cols, PLAIN);
}
