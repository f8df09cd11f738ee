//! One question, the ways to answer it, and what each would change.

use super::entry;
use super::frame::{BOLD, CHOSEN, PLAIN, frame};
use super::pen::{Pen, cells, fit_term, wrap};
use crate::app::triage::{Choice, Triage, Typed, order};
use crate::app::{App, Item};
use crate::domain::diff::{ChangeKind, Diff};
use crate::domain::value::Kind;
use crate::words::console::Word as W;
use crate::words::say;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App, t: &Triage) {
    let lang = app.lang();
    let Some(item) = app.current() else { return };
    let case = &item.incident.case;
    let body = frame(pen, app, W::Triage.text(lang));
    let fact = case.fact(&t.about);
    let anchor = case.anchor(&t.about);
    let (ask, help) = match (fact, anchor) {
        (Some(f), _) => (lang.of(&f.ask), lang.of(&f.help)),
        (None, Some(a)) => (lang.of(&a.ask), lang.of(&a.help)),
        (None, None) => (t.about.as_str(), ""),
    };
    let mut y = body.top;
    let known = case.facts.len() + case.anchors.len();
    let asks = order(case, &item.assessment);
    let counts = W::TriageCounts
        .with(lang, &[&known.to_string(), &asks.len().to_string(), &t.skipped.len().to_string()]);
    let place =
        asks.iter().position(|q| *q == t.about).map(|i| format!("{}/{}", i + 1, asks.len()));
    let place = place.unwrap_or_else(|| W::Again.text(lang).to_owned());
    let cite = fact.and_then(|f| {
        let pack = case.packs.iter().find(|p| p.fact(&f.id).is_some())?;
        Some(lang.of(&pack.articles[f.basis.article.at()].cite).to_owned())
    });
    let line = format!("{place}  {counts}  {}", cite.unwrap_or_default());
    pen.put(0, y, line.trim_end(), pen.cols, PLAIN);
    y += 1;
    for line in wrap(ask, pen.cols).into_iter().take(2) {
        pen.put(0, y, &line, pen.cols, BOLD);
        y += 1;
    }
    let roomy = body.height() >= 16;
    for line in wrap(help, pen.cols.saturating_sub(2)).into_iter().take(if roomy { 2 } else { 0 }) {
        pen.put(2, y, &line, pen.cols, PLAIN);
        y += 1;
    }
    if roomy {
        y += 1;
    }
    // The lower part is asked for first, so that the ways to answer scroll within what is left.
    let why = why_line(app, item, t);
    let why = wrap(&why, pen.cols);
    let why_h = u16::try_from(why.len().min(2)).unwrap_or(1);
    let below: u16 = if roomy { 8 } else { 4 };
    let choices_end = body.end.saturating_sub(below).max(y + 3);
    let y = choices(pen, app, item, t, y, choices_end.min(body.end)) + u16::from(roomy);
    let y = if let Some(message) = t.refused.as_ref().map(|s| app.in_words(s)) {
        let mut y = y;
        let hints = message.hints.iter().map(String::as_str);
        for text in std::iter::once(message.text.as_str()).chain(hints) {
            for line in wrap(&format!("!! {text}"), pen.cols) {
                pen.put(0, y, &line, pen.cols, BOLD);
                y += 1;
            }
        }
        y
    } else {
        effects(pen, app, item, t, y, body.end.saturating_sub(if roomy { why_h } else { 0 }))
    };
    if roomy && y <= body.end - why_h {
        for (y, line) in (body.end - why_h..).zip(why.iter().take(2)) {
            pen.put(0, y, line, pen.cols, PLAIN);
        }
    }
}

/// The ways to answer, one a line; scrolls where they do not fit. Says which row is free.
fn choices(pen: &mut Pen<'_>, app: &App, item: &Item, t: &Triage, top: u16, end: u16) -> u16 {
    let fit = usize::from(end.saturating_sub(top)).max(1);
    let first = super::incident::window(t.at, t.choices.len(), fit);
    let is_set = matches!(item.incident.case.fact(&t.about).map(|f| &f.kind), Some(Kind::Set(_)));
    let mut y = top;
    for (i, choice) in t.choices.iter().enumerate().skip(first).take(fit) {
        let here = i == t.at;
        let number = if i < 9 { (i + 1).to_string() } else { " ".to_owned() };
        let boxed = match choice {
            Choice::Option(o) if is_set => {
                if t.mask >> (o & 63) & 1 == 1 {
                    "[x] "
                } else {
                    "[ ] "
                }
            }
            _ => "",
        };
        let label = label(app, item, t, choice);
        pen.put(1, y, if here { ">" } else { " " }, 1, PLAIN);
        let mut x = pen.put(3, y, &format!("{number} {boxed}"), 8, PLAIN);
        let (style, label_x) = (if here { CHOSEN } else { PLAIN }, x);
        x = pen.put(x, y, &label, pen.cols, style);
        if here {
            pen.cursor(label_x, y);
        }
        if let Choice::Typed(typed, line) = choice {
            let text = line.text();
            x += 1;
            let room = pen.cols.saturating_sub(x + 2);
            let hint = hint(*typed).text(app.lang());
            let shown = if text.is_empty() { format!("____  {hint}") } else { text };
            let behind = pen.put(x, y, &shown, room, PLAIN);
            if here {
                pen.cursor(x + cells(&line.before()).min(room), y);
            }
            if here && !line.is_blank() && cells(hint) + behind + 4 < pen.cols {
                pen.put(behind + 2, y, &format!("({hint})"), pen.cols, PLAIN);
            }
        }
        y += 1;
    }
    let below = t.choices.len().saturating_sub(first + fit);
    if first + below > 0 {
        super::incident::more(pen, y.saturating_sub(1), first, below);
    }
    y
}

