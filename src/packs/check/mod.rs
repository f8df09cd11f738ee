//! From the tree to a checked pack. Nothing stops at the first fault.
//!
//! Every reader takes what may be missing, notes what is wrong and goes on; a value is built only
//! where all of its parts are. The pack exists only if no fault was noted.

mod conds;
mod cycles;
mod duties;
mod facts;
mod grading;
mod holds;
mod names;
mod prose;
mod read;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use self::conds::{Bound, Scope};
use self::names::{Named, Names};
use super::problem::Faults;
use super::raw;
use super::tree::{Node, What};
use crate::domain::law::{Cond, Floor, Level, Pack, Text};
use crate::domain::time::{Offset, parse_day, parse_offset};
use crate::domain::value::Kind;

/// The only format of pack files so far.
const FORMAT: i64 = 1;

/// What is known while a pack is checked.
struct Check<'n, 't> {
    text: &'t str,
    faults: Faults,
    names: Names<'n>,
    /// Kind and option names of each fact, where they could be read.
    kinds: Vec<Option<(Kind, Vec<Text>)>>,
    /// Facts that some condition asks for.
    used: BTreeSet<u16>,
    /// Bounds met in the condition that is being read.
    bounds: Vec<Bound>,
    /// A condition or a section could not be read, so "used by nothing" cannot be said.
    partial: bool,
}

/// Builds the pack from its tree.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn check(text: &str, root: &Node<'_>) -> Result<Pack, Faults> {
    let mut check = Check {
        text,
        faults: Faults::default(),
        names: Names::default(),
        kinds: Vec::new(),
        used: BTreeSet::new(),
        bounds: Vec::new(),
        partial: false,
    };
    let pack = check.pack(root);
    match pack {
        Some(pack) if check.faults.none() => Ok(pack),
        pack => {
            if pack.is_none() && check.faults.none() {
                check.faults.add(root.at, "this is not a pack");
            }
            Err(check.faults)
        }
    }
}

impl<'n, 't> Check<'n, 't> {
    fn pack(&mut self, root: &'n Node<'t>) -> Option<Pack> {
        if let What::Fields(Some(name), _) | What::Tuple(Some(name), _) = root.what
            && name != "Pack"
        {
            self.faults.add(root.at, format!("a pack starts with `Pack(`, not with `{name}(`"));
        }
        let item = self.shape(Some(root), &raw::PACK)?;
        self.format(item.get("format"));
        self.collect_names(&item);
        self.kinds = self.kinds(item.get("facts"));

        let id = self.id(item.get("id"));
        let edition = self.edition(item.get("edition"));
        let title = self.text(item.get("title"));
        let short = self.text(item.get("short"));
        let in_force = self.day(item.get("in_force"));
        let checked = self.day(item.get("checked"));
        let zone = self.zone(item.get("zone"));
        let levels = self.each(item.get("levels"), Self::level);
        self.enough_levels(item.get("levels"));
        let sources = self.each(item.get("sources"), Self::source);
        let articles = self.each(item.get("articles"), Self::article);
        let definitions = self.each(item.get("definitions"), Self::definition);
        let bodies = self.each(item.get("bodies"), Self::body);
        let channels = self.each(item.get("channels"), Self::channel);
        let anchors = self.each(item.get("anchors"), Self::anchor);
        let facts = self.facts(item.get("facts"));
        let floor = item.get("floor").map(|node| self.floor(node));
        let reportable = self.cond(item.get("reportable"), Scope::Reportable);
        let criteria = self.each(item.get("criteria"), Self::criterion);
        let duties = self.duties(item.get("duties"));
        let content = self.content(item.get("content"));
        let closing = self.each(item.get("closing"), |c, n| c.text(Some(n)));
        let leniency = self.each(item.get("leniency"), |c, n| c.text(Some(n)));
        let notices = self.each(item.get("notices"), Self::notice);
        let open_points = self.each(item.get("open_points"), Self::open_point);
        self.unreachable_facts(item.get("facts"));

        Some(Pack {
            id: id?,
            edition: edition?,
            sha256: hex(&Sha256::digest(self.text.as_bytes())),
            source_text: self.text.into(),
            title: title?,
            short: short?,
            in_force: in_force?,
            checked: checked?,
            zone: zone?,
            levels,
            floor: match floor {
                None => None,
                Some(floor) => Some(floor?),
            },
            reportable: reportable?,
            sources,
            articles,
            definitions,
            bodies,
            channels,
            facts,
            anchors,
            criteria,
            duties,
            content,
            closing,
            leniency,
            notices,
            open_points,
        })
    }

