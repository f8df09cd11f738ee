//! Checkpoints in an incident's folder: `checkpoints/<count>-<head>.txt`, with signatures
//! (`.txt.sig`, `.txt.2.sig`, ...), a time-stamp query (`.txt.tsq`) and time-stamps (`.txt.tsr`,
//! `.txt.2.tsr`, ...) beside it; and checkpoints that were kept elsewhere.
//!
//! A file is put there whole or not at all, and none is ever replaced.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::SignError;
use super::sums::SIGNATURE_MOST;
use crate::host::plain_file;
use crate::record::checkpoint::{BadCheckpoint, TEXT_MOST};
use crate::record::{Checkpoint, Digest};

/// The folder's name in the incident's folder.
pub const FOLDER: &str = "checkpoints";
/// The longest time-stamp that is read, in bytes.
pub const STAMP_MOST: u64 = 64 << 10;
/// The most signatures, and the most time-stamps, of one text.
const SIGNATURES_MOST: usize = 16;
/// The most files of all checkpoints of one incident.
const FILES_MOST: usize = 50_000;

const SIGNATURE: &str = ".sig";
const STAMP: &str = ".tsr";
const SUFFIXES: [&str; 2] = [SIGNATURE, STAMP];

const OPEN: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK);

/// The folder of checkpoints of one incident.
#[derive(Debug)]
pub struct Points {
    fd: OwnedFd,
    path: PathBuf,
    shared: bool,
}

/// One checkpoint as it lies there.
#[derive(Debug)]
pub struct Point {
    /// The text's file name.
    pub name: String,
    /// The text's bytes.
    pub text: Vec<u8>,
    /// What it says.
    pub says: Result<Checkpoint, BadCheckpoint>,
    /// Signatures: file name and bytes.
    pub signatures: Vec<(String, Vec<u8>)>,
    /// The time-stamp query.
    pub query: Option<Vec<u8>>,
    /// Time-stamps: file name and bytes.
    pub stamps: Vec<(String, Vec<u8>)>,
}

/// Everything in a folder of checkpoints.
#[derive(Debug, Default)]
pub struct Found {
    /// The checkpoints, by count.
    pub points: Vec<Point>,
    /// Signatures and time-stamps whose text is not there.
    pub orphans: Vec<String>,
}

impl Point {
    /// Returns the SHA-256 of the text, which a time-stamp names.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.text)
    }
}

