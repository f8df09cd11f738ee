//! What a message does to the console. State of an incident changes only on `Appended`.

use super::effect::{Effect, Msg};
use super::form::{Asking, Form, FormKind, Input, Name};
use super::forms::as_typed;
use super::key::{Code, Key};
use super::keymap::{Action, Bound, Context};
use super::said::Said;
use super::screen::Screen;
use super::triage::{Choice, Triage};
use super::{App, Banner, Item, Notice, Pending};
use crate::domain::clockwatch::Change;
use crate::domain::decide::{Attempt, Intent, Refusal, decide};
use crate::domain::event::{Attachment, Entry, Event};
use crate::words::console::Word as W;

impl App {
    /// Takes one message, and says what the host is to do.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = self.take(msg);
        effects.extend(self.keep());
        effects
    }

    fn take(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) => return self.key(key),
            Msg::Paste(text) => self.paste(&text),
            Msg::Resize { cols, rows } => (self.cols, self.rows) = (cols, rows),
            Msg::Tick { now } => {
                let second = self.now();
                self.now = now;
                if self.now() != second {
                    self.reassess();
                    self.refresh_top();
                }
            }
            Msg::Clock(quality) => self.clock = quality,
            Msg::Present(names) => self.present = names,
            Msg::Digested { files } => return self.digested(files),
            Msg::Saved { path } => {
                if let Some(b) = &mut self.banner {
                    b.path = None;
                    b.told = Some((Said::Word(W::SavedAs, vec![path]), false));
                }
            }
            Msg::Refused { message, .. }
                if self.banner.as_ref().is_some_and(|b| b.path.is_some()) =>
            {
                if let Some(b) = &mut self.banner {
                    b.told = Some((Said::Message(message), true));
                }
            }
            Msg::ClockChanged(change) => {
                self.tell(Said::Clock(Box::new(change.clone())));
                self.clock_change = Some(change);
            }
            Msg::Unfirm(found) => {
                self.tell(Said::Unfirm(found.clone()));
                self.unfirm.push(found);
            }
            Msg::BadZone { from, offset } => {
                self.tell(Said::BadZone(from, offset));
                self.bad_zone = true;
            }
            Msg::Caveats { incident, caveats } => {
                self.caveats.insert(incident, caveats);
            }
            Msg::Room(left) => self.room = left,
            Msg::Trouble { message } => {
                self.notice = Some(Notice { said: Said::Message(message), refused: true });
            }
            Msg::Created { incident, own } => self.created(*incident, own),
            Msg::Appended { incident, entries, head, own } => {
                self.appended(&incident, entries, head, own);
            }
            Msg::Refused { message, why } => {
                self.pending = None;
                self.refused(why.map_or(Said::Message(message), Said::Refusal));
            }
            Msg::Signed { message, refused } => self.came_back(message, refused),
            Msg::Exported { message, sound } => self.came_back(message, !sound),
            Msg::NotExported { message } => self.not_exported(message),
            Msg::NotRecorded { message, unsaved, attempt } => {
                self.pending = None;
                match self.stack.last_mut() {
                    Some(Screen::Form(form)) => form.again = Some(attempt.clone()),
                    Some(Screen::Triage(t)) => t.again = Some(attempt.clone()),
                    _ => {}
                }
                self.unsure = Some((attempt, unsaved.clone()));
                self.banner = Some(Banner { message, unsaved, scroll: 0, path: None, told: None });
            }
        }
        Vec::new()
    }

    /// Says something in the line above the keys.
    pub(super) fn tell(&mut self, said: impl Into<Said>) {
        self.notice = Some(Notice { said: said.into(), refused: false });
    }

    /// Why nothing can be added to the incident that is open, where that is so.
    pub(super) fn read_only(&self) -> Option<Said> {
        let caveats = self.caveats(self.current()?);
        let grave = caveats.into_iter().find(|caveat| caveat.kind.read_only())?;
        Some(Said::Caveat(Box::new(grave)))
    }

    pub(super) fn refused(&mut self, said: Said) {
        match self.stack.last_mut() {
            Some(Screen::Form(f)) => f.refused = Some(said),
            Some(Screen::Triage(t)) => t.refused = Some(said),
            _ => self.notice = Some(Notice { said, refused: true }),
        }
    }

    /// Checks an intent against what is known, and hands it to the host in the form in which the
    /// record will keep it.
    pub(super) fn record(
        &mut self,
        intent: Intent,
        again: Option<Attempt>,
    ) -> Result<Vec<Effect>, Refusal> {
        if self.pending.is_some() {
            self.tell(W::StillWriting);
            return Ok(Vec::new());
        }
        if let Some(said) = self.read_only() {
            self.refused(said);
            return Ok(Vec::new());
        }
        let Some(item) = self.current() else { return Ok(Vec::new()) };
        let decision = decide(&item.incident, &intent, self.now, self.zone)?;
        let incident = item.incident.id.clone();
        let intent = as_recorded(intent, &decision.event);
        self.pending = Some(Pending::Write);
        self.unsure = None;
        Ok(vec![Effect::Append { incident, intent, again }])
    }

    fn created(&mut self, incident: crate::domain::incident::Incident, own: bool) {
        let id = incident.id.clone();
        let assessment = incident.assess(self.now());
        self.items.retain(|i| i.incident.id != id);
        self.items.push(Item { incident, head: String::new(), assessment });
        if own {
            self.pending = None;
            self.unsure = None;
            self.banner = None;
            self.let_go(&FormKind::New.slot(""));
            self.enter(&id);
            self.open_triage();
            self.tell(Said::Word(W::Opened, vec![id]));
        }
    }

    fn appended(&mut self, id: &str, entries: Vec<Entry>, head: String, own: Option<u64>) {
        let now = self.now();
        // What a program adds by itself is nobody's word.
        let said =
            |e: &&Entry| !matches!(e.event, Event::ClockChanged { .. } | Event::Recovered { .. });
        let others = entries.iter().rev().filter(said).find(|e| Some(e.n) != own);
        let others = others.map(|e| e.by.shown());
        let clock = own.and_then(|own| self.clock_before(own, &entries)).map(Box::new);
        let Some(item) = self.items.iter_mut().find(|i| i.incident.id == id) else { return };
        for entry in entries {
            if !item.incident.entries.iter().any(|e| e.n == entry.n) {
                item.incident.apply(entry);
            }
        }
        item.head = head;
        item.assessment = item.incident.assess(now);
        let entry = item.incident.entries.iter().find(|e| Some(e.n) == own);
        let own = entry.map(|e| (e.n, e.id.clone()));
        let recorded = match (&own, &self.notice) {
            (Some((n, _)), _) => Some((*n, clock)),
            // What others add a moment later does not hide it.
            (None, Some(Notice { said: Said::Recorded { n, clock, .. }, .. })) => {
                Some((*n, clock.clone()))
            }
            _ => None,
        };
        if let Some((_, entry_id)) = own {
            self.done(&entry_id);
        } else if self.current != id {
            return;
        }
        match (recorded, others) {
            (Some((n, clock)), others) => self.tell(Said::Recorded { n, clock, others }),
            // Nor what came of an export.
            (None, Some(_)) if self.notice.as_ref().is_some_and(Notice::is_of_host) => {}
            (None, Some(who)) => self.tell(Said::Word(W::OthersWrote, vec![who])),
            (None, None) => {}
        }
        self.refresh_top();
    }

    /// What was recorded of the clock right before an entry of our own.
    fn clock_before(&self, own: u64, entries: &[Entry]) -> Option<Change> {
        let mine = |e: &&Entry| e.n < own && e.by.person() == self.who;
        entries.iter().rev().filter(mine).find_map(|e| match &e.event {
            Event::ClockChanged { what, ms, note } => {
                Some(Change { what: *what, ms: *ms, note: note.clone() })
            }
            _ => None,
        })
    }

    /// The form or question that led to an entry is done.
    fn done(&mut self, entry_id: &str) {
        let late = self.unsure.take_if(|(was, _)| was.id == entry_id).is_some();
        let written = self.pending.take().is_some();
        if late {
            // Written after all: the banner's text need not be saved by hand.
            self.banner = None;
        }
        // Meanwhile something else may be on the screen: then it is found by the attempt.
        let tried = |again: &Option<Attempt>| again.as_ref().is_some_and(|a| a.id == entry_id);
        let aside = |screen: &Screen| match screen {
            Screen::Form(form) => tried(&form.again),
            Screen::Triage(t) => tried(&t.again),
            _ => false,
        };
        self.drafts.retain(|(_, screen)| !aside(screen));
        match self.stack.last().cloned() {
            Some(Screen::Form(form)) if written || tried(&form.again) => {
                self.let_go(&form.kind.slot(&form.incident));
                self.stack.pop();
            }
            Some(Screen::Triage(t)) if written || tried(&t.again) => {
                self.let_go(&t.slot(&self.current));
                self.move_on(&t, false);
            }
            _ => {}
        }
    }

    fn refresh_top(&mut self) {
        if let Some(Screen::Form(mut form)) = self.stack.pop_if(|s| matches!(s, Screen::Form(_))) {
            self.refresh(&mut form);
            self.stack.push(Screen::Form(form));
        }
    }

    /// Goes on with a report whose files were read.
    fn digested(&mut self, files: Vec<Attachment>) -> Vec<Effect> {
        if self.pending.take_if(|p| *p == Pending::Files).is_none() {
            return Vec::new();
        }
        let Some(Screen::Form(form)) = self.stack.last_mut() else { return Vec::new() };
        form.files = Some(files);
        let form = form.clone();
        let effects = self.submit(form);
        if let Some(Screen::Form(form)) = self.stack.last_mut() {
            form.files = None;
        }
        effects
    }

    pub(super) fn paste(&mut self, text: &str) {
        let before = self.filled_in();
        self.pasted(text);
        self.forget_if_other(before);
    }

    fn pasted(&mut self, text: &str) {
        if let Some(line) = self.banner.as_mut().and_then(|b| b.path.as_mut()) {
            line.paste(text);
            return;
        }
        if self.banner.is_some() || self.pending.is_some() || self.context() == Context::Ask {
            return;
        }
        match self.stack.last_mut() {
            Some(Screen::Form(f)) => {
                if let Some(Input::Text(line)) = f.focused().map(|f| &mut f.input) {
                    line.paste(text);
                }
            }
            Some(Screen::Triage(t)) => {
                if let Some(line) = t.line() {
                    line.paste(text);
                }
            }
            Some(Screen::Palette { filter, at, .. }) => {
                filter.paste(text);
                *at = 0;
            }
            _ => {}
        }
        self.refresh_top();
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        let before = self.filled_in();
        let effects = self.pressed(key);
        self.forget_if_other(before);
        effects
    }

    /// What stands in the form or question on top.
    fn filled_in(&self) -> Option<Given> {
        match self.screen() {
            Screen::Form(form) => Some(Given::Form(form.kind.clone(), form.values())),
            Screen::Triage(t) => {
                Some(Given::Answer(t.about.clone(), t.at, t.mask, t.choices.clone()))
            }
            _ => None,
        }
    }

    /// What was said yes to, and what was tried, was about what stood there then.
    fn forget_if_other(&mut self, before: Option<Given>) {
        if before == self.filled_in() {
            return;
        }
        match self.stack.last_mut() {
            Some(Screen::Form(form)) if same_form(&before, form) => {
                (form.asking, form.again) = (Asking::default(), None);
            }
            Some(Screen::Triage(t)) if same_question(&before, t) => {
                (t.asking, t.again) = (Asking::default(), None);
            }
            _ => {}
        }
    }

    fn pressed(&mut self, key: Key) -> Vec<Effect> {
        self.notice = None;
        // Some terminals send it for Enter; only a text of several lines takes it for a line break.
        let key = if key.ctrl && key.code == Code::Char('j') && !self.in_lines() {
            Key::plain(Code::Enter)
        } else {
            key
        };
        let action = self.keymap.action(self.context(), key);
        let open = self.banner.is_none() && self.context() != Context::Ask;
        if open && self.edits(key, action) {
            return Vec::new();
        }
        if let Some(line) = self.banner.as_mut().and_then(|b| b.path.as_mut())
            && action.is_none()
        {
            line.key(key);
            return Vec::new();
        }
        let held =
            self.pending.is_some() && matches!(self.screen(), Screen::Form(_) | Screen::Triage(_));
        match action {
            Some(Action::Quit | Action::Suspend | Action::Repaint | Action::Language) if held => {}
            _ if held => {
                self.tell(W::StillWriting);
                return Vec::new();
            }
            _ => {}
        }
        match action {
            Some(action) => self.act(action),
            None => self.digit(key),
        }
    }

    /// Says whether the cursor stands in a text of several lines.
    fn in_lines(&self) -> bool {
        let Screen::Form(form) = self.screen() else { return false };
        let field = form.fields.get(form.focus).filter(|_| self.banner.is_none());
        matches!(field.map(|f| &f.input), Some(Input::Text(line)) if line.keeps_breaks())
    }

    /// Lets the line under the cursor have the key, where it wants it.
    pub(super) fn edits(&mut self, key: Key, action: Option<Action>) -> bool {
        if !self.screen().typing() {
            return false;
        }
        let plain = matches!(key.code, Code::Char(_)) && !key.ctrl && !key.alt;
        let inside = matches!(
            key.code,
            Code::Left | Code::Right | Code::Home | Code::End | Code::Backspace | Code::Delete
        );
        if !plain && !inside && action.is_some() {
            return false;
        }
        if self.pending.is_some() && !matches!(self.screen(), Screen::Palette { .. }) {
            self.tell(W::StillWriting);
            return true;
        }
        let taken = match self.stack.last_mut() {
            Some(Screen::Form(f)) => match f.focused().map(|f| &mut f.input) {
                Some(Input::Text(line)) => line.key(key),
                _ => false,
            },
            Some(Screen::Triage(t)) => {
                t.refused = None;
                t.line().is_some_and(|line| line.key(key))
            }
            Some(Screen::Palette { filter, at, .. }) => {
                *at = 0;
                filter.key(key)
            }
            _ => false,
        };
        self.refresh_top();
        taken
    }

    /// Lets a digit choose among the ways to answer.
    fn digit(&mut self, key: Key) -> Vec<Effect> {
        if let (Code::Char(c), Some(Screen::Triage(t))) = (key.code, self.stack.last_mut())
            && let Some(n) = c.to_digit(10).filter(|n| *n > 0)
            && (n as usize) <= t.choices.len()
        {
            t.at = n as usize - 1;
            t.refused = None;
        }
        Vec::new()
    }

    /// Answers the question that stands before recording.
    pub(super) fn answer_question(&mut self, yes: bool) -> Vec<Effect> {
        let (asking, refused) = match self.stack.last_mut() {
            Some(Screen::Form(form)) => (&mut form.asking, &mut form.refused),
            Some(Screen::Triage(t)) => (&mut t.asking, &mut t.refused),
            _ => return Vec::new(),
        };
        *refused = None;
        if !yes {
            asking.open = None;
            self.tell(W::NothingDone);
            return Vec::new();
        }
        asking.yes();
        self.confirm()
    }

    pub(super) fn confirm(&mut self) -> Vec<Effect> {
        if let Some(b) = &self.banner {
            let path = b.path.as_ref().map(|p| p.text().trim().to_owned()).unwrap_or_default();
            if path.is_empty() {
                return Vec::new();
            }
            let why = b.message.text.replace(['\n', '\r'], " ");
            return vec![Effect::SaveAs { path, text: format!("# {why}\n{}\n", b.unsaved) }];
        }
        match self.stack.last().cloned() {
            Some(Screen::Triage(_)) => self.answer(),
            Some(Screen::Form(form)) => self.submit(form),
            Some(Screen::Palette { at, .. }) => {
                let action = self.matching().get(at).map(|b| b.action);
                self.stack.pop();
                action.map(|a| self.act(a)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    fn submit(&mut self, form: Form) -> Vec<Effect> {
        if form.kind == FormKind::Export {
            return self.export(&form);
        }
        if self.pending.is_some() {
            self.tell(W::StillWriting);
            return Vec::new();
        }
        let paths: Vec<String> = form
            .value(Name::Files)
            .split([';', '；'])
            .map(|p| p.trim().to_owned())
            .filter(|p| !p.is_empty())
            .collect();
        if form.files.is_none() && !paths.is_empty() {
            // What is refused anyway needs no files.
            let item = self.current().map(|i| &i.incident);
            let judged = self.intent(&form).and_then(|intent| match item {
                Some(i) => {
                    decide(i, &form.asking.confirmed(intent), self.now, self.zone).map(|_| ())
                }
                None => Ok(()),
            });
            match judged {
                Ok(()) => {
                    self.pending = Some(Pending::Files);
                    if let Some(Screen::Form(shown)) = self.stack.last_mut() {
                        shown.refused = None;
                    }
                    return vec![Effect::Digest { paths }];
                }
                Err(why) => {
                    if let Some(Screen::Form(shown)) = self.stack.last_mut() {
                        shown.asking.ask(&why);
                    }
                    self.refused(why.into());
                    return Vec::new();
                }
            }
        }
        let result = if form.kind == FormKind::New {
            self.beginning(&form).map(|effect| {
                self.pending = Some(Pending::Write);
                self.unsure = None;
                vec![effect]
            })
        } else {
            self.intent(&form)
                .and_then(|intent| self.record(form.asking.confirmed(intent), form.again.clone()))
        };
        let Some(Screen::Form(shown)) = self.stack.last_mut() else { return Vec::new() };
        match result {
            Ok(effects) => {
                shown.refused = None;
                effects
            }
            Err(refusal) => {
                shown.asking.ask(&refusal);
                self.refused(refusal.into());
                Vec::new()
            }
        }
    }

    /// The actions that the palette offers: those of the screen below whose name, label or key
    /// holds what was typed.
    pub fn matching(&self) -> Vec<&Bound> {
        let Screen::Palette { of, filter, .. } = self.screen() else { return Vec::new() };
        let wanted = filter.text().trim().to_lowercase();
        let holds = |b: &&Bound| {
            let labels = [crate::words::Lang::Zh, crate::words::Lang::En].map(|l| b.label.text(l));
            wanted.is_empty()
                || b.action.name().contains(&wanted)
                || labels.iter().any(|l| l.to_lowercase().contains(&wanted))
        };
        let mut all: Vec<&Bound> = self.keymap.lines(*of);
        all.retain(|b| b.action != Action::Palette);
        all.into_iter().filter(holds).collect()
    }
}

/// The intent with its texts as the record will keep them, so that "now" and "20m ago" mean the
/// moment at which the key was pressed, however long the write has to wait.
fn as_recorded(intent: Intent, event: &Event) -> Intent {
    match (intent, event) {
        (
            Intent::Answer { note, happened_at, confirmed, .. },
            Event::Answered { set, told_by, .. },
        ) => Intent::Answer { set: as_typed(set, told_by), note, happened_at, confirmed },
        (Intent::Correct { entry, because, .. }, Event::Corrected { fields, told_by, .. }) => {
            Intent::Correct { entry, because, fields: as_typed(fields, told_by) }
        }
        (Intent::Confirmed(inner), event) => {
            Intent::Confirmed(Box::new(as_recorded(*inner, event)))
        }
        (intent, _) => intent,
    }
}

/// What stands in a form or a question.
#[derive(PartialEq)]
enum Given {
    Form(FormKind, Vec<(Name, String)>),
    Answer(String, usize, u64, Vec<Choice>),
}

fn same_form(before: &Option<Given>, form: &Form) -> bool {
    matches!(before, Some(Given::Form(kind, _)) if *kind == form.kind)
}

fn same_question(before: &Option<Given>, t: &Triage) -> bool {
    matches!(before, Some(Given::Answer(about, ..)) if *about == t.about)
}
