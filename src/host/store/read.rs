//! Opening a record, and following what others add to it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::dir::Dir;
use super::error::{Doing as _, Holder, StoreError};
use super::{FsStore, Record, ids, lock, packs};
use crate::domain::event::{Entry, Mode};
use crate::host::paths::{folder_name, record_name};
use crate::host::plain_file;
use crate::record::line::LINE_MOST;
use crate::record::{Chain, Limits, Report, Wrong, check, verify};

/// The longest record that is opened, in bytes: more than a hundred thousand entries, of which each is
/// kept in memory. The checker alone goes further, because it keeps nothing.
pub(super) const OPEN_MOST: u64 = 64 << 20;
const LIMITS: Limits = Limits { total: OPEN_MOST };
/// How long a reader waits for a writer; an append takes milliseconds.
const READER_WAIT: Duration = Duration::from_secs(1);
/// The same once others' locks were waited for in vain: whoever holds many must not hold up a list.
const READER_WAIT_LEAST: Duration = Duration::from_millis(20);

/// What a file looks like from outside. Whoever writes into it, in whichever way, changes this, and only
/// root can make it look as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) length: u64,
    pub(super) modified: (i64, i64),
    changed: (i64, i64),
    which: (u64, u64),
}

impl FsStore {
    /// Opens an incident by its id, or a beginning or end of it that is unique; verifies everything.
    ///
    /// Damage behind the last entry (a crash) is no error: [`Record::torn`] names it, and the next
    /// append answers for it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where the record does not hold ([`FsStore::inspect`] reads what does),
    /// [`StoreError::NotFound`], [`StoreError::Ambiguous`], [`StoreError::Unfinished`], or what the
    /// system says.
    pub fn open(&self, id: &str) -> Result<Record, StoreError> {
        let record = self.inspect(id)?;
        self.sound(&record)?;
        Ok(record)
    }

    /// Opens an incident for reading even where its record is damaged: the entries before the first
    /// problem, and the problem.
    ///
    /// # Errors
    /// As [`FsStore::open`], but for the damage.
    pub fn inspect(&self, id: &str) -> Result<Record, StoreError> {
        // A whole id needs no look at all the others.
        match self.load(id) {
            Err(StoreError::NotFound { .. } | StoreError::BadName { .. }) => {
                self.load(&self.resolve(id)?)
            }
            other => other,
        }
    }

    /// Finds the whole id of an incident that exists.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Ambiguous`], or what the system says.
    pub fn resolve(&self, id: &str) -> Result<String, StoreError> {
        ids::resolve(id, &self.ids()?)
    }

    /// Reads what others added since, verifying only that; returns how many entries came.
    ///
    /// After a failed write, and where the record was damaged, all is read anew and must begin with
    /// what was verified before.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] (what held before the problem has been read), or what the system says.
    pub fn refresh(&self, record: &mut Record) -> Result<usize, StoreError> {
        if record.busy.is_none() {
            self.waited.store(0, Ordering::Relaxed);
        }
        let dir = self.folder_of(record)?;
        record.doubt |= lock::suspected(&dir);
        if record.doubt {
            // Whether our own write is on the disk is settled under the lock, before it is shown.
            let mut lock = self.lock(&dir, &record.id)?;
            let file = dir.append(self.file_name())?;
            let came = self.catch_up(record, &dir, &file, true);
            if !record.doubt {
                lock.settle();
            }
            return came;
        }
        let file = dir.read(self.file_name())?;
        self.catch_up(record, &dir, &file, false)
    }

