//! Open facts in the order in which they are worth asking.
//!
//! Earliest clock first; then by how many duties an answer alone would take away; then what
//! follows from an answer already given (a CII is involved: was it down as a whole?); then by how many
//! rungs of the grading guide an answer would exclude. A fact that presupposes another open fact
//! comes after it.

use std::cmp::Reverse;

use super::duty::{DutyStatus, members};
use super::grade::{FactSet, Grading, Ground, bit};
use super::law::{FactIx, LevelIx, Pack, Start};
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
    /// How many open outcomes (duties, rungs of the guide) an answer alone would exclude.
    pub excludes: usize,
    /// How many of them are duties.
    pub excludes_duties: usize,
    /// What it presupposes is known to hold.
    pub follows: bool,
    /// It presupposes another open fact.
    pub later: bool,
}

/// A duty that is not excluded, with the facts on which it hangs.
struct OpenDuty<'a> {
    status: &'a DutyStatus,
    /// Its limit; for a clock that another report starts, the limit of that report, by which the
    /// answer matters.
    by: Option<Time>,
    settled_by: FactSet,
    blocked_by: FactSet,
}

/// Lists the open questions of one pack.
pub(super) fn open(
    pack: &Pack,
    ground: &Ground<'_>,
    grading: &Grading,
    duties: &[DutyStatus],
) -> Vec<Question> {
    let open: Vec<OpenDuty<'_>> = duties
        .iter()
        .filter(|d| d.state.is_some())
        .map(|status| {
            let blocks = pack.duties[status.index.at()].blocked.iter();
            let unsure = blocks.filter(|b| ground.holds(&b.when) == Tri::Unknown);
            OpenDuty {
                status,
                by: status.due.or_else(|| starting_due(pack, status, duties)),
                settled_by: status.settled_by.iter().fold(0, |all, f| all | bit(*f)),
                blocked_by: unsure
                    .filter(|_| status.is_open())
                    .fold(0, |all, b| all | ground.hangs_on(&b.when)),
            }
        })
        .collect();
    let mut all = 0;
    grading.open.iter().for_each(|o| all |= o.facts);
    open.iter().for_each(|d| all |= d.settled_by | d.blocked_by);
    if let Some(floor) = &pack.floor
        && grading.bounds.at_least != grading.bounds.at_most
    {
        all |= bit(floor.fact);
    }
    let denied = ground.if_denied();
    members(all)
        .into_iter()
        .filter(|f| ground.is_unknown(*f))
        .map(|f| ask(pack, ground, grading, &open, denied.as_ref(), f))
        .collect()
}

/// The earliest limit of the open reports that would start a duty's clock.
fn starting_due(pack: &Pack, status: &DutyStatus, duties: &[DutyStatus]) -> Option<Time> {
    let (Start::Received(of) | Start::Sent(of)) = &pack.duties[status.index.at()].starts else {
        return None;
    };
    duties.iter().filter(|d| d.is_open() && of.contains(&d.index)).filter_map(|d| d.due).min()
}

fn ask(
    pack: &Pack,
    ground: &Ground<'_>,
    grading: &Grading,
    duties: &[OpenDuty<'_>],
    denied: Option<&(Ground<'_>, Grading)>,
    fact: FactIx,
) -> Question {
    let mut could: Vec<LevelIx> = Vec::new();
    let mut excludes = 0;
    let mut excludes_duties = 0;
    // The fact that decides the definition can take every open rung away; what goes on and will
    // be met in time stays.
    let denied = denied.filter(|_| pack.floor.as_ref().is_some_and(|f| f.fact == fact));
    if let Some((_, left)) = denied {
        excludes += grading.open.len().saturating_sub(left.open.len());
    }
    for o in &grading.open {
        if o.facts & bit(fact) != 0 {
            if !could.contains(&o.level) {
                could.push(o.level);
            }
            let rung = &pack.criteria[o.criterion].rungs[o.rung];
            excludes += usize::from(ground.holds_without(&rung.when, fact) == Tri::No);
        }
    }
    if let (Some(_), Some(floor)) = (denied, &pack.floor)
        && grading.bounds.at_least < Some(floor.level)
    {
        could.push(floor.level);
    }
    could.sort_unstable_by(|a, b| b.cmp(a));
    let mut settles = Vec::new();
    let mut earliest_due: Option<Time> = None;
    for d in duties {
        let blocks = d.blocked_by & bit(fact) != 0;
        let decides = d.settled_by & bit(fact) != 0;
        if !blocks && !decides {
            continue;
        }
        if decides {
            settles.push(d.status.id.clone());
        }
        let when = &pack.duties[d.status.index.at()].when;
        let gone = decides
            && match denied {
                Some((denied, _)) => denied.holds(when) == Tri::No,
                None => ground.holds_without(when, fact) == Tri::No,
            };
        excludes_duties += usize::from(blocks || gone);
        earliest_due = earliest(earliest_due, d.by);
    }
    let presupposes = pack.facts[fact.at()].only_if.as_ref();
    Question {
        fact: pack.facts[fact.at()].id.clone(),
        pack: pack.id.clone(),
        could,
        settles,
        earliest_due,
        excludes: excludes + excludes_duties,
        excludes_duties,
        follows: presupposes.is_some_and(|c| ground.holds(c) == Tri::Yes),
        later: presupposes.is_some_and(|c| ground.holds(c) == Tri::Unknown),
    }
}

fn earliest(a: Option<Time>, b: Option<Time>) -> Option<Time> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Puts the questions of all packs into one order and asks each fact once.
pub(super) fn merge(questions: &mut Vec<Question>) {
    let mut merged: Vec<Question> = Vec::with_capacity(questions.len());
    for q in questions.drain(..) {
        if let Some(same) = merged.iter_mut().find(|m| m.fact == q.fact) {
            same.settles.extend(q.settles);
            same.excludes += q.excludes;
            same.excludes_duties += q.excludes_duties;
            same.follows |= q.follows;
            same.earliest_due = earliest(same.earliest_due, q.earliest_due);
        } else {
            merged.push(q);
        }
    }
    let far = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    merged.sort_by_key(|q| {
        let clock = q.earliest_due.unwrap_or(far);
        (q.later, clock, Reverse(q.excludes_duties), !q.follows, Reverse(q.excludes))
    });
    *questions = merged;
}
