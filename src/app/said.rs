//! Something that was said, kept so that it follows a change of language.

use super::App;
use crate::domain::clockwatch::Change;
use crate::domain::decide::Refusal;
use crate::domain::footing::Unfirm;
use crate::words::caveat::Caveat;
use crate::words::console::Word as W;
use crate::words::entry::{bad_zone, clock_changed, unfirm};
use crate::words::refusal::Message;
use crate::words::spoken::spoken;

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// One of the console's own texts, with its values.
    Word(W, Vec<String>),
    /// Why the engine refused.
    Refusal(Box<Refusal>),
    /// What happened to the wall clock.
    Clock(Box<Change>),
    /// The records lie where not everything that is promised holds.
    Unfirm(Unfirm),
    /// No zone can be read there; the offset that is taken instead.
    BadZone(String, String),
    /// What stands against relying on a record.
    Caveat(Box<Caveat>),
    /// An entry was recorded.
    Recorded {
        /// Its number.
        n: u64,
        /// What had to be recorded of the clock before it.
        clock: Option<Box<Change>>,
        /// Who has added something, too.
        others: Option<String>,
    },
    /// Words that the host chose.
    Message(Message),
}

impl From<W> for Said {
    fn from(word: W) -> Self {
        Self::Word(word, Vec::new())
    }
}

impl From<Refusal> for Said {
    fn from(why: Refusal) -> Self {
        Self::Refusal(Box::new(why))
    }
}

impl App {
    /// Puts what was said into the language of the moment.
    pub fn in_words(&self, said: &Said) -> Message {
        match said {
            Said::Word(word, values) => {
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                Message::plain(word.with(self.lang, &values))
            }
            Said::Refusal(why) => {
                let mut message = spoken(why, self.current().map(|i| &i.incident), self.lang);
                if let Refusal::LongAgo { .. } | Refusal::NewerEntries { .. } = **why {
                    message.hints = vec![W::AgainToConfirm.text(self.lang).to_owned()];
                }
                message
            }
            Said::Clock(c) => {
                Message::plain(clock_changed(c.what, c.ms, c.note.as_deref(), self.lang))
            }
            Said::Unfirm(found) => Message::plain(unfirm(found, self.lang)),
            Said::BadZone(from, offset) => Message::plain(bad_zone(from, offset, self.lang)),
            Said::Caveat(caveat) => caveat.message(self.lang).clone(),
            Said::Recorded { n, clock, others } => {
                let n = n.to_string();
                let mut text = match others {
                    Some(who) => W::RecordedAndOthers.with(self.lang, &[&n, who]),
                    None => W::Recorded.with(self.lang, &[&n]),
                };
                if let Some(c) = clock {
                    let clock = clock_changed(c.what, c.ms, c.note.as_deref(), self.lang);
                    text = format!("{text}; {clock}");
                }
                Message::plain(text)
            }
            Said::Message(message) => message.clone(),
        }
    }
}
