//! Acts whose fields are asked for one by one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ask::split_pairs;
use super::command::{Command, pick};
use super::keep::fields;
use super::{Act, Lines, Plain, State, said};
use crate::app::effect::Effect;
use crate::app::kept::Kept;
use crate::domain::case::{Case, LEARNED_AT};
use crate::domain::decide::Intent;
use crate::domain::duty::DutyStatus;
use crate::domain::event::Attachment;
use crate::domain::incident::correctable;
use crate::domain::law::{BodyIx, Pack};
use crate::domain::text::half_width;
use crate::domain::time::{self, BadTime, Time};
use crate::words::plain::Word as W;
use crate::words::refusal::bad_time;
use crate::words::say;

/// Which act is being filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    New,
    Sent,
    Received,
    Waive,
    Correct,
    Note,
    Handover,
    Takeover,
    Close,
}

/// An act with the fields that were filled so far; an empty text is a field that was left out.
#[derive(Debug)]
pub(super) struct Form {
    what: What,
    values: BTreeMap<&'static str, String>,
    /// The files of a report, once the host has read them.
    files: Option<Vec<Attachment>>,
}

/// The fields that forms have, by the names under which they are kept.
const KEYS: [&str; 17] = [
    "title",
    LEARNED_AT,
    "packs",
    "duty",
    "to",
    "channel",
    "happened_at",
    "failed",
    "late_because",
    "reference",
    "files",
    "officer",
    "because",
    "entry",
    "fields",
    "text",
    "name",
];

/// The field that is asked for next.
struct Field {
    key: &'static str,
    ask: String,
    needed: bool,
    /// Id and label of what can be picked by number.
    options: Vec<(String, String)>,
    kind: FieldKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FieldKind {
    Text,
    /// A text; the options are proposals.
    Proposed,
    Moment,
    /// One of the options, by number or id.
    One,
    /// Any of the options.
    Many,
    Duty,
    Entry,
    Changes,
}

/// The word that withdraws an entry as a whole.
const WITHDRAW: [&str; 2] = ["withdraw", "撤回"];

impl Form {
    /// The form of a new incident; with one pack there is nothing to choose.
    pub(super) fn new_incident(packs: &[Arc<Pack>]) -> Self {
        let mut values = BTreeMap::new();
        if let [only] = packs {
            values.insert("packs", only.id.clone());
        }
        Self { what: What::New, values, files: None }
    }

    /// The incident that it is about; none for a new one.
    pub(super) fn incident(&self, open: Option<&str>) -> String {
        open.filter(|_| self.what != What::New).unwrap_or_default().to_owned()
    }

    /// The form as it is kept.
    pub(super) fn kept(&self) -> Kept {
        let form = match self.what {
            What::New => "new",
            What::Sent => "sent",
            What::Received => "received",
            What::Waive => "waive",
            What::Correct => "correct",
            What::Note => "note",
            What::Handover => "handover",
            What::Takeover => "takeover",
            What::Close => "close",
        };
        let entry = self.get("entry").and_then(|n| n.parse().ok());
        let mut fields = fields(&self.values);
        // As the console keeps it, where it could be typed there.
        if self.what == What::Correct
            && let Some(text) = fields.get("fields").cloned()
        {
            let pair = match changes(&text).as_deref() {
                Some([(which, value)]) => Some((which.clone(), value.clone())),
                _ if WITHDRAW.contains(&text.as_str()) => {
                    Some((WITHDRAW[0].to_owned(), String::new()))
                }
                _ => None,
            };
            if let Some((which, value)) = pair {
                fields.remove("fields");
                fields.extend([("which".to_owned(), which), ("value".to_owned(), value)]);
            }
        }
        Kept { form: form.to_owned(), entry, fields, ..Kept::default() }
    }

    /// The form that was kept; what is missing in it is asked for.
    pub(super) fn from_kept(kept: &Kept) -> Option<Self> {
        let what = match kept.form.as_str() {
            "new" => What::New,
            "sent" => What::Sent,
            "received" => What::Received,
            "waive" => What::Waive,
            "correct" => What::Correct,
            "note" => What::Note,
            "handover" => What::Handover,
            "takeover" => What::Takeover,
            "close" => What::Close,
            _ => return None,
        };
        let mut values = BTreeMap::new();
        for key in KEYS {
            // The console keeps an empty field, too; here that is one that is still asked for.
            let filled = kept.fields.get(key).filter(|v| !v.is_empty());
            values.extend(filled.map(|v| (key, v.clone())));
        }
        if let Some(n) = kept.entry {
            values.insert("entry", n.to_string());
        }
        if what == What::Correct
            && let (Some(which), Some(value)) = (kept.fields.get("which"), kept.fields.get("value"))
        {
            let withdraws = WITHDRAW.contains(&which.as_str());
            let text = if withdraws { which.clone() } else { format!("{which}={value}") };
            values.insert("fields", text);
        }
        Some(Self { what, values, files: None })
    }

