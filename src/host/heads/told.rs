//! What is said about remembered heads: doubts, what is gone, and why nothing is remembered.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::Remembered;
use crate::record::Digest;
use crate::words::Lang;
use crate::words::refusal::Message;
use crate::words::witness::Witness;

/// An incident that is remembered and whose record is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The incident's id.
    pub incident: String,
    /// What is remembered of its record, where that can be read.
    pub was: Option<Remembered>,
    /// The file that remembers it.
    pub file: PathBuf,
}

impl Gone {
    /// Puts it into words, with the ways out.
    pub fn message(&self, lang: Lang) -> Message {
        let id = self.incident.as_str();
        let text = match &self.was {
            Some(was) => {
                Witness::Gone.with(lang, &[id, &was.count.to_string(), &was.head.to_string()])
            }
            None => Witness::GoneUnread.with(lang, &[id]),
        };
        let file = self.file.display().to_string();
        Message::plain(text)
            .hint(Witness::GoneHint.text(lang))
            .hint(Witness::ForgetHint.with(lang, &[&file]))
    }
}

/// A record does not hold what is remembered of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeadDoubt {
    /// It is shorter.
    #[error("the record of `{incident}` had {} entries with head `{}` and has {is} now: its end was cut off, or an older copy was put back", was.count, was.head.short())]
    Cut {
        /// The incident's id.
        incident: String,
        /// What is remembered.
        was: Box<Remembered>,
        /// How many entries there are now.
        is: u64,
    },
    /// The entry at the remembered place is another one.
    #[error("the record of `{incident}` was rewritten: after {} entries its head was `{}` and is `{}` now", was.count, was.head.short(), is.short())]
    Rewritten {
        /// The incident's id.
        incident: String,
        /// What is remembered.
        was: Box<Remembered>,
        /// The head after so many entries now.
        is: Digest,
    },
    /// Another record stands under the same incident id.
    #[error("another record stands in the place of `{incident}`: the one that was there had {} entries with head `{}`", was.count, was.head.short())]
    Replaced {
        /// The incident's id.
        incident: String,
        /// What is remembered of the record that was there.
        was: Box<Remembered>,
        /// The record id that is there now.
        is: String,
    },
}

impl HeadDoubt {
    /// Returns the incident's id.
    pub fn incident(&self) -> &str {
        match self {
            Self::Cut { incident, .. }
            | Self::Rewritten { incident, .. }
            | Self::Replaced { incident, .. } => incident,
        }
    }

    /// Puts it into words, with the ways out.
    pub fn message(&self, lang: Lang) -> Message {
        let (incident, was) = (self.incident(), self.was());
        let (count, head) = (was.count.to_string(), was.head.short());
        let text = match self {
            Self::Cut { is, .. } => {
                Witness::Cut.with(lang, &[incident, &count, &head, &is.to_string()])
            }
            Self::Rewritten { is, .. } => {
                Witness::Rewritten.with(lang, &[incident, &count, &head, &is.short()])
            }
            Self::Replaced { .. } => Witness::Replaced.with(lang, &[incident, &count, &head]),
        };
        Message::plain(text)
            .hint(Witness::KeepAndFindOut.text(lang))
            .hint(Witness::AcceptHint.with(lang, &[incident]))
    }

    /// Returns what is remembered.
    pub fn was(&self) -> &Remembered {
        match self {
            Self::Cut { was, .. } | Self::Rewritten { was, .. } | Self::Replaced { was, .. } => was,
        }
    }
}

/// Why heads are not remembered, or what is remembered cannot be read.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    pub(super) path: PathBuf,
    pub(super) why: Why,
}

#[derive(Debug, Clone)]
pub(super) enum Why {
    System(String),
    NotPlain,
    /// It belongs to neither this user nor root, who might have written anything.
    Foreign,
    Garbled,
    Locked,
}

impl Trouble {
    pub(super) fn of(path: &Path, e: &io::Error) -> Self {
        let why = match e.kind() {
            _ if e.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => Why::NotPlain,
            ErrorKind::InvalidInput => Why::NotPlain,
            ErrorKind::TimedOut => Why::Locked,
            ErrorKind::Other => Why::Foreign,
            _ => Why::System(e.to_string()),
        };
        Self { path: path.to_owned(), why }
    }

    pub(super) fn message(&self, lang: Lang) -> Message {
        let text = |key: Witness| key.text(lang).to_owned();
        let why = match &self.why {
            Why::System(why) => why.clone(),
            Why::NotPlain => text(Witness::TroubleNotPlain),
            Why::Foreign => text(Witness::TroubleForeign),
            Why::Garbled => text(Witness::TroubleGarbled),
            Why::Locked => text(Witness::TroubleLocked),
        };
        let path = self.path.display().to_string();
        let message = Message::plain(Witness::NotRemembered.with(lang, &[&path, &why]));
        match self.why {
            Why::NotPlain | Why::Foreign | Why::Garbled => message.hint(text(Witness::TroubleHint)),
            Why::System(_) | Why::Locked => message,
        }
    }
}
