//! How each form is filled at first, what depends on what in it, and what it records.

use std::collections::BTreeMap;

use super::effect::Effect;
use super::form::{Field, Form, FormKind, Input, Name};
use super::said::Said;
use super::screen::Screen;
use super::{App, Item, board};
use crate::domain::case::{Case, LEARNED_AT};
use crate::domain::decide::{self, Intent, Refusal};
use crate::domain::duty::DutyStatus;
use crate::domain::event::{Entry, Event, ToldBy};
use crate::domain::incident::correctable;
use crate::domain::time::{self, Time, Zone};
use crate::domain::value::{Span, Value};
use crate::words::console::Word as W;
use crate::words::entry::told_by;
use crate::words::say;

/// The choice of a correction that takes a whole entry back.
pub const WITHDRAW: &str = "withdraw";

impl App {
    /// Builds a form with what can be known beforehand, or says why there is nothing to fill in.
    pub(super) fn new_form(&self, kind: FormKind) -> Result<Form, Said> {
        if kind == FormKind::New {
            return Ok(self.new_incident());
        }
        let Some(item) = self.current() else {
            return Err(W::NoneOpen.into());
        };
        let form = Form::new(kind.clone(), &item.incident.id);
        let mut form = match kind {
            FormKind::Sent => {
                let duties = reportable_duties(item);
                let at = self.preselected(item, &duties);
                form.choice(Name::Duty, duties, at)
                    .choice(Name::To, Vec::new(), 0)
                    .choice(Name::Channel, Vec::new(), 0)
                    .text(Name::Reference, "")
                    .text(Name::HappenedAt, "")
                    .text(Name::Files, "")
                    .text(Name::Failed, "")
            }
            FormKind::Received => {
                let duties = awaiting(item);
                if duties.is_empty() {
                    return Err(W::NothingSent.into());
                }
                let at = self.preselected(item, &duties);
                form.choice(Name::Duty, duties, at)
                    .choice(Name::To, Vec::new(), 0)
                    .text(Name::Reference, "")
                    .text(Name::Officer, "")
                    .text(Name::HappenedAt, "")
            }
            FormKind::Waive => {
                let duties: Vec<String> =
                    item.assessment.duties.iter().filter(|d| d.own).map(|d| d.id.clone()).collect();
                let at = self.preselected(item, &duties);
                form.choice(Name::Duty, duties, at).text(Name::Because, "")
            }
            FormKind::Correct(n) => {
                let Some(entry) = item.incident.effective(n) else {
                    return Err(W::AlreadyWithdrawn.into());
                };
                let mut fields = fields_of(&entry);
                if n > 0 {
                    fields.push(WITHDRAW.to_owned());
                }
                if fields.is_empty() {
                    return Err(W::NothingToCorrect.into());
                }
                form.choice(Name::Which, fields, 0).text(Name::Value, "").text(Name::Because, "")
            }
            FormKind::Note => form.lines(Name::Text, "").text(Name::HappenedAt, ""),
            FormKind::HandOver => form.text(Name::Successor, ""),
            FormKind::TakeOver => {
                let open = item.incident.handover.as_ref();
                let name = open.map_or(self.who.as_str(), |h| h.proposed(&self.who));
                form.proposal(Name::Taker, name)
            }
            FormKind::Close | FormKind::New | FormKind::Export => form.text(Name::Because, ""),
        };
        self.refresh(&mut form);
        self.prefill(&mut form);
        Ok(form)
    }

    fn new_incident(&self) -> Form {
        let mut form =
            Form::new(FormKind::New, "").text(Name::Title, "").proposal(Name::LearnedAt, "now");
        if self.packs.len() > 1 {
            let options = self.packs.iter().enumerate().map(|(i, p)| (p.id.clone(), i == 0));
            let input = Input::Many { options: options.collect(), at: 0 };
            form.fields.push(Field { name: Name::Packs, input });
        }
        form
    }

    /// The duty that is most likely meant: the chosen row's, else the soonest one.
    fn preselected(&self, item: &Item, duties: &[String]) -> usize {
        let row = match self.screen() {
            Screen::Incident { row, .. } => Some(row.as_str()),
            Screen::Why { about: super::screen::Subject::Duty(id), .. } => Some(id.as_str()),
            _ => None,
        };
        let soonest = || board::nearest(item).map(|d| d.id.as_str());
        let find = |id: &str| duties.iter().position(|d| d == id);
        row.and_then(find).or_else(|| soonest().and_then(find)).unwrap_or(0)
    }

