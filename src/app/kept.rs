//! Half-typed text: what is kept of a form while it is filled in, and how it comes back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::App;
use super::effect::Effect;
use super::form::{Form, FormKind, Input};
use super::said::Said;
use super::screen::Screen;
use crate::domain::time::{self, Time, UTC};
use crate::words::console::Word as W;
use crate::words::say;

/// Seconds between two copies of what is being typed.
const EVERY_SECONDS: i64 = 1;

/// A form as it is kept: the console and its line-by-line twin write the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Which form: `sent`, `note`, ...
    pub form: String,
    /// The entry that is corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// When it was typed last; RFC 3339, UTC.
    pub at: String,
    /// The field under the cursor.
    #[serde(default)]
    pub focus: String,
    /// What stands in each field.
    pub fields: BTreeMap<String, String>,
}

impl Kept {
    /// Reads what was kept; nothing where that is not what this version writes.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Writes it.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// When it was typed last, as a person reads it.
    pub fn typed_at(&self, now: Time, zone: time::Zone, lang: crate::words::Lang) -> String {
        let at = time::parse(&self.at, now, UTC).unwrap_or(now);
        say::moment(at, now, zone, lang)
    }
}

/// What was handed to the host last.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// The incident and the form, without the time.
    last: Option<(String, Kept)>,
    at: Option<Time>,
}

impl App {
    /// Hands half-typed text to the host where it changed: at once where it appears or goes, else
    /// once a second.
    pub(super) fn keep(&mut self) -> Vec<Effect> {
        let wanted = self.half_typed();
        if wanted == self.keeping.last {
            return Vec::new();
        }
        if wanted.is_some() && self.keeping.last.is_some() && self.keep_again() > Some(self.now) {
            return Vec::new();
        }
        self.keep_now(wanted)
    }

    /// Hands over what is half-typed, however short ago the last copy was made; for the end.
    pub fn leave(&mut self) -> Vec<Effect> {
        let wanted = self.half_typed();
        if wanted == self.keeping.last { Vec::new() } else { self.keep_now(wanted) }
    }

    /// The moment from which on another copy may be made.
    pub(super) fn keep_again(&self) -> Option<Time> {
        self.keeping.at.map(|at| time::plus_seconds(at, EVERY_SECONDS))
    }

    /// Says whether something is typed that was not handed over yet.
    pub(super) fn is_unkept(&self) -> bool {
        self.half_typed() != self.keeping.last
    }

    fn keep_now(&mut self, wanted: Option<(String, Kept)>) -> Vec<Effect> {
        let mut out = Vec::new();
        let before = self.keeping.last.take().map(|(incident, _)| incident);
        if let Some(incident) = before.filter(|b| wanted.as_ref().is_none_or(|(w, _)| w != b)) {
            out.push(Effect::Keep { incident, text: None });
        }
        if let Some((incident, kept)) = &wanted {
            let text = Kept { at: time::write_utc(self.now), ..kept.clone() }.write();
            out.push(Effect::Keep { incident: incident.clone(), text: Some(text) });
        }
        self.keeping.last = wanted;
        self.keeping.at = Some(self.now);
        out
    }

    fn half_typed(&self) -> Option<(String, Kept)> {
        let forms = self.stack.iter().rev().filter_map(|s| match s {
            Screen::Form(form) => Some(form),
            _ => None,
        });
        let form = forms.into_iter().find(|f| f.worth_keeping())?;
        Some((form.incident.clone(), kept(form)))
    }

    /// Takes what a session before this one left half-typed.
    pub(super) fn take_kept(&mut self, all: &[(String, String)]) {
        for (incident, text) in all {
            let Some(kept) = Kept::read(text) else { continue };
            if let Some(form) = self.restored(incident, &kept) {
                let at = kept.typed_at(self.now(), self.zone, self.lang);
                self.left.insert(incident.clone(), (form.kind.clone(), at.clone()));
                self.drafts.push(form);
                if incident.is_empty() {
                    self.tell(Said::Word(W::KeptNew, vec![at]));
                }
            }
        }
    }

    /// Opens the form again that a session before this one left half-typed.
    pub(super) fn offer_kept(&mut self) {
        if let Some((kind, at)) = self.left.remove(&self.current) {
            self.open_form(kind);
            self.tell(Said::Word(W::KeptBack, vec![at]));
        }
    }

    fn restored(&mut self, incident: &str, kept: &Kept) -> Option<Form> {
        let kind = FormKind::from_key(&kept.form, kept.entry)?;
        if kind != FormKind::New {
            self.item(incident).filter(|i| i.incident.closed.is_none())?;
        }
        let before = std::mem::replace(&mut self.current, incident.to_owned());
        let form = self.new_form(kind).ok().map(|mut form| {
            self.fill(&mut form, kept);
            form
        });
        self.current = before;
        form
    }

    fn fill(&self, form: &mut Form, kept: &Kept) {
        // A field may appear only by what stands in another: once more over the whole.
        for _ in 0..2 {
            for (key, text) in &kept.fields {
                let Some(field) = form.fields.iter_mut().find(|f| f.name.key() == key) else {
                    continue;
                };
                match &mut field.input {
                    Input::Text(line) => *line = line.holding(text),
                    Input::Choice { options, at } => {
                        *at = options.iter().position(|o| o == text).unwrap_or(*at);
                    }
                    Input::Many { options, .. } => {
                        for (id, on) in options.iter_mut() {
                            *on = text.split(',').any(|t| t == id);
                        }
                    }
                }
                self.refresh(form);
            }
        }
        let focus = form.fields.iter().position(|f| f.name.key() == kept.focus);
        form.focus = focus.unwrap_or(0);
    }
}

fn kept(form: &Form) -> Kept {
    let fields = form.values().into_iter().map(|(name, text)| (name.key().to_owned(), text));
    let entry = match form.kind {
        FormKind::Correct(n) => Some(n),
        _ => None,
    };
    Kept {
        form: form.kind.key().to_owned(),
        entry,
        at: String::new(),
        focus: form.fields.get(form.focus).map(|f| f.name.key().to_owned()).unwrap_or_default(),
        fields: fields.filter(|(_, v)| !v.is_empty()).collect(),
    }
}
