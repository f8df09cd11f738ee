//! `status`, `next`, `assess`: what runs, for people, prompts and monitoring.

use std::path::Path;

use serde::Serialize;

use super::args::Format;
use super::ctx::{Ctx, Everything};
use super::fault::Fault;
use super::{facts, out, witness};
use crate::domain::assess::Assessment;
use crate::domain::duty::DutyStatus;
use crate::domain::event::ClockQuality;
use crate::domain::footing::Footing;
use crate::domain::incident::{Acceptance, Incident};
use crate::domain::law::Role;
use crate::domain::time;
use crate::domain::tri::Tri;
use crate::host::desk::Desk;
use crate::host::harden;
use crate::host::paths::record_name;
use crate::host::store::Record;
use crate::report::{json, lines};
use crate::words::command::Command;
use crate::words::refusal::Message;
use crate::words::witness::Witness;
use crate::words::{entry, say};

/// One incident with its assessment, as `status --format json` prints it.
#[derive(Serialize)]
struct StatusJson<'a> {
    incident: IncidentJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ground: Option<GroundJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<ClockQuality>,
    #[serde(flatten)]
    assessment: json::AssessmentJson<'a>,
}

#[derive(Serialize)]
struct IncidentJson<'a> {
    id: &'a str,
    title: &'a str,
    record: &'a str,
    mode: crate::domain::event::Mode,
    entries: usize,
    head: String,
    closed: bool,
    handed_to: Option<&'a str>,
    /// Whether the last hand-over was accepted; null where there was none.
    handover_accepted: Option<bool>,
    /// Who accepted it.
    taken_over_by: Option<String>,
    not_understood: usize,
    /// What stands against relying on the record, the gravest first.
    caveats: Vec<CaveatJson>,
}

#[derive(Serialize)]
struct CaveatJson {
    kind: &'static str,
    text: String,
}

/// What the records lie on, and whether several may write there at once.
#[derive(Serialize)]
struct GroundJson {
    kind: &'static str,
    file_system: Option<String>,
    shared_writing: bool,
}

fn ground(footing: Footing) -> GroundJson {
    let shared_writing = footing.takes_several();
    let (kind, file_system) = match footing {
        Footing::Local => ("local", None),
        Footing::Memory => ("memory", None),
        Footing::Overlay => ("overlay", None),
        Footing::Shared(name) => ("network", Some(name)),
        Footing::Unknown => ("unknown", None),
    };
    GroundJson { kind, file_system, shared_writing }
}

#[derive(Serialize)]
struct AllJson<'a> {
    schema: u32,
    now: String,
    ground: GroundJson,
    clock: ClockQuality,
    incidents: Vec<StatusJson<'a>>,
    problems: Vec<ProblemJson<'a>>,
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    id: &'a str,
    problem: &'a str,
}

