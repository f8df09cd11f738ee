//! What bears witness to a record: the head remembered here, the head that somebody wrote down, signed
//! checkpoints, time-stamps. Which of them were in force, and what none of them would have found.

use std::path::Path;

use serde::Serialize;

use super::args::{Cmd, Format, LogCmd};
use super::ctx::{Ctx, read_bytes};
use super::fault::Fault;
use super::out;
use super::points::Judge;
use crate::domain::event::Mode;
use crate::host::harden;
use crate::host::heads::memory::Memory;
use crate::host::sign::points::Point;
use crate::host::sign::signers::{BadLine, LIST_MOST, Signers};
use crate::host::store::resolve;
use crate::record::Report;
use crate::words::refusal::Message;
use crate::words::witness::Witness;

/// What was found out about a record besides its own bytes.
#[derive(Debug, Default, Serialize)]
pub(super) struct Witnessed {
    /// What does not hold.
    pub(super) problems: Vec<String>,
    /// What could not be checked, so that nothing is said about it.
    pub(super) not_checked: Vec<String>,
    /// The head remembered on this host.
    pub(super) remembered: Option<Remembered>,
    /// Whether the head that was given is the record's; nothing where none was given.
    head_given: Option<bool>,
    /// Checkpoints that were kept elsewhere and given.
    pub(super) given: Vec<Given>,
    pub(super) signed: Signed,
    /// Time-stamps that name the text beside them, by time.
    pub(super) timestamps: Vec<String>,
    /// How many entries the newest time-stamp is about.
    pub(super) stamp_reaches: u64,
    append_only: Option<bool>,
    /// Attacks that nothing here would have found: `cut`, `cut_unseen`, `rewrite`, `histories`,
    /// `back_dating`.
    not_found: Vec<&'static str>,
    /// How many entries somebody here has seen, written down or signed.
    pub(super) seen: u64,
    /// Signers were given, but there is nothing that is signed.
    #[serde(skip)]
    pub(super) none_to_check: bool,
    #[serde(skip)]
    pub(super) notes: Vec<String>,
    #[serde(skip)]
    pub(super) lines: Vec<String>,
    #[serde(skip)]
    hints: Vec<String>,
}

