//! Forms: fields of typed text and of choices, and what each form is about.

use super::edit::Line;
use super::kept::Slot;
use super::said::Said;
use crate::domain::decide::{Attempt, Intent, Refusal};
use crate::domain::event::Attachment;
use crate::words::console::Word as W;

/// What a form records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormKind {
    /// A new incident.
    New,
    /// One attempt to report.
    Sent,
    /// A recipient's acknowledgement.
    Received,
    /// "Does not apply, because".
    Waive,
    /// The correction of one entry.
    Correct(u64),
    /// A note.
    Note,
    /// A hand-over.
    HandOver,
    /// The acceptance of one.
    TakeOver,
    /// The end of the incident.
    Close,
    /// Where the record is written to; nothing is recorded.
    Export,
}

impl FormKind {
    /// The name under which it is kept.
    pub fn key(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Waive => "waive",
            Self::Correct(_) => "correct",
            Self::Note => "note",
            Self::HandOver => "handover",
            Self::TakeOver => "takeover",
            Self::Close => "close",
            Self::Export => "export",
        }
    }

    /// Finds a kind by the name under which it was kept.
    pub fn from_key(key: &str, entry: Option<u64>) -> Option<Self> {
        Some(match key {
            "new" => Self::New,
            "sent" => Self::Sent,
            "received" => Self::Received,
            "waive" => Self::Waive,
            "correct" => Self::Correct(entry?),
            "note" => Self::Note,
            "handover" => Self::HandOver,
            "takeover" => Self::TakeOver,
            "close" => Self::Close,
            _ => return None,
        })
    }

    /// Under what it is kept while it is half-typed.
    pub(super) fn slot(&self, incident: &str) -> Slot {
        let what = match self {
            Self::Correct(n) => format!("{}-{n}", self.key()),
            _ => self.key().to_owned(),
        };
        Slot { incident: incident.to_owned(), what }
    }

    /// Its title.
    pub fn title(&self) -> W {
        match self {
            Self::New => W::FormNew,
            Self::Sent => W::FormSent,
            Self::Received => W::FormReceived,
            Self::Waive => W::FormWaive,
            Self::Correct(_) => W::FormCorrect,
            Self::Note => W::FormNote,
            Self::HandOver => W::FormHandOver,
            Self::TakeOver => W::FormTakeOver,
            Self::Close => W::FormClose,
            Self::Export => W::FormExport,
        }
    }
}

/// The fields that forms have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Name {
    /// Title of an incident.
    Title,
    /// When it was learned of.
    LearnedAt,
    /// Rule packs.
    Packs,
    /// Duty.
    Duty,
    /// Body.
    To,
    /// The person to whom an incident is handed over.
    Successor,
    /// The person who takes over.
    Taker,
    /// Channel.
    Channel,
    /// Reference.
    Reference,
    /// When it happened.
    HappenedAt,
    /// Files that went with it.
    Files,
    /// Why the attempt failed.
    Failed,
    /// Why it is late.
    LateBecause,
    /// Who took it.
    Officer,
    /// Why.
    Because,
    /// Which field of an entry is corrected.
    Which,
    /// The new value.
    Value,
    /// A note.
    Text,
    /// A new file.
    Path,
}

