//! What is told of the list, the clocks, their reasons, the record and the law.

use super::command::pick;
use super::{Lines, Plain};
use crate::domain::assess::Assessment;
use crate::domain::case::Case;
use crate::domain::duty::DutyStatus;
use crate::domain::event::{Boot, ClockQuality, Entry, Event, Sync, ToldBy, Who};
use crate::domain::incident::Incident;
use crate::domain::law::{Basis, FactIx, Pack};
use crate::domain::time::Time;
use crate::domain::tri::Tri;
use crate::words::entry;
use crate::words::plain::Word as W;
use crate::words::say;

/// How many entries are told unless all are asked for.
const ENTRIES_SHOWN: usize = 10;
/// How many bodies are named in passing; `why` names all of them.
const BODIES_SHOWN: usize = 2;
/// How many facts are named on which a duty hangs; `ask` brings all of them.
const FACTS_SHOWN: usize = 3;

impl Plain {
    pub(super) fn list(&mut self) -> Lines {
        let (now, lang) = (self.now, self.lang);
        let mut all: Vec<(&Incident, Assessment)> =
            self.incidents.iter().map(|(i, _)| (i, i.assess(now))).collect();
        let far = Time::MAX_UTC;
        all.sort_by_key(|(i, a)| {
            (i.closed.is_some(), a.next().and_then(|d| d.due).unwrap_or(far), i.id.clone())
        });
        let mut out = Vec::new();
        if all.is_empty() && self.problems.is_empty() {
            return vec![W::NoIncidents.text(lang).to_owned()];
        }
        out.push(W::ListTitle.with(lang, &[&all.len().to_string()]));
        for (n, (incident, a)) in all.iter().enumerate() {
            let levels: Vec<String> =
                verdicts(&incident.case, a).map(|(pack, v)| say::bounds(pack, v, lang)).collect();
            let (mark, clock) = match (&incident.closed, a.next()) {
                (Some(_), _) => ("ok", W::ClosedShort.text(lang).to_owned()),
                (None, Some(d)) => (self.urgency(d).mark(), self.left(d)),
                (None, None) => ("-", W::NoClock.text(lang).to_owned()),
            };
            let n = (n + 1).to_string();
            let levels = levels.join("; ");
            out.push(W::ListLine.with(lang, &[&n, mark, &incident.title, &levels, &clock]));
            for caveat in self.caveats(incident) {
                let short = caveat.kind.short(incident.unread(), lang);
                out.push(format!("  {short}"));
            }
        }
        let listed = all.iter().map(|(i, _)| i.id.clone()).collect();
        for (id, why) in &self.problems {
            out.push(W::ListProblem.with(lang, &[id, why]));
        }
        out.push(W::ListHint.text(lang).to_owned());
        self.listed = listed;
        out
    }

    /// `18:20 left` or `overdue 02:10`.
    fn left(&self, duty: &DutyStatus) -> String {
        let Some(due) = duty.due else { return String::new() };
        let seconds = (due - self.now).num_seconds();
        let text = say::countdown(seconds, self.lang);
        if seconds < 0 { text } else { W::Left.with(self.lang, &[&text]) }
    }

    /// Until when an undecided duty must be decided on, or that it is too late for that.
    fn decide_by(&self, duty: &DutyStatus) -> Option<String> {
        let by = duty.decide_by(self.lead)?;
        let at = say::moment(by, self.now, self.zone, self.lang);
        let word = if by <= self.now { W::DecideLate } else { W::DecideBy };
        Some(word.with(self.lang, &[&at]))
    }

