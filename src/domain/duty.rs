//! Duties of a case: which apply, what started their clocks, when they end, and where they stand.

use std::cell::OnceCell;
use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::case::{Case, Submission};
use super::event::ToldBy;
use super::grade::{FactSet, Grading, Ground, bit};
use super::law::{BodyIx, DutyIx, FactIx, LevelIx, Limit, Pack, Recipients, Role, Start, Text};
use super::time::{self, Time};
use super::tri::Tri;

/// Where a duty stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// What starts its clock has not happened.
    Waiting,
    /// Its clock runs, or it is open without hours.
    Running,
    /// Done in time.
    Met,
    /// Done, after its limit.
    MetLate,
    /// Not done, and its limit has passed.
    Overdue,
    /// Declared not to apply by a person.
    Waived,
    /// Listed, but not to be done under this regime.
    Blocked,
}

/// One duty of one pack, for one case, at one moment.
#[derive(Debug, Clone)]
pub struct DutyStatus {
    /// Full id.
    pub id: String,
    /// Position of its pack in the case.
    pub pack: String,
    /// Position within the pack.
    pub index: DutyIx,
    /// Its part in the whole.
    pub role: Role,
    /// It is the operator's own duty, not another body's.
    pub own: bool,
    /// Whether it applies.
    pub applies: Tri,
    /// Who owes it.
    pub from: BodyIx,
    /// Who must be told, and who has been.
    pub recipients: Vec<Recipient>,
    /// What started its clock, where that has happened.
    pub started: Option<Time>,
    /// By which clock that moment was told, where it was not the host's.
    pub started_by: Option<ToldBy>,
    /// When its clock ends; `None` where the law names no hours or nothing started it.
    pub due: Option<Time>,
    /// The later, arguable clock, counted from when the level was known: start and end.
    pub arguable: Option<(Time, Time)>,
    /// The law's own word where it names one.
    pub words: Option<Text>,
    /// Where it stands; `None` when it does not apply and nothing was done.
    pub state: Option<State>,
    /// When it was done, where it was.
    pub met_at: Option<Time>,
    /// Open facts that would settle whether it applies.
    pub settled_by: Vec<FactIx>,
    /// Position of the block that holds, where one does.
    pub blocked: Option<usize>,
    /// How many attempts were recorded, failed ones included.
    pub attempts: usize,
}

/// One body that must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The body.
    pub body: BodyIx,
    /// When it was first told.
    pub sent_at: Option<Time>,
    /// When it first acknowledged.
    pub received_at: Option<Time>,
}

impl DutyStatus {
    /// Says whether its clock is still to be watched.
    pub fn is_open(&self) -> bool {
        matches!(self.state, Some(State::Waiting | State::Running | State::Overdue))
    }

    /// Until when it must be decided whether it applies, so that drafting and approval, which take
    /// `lead` seconds, still end in time; only of an own duty that is undecided and has a limit.
    pub fn decide_by(&self, lead: i64) -> Option<Time> {
        let undecided = self.own && self.applies == Tri::Unknown && self.is_open();
        self.due.filter(|_| undecided).map(|due| time::plus_seconds(due, -lead))
    }
}

/// Orders duties for people: soonest clock first; clocks before waiting before done; own before others'.
pub fn soonest_first(a: &DutyStatus, b: &DutyStatus) -> Ordering {
    rank(a).cmp(&rank(b)).then(a.id.cmp(&b.id))
}

fn rank(d: &DutyStatus) -> (u8, Time, bool, bool) {
    let far = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    let group = match (d.state, d.due) {
        (Some(State::Running | State::Overdue), Some(_)) => 0,
        (Some(State::Running), None) => 1,
        (Some(State::Waiting), _) => 2,
        (Some(State::Overdue), None) => 1,
        (Some(State::Met | State::MetLate), _) => 3,
        (Some(State::Waived | State::Blocked), _) => 4,
        (None, _) => 5,
    };
    (group, d.due.unwrap_or(far), !d.own, d.applies != Tri::Yes)
}

/// Works out the status of every duty of a pack.
pub(super) fn statuses(
    case: &Case,
    pack: &Pack,
    ground: &Ground<'_>,
    grading: &Grading,
    reached_later: Option<Time>,
    now: Time,
) -> Vec<DutyStatus> {
    let since = vec![OnceCell::new(); pack.levels.len()];
    let work = Work { case, pack, ground, grading, reached_later, now, since };
    (0..pack.duties.len())
        .filter_map(|i| u16::try_from(i).ok())
        .map(|i| work.status(DutyIx(i)))
        .collect()
}

