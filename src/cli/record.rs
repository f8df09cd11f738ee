//! `new`, `set`, `sent`, `received`, `waive`, `correct`, `note`, `handover`, `close`: everything that
//! puts an entry into a record.

use std::path::Path;

use serde::Serialize;

use super::args::{Cmd, Format};
use super::ctx::Ctx;
use super::fault::Fault;
use super::{facts, out};
use crate::domain::case::LEARNED_AT;
use crate::domain::decide::{Intent, Refusal};
use crate::domain::diff;
use crate::domain::duty::State;
use crate::domain::event::{Attachment, Entry, Event, ToldBy};
use crate::domain::text::printable;
use crate::domain::time::{self, Time};
use crate::host::beside;
use crate::report::handover::{self, Page};
use crate::report::lines;
use crate::words::command::Command;
use crate::words::refusal::Message;
use crate::words::{entry as entry_words, say};

#[derive(Serialize)]
struct RecordedJson<'a> {
    incident: &'a str,
    entry: u64,
    id: &'a str,
    head: String,
}

/// Opens an incident and prints its id.
///
/// # Errors
/// Bad input, or the record cannot be written.
pub(super) fn new(
    ctx: &Ctx,
    title: &str,
    learned_at: &str,
    packs: &[String],
    args: &[String],
    (watch, yes): (bool, bool),
) -> Result<u8, Fault> {
    ctx.warn_of_ground(None);
    let mut answers = facts::pairs(args, ctx.lang).map_err(Fault::usage)?;
    answers.retain(|(name, _)| name != LEARNED_AT);
    let (learned_at, marked) = time::off_watch(learned_at);
    let text = time::by_watch(learned_at, watch || marked);
    answers.insert(0, (LEARNED_AT.to_owned(), text));
    let learned = moment(ctx, "learned_at", Some(learned_at))?;
    let packs = ctx.packs(packs)?;
    let ids: Vec<String> = packs.iter().map(|p| p.id.clone()).collect();
    let desk = ctx.desk(packs);
    let act = ctx.act()?;
    let (incident, record) = desk
        .draft_new(title, &ids, &answers, yes, &act)
        .and_then(|new| desk.store_new(&new))
        .map_err(|e| ctx.act_fault(&act, false, e))?;
    clock_noted(ctx, &incident.entries);
    echo(ctx, "learned_at", learned_at, learned, watch || marked);
    if ctx.format == Format::Json {
        let entry = incident.entries.last();
        out::json(&RecordedJson {
            incident: &incident.id,
            entry: entry.map_or(0, |e| e.n),
            id: entry.map_or("", |e| &e.id),
            head: record.head().to_string(),
        });
    } else {
        out::line(&incident.id);
    }
    unsaid(ctx, &incident.id, incident.entries.last().map_or(0, |e| e.n));
    Ok(0)
}

/// Carries out one of the other commands.
///
/// # Errors
/// Bad input, a refusal, or the record cannot be written.
pub(super) fn act(ctx: &Ctx, command: &Cmd) -> Result<u8, Fault> {
    let at = |t: &Option<String>| moment(ctx, "happened_at", t.as_deref());
    let (id, intent) = match command {
        Cmd::Set { id, facts, happened_at, note, yes, .. } => {
            let set = facts::pairs(facts, ctx.lang).map_err(Fault::usage)?;
            let (note, happened_at) = (note.clone(), at(happened_at)?);
            (id, Intent::Answer { set, note, happened_at, confirmed: *yes })
        }
        Cmd::Sent {
            id,
            duty,
            to,
            channel,
            reference,
            happened_at,
            attach,
            failed,
            late_because,
            ..
        } => {
            let attachments: Result<Vec<_>, _> =
                attach.iter().map(|p| attachment(ctx, p)).collect();
            let intent = Intent::Report {
                duty: duty.clone(),
                to: to.clone(),
                channel: channel.clone(),
                reference: reference.clone(),
                happened_at: at(happened_at)?,
                attachments: attachments?,
                failed: failed.clone(),
                late_because: late_because.clone(),
            };
            (id, intent)
        }
        Cmd::Received { id, duty, to, reference, by, happened_at, .. } => {
            let intent = Intent::Acknowledge {
                duty: duty.clone(),
                to: to.clone(),
                reference: reference.clone(),
                officer: by.clone(),
                happened_at: at(happened_at)?,
            };
            (id, intent)
        }
        Cmd::Waive { id, duty, because, .. } => {
            (id, Intent::Waive { duty: duty.clone(), because: because.clone() })
        }
        Cmd::Correct { id, entry, because, fields, .. } => {
            let fields = facts::pairs(fields, ctx.lang).map_err(Fault::usage)?;
            (id, Intent::Correct { entry: *entry, because: because.clone(), fields })
        }
        Cmd::Note { id, text, happened_at, .. } => {
            (id, Intent::Note { text: text.clone(), happened_at: at(happened_at)? })
        }
        Cmd::Handover { id, show: true, .. } => return show_handover(ctx, id),
        Cmd::Handover { id, to: Some(to), .. } => (id, Intent::HandOver { to: to.clone() }),
        Cmd::Handover { id, name, .. } => (id, take_over(ctx, id, name.as_ref())?),
        Cmd::Close { id, because, .. } => (id, Intent::Close { because: because.clone() }),
        _ => return Err(Fault::from_refusal(&Refusal::Nothing, ctx.lang)),
    };
    ctx.warn_of_ground(Some(id));
    let (watch, yes) = said(command);
    let intent = if watch { Intent::ByWatch(Box::new(intent)) } else { intent };
    let intent = if yes { Intent::Confirmed(Box::new(intent)) } else { intent };
    record(ctx, id, &intent)
}

