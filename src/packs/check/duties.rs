//! Duties: who, whom, when, from which moment, for how long.

use std::collections::BTreeSet;

use super::Check;
use super::conds::{Scope, duties_in};
use super::cycles::{cycles, written};
use super::names::Named;
use crate::domain::law::{Block, Duty, DutyIx, Limit, Recipients, Role, Start, Text};
use crate::packs::raw;
use crate::packs::tree::{Node, What};

const ROLES: [(&str, Role); 5] = [
    ("First", Role::First),
    ("Relay", Role::Relay),
    ("Follow", Role::Follow),
    ("Closing", Role::Closing),
    ("Beside", Role::Beside),
];

/// A limit as it is written; the law's own word is a field of its own.
enum Length {
    Seconds(i64),
    Days(u32),
    Words(Text),
}

impl<'n, 't> Check<'n, 't> {
    /// Reads all duties and notes those that wait for themselves.
    pub(super) fn duties(&mut self, node: Option<&'n Node<'t>>) -> Vec<Duty> {
        let nodes = self.list(node);
        let read: Vec<Option<Duty>> = nodes.iter().map(|n| self.duty(n)).collect();
        let graph = |of: &dyn Fn(&Duty) -> Vec<usize>| -> Vec<Vec<usize>> {
            read.iter().map(|d| d.as_ref().map(of).unwrap_or_default()).collect()
        };
        let at = |list: &[DutyIx]| list.iter().map(|d| d.at()).collect::<Vec<usize>>();
        let same = graph(&|d| match &d.to {
            Recipients::SameAs(list) => at(list),
            Recipients::Bodies(_) => Vec::new(),
        });
        let starts = graph(&|d| match &d.starts {
            Start::Received(list) | Start::Sent(list) => at(list),
            Start::Anchor(_) => Vec::new(),
        });
        let applies = graph(&|d| {
            let mut asked = Vec::new();
            duties_in(&d.when, &mut asked);
            asked
        });
        for (edges, what) in [
            (&same, "the recipients of this duty are never known"),
            (&starts, "the clock of this duty never starts"),
            (&applies, "whether this duty applies is never known"),
        ] {
            for cycle in cycles(edges) {
                let place = cycle.first().and_then(|i| nodes.get(*i)).map_or(0, |n| n.at);
                let names = written(&cycle, self.names.list(Named::Duty));
                self.faults.add(place, format!("{what}: {names}"));
            }
        }
        self.relays_hear(nodes, &read, &same);
        read.into_iter().flatten().collect()
    }

