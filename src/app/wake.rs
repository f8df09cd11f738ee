//! When the next visible digit or band changes.

use chrono::{TimeDelta, Timelike};

use super::screen::Screen;
use super::{App, board};
use crate::domain::duty::State;
use crate::domain::time::Time;
use crate::words::say::countdown_step;

impl App {
    /// The next moment at which something on the screen changes by itself: the next second while a
    /// clock with seconds is visible, else the next minute, which the header shows.
    pub fn wake(&self) -> Option<Time> {
        let now = self.now();
        let minute = TimeDelta::seconds(i64::from(60 - now.second()));
        let steps = self.clocks().into_iter().map(|due| countdown_step((due - now).num_seconds()));
        let soonest = steps.min().map_or(minute, |s| TimeDelta::seconds(s.max(1)).min(minute));
        let next = now.checked_add_signed(soonest)?;
        let keep = self.keep_again().filter(|_| self.is_unkept());
        Some(keep.map_or(next, |at| next.min(at)))
    }

    /// Says whether a clock with seconds is on the screen, so that the header shows them, too.
    pub fn shows_seconds(&self) -> bool {
        let now = self.now();
        self.clocks().into_iter().any(|due| countdown_step((due - now).num_seconds()) == 1)
    }

    /// The ends of the clocks that the screen on top counts down (or up) to.
    fn clocks(&self) -> Vec<Time> {
        let item = match self.screen() {
            Screen::Board => {
                let due = |i: &super::Item| board::nearest(i).and_then(|d| d.due);
                return self.items.iter().filter_map(due).collect();
            }
            _ => self.current(),
        };
        let Some(item) = item.filter(|i| i.incident.closed.is_none()) else { return Vec::new() };
        if !matches!(
            self.screen(),
            Screen::Incident { .. } | Screen::Why { .. } | Screen::HandOver { .. }
        ) {
            return board::nearest(item).and_then(|d| d.due).into_iter().collect();
        }
        let ticks = |s: Option<State>| matches!(s, Some(State::Running | State::Overdue));
        let duties = item.assessment.duties.iter().filter(|d| ticks(d.state));
        let dues = duties.flat_map(|d| [d.due, d.arguable.map(|(_, end)| end)]).flatten();
        dues.chain(item.assessment.forecast.iter().map(|f| f.at)).collect()
    }
}
