//! Conditions: names against facts, kinds against operators, bounds against kinds.

use std::collections::BTreeMap;

use super::Check;
use super::names::Named;
use crate::domain::law::{Cond, FactIx, LevelIx};
use crate::domain::suggest::nearest;
use crate::domain::time::parse_seconds;
use crate::domain::value::{Kind, MAX_COUNT, PER_PERCENT, Quantity};
use crate::packs::problem::did_you_mean;
use crate::packs::tree::{Node, What};

/// Where a condition stands, which decides what it may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// It makes the level or gates a question: facts only, or it would depend on itself.
    Grading,
    /// It says whether there is a duty at all, or takes a duty away: facts and levels.
    Reportable,
    /// Anything.
    Duty,
}

/// A bound as it stands in a rung, for the check that bounds rise with the level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    pub(super) at: usize,
    pub(super) fact: FactIx,
    pub(super) operator: &'static str,
    pub(super) value: i64,
}

const OPERATORS: [&str; 13] = [
    "Always",
    "Is",
    "Not",
    "All",
    "Any",
    "AtLeast",
    "MoreThan",
    "Lasts",
    "LastsMore",
    "Has",
    "Chosen",
    "Graded",
    "Reached",
];

impl<'n, 't> Check<'n, 't> {
    /// Reads a condition; see [`Check::cond`] for one that stands on its own.
    pub(super) fn read_cond(&mut self, node: &'n Node<'t>, scope: Scope) -> Option<Cond> {
        let (name, args): (&str, &'n [Node<'t>]) = match &node.what {
            What::Name("Always") => return Some(Cond::All(Vec::new())),
            What::Name(name) => (name, &[]),
            What::Tuple(Some(name), args) => (name, args),
            _ => {
                self.expected(node, "a condition such as `Is(\"...\")`");
                return None;
            }
        };
        let Some(count) = arguments(name) else {
            let known = OPERATORS.into_iter().chain(["Applies"]);
            let hint = did_you_mean(nearest(name, known));
            self.faults.hinted(node.at, format!("unknown condition `{name}`"), hint);
            self.partial = true;
            return None;
        };
        if args.len() != count {
            let given = args.len();
            let message = format!("`{name}` takes {count} argument(s), and {given} are given");
            self.faults.add(node.at, message);
            self.partial = true;
            return None;
        }
        let (first, second) = (args.first(), args.get(1));
        match name {
            "Is" => self.fact_of(first, name, &["bool"]).map(Cond::Is),
            "Not" => self.read_cond(first?, scope).map(|c| Cond::Not(Box::new(c))),
            "All" => self.several(first, scope).map(Cond::All),
            "Any" => self.several(first, scope).map(Cond::Any),
            "AtLeast" => self.bound("AtLeast", first, second, &["integer", "percent"]),
            "MoreThan" => self.bound("MoreThan", first, second, &["integer", "percent"]),
            "Lasts" => self.bound("Lasts", first, second, &["duration"]),
            "LastsMore" => self.bound("LastsMore", first, second, &["duration"]),
            "Has" => self.has(first, second),
            "Chosen" => {
                let fact = self.fact_of(first, name, &["choice"]);
                let option = self.option(fact, second);
                Some(Cond::Chosen(fact?, option?))
            }
            "Graded" => {
                let fact = self.fact_of(first, name, &["level"]);
                let level = self.level_ix(second);
                if let (Some(fact), Some(level), Some(node)) = (fact, level, second) {
                    let value = i64::from(level.0);
                    self.bounds.push(Bound { at: node.at, fact, operator: "Graded", value });
                }
                Some(Cond::Graded(fact?, level?))
            }
            "Reached" => {
                let level = self.level_ix(first);
                self.in_scope(node, scope != Scope::Grading, "Reached")?;
                level.map(Cond::Reached)
            }
            _ => {
                let duty = self.duty_ix(first);
                self.in_scope(node, scope == Scope::Duty, "Applies")?;
                duty.map(Cond::Applies)
            }
        }
    }

    fn in_scope(&mut self, node: &Node<'_>, allowed: bool, name: &str) -> Option<()> {
        if !allowed {
            self.faults.hinted(
                node.at,
                format!("`{name}` cannot stand here: what it asks for is decided from this"),
                Some("ask for facts instead".to_owned()),
            );
            return None;
        }
        Some(())
    }

    fn several(&mut self, node: Option<&'n Node<'t>>, scope: Scope) -> Option<Vec<Cond>> {
        let items = self.list(node);
        if let (true, Some(node)) = (items.is_empty(), node) {
            self.faults.hinted(
                node.at,
                "this list of conditions is empty",
                Some("write `Always` for what always holds".to_owned()),
            );
            return None;
        }
        let read: Vec<_> = items.iter().map(|item| self.read_cond(item, scope)).collect();
        read.into_iter().collect()
    }

    /// Finds a fact and notes if it is not of a kind that the operator can ask.
    pub(super) fn fact_of(
        &mut self,
        node: Option<&'n Node<'t>>,
        operator: &str,
        kinds: &[&str],
    ) -> Option<FactIx> {
        let node = node?;
        let ix = self.resolve(Named::Fact, Some(node))?;
        self.used.insert(ix);
        let kind = self.kinds.get(usize::from(ix))?.as_ref()?.0.name();
        if !kinds.contains(&kind) {
            let id = self.names.list(Named::Fact).get(usize::from(ix)).copied().unwrap_or_default();
            let wanted = kinds.join(" or ");
            let hint = (kind == "duration" && kinds.contains(&"integer"))
                .then(|| "for a duration write `Lasts` or `LastsMore`".to_owned());
            let message = format!("`{id}` is of kind {kind}, and `{operator}` asks for {wanted}");
            self.faults.hinted(node.at, message, hint);
            return None;
        }
        Some(FactIx(ix))
    }

    fn kind(&self, fact: FactIx) -> Option<&Kind> {
        self.kinds.get(fact.at())?.as_ref().map(|(kind, _)| kind)
    }

    fn bound(
        &mut self,
        operator: &'static str,
        fact: Option<&'n Node<'t>>,
        bound: Option<&'n Node<'t>>,
        kinds: &[&str],
    ) -> Option<Cond> {
        let fact = self.fact_of(fact, operator, kinds);
        let bound = bound?;
        let kind = self.kind(fact?)?.clone();
        let more = matches!(operator, "MoreThan" | "LastsMore");
        let (value, most, range) = match kind {
            Kind::Duration => {
                let (_, text) = self.line(Some(bound))?;
                let seconds = parse_seconds(&text);
                if seconds.is_none() {
                    let hint = Some("write for example \"30min\" or \"2h30m\"".to_owned());
                    self.faults.hinted(bound.at, format!("`{text}` is not a duration"), hint);
                }
                (seconds?, i64::MAX, "more than 0")
            }
            Kind::Percent => (self.percent(bound)?, 100 * PER_PERCENT, "0 to 100"),
            _ => (self.integer(Some(bound))?, MAX_COUNT, "1 to 9007199254740991"),
        };
        // "At least 0" always holds and "more than 100 %" never does: both are slips.
        let least = i64::from(!more);
        let most = most - i64::from(more);
        if value < least || value > most {
            let written = &self.text[bound.at..bound.end];
            self.faults.add(bound.at, format!("`{written}` is out of range ({range})"));
            return None;
        }
        self.bounds.push(Bound { at: bound.at, fact: fact?, operator, value });
        let quantity = Quantity(value);
        Some(if more { Cond::MoreThan(fact?, quantity) } else { Cond::AtLeast(fact?, quantity) })
    }

    /// Reads a share with up to four decimals, exactly.
    fn percent(&mut self, node: &'n Node<'t>) -> Option<i64> {
        let What::Number(written) = node.what else {
            self.expected(node, "a share in percent");
            return None;
        };
        let (whole, part) = written.split_once('.').unwrap_or((written, ""));
        let value = || -> Option<i64> {
            let whole: i64 = whole.parse().ok()?;
            let digits = part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
            let part: i64 = format!("{part:0<4}").parse().ok()?;
            digits.then(|| whole.checked_mul(PER_PERCENT)?.checked_add(part)).flatten()
        };
        let value = value();
        if value.is_none() {
            self.faults.add(node.at, format!("`{written}` is not a share in percent"));
        }
        value
    }

    fn has(&mut self, fact: Option<&'n Node<'t>>, options: Option<&'n Node<'t>>) -> Option<Cond> {
        let fact = self.fact_of(fact, "Has", &["set"]);
        let nodes = self.list(options);
        if let (true, Some(node)) = (nodes.is_empty(), options) {
            self.faults.add(node.at, "this list of options is empty, so nothing would meet it");
            return None;
        }
        let mut mask = 0u64;
        let mut all = true;
        for node in nodes {
            match self.option(fact, Some(node)) {
                Some(i) => mask |= 1u64.checked_shl(u32::from(i)).unwrap_or(0),
                None => all = false,
            }
        }
        all.then_some(Cond::Has(fact?, mask))
    }

    /// Finds the position of an option of a set or choice.
    fn option(&mut self, fact: Option<FactIx>, node: Option<&'n Node<'t>>) -> Option<u8> {
        let node = node?;
        let What::Text(name) = &node.what else {
            self.expected(node, "the name of an option");
            return None;
        };
        let (Kind::Set(ids) | Kind::Choice(ids)) = self.kind(fact?)? else { return None };
        let found = ids.iter().position(|id| id == name);
        if found.is_none() {
            let near = nearest(name, ids.iter().map(String::as_str));
            self.faults.hinted(node.at, format!("unknown option `{name}`"), did_you_mean(near));
        }
        found.and_then(|i| u8::try_from(i).ok())
    }

    /// Notes bounds that do not rise from one rung to the next graver one.
    pub(super) fn bounds_rise(&mut self, milder: &[Bound], graver: &[Bound]) {
        let below = single(milder);
        for (key, bound) in single(graver) {
            let (Some(bound), Some(Some(below))) = (bound, below.get(&key)) else { continue };
            if below.value >= bound.value {
                let id = self.names.list(Named::Fact).get(bound.fact.at()).copied();
                let id = id.unwrap_or_default();
                self.faults.add(
                    bound.at,
                    format!("the bound of `{id}` is not above the bound of the milder level"),
                );
            }
        }
    }
}

