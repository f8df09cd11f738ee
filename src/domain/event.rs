//! What can stand in a record: one event per entry, with who, when and by which clock.
//!
//! The serde shapes here are the shapes in the file (see `record`); they may gain fields, and a field
//! once written keeps its name and meaning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text::printable;
use super::time::Time;

/// Whether a record is of a real incident or of a rehearsal; it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A real incident.
    Live,
    /// A rehearsal.
    Exercise,
}

/// One entry of a record, without its digest and link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Position in the record, from 0.
    pub n: u64,
    /// Made by the writer before the write, so that a retry is safe; 32 hex digits.
    pub id: String,
    /// When it was recorded.
    pub at: Time,
    /// When it happened, where a person said so.
    pub happened_at: Option<Time>,
    /// By which clock that person told it, where it was not the host's.
    pub happened_by: Option<ToldBy>,
    /// Who recorded it, from where.
    pub by: Who,
    /// Live or exercise.
    pub mode: Mode,
    /// The boot-time clock beside the wall clock.
    pub boot: Boot,
    /// How far the wall clock could be trusted.
    pub clock: ClockQuality,
    /// What happened.
    pub event: Event,
}

/// Who recorded an entry, and from where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Login name.
    pub login: String,
    /// The name behind sudo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sudo: Option<String>,
    /// Address of the SSH client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<String>,
    /// Terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tty: Option<String>,
    /// Host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The kernel's number of the user; a name can be given to another one later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
}

impl Who {
    /// The person, as they are called: the name behind sudo, else the login name.
    pub fn person(&self) -> &str {
        self.sudo.as_deref().unwrap_or(&self.login)
    }

    /// The person, as shown on one line: the name behind sudo never hides the login name, for it may
    /// have come from the environment.
    pub fn shown(&self) -> String {
        let login = printable(&self.login);
        match &self.sudo {
            Some(sudo) => format!("{login} (sudo: {})", printable(sudo)),
            None => login,
        }
    }
}

/// A reading of the clock that a step of the wall clock does not move.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boot {
    /// The kernel's boot id; empty where there is none.
    pub id: String,
    /// Milliseconds since boot, suspend included.
    pub ms: u64,
}

/// How far the wall clock could be trusted when an entry was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockQuality {
    /// `yes`, `no`, or `unknown`: whether the host keeps its clock by an outside source.
    pub sync: Sync,
    /// The kernel's bound on the error, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maxerror_us: Option<u64>,
    /// The zone in which its writer read times: `Asia/Shanghai +08:00`, the name where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// A clock, other than the host's, by which a person told when something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToldBy {
    /// Somebody's watch, or a clock on the wall: nobody knows how far it was out.
    Watch,
    /// A clock that a newer version knows.
    #[serde(other)]
    Other,
}

/// Whether the host's clock is kept by an outside source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sync {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The host does not say.
    #[default]
    Unknown,
}

/// A pack as an incident is bound to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackPin {
    /// The pack's id.
    pub id: String,
    /// Its edition.
    pub edition: String,
    /// SHA-256 of its text.
    pub sha256: String,
}

