//! Questions one by one, and what an answer would do, said before it is recorded.

use super::command::pick;
use super::show::verdicts;
use super::{Act, Lines, Plain, State, said};
use crate::app::kept::{Kept, QUESTION, Slot};
use crate::domain::assess::{Assessment, Warning};
use crate::domain::decide::{Intent, read_answers};
use crate::domain::duty::{DutyStatus, State as DutyState};
use crate::domain::incident::{Incident, UNKNOWN};
use crate::domain::law::Fact;
use crate::domain::text::half_width;
use crate::domain::tri::Tri;
use crate::domain::value::Kind;
use crate::words::plain::Word as W;
use crate::words::refusal::refusal;
use crate::words::say;

/// The fact that was asked.
#[derive(Debug)]
pub(super) struct Asked {
    fact: String,
}

impl Asked {
    /// The question about a fact.
    pub(super) fn about(fact: &str) -> Self {
        Self { fact: fact.to_owned() }
    }

    /// Under what its half-typed answer is kept.
    pub(super) fn slot(&self, incident: &str) -> Slot {
        let about = Some(self.fact.clone());
        Kept { form: QUESTION.to_owned(), about, ..Kept::default() }.slot(incident)
    }
}

impl Plain {
    /// Begins to ask, in the engine's order or one fact by name.
    pub(super) fn ask(&mut self, fact: &str) -> Lines {
        self.skipped.clear();
        if fact.is_empty() {
            self.asking = true;
            return self.ask_next();
        }
        let known = self.current().is_some_and(|i| i.case.fact(fact).is_some());
        if known {
            return self.ask_fact(fact);
        }
        // The engine names what is wrong, and the nearest right name.
        self.set(&format!("{fact}=?"))
    }

    pub(super) fn ask_next(&mut self) -> Lines {
        let Some(incident) = self.current() else { return Vec::new() };
        let questions = incident.assess(self.now).questions;
        let next = questions.iter().find(|q| !self.skipped.contains(&q.fact));
        match next.map(|q| q.fact.clone()) {
            Some(fact) => self.ask_fact(&fact),
            None => {
                self.asking = false;
                let word = if questions.is_empty() { W::NoQuestions } else { W::AllSkipped };
                vec![word.text(self.lang).to_owned()]
            }
        }
    }

    fn ask_fact(&mut self, id: &str) -> Lines {
        let (now, lang, zone) = (self.now, self.lang, self.zone);
        let Some(incident) = self.current() else { return Vec::new() };
        let Some(fact) = incident.case.fact(id) else { return Vec::new() };
        let questions = incident.assess(now).questions;
        let count = questions.len().to_string();
        let mut out = vec![W::Question.with(lang, &[&count, lang.of(&fact.ask)])];
        out.push(lang.of(&fact.help).to_owned());
        let pack = incident.case.packs.iter().find(|p| p.fact(id).is_some()).map(AsRef::as_ref);
        if let Some(value) = incident.case.facts.get(id) {
            let value = say::answer(fact, pack, Some(value), now, zone, lang);
            out.push(W::Present.with(lang, &[&value]));
        }
        if let Some(q) = questions.iter().find(|q| q.fact == id) {
            let mut why = Vec::new();
            if let (Some(level), Some(pack)) = (q.could.first(), pack) {
                why.push(W::CouldLevel.with(lang, &[&say::level(pack, Some(*level), lang)]));
            }
            if let Some(due) = q.earliest_due {
                why.push(W::CouldClock.with(lang, &[&say::moment(due, now, zone, lang)]));
            }
            let duties = incident.assess(now).duties;
            let settled =
                duties.iter().filter(|d| q.settles.contains(&d.id) && d.due == q.earliest_due);
            let by = settled.filter_map(|d| d.decide_by(self.lead)).min();
            if let Some(by) = by {
                let word = if by <= now { W::DecideLate } else { W::DecideBy };
                let text = word.with(lang, &[&say::moment(by, now, zone, lang)]);
                why.push(text.trim_end_matches('.').to_owned());
            }
            if !why.is_empty() {
                let why = why.join(", ");
                out.push(W::Because.with(lang, &[&why]));
            }
        }
        out.extend(self.options(fact));
        self.state = State::Answer(Asked::about(id));
        out.retain(|l| !l.is_empty());
        out
    }

