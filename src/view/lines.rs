//! The lines of an incident's screen as text: level, clocks, next step, unknowns, record.

use super::entry;
use super::frame::left;
use crate::app::rows::Row;
use crate::app::{App, Item, board};
use crate::domain::assess::{Verdict, Warning};
use crate::domain::duty::{DutyStatus, State};
use crate::domain::law::{Duty, LevelIx, Limit, Pack, Role, Start};
use crate::domain::tri::Tri;
use crate::words::console::Word as W;
use crate::words::say::{self, Urgency};

/// One row of the clocks, cell by cell.
pub(super) struct Cells {
    pub(super) urgency: Urgency,
    pub(super) mark: &'static str,
    pub(super) left: String,
    pub(super) title: String,
    pub(super) due: String,
    pub(super) detail: String,
}

/// The level: what is certain, what will be, what cannot be excluded.
pub(super) fn level(app: &App, item: &Item, verdict: &Verdict, pack: &Pack) -> Vec<String> {
    let lang = app.lang();
    let b = verdict.bounds;
    let name = |l: Option<LevelIx>| say::level(pack, l, lang);
    let mut parts = Vec::new();
    parts.push(if verdict.settled() {
        W::LevelSettled.with(lang, &[&name(b.at_least)])
    } else {
        W::LevelAtLeast.with(lang, &[&name(b.at_least)])
    });
    for f in item.assessment.forecast.iter().filter(|f| f.pack == verdict.pack) {
        let at = say::moment(f.at, app.now(), app.zone(), lang);
        parts.push(W::LevelIf.with(lang, &[&name(Some(f.level)), &at]));
    }
    if b.at_most_now > b.at_least {
        let could = b.at_most_now;
        let asks = item.assessment.questions.iter();
        let mut names: Vec<String> = asks
            .filter(|q| q.pack == verdict.pack && q.could.first().copied() == could)
            .map(|q| entry::name(app, &item.incident.case, &q.fact))
            .collect();
        let more = names.len().saturating_sub(2);
        names.truncate(2);
        let mut list = names.join(lang.pick("? ", "? "));
        if more > 0 {
            list.push_str(&format!("? +{more}"));
        } else if !list.is_empty() {
            list.push('?');
        }
        parts.push(W::LevelMaybe.with(lang, &[&name(could), &list]));
    }
    if item.assessment.packs.len() > 1 {
        parts[0] = format!("{}: {}", lang.of(&pack.short), parts[0]);
    }
    parts
}

/// Contradictions and advice that hold now.
pub(super) fn advice(app: &App, item: &Item) -> Vec<String> {
    let lang = app.lang();
    let case = &item.incident.case;
    let names = |ids: &[String]| {
        ids.iter().map(|i| entry::name(app, case, i)).collect::<Vec<_>>().join(", ")
    };
    let mut out: Vec<String> =
        item.assessment
            .warnings
            .iter()
            .map(|w| match w {
                Warning::Denied { fact, .. } => {
                    W::WarnDenied.with(lang, &[&entry::name(app, case, fact)])
                }
                Warning::Presupposes { fact, excluded_by, .. } => W::WarnPresupposes
                    .with(lang, &[&entry::name(app, case, fact), &names(excluded_by)]),
            })
            .collect();
    for verdict in &item.assessment.packs {
        if let Some(pack) = say::pack_of(case, &verdict.pack) {
            let text = |i: &usize| pack.notices.get(*i).map(|a| lang.of(&a.text).to_owned());
            out.extend(verdict.notices.iter().filter_map(text));
        }
    }
    out
}

/// The cells of one row.
pub(super) fn row(app: &App, item: &Item, row: Row) -> Option<Cells> {
    let lang = app.lang();
    let case = &item.incident.case;
    let a = &item.assessment;
    match row {
        Row::Duty(i) => {
            let d = a.duties.get(i)?;
            let pack = say::pack_of(case, &d.pack)?;
            Some(duty_row(app, item, d, pack))
        }
        Row::Forecast(i) => {
            let f = a.forecast.get(i)?;
            let pack = say::pack_of(case, &f.pack)?;
            let title = W::WillBe.with(lang, &[&say::level(pack, Some(f.level), lang)]);
            let criterion = pack.criteria.iter().find(|c| c.id == f.criterion);
            let rung = criterion.and_then(|c| c.rungs.iter().find(|r| r.level == f.level));
            Some(Cells {
                urgency: Urgency::Open,
                mark: "~",
                left: if item.incident.closed.is_none() { left(app, f.at) } else { String::new() },
                title,
                due: say::moment(f.at, app.now(), app.zone(), lang),
                detail: rung.map(|r| lang.of(&r.reason).to_owned()).unwrap_or_default(),
            })
        }
        Row::Excluded(n) => Some(Cells {
            urgency: Urgency::Excluded,
            mark: "x",
            left: String::new(),
            title: W::Excluded.with(lang, &[&n.to_string()]),
            due: String::new(),
            detail: String::new(),
        }),
    }
}