fn hint(typed: Typed) -> W {
    match typed {
        Typed::Count => W::TypeCount,
        Typed::Percent => W::TypePercent,
        Typed::Since => W::TypeSince,
        Typed::Lasted => W::TypeLasted,
        Typed::Moment => W::TypeMoment,
    }
}

fn label(app: &App, item: &Item, t: &Triage, choice: &Choice) -> String {
    let lang = app.lang();
    let case = &item.incident.case;
    let fact = case.fact(&t.about);
    let word = match choice {
        Choice::Yes => W::Yes,
        Choice::No => W::No,
        Choice::Unknown => W::Unknown,
        Choice::Nothing => match fact.map(|f| &f.kind) {
            Some(Kind::Duration) => W::NotAtAll,
            Some(Kind::Integer | Kind::Percent) => W::Zero,
            _ => W::NoneOfThem,
        },
        Choice::Typed(Typed::Since, _) => W::GoesOnSince,
        Choice::Typed(Typed::Lasted, _) => W::Lasted,
        Choice::Typed(Typed::Moment, _) => W::AtMoment,
        Choice::Typed(..) => W::Amount,
        Choice::Option(i) => {
            let text = fact.and_then(|f| f.options.get(*i));
            return text.map(|t| lang.of(t).to_owned()).unwrap_or_default();
        }
        Choice::Level(i) => {
            let Some(Kind::Level(ids)) = fact.map(|f| &f.kind) else { return String::new() };
            let id = ids.get(*i).map_or("", String::as_str);
            let pack = case.packs.iter().find(|p| p.fact(&t.about).is_some());
            let found = pack.and_then(|p| p.level(id).map(|(l, _)| say::level(p, Some(l), lang)));
            return found.unwrap_or_else(|| id.to_owned());
        }
    };
    word.text(lang).to_owned()
}

/// What this answer would change, and beside it what the other one would.
fn effects(pen: &mut Pen<'_>, app: &App, item: &Item, t: &Triage, top: u16, end: u16) -> u16 {
    let two = pen.cols >= 70 && t.other().is_some();
    let width = if two { pen.cols / 2 - 1 } else { pen.cols };
    let mut bottom = top;
    let shown = [Some(t.at), t.other().filter(|_| two)];
    for (column, at) in shown.into_iter().flatten().enumerate() {
        let x = if column == 0 { 0 } else { width + 2 };
        let mut y = top;
        let mut lines = effect(app, item, t, at, width);
        let room = usize::from(end.saturating_sub(top));
        if lines.len() > room && room > 1 {
            let more = lines.len() - room + 1;
            lines.truncate(room - 1);
            lines.push(format!("  +{more}"));
        }
        for (i, line) in lines.into_iter().take(room).enumerate() {
            pen.put(x, y, &fit_term(&line, width), width, if i == 0 { BOLD } else { PLAIN });
            y += 1;
        }
        bottom = bottom.max(y);
    }
    bottom
}

fn effect(app: &App, item: &Item, t: &Triage, at: usize, width: u16) -> Vec<String> {
    let lang = app.lang();
    let Some(choice) = t.choices.get(at) else { return Vec::new() };
    let mut name = label(app, item, t, choice);
    if let Choice::Typed(Typed::Count | Typed::Percent | Typed::Moment, line) = choice
        && !line.is_blank()
    {
        name = line.text();
    } else if let Choice::Typed(_, line) = choice {
        name = format!("{name} {}", line.text());
    }
    let mut out = vec![W::IfAnswered.with(lang, &[name.trim()])];
    match app.effect_of(t, at) {
        None => out.push(format!("  {}", W::TypeFirst.text(lang))),
        Some(Err(message)) => {
            out.extend(wrap(&message.text, width - 2).into_iter().map(|l| format!("  {l}")));
            out.extend(message.hints.iter().map(|h| format!("  {h}")));
        }
        Some(Ok(diff)) => {
            out.extend(changes(app, item, &diff, width).into_iter().map(|l| format!("  {l}")))
        }
    }
    out
}

