//! Since when a level has been known: the start of the arguable clock, and of a relay's.

use std::collections::BTreeMap;

use super::case::{Case, LEARNED_AT};
use super::grade::{Grading, Ground};
use super::law::{LevelIx, Pack};
use super::time::Time;
use super::tri::Tri;
use super::value::Value;

/// The moment from which the pack's reporting level has been known, where that is later than the
/// moment at which the incident was learned of.
pub(super) fn level_known_since(
    case: &Case,
    pack: &Pack,
    ground: &Ground<'_>,
    grading: &Grading,
    now: Time,
) -> Option<Time> {
    let level = ground.asks_level(&pack.reportable)?;
    if grading.bounds.at_least < Some(level) || ground.holds(&pack.reportable) != Tri::Yes {
        return None;
    }
    let since = known_since(case, pack, level, now)?;
    let learned = case.anchors.get(LEARNED_AT)?;
    (since > *learned).then_some(since)
}

/// The first moment at which what was known by then made a level certain; `None` if it has been
/// certain from the first moment on, or is not certain yet.
pub(super) fn known_since(case: &Case, pack: &Pack, level: LevelIx, now: Time) -> Option<Time> {
    let learned = case.anchors.get(LEARNED_AT).copied()?;
    let mut facts: BTreeMap<String, Value> = BTreeMap::new();
    let mut changes: Vec<_> = case.history.iter().collect();
    changes.sort_by_key(|c| c.at);
    if changes.is_empty() {
        facts.clone_from(&case.facts);
    }
    // Answers known before the incident was learned of count from then on.
    let mut moments: Vec<Time> = changes.iter().map(|c| c.at.max(learned)).collect();
    moments.push(learned);
    moments.sort_unstable();
    moments.dedup();
    let mut rest = changes.into_iter().peekable();
    for (i, &at) in moments.iter().enumerate() {
        while let Some(change) = rest.next_if(|c| c.at <= at) {
            match &change.value {
                Some(v) => facts.insert(change.fact.clone(), v.clone()),
                None => facts.remove(&change.fact),
            };
        }
        let until = moments.get(i + 1).copied().unwrap_or(now);
        if let Some(at) = first_certain(pack, &facts, level, at, until) {
            return (at > learned).then_some(at);
        }
    }
    None
}

/// The first moment in `from..=until` at which the level is certain by these answers.
fn first_certain(
    pack: &Pack,
    facts: &BTreeMap<String, Value>,
    level: LevelIx,
    from: Time,
    until: Time,
) -> Option<Time> {
    let mut ground = Ground::new(pack, facts, from);
    if ground.certain_at(from).0 >= Some(level) {
        return Some(from);
    }
    let crossings = ground.crossings();
    crossings
        .into_iter()
        .take_while(|at| *at <= until)
        .find(|at| ground.certain_at(*at).0 >= Some(level))
}