    pub(super) fn summary(&mut self) -> Lines {
        let mut out = Vec::new();
        let Some(incident) = self.current() else { return out };
        out.push(format!("{} {}", incident.id, incident.title));
        out.extend(self.told_caveats());
        if let Some((_, because)) = &incident.closed {
            out.push(format!("{}: {because}", W::ClosedShort.text(self.lang)));
        }
        if let Some(h) = incident.handover.as_ref().filter(|h| h.accepted.is_none()) {
            out.push(W::HandoverWaits.with(self.lang, &[&h.by, &h.to]));
        }
        for pin in &incident.pins {
            let newer = self.packs.iter().find(|p| p.id == pin.id && p.edition > pin.edition);
            if let Some(pack) = newer {
                out.push(W::NewerPack.with(self.lang, &[&pack.edition, &pin.edition]));
            }
        }
        out.extend(self.levels(incident));
        out.extend(self.next());
        out.push(W::OpenHint.text(self.lang).to_owned());
        out
    }

    fn levels(&self, incident: &Incident) -> Lines {
        let (now, lang) = (self.now, self.lang);
        let a = incident.assess(now);
        let mut out = Vec::new();
        for (pack, verdict) in verdicts(&incident.case, &a) {
            let word = if verdict.settled() { W::Level } else { W::LevelOpen };
            out.push(word.with(lang, &[lang.of(&pack.short), &say::bounds(pack, verdict, lang)]));
        }
        for f in &a.forecast {
            let Some(pack) = say::pack_of(&incident.case, &f.pack) else { continue };
            let criterion = pack.criteria.iter().find(|c| c.id == f.criterion);
            out.push(W::Forecast.with(
                lang,
                &[
                    &say::moment(f.at, now, self.zone, lang),
                    &say::countdown((f.at - now).num_seconds(), lang),
                    &say::level(pack, Some(f.level), lang),
                    criterion.map_or("", |c| lang.of(&c.title)),
                ],
            ));
        }
        out
    }

    pub(super) fn next(&self) -> Lines {
        let (now, lang) = (self.now, self.lang);
        let open = self.incidents.iter().map(|(i, _)| i).filter(|i| i.closed.is_none());
        let among: Vec<&Incident> = match self.current() {
            Some(i) => vec![i],
            None => open.collect(),
        };
        let all = among.into_iter().filter(|i| i.closed.is_none());
        let soonest = all
            .filter_map(|i| Some((i, i.assess(now).next()?.clone())))
            .min_by_key(|(_, d)| (!d.own, d.due));
        let Some((incident, duty)) = soonest else {
            return vec![W::NextNone.text(lang).to_owned()];
        };
        let case = &incident.case;
        let by = duty.due.map(|d| say::moment_with_offset(d, now, self.zone, lang));
        let (title, by) = (self.title(case, &duty), by.unwrap_or_default());
        let mut out = vec![W::NextIs.with(lang, &[&title, &by, &self.left(&duty)])];
        if duty.applies == Tri::Unknown {
            out.push(W::NextUndecided.with(lang, &[&self.settled_by(case, &duty)]));
            out.extend(self.decide_by(&duty));
        }
        for body in duty.recipients.iter().filter(|r| r.sent_at.is_none()) {
            for (_, name, value) in self.channels_of(case, &duty, body.body).into_iter().take(2) {
                if !value.is_empty() {
                    out.push(W::NextChannel.with(lang, &[&name, &value]));
                }
            }
        }
        out
    }

    /// A duty's title, with the bodies where the title does not name them and they are few.
    pub(super) fn title(&self, case: &Case, duty: &DutyStatus) -> String {
        let title = say::duty_title(case, duty, self.lang);
        let Some(pack) = say::pack_of(case, &duty.pack) else { return title.to_owned() };
        let bodies = duty.recipients.iter().map(|r| &pack.bodies[r.body.at()]);
        let named = bodies.clone().all(|b| title.contains(&b.name.zh));
        if named || bodies.count() > BODIES_SHOWN {
            return title.to_owned();
        }
        W::DutyTo.with(self.lang, &[title, &say::recipients(case, duty, self.lang)])
    }

