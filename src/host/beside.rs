//! Files beside the record: attachments, of which the digest is kept, and texts saved elsewhere.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::plain_file;
use crate::app::effect::Msg;
use crate::domain::event::Attachment;
use crate::domain::text::{self, BadText, printable};
use crate::words::command::Command;
use crate::words::refusal::{Message, bad_text};
use crate::words::{Lang, fill};

/// Why a file could not be attached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// It cannot be read.
    #[error("cannot read `{path}`: {source}")]
    Read {
        /// Its path.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Its name cannot be kept.
    #[error(transparent)]
    Name(#[from] BadText),
}

impl AttachError {
    /// Puts it into words.
    pub fn message(&self, lang: Lang) -> Message {
        match self {
            Self::Read { path, source } => {
                Message::plain(Command::CannotRead.with(lang, &[path, &source.to_string()]))
            }
            Self::Name(why) => bad_text(why, lang),
        }
    }
}

/// Reads a file for its name, size and digest; its bytes are not kept.
///
/// # Errors
/// It cannot be read, is no plain file, or has a name that cannot be kept.
pub fn attachment(path: &Path) -> Result<Attachment, AttachError> {
    let shown = printable(&path.display().to_string());
    let fault = |source| AttachError::Read { path: shown.clone(), source };
    // A pipe or a device would be waited for, and might never end.
    let mut file = plain_file::open(path).map_err(fault)?;
    let mut hasher = Sha256::new();
    let mut bytes = 0u64;
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        let n = file.read(&mut buffer).map_err(fault)?;
        let Some(piece) = buffer.get(..n).filter(|p| !p.is_empty()) else { break };
        hasher.update(piece);
        bytes += n as u64;
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let name = text::line("attachment", &name)?;
    Ok(Attachment { name, bytes, sha256: crate::record::digest::hex(&hasher.finalize()) })
}

/// Reads all files of a report, or says of the first bad one what is wrong.
pub(super) fn digest(paths: &[String], lang: Lang) -> Msg {
    let read = paths.iter().map(|p| attachment(&typed_path(p))).collect::<Result<Vec<_>, _>>();
    match read {
        Ok(files) => Msg::Digested { files },
        Err(e) => Msg::Refused { message: e.message(lang), why: None },
    }
}

/// Writes a text into a file of one's own that was not there before.
pub(super) fn save(path: &str, text: &str, lang: Lang) -> Msg {
    match write_new(path, text.as_bytes(), lang) {
        Ok(path) => Msg::Saved { path },
        Err(message) => Msg::Refused { message, why: None },
    }
}

/// Writes what a reader yields into a new file at a path as it was typed, and returns the path.
///
/// # Errors
/// As for [`put_new`], in words.
pub(super) fn write_new(path: &str, from: impl Read, lang: Lang) -> Result<String, Message> {
    let place = typed_path(path);
    let shown = printable(&place.display().to_string());
    copy_new(&place, from).map_err(|e| {
        if e.kind() == io::ErrorKind::AlreadyExists {
            let text = lang.pick("`{0}` 已存在, 没有覆盖", "`{0}` exists and was not overwritten");
            return Message::plain(fill(text, &[&shown]))
                .hint(lang.pick("请换一个文件名", "give another name"));
        }
        let text = lang.pick("不能写入 `{0}`: {1}", "cannot write `{0}`: {1}");
        Message::plain(fill(text, &[&shown, &e.to_string()]))
            .hint(lang.pick("请换一个位置, 例如 /tmp 下", "try another place, e.g. under /tmp"))
    })?;
    Ok(shown)
}

/// Writes a file that was not there before, for its owner alone; no link is followed, nothing is
/// overwritten.
///
/// # Errors
/// Something of that name is there, or what the system says.
pub fn put_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    copy_new(path, bytes)
}

fn copy_new(path: &Path, mut from: impl Read) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = io::copy(&mut from, &mut file).and_then(|_| file.sync_all());
    if written.is_err() {
        // A part of it would be taken for the whole.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// The folder that is proposed for a user's own files: their home, as they can read it out.
pub(super) fn folder() -> String {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let home = home.filter(|h| h.is_absolute()).unwrap_or_else(std::env::temp_dir);
    printable(&home.display().to_string())
}

/// A path as a person types it: `~/` is their home.
fn typed_path(text: &str) -> PathBuf {
    let home = std::env::var_os("HOME").filter(|h| !h.is_empty());
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_saved_for_its_owner_alone_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("unsaved.txt");
        let path = path.to_str().unwrap();
        assert!(matches!(save(path, "jishi note", Lang::En), Msg::Saved { .. }));
        let Msg::Refused { message, .. } = save(path, "other", Lang::En) else { panic!() };
        assert!(message.text.contains("was not overwritten"), "{message:?}");
        assert_eq!(std::fs::read_to_string(path).unwrap(), "jishi note");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_is_attached_by_name_size_and_digest_and_a_folder_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("报告.pdf");
        std::fs::write(&path, "abc").unwrap();
        let a = attachment(&path).unwrap();
        assert_eq!((a.name.as_str(), a.bytes), ("报告.pdf", 3));
        assert!(a.sha256.starts_with("ba7816bf"));
        assert!(attachment(folder.path()).is_err());
    }
}
