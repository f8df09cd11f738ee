//! What can be wrong with a record, and where.

use super::digest::Digest;
use crate::domain::event::Mode;

/// The first place at which a record does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} (entry {entry}, byte {offset}): {wrong}")]
pub struct Problem {
    /// Line in the file, from 1.
    pub line: u64,
    /// The entry that should stand there, from 0; all entries before it are intact.
    pub entry: u64,
    /// Where the line starts, in bytes from the start of the file.
    pub offset: u64,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong with one line of a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// There is no entry at all.
    #[error("the record holds no entry")]
    Empty,
    /// The file ends within a line.
    #[error("the last {bytes} bytes do not end in a line feed: the line was cut")]
    TornEnd {
        /// Bytes after the last line feed.
        bytes: u64,
    },
    /// A line is longer than any entry.
    #[error("the line is longer than {most} bytes")]
    LineTooLong {
        /// The limit in bytes.
        most: u64,
    },
    /// The file is longer than any record.
    #[error("the record is longer than {most} bytes")]
    TooLong {
        /// The limit in bytes.
        most: u64,
    },
    /// The file is shorter than what was verified before.
    #[error(
        "the file ends at byte {is}, but {was} bytes were verified before: its end was cut off"
    )]
    Shrunk {
        /// Bytes verified before.
        was: u64,
        /// Bytes there are now.
        is: u64,
    },
    /// The same number of entries is there as was verified before, but with another head.
    #[error("entries that were verified before were rewritten: the head was `{}` and is `{}`", .was.short(), .is.short())]
    Rewritten {
        /// The head that was verified.
        was: Digest,
        /// The head that is there now.
        is: Digest,
    },
    /// Not `{"e":{…},"h":"<64 hex>"}`.
    #[error("not a record line; it has the form {form}", form = r#"`{"e":{…},"h":"<64 hex>"}`"#)]
    NotALine,
    /// The digest is not that of the entry's bytes.
    #[error("the digest does not fit the entry: `{}` is stored, its bytes give `{}`", .stored.short(), .computed.short())]
    BadDigest {
        /// What the line says.
        stored: Digest,
        /// What its bytes give.
        computed: Digest,
    },
    /// The digest fits, but a control character stands in the entry, raw or escaped.
    #[error("a control character stands at byte {at} of the line")]
    Control {
        /// Position in the line, from 0.
        at: u64,
    },
    /// The digest fits, but the entry cannot be read.
    #[error("the entry cannot be read: {why}")]
    Unreadable {
        /// Why.
        why: String,
    },
    /// The entry's number is not its place.
    #[error("entry {expected} belongs here, but entry {stored} stands here")]
    WrongNumber {
        /// What the entry says.
        stored: u64,
        /// What its place is.
        expected: u64,
    },
    /// The entry does not follow on the one before it.
    #[error("the link does not fit: the entry follows on `{}`, the one before it is `{}`", .stored.short(), .expected.short())]
    BadLink {
        /// What the entry says.
        stored: Digest,
        /// The digest of the entry before it.
        expected: Digest,
    },
    /// The first entry is not `opened`.
    #[error("the first entry is `{kind}`, not `opened`")]
    NotOpened {
        /// Its kind.
        kind: String,
    },
    /// A later entry is `opened`.
    #[error("a second `opened` entry")]
    OpenedAgain,
    /// The record id is not 64 hexadecimal digits.
    #[error("the record id is not 64 hexadecimal digits")]
    BadRecordId,
    /// Damaged bytes, and the next line that holds does not answer for them.
    #[error("{bytes} damaged bytes stand before it, and it does not answer for them")]
    NotAnswered {
        /// How many there are.
        bytes: u64,
    },
    /// A `recovered` entry that names other bytes than the damage before it, or where there is none.
    #[error("a `recovered` entry for byte {offset}, but it does not name the damage before it")]
    AnswersNothing {
        /// Where the bytes that it names begin.
        offset: u64,
    },
    /// A live entry in an exercise record, or the other way round.
    #[error("{} entry in a record that is {}", article(*.is), word(*.was))]
    ModeChanged {
        /// The record's mode.
        was: Mode,
        /// The entry's mode.
        is: Mode,
    },
}

const fn word(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::Exercise => "an exercise",
    }
}

const fn article(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "a live",
        Mode::Exercise => "an exercise",
    }
}