    /// Takes the files of a report.
    pub(super) fn attach(&mut self, files: Vec<Attachment>) {
        self.files = Some(files);
    }

    /// Leaves a field to be asked for again.
    pub(super) fn forget(&mut self, key: &str) {
        self.values.remove(key);
    }

    fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    fn get(&self, key: &str) -> Option<String> {
        self.values.get(key).filter(|v| !v.is_empty()).cloned()
    }

    fn needed(&self, key: &str) -> String {
        self.get(key).unwrap_or_default()
    }
}

impl Plain {
    /// Begins an act of the open incident; what follows the command fills its first field.
    pub(super) fn act(&mut self, command: Command, rest: &str) -> Lines {
        let (what, first) = match command {
            Command::Sent => (What::Sent, "duty"),
            Command::Received => (What::Received, "duty"),
            Command::Waive => (What::Waive, "duty"),
            Command::Correct => (What::Correct, "entry"),
            Command::Note => (What::Note, "text"),
            Command::Handover => (What::Handover, "to"),
            Command::Accept => (What::Takeover, "name"),
            _ => (What::Close, "because"),
        };
        let form = Form { what, values: BTreeMap::new(), files: None };
        let begun = self.begin(form);
        if rest.is_empty() {
            return begun;
        }
        match std::mem::replace(&mut self.state, State::Command) {
            State::Form(form) if !form.has(first) => self.filled(form, rest),
            other => {
                self.state = other;
                begun
            }
        }
    }

    /// Asks for the next field, or shows what is to be recorded.
    pub(super) fn begin(&mut self, form: Form) -> Lines {
        let Some(field) = self.field(&form) else { return self.done(form) };
        let mut out = Vec::new();
        if field.kind == FieldKind::Duty {
            out.extend(self.clocks());
        }
        out.push(field.ask);
        for (n, (_, label)) in field.options.iter().enumerate() {
            out.push(W::Option.with(self.lang, &[&(n + 1).to_string(), label]));
        }
        self.state = State::Form(form);
        out
    }

    /// Takes a line as the next field.
    pub(super) fn filled(&mut self, mut form: Form, input: &str) -> Lines {
        let lang = self.lang;
        let Some(field) = self.field(&form) else { return self.done(form) };
        let again = |plain: &mut Self, form: Form, out: Lines| {
            plain.state = State::Form(form);
            out
        };
        if input.is_empty() {
            if field.needed {
                return again(self, form, vec![W::Needed.text(lang).to_owned(), field.ask]);
            }
            form.values.insert(field.key, String::new());
            return self.begin(form);
        }
        let no_number = || vec![W::NoNumber.with(lang, &[input])];
        let value = match field.kind {
            FieldKind::Text | FieldKind::Changes => Some(input.to_owned()),
            FieldKind::Proposed => match pick(input) {
                Some(_) => picked(&field.options, input),
                None => Some(input.to_owned()),
            },
            FieldKind::Moment => match self.moment_of(input) {
                Ok((at, by_watch)) => Some(time::by_watch(&time::write_utc(at), by_watch)),
                Err(why) => {
                    return again(self, form, said(&bad_time(field.key, &why, lang)));
                }
            },
            FieldKind::Duty => self.duty_by(input).map(|d| d.id),
            FieldKind::Entry => half_width(input).parse::<u64>().ok().map(|n| n.to_string()),
            FieldKind::One => picked(&field.options, input),
            FieldKind::Many => {
                let input = half_width(input);
                let parts = input.split([',', '、', ' ']).filter(|p| !p.is_empty());
                let ids: Option<Vec<String>> = parts.map(|p| picked(&field.options, p)).collect();
                ids.filter(|ids| !ids.is_empty()).map(|ids| ids.join(","))
            }
        };
        match value {
            Some(value) => {
                form.values.insert(field.key, value);
                self.begin(form)
            }
            None => again(self, form, no_number()),
        }
    }