/// Prints one incident or all; returns the exit code.
///
/// # Errors
/// No such incident, or a record that cannot be read.
pub(super) fn status(
    ctx: &Ctx,
    id: Option<&str>,
    check: bool,
    soon: Option<&str>,
    advice: bool,
) -> Result<u8, Fault> {
    let soon = match soon {
        None => ctx.soon(),
        Some(text) => time::parse_seconds(text).ok_or_else(|| {
            Fault::usage(Message::plain(format!("--soon: `{text}`")).hint("30m, 1h30m, PT45M"))
        })?,
    };
    ctx.warn_of_ground(id);
    let desk = ctx.desk(Vec::new());
    let now = ctx.now();
    let style = lines::Style { lang: ctx.lang, zone: ctx.zone, soon, lead: ctx.lead() };
    if let Some(id) = id {
        let opened = ctx.opened(&desk, id);
        let (incident, record) = opened.map_err(|e| witness::gone(ctx, id).unwrap_or(e))?;
        let a = incident.assess(now);
        if ctx.format == Format::Json {
            let ground = Some(ground(ctx.store().ground_of(&incident.id)));
            let clock = Some(ctx.clock_quality());
            out::json(&StatusJson { ground, clock, ..one(&desk, &incident, &record, &a, ctx) });
        } else {
            header(&incident, &record, ctx);
            for line in lines::assessment(&incident.case, &a, style, advice) {
                out::line(&line);
            }
            disclaimer(&incident, ctx);
        }
        let grave = is_grave(ctx, &desk, &incident, &record);
        let sure = code(&a, soon);
        return Ok(match (check, grave) {
            (false, _) => 0,
            (true, false) => sure,
            (true, true) => worst_of(Some(sure), 3),
        });
    }
    let (all, mut ways) = everything(ctx, &desk)?;
    let problems = &all.problems;
    let mut assessed: Vec<(&(Incident, Record), Assessment)> = all
        .open
        .iter()
        .filter(|(i, _)| i.closed.is_none() || ctx.format == Format::Json)
        .map(|open| (open, open.0.assess(now)))
        .collect();
    assessed.sort_by_key(|(_, a)| {
        a.next().and_then(|d| d.due).unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC)
    });
    if ctx.format == Format::Json {
        out::json(&AllJson {
            schema: json::SCHEMA,
            now: time::write_local(now, ctx.zone),
            ground: ground(ctx.store().ground()),
            clock: ctx.clock_quality(),
            incidents: assessed
                .iter()
                .map(|((incident, record), a)| one(&desk, incident, record, a, ctx))
                .collect(),
            problems: problems.iter().map(|(id, problem)| ProblemJson { id, problem }).collect(),
        });
    } else {
        for ((incident, record), a) in &assessed {
            out::line(&row(incident, a, style));
            for caveat in ctx.caveats(&desk, incident, record) {
                let short = caveat.kind.short(incident.unread(), ctx.lang);
                out::note(&format!("jishi: {}: {short}", incident.id));
            }
        }
        if let Some(text) = entry::unkept(&ctx.clock_quality(), ctx.lang) {
            out::note(&format!("jishi: {text}"));
        }
        if assessed.is_empty() && problems.is_empty() {
            out::note(Command::NoIncidents.text(ctx.lang));
        }
    }
    for (id, problem) in problems {
        out::note(&format!("jishi: {id}: {problem}"));
    }
    ways.dedup();
    ways.iter().for_each(|way| out::note(&format!("  -> {way}")));
    let open = || assessed.iter().filter(|((i, _), _)| i.closed.is_none());
    let grave = open().any(|((i, r), _)| is_grave(ctx, &desk, i, r));
    let open = open();
    let worst = open.map(|(_, a)| code(a, soon)).min_by_key(|c| severity(*c));
    let sure = problems.is_empty() && !grave;
    let worst = if sure { worst.unwrap_or(0) } else { worst_of(worst, 3) };
    Ok(if check { worst } else { 0 })
}

/// All incidents, with those that are remembered and gone among the problems: a deadline may run in them.
/// With them, what can be done about it.
fn everything(ctx: &Ctx, desk: &Desk) -> Result<(Everything, Vec<String>), Fault> {
    let (mut all, mut ways) = (ctx.everything(desk)?, Vec::new());
    let mode = desk.store().mode();
    for gone in ctx.heads.gone(mode, &desk.store().folder()) {
        all.problems.retain(|(id, _)| *id != gone.incident);
        let Message { text, hints } = gone.message(ctx.lang);
        all.problems.push((gone.incident, text));
        ways.extend(hints);
    }
    Ok((all, ways))
}

fn worst_of(a: Option<u8>, b: u8) -> u8 {
    let a = a.unwrap_or(0);
    if severity(a) <= severity(b) { a } else { b }
}

/// Overdue before due soon before cannot tell before fine.
fn severity(code: u8) -> u8 {
    match code {
        2 => 0,
        1 => 1,
        3 => 2,
        _ => 3,
    }
}

/// The exit code of `--check` for one incident; only the operator's own duties count. It cannot be
/// told while a first report is undecided, or any undecided duty would be due soon.
fn code(a: &Assessment, soon: i64) -> u8 {
    let own = || a.duties.iter().filter(|d| d.own && d.is_open() && d.due.is_some());
    let left = |d: &DutyStatus| d.due.map_or(i64::MAX, |t| (t - a.now).num_seconds());
    if own().any(|d| d.applies == Tri::Yes && left(d) < 0) {
        2
    } else if own().any(|d| d.applies == Tri::Yes && left(d) <= soon) {
        1
    } else {
        let unsure = |d: &DutyStatus| {
            d.applies == Tri::Unknown && (d.role == Role::First || left(d) <= soon)
        };
        if own().any(unsure) { 3 } else { 0 }
    }
}

