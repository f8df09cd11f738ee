//! Texts to read: the law behind an incident, and the keys.

use super::frame::{BOLD, PLAIN, frame};
use super::pen::{Pen, cells, wrap};
use crate::app::App;
use crate::app::keymap::Context;
use crate::words::console::Word as W;

/// A text with headings, to be scrolled.
#[derive(Default)]
pub(super) struct Text {
    lines: Vec<(String, bool)>,
}

impl Text {
    /// A heading, with a blank line before it.
    pub(super) fn heading(&mut self, text: &str, width: u16) {
        if !self.lines.is_empty() {
            self.lines.push((String::new(), false));
        }
        self.lines.extend(wrap(text, width).into_iter().map(|l| (l, true)));
    }

    /// A paragraph, indented, with a mark before its first line.
    pub(super) fn item(&mut self, mark: &str, text: &str, width: u16) {
        let indent = cells(mark) + 3;
        for (i, line) in wrap(text, width.saturating_sub(indent)).into_iter().enumerate() {
            let lead = if i == 0 { format!("  {mark} ") } else { " ".repeat(usize::from(indent)) };
            self.lines.push((format!("{lead}{line}"), false));
        }
    }

    /// A paragraph.
    pub(super) fn para(&mut self, text: &str, width: u16) {
        for line in wrap(text, width.saturating_sub(2)) {
            self.lines.push((format!("  {line}"), false));
        }
    }
}

/// Draws a text below a header, from a line on; says how much lies above and below.
pub(super) fn show(pen: &mut Pen<'_>, app: &App, name: &str, text: &Text, scroll: usize) {
    let body = frame(pen, app, name);
    let fit = usize::from(body.height());
    let first = scroll.min(text.lines.len().saturating_sub(fit));
    for (y, (line, bold)) in (body.top..body.end).zip(text.lines.iter().skip(first)) {
        pen.put(0, y, line, pen.cols, if *bold { BOLD } else { PLAIN });
    }
    let below = text.lines.len().saturating_sub(first + fit);
    if first + below > 0 {
        super::incident::more(pen, 1, first, below);
    }
    pen.cursor(0, body.top);
}

/// What somebody who takes over must know.
pub(super) fn handover(pen: &mut Pen<'_>, app: &App, scroll: usize) {
    let Some(item) = app.current() else { return };
    let rows = pen.rows.saturating_sub(4);
    let lines = app.handover(item, usize::from(pen.cols), usize::from(rows));
    show(pen, app, W::FormHandOver.text(app.lang()), &Text { lines }, scroll);
}

/// Definitions, leniency, what a report contains, open points, and what this tool is not.
pub(super) fn law(pen: &mut Pen<'_>, app: &App, scroll: usize) {
    let lang = app.lang();
    let width = pen.cols;
    let mut text = Text::default();
    let packs = match app.current() {
        Some(item) => &item.incident.case.packs[..],
        None => app.packs(),
    };
    for pack in packs {
        text.heading(&format!("{} ({})", lang.of(&pack.title), pack.id), width);
        text.para(
            &W::LawChecked.with(lang, &[&pack.edition, &pack.in_force, &pack.checked]),
            width,
        );
        text.para(W::LawDisclaimer.text(lang), width);
        if let Some(item) = app.current()
            && let Some(v) = item.assessment.packs.iter().find(|v| v.pack == pack.id)
            && !v.notices.is_empty()
        {
            text.heading(W::LawAdvice.text(lang), width);
            for i in &v.notices {
                text.item("-", lang.of(&pack.notices[*i].text), width);
            }
        }
        text.heading(W::LawContent.text(lang), width);
        for c in &pack.content {
            let first = if c.first { W::LawFirst.text(lang) } else { "" };
            text.item(&format!("{}.", c.no), &format!("{}{first}", lang.of(&c.text)), width);
        }
        text.heading(W::LawClosing.text(lang), width);
        pack.closing.iter().for_each(|t| text.item("-", lang.of(t), width));
        text.heading(W::LawLeniency.text(lang), width);
        pack.leniency.iter().for_each(|t| text.item("-", lang.of(t), width));
        text.heading(W::LawOpen.text(lang), width);
        pack.open_points.iter().for_each(|p| text.item("?", lang.of(&p.text), width));
        text.heading(W::LawDefinitions.text(lang), width);
        for d in &pack.definitions {
            let cite = lang.of(&pack.articles[d.basis.article.at()].cite);
            let line =
                format!("{}: {} ({cite}, {})", lang.of(&d.term), lang.of(&d.meaning), d.basis.mark);
            text.item("-", &line, width);
        }
    }
    show(pen, app, W::Law.text(lang), &text, scroll);
}

/// The keys of a context, as the table has them.
pub(super) fn help(pen: &mut Pen<'_>, app: &App, of: Context, scroll: usize) {
    let lang = app.lang();
    let mut text = Text::default();
    let width = pen.cols;
    let map = app.keymap();
    let keys = |b: &crate::app::keymap::Bound| {
        b.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let lines = map.lines(of);
    let key_w = lines.iter().map(|b| cells(&keys(b))).max().unwrap_or(0);
    for context in [of, Context::Global] {
        text.heading(context.name().text(lang), width);
        for b in lines.iter().filter(|b| b.context == context) {
            let pad = " ".repeat(usize::from(key_w.saturating_sub(cells(&keys(b)))));
            text.item(&format!("{}{pad} ", keys(b)), b.label.text(lang), width);
        }
    }
    text.heading(W::HelpMarks.text(lang), width);
    for (mark, word) in [
        ("!!", W::MarkSoon),
        ("?!", W::MarkLate),
        ("! ", W::MarkRunning),
        ("~ ", W::MarkForecast),
        ("? ", W::MarkUndecided),
        ("..", W::MarkWaiting),
        ("- ", W::MarkOpen),
        ("ok", W::MarkDone),
        ("x ", W::MarkExcluded),
    ] {
        text.item(mark, word.text(lang), width);
    }
    show(pen, app, W::Help.text(lang), &text, scroll);
}
