//! `log verify`: a record recomputed, and held against everything that bears witness to it.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::{Format, Verify};
use super::ctx::Ctx;
use super::fault::Fault;
use super::log::record_file;
use super::points::cannot_read;
use super::witness::Against;
use super::{out, witness};
use crate::host::sign::points::Points;
use crate::host::store::check_path;
use crate::host::wrong::wrong;
use crate::record;
use crate::words::Lang;
use crate::words::command::Command;
use crate::words::refusal::Message;
use crate::words::witness::Witness;

#[derive(Serialize)]
struct VerifyJson<'a> {
    target: &'a str,
    intact: bool,
    entries: u64,
    head: String,
    record: Option<String>,
    problem: Option<String>,
    line: Option<u64>,
    entry: Option<u64>,
    /// Damages that a later entry answers for.
    recovered: u64,
    /// Entries of a kind or version that this program does not understand; their bytes check all the same.
    not_understood: u64,
    /// Entries that were recorded at an earlier time than the one before them, and the first of those.
    earlier: u64,
    first_earlier: Option<u64>,
    head_found_at: Option<u64>,
    witnesses: &'a witness::Witnessed,
}

/// Recomputes a record. Needs no pack and no terminal.
pub(super) fn verify(ctx: &Ctx, args: &Verify) -> u8 {
    let lang = ctx.lang;
    let target = args.target.as_str();
    let not_checked = |why: &str| {
        let message = Message::plain(Command::NotVerified.with(lang, &[target, why]));
        out::fault(&Fault::usage(message), ctx.format);
        2
    };
    let head = match args.head.as_deref().map(|head| clean_head(head, lang)).transpose() {
        Ok(head) => head,
        Err(message) => {
            out::fault(&Fault::usage(message), ctx.format);
            return 2;
        }
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
    let points = args.checkpoint.iter().map(|file| Points::elsewhere(file)).collect();
    let points = match points {
        Ok(points) => points,
        Err(e) => return not_checked(&cannot_read(ctx, &e)),
    };
    let against = Against {
        head: head.as_ref().map(|_| found_at),
        points,
        signers: args.signers.as_deref(),
        signer: args.signer.as_deref(),
    };
    let witnessed = match witness::look(ctx, &path, &report, &against) {
        Ok(witnessed) => witnessed,
        Err(why) => return not_checked(&why),
    };
    let contradicted = lost || !witnessed.problems.is_empty();
    if ctx.format == Format::Json {
        out::json(&VerifyJson {
            target,
            intact: problem.is_none() && !contradicted,
            entries: report.chain.count,
            head: report.chain.head.to_string(),
            record: report.chain.record.clone(),
            problem: problem.map(|p| wrong(&p.wrong, lang)),
            line: problem.map(|p| p.line),
            entry: problem.map(|p| p.entry),
            recovered: report.chain.recovered,
            not_understood: report.chain.not_understood,
            earlier: report.chain.earlier,
            first_earlier: report.chain.first_earlier,
            head_found_at: found_at,
            witnesses: &witnessed,
        });
    } else if let Some(p) = problem {
        let (line, entry) = (p.line.to_string(), p.entry.to_string());
        out::line(&Command::Damaged.with(lang, &[&line, &entry, &wrong(&p.wrong, lang)]));
    } else {
        let (count, head) = (report.chain.count.to_string(), report.chain.head.to_string());
        // What the bytes say by themselves is not to be read as the whole answer.
        let key = if contradicted { Command::BytesHold } else { Command::Intact };
        out::line(&key.with(lang, &[&count, &head]));
        if let Some(n) = found_at {
            out::line(&Command::HeadMatches.with(lang, &[&n.to_string()]));
        } else if !lost && witnessed.alone() {
            out::note(Command::TailUnknown.text(lang));
        }
    }
    witnessed.print(ctx);
    notes(ctx, &report.chain);
    if lost && problem.is_none() {
        let head = head.unwrap_or_default();
        let message = Message::plain(Command::HeadMissing.with(lang, &[&head]))
            .hint(Command::HeadMissingHint.text(lang));
        out::fault(&Fault::refused(message), Format::Text);
    }
    if problem.is_some() || contradicted {
        return 1;
    }
    if !witnessed.not_checked.is_empty() {
        return not_checked(&witnessed.not_checked.join("\n"));
    }
    if witnessed.none_to_check {
        return not_checked(Witness::NoneSigned.text(lang));
    }
    0
}

/// Says what is no fault, and what whoever reads the record must know.
fn notes(ctx: &Ctx, chain: &record::Chain) {
    if ctx.format == Format::Json {
        return;
    }
    if chain.not_understood > 0 {
        let n = chain.not_understood.to_string();
        out::note(&Command::NotUnderstood.with(ctx.lang, &[&n]));
    }
    if let Some(n) = chain.first_earlier {
        let (n, all) = (n.to_string(), chain.earlier.to_string());
        out::note(&Command::TimesGoBack.with(ctx.lang, &[&n, &all]));
    }
}

/// Reads a head as people write it down and paste it: with blanks of any kind, dashes or quotes, in
/// either case.
fn clean_head(text: &str, lang: Lang) -> Result<String, Message> {
    let clean: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | ':') && !QUOTES.contains(c))
        .collect();
    let digits = clean.to_ascii_lowercase();
    let refused = |key: Command| Err(Message::plain(key.with(lang, &[text])));
    match digits.len() {
        _ if !digits.bytes().all(|b| b.is_ascii_hexdigit()) => refused(Command::HeadNotHex),
        0..16 => refused(Command::HeadShort),
        16..=64 => Ok(digits),
        _ => refused(Command::HeadLong),
    }
}

const QUOTES: [char; 13] = [
    '"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '「', '」', '『', '』', '«',
    '»',
];

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
