//! Half-typed text that survives a hang-up, hand-overs, and what was not recorded.

use std::collections::BTreeMap;

use super::form::Form;
use super::{Act, Lines, Plain, State};
use crate::app::Style;
use crate::app::effect::Effect;
use crate::app::kept::Kept;
use crate::domain::decide::Intent;
use crate::domain::event::Attachment;
use crate::domain::time;
use crate::words::plain::Word as W;

impl Plain {
    /// Hands what is half-typed to the host where it changed.
    pub(super) fn keep(&mut self) -> Vec<Effect> {
        let (State::Form(form) | State::Reading(form)) = &self.state else {
            // What waits for a yes is half-typed still. What is being written is let go behind it.
            if matches!(self.state, State::Confirm(_) | State::LongAgo(_)) {
                return Vec::new();
            }
            return self.typing.take().map(|incident| self.unkept(incident)).into_iter().collect();
        };
        let incident = form.incident(self.open.as_deref());
        let kept = Kept { at: time::write_utc(self.now), ..form.kept() };
        if kept.fields.is_empty()
            || self.kept.get(&incident).is_some_and(|k| k.fields == kept.fields)
        {
            return Vec::new();
        }
        let text = Some(kept.write());
        self.kept.insert(incident.clone(), kept);
        self.typing = Some(incident.clone());
        vec![Effect::Keep { incident, text }]
    }

    fn unkept(&mut self, incident: String) -> Effect {
        self.kept.remove(&incident);
        Effect::Keep { incident, text: None }
    }

    /// Says that a session before this one left something half-typed.
    pub(super) fn offer_kept(&self) -> Lines {
        let incident = self.open.clone().unwrap_or_default();
        let Some(kept) = self.kept.get(&incident).filter(|_| self.typing.is_none()) else {
            return Vec::new();
        };
        let at = kept.typed_at(self.now, self.zone, self.lang);
        let fields = kept.fields.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>();
        vec![W::KeptBack.with(self.lang, &[&at, &kept.form, &fields.join(" ")])]
    }

    /// Goes on with what was left half-typed.
    pub(super) fn resume(&mut self) -> Lines {
        let incident = self.open.clone().unwrap_or_default();
        let form = self.kept.get(&incident).and_then(Form::from_kept);
        match form {
            Some(form) => {
                self.typing = Some(incident);
                self.begin(form)
            }
            None => vec![W::NothingKept.text(self.lang).to_owned()],
        }
    }

    /// Goes on with a report whose files were read.
    pub(super) fn digested(&mut self, files: Vec<Attachment>) -> Lines {
        match std::mem::replace(&mut self.state, State::Command) {
            State::Reading(mut form) => {
                form.attach(files);
                self.begin(form)
            }
            other => {
                self.state = other;
                Vec::new()
            }
        }
    }

    /// Says whether the host reads files for a report.
    pub(super) fn is_reading(&self) -> bool {
        matches!(self.state, State::Reading(_))
    }

    /// Asks for the files of a report again.
    pub(super) fn ask_files_again(&mut self) -> Lines {
        match std::mem::replace(&mut self.state, State::Command) {
            State::Reading(mut form) => {
                form.forget("files");
                self.begin(form)
            }
            _ => Vec::new(),
        }
    }

    /// Saves what was not recorded in a file of the user's choice.
    pub(super) fn save(&mut self, path: &str) -> Lines {
        match (&self.unsaved, path) {
            (None, _) => vec![W::NothingUnsaved.text(self.lang).to_owned()],
            (Some(_), "") => vec![W::UnsavedHow.text(self.lang).to_owned()],
            (Some((why, command)), path) => {
                let why = why.replace(['\n', '\r'], " ");
                let text = format!("# {why}\n{command}\n");
                self.outbox.push(Effect::SaveAs { path: path.to_owned(), text });
                Vec::new()
            }
        }
    }

    /// What somebody who takes over must know.
    pub(super) fn handover(&self) -> Lines {
        let Some(incident) = self.current() else { return Vec::new() };
        let style = Style { lang: self.lang, zone: self.zone, soon: self.soon, lead: self.lead };
        let head = self.incidents.iter().find(|(i, _)| i.id == incident.id);
        let head = head.map_or("", |(_, head)| head.as_str());
        let a = incident.assess(self.now);
        let lines = crate::app::handover_lines(incident, head, &a, style);
        let mut out: Lines = lines.into_iter().map(|(line, _)| line).collect();
        out.push(W::HandoverHow.text(self.lang).to_owned());
        out
    }

    /// Accepts the hand-over that waits to be accepted.
    pub(super) fn accept(&mut self) -> Lines {
        let Some(incident) = self.current() else { return Vec::new() };
        let entry = incident.handover.as_ref().map_or(u64::MAX, |h| h.entry);
        let (incident, intent) = (incident.id.clone(), Intent::TakeOver { entry });
        self.ready(Act::Append { incident, intent })
    }
}

/// What was filled in, by the names under which it is kept.
pub(super) fn fields(values: &BTreeMap<&'static str, String>) -> BTreeMap<String, String> {
    let filled = values.iter().filter(|(_, v)| !v.is_empty());
    filled.map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
}