    /// Brings what depends on other fields up to date.
    pub(super) fn refresh(&self, form: &mut Form) {
        let Some(item) = self.item(&form.incident) else { return };
        let case = &item.incident.case;
        if let Some(duty) = item.assessment.duty(&form.value(Name::Duty)) {
            let told = form.kind == FormKind::Received;
            let wanted = |sent: bool, done: bool| if told { sent && !done } else { !sent };
            let mut to: Vec<(bool, String)> = duty
                .recipients
                .iter()
                .filter(|r| !told || r.sent_at.is_some())
                .map(|r| (!wanted(r.sent_at.is_some(), r.received_at.is_some()), r.body))
                .map(|(late, body)| (late, body_id(case, duty, body.at())))
                .collect();
            to.sort_by_key(|(late, _)| *late);
            if form.kind != FormKind::Waive {
                form.offer(Name::To, to.into_iter().map(|(_, id)| id).collect());
            }
        }
        if form.kind == FormKind::Sent {
            form.offer(
                Name::Channel,
                self.channels(item, &form.value(Name::Duty), &form.value(Name::To)),
            );
            let late = self.is_late(item, form);
            let at = form.fields.iter().position(|f| f.name == Name::LateBecause);
            match (late, at) {
                (true, None) => {
                    form.fields.push(Field {
                        name: Name::LateBecause,
                        input: Input::Text(super::edit::Line::default()),
                    });
                }
                (false, Some(i)) => {
                    form.fields.remove(i);
                    form.focus = form.focus.min(form.fields.len() - 1);
                }
                _ => {}
            }
        }
        if let FormKind::Correct(_) = form.kind {
            let withdraws = form.value(Name::Which) == WITHDRAW;
            let at = form.fields.iter().position(|f| f.name == Name::Value);
            match (withdraws, at) {
                (true, Some(i)) => {
                    form.fields.remove(i);
                }
                (false, None) => {
                    let input = Input::Text(super::edit::Line::default());
                    form.fields.insert(1, Field { name: Name::Value, input });
                    self.prefill(form);
                }
                _ => {}
            }
        }
    }

    /// The present value of the field that a correction is about.
    pub(super) fn given(&self, form: &Form) -> String {
        let FormKind::Correct(n) = form.kind else { return String::new() };
        let Some(item) = self.item(&form.incident) else { return String::new() };
        let entry = item.incident.effective(n);
        let field = form.value(Name::Which);
        entry.map(|e| self.field_text(&item.incident.case, &e, &field)).unwrap_or_default()
    }

    /// Puts the present value into the field of a correction.
    pub(super) fn prefill(&self, form: &mut Form) {
        let FormKind::Correct(_) = form.kind else { return };
        let form_which = form.value(Name::Which);
        let text = self.given(form);
        if let Some(Field { input: Input::Text(line), .. }) =
            form.fields.iter_mut().find(|f| f.name == Name::Value)
        {
            let long = matches!(form_which.as_str(), "text" | "note" | "because");
            *line =
                if long { super::edit::Line::lines(&text) } else { super::edit::Line::new(&text) };
        }
    }

    fn field_text(&self, case: &Case, entry: &Entry, field: &str) -> String {
        if field == "happened_at" {
            let at = time::write_local(entry.happened_at.unwrap_or(entry.at), self.zone);
            return time::by_watch(&at, entry.happened_by.is_some());
        }
        let some = |t: &Option<String>| t.clone().unwrap_or_default();
        match (&entry.event, field) {
            (Event::Opened { title, .. }, _) => title.clone(),
            (Event::Answered { note, .. }, "note") => some(note),
            (Event::Answered { set, told_by, .. }, f) => {
                let text = set.get(f).map(|text| self.local_answer(case, f, text));
                time::by_watch(&text.unwrap_or_default(), told_by.contains_key(f))
            }
            (Event::Sent(s), "to") => s.to.clone(),
            (Event::Sent(s), "channel") => s.channel.clone(),
            (Event::Sent(s), "reference") => some(&s.reference),
            (Event::Sent(s), "failed") => some(&s.failed),
            (Event::Sent(s), _) => some(&s.late_because),
            (Event::Received { to, .. } | Event::HandedOver { to }, "to") => to.clone(),
            (Event::Received { reference, .. }, "reference") => some(reference),
            (Event::Received { officer, .. }, _) => some(officer),
            (Event::Waived { because, .. } | Event::Closed { because }, _) => because.clone(),
            (Event::Noted { text }, _) => text.clone(),
            _ => String::new(),
        }
    }

