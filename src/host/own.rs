//! A folder of this user's own below the state folder: heads of records, half-typed text.
//!
//! The state folder may be a group's, whose other members may put anything there first. So each step
//! is opened from the one above it, no link is followed, and the last must be ours alone.

use std::fs::{DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::store::new_entry_id;

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// Not blocking, so that a pipe in the place of a file does not hold us up.
const PLAIN: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);
const FILE: Mode = Mode::RUSR.union(Mode::WUSR);

/// Names the folder of one purpose in a state folder: each user has one of their own.
pub(super) fn place(state: &Path, purpose: &str) -> PathBuf {
    state.join(purpose).join(rustix::process::geteuid().as_raw().to_string())
}

/// A folder of this user's own, held open.
#[derive(Debug)]
pub(super) struct Own {
    fd: OwnedFd,
}

impl Own {
    /// Opens the folder that [`place`] names, and makes what is missing.
    ///
    /// # Errors
    /// A link or another's folder stands in its way, or it cannot be made.
    pub(super) fn make(folder: &Path) -> io::Result<Self> {
        Self::walk(folder, true)
    }

    /// Opens the folder that [`place`] names.
    ///
    /// # Errors
    /// It is not there, or a link or another's folder stands in its way.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        Self::walk(folder, false)
    }

    fn walk(folder: &Path, make: bool) -> io::Result<Self> {
        // State folder, purpose, user. What lies above them is of the user's choosing.
        let steps: Vec<&Path> = folder.ancestors().take(3).collect();
        let above = folder.ancestors().nth(3).unwrap_or(Path::new("/"));
        if make {
            DirBuilder::new().recursive(true).mode(0o700).create(above)?;
        }
        let mut fd = rustix::fs::open(above, FOLDER, Mode::empty())?;
        for step in steps.into_iter().rev() {
            let name = step.file_name().ok_or(io::ErrorKind::InvalidInput)?;
            if make {
                made(&fd, Path::new(name), step == folder)?;
            }
            fd = match rustix::fs::openat(&fd, name, FOLDER | OFlags::NOFOLLOW, Mode::empty()) {
                Err(Errno::LOOP | Errno::NOTDIR) => {
                    let text = format!("`{}` is not a folder", step.display());
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
                }
                other => other?,
            };
        }
        let stat = rustix::fs::fstat(&fd)?;
        if !is_ours(&stat) {
            let text = format!("`{}` is somebody else's folder", folder.display());
            return Err(io::Error::other(text));
        }
        if Mode::from_raw_mode(stat.st_mode).intersects(Mode::RWXG | Mode::RWXO) {
            rustix::fs::fchmod(&fd, Mode::RWXU)?;
        }
        Ok(Self { fd })
    }

    /// Says whether it was not removed since it was opened.
    pub(super) fn is_there(&self) -> bool {
        rustix::fs::fstat(&self.fd).is_ok_and(|stat| stat.st_nlink > 0)
    }

    /// Reads a plain file of ours, up to a size.
    ///
    /// # Errors
    /// It is not there, is something else, is longer, or cannot be read.
    pub(super) fn read(&self, name: &str, most: u64) -> io::Result<Vec<u8>> {
        let file = rustix::fs::openat(&self.fd, name, OFlags::RDONLY | PLAIN, Mode::empty())?;
        let stat = rustix::fs::fstat(&file)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a plain file"));
        }
        if !is_ours(&stat) {
            return Err(io::Error::other("it belongs to another user"));
        }
        let mut bytes = Vec::new();
        File::from(file).take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(io::Error::other(format!("longer than {most} bytes")));
        }
        Ok(bytes)
    }

    /// When a file was written last, in seconds by the file system's clock.
    ///
    /// # Errors
    /// It is not there.
    pub(super) fn modified(&self, name: &str) -> io::Result<i64> {
        let stat = rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW)?;
        #[allow(clippy::unnecessary_cast, clippy::useless_conversion, reason = "not everywhere")]
        Ok(stat.st_mtime as i64)
    }

    /// Puts a file in the place of another, whole or not at all; `tag` begins its temporary name.
    ///
    /// # Errors
    /// It cannot be written; what was there before is there still.
    pub(super) fn replace(&self, name: &str, tag: &str, bytes: &[u8]) -> io::Result<()> {
        self.put(name, tag, bytes, false)
    }

    /// Does the same and brings it to the disk, so that after a crash one of the two is there, whole.
    ///
    /// # Errors
    /// As for [`Own::replace`], or it cannot be synced.
    pub(super) fn replace_for_good(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.put(name, name, bytes, true)?;
        Ok(rustix::fs::fsync(&self.fd)?)
    }

    /// Takes a lock on a file in this folder, and waits for it that long.
    ///
    /// # Errors
    /// Another program holds it longer, or it cannot be taken.
    pub(super) fn lock(&self, name: &str, most: Duration) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | PLAIN;
        let file = File::from(rustix::fs::openat(&self.fd, name, flags, FILE)?);
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a plain file"));
        }
        let (mut waited, nap) = (Duration::ZERO, Duration::from_millis(2));
        while file.try_lock().is_err() {
            if waited >= most {
                let why = "another program holds its lock";
                return Err(io::Error::new(io::ErrorKind::TimedOut, why));
            }
            std::thread::sleep(nap);
            waited += nap;
        }
        Ok(file)
    }

    fn put(&self, name: &str, tag: &str, bytes: &[u8], synced: bool) -> io::Result<()> {
        let random = new_entry_id().map_err(io::Error::other)?;
        let temporary = format!(".{tag}.{random}");
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | PLAIN;
        let file = rustix::fs::openat(&self.fd, &temporary, flags, FILE)?;
        let mut file = File::from(file);
        let written = file
            .write_all(bytes)
            .and_then(|()| if synced { file.sync_all() } else { Ok(()) })
            .and_then(|()| Ok(rustix::fs::renameat(&self.fd, &temporary, &self.fd, name)?));
        if written.is_err() {
            let _ = self.remove(&temporary);
        }
        written
    }

    /// Gives a file another name.
    ///
    /// # Errors
    /// It is not there any more, or cannot be renamed.
    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.fd, from, &self.fd, to)?)
    }

    /// Removes a file; one that is not there is removed.
    ///
    /// # Errors
    /// It cannot be removed.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        match rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()) {
            Err(Errno::NOENT) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Lists at most so many names, hidden ones among them.
    pub(super) fn names(&self, most: usize) -> Vec<String> {
        let Ok(entries) = rustix::fs::Dir::read_from(&self.fd) else { return Vec::new() };
        let names = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned());
        names.filter(|n| n != "." && n != "..").take(most).collect()
    }
}

