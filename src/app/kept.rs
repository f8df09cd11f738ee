//! Half-typed text: what is kept of forms and questions while they are filled in, and how it comes back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::App;
use super::effect::{Effect, Msg};
use super::form::{Form, FormKind, Input, Name};
use super::said::Said;
use super::screen::Screen;
use super::triage::{Choice, Triage, Typed};
use crate::domain::case::Case;
use crate::domain::decide::Attempt;
use crate::domain::text::printable;
use crate::domain::time::{self, Time, UTC};
use crate::domain::value::Kind;
use crate::words::console::Word as W;
use crate::words::say;

/// Seconds between two copies of what is being typed.
const EVERY_SECONDS: i64 = 1;
/// The form of a question.
pub const QUESTION: &str = "answer";
/// The field of what a set holds.
const TICKS: &str = "ticks";

/// What a half-typed text is about: of each at most one is kept by one console.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The incident's id; empty for one that does not exist yet.
    pub incident: String,
    /// The form, with the entry or the fact that it is about: `note`, `correct-7`, `answer-site_down`.
    pub what: String,
}

/// A form or a question as it is kept: the console and its line-by-line twin write the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Which form: `sent`, `note`, ...
    pub form: String,
    /// The entry that is corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// The fact or moment that a question asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The question was chosen from the list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub single: bool,
    /// When it was typed last; RFC 3339, UTC.
    pub at: String,
    /// The field, or the way to answer, under the cursor.
    #[serde(default)]
    pub focus: String,
    /// What stands in each field.
    pub fields: BTreeMap<String, String>,
    /// The attempt to record it whose outcome is unknown: given again, it counts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Attempt>,
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

    /// What it is about.
    pub fn slot(&self, incident: &str) -> Slot {
        let entry = self.entry.filter(|_| self.form == "correct").map(|n| n.to_string());
        let what = match entry.as_ref().or(self.about.as_ref()) {
            Some(about) => format!("{}-{about}", self.form),
            None => self.form.clone(),
        };
        Slot { incident: incident.to_owned(), what }
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
    /// Without the times.
    last: BTreeMap<Slot, Kept>,
    at: Option<Time>,
}

impl App {
    /// Hands half-typed text to the host where it changed: at once where it appears or goes, else
    /// once a second.
    pub(super) fn keep(&mut self) -> Vec<Effect> {
        let wanted = self.half_typed();
        let changed = wanted != self.keeping.last;
        let only_longer = wanted.keys().eq(self.keeping.last.keys());
        // Should the clock have been set back meanwhile, that is no reason to wait.
        let soon =
            self.keeping.at.is_some_and(|at| at <= self.now) && self.keep_again() > Some(self.now);
        if changed && !(only_longer && soon) { self.keep_now(wanted) } else { Vec::new() }
    }

    /// Hands over what is half-typed, however short ago the last copy was made; for the end.
    pub fn leave(&mut self) -> Vec<Effect> {
        let wanted = self.half_typed();
        self.keep_now(wanted)
    }

    /// The command that records what could not be recorded for certain, where there is such a thing.
    pub fn unrecorded(&self) -> Option<&str> {
        self.unsure.as_ref().map(|(_, command)| command.as_str())
    }

    /// All that is half-typed, one line each, for when it could not be kept.
    pub fn unkept(&self) -> Vec<String> {
        let line = |(slot, kept): (&Slot, &Kept)| {
            let filled = kept.fields.iter().filter(|(_, text)| !text.is_empty());
            let fields = filled.map(|(name, text)| format!("{name}={}", printable(text)));
            let head = [slot.incident.as_str(), &slot.what].join(" ");
            format!("{}: {}", head.trim(), fields.collect::<Vec<_>>().join("  "))
        };
        self.half_typed().iter().map(line).collect()
    }

    /// Takes one key more where it edits a text, and says whether it did; for the end, when nobody
    /// sees any more what another key would do.
    pub fn type_last(&mut self, msg: Msg) -> bool {
        match msg {
            Msg::Key(key) => {
                let action = self.keymap.action(self.context(), key);
                self.banner.is_none() && self.edits(key, action)
            }
            Msg::Paste(text) => {
                self.paste(&text);
                true
            }
            _ => false,
        }
    }

    /// The moment from which on another copy may be made.
    pub(super) fn keep_again(&self) -> Option<Time> {
        self.keeping.at.map(|at| time::plus_seconds(at, EVERY_SECONDS))
    }

    /// Says whether something is typed that was not handed over yet.
    pub(super) fn is_unkept(&self) -> bool {
        self.half_typed() != self.keeping.last
    }

    fn keep_now(&mut self, wanted: BTreeMap<Slot, Kept>) -> Vec<Effect> {
        let last = std::mem::take(&mut self.keeping.last);
        let gone = last.keys().filter(|slot| !wanted.contains_key(slot));
        let mut out: Vec<Effect> =
            gone.map(|slot| Effect::Keep { slot: slot.clone(), text: None }).collect();
        for (slot, kept) in wanted.iter().filter(|(slot, kept)| last.get(slot) != Some(*kept)) {
            let text = Kept { at: time::write_utc(self.now), ..kept.clone() }.write();
            out.push(Effect::Keep { slot: slot.clone(), text: Some(text) });
        }
        self.keeping.last = wanted;
        self.keeping.at = Some(self.now);
        out
    }

