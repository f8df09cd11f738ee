//! The checker: recomputes everything, reads only, needs no pack.
//!
//! It can start at the beginning or at a place that was verified before, and gives the same answer.
//! Lines that hold are read on two threads where there are many; their order and links are judged on
//! one, line after line. What is done about damage is told in [`super::damage`].

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use super::batch::{Batch, Looked, Role, Tie};
use super::damage::{Damage, Gap, Torn};
use super::digest::Digest;
use super::line::{self, LINE_MOST};
use super::wrong::{Problem, Wrong};
use crate::domain::event::{Entry, Mode};

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
    /// Entries that answer for damage before them.
    pub recovered: u64,
    /// Entries that were recorded at an earlier second than the one before them; order is by number, so
    /// that nothing is wrong with them.
    pub earlier: u64,
    /// The first of those.
    pub first_earlier: Option<u64>,
    /// When the newest entry was recorded, as [`Tie`] has it.
    second: u64,
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
            recovered: 0,
            earlier: 0,
            first_earlier: None,
            second: 0,
        }
    }

    /// Goes on by one line, given with its line feed; where it does not hold, stays as it was.
    ///
    /// # Errors
    /// What is wrong with the line, and where.
    pub fn follow(&mut self, line: &[u8]) -> Result<Entry, Problem> {
        self.answer(line, None)
    }

    /// Goes on by one line that stands behind damaged bytes, and must answer for exactly those.
    ///
    /// # Errors
    /// What is wrong with the line, and where.
    pub fn answer(&mut self, line: &[u8], gap: Option<&Gap>) -> Result<Entry, Problem> {
        let read = match line.split_last() {
            Some((b'\n', _)) if line.len() as u64 > LINE_MOST => {
                Err(Wrong::LineTooLong { most: LINE_MOST })
            }
            Some((b'\n', bare)) => line::decode(bare),
            _ => Err(Wrong::TornEnd { bytes: line.len() as u64 }),
        };
        let went = read.and_then(|read| {
            let tie = Tie::of(&read);
            self.judge(&tie, gap)?;
            self.go_on(&tie, gap, line.len() as u64);
            Ok(read.entry)
        });
        went.map_err(|wrong| self.problem(wrong))
    }

    /// Places a problem at the line that comes next.
    pub const fn problem(&self, wrong: Wrong) -> Problem {
        Problem { line: self.lines + 1, entry: self.count, offset: self.bytes, wrong }
    }

    /// Says whether an entry belongs here, behind the damaged bytes of `gap` where there are some.
    fn judge(&self, tie: &Tie, gap: Option<&Gap>) -> Result<(), Wrong> {
        // The number first: for a line that was dropped, moved or doubled it says more than the link.
        if tie.n != self.count {
            return Err(Wrong::WrongNumber { stored: tie.n, expected: self.count });
        }
        if tie.prev != self.head {
            return Err(Wrong::BadLink { stored: tie.prev, expected: self.head });
        }
        match (&tie.role, self.count) {
            // One that a newer version began says all the same which record it is.
            (Role::Opened(record) | Role::NotUnderstood { record: Some(record), .. }, 0)
                if Digest::parse(record.as_bytes()).is_some() => {}
            (Role::Opened(_) | Role::NotUnderstood { record: Some(_), .. }, 0) => {
                return Err(Wrong::BadRecordId);
            }
            (Role::NotUnderstood { kind, .. }, 0) if kind == "opened" => {
                return Err(Wrong::BadRecordId);
            }
            (_, 0) => return Err(Wrong::NotOpened { kind: tie.kind().to_owned() }),
            (Role::Opened(_), _) => return Err(Wrong::OpenedAgain),
            _ => {}
        }
        if let Some(was) = self.mode
            && was != tie.mode
        {
            return Err(Wrong::ModeChanged { was, is: tie.mode });
        }
        match (&tie.role, gap) {
            (Role::Recovered(named), Some(gap)) if named.names(gap) => Ok(()),
            // The line before was whole but for its line feed, which was added: nothing is skipped.
            (Role::Recovered(named), None)
                if self.bytes > 0 && named.names(&Gap::empty(self.bytes - 1)) =>
            {
                Ok(())
            }
            (Role::Recovered(named), _) => Err(Wrong::AnswersNothing { offset: named.offset }),
            (_, Some(gap)) => Err(Wrong::NotAnswered { bytes: gap.bytes }),
            (_, None) => Ok(()),
        }
    }

    fn go_on(&mut self, tie: &Tie, gap: Option<&Gap>, bytes: u64) {
        if tie.second < self.second {
            self.earlier += 1;
            self.first_earlier.get_or_insert(tie.n);
        }
        self.second = tie.second;
        self.count += 1;
        self.lines += 1 + gap.map_or(0, |gap| gap.lines);
        self.bytes += bytes + gap.map_or(0, |gap| gap.bytes + 1);
        self.head = tie.head;
        self.mode = Some(tie.mode);
        match &tie.role {
            Role::Opened(record) => self.record = Some(record.clone()),
            Role::NotUnderstood { record, .. } => {
                self.not_understood += 1;
                if let Some(record) = record {
                    self.record = Some(record.clone());
                }
            }
            Role::Recovered(_) => self.recovered += 1,
            Role::Other(_) => {}
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
    /// Where all that is wrong is damage at the end, which the next entry can answer for: that.
    pub torn: Option<Torn>,
}

impl Report {
    /// Says whether nothing is wrong.
    pub const fn intact(&self) -> bool {
        self.problem.is_none()
    }
}

/// Checks lines from `from` on to the end of `reader`, handing each entry that holds to `each`.
///
/// `reader` must stand at `from.bytes`. Memory is bounded, whatever the file holds.
///
/// # Errors
/// The reader failed; what is wrong with the record is in the report.
pub fn check<R: Read>(
    reader: R,
    from: Chain,
    limits: Limits,
    mut each: impl FnMut(Entry),
) -> io::Result<Report> {
    walk(reader, from, limits, true, |_, entry| entry.into_iter().for_each(|entry| each(*entry)))
}

/// Checks lines as [`check`] does, and keeps nothing of them.
///
/// # Errors
/// The reader failed; what is wrong with the record is in the report.
pub fn verify<R: Read>(reader: R, from: Chain, limits: Limits) -> io::Result<Report> {
    walk(reader, from, limits, false, |_, _| {})
}

/// Finds the entry after which the head was the one that somebody wrote down. Stops at the first
/// thing that is wrong.
///
/// # Errors
/// The reader failed.
pub fn entry_with_head<R: Read>(reader: R, written: &str) -> io::Result<Option<u64>> {
    let mut found = None;
    walk(reader, Chain::start(), Limits::default(), false, |chain, _| {
        if found.is_none() && chain.head.answers_to(written) {
            found = chain.count.checked_sub(1);
        }
    })?;
    Ok(found)
}

/// Finds the head that a record had when it had so many entries; a count that it does not reach before
/// the first thing that is wrong is left out.
///
/// # Errors
/// The reader failed.
pub fn heads_at<R: Read>(reader: R, counts: &BTreeSet<u64>) -> io::Result<BTreeMap<u64, Digest>> {
    let mut found = BTreeMap::new();
    if !counts.is_empty() {
        walk(reader, Chain::start(), Limits::default(), false, |chain, _| {
            if counts.contains(&chain.count) {
                found.insert(chain.count, chain.head);
            }
        })?;
    }
    Ok(found)
}

/// Checks a whole record that is in memory.
pub fn check_bytes(bytes: &[u8]) -> Report {
    match verify(bytes, Chain::start(), Limits::default()) {
        Ok(report) => report,
        // A slice does not fail; were it to, the record was not checked and must not pass.
        Err(e) => {
            let chain = Chain::start();
            let problem = chain.problem(Wrong::Unreadable { why: e.to_string() });
            Report { chain, problem: Some(problem), torn: None }
        }
    }
}

/// Goes through lines; `each` gets the chain after an entry that holds, and the entry if `keep`.
fn walk<R: Read>(
    mut reader: R,
    from: Chain,
    limits: Limits,
    keep: bool,
    mut each: impl FnMut(&Chain, Option<Box<Entry>>),
) -> io::Result<Report> {
    let mut walk = Walk { chain: from, damage: None, whole: None, within: false, seen: 0 };
    walk.seen = walk.chain.bytes;
    let (mut batch, mut next) = (Batch::default(), Batch::default());
    let mut more = batch.fill(&next, &mut reader)?;
    while more {
        let (read, filled) = batch.read(keep, || next.fill(&batch, &mut reader));
        for (piece, read) in batch.pieces().zip(read) {
            walk.seen = walk.seen.saturating_add(piece.len() as u64);
            if walk.seen > limits.total {
                let wrong = Wrong::TooLong { most: limits.total };
                return Ok(walk.stop(wrong));
            }
            match walk.step(piece, read) {
                Ok(None) => {}
                Ok(Some(entry)) => each(&walk.chain, entry),
                Err(wrong) => return Ok(walk.stop(wrong)),
            }
        }
        more = filled?;
        std::mem::swap(&mut batch, &mut next);
    }
    Ok(walk.end())
}

struct Walk {
    chain: Chain,
    /// The damage that is being walked over.
    damage: Option<Damage>,
    /// The last line is whole but for its line feed.
    whole: Option<Problem>,
    /// The piece before did not end its line.
    within: bool,
    /// Bytes read so far.
    seen: u64,
}

impl Walk {
    /// Takes one piece: a line with its line feed, the last line without, or a part of a line that is
    /// too long. An error ends the walk: nothing can answer for that.
    fn step(&mut self, piece: &[u8], read: Looked) -> Result<Option<Option<Box<Entry>>>, Wrong> {
        let ended = piece.last() == Some(&b'\n');
        let within = std::mem::replace(&mut self.within, !ended);
        let long = piece.len() as u64 > LINE_MOST;
        let wrong = match read {
            _ if within => None,
            _ if long => Some(Wrong::LineTooLong { most: LINE_MOST }),
            Ok((tie, entry)) => {
                let gap = self.damage.as_ref().map(Damage::gap);
                self.chain.judge(&tie, gap.as_ref())?;
                if ended {
                    self.damage = None;
                    self.chain.go_on(&tie, gap.as_ref(), piece.len() as u64);
                    return Ok(Some(entry));
                }
                let torn = self.chain.problem(Wrong::TornEnd { bytes: piece.len() as u64 });
                self.whole = Some(self.damage.take().map_or(torn, |d| d.problem));
                return Ok(None);
            }
            // Its digest fits: no crash writes that.
            Err(wrong @ (Wrong::Control { .. } | Wrong::Unreadable { .. })) => return Err(wrong),
            Err(_) if !ended => Some(Wrong::TornEnd { bytes: piece.len() as u64 }),
            Err(wrong) => Some(wrong),
        };
        let chain = &self.chain;
        let damage = self.damage.get_or_insert_with(|| {
            let wrong = wrong.unwrap_or(Wrong::LineTooLong { most: LINE_MOST });
            Damage::at(chain.problem(wrong))
        });
        damage.add(piece)
    }

    /// Ends the walk at something that no entry can answer for; what came first is named.
    fn stop(self, wrong: Wrong) -> Report {
        let problem = match self.damage {
            Some(damage) => damage.problem,
            None => self.chain.problem(wrong),
        };
        Report { chain: self.chain, problem: Some(problem), torn: None }
    }

    /// Ends the walk at the end of the file.
    fn end(self) -> Report {
        let chain = self.chain;
        let torn = match (self.whole, self.damage) {
            (Some(problem), _) => Some(Torn::whole(problem, self.seen)),
            (None, Some(damage)) => Some(damage.torn()),
            (None, None) => None,
        };
        let problem = match &torn {
            Some(torn) => Some(torn.problem.clone()),
            None => (chain.count == 0).then(|| chain.problem(Wrong::Empty)),
        };
        // Before the first entry there is no record that could answer for anything.
        let torn = torn.filter(|_| chain.count > 0);
        Report { chain, problem, torn }
    }
}
