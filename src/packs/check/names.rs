//! The names of a pack: collected before anything is read, so that any part may point to any other.

use super::Check;
use super::read::Item;
use crate::domain::law::{BodyIx, ChannelIx, DutyIx, LevelIx};
use crate::domain::suggest::nearest;
use crate::packs::problem::did_you_mean;
use crate::packs::tree::{Node, What};

/// What can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Level,
    Source,
    Article,
    Body,
    Channel,
    Fact,
    Anchor,
    Criterion,
    Duty,
    Notice,
    OpenPoint,
}

/// Each kind of name, the section that holds it and the word for it.
const ALL: [(Named, &str, &str); 11] = [
    (Named::Level, "levels", "level"),
    (Named::Source, "sources", "source"),
    (Named::Article, "articles", "article"),
    (Named::Body, "bodies", "body"),
    (Named::Channel, "channels", "channel"),
    (Named::Fact, "facts", "fact"),
    (Named::Anchor, "anchors", "anchor"),
    (Named::Criterion, "criteria", "criterion"),
    (Named::Duty, "duties", "duty"),
    (Named::Notice, "notices", "notice"),
    (Named::OpenPoint, "open_points", "open point"),
];

/// All names, by kind, and the kinds whose section is missing. The position is the index; an item
/// without a readable id holds "".
#[derive(Debug, Default)]
pub(super) struct Names<'n>([Vec<&'n str>; ALL.len()], Vec<Named>);

impl<'n> Names<'n> {
    pub(super) fn list(&self, named: Named) -> &[&'n str] {
        &self.0[named as usize]
    }
}

impl<'n, 't> Check<'n, 't> {
    /// Collects the ids of all sections and notes doubled ones.
    pub(super) fn collect_names(&mut self, pack: &Item<'n, 't>) {
        for (named, section, word) in ALL {
            let nodes = self.items(pack.get(section));
            if pack.get(section).is_none() {
                self.names.1.push(named);
            }
            let mut ids: Vec<&'n str> = Vec::with_capacity(nodes.len());
            for node in nodes {
                let (at, id) = written_id(node).unwrap_or((node.at, ""));
                if !id.is_empty() && ids.contains(&id) {
                    self.faults.add(at, format!("duplicate {word} `{id}`"));
                }
                ids.push(id);
            }
            self.names.0[named as usize] = ids;
        }
    }

    /// Finds the index of a name.
    pub(super) fn resolve(&mut self, named: Named, node: Option<&'n Node<'t>>) -> Option<u16> {
        let node = node?;
        let word = ALL[named as usize].2;
        let What::Text(id) = &node.what else {
            self.expected(node, &format!("the name of a {word}"));
            return None;
        };
        let ids = self.names.list(named);
        if let Some(ix) = ids.iter().position(|known| known == id && !id.is_empty()) {
            return u16::try_from(ix).ok();
        }
        if self.names.1.contains(&named) {
            // The missing section was noted; each name that points to it need not be.
            return None;
        }
        let near = nearest(id, ids.iter().copied());
        if named == Named::Fact {
            // The fact that was most likely meant is not "asked for by nothing".
            match ids.iter().position(|known| Some(*known) == near.as_deref()) {
                Some(ix) => self.used.extend(u16::try_from(ix)),
                None => self.partial = true,
            }
        }
        self.faults.hinted(node.at, format!("unknown {word} `{id}`"), did_you_mean(near));
        None
    }

    pub(super) fn level_ix(&mut self, node: Option<&'n Node<'t>>) -> Option<LevelIx> {
        self.resolve(Named::Level, node).map(LevelIx)
    }

    pub(super) fn body_ix(&mut self, node: Option<&'n Node<'t>>) -> Option<BodyIx> {
        self.resolve(Named::Body, node).map(BodyIx)
    }

    pub(super) fn channel_ix(&mut self, node: Option<&'n Node<'t>>) -> Option<ChannelIx> {
        self.resolve(Named::Channel, node).map(ChannelIx)
    }

    pub(super) fn duty_ix(&mut self, node: Option<&'n Node<'t>>) -> Option<DutyIx> {
        self.resolve(Named::Duty, node).map(DutyIx)
    }
}

/// The id of an item as it is written, whatever else is wrong with the item.
pub(super) fn written_id<'n>(node: &'n Node<'_>) -> Option<(usize, &'n str)> {
    let What::Fields(_, fields) = &node.what else { return None };
    let value = &fields.iter().find(|f| f.name == "id")?.value;
    match &value.what {
        What::Text(id) => Some((value.at, id)),
        _ => None,
    }
}
