//! Grading one incident by one pack: bounds on the level, and why.
//!
//! A condition is looked at in two lights. *Now*: what goes on has lasted so long. *Ever*: what goes
//! on may go on for as long as it likes, for nobody knows yet when it will end. `at_least` is read
//! in the first light, `at_most` in the second.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::law::{Cond, DutyIx, FactIx, LevelIx, Pack};
use super::time::Time;
use super::tri::Tri;
use super::value::{Quantity, Span, Value};

/// A set of facts of one pack, as bits; packs are held to 128 facts.
pub type FactSet = u128;

/// The bit of one fact.
pub fn bit(fact: FactIx) -> FactSet {
    1u128 << (fact.0 & 127)
}

/// What one pack can see of the answers.
pub struct Ground<'a> {
    /// The pack.
    pub pack: &'a Pack,
    slots: Vec<Slot<'a>>,
    now: Time,
    any_goes_on: bool,
    bounds: Bounds,
    /// A fact that is looked at as if it had its lowest answer; see [`Ground::holds_without`].
    without: Cell<Option<FactIx>>,
}

#[derive(Clone, Copy)]
enum Slot<'a> {
    Unknown,
    Known(&'a Value),
    /// Unknown, but not worth asking: what it presupposes is excluded.
    Lowest,
}

/// In which light a condition is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Light {
    Now,
    Ever,
}

/// Lowest and highest level that what is known allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Reached for certain; `None` is "no level".
    pub at_least: Option<LevelIx>,
    /// The gravest that cannot be excluded, whatever is unknown and however long it goes on.
    pub at_most: Option<LevelIx>,
    /// The gravest that cannot be excluded if what goes on ended at this moment.
    pub at_most_now: Option<LevelIx>,
}

/// The highest level that one criterion reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// Position of the criterion; `None` for the pack's floor.
    pub criterion: Option<usize>,
    /// Position of the rung within the criterion.
    pub rung: usize,
    /// The level.
    pub level: LevelIx,
}

/// The result of grading.
#[derive(Debug, Clone, Default)]
pub struct Grading {
    /// The bounds.
    pub bounds: Bounds,
    /// Each criterion that was met, gravest first.
    pub reasons: Vec<Reason>,
    /// The definition was denied although thresholds are met.
    pub denied: bool,
    /// Facts that were answered although what they presuppose is excluded.
    pub presupposed: Vec<FactIx>,
    /// Per open rung (criterion, rung): the facts it still hangs on.
    pub open: Vec<OpenRung>,
}

/// A rung that is neither reached nor excluded.
#[derive(Debug, Clone, Copy)]
pub struct OpenRung {
    /// Position of the criterion.
    pub criterion: usize,
    /// Position of the rung.
    pub rung: usize,
    /// Its level.
    pub level: LevelIx,
    /// The facts it hangs on: unknown ones, and known ones that go on.
    pub facts: FactSet,
}

impl<'a> Ground<'a> {
    /// Looks the pack's facts up among the answers.
    pub fn new(pack: &'a Pack, facts: &'a BTreeMap<String, Value>, now: Time) -> Self {
        let slots: Vec<Slot<'_>> = pack
            .facts
            .iter()
            .map(|f| match facts.get(&f.id) {
                Some(v) if v.fits(&f.kind) => Slot::Known(v),
                _ => Slot::Unknown,
            })
            .collect();
        let any_goes_on =
            slots.iter().any(|s| matches!(s, Slot::Known(Value::Duration(span)) if span.goes_on()));
        let bounds = Bounds::default();
        let without = Cell::new(None);
        let mut ground = Self { pack, slots, now, any_goes_on, bounds, without };
        ground.exclude();
        ground
    }

