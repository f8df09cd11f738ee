//! One incident: the fold of its record.
//!
//! Nothing else holds state. [`Incident::apply`] is the only place where an incident changes, and
//! it takes nothing but entries that stand in the record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::assess::{Assessment, assess};
use super::case::{Case, Change, LEARNED_AT, Submission, Waiver};
use super::event::{Entry, Event, Mode, PackPin, Sent, ToldBy};
use super::law::Pack;
use super::time::{self, Time, UTC};
use super::value::Value;

/// The answer that takes a fact back to unknown.
pub const UNKNOWN: &str = "?";

/// One incident as its record tells it.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Its id, the name of its folder.
    pub id: String,
    /// 256 random bits: this record and no other.
    pub record: String,
    /// Title.
    pub title: String,
    /// Live or exercise.
    pub mode: Mode,
    /// The packs that it is bound to.
    pub pins: Vec<PackPin>,
    /// What is known.
    pub case: Case,
    /// All entries, in order.
    pub entries: Vec<Entry>,
    /// Positions of entries that a later entry corrected, with the position of that entry.
    pub corrected: BTreeMap<u64, u64>,
    /// When and why it was closed, where it was.
    pub closed: Option<(Time, String)>,
    /// Who took over last, where somebody did.
    pub handed_to: Option<String>,
    /// The last hand-over, and whether it was accepted.
    pub handover: Option<HandOver>,
    /// References under which bodies acknowledged reports, by the entries of those.
    pub acknowledged: BTreeMap<u64, String>,
    /// Entries that could not be taken into account, and why.
    pub not_understood: Vec<(u64, String)>,
}

impl Incident {
    /// Folds a whole record.
    pub fn fold(id: &str, packs: Vec<Arc<Pack>>, entries: Vec<Entry>) -> Self {
        let mode = entries.first().map_or(Mode::Live, |e| e.mode);
        let mut incident = Self {
            id: id.to_owned(),
            record: String::new(),
            title: String::new(),
            mode,
            pins: Vec::new(),
            case: Case { packs, ..Case::default() },
            entries,
            corrected: BTreeMap::new(),
            closed: None,
            handed_to: None,
            handover: None,
            acknowledged: BTreeMap::new(),
            not_understood: Vec::new(),
        };
        incident.rebuild();
        incident
    }

    /// Takes one more entry into account.
    pub fn apply(&mut self, entry: Entry) {
        let rebuild = matches!(entry.event, Event::Corrected { .. });
        self.entries.push(entry);
        if rebuild {
            self.rebuild();
        } else if let Some(entry) = self.entries.last().cloned() {
            self.take(&entry);
        }
    }

    /// Says how many entries are not understood: those of a newer version, and where the rules are at hand,
    /// answers that they do not know.
    pub fn unread(&self) -> usize {
        let newer = |e: &&Entry| matches!(e.event, Event::NotUnderstood { .. });
        // Without the rules no answer is understood, and that is another matter.
        match self.case.packs.len() < self.pins.len() {
            true => self.entries.iter().filter(newer).count(),
            false => self.not_understood.len(),
        }
    }

    /// Assesses it at one moment.
    pub fn assess(&self, now: Time) -> Assessment {
        assess(&self.case, now)
    }

    /// Assesses it as if some facts or anchors had other answers; leaves no trace.
    pub fn what_if(&self, changes: &[(String, Option<Given>)], now: Time) -> Assessment {
        let mut case = self.case.clone();
        for (name, given) in changes {
            let value = match given {
                Some(Given::Moment(at)) => {
                    case.anchors.insert(name.clone(), *at);
                    continue;
                }
                Some(Given::Value(v)) => Some(v.clone()),
                None => None,
            };
            case.anchors.remove(name);
            match &value {
                Some(v) => case.facts.insert(name.clone(), v.clone()),
                None => case.facts.remove(name),
            };
            case.history.push(Change { at: now, fact: name.clone(), value });
        }
        assess(&case, now)
    }

    fn rebuild(&mut self) {
        let packs = std::mem::take(&mut self.case.packs);
        self.case = Case { packs, ..Case::default() };
        self.closed = None;
        self.handed_to = None;
        self.handover = None;
        self.acknowledged.clear();
        self.corrected.clear();
        self.not_understood.clear();
        let entries = std::mem::take(&mut self.entries);
        let mut patches: BTreeMap<u64, Patch> = BTreeMap::new();
        // A correction that was itself withdrawn does not count; the latest word is read first.
        let mut withdrawn: BTreeSet<u64> = BTreeSet::new();
        for entry in entries.iter().rev() {
            if let Event::Corrected { entry: of, fields, told_by, .. } = &entry.event
                && !withdrawn.contains(&entry.n)
            {
                if fields.is_empty() {
                    withdrawn.insert(*of);
                    patches.entry(*of).or_insert(Patch::Withdrawn);
                } else {
                    match patches.entry(*of).or_insert_with(|| Patch::Fields(BTreeMap::new())) {
                        Patch::Withdrawn => {}
                        Patch::Fields(all) => {
                            for (k, v) in told(fields, told_by) {
                                all.entry(k).or_insert(v);
                            }
                        }
                    }
                }
                self.corrected.entry(*of).or_insert(entry.n);
            }
        }
        for entry in &entries {
            match patches.get(&entry.n) {
                None => self.take(entry),
                Some(Patch::Withdrawn) => {}
                Some(Patch::Fields(fields)) => self.take(&patched(entry, fields)),
            }
        }
        self.entries = entries;
    }