/// A difference in words, the gravest first.
fn changes(app: &App, item: &Item, diff: &Diff, width: u16) -> Vec<String> {
    let lang = app.lang();
    let case = &item.incident.case;
    if diff.is_empty() {
        return vec![W::NoChange.text(lang).to_owned()];
    }
    let mut out = Vec::new();
    if diff.contradiction {
        out.push(format!("!! {}", W::Contradiction.text(lang)));
    }
    for (id, before, after) in &diff.levels {
        let Some(pack) = say::pack_of(case, id) else { continue };
        let moves = [
            (W::AtLeast, before.at_least, after.at_least),
            (W::AtMost, before.at_most, after.at_most),
        ];
        for (word, from, to) in moves.into_iter().filter(|(_, from, to)| from != to) {
            let name = |l| say::level(pack, l, lang);
            let (from, to) = (word.with(lang, &[&name(from)]), name(to));
            if cells(&from) + cells(&to) + 6 <= width {
                out.push(format!("{from} -> {to}"));
            } else {
                out.extend([from, format!("  -> {to}")]);
            }
        }
    }
    let count = |kind| diff.duties.iter().filter(|c| c.kind == kind).count();
    let many = |kind| count(kind) > 3;
    for (kind, word) in [(ChangeKind::Blocked, W::ManyBlocked), (ChangeKind::Gone, W::ManyGone)] {
        if many(kind) {
            out.push(format!("x  {}", word.with(lang, &[&count(kind).to_string()])));
        }
    }
    for c in diff
        .duties
        .iter()
        .filter(|c| !(matches!(c.kind, ChangeKind::Blocked | ChangeKind::Gone) && many(c.kind)))
    {
        let Some(duty) = item.assessment.duty(&c.duty) else { continue };
        let title = say::duty_title(case, duty, lang);
        let due = c.due.map(|d| {
            let at = say::moment(d, app.now(), app.zone(), lang);
            format!("{}  ", W::Before.with(lang, &[&at]))
        });
        let due = due.unwrap_or_default();
        let (mark, due) = match c.kind {
            ChangeKind::Applies => ("+", due),
            ChangeKind::Possible => ("?", due),
            ChangeKind::Gone => ("-", String::new()),
            ChangeKind::Blocked => ("x", String::new()),
            ChangeKind::Unblocked => ("+", due),
            ChangeKind::Moves => ("=", due),
        };
        out.push(format!("{mark}  {due}{title}"));
    }
    for f in &diff.forecast {
        let Some(pack) = say::pack_of(case, &f.pack) else { continue };
        let at = say::moment(f.at, app.now(), app.zone(), lang);
        let level = say::level(pack, Some(f.level), lang);
        out.push(format!("~  {at} {}", W::WillBe.with(lang, &[&level])));
    }
    if !diff.forecast_gone.is_empty() && diff.forecast.is_empty() {
        out.push(W::ForecastGone.text(lang).to_owned());
    }
    if out.is_empty() {
        out.push(W::NoChange.text(lang).to_owned());
    }
    if let Some((before, after)) = diff.open {
        out.push(W::OpenMoves.with(lang, &[&before.to_string(), &after.to_string()]));
    }
    out
}

/// Why this question comes now.
fn why_line(app: &App, item: &Item, t: &Triage) -> String {
    let lang = app.lang();
    let Some(q) = item.assessment.questions.iter().find(|q| q.fact == t.about) else {
        let anchor = item.incident.case.anchor(&t.about).is_some();
        return if anchor { W::WhyAnchor } else { W::WhyNotAsked }.text(lang).to_owned();
    };
    let pack = say::pack_of(&item.incident.case, &q.pack);
    let mut parts = Vec::new();
    if let Some(due) = q.earliest_due {
        let at = say::moment(due, app.now(), app.zone(), lang);
        parts.push(match q.settles.len() {
            1 => W::WhyDueOne.with(lang, &[&at]),
            n => W::WhyDue.with(lang, &[&at, &n.to_string()]),
        });
        let settled = q.settles.iter().filter_map(|id| item.assessment.duty(id));
        match settled.filter(|d| d.due == q.earliest_due).filter_map(|d| app.decide_by(d)).min() {
            Some(by) if by <= app.now() => parts.push(W::DecideLate.text(lang).to_owned()),
            Some(by) => {
                let by = say::moment(by, app.now(), app.zone(), lang);
                parts.push(W::DecideBy.with(lang, &[&by]));
            }
            None => {}
        }
    } else if !q.settles.is_empty() {
        parts.push(match q.settles.len() {
            1 => W::WhySettlesOne.text(lang).to_owned(),
            n => W::WhySettles.with(lang, &[&n.to_string()]),
        });
    }
    if let (Some(level), Some(pack)) = (q.could.first(), pack) {
        parts.push(W::WhyCould.with(lang, &[&say::level(pack, Some(*level), lang)]));
    }
    if q.excludes > 0 {
        parts.push(match q.excludes {
            1 => W::WhyExcludesOne.text(lang).to_owned(),
            n => W::WhyExcludes.with(lang, &[&n.to_string()]),
        });
    }
    let name = entry::name(app, &item.incident.case, &q.fact);
    if parts.is_empty() {
        name
    } else {
        W::WhyNow.with(lang, &[&parts.join(lang.pick("; ", "; "))])
    }
}
