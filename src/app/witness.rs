//! What is brought out of a record: checkpoints that are signed, exports, and where files are proposed.

use super::effect::Effect;
use super::form::{Form, FormKind, Name};
use super::screen::Screen;
use super::{App, Notice};
use crate::words::console::Word as W;
use crate::words::refusal::Message;

/// What the host does beside recording. It may take long (a key that waits to be touched); everything
/// else goes on meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// A checkpoint is being signed.
    Signing,
    /// A record is being exported.
    Exporting,
}

impl Errand {
    /// What is said of it while it lasts.
    pub fn text(self) -> W {
        match self {
            Self::Signing => W::Signing,
            Self::Exporting => W::Exporting,
        }
    }
}

impl App {
    /// What the host does beside recording.
    pub fn errand(&self) -> Option<Errand> {
        self.errand
    }

    fn send_out(&mut self, errand: Errand, effect: Effect) -> Vec<Effect> {
        if let Some(before) = self.errand {
            self.tell(before.text());
            return Vec::new();
        }
        self.errand = Some(errand);
        vec![effect]
    }

    /// Has a checkpoint of the open record signed.
    pub(super) fn sign(&mut self) -> Vec<Effect> {
        let Some(item) = self.current() else { return Vec::new() };
        let incident = item.incident.id.clone();
        self.send_out(Errand::Signing, Effect::Sign { incident })
    }

    /// Asks where the open record is to be exported. One that is damaged gets out, too.
    pub(super) fn open_export(&mut self) {
        let Some(item) = self.current() else { return };
        let at = self.zone.show(self.now()).format("%Y%m%d-%H%M");
        let path = format!("{}/jishi-{}-{at}.jsonl", self.folder(), item.incident.id);
        let form = Form::new(FormKind::Export, &item.incident.id).proposal(Name::Path, &path);
        self.stack.push(Screen::Form(form));
    }

    /// Where what could not be recorded is proposed to be saved.
    pub(super) fn unsaved_path(&self) -> String {
        let at = self.zone.show(self.now()).format("%H%M");
        let about = if self.current.is_empty() { "new" } else { &self.current };
        format!("{}/jishi-unsaved-{about}-{at}.txt", self.folder())
    }

    /// The folder in which files of the user's own are proposed.
    pub(super) fn folder(&self) -> &str {
        self.folder.trim_end_matches('/')
    }

    /// Has a record exported to what stands in the form.
    pub(super) fn export(&mut self, form: &Form) -> Vec<Effect> {
        let Some(path) = form.filled(Name::Path) else {
            self.refused(W::PathFirst.into());
            return Vec::new();
        };
        if let Some(Screen::Form(shown)) = self.stack.last_mut() {
            shown.refused = None;
        }
        self.send_out(Errand::Exporting, Effect::Export { incident: form.incident.clone(), path })
    }

    /// Says what came of an errand; the form that asked for it is done.
    pub(super) fn came_back(&mut self, message: Message, refused: bool) {
        let exported = self.errand.take() == Some(Errand::Exporting);
        let asked = |s: &Screen| matches!(s, Screen::Form(f) if f.kind == FormKind::Export);
        if exported {
            self.stack.retain(|screen| !asked(screen));
        }
        self.notice = Some(Notice { said: super::said::Said::Message(message), refused });
    }

    /// Says why nothing was exported, where the path was typed.
    pub(super) fn not_exported(&mut self, message: Message) {
        self.errand = None;
        let said = super::said::Said::Message(message);
        match self.stack.last_mut() {
            Some(Screen::Form(form)) if form.kind == FormKind::Export => form.refused = Some(said),
            _ => self.notice = Some(Notice { said, refused: true }),
        }
    }
}
