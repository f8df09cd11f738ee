//! One entry of a record as people read it.

use crate::app::{App, Item};
use crate::domain::case::Case;
use crate::domain::event::{Entry, Event};
use crate::domain::incident::UNKNOWN;
use crate::domain::time::{self, Zone};
use crate::domain::value::Value;
use crate::words::console::Word as W;
use crate::words::say;

/// One line: what happened.
pub(super) fn summary(app: &App, item: &Item, entry: &Entry) -> String {
    let lang = app.lang();
    let case = &item.incident.case;
    let duty = |id: &str| -> String {
        let found = case.find_duty(id);
        found.map_or_else(|| id.to_owned(), |(p, d)| lang.of(&p.duties[d.at()].title).to_owned())
    };
    let with = |mut line: String, more: &Option<String>| {
        if let Some(more) = more {
            line.push_str(", ");
            line.push_str(more);
        }
        line
    };
    match &entry.event {
        Event::Opened { title, .. } => W::EvOpened.with(lang, &[title]),
        Event::Answered { set, note } => {
            let all: Vec<String> = set.iter().map(|(k, v)| answer(app, case, k, v)).collect();
            with(W::EvAnswered.with(lang, &[&all.join("; ")]), note)
        }
        Event::Sent(s) => {
            let (to, channel) = (body(app, case, &s.to), channel(app, case, &s.channel));
            let line = match &s.failed {
                Some(why) => W::EvFailed.with(lang, &[&to, &channel, why]),
                None => W::EvSent.with(lang, &[&to, &channel, &duty(&s.duty)]),
            };
            with(with(line, &s.reference), &s.late_because)
        }
        Event::Received { to, reference, officer, .. } => {
            let line = W::EvReceived.with(lang, &[&body(app, case, to)]);
            with(with(line, reference), officer)
        }
        Event::Waived { duty: id, because } => W::EvWaived.with(lang, &[&duty(id), because]),
        Event::Corrected { entry, because, fields } if fields.is_empty() => {
            W::EvWithdrawn.with(lang, &[&entry.to_string(), because])
        }
        Event::Corrected { entry, because, fields } => {
            let all: Vec<String> = fields.iter().map(|(k, v)| answer(app, case, k, v)).collect();
            W::EvCorrected.with(lang, &[&entry.to_string(), &all.join("; "), because])
        }
        Event::Noted { text } => W::EvNoted.with(lang, &[text]),
        Event::HandedOver { to } => W::EvHandedOver.with(lang, &[to]),
        Event::Closed { because } => W::EvClosed.with(lang, &[because]),
        Event::NotUnderstood { kind } => W::EvUnknown.with(lang, &[kind]),
    }
}

/// A fact or moment with its answer.
fn answer(app: &App, case: &Case, id: &str, text: &str) -> String {
    let lang = app.lang();
    let utc = Zone::Fixed(chrono::Offset::fix(&chrono::Utc));
    let name = name(app, case, id);
    if text == UNKNOWN {
        return format!("{name} = {}", W::Unknown.text(lang));
    }
    let (now, zone) = (app.now(), app.zone());
    let shown = match case.fact(id) {
        Some(fact) => Value::parse(&fact.kind, text, now, utc).ok().map(|v| {
            let pack = case.packs.iter().find(|p| p.fact(id).is_some());
            say::answer(fact, pack.map(AsRef::as_ref), Some(&v), now, zone, lang)
        }),
        None => time::parse(text, now, utc).ok().map(|t| say::moment(t, now, zone, lang)),
    };
    format!("{name} = {}", shown.unwrap_or_else(|| text.to_owned()))
}

/// The short name of a fact or moment.
pub(super) fn name(app: &App, case: &Case, id: &str) -> String {
    let short = case.fact(id).map(|f| &f.short).or_else(|| case.anchor(id).map(|a| &a.short));
    short.map_or_else(|| id.to_owned(), |t| app.lang().of(t).to_owned())
}

/// The name of a body, by id.
pub(super) fn body(app: &App, case: &Case, id: &str) -> String {
    let found = case.packs.iter().find_map(|p| p.body(id));
    found.map_or_else(|| id.to_owned(), |(_, b)| app.lang().of(&b.name).to_owned())
}

fn channel(app: &App, case: &Case, id: &str) -> String {
    let found = case.packs.iter().find_map(|p| p.channel(id));
    found.map_or_else(|| id.to_owned(), |(_, c)| app.lang().of(&c.name).to_owned())
}

/// The first sixteen digits of a head, in groups of four.
pub(super) fn short_head(head: &str) -> String {
    let digits: Vec<char> = head.chars().take(16).collect();
    let groups: Vec<String> = digits.chunks(4).map(|c| c.iter().collect()).collect();
    groups.join(" ")
}
