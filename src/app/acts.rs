//! What each action does: moving about, opening screens, filling in forms.

use super::edit::Line;
use super::effect::Effect;
use super::form::{FormKind, Name};
use super::keymap::{Action, Context};
use super::rows::{self, Row};
use super::screen::{Screen, Subject};
use super::triage::{self, Choice};
use super::{App, Notice, board};
use crate::domain::decide::{Intent, Refusal, decide};
use crate::domain::duty::HANDLING_ENDED_AT;
use crate::words::console::Word as W;

/// Lines that a page key moves.
const PAGE: isize = 10;

impl App {
    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        use Action as A;
        match action {
            A::Quit => return vec![Effect::Quit],
            A::Suspend => return vec![Effect::Suspend],
            A::Repaint => return vec![Effect::Repaint],
            A::Language => self.lang = self.lang.other(),
            A::Acknowledge => self.banner = None,
            A::SaveAs => {
                let path = self.unsaved_path();
                if let Some(b) = &mut self.banner {
                    b.path = Some(Line::proposal(&path));
                    b.told = None;
                }
            }
            A::Accept => self.accept(),
            A::Sign => return self.sign(),
            A::Export => self.open_export(),
            A::Help => {
                let of = self.screen().context();
                if !matches!(self.screen(), Screen::Help { .. }) {
                    self.stack.push(Screen::Help { of, scroll: 0 });
                }
            }
            A::Palette => {
                let of = self.screen().context();
                if of != Context::Palette {
                    self.stack.push(Screen::Palette { of, filter: Default::default(), at: 0 });
                }
            }
            A::Back => self.back(),
            A::Up => self.step(-1),
            A::Down => self.step(1),
            A::PageUp => self.step(-PAGE),
            A::PageDown => self.step(PAGE),
            A::Top => self.step(isize::MIN / 2),
            A::Bottom => self.step(isize::MAX / 2),
            A::Confirm => return self.confirm(),
            A::New => self.open_form(FormKind::New),
            A::Sent => self.open_form(FormKind::Sent),
            A::Received => self.open_form(FormKind::Received),
            A::Waive => self.open_form(FormKind::Waive),
            A::Note => self.open_form(FormKind::Note),
            A::HandOver if matches!(self.screen(), Screen::HandOver { .. }) => {
                self.open_form(FormKind::HandOver);
            }
            A::HandOver => {
                if self.needs_incident() {
                    self.stack.push(Screen::HandOver { scroll: 0 });
                }
            }
            A::Close => self.open_form(FormKind::Close),
            A::Open => self.open(),
            A::Correct => self.correct(),
            A::Why => self.why(),
            A::Law => self.stack.push(Screen::Law { scroll: 0 }),
            A::Record => {
                if self.needs_incident() {
                    let last = self.current().map_or(0, |i| i.incident.entries.len());
                    self.stack.push(Screen::Record { entry: last.saturating_sub(1), open: false });
                }
            }
            A::Ended => self.open_question(HANDLING_ENDED_AT, true),
            A::Triage => self.triage(),
            A::List => self.list(),
            A::NextQuestion => self.turn_question(false),
            A::PrevQuestion => self.turn_question(true),
            A::NextField | A::PrevField | A::Left | A::Right => self.in_form(action),
            A::Yes | A::No if self.context() == Context::Ask => {
                return self.answer_question(action == A::Yes);
            }
            A::Toggle | A::Yes | A::No => {
                if let Some(Screen::Triage(t)) = self.stack.last_mut() {
                    match action {
                        A::Yes => t.choose(&Choice::Yes),
                        A::No => t.choose(&Choice::No),
                        _ => t.toggle(),
                    }
                }
            }
        }
        Vec::new()
    }

    /// Asks who takes over what waits to be accepted.
    fn accept(&mut self) {
        let Some(item) = self.current() else { return };
        let entry = item.incident.handover.as_ref().map_or(u64::MAX, |h| h.entry);
        let intent = Intent::TakeOver { entry, name: None };
        match decide(&item.incident, &intent, self.now, self.zone) {
            // What has to be said yes to is asked about when the name is there.
            Ok(_) | Err(Refusal::NewerEntries { .. }) => self.open_form(FormKind::TakeOver),
            Err(why) => self.notice = Some(Notice { said: why.into(), refused: true }),
        }
    }

    fn back(&mut self) {
        if let Some(b) = &mut self.banner {
            b.path = None;
            return;
        }
        match self.stack.pop() {
            Some(Screen::Board) | None => self.stack.push(Screen::Board),
            Some(screen) => {
                self.put_aside(screen);
            }
        }
        if self.stack.len() <= 1 {
            self.current.clear();
        }
    }

    /// On the board, actions of an incident are about the one under the cursor.
    fn needs_incident(&mut self) -> bool {
        if self.current().is_none()
            && let Some(id) = self.chosen().map(|i| i.incident.id.clone())
        {
            self.enter(&id);
        }
        self.current().is_some()
    }

    pub(super) fn open_form(&mut self, kind: FormKind) {
        if kind != FormKind::New {
            self.needs_incident();
            if let Some(said) = self.read_only() {
                self.notice = Some(Notice { said, refused: true });
                return;
            }
        }
        let incident = if kind == FormKind::New { "" } else { &self.current };
        if let Some(screen) = self.take_up(&kind.slot(incident)) {
            self.stack.push(screen);
            self.tell(W::DraftBack);
            return;
        }
        match self.new_form(kind) {
            Ok(form) => self.stack.push(Screen::Form(form)),
            Err(said) => self.notice = Some(Notice { said, refused: true }),
        }
    }

    fn open(&mut self) {
        if matches!(self.screen(), Screen::Board) {
            if self.needs_incident() {
                self.offer_kept();
            }
            return;
        }
        match self.stack.last_mut() {
            Some(Screen::Facts { fact }) => {
                let id = fact.clone();
                self.open_question(&id, true);
            }
            Some(Screen::Record { open, .. }) => *open = !*open,
            _ => {}
        }
    }

    fn correct(&mut self) {
        let Some(Screen::Record { entry, .. }) = self.stack.last() else { return };
        let n = self.current().and_then(|i| i.incident.entries.get(*entry)).map(|e| e.n);
        if let Some(n) = n {
            self.open_form(FormKind::Correct(n));
        }
    }

    fn why(&mut self) {
        self.needs_incident();
        let Some(item) = self.current() else { return };
        let about = match self.screen() {
            Screen::Triage(t) => Subject::Fact(t.about.clone()),
            Screen::Facts { fact } => Subject::Fact(fact.clone()),
            Screen::Incident { row, all } => {
                let listed = rows::rows(&item.assessment, *all);
                let here = |r: &&Row| rows::key(&item.assessment, **r) == *row;
                match listed.iter().find(here).or(listed.first()) {
                    Some(Row::Duty(i)) => Subject::Duty(item.assessment.duties[*i].id.clone()),
                    Some(Row::Excluded(_)) => {
                        if let Some(Screen::Incident { all, .. }) = self.stack.last_mut() {
                            *all = !*all;
                        }
                        return;
                    }
                    _ => Subject::Level,
                }
            }
            _ => Subject::Level,
        };
        self.stack.push(Screen::Why { about, scroll: 0 });
    }

    fn triage(&mut self) {
        if let Some(Screen::Facts { .. }) = self.stack.last() {
            self.stack.pop();
            if matches!(self.screen(), Screen::Triage(_)) {
                return;
            }
        }
        if self.needs_incident() {
            self.open_triage();
        }
    }

    fn list(&mut self) {
        let all = self.current().map(|i| triage::everything(&i.incident.case)).unwrap_or_default();
        let here = match self.stack.last() {
            Some(Screen::Triage(t)) => Some(t.about.clone()),
            _ => None,
        };
        if matches!(self.below(), Screen::Facts { .. }) && here.is_some() {
            let question = self.stack.pop();
            question.map(|screen| self.put_aside(screen));
            return;
        }
        let fact = here.or_else(|| all.first().cloned()).unwrap_or_default();
        self.stack.push(Screen::Facts { fact });
    }

    fn turn_question(&mut self, back: bool) {
        if let Some(Screen::Triage(t)) = self.stack.last().cloned()
            && !t.single
        {
            let aside = self.put_aside(Screen::Triage(t.clone()));
            self.move_on(&t, back);
            if aside {
                self.tell(W::DraftKept);
            }
        }
    }

    fn in_form(&mut self, action: Action) {
        let Some(Screen::Form(mut form)) = self.stack.pop_if(|s| matches!(s, Screen::Form(_)))
        else {
            return;
        };
        let which = form.value(Name::Which);
        match action {
            Action::NextField => form.step(false),
            Action::PrevField => form.step(true),
            Action::Left => form.turn(true, false),
            _ => form.turn(
                false,
                matches!(form.fields.get(form.focus), Some(f) if f.name == Name::Packs),
            ),
        }
        self.refresh(&mut form);
        if form.value(Name::Which) != which {
            self.prefill(&mut form);
        }
        self.stack.push(Screen::Form(form));
    }

    fn step(&mut self, by: isize) {
        if let Some(b) = &mut self.banner {
            b.scroll = b.scroll.saturating_add_signed(by).min(200);
            return;
        }
        let moved = |at: usize, n: usize| at.saturating_add_signed(by).min(n.saturating_sub(1));
        match self.stack.last().cloned() {
            Some(Screen::Board) => {
                let order = board::order(self);
                let id = |i: &usize| self.items[*i].incident.id.clone();
                let at = order.iter().position(|i| id(i) == self.chosen).unwrap_or(0);
                if let Some(next) = order.get(moved(at, order.len())).map(id) {
                    self.chosen = next;
                }
            }
            Some(Screen::Incident { row, all }) => {
                let Some(item) = self.current() else { return };
                let keys: Vec<String> = rows::rows(&item.assessment, all)
                    .into_iter()
                    .map(|r| rows::key(&item.assessment, r))
                    .collect();
                let at = keys.iter().position(|k| *k == row).unwrap_or(0);
                let next = keys.get(moved(at, keys.len())).cloned();
                if let (Some(next), Some(Screen::Incident { row, .. })) =
                    (next, self.stack.last_mut())
                {
                    *row = next;
                }
            }
            Some(Screen::Facts { fact }) => {
                let Some(item) = self.current() else { return };
                let all = triage::everything(&item.incident.case);
                let at = all.iter().position(|k| *k == fact).unwrap_or(0);
                let next = all.get(moved(at, all.len())).cloned();
                if let (Some(next), Some(Screen::Facts { fact })) = (next, self.stack.last_mut()) {
                    *fact = next;
                }
            }
            Some(Screen::Record { entry, .. }) => {
                let n = self.current().map_or(0, |i| i.incident.entries.len());
                let next = moved(entry, n);
                if let Some(Screen::Record { entry, .. }) = self.stack.last_mut() {
                    *entry = next;
                }
            }
            Some(Screen::Palette { .. }) => {
                let n = self.matching().len();
                if let Some(Screen::Palette { at, .. }) = self.stack.last_mut() {
                    *at = moved(*at, n);
                }
            }
            _ => match self.stack.last_mut() {
                Some(Screen::Triage(t)) => {
                    t.refused = None;
                    t.step(by);
                }
                Some(
                    Screen::Why { scroll, .. }
                    | Screen::HandOver { scroll }
                    | Screen::Law { scroll }
                    | Screen::Help { scroll, .. },
                ) => *scroll = scroll.saturating_add_signed(by).min(2000),
                _ => {}
            },
        }
    }
}