    /// Notes a clock that starts with receipt by a body that does not get the report.
    fn relays_hear(&mut self, nodes: &[Node<'t>], read: &[Option<Duty>], same: &[Vec<usize>]) {
        for (node, duty) in nodes.iter().zip(read) {
            let Some(duty) = duty else { continue };
            let Start::Received(list) = &duty.starts else { continue };
            for report in list {
                if hears(duty.from.at(), report.at(), read, same) == Some(false) {
                    let name = |named, i: usize| {
                        self.names.list(named).get(i).copied().unwrap_or_default().to_owned()
                    };
                    let body = name(Named::Body, duty.from.at());
                    let report = name(Named::Duty, report.at());
                    let message = format!("`{body}` does not receive `{report}`");
                    self.faults.add(node.at, format!("the clock never starts: {message}"));
                }
            }
        }
    }

    fn duty(&mut self, node: &'n Node<'t>) -> Option<Duty> {
        let item = self.shape(Some(node), &raw::DUTY)?;
        let id = self.id(item.get("id"));
        let title = self.text(item.get("title"));
        let role = self.one_of(item.get("role"), "role", &ROLES);
        let from = self.body_ix(item.get("from"));
        let to = self.recipients(item.get("to"));
        let when = self.cond(item.get("when"), Scope::Duty);
        let starts = self.start(item.get("starts"));
        let words = item.get("words").map(|words| self.text(Some(words)));
        let limit = self.limit(item.get("limit"));
        let repeats = item.get("repeats").map(|node| self.boolean(Some(node)));
        let blocked = self.each(item.get("blocked"), Self::block);
        let basis = self.basis(item.get("basis"));
        let limit = match (limit?, words.flatten()) {
            (Length::Seconds(seconds), words) => Limit::Within { seconds, words },
            (Length::Days(days), words) => Limit::Days { days, words },
            (Length::Words(own), None) => Limit::Words(own),
            (Length::Words(_), Some(_)) => {
                self.faults.add(node.at, "`words` stands beside a figure, not beside `Words`");
                return None;
            }
        };
        Some(Duty {
            id: id?,
            title: title?,
            role: role?,
            from: from?,
            to: to?,
            when: when?,
            starts: starts?,
            limit,
            repeats: repeats.flatten().unwrap_or(false),
            blocked,
            basis: basis?,
        })
    }

    fn recipients(&mut self, node: Option<&'n Node<'t>>) -> Option<Recipients> {
        let (node, name, arg) = self.call(node, "recipients `Bodies([...])`")?;
        match name {
            "Bodies" => Some(Recipients::Bodies(self.named(arg, Self::body_ix)?)),
            "SameAs" => Some(Recipients::SameAs(self.named(arg, Self::duty_ix)?)),
            _ => {
                self.expected(node, "`Bodies([...])` or `SameAs([...])`");
                None
            }
        }
    }

    fn start(&mut self, node: Option<&'n Node<'t>>) -> Option<Start> {
        let (node, name, arg) = self.call(node, "a start such as `Anchor(\"...\")`")?;
        match name {
            "Anchor" => {
                let ix = self.resolve(Named::Anchor, Some(arg))?;
                let id = *self.names.list(Named::Anchor).get(usize::from(ix))?;
                Some(Start::Anchor(id.to_owned()))
            }
            "Received" => Some(Start::Received(self.named(arg, Self::duty_ix)?)),
            "Sent" => Some(Start::Sent(self.named(arg, Self::duty_ix)?)),
            _ => {
                self.expected(node, "`Anchor(...)`, `Received([...])` or `Sent([...])`");
                None
            }
        }
    }

    /// Reads a list of names that must not be empty.
    fn named<T>(
        &mut self,
        node: &'n Node<'t>,
        mut read: impl FnMut(&mut Self, Option<&'n Node<'t>>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let nodes = self.list(Some(node));
        if nodes.is_empty() && matches!(node.what, What::List(_)) {
            self.faults.add(node.at, "this list is empty");
        }
        let items: Vec<Option<T>> = nodes.iter().map(|n| read(self, Some(n))).collect();
        let items: Vec<T> = items.into_iter().collect::<Option<_>>()?;
        (!items.is_empty()).then_some(items)
    }

    fn limit(&mut self, node: Option<&'n Node<'t>>) -> Option<Length> {
        /// A year; no reporting clock is longer, and sums stay far from overflow.
        const MOST_DAYS: i64 = 366;
        let (node, name, arg) = self.call(node, "a limit such as `Hours(1)`")?;
        let each = match name {
            "Words" => return self.text(Some(arg)).map(Length::Words),
            "Minutes" => 60,
            "Hours" => 3_600,
            "Days" => 86_400,
            _ => {
                self.expected(node, "`Minutes(n)`, `Hours(n)`, `Days(n)` or `Words((...))`");
                return None;
            }
        };
        let count = self.integer(Some(arg))?;
        let seconds = count.checked_mul(each).filter(|s| (1..=MOST_DAYS * 86_400).contains(s));
        let Some(seconds) = seconds else {
            self.faults.add(arg.at, format!("`{count}` is out of range (more than 0, one year)"));
            return None;
        };
        if name == "Days" {
            return u32::try_from(count).ok().map(Length::Days);
        }
        Some(Length::Seconds(seconds))
    }

    /// Reads `Name(argument)`.
    fn call(
        &mut self,
        node: Option<&'n Node<'t>>,
        what: &str,
    ) -> Option<(&'n Node<'t>, &'t str, &'n Node<'t>)> {
        let node = node?;
        if let What::Tuple(Some(name), args) = &node.what
            && let [arg] = args.as_slice()
        {
            return Some((node, name, arg));
        }
        // `Words(zh: ...)` with one bracket too few reads as a struct.
        self.expected(node, what);
        None
    }

    fn block(&mut self, node: &'n Node<'t>) -> Option<Block> {
        let item = self.shape(Some(node), &raw::BLOCK)?;
        let when = self.cond(item.get("when"), Scope::Reportable);
        let reason = self.text(item.get("reason"));
        let basis = self.basis(item.get("basis"));
        Some(Block { when: when?, reason: reason?, basis: basis? })
    }
}

/// Says whether a body is among the recipients of a duty; nothing where that cannot be read.
fn hears(body: usize, duty: usize, read: &[Option<Duty>], same: &[Vec<usize>]) -> Option<bool> {
    let mut met = BTreeSet::from([duty]);
    let mut open = vec![duty];
    while let Some(duty) = open.pop() {
        match &read.get(duty)?.as_ref()?.to {
            Recipients::Bodies(list) if list.iter().any(|b| b.at() == body) => return Some(true),
            Recipients::Bodies(_) => {}
            Recipients::SameAs(_) => {
                open.extend(same.get(duty)?.iter().copied().filter(|d| met.insert(*d)));
            }
        }
    }
    Some(false)
}
