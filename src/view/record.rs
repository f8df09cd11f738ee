//! The record: every entry, and the whole of the chosen one.

use super::frame::{BOLD, CHOSEN, PLAIN, frame};
use super::pen::{Pen, cells, wrap};
use super::{WIDE, entry};
use crate::app::{App, Item};
use crate::domain::event::{Entry, Event, Sync};
use crate::domain::text::printable;
use crate::words::console::Word as W;
use crate::words::say;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App, at: usize, open: bool) {
    let lang = app.lang();
    let Some(item) = app.current() else { return };
    let body = frame(pen, app, W::Record.text(lang));
    let entries = &item.incident.entries;
    let head = match item.head.as_str() {
        "" => String::new(),
        // In the groups in which it is read out; the whole of it where there is room.
        h if pen.cols >= WIDE => {
            format!("{}  {h}", W::RecordHead.with(lang, &[&entry::short_head(h)]))
        }
        h => W::RecordHead.with(lang, &[&entry::short_head(h)]),
    };
    let count = W::RecordCount.with(lang, &[&entries.len().to_string()]);
    pen.put(0, body.top, &format!("{count}  {head}"), pen.cols, PLAIN);
    let mut body = body;
    for caveat in app.caveats(item) {
        let text = format!("!! {}", caveat.message(lang).text);
        for line in wrap(&text, pen.cols).iter().take(2) {
            body.top += 1;
            pen.put(0, body.top, line, pen.cols, BOLD);
        }
    }
    let detail = entries.get(at).filter(|_| open).map(|e| detail(app, item, e, pen.cols - 2));
    let detail = detail.unwrap_or_default();
    let detail_h = u16::try_from(detail.len()).unwrap_or(0).min(body.height().saturating_sub(5));
    let list_end = body.end.saturating_sub(if open { detail_h + 1 } else { 0 });
    let fit = usize::from(list_end.saturating_sub(body.top + 1)).max(1);
    let first = super::incident::window(at, entries.len(), fit);
    let shown = || entries.iter().skip(first).take(fit);
    let when = |e: &Entry| say::moment(e.at, app.now(), app.zone(), lang);
    let when_w = shown().map(|e| cells(&when(e))).max().unwrap_or(5);
    let n_w = shown().map(|e| cells(&e.n.to_string())).max().unwrap_or(1) + 1;
    let who_w = shown().map(|e| cells(&e.by.shown())).max().unwrap_or(0).min(20);
    for (y, (i, e)) in (body.top + 1..).zip(entries.iter().enumerate().skip(first).take(fit)) {
        if i == at {
            pen.put(0, y, ">", 1, PLAIN);
            pen.cursor(0, y);
        }
        pen.put(1, y, &format!("#{}", e.n), n_w + 1, PLAIN);
        let x = 2 + n_w + 1;
        pen.put(x, y, &when(e), when_w, PLAIN);
        pen.put(x + when_w + 2, y, &e.by.shown(), who_w, PLAIN);
        let x = x + when_w + who_w + 4;
        let mut text = entry::summary(app, item, e);
        if let Some(by) = item.incident.corrected.get(&e.n) {
            text = format!("{} {text}", W::CorrectedBy.with(lang, &[&by.to_string()]));
        }
        pen.put(x, y, &text, pen.cols.saturating_sub(x), if i == at { CHOSEN } else { PLAIN });
    }
    let below = entries.len().saturating_sub(first + fit);
    if first + below > 0 {
        super::incident::more(pen, body.top, first, below);
    }
    if open {
        pen.rule(list_end);
        for (y, line) in (list_end + 1..body.end).zip(&detail) {
            pen.put(2, y, line, pen.cols, PLAIN);
        }
        let hidden = detail.len().saturating_sub(usize::from(detail_h));
        if hidden > 0 {
            pen.put_right(pen.cols, list_end, &format!(" +{hidden}"), BOLD);
        }
    }
}

fn detail(app: &App, item: &Item, e: &Entry, width: u16) -> Vec<String> {
    let lang = app.lang();
    let mut out = Vec::new();
    let mut say = |text: String| out.extend(wrap(&text, width));
    say(entry::summary(app, item, e));
    say(W::DetailAt.with(lang, &[&say::full(e.at, app.zone())]));
    if let Some(at) = e.happened_at {
        let by = crate::words::entry::told_by(e.happened_by, lang);
        say(W::DetailHappened.with(lang, &[&format!("{}{by}", say::full(at, app.zone()))]));
    }
    let by = &e.by;
    let uid = by.uid.map(|uid| format!("uid {uid}"));
    let from: Vec<String> =
        [&uid, &by.ssh, &by.tty, &by.host].into_iter().flatten().map(|t| printable(t)).collect();
    say(W::DetailBy.with(lang, &[&by.shown(), &from.join(", ")]));
    let sync = match e.clock.sync {
        Sync::Yes => W::Synced,
        Sync::No => W::NotSynced,
        Sync::Unknown => W::SyncUnknown,
    };
    let zone = e.clock.zone.as_deref().map(|z| format!("  {z}")).unwrap_or_default();
    say(format!("{}{}  id {}", sync.text(lang), printable(&zone), e.id));
    if let Event::Sent(s) = &e.event {
        for a in &s.attachments {
            say(W::DetailFile.with(lang, &[&a.name, &a.bytes.to_string(), &a.sha256]));
        }
    }
    if let Event::Noted { text } = &e.event
        && text.contains('\n')
    {
        // Marked, so that no line of it can be taken for one of ours.
        let lines = text.lines().flat_map(|line| wrap(line, width.saturating_sub(2)));
        lines.for_each(|line| say(format!("> {line}")));
    }
    if let Some(by) = item.incident.corrected.get(&e.n) {
        match item.incident.effective(e.n) {
            Some(now) => {
                say(W::DetailNow.with(lang, &[&by.to_string(), &entry::summary(app, item, &now)]))
            }
            None => say(W::DetailWithdrawn.with(lang, &[&by.to_string()])),
        }
    }
    if let Some((_, why)) = item.incident.not_understood.iter().find(|(n, _)| *n == e.n) {
        say(format!("!! {why}"));
    }
    out
}
