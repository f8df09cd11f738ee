//! Readers of single values: structs, lists, texts, ids, numbers, bases.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthChar;

use super::Check;
use super::names::Named;
use crate::domain::law::{ArticleIx, Basis, Mark, Text};
use crate::domain::suggest::nearest;
use crate::domain::text::forbidden;
use crate::packs::problem::did_you_mean;
use crate::packs::raw::{self, Shape};
use crate::packs::tree::{Field, Node, What, shown};

/// Longest list of a pack; far above any law, and keeps every index in range.
const LONGEST: usize = 1000;

/// Most fields of one struct; far above any shape.
const MOST_FIELDS: usize = 100;

/// A struct whose field names were checked.
pub(super) struct Item<'n, 't> {
    fields: &'n [Field<'t>],
}

impl<'n, 't> Item<'n, 't> {
    /// Finds a field; `None` counts as absent and `Some(x)` as `x`, as RON has it.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node<'t>> {
        let node = &self.fields.iter().find(|f| f.name == name)?.value;
        match &node.what {
            What::Name("None") => None,
            What::Tuple(Some("Some"), inner) if inner.len() == 1 => inner.first(),
            _ => Some(node),
        }
    }
}

impl<'n, 't> Check<'n, 't> {
    /// Reads a struct and notes unknown, doubled and missing fields.
    pub(super) fn shape(
        &mut self,
        node: Option<&'n Node<'t>>,
        shape: &Shape,
    ) -> Option<Item<'n, 't>> {
        let node = node?;
        let what = shape.what;
        let fields: &[Field<'t>] = match &node.what {
            What::Fields(name, fields) => {
                if let Some(name) = name
                    && what != "pack"
                {
                    let message = format!("no name is expected before this {what}, not `{name}`");
                    self.faults.add(node.at, message);
                }
                fields
            }
            What::Tuple(None, items) if items.is_empty() => &[],
            _ if what == "text" => {
                self.expected(node, "`(zh: \"...\", en: \"...\")`");
                return None;
            }
            _ => {
                self.expected(node, &format!("a {what} `({}: ...)`", shape.must[0]));
                return None;
            }
        };
        if fields.len() > MOST_FIELDS {
            self.faults.add(node.at, format!("this {what} has more than {MOST_FIELDS} fields"));
            self.partial = true;
            return None;
        }
        let known = || shape.must.iter().chain(shape.may).copied();
        for (i, field) in fields.iter().enumerate() {
            let name = field.name;
            if !known().any(|k| k == name) {
                let hint = did_you_mean(nearest(name, known())).or_else(|| {
                    Some(format!("a {what} has: {}", known().collect::<Vec<_>>().join(", ")))
                });
                self.faults.hinted(
                    field.at,
                    format!("unknown field `{name}` in this {what}"),
                    hint,
                );
                self.partial = true;
            } else if fields[..i].iter().any(|f| f.name == name) {
                self.faults.add(field.at, format!("field `{name}` stands twice in this {what}"));
            }
        }
        for name in shape.must {
            let item = Item { fields };
            if item.get(name).is_none() {
                self.faults.add(node.at, format!("missing field `{name}` in this {what}"));
                self.partial = true;
            }
        }
        Some(Item { fields })
    }

