//! Why a clock runs, a level holds, or a question is asked.

use super::entry;
use super::lines;
use super::pen::Pen;
use super::read::{Text, show};
use crate::app::screen::Subject;
use crate::app::{App, Item};
use crate::domain::assess::facts_in;
use crate::domain::duty::DutyStatus;
use crate::domain::law::{Basis, Fact, Pack, Start};
use crate::domain::tri::Tri;
use crate::words::console::Word as W;
use crate::words::entry::told_by;
use crate::words::say;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App, about: &Subject, scroll: usize) {
    let Some(item) = app.current() else { return };
    let mut why = Why { app, item, text: Text::default(), width: pen.cols };
    match about {
        Subject::Duty(id) => why.duty(id),
        Subject::Level => why.level(),
        Subject::Fact(id) => why.fact(id),
    }
    let text = why.text;
    show(pen, app, W::Why.text(app.lang()), &text, scroll);
}

struct Why<'a> {
    app: &'a App,
    item: &'a Item,
    text: Text,
    width: u16,
}

impl Why<'_> {
    fn heading(&mut self, text: &str) {
        self.text.heading(text, self.width);
    }

    fn item(&mut self, mark: &str, text: &str) {
        self.text.item(mark, text, self.width);
    }

    /// Where the law says so: cite, its words, the mark, the sources.
    fn basis(&mut self, pack: &Pack, basis: &Basis) {
        let lang = self.app.lang();
        let article = &pack.articles[basis.article.at()];
        self.heading(&format!("{} [{}]", lang.of(&article.cite), basis.mark));
        self.text.para(lang.of(&article.text), self.width);
        let sources: Vec<&str> = basis
            .sources
            .iter()
            .filter_map(|s| pack.sources.get(*s))
            .map(|s| s.title.as_str())
            .collect();
        let mark = match basis.mark {
            crate::domain::law::Mark::C2 => W::MarkC2,
            crate::domain::law::Mark::C1 => W::MarkC1,
            crate::domain::law::Mark::S1 => W::MarkS1,
            crate::domain::law::Mark::INF => W::MarkInf,
        };
        let line = W::Sources.with(lang, &[mark.text(lang), &sources.join("; ")]);
        self.text.para(&line, self.width);
    }

    /// One fact with its answer.
    fn answer(&mut self, pack: &Pack, fact: &Fact) {
        let app = self.app;
        let lang = app.lang();
        let known = self.item.incident.case.facts.get(&fact.id);
        let shown = say::answer(fact, Some(pack), known, app.now(), app.zone(), lang);
        let mark = if known.is_some() { "ok" } else { "? " };
        self.item(mark, &format!("{}: {shown}", lang.of(&fact.short)));
    }

    fn duty(&mut self, id: &str) {
        let app = self.app;
        let lang = app.lang();
        let Some(d) = self.item.assessment.duty(id) else { return };
        let Some(pack) = say::pack_of(&self.item.incident.case, &d.pack) else { return };
        let duty = &pack.duties[d.index.at()];
        let state = say::state(d, lang);
        let title = format!("{}  {}, {state}", lang.of(&duty.title), say::applies(d.applies, lang));
        self.heading(&title);
        self.clock(d);
        let limit = lines::limit(app, self.item, duty);
        self.item("-", &W::LimitIs.with(lang, &[&limit]));
        if let Some(words) = &d.words {
            self.item("-", &W::LawWord.with(lang, &[lang.of(words)]));
        }
        let facts = facts_in(&duty.when);
        if !facts.is_empty() {
            self.heading(W::DecidedBy.text(lang));
            for f in facts {
                self.answer(pack, &pack.facts[f.at()]);
            }
        }
        let open: Vec<&Fact> = d.settled_by.iter().map(|f| &pack.facts[f.at()]).collect();
        if d.applies == Tri::Unknown && !open.is_empty() {
            self.heading(W::SettledBy.text(lang));
            for f in open {
                self.item("?", lang.of(&f.ask));
            }
        }
        if let Some(block) = d.blocked.and_then(|b| duty.blocked.get(b)) {
            self.heading(W::BlockedBecause.text(lang));
            self.item("x", lang.of(&block.reason));
            self.basis(pack, &block.basis);
        }
        self.tried(d);
        self.basis(pack, &duty.basis);
        self.level();
    }

    /// What started the clock, when it ends, and the later clock that can be argued for.
    fn clock(&mut self, d: &DutyStatus) {
        let app = self.app;
        let lang = app.lang();
        let at = |t| say::full(t, app.zone());
        let case = &self.item.incident.case;
        let from = say::pack_of(case, &d.pack).map(|p| match &p.duties[d.index.at()].starts {
            Start::Anchor(id) => entry::name(app, case, id),
            Start::Received(_) => W::Receipt.text(lang).to_owned(),
            Start::Sent(_) => W::FirstSent.text(lang).to_owned(),
        });
        let from = from.unwrap_or_default();
        match (d.started, d.due) {
            (Some(start), Some(due)) => {
                let start = at(start) + told_by(d.started_by, lang);
                let ticking = lines::ticks(self.item, d);
                let left = if ticking { super::frame::left(app, due) } else { String::new() };
                self.item("-", &W::StrictClock.with(lang, &[&from, &start, &at(due), &left]));
            }
            (Some(start), None) => {
                let start = at(start) + told_by(d.started_by, lang);
                self.item("-", &W::StartedAt.with(lang, &[&from, &start]));
            }
            _ => self.item("-", &W::NotStarted.with(lang, &[&from])),
        }
        if let Some((start, end)) = d.arguable {
            self.item("-", &W::ArguableClock.with(lang, &[&at(start), &at(end)]));
        }
    }

    /// Attempts to report that stand in the record.
    fn tried(&mut self, d: &DutyStatus) {
        let app = self.app;
        let lang = app.lang();
        let case = &self.item.incident.case;
        let all: Vec<_> = case.submissions.iter().filter(|s| s.duty == d.id).collect();
        if all.is_empty() {
            return;
        }
        self.heading(W::Tried.text(lang));
        for s in all {
            let to = s.to.as_deref().map(|b| entry::body(app, case, b)).unwrap_or_default();
            let sent = say::full(s.sent_at, app.zone());
            let stand = match (s.failed, s.received_at) {
                (true, _) => W::Failed.text(lang).to_owned(),
                (false, Some(t)) => W::ChainGot.with(lang, &[&say::full(t, app.zone())]),
                (false, None) => W::NotYetReceived.text(lang).to_owned(),
            };
            let n = s.entry.map(|n| format!("#{n}")).unwrap_or_default();
            self.item("-", &format!("{n} {to} {sent}  {stand}"));
        }
    }

    fn level(&mut self) {
        let app = self.app;
        let lang = app.lang();
        let case = &self.item.incident.case;
        for verdict in &self.item.assessment.packs {
            let Some(pack) = say::pack_of(case, &verdict.pack) else { continue };
            let line = lines::level(app, self.item, verdict, pack).join(" | ");
            self.heading(&format!("{}  {line}", W::Level.text(lang)));
            for r in &verdict.reasons {
                let rung = r.index.and_then(|c| pack.criteria.get(c)?.rungs.get(r.rung));
                let (reason, basis) = match (rung, &pack.floor) {
                    (Some(rung), _) => (lang.of(&rung.reason).to_owned(), Some(&rung.basis)),
                    (None, Some(floor)) => {
                        let fact = &pack.facts[floor.fact.at()];
                        (lang.of(&fact.short).to_owned(), Some(&floor.basis))
                    }
                    (None, None) => (r.criterion.clone(), None),
                };
                let level = say::level(pack, Some(r.level), lang);
                let cite = basis.map(|b| {
                    let cite = lang.of(&pack.articles[b.article.at()].cite);
                    format!(" ({cite} [{}])", b.mark)
                });
                self.item("ok", &format!("{level}: {reason}{}", cite.unwrap_or_default()));
            }
            if verdict.reasons.is_empty() {
                self.item("-", W::NoCriterion.text(lang));
            }
            if let Some(since) = verdict.reached_later {
                self.item("-", &W::KnownSince.with(lang, &[&say::full(since, app.zone())]));
            }
            let open: Vec<_> =
                self.item.assessment.questions.iter().filter(|q| q.pack == pack.id).collect();
            if !open.is_empty() {
                self.heading(W::OpenFacts.text(lang));
            }
            for q in open {
                let name = entry::name(app, case, &q.fact);
                let could: Vec<String> =
                    q.could.iter().map(|l| say::level(pack, Some(*l), lang)).collect();
                let mut line = name;
                if !could.is_empty() {
                    line = W::CouldReach.with(lang, &[&line, &could.join(lang.pick("、", ", "))]);
                }
                if let Some(due) = q.earliest_due {
                    let at = say::moment(due, app.now(), app.zone(), lang);
                    line = W::CouldStart.with(lang, &[&line, &at]);
                }
                self.item("? ", &line);
            }
        }
        for text in lines::advice(app, self.item) {
            self.item("!", &text);
        }
    }

    fn fact(&mut self, id: &str) {
        let lang = self.app.lang();
        let case = &self.item.incident.case;
        let Some((pack, fact)) = case.packs.iter().find_map(|p| Some((p, p.fact(id)?.1))) else {
            if let Some(anchor) = case.anchor(id) {
                self.heading(lang.of(&anchor.ask));
                self.text.para(lang.of(&anchor.help), self.width);
            }
            return;
        };
        self.heading(lang.of(&fact.ask));
        self.text.para(lang.of(&fact.help), self.width);
        self.answer(pack, fact);
        if let Some(q) = self.item.assessment.questions.iter().find(|q| q.fact == id) {
            self.heading(W::CouldDo.text(lang));
            for level in &q.could {
                self.item("~", &say::level(pack, Some(*level), lang));
            }
            for id in &q.settles {
                if let Some(d) = self.item.assessment.duty(id) {
                    let due = d.due.map(|t| {
                        let at = say::moment(t, self.app.now(), self.app.zone(), lang);
                        format!("  {}", W::Before.with(lang, &[&at]))
                    });
                    let title = say::duty_title(case, d, lang);
                    self.item("?", &format!("{title}{}", due.unwrap_or_default()));
                }
            }
        }
        let rungs = pack.criteria.iter().flat_map(|c| &c.rungs);
        let about: Vec<_> = rungs
            .filter(|r| facts_in(&r.when).iter().any(|f| pack.facts[f.at()].id == id))
            .collect();
        if !about.is_empty() {
            self.heading(W::Criteria.text(lang));
            for r in about {
                let level = say::level(pack, Some(r.level), lang);
                self.item("-", &format!("{level}: {} [{}]", lang.of(&r.reason), r.basis.mark));
            }
        }
        self.basis(pack, &fact.basis);
    }
}
