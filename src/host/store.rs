//! The store: incidents on disk, one folder each, and the only way to add to their records.
//!
//! - The record file only ever grows; it is opened for adding, never cut, never replaced.
//! - An entry is acknowledged after it was written in one call and synced, not before.
//! - The whole record is verified on every open, the new tail on every refresh and append.
//! - A failed write or sync has an unknown outcome: the descriptor is dropped, the record is read
//!   anew from the disk at its next use (by whichever process comes next), and the id of a draft makes
//!   giving it again safe.
//! - Nothing is built on bytes of others that may not be on the disk: they are synced first.
//! - Damage at the end is answered for by an entry, never cut off; any other damage ends all writing.
//! - Some room is held in reserve, and given up when the disk is full.
//!
//! [`FsStore`] itself keeps no file open between calls, so it can be cloned and used from any thread.

mod append;
mod create;
mod dir;
mod disk;
mod error;
mod ground;
mod ids;
mod list;
mod lock;
mod packs;
mod read;
mod room;
mod say;

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

pub use disk::{Disk, RealDisk};
pub use error::{Holder, StoreError};
pub use ids::{is_incident_id, resolve};
pub use list::{Found, Listed, Summary};
pub use packs::{PackFault, PackText, Pinned};
use read::Stamp;
pub use read::check_path;
pub use room::{LOW, Room, survive_size_limit};
pub use say::{damaged, held_by, torn};

use dir::Dir;

use super::clock::Clock;
use super::paths::{folder_name, record_name};
use crate::domain::event::{Entry, Event, Mode, ToldBy, Who};
use crate::domain::time::{Time, Zone, write_utc};
use crate::record::digest::hex;
use crate::record::{Chain, Problem, Torn};

/// How long an append waits for others, unless told otherwise.
pub const LOCK_WAIT: Duration = Duration::from_secs(5);

/// An entry before it has its place, time and author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Made once per act by [`new_entry_id`] and kept for every retry, so that the act counts once.
    pub id: String,
    /// When it happened, where a person said so.
    pub happened_at: Option<Time>,
    /// By which clock that was told, where it was not the host's.
    pub happened_by: Option<ToldBy>,
    /// What happened.
    pub event: Event,
}

impl Draft {
    /// Makes a draft with a new id.
    ///
    /// # Errors
    /// The system gave no random bytes.
    pub fn new(event: Event) -> Result<Self, StoreError> {
        Ok(Self { id: new_entry_id()?, happened_at: None, happened_by: None, event })
    }
}

/// Makes an entry id: 128 random bits as 32 hexadecimal digits.
///
/// # Errors
/// The system gave no random bytes.
pub fn new_entry_id() -> Result<String, StoreError> {
    random::<16>()
}

/// Makes a record id for [`Event::Opened`]: 256 random bits as 64 hexadecimal digits.
///
/// # Errors
/// The system gave no random bytes.
pub fn new_record_id() -> Result<String, StoreError> {
    random::<32>()
}

fn random<const N: usize>() -> Result<String, StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::NoRandom { why: e.to_string() })?;
    Ok(hex(&bytes))
}

/// A record as it was read and verified.
#[derive(Debug, Clone)]
pub struct Record {
    /// The incident's id, e.g. `2026-0302-a`.
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
    /// All entries that hold, in order.
    pub entries: Vec<Entry>,
    /// The packs of its first entry with their texts.
    pub packs: Vec<Pinned>,
    /// The first thing that is wrong; what comes after it was not read, and nothing can be added.
    pub problem: Option<Problem>,
    /// Somebody held the lock longer than a reader waits: who, as far as is known. What stood in whole
    /// lines then was read; whether all of it is on the disk is for them to say.
    pub busy: Option<Box<Holder>>,
    /// Damage behind the last entry; the next entry that is added answers for it. Nothing before it
    /// is touched by it.
    pub torn: Option<Torn>,
    chain: Chain,
    places: HashMap<String, usize>,
    doubt: bool,
    /// Up to where this process has itself brought the record to the disk.
    synced: u64,
    /// What the file looked like when it was last read or written: where it looks otherwise, what was
    /// verified is verified again.
    stamp: Option<Stamp>,
    /// Its folder and file, once something was added: the next time is near. Dropped with the first
    /// failure, and where the path leads elsewhere by then.
    dir: Option<Arc<Dir>>,
    file: Option<Arc<File>>,
}

