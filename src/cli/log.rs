//! `log show`, `log verify`, `log export`: the record, for people, inspectors and programs.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::args::{Format, LogCmd, SignWith};
use super::ctx::Ctx;
use super::fault::Fault;
use super::{out, sign, verify, witness};
use crate::domain::event::{Entry, Sync};
use crate::host::paths::record_name;
use crate::host::plain_file;
use crate::host::store::StoreError;
use crate::host::wrong::wrong;
use crate::record::{self, Report};
use crate::words::command::Command;
use crate::words::refusal::Message;
use crate::words::witness::Witness;
use crate::words::{entry, say};

/// Carries out one of the commands on a record.
///
/// # Errors
/// No such incident, or a record that cannot be read.
pub(super) fn run(ctx: &Ctx, command: &LogCmd) -> Result<u8, Fault> {
    match command {
        LogCmd::Show { id } => show(ctx, id),
        LogCmd::Verify(args) => Ok(verify::verify(ctx, args)),
        LogCmd::Export { id, sign, with } => export(ctx, id, *sign, with),
        LogCmd::Checkpoint { id } => sign::checkpoint(ctx, id),
        LogCmd::Sign { id, with } => sign::sign(ctx, id, with),
        LogCmd::Timestamp { id, request, reply } => {
            sign::timestamp(ctx, id, request.as_deref(), reply.as_deref())
        }
        LogCmd::Accept { id, because } => sign::accept(ctx, id, because),
        LogCmd::Harden { id, yes } => harden(ctx, id, *yes),
    }
}

fn show(ctx: &Ctx, id: &str) -> Result<u8, Fault> {
    if ctx.format == Format::Json {
        return list(ctx, id);
    }
    let desk = ctx.desk(Vec::new());
    let (incident, _) = ctx.opened(&desk, id)?;
    let incident = &incident;
    let now = ctx.now();
    let unkept = |e: &Entry| e.clock.sync == Sync::No;
    let any = incident.entries.iter().any(unkept);
    for e in &incident.entries {
        let at = say::full(e.at, ctx.zone);
        let gone = match incident.corrected.get(&e.n) {
            Some(by) => format!(" [{} {by}]", ctx.lang.pick("已被更正, 见第", "corrected by")),
            None => String::new(),
        };
        let text = entry::summary(incident, e, now, ctx.zone, ctx.lang);
        let mark = match (any, unkept(e)) {
            (true, true) => "*",
            (true, false) => " ",
            (false, _) => "",
        };
        out::line(&format!("{:>4}  {at}{mark}  {}  {text}{gone}", e.n, e.by.shown()));
        if let Some(when) = e.happened_at {
            let label = ctx.lang.pick("发生于", "happened at");
            let by = entry::told_by(e.happened_by, ctx.lang);
            out::line(&format!("      {label} {}{by}", say::full(when, ctx.zone)));
        }
        if let Some((record, ..)) = e.event.beginning() {
            out::line(&format!("      {} {record}", ctx.lang.pick("记录编号", "record id")));
        }
    }
    if any {
        out::line(&format!("   *  {}", entry::unkept_mark(ctx.lang)));
    }
    Ok(0)
}

/// Prints the entries that hold, and no line behind or at the damage.
fn list(ctx: &Ctx, id: &str) -> Result<u8, Fault> {
    let checked = Checked::open(ctx, record_file(ctx, id)?)?;
    let file = checked.reread(ctx, checked.report.chain.bytes)?;
    out::list(lines(BufReader::with_capacity(1 << 16, file)));
    match checked.unsound(ctx, Witness::OnlyWhatHolds.text(ctx.lang)) {
        Some(message) => Err(Fault::machine(message)),
        None => Ok(0),
    }
}

/// The lines of a record that hold each by itself; what was damaged and answered for is passed over.
fn lines(mut file: impl BufRead) -> impl Iterator<Item = serde_json::Value> {
    let (mut line, mut within) = (Vec::new(), false);
    std::iter::from_fn(move || {
        loop {
            line.clear();
            let most = file.by_ref().take(record::line::LINE_MOST);
            if { most }.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                return None;
            }
            let whole = line.strip_suffix(b"\n");
            // What follows on a part of a line is no line either.
            let follows = std::mem::replace(&mut within, whole.is_none());
            let whole = whole.filter(|bare| !follows && record::decode(bare).is_ok());
            if let Some(value) = whole.and_then(|bare| serde_json::from_slice(bare).ok()) {
                return Some(value);
            }
        }
    })
}

