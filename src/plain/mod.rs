//! The same as the console, line by line: for screen readers, dumb terminals and awful links.
//!
//! A pure machine: a line goes in, lines and effects come out. The acts are the console's own
//! intents over the same engine. An empty line is never an answer, and only `yes` records.
//!
//! - `command`: the commands and their names
//! - `show`: what is told of lists, clocks, reasons, the record and the law
//! - `ask`: questions, and the effect of an answer before it is recorded
//! - `form`: acts whose fields are asked for one by one
//! - `keep`: half-typed text, and what was not recorded
//! - `bands`: clocks that became more pressing

mod ask;
mod bands;
mod command;
mod form;
mod keep;
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::app::effect::{Effect, Msg};
use crate::app::kept::{Kept, Slot};
use crate::domain::decide::{Intent, Refusal, check_learned_at, decide};
use crate::domain::event::{ClockQuality, Entry, Event, Mode, ToldBy};
use crate::domain::incident::Incident;
use crate::domain::law::Pack;
use crate::domain::text::printable;
use crate::domain::time::{Time, Zone};
use crate::words::caveat::Caveat;
use crate::words::console::Word as Con;
use crate::words::plain::Word as W;
use crate::words::refusal::{Message, refusal};
use crate::words::say::{self, Urgency};
use crate::words::{Lang, entry};
use ask::Asked;
use command::Command;
use form::Form;

/// What it starts from.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The zone in which times are shown and read.
    pub zone: Zone,
    /// The language to start with.
    pub lang: Lang,
    /// Packs that a new incident can be bound to; the first is taken where it is the only one.
    pub packs: Vec<Arc<Pack>>,
    /// Incidents, each with the head of its record.
    pub incidents: Vec<(Incident, String)>,
    /// Incidents that could not be opened: id and message.
    pub problems: Vec<(String, String)>,
    /// What stands against relying on the records of incidents, by id.
    pub caveats: Vec<(String, Vec<Caveat>)>,
    /// Seconds before its end at which a clock counts as ending soon.
    pub soon_seconds: i64,
    /// Seconds that drafting and approval take.
    pub lead_seconds: i64,
    /// The user's own numbers: body, channel, number, note.
    pub directory: Vec<(String, String, String, String)>,
    /// Half-typed text that an earlier session left: incident (empty for a new one) and text.
    pub kept: Vec<(String, String)>,
    /// The mode of the incidents.
    pub mode: Mode,
    /// How far the host's clock can be trusted.
    pub clock: ClockQuality,
    /// Who sits here, as the record names them.
    pub who: String,
    /// The folder in which files of the user's own are proposed: their home.
    pub folder: String,
    /// The incident to open at once.
    pub open: Option<String>,
}

impl Setup {
    /// A setup with nothing in it.
    pub fn new(zone: Zone, lang: Lang) -> Self {
        Self {
            zone,
            lang,
            packs: Vec::new(),
            incidents: Vec::new(),
            problems: Vec::new(),
            caveats: Vec::new(),
            soon_seconds: crate::app::SOON_SECONDS,
            lead_seconds: crate::app::LEAD_SECONDS,
            directory: Vec::new(),
            kept: Vec::new(),
            mode: Mode::Live,
            clock: ClockQuality::default(),
            who: String::new(),
            folder: String::new(),
            open: None,
        }
    }
}

/// The line-by-line console.
#[derive(Debug)]
pub struct Plain {
    zone: Zone,
    lang: Lang,
    packs: Vec<Arc<Pack>>,
    incidents: Vec<(Incident, String)>,
    problems: Vec<(String, String)>,
    caveats: BTreeMap<String, Vec<Caveat>>,
    soon: i64,
    lead: i64,
    directory: Vec<(String, String, String, String)>,
    mode: Mode,
    clock: ClockQuality,
    who: String,
    folder: String,
    now: Time,
    /// The incident that is open, by id.
    open: Option<String>,
    state: State,
    /// What the numbers stood for that were shown last: incidents of the list, duties.
    listed: Vec<String>,
    duties: Vec<String>,
    /// Questions that were passed over since `ask`.
    skipped: BTreeSet<String>,
    asking: bool,
    bands: BTreeMap<(String, String), Urgency>,
    /// What the host is asked for besides what the present line asks.
    outbox: Vec<Effect>,
    /// Half-typed text: what an earlier console left, and of this one's form what the host keeps.
    kept: BTreeMap<Slot, Kept>,
    /// What was not recorded: why, and the command that records it.
    unsaved: Option<(String, String)>,
    /// What is being typed, where the host keeps it.
    typing: Option<Slot>,
}