    fn settled_by(&self, case: &Case, duty: &DutyStatus) -> String {
        let Some(pack) = say::pack_of(case, &duty.pack) else { return String::new() };
        let name = |f: &FactIx| self.lang.of(&pack.facts[f.at()].short);
        let names: Vec<&str> = duty.settled_by.iter().take(FACTS_SHOWN).map(name).collect();
        let names = names.join(self.lang.pick("、", ", "));
        match duty.settled_by.len().checked_sub(FACTS_SHOWN) {
            None | Some(0) => names,
            Some(more) => W::AndMore.with(self.lang, &[&names, &more.to_string()]),
        }
    }

    pub(super) fn clocks(&mut self) -> Lines {
        let (now, lang, zone) = (self.now, self.lang, self.zone);
        let Some(incident) = self.current() else { return Vec::new() };
        let case = &incident.case;
        let a = incident.assess(now);
        let shown: Vec<&DutyStatus> = a.duties.iter().filter(|d| d.state.is_some()).collect();
        let mut out = self.levels(incident);
        let count = shown.len().to_string();
        out.push(W::Clocks.with(lang, &[&count, &say::full(now, zone)]));
        out.extend(entry::unkept(&self.clock, lang).map(str::to_owned));
        for (n, d) in shown.iter().enumerate() {
            let n = (n + 1).to_string();
            let mark = self.urgency(d).mark();
            let title = self.title(case, d);
            let mut state = say::state(d, lang).to_owned();
            if d.applies == Tri::Unknown && d.is_open() {
                let on = W::SettledBy.with(lang, &[&self.settled_by(case, d)]);
                state = format!("{state}, {on}");
            }
            out.push(match d.due.filter(|_| d.is_open()) {
                Some(due) => {
                    let by = say::moment(due, now, zone, lang);
                    W::Clock.with(lang, &[&n, mark, &title, &self.left(d), &by, &state])
                }
                None => {
                    if let Some(words) = &d.words {
                        state = format!("{}, {state}", lang.of(words));
                    }
                    W::ClockNoHours.with(lang, &[&n, mark, &title, &state])
                }
            });
            out.extend(self.decide_by(d));
        }
        let ids = shown.iter().map(|d| d.id.clone()).collect();
        self.duties = ids;
        self.note_bands();
        out
    }

    /// The duty that a number or id stands for.
    pub(super) fn duty_by(&self, text: &str) -> Option<DutyStatus> {
        let a = self.current()?.assess(self.now);
        let id = match pick(text) {
            Some(n) if self.duties.is_empty() => {
                let shown = a.duties.iter().filter(|d| d.state.is_some());
                shown.map(|d| d.id.clone()).nth(n.checked_sub(1)?)?
            }
            Some(n) => self.duties.get(n.checked_sub(1)?)?.clone(),
            None => {
                let (pack, ix) = self.current()?.case.find_duty(text)?;
                pack.full_id(ix)
            }
        };
        a.duty(&id).cloned()
    }

    pub(super) fn why(&self, rest: &str) -> Lines {
        let Some(incident) = self.current() else { return Vec::new() };
        if rest.is_empty() {
            return self.why_levels(incident);
        }
        match self.duty_by(rest) {
            Some(duty) => self.why_duty(incident, &duty),
            None => vec![W::NoNumber.with(self.lang, &[rest])],
        }
    }

    fn why_levels(&self, incident: &Incident) -> Lines {
        let lang = self.lang;
        let a = incident.assess(self.now);
        let mut out = self.levels(incident);
        for (pack, verdict) in verdicts(&incident.case, &a) {
            if verdict.reasons.is_empty() {
                out.push(W::WhyNone.text(lang).to_owned());
            }
            for reason in &verdict.reasons {
                let level = say::level(pack, Some(reason.level), lang);
                let (text, basis) = match (reason.index, &pack.floor) {
                    (Some(i), _) => {
                        let rung = &pack.criteria[i].rungs[reason.rung];
                        (lang.of(&rung.reason), &rung.basis)
                    }
                    (None, Some(floor)) => {
                        (lang.of(&pack.facts[floor.fact.at()].short), &floor.basis)
                    }
                    (None, None) => continue,
                };
                out.push(W::WhyReached.with(lang, &[&level, text, &self.cite(pack, basis)]));
            }
            for notice in &verdict.notices {
                let notice = &pack.notices[*notice];
                out.push(format!("{} ({})", lang.of(&notice.text), self.cite(pack, &notice.basis)));
            }
        }
        out.push(W::WhyHint.text(lang).to_owned());
        out
    }