    /// The items of a list without complaint; for passes that look ahead.
    pub(super) fn items(&self, node: Option<&'n Node<'t>>) -> &'n [Node<'t>] {
        match node.map(|n| &n.what) {
            Some(What::List(items)) if items.len() <= LONGEST => items,
            _ => &[],
        }
    }

    /// The items of a list.
    pub(super) fn list(&mut self, node: Option<&'n Node<'t>>) -> &'n [Node<'t>] {
        if let Some(node) = node {
            match &node.what {
                What::List(items) if items.len() > LONGEST => {
                    let count = items.len();
                    let message = format!("`{count}` items are too many; at most {LONGEST}");
                    self.faults.add(node.at, message);
                    self.partial = true;
                    return &[];
                }
                What::List(_) => {}
                _ => self.expected(node, "a list `[...]`"),
            }
        }
        self.items(node)
    }

    /// Reads every item of a list with one reader.
    pub(super) fn each<T>(
        &mut self,
        node: Option<&'n Node<'t>>,
        mut read: impl FnMut(&mut Self, &'n Node<'t>) -> Option<T>,
    ) -> Vec<T> {
        self.list(node).iter().filter_map(|item| read(self, item)).collect()
    }

    /// Notes that something else stands here than was expected.
    pub(super) fn expected(&mut self, node: &Node<'_>, what: &str) {
        let found = node.word();
        self.faults.add(node.at, format!("{found} stands where {what} is expected"));
        self.partial = true;
    }

    /// Reads a string and notes characters that would steer or tear a terminal.
    pub(super) fn string(&mut self, node: Option<&'n Node<'t>>) -> Option<(&'n Node<'t>, String)> {
        let node = node?;
        let What::Text(text) = &node.what else {
            self.expected(node, "a text");
            return None;
        };
        let written = &self.text[node.at..node.end];
        let bad = |c: &char| !c.is_ascii_graphic() && *c != ' ' && (forbidden(*c) || wavers(*c));
        // Each such character once, at its first place.
        for c in text.chars().filter(bad).collect::<BTreeSet<char>>() {
            let at = node.at + written.find(c).unwrap_or(0);
            if forbidden(c) {
                self.faults.add(at, format!("the control character {} in a text", shown(c)));
            } else {
                let code = u32::from(c);
                self.faults.hinted(
                    at,
                    format!("`{c}` (U+{code:04X}) is one cell wide here and two there"),
                    Some("such characters tear the columns of a terminal; use another".to_owned()),
                );
            }
        }
        Some((node, text.clone().into_owned()))
    }

    /// Reads a string that says something.
    pub(super) fn line(&mut self, node: Option<&'n Node<'t>>) -> Option<(&'n Node<'t>, String)> {
        let (node, text) = self.string(node)?;
        if text.trim().is_empty() {
            self.faults.add(node.at, "this text is empty");
            return None;
        }
        Some((node, text))
    }

    /// Reads a text in both languages.
    pub(super) fn text(&mut self, node: Option<&'n Node<'t>>) -> Option<Text> {
        let item = self.shape(node, &raw::TEXT)?;
        let zh = self.line(item.get("zh"));
        let en = self.line(item.get("en"));
        Some(Text { zh: zh?.1, en: en?.1 })
    }

    /// Reads an id: it is typed on command lines and kept in records, so it is plain.
    pub(super) fn id(&mut self, node: Option<&'n Node<'t>>) -> Option<String> {
        let (node, text) = self.line(node)?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        let good = text.chars().all(plain) && !text.starts_with(['.', '_', '-']);
        if !good || text.len() > 60 {
            let hint = "an id is lower-case letters, digits, `_`, `-`, `.`; at most 60".to_owned();
            self.faults.hinted(node.at, format!("`{text}` is not an id"), Some(hint));
            return None;
        }
        Some(text)
    }

    /// Reads one of some bare names.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        node: Option<&'n Node<'t>>,
        what: &str,
        names: &[(&'static str, T)],
    ) -> Option<T> {
        let node = node?;
        if let What::Name(name) = node.what {
            if let Some((_, value)) = names.iter().find(|(n, _)| *n == name) {
                return Some(*value);
            }
            let all = || names.iter().map(|(n, _)| *n);
            let hint = did_you_mean(nearest(name, all()))
                .or_else(|| Some(format!("one of: {}", all().collect::<Vec<_>>().join(", "))));
            self.faults.hinted(node.at, format!("unknown {what} `{name}`"), hint);
        } else {
            self.expected(node, &format!("a {what}"));
        }
        None
    }

    /// Reads `true` or `false`.
    pub(super) fn boolean(&mut self, node: Option<&'n Node<'t>>) -> Option<bool> {
        self.one_of(node, "truth value", &[("true", true), ("false", false)])
    }

    /// Reads a whole number.
    pub(super) fn integer(&mut self, node: Option<&'n Node<'t>>) -> Option<i64> {
        let node = node?;
        if let What::Number(written) = node.what {
            let number = written.replace('_', "").parse().ok();
            if number.is_none() {
                self.faults.add(node.at, format!("`{written}` is not a whole number"));
            }
            return number;
        }
        self.expected(node, "a whole number");
        None
    }

    /// Reads `("article", C2, ["source"])`.
    pub(super) fn basis(&mut self, node: Option<&'n Node<'t>>) -> Option<Basis> {
        let node = node?;
        let What::Tuple(None, parts) = &node.what else {
            self.expected(node, "a basis `(\"article\", C2, [\"source\"])`");
            return None;
        };
        if parts.len() != 3 {
            let count = parts.len();
            self.faults.add(node.at, format!("a basis has 3 parts, not {count}"));
            return None;
        }
        let article = self.resolve(Named::Article, parts.first());
        let marks = [("C2", Mark::C2), ("C1", Mark::C1), ("S1", Mark::S1), ("INF", Mark::INF)];
        let mark = self.one_of(parts.get(1), "mark", &marks);
        let sources = self.each(parts.get(2), |c, n| c.resolve(Named::Source, Some(n)));
        Some(Basis {
            article: ArticleIx(article?),
            mark: mark?,
            sources: sources.into_iter().map(usize::from).collect(),
        })
    }
}

/// Says whether terminals disagree about how many cells a character takes.
fn wavers(c: char) -> bool {
    c.width() != c.width_cjk()
}