/// Bounds by fact and operator; `None` where one rung has several, which cannot be compared.
fn single(bounds: &[Bound]) -> BTreeMap<(FactIx, &'static str), Option<Bound>> {
    let mut map = BTreeMap::new();
    for bound in bounds {
        map.entry((bound.fact, bound.operator)).and_modify(|b| *b = None).or_insert(Some(*bound));
    }
    map
}

/// How many arguments each operator takes.
fn arguments(name: &str) -> Option<usize> {
    match name {
        "Is" | "Not" | "All" | "Any" | "Reached" | "Applies" => Some(1),
        "AtLeast" | "MoreThan" | "Lasts" | "LastsMore" | "Has" | "Chosen" | "Graded" => Some(2),
        _ => None,
    }
}

/// Lists the duties that a condition asks for.
pub(super) fn duties_in(cond: &Cond, out: &mut Vec<usize>) {
    match cond {
        Cond::Not(inner) => duties_in(inner, out),
        Cond::All(list) | Cond::Any(list) => list.iter().for_each(|c| duties_in(c, out)),
        Cond::Applies(duty) => out.push(duty.at()),
        _ => {}
    }
}

/// Lists the facts that a condition asks for.
pub(super) fn facts_in(cond: &Cond, out: &mut Vec<usize>) {
    match cond {
        Cond::Not(inner) => facts_in(inner, out),
        Cond::All(list) | Cond::Any(list) => list.iter().for_each(|c| facts_in(c, out)),
        Cond::Is(f)
        | Cond::AtLeast(f, _)
        | Cond::MoreThan(f, _)
        | Cond::Has(f, _)
        | Cond::Chosen(f, _)
        | Cond::Graded(f, _) => out.push(f.at()),
        Cond::Reached(LevelIx(_)) | Cond::Applies(_) => {}
    }
}
