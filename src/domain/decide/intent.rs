//! What a person wants to put into the record.

use crate::domain::case::LEARNED_AT;
use crate::domain::event::{Attachment, Event, ToldBy};
use crate::domain::time::Time;

/// What a person wants to put into the record; texts as they were typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Answer facts or anchors; `?` takes an answer back.
    Answer {
        /// Fact or anchor id and the text typed for it.
        set: Vec<(String, String)>,
        /// Why, or where from.
        note: Option<String>,
        /// Since when it was known.
        happened_at: Option<Time>,
        /// A far-away `learned_at` was confirmed.
        confirmed: bool,
    },
    /// Record one attempt to report.
    Report {
        /// Duty id, full or short.
        duty: String,
        /// Body; may be left out where the duty has one recipient.
        to: Option<String>,
        /// Channel id.
        channel: String,
        /// Reference or ticket number.
        reference: Option<String>,
        /// When it was sent; now, if left out.
        happened_at: Option<Time>,
        /// Files that went with it.
        attachments: Vec<Attachment>,
        /// Why the attempt failed.
        failed: Option<String>,
        /// Why it is late.
        late_because: Option<String>,
    },
    /// Record that a recipient acknowledged.
    Acknowledge {
        /// Duty id, full or short.
        duty: String,
        /// Body; may be left out where only one was told.
        to: Option<String>,
        /// The recipient's reference.
        reference: Option<String>,
        /// The person who took it.
        officer: Option<String>,
        /// When it was acknowledged; now, if left out.
        happened_at: Option<Time>,
    },
    /// Declare that a duty does not apply.
    Waive {
        /// Duty id, full or short.
        duty: String,
        /// Why.
        because: String,
    },
    /// Correct or withdraw an earlier entry.
    Correct {
        /// Position of the entry.
        entry: u64,
        /// Why.
        because: String,
        /// New values by field; none: the entry no longer counts.
        fields: Vec<(String, String)>,
    },
    /// Keep a note.
    Note {
        /// The text.
        text: String,
        /// When it happened.
        happened_at: Option<Time>,
    },
    /// Hand over.
    HandOver {
        /// To whom.
        to: String,
    },
    /// Accept a hand-over.
    TakeOver {
        /// Position of the hand-over.
        entry: u64,
        /// Who takes over; nothing where that is the login.
        name: Option<String>,
    },
    /// Close.
    Close {
        /// Why.
        because: String,
    },
    /// Another intent whose `happened_at` was read from somebody's watch.
    ByWatch(Box<Self>),
    /// Another intent that was confirmed although newer entries are not understood.
    Confirmed(Box<Self>),
}

/// An act that was tried before and whose outcome is unknown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Attempt {
    /// The id that its entry has, if it is in the record: given again, the act counts once.
    pub id: String,
    /// When it was first tried.
    pub at: Time,
}

impl Intent {
    /// Gives an act that was tried before the time of that, where nobody said when it happened: done
    /// in time, it must not become late by being recorded late.
    #[must_use]
    pub fn since(mut self, first: Time) -> Self {
        match &mut self {
            Self::ByWatch(inner) | Self::Confirmed(inner) => {
                let bare = std::mem::replace(&mut **inner, Self::TakeOver { entry: 0, name: None });
                **inner = bare.since(first);
            }
            // What is told together with the moment of learning counts as known since then.
            Self::Answer { set, .. } if set.iter().any(|(name, _)| name == LEARNED_AT) => {}
            Self::Answer { happened_at, .. }
            | Self::Report { happened_at, .. }
            | Self::Acknowledge { happened_at, .. }
            | Self::Note { happened_at, .. } => {
                happened_at.get_or_insert(first);
            }
            Self::Waive { .. }
            | Self::Correct { .. }
            | Self::HandOver { .. }
            | Self::TakeOver { .. }
            | Self::Close { .. } => {}
        }
        self
    }

    /// Returns the intent without what was said about it.
    pub fn bare(&self) -> &Self {
        match self {
            Self::ByWatch(inner) | Self::Confirmed(inner) => inner.bare(),
            bare => bare,
        }
    }

    /// Returns the clock by which its `happened_at` was told, where that is not the host's.
    pub fn told_by(&self) -> Option<ToldBy> {
        match self {
            Self::ByWatch(_) => Some(ToldBy::Watch),
            Self::Confirmed(inner) => inner.told_by(),
            _ => None,
        }
    }

    /// Says whether it was confirmed although newer entries are not understood.
    pub fn is_confirmed(&self) -> bool {
        match self {
            Self::Confirmed(_) => true,
            Self::ByWatch(inner) => inner.is_confirmed(),
            _ => false,
        }
    }
}

/// What an accepted intent becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What is to stand in the record.
    pub event: Event,
    /// When it happened, where that is not "now".
    pub happened_at: Option<Time>,
}
