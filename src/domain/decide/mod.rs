//! From what a person wants to what may stand in the record, or a refusal that leaves no trace.

mod correct;
mod intent;
mod refusal;
mod report;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

pub use intent::{Attempt, Decision, Intent};
pub use refusal::Refusal;

use super::assess::learned_at;
use super::case::LEARNED_AT;
use super::duty::{DutyStatus, HANDLING_ENDED_AT};
use super::event::{Event, PackPin, ToldBy};
use super::incident::{Given, Incident, UNKNOWN};
use super::law::Pack;
use super::suggest::nearest;
use super::text;
use super::time::{self, Time, Zone};
use super::tri::Tri;
use super::value::{Kind, Span, Value};

/// Days after which a `learned_at` is asked about.
pub const LONG_AGO_DAYS: i64 = 30;

/// Decides whether an intent may stand in the record of an incident.
///
/// # Errors
/// A [`Refusal`] that names what is wrong; nothing has been stored.
pub fn decide(
    incident: &Incident,
    intent: &Intent,
    now: Time,
    zone: Zone,
) -> Result<Decision, Refusal> {
    let count = newer_entries(incident);
    if count > 0 && !intent.is_confirmed() && !matches!(intent.bare(), Intent::Note { .. }) {
        return Err(Refusal::NewerEntries { count });
    }
    let told_by = intent.told_by();
    let intent = intent.bare();
    if let Some(entry) = closed_by(incident)
        && !matches!(
            intent,
            Intent::Note { .. } | Intent::Correct { .. } | Intent::Acknowledge { .. }
        )
    {
        return Err(Refusal::Closed { entry });
    }
    let work = Work { incident, now, zone };
    let decision = match intent {
        Intent::ByWatch(_) | Intent::Confirmed(_) => Err(Refusal::Nothing),
        Intent::Answer { set, note, happened_at, confirmed } => {
            work.answer(set, note.as_deref(), *happened_at, *confirmed, told_by)
        }
        Intent::Report { .. } => work.report(intent),
        Intent::Acknowledge { .. } => work.acknowledge(intent),
        Intent::Waive { duty, because } => {
            let status = work.duty(duty)?;
            let because = text::note("because", because)?;
            work.decision(Event::Waived { duty: status.id, because }, None)
        }
        Intent::Correct { entry, because, fields } => work.correct(*entry, because, fields),
        Intent::Note { text, happened_at } => {
            work.not_future("happened_at", *happened_at)?;
            let text = text::note("text", text)?;
            work.decision(Event::Noted { text }, *happened_at)
        }
        Intent::HandOver { to } => {
            let to = text::line("to", to)?;
            work.decision(Event::HandedOver { to }, None)
        }
        Intent::TakeOver { entry, name } => match &incident.handover {
            Some(h) if h.entry == *entry => match &h.accepted {
                None => {
                    let name = name.as_ref().map(|name| text::line("name", name)).transpose()?;
                    work.decision(Event::TookOver { entry: *entry, name }, None)
                }
                Some(a) => Err(Refusal::Accepted { by: a.shown(), entry: a.entry }),
            },
            _ => Err(Refusal::NoHandOver),
        },
        Intent::Close { because } => {
            let because = text::note("because", because)?;
            let open: Vec<String> = incident
                .assess(now)
                .duties
                .iter()
                .filter(|d| d.own && d.applies == Tri::Yes && d.due.is_some() && d.is_open())
                .map(|d| d.id.clone())
                .collect();
            if open.is_empty() {
                work.decision(Event::Closed { because }, None)
            } else {
                Err(Refusal::OpenDuties { duties: open })
            }
        }
    }?;
    let marked = matches!(&decision.event, Event::Answered { told_by, .. } if !told_by.is_empty());
    if told_by.is_some() && decision.happened_at.is_none() && !marked {
        return Err(Refusal::WatchWithoutTime);
    }
    Ok(decision)
}

/// How many entries of a record only a newer version understands.
pub fn newer_entries(incident: &Incident) -> usize {
    let newer = |e: &&super::event::Entry| matches!(e.event, Event::NotUnderstood { .. });
    incident.entries.iter().filter(newer).count()
}

/// Reads answers as they are typed, for recording them or for looking at what they would do.
///
/// # Errors
/// The first answer that is not of its fact's kind, or has an unknown name.
pub fn read_answers(
    incident: &Incident,
    set: &[(String, String)],
    now: Time,
    zone: Zone,
) -> Result<Vec<(String, Option<Given>)>, Refusal> {
    Work { incident, now, zone }.read(set)
}

/// The entry that closed an incident, where it is closed.
pub fn closed_by(incident: &Incident) -> Option<u64> {
    incident.closed.as_ref()?;
    let closing = |e: &&super::event::Entry| matches!(e.event, Event::Closed { .. });
    incident.entries.iter().rev().find(closing).map(|e| e.n)
}

/// Says whether an answer holds a moment.
fn has_moment(given: Option<&Given>) -> bool {
    match given {
        Some(Given::Moment(_)) => true,
        Some(Given::Value(Value::Duration(span))) => {
            matches!(span, Span::Since(_) | Span::Between(..))
        }
        _ => false,
    }
}

