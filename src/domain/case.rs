//! What is known of one incident at one moment: the input of an assessment.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::ToldBy;
use super::law::{Anchor, Fact, Pack};
use super::time::Time;
use super::value::Value;

/// The anchor that every clock of a first report starts from.
pub const LEARNED_AT: &str = "learned_at";

/// Facts, moments and acts of one incident, and the packs it is judged by.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// The packs, in the order in which they were named.
    pub packs: Vec<Arc<Pack>>,
    /// Known answers by fact id; an absent fact is unknown.
    pub facts: BTreeMap<String, Value>,
    /// Known moments by anchor id.
    pub anchors: BTreeMap<String, Time>,
    /// By which clock the moments of an anchor or answer were told, where it was not the host's.
    pub told_by: BTreeMap<String, ToldBy>,
    /// Attempts to report, in the order in which they were recorded.
    pub submissions: Vec<Submission>,
    /// Duties that a person declared not to apply, by full duty id.
    pub waived: BTreeMap<String, Waiver>,
    /// Every change of an answer with the moment from which it was known; empty when all that is
    /// known was known from the start.
    pub history: Vec<Change>,
}

/// One attempt to report to one body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Full duty id.
    pub duty: String,
    /// The body; `None` stands for every recipient of the duty.
    pub to: Option<String>,
    /// When it was sent.
    pub sent_at: Time,
    /// When the body acknowledged it.
    pub received_at: Option<Time>,
    /// By which clock it was told when it was sent, where it was not the host's.
    pub sent_by: Option<ToldBy>,
    /// By which clock it was told when it was acknowledged, where it was not the host's.
    pub received_by: Option<ToldBy>,
    /// It did not go through.
    pub failed: bool,
    /// The channel used, where known.
    pub channel: Option<String>,
    /// The reference under which it was sent.
    pub reference: Option<String>,
    /// Position of its entry in the record.
    pub entry: Option<u64>,
}

/// A duty declared not to apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Who said so.
    pub by: String,
    /// Why.
    pub because: String,
    /// When it was recorded.
    pub at: Time,
}

/// One change of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// From when it was known.
    pub at: Time,
    /// The fact.
    pub fact: String,
    /// The answer; `None` for "not known (any more)".
    pub value: Option<Value>,
}

impl Case {
    /// Finds a fact by id in the first pack that has it.
    pub fn fact(&self, id: &str) -> Option<&Fact> {
        self.packs.iter().find_map(|p| p.fact(id).map(|(_, f)| f))
    }

    /// Finds an anchor by id in the first pack that has it.
    pub fn anchor(&self, id: &str) -> Option<&Anchor> {
        self.packs.iter().find_map(|p| p.anchor(id))
    }

    /// Lists every fact once, in the order of the packs.
    pub fn all_facts(&self) -> Vec<&Fact> {
        let mut seen = std::collections::BTreeSet::new();
        let facts = self.packs.iter().flat_map(|p| &p.facts);
        facts.filter(|f| seen.insert(f.id.as_str())).collect()
    }

    /// Lists every anchor once, in the order of the packs.
    pub fn all_anchors(&self) -> Vec<&Anchor> {
        let mut seen = std::collections::BTreeSet::new();
        let anchors = self.packs.iter().flat_map(|p| &p.anchors);
        anchors.filter(|a| seen.insert(a.id.as_str())).collect()
    }

    /// Finds the pack and duty that a full or, where it is unique, a short duty id names.
    pub fn find_duty(&self, id: &str) -> Option<(&Arc<Pack>, super::law::DutyIx)> {
        if let Some((pack, duty)) = id.split_once('/') {
            let pack = self.packs.iter().find(|p| p.id == pack)?;
            return Some((pack, pack.duty(duty)?.0));
        }
        let mut hits = self.packs.iter().filter_map(|p| Some((p, p.duty(id)?.0)));
        let first = hits.next()?;
        hits.next().is_none().then_some(first)
    }

    /// Lists the full ids of all duties.
    pub fn duty_ids(&self) -> Vec<String> {
        let ids = |p: &Arc<Pack>| {
            p.duties.iter().map(|d| format!("{}/{}", p.id, d.id)).collect::<Vec<_>>()
        };
        self.packs.iter().flat_map(ids).collect()
    }
}