    fn options(&self, fact: &Fact) -> Lines {
        let lang = self.lang;
        let mut out = Vec::new();
        let mut numbered = |n: usize, name: &str| {
            out.push(W::Option.with(lang, &[&n.to_string(), name]));
        };
        let how = match &fact.kind {
            Kind::Bool => W::HowBool,
            Kind::Integer => W::HowCount,
            Kind::Percent => W::HowPercent,
            Kind::Duration => W::HowDuration,
            Kind::Set(_) | Kind::Choice(_) => {
                for (i, name) in fact.options.iter().enumerate() {
                    numbered(i + 1, lang.of(name));
                }
                if matches!(fact.kind, Kind::Set(_)) { W::HowSet } else { W::HowOne }
            }
            Kind::Level(ids) => {
                numbered(0, W::NoneOfThem.text(lang));
                for (i, id) in ids.iter().enumerate() {
                    numbered(i + 1, &self.level_name(id));
                }
                W::HowOne
            }
        };
        out.push(how.text(lang).to_owned());
        out
    }

    fn level_name(&self, id: &str) -> String {
        let packs = self.current().map_or(&self.packs, |i| &i.case.packs);
        let found = packs.iter().find_map(|p| p.level(id).map(|(ix, _)| (p, ix)));
        found.map_or_else(|| id.to_owned(), |(p, ix)| say::level(p, Some(ix), self.lang))
    }

    /// Takes a line as the answer to a question.
    pub(super) fn answered(&mut self, asked: Asked, input: &str) -> Lines {
        let lang = self.lang;
        let pass_over = |plain: &mut Self, word: W| {
            plain.skipped.insert(asked.fact.clone());
            let mut out = vec![word.text(lang).to_owned()];
            if plain.asking {
                out.extend(plain.ask_next());
            }
            out
        };
        if input.is_empty() {
            return pass_over(self, W::Skipped);
        }
        let Some(incident) = self.current() else { return Vec::new() };
        let Some(fact) = incident.case.fact(&asked.fact) else { return Vec::new() };
        let unknown = half_width(input) == UNKNOWN;
        if unknown && !incident.case.facts.contains_key(&asked.fact) {
            return pass_over(self, W::StillUnknown);
        }
        let text = by_number(&fact.kind, input).unwrap_or_else(|| input.to_owned());
        let set = vec![(asked.fact.clone(), text)];
        if let Err(why) = read_answers(incident, &set, self.now, self.zone) {
            let out = said(&refusal(&why, lang));
            self.state = State::Answer(asked);
            return out;
        }
        self.propose(set)
    }

    /// Takes `fact=value` pairs.
    pub(super) fn set(&mut self, rest: &str) -> Lines {
        let pairs: Option<Vec<(String, String)>> = split_pairs(rest);
        let Some(set) = pairs.filter(|p| !p.is_empty()) else {
            return vec![W::SetHow.text(self.lang).to_owned()];
        };
        let Some(incident) = self.current() else { return Vec::new() };
        if let Err(why) = read_answers(incident, &set, self.now, self.zone) {
            return said(&refusal(&why, self.lang));
        }
        let case = &incident.case;
        let known = |id: &String| case.facts.contains_key(id) || case.anchors.contains_key(id);
        if set.iter().all(|(id, text)| half_width(text) == UNKNOWN && !known(id)) {
            return vec![W::StillUnknown.text(self.lang).to_owned()];
        }
        self.propose(set)
    }

    /// Says what answers would do, and asks for a yes.
    fn propose(&mut self, set: Vec<(String, String)>) -> Lines {
        let (now, zone) = (self.now, self.zone);
        let Some(incident) = self.current() else { return Vec::new() };
        let mut out = Vec::new();
        if let Ok(given) = read_answers(incident, &set, now, zone) {
            let (before, after) = (incident.assess(now), incident.what_if(&given, now));
            for (name, text) in &set {
                out.push(W::IfSo.with(self.lang, &[&self.fact_name(incident, name), text]));
            }
            out.extend(self.effect(incident, &before, &after));
        }
        let incident = incident.id.clone();
        let intent = Intent::Answer { set, note: None, happened_at: None, confirmed: false };
        out.extend(self.ready(Act::Append { incident, intent }));
        out
    }

    fn fact_name(&self, incident: &Incident, id: &str) -> String {
        let fact = incident.case.fact(id).map(|f| &f.short);
        let name = fact.or_else(|| incident.case.anchor(id).map(|a| &a.short));
        name.map_or_else(|| id.to_owned(), |t| self.lang.of(t).to_owned())
    }