struct Work<'a> {
    incident: &'a Incident,
    now: Time,
    zone: Zone,
}

impl Work<'_> {
    #[expect(clippy::unnecessary_wraps, reason = "every arm of `decide` ends with it")]
    fn decision(&self, event: Event, happened_at: Option<Time>) -> Result<Decision, Refusal> {
        Ok(Decision { event, happened_at })
    }

    fn shown(&self, at: Time) -> String {
        time::write_local(at, self.zone)
    }

    fn not_future(&self, field: &str, at: Option<Time>) -> Result<(), Refusal> {
        match at {
            Some(at) if at > self.now => {
                Err(Refusal::Future { field: field.to_owned(), at: self.shown(at) })
            }
            _ => Ok(()),
        }
    }

    fn not_before(
        &self,
        field: &str,
        at: Time,
        other: &'static str,
        limit: Option<Time>,
    ) -> Result<(), Refusal> {
        match limit {
            Some(limit) if at < limit => Err(Refusal::Before {
                field: field.to_owned(),
                at: self.shown(at),
                other,
                limit: self.shown(limit),
            }),
            _ => Ok(()),
        }
    }

    fn read(&self, set: &[(String, String)]) -> Result<Vec<(String, Option<Given>)>, Refusal> {
        set.iter().map(|(name, text)| Ok((name.clone(), self.read_one(name, text)?))).collect()
    }

    fn read_one(&self, name: &str, text: &str) -> Result<Option<Given>, Refusal> {
        let case = &self.incident.case;
        let is_anchor = case.anchor(name).is_some();
        let fact = case.fact(name);
        if fact.is_none() && !is_anchor {
            let names = case.all_facts().into_iter().map(|f| f.id.as_str());
            let names = names.chain(case.all_anchors().into_iter().map(|a| a.id.as_str()));
            let nearest = nearest(name, names);
            return Err(Refusal::UnknownFact { name: name.to_owned(), nearest });
        }
        if text::half_width(text.trim()) == UNKNOWN {
            return Ok(None);
        }
        let moment = fact.is_none_or(|f| f.kind == Kind::Duration);
        let text = if moment { time::off_watch(text).0 } else { text };
        let Some(fact) = fact else {
            let at = time::parse(text, self.now, self.zone)
                .map_err(|why| Refusal::BadTime { field: name.to_owned(), why })?;
            return Ok(Some(Given::Moment(at)));
        };
        Value::parse(&fact.kind, text, self.now, self.zone)
            .map(|v| Some(Given::Value(v)))
            .map_err(|why| Refusal::BadValue { fact: name.to_owned(), why, kind: fact.kind.name() })
    }

    fn answer(
        &self,
        set: &[(String, String)],
        note: Option<&str>,
        happened_at: Option<Time>,
        confirmed: bool,
        told_by: Option<ToldBy>,
    ) -> Result<Decision, Refusal> {
        if set.is_empty() {
            return Err(Refusal::Nothing);
        }
        self.not_future("happened_at", happened_at)?;
        let given = self.read(set)?;
        self.check_moments(&given, confirmed)?;
        let (mut written, mut marked) = (BTreeMap::new(), BTreeMap::new());
        for ((name, given), (_, text)) in given.iter().zip(set) {
            written.insert(name.clone(), self.write(name, given.as_ref()));
            let by = self.told_by(name, text, given.as_ref())?;
            let by = by.or(told_by.filter(|_| has_moment(given.as_ref())));
            match by {
                Some(by) => marked.insert(name.clone(), by),
                None => marked.remove(name),
            };
        }
        let note = note.map(|n| text::note("note", n)).transpose()?;
        self.decision(Event::Answered { set: written, note, told_by: marked }, happened_at)
    }

    /// By which clock an answer says that its moments were told, where it was not the host's.
    fn told_by(
        &self,
        name: &str,
        text: &str,
        given: Option<&Given>,
    ) -> Result<Option<ToldBy>, Refusal> {
        let case = &self.incident.case;
        let moment = case.fact(name).is_none_or(|f| f.kind == Kind::Duration);
        match moment && time::off_watch(text).1 {
            true if has_moment(given) => Ok(Some(ToldBy::Watch)),
            true => Err(Refusal::WatchWithoutTime),
            false => Ok(None),
        }
    }

    fn write(&self, name: &str, given: Option<&Given>) -> String {
        match given {
            None => UNKNOWN.to_owned(),
            Some(Given::Moment(at)) => time::write_utc(*at),
            Some(Given::Value(v)) => {
                let kind = self.incident.case.fact(name).map(|f| &f.kind);
                kind.map(|k| v.write(k)).unwrap_or_default()
            }
        }
    }

    fn check_moments(
        &self,
        given: &[(String, Option<Given>)],
        confirmed: bool,
    ) -> Result<(), Refusal> {
        let moment = |wanted: &str| {
            given.iter().find_map(|(n, g)| match g {
                Some(Given::Moment(at)) if n == wanted => Some(*at),
                _ => None,
            })
        };
        for (name, g) in given {
            if let Some(Given::Moment(at)) = g {
                self.not_future(name, Some(*at))?;
            }
        }
        if let Some(at) = moment(LEARNED_AT) {
            check_learned_at(at, self.now, self.zone, confirmed)?;
        }
        let learned = moment(LEARNED_AT).or_else(|| learned_at(&self.incident.case));
        if let Some(at) = moment(HANDLING_ENDED_AT) {
            self.not_before(HANDLING_ENDED_AT, at, LEARNED_AT, learned)?;
        }
        Ok(())
    }

    fn duty(&self, id: &str) -> Result<DutyStatus, Refusal> {
        let case = &self.incident.case;
        let (pack, index) = case.find_duty(id).ok_or_else(|| {
            let ids = case.duty_ids();
            let short = ids.iter().filter_map(|i| i.split_once('/').map(|(_, s)| s));
            let all = ids.iter().map(String::as_str).chain(short);
            Refusal::UnknownDuty { id: id.to_owned(), nearest: nearest(id, all) }
        })?;
        let full = pack.full_id(index);
        let found = self.incident.assess(self.now).duty(&full).cloned();
        found.ok_or(Refusal::UnknownDuty { id: id.to_owned(), nearest: None })
    }

    fn body_name(&self, duty: &DutyStatus, body: super::law::BodyIx) -> String {
        let pack = self.incident.case.packs.iter().find(|p| p.id == duty.pack);
        pack.map(|p| p.bodies[body.at()].id.clone()).unwrap_or_default()
    }

    fn recipient(&self, duty: &DutyStatus, to: Option<&str>) -> Result<String, Refusal> {
        let possible: Vec<String> =
            duty.recipients.iter().map(|r| self.body_name(duty, r.body)).collect();
        match to {
            Some(to) if possible.iter().any(|p| p == to) => Ok(to.to_owned()),
            Some(to) => Err(Refusal::NotRecipient {
                to: text::printable(to),
                duty: duty.id.clone(),
                possible,
            }),
            None if possible.len() == 1 => Ok(possible.into_iter().next().unwrap_or_default()),
            None => Err(Refusal::WhichRecipient { duty: duty.id.clone(), possible }),
        }
    }

    fn not_blocked(&self, duty: &DutyStatus) -> Result<(), Refusal> {
        let Some(block) = duty.blocked else { return Ok(()) };
        let pack = self.incident.case.packs.iter().find(|p| p.id == duty.pack);
        let facts = pack.map(|p| {
            let cond = &p.duties[duty.index.at()].blocked[block].when;
            super::assess::facts_in(cond)
                .into_iter()
                .map(|f| p.facts[f.at()].id.clone())
                .collect::<Vec<_>>()
                .join(", ")
        });
        Err(Refusal::Blocked { duty: duty.id.clone(), fact: facts.unwrap_or_default() })
    }

    fn check_channel(&self, duty: &DutyStatus, to: &str, channel: &str) -> Result<(), Refusal> {
        let pack = self.incident.case.packs.iter().find(|p| p.id == duty.pack);
        let possible: Vec<String> = pack
            .and_then(|p| p.body(to).map(|(_, b)| (p, b)))
            .map(|(p, b)| b.channels.iter().map(|c| p.channels[c.at()].id.clone()).collect())
            .unwrap_or_default();
        if possible.iter().any(|c| c == channel) {
            return Ok(());
        }
        Err(Refusal::BadChannel {
            channel: text::printable(channel),
            to: to.to_owned(),
            nearest: nearest(channel, possible.iter().map(String::as_str)),
            possible,
        })
    }
}

