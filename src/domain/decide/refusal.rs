//! Why an intent cannot stand in the record.

use crate::domain::text::BadText;
use crate::domain::time::BadTime;
use crate::domain::value::BadValue;

/// Why an intent cannot stand in the record; nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such fact or anchor.
    #[error("no fact or anchor is called `{name}`")]
    UnknownFact {
        /// What was given.
        name: String,
        /// The nearest right name.
        nearest: Option<String>,
    },
    /// The answer is not of the fact's kind.
    #[error("{fact}: {why}")]
    BadValue {
        /// The fact.
        fact: String,
        /// Why.
        why: BadValue,
        /// The kind that was expected.
        kind: &'static str,
    },
    /// A time cannot be read.
    #[error("{field}: {why}")]
    BadTime {
        /// The field.
        field: String,
        /// Why.
        why: BadTime,
    },
    /// A text cannot be kept.
    #[error(transparent)]
    BadText(#[from] BadText),
    /// A time lies after now.
    #[error("{field} `{at}` lies in the future")]
    Future {
        /// The field.
        field: String,
        /// What was given.
        at: String,
    },
    /// A time lies before one that it cannot precede.
    #[error("{field} `{at}` lies before {other} `{limit}`")]
    Before {
        /// The field.
        field: String,
        /// What was given.
        at: String,
        /// The other field.
        other: &'static str,
        /// Its time.
        limit: String,
    },
    /// `learned_at` lies more than thirty days back; ask whether that is meant.
    #[error("learned_at `{at}` lies more than {days} days back")]
    LongAgo {
        /// What was given.
        at: String,
        /// How many days.
        days: i64,
    },
    /// Nothing was given to record.
    #[error("nothing to record")]
    Nothing,
    /// No such duty.
    #[error("no duty is called `{id}`")]
    UnknownDuty {
        /// What was given.
        id: String,
        /// The nearest right name.
        nearest: Option<String>,
    },
    /// Not a recipient of this duty.
    #[error("`{to}` is not a recipient of {duty} ({})", possible.join(", "))]
    NotRecipient {
        /// What was given.
        to: String,
        /// The duty.
        duty: String,
        /// Who is.
        possible: Vec<String>,
    },
    /// The duty has several recipients and none was named.
    #[error("{duty} has several recipients: {}", possible.join(", "))]
    WhichRecipient {
        /// The duty.
        duty: String,
        /// Who they are.
        possible: Vec<String>,
    },
    /// The channel does not lead to this body.
    #[error("channel `{channel}` does not lead to {to} ({})", possible.join(", "))]
    BadChannel {
        /// What was given.
        channel: String,
        /// The body.
        to: String,
        /// Channels that do.
        possible: Vec<String>,
        /// The nearest right name.
        nearest: Option<String>,
    },
    /// The duty is blocked.
    #[error("{duty} is blocked: {fact}")]
    Blocked {
        /// The duty.
        duty: String,
        /// The facts that block it.
        fact: String,
    },
    /// Receipt without a report.
    #[error("nothing was sent to {to} for {duty} yet")]
    NotSent {
        /// The duty.
        duty: String,
        /// The body.
        to: String,
    },
    /// No such entry.
    #[error("there is no entry {entry}; the record has {count}")]
    UnknownEntry {
        /// What was given.
        entry: u64,
        /// How many there are.
        count: usize,
    },
    /// The entry has no such field, or cannot be corrected so.
    #[error("entry {entry} ({kind}) has no field `{field}`")]
    UnknownField {
        /// The entry.
        entry: u64,
        /// Its kind.
        kind: String,
        /// What was given.
        field: String,
        /// What it has.
        possible: Vec<String>,
    },
    /// The first entry cannot be withdrawn.
    #[error("entry {entry} cannot be withdrawn: the record begins with it")]
    FirstEntry {
        /// The entry.
        entry: u64,
    },
    /// There is no such hand-over to accept.
    #[error("there is no hand-over to accept")]
    NoHandOver,
    /// The hand-over was accepted already.
    #[error("the hand-over was accepted by {by} already (entry {entry})")]
    Accepted {
        /// By whom.
        by: String,
        /// In which entry.
        entry: u64,
    },
    /// The incident is closed.
    #[error("the incident is closed")]
    Closed {
        /// The entry that closed it.
        entry: u64,
    },
    /// The record holds entries that only a newer version understands; ask whether to go on.
    #[error("the record holds entries of a newer version that are not understood: {count}")]
    NewerEntries {
        /// How many.
        count: usize,
    },
    /// A time was read from a watch, but there is no time.
    #[error("a time from a watch has to be given")]
    WatchWithoutTime,
    /// Own duties are open.
    #[error("duties are open: {}", duties.join(", "))]
    OpenDuties {
        /// Which.
        duties: Vec<String>,
    },
}
