//! One assessment: levels, duties with their clocks, forecasts, questions. A pure function of
//! what is known and of `now`.

use serde::Serialize;

use super::case::{Case, LEARNED_AT};
use super::duty::{self, DutyStatus, State};
use super::grade::{Bounds, Grading, Ground};
use super::law::{FactIx, LevelIx, Pack};
use super::question::{self, Question};
use super::time::Time;
use super::tri::Tri;

/// Everything that can be said about a case at one moment.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The moment it is about.
    pub now: Time,
    /// One verdict per pack, in the case's order.
    pub packs: Vec<Verdict>,
    /// Whether any pack's reporting duty exists.
    pub reportable: Tri,
    /// All duties of all packs, soonest clock first.
    pub duties: Vec<DutyStatus>,
    /// Levels that will be reached if what goes on goes on, soonest first.
    pub forecast: Vec<Forecast>,
    /// Open facts in the order in which they are worth asking.
    pub questions: Vec<Question>,
    /// Contradictions among the answers.
    pub warnings: Vec<Warning>,
}

/// What one pack says about the level.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The pack's id.
    pub pack: String,
    /// Lowest and highest level.
    pub bounds: Bounds,
    /// Criteria that were met, gravest first.
    pub reasons: Vec<Because>,
    /// The level from which the pack's reporting duty exists, and since when that level has been
    /// known, where it was reached later than the incident was learned of.
    pub reached_later: Option<Time>,
    /// Advice whose condition holds; positions in the pack's notices.
    pub notices: Vec<usize>,
}

impl Verdict {
    /// Nothing unknown can change the level any more.
    pub fn settled(&self) -> bool {
        self.bounds.at_least == self.bounds.at_most
    }
}

/// One criterion that was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    /// Criterion id, or the id of the fact that decides the definition.
    pub criterion: String,
    /// Position in the pack's criteria; `None` for the definition.
    pub index: Option<usize>,
    /// Position of the rung.
    pub rung: usize,
    /// The level it grounds.
    pub level: LevelIx,
}

/// A level that will be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The pack's id.
    pub pack: String,
    /// When.
    pub at: Time,
    /// Which level.
    pub level: LevelIx,
    /// By which criterion.
    pub criterion: String,
}

/// Answers that cannot all be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Warning {
    /// The definition of an incident is denied although a threshold is met; the level stands.
    Denied {
        /// Pack id.
        pack: String,
        /// The fact that denies it.
        fact: String,
        /// The criteria that are met.
        criteria: Vec<String>,
    },
    /// A fact was answered although what it presupposes is excluded; the answer stands.
    Presupposes {
        /// Pack id.
        pack: String,
        /// The fact.
        fact: String,
        /// The facts that exclude it.
        excluded_by: Vec<String>,
    },
}

/// Assesses a case at one moment.
pub fn assess(case: &Case, now: Time) -> Assessment {
    let mut out = Assessment {
        now,
        packs: Vec::with_capacity(case.packs.len()),
        reportable: Tri::No,
        duties: Vec::new(),
        forecast: Vec::new(),
        questions: Vec::new(),
        warnings: Vec::new(),
    };
    for pack in &case.packs {
        assess_pack(case, pack, now, &mut out);
    }
    out.duties.sort_by(duty::soonest_first);
    out.forecast.sort_by_key(|f| f.at);
    question::merge(&mut out.questions);
    out
}

fn assess_pack(case: &Case, pack: &Pack, now: Time, out: &mut Assessment) {
    let mut ground = Ground::new(pack, &case.facts, now);
    let grading = ground.grade();
    out.warnings.extend(warnings(pack, &ground, &grading));
    out.forecast.extend(forecast(pack, &mut ground, &grading));
    out.reportable = out.reportable.or(ground.holds(&pack.reportable));
    let reached_later = super::reached::level_known_since(case, pack, &ground, &grading, now);
    let duties = duty::statuses(case, pack, &ground, &grading, reached_later, now);
    out.questions.extend(question::open(pack, &ground, &grading, &duties));
    out.duties.extend(duties);
    let notices = pack.notices.iter().enumerate();
    out.packs.push(Verdict {
        pack: pack.id.clone(),
        bounds: grading.bounds,
        reasons: grading.reasons.iter().map(|r| because(pack, r)).collect(),
        reached_later,
        notices: notices
            .filter(|(_, a)| ground.holds(&a.when) == Tri::Yes)
            .map(|(i, _)| i)
            .collect(),
    });
}