/// Whether the time was read from a watch, and whether what stands in the way was confirmed.
fn said(command: &Cmd) -> (bool, bool) {
    let marked = |at: &Option<String>| at.as_deref().is_some_and(|at| time::off_watch(at).1);
    match command {
        Cmd::Set { watch, yes, happened_at, .. }
        | Cmd::Sent { watch, yes, happened_at, .. }
        | Cmd::Received { watch, yes, happened_at, .. } => (*watch || marked(happened_at), *yes),
        Cmd::Waive { yes, .. }
        | Cmd::Correct { yes, .. }
        | Cmd::Handover { yes, .. }
        | Cmd::Close { yes, .. } => (false, *yes),
        Cmd::Note { watch, happened_at, .. } => (*watch || marked(happened_at), false),
        _ => (false, false),
    }
}

fn record(ctx: &Ctx, id: &str, intent: &Intent) -> Result<u8, Fault> {
    let desk = ctx.desk(Vec::new());
    let (mut incident, mut record) = ctx.to_write(&desk, id)?;
    let now = ctx.now();
    let old = incident.assess(now);
    let known = record.entries.len();
    let act = ctx.act()?;
    // A report made in time must not become late by being recorded late.
    let timed = *intent != intent.clone().since(act.attempt().at);
    desk.act_on(&mut record, intent, &act).map_err(|e| ctx.act_fault(&act, timed, e))?;
    record.entries.iter().skip(known).for_each(|e| incident.apply(e.clone()));
    clock_noted(ctx, record.entries.get(known..).unwrap_or_default());
    let incident = &incident;
    let Some(entry) = record.find(act.id()) else {
        return Err(Fault::from_refusal(&Refusal::Nothing, ctx.lang));
    };
    if ctx.format == Format::Json {
        out::json(&RecordedJson {
            incident: &incident.id,
            entry: entry.n,
            id: &entry.id,
            head: record.head().to_string(),
        });
    } else {
        let n = entry.n.to_string();
        let head = record.head().short();
        out::line(&Command::Recorded.with(ctx.lang, &[&n, &head]));
    }
    unsaid(ctx, &incident.id, entry.n);
    let answers =
        record.entries.iter().skip(known).filter(|e| matches!(e.event, Event::Recovered { .. }));
    for answer in answers {
        out::note(&Command::Answered.with(ctx.lang, &[&answer.n.to_string()]));
    }
    if let Some(at) = entry.happened_at {
        let by = entry_words::told_by(entry.happened_by, ctx.lang);
        out::note(&format!("happened_at {}{by}", time::write_local(at, ctx.zone)));
    }
    if let Event::Answered { told_by, .. } | Event::Corrected { told_by, .. } = &entry.event
        && !told_by.is_empty()
    {
        // Which of the times were taken for those of a watch.
        out::note(&entry_words::summary(incident, entry, now, ctx.zone, ctx.lang));
    }
    let new = incident.assess(now.max(entry.at));
    let changes = diff::diff(&old, &new);
    if !changes.is_empty() {
        out::note(Command::ClocksChanged.text(ctx.lang));
        let lines = say::changes(&incident.case, &changes, new.now, ctx.zone, ctx.lang);
        lines.iter().for_each(|l| out::note(&format!("  {l}")));
    }
    if let Event::Sent(sent) = &entry.event
        && sent.late_because.is_none()
        && new.duty(&sent.duty).is_some_and(|d| d.state == Some(State::MetLate))
    {
        let n = entry.n.to_string();
        out::note(&Command::LateAsk.with(ctx.lang, &[&incident.id, &n]));
    }
    Ok(0)
}

