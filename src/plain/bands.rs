//! Clocks that became more pressing since something was last said about them.

use std::collections::BTreeMap;

use super::{Lines, Plain};
use crate::domain::duty::DutyStatus;
use crate::domain::incident::Incident;
use crate::domain::time::{Time, plus_seconds};
use crate::words::plain::Word as W;
use crate::words::say::{self, Urgency};

impl Plain {
    /// Lets time pass: tells which of the operator's clocks now end soon or have ended.
    pub(super) fn pass(&mut self, now: Time) -> Lines {
        self.now = now;
        let bands = self.present_bands();
        let mut out = Vec::new();
        for (incident, duty) in self.watched() {
            let key = (incident.id.clone(), duty.id.clone());
            let (Some(is), before) = (bands.get(&key), self.bands.get(&key)) else { continue };
            let pressing = matches!(is, Urgency::Soon | Urgency::Overdue | Urgency::Late);
            if before == Some(is) || !pressing {
                continue;
            }
            let Some(due) = duty.due else { continue };
            let left = say::countdown((due - now).num_seconds(), self.lang);
            let word = match is {
                Urgency::Overdue => W::BandOverdue,
                Urgency::Late => W::BandLate,
                _ => W::BandSoon,
            };
            out.push(word.with(
                self.lang,
                &[
                    &left,
                    &self.title(&incident.case, &duty),
                    &say::moment(due, now, self.zone, self.lang),
                    &incident.id,
                ],
            ));
        }
        self.bands = bands;
        out
    }

    /// Takes the present bands as told.
    pub(super) fn note_bands(&mut self) {
        self.bands = self.present_bands();
    }

    /// When the next clock ends soon, or ends: the next moment at which something would be said.
    pub fn wake(&self) -> Option<Time> {
        let watched = self.watched();
        let turns = watched
            .iter()
            .filter_map(|(_, d)| Some((d.due?, d.decide_by(self.lead))))
            .flat_map(|(due, by)| {
                [Some(plus_seconds(due, -self.soon)), Some(plus_seconds(due, 1)), by]
            })
            .flatten();
        turns.filter(|t| *t > self.now).min()
    }

    /// How pressing a duty is.
    pub(super) fn urgency(&self, duty: &DutyStatus) -> Urgency {
        Urgency::with_lead(duty, self.now, self.soon, self.lead)
    }

    fn present_bands(&self) -> BTreeMap<(String, String), Urgency> {
        let band = |(i, d): (&Incident, DutyStatus)| {
            let urgency = self.urgency(&d);
            ((i.id.clone(), d.id), urgency)
        };
        self.watched().into_iter().map(band).collect()
    }

    /// The operator's open duties with a clock, of the open incident or else of all.
    fn watched(&self) -> Vec<(&Incident, DutyStatus)> {
        let all = self.incidents.iter().map(|(i, _)| i).filter(|i| i.closed.is_none());
        let mut out = Vec::new();
        for incident in all {
            let duties = incident.assess(self.now).duties;
            let ticking = |d: &DutyStatus| d.own && d.is_open() && d.due.is_some();
            out.extend(duties.into_iter().filter(ticking).map(|d| (incident, d)));
        }
        out
    }
}
