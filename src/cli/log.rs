//! `log show`, `log verify`, `log export`: the record, for people, inspectors and programs.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::{Format, LogCmd};
use super::ctx::Ctx;
use super::fault::Fault;
use super::{out, sign, witness};
use crate::domain::event::{Entry, Event, Sync};
use crate::host::paths::record_name;
use crate::host::store::{StoreError, check_path};
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
        LogCmd::Verify { target, head, signers } => {
            Ok(verify(ctx, target, head.as_deref(), signers.as_deref()))
        }
        LogCmd::Export { id, sign, with } => {
            sign::before_export(ctx, id, *sign, with)?;
            export(ctx, id)
        }
        LogCmd::Checkpoint { id } => sign::checkpoint(ctx, id),
        LogCmd::Sign { id, with } => sign::sign(ctx, id, with),
        LogCmd::Timestamp { id, request, reply } => {
            sign::timestamp(ctx, id, request.as_deref(), reply.as_deref())
        }
        LogCmd::Accept { id, because } => sign::accept(ctx, id, because),
        LogCmd::Harden { id } => sign::harden(ctx, &record_file(ctx, id)?),
    }
}

fn show(ctx: &Ctx, id: &str) -> Result<u8, Fault> {
    if ctx.format == Format::Json {
        let path = record_file(ctx, id)?;
        let file = File::open(&path).map_err(|e| cannot_read(ctx, &path, &e))?;
        out::list(lines(BufReader::with_capacity(1 << 16, file)));
        return Ok(0);
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
        out::line(&format!("{:>4}  {at}{mark}  {}  {text}{gone}", e.n, e.by.person()));
        if let Some(when) = e.happened_at {
            let label = ctx.lang.pick("发生于", "happened at");
            let by = entry::told_by(e.happened_by, ctx.lang);
            out::line(&format!("      {label} {}{by}", say::full(when, ctx.zone)));
        }
        if let Event::Opened { record, .. } = &e.event {
            out::line(&format!("      {} {record}", ctx.lang.pick("记录编号", "record id")));
        }
    }
    if any {
        out::line(&format!("   *  {}", entry::unkept_mark(ctx.lang)));
    }
    Ok(0)
}

/// The lines of a record that are JSON; a longer line than a record has is passed over.
fn lines(mut file: impl BufRead) -> impl Iterator<Item = serde_json::Value> {
    let mut line = Vec::new();
    std::iter::from_fn(move || {
        loop {
            line.clear();
            let most = file.by_ref().take(record::line::LINE_MOST);
            if { most }.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                return None;
            }
            // What follows on a part of a line is no line either.
            if let Ok(value) = serde_json::from_slice(&line) {
                return Some(value);
            }
        }
    })
}

fn export(ctx: &Ctx, id: &str) -> Result<u8, Fault> {
    let path = record_file(ctx, id)?;
    let file = File::open(&path).map_err(|e| cannot_read(ctx, &path, &e))?;
    out::bytes(file).map_err(|e| Fault::machine(Message::plain(e.to_string())))?;
    // The head belongs to the export; it goes beside the bytes, which stay as they are.
    if let Ok(report) = check_path(&path) {
        let (n, head) = (report.chain.count.to_string(), report.chain.head.short());
        out::note(&Command::Exported.with(ctx.lang, &[&n, &head]));
    }
    Ok(0)
}

/// The file of an incident's record. Nothing is opened: a damaged record can be exported, too.
fn record_file(ctx: &Ctx, id: &str) -> Result<PathBuf, Fault> {
    let store = ctx.store();
    let id = store.resolve(id).map_err(|e| ctx.desk_fault(e.into()))?;
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

#[derive(Serialize)]
struct VerifyJson<'a> {
    target: &'a str,
    intact: bool,
    entries: u64,
    head: String,
    record: Option<String>,
    problem: Option<String>,
    line: Option<u64>,
    head_found_at: Option<u64>,
    /// Entries that were recorded at an earlier time than the one before them, and the first of those.
    earlier: u64,
    first_earlier: Option<u64>,
    witnesses: &'a witness::Witnessed,
}