/// A checkpoint that was kept elsewhere.
#[derive(Debug, Serialize)]
pub(super) struct Given {
    pub(super) file: String,
    pub(super) entries: Option<u64>,
    pub(super) holds: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Remembered {
    entries: u64,
    head: String,
    holds: Option<bool>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Signed {
    /// With a signature that holds, by a signer who is allowed.
    pub(super) valid: usize,
    /// With a problem.
    pub(super) bad: usize,
    /// With a signature that holds, while no list of signers was given.
    pub(super) unchecked: usize,
    /// The most entries that a valid one reaches.
    pub(super) reaches: u64,
}

impl Witnessed {
    pub(super) fn problem(&mut self, text: String) {
        self.problems.push(text);
    }

    /// Says whether nothing outside the record's folder bears it out.
    pub(super) fn alone(&self) -> bool {
        self.remembered.is_none() && self.given.is_empty()
    }

    /// Prints what was found out: problems to standard error, measures as data.
    pub(super) fn print(&self, ctx: &Ctx) {
        let lang = ctx.lang;
        if ctx.format == Format::Json {
            return;
        }
        self.lines.iter().for_each(|l| out::line(l));
        self.notes.iter().for_each(|n| out::note(n));
        if !self.problems.is_empty() {
            let mut message = Message::plain(self.problems.join("\n"));
            message.hints.clone_from(&self.hints);
            out::fault(&Fault::refused(message), Format::Text);
        }
        let open: Vec<String> = self.not_found.iter().map(|name| self.open(name, ctx)).collect();
        if !open.is_empty() {
            out::line(&Witness::Open.with(lang, &[&open.join("; ")]));
        }
    }

    /// How many entries are held by what lies outside the record's folder.
    fn known(&self, head: Option<Option<u64>>) -> u64 {
        let remembered = self.remembered.as_ref().filter(|r| r.holds == Some(true));
        let given = self.given.iter().filter(|g| g.holds).filter_map(|g| g.entries);
        let head = head.flatten().map_or(0, |n| n + 1);
        given.chain(remembered.map(|r| r.entries)).fold(head, u64::max)
    }

    fn open(&self, name: &str, ctx: &Ctx) -> String {
        let key = match name {
            "cut" => Witness::OpenCut,
            "cut_unseen" => return Witness::OpenAfter.with(ctx.lang, &[&self.seen.to_string()]),
            "rewrite" => Witness::OpenRewrite,
            "histories" => Witness::OpenHistories,
            _ => match self.timestamps.last() {
                None => Witness::OpenBackDating,
                Some(newest) => {
                    let reaches = self.stamp_reaches.to_string();
                    return Witness::OpenBackDatingPart.with(ctx.lang, &[&reaches, newest]);
                }
            },
        };
        key.text(ctx.lang).to_owned()
    }
}

/// With what a record is to be held together.
#[derive(Default)]
pub(super) struct Against<'a> {
    /// Whether a head was given, and the entry that has it.
    pub(super) head: Option<Option<u64>>,
    /// Checkpoints that were kept elsewhere.
    pub(super) points: Vec<Point>,
    /// The list of signers.
    pub(super) signers: Option<&'a Path>,
    /// Who must have signed.
    pub(super) signer: Option<&'a str>,
}

/// Looks at everything that bears witness to a record.
///
/// # Errors
/// Something could not be read, so that nothing is said about it.
pub(super) fn look(
    ctx: &Ctx,
    path: &Path,
    report: &Report,
    against: &Against<'_>,
) -> Result<Witnessed, String> {
    let mut out = Witnessed::default();
    let w = |key: Witness| key.text(ctx.lang).to_owned();
    let signers = against.signers.map(|file| list(ctx, file, &mut out)).transpose()?;
    out.lines.push(w(Witness::MeasuresAre));
    if report.intact() {
        out.lines.push(w(Witness::MeasureChain));
    }
    if report.chain.recovered > 0 {
        let answered = report.chain.recovered.to_string();
        out.lines.push(Witness::MeasureAnswered.with(ctx.lang, &[&answered]));
    }
    let line = remembered(ctx, path, report, &mut out);
    out.lines.push(line);
    out.head_given = against.head.map(|found| found.is_some());
    out.lines.push(w(match out.head_given {
        None => Witness::MeasureWrittenNo,
        Some(true) => Witness::MeasureWrittenYes,
        Some(false) => Witness::MeasureWrittenWrong,
    }));
    let judge = Judge { ctx, report, signers: signers.as_ref(), signer: against.signer };
    judge.all(path, &against.points, &mut out)?;
    out.append_only = harden::is_set(path);
    if let Some(set) = out.append_only {
        let key = if set { Witness::MeasureAppendOnly } else { Witness::MeasureAppendOnlyNo };
        out.lines.push(w(key));
    }

    let known = out.known(against.head);
    // A checkpoint in the same folder can be taken away with what it would have found.
    out.not_found.push(if known == 0 { "cut" } else { "cut_unseen" });
    out.seen = known.max(out.signed.reaches);
    if known == 0 {
        out.not_found.push(if out.signed.valid == 0 { "rewrite" } else { "cut_unseen" });
    }
    out.not_found.extend(["histories", "back_dating"]);
    Ok(out)
}

fn list(ctx: &Ctx, file: &Path, out: &mut Witnessed) -> Result<Signers, String> {
    let name = file.display().to_string();
    let bytes = read_bytes(file, LIST_MOST, ctx.lang).map_err(|f| f.message.text)?;
    let signers = Signers::parse(&bytes, ctx.zone);
    let note = |e: &BadLine| Witness::SignersPassedOver.with(ctx.lang, &[&name, &e.text(ctx.lang)]);
    out.notes.extend(signers.passed_over.iter().map(note));
    Ok(signers)
}

/// How a record stands to what this user's programs remember of it.
fn memory(ctx: &Ctx, path: &Path, report: &Report) -> Memory {
    let mode = report.chain.mode.unwrap_or(Mode::Live);
    ctx.heads.memory(&ctx.paths.incidents(mode), path, report)
}

/// Holds the record against what this user's programs remember. Returns the line that says so.
fn remembered(ctx: &Ctx, path: &Path, report: &Report, out: &mut Witnessed) -> String {
    let lang = ctx.lang;
    let (was, line, holds) = match memory(ctx, path, report) {
        Memory::None => {
            if let Some(Message { text, hints }) = ctx.heads.trouble(lang) {
                out.notes.push(text);
                out.notes.extend(hints.iter().map(|hint| format!("  -> {hint}")));
            }
            return Witness::MeasureHeadNo.text(lang).to_owned();
        }
        Memory::Holds(was) => {
            let line = Witness::MeasureHeadYes.with(lang, &[&was.count.to_string()]);
            (was, line, Some(true))
        }
        Memory::Ahead(was) => {
            let (is, count) = (report.chain.count.to_string(), was.count.to_string());
            (was, Witness::MeasureHeadAhead.with(lang, &[&is, &count]), None)
        }
        Memory::Wrong(was, doubt) => {
            let head = was.text(lang);
            match doubt.map(|doubt| doubt.message(lang)) {
                None => out.notes.push(head),
                Some(message) => {
                    out.problem(message.text);
                    out.problem(head);
                    out.hints = message.hints;
                }
            }
            (was, Witness::MeasureHeadWrong.text(lang).to_owned(), Some(false))
        }
    };
    out.remembered = Some(Remembered { entries: was.count, head: was.head.to_string(), holds });
    line
}

/// Says of the incident that was meant, by its id, a part of it or its folder, that it is remembered and
/// its record gone.
pub(super) fn gone(ctx: &Ctx, target: &str) -> Option<Fault> {
    let incidents = ctx.paths.incidents(Mode::Live);
    let gone = ctx.heads.gone(Mode::Live, &incidents);
    let path = Path::new(target);
    let id = if path.exists() || path.parent() == Some(&incidents) {
        let (path, incidents) = (path.canonicalize().ok(), incidents.canonicalize().ok());
        let path = path.as_deref().unwrap_or(Path::new(target));
        let name = path.file_name()?.to_str()?;
        let here = path.parent() == incidents.as_deref();
        here.then(|| name.to_owned())?
    } else {
        // Among those that are there: a part that only one has in all means that one.
        let ids = gone.iter().map(|g| g.incident.clone()).chain(ctx.store().ids().ok()?);
        let mut ids: Vec<String> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        resolve(target, &ids).ok()?
    };
    let gone = gone.iter().find(|g| g.incident == id)?;
    Some(Fault::refused(gone.message(ctx.lang)))
}

/// Says, after a command, what came up about remembered heads; and that nobody can rely on a record
/// about which there is a doubt.
///
/// # Errors
/// The command's own.
pub(super) fn tell(
    ctx: &Ctx,
    command: Option<&Cmd>,
    outcome: Result<u8, Fault>,
) -> Result<u8, Fault> {
    if matches!(command, Some(Cmd::Next | Cmd::Log(LogCmd::Verify(_)))) {
        return outcome;
    }
    if let Some(Message { text, hints }) = ctx.heads.trouble(ctx.lang) {
        out::note(&format!("jishi: {text}"));
        hints.iter().for_each(|hint| out::note(&format!("  -> {hint}")));
    }
    for (id, n) in ctx.heads.damaged() {
        let text = Witness::NewestDamaged.with(ctx.lang, &[&id, &n.to_string()]);
        out::note(&format!("jishi: {text}"));
    }
    let code = outcome?;
    let code = if code == 0 && ctx.met_damage() { 3 } else { code };
    let doubts = ctx.heads.doubts();
    for doubt in &doubts {
        out::fault(&Fault::machine(doubt.message(ctx.lang)), Format::Text);
    }
    let watched = matches!(command, Some(Cmd::Status { check: true, .. }));
    Ok(if watched && code == 0 && !doubts.is_empty() { 3 } else { code })
}