struct Work<'a> {
    case: &'a Case,
    pack: &'a Pack,
    ground: &'a Ground<'a>,
    grading: &'a Grading,
    reached_later: Option<Time>,
    now: Time,
    /// Per level: since when it has been known, worked out once.
    since: Vec<OnceCell<Option<Time>>>,
}

impl Work<'_> {
    fn status(&self, index: DutyIx) -> DutyStatus {
        let duty = &self.pack.duties[index.at()];
        let id = self.pack.full_id(index);
        let applies = self.ground.holds(&duty.when);
        let recipients = self.recipients(index, &id);
        let (started, started_by) = self.started(index).unzip();
        let (due, words) = match &duty.limit {
            Limit::Within { words, .. } | Limit::Days { words, .. } => {
                (started.map(|t| self.end(&duty.limit, t)), words.clone())
            }
            Limit::Words(words) => (None, Some(words.clone())),
        };
        let blocked = duty.blocked.iter().position(|b| self.ground.holds(&b.when) == Tri::Yes);
        let met_at = self.met_at(index, &recipients);
        let open = match (started, due) {
            (None, _) => State::Waiting,
            (Some(_), Some(due)) if self.now > due => State::Overdue,
            _ => State::Running,
        };
        let state = if let Some(at) = met_at {
            Some(if due.is_some_and(|d| at > d) { State::MetLate } else { State::Met })
        } else if self.case.waived.contains_key(&id) {
            Some(State::Waived)
        } else if applies == Tri::No {
            None
        } else if blocked.is_some() {
            Some(State::Blocked)
        } else {
            Some(open)
        };
        let settled_by = if applies == Tri::Unknown { self.settled_by(index) } else { Vec::new() };
        let own = self.pack.bodies[duty.from.at()].id == OPERATOR;
        let due = if applies == Tri::No && met_at.is_none() { None } else { due };
        DutyStatus {
            pack: self.pack.id.clone(),
            index,
            role: duty.role,
            own,
            applies,
            from: duty.from,
            started: if applies == Tri::No && met_at.is_none() { None } else { started },
            started_by: started_by.flatten(),
            arguable: due.and_then(|due| self.arguable(index, due)),
            attempts: self.case.submissions.iter().filter(|s| s.duty == id).count(),
            id,
            recipients,
            due,
            words,
            state,
            met_at,
            settled_by,
            blocked,
        }
    }

    fn end(&self, limit: &Limit, start: Time) -> Time {
        match limit {
            Limit::Within { seconds, .. } => time::plus_seconds(start, *seconds),
            Limit::Days { days, .. } => time::plus_days(start, *days, self.pack.zone),
            Limit::Words(_) => start,
        }
    }

    fn arguable(&self, index: DutyIx, due: Time) -> Option<(Time, Time)> {
        let duty = &self.pack.duties[index.at()];
        let later = self.reached_later?;
        let asks = self.ground.asks_level(&duty.when).is_some();
        if !asks || !matches!(duty.starts, Start::Anchor(_)) || duty.role != Role::First {
            return None;
        }
        let end = self.end(&duty.limit, later);
        (end > due).then_some((later, end))
    }

    fn started(&self, index: DutyIx) -> Option<(Time, Option<ToldBy>)> {
        let duty = &self.pack.duties[index.at()];
        match &duty.starts {
            Start::Anchor(id) => {
                Some((*self.case.anchors.get(id)?, self.case.told_by.get(id).copied()))
            }
            Start::Sent(of) => {
                let sent = self.of(of).filter(|s| !s.failed).map(|s| (s.sent_at, s.sent_by));
                sent.min_by_key(|(at, _)| *at)
            }
            Start::Received(of) => {
                let level = self.ground.asks_level(&duty.when);
                let since = level.and_then(|l| self.known_since(l));
                let owner = &self.pack.bodies[duty.from.at()].id;
                self.of(of)
                    .filter(|s| s.to.as_ref().is_none_or(|to| to == owner))
                    .filter_map(|s| Some((s.received_at?, s.received_by)))
                    .filter(|(at, _)| since.is_none_or(|since| *at >= since))
                    .min_by_key(|(at, _)| *at)
            }
        }
    }

    fn known_since(&self, level: LevelIx) -> Option<Time> {
        if self.grading.bounds.at_least < Some(level) {
            return None;
        }
        let work_out = || super::reached::known_since(self.case, self.pack, level, self.now);
        *self.since.get(level.at())?.get_or_init(work_out)
    }

    fn of<'b>(&'b self, of: &'b [DutyIx]) -> impl Iterator<Item = &'b Submission> {
        self.case.submissions.iter().filter(move |s| of.iter().any(|d| self.is_for(s, *d)))
    }

    /// Says whether an attempt was made for a duty.
    fn is_for(&self, s: &Submission, duty: DutyIx) -> bool {
        let short = s.duty.strip_prefix(self.pack.id.as_str()).and_then(|r| r.strip_prefix('/'));
        short == Some(self.pack.duties[duty.at()].id.as_str())
    }

    fn recipients(&self, index: DutyIx, id: &str) -> Vec<Recipient> {
        self.bodies(index)
            .into_iter()
            .map(|body| {
                let name = &self.pack.bodies[body.at()].id;
                let to = |s: &&Submission| {
                    s.duty == id && !s.failed && s.to.as_ref().is_none_or(|t| t == name)
                };
                let got = || self.case.submissions.iter().filter(to);
                Recipient {
                    body,
                    sent_at: got().map(|s| s.sent_at).min(),
                    received_at: got().filter_map(|s| s.received_at).min(),
                }
            })
            .collect()
    }

    /// The bodies that a duty is owed to. A duty that follows others goes to whoever is owed those
    /// for certain or has got one; while that is nobody, to whoever may be owed one.
    fn bodies(&self, index: DutyIx) -> Vec<BodyIx> {
        match &self.pack.duties[index.at()].to {
            Recipients::Bodies(list) => list.clone(),
            Recipients::SameAs(duties) => {
                let with = |want: Tri| {
                    let mut out = Vec::new();
                    for d in duties {
                        let got =
                            self.case.submissions.iter().any(|s| !s.failed && self.is_for(s, *d));
                        let applies = self.ground.holds(&self.pack.duties[d.at()].when);
                        if applies == want || (want == Tri::Yes && got) {
                            for body in self.bodies(*d) {
                                if !out.contains(&body) {
                                    out.push(body);
                                }
                            }
                        }
                    }
                    out
                };
                let certain = with(Tri::Yes);
                if certain.is_empty() { with(Tri::Unknown) } else { certain }
            }
        }
    }

    fn met_at(&self, index: DutyIx, recipients: &[Recipient]) -> Option<Time> {
        let duty = &self.pack.duties[index.at()];
        if recipients.is_empty() {
            return None;
        }
        if duty.repeats && !self.case.anchors.contains_key(HANDLING_ENDED_AT) {
            return None;
        }
        let sent: Option<Vec<Time>> = recipients.iter().map(|r| r.sent_at).collect();
        sent?.into_iter().max()
    }

    /// The open facts on which an undecided duty hangs.
    fn settled_by(&self, index: DutyIx) -> Vec<FactIx> {
        let when = &self.pack.duties[index.at()].when;
        let mut facts = self.ground.hangs_on(when);
        if let Some(level) = self.ground.asks_level(when)
            && self.grading.bounds.at_least < Some(level)
        {
            facts |= self.level_hangs_on(level);
        }
        members(facts)
    }

    /// The open facts on which it hangs whether a level is reached.
    fn level_hangs_on(&self, level: LevelIx) -> FactSet {
        let open = self.grading.open.iter().filter(|o| o.level >= level);
        let mut facts = open.fold(0, |all, o| all | o.facts);
        if let Some(floor) = &self.pack.floor
            && self.ground.is_unknown(floor.fact)
        {
            facts |= bit(floor.fact);
        }
        facts
    }
}

/// The body that stands for the unit itself, in every pack.
pub const OPERATOR: &str = "operator";
/// The anchor at which handling has ended.
pub const HANDLING_ENDED_AT: &str = "handling_ended_at";

/// Lists the facts of a set.
pub fn members(set: FactSet) -> Vec<FactIx> {
    (0..128u16).filter(|i| set >> i & 1 == 1).map(FactIx).collect()
}