    /// All that is half-typed: what is put aside, and what lies on the screen, the top one last.
    fn half_typed(&self) -> BTreeMap<Slot, Kept> {
        let aside = self.drafts.iter().map(|(slot, screen)| (slot.incident.as_str(), screen));
        let shown = self.stack.iter().map(|screen| (self.current.as_str(), screen));
        aside.chain(shown).filter_map(|(incident, screen)| self.kept(incident, screen)).collect()
    }

    /// A screen of an incident as it is kept; nothing where nothing was typed into it.
    fn kept(&self, incident: &str, screen: &Screen) -> Option<(Slot, Kept)> {
        match screen {
            // A path is no word for the record.
            Screen::Form(form) if form.kind == FormKind::Export => None,
            Screen::Form(form) if self.is_typed(form) || form.again.is_some() => {
                let kept = kept_form(form);
                Some((kept.slot(&form.incident), kept))
            }
            Screen::Triage(t) => {
                let case = &self.item(incident)?.incident.case;
                let fresh = Triage::about(case, &t.about, self.zone);
                let kept = kept_question(case, t);
                let typed = kept.fields != kept_question(case, &fresh).fields;
                (typed || t.again.is_some()).then(|| (kept.slot(incident), kept))
            }
            _ => None,
        }
    }

    /// Says whether something was typed into a form that did not stand there before.
    fn is_typed(&self, form: &Form) -> bool {
        form.fields.iter().any(|f| {
            let Input::Text(line) = &f.input else { return false };
            let given = || line.holding(&self.given(form)).text() == line.text();
            !(line.is_blank() || line.is_proposed() || f.name == Name::Value && given())
        })
    }

    /// Puts a screen of the present incident aside where something was typed into it, and says so.
    pub(super) fn put_aside(&mut self, screen: Screen) -> bool {
        let Some((slot, _)) = self.kept(&self.current, &screen) else { return false };
        self.let_go(&slot);
        self.drafts.push((slot, screen));
        self.tell(W::DraftKept);
        true
    }

    /// Takes up what was put aside.
    pub(super) fn take_up(&mut self, slot: &Slot) -> Option<Screen> {
        let i = self.drafts.iter().position(|(s, _)| s == slot)?;
        self.left.retain(|(s, _)| s != slot);
        let (_, mut screen) = self.drafts.remove(i);
        if let Screen::Form(form) = &mut screen {
            self.refresh(form);
        }
        Some(screen)
    }

    /// Forgets what was put aside.
    pub(super) fn let_go(&mut self, slot: &Slot) {
        self.drafts.retain(|(s, _)| s != slot);
        self.left.retain(|(s, _)| s != slot);
    }

    /// Takes what an earlier console left half-typed.
    pub(super) fn take_kept(&mut self, all: &[(String, String)]) {
        for (incident, text) in all {
            let Some(kept) = Kept::read(text) else { continue };
            let Some(screen) = self.restored(incident, &kept) else { continue };
            let slot = kept.slot(incident);
            // It lies with the host as it is.
            self.keeping.last.extend(self.kept(incident, &screen));
            if incident.is_empty() {
                let at = kept.typed_at(self.now(), self.zone, self.lang);
                self.tell(Said::Word(W::KeptNew, vec![at]));
            }
            self.drafts.push((slot.clone(), screen));
            self.left.push((slot, kept));
        }
    }

    /// Opens again what an earlier console left half-typed in the present incident: what was typed
    /// last. The rest is there when its form is opened.
    pub(super) fn offer_kept(&mut self) {
        let here = |(slot, _): &&(Slot, Kept)| slot.incident == self.current;
        let at = |kept: &Kept| time::parse(&kept.at, self.now, UTC).ok();
        let Some((slot, kept)) = self.left.iter().filter(here).max_by_key(|(_, k)| at(k)) else {
            return;
        };
        let more = self.left.iter().filter(here).count() - 1;
        let (slot, at) = (slot.clone(), kept.typed_at(self.now(), self.zone, self.lang));
        let Some(screen) = self.take_up(&slot) else { return };
        self.left.retain(|(s, _)| s.incident != slot.incident);
        self.stack.push(screen);
        self.tell(match more {
            0 => Said::Word(W::KeptBack, vec![at]),
            n => Said::Word(W::KeptBackMore, vec![at, n.to_string()]),
        });
    }