    /// Settles the facts whose presupposition is excluded, until nothing changes.
    fn exclude(&mut self) {
        loop {
            let mut changed = false;
            for i in 0..self.slots.len() {
                if let (Slot::Unknown, Some(cond)) = (self.slots[i], &self.pack.facts[i].only_if)
                    && self.eval(cond, Light::Ever) == Tri::No
                {
                    self.slots[i] = Slot::Lowest;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Grades, and keeps the bounds for conditions that ask for them.
    pub fn grade(&mut self) -> Grading {
        let mut grading = Grading::default();
        let (mut least, mut most, mut most_now) = (None, None, None);
        // The gravest level that is certain if time goes on, though not yet now.
        let mut growing = None;
        for (c, criterion) in self.pack.criteria.iter().enumerate() {
            let mut met: Option<Reason> = None;
            for (r, rung) in criterion.rungs.iter().enumerate() {
                let now = self.eval(&rung.when, Light::Now);
                let ever = if self.any_goes_on { self.eval(&rung.when, Light::Ever) } else { now };
                if now == Tri::Yes {
                    least = least.max(Some(rung.level));
                    met = Some(Reason { criterion: Some(c), rung: r, level: rung.level });
                    continue;
                }
                if now != Tri::No {
                    most_now = most_now.max(Some(rung.level));
                }
                if ever == Tri::Yes {
                    growing = growing.max(Some(rung.level));
                }
                if ever != Tri::No {
                    most = most.max(Some(rung.level));
                    let facts = self.hangs_on(&rung.when);
                    grading.open.push(OpenRung { criterion: c, rung: r, level: rung.level, facts });
                }
            }
            grading.reasons.extend(met);
        }
        if let Some(floor) = &self.pack.floor {
            let holds = self.truth(floor.fact);
            grading.denied = holds == Tri::No && least.is_some();
            if holds == Tri::No && !grading.denied {
                // Whoever denies the definition denies every threshold that is still unknown; what
                // goes on is known, and will be met in time.
                let open = std::mem::take(&mut grading.open);
                grading.open = open
                    .into_iter()
                    .filter(|o| {
                        let rung = &self.pack.criteria[o.criterion].rungs[o.rung];
                        self.eval(&rung.when, Light::Ever) == Tri::Yes
                    })
                    .collect();
                most = growing;
                most_now = None;
            } else {
                most = most.max(Some(floor.level));
                most_now = most_now.max(Some(floor.level));
                if holds == Tri::Yes || least.is_some() {
                    least = least.max(Some(floor.level));
                }
                if holds == Tri::Yes {
                    let reason = Reason { criterion: None, rung: 0, level: floor.level };
                    grading.reasons.push(reason);
                }
            }
        }
        grading.reasons.sort_by_key(|r| std::cmp::Reverse(r.level));
        // A rung no graver than what is certain changes nothing.
        grading.open.retain(|o| Some(o.level) > least);
        grading.presupposed = self.presupposed();
        grading.bounds =
            Bounds { at_least: least, at_most: most.max(least), at_most_now: most_now.max(least) };
        self.bounds = grading.bounds;
        grading
    }

    /// The same ground if the definition were denied, graded; nothing where it is answered already.
    pub fn if_denied(&self) -> Option<(Self, Grading)> {
        const NO: &Value = &Value::Bool(false);
        let fact = self.pack.floor.as_ref()?.fact;
        if !self.is_unknown(fact) {
            return None;
        }
        let mut slots = self.slots.clone();
        slots[fact.at()] = Slot::Known(NO);
        let without = Cell::new(None);
        let mut denied = Self { slots, without, ..*self };
        let grading = denied.grade();
        Some((denied, grading))
    }

    /// The level that is certain at another moment, all else being as it is; for forecasts.
    pub fn certain_at(&mut self, at: Time) -> (Option<LevelIx>, Option<Reason>) {
        let kept = std::mem::replace(&mut self.now, at);
        let mut best: Option<Reason> = None;
        for (c, criterion) in self.pack.criteria.iter().enumerate() {
            for (r, rung) in criterion.rungs.iter().enumerate() {
                if best.is_none_or(|b| rung.level > b.level)
                    && self.eval(&rung.when, Light::Now) == Tri::Yes
                {
                    best = Some(Reason { criterion: Some(c), rung: r, level: rung.level });
                }
            }
        }
        self.now = kept;
        let floor = self.pack.floor.as_ref().filter(|f| self.truth(f.fact) == Tri::Yes);
        (best.map(|b| b.level).max(floor.map(|f| f.level)), best)
    }

    /// The moments after `now` at which something that goes on crosses a bound.
    pub fn crossings(&self) -> Vec<Time> {
        let mut at = Vec::new();
        if self.any_goes_on {
            for rung in self.pack.criteria.iter().flat_map(|c| &c.rungs) {
                self.collect_crossings(&rung.when, &mut at);
            }
        }
        at.retain(|t| *t > self.now);
        at.sort_unstable();
        at.dedup();
        at
    }

    fn collect_crossings(&self, cond: &Cond, out: &mut Vec<Time>) {
        match cond {
            Cond::Not(c) => self.collect_crossings(c, out),
            Cond::All(list) | Cond::Any(list) => {
                list.iter().for_each(|c| self.collect_crossings(c, out));
            }
            Cond::AtLeast(f, q) | Cond::MoreThan(f, q) => {
                let more = i64::from(matches!(cond, Cond::MoreThan(..)));
                if let Slot::Known(Value::Duration(Span::Since(from))) = self.slots[f.at()] {
                    out.push(super::time::plus_seconds(*from, q.0 + more));
                }
            }
            _ => {}
        }
    }

    /// Evaluates a condition of a duty, a block or an advice: certain only if time cannot change it.
    pub fn holds(&self, cond: &Cond) -> Tri {
        let now = self.eval(cond, Light::Now);
        if self.any_goes_on && now != self.eval(cond, Light::Ever) { Tri::Unknown } else { now }
    }

    /// Evaluates a condition as if one unknown fact had its lowest answer.
    pub fn holds_without(&self, cond: &Cond, fact: FactIx) -> Tri {
        self.without.set(Some(fact));
        let holds = self.holds(cond);
        self.without.set(None);
        holds
    }

    fn slot(&self, fact: FactIx) -> Slot<'a> {
        if self.without.get() == Some(fact) { Slot::Lowest } else { self.slots[fact.at()] }
    }

    /// A yes/no fact as a truth value.
    pub fn truth(&self, fact: FactIx) -> Tri {
        match self.slot(fact) {
            Slot::Unknown => Tri::Unknown,
            Slot::Known(Value::Bool(b)) => Tri::from(*b),
            Slot::Known(_) | Slot::Lowest => Tri::No,
        }
    }

    /// Says whether a fact is still worth asking.
    pub fn is_unknown(&self, fact: FactIx) -> bool {
        matches!(self.slot(fact), Slot::Unknown)
    }

    fn presupposed(&self) -> Vec<FactIx> {
        let known = |i: usize| matches!(self.slots[i], Slot::Known(v) if !v.is_nothing());
        (0..self.slots.len())
            .filter(|&i| known(i))
            .filter(|&i| {
                let cond = self.pack.facts[i].only_if.as_ref();
                cond.is_some_and(|c| self.eval(c, Light::Ever) == Tri::No)
            })
            .filter_map(|i| u16::try_from(i).ok().map(FactIx))
            .collect()
    }

    fn eval(&self, cond: &Cond, light: Light) -> Tri {
        match cond {
            Cond::Is(f) => self.truth(*f),
            Cond::Not(c) => !self.eval(c, light),
            Cond::All(list) => {
                let mut all = Tri::Yes;
                for c in list {
                    all = all.and(self.eval(c, light));
                    if all == Tri::No {
                        break;
                    }
                }
                all
            }
            Cond::Any(list) => {
                let mut any = Tri::No;
                for c in list {
                    any = any.or(self.eval(c, light));
                    if any == Tri::Yes {
                        break;
                    }
                }
                any
            }
            Cond::AtLeast(f, q) => self.compare(*f, light, |n| n >= q.0),
            Cond::MoreThan(f, q) => self.compare(*f, light, |n| n > q.0),
            Cond::Has(f, mask) => match self.slot(*f) {
                Slot::Unknown => Tri::Unknown,
                Slot::Known(Value::Set(have)) => Tri::from(have & mask != 0),
                Slot::Known(_) | Slot::Lowest => Tri::No,
            },
            Cond::Chosen(f, option) => match self.slot(*f) {
                Slot::Unknown => Tri::Unknown,
                Slot::Known(Value::Choice(have)) => Tri::from(have == option),
                Slot::Known(_) | Slot::Lowest => Tri::No,
            },
            Cond::Graded(f, level) => match self.slot(*f) {
                Slot::Unknown => Tri::Unknown,
                Slot::Known(Value::Level(Some(have))) => Tri::from(u16::from(*have) >= level.0),
                Slot::Known(_) | Slot::Lowest => Tri::No,
            },
            Cond::Reached(level) => {
                if self.bounds.at_least >= Some(*level) {
                    Tri::Yes
                } else if self.bounds.at_most < Some(*level) {
                    Tri::No
                } else {
                    Tri::Unknown
                }
            }
            Cond::Applies(duty) => self.eval(&self.pack.duties[duty.at()].when, light),
        }
    }

    fn compare(&self, fact: FactIx, light: Light, reaches: impl Fn(i64) -> bool) -> Tri {
        match self.slot(fact) {
            Slot::Unknown => Tri::Unknown,
            Slot::Lowest => Tri::from(reaches(0)),
            Slot::Known(Value::Duration(span)) => {
                let seconds = if light == Light::Ever && span.goes_on() {
                    i64::MAX
                } else {
                    span.seconds_at(self.now)
                };
                Tri::from(reaches(seconds))
            }
            Slot::Known(Value::Integer(n) | Value::Percent(n)) => Tri::from(reaches(*n)),
            Slot::Known(_) => Tri::No,
        }
    }

    /// The facts on which an undecided condition hangs: unknown ones, what they presuppose, and
    /// known ones that go on.
    pub fn hangs_on(&self, cond: &Cond) -> FactSet {
        let mut out = 0;
        self.collect(cond, &mut out);
        out
    }

    fn collect(&self, cond: &Cond, out: &mut FactSet) {
        let fact = |f: &FactIx, out: &mut FactSet| match self.slot(*f) {
            Slot::Unknown => {
                *out |= bit(*f);
                if let Some(pre) = &self.pack.facts[f.at()].only_if
                    && self.eval(pre, Light::Ever) == Tri::Unknown
                {
                    self.collect(pre, out);
                }
            }
            Slot::Known(Value::Duration(span)) if span.goes_on() => *out |= bit(*f),
            _ => {}
        };
        match cond {
            Cond::Not(c) => self.collect(c, out),
            Cond::All(list) | Cond::Any(list) => {
                for c in list {
                    let settled = self.eval(c, Light::Now);
                    if settled == Tri::Unknown || settled != self.eval(c, Light::Ever) {
                        self.collect(c, out);
                    }
                }
            }
            Cond::Is(f)
            | Cond::AtLeast(f, _)
            | Cond::MoreThan(f, _)
            | Cond::Has(f, _)
            | Cond::Chosen(f, _)
            | Cond::Graded(f, _) => fact(f, out),
            Cond::Reached(_) => {}
            Cond::Applies(duty) => self.collect(&self.pack.duties[duty.at()].when, out),
        }
    }

    /// The graver of the levels that a condition asks to be reached, if it asks for any.
    pub fn asks_level(&self, cond: &Cond) -> Option<LevelIx> {
        match cond {
            Cond::Reached(l) => Some(*l),
            Cond::All(list) | Cond::Any(list) => {
                list.iter().filter_map(|c| self.asks_level(c)).max()
            }
            Cond::Applies(DutyIx(d)) => self.asks_level(&self.pack.duties[usize::from(*d)].when),
            _ => None,
        }
    }
}

/// A quantity that a fact would have to reach; for the words of a reason.
pub fn bound_of(cond: &Cond, fact: FactIx) -> Option<Quantity> {
    match cond {
        Cond::AtLeast(f, q) | Cond::MoreThan(f, q) if *f == fact => Some(*q),
        Cond::All(list) | Cond::Any(list) => list.iter().find_map(|c| bound_of(c, fact)),
        _ => None,
    }
}
