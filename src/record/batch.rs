//! Many lines at once: read from a file in large pieces, and each looked at on its own, on two
//! threads where that pays.

use std::io::{self, Read};
use std::thread;

use chrono::{Datelike as _, Timelike as _};

use super::damage::Gap;
use super::digest::Digest;
use super::line::{self, Decoded, LINE_MOST};
use super::wrong::Wrong;
use crate::domain::event::{Entry, Event, Mode};
use crate::domain::time::Time;

/// How many bytes are read before they are looked at, unless one line is longer: few enough to stay
/// in the processor's cache, many enough to be worth a second thread.
const FILL: usize = 512 << 10;
/// How many bytes are asked for first: a record of usual length is read at once.
const FIRST: usize = 16 << 10;
/// The longest piece. One byte over the limit tells a line that is too long from one that was cut.
const PIECE: usize = LINE_MOST as usize + 1;
/// From how many bytes on a second thread pays: some hundred lines, a fraction of a millisecond.
const SHARED: usize = 96 << 10;

/// What ties an entry to its place, and nothing else of it.
pub(super) struct Tie {
    pub(super) n: u64,
    /// The second at which it was recorded, for comparing: the digits of its date and time in UTC.
    pub(super) second: u64,
    pub(super) prev: Digest,
    pub(super) head: Digest,
    pub(super) mode: Mode,
    pub(super) role: Role,
}

/// The digits of a moment in UTC: `20260301173000`.
fn second(at: Time) -> u64 {
    let day = [at.month(), at.day(), at.hour(), at.minute(), at.second().min(59)];
    let year = u64::try_from(at.year()).unwrap_or(0);
    day.iter().fold(year, |all, part| all * 100 + u64::from(*part))
}

/// What an entry is to the chain.
pub(super) enum Role {
    Opened(String),
    Recovered(Gap),
    /// Of a newer version or an unknown kind; with the record id where it begins a record.
    NotUnderstood {
        kind: String,
        record: Option<String>,
    },
    /// With its kind only where a record begins: elsewhere nobody asks.
    Other(Option<String>),
}

impl Tie {
    pub(super) fn of(read: &Decoded) -> Self {
        let entry = &read.entry;
        let role = match &entry.event {
            Event::Opened { record, .. } => Role::Opened(record.clone()),
            Event::Recovered { offset, bytes, sha256 } => {
                // What is no digest is never the digest of anything: it answers for nothing.
                let sha256 = Digest::parse(sha256.as_bytes()).unwrap_or(Digest::NONE);
                Role::Recovered(Gap { offset: *offset, bytes: *bytes, sha256, lines: 0 })
            }
            Event::NotUnderstood { kind, began } => {
                let record = began.as_ref().map(|began| began.record.clone());
                Role::NotUnderstood { kind: kind.clone(), record }
            }
            event => Role::Other((entry.n == 0).then(|| event.kind().to_owned())),
        };
        let second = second(entry.at);
        Self { n: entry.n, second, prev: read.prev, head: read.head, mode: entry.mode, role }
    }

    pub(super) fn kind(&self) -> &str {
        match &self.role {
            Role::Opened(_) => "opened",
            Role::Recovered(_) => "recovered",
            Role::NotUnderstood { kind, .. } => kind,
            Role::Other(kind) => kind.as_deref().unwrap_or_default(),
        }
    }
}

/// A line as it was read, or what is wrong with it by itself.
pub(super) type Looked = Result<(Tie, Option<Box<Entry>>), Wrong>;

/// Some lines.
#[derive(Default)]
pub(super) struct Batch {
    /// What was read, and room for more.
    bytes: Vec<u8>,
    /// How much of that was read.
    filled: usize,
    /// Where each piece ends.
    ends: Vec<usize>,
}