    fn take(&mut self, entry: &Entry) {
        let at = entry.happened_at.unwrap_or(entry.at);
        match &entry.event {
            Event::Opened { record, title, packs } => {
                self.record.clone_from(record);
                self.title.clone_from(title);
                self.pins.clone_from(packs);
            }
            Event::Answered { set, told_by, .. } => {
                // What is told together with the moment of learning counts as known since then: the
                // arguable second clock must not start with the typing.
                let told_with =
                    set.get(LEARNED_AT).and_then(|t| time::parse(t, entry.at, UTC).ok());
                let at = entry.happened_at.or(told_with).unwrap_or(entry.at);
                for (name, text) in set {
                    match told_by.get(name) {
                        Some(by) => self.case.told_by.insert(name.clone(), *by),
                        None => self.case.told_by.remove(name),
                    };
                    if let Err(why) = self.answer(name, text, at, entry.at) {
                        self.not_understood.push((entry.n, why));
                    }
                }
            }
            Event::Sent(sent) => self.case.submissions.push(submission(sent, at, entry)),
            Event::Received { duty, to, reference, .. } => {
                let mine = |s: &&mut Submission| {
                    s.duty == *duty && !s.failed && s.to.as_ref().is_none_or(|t| t == to)
                };
                // The receipt belongs to the last report that went to this body.
                if let Some(s) = self.case.submissions.iter_mut().rfind(mine) {
                    if s.received_at.is_none_or(|t| at < t) {
                        (s.received_at, s.received_by) = (Some(at), entry.happened_by);
                    }
                    if let (Some(report), Some(reference)) = (s.entry, reference) {
                        self.acknowledged.insert(report, reference.clone());
                    }
                }
            }
            Event::Waived { duty, because } => {
                let waiver =
                    Waiver { by: entry.by.shown(), because: because.clone(), at: entry.at };
                self.case.waived.insert(duty.clone(), waiver);
            }
            Event::HandedOver { to } => {
                self.handed_to = Some(to.clone());
                self.handover = Some(HandOver {
                    entry: entry.n,
                    to: to.clone(),
                    by: entry.by.shown(),
                    person: entry.by.person().to_owned(),
                    at,
                    accepted: None,
                });
            }
            Event::TookOver { entry: of, name } => {
                let (by, name) = (entry.by.shown(), name.clone());
                let accepted = Acceptance { entry: entry.n, by, name, at };
                if let Some(h) = self.handover.as_mut().filter(|h| h.entry == *of) {
                    h.accepted.get_or_insert(accepted);
                }
            }
            Event::Closed { because } => self.closed = Some((at, because.clone())),
            Event::NotUnderstood { kind, began } => {
                if let Some(began) = began {
                    self.record.clone_from(&began.record);
                    self.title.clone_from(&began.title);
                    self.pins.clone_from(&began.packs);
                }
                self.not_understood.push((entry.n, format!("kind `{kind}`")));
            }
            Event::Noted { .. }
            | Event::Corrected { .. }
            | Event::Recovered { .. }
            | Event::ClockChanged { .. } => {}
        }
    }

    fn answer(&mut self, name: &str, text: &str, at: Time, now: Time) -> Result<(), String> {
        if self.case.anchor(name).is_some() {
            if text == UNKNOWN {
                self.case.anchors.remove(name);
            } else {
                let moment = time::parse(text, now, UTC).map_err(|e| e.to_string())?;
                self.case.anchors.insert(name.to_owned(), moment);
            }
            return Ok(());
        }
        let fact = self.case.fact(name).ok_or_else(|| format!("no fact `{name}`"))?;
        let value = if text == UNKNOWN {
            None
        } else {
            Some(Value::parse(&fact.kind, text, now, UTC).map_err(|e| e.to_string())?)
        };
        if self.case.facts.get(name) != value.as_ref() {
            let change = Change { at, fact: name.to_owned(), value: value.clone() };
            self.case.history.push(change);
        }
        match value {
            Some(v) => self.case.facts.insert(name.to_owned(), v),
            None => self.case.facts.remove(name),
        };
        Ok(())
    }

    /// The entry as later corrections left it, or `None` if it was withdrawn.
    pub fn effective(&self, n: u64) -> Option<Entry> {
        let entry = self.entries.iter().find(|e| e.n == n)?;
        let mut fields = BTreeMap::new();
        for later in &self.entries {
            if let Event::Corrected { entry: of, fields: new, told_by, .. } = &later.event
                && *of == n
                && self.effective_correction(later.n)
            {
                if new.is_empty() {
                    return None;
                }
                fields.extend(told(new, told_by));
            }
        }
        Some(if fields.is_empty() { entry.clone() } else { patched(entry, &fields) })
    }

