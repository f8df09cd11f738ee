//! Where a record stood when it had so many entries: what a remembered or signed head is held against.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read as _};

use super::digest::Digest;
use super::line::{self, LINE_MOST};
use crate::domain::event::{Event, Mode};
use crate::domain::time::Time;

/// A record as it was when it had so many entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waypoint {
    /// The digest of the newest entry then.
    pub head: Digest,
    /// When that entry was recorded.
    pub at: Time,
    /// The mode of the record.
    pub mode: Mode,
    /// The record id, where the first entry was understood.
    pub record: Option<String>,
}

/// Reads a record and returns where it stood at each wanted count; a count that it does not reach is
/// left out.
///
/// Only entries that follow on one another count; anything else is passed over, so the record itself
/// must be checked by [`super::check()`]. Memory is bounded by one line and the wanted counts.
///
/// # Errors
/// The reader failed.
pub fn waypoints<R: BufRead>(
    mut reader: R,
    wanted: &BTreeSet<u64>,
) -> io::Result<BTreeMap<u64, Waypoint>> {
    let mut found = BTreeMap::new();
    let last = wanted.last().copied().unwrap_or(0);
    let (mut count, mut head, mut record) = (0, Digest::NONE, None);
    let mut bytes = Vec::with_capacity(4096);
    let mut within = false;
    while count < last {
        bytes.clear();
        reader.by_ref().take(LINE_MOST).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            break;
        }
        // The rest of a line that is too long to be an entry is no line of its own.
        let rest = std::mem::replace(&mut within, bytes.last() != Some(&b'\n'));
        let bare = bytes.strip_suffix(b"\n").unwrap_or_default();
        let Some(read) = line::decode(bare).ok().filter(|_| !rest) else { continue };
        if read.entry.n != count || read.prev != head {
            continue;
        }
        count += 1;
        head = read.head;
        if let Event::Opened { record: id, .. } = read.entry.event {
            record.get_or_insert(id);
        }
        if wanted.contains(&count) {
            let (at, mode, record) = (read.entry.at, read.entry.mode, record.clone());
            found.insert(count, Waypoint { head, at, mode, record });
        }
    }
    Ok(found)
}
