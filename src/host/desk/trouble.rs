//! Why something was not done at the desk, and in words.

use crate::domain::decide::Refusal;
use crate::host::heads::HeadDoubt;
use crate::host::store::{PackFault, StoreError};
use crate::packs::Problems;
use crate::words::Lang;
use crate::words::refusal::{Message, refusal};
use crate::words::store::Store as W;
use crate::words::witness::Witness;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The engine refused; the record is unchanged.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rules of an incident are not to be had.
    #[error(transparent)]
    Pack(#[from] PackTrouble),
    /// The record does not hold what is remembered of it; nothing was added.
    #[error("{0}; nothing was recorded")]
    Head(Box<HeadDoubt>),
}

impl From<HeadDoubt> for DeskError {
    fn from(doubt: HeadDoubt) -> Self {
        Self::Head(Box::new(doubt))
    }
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackTrouble {
    /// No pack has that id.
    #[error("there is no pack `{id}`")]
    Unknown {
        /// What was asked for.
        id: String,
        /// The nearest right id.
        nearest: Option<String>,
        /// What there is.
        possible: Vec<String>,
    },
    /// The text beside the record is not the one that the record names.
    #[error("the rules of incident `{incident}` cannot be used: {fault}")]
    Pinned {
        /// The incident's id.
        incident: String,
        /// What is wrong with the text.
        fault: PackFault,
    },
    /// The text is the right one, but this program cannot read it.
    #[error("the rules of incident `{incident}` cannot be read: {problems}")]
    Unreadable {
        /// The incident's id.
        incident: String,
        /// What is wrong with the text.
        problems: Problems,
    },
}

impl DeskError {
    /// Puts it into words, with what the user can do about it.
    pub fn message(&self, lang: Lang) -> Message {
        match self {
            Self::Refused(why) => refusal(why, lang),
            Self::Store(e) => e.message(lang),
            Self::Head(doubt) => {
                let mut message = doubt.message(lang);
                message.text = Witness::NothingRecorded.with(lang, &[&message.text]);
                message
            }
            Self::Pack(trouble) => trouble.message(lang),
        }
    }
}

impl PackTrouble {
    /// Puts it into words, with what the user can do about it.
    pub fn message(&self, lang: Lang) -> Message {
        match self {
            Self::Unknown { id, nearest, possible } => {
                let message = Message::plain(W::UnknownPack.with(lang, &[id]));
                message.hint(match nearest {
                    Some(n) => W::DidYouMean.with(lang, &[&format!("`{n}`")]),
                    None => W::Possible.with(lang, &[&possible.join(", ")]),
                })
            }
            Self::Pinned { incident, fault } => {
                Message::plain(W::PackPinned.with(lang, &[incident, &fault.to_string()]))
                    .hint(W::PutBackPack.text(lang))
            }
            Self::Unreadable { incident, problems } => {
                Message::plain(W::PackUnreadable.with(lang, &[incident, &problems.to_string()]))
                    .hint(W::OpenWithNewer.text(lang))
            }
        }
    }
}
