//! A record's bytes on their way out: all of them, whatever is found in them, with what is to be said.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::beside;
use super::desk::{Desk, DeskError};
use super::heads::Heads;
use super::paths::record_name;
use super::plain_file;
use super::sign::With;
use super::sign::here::{Here, NotSigned};
use super::store::{FsStore, StoreError};
use super::wrong::wrong;
use crate::record::{self, Report};
use crate::words::Lang;
use crate::words::command::Command;
use crate::words::refusal::Message;
use crate::words::witness::Witness;

/// Returns the file of an incident's record. Nothing is opened: a damaged record can be exported, too.
///
/// # Errors
/// There is none of that id, or something else stands in its place.
pub fn record_file(store: &FsStore, id: &str) -> Result<PathBuf, StoreError> {
    let id = store.resolve(id)?;
    let path = store.folder().join(id).join(record_name(store.mode()));
    // A link is not ours, and a pipe would hold us up.
    match std::fs::symlink_metadata(&path) {
        Ok(meta) if !meta.is_file() => Err(StoreError::NotPlain { path }),
        _ => Ok(path),
    }
}

/// A record's file with what was found in its bytes; of what is added meanwhile nothing is said.
#[derive(Debug)]
pub struct Checked {
    /// The file.
    pub path: PathBuf,
    /// How many bytes it had.
    pub bytes: u64,
    /// What was found in them.
    pub report: Report,
    file: File,
}

impl Checked {
    /// Reads and checks a record's file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let file = plain_file::open(&path)?;
        let bytes = file.metadata()?.len();
        let start = record::Chain::start();
        let report = record::verify((&file).take(bytes), start, record::Limits::default())?;
        Ok(Self { path, bytes, report, file })
    }

    /// Reads its first bytes once more.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn reread(&self, bytes: u64) -> io::Result<impl Read> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        Ok(file.take(bytes))
    }

    /// Says what does not hold, in the bytes and against what is remembered; nothing where all does.
    pub fn unsound(&self, heads: &Heads, incidents: &Path, lang: Lang) -> Option<Message> {
        let chain = &self.report.chain;
        let mut message = Message::default();
        let mut texts = Vec::new();
        if let Some(p) = &self.report.problem {
            let (line, entry) = (p.line.to_string(), p.entry.to_string());
            let (count, head) = (chain.count.to_string(), chain.head.short());
            let values = [&line, &entry, &wrong(&p.wrong, lang), &count, &head];
            texts.push(Witness::HoldsUpTo.with(lang, &values.map(String::as_str)));
        }
        if let Some(doubt) = heads.memory(incidents, &self.path, &self.report).doubt(lang) {
            texts.push(doubt.text);
            message.hints = doubt.hints;
        }
        message.text = texts.join("\n");
        (!texts.is_empty()).then_some(message)
    }
}

/// What came of an export.
#[derive(Debug)]
pub struct Exported {
    /// Where it lies, what it holds, and what does not hold.
    pub message: Message,
    /// Nothing stands against it.
    pub sound: bool,
}

/// Writes a record into a new file for its owner alone, signing where it stands before, where a key is
/// set. What is damaged or not as it was remembered gets out all the same, with words.
///
/// # Errors
/// The record cannot be read, or the file cannot be written; then none of it is left.
pub fn to_file(
    desk: &Desk,
    id: &str,
    path: &str,
    with: Option<&With>,
    lang: Lang,
) -> Result<Exported, Message> {
    let store = desk.store();
    let record = record_file(store, id).map_err(|e| e.message(lang))?;
    let shown = record.display().to_string();
    let unread =
        |e: io::Error| Message::plain(Command::CannotRead.with(lang, &[&shown, &e.to_string()]));
    let checked = Checked::open(record).map_err(&unread)?;
    let unsound = checked.unsound(desk.heads(), &store.folder(), lang);
    let (signed, hints) = sign_before(desk, id, with, lang);
    let bytes = checked.reread(checked.bytes).map_err(&unread)?;
    let place = beside::write_new(path, bytes, lang)?;
    let sound = unsound.is_none();
    let mut message = match &unsound {
        None => {
            let chain = &checked.report.chain;
            let (n, head) = (chain.count.to_string(), chain.head.short());
            Message::plain(Witness::ExportedTo.with(lang, &[&place, &n, &head]))
        }
        Some(_) => {
            let bytes = checked.bytes.to_string();
            let text = Witness::AllExportedTo.with(lang, &[&place, &bytes]);
            Message::plain(text)
        }
    };
    message.hints.push(signed);
    match unsound {
        None => message.hints.extend(hints),
        // Why nothing was signed is the same once more.
        Some(why) => {
            message.hints.extend(why.text.lines().map(str::to_owned));
            message.hints.extend(why.hints);
        }
    }
    Ok(Exported { message, sound })
}

/// Signs where a key is set; says that, or why nothing was signed, with the ways out.
fn sign_before(desk: &Desk, id: &str, with: Option<&With>, lang: Lang) -> (String, Vec<String>) {
    let Some(with) = with else {
        return (Witness::NotSignedNoKey.text(lang).to_owned(), Vec::new());
    };
    match Here::of(desk, id).and_then(|here| Ok(here.sign(with)?)) {
        Ok(signed) => {
            let values = [signed.signature.as_str(), &signed.signer];
            (Witness::Signed.with(lang, &values), Vec::new())
        }
        Err(NotSigned::Desk(DeskError::Head(_) | DeskError::Store(StoreError::Damaged { .. }))) => {
            (Witness::NotSignedUnsound.text(lang).to_owned(), Vec::new())
        }
        Err(why) => {
            let why = why.message(lang);
            (Witness::CannotSignExport.with(lang, &[&why.text]), why.hints)
        }
    }
}