impl Record {
    /// Returns the place up to which the record was verified: count, head, bytes, record id, mode.
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Returns the digest of the newest entry.
    pub const fn head(&self) -> crate::record::Digest {
        self.chain.head
    }

    /// Finds the entry that a draft became.
    pub fn find(&self, entry_id: &str) -> Option<&Entry> {
        self.places.get(entry_id).and_then(|&i| self.entries.get(i))
    }

    /// Says whether a write failed and the record has not been read anew since; the next refresh or
    /// append does so.
    pub const fn in_doubt(&self) -> bool {
        self.doubt
    }

    /// Returns how long the file was and when it was modified (seconds and nanoseconds since 1970), as it
    /// was last read or written.
    pub fn last_change(&self) -> Option<(u64, (i64, i64))> {
        self.stamp.map(|stamp| (stamp.length, stamp.modified))
    }

    /// Makes a record of which nothing has been read.
    const fn blank(
        id: String,
        folder: PathBuf,
        places: HashMap<String, usize>,
        chain: Chain,
    ) -> Self {
        Self {
            id,
            folder,
            entries: Vec::new(),
            packs: Vec::new(),
            problem: None,
            busy: None,
            torn: None,
            chain,
            places,
            doubt: false,
            synced: 0,
            stamp: None,
            dir: None,
            file: None,
        }
    }

    fn push(&mut self, entry: Entry) {
        self.places.entry(entry.id.clone()).or_insert(self.entries.len());
        self.entries.push(entry);
    }
}

/// Incidents of one mode in the folders of a file system.
#[derive(Clone)]
pub struct FsStore {
    root: PathBuf,
    mode: Mode,
    clock: Arc<dyn Clock>,
    who: Who,
    zone: Zone,
    disk: Arc<dyn Disk>,
    wait: Duration,
    /// Milliseconds for which readers waited in vain; together they wait no longer than one.
    waited: Arc<AtomicU64>,
}

impl FsStore {
    /// Makes a store over a data folder, which need not exist yet.
    ///
    /// `zone` decides the day in the id of a new incident.
    pub fn new(
        root: impl Into<PathBuf>,
        mode: Mode,
        clock: Arc<dyn Clock>,
        who: Who,
        zone: Zone,
    ) -> Self {
        survive_size_limit();
        let disk = Arc::new(RealDisk);
        let waited = Arc::default();
        Self { root: root.into(), mode, clock, who, zone, disk, wait: LOCK_WAIT, waited }
    }

    /// Puts another disk under the store.
    #[must_use]
    pub fn with_disk(mut self, disk: Arc<dyn Disk>) -> Self {
        self.disk = disk;
        self
    }

    /// Sets how long an append waits for others.
    #[must_use]
    pub const fn with_lock_wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Returns the mode of the incidents in this store.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns who is written into the entries.
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// Returns the folder that holds the incidents.
    pub fn folder(&self) -> PathBuf {
        self.root.join(folder_name(self.mode))
    }

    const fn file_name(&self) -> &'static str {
        record_name(self.mode)
    }

    /// Takes the lock of an incident.
    fn lock(&self, dir: &Dir, id: &str) -> Result<lock::Lock, StoreError> {
        let since = || write_utc(self.clock.now());
        lock::take(dir, id, &*self.disk, self.wait, &self.who.shown(), since)
    }
}

impl std::fmt::Debug for FsStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FsStore").field("folder", &self.folder()).finish_non_exhaustive()
    }
}
