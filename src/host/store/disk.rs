//! The calls on which durability rests, behind a seam, so that a test can make the k-th one fail.

use std::fs::{File, TryLockError};
use std::io::{self, Write as _};

/// Writes, syncs and locks.
pub trait Disk: Send + Sync {
    /// Writes some bytes, in one call to the system; returns how many it took.
    ///
    /// # Errors
    /// What the system says.
    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<usize>;

    /// Brings a file's bytes and length to the disk.
    ///
    /// # Errors
    /// What the system says; the outcome is then unknown.
    fn sync(&self, file: &File) -> io::Result<()>;

    /// Brings a folder's names to the disk.
    ///
    /// # Errors
    /// What the system says; the outcome is then unknown.
    fn sync_folder(&self, folder: &File) -> io::Result<()>;

    /// Takes the lock on a file if nobody else has it.
    ///
    /// # Errors
    /// Somebody has it, or what the system says.
    fn try_lock(&self, file: &File) -> Result<(), TryLockError>;

    /// Takes the lock on a file beside other readers, if no writer has it.
    ///
    /// # Errors
    /// A writer has it, or what the system says.
    fn try_lock_shared(&self, file: &File) -> Result<(), TryLockError>;
}

/// The real disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn write(&self, mut file: &File, bytes: &[u8]) -> io::Result<usize> {
        file.write(bytes)
    }

    #[cfg(target_os = "linux")]
    fn sync(&self, file: &File) -> io::Result<()> {
        // Not the one of std, which calls again after an interruption: whether the second call would
        // still tell of a failure is unknown.
        Ok(rustix::fs::fdatasync(file)?)
    }

    #[cfg(not(target_os = "linux"))]
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn sync_folder(&self, folder: &File) -> io::Result<()> {
        folder.sync_all()
    }

    fn try_lock(&self, file: &File) -> Result<(), TryLockError> {
        file.try_lock()
    }

    fn try_lock_shared(&self, file: &File) -> Result<(), TryLockError> {
        file.try_lock_shared()
    }
}

/// Writes all bytes; more than one call is made only where the first was cut short, to learn why.
pub(super) fn write_all(disk: &dyn Disk, file: &File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match disk.write(file, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