    /// Refuses a record with a problem.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn sound(&self, record: &Record) -> Result<(), StoreError> {
        match &record.problem {
            None => Ok(()),
            Some(problem) => Err(StoreError::Damaged {
                id: record.id.clone(),
                path: record.folder.join(self.file_name()),
                problem: Box::new(problem.clone()),
            }),
        }
    }

    /// Opens the folder of a record, or takes the one that is open if it is still in its place.
    pub(super) fn folder_of(&self, record: &Record) -> Result<Arc<Dir>, StoreError> {
        match record.dir.clone() {
            Some(dir) if dir.is_in_place() => Ok(dir),
            _ => self.incident(&record.id).map(Arc::new),
        }
    }

    /// Opens the folder of incidents. Links on the way to the data folder are the user's own and are
    /// followed; what lies in it is ours, and whoever shares it with us may have put a link there.
    pub(super) fn incidents(&self) -> Result<Dir, StoreError> {
        Dir::open(&self.root)?.child(folder_name(self.mode))
    }

    /// Opens the folder of an incident whose id has been resolved.
    pub(super) fn incident(&self, id: &str) -> Result<Dir, StoreError> {
        if !ids::is_incident_id(id) {
            return Err(StoreError::BadName { path: self.folder().join(id) });
        }
        match self.incidents().and_then(|all| all.child(id)) {
            Err(e) if e.is_absent() => {
                Err(StoreError::NotFound { id: id.to_owned(), nearest: Vec::new() })
            }
            other => other,
        }
    }

    /// Reads a whole record.
    pub(super) fn load(&self, id: &str) -> Result<Record, StoreError> {
        let dir = self.incident(id)?;
        let folder = dir.path().to_owned();
        let mut record = Record::blank(id.to_owned(), folder, HashMap::new(), self.start());
        let unfinished =
            || StoreError::Unfinished { id: id.to_owned(), path: dir.path().to_owned() };
        let file = match dir.read(self.file_name()) {
            Err(e) if e.is_absent() => return Err(unfinished()),
            other => other?,
        };
        self.read_on(&mut record, &dir, &file, false)?;
        if record.problem.as_ref().is_some_and(|p| p.wrong == Wrong::Empty) {
            return Err(unfinished());
        }
        if let Some((.., pins)) = record.entries.first().and_then(|e| e.event.beginning()) {
            record.packs = packs::pinned(&dir, pins);
        }
        Ok(record)
    }

    /// Brings a record up to date with its file. `locked` says that we hold the writers' lock.
    pub(super) fn catch_up(
        &self,
        record: &mut Record,
        dir: &Dir,
        file: &File,
        locked: bool,
    ) -> Result<usize, StoreError> {
        let before = record.entries.len();
        // An entry further up may have been changed in place, and then more been added behind it: only
        // where nothing at all happened to the file does what was verified still stand.
        let untouched = record.stamp.is_some() && record.stamp == Some(self.stamp(dir, file)?);
        if record.doubt || record.problem.is_some() || !untouched {
            self.read_anew(record, dir, file, locked)?;
        }
        self.sound(record)?;
        Ok(record.entries.len() - before)
    }

    /// Reads from where the record was verified up to what is settled.
    fn read_on(
        &self,
        record: &mut Record,
        dir: &Dir,
        mut file: &File,
        locked: bool,
    ) -> Result<(), StoreError> {
        let path = dir.path().join(self.file_name());
        let was = record.chain.bytes;
        let (stamp, busy) = self.settled(&record.id, dir, file, locked)?;
        let mut is = stamp.length;
        // What may be half written is looked at again the next time, whether it changed or not.
        record.stamp = busy.is_none().then_some(stamp);
        if busy.is_some() && is > was {
            // Half a line is no damage while its writer may be at work.
            is = whole_lines(file, was, is).doing("read", &path)?;
        }
        record.busy = busy;
        if is > OPEN_MOST {
            return Err(StoreError::TooLarge { path, bytes: is, most: OPEN_MOST });
        }
        record.torn = None;
        if is < was {
            record.problem = Some(record.chain.problem(Wrong::Shrunk { was, is }));
            return Ok(());
        }
        file.seek(SeekFrom::Start(was)).doing("read", &path)?;
        let reader = file.take(is - was);
        let mut new = Vec::new();
        let each = |entry: Entry| new.push(entry);
        let report = check(reader, record.chain.clone(), LIMITS, each).doing("read", &path)?;
        record.chain = report.chain;
        record.problem = report.problem.filter(|_| report.torn.is_none());
        record.torn = report.torn;
        new.into_iter().for_each(|entry| record.push(entry));
        Ok(())
    }

    /// How far the file reaches that nobody is still writing or syncing: what a reader shows must be
    /// on the disk, and half a line is no damage while its writer is at work.
    ///
    /// The lock is held only to look at the length. Where there is no lock to take (a folder that we
    /// may only read, a copy), the length stands as it is. Where somebody holds the lock for long, they
    /// are named: nobody can keep others from reading by it.
    fn settled(
        &self,
        id: &str,
        dir: &Dir,
        file: &File,
        locked: bool,
    ) -> Result<(Stamp, Option<Box<Holder>>), StoreError> {
        if locked {
            return Ok((self.stamp(dir, file)?, None));
        }
        let waited = Duration::from_millis(self.waited.load(Ordering::Relaxed));
        let wait = self.wait.min(READER_WAIT.saturating_sub(waited).max(READER_WAIT_LEAST));
        let lock = match lock::pass(dir, id, &*self.disk, wait) {
            Err(StoreError::Locked { holder, waited_ms, .. }) => {
                self.waited.fetch_add(waited_ms, Ordering::Relaxed);
                return Ok((self.stamp(dir, file)?, Some(holder)));
            }
            other => other.ok(),
        };
        if lock.as_ref().is_some_and(lock::Lock::suspect) {
            self.let_go(dir, file)?;
        }
        let stamp = self.stamp(dir, file);
        drop(lock);
        Ok((stamp?, None))
    }

    /// What a record's file looks like from outside.
    pub(super) fn stamp(&self, dir: &Dir, file: &File) -> Result<Stamp, StoreError> {
        let meta = file.metadata().doing("look at", &dir.path().join(self.file_name()))?;
        Ok(Stamp {
            length: meta.len(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
            which: (meta.dev(), meta.ino()),
        })
    }

    fn length(&self, dir: &Dir, file: &File) -> Result<u64, StoreError> {
        Ok(self.stamp(dir, file)?.length)
    }

    /// Reads everything again, from the disk and not from what the system still holds of a write that
    /// failed; it must begin with what was verified before.
    fn read_anew(
        &self,
        record: &mut Record,
        dir: &Dir,
        mut file: &File,
        locked: bool,
    ) -> Result<(), StoreError> {
        let path = dir.path().join(self.file_name());
        if record.doubt && locked {
            self.let_go(dir, file)?;
            record.synced = self.length(dir, file)?;
        }
        let was = &record.chain;
        file.seek(SeekFrom::Start(0)).doing("read", &path)?;
        let reader = file.take(was.bytes);
        let report = verify(reader, self.start(), LIMITS).doing("read", &path)?;
        if was.count > 0 && report.chain.head != was.head {
            record.stamp = None;
            let rewritten = Wrong::Rewritten { was: was.head, is: report.chain.head };
            let is = self.length(dir, file)?;
            record.problem = Some(match report.problem {
                _ if is < was.bytes => was.problem(Wrong::Shrunk { was: was.bytes, is }),
                Some(problem) => problem,
                None => was.problem(rewritten),
            });
            return Ok(());
        }
        self.read_on(record, dir, file, locked)?;
        if locked {
            record.doubt = false;
        }
        Ok(())
    }

    /// Lets the system forget what it holds of a file, so that it is read from the disk.
    ///
    /// After a failed sync the system may keep pages that never reached the disk and call them clean.
    /// The descriptor is new: nothing failed on it, so that it may be synced.
    fn let_go(&self, dir: &Dir, file: &File) -> Result<(), StoreError> {
        let path = dir.path().join(self.file_name());
        self.disk.sync(file).doing("sync", &path)?;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)
            .doing("read anew", &path)?;
        Ok(())
    }

    /// The place before the first entry. The mode is known beforehand: a record of the other mode does
    /// not pass here.
    pub(super) const fn start(&self) -> Chain {
        let mut chain = Chain::start();
        chain.mode = Some(self.mode);
        chain
    }
}