/// What the next line is taken for.
#[derive(Debug)]
enum State {
    /// A command.
    Command,
    /// An answer to a question.
    Answer(Asked),
    /// A field of a form.
    Form(Form),
    /// Yes or no before something is recorded.
    Confirm(Box<Act>),
    /// Yes or no to a `learned_at` that lies far back.
    LongAgo(Box<Act>),
    /// Nothing: the host reads the files of a report.
    Reading(Form),
    /// Nothing: the host is writing.
    Writing,
}

/// Something that is ready to be recorded.
#[derive(Debug, Clone)]
enum Act {
    Create { title: String, packs: Vec<String>, answers: Vec<(String, String)>, confirmed: bool },
    Append { incident: String, intent: Intent },
}

type Lines = Vec<String>;

impl Plain {
    /// Starts on the list, or on the incident that is to be opened.
    pub fn new(setup: Setup, now: Time) -> Self {
        let mut plain = Self {
            zone: setup.zone,
            lang: setup.lang,
            packs: setup.packs,
            incidents: setup.incidents,
            problems: setup.problems,
            caveats: setup.caveats.into_iter().collect(),
            soon: setup.soon_seconds,
            lead: setup.lead_seconds,
            directory: setup.directory,
            mode: setup.mode,
            clock: setup.clock,
            who: setup.who,
            folder: setup.folder,
            now,
            open: None,
            state: State::Command,
            listed: Vec::new(),
            duties: Vec::new(),
            skipped: BTreeSet::new(),
            asking: false,
            bands: BTreeMap::new(),
            outbox: Vec::new(),
            kept: BTreeMap::new(),
            unsaved: None,
            typing: None,
        };
        for (incident, text) in &setup.kept {
            plain.kept.extend(Kept::read(text).map(|k| (k.slot(incident), k)));
        }
        plain.open = setup.open.filter(|id| plain.incident(id).is_some());
        plain.note_bands();
        plain
    }

    /// What is said at the start.
    pub fn greet(&mut self) -> Vec<String> {
        let mut out = vec![W::Welcome.text(self.lang).to_owned()];
        if self.mode == Mode::Exercise {
            out.push(W::Exercise.text(self.lang).to_owned());
        }
        out.extend(entry::unkept(&self.clock, self.lang).map(str::to_owned));
        out.extend(match self.open.clone() {
            Some(id) => self.enter(&id),
            None => self.list(),
        });
        if self.open.is_none() {
            out.extend(self.offer_kept());
        }
        printed(out)
    }

