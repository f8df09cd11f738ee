//! Questions: kinds, options, and the conditions under which they are worth asking.

use super::Check;
use super::conds::{Scope, facts_in};
use super::cycles::{cycles, written};
use super::names::{Named, written_id};
use crate::domain::law::{Anchor, Fact, Text};
use crate::domain::suggest::nearest;
use crate::domain::value::Kind;
use crate::packs::problem::did_you_mean;
use crate::packs::raw;
use crate::packs::tree::{Node, What};

/// A set is kept as 64 bits.
const MOST_OPTIONS: usize = 64;

impl<'n, 't> Check<'n, 't> {
    /// Reads the kinds of all facts first: conditions anywhere ask for them.
    pub(super) fn kinds(&mut self, node: Option<&'n Node<'t>>) -> Vec<Option<(Kind, Vec<Text>)>> {
        let mut kinds = Vec::new();
        for fact in self.items(node) {
            let kind = match &fact.what {
                What::Fields(_, fields) => fields.iter().find(|f| f.name == "kind"),
                _ => None,
            };
            let read = kind.and_then(|field| self.fact_kind(&field.value));
            kinds.push(read);
        }
        kinds
    }

    fn fact_kind(&mut self, node: &'n Node<'t>) -> Option<(Kind, Vec<Text>)> {
        const KINDS: [&str; 7] =
            ["Bool", "Integer", "Percent", "Duration", "Level", "Set", "Choice"];
        let plain = |kind| Some((kind, Vec::new()));
        match &node.what {
            What::Name("Bool") => plain(Kind::Bool),
            What::Name("Integer") => plain(Kind::Integer),
            What::Name("Percent") => plain(Kind::Percent),
            What::Name("Duration") => plain(Kind::Duration),
            What::Name("Level") => {
                let levels = self.names.list(Named::Level);
                plain(Kind::Level(levels.iter().map(|l| (*l).to_owned()).collect()))
            }
            What::Tuple(Some(name @ ("Set" | "Choice")), args) if args.len() == 1 => {
                let (ids, names) = self.options(args.first());
                let kind = if *name == "Set" { Kind::Set(ids) } else { Kind::Choice(ids) };
                Some((kind, names))
            }
            What::Name(name) | What::Tuple(Some(name), _) => {
                let hint = if KINDS.contains(name) {
                    Some("a set or choice has a list: `Set([(id: \"...\", name: (...))])`".into())
                } else {
                    did_you_mean(nearest(name, KINDS))
                };
                self.faults.hinted(node.at, format!("`{name}` is not a kind of fact"), hint);
                None
            }
            _ => {
                self.expected(node, "a kind of fact");
                None
            }
        }
    }

    fn options(&mut self, node: Option<&'n Node<'t>>) -> (Vec<String>, Vec<Text>) {
        let nodes = self.list(node);
        let (mut ids, mut names) = (Vec::new(), Vec::new());
        for option in nodes {
            let Some(item) = self.shape(Some(option), &raw::OPTION) else { continue };
            let id = self.id(item.get("id"));
            names.extend(self.text(item.get("name")));
            let Some(id) = id else { continue };
            if id == "none" || id.contains('.') {
                self.faults.add(option.at, format!("`{id}` cannot be the id of an option"));
            } else if ids.contains(&id) {
                let at = written_id(option).map_or(option.at, |(at, _)| at);
                self.faults.add(at, format!("duplicate option `{id}`"));
            }
            ids.push(id);
        }
        if let Some(node) = node {
            if ids.len() > MOST_OPTIONS {
                let count = ids.len();
                let message = format!("`{count}` options are too many; at most {MOST_OPTIONS}");
                self.faults.add(node.at, message);
            } else if nodes.is_empty() {
                self.faults.add(node.at, "a set or choice has at least one option");
            }
        }
        (ids, names)
    }

    /// Reads all facts.
    pub(super) fn facts(&mut self, node: Option<&'n Node<'t>>) -> Vec<Fact> {
        let nodes = self.list(node);
        let mut facts = Vec::new();
        let mut gates: Vec<Vec<usize>> = Vec::new();
        for (i, fact) in nodes.iter().enumerate() {
            let read = self.fact(i, fact);
            let mut asks = Vec::new();
            if let Some(only_if) = read.as_ref().and_then(|f| f.only_if.as_ref()) {
                facts_in(only_if, &mut asks);
            }
            gates.push(asks);
            facts.extend(read);
        }
        for cycle in cycles(&gates) {
            let at = cycle.first().and_then(|i| nodes.get(*i)).map_or(0, |n| n.at);
            let names = written(&cycle, self.names.list(Named::Fact));
            self.faults.add(at, format!("this question is never asked: {names}"));
        }
        facts
    }

    fn fact(&mut self, i: usize, node: &'n Node<'t>) -> Option<Fact> {
        let item = self.shape(Some(node), &raw::FACT)?;
        let id = self.id(item.get("id"));
        let ask = self.text(item.get("ask"));
        let short = self.text(item.get("short"));
        let help = self.text(item.get("help"));
        let unit = item.get("unit").map(|unit| self.text(Some(unit)));
        let only_if = item.get("only_if").map(|cond| self.cond(Some(cond), Scope::Grading));
        let basis = self.basis(item.get("basis"));
        let (kind, options) = self.kinds.get(i).cloned().flatten()?;
        Some(Fact {
            id: id?,
            kind,
            ask: ask?,
            short: short?,
            help: help?,
            unit: unit.flatten(),
            options,
            only_if: only_if.flatten(),
            basis: basis?,
        })
    }

    /// Reads one anchor.
    pub(super) fn anchor(&mut self, node: &'n Node<'t>) -> Option<Anchor> {
        let item = self.shape(Some(node), &raw::ANCHOR)?;
        let id = self.id(item.get("id"));
        let ask = self.text(item.get("ask"));
        let short = self.text(item.get("short"));
        let help = self.text(item.get("help"));
        Some(Anchor { id: id?, ask: ask?, short: short?, help: help? })
    }
}