/// How far whole lines reach in what follows on a place, up to another; at most one line is looked for.
fn whole_lines(file: &File, from: u64, to: u64) -> std::io::Result<u64> {
    let start = from.max(to.saturating_sub(LINE_MOST));
    let mut end = vec![0; usize::try_from(to - start).unwrap_or_default()];
    file.read_exact_at(&mut end, start)?;
    Ok(memchr::memrchr(b'\n', &end).map_or(from, |at| start + at as u64 + 1))
}

/// Checks a record wherever it lies: a file, or an incident's folder or a copy of it.
///
/// Nothing is kept in memory, and no lock is taken.
///
/// # Errors
/// The record could not be read; what is wrong with it is in the report.
pub fn check_path(path: &Path) -> Result<Report, StoreError> {
    let mut file = None;
    if path.is_dir() {
        let dir = Dir::open(path)?;
        for mode in [Mode::Live, Mode::Exercise] {
            match dir.read(record_name(mode)) {
                Err(e) if e.is_absent() => {}
                other => file = Some(other?),
            }
        }
    } else {
        file = Some(plain_file::open(path).doing("open", path)?);
    }
    let Some(file) = file else {
        return Err(StoreError::io("find a record in", path, std::io::ErrorKind::NotFound));
    };
    verify(file, Chain::start(), Limits::default()).doing("read", path)
}
