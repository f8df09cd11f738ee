//! The rows of an incident's screen: clocks, crossings to come, relays, duties without hours.

use crate::domain::assess::Assessment;
use crate::domain::duty::{DutyStatus, State};
use crate::domain::time::Time;
use crate::domain::tri::Tri;

/// One row. Positions are those in the assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// A duty.
    Duty(usize),
    /// A level that will be reached.
    Forecast(usize),
    /// So many duties that do not apply.
    Excluded(usize),
}

/// The key of the row that stands for all duties that do not apply.
pub const EXCLUDED: &str = "excluded";

/// Lists the rows: own clocks and crossings by time, own duties without hours, clocks of others,
/// what waits, what cannot be told yet, what is done, what does not apply.
pub fn rows(a: &Assessment, all: bool) -> Vec<Row> {
    let mut out: Vec<(u8, Time, u8, usize, Row)> = Vec::new();
    let far = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    let mut excluded = 0;
    for (i, d) in a.duties.iter().enumerate() {
        if d.state.is_none() {
            excluded += 1;
            if !all {
                continue;
            }
        }
        let sure = u8::from(d.applies != Tri::Yes);
        out.push((group(d), d.due.unwrap_or(far), sure, i, Row::Duty(i)));
    }
    for (i, f) in a.forecast.iter().enumerate() {
        out.push((0, f.at, 2, i, Row::Forecast(i)));
    }
    if excluded > 0 {
        out.push((8, far, 0, 0, Row::Excluded(excluded)));
    }
    out.sort_by_key(|(group, due, sure, i, _)| (*group, *due, *sure, *i));
    out.into_iter().map(|(.., row)| row).collect()
}

fn group(d: &DutyStatus) -> u8 {
    match (d.state, d.due, d.own) {
        (Some(State::Running | State::Overdue), Some(_), true) => 0,
        (Some(State::Running | State::Overdue), None, true) if d.applies == Tri::Yes => 1,
        (Some(State::Running | State::Overdue), Some(_), false) => 2,
        (Some(State::Blocked), ..) => 3,
        (Some(State::Waiting), _, own) => {
            if own {
                4
            } else {
                5
            }
        }
        (Some(State::Running | State::Overdue), None, _) => 6,
        (Some(State::Met | State::MetLate | State::Waived), ..) => 7,
        (None, ..) => 9,
    }
}

/// A name for a row that stays when rows change places.
pub fn key(a: &Assessment, row: Row) -> String {
    match row {
        Row::Duty(i) => a.duties.get(i).map(|d| d.id.clone()).unwrap_or_default(),
        Row::Forecast(i) => a
            .forecast
            .get(i)
            .map(|f| format!("forecast {} {}", f.criterion, f.level.0))
            .unwrap_or_default(),
        Row::Excluded(_) => EXCLUDED.to_owned(),
    }
}
