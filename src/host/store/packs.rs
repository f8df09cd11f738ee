//! The texts of the law that an incident is bound to, kept beside its record.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::dir::Dir;
use super::disk::{Disk, write_all};
use super::error::{Doing as _, StoreError};
use crate::domain::event::PackPin;
use crate::record::Digest;

/// The folder of texts in an incident's folder.
const FOLDER: &str = "packs";
/// The longest text that is kept or read, in bytes.
const MOST: u64 = 4 << 20;

/// The text of a pack, as it goes into an incident's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackText {
    /// The pack's id.
    pub id: String,
    /// SHA-256 of the text, 64 hexadecimal digits.
    pub sha256: String,
    /// The text itself.
    pub text: String,
}

/// A pack that a record names; its text lies beside the record and is read when it is asked for.
#[derive(Debug, Clone)]
pub struct Pinned {
    /// The pin in the record.
    pub pin: PackPin,
    folder: PathBuf,
    read: OnceLock<Result<String, PackFault>>,
}

impl Pinned {
    /// Returns the text, whose digest is that of the pin.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn text(&self) -> Result<&str, &PackFault> {
        let read = self.read.get_or_init(|| load_one(&self.folder, &self.pin));
        read.as_ref().map(String::as_str)
    }
}

/// Why the text of a pack cannot be used; the record itself is whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackFault {
    /// The pin's id or digest is none, so that no file name can be made of it.
    #[error("the record names a pack whose id or digest has no proper form")]
    BadPin,
    /// There is no such file.
    #[error("`{}` is missing", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file is not what the record was begun with.
    #[error("`{}` was changed: the record names `{}`, the file gives `{}`", path.display(), pinned.short(), is.short())]
    Changed {
        /// The file.
        path: PathBuf,
        /// The digest in the record.
        pinned: Digest,
        /// The digest of the file.
        is: Digest,
    },
    /// The file cannot be read.
    #[error("{why}")]
    Unreadable {
        /// Why.
        why: String,
    },
}

/// Checks that each pin has its text, with the digest that it names.
pub(super) fn check(pins: &[PackPin], texts: &[PackText]) -> Result<(), StoreError> {
    let refuse = |why: String| Err(StoreError::Refused { why });
    for pin in pins {
        let Some(text) = texts.iter().find(|t| t.id == pin.id && t.sha256 == pin.sha256) else {
            return refuse(format!("the text of pack `{}` was not given", pin.id));
        };
        if file_name(&text.id, &text.sha256).is_none() {
            return refuse(format!("`{}` is not the id of a pack", pin.id));
        }
        if text.text.len() as u64 > MOST {
            return refuse(format!("the text of pack `{}` is longer than {MOST} bytes", pin.id));
        }
        if Digest::of(text.text.as_bytes()).to_string() != pin.sha256 {
            return refuse(format!("the text of pack `{}` does not have its digest", pin.id));
        }
    }
    Ok(())
}

/// Writes texts into a new incident's folder and brings them to the disk.
pub(super) fn store(dir: &Dir, texts: &[PackText], disk: &dyn Disk) -> Result<(), StoreError> {
    if texts.is_empty() {
        return Ok(());
    }
    dir.make(FOLDER)?;
    let folder = dir.child(FOLDER)?;
    for text in texts {
        let Some(name) = file_name(&text.id, &text.sha256) else {
            return Err(StoreError::Refused {
                why: format!("`{}` is not the id of a pack", text.id),
            });
        };
        let path = folder.path().join(&name);
        let file = folder.create(&name)?;
        write_all(disk, &file, text.text.as_bytes()).doing("write", &path)?;
        disk.sync(&file).doing("sync", &path)?;
    }
    folder.sync(disk)
}

/// Takes the texts out of a folder again in which nothing was begun.
pub(super) fn remove(dir: &Dir, texts: &[PackText]) {
    let names: Vec<_> = texts.iter().filter_map(|t| file_name(&t.id, &t.sha256)).collect();
    dir.remove_folder(FOLDER, &names.iter().map(String::as_str).collect::<Vec<_>>());
}

/// Takes note of where the texts of a record's pins are.
pub(super) fn pinned(dir: &Dir, pins: &[PackPin]) -> Vec<Pinned> {
    let folder = dir.path();
    let one = |pin: &PackPin| Pinned {
        pin: pin.clone(),
        folder: folder.to_owned(),
        read: OnceLock::new(),
    };
    pins.iter().map(one).collect()
}

fn load_one(incident: &Path, pin: &PackPin) -> Result<String, PackFault> {
    let name = file_name(&pin.id, &pin.sha256).ok_or(PackFault::BadPin)?;
    let pinned = Digest::parse(pin.sha256.as_bytes()).ok_or(PackFault::BadPin)?;
    let path = incident.join(FOLDER).join(&name);
    let unreadable = |why: String| PackFault::Unreadable { why };
    let folder = Dir::open(incident).and_then(|dir| dir.child(FOLDER));
    let file = match folder.and_then(|folder| folder.read(&name)) {
        Err(e) if e.is_absent() => return Err(PackFault::Missing { path }),
        other => other.map_err(|e| unreadable(e.to_string()))?,
    };
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|e| unreadable(e.to_string()))?;
    if bytes.len() as u64 > MOST {
        return Err(unreadable(format!("`{}` is longer than {MOST} bytes", path.display())));
    }
    let is = Digest::of(&bytes);
    if is != pinned {
        return Err(PackFault::Changed { path, pinned, is });
    }
    String::from_utf8(bytes).map_err(|e| unreadable(format!("`{}`: {e}", path.display())))
}

/// The name of a text's file; nothing where id or digest could lead out of the folder.
fn file_name(id: &str, sha256: &str) -> Option<String> {
    let plain =
        |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'_' | b'.');
    let good = (1..=64).contains(&id.len())
        && id.bytes().all(plain)
        && !id.starts_with('.')
        && Digest::parse(sha256.as_bytes()).is_some();
    good.then(|| format!("{id}-{}.ron", sha256.get(..12).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_named_by_a_hostile_record_leads_nowhere() {
        let sha = "ab".repeat(32);
        assert_eq!(file_name("cn-cac-2025", &sha).unwrap(), "cn-cac-2025-abababababab.ron");
        for id in ["", "../x", "a/b", ".hidden", "A", "a\0b"] {
            assert_eq!(file_name(id, &sha), None, "{id}");
        }
        assert_eq!(file_name("x", "../../../etc"), None);
    }
}
