//! The board: incidents, soonest clock first.

use super::{App, Item};
use crate::domain::duty::{DutyStatus, State};
use crate::domain::time::Time;

/// The clock that an incident is sorted and shown by.
pub fn nearest(item: &Item) -> Option<&DutyStatus> {
    if item.incident.closed.is_some() { None } else { item.assessment.next() }
}

/// Positions of the incidents: soonest clock first, then those without one, then closed ones.
pub fn order(app: &App) -> Vec<usize> {
    let far = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    let mut all: Vec<usize> = (0..app.items().len()).collect();
    let key = |i: &usize| -> (bool, Time, String) {
        let item = &app.items()[*i];
        let due = nearest(item).and_then(|d| d.due).unwrap_or(far);
        (item.incident.closed.is_some(), due, item.incident.id.clone())
    };
    all.sort_by_cached_key(key);
    all
}

/// Own duties of an incident that run and have hours, soonest first.
pub fn running(item: &Item) -> impl Iterator<Item = &DutyStatus> {
    item.assessment.duties.iter().filter(|d| {
        d.own && d.due.is_some() && matches!(d.state, Some(State::Running | State::Overdue))
    })
}