impl Batch {
    /// Takes what `before` left over and reads the next lines; says whether there were any.
    ///
    /// A line that is too long comes in several pieces, of which only the last can end in a line feed.
    pub(super) fn fill<R: Read>(&mut self, before: &Self, reader: &mut R) -> io::Result<bool> {
        self.ends.clear();
        self.filled = 0;
        let rest = before.rest();
        self.make_room(rest.len());
        if let Some(room) = self.bytes.get_mut(..rest.len()) {
            room.copy_from_slice(rest);
            self.filled = rest.len();
        }
        let mut ended = false;
        while !ended && self.ends.is_empty() {
            let enough = self.filled + FILL;
            while !ended && self.filled < enough {
                self.make_room(self.filled + 1);
                let room = self.bytes.get_mut(self.filled..).unwrap_or_default();
                match reader.read(room) {
                    Ok(n) => {
                        ended = n == 0;
                        self.filled += n;
                    }
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(e),
                }
            }
            self.cut(ended);
        }
        Ok(!self.ends.is_empty())
    }

    /// Room grows with what is read: most records are short, and zeros cost time, too.
    fn make_room(&mut self, least: usize) {
        if self.bytes.len() < least {
            let mut more = vec![0; least.next_power_of_two().max(FIRST)];
            let was = self.bytes.get(..self.filled).unwrap_or_default();
            if let Some(room) = more.get_mut(..was.len()) {
                room.copy_from_slice(was);
            }
            self.bytes = more;
        }
    }

    /// Finds where each piece ends; what is no whole piece is left for the next batch, unless there is
    /// no more to come.
    fn cut(&mut self, ended: bool) {
        let mut from = 0;
        while let Some(ahead) = self.bytes.get(from..self.filled.min(from + PIECE)) {
            let long = match memchr::memchr(b'\n', ahead) {
                Some(feed) => feed + 1,
                None if ahead.len() == PIECE || (ended && !ahead.is_empty()) => ahead.len(),
                None => return,
            };
            from += long;
            self.ends.push(from);
        }
    }

    /// What was read behind the last piece.
    fn rest(&self) -> &[u8] {
        let from = self.ends.last().copied().unwrap_or(0);
        self.bytes.get(from..self.filled).unwrap_or_default()
    }

    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        pieces(&self.bytes, &self.ends)
    }

    /// Reads each piece as a line, by itself; meanwhile, `next` fetches what comes next.
    pub(super) fn read<T>(&self, keep: bool, next: impl FnOnce() -> T) -> (Vec<Looked>, T) {
        let look = |ends: &[usize], from: usize| {
            let ends: Vec<usize> = ends.iter().map(|end| end - from).collect();
            let bytes = self.bytes.get(from..).unwrap_or_default();
            pieces(bytes, &ends).map(|piece| read(piece, keep)).collect::<Vec<Looked>>()
        };
        if self.filled < SHARED {
            return (look(&self.ends, 0), next());
        }
        // The other thread takes a little more: this one has to fetch, too, and to judge.
        let share = self.filled / 9 * 4;
        let (first, second) = self.ends.split_at(self.ends.partition_point(|&end| end < share));
        let middle = first.last().copied().unwrap_or(0);
        thread::scope(|scope| {
            let other = thread::Builder::new().spawn_scoped(scope, || look(second, middle));
            let next = next();
            let mut all = look(first, 0);
            // Where there is no second thread to be had, this one does it all.
            let rest = other.ok().and_then(|other| other.join().ok());
            all.extend(rest.unwrap_or_else(|| look(second, middle)));
            (all, next)
        })
    }
}

fn pieces<'a>(bytes: &'a [u8], ends: &[usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut from = 0;
    ends.iter().map(move |&end| {
        let piece = bytes.get(from..end).unwrap_or_default();
        from = end;
        piece
    })
}

fn read(piece: &[u8], keep: bool) -> Looked {
    let bare = piece.strip_suffix(b"\n").unwrap_or(piece);
    if !keep {
        return Ok((line::tie(bare)?, None));
    }
    let read = line::decode(bare)?;
    Ok((Tie::of(&read), Some(Box::new(read.entry))))
}