/// Says whether levels and clocks made from a record may be wrong or incomplete.
fn is_grave(ctx: &Ctx, desk: &Desk, incident: &Incident, record: &Record) -> bool {
    ctx.caveats(desk, incident, record).iter().any(|caveat| caveat.kind.is_grave())
}

fn one<'a>(
    desk: &Desk,
    incident: &'a Incident,
    record: &'a Record,
    a: &'a Assessment,
    ctx: &Ctx,
) -> StatusJson<'a> {
    StatusJson {
        incident: IncidentJson {
            id: &incident.id,
            title: &incident.title,
            record: &incident.record,
            mode: incident.mode,
            entries: incident.entries.len(),
            head: record.head().to_string(),
            closed: incident.closed.is_some(),
            handed_to: incident.handed_to.as_deref(),
            handover_accepted: incident.handover.as_ref().map(|h| h.accepted.is_some()),
            taken_over_by: incident
                .handover
                .as_ref()
                .and_then(|h| h.accepted.as_ref())
                .map(Acceptance::shown),
            not_understood: incident.unread(),
            caveats: ctx
                .caveats(desk, incident, record)
                .iter()
                .map(|c| CaveatJson { kind: c.kind.name(), text: c.message(ctx.lang).text.clone() })
                .collect(),
        },
        ground: None,
        clock: None,
        assessment: json::assessment(&incident.case, a, ctx.zone, ctx.lead()),
    }
}

fn header(incident: &Incident, record: &Record, ctx: &Ctx) {
    let mode = match incident.mode {
        crate::domain::event::Mode::Live => "",
        crate::domain::event::Mode::Exercise => "[演练 EXERCISE] ",
    };
    let title = crate::domain::text::printable(&incident.title);
    out::line(&format!("{mode}{title}  {}", incident.id));
    let head = record.head().short();
    let n = incident.entries.len();
    let lang = ctx.lang;
    out::line(&match lang {
        crate::words::Lang::Zh => format!("记录  {n} 条  头 {head}"),
        crate::words::Lang::En => format!("record  {n} entries  head {head}"),
    });
    if let Some(waits) = crate::report::handover::waits(incident, lang) {
        out::line(&waits);
    }
    if let Some(text) = entry::unkept(&ctx.clock_quality(), lang) {
        out::line(&format!("{}  {text}", lang.pick("时钟", "clock")));
    }
    let file = record.folder.join(record_name(incident.mode));
    if harden::is_set(&file) == Some(true) {
        out::line(Witness::AppendOnly.text(lang));
    }
    if let Some((at, because)) = &incident.closed {
        let at = say::full(*at, ctx.zone);
        out::line(&format!("{}  {at}  {because}", lang.pick("已结束", "closed")));
    }
}

fn disclaimer(incident: &Incident, ctx: &Ctx) {
    for pack in &incident.case.packs {
        let values = [pack.id.as_str(), &pack.edition, &pack.checked];
        out::note(&Command::Disclaimer.with(ctx.lang, &values));
    }
}

/// One line for the list of incidents.
fn row(incident: &Incident, a: &Assessment, style: lines::Style) -> String {
    let lang = style.lang;
    let level = incident
        .case
        .packs
        .iter()
        .zip(&a.packs)
        .map(|(p, v)| say::bounds(p, v, lang))
        .collect::<Vec<_>>()
        .join(" | ");
    let clock = a.next().map_or_else(
        || Command::NothingRuns.text(lang).to_owned(),
        |d| clock_words(incident, d, a, style),
    );
    let title = crate::domain::text::printable(&incident.title);
    format!("{}  {title}  {level}  {clock}", incident.id)
}

