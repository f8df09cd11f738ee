//! What the console asks the host to do, and what the host tells it. The line-by-line twin speaks
//! the same language.

use crate::domain::clockwatch::Change;
use crate::domain::decide::{Attempt, Intent, Refusal};
use crate::domain::event::{Attachment, ClockQuality, Entry};
use crate::domain::footing::Unfirm;
use crate::domain::incident::Incident;
use crate::domain::time::Time;
use crate::words::caveat::Caveat;
use crate::words::refusal::Message;

use super::kept::Slot;
use super::key::Key;

/// Something that only the host can do. Its result comes back as a [`Msg`].
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Open an incident. Answered by [`Msg::Created`], [`Msg::Refused`] or [`Msg::NotRecorded`].
    Create {
        /// Its title.
        title: String,
        /// Ids of the packs it is bound to.
        packs: Vec<String>,
        /// First answers; `learned_at` among them.
        answers: Vec<(String, String)>,
        /// A far-away `learned_at` was confirmed.
        confirmed: bool,
        /// The attempt before, whose outcome is unknown.
        again: Option<Attempt>,
    },
    /// Put one intent into an incident's record: lock, read what others added, decide again, write,
    /// sync. Answered by [`Msg::Appended`], [`Msg::Refused`] or [`Msg::NotRecorded`].
    Append {
        /// The incident's id.
        incident: String,
        /// What is to be recorded.
        intent: Intent,
        /// The attempt before, whose outcome is unknown.
        again: Option<Attempt>,
    },
    /// Read the files that went with a report. Answered by [`Msg::Digested`] or [`Msg::Refused`].
    Digest {
        /// Paths as they were typed.
        paths: Vec<String>,
    },
    /// Keep half-typed text, so that it survives a hang-up. Answered by [`Msg::Trouble`] where it
    /// cannot be kept, the first time.
    Keep {
        /// What it is about.
        slot: Slot,
        /// The text; `None`: nothing is half-typed any more.
        text: Option<String>,
    },
    /// Write a text into a new file. Answered by [`Msg::Saved`] or [`Msg::Refused`].
    SaveAs {
        /// The path as it was typed.
        path: String,
        /// The text.
        text: String,
    },
    /// Sign a checkpoint of an incident's record. Answered by [`Msg::Signed`].
    Sign {
        /// The incident's id.
        incident: String,
    },
    /// Write an incident's record into a new file, signing before, where a key is set. Answered by
    /// [`Msg::Exported`] or [`Msg::NotExported`].
    Export {
        /// The incident's id.
        incident: String,
        /// The path as it was typed.
        path: String,
    },
    /// Leave the program.
    Quit,
    /// Give the terminal back and stop, as Ctrl-Z does.
    Suspend,
    /// Paint every cell again.
    Repaint,
}

/// Something that the host tells.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this size.
    Resize {
        /// Columns.
        cols: u16,
        /// Rows.
        rows: u16,
    },
    /// The time, as the clock tells it.
    Tick {
        /// Now.
        now: Time,
    },
    /// How far the clock can be trusted.
    Clock(ClockQuality),
    /// Who else is on: names, in order, without those who left.
    Present(Vec<String>),
    /// Something happened to the wall clock.
    ClockChanged(Change),
    /// The records of all incidents, or of one, lie where not everything that is promised holds.
    Unfirm(Unfirm),
    /// No zone can be read where the system looks for it: where, and the offset that is taken instead.
    BadZone {
        /// `TZ=…`, or a file.
        from: String,
        /// The offset.
        offset: String,
    },
    /// What stands against relying on an incident's record, the gravest first.
    Caveats {
        /// The incident's id.
        incident: String,
        /// All there is.
        caveats: Vec<Caveat>,
    },
    /// Room on the disk runs low: so many bytes are left; `None`: there is enough again.
    Room(Option<u64>),
    /// The host could not do what nobody at the screen asked for; a form that is open goes on.
    Trouble {
        /// What, and the mend.
        message: Message,
    },
    /// An incident was opened, and is on disk.
    Created {
        /// The incident.
        incident: Box<Incident>,
        /// Whether this console opened it.
        own: bool,
    },
    /// Entries stand in the record, written and synced; own ones and those of others.
    Appended {
        /// The incident's id.
        incident: String,
        /// The new entries, in order.
        entries: Vec<Entry>,
        /// The record's new head.
        head: String,
        /// The number of the entry that answers what this console handed to the host last.
        own: Option<u64>,
    },
    /// Something was refused; the record is unchanged.
    Refused {
        /// Why, and the mend.
        message: Message,
        /// The same before it was put into words, where the engine refused.
        why: Option<Box<Refusal>>,
    },
    /// Files were read.
    Digested {
        /// Their names, sizes and digests, in the order asked for.
        files: Vec<Attachment>,
    },
    /// A text was written into a new file.
    Saved {
        /// Its path.
        path: String,
    },
    /// A checkpoint was signed, or it was not.
    Signed {
        /// Where it lies, or why not and the mend.
        message: Message,
        /// It was not.
        refused: bool,
    },
    /// A record was written into a new file.
    Exported {
        /// Where it lies, what it holds, and whether anything was signed.
        message: Message,
        /// Nothing stands against it.
        sound: bool,
    },
    /// A record was not written into a file.
    NotExported {
        /// Why, and the mend.
        message: Message,
    },
    /// A write failed: what was to be recorded may or may not be on disk.
    NotRecorded {
        /// Why, and what to do.
        message: Message,
        /// The text of what was to be recorded, to copy by hand.
        unsaved: String,
        /// What makes giving it again count once.
        attempt: Attempt,
    },
}