/// Makes one folder. What lies above a user's own may be a group's and is then made for the group,
/// whose members cannot take away what is another's.
fn made(above: &OwnedFd, name: &Path, last: bool) -> io::Result<()> {
    let group = Mode::WGRP | Mode::SGID;
    let above_mode = Mode::from_raw_mode(rustix::fs::fstat(above)?.st_mode);
    let shared = !last && above_mode.contains(group);
    match rustix::fs::mkdirat(above, name, Mode::RWXU) {
        Err(Errno::EXIST) => {
            // As an earlier version made it: without the bit that keeps others' hands off.
            let stat = rustix::fs::statat(above, name, AtFlags::SYMLINK_NOFOLLOW)?;
            let mode = Mode::from_raw_mode(stat.st_mode);
            let folder = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
            if shared && folder && is_ours(&stat) && mode.contains(group - Mode::SGID) {
                rustix::fs::chmodat(above, name, mode | Mode::SVTX, AtFlags::empty())?;
            }
            return Ok(());
        }
        other => other?,
    }
    if shared {
        // Not with the making: the umask takes the group's rights away.
        let mode = Mode::RWXU | Mode::RWXG | Mode::SGID | Mode::SVTX;
        rustix::fs::chmodat(above, name, mode, AtFlags::empty())?;
    }
    Ok(rustix::fs::fsync(above)?)
}

/// Says whether something belongs to us, or to root, who can do anything anyway.
fn is_ours(stat: &Stat) -> bool {
    stat.st_uid == rustix::process::geteuid().as_raw() || stat.st_uid == 0
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn it_is_ours_alone_and_in_a_shared_folder_nobody_can_take_it_away() {
        let home = tempfile::tempdir().unwrap();
        let folder = place(&home.path().join("state"), "drafts");
        assert!(Own::open(&folder).is_err());
        Own::make(&folder).unwrap();
        assert_eq!((mode(&folder), mode(&home.path().join("state"))), (0o700, 0o700));

        let shared = tempfile::tempdir().unwrap();
        std::fs::set_permissions(shared.path(), PermissionsExt::from_mode(0o2770)).unwrap();
        let folder = place(&shared.path().join("state"), "drafts");
        Own::make(&folder).unwrap();
        assert_eq!(mode(&folder) & 0o777, 0o700);
        assert_eq!(mode(folder.parent().unwrap()), 0o3770);
        // Whoever opened it up, it is closed again.
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).unwrap();
        Own::open(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
    }

    #[test]
    fn a_link_at_any_step_is_not_followed() {
        for step in ["state", "state/drafts", "state/drafts/own"] {
            let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let folder = place(&home.path().join("state"), "drafts");
            let step = match step {
                "state/drafts/own" => folder.clone(),
                step => home.path().join(step),
            };
            std::fs::create_dir_all(step.parent().unwrap()).unwrap();
            symlink(elsewhere.path(), &step).unwrap();
            let why = Own::make(&folder).unwrap_err().to_string();
            assert!(why.contains("is not a folder"), "{why}");
            assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn links_pipes_and_long_files_in_it_are_not_read() {
        let home = tempfile::tempdir().unwrap();
        let folder = place(home.path(), "drafts");
        let own = Own::make(&folder).unwrap();
        own.replace("good", "t", b"text").unwrap();
        assert_eq!(own.read("good", 4).unwrap(), b"text");
        assert!(own.read("good", 3).is_err());
        symlink("good", folder.join("link")).unwrap();
        let pipe = std::process::Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap();
        assert!(pipe.success());
        assert!(own.read("link", 9).is_err() && own.read("pipe", 9).is_err());
        assert_eq!(own.names(9).len(), 3, "no temporary file is left");
    }
}
