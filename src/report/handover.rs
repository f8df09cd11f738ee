//! What somebody who takes over must know: on one screen, and as text of fewer than 24 lines.

use super::lines::{Style, decide_by};
use crate::domain::assess::Assessment;
use crate::domain::duty::{DutyStatus, State};
use crate::domain::event::{Mode, Sync};
use crate::domain::incident::{HandOver, Incident};
use crate::domain::text::printable;
use crate::domain::time::Time;
use crate::domain::tri::Tri;
use crate::words::say::{self, Urgency};
use crate::words::wrap::hang;
use crate::words::{Lang, fill};

/// The sheet that it is to fit on.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Cells of a line.
    pub cols: usize,
    /// Lines.
    pub rows: usize,
}

impl Page {
    /// What a text takes that is printed, mailed or read out: fewer than 24 lines.
    pub const TEXT: Self = Self { cols: 80, rows: 23 };
}

/// How much of each part is told, so that nothing of it has to be cut: clocks, reports, unknowns.
#[derive(Clone, Copy)]
struct Most {
    clocks: usize,
    reports: usize,
    unknowns: usize,
}

impl Most {
    const fn new(clocks: usize, reports: usize, unknowns: usize) -> Self {
        Self { clocks, reports, unknowns }
    }
}

/// From plenty to the least that is of use.
const TRIES: [Most; 6] = [
    Most::new(6, 5, 4),
    Most::new(6, 3, 4),
    Most::new(5, 2, 4),
    Most::new(4, 2, 3),
    Most::new(3, 1, 2),
    Most::new(2, 1, 1),
];
/// A moment without seconds, so that the text stands still where no clock does.
const TO_THE_MINUTE: &str = "%Y-%m-%d %H:%M %:z";
/// Forecasts that are named.
const FORECASTS: usize = 3;
/// By how much the other lines of a long one are indented.
const INDENT: usize = 6;

/// One line, and whether it begins a part.
pub type Line = (String, bool);

/// Clocks, who was told what, what is open, what comes next, and who hands over to whom, on one sheet:
/// lines are wrapped, and where there are too many, less is told of what comes late.
pub fn lines(
    incident: &Incident,
    head: &str,
    a: &Assessment,
    style: Style,
    page: Page,
) -> Vec<Line> {
    let work = |most| Work { incident, a, style, most };
    if let Some(whole) = TRIES.iter().find_map(|most| work(*most).whole(head, page)) {
        return whole;
    }
    // Titles, names and references as long as they may be: each has its beginning.
    let told = work(TRIES[TRIES.len() - 1]).told_lines(head);
    let cut = |rows: usize| -> Vec<Line> {
        told.iter().flat_map(|line| wrapped(line, page.cols, rows)).collect()
    };
    let two = cut(2);
    if two.len() <= page.rows { two } else { cut(1) }
}

/// The same where it fits with every line whole and little left out.
pub fn fitting(
    incident: &Incident,
    head: &str,
    a: &Assessment,
    style: Style,
    page: Page,
) -> Option<Vec<Line>> {
    let work = |most: &Most| Work { incident, a, style, most: *most };
    TRIES[..TRIES.len() - 1].iter().find_map(|most| work(most).whole(head, page))
}

/// A line on as many rows as it needs, or as it may take.
fn wrapped((line, first): &Line, cols: usize, most: usize) -> Vec<Line> {
    let mut rows = hang(line, cols, INDENT);
    if rows.len() > most {
        rows.truncate(most);
        if let Some(last) = rows.last_mut() {
            // Of wide signs two give way to it.
            let _ = (last.pop(), last.pop());
            last.push_str("..");
        }
    }
    rows.into_iter().enumerate().map(|(i, row)| (row, *first && i == 0)).collect()
}

/// Who hands over to whom, and whether it was accepted.
pub fn hands(h: &HandOver, now: Time, style: Style) -> String {
    let at = |t| say::moment(t, now, style.zone, style.lang);
    let (zh, en) = match &h.accepted {
        None => ("{0} 交给 {1} {2}, 待接受", "{0} to {1} {2}, waits to be accepted"),
        Some(_) => ("{0} 交给 {1} {2}, {3} 于 {4} 接受", "{0} to {1} {2}, accepted by {3} {4}"),
    };
    let (by, when) = h.accepted.as_ref().map(|a| (a.shown(), at(a.at))).unwrap_or_default();
    fill(style.lang.pick(zh, en), &[&h.by, &h.to, &at(h.at), &by, &when])
}

struct Work<'a> {
    incident: &'a Incident,
    a: &'a Assessment,
    style: Style,
    most: Most,
}