    fn effective_correction(&self, n: u64) -> bool {
        !self.entries.iter().any(|e| {
            matches!(&e.event, Event::Corrected { entry, fields, .. } if *entry == n && fields.is_empty())
        })
    }
}

/// The last hand-over of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// Position of its entry.
    pub entry: u64,
    /// To whom.
    pub to: String,
    /// Who handed over, as shown.
    pub by: String,
    /// The person who handed over.
    pub person: String,
    /// When.
    pub at: Time,
    /// Who accepted it, where somebody did.
    pub accepted: Option<Acceptance>,
}

/// The acceptance of a hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Position of its entry.
    pub entry: u64,
    /// The login that accepted, as shown.
    pub by: String,
    /// Who takes over, where that was said.
    pub name: Option<String>,
    /// When.
    pub at: Time,
}

impl HandOver {
    /// The name that is proposed for whoever takes over: whoever handed over cannot mean themselves, so
    /// another person shares their login.
    pub fn proposed<'a>(&'a self, here: &'a str) -> &'a str {
        if self.person == here { &self.to } else { here }
    }
}

impl Acceptance {
    /// Who took over: the name with the login behind it, where they differ.
    pub fn shown(&self) -> String {
        match &self.name {
            Some(name) if *name != self.by => format!("{name} ({})", self.by),
            _ => self.by.clone(),
        }
    }
}

/// A known answer: a value of a fact, or a moment of an anchor.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// A fact's value.
    Value(Value),
    /// An anchor's moment.
    Moment(Time),
}

enum Patch {
    Withdrawn,
    Fields(Fields),
}

/// New values by field, each with the clock by which a moment in it was told.
type Fields = BTreeMap<String, (String, Option<ToldBy>)>;

fn told(
    fields: &BTreeMap<String, String>,
    told_by: &BTreeMap<String, ToldBy>,
) -> impl Iterator<Item = (String, (String, Option<ToldBy>))> {
    fields.iter().map(|(k, v)| (k.clone(), (v.clone(), told_by.get(k).copied())))
}

fn submission(sent: &Sent, at: Time, entry: &Entry) -> Submission {
    Submission {
        duty: sent.duty.clone(),
        to: Some(sent.to.clone()),
        sent_at: at,
        received_at: None,
        sent_by: entry.happened_by,
        received_by: None,
        failed: sent.failed.is_some(),
        channel: Some(sent.channel.clone()),
        reference: sent.reference.clone(),
        entry: Some(entry.n),
    }
}

/// The fields by which an entry of a kind can be corrected; answers are corrected by fact id.
pub fn correctable(event: &Event) -> &'static [&'static str] {
    match event {
        Event::Opened { .. } => &["title"],
        Event::Answered { .. } => &["happened_at", "note"],
        Event::Sent(_) => &["to", "channel", "reference", "happened_at", "failed", "late_because"],
        Event::Received { .. } => &["to", "reference", "officer", "happened_at"],
        Event::Waived { .. } | Event::Closed { .. } => &["because", "happened_at"],
        Event::Noted { .. } => &["text", "happened_at"],
        Event::HandedOver { .. } => &["to", "happened_at"],
        Event::Corrected { .. }
        | Event::NotUnderstood { .. }
        | Event::TookOver { .. }
        | Event::Recovered { .. }
        | Event::ClockChanged { .. } => &[],
    }
}

fn patched(entry: &Entry, fields: &Fields) -> Entry {
    let mut out = entry.clone();
    for (name, (text, by)) in fields {
        let optional = || (text != UNKNOWN && !text.is_empty()).then(|| text.clone());
        if name == "happened_at" {
            if let Ok(at) = time::parse(text, entry.at, UTC) {
                (out.happened_at, out.happened_by) = (Some(at), *by);
            }
            continue;
        }
        match (&mut out.event, name.as_str()) {
            (Event::Opened { title, .. }, "title") => title.clone_from(text),
            (Event::Answered { note, .. }, "note") => *note = optional(),
            (Event::Answered { set, told_by, .. }, _) => {
                set.insert(name.clone(), text.clone());
                match by {
                    Some(by) => told_by.insert(name.clone(), *by),
                    None => told_by.remove(name),
                };
            }
            (Event::Sent(s), "to") => s.to.clone_from(text),
            (Event::Sent(s), "channel") => s.channel.clone_from(text),
            (Event::Sent(s), "reference") => s.reference = optional(),
            (Event::Sent(s), "failed") => s.failed = optional(),
            (Event::Sent(s), "late_because") => s.late_because = optional(),
            (Event::Received { to, .. } | Event::HandedOver { to }, "to") => to.clone_from(text),
            (Event::Received { reference, .. }, "reference") => *reference = optional(),
            (Event::Received { officer, .. }, "officer") => *officer = optional(),
            (Event::Waived { because, .. } | Event::Closed { because }, "because") => {
                because.clone_from(text);
            }
            (Event::Noted { text: t }, "text") => t.clone_from(text),
            _ => {}
        }
    }
    out
}