    fn effect(&self, incident: &Incident, before: &Assessment, after: &Assessment) -> Lines {
        let (lang, case) = (self.lang, &incident.case);
        let mut out = Vec::new();
        for ((pack, was), (_, is)) in verdicts(case, before).zip(verdicts(case, after)) {
            let (was, is) = (say::bounds(pack, was, lang), say::bounds(pack, is, lang));
            if was != is {
                out.push(W::EffectLevel.with(lang, &[lang.of(&pack.short), &was, &is]));
            }
        }
        for is in &after.duties {
            out.extend(before.duty(&is.id).and_then(|was| self.duty_effect(incident, was, is)));
        }
        for f in after.forecast.iter().filter(|f| !before.forecast.contains(f)) {
            let Some(pack) = say::pack_of(case, &f.pack) else { continue };
            let criterion = pack.criteria.iter().find(|c| c.id == f.criterion);
            out.push(W::Forecast.with(
                lang,
                &[
                    &say::moment(f.at, self.now, self.zone, lang),
                    &say::countdown((f.at - self.now).num_seconds(), lang),
                    &say::level(pack, Some(f.level), lang),
                    criterion.map_or("", |c| lang.of(&c.title)),
                ],
            ));
        }
        for warning in after.warnings.iter().filter(|w| !before.warnings.contains(w)) {
            let names = match warning {
                Warning::Denied { fact, .. } => self.fact_name(incident, fact),
                Warning::Presupposes { excluded_by, .. } => {
                    let names = excluded_by.iter().map(|f| self.fact_name(incident, f));
                    names.collect::<Vec<_>>().join(lang.pick("、", ", "))
                }
            };
            out.push(W::Contradiction.with(lang, &[&names]));
        }
        if out.is_empty() {
            out.push(W::NoEffect.text(lang).to_owned());
        }
        out
    }

    fn duty_effect(
        &self,
        incident: &Incident,
        was: &DutyStatus,
        is: &DutyStatus,
    ) -> Option<String> {
        let (lang, case) = (self.lang, &incident.case);
        let title = self.title(case, is);
        let by = match is.due {
            Some(due) => W::ByThen.with(lang, &[&say::moment(due, self.now, self.zone, lang)]),
            None => {
                let none = || W::NoHours.text(lang).to_owned();
                is.words.as_ref().map_or_else(none, |w| lang.of(w).to_owned())
            }
        };
        let blocked = |d: &DutyStatus| d.state == Some(DutyState::Blocked);
        let word = if blocked(is) != blocked(was) && blocked(is) {
            W::EffectBlocked
        } else if was.applies != is.applies {
            match is.applies {
                Tri::Yes => W::EffectApplies,
                Tri::No => W::EffectNot,
                Tri::Unknown => W::EffectOpen,
            }
        } else if was.due != is.due && is.is_open() {
            W::EffectDue
        } else {
            return None;
        };
        Some(word.with(lang, &[&title, &by]))
    }
}

/// Turns numbers of options into the answer as it is typed; `None` where no number was given.
fn by_number(kind: &Kind, input: &str) -> Option<String> {
    match kind {
        Kind::Bool => match pick(input)? {
            1 => Some("yes".to_owned()),
            2 => Some("no".to_owned()),
            _ => None,
        },
        Kind::Choice(ids) => ids.get(pick(input)?.checked_sub(1)?).cloned(),
        Kind::Level(ids) => match pick(input)? {
            0 => Some("none".to_owned()),
            n => ids.get(n - 1).cloned(),
        },
        Kind::Set(ids) => {
            let input = half_width(input);
            let parts = input.split([',', '、', ' ']).filter(|p| !p.is_empty());
            let numbers: Vec<usize> = parts.map(pick).collect::<Option<_>>()?;
            if numbers == [0] {
                return Some("none".to_owned());
            }
            let name = |n: &usize| ids.get(n.checked_sub(1)?).cloned();
            Some(numbers.iter().map(name).collect::<Option<Vec<_>>>()?.join(","))
        }
        Kind::Integer | Kind::Percent | Kind::Duration => None,
    }
}

/// Splits `a=1 b=2 3`: a value runs up to the next name with its sign.
pub(super) fn split_pairs(text: &str) -> Option<Vec<(String, String)>> {
    let mut out: Vec<(String, String)> = Vec::new();
    for word in text.split_whitespace() {
        let name = |n: &str| !n.is_empty() && n.chars().all(|c| c.is_alphanumeric() || c == '_');
        match word.split_once(['=', '＝']) {
            Some((n, v)) if name(n) => out.push((n.to_owned(), v.to_owned())),
            _ => {
                let last = out.last_mut()?;
                if !last.1.is_empty() {
                    last.1.push(' ');
                }
                last.1.push_str(word);
            }
        }
    }
    Some(out)
}
