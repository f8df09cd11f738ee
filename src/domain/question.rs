//! Open facts in the order in which they are worth asking.
//!
//! Earliest clock first; then by how many open outcomes an answer would exclude; a fact that
//! presupposes another open fact comes after it.

use super::duty::{DutyStatus, members};
use super::grade::{Grading, Ground, bit};
use super::law::{FactIx, LevelIx, Pack};
use super::time::Time;
use super::tri::Tri;

/// One open fact and what hangs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The fact.
    pub fact: String,
    /// The pack whose levels and duties are meant.
    pub pack: String,
    /// Levels above what is certain that it could help to reach, gravest first.
    pub could: Vec<LevelIx>,
    /// Full ids of the undecided duties that it could settle.
    pub settles: Vec<String>,
    /// The earliest clock among them.
    pub earliest_due: Option<Time>,
    /// How many open outcomes an answer alone would exclude.
    pub excludes: usize,
    /// It presupposes another open fact.
    pub later: bool,
}

/// Lists the open questions of one pack.
pub(super) fn open(
    pack: &Pack,
    ground: &Ground<'_>,
    grading: &Grading,
    duties: &[DutyStatus],
) -> Vec<Question> {
    let mut all = 0;
    for o in &grading.open {
        all |= o.facts;
    }
    for d in duties.iter().filter(|d| d.state.is_some()) {
        d.settled_by.iter().for_each(|f| all |= bit(*f));
        for block in &pack.duties[d.index.at()].blocked {
            if d.is_open() && ground.holds(&block.when) == Tri::Unknown {
                all |= ground.hangs_on(&block.when);
            }
        }
    }
    if let Some(floor) = &pack.floor
        && grading.bounds.at_least != grading.bounds.at_most
    {
        all |= bit(floor.fact);
    }
    let unknown = |f: &FactIx| ground.is_unknown(*f);
    members(all)
        .into_iter()
        .filter(unknown)
        .map(|f| ask(pack, ground, grading, duties, f))
        .collect()
}

fn ask(
    pack: &Pack,
    ground: &Ground<'_>,
    grading: &Grading,
    duties: &[DutyStatus],
    fact: FactIx,
) -> Question {
    let mut could: Vec<LevelIx> = Vec::new();
    let mut excludes = 0;
    let decides_all = pack.floor.as_ref().is_some_and(|f| f.fact == fact);
    for o in &grading.open {
        let rung = &pack.criteria[o.criterion].rungs[o.rung];
        if decides_all {
            excludes += 1;
        } else if o.facts & bit(fact) != 0 {
            if !could.contains(&o.level) {
                could.push(o.level);
            }
            excludes += usize::from(ground.holds_without(&rung.when, fact) == Tri::No);
        }
    }
    if let (true, Some(floor)) = (decides_all, &pack.floor) {
        could.push(floor.level);
    }
    could.sort_unstable_by(|a, b| b.cmp(a));
    let mut settles = Vec::new();
    let mut earliest_due: Option<Time> = None;
    for d in duties.iter().filter(|d| d.is_open()) {
        let duty = &pack.duties[d.index.at()];
        let blocks = duty.blocked.iter().any(|b| {
            ground.holds(&b.when) == Tri::Unknown && ground.hangs_on(&b.when) & bit(fact) != 0
        });
        if d.settled_by.contains(&fact) {
            settles.push(d.id.clone());
            let gone = decides_all || ground.holds_without(&duty.when, fact) == Tri::No;
            excludes += usize::from(gone || blocks);
        } else if blocks {
            excludes += 1;
        } else {
            continue;
        }
        earliest_due = match (earliest_due, d.due) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    let later =
        pack.facts[fact.at()].only_if.as_ref().is_some_and(|c| ground.holds(c) == Tri::Unknown);
    Question {
        fact: pack.facts[fact.at()].id.clone(),
        pack: pack.id.clone(),
        could,
        settles,
        earliest_due,
        excludes,
        later,
    }
}

/// Puts the questions of all packs into one order and asks each fact once.
pub(super) fn merge(questions: &mut Vec<Question>) {
    let mut merged: Vec<Question> = Vec::with_capacity(questions.len());
    for q in questions.drain(..) {
        if let Some(same) = merged.iter_mut().find(|m| m.fact == q.fact) {
            same.settles.extend(q.settles);
            same.excludes += q.excludes;
            same.earliest_due = match (same.earliest_due, q.earliest_due) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        } else {
            merged.push(q);
        }
    }
    let far = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    merged.sort_by_key(|q| (q.later, q.earliest_due.unwrap_or(far), std::cmp::Reverse(q.excludes)));
    *questions = merged;
}
