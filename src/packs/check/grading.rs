//! Criteria: one rung per level, rising.

use super::Check;
use super::conds::{Bound, Scope};
use crate::domain::law::{Criterion, Rung};
use crate::packs::raw;
use crate::packs::tree::Node;

impl<'n, 't> Check<'n, 't> {
    /// Reads one criterion.
    pub(super) fn criterion(&mut self, node: &'n Node<'t>) -> Option<Criterion> {
        let item = self.shape(Some(node), &raw::CRITERION)?;
        let id = self.id(item.get("id"));
        let title = self.text(item.get("title"));
        let nodes = self.list(item.get("rungs"));
        if let (true, Some(rungs)) = (nodes.is_empty(), item.get("rungs")) {
            self.faults.add(rungs.at, "this criterion has no rung, so it can reach no level");
        }
        let mut rungs: Vec<Rung> = Vec::new();
        let mut below: Vec<Bound> = Vec::new();
        let mut last = None;
        for node in nodes {
            let Some(item) = self.shape(Some(node), &raw::RUNG) else { continue };
            let level = self.level_ix(item.get("level"));
            if let (Some(level), Some(last), Some(at)) = (level, last, item.get("level")) {
                if level == last {
                    self.faults.add(at.at, "this level has a rung already");
                } else if level < last {
                    self.faults.add(at.at, "rungs go from the mildest level to the gravest");
                }
            }
            last = level.or(last);
            let when = self.cond(item.get("when"), Scope::Grading);
            let bounds = std::mem::take(&mut self.bounds);
            self.bounds_rise(&below, &bounds);
            // A measure that skips a rung is still compared with the rung below that.
            below.retain(|b| !bounds.iter().any(|n| n.fact == b.fact && n.operator == b.operator));
            below.extend(bounds);
            let reason = self.text(item.get("reason"));
            let basis = self.basis(item.get("basis"));
            if let (Some(level), Some(when), Some(reason), Some(basis)) =
                (level, when, reason, basis)
            {
                rungs.push(Rung { level, when, reason, basis });
            }
        }
        Some(Criterion { id: id?, title: title?, rungs })
    }
}