    fn format(&mut self, node: Option<&'n Node<'t>>) {
        let Some(node) = node else { return };
        if let Some(format) = self.integer(Some(node))
            && format != FORMAT
        {
            let message = format!("format `{format}` is not known; this program reads {FORMAT}");
            self.faults.add(node.at, message);
        }
    }

    /// A date, with an optional suffix such as `-b` for a second edition of the same day.
    fn edition(&mut self, node: Option<&'n Node<'t>>) -> Option<String> {
        let (node, text) = self.line(node)?;
        let day = text.get(..10).and_then(parse_day);
        let suffix = text.get(10..).unwrap_or_default();
        if day.is_none() || !suffix.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
        {
            self.faults.hinted(
                node.at,
                format!("`{text}` is not an edition"),
                Some("write a day, and a suffix if need be: `2025-11-01`, `2025-11-01-b`".into()),
            );
            return None;
        }
        Some(text)
    }

    fn day(&mut self, node: Option<&'n Node<'t>>) -> Option<String> {
        let (node, text) = self.line(node)?;
        if text.len() != 10 || parse_day(&text).is_none() {
            let hint = Some("write YYYY-MM-DD, such as `2025-11-01`".to_owned());
            self.faults.hinted(node.at, format!("`{text}` is not a day"), hint);
            return None;
        }
        Some(text)
    }

    fn zone(&mut self, node: Option<&'n Node<'t>>) -> Option<Offset> {
        let (node, text) = self.line(node)?;
        let zone = if text.len() == 6 { parse_offset(&text) } else { None };
        if zone.is_none() {
            let hint = Some("write a fixed offset, such as `+08:00`".to_owned());
            self.faults.hinted(node.at, format!("`{text}` is not a zone"), hint);
        }
        zone
    }

    fn level(&mut self, node: &'n Node<'t>) -> Option<Level> {
        let item = self.shape(Some(node), &raw::LEVEL)?;
        let id = self.id(item.get("id"));
        if id.as_deref() == Some("none") {
            self.faults.add(node.at, "a level cannot be called `none`; that means \"no level\"");
        }
        let name = self.text(item.get("name"));
        Some(Level { id: id?, name: name? })
    }

    fn enough_levels(&mut self, node: Option<&'n Node<'t>>) {
        let Some(node) = node else { return };
        let count = self.names.list(Named::Level).len();
        if count == 0 {
            self.faults.add(node.at, "a pack has at least one level");
        } else if count > 64 {
            self.faults.add(node.at, format!("`{count}` levels are too many; at most 64"));
        }
    }

    fn floor(&mut self, node: &'n Node<'t>) -> Option<Floor> {
        let item = self.shape(Some(node), &raw::FLOOR)?;
        let level = self.level_ix(item.get("level"));
        let fact = self.fact_of(item.get("fact"), "floor", &["bool"]);
        let basis = self.basis(item.get("basis"));
        Some(Floor { level: level?, fact: fact?, basis: basis? })
    }

    /// A question that no condition asks for would be put to a tired person for nothing.
    fn unreachable_facts(&mut self, node: Option<&'n Node<'t>>) {
        if self.partial {
            return;
        }
        for (i, fact) in self.items(node).iter().enumerate() {
            let unused = u16::try_from(i).is_ok_and(|i| !self.used.contains(&i));
            let ids = self.names.list(Named::Fact);
            // A doubled fact was noted as such.
            let first = ids.get(i).is_some_and(|id| ids.iter().position(|o| o == id) == Some(i));
            if unused
                && first
                && let Some(id) = ids.get(i)
            {
                self.faults.add(fact.at, format!("no condition asks for the fact `{id}`"));
            }
        }
    }

    /// Reads a condition that decides something, and says if it can never hold.
    fn cond(&mut self, node: Option<&'n Node<'t>>, scope: Scope) -> Option<Cond> {
        let node = node?;
        self.bounds.clear();
        let cond = self.read_cond(node, scope)?;
        if !holds::can_hold(&cond, &self.kinds, self.names.list(Named::Level).len()) {
            self.faults.add(node.at, "this condition can never hold");
        }
        Some(cond)
    }
}

/// Lower-case hex.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