impl Work<'_> {
    /// All of it with no line cut, where it fits.
    fn whole(&self, head: &str, page: Page) -> Option<Vec<Line>> {
        let told = self.told_lines(head);
        let all: Vec<Line> =
            told.iter().flat_map(|line| wrapped(line, page.cols, usize::MAX)).collect();
        (all.len() <= page.rows).then_some(all)
    }

    fn told_lines(&self, head: &str) -> Vec<Line> {
        let mut out = self.top(head);
        self.starts(&mut out);
        self.clocks(&mut out);
        self.told(&mut out);
        self.open(&mut out);
        self.next(&mut out);
        out.push((self.hands(), true));
        out.into_iter().map(|(line, first)| (printable(&line), first)).collect()
    }

    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.style.lang.pick(zh, en)
    }

    fn at(&self, t: Time) -> String {
        say::moment(t, self.a.now, self.style.zone, self.style.lang)
    }

    fn top(&self, head: &str) -> Vec<Line> {
        let lang = self.style.lang;
        let i = self.incident;
        let exercise = if i.mode == Mode::Exercise { "演练 EXERCISE  " } else { "" };
        let mut grouped = String::new();
        for (i, c) in head.chars().take(16).enumerate() {
            // As it is read out everywhere else.
            if i > 0 && i % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(c);
        }
        let mut record = fill(
            self.pick("记录 {0} 条, 头 {1}", "record {0} entries, head {1}"),
            &[&i.entries.len().to_string(), &grouped],
        );
        // By the record, not by this host: the text is read elsewhere, too.
        if i.entries.last().is_some_and(|e| e.clock.sync == Sync::No) {
            let text = self
                .pick(", 记录时主机时钟未同步", ", recorded by a clock that is not synchronised");
            record.push_str(text);
        }
        let mut out = vec![
            (format!("{exercise}{}  {}", i.title, i.id), true),
            (
                format!("{}  {record}", self.style.zone.show(self.a.now).format(TO_THE_MINUTE)),
                false,
            ),
        ];
        if i.unread() > 0 {
            let (zh, en) = (
                "!! {0} 条未被理解: 等级与时限可能不全",
                "!! {0} entries not understood: levels and clocks may be incomplete",
            );
            out.push((fill(self.pick(zh, en), &[&i.unread().to_string()]), false));
        }
        for (pack, v) in i.case.packs.iter().zip(&self.a.packs) {
            let open = if v.settled() { "" } else { self.pick(" (未定)", " (not settled)") };
            let label = self.pick("等级", "level");
            out.push((format!("{label}  {}{open}", say::bounds(pack, v, lang)), false));
        }
        out
    }

    /// From which moment the clocks count: the earliest that is known of each kind, on one line.
    fn starts(&self, out: &mut Vec<Line>) {
        let all = super::lines::start_lines(&self.incident.case, self.a.now, self.style);
        let mut parts = all.iter().map(|line| line.split_once("  ").map_or("", |(_, at)| at));
        if let Some(first) = parts.next() {
            let label = self.pick("起点", "start");
            let line = parts.fold(format!("{label}  {first}"), |line, part| line + " | " + part);
            out.push((line, false));
        }
    }

    fn clocks(&self, out: &mut Vec<Line>) {
        let lang = self.style.lang;
        let open =
            |d: &&DutyStatus| d.own && matches!(d.state, Some(State::Running | State::Overdue));
        let all: Vec<&DutyStatus> = self.a.duties.iter().filter(open).collect();
        out.push((self.pick("时限", "clocks").to_owned(), true));
        let row = |d: &&DutyStatus| {
            let mark = Urgency::with_lead(d, self.a.now, self.style.soon, self.style.lead).mark();
            let title = say::duty_title(&self.incident.case, d, lang).to_owned();
            let title = match d.applies {
                Tri::Unknown => format!("{title} ({})", say::state(d, lang)),
                _ => title,
            };
            let left = d.due.map(|due| (due - self.a.now).num_seconds());
            let left = left.map(|s| say::countdown(s, lang)).unwrap_or_default();
            let words = || d.words.as_ref().map(|w| lang.of(w).to_owned()).unwrap_or_default();
            let due = d.due.map_or_else(words, |due| self.at(due));
            [mark.to_owned(), due, left, title]
        };
        let rows: Vec<_> = all.iter().take(self.most.clocks).map(row).collect();
        out.extend(super::lines::columns(&rows).into_iter().map(|l| (format!("  {l}"), false)));
        self.more(out, all.len(), self.most.clocks);
        if all.is_empty() {
            out.push((format!("  {}", self.pick("没有运行中的时限", "none runs")), false));
        }
        self.forecasts(out);
    }

    /// When the level will rise, if it goes on.
    fn forecasts(&self, out: &mut Vec<Line>) {
        let all = &self.a.forecast;
        let parts = all.iter().take(FORECASTS).filter_map(|f| {
            let pack = say::pack_of(&self.incident.case, &f.pack)?;
            let level = say::level(pack, Some(f.level), self.style.lang);
            Some(fill(self.pick("{0} 将升为 {1}", "becomes {1} at {0}"), &[&self.at(f.at), &level]))
        });
        let parts: Vec<String> = parts.collect();
        if !parts.is_empty() && self.incident.closed.is_none() {
            let label = self.pick("预计 (若不恢复)", "forecast (if it goes on)");
            out.push((format!("{label}  {}", parts.join(" | ")), false));
            self.more(out, all.len(), FORECASTS);
        }
    }

    fn more(&self, out: &mut [Line], all: usize, shown: usize) {
        if let (Some((last, _)), true) = (out.last_mut(), all > shown) {
            last.push_str(&format!("  +{}", all - shown));
        }
    }

    fn told(&self, out: &mut Vec<Line>) {
        let lang = self.style.lang;
        let case = &self.incident.case;
        let all = &case.submissions;
        out.push((self.pick("已报", "told").to_owned(), true));
        let from = all.len().saturating_sub(self.most.reports);
        for s in all.iter().skip(from) {
            let found = case.find_duty(&s.duty);
            let pack = found.map(|(p, _)| p);
            let body = s.to.as_deref().unwrap_or("");
            let body = pack
                .and_then(|p| p.body(body).map(|(ix, _)| say::body(p, ix, lang)))
                .unwrap_or(body);
            let channel = s.channel.as_deref().unwrap_or("");
            let channel = pack
                .and_then(|p| p.channel(channel).map(|(_, c)| lang.of(&c.name)))
                .unwrap_or(channel);
            let reference = match &s.reference {
                Some(r) => fill(self.pick(", 编号 {0}", ", reference {0}"), &[r]),
                None => String::new(),
            };
            let got = match (s.failed, s.received_at) {
                (true, _) => self.pick("未成功", "failed").to_owned(),
                (false, Some(t)) => fill(self.pick("{0} 收到", "received {0}"), &[&self.at(t)]),
                (false, None) => self.pick("未确认收到", "not acknowledged").to_owned(),
            };
            let theirs = match s.entry.and_then(|n| self.incident.acknowledged.get(&n)) {
                Some(r) => fill(self.pick(", 回执编号 {0}", ", their reference {0}"), &[r]),
                None => String::new(),
            };
            let title = found.map_or("", |(p, ix)| lang.of(&p.duties[ix.at()].title));
            let at = self.at(s.sent_at);
            out.push((
                format!("  {at}  {body}, {channel}{reference}; {got}{theirs}  ({title})"),
                false,
            ));
        }
        self.more(out, all.len(), self.most.reports);
        if all.is_empty() {
            out.push((format!("  {}", self.pick("还没有报", "nobody yet")), false));
        }
    }

    fn open(&self, out: &mut Vec<Line>) {
        let lang = self.style.lang;
        let all = &self.a.questions;
        let name = |id: &str| {
            let fact = self.incident.case.fact(id).map(|f| lang.of(&f.short).to_owned());
            fact.unwrap_or_else(|| id.to_owned())
        };
        let mut names: Vec<String> = all
            .iter()
            .take(self.most.unknowns)
            .map(|q| match q.earliest_due {
                Some(due) => {
                    fill(self.pick("{0} ({1})", "{0} ({1})"), &[&name(&q.fact), &self.at(due)])
                }
                None => name(&q.fact),
            })
            .collect();
        if all.len() > self.most.unknowns {
            names.push(format!("+{}", all.len() - self.most.unknowns));
        }
        if names.is_empty() {
            names.push(self.pick("没有", "nothing").to_owned());
        }
        let label = self.pick("未知 (可早到的期限)", "unknown (earliest limit)");
        out.push((format!("{label}  {}", names.join(" | ")), true));
    }

    fn next(&self, out: &mut Vec<Line>) {
        let lang = self.style.lang;
        let label = self.pick("下一步", "next");
        let closed = self.incident.closed.is_some();
        let own =
            || self.a.duties.iter().filter(|d| d.own && d.is_open() && d.due.is_some() && !closed);
        let sure = own().filter(|d| d.applies == Tri::Yes).min_by_key(|d| d.due);
        let undecided = own().filter(|d| d.applies == Tri::Unknown).min_by_key(|d| d.due);
        let mut parts = Vec::new();
        if let Some((d, due)) = sure.and_then(|d| Some((d, d.due?))) {
            let title = say::duty_title(&self.incident.case, d, lang);
            let text = self.pick("{0} {1} 前", "{0} by {1}");
            parts.push(fill(text, &[title, &self.at(due)]));
        }
        if let Some(d) = undecided {
            let title = say::duty_title(&self.incident.case, d, lang);
            let by = decide_by(d, self.a.now, self.style).unwrap_or_default();
            parts.push(format!("{by} ({title})"));
        }
        if parts.is_empty() {
            parts.push(self.pick("没有到期的报告", "no report is due").to_owned());
        }
        for (i, part) in parts.into_iter().enumerate() {
            let lead = if i == 0 { label } else { "  " };
            out.push((format!("{lead}  {part}"), i == 0));
        }
    }

    fn hands(&self) -> String {
        let label = self.pick("交接", "hand-over");
        match &self.incident.handover {
            Some(h) => format!("{label}  {}", hands(h, self.a.now, self.style)),
            None => format!("{label}  {}", self.pick("还没有交接", "none yet")),
        }
    }
}

/// The short words for a hand-over that nobody accepted yet.
pub fn waits(incident: &Incident, lang: Lang) -> Option<String> {
    let open = incident.handover.as_ref().filter(|h| h.accepted.is_none())?;
    let text = lang.pick("交接待接受: {0}", "hand-over waits for {0}");
    incident.closed.is_none().then(|| fill(text, &[&printable(&open.to)]))
}