/// Checks the moment at which an incident was learned of.
///
/// # Errors
/// It lies in the future, or more than thirty days back and was not confirmed.
pub fn check_learned_at(at: Time, now: Time, zone: Zone, confirmed: bool) -> Result<(), Refusal> {
    let shown = time::write_local(at, zone);
    if at > now {
        return Err(Refusal::Future { field: LEARNED_AT.to_owned(), at: shown });
    }
    if now - at > TimeDelta::days(LONG_AGO_DAYS) && !confirmed {
        return Err(Refusal::LongAgo { at: shown, days: LONG_AGO_DAYS });
    }
    Ok(())
}

/// Decides how a record begins: the opening entry, and the first answers where there are any.
///
/// # Errors
/// The title cannot be kept, a time is out of range, or an answer is wrong.
pub fn begin(
    record: &str,
    title: &str,
    packs: &[Arc<Pack>],
    answers: &[(String, String)],
    now: Time,
    zone: Zone,
    confirmed: bool,
) -> Result<Vec<Event>, Refusal> {
    let title = text::line("title", title)?;
    let pins = packs
        .iter()
        .map(|p| PackPin { id: p.id.clone(), edition: p.edition.clone(), sha256: p.sha256.clone() })
        .collect();
    let opened = Event::Opened { record: record.to_owned(), title, packs: pins };
    let empty = Incident::fold("", packs.to_vec(), Vec::new());
    let work = Work { incident: &empty, now, zone };
    let answered = work.answer(answers, None, None, confirmed, None)?;
    Ok(vec![opened, answered.event])
}