    /// A recorded answer as a person here would type it: moments in the local zone.
    fn local_answer(&self, case: &Case, id: &str, text: &str) -> String {
        let utc = Zone::Fixed(chrono::Offset::fix(&chrono::Utc));
        let local = |t| time::write_local(t, self.zone);
        let Some(fact) = case.fact(id) else {
            return time::parse(text, self.now, utc).map_or_else(|_| text.to_owned(), local);
        };
        match Value::parse(&fact.kind, text, self.now, utc) {
            Ok(Value::Duration(Span::Since(t))) => format!("since:{}", local(t)),
            Ok(Value::Duration(Span::Between(a, b))) => format!("{}..{}", local(a), local(b)),
            _ => text.to_owned(),
        }
    }

    /// The channels that lead to a body; those with a number of the user's own come first.
    fn channels(&self, item: &Item, duty: &str, to: &str) -> Vec<String> {
        let Some((pack, _)) = item.incident.case.find_duty(duty) else { return Vec::new() };
        let Some((_, body)) = pack.body(to) else { return Vec::new() };
        let mut ids: Vec<String> =
            body.channels.iter().map(|c| pack.channels[c.at()].id.clone()).collect();
        ids.sort_by_key(|id| !self.listings(to).any(|l| l.channel == *id));
        ids
    }

    fn is_late(&self, item: &Item, form: &Form) -> bool {
        let at = form.filled(Name::HappenedAt);
        let at = at.and_then(|t| time::parse(time::off_watch(&t).0, self.now, self.zone).ok());
        let at = at.unwrap_or(self.now);
        let due = item.assessment.duty(&form.value(Name::Duty)).and_then(|d| d.due);
        due.is_some_and(|due| at > due) && form.filled(Name::Failed).is_none()
    }

    fn when(&self, form: &Form) -> Result<Option<Time>, Refusal> {
        let Some(text) = form.filled(Name::HappenedAt) else { return Ok(None) };
        time::parse(time::off_watch(&text).0, self.now, self.zone)
            .map(Some)
            .map_err(|why| Refusal::BadTime { field: "happened_at".to_owned(), why })
    }

    /// How the time in a field is read that somebody's watch showed; nothing for another.
    pub fn read_from_watch(&self, field: Name, text: &str) -> Option<String> {
        let (text, by_watch) = time::off_watch(text);
        let is_time = matches!(field, Name::HappenedAt | Name::LearnedAt) && by_watch;
        let at = is_time.then(|| time::parse(text, self.now, self.zone).ok()).flatten()?;
        let by = told_by(Some(ToldBy::Watch), self.lang);
        Some(format!("= {}{by}", say::full(at, self.zone)))
    }

    /// What a form is to record.
    pub(super) fn intent(&self, form: &Form) -> Result<Intent, Refusal> {
        let intent = self.bare_intent(form)?;
        let by_watch = form.filled(Name::HappenedAt).is_some_and(|t| time::off_watch(&t).1);
        Ok(if by_watch { Intent::ByWatch(Box::new(intent)) } else { intent })
    }