    fn restored(&mut self, incident: &str, kept: &Kept) -> Option<Screen> {
        if kept.form == QUESTION {
            let item = self.item(incident).filter(|i| i.incident.closed.is_none())?;
            return question(&item.incident.case, kept, self.zone).map(Screen::Triage);
        }
        let kind = FormKind::from_key(&kept.form, kept.entry)?;
        if kind != FormKind::New {
            self.item(incident).filter(|i| i.incident.closed.is_none())?;
        }
        let before = std::mem::replace(&mut self.current, incident.to_owned());
        let form = self.new_form(kind).ok().map(|mut form| {
            self.fill(&mut form, kept);
            form.again.clone_from(&kept.again);
            form
        });
        self.current = before;
        form.map(Screen::Form)
    }

    fn fill(&self, form: &mut Form, kept: &Kept) {
        // What can be chosen in a field, and whether it is there, may depend on what stands in
        // another: once more over the whole. The texts last, for what is chosen may put some there.
        for texts in [false, false, true, true] {
            for (key, text) in &kept.fields {
                let Some(field) = form.fields.iter_mut().find(|f| f.name.key() == key) else {
                    continue;
                };
                match &mut field.input {
                    Input::Text(line) if texts && line.text() != *text => {
                        *line = line.holding(text);
                    }
                    Input::Choice { options, at } if !texts => {
                        *at = options.iter().position(|o| o == text).unwrap_or(*at);
                    }
                    Input::Many { options, .. } if !texts => {
                        for (id, on) in options.iter_mut() {
                            *on = text.split(',').any(|t| t == id);
                        }
                    }
                    _ => {}
                }
                self.refresh(form);
            }
            if !texts {
                self.prefill(form);
            }
        }
        let focus = form.fields.iter().position(|f| f.name.key() == kept.focus);
        form.focus = focus.unwrap_or(0);
    }
}

fn kept_form(form: &Form) -> Kept {
    let fields = form.values().into_iter().map(|(name, text)| (name.key().to_owned(), text));
    let entry = match form.kind {
        FormKind::Correct(n) => Some(n),
        _ => None,
    };
    Kept {
        form: form.kind.key().to_owned(),
        entry,
        focus: form.fields.get(form.focus).map(|f| f.name.key().to_owned()).unwrap_or_default(),
        fields: fields.collect(),
        again: form.again.clone(),
        ..Kept::default()
    }
}

fn kept_question(case: &Case, t: &Triage) -> Kept {
    let ids = ids(case, &t.about);
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for choice in &t.choices {
        if let Choice::Typed(_, line) = choice {
            fields.insert(choice_key(choice, ids), line.text());
        }
    }
    let ticked = ids.iter().enumerate().filter(|(i, _)| t.mask & (1u64 << (i & 63)) != 0);
    fields
        .insert(TICKS.to_owned(), ticked.map(|(_, id)| id.as_str()).collect::<Vec<_>>().join(","));
    Kept {
        form: QUESTION.to_owned(),
        about: Some(t.about.clone()),
        single: t.single,
        focus: t.choices.get(t.at).map(|c| choice_key(c, ids)).unwrap_or_default(),
        fields,
        again: t.again.clone(),
        ..Kept::default()
    }
}

fn question(case: &Case, kept: &Kept, zone: time::Zone) -> Option<Triage> {
    let about = kept.about.as_deref()?;
    case.fact(about).map(|_| ()).or_else(|| case.anchor(about).map(|_| ()))?;
    let ids = ids(case, about);
    let mut t = Triage::about(case, about, zone);
    t.single = kept.single;
    for choice in &mut t.choices {
        let text = kept.fields.get(&choice_key(choice, ids));
        if let (Choice::Typed(_, line), Some(text)) = (choice, text) {
            *line = line.holding(text);
        }
    }
    if let Some(ticks) = kept.fields.get(TICKS) {
        let ticked = |id: &String| ticks.split(',').any(|t| t == id);
        let on = ids.iter().enumerate().filter(|(_, id)| ticked(id));
        t.mask = on.fold(0, |mask, (i, _)| mask | 1u64 << (i & 63));
    }
    t.at = t.choices.iter().position(|c| choice_key(c, ids) == kept.focus).unwrap_or(t.at);
    t.again.clone_from(&kept.again);
    Some(t)
}

fn ids<'a>(case: &'a Case, about: &str) -> &'a [String] {
    match case.fact(about).map(|f| &f.kind) {
        Some(Kind::Set(ids) | Kind::Choice(ids) | Kind::Level(ids)) => ids,
        _ => &[],
    }
}

/// The name of a way to answer; those that the rules name are told from ours by what stands before.
fn choice_key(choice: &Choice, ids: &[String]) -> String {
    let own = match choice {
        Choice::Option(i) | Choice::Level(i) => {
            return format!("is:{}", ids.get(*i).map_or("", String::as_str));
        }
        Choice::Yes => "yes",
        Choice::No => "no",
        Choice::Nothing => "nothing",
        Choice::Unknown => "unknown",
        Choice::Typed(Typed::Count, _) => "count",
        Choice::Typed(Typed::Percent, _) => "percent",
        Choice::Typed(Typed::Since, _) => "since",
        Choice::Typed(Typed::Lasted, _) => "lasted",
        Choice::Typed(Typed::Moment, _) => "moment",
    };
    own.to_owned()
}