fn because(pack: &Pack, reason: &super::grade::Reason) -> Because {
    let criterion = match (reason.criterion, &pack.floor) {
        (Some(c), _) => pack.criteria[c].id.clone(),
        (None, Some(floor)) => pack.facts[floor.fact.at()].id.clone(),
        (None, None) => String::new(),
    };
    Because { criterion, index: reason.criterion, rung: reason.rung, level: reason.level }
}

fn forecast(pack: &Pack, ground: &mut Ground<'_>, grading: &Grading) -> Vec<Forecast> {
    let mut out = Vec::new();
    let mut best = grading.bounds.at_least;
    for at in ground.crossings() {
        let (level, reason) = ground.certain_at(at);
        if level > best
            && let (Some(level), Some(reason)) = (level, reason)
        {
            best = Some(level);
            let criterion = because(pack, &reason).criterion;
            out.push(Forecast { pack: pack.id.clone(), at, level, criterion });
        }
    }
    out
}

fn warnings(pack: &Pack, ground: &Ground<'_>, grading: &Grading) -> Vec<Warning> {
    let name = |f: FactIx| pack.facts[f.at()].id.clone();
    let mut out = Vec::new();
    if let (true, Some(floor)) = (grading.denied, &pack.floor) {
        let met = grading.reasons.iter().filter(|r| r.criterion.is_some());
        let criteria = met.map(|r| because(pack, r).criterion).collect();
        out.push(Warning::Denied { pack: pack.id.clone(), fact: name(floor.fact), criteria });
    }
    for fact in &grading.presupposed {
        let cond = pack.facts[fact.at()].only_if.as_ref();
        let excluded_by = cond.map(|c| facts_in(c).into_iter().map(name).collect());
        let excluded_by = excluded_by.unwrap_or_default();
        let _ = ground;
        out.push(Warning::Presupposes { pack: pack.id.clone(), fact: name(*fact), excluded_by });
    }
    out
}

/// Lists the facts that a condition names.
pub fn facts_in(cond: &super::law::Cond) -> Vec<FactIx> {
    use super::law::Cond;
    match cond {
        Cond::Is(f)
        | Cond::AtLeast(f, _)
        | Cond::MoreThan(f, _)
        | Cond::Has(f, _)
        | Cond::Chosen(f, _)
        | Cond::Graded(f, _) => vec![*f],
        Cond::Not(c) => facts_in(c),
        Cond::All(list) | Cond::Any(list) => list.iter().flat_map(facts_in).collect(),
        Cond::Reached(_) | Cond::Applies(_) => Vec::new(),
    }
}

impl Assessment {
    /// The clock that ends first among the operator's own duties that are not excluded; where
    /// there is none, among the duties of others.
    pub fn next(&self) -> Option<&DutyStatus> {
        let ticking = |d: &&DutyStatus| {
            matches!(d.state, Some(State::Running | State::Overdue)) && d.due.is_some()
        };
        self.duties.iter().filter(ticking).min_by_key(|d| (!d.own, d.due))
    }

    /// Finds a duty by its full id.
    pub fn duty(&self, id: &str) -> Option<&DutyStatus> {
        self.duties.iter().find(|d| d.id == id)
    }
}

/// The anchor from which a pack's strict clock runs, where it is known.
pub fn learned_at(case: &Case) -> Option<Time> {
    case.anchors.get(LEARNED_AT).copied()
}