    /// What stands before the next line.
    pub fn prompt(&self) -> &'static str {
        let word = match self.state {
            State::Command => W::PromptCommand,
            State::Confirm(_) | State::LongAgo(_) => W::PromptYesNo,
            State::Answer(_) | State::Form(_) => W::PromptAnswer,
            State::Writing | State::Reading(_) => return "",
        };
        word.text(self.lang)
    }

    /// Takes one line.
    pub fn line(&mut self, input: &str, now: Time) -> (Vec<String>, Vec<Effect>) {
        let mut out = self.pass(now);
        let mut effects = Vec::new();
        let input = input.trim();
        let state = std::mem::replace(&mut self.state, State::Command);
        let asks = !matches!(state, State::Command | State::Writing | State::Reading(_));
        out.extend(match state {
            _ if asks && command::gives_up(input) => {
                self.asking = false;
                vec![W::Cancelled.text(self.lang).to_owned()]
            }
            State::Writing => {
                self.state = State::Writing;
                vec![W::Writing.text(self.lang).to_owned()]
            }
            State::Reading(form) => {
                self.state = State::Reading(form);
                vec![W::Reading.text(self.lang).to_owned()]
            }
            State::Command => self.command(input, &mut effects),
            State::Answer(asked) => self.answered(asked, input),
            State::Form(form) => self.filled(form, input),
            State::Confirm(act) => match command::yes_or_no(input) {
                Some(true) => self.send(*act, &mut effects),
                Some(false) => self.declined(),
                None => {
                    self.state = State::Confirm(act);
                    vec![W::SayYesNo.text(self.lang).to_owned()]
                }
            },
            State::LongAgo(act) => match command::yes_or_no(input) {
                Some(true) => self.ready(act.confirmed()),
                Some(false) => self.declined(),
                None => {
                    self.state = State::LongAgo(act);
                    vec![W::SayYesNo.text(self.lang).to_owned()]
                }
            },
        });
        effects.extend(self.keep());
        effects.append(&mut self.outbox);
        (printed(out), effects)
    }

    /// Takes what the host tells.
    pub fn tell(&mut self, msg: Msg) -> Vec<String> {
        let out = match msg {
            Msg::Tick { now } => self.pass(now),
            Msg::Created { incident, own } => {
                let id = incident.id.clone();
                self.incidents.retain(|(i, _)| i.id != id);
                self.incidents.push((*incident, String::new()));
                let mut out = vec![W::Created.with(self.lang, &[&id])];
                if own {
                    self.state = State::Command;
                    out.extend(self.enter(&id));
                    // How pressing it is has just been said.
                    self.note_bands();
                }
                out
            }
            Msg::Appended { incident, entries, head, own } => {
                self.appended(&incident, entries, head, own)
            }
            Msg::Digested { files } => self.digested(files),
            Msg::Saved { path } => {
                self.unsaved = None;
                vec![W::SavedAs.with(self.lang, &[&path])]
            }
            Msg::Signed { message, .. }
            | Msg::Exported { message, .. }
            | Msg::NotExported { message } => said(&message),
            Msg::Refused { message, .. } if self.is_reading() => {
                let mut out = said(&message);
                out.extend(self.ask_files_again());
                out
            }
            Msg::Refused { message, .. } => {
                self.state = State::Command;
                self.asking = false;
                let mut out = said(&message);
                out.push(W::NotDone.text(self.lang).to_owned());
                out
            }
            Msg::NotRecorded { message, unsaved, .. } => {
                self.state = State::Command;
                self.asking = false;
                let mut out = said(&message);
                out.push(W::Unsaved.with(self.lang, &[&unsaved]));
                out.push(W::UnsavedHow.text(self.lang).to_owned());
                self.unsaved = Some((message.text, unsaved));
                out
            }
            Msg::Present(names) if !names.is_empty() => {
                vec![W::AlsoOn.with(self.lang, &[&names.join(", ")])]
            }
            Msg::ClockChanged(change) => {
                vec![entry::clock_changed(
                    change.what,
                    change.ms,
                    change.note.as_deref(),
                    self.lang,
                )]
            }
            Msg::Unfirm(found) => vec![entry::unfirm(&found, self.lang)],
            Msg::BadZone { from, offset } => vec![entry::bad_zone(&from, &offset, self.lang)],
            Msg::Caveats { incident, caveats } => {
                let mine = self.open.as_ref() == Some(&incident);
                self.caveats.insert(incident, caveats);
                if mine { self.told_caveats() } else { Vec::new() }
            }
            Msg::Room(Some(left)) => {
                vec![Con::LittleRoom.with(self.lang, &[&say::room(left)])]
            }
            Msg::Trouble { message } => said(&message),
            Msg::Clock(quality) => {
                // That it changed is said by what saw it.
                self.clock = quality;
                Vec::new()
            }
            _ => Vec::new(),
        };
        printed(out)
    }

    /// What is said when the input ends.
    pub fn end(&self) -> Vec<String> {
        vec![W::Ended.text(self.lang).to_owned()]
    }

    /// The language in which it speaks.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Says whether the host is writing for it.
    pub fn is_writing(&self) -> bool {
        matches!(self.state, State::Writing)
    }

    fn appended(
        &mut self,
        id: &str,
        entries: Vec<Entry>,
        new_head: String,
        own: Option<u64>,
    ) -> Lines {
        let (zone, lang, now) = (self.zone, self.lang, self.now);
        let mut out = Vec::new();
        let Some((incident, head)) = self.incidents.iter_mut().find(|(i, _)| i.id == id) else {
            return out;
        };
        *head = new_head;
        let first = Some(incident.entries.len() as u64);
        let mut answered = Vec::new();
        for new in entries {
            if incident.entries.iter().any(|e| e.n == new.n) {
                continue;
            }
            let n = new.n.to_string();
            if let (true, Event::Answered { set, .. }) = (Some(new.n) == own, &new.event) {
                answered.extend(set.keys().cloned());
            }
            incident.apply(new.clone());
            let text = entry::summary(incident, &new, now, zone, lang);
            out.push(if Some(new.n) == own {
                W::Recorded.with(lang, &[&n, &text])
            } else {
                W::Others.with(lang, &[&new.by.shown(), &n, &text])
            });
        }
        // The attempt before may have reached the disk, and was read long ago.
        if let Some(n) = own.filter(|n| Some(*n) < first)
            && let Some(there) = incident.entries.iter().find(|e| e.n == n)
        {
            let text = entry::summary(incident, there, now, zone, lang);
            out.push(W::Recorded.with(lang, &[&n.to_string(), &text]));
        }
        if own.is_some() {
            self.answered_now(answered.iter());
            self.state = State::Command;
            self.unsaved = None;
            // What a clock became by our own act was said before the act.
            self.note_bands();
            if self.asking {
                out.extend(self.ask_next());
            }
        } else {
            out.extend(self.pass(now));
        }
        out
    }

    fn command(&mut self, input: &str, effects: &mut Vec<Effect>) -> Lines {
        if input.is_empty() {
            return Vec::new();
        }
        if let Some(n) = command::pick(input) {
            return if self.open.is_none() { self.open_number(n) } else { self.why(input) };
        }
        let (command, rest) = match command::read(input) {
            Ok(read) => read,
            Err((word, nearest)) => {
                let mut out = vec![W::Unknown.with(self.lang, &[&word])];
                out.extend(nearest.map(|n| W::DidYouMean.with(self.lang, &[&n])));
                return out;
            }
        };
        self.asking = false;
        match command {
            Command::Save => self.save(rest),
            Command::Resume => self.resume(rest),
            Command::List => self.list(),
            Command::New => self.begin(Form::new_incident(&self.packs)),
            Command::Open => self.open_by(rest),
            Command::Help => self.help(),
            Command::Lang => {
                self.lang = self.lang.other();
                vec![W::LangIs.text(self.lang).to_owned()]
            }
            Command::Back => {
                self.open = None;
                self.list()
            }
            Command::Quit => {
                effects.push(Effect::Quit);
                vec![W::Bye.text(self.lang).to_owned()]
            }
            Command::Next => self.next(),
            Command::Law => self.law(rest),
            _ if self.current().is_none() => vec![W::NotOpen.text(self.lang).to_owned()],
            Command::Clocks => self.clocks(),
            Command::Why => self.why(rest),
            Command::Record => self.record(rest),
            Command::Facts => self.facts(),
            Command::Ask => self.ask(rest),
            Command::Set => self.set(rest),
            Command::Handover if rest.is_empty() => self.handover(),
            Command::Accept => self.accept(rest),
            Command::Sign => self.sign(),
            Command::Export => self.export(rest),
            act => self.act(act, rest),
        }
    }

    fn help(&self) -> Lines {
        let words = [
            W::HelpList,
            W::HelpLook,
            W::HelpAnswer,
            W::HelpAct,
            W::HelpMore,
            W::HelpOut,
            W::HelpKept,
            W::HelpRest,
            W::HelpPrompt,
        ];
        words.iter().map(|w| w.text(self.lang).to_owned()).collect()
    }

    fn open_number(&mut self, n: usize) -> Lines {
        match n.checked_sub(1).and_then(|i| self.listed.get(i)).cloned() {
            Some(id) => self.enter(&id),
            None => vec![W::NoNumber.with(self.lang, &[&n.to_string()])],
        }
    }

    fn open_by(&mut self, rest: &str) -> Lines {
        if let Some(n) = command::pick(rest) {
            return self.open_number(n);
        }
        let fits = |(i, _): &&(Incident, String)| {
            i.id == rest || (!rest.is_empty() && i.id.ends_with(&format!("-{rest}")))
        };
        match self.incidents.iter().find(fits).map(|(i, _)| i.id.clone()) {
            Some(id) => self.enter(&id),
            None => self.list(),
        }
    }

    fn enter(&mut self, id: &str) -> Lines {
        self.open = Some(id.to_owned());
        self.duties.clear();
        self.skipped.clear();
        let mut out = self.summary();
        out.extend(self.offer_kept());
        out
    }

    /// Looks at an act as the engine will, and asks for a yes.
    fn ready(&mut self, act: Act) -> Lines {
        let judged = match &act {
            Act::Create { answers, confirmed, .. } => self.judge_new(answers, *confirmed),
            Act::Append { incident, intent } => match self.incident(incident) {
                Some(i) => decide(i, intent, self.now, self.zone).map(|d| {
                    let text = self.event_text(i, d.event, d.happened_at, intent.told_by());
                    vec![W::WillRecord.with(self.lang, &[&text])]
                }),
                None => Ok(Vec::new()),
            },
        };
        match judged {
            Ok(mut out) => {
                out.push(W::Record.text(self.lang).to_owned());
                self.state = State::Confirm(Box::new(act));
                out
            }
            Err(Refusal::LongAgo { at, days }) => {
                self.state = State::LongAgo(Box::new(act));
                vec![W::LongAgo.with(self.lang, &[&at, &days.to_string()])]
            }
            Err(Refusal::NewerEntries { count }) => {
                self.state = State::LongAgo(Box::new(act));
                vec![W::NewerEntries.with(self.lang, &[&count.to_string()])]
            }
            Err(why) => {
                self.asking = false;
                let mut out = said(&refusal(&why, self.lang));
                out.push(W::NotDone.text(self.lang).to_owned());
                out
            }
        }
    }

    fn judge_new(&self, answers: &[(String, String)], confirmed: bool) -> Result<Lines, Refusal> {
        let mut out = Vec::new();
        for (field, text) in answers {
            let (at, by_watch) = self
                .moment_of(text)
                .map_err(|why| Refusal::BadTime { field: field.clone(), why })?;
            check_learned_at(at, self.now, self.zone, confirmed)?;
            let by = entry::told_by(by_watch.then_some(ToldBy::Watch), self.lang);
            let said = format!("{field} {}{by}", say::full(at, self.zone));
            out.push(W::WillRecord.with(self.lang, &[&said]));
        }
        Ok(out)
    }

    fn send(&mut self, act: Act, effects: &mut Vec<Effect>) -> Lines {
        self.state = State::Writing;
        effects.push(match act {
            Act::Create { title, packs, answers, confirmed } => {
                Effect::Create { title, packs, answers, confirmed, again: None }
            }
            Act::Append { incident, intent } => Effect::Append { incident, intent, again: None },
        });
        vec![W::Writing.text(self.lang).to_owned()]
    }

    fn declined(&mut self) -> Lines {
        let mut out = vec![W::NotDone.text(self.lang).to_owned()];
        if self.asking {
            out.extend(self.ask_next());
        }
        out
    }

    fn incident(&self, id: &str) -> Option<&Incident> {
        self.incidents.iter().map(|(i, _)| i).find(|i| i.id == id)
    }

    /// What stands against relying on an incident's record, the gravest first.
    fn caveats(&self, incident: &Incident) -> Vec<Caveat> {
        let mut all = self.caveats.get(&incident.id).cloned().unwrap_or_default();
        let newer = incident.unread();
        if newer > 0 {
            all.push(Caveat::newer(&incident.id, newer));
        }
        all.sort_by_key(|caveat| caveat.kind);
        all
    }

    /// The same of the incident that is open, in words.
    fn told_caveats(&self) -> Lines {
        let all = self.current().map(|incident| self.caveats(incident)).unwrap_or_default();
        all.iter().flat_map(|caveat| said(caveat.message(self.lang))).collect()
    }

    fn current(&self) -> Option<&Incident> {
        self.incident(self.open.as_deref()?)
    }
}

impl Act {
    fn confirmed(mut self) -> Self {
        match &mut self {
            Self::Create { confirmed, .. }
            | Self::Append { intent: Intent::Answer { confirmed, .. }, .. } => *confirmed = true,
            Self::Append { .. } => {}
        }
        if let Self::Append { intent, .. } = &mut self {
            let inner =
                Box::new(std::mem::replace(intent, Intent::TakeOver { entry: 0, name: None }));
            *intent = Intent::Confirmed(inner);
        }
        self
    }
}

/// A message and its hints as lines.
fn said(message: &Message) -> Lines {
    std::iter::once(message.text.clone()).chain(message.hints.iter().cloned()).collect()
}

/// Makes lines safe to print: records and packs may come from elsewhere. Each stays one line, so that no
/// text in it can be taken for another.
fn printed(lines: Lines) -> Lines {
    lines.iter().map(|l| printable(l)).collect()
}