/// Says whether a duty's clock is shown running; clocks of a closed incident stand still.
pub(super) fn ticks(item: &Item, d: &DutyStatus) -> bool {
    item.incident.closed.is_none() && matches!(d.state, Some(State::Running | State::Overdue))
}

fn duty_row(app: &App, item: &Item, d: &DutyStatus, pack: &Pack) -> Cells {
    let lang = app.lang();
    let urgency = app.urgency(d);
    let duty = &pack.duties[d.index.at()];
    let at = |t| say::moment(t, app.now(), app.zone(), lang);
    let ticking = ticks(item, d);
    let due = match (d.state, d.met_at, d.due) {
        (Some(State::Met | State::MetLate), Some(met), _) => at(met),
        (Some(State::Waived | State::Blocked) | None, ..) => String::new(),
        (_, _, Some(due)) => W::Before.with(lang, &[&at(due)]),
        _ => limit(app, item, duty),
    };
    Cells {
        urgency,
        mark: if d.state == Some(State::Blocked) { "x" } else { urgency.mark() },
        left: d.due.filter(|_| ticking).map(|due| left(app, due)).unwrap_or_default(),
        title: lang.of(&duty.title).to_owned(),
        due,
        detail: detail(app, item, d, pack),
    }
}

/// Where a duty stands, and what the eye should know beside it.
fn detail(app: &App, item: &Item, d: &DutyStatus, pack: &Pack) -> String {
    let lang = app.lang();
    let duty = &pack.duties[d.index.at()];
    let case = &item.incident.case;
    let sent = d.recipients.iter().filter(|r| r.sent_at.is_some()).count();
    let state = say::state(d, lang);
    if app.urgency(d) == Urgency::Late {
        return W::DecideLate.text(lang).to_owned();
    }
    if d.applies == Tri::Unknown && d.is_open() {
        let mut facts = d.settled_by.iter().map(|f| &pack.facts[f.at()]);
        let first = facts.next().map(|f| lang.of(&f.short).to_owned()).unwrap_or_default();
        let more = facts.count();
        let more = if more > 0 { format!(" +{more}") } else { String::new() };
        return format!("{state}: {first}?{more}");
    }
    match d.state {
        Some(State::Running | State::Overdue) => {
            let mut text = state.to_owned();
            if sent > 0 && sent < d.recipients.len() {
                text =
                    W::PartlySent.with(lang, &[&sent.to_string(), &d.recipients.len().to_string()]);
            } else if sent == 0 && d.attempts > 0 {
                text = W::AttemptsFailed.with(lang, &[&d.attempts.to_string()]);
            } else if duty.repeats && d.attempts > 0 {
                text = W::Attempts.with(lang, &[&d.attempts.to_string()]);
            }
            if let Some((_, end)) = d.arguable {
                let end = say::moment(end, app.now(), app.zone(), lang);
                if sent == 0 && d.attempts == 0 {
                    text = W::NotSent.text(lang).to_owned();
                }
                text.push(' ');
                text.push_str(&W::Arguable.with(lang, &[&end]));
                return text;
            }
            let article = &pack.articles[duty.basis.article.at()];
            format!("{text}  {}", lang.of(&article.cite))
        }
        Some(State::Waived) => {
            let why = case.waived.get(&d.id).map(|w| w.because.clone()).unwrap_or_default();
            format!("{state}: {why}")
        }
        Some(State::Blocked) => {
            let block = d.blocked.and_then(|b| duty.blocked.get(b));
            format!("{state}: {}", block.map(|b| lang.of(&b.reason)).unwrap_or_default())
        }
        Some(State::Met | State::MetLate) => {
            let got = d.recipients.iter().filter(|r| r.received_at.is_some()).count();
            let word = if got == d.recipients.len() { W::AllReceived } else { W::NotYetReceived };
            format!("{state}, {}", word.text(lang))
        }
        Some(State::Waiting) | None => state.to_owned(),
    }
}

/// The limit of a duty in words: `30 分`, `及时`, and from what it counts.
pub(super) fn limit(app: &App, item: &Item, duty: &Duty) -> String {
    let lang = app.lang();
    let long = match &duty.limit {
        Limit::Within { seconds, .. } => say::length(*seconds, lang),
        Limit::Days { days, .. } => say::length(i64::from(*days) * 86_400, lang),
        Limit::Words(words) => return lang.of(words).to_owned(),
    };
    match &duty.starts {
        Start::Anchor(id) => {
            let name = entry::name(app, &item.incident.case, id);
            W::AfterAnchor.with(lang, &[&name, &long])
        }
        Start::Received(_) => W::AfterReceipt.with(lang, &[&long]),
        Start::Sent(_) => W::AfterSent.with(lang, &[&long]),
    }
}