/// A file named in a report: its digest is kept, not its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// File name without folders.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// What happened. In the file: `kind` is the variant's name, `data` its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum Event {
    /// Entry 0: the incident exists.
    Opened {
        /// 256 random bits as hex: this record and no other.
        record: String,
        /// The incident's title.
        title: String,
        /// The packs it is judged by.
        packs: Vec<PackPin>,
    },
    /// Facts or anchors were answered; `?` takes an answer back to unknown.
    Answered {
        /// Fact or anchor id to the answer in its written form (`Value::write`), or `?`.
        set: BTreeMap<String, String>,
        /// Why, or where from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// By which clock the moments in some answers were told, where it was not the host's.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        told_by: BTreeMap<String, ToldBy>,
    },
    /// One attempt to report.
    Sent(Sent),
    /// The recipient acknowledged a report.
    Received {
        /// Full duty id.
        duty: String,
        /// Body that received it.
        to: String,
        /// The recipient's reference.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// The person who took it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        officer: Option<String>,
    },
    /// A duty does not apply, because.
    Waived {
        /// Full duty id.
        duty: String,
        /// Why.
        because: String,
    },
    /// An earlier entry counts with other fields, or no longer counts.
    Corrected {
        /// Position of the entry that is corrected.
        entry: u64,
        /// Why.
        because: String,
        /// New values by field; empty: the entry no longer counts.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        fields: BTreeMap<String, String>,
        /// By which clock the moments in some fields were told, where it was not the host's.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        told_by: BTreeMap<String, ToldBy>,
    },
    /// Something worth keeping.
    Noted {
        /// The text.
        text: String,
    },
    /// Somebody else takes over.
    HandedOver {
        /// Who.
        to: String,
    },
    /// No further work is expected.
    Closed {
        /// Why.
        because: String,
    },
    /// The one who takes over accepts it.
    TookOver {
        /// Position of the hand-over that is accepted.
        entry: u64,
        /// Who takes over, in their own words: several may share one login.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Damaged bytes before this entry are answered for: they stay, and are skipped.
    Recovered {
        /// Where they begin, in bytes from the start of the record.
        offset: u64,
        /// How many there are, the line feed that ends them not counted.
        bytes: u64,
        /// Their SHA-256.
        sha256: String,
    },
    /// The wall clock did not simply go on.
    ClockChanged {
        /// What was seen.
        what: ClockEvent,
        /// By how many milliseconds the wall clock moved against the clock since boot; or how long
        /// the machine slept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ms: Option<i64>,
        /// What it was before and is now, where that is a text (a zone, a source).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// An entry that this version does not understand; its bytes still verify.
    #[serde(skip)]
    NotUnderstood {
        /// The kind as written.
        kind: String,
        /// Of the entry that begins a record: what says which record it is.
        began: Option<Box<Began>>,
    },
}

/// What the first entry of a record says in every version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Began {
    /// 256 random bits as hex: this record and no other.
    pub record: String,
    /// The incident's title.
    pub title: String,
    /// The packs it is judged by.
    pub packs: Vec<PackPin>,
}

/// What was seen of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockEvent {
    /// It was set forward or back.
    Stepped,
    /// The machine slept.
    Suspended,
    /// The zone of the host changed.
    ZoneChanged,
    /// The host's clock is no longer kept by an outside source.
    Unsynchronised,
    /// It is kept by an outside source again.
    Synchronised,
}

/// One attempt to report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Full duty id.
    pub duty: String,
    /// Body that was told.
    pub to: String,
    /// Channel id.
    pub channel: String,
    /// Reference or ticket number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Files that went with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Why the attempt failed; absent when it went through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Why it is late, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_because: Option<String>,
}

impl Event {
    /// The kind's name in the file.
    pub fn kind(&self) -> &str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Answered { .. } => "answered",
            Self::Sent(_) => "sent",
            Self::Received { .. } => "received",
            Self::Waived { .. } => "waived",
            Self::Corrected { .. } => "corrected",
            Self::Noted { .. } => "noted",
            Self::HandedOver { .. } => "handed_over",
            Self::Closed { .. } => "closed",
            Self::TookOver { .. } => "took_over",
            Self::Recovered { .. } => "recovered",
            Self::ClockChanged { .. } => "clock_changed",
            Self::NotUnderstood { kind, .. } => kind,
        }
    }

    /// Record id, title and packs, where this begins a record; of a newer version, too.
    pub fn beginning(&self) -> Option<(&str, &str, &[PackPin])> {
        match self {
            Self::Opened { record, title, packs } => Some((record, title, packs)),
            Self::NotUnderstood { began: Some(began), .. } => {
                Some((&began.record, &began.title, &began.packs))
            }
            _ => None,
        }
    }
}