    fn field(&self, form: &Form) -> Option<Field> {
        let lang = self.lang;
        let text = |key, word: W, needed| {
            let ask = word.text(lang).to_owned();
            let field = Field { key, ask, needed, options: Vec::new(), kind: FieldKind::Text };
            (!form.has(key)).then_some(field)
        };
        let moment = |key, word: W, needed| {
            text(key, word, needed).map(|f| Field { kind: FieldKind::Moment, ..f })
        };
        let duty = || text("duty", W::AskDuty, true).map(|f| Field { kind: FieldKind::Duty, ..f });
        match form.what {
            What::New => text("title", W::AskTitle, true)
                .or_else(|| moment(LEARNED_AT, W::AskLearned, true))
                .or_else(|| {
                    let packs = self.packs.iter();
                    let options = packs.map(|p| (p.id.clone(), lang.of(&p.title).to_owned()));
                    let field = text("packs", W::AskPacks, true)?;
                    Some(Field { kind: FieldKind::Many, options: options.collect(), ..field })
                }),
            What::Sent => duty()
                .or_else(|| self.recipient_field(form, false))
                .or_else(|| self.channel_field(form))
                .or_else(|| moment("happened_at", W::AskSentAt, false))
                .or_else(|| text("failed", W::AskFailed, false))
                .or_else(|| text("late_because", W::AskLate, false).filter(|_| self.is_late(form)))
                .or_else(|| text("reference", W::AskReference, false))
                .or_else(|| text("files", W::AskFiles, false)),
            What::Received => duty()
                .or_else(|| self.recipient_field(form, true))
                .or_else(|| moment("happened_at", W::AskReceivedAt, false))
                .or_else(|| text("reference", W::AskReference, false))
                .or_else(|| text("officer", W::AskOfficer, false)),
            What::Waive => duty().or_else(|| text("because", W::AskWaive, true)),
            What::Correct => text("entry", W::AskEntry, true)
                .map(|f| Field { kind: FieldKind::Entry, ..f })
                .or_else(|| {
                    let ask = W::AskFields.with(lang, &[&self.changeable(form)]);
                    let field = text("fields", W::AskFields, true)?;
                    Some(Field { kind: FieldKind::Changes, ask, ..field })
                })
                .or_else(|| text("because", W::AskBecause, true)),
            What::Note => text("text", W::AskNote, true),
            What::Handover => text("to", W::AskHandover, true),
            What::Takeover => text("name", W::AskTaker, true).map(|f| {
                let open = self.current().and_then(|i| i.handover.as_ref());
                let name = open.map_or(self.who.as_str(), |h| h.proposed(&self.who));
                let options = vec![(name.to_owned(), name.to_owned())];
                Field { kind: FieldKind::Proposed, options, ..f }
            }),
            What::Close => text("because", W::AskClose, true),
        }
    }

    fn form_duty(&self, form: &Form) -> Option<(&Case, &Pack, DutyStatus)> {
        let incident = self.current()?;
        let duty = incident.assess(self.now).duty(&form.get("duty")?)?.clone();
        Some((&incident.case, say::pack_of(&incident.case, &duty.pack)?, duty))
    }

    /// Asks for the body where several are possible; of a receipt, among those that were told.
    fn recipient_field(&self, form: &Form, told: bool) -> Option<Field> {
        let (_, pack, duty) = self.form_duty(form)?;
        let possible = duty.recipients.iter().filter(|r| !told || r.sent_at.is_some());
        let options: Vec<(String, String)> = possible
            .map(|r| {
                let id = pack.bodies[r.body.at()].id.clone();
                (id, say::body(pack, r.body, self.lang).to_owned())
            })
            .collect();
        let ask = W::AskTo.text(self.lang).to_owned();
        let field = Field { key: "to", ask, needed: true, options, kind: FieldKind::One };
        (!form.has("to") && field.options.len() > 1).then_some(field)
    }

    fn channel_field(&self, form: &Form) -> Option<Field> {
        let (case, pack, duty) = self.form_duty(form)?;
        let to = form.get("to").and_then(|id| pack.body(&id).map(|(ix, _)| ix));
        let body = to.or_else(|| duty.recipients.first().map(|r| r.body))?;
        let channels = self.channels_of(case, &duty, body).into_iter();
        let options = channels
            .map(|(id, name, value)| (id, format!("{name} {value}").trim().to_owned()))
            .collect();
        let ask = W::AskChannel.text(self.lang).to_owned();
        let field = Field { key: "channel", ask, needed: true, options, kind: FieldKind::One };
        (!form.has("channel")).then_some(field)
    }

    /// Channels to a body: id, name, and number or address where one is known.
    pub(super) fn channels_of(
        &self,
        case: &Case,
        duty: &DutyStatus,
        body: BodyIx,
    ) -> Vec<(String, String, String)> {
        let Some(pack) = say::pack_of(case, &duty.pack) else { return Vec::new() };
        let body = &pack.bodies[body.at()];
        let known = |channel: &str| {
            let own = self.directory.iter().find(|(b, c, ..)| *b == body.id && c == channel);
            own.map(|(_, _, value, note)| format!("{value} {note}").trim().to_owned())
        };
        let channels = body.channels.iter().map(|c| &pack.channels[c.at()]);
        channels
            .map(|c| {
                let value = known(&c.id).unwrap_or_else(|| c.value.clone());
                (c.id.clone(), self.lang.of(&c.name).to_owned(), value)
            })
            .collect()
    }

