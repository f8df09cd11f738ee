//! What one answer would change: two assessments of the same moment, compared.

use super::assess::{Assessment, Forecast};
use super::duty::{DutyStatus, State};
use super::grade::Bounds;
use super::time::Time;
use super::tri::Tri;

/// The difference between two assessments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Per pack whose bounds move: its id, the bounds before and after.
    pub levels: Vec<(String, Bounds, Bounds)>,
    /// Duties whose standing changes, soonest clock first.
    pub duties: Vec<DutyChange>,
    /// Crossings that would lie ahead.
    pub forecast: Vec<Forecast>,
    /// Crossings that would no longer lie ahead.
    pub forecast_gone: Vec<Forecast>,
    /// Whether anything has to be reported, before and after.
    pub reportable: Option<(Tri, Tri)>,
    /// How many questions would be open, before and after, where more than the answered one goes.
    pub open: Option<(usize, usize)>,
    /// There would be a contradiction among the answers that there is not now.
    pub contradiction: bool,
}

/// One duty whose standing changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyChange {
    /// Full id.
    pub duty: String,
    /// How.
    pub kind: ChangeKind,
    /// Its limit afterwards; before, where it goes away.
    pub due: Option<Time>,
}

/// How a duty's standing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It would apply for certain.
    Applies,
    /// It could no longer be excluded.
    Possible,
    /// It would not apply.
    Gone,
    /// It would stay listed, but be blocked.
    Blocked,
    /// It would no longer be blocked.
    Unblocked,
    /// Its clock would end at another time.
    Moves,
}

impl Diff {
    /// Says whether nothing would change.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares an assessment with the one that an answer would bring.
pub fn diff(before: &Assessment, after: &Assessment) -> Diff {
    let mut out = Diff::default();
    for (b, a) in before.packs.iter().zip(&after.packs) {
        if (b.bounds.at_least, b.bounds.at_most) != (a.bounds.at_least, a.bounds.at_most) {
            out.levels.push((a.pack.clone(), b.bounds, a.bounds));
        }
    }
    if before.reportable != after.reportable {
        out.reportable = Some((before.reportable, after.reportable));
    }
    for a in &after.duties {
        let b = before.duty(&a.id);
        if let Some((kind, due)) = b.and_then(|b| change(b, a)) {
            out.duties.push(DutyChange { duty: a.id.clone(), kind, due });
        }
    }
    let open = (before.questions.len(), after.questions.len());
    out.open = (open.1 + 1 != open.0 && open.0 != open.1).then_some(open);
    let far = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    out.duties.sort_by_key(|c| (c.kind == ChangeKind::Gone, c.due.unwrap_or(far)));
    let missing = |list: &[Forecast], other: &[Forecast]| -> Vec<Forecast> {
        list.iter().filter(|f| !other.contains(f)).cloned().collect()
    };
    out.forecast = missing(&after.forecast, &before.forecast);
    out.forecast_gone = missing(&before.forecast, &after.forecast);
    out.contradiction = after.warnings.iter().any(|w| !before.warnings.contains(w));
    out
}

fn change(b: &DutyStatus, a: &DutyStatus) -> Option<(ChangeKind, Option<Time>)> {
    let blocked = |d: &DutyStatus| d.state == Some(State::Blocked);
    if blocked(a) != blocked(b) && a.state.is_some() {
        let kind = if blocked(a) { ChangeKind::Blocked } else { ChangeKind::Unblocked };
        return Some((kind, a.due));
    }
    if a.applies != b.applies && (a.is_open() || b.is_open()) {
        return Some(match a.applies {
            Tri::Yes => (ChangeKind::Applies, a.due),
            Tri::No => (ChangeKind::Gone, b.due),
            Tri::Unknown => (ChangeKind::Possible, a.due),
        });
    }
    (a.due != b.due && a.is_open()).then_some((ChangeKind::Moves, a.due))
}
