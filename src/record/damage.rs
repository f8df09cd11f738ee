//! Damage at the end of a record, and the entry that answers for it.
//!
//! A crash can leave half a line, a hole of zeros or garbage behind the last entry that holds. None of
//! it is ever cut off. The next writer ends it with a line feed where that is missing and adds a
//! `recovered` entry that names where the damaged bytes begin, how many there are (the line feed that
//! ends them not counted) and their digest; a reader skips damaged bytes only if the very next line
//! that holds is such an entry and names exactly those. A crash while that is being written leaves
//! more damage of the same kind, which the next attempt answers for as a whole.
//!
//! What no crash writes is never answered for: a line whose digest fits but which does not belong
//! where it stands, and damage before such a line. A person must look at that.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::digest::Digest;
use super::wrong::{Problem, Wrong};

/// The most damaged bytes that an entry answers for. A crash leaves about a line; anything near this
/// is no crash.
pub const DAMAGE_MOST: u64 = 16 << 20;

/// Damaged bytes by place, number and digest: what a `recovered` entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Where they begin, in bytes from the start of the record.
    pub offset: u64,
    /// How many there are, the line feed that ends them not counted.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: Digest,
    /// How many lines they make, with the line feed that ends them; no part of what is named.
    pub lines: u64,
}

impl Gap {
    /// No bytes at all: what is named where only a line feed was missing, or one too many is there.
    pub fn empty(offset: u64) -> Self {
        Self { offset, bytes: 0, sha256: Digest::of(b""), lines: 0 }
    }

    /// Says whether two name the same bytes.
    pub fn names(&self, other: &Self) -> bool {
        (self.offset, self.bytes, self.sha256) == (other.offset, other.bytes, other.sha256)
    }
}

/// Damage at the end of a record that the next entry can answer for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// What is wrong, and where.
    pub problem: Problem,
    /// What is to be named.
    pub gap: Gap,
    /// Whether the damage ends in a line feed; if not, one is written before the entry.
    pub ended: bool,
    /// Whether the last line is whole but for its line feed: with that written, its entry holds.
    pub whole: bool,
}

impl Torn {
    /// The last line lacks its line feed, and nothing else.
    pub(super) fn whole(problem: Problem, end: u64) -> Self {
        Self { problem, gap: Gap::empty(end), ended: false, whole: true }
    }
}

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { line, entry, offset, wrong } = &self.problem;
        write!(
            f,
            "damage behind entry {}, from line {line} (byte {offset}) on: {wrong}; ",
            entry.saturating_sub(1)
        )?;
        f.write_str("nothing before it is touched, and the next entry will answer for it")
    }
}

/// Damage while it is being walked over; keeps no bytes.
pub(super) struct Damage {
    pub(super) problem: Problem,
    hasher: Sha256,
    bytes: u64,
    lines: u64,
    /// A line feed that belongs to the damage only if more of it follows.
    feed: bool,
}

impl Damage {
    pub(super) fn at(problem: Problem) -> Self {
        Self { problem, hasher: Sha256::new(), bytes: 0, lines: 0, feed: false }
    }

    /// Goes on by a piece of damage. Where that is more than a crash leaves, nothing answers for it.
    pub(super) fn add<T>(&mut self, piece: &[u8]) -> Result<Option<T>, Wrong> {
        if std::mem::take(&mut self.feed) {
            self.hasher.update(b"\n");
            self.bytes += 1;
        }
        let body = piece.strip_suffix(b"\n").unwrap_or(piece);
        self.feed = body.len() < piece.len();
        self.lines += u64::from(self.feed);
        self.hasher.update(body);
        self.bytes += body.len() as u64;
        if self.bytes > DAMAGE_MOST { Err(self.problem.wrong.clone()) } else { Ok(None) }
    }

    pub(super) fn gap(&self) -> Gap {
        let sha256 = Digest::from(self.hasher.clone());
        let lines = self.lines + u64::from(!self.feed);
        Gap { offset: self.problem.offset, bytes: self.bytes, sha256, lines }
    }

    pub(super) fn torn(self) -> Torn {
        Torn { gap: self.gap(), ended: self.feed, whole: false, problem: self.problem }
    }
}
