//! Room on the disk: how much is left, and some held in reserve for the entries that matter most.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};

use rustix::fs::{FallocateFlags, fallocate, fstatvfs};

use super::FsStore;
use super::dir::Dir;

/// Below this many free bytes the user is warned.
pub const LOW: u64 = 64 << 20;

/// The file that holds the room, beside the folders of incidents.
const NAME: &str = "reserve";
/// How much is held: thousands of entries.
const HELD: u64 = 4 << 20;
/// Less than this is not worth a file.
const LEAST: u64 = 32 << 10;

/// What room there is for records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes that this user may still write.
    pub free: u64,
    /// Bytes held in reserve beside them.
    pub reserve: u64,
}

impl Room {
    /// Says whether the user is to be warned.
    pub const fn low(&self) -> bool {
        self.free < LOW
    }
}

impl FsStore {
    /// Returns what room there is for records; nothing where the system does not say, or before the
    /// folder is made.
    pub fn room(&self) -> Option<Room> {
        let dir = Dir::open(&self.root).ok()?;
        let reserve = dir.read(NAME).and_then(|file| {
            file.metadata().map_err(|e| super::StoreError::io("look at", self.root.join(NAME), e))
        });
        Some(Room { free: free(&dir)?, reserve: reserve.map_or(0, |meta| meta.len()) })
    }
}

fn free(dir: &Dir) -> Option<u64> {
    let stat = fstatvfs(dir.handle()).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Holds some room, if none is held; an eighth of what is free at most. A courtesy: where it cannot be
/// had, nothing is said before the disk is full.
pub(super) fn hold(root: &Path) {
    let Ok(dir) = Dir::open(root) else { return };
    if dir.read(NAME).is_ok() {
        return;
    }
    let size = free(&dir).map_or(0, |free| HELD.min(free / 8)) & !4095;
    if size < LEAST {
        return;
    }
    if let Ok(file) = dir.create(NAME)
        && fallocate(&file, FallocateFlags::empty(), 0, size).is_err()
    {
        dir.remove(NAME);
    }
}

/// Gives the room up; says whether there was some.
pub(super) fn release(root: &Path) -> bool {
    let Ok(dir) = Dir::open(root) else { return false };
    let Ok(file) = dir.overwrite(NAME) else { return false };
    let held = file.metadata().is_ok_and(|meta| meta.len() > 0);
    // Cut and synced before it goes: some file systems hand out freed room only then.
    let _ = file.set_len(0);
    let _ = file.sync_all();
    dir.remove(NAME) && held
}

/// Sees to it that a write over the limit for the size of files fails, and does not end the process
/// with half a line written. Does so once, however often it is called.
pub fn survive_size_limit() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A handler that does nothing, and not "ignored": children begin with the default again.
        // Where it cannot be set, a limit ends the process, and the record is answered for later.
        let _ = signal_hook::flag::register(
            rustix::process::Signal::XFSZ.as_raw(),
            Arc::new(AtomicBool::new(false)),
        );
    });
}