impl Points {
    /// Opens the checkpoints of an incident's folder; none where there are none.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(incident: &Path) -> Result<Option<Self>, SignError> {
        let path = incident.join(FOLDER);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let parent = rustix::fs::open(incident, flags, Mode::empty());
        let parent = parent.map_err(|e| SignError::io(incident, e))?;
        match rustix::fs::openat(&parent, FOLDER, flags | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(fd) => {
                let shared = is_shared(&fd);
                Ok(Some(Self { fd, path, shared }))
            }
            Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(SignError::io(&path, e)),
        }
    }

    /// Opens the checkpoints of an incident's folder, making their folder if need be.
    ///
    /// # Errors
    /// What the system says.
    pub fn make(incident: &Path) -> Result<Self, SignError> {
        if let Some(there) = Self::open(incident)? {
            return Ok(there);
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fail = |e: Errno| SignError::io(&incident.join(FOLDER), e);
        let parent = rustix::fs::open(incident, flags, Mode::empty()).map_err(fail)?;
        let shared = is_shared(&parent);
        let mode = Mode::from_raw_mode(if shared { 0o2770 } else { 0o700 });
        match rustix::fs::mkdirat(&parent, FOLDER, mode) {
            Ok(()) if shared => {
                // The umask took the group's rights away.
                rustix::fs::chmodat(&parent, FOLDER, mode, AtFlags::empty()).map_err(fail)?;
            }
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(fail(e)),
        }
        rustix::fs::fsync(&parent).map_err(fail)?;
        Self::open(incident)?.ok_or_else(|| fail(Errno::NOENT))
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads everything in it; what has no name of ours is nobody's checkpoint.
    ///
    /// # Errors
    /// What the system says, or more files than anybody makes.
    pub fn read(&self) -> Result<Found, SignError> {
        let mut texts = BTreeSet::new();
        let mut others = Vec::new();
        for name in self.names(|_| true)? {
            if name.ends_with(".txt") {
                let count = name.split('-').next().and_then(|n| n.parse().ok());
                texts.insert((count.unwrap_or(u64::MAX), name));
            } else {
                others.push(name);
            }
        }
        let names: BTreeSet<&str> = texts.iter().map(|(_, name)| name.as_str()).collect();
        let orphan = |name: &&String| {
            let text = name.rsplit_once(".txt.").map(|(stem, _)| format!("{stem}.txt"));
            SUFFIXES.iter().any(|s| name.ends_with(s))
                && text.is_none_or(|text| !names.contains(text.as_str()))
        };
        let orphans = others.iter().filter(orphan).cloned().collect();
        let mut points = Vec::new();
        for (_, name) in &texts {
            let text = self.load(name, TEXT_MOST as u64)?.unwrap_or_default();
            points.push(self.point(name, text, &others)?);
        }
        Ok(Found { points, orphans })
    }

    /// Reads a checkpoint that was kept anywhere, with what lies beside it.
    ///
    /// # Errors
    /// What the system says.
    pub fn elsewhere(file: &Path) -> Result<Point, SignError> {
        let fail = |e| SignError::io(file, e);
        let mut text = Vec::new();
        plain_file::open(file)
            .and_then(|f| f.take(TEXT_MOST as u64 + 1).read_to_end(&mut text))
            .map_err(fail)?;
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::open(folder, flags, Mode::empty()).map_err(|e| fail(e.into()))?;
        let folder = Self { fd, path: folder.to_owned(), shared: false };
        let others = folder.names(|other| belongs(other, &name))?;
        let point = folder.point(&name, text, &others)?;
        // It has no place of its own: its whole path names it.
        let shown = |name: &str| folder.path.join(name).display().to_string();
        let named = |list: Vec<(String, Vec<u8>)>| {
            list.into_iter().map(|(name, bytes)| (shown(&name), bytes)).collect()
        };
        Ok(Point {
            name: file.display().to_string(),
            signatures: named(point.signatures),
            stamps: named(point.stamps),
            ..point
        })
    }

    /// The names of files in it that are wanted, sorted.
    fn names(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, SignError> {
        let fail = |e: Errno| SignError::io(&self.path, e);
        let mut out = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.fd).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            let folder = entry.file_type() == FileType::Directory;
            if folder || name.starts_with('.') || !wanted(name) {
                continue;
            }
            out.push(name.to_owned());
            if out.len() > FILES_MOST {
                return Err(SignError::TooMany { path: self.path.clone() });
            }
        }
        out.sort_unstable();
        Ok(out)
    }

    /// Reads what belongs to a text from the files beside it.
    fn point(&self, name: &str, text: Vec<u8>, others: &[String]) -> Result<Point, SignError> {
        let all = |suffix: &str, most: u64| -> Result<Vec<(String, Vec<u8>)>, SignError> {
            let mut out = Vec::new();
            for other in others.iter().filter(|o| belongs(o, name) && o.ends_with(suffix)) {
                if out.len() >= SIGNATURES_MOST {
                    return Err(SignError::TooMany { path: self.path.join(name) });
                }
                out.push((other.clone(), self.load(other, most)?.unwrap_or_default()));
            }
            Ok(out)
        };
        Ok(Point {
            says: Checkpoint::parse(&text),
            signatures: all(SIGNATURE, SIGNATURE_MOST)?,
            query: self.load(&format!("{name}.tsq"), STAMP_MOST)?,
            stamps: all(STAMP, STAMP_MOST)?,
            name: name.to_owned(),
            text,
        })
    }

    /// Reads one file, one byte more than `most` at the longest, so that its reader refuses it.
    fn load(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, SignError> {
        let path = self.path.join(name);
        let fd = match rustix::fs::openat(&self.fd, name, OPEN | OFlags::RDONLY, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            Err(e) => return Err(SignError::io(&path, e)),
        };
        let file = File::from(fd);
        let plain = file.metadata().is_ok_and(|m| m.is_file());
        if !plain {
            return Err(SignError::io(&path, io::Error::from(io::ErrorKind::InvalidInput)));
        }
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes).map_err(|e| SignError::io(&path, e))?;
        Ok(Some(bytes))
    }

    /// Puts a text there, unless it is there already; another text of the same name is refused.
    ///
    /// # Errors
    /// What the system says.
    pub fn put_text(&self, name: &str, text: &[u8]) -> Result<(), SignError> {
        if self.put(name, text)? {
            return Ok(());
        }
        match self.load(name, TEXT_MOST as u64)? {
            Some(there) if there == text => Ok(()),
            _ => Err(SignError::OtherText { path: self.path.join(name) }),
        }
    }

    /// Puts a signature beside a text: the first is `NAME.sig`, the next `NAME.2.sig`, and so on.
    /// Returns its path.
    ///
    /// # Errors
    /// What the system says, or too many.
    pub fn put_signature(&self, name: &str, armoured: &str) -> Result<PathBuf, SignError> {
        self.put_next(name, SIGNATURE, armoured.as_bytes())
    }

    /// Puts a time-stamp beside a text, in the same way: one that proves to be worthless stands in no
    /// other's place.
    ///
    /// # Errors
    /// What the system says, or too many.
    pub fn put_stamp(&self, name: &str, reply: &[u8]) -> Result<PathBuf, SignError> {
        self.put_next(name, STAMP, reply)
    }

    fn put_next(&self, name: &str, suffix: &str, bytes: &[u8]) -> Result<PathBuf, SignError> {
        for i in 1..=SIGNATURES_MOST {
            let number = if i == 1 { String::new() } else { format!(".{i}") };
            let name = format!("{name}{number}{suffix}");
            if self.put(&name, bytes)? {
                return Ok(self.path.join(name));
            }
        }
        Err(SignError::TooMany { path: self.path.join(name) })
    }

    /// Puts a file there, whole and synced, or finds that one of that name is there.
    ///
    /// # Errors
    /// What the system says.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<bool, SignError> {
        let temporary = format!(".{name}.{}", std::process::id());
        let mode = Mode::from_raw_mode(if self.shared { 0o660 } else { 0o600 });
        let written = || -> io::Result<bool> {
            let _ = rustix::fs::unlinkat(&self.fd, &*temporary, AtFlags::empty());
            let flags = OPEN | OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
            let mut file = File::from(rustix::fs::openat(&self.fd, &*temporary, flags, mode)?);
            if self.shared {
                rustix::fs::fchmod(&file, mode)?;
            }
            file.write_all(bytes)?;
            file.sync_all()?;
            // A link and no renaming: what is there stays there.
            match rustix::fs::linkat(&self.fd, &*temporary, &self.fd, name, AtFlags::empty()) {
                Err(Errno::EXIST) => Ok(false),
                other => other.map(|()| true).map_err(io::Error::from),
            }
        };
        let outcome = written();
        let _ = rustix::fs::unlinkat(&self.fd, &*temporary, AtFlags::empty());
        let new = outcome.map_err(|e| SignError::io(&self.path.join(name), e))?;
        rustix::fs::fsync(&self.fd).map_err(|e| SignError::io(&self.path, e))?;
        Ok(new)
    }
}

/// Says whether a file belongs to a text, by its name: `NAME.sig`, `NAME.2.sig`, `NAME.tsr`.
fn belongs(file: &str, text: &str) -> bool {
    file.strip_prefix(text).is_some_and(|rest| rest.starts_with('.'))
        && SUFFIXES.iter().any(|s| file.ends_with(s))
}

fn is_shared(folder: &OwnedFd) -> bool {
    let shared = Mode::WGRP | Mode::SGID;
    rustix::fs::fstat(folder).is_ok_and(|s| Mode::from_raw_mode(s.st_mode).contains(shared))
}
