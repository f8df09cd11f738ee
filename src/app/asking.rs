//! Triage at work: which question comes next, what an answer would change, and recording it.

use super::effect::Effect;
use super::said::Said;
use super::screen::Screen;
use super::triage::{self, Choice, Triage};
use super::{App, Item};
use crate::domain::decide::{Intent, read_answers};
use crate::domain::diff::{Diff, diff};
use crate::domain::incident::UNKNOWN;
use crate::words::console::Word as W;
use crate::words::refusal::Message;

impl App {
    /// What one answer to the question on the screen would change; nothing while it is empty, a
    /// message while it cannot be read.
    pub fn effect_of(&self, t: &Triage, at: usize) -> Option<Result<Diff, Message>> {
        let item = self.current()?;
        let text = t.text(&item.incident.case, at)?;
        let set = [(t.about.clone(), text)];
        Some(match read_answers(&item.incident, &set, self.now, self.zone) {
            Ok(given) => {
                let after = item.incident.what_if(&given, self.now());
                Ok(diff(&item.assessment, &after))
            }
            Err(refusal) => Err(self.in_words(&Said::from(refusal))),
        })
    }

    /// Opens the first question that is worth asking, or the list where there is none.
    pub(super) fn open_triage(&mut self) {
        let Some(item) = self.current() else { return };
        let none = std::collections::BTreeSet::new();
        let first = triage::next(&item.incident.case, &item.assessment, None, &none, false);
        match first {
            Some(id) => self.open_question(&id, false),
            None => self.open_list(W::NothingToAsk),
        }
    }

    fn open_list(&mut self, why: W) {
        let first = self.current().map(|i| triage::everything(&i.incident.case));
        let fact = first.and_then(|all| all.first().cloned()).unwrap_or_default();
        self.stack.push(Screen::Facts { fact });
        self.tell(why);
    }

    /// Opens one question.
    pub(super) fn open_question(&mut self, id: &str, single: bool) {
        let Some(item) = self.current() else { return };
        let mut t = Triage::about(&item.incident.case, id, self.zone);
        if let Some(Screen::Triage(typed)) = self.take_up(&t.slot(&self.current)) {
            t = typed;
            self.tell(W::DraftBack);
        }
        t.single = single;
        self.stack.push(Screen::Triage(t));
    }

    /// Moves on from a question: to the next one, back to the list, or to the list when nothing is
    /// left.
    pub(super) fn move_on(&mut self, t: &Triage, back: bool) {
        self.stack.pop();
        if t.single {
            return;
        }
        let next = self.current().and_then(|item| {
            triage::next(&item.incident.case, &item.assessment, Some(&t.about), &t.skipped, back)
        });
        match next {
            Some(id) => {
                self.open_question(&id, false);
                if let Some(Screen::Triage(new)) = self.stack.last_mut() {
                    new.skipped.clone_from(&t.skipped);
                }
            }
            None if t.skipped.is_empty() => self.open_list(W::NothingToAsk),
            None => self.open_list(W::OnlySkipped),
        }
    }

    /// Records the answer under the cursor, or puts the question off where it changes nothing.
    pub(super) fn answer(&mut self) -> Vec<Effect> {
        let Some(Screen::Triage(t)) = self.stack.last() else { return Vec::new() };
        let mut t = t.clone();
        let Some(item) = self.current() else { return Vec::new() };
        let Some(text) = t.text(&item.incident.case, t.at) else {
            self.refuse_question(W::TypeFirst.into());
            return Vec::new();
        };
        let unknown = text == UNKNOWN || matches!(t.choices.get(t.at), Some(Choice::Unknown));
        if unknown && !is_known(item, &t.about) {
            t.skipped.insert(t.about.clone());
            self.move_on(&t, false);
            return Vec::new();
        }
        let confirmed = t.asking.long_ago;
        let set = vec![(t.about.clone(), text)];
        let intent = Intent::Answer { set, note: None, happened_at: None, confirmed };
        match self.record(t.asking.confirmed(intent), t.again.clone()) {
            Ok(effects) => effects,
            Err(refusal) => {
                if let Some(Screen::Triage(t)) = self.stack.last_mut() {
                    t.asking.ask(&refusal);
                }
                self.refuse_question(refusal.into());
                Vec::new()
            }
        }
    }

    fn refuse_question(&mut self, said: Said) {
        if let Some(Screen::Triage(t)) = self.stack.last_mut() {
            t.refused = Some(said);
        }
    }
}

fn is_known(item: &Item, id: &str) -> bool {
    item.incident.case.facts.contains_key(id) || item.incident.case.anchors.contains_key(id)
}