/// A record's file with what was found in its bytes; of what is added meanwhile nothing is said.
struct Checked {
    path: PathBuf,
    file: File,
    bytes: u64,
    report: Report,
}

impl Checked {
    fn open(ctx: &Ctx, path: PathBuf) -> Result<Self, Fault> {
        let fault = |e| cannot_read(ctx, &path, &e);
        let file = plain_file::open(&path).map_err(fault)?;
        let bytes = file.metadata().map_err(fault)?.len();
        let start = record::Chain::start();
        let report = record::verify((&file).take(bytes), start, record::Limits::default());
        let report = report.map_err(fault)?;
        Ok(Self { file, bytes, report, path })
    }

    fn reread(&self, ctx: &Ctx, bytes: u64) -> Result<impl Read, Fault> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0)).map_err(|e| cannot_read(ctx, &self.path, &e))?;
        Ok(file.take(bytes))
    }

    /// Says what does not hold, in the bytes and against what is remembered, and what was done all the
    /// same.
    fn unsound(&self, ctx: &Ctx, done: &str) -> Option<Message> {
        let (lang, chain) = (ctx.lang, &self.report.chain);
        let mut message = Message::default();
        let mut texts = Vec::new();
        if let Some(p) = &self.report.problem {
            let (line, entry) = (p.line.to_string(), p.entry.to_string());
            let (count, head) = (chain.count.to_string(), chain.head.short());
            let values = [&line, &entry, &wrong(&p.wrong, lang), &count, &head];
            texts.push(Witness::HoldsUpTo.with(lang, &values.map(String::as_str)));
        }
        if let Some(doubt) = witness::doubt(ctx, &self.path, &self.report) {
            texts.push(doubt.text);
            message.hints = doubt.hints;
        }
        if texts.is_empty() {
            return None;
        }
        texts.push(done.to_owned());
        message.text = texts.join("\n");
        Some(message)
    }
}

/// Writes out all bytes, whatever is found in them: evidence must get out.
fn export(ctx: &Ctx, id: &str, must_sign: bool, with: &SignWith) -> Result<u8, Fault> {
    let checked = Checked::open(ctx, record_file(ctx, id)?)?;
    let bytes = checked.bytes.to_string();
    let unsound = checked.unsound(ctx, &Witness::AllExported.with(ctx.lang, &[&bytes]));
    sign::before_export(ctx, id, must_sign, with)?;
    let file = checked.reread(ctx, checked.bytes)?;
    out::bytes(file).map_err(|e| Fault::machine(Message::plain(e.to_string())))?;
    if let Some(message) = unsound {
        return Err(Fault::machine(message));
    }
    // The head belongs to the export; it goes beside the bytes, which stay as they are.
    let chain = &checked.report.chain;
    let (n, head) = (chain.count.to_string(), chain.head.short());
    out::note(&Command::Exported.with(ctx.lang, &[&n, &head]));
    Ok(0)
}

/// Makes a record append-only, unless that would keep it from being mended.
fn harden(ctx: &Ctx, id: &str, yes: bool) -> Result<u8, Fault> {
    let checked = Checked::open(ctx, record_file(ctx, id)?)?;
    match checked.unsound(ctx, Witness::HarmAsk.text(ctx.lang)) {
        Some(message) if !yes => {
            Err(Fault::machine(message.hint(Witness::HarmAskHint.text(ctx.lang))))
        }
        _ => sign::harden(ctx, &checked.path),
    }
}

/// The file of an incident's record. Nothing is opened: a damaged record can be exported, too.
pub(super) fn record_file(ctx: &Ctx, id: &str) -> Result<PathBuf, Fault> {
    let store = ctx.store();
    let id = store
        .resolve(id)
        .map_err(|e| witness::gone(ctx, id).unwrap_or_else(|| ctx.desk_fault(e.into())))?;
    let path = store.folder().join(id).join(record_name(store.mode()));
    // A link is not ours, and a pipe would hold us up.
    match std::fs::symlink_metadata(&path) {
        Ok(meta) if !meta.is_file() => {
            let error = StoreError::NotPlain { path };
            Err(ctx.desk_fault(error.into()))
        }
        _ => Ok(path),
    }
}

fn cannot_read(ctx: &Ctx, path: &Path, e: &std::io::Error) -> Fault {
    let path = path.display().to_string();
    Fault::machine(Message::plain(Command::CannotRead.with(ctx.lang, &[&path, &e.to_string()])))
}
