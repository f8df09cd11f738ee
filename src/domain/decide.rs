//! From what a person wants to what may stand in the record, or a refusal that leaves no trace.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::assess::learned_at;
use super::case::LEARNED_AT;
use super::duty::{DutyStatus, HANDLING_ENDED_AT};
use super::event::{Attachment, Event, PackPin, Sent, ToldBy};
use super::incident::{Given, Incident, UNKNOWN, correctable};
use super::law::Pack;
use super::suggest::nearest;
use super::text::{self, BadText};
use super::time::{self, BadTime, Time, Zone};
use super::tri::Tri;
use super::value::{BadValue, Value};

/// What a person wants to put into the record; texts as they were typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Answer facts or anchors; `?` takes an answer back.
    Answer {
        /// Fact or anchor id and the text typed for it.
        set: Vec<(String, String)>,
        /// Why, or where from.
        note: Option<String>,
        /// Since when it was known.
        happened_at: Option<Time>,
        /// A far-away `learned_at` was confirmed.
        confirmed: bool,
    },
    /// Record one attempt to report.
    Report {
        /// Duty id, full or short.
        duty: String,
        /// Body; may be left out where the duty has one recipient.
        to: Option<String>,
        /// Channel id.
        channel: String,
        /// Reference or ticket number.
        reference: Option<String>,
        /// When it was sent; now, if left out.
        happened_at: Option<Time>,
        /// Files that went with it.
        attachments: Vec<Attachment>,
        /// Why the attempt failed.
        failed: Option<String>,
        /// Why it is late.
        late_because: Option<String>,
    },
    /// Record that a recipient acknowledged.
    Acknowledge {
        /// Duty id, full or short.
        duty: String,
        /// Body; may be left out where only one was told.
        to: Option<String>,
        /// The recipient's reference.
        reference: Option<String>,
        /// The person who took it.
        officer: Option<String>,
        /// When it was acknowledged; now, if left out.
        happened_at: Option<Time>,
    },
    /// Declare that a duty does not apply.
    Waive {
        /// Duty id, full or short.
        duty: String,
        /// Why.
        because: String,
    },
    /// Correct or withdraw an earlier entry.
    Correct {
        /// Position of the entry.
        entry: u64,
        /// Why.
        because: String,
        /// New values by field; none: the entry no longer counts.
        fields: Vec<(String, String)>,
    },
    /// Keep a note.
    Note {
        /// The text.
        text: String,
        /// When it happened.
        happened_at: Option<Time>,
    },
    /// Hand over.
    HandOver {
        /// To whom.
        to: String,
    },
    /// Accept a hand-over.
    TakeOver {
        /// Position of the hand-over.
        entry: u64,
    },
    /// Close.
    Close {
        /// Why.
        because: String,
    },
    /// Another intent whose `happened_at` was read from somebody's watch.
    ByWatch(Box<Self>),
    /// Another intent that was confirmed although newer entries are not understood.
    Confirmed(Box<Self>),
}

impl Intent {
    /// Returns the intent without what was said about it.
    pub fn bare(&self) -> &Self {
        match self {
            Self::ByWatch(inner) | Self::Confirmed(inner) => inner.bare(),
            bare => bare,
        }
    }

    /// Returns the clock by which its `happened_at` was told, where that is not the host's.
    pub fn told_by(&self) -> Option<ToldBy> {
        match self {
            Self::ByWatch(_) => Some(ToldBy::Watch),
            Self::Confirmed(inner) => inner.told_by(),
            _ => None,
        }
    }

    /// Says whether it was confirmed although newer entries are not understood.
    pub fn is_confirmed(&self) -> bool {
        match self {
            Self::Confirmed(_) => true,
            Self::ByWatch(inner) => inner.is_confirmed(),
            _ => false,
        }
    }
}

/// What an accepted intent becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What is to stand in the record.
    pub event: Event,
    /// When it happened, where that is not "now".
    pub happened_at: Option<Time>,
}