impl Name {
    /// The name under which what stands in it is kept.
    pub fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::LearnedAt => "learned_at",
            Self::Packs => "packs",
            Self::Duty => "duty",
            Self::To | Self::Successor => "to",
            Self::Taker => "name",
            Self::Channel => "channel",
            Self::Reference => "reference",
            Self::HappenedAt => "happened_at",
            Self::Files => "files",
            Self::Failed => "failed",
            Self::LateBecause => "late_because",
            Self::Officer => "officer",
            Self::Because => "because",
            Self::Which => "which",
            Self::Value => "value",
            Self::Text => "text",
            Self::Path => "path",
        }
    }

    /// Its label.
    pub fn label(self) -> W {
        match self {
            Self::Title => W::FieldTitle,
            Self::LearnedAt => W::FieldLearnedAt,
            Self::Packs => W::FieldPacks,
            Self::Duty => W::FieldDuty,
            Self::To => W::FieldTo,
            Self::Successor => W::FieldSuccessor,
            Self::Taker => W::FieldTaker,
            Self::Channel => W::FieldChannel,
            Self::Reference => W::FieldReference,
            Self::HappenedAt => W::FieldHappenedAt,
            Self::Files => W::FieldFiles,
            Self::Failed => W::FieldFailed,
            Self::LateBecause => W::FieldLate,
            Self::Officer => W::FieldOfficer,
            Self::Because => W::FieldBecause,
            Self::Which => W::FieldWhich,
            Self::Value => W::FieldValue,
            Self::Text => W::FieldText,
            Self::Path => W::FieldPath,
        }
    }

    /// What to write there, or what it means to leave it empty.
    pub fn hint(self) -> W {
        match self {
            Self::Title => W::HintTitle,
            Self::LearnedAt => W::HintLearnedAt,
            Self::Duty | Self::To | Self::Channel | Self::Which => W::HintChoice,
            Self::Packs => W::HintPacks,
            Self::Successor => W::HintSuccessor,
            Self::Taker => W::HintTaker,
            Self::Reference | Self::Officer => W::HintOptional,
            Self::HappenedAt => W::HintHappenedAt,
            Self::Files => W::HintFiles,
            Self::Failed => W::HintFailed,
            Self::LateBecause => W::HintLate,
            Self::Because => W::HintBecause,
            Self::Value => W::HintValue,
            Self::Text => W::HintText,
            Self::Path => W::HintPath,
        }
    }
}

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// By typing.
    Text(Line),
    /// By choosing one of these ids.
    Choice {
        /// Ids.
        options: Vec<String>,
        /// Which one.
        at: usize,
    },
    /// By choosing any of these ids.
    Many {
        /// Ids, and whether each is chosen.
        options: Vec<(String, bool)>,
        /// Which one the cursor is on.
        at: usize,
    },
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Which.
    pub name: Name,
    /// How it is filled in.
    pub input: Input,
}

/// One form with what has been typed so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What it records.
    pub kind: FormKind,
    /// The incident it is about; empty for a new one.
    pub incident: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Which field the cursor is on.
    pub focus: usize,
    /// The files that were read for it; they are read anew for each attempt.
    pub files: Option<Vec<Attachment>>,
    /// Why it was not recorded, where it was refused.
    pub refused: Option<Said>,
    /// What stands in the way and was asked about.
    pub asking: Asking,
    /// The attempt to record it whose outcome is unknown, while nothing in it was changed since.
    pub again: Option<Attempt>,
}

/// What has to be said yes to before something is recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asking {
    /// The question that waits for an answer.
    pub open: Option<Question>,
    /// It was said yes to a moment that lies far back.
    pub long_ago: bool,
    /// It was said yes to recording beside entries that are not understood.
    pub newer: bool,
}

/// One such question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Is a moment meant that lies far back?
    LongAgo,
    /// Is it to be recorded beside entries that are not understood?
    Newer,
}

impl Asking {
    /// Asks what a refusal asks for, if it does.
    pub fn ask(&mut self, why: &Refusal) {
        self.open = match why {
            Refusal::LongAgo { .. } => Some(Question::LongAgo),
            Refusal::NewerEntries { .. } => Some(Question::Newer),
            _ => None,
        };
    }

    /// Takes a yes to the question that is open.
    pub fn yes(&mut self) {
        match self.open.take() {
            Some(Question::LongAgo) => self.long_ago = true,
            Some(Question::Newer) => self.newer = true,
            None => {}
        }
    }

    /// Gives an intent what was said yes to.
    pub fn confirmed(self, intent: Intent) -> Intent {
        if self.newer { Intent::Confirmed(Box::new(intent)) } else { intent }
    }
}

