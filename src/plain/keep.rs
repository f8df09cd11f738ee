//! Half-typed text that survives a hang-up, hand-overs, and what was not recorded.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::ask::Asked;
use super::command::Command;
use super::form::Form;
use super::{Lines, Plain, State, said};
use crate::app::effect::Effect;
use crate::app::kept::{Kept, Slot};
use crate::app::{Page, Style};
use crate::domain::decide::{Intent, Refusal, decide};
use crate::domain::event::Attachment;
use crate::domain::text::printable;
use crate::domain::time::{self, UTC};
use crate::words::console::Word as Con;
use crate::words::plain::Word as W;
use crate::words::refusal::refusal;

impl Plain {
    /// Hands what is half-typed to the host where it changed.
    pub(super) fn keep(&mut self) -> Vec<Effect> {
        let form = match &self.state {
            State::Form(form) | State::Reading(form) => form,
            // What waits for a yes is half-typed still, and so is a question that is asked again. What
            // is being written is let go behind it.
            State::Confirm(_) | State::LongAgo(_) => return Vec::new(),
            State::Answer(asked) if self.typing == self.open.as_deref().map(|i| asked.slot(i)) => {
                return Vec::new();
            }
            _ => {
                return self.typing.take().map(|slot| self.unkept(slot)).into_iter().collect();
            }
        };
        let kept = Kept { at: time::write_utc(self.now), ..form.kept() };
        let slot = kept.slot(&form.incident(self.open.as_deref()));
        if kept.fields.is_empty() || self.kept.get(&slot).is_some_and(|k| k.fields == kept.fields) {
            return Vec::new();
        }
        // The form of an entry is another one once it is known which entry it is about.
        let before = self.typing.take().filter(|before| *before != slot);
        let mut out: Vec<Effect> = before.map(|slot| self.unkept(slot)).into_iter().collect();
        out.push(Effect::Keep { slot: slot.clone(), text: Some(kept.write()) });
        self.kept.insert(slot.clone(), kept);
        self.typing = Some(slot);
        out
    }

    fn unkept(&mut self, slot: Slot) -> Effect {
        self.kept.remove(&slot);
        Effect::Keep { slot, text: None }
    }

    /// Lets go what was half-typed of questions that were answered.
    pub(super) fn answered_now<'a>(&mut self, facts: impl Iterator<Item = &'a String>) {
        let incident = self.open.clone().unwrap_or_default();
        for fact in facts {
            let slot = Asked::about(fact).slot(&incident);
            if self.kept.contains_key(&slot) {
                let gone = self.unkept(slot);
                self.outbox.push(gone);
            }
        }
    }

    /// What was left half-typed where we are, the newest first.
    fn half_typed(&self) -> Vec<(&Slot, &Kept)> {
        let incident = self.open.as_deref().unwrap_or_default();
        let here = self.kept.iter().filter(|(slot, _)| slot.incident == incident);
        let mut all: Vec<_> = here.filter(|(slot, _)| self.typing.as_ref() != Some(slot)).collect();
        all.sort_by_key(|(_, kept)| Reverse(time::parse(&kept.at, self.now, UTC).ok()));
        all
    }

    /// Says what an earlier console left half-typed.
    pub(super) fn offer_kept(&self) -> Lines {
        let say = |(slot, kept): &(&Slot, &Kept)| {
            let at = kept.typed_at(self.now, self.zone, self.lang);
            let filled = kept.fields.iter().filter(|(_, v)| !v.is_empty());
            let fields =
                filled.map(|(k, v)| format!("{k}={}", printable(v))).collect::<Vec<_>>().join(" ");
            W::KeptBack.with(self.lang, &[&at, &slot.what, &fields])
        };
        self.half_typed().iter().map(say).collect()
    }

    /// Goes on with what was left half-typed: what is named, or what was typed last.
    pub(super) fn resume(&mut self, which: &str) -> Lines {
        let wanted = |(slot, _): &&(&Slot, &Kept)| which.is_empty() || slot.what == which;
        let left = self.half_typed();
        let Some((slot, kept)) = left.iter().find(wanted) else {
            return vec![W::NothingKept.text(self.lang).to_owned()];
        };
        let (slot, about) = ((*slot).clone(), kept.about.clone());
        match (Form::from_kept(kept), about) {
            (Some(form), _) => {
                self.typing = Some(slot);
                self.begin(form)
            }
            (None, Some(fact)) if self.current().is_some_and(|i| i.case.fact(&fact).is_some()) => {
                self.typing = Some(slot);
                self.ask(&fact)
            }
            // A moment is set, not asked for.
            (None, _) => vec![W::SetHow.text(self.lang).to_owned()],
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

    /// Has a checkpoint of the open record signed.
    pub(super) fn sign(&mut self) -> Lines {
        let Some(incident) = self.open.clone() else { return Vec::new() };
        self.outbox.push(Effect::Sign { incident });
        vec![Con::Signing.text(self.lang).to_owned()]
    }

    /// Has the open record exported into a new file.
    pub(super) fn export(&mut self, path: &str) -> Lines {
        let Some(incident) = self.open.clone() else { return Vec::new() };
        if path.is_empty() {
            let at = self.zone.show(self.now).format("%Y%m%d-%H%M");
            let folder = self.folder.trim_end_matches('/');
            let like = format!("{folder}/jishi-{incident}-{at}.jsonl");
            return vec![W::ExportHow.with(self.lang, &[&like])];
        }
        self.outbox.push(Effect::Export { incident, path: path.to_owned() });
        vec![Con::Exporting.text(self.lang).to_owned()]
    }

    /// What somebody who takes over must know.
    pub(super) fn handover(&self) -> Lines {
        let Some(incident) = self.current() else { return Vec::new() };
        let style = Style { lang: self.lang, zone: self.zone, soon: self.soon, lead: self.lead };
        let head = self.incidents.iter().find(|(i, _)| i.id == incident.id);
        let head = head.map_or("", |(_, head)| head.as_str());
        let a = incident.assess(self.now);
        // One line is left for what can be done about it.
        let page = Page { rows: Page::TEXT.rows - 1, ..Page::TEXT };
        let lines = crate::app::handover_lines(incident, head, &a, style, page);
        let mut out: Lines = lines.into_iter().map(|(line, _)| line).collect();
        out.push(W::HandoverHow.text(self.lang).to_owned());
        out
    }

    /// Asks who takes over what waits to be accepted.
    pub(super) fn accept(&mut self, name: &str) -> Lines {
        let Some(incident) = self.current() else { return Vec::new() };
        let entry = incident.handover.as_ref().map_or(u64::MAX, |h| h.entry);
        let intent = Intent::TakeOver { entry, name: None };
        match decide(incident, &intent, self.now, self.zone) {
            Ok(_) | Err(Refusal::NewerEntries { .. }) => self.act(Command::Accept, name),
            Err(why) => {
                let mut out = said(&refusal(&why, self.lang));
                out.push(W::NotDone.text(self.lang).to_owned());
                out
            }
        }
    }
}

/// What was filled in, by the names under which it is kept.
pub(super) fn fields(values: &BTreeMap<&'static str, String>) -> BTreeMap<String, String> {
    let filled = values.iter().filter(|(_, v)| !v.is_empty());
    filled.map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
}