    fn why_duty(&self, incident: &Incident, duty: &DutyStatus) -> Lines {
        let (now, lang, zone) = (self.now, self.lang, self.zone);
        let case = &incident.case;
        let Some(pack) = say::pack_of(case, &duty.pack) else { return Vec::new() };
        let rule = &pack.duties[duty.index.at()];
        let title = say::duty_title(case, duty, lang);
        let to = say::recipients(case, duty, lang);
        let mut out = vec![W::WhyDuty.with(lang, &[say::body(pack, duty.from, lang), title])];
        out.push(W::WhyTo.with(lang, &[&to]));
        let (applies, state) = (say::applies(duty.applies, lang), say::state(duty, lang));
        out.push(if applies == state {
            state.to_owned()
        } else {
            W::WhyApplies.with(lang, &[applies, state])
        });
        if !duty.settled_by.is_empty() {
            out.push(W::SettledBy.with(lang, &[&self.settled_by(case, duty)]));
        }
        let at = |t| say::moment_with_offset(t, now, zone, lang);
        match (duty.started, duty.due) {
            (Some(from), Some(due)) => {
                let from = at(from) + entry::told_by(duty.started_by, lang);
                out.push(W::WhyStarted.with(lang, &[&from, &at(due)]));
            }
            (None, _) if duty.is_open() => out.push(W::WhyWaiting.text(lang).to_owned()),
            _ => {}
        }
        if let Some((from, due)) = duty.arguable {
            out.push(W::WhyArguable.with(lang, &[&at(from), &at(due)]));
        }
        if let Some(words) = &duty.words {
            out.push(lang.of(words).to_owned());
        }
        if let Some(block) = duty.blocked {
            out.push(W::WhyBlocked.with(lang, &[lang.of(&rule.blocked[block].reason)]));
        }
        out.push(self.law_line(pack, &rule.basis));
        out
    }

    fn cite(&self, pack: &Pack, basis: &Basis) -> String {
        self.lang.of(&pack.articles[basis.article.at()].cite).to_owned()
    }

    fn law_line(&self, pack: &Pack, basis: &Basis) -> String {
        let article = &pack.articles[basis.article.at()];
        let mark = basis.mark.to_string();
        let (cite, text) = (self.lang.of(&article.cite), self.lang.of(&article.text));
        W::WhyLaw.with(self.lang, &[cite, &mark, text])
    }

    pub(super) fn facts(&self) -> Lines {
        let (now, lang, zone) = (self.now, self.lang, self.zone);
        let Some(incident) = self.current() else { return Vec::new() };
        let case = &incident.case;
        let mut out = Vec::new();
        for anchor in case.all_anchors() {
            let at = case.anchors.get(&anchor.id);
            let by = entry::told_by(case.told_by.get(&anchor.id).copied(), lang);
            let at = at.map_or_else(|| "?".to_owned(), |t| say::full(*t, zone) + by);
            out.push(W::FactLine.with(lang, &[lang.of(&anchor.short), &anchor.id, &at]));
        }
        for fact in case.all_facts() {
            let pack = case.packs.iter().find(|p| p.fact(&fact.id).is_some());
            let value = case.facts.get(&fact.id);
            let answer = say::answer(fact, pack.map(AsRef::as_ref), value, now, zone, lang);
            out.push(W::FactLine.with(lang, &[lang.of(&fact.short), &fact.id, &answer]));
        }
        out
    }