/// What to do next: whom to tell, over which channel, at which number.
pub(super) fn next_step(app: &App, item: &Item) -> String {
    let lang = app.lang();
    if let Some((_, why)) = &item.incident.closed {
        return W::IsClosed.with(lang, &[why]);
    }
    let at = |t| say::moment(t, app.now(), app.zone(), lang);
    let open = board::running(item).filter(|d| d.applies == Tri::Unknown);
    let open = open.filter_map(|d| Some((d, app.decide_by(d)?))).min_by_key(|(_, by)| *by);
    if let Some(d) = board::running(item).find(|d| d.applies == Tri::Yes) {
        let step = tell(app, item, d);
        return match open {
            Some((_, by)) if by > app.now() => W::NextThenDecide.with(lang, &[&step, &at(by)]),
            Some(_) => W::NextThenLate.with(lang, &[&step]),
            None => step,
        };
    }
    let asks = item.assessment.questions.len().to_string();
    match open {
        Some((d, by)) if by <= app.now() => W::NextLate.with(lang, &[&tell(app, item, d)]),
        Some((d, by)) => {
            let due = d.due.map(at).unwrap_or_default();
            W::NextTriage.with(lang, &[&asks, &due, &at(by)])
        }
        None if asks != "0" => W::NextTriageCalm.with(lang, &[&asks]),
        None => W::NextNothing.text(lang).to_owned(),
    }
}

/// Whom to tell of a duty, over which channel, at which number.
fn tell(app: &App, item: &Item, d: &DutyStatus) -> String {
    let (lang, case) = (app.lang(), &item.incident.case);
    let Some(pack) = say::pack_of(case, &d.pack) else { return String::new() };
    let to = d.recipients.iter().find(|r| r.sent_at.is_none()).or(d.recipients.first());
    let Some(body) = to.map(|r| &pack.bodies[r.body.at()]) else { return String::new() };
    let own = app.listings(&body.id).next();
    let own = own.map(|l| {
        let channel = pack.channel(&l.channel).map_or("", |(_, c)| lang.of(&c.name));
        let note = if l.note.is_empty() { String::new() } else { format!(" ({})", l.note) };
        format!("{channel} {}{note}", l.value)
    });
    let listed = || {
        let mut all = body.channels.iter().map(|c| &pack.channels[c.at()]);
        all.find(|c| !c.value.is_empty()).map(|c| format!("{} {}", lang.of(&c.name), c.value))
    };
    let how = own.or_else(listed).unwrap_or_else(|| W::NoNumber.text(lang).to_owned());
    W::NextTell.with(lang, &[lang.of(&body.name), &how])
}

/// The items that may go first while the rest is unknown.
pub(super) fn may_go_first(app: &App, item: &Item) -> Option<String> {
    let sure = board::running(item).find(|d| d.applies == Tri::Yes && d.role == Role::First)?;
    let pack = say::pack_of(&item.incident.case, &sure.pack)?;
    let first = pack.content.iter().filter(|c| c.first);
    let numbers: Vec<String> = first.map(|c| c.no.to_string()).collect();
    (!numbers.is_empty()).then(|| W::MayGoFirst.with(app.lang(), &[&numbers.join(" ")]))
}

/// What is still unknown, and the earliest clock that it could settle.
pub(super) fn unknowns(app: &App, item: &Item, width: u16) -> String {
    let lang = app.lang();
    let all = &item.assessment.questions;
    if all.is_empty() {
        return W::AllKnown.text(lang).to_owned();
    }
    let mut line = String::new();
    for (i, q) in all.iter().enumerate() {
        let mut part = entry::name(app, &item.incident.case, &q.fact);
        if let (0, Some(due)) = (i, q.earliest_due) {
            let at = say::moment(due, app.now(), app.zone(), lang);
            part = W::CouldStart.with(lang, &[&part, &at]);
        }
        let sep = if i == 0 { "" } else { " | " };
        let more = format!(" +{}", all.len() - i);
        let rest = if i + 1 < all.len() { 4 } else { 0 };
        if i > 0 && super::pen::cells(&line) + super::pen::cells(&part) + 3 + rest > width {
            line.push_str(&more);
            return line;
        }
        line.push_str(sep);
        line.push_str(&part);
    }
    line
}

/// The record: how many entries, its head, the last entry.
pub(super) fn record(app: &App, item: &Item) -> String {
    let lang = app.lang();
    let n = item.incident.entries.len().to_string();
    let mut line = W::RecordCount.with(lang, &[&n]);
    if !item.head.is_empty() {
        line.push_str(&format!(
            "  {}",
            W::RecordHead.with(lang, &[&entry::short_head(&item.head)])
        ));
    }
    if let Some(last) = item.incident.entries.last() {
        let at = say::moment(last.at, app.now(), app.zone(), lang);
        line.push_str(&format!("  {at} {}", entry::summary(app, item, last)));
    }
    line
}
