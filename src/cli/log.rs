//! `log show`, `log verify`, `log export`: the record, for people, inspectors and programs.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::args::{Format, LogCmd, SignWith};
use super::ctx::Ctx;
use super::fault::Fault;
use super::{out, sign, verify, witness};
use crate::domain::event::{Entry, Mode, Sync};
use crate::host::export::{self, Checked};
use crate::record;
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
        LogCmd::Export { id, sign, with } => print(ctx, id, *sign, with),
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
    let checked = open(ctx, id)?;
    let file = reread(ctx, &checked, checked.report.chain.bytes)?;
    out::list(lines(BufReader::with_capacity(1 << 16, file)));
    match unsound(ctx, &checked, Witness::OnlyWhatHolds.text(ctx.lang)) {
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

fn open(ctx: &Ctx, id: &str) -> Result<Checked, Fault> {
    let path = record_file(ctx, id)?;
    Checked::open(path.clone()).map_err(|e| cannot_read(ctx, &path, &e))
}

fn reread(ctx: &Ctx, checked: &Checked, bytes: u64) -> Result<impl Read, Fault> {
    checked.reread(bytes).map_err(|e| cannot_read(ctx, &checked.path, &e))
}

/// Says what does not hold, and what was done all the same.
fn unsound(ctx: &Ctx, checked: &Checked, done: &str) -> Option<Message> {
    let mode = checked.report.chain.mode.unwrap_or(Mode::Live);
    let incidents = ctx.paths.incidents(mode);
    let mut message = checked.unsound(&ctx.heads, &incidents, ctx.lang)?;
    message.text = format!("{}\n{done}", message.text);
    Some(message)
}

/// Writes out all bytes, whatever is found in them: evidence must get out.
fn print(ctx: &Ctx, id: &str, must_sign: bool, with: &SignWith) -> Result<u8, Fault> {
    let checked = open(ctx, id)?;
    let bytes = checked.bytes.to_string();
    let unsound = unsound(ctx, &checked, &Witness::AllExported.with(ctx.lang, &[&bytes]));
    sign::before_export(ctx, id, must_sign, with)?;
    let file = reread(ctx, &checked, checked.bytes)?;
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
    let checked = open(ctx, id)?;
    match unsound(ctx, &checked, Witness::HarmAsk.text(ctx.lang)) {
        Some(message) if !yes => {
            Err(Fault::machine(message.hint(Witness::HarmAskHint.text(ctx.lang))))
        }
        _ => sign::harden(ctx, &checked.path),
    }
}

/// The file of an incident's record. Nothing is opened: a damaged record can be exported, too.
pub(super) fn record_file(ctx: &Ctx, id: &str) -> Result<PathBuf, Fault> {
    export::record_file(&ctx.store(), id)
        .map_err(|e| witness::gone(ctx, id).unwrap_or_else(|| ctx.desk_fault(e.into())))
}

fn cannot_read(ctx: &Ctx, path: &Path, e: &std::io::Error) -> Fault {
    let path = path.display().to_string();
    Fault::machine(Message::plain(Command::CannotRead.with(ctx.lang, &[&path, &e.to_string()])))
}
