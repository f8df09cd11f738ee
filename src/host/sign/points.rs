//! Checkpoints in an incident's folder: `checkpoints/<count>-<head>.txt`, with signatures
//! (`.txt.sig`), time-stamp queries (`.txt.tsq`) and time-stamps (`.txt.tsr`) beside it.
//!
//! A file is put there whole or not at all, and none is ever replaced.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::SignError;
use super::sums::SIGNATURE_MOST;
use crate::record::checkpoint::{BadCheckpoint, TEXT_MOST};
use crate::record::{Checkpoint, Digest};

/// The folder's name in the incident's folder.
pub const FOLDER: &str = "checkpoints";
/// The longest time-stamp that is read, in bytes.
pub const STAMP_MOST: u64 = 64 << 10;
/// The most signatures of one text.
const SIGNATURES_MOST: usize = 16;
/// The most checkpoints of one incident.
const POINTS_MOST: usize = 10_000;

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
    /// The time-stamp.
    pub stamp: Option<Vec<u8>>,
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
    pub fn read(&self) -> Result<Vec<Point>, SignError> {
        let mut texts: BTreeMap<(u64, String), Vec<String>> = BTreeMap::new();
        let mut others = Vec::new();
        let list =
            rustix::fs::Dir::read_from(&self.fd).map_err(|e| SignError::io(&self.path, e))?;
        for entry in list {
            let entry = entry.map_err(|e| SignError::io(&self.path, e))?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            if name.starts_with('.') || entry.file_type() == FileType::Directory {
                continue;
            }
            if name.ends_with(".txt") {
                let count = name.split('-').next().and_then(|n| n.parse().ok());
                texts.insert((count.unwrap_or(u64::MAX), name.to_owned()), Vec::new());
            } else {
                others.push(name.to_owned());
            }
            if texts.len() > POINTS_MOST || others.len() > POINTS_MOST * 4 {
                return Err(SignError::TooMany { path: self.path.clone() });
            }
        }
        others.sort_unstable();
        let mut out = Vec::new();
        for (_, name) in texts.into_keys() {
            let text = self.load(&name, TEXT_MOST as u64)?.unwrap_or_default();
            let mut signatures = Vec::new();
            for other in &others {
                let of_this = other.strip_prefix(&name).is_some_and(|r| r.starts_with('.'));
                if of_this && other.ends_with(".sig") {
                    if signatures.len() >= SIGNATURES_MOST {
                        return Err(SignError::TooMany { path: self.path.join(&name) });
                    }
                    let bytes = self.load(other, SIGNATURE_MOST)?.unwrap_or_default();
                    signatures.push((other.clone(), bytes));
                }
            }
            out.push(Point {
                says: Checkpoint::parse(&text),
                signatures,
                query: self.load(&format!("{name}.tsq"), STAMP_MOST)?,
                stamp: self.load(&format!("{name}.tsr"), STAMP_MOST)?,
                name,
                text,
            });
        }
        Ok(out)
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
            return Err(SignError::io(&path, io::Error::other("not a plain file")));
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
            _ => Err(SignError::io(
                &self.path.join(name),
                io::Error::other("another text is there under that name"),
            )),
        }
    }

    /// Puts a signature beside a text: the first is `NAME.sig`, the next `NAME.2.sig`, and so on.
    /// Returns its path.
    ///
    /// # Errors
    /// What the system says, or too many.
    pub fn put_signature(&self, name: &str, armoured: &str) -> Result<PathBuf, SignError> {
        for i in 1..=SIGNATURES_MOST {
            let number = if i == 1 { String::new() } else { format!(".{i}") };
            let name = format!("{name}{number}.sig");
            if self.put(&name, armoured.as_bytes())? {
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

fn is_shared(folder: &OwnedFd) -> bool {
    let shared = Mode::WGRP | Mode::SGID;
    rustix::fs::fstat(folder).is_ok_and(|s| Mode::from_raw_mode(s.st_mode).contains(shared))
}