/// Recomputes a record. Needs no pack and no terminal.
fn verify(ctx: &Ctx, target: &str, head: Option<&str>, signers: Option<&Path>) -> u8 {
    let lang = ctx.lang;
    let not_checked = |why: &str| {
        let message = Message::plain(Command::NotVerified.with(lang, &[target, why]));
        out::fault(&Fault::usage(message), ctx.format);
        2
    };
    let head = match head.map(clean_head) {
        Some(h) if h.len() < 16 || !h.bytes().all(|b| b.is_ascii_hexdigit()) => {
            let message = Message::plain(Command::HeadShort.with(lang, &[&h]));
            out::fault(&Fault::usage(message), ctx.format);
            return 2;
        }
        other => other,
    };
    if let Some(gone) = witness::gone(ctx, target) {
        out::fault(&gone, ctx.format);
        return gone.code();
    }
    let path = match find(ctx, target) {
        Ok(path) => path,
        Err(why) => return not_checked(&why),
    };
    let report = match check_path(&path) {
        Ok(report) => report,
        Err(e) => return not_checked(&e.to_string()),
    };
    let found_at = match &head {
        None => None,
        Some(head) => {
            let found = File::open(&path).and_then(|f| record::entry_with_head(f, head));
            match found {
                Ok(found) => found,
                Err(e) => return not_checked(&e.to_string()),
            }
        }
    };
    let problem = report.problem.as_ref();
    let lost = head.is_some() && found_at.is_none();
    let given = head.as_ref().map(|_| found_at);
    let witnessed = match witness::look(ctx, &path, &report, given, signers) {
        Ok(witnessed) => witnessed,
        Err(why) => return not_checked(&why),
    };
    if ctx.format == Format::Json {
        out::json(&VerifyJson {
            target,
            intact: problem.is_none() && !lost && witnessed.problems.is_empty(),
            entries: report.chain.count,
            head: report.chain.head.to_string(),
            record: report.chain.record.clone(),
            problem: problem.map(|p| p.wrong.to_string()),
            line: problem.map(|p| p.line),
            head_found_at: found_at,
            earlier: report.chain.earlier,
            first_earlier: report.chain.first_earlier,
            witnesses: &witnessed,
        });
    } else if let Some(p) = problem {
        out::line(&Command::Damaged.with(lang, &[&p.line.to_string(), &p.wrong.to_string()]));
    } else {
        let head = report.chain.head.to_string();
        out::line(&Command::Intact.with(lang, &[&report.chain.count.to_string(), &head]));
        match (found_at, lost) {
            (Some(n), _) => out::line(&Command::HeadMatches.with(lang, &[&n.to_string()])),
            (None, false) if witnessed.remembered.is_none() => {
                out::note(Command::TailUnknown.text(lang));
            }
            (None, _) => {}
        }
    }
    witnessed.print(ctx);
    // Nothing is wrong with that, and whoever reads the times must know it.
    if let (Some(n), Format::Text) = (report.chain.first_earlier, ctx.format) {
        let (n, all) = (n.to_string(), report.chain.earlier.to_string());
        out::note(&Command::TimesGoBack.with(lang, &[&n, &all]));
    }
    if lost && problem.is_none() {
        let head = head.unwrap_or_default();
        let message = Message::plain(Command::HeadMissing.with(lang, &[&head]))
            .hint(Command::HeadMissingHint.text(lang));
        out::fault(&Fault::refused(message), Format::Text);
    }
    if problem.is_some() || lost || !witnessed.problems.is_empty() {
        return 1;
    }
    if witnessed.none_to_check {
        return not_checked(Witness::NoneSigned.text(lang));
    }
    0
}

/// A head as people write it down, with spaces or dashes, in either case.
fn clean_head(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '-' | ':')).collect::<String>().to_lowercase()
}

/// Finds the record that a folder, a file or an incident id names.
fn find(ctx: &Ctx, target: &str) -> Result<PathBuf, String> {
    let path = Path::new(target);
    if path.is_file() {
        return Ok(path.to_owned());
    }
    if path.is_dir() {
        return ["record.jsonl", "record.exercise.jsonl"]
            .iter()
            .map(|name| path.join(name))
            .find(|p| p.is_file())
            .ok_or_else(|| {
                ctx.lang.pick("文件夹里没有 record.jsonl", "no record.jsonl in it").to_owned()
            });
    }
    record_file(ctx, target).map_err(|f| f.message.text)
}