/// Says elsewhere what is recorded where standard output could not: the command fails then, and yet it
/// must not be given again.
fn unsaid(ctx: &Ctx, incident: &str, entry: u64) {
    if out::broken().is_some() {
        out::note(&Command::RecordedUnsaid.with(ctx.lang, &[incident, &entry.to_string()]));
    }
}

/// Accepts the last hand-over; whoever handed over must say who takes over.
fn take_over(ctx: &Ctx, id: &str, name: Option<&String>) -> Result<Intent, Fault> {
    let desk = ctx.desk(Vec::new());
    let (incident, _) = ctx.to_write(&desk, id)?;
    let here = desk.store().who().person();
    let open = incident.handover.as_ref().filter(|h| h.accepted.is_none());
    if name.is_none() && open.is_some_and(|h| h.person == here) {
        let message = Message::plain(Command::WhoTakesOver.with(ctx.lang, &[here]));
        return Err(Fault::usage(message.hint(Command::WhoTakesOverHint.text(ctx.lang))));
    }
    let entry = incident.handover.map_or(u64::MAX, |h| h.entry);
    Ok(Intent::TakeOver { entry, name: name.cloned() })
}

/// Prints what somebody who takes over must know; nothing is recorded.
fn show_handover(ctx: &Ctx, id: &str) -> Result<u8, Fault> {
    let (incident, record) = ctx.opened(&ctx.desk(Vec::new()), id)?;
    let style = lines::Style { lang: ctx.lang, zone: ctx.zone, soon: ctx.soon(), lead: ctx.lead() };
    let a = incident.assess(ctx.now());
    let head = record.head().to_string();
    let shown = handover::lines(&incident, &head, &a, style, Page::TEXT);
    if ctx.format == Format::Json {
        let text: Vec<&str> = shown.iter().map(|(line, _)| line.as_str()).collect();
        out::json(&serde_json::json!({ "incident": incident.id, "lines": text }));
    } else {
        shown.iter().for_each(|(line, _)| out::line(line));
    }
    Ok(0)
}

/// Says what had to be recorded of the clock before an act.
fn clock_noted(ctx: &Ctx, entries: &[Entry]) {
    for e in entries {
        if let Event::ClockChanged { what, ms, note } = &e.event {
            let text = entry_words::clock_changed(*what, *ms, note.as_deref(), ctx.lang);
            out::note(&format!("jishi: #{} {}", e.n, printable(&text)));
        }
    }
}

fn moment(ctx: &Ctx, field: &str, text: Option<&str>) -> Result<Option<Time>, Fault> {
    let Some(text) = text else { return Ok(None) };
    time::parse(time::off_watch(text).0, ctx.now(), ctx.zone)
        .map(Some)
        .map_err(|why| Fault::usage(crate::words::refusal::bad_time(field, &why, ctx.lang)))
}

/// Echoes a time with its offset where it was given without one, or read from a watch.
fn echo(ctx: &Ctx, field: &str, given: &str, at: Option<Time>, by_watch: bool) {
    if let Some(at) = at
        && (by_watch || chrono::DateTime::parse_from_rfc3339(given).is_err())
    {
        let by = entry_words::told_by(by_watch.then_some(ToldBy::Watch), ctx.lang);
        let shown = time::write_local(at, ctx.zone) + by;
        out::note(&Command::ReadAs.with(ctx.lang, &[&format!("{field} `{given}`"), &shown]));
    }
}

fn attachment(ctx: &Ctx, path: &Path) -> Result<Attachment, Fault> {
    beside::attachment(path).map_err(|e| Fault::usage(e.message(ctx.lang)))
}
