//! The screens that can lie on one another, and what each of them remembers.

use super::edit::Line;
use super::form::Form;
use super::keymap::Context;
use super::triage::Triage;

/// What a "why" is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// One duty and its clock; full id.
    Duty(String),
    /// The level.
    Level,
    /// One fact or moment; id.
    Fact(String),
}

/// One screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// All incidents, soonest clock first.
    Board,
    /// One incident.
    Incident {
        /// Key of the chosen row; empty is the first.
        row: String,
        /// Duties that do not apply are listed, too.
        all: bool,
    },
    /// One question.
    Triage(Triage),
    /// All moments and facts.
    Facts {
        /// The chosen one; id.
        fact: String,
    },
    /// A form.
    Form(Form),
    /// The entries.
    Record {
        /// The chosen entry; position.
        entry: usize,
        /// Its detail is open.
        open: bool,
    },
    /// Why a clock runs, or a level holds.
    Why {
        /// Which.
        about: Subject,
        /// Lines scrolled.
        scroll: usize,
    },
    /// Definitions, leniency, contents, open points, and what this tool is not.
    Law {
        /// Lines scrolled.
        scroll: usize,
    },
    /// What somebody who takes over must know.
    HandOver {
        /// Lines scrolled.
        scroll: usize,
    },
    /// The keys of a context.
    Help {
        /// Which.
        of: Context,
        /// Lines scrolled.
        scroll: usize,
    },
    /// The actions of a context by name.
    Palette {
        /// Which.
        of: Context,
        /// What was typed to choose among them.
        filter: Line,
        /// Which one of those that are left.
        at: usize,
    },
}

impl Screen {
    /// Where its keys are looked up.
    pub fn context(&self) -> Context {
        match self {
            Self::Board => Context::Board,
            Self::Incident { .. } => Context::Incident,
            Self::Triage(_) => Context::Triage,
            Self::Facts { .. } => Context::Facts,
            Self::Form(_) => Context::Form,
            Self::Record { .. } => Context::Record,
            Self::Why { .. } | Self::Law { .. } | Self::Help { .. } => Context::Read,
            Self::Palette { .. } => Context::Palette,
            Self::HandOver { .. } => Context::HandOver,
        }
    }

    /// Says whether plain characters are typed here instead of being keys.
    pub fn typing(&self) -> bool {
        match self {
            Self::Form(f) => f.typing(),
            Self::Triage(t) => t.typing(),
            Self::Palette { .. } => true,
            _ => false,
        }
    }
}