/// Why an intent cannot stand in the record; nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such fact or anchor.
    #[error("no fact or anchor is called `{name}`")]
    UnknownFact {
        /// What was given.
        name: String,
        /// The nearest right name.
        nearest: Option<String>,
    },
    /// The answer is not of the fact's kind.
    #[error("{fact}: {why}")]
    BadValue {
        /// The fact.
        fact: String,
        /// Why.
        why: BadValue,
        /// The kind that was expected.
        kind: &'static str,
    },
    /// A time cannot be read.
    #[error("{field}: {why}")]
    BadTime {
        /// The field.
        field: String,
        /// Why.
        why: BadTime,
    },
    /// A text cannot be kept.
    #[error(transparent)]
    BadText(#[from] BadText),
    /// A time lies after now.
    #[error("{field} `{at}` lies in the future")]
    Future {
        /// The field.
        field: String,
        /// What was given.
        at: String,
    },
    /// A time lies before one that it cannot precede.
    #[error("{field} `{at}` lies before {other} `{limit}`")]
    Before {
        /// The field.
        field: String,
        /// What was given.
        at: String,
        /// The other field.
        other: &'static str,
        /// Its time.
        limit: String,
    },
    /// `learned_at` lies more than thirty days back; ask whether that is meant.
    #[error("learned_at `{at}` lies more than {days} days back")]
    LongAgo {
        /// What was given.
        at: String,
        /// How many days.
        days: i64,
    },
    /// Nothing was given to record.
    #[error("nothing to record")]
    Nothing,
    /// No such duty.
    #[error("no duty is called `{id}`")]
    UnknownDuty {
        /// What was given.
        id: String,
        /// The nearest right name.
        nearest: Option<String>,
    },
    /// Not a recipient of this duty.
    #[error("`{to}` is not a recipient of {duty} ({})", possible.join(", "))]
    NotRecipient {
        /// What was given.
        to: String,
        /// The duty.
        duty: String,
        /// Who is.
        possible: Vec<String>,
    },
    /// The duty has several recipients and none was named.
    #[error("{duty} has several recipients: {}", possible.join(", "))]
    WhichRecipient {
        /// The duty.
        duty: String,
        /// Who they are.
        possible: Vec<String>,
    },
    /// The channel does not lead to this body.
    #[error("channel `{channel}` does not lead to {to} ({})", possible.join(", "))]
    BadChannel {
        /// What was given.
        channel: String,
        /// The body.
        to: String,
        /// Channels that do.
        possible: Vec<String>,
        /// The nearest right name.
        nearest: Option<String>,
    },
    /// The duty is blocked.
    #[error("{duty} is blocked: {fact}")]
    Blocked {
        /// The duty.
        duty: String,
        /// The facts that block it.
        fact: String,
    },
    /// Receipt without a report.
    #[error("nothing was sent to {to} for {duty} yet")]
    NotSent {
        /// The duty.
        duty: String,
        /// The body.
        to: String,
    },
    /// No such entry.
    #[error("there is no entry {entry}; the record has {count}")]
    UnknownEntry {
        /// What was given.
        entry: u64,
        /// How many there are.
        count: usize,
    },
    /// The entry has no such field, or cannot be corrected so.
    #[error("entry {entry} ({kind}) has no field `{field}`")]
    UnknownField {
        /// The entry.
        entry: u64,
        /// Its kind.
        kind: String,
        /// What was given.
        field: String,
        /// What it has.
        possible: Vec<String>,
    },
    /// The first entry cannot be withdrawn.
    #[error("entry {entry} cannot be withdrawn: the record begins with it")]
    FirstEntry {
        /// The entry.
        entry: u64,
    },
    /// There is no such hand-over to accept.
    #[error("there is no hand-over to accept")]
    NoHandOver,
    /// The hand-over was accepted already.
    #[error("the hand-over was accepted by {by} already (entry {entry})")]
    Accepted {
        /// By whom.
        by: String,
        /// In which entry.
        entry: u64,
    },
    /// The incident is closed.
    #[error("the incident is closed")]
    Closed {
        /// The entry that closed it.
        entry: u64,
    },
    /// The record holds entries that only a newer version understands; ask whether to go on.
    #[error("the record holds entries of a newer version that are not understood: {count}")]
    NewerEntries {
        /// How many.
        count: usize,
    },
    /// A time was read from a watch, but there is no time.
    #[error("a time from a watch has to be given")]
    WatchWithoutTime,
    /// Own duties are open.
    #[error("duties are open: {}", duties.join(", "))]
    OpenDuties {
        /// Which.
        duties: Vec<String>,
    },
}

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
            work.answer(set, note.as_deref(), *happened_at, *confirmed)
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
        Intent::TakeOver { entry } => match &incident.handover {
            Some(h) if h.entry == *entry => match &h.accepted {
                None => work.decision(Event::TookOver { entry: *entry }, None),
                Some(a) => Err(Refusal::Accepted { by: a.by.clone(), entry: a.entry }),
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
    if told_by.is_some() && decision.happened_at.is_none() {
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
    ) -> Result<Decision, Refusal> {
        if set.is_empty() {
            return Err(Refusal::Nothing);
        }
        self.not_future("happened_at", happened_at)?;
        let given = self.read(set)?;
        self.check_moments(&given, confirmed)?;
        let mut written = BTreeMap::new();
        for (name, given) in &given {
            written.insert(name.clone(), self.write(name, given.as_ref()));
        }
        let note = note.map(|n| text::note("note", n)).transpose()?;
        self.decision(Event::Answered { set: written, note }, happened_at)
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

    fn report(&self, intent: &Intent) -> Result<Decision, Refusal> {
        let Intent::Report {
            duty,
            to,
            channel,
            reference,
            happened_at,
            attachments,
            failed,
            late_because,
        } = intent
        else {
            return Err(Refusal::Nothing);
        };
        let status = self.duty(duty)?;
        self.not_blocked(&status)?;
        let to = self.recipient(&status, to.as_deref())?;
        self.check_channel(&status, &to, channel)?;
        self.not_future("happened_at", *happened_at)?;
        if let Some(at) = happened_at {
            self.not_before("happened_at", *at, LEARNED_AT, learned_at(&self.incident.case))?;
        }
        let line = |field, t: &Option<String>| {
            t.as_deref().filter(|t| !t.trim().is_empty()).map(|t| text::line(field, t)).transpose()
        };
        let sent = Sent {
            duty: status.id,
            to,
            channel: channel.clone(),
            reference: line("reference", reference)?,
            attachments: attachments.clone(),
            failed: line("failed", failed)?,
            late_because: line("late_because", late_because)?,
        };
        self.decision(Event::Sent(sent), *happened_at)
    }

    fn acknowledge(&self, intent: &Intent) -> Result<Decision, Refusal> {
        let Intent::Acknowledge { duty, to, reference, officer, happened_at } = intent else {
            return Err(Refusal::Nothing);
        };
        let status = self.duty(duty)?;
        let told: Vec<String> = status
            .recipients
            .iter()
            .filter(|r| r.sent_at.is_some())
            .map(|r| self.body_name(&status, r.body))
            .collect();
        let to = match to {
            Some(_) => self.recipient(&status, to.as_deref())?,
            None if told.len() == 1 => told[0].clone(),
            None => self.recipient(&status, None)?,
        };
        let sent_at = status
            .recipients
            .iter()
            .find(|r| self.body_name(&status, r.body) == to)
            .and_then(|r| r.sent_at)
            .ok_or_else(|| Refusal::NotSent { duty: status.id.clone(), to: to.clone() })?;
        self.not_future("happened_at", *happened_at)?;
        if let Some(at) = happened_at {
            self.not_before("happened_at", *at, "sent", Some(sent_at))?;
        }
        let line = |field, t: &Option<String>| {
            t.as_deref().filter(|t| !t.trim().is_empty()).map(|t| text::line(field, t)).transpose()
        };
        let event = Event::Received {
            duty: status.id,
            to,
            reference: line("reference", reference)?,
            officer: line("officer", officer)?,
        };
        self.decision(event, *happened_at)
    }

    fn correct(
        &self,
        n: u64,
        because: &str,
        fields: &[(String, String)],
    ) -> Result<Decision, Refusal> {
        let because = text::note("because", because)?;
        let count = self.incident.entries.len();
        let entry = self
            .incident
            .entries
            .iter()
            .find(|e| e.n == n)
            .ok_or(Refusal::UnknownEntry { entry: n, count })?;
        if n == 0 && fields.is_empty() {
            return Err(Refusal::FirstEntry { entry: n });
        }
        let mut new = BTreeMap::new();
        for (field, value) in fields {
            new.insert(field_name(field).to_owned(), self.corrected_field(entry, field, value)?);
        }
        self.decision(Event::Corrected { entry: n, because, fields: new }, None)
    }

    /// Checks one corrected field, and writes it as the record keeps it.
    fn corrected_field(
        &self,
        entry: &super::event::Entry,
        field: &str,
        value: &str,
    ) -> Result<String, Refusal> {
        let field = field_name(field);
        let possible = correctable(&entry.event);
        if let Event::Answered { set, .. } = &entry.event
            && !possible.contains(&field)
        {
            if !set.contains_key(field) {
                let possible = set.keys().cloned().chain(possible.iter().map(|s| (*s).to_owned()));
                return Err(unknown_field(entry, field, possible.collect()));
            }
            let given = self.read(&[(field.to_owned(), value.to_owned())])?;
            self.check_moments(&given, true)?;
            return Ok(self.write(field, given.first().and_then(|(_, g)| g.as_ref())));
        }
        if !possible.contains(&field) {
            let possible = possible.iter().map(|s| (*s).to_owned()).collect();
            return Err(unknown_field(entry, field, possible));
        }
        if field == "happened_at" {
            let at = time::parse(value, self.now, self.zone)
                .map_err(|why| Refusal::BadTime { field: field.to_owned(), why })?;
            self.not_future(field, Some(at))?;
            if matches!(entry.event, Event::Sent(_)) {
                self.not_before(field, at, LEARNED_AT, learned_at(&self.incident.case))?;
            }
            return Ok(time::write_utc(at));
        }
        if let Event::Sent(sent) = &entry.event {
            match field {
                "to" => return self.recipient(&self.duty(&sent.duty)?, Some(value)),
                "channel" => {
                    self.check_channel(&self.duty(&sent.duty)?, &sent.to, value)?;
                    return Ok(value.to_owned());
                }
                _ => {}
            }
        }
        if value.trim().is_empty() || value == UNKNOWN {
            let optional = ["note", "reference", "failed", "late_because", "officer"];
            if optional.contains(&field) {
                return Ok(UNKNOWN.to_owned());
            }
        }
        let name = possible.iter().find(|p| **p == field).copied().unwrap_or("text");
        Ok(match name {
            "text" | "because" | "note" => text::note(name, value)?,
            _ => text::line(name, value)?,
        })
    }
}

/// The name of a field as the record keeps it; the command line's short names are taken too.
fn field_name(field: &str) -> &str {
    match field {
        "ref" => "reference",
        "by" => "officer",
        "ch" => "channel",
        other => other,
    }
}

fn unknown_field(entry: &super::event::Entry, field: &str, possible: Vec<String>) -> Refusal {
    Refusal::UnknownField {
        entry: entry.n,
        kind: entry.event.kind().to_owned(),
        field: text::printable(field),
        possible,
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
    let answered = work.answer(answers, None, None, confirmed)?;
    Ok(vec![opened, answered.event])
}