    fn bare_intent(&self, form: &Form) -> Result<Intent, Refusal> {
        Ok(match &form.kind {
            FormKind::Sent => Intent::Report {
                duty: form.value(Name::Duty),
                to: form.filled(Name::To),
                channel: form.value(Name::Channel),
                reference: form.filled(Name::Reference),
                happened_at: self.when(form)?,
                attachments: form.files.clone().unwrap_or_default(),
                failed: form.filled(Name::Failed),
                late_because: form.filled(Name::LateBecause),
            },
            FormKind::Received => Intent::Acknowledge {
                duty: form.value(Name::Duty),
                to: form.filled(Name::To),
                reference: form.filled(Name::Reference),
                officer: form.filled(Name::Officer),
                happened_at: self.when(form)?,
            },
            FormKind::Waive => {
                Intent::Waive { duty: form.value(Name::Duty), because: form.value(Name::Because) }
            }
            FormKind::Correct(entry) => {
                let which = form.value(Name::Which);
                let fields = if which == WITHDRAW {
                    Vec::new()
                } else {
                    vec![(which, form.value(Name::Value))]
                };
                Intent::Correct { entry: *entry, because: form.value(Name::Because), fields }
            }
            FormKind::Note => {
                Intent::Note { text: form.value(Name::Text), happened_at: self.when(form)? }
            }
            FormKind::HandOver => Intent::HandOver { to: form.value(Name::Successor) },
            FormKind::TakeOver => {
                let item = self.item(&form.incident);
                let open = item.and_then(|i| i.incident.handover.as_ref());
                let entry = open.map_or(u64::MAX, |h| h.entry);
                // Asked for, a name is not left out.
                Intent::TakeOver { entry, name: Some(form.value(Name::Taker)) }
            }
            FormKind::Close | FormKind::New | FormKind::Export => {
                Intent::Close { because: form.value(Name::Because) }
            }
        })
    }

    /// Checks what a new incident would begin with, and writes its first answers as the record
    /// keeps them.
    pub(super) fn beginning(&self, form: &Form) -> Result<Effect, Refusal> {
        let packs: Vec<_> = match form.field(Name::Packs) {
            Some(_) => {
                let ids = form.chosen(Name::Packs);
                self.packs.iter().filter(|p| ids.contains(&p.id)).cloned().collect()
            }
            None => self.packs.clone(),
        };
        if packs.is_empty() {
            return Err(Refusal::Nothing);
        }
        let title = form.value(Name::Title);
        let answers = vec![(LEARNED_AT.to_owned(), form.value(Name::LearnedAt))];
        let events =
            decide::begin("", &title, &packs, &answers, self.now, self.zone, form.asking.long_ago)?;
        let mut title = title;
        let mut written = Vec::new();
        for event in events {
            match event {
                Event::Opened { title: t, .. } => title = t,
                Event::Answered { set, told_by, .. } => written.extend(as_typed(&set, &told_by)),
                _ => {}
            }
        }
        let packs = packs.iter().map(|p| p.id.clone()).collect();
        let (confirmed, again) = (form.asking.long_ago, form.again.clone());
        Ok(Effect::Create { title, packs, answers: written, confirmed, again })
    }
}

/// Answers as the record keeps them, in the form in which they are typed.
pub(super) fn as_typed(
    set: &BTreeMap<String, String>,
    told_by: &BTreeMap<String, ToldBy>,
) -> Vec<(String, String)> {
    let typed =
        |(k, v): (&String, &String)| (k.clone(), time::by_watch(v, told_by.contains_key(k)));
    set.iter().map(typed).collect()
}

fn body_id(case: &Case, duty: &DutyStatus, body: usize) -> String {
    say::pack_of(case, &duty.pack)
        .and_then(|p| p.bodies.get(body))
        .map_or_else(String::new, |b| b.id.clone())
}

/// Duties that a report can be recorded for: own ones, soonest first, then relays that are not
/// excluded, then own ones that do not apply; for reporting early is always allowed.
fn reportable_duties(item: &Item) -> Vec<String> {
    let mut all: Vec<&DutyStatus> =
        item.assessment.duties.iter().filter(|d| d.own || d.state.is_some()).collect();
    all.sort_by_key(|d| (d.state.is_none(), !d.own));
    all.into_iter().map(|d| d.id.clone()).collect()
}

/// Duties with a report that nobody has acknowledged; else all with a report.
fn awaiting(item: &Item) -> Vec<String> {
    let sent = |d: &&DutyStatus| d.recipients.iter().any(|r| r.sent_at.is_some());
    let open = |d: &&DutyStatus| {
        d.recipients.iter().any(|r| r.sent_at.is_some() && r.received_at.is_none())
    };
    let mut all: Vec<&DutyStatus> = item.assessment.duties.iter().filter(sent).collect();
    all.sort_by_key(|d| !open(d));
    all.into_iter().map(|d| d.id.clone()).collect()
}

fn fields_of(entry: &Entry) -> Vec<String> {
    let facts: Vec<String> = match &entry.event {
        Event::Answered { set, .. } => set.keys().cloned().collect(),
        _ => Vec::new(),
    };
    facts.into_iter().chain(correctable(&entry.event).iter().map(|s| (*s).to_owned())).collect()
}