impl Form {
    /// A form without fields.
    pub fn new(kind: FormKind, incident: &str) -> Self {
        let incident = incident.to_owned();
        Self {
            kind,
            incident,
            fields: Vec::new(),
            focus: 0,
            files: None,
            refused: None,
            asking: Asking::default(),
            again: None,
        }
    }

    /// Adds a typed field.
    #[must_use]
    pub fn text(mut self, name: Name, text: &str) -> Self {
        self.fields.push(Field { name, input: Input::Text(Line::new(text)) });
        self
    }

    /// Adds a typed field in which line breaks are kept.
    #[must_use]
    pub fn lines(mut self, name: Name, text: &str) -> Self {
        self.fields.push(Field { name, input: Input::Text(Line::lines(text)) });
        self
    }

    /// Adds a text field with a proposal, which the first character typed replaces.
    #[must_use]
    pub fn proposal(mut self, name: Name, text: &str) -> Self {
        self.fields.push(Field { name, input: Input::Text(Line::proposal(text)) });
        self
    }

    /// Adds a choice.
    #[must_use]
    pub fn choice(mut self, name: Name, options: Vec<String>, at: usize) -> Self {
        self.fields.push(Field { name, input: Input::Choice { options, at } });
        self
    }

    /// The field under the cursor.
    pub fn focused(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.focus)
    }

    /// Says whether the cursor stands in typed text.
    pub fn typing(&self) -> bool {
        matches!(self.fields.get(self.focus), Some(Field { input: Input::Text(_), .. }))
    }

    /// Finds a field.
    pub fn field(&self, name: Name) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// What stands in a field: the typed text, or the chosen id.
    pub fn value(&self, name: Name) -> String {
        match self.field(name).map(|f| &f.input) {
            Some(Input::Text(line)) => line.text().trim().to_owned(),
            Some(Input::Choice { options, at }) => options.get(*at).cloned().unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// The same, or nothing where it is empty.
    pub fn filled(&self, name: Name) -> Option<String> {
        Some(self.value(name)).filter(|t| !t.is_empty())
    }

    /// The chosen ids of a field with several.
    pub fn chosen(&self, name: Name) -> Vec<String> {
        match self.field(name).map(|f| &f.input) {
            Some(Input::Many { options, .. }) => {
                options.iter().filter(|(_, on)| *on).map(|(id, _)| id.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What stands in each field.
    pub fn values(&self) -> Vec<(Name, String)> {
        let value = |field: &Field| match &field.input {
            Input::Text(line) => line.text(),
            Input::Choice { .. } => self.value(field.name),
            Input::Many { .. } => self.chosen(field.name).join(","),
        };
        self.fields.iter().map(|field| (field.name, value(field))).collect()
    }

    /// Puts other options into a choice, keeping the chosen id where it is still there.
    pub fn offer(&mut self, name: Name, new: Vec<String>) {
        let before = self.value(name);
        if let Some(Field { input: Input::Choice { options, at }, .. }) =
            self.fields.iter_mut().find(|f| f.name == name)
        {
            *at = new.iter().position(|id| *id == before).unwrap_or(0);
            *options = new;
        }
    }

    /// Moves the cursor by fields, round the end.
    pub fn step(&mut self, back: bool) {
        let n = self.fields.len().max(1);
        self.focus = if back { (self.focus + n - 1) % n } else { (self.focus + 1) % n };
    }

    /// Changes the choice under the cursor.
    pub fn turn(&mut self, back: bool, toggle: bool) {
        match self.focused().map(|f| &mut f.input) {
            Some(Input::Choice { options, at }) if !options.is_empty() => {
                let n = options.len();
                *at = if back { (*at + n - 1) % n } else { (*at + 1) % n };
            }
            Some(Input::Many { options, at }) if !options.is_empty() => {
                let n = options.len();
                if toggle {
                    options[*at % n].1 = !options[*at % n].1;
                } else {
                    *at = if back { (*at + n - 1) % n } else { (*at + 1) % n };
                }
            }
            _ => {}
        }
    }
}