    pub(super) fn record(&self, rest: &str) -> Lines {
        let (now, lang, zone) = (self.now, self.lang, self.zone);
        let all = matches!(rest, "all" | "全部");
        let Some(incident) = self.current() else { return Vec::new() };
        let head = self.incidents.iter().find(|(i, _)| i.id == incident.id);
        let head: String = head.map(|(_, h)| h.chars().take(16).collect()).unwrap_or_default();
        let count = incident.entries.len();
        let shown = if all { count } else { count.min(ENTRIES_SHOWN) };
        let numbers = [count.to_string(), head, shown.to_string()];
        let mut out = vec![W::RecordTitle.with(lang, &[&numbers[0], &numbers[1], &numbers[2]])];
        for e in incident.entries.iter().skip(count - shown) {
            let mut text = entry::summary(incident, e, now, zone, lang);
            if let (Some(at), Some(by)) = (e.happened_at, e.happened_by) {
                let at = say::full(at, zone) + entry::told_by(Some(by), lang);
                text = format!("{text}, {at}");
            }
            let mark = if e.clock.sync == Sync::No { "*" } else { "" };
            let (n, at) = (e.n.to_string(), say::moment(e.at, now, zone, lang) + mark);
            let mut line = W::RecordLine.with(lang, &[&n, &at, &e.by.shown(), &text]);
            if let Some(by) = incident.corrected.get(&e.n) {
                line = format!("{line} {}", W::CorrectedBy.with(lang, &[&by.to_string()]));
            }
            out.push(line);
        }
        if incident.entries.iter().skip(count - shown).any(|e| e.clock.sync == Sync::No) {
            out.push(format!("* {}", entry::unkept_mark(lang)));
        }
        if shown < count {
            out.push(W::RecordAll.text(lang).to_owned());
        }
        out
    }

    pub(super) fn law(&self, rest: &str) -> Lines {
        let lang = self.lang;
        let packs = self.current().map_or(&self.packs, |i| &i.case.packs);
        let mut out = Vec::new();
        for pack in packs {
            let title = [lang.of(&pack.title), &pack.edition, &pack.checked];
            out.push(W::LawTitle.with(lang, &title));
            for a in &pack.articles {
                let (cite, text) = (lang.of(&a.cite), lang.of(&a.text));
                if rest.is_empty() || cite.contains(rest) || text.contains(rest) {
                    out.push(format!("{cite}: {text}"));
                }
            }
            for point in pack.open_points.iter().filter(|_| rest.is_empty()) {
                out.push(W::LawOpen.with(lang, &[lang.of(&point.text)]));
            }
        }
        out
    }

    /// What an event would say as an entry.
    pub(super) fn event_text(
        &self,
        incident: &Incident,
        event: Event,
        happened_at: Option<Time>,
        happened_by: Option<ToldBy>,
    ) -> String {
        let entry = Entry {
            n: incident.entries.len() as u64,
            id: String::new(),
            at: self.now,
            happened_at,
            happened_by,
            by: Who::default(),
            mode: incident.mode,
            boot: Boot::default(),
            clock: ClockQuality::default(),
            event,
        };
        let text = entry::summary(incident, &entry, self.now, self.zone, self.lang);
        match happened_at {
            Some(at) => {
                let by = entry::told_by(happened_by, self.lang);
                format!("{text}, {}{by}", say::full(at, self.zone))
            }
            None => text,
        }
    }
}

/// Each pack of a case with its verdict.
pub(super) fn verdicts<'a>(
    case: &'a Case,
    a: &'a Assessment,
) -> impl Iterator<Item = (&'a Pack, &'a crate::domain::assess::Verdict)> {
    a.packs.iter().filter_map(|v| Some((say::pack_of(case, &v.pack)?, v)))
}
