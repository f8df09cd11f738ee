//! What bears witness to a record: the head remembered here, the head that somebody wrote down, signed
//! checkpoints, time-stamps. Which of them were in force, and what none of them would have found.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use serde::Serialize;

use super::args::{Cmd, Format, LogCmd};
use super::ctx::{Ctx, read_text};
use super::fault::Fault;
use super::out;
use crate::domain::event::Mode;
use crate::host::harden;
use crate::host::heads::{HeadDoubt, Place};
use crate::host::paths::record_name;
use crate::host::sign::points::{Point, Points};
use crate::host::sign::signers::{LIST_MOST, Signers};
use crate::host::sign::{fingerprint, sums};
use crate::host::stamp;
use crate::host::store::is_incident_id;
use crate::record::{Digest, Report, heads_at};
use crate::words::refusal::Message;
use crate::words::witness::Witness;

/// What was found out about a record besides its own bytes.
#[derive(Debug, Default, Serialize)]
pub(super) struct Witnessed {
    /// What does not hold.
    pub(super) problems: Vec<String>,
    /// The head remembered on this host.
    pub(super) remembered: Option<Remembered>,
    /// Whether the head that was given is the record's; nothing where none was given.
    head_given: Option<bool>,
    signed: Signed,
    /// Time-stamps that name the text beside them.
    timestamps: Vec<String>,
    append_only: Option<bool>,
    /// Attacks that nothing here would have found: `cut`, `cut_unseen`, `rewrite`, `histories`,
    /// `back_dating`.
    not_found: Vec<&'static str>,
    /// How many entries somebody here has seen or written down.
    seen: u64,
    /// Signers were given, but there is nothing that is signed.
    #[serde(skip)]
    pub(super) none_to_check: bool,
    #[serde(skip)]
    notes: Vec<String>,
    #[serde(skip)]
    lines: Vec<String>,
    #[serde(skip)]
    hints: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Remembered {
    entries: u64,
    head: String,
    holds: Option<bool>,
}

#[derive(Debug, Default, Serialize)]
struct Signed {
    /// With a signature that holds, by a signer who is allowed.
    valid: usize,
    /// With a problem.
    bad: usize,
    /// With a signature that holds, while no list of signers was given.
    unchecked: usize,
    /// The most entries that a valid one reaches.
    reaches: u64,
}

impl Witnessed {
    fn problem(&mut self, text: String) {
        self.problems.push(text);
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

    fn known(&self, given: Option<Option<u64>>) -> u64 {
        let remembered = self.remembered.as_ref().filter(|r| r.holds == Some(true));
        let remembered = remembered.map_or(0, |r| r.entries);
        remembered.max(given.flatten().map_or(0, |n| n + 1))
    }

    fn open(&self, name: &str, ctx: &Ctx) -> String {
        let key = match name {
            "cut" => Witness::OpenCut,
            "cut_unseen" => return Witness::OpenAfter.with(ctx.lang, &[&self.seen.to_string()]),
            "rewrite" => Witness::OpenRewrite,
            "histories" => Witness::OpenHistories,
            _ => Witness::OpenBackDating,
        };
        key.text(ctx.lang).to_owned()
    }
}

/// Looks at everything that bears witness to a record. `given` is the head that was given, and the
/// entry that has it.
///
/// # Errors
/// Something could not be read, so that nothing is said about it.
pub(super) fn look(
    ctx: &Ctx,
    path: &Path,
    report: &Report,
    given: Option<Option<u64>>,
    signers: Option<&Path>,
) -> Result<Witnessed, String> {
    let mut out = Witnessed::default();
    let w = |key: Witness| key.text(ctx.lang).to_owned();
    let with = |key: Witness, values: &[&dyn Display]| {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        key.with(ctx.lang, &values.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let signers = signers.map(|file| list(ctx, file, &mut out)).transpose()?;
    out.lines.push(w(Witness::MeasuresAre));
    if report.intact() {
        out.lines.push(w(Witness::MeasureChain));
    }
    let line = remembered(ctx, path, report, &mut out);
    out.lines.push(line);
    out.head_given = given.map(|found| found.is_some());
    out.lines.push(w(match out.head_given {
        None => Witness::MeasureWrittenNo,
        Some(true) => Witness::MeasureWrittenYes,
        Some(false) => Witness::MeasureWrittenWrong,
    }));

    let unreadable = |e: &dyn Display| with(Witness::CannotReadPoints, &[e]);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let points = Points::open(folder).and_then(|p| p.map_or(Ok(Vec::new()), |p| p.read()));
    let points = points.map_err(|e| unreadable(&e))?;
    let wanted = points.iter().filter_map(|p| Some(p.says.as_ref().ok()?.count)).collect();
    let places = crate::host::plain_file::open(path)
        .and_then(|f| heads_at(f, &wanted))
        .map_err(|e| unreadable(&e))?;
    for point in &points {
        let ok = place(ctx, point, report, &places, &mut out);
        signatures(ctx, point, ok, signers.as_ref(), &mut out);
        stamps(ctx, point, &mut out);
    }
    let signed = &out.signed;
    out.none_to_check = signers.is_some() && signed.valid + signed.bad == 0;
    let total = report.chain.count;
    out.lines.push(match (signed.valid, signed.bad, signed.unchecked) {
        (0, 0, 0) => w(Witness::MeasureSignedNone),
        (valid, bad, _) if bad > 0 => with(Witness::MeasureSignedBad, &[&valid, &bad]),
        (0, _, unchecked) => with(Witness::MeasureSignedUnchecked, &[&unchecked]),
        (valid, ..) => with(Witness::MeasureSigned, &[&valid, &signed.reaches, &total]),
    });
    out.lines.push(match out.timestamps.last() {
        None => w(Witness::MeasureStampsNone),
        Some(newest) => with(Witness::MeasureStamps, &[&out.timestamps.len(), newest]),
    });
    out.append_only = harden::is_set(path);
    if let Some(set) = out.append_only {
        let key = if set { Witness::MeasureAppendOnly } else { Witness::MeasureAppendOnlyNo };
        out.lines.push(w(key));
    }

    let known = out.known(given);
    let mut not_found = Vec::new();
    not_found.push(if known == 0 { "cut" } else { "cut_unseen" });
    if known == 0 && out.signed.valid == 0 {
        not_found.push("rewrite");
    }
    not_found.push("histories");
    if out.timestamps.is_empty() {
        not_found.push("back_dating");
    }
    out.not_found = not_found;
    out.seen = known;
    Ok(out)
}

fn list(ctx: &Ctx, file: &Path, out: &mut Witnessed) -> Result<Signers, String> {
    let name = file.display().to_string();
    let text = read_text(file, LIST_MOST, ctx.lang).map_err(|f| f.message.text)?;
    let signers = Signers::parse(&text, ctx.zone)
        .map_err(|e| Witness::SignersBad.with(ctx.lang, &[&name, &e.to_string()]))?;
    let note =
        |e: &dyn Display| Witness::SignersPassedOver.with(ctx.lang, &[&name, &e.to_string()]);
    out.notes.extend(signers.passed_over.iter().map(|e| note(e)));
    Ok(signers)
}

/// Holds the record against what this user's programs remember. Returns the line that says so.
fn remembered(ctx: &Ctx, path: &Path, report: &Report, out: &mut Witnessed) -> String {
    let lang = ctx.lang;
    let chain = &report.chain;
    let mode = chain.mode.unwrap_or(Mode::Live);
    // Whether it lies among our incidents, or is a copy that may well be older.
    let incident = path.parent().and_then(|folder| {
        let own = std::fs::canonicalize(ctx.paths.incidents(mode)).ok()?;
        let folder = std::fs::canonicalize(folder).ok()?;
        let named = path.file_name().is_some_and(|n| n == record_name(mode));
        let name = folder.file_name()?.to_str()?.to_owned();
        (named && folder.parent() == Some(&own)).then_some(name)
    });
    let by_incident = incident.as_ref().and_then(|id| ctx.heads.of_incident(mode, id));
    let by_record = chain.record.as_ref().and_then(|id| ctx.heads.of_record(id));
    let Some(was) = by_incident.or(by_record) else {
        if let Some(why) = ctx.heads.trouble() {
            out.notes.push(Witness::NotRemembered.with(lang, &[&why]));
        }
        return Witness::MeasureHeadNo.text(lang).to_owned();
    };
    let count = was.count.to_string();
    let entry = Remembered { entries: was.count, head: was.head.to_string(), holds: None };
    let holds = chain.record.as_ref().map(|record| {
        ctx.heads.check(Place {
            // A copy elsewhere stands in nobody's place.
            incident: incident.as_deref().unwrap_or(&was.incident),
            mode,
            record,
            count: chain.count,
            head: chain.head,
            file: path,
        })
    });
    let (line, holds) = match holds {
        Some(Ok(())) => (Witness::MeasureHeadYes.with(lang, &[&count]), Some(true)),
        // That it does not reach so far is said already; the head it had is worth knowing all the same.
        None | Some(Err(HeadDoubt::Cut { .. })) if !report.intact() => {
            out.notes.push(Witness::RememberedHead.with(lang, &[&count, &entry.head]));
            (Witness::MeasureHeadWrong.text(lang).to_owned(), Some(false))
        }
        None => (Witness::MeasureHeadNo.text(lang).to_owned(), None),
        Some(Err(HeadDoubt::Cut { is, .. })) if incident.is_none() => {
            (Witness::MeasureHeadAhead.with(lang, &[&is.to_string(), &count]), None)
        }
        Some(Err(doubt)) => {
            let message = doubt.message(lang);
            out.problem(message.text);
            out.problem(Witness::RememberedHead.with(lang, &[&count, &entry.head]));
            out.hints = message.hints;
            (Witness::MeasureHeadWrong.text(lang).to_owned(), Some(false))
        }
    };
    out.remembered = Some(Remembered { holds, ..entry });
    line
}

/// Holds one checkpoint's text against the record.
fn place(
    ctx: &Ctx,
    point: &Point,
    report: &Report,
    places: &BTreeMap<u64, Digest>,
    out: &mut Witnessed,
) -> bool {
    let (lang, name) = (ctx.lang, &point.name);
    let says = match &point.says {
        Ok(says) => says,
        Err(e) => {
            out.problem(Witness::PointText.with(lang, &[name, &e.to_string()]));
            return false;
        }
    };
    let count = says.count.to_string();
    let problem = if Some(&says.record) != report.chain.record.as_ref() {
        Witness::PointOther.with(lang, &[name])
    } else {
        match places.get(&says.count) {
            Some(there) if *there == says.head => return true,
            Some(there) => {
                let (said, is) = (says.head.short(), there.short());
                Witness::PointHead.with(lang, &[name, &count, &said, &is])
            }
            None => {
                let is = report.chain.count.to_string();
                Witness::PointBeyond.with(lang, &[name, &count, &is])
            }
        }
    };
    out.problem(problem);
    false
}

/// Checks the signatures of one checkpoint.
fn signatures(
    ctx: &Ctx,
    point: &Point,
    in_place: bool,
    signers: Option<&Signers>,
    out: &mut Witnessed,
) {
    let lang = ctx.lang;
    let count = point.says.as_ref().map_or(0, |p| p.count);
    let (mut valid, mut bad, mut unchecked) = (false, !in_place, false);
    for (name, bytes) in &point.signatures {
        let read = sums::read(bytes).and_then(|s| sums::verify(&s, &point.text).map(|()| s));
        let sig = match read {
            Ok(sig) => sig,
            Err(e) => {
                out.problem(Witness::SignatureBad.with(lang, &[name, &e.to_string()]));
                bad = true;
                continue;
            }
        };
        let key = fingerprint(sig.public_key());
        match signers.map(|s| s.allow(sig.public_key(), ctx.now())) {
            None => unchecked = true,
            Some(Ok(who)) => {
                valid = true;
                let n = count.to_string();
                out.notes.push(Witness::SignatureGood.with(lang, &[name, &who, &key, &n]));
            }
            Some(Err(e)) => {
                bad = true;
                let values = [name.as_str(), &e.to_string(), &key];
                out.problem(Witness::SignatureUnknown.with(lang, &values));
            }
        }
    }
    if point.signatures.is_empty() && in_place {
        return;
    }
    let signed = &mut out.signed;
    if bad {
        signed.bad += 1;
    } else if valid {
        signed.valid += 1;
        signed.reaches = signed.reaches.max(count);
    } else if unchecked {
        signed.unchecked += 1;
    }
}

/// Reads the time-stamp of one checkpoint.
fn stamps(ctx: &Ctx, point: &Point, out: &mut Witnessed) {
    let Some(bytes) = &point.stamp else { return };
    let name = format!("{}.tsr", point.name);
    let why = match stamp::reply(bytes) {
        Ok(reply) if reply.digest == point.digest() => {
            out.timestamps.push(reply.time);
            out.timestamps.sort_unstable();
            return;
        }
        Ok(_) => Witness::StampOther.text(ctx.lang).to_owned(),
        Err(e) => e.to_string(),
    };
    out.problem(Witness::StampBad.with(ctx.lang, &[&name, &why]));
}

/// Says of an incident that is remembered that its record is gone.
pub(super) fn gone(ctx: &Ctx, target: &str) -> Option<Fault> {
    let path = Path::new(target);
    let id = if is_incident_id(target) { target } else { path.file_name()?.to_str()? };
    let was = ctx.heads.of_incident(Mode::Live, id)?;
    let folder = ctx.paths.incidents(Mode::Live).join(id);
    let here = is_incident_id(target) || path == folder;
    if !here || folder.join(record_name(Mode::Live)).exists() {
        return None;
    }
    let values = [id, &was.count.to_string(), &was.head.to_string()];
    let message = Message::plain(Witness::Gone.with(ctx.lang, &values));
    Some(Fault::refused(message.hint(Witness::KeepAndFindOut.text(ctx.lang))))
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
    if matches!(command, Some(Cmd::Next | Cmd::Log(LogCmd::Verify { .. }))) {
        return outcome;
    }
    if let Some(why) = ctx.heads.trouble() {
        out::note(&format!("jishi: {}", Witness::NotRemembered.with(ctx.lang, &[&why])));
    }
    for (id, n) in ctx.heads.damaged() {
        let text = Witness::NewestDamaged.with(ctx.lang, &[&id, &n.to_string()]);
        out::note(&format!("jishi: {text}"));
    }
    let code = outcome?;
    let doubts = ctx.heads.doubts();
    for doubt in &doubts {
        out::fault(&Fault::machine(doubt.message(ctx.lang)), Format::Text);
    }
    let watched = matches!(command, Some(Cmd::Status { check: true, .. }));
    Ok(if watched && code == 0 && !doubts.is_empty() { 3 } else { code })
}
