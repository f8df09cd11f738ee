//! The checker: recomputes everything, reads only, needs no pack.
//!
//! It can start at the beginning or at a place that was verified before, and gives the same answer.

use std::io::{self, BufRead, Read as _};

use super::digest::Digest;
use super::line::{self, LINE_MOST};
use super::wrong::{Problem, Wrong};
use crate::domain::event::{Entry, Event, Mode};

/// A place in a record up to which everything was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Entries so far; the number of the next one.
    pub count: u64,
    /// Lines so far.
    pub lines: u64,
    /// Bytes so far; where the next line starts.
    pub bytes: u64,
    /// Digest of the newest entry; [`Digest::NONE`] before the first.
    pub head: Digest,
    /// The record id from the first entry, where it was understood.
    pub record: Option<String>,
    /// The mode of every entry.
    pub mode: Option<Mode>,
    /// Entries whose version or kind was not understood; their bytes check all the same.
    pub not_understood: u64,
}

impl Default for Chain {
    fn default() -> Self {
        Self::start()
    }
}

impl Chain {
    /// The place before the first entry.
    pub const fn start() -> Self {
        Self {
            count: 0,
            lines: 0,
            bytes: 0,
            head: Digest::NONE,
            record: None,
            mode: None,
            not_understood: 0,
        }
    }

    /// Goes on by one line, given with its line feed; where it does not hold, stays as it was.
    ///
    /// # Errors
    /// What is wrong with the line, and where.
    pub fn follow(&mut self, line: &[u8]) -> Result<Entry, Problem> {
        match self.judge(line) {
            Ok((head, entry)) => {
                self.count += 1;
                self.lines += 1;
                self.bytes += line.len() as u64;
                self.head = head;
                self.mode = Some(entry.mode);
                match &entry.event {
                    Event::Opened { record, .. } => self.record = Some(record.clone()),
                    Event::NotUnderstood { .. } => self.not_understood += 1,
                    _ => {}
                }
                Ok(entry)
            }
            Err(wrong) => Err(self.problem(wrong)),
        }
    }

    /// Places a problem at the line that comes next.
    pub const fn problem(&self, wrong: Wrong) -> Problem {
        Problem { line: self.lines + 1, entry: self.count, offset: self.bytes, wrong }
    }

    fn judge(&self, line: &[u8]) -> Result<(Digest, Entry), Wrong> {
        let Some((b'\n', bare)) = line.split_last() else {
            return Err(Wrong::TornEnd { bytes: line.len() as u64 });
        };
        if line.len() as u64 > LINE_MOST {
            return Err(Wrong::LineTooLong { most: LINE_MOST });
        }
        let read = line::decode(bare)?;
        let entry = read.entry;
        // The number first: for a line that was dropped, moved or doubled it says more than the link.
        if entry.n != self.count {
            return Err(Wrong::WrongNumber { stored: entry.n, expected: self.count });
        }
        if read.prev != self.head {
            return Err(Wrong::BadLink { stored: read.prev, expected: self.head });
        }
        match (&entry.event, self.count) {
            (Event::Opened { record, .. }, 0) if Digest::parse(record.as_bytes()).is_none() => {
                return Err(Wrong::BadRecordId);
            }
            (event, 0) if event.kind() != "opened" => {
                return Err(Wrong::NotOpened { kind: event.kind().to_owned() });
            }
            (event, n) if n > 0 && event.kind() == "opened" => return Err(Wrong::OpenedAgain),
            _ => {}
        }
        match self.mode {
            Some(was) if was != entry.mode => Err(Wrong::ModeChanged { was, is: entry.mode }),
            _ => Ok((read.head, entry)),
        }
    }
}

/// How much a checker reads before it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest record, in bytes.
    pub total: u64,
}

impl Default for Limits {
    /// More than a million entries of usual length, and less than a gigabyte.
    fn default() -> Self {
        Self { total: 900 << 20 }
    }
}

/// What a checker found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How far the record holds: count, head, record id, mode.
    pub chain: Chain,
    /// The first thing that is wrong; none where the record is intact.
    pub problem: Option<Problem>,
}

impl Report {
    /// Says whether nothing is wrong.
    pub const fn intact(&self) -> bool {
        self.problem.is_none()
    }
}

/// Checks lines from `from` on to the end of `reader`, handing each entry that holds to `each`.
///
/// `reader` must stand at `from.bytes`. Memory is bounded by one line, whatever the file holds.
///
/// # Errors
/// The reader failed; what is wrong with the record is in the report.
pub fn check<R: BufRead>(
    mut reader: R,
    from: Chain,
    limits: Limits,
    mut each: impl FnMut(Entry),
) -> io::Result<Report> {
    let mut chain = from;
    let mut line = Vec::with_capacity(4096);
    loop {
        line.clear();
        // One byte over the limit tells a line that is too long from one that was cut.
        reader.by_ref().take(LINE_MOST + 1).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            let problem = (chain.count == 0).then(|| chain.problem(Wrong::Empty));
            return Ok(Report { chain, problem });
        }
        let long = line.len() as u64;
        let problem = if chain.bytes.saturating_add(long) > limits.total {
            chain.problem(Wrong::TooLong { most: limits.total })
        } else if long > LINE_MOST {
            chain.problem(Wrong::LineTooLong { most: LINE_MOST })
        } else {
            match chain.follow(&line) {
                Ok(entry) => {
                    each(entry);
                    continue;
                }
                // The one place where damage is met. An entry that answers for damaged bytes would be
                // looked for here: read on, add up offset, length and digest, and accept the next line
                // that follows on `chain` if it names exactly those.
                Err(problem) => problem,
            }
        };
        return Ok(Report { chain, problem: Some(problem) });
    }
}

/// Finds the entry after which the head was the one that somebody wrote down. Stops at the first
/// thing that is wrong.
///
/// # Errors
/// The reader failed.
pub fn entry_with_head<R: BufRead>(mut reader: R, written: &str) -> io::Result<Option<u64>> {
    let mut chain = Chain::start();
    let mut line = Vec::with_capacity(4096);
    loop {
        line.clear();
        reader.by_ref().take(LINE_MOST + 1).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        match chain.follow(&line) {
            Ok(entry) if chain.head.answers_to(written) => return Ok(Some(entry.n)),
            Ok(_) => {}
            Err(_) => return Ok(None),
        }
    }
}

/// Checks a whole record that is in memory.
pub fn check_bytes(bytes: &[u8]) -> Report {
    match check(bytes, Chain::start(), Limits::default(), drop) {
        Ok(report) => report,
        // A slice does not fail; were it to, the record was not checked and must not pass.
        Err(e) => {
            let chain = Chain::start();
            let problem = chain.problem(Wrong::Unreadable { why: e.to_string() });
            Report { chain, problem: Some(problem) }
        }
    }
}
