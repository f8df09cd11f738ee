//! A folder, held open: names in it are looked up from there, and no link is followed on the way.
//!
//! A path that is checked and then used can be changed in between; a folder that is held open cannot.

use std::fs::File;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::disk::Disk;
use super::error::{Doing as _, StoreError};

/// With which rights files and folders are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rights {
    folder: Mode,
    file: Mode,
    shared: bool,
}

impl Rights {
    const PRIVATE: Self =
        Self { folder: Mode::RWXU, file: Mode::RUSR.union(Mode::WUSR), shared: false };
    const SHARED: Self = Self {
        folder: Mode::RWXU.union(Mode::RWXG).union(Mode::SGID),
        file: Mode::RUSR.union(Mode::WUSR).union(Mode::RGRP).union(Mode::WGRP),
        shared: true,
    };
}

/// A folder, held open.
#[derive(Debug)]
pub(super) struct Dir {
    fd: File,
    path: PathBuf,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// Not blocking, so that a pipe in the place of a file does not hold us up.
const PLAIN: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

impl Dir {
    /// Opens a folder by its path; links on the way are the user's own and are followed.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let fd = rustix::fs::open(path, FOLDER, Mode::empty()).doing("open", path)?;
        Ok(Self { fd: fd.into(), path: path.to_owned() })
    }

    /// Says whether this very folder is what its path leads to.
    pub(super) fn is_in_place(&self) -> bool {
        same(rustix::fs::fstat(&self.fd), rustix::fs::lstat(&self.path))
    }

    /// Says whether an open file is what a name in this folder leads to.
    pub(super) fn leads_to(&self, name: &str, file: &File) -> bool {
        let there = rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW);
        same(rustix::fs::fstat(file), there)
    }

    /// Makes a folder with all that is missing above it, each synced into the one that holds it.
    pub(super) fn make_all(path: &Path, disk: &dyn Disk) -> Result<Self, StoreError> {
        let missing: Vec<_> = path.ancestors().take_while(|p| !p.exists()).collect();
        for folder in missing.iter().rev() {
            if let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) {
                // In the folder above, so that what was set up for a group stays the group's.
                let parent = Self::open(parent)?;
                parent.make(name)?;
                parent.sync(disk)?;
            }
        }
        Self::open(path)
    }

    /// Opens a folder in this one.
    pub(super) fn child(&self, name: &str) -> Result<Self, StoreError> {
        let path = self.path.join(name);
        let fd = rustix::fs::openat(&self.fd, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())
            .doing("open", &path)?;
        Ok(Self { fd: fd.into(), path })
    }

    /// Makes a folder in this one; says whether it was made now.
    pub(super) fn make(&self, name: impl AsRef<Path>) -> Result<bool, StoreError> {
        let name = name.as_ref();
        let rights = self.rights();
        let path = self.path.join(name);
        match rustix::fs::mkdirat(&self.fd, name, rights.folder) {
            Err(Errno::EXIST) => return Ok(false),
            other => other.doing("make the folder", &path)?,
        }
        if rights.shared {
            // The umask took the group's rights away.
            rustix::fs::chmodat(&self.fd, name, rights.folder, AtFlags::empty())
                .doing("set the mode of", &path)?;
        }
        Ok(true)
    }

    /// Opens a plain file in this folder for reading.
    pub(super) fn read(&self, name: &str) -> Result<File, StoreError> {
        self.file(name, OFlags::RDONLY, "open")
    }

    /// Opens a plain file in this folder for reading and for adding at its end.
    pub(super) fn append(&self, name: &str) -> Result<File, StoreError> {
        self.file(name, OFlags::RDWR | OFlags::APPEND, "open for writing")
    }

    /// Opens a plain file in this folder for writing anywhere in it.
    pub(super) fn overwrite(&self, name: &str) -> Result<File, StoreError> {
        self.file(name, OFlags::RDWR, "open for writing")
    }

    /// Makes a file that must not be there yet, for reading and for adding at its end.
    pub(super) fn create(&self, name: &str) -> Result<File, StoreError> {
        let flags = OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL;
        let file = self.file(name, flags, "make")?;
        let rights = self.rights();
        if rights.shared {
            rustix::fs::fchmod(&file, rights.file)
                .doing("set the mode of", &self.path.join(name))?;
        }
        Ok(file)
    }

    /// Removes a plain file; says whether there was one.
    pub(super) fn remove(&self, name: &str) -> bool {
        rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()).is_ok()
    }

    /// Removes a folder in this one with those of the named files that are in it; nothing where
    /// anything else is in it, too.
    pub(super) fn remove_folder(&self, name: &str, files: &[&str]) {
        if let Ok(dir) = self.child(name) {
            for file in files {
                dir.remove(file);
            }
        }
        let _ = rustix::fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR);
    }

    /// The folder itself, for questions about the file system that it lies on.
    pub(super) const fn handle(&self) -> &File {
        &self.fd
    }

    fn file(&self, name: &str, flags: OFlags, doing: &'static str) -> Result<File, StoreError> {
        let path = self.path.join(name);
        let make = flags.contains(OFlags::CREATE);
        let mode = if make { self.rights().file } else { Mode::empty() };
        let fd = rustix::fs::openat(&self.fd, name, flags | PLAIN, mode).doing(doing, &path)?;
        let file = File::from(fd);
        if file.metadata().doing(doing, &path)?.is_file() {
            Ok(file)
        } else {
            Err(StoreError::NotPlain { path })
        }
    }

    /// Brings the names in this folder to the disk.
    pub(super) fn sync(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        disk.sync_folder(&self.fd).doing("sync the folder", &self.path)
    }

    /// Lists folders and links in this folder, sorted; hidden names and plain files are nobody's
    /// incident.
    pub(super) fn folders(&self) -> Result<Vec<String>, StoreError> {
        let entries = rustix::fs::Dir::read_from(&self.fd).doing("list", &self.path)?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.doing("list", &self.path)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') && entry.file_type() != FileType::RegularFile {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// With which rights things are made here: the group's too, if this folder was set up for a group
    /// (group may write, new files inherit the group); else private.
    fn rights(&self) -> Rights {
        let shared = Mode::WGRP | Mode::SGID;
        match rustix::fs::fstat(&self.fd) {
            Ok(stat) if Mode::from_raw_mode(stat.st_mode).contains(shared) => Rights::SHARED,
            _ => Rights::PRIVATE,
        }
    }

    /// Where this folder is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Says whether two answers are about the same thing.
fn same(a: rustix::io::Result<Stat>, b: rustix::io::Result<Stat>) -> bool {
    let which = |s: Stat| (s.st_dev, s.st_ino, s.st_mode);
    matches!((a, b), (Ok(a), Ok(b)) if which(a) == which(b))
}