fn clock_words(incident: &Incident, d: &DutyStatus, a: &Assessment, style: lines::Style) -> String {
    let mark = say::Urgency::with_lead(d, a.now, style.soon, style.lead).mark();
    let due = d.due.unwrap_or(a.now);
    let left = say::countdown((due - a.now).num_seconds(), style.lang);
    let at = say::moment_with_offset(due, a.now, style.zone, style.lang);
    let undecided = if d.applies == Tri::Unknown { say::state(d, style.lang) } else { "" };
    let title = say::duty_title(&incident.case, d, style.lang);
    format!("{mark} {left}  {title}  {at}  {undecided}").trim_end().to_owned()
}

/// Prints the next deadline of all incidents on one short line; nothing when no clock runs.
///
/// # Errors
/// The data folder cannot be read.
pub(super) fn next(ctx: &Ctx) -> Result<u8, Fault> {
    let desk = ctx.desk(Vec::new());
    let now = ctx.now();
    let (all, _) = everything(ctx, &desk)?;
    let soon = ctx.soon();
    let style = lines::Style { lang: ctx.lang, zone: ctx.zone, soon, lead: ctx.lead() };
    let assessed: Vec<(&Incident, Assessment)> = all
        .open
        .iter()
        .filter(|(incident, _)| incident.closed.is_none())
        .map(|(incident, _)| (incident, incident.assess(now)))
        .collect();
    let soonest = assessed
        .iter()
        .filter_map(|(i, a)| Some((i, a, a.next()?)))
        .min_by_key(|(.., d)| (!d.own, d.due));
    match (soonest, ctx.format) {
        (Some((incident, a, d)), Format::Text) => {
            let title = crate::domain::text::printable(&incident.title);
            out::line(&format!("{}  {title}", clock_words(incident, d, a, style)));
        }
        (Some((incident, _, d)), Format::Json) => {
            #[derive(Serialize)]
            struct Next<'a> {
                incident: &'a str,
                id: &'a str,
                due: Option<String>,
                applies: Tri,
            }
            let due = d.due.map(|t| time::write_local(t, ctx.zone));
            out::json(&Next { incident: &incident.id, id: &d.id, due, applies: d.applies });
        }
        (None, Format::Json) => out::json(&serde_json::Value::Null),
        (None, Format::Text) => {}
    }
    let against = all.open.iter().filter(|(i, _)| i.closed.is_none()).find_map(|(i, r)| {
        let caveat = ctx.caveats(&desk, i, r).into_iter().find(|c| c.kind.is_grave())?;
        Some(caveat.message(ctx.lang).text.clone())
    });
    let first = all.problems.first().map(|(id, problem)| format!("{id}: {problem}"));
    if let Some(text) = first.or(against) {
        return Err(Fault::machine(Message::plain(text)));
    }
    Ok(0)
}

/// Assesses a facts file.
///
/// # Errors
/// The file cannot be read, or holds a wrong name, kind or range.
pub(super) fn assess(ctx: &Ctx, file: &Path) -> Result<u8, Fault> {
    let lang = ctx.lang;
    let name = file.display().to_string();
    let text = super::ctx::read_text(file, facts::MOST_BYTES, lang)?;
    let parsed = facts::parse(&text).map_err(|why| {
        Fault::usage(Message::plain(Command::NotFacts.with(lang, &[&name, &why])))
    })?;
    let packs = ctx.packs_of_ids(&parsed.packs)?;
    let now = ctx.now();
    let case = facts::case(&parsed, packs, now, ctx.zone, lang).map_err(|wrong| {
        let texts: Vec<String> =
            wrong.iter().map(|m| Command::FactAt.with(lang, &[&name, &m.text])).collect();
        let mut message = Message::plain(texts.join("\n"));
        message.hints = wrong.into_iter().flat_map(|m| m.hints).collect();
        message.hints.dedup();
        Fault::usage(message)
    })?;
    let a = crate::domain::assess::assess(&case, now);
    if ctx.format == Format::Json {
        out::json(&json::assessment(&case, &a, ctx.zone, ctx.lead()));
    } else {
        if crate::domain::assess::learned_at(&case).is_none() {
            out::note(Command::NoLearnedAt.text(lang));
        }
        let soon = ctx.soon();
        let style = lines::Style { lang, zone: ctx.zone, soon, lead: ctx.lead() };
        lines::assessment(&case, &a, style, true).iter().for_each(|l| out::line(l));
    }
    Ok(0)
}
