//! The lock of one incident: held only around an append, and it says who holds it.
//!
//! `File::lock` belongs to the open file, so it goes with the process, however that ends. It is on a
//! file of its own, because the record itself may be replaced by a copy or be append-only.

use std::fs::{File, TryLockError};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::time::Duration;

use super::dir::Dir;
use super::disk::Disk;
use super::error::{Doing as _, Holder, StoreError};
use crate::domain::text::printable;

/// The file of the lock.
pub(super) const NAME: &str = "lock";
/// The holder is written over the one before, always as long: no change of size to bring to the disk.
const ROOM: usize = 512;
/// Behind the holder: whether a write or sync of the record failed and nobody has read it anew from
/// the disk since. It need not reach the disk itself: after a crash of the machine the record is read
/// from there anyway, and until then every process of this host sees it.
const MARK: u64 = ROOM as u64;
const SUSPECT: u8 = b'!';

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    suspect: bool,
}

impl Lock {
    /// Says whether the end of the record may not be what is on the disk.
    pub(super) const fn suspect(&self) -> bool {
        self.suspect
    }

    /// Tells whoever takes the lock next that the end of the record may not be what is on the disk.
    pub(super) fn warn(&mut self) {
        self.suspect = true;
        let _ = self.file.write_all_at(&[SUSPECT], MARK);
    }

    /// Takes the warning back: the record was read anew from the disk.
    pub(super) fn settle(&mut self) {
        if std::mem::take(&mut self.suspect) {
            let _ = self.file.write_all_at(b"\n", MARK);
        }
    }
}

/// Says whether a write or sync of the record failed since it was last read anew from the disk.
pub(super) fn suspected(dir: &Dir) -> bool {
    dir.read(NAME).is_ok_and(|file| look(&file).1)
}

/// Takes the lock of an incident, waiting at most `wait`, and writes down who has it.
pub(super) fn take(
    dir: &Dir,
    id: &str,
    disk: &dyn Disk,
    wait: Duration,
    who: &str,
    since: impl FnOnce() -> String,
) -> Result<Lock, StoreError> {
    let file = match dir.overwrite(NAME) {
        Err(e) if e.is_absent() => {
            // Two may make it at once; whoever comes second finds the other's.
            let made = dir.create(NAME);
            match dir.overwrite(NAME) {
                Err(e) if e.is_absent() => return Err(made.err().unwrap_or(e)),
                other => other?,
            }
        }
        other => other?,
    };
    wait_for(dir, id, wait, || disk.try_lock(&file))?;
    let (before, suspect) = look(&file);
    // Once, until somebody else writes: a change to this file would be one more for the disk to keep
    // with each entry.
    let pid = std::process::id();
    if before.pid != pid || before.who != who {
        let holder = Holder { pid, who: who.to_owned(), since: since() };
        let mut text = serde_json::to_string(&holder).unwrap_or_default();
        if text.len() < ROOM {
            text.push_str(&" ".repeat(ROOM - 1 - text.len()));
            text.push('\n');
            // Only a courtesy to those who wait: the lock holds without it.
            let _ = file.write_all_at(text.as_bytes(), 0);
        }
    }
    Ok(Lock { file, suspect })
}

/// Waits until no writer is at work, beside other readers; for those who may not be allowed to write.
pub(super) fn pass(
    dir: &Dir,
    id: &str,
    disk: &dyn Disk,
    wait: Duration,
) -> Result<Lock, StoreError> {
    let file = dir.read(NAME)?;
    wait_for(dir, id, wait, || disk.try_lock_shared(&file))?;
    let (_, suspect) = look(&file);
    Ok(Lock { file, suspect })
}

fn wait_for(
    dir: &Dir,
    id: &str,
    wait: Duration,
    try_lock: impl Fn() -> Result<(), TryLockError>,
) -> Result<(), StoreError> {
    let mut waited = Duration::ZERO;
    let mut nap = Duration::from_millis(1);
    loop {
        match try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if waited >= wait => {
                let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
                let holder = Box::new(read_holder(dir));
                return Err(StoreError::Locked { id: id.to_owned(), holder, waited_ms });
            }
            Err(TryLockError::WouldBlock) => {
                std::thread::sleep(nap);
                waited += nap;
                nap = (nap * 2).min(Duration::from_millis(20));
            }
            Err(TryLockError::Error(e)) => return Err(e).doing("lock", &dir.path().join(NAME)),
        }
    }
}

/// Who holds the lock, as far as that is known. What stands in the file says who wrote last; anybody who
/// shares the folder may hold the lock or have written that. So a process is named only where the kernel
/// says that it holds the lock.
fn read_holder(dir: &Dir) -> Holder {
    let Ok(file) = dir.read(NAME) else { return Holder::default() };
    let last = look(&file).0;
    let pid = if holds(&file, last.pid) { last.pid } else { 0 };
    Holder { pid, who: printable(&last.who), since: printable(&last.since) }
}

/// Says whether the kernel names a process as a holder of a file's lock; where it does not tell, no.
fn holds(file: &File, pid: u32) -> bool {
    let Ok(inode) = file.metadata().map(|meta| meta.ino()) else { return false };
    let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    // `1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF`; one that waits has an arrow behind its number.
    locks.lines().any(|line| {
        let mut words = line.split_whitespace().skip(1);
        let flock = words.next() == Some("FLOCK");
        let holder = words.nth(2).and_then(|p| p.parse().ok());
        let place = words.next().and_then(|place| place.rsplit(':').next()?.parse().ok());
        flock && holder == Some(pid) && place == Some(inode)
    })
}

/// Who holds the lock or held it last, and whether the record is suspect.
fn look(file: &File) -> (Holder, bool) {
    let mut all = [0; ROOM + 1];
    let read = file.read_at(&mut all, 0).unwrap_or(0);
    let suspect = read > ROOM && all.last() == Some(&SUSPECT);
    let text = all.get(..read.min(ROOM)).unwrap_or_default().trim_ascii();
    (serde_json::from_slice(text).unwrap_or_default(), suspect)
}