    /// Says whether what was sent came after its limit.
    fn is_late(&self, form: &Form) -> bool {
        let at = self.moment(form, "happened_at").unwrap_or(self.now);
        let due = self.form_duty(form).and_then(|(_, _, d)| d.due);
        form.get("failed").is_none() && due.is_some_and(|due| at > due)
    }

    fn moment(&self, form: &Form, key: &str) -> Option<Time> {
        self.moment_of(&form.get(key)?).ok().map(|(at, _)| at)
    }

    /// Reads a moment, and whether it was read from somebody's watch.
    pub(super) fn moment_of(&self, text: &str) -> Result<(Time, bool), BadTime> {
        let (text, by_watch) = time::off_watch(text);
        Ok((time::parse(text, self.now, self.zone)?, by_watch))
    }

    /// The fields of the entry that is corrected, for the example.
    fn changeable(&self, form: &Form) -> String {
        use crate::domain::event::Event;
        let n = form.get("entry").and_then(|n| n.parse::<u64>().ok());
        let entry = self.current().and_then(|i| i.entries.iter().find(|e| Some(e.n) == n));
        let names: Vec<&str> = match entry.map(|e| &e.event) {
            Some(Event::Answered { set, .. }) => set.keys().map(String::as_str).collect(),
            Some(event) => correctable(event).to_vec(),
            None => Vec::new(),
        };
        names.iter().take(3).map(|n| format!("{n}=...")).collect::<Vec<_>>().join(" ")
    }

    /// Has the files of a report read first, where there are any.
    fn done(&mut self, form: Form) -> Lines {
        let paths: Vec<String> = form
            .needed("files")
            .split([';', '；'])
            .map(|p| p.trim().to_owned())
            .filter(|p| !p.is_empty())
            .collect();
        if paths.is_empty() || form.files.is_some() {
            return self.complete(&form);
        }
        self.outbox.push(Effect::Digest { paths });
        self.state = State::Reading(form);
        vec![W::Reading.text(self.lang).to_owned()]
    }

    fn complete(&mut self, form: &Form) -> Lines {
        if form.what == What::New {
            let learned = vec![(LEARNED_AT.to_owned(), form.needed(LEARNED_AT))];
            let packs = form.needed("packs").split(',').map(str::to_owned).collect();
            let title = form.needed("title");
            return self.ready(Act::Create { title, packs, answers: learned, confirmed: false });
        }
        let Some(incident) = self.open.clone() else { return Vec::new() };
        let happened_at = self.moment(form, "happened_at");
        let intent = match form.what {
            What::New => return Vec::new(),
            What::Sent => Intent::Report {
                duty: form.needed("duty"),
                to: form.get("to"),
                channel: form.needed("channel"),
                reference: form.get("reference"),
                happened_at,
                attachments: form.files.clone().unwrap_or_default(),
                failed: form.get("failed"),
                late_because: form.get("late_because"),
            },
            What::Received => Intent::Acknowledge {
                duty: form.needed("duty"),
                to: form.get("to"),
                reference: form.get("reference"),
                officer: form.get("officer"),
                happened_at,
            },
            What::Waive => {
                Intent::Waive { duty: form.needed("duty"), because: form.needed("because") }
            }
            What::Correct => {
                let fields = form.needed("fields");
                let withdraw = WITHDRAW.contains(&fields.as_str());
                let Some(fields) = (if withdraw { Some(Vec::new()) } else { changes(&fields) })
                else {
                    let text = W::AskFields.with(self.lang, &[&self.changeable(form)]);
                    return vec![text, W::NotDone.text(self.lang).to_owned()];
                };
                let entry = form.needed("entry").parse().unwrap_or(u64::MAX);
                Intent::Correct { entry, because: form.needed("because"), fields }
            }
            What::Note => Intent::Note { text: form.needed("text"), happened_at: None },
            What::Handover => Intent::HandOver { to: form.needed("to") },
            What::Takeover => {
                let open = self.current().and_then(|i| i.handover.as_ref());
                let entry = open.map_or(u64::MAX, |h| h.entry);
                Intent::TakeOver { entry, name: form.get("name") }
            }
            What::Close => Intent::Close { because: form.needed("because") },
        };
        let by_watch = form.get("happened_at").is_some_and(|t| time::off_watch(&t).1);
        let intent = if by_watch { Intent::ByWatch(Box::new(intent)) } else { intent };
        self.ready(Act::Append { incident, intent })
    }
}

/// Reads changes of fields; no change at all is none, for without fields an entry is withdrawn.
fn changes(text: &str) -> Option<Vec<(String, String)>> {
    split_pairs(text).filter(|pairs| !pairs.is_empty())
}

fn picked(options: &[(String, String)], input: &str) -> Option<String> {
    match pick(input) {
        Some(n) => options.get(n.checked_sub(1)?).map(|(id, _)| id.clone()),
        None => options.iter().find(|(id, _)| id == input.trim()).map(|(id, _)| id.clone()),
    }
}
