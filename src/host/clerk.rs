//! Does what the console and its line-by-line twin ask of the records, and tells what came of it.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::beside;
use super::by_hand;
use super::clockwatch::Seen;
use super::desk::{Desk, DeskError, Listing, New};
use super::keep::Keep;
use super::paths::record_name;
use super::store::{Holder, Record, StoreError, new_entry_id};
use crate::app::effect::{Effect, Msg};
use crate::domain::event::Entry;
use crate::domain::incident::Incident;
use crate::words::Lang;
use crate::words::command::Command;
use crate::words::refusal::{Message, refusal};
use crate::words::witness::Witness;

/// Holds the open records, and what is to be given again after a failure.
#[derive(Debug)]
pub struct Clerk {
    desk: Arc<Desk>,
    records: HashMap<String, Record>,
    /// Folders that could not be opened; they are not tried again and again.
    faulty: BTreeSet<String>,
    /// The act whose outcome is unknown, with what makes giving it again count once.
    unsure: Option<(Effect, Again)>,
    keep: Option<Keep>,
    /// It was said that text cannot be kept.
    keep_failed: bool,
}

#[derive(Debug)]
enum Again {
    Create(New),
    Entry(String),
}

/// What was there at the start: incidents with the heads of their records, and what cannot be opened.
#[derive(Debug, Default)]
pub struct Found {
    /// Incidents that opened, each with the head of its record.
    pub incidents: Vec<(Incident, String)>,
    /// The others: id and message.
    pub problems: Vec<(String, String)>,
    /// Incidents that somebody is writing to for long, and who.
    pub busy: Vec<(String, Holder)>,
}

impl Clerk {
    /// Opens all incidents.
    ///
    /// # Errors
    /// The folder of incidents cannot be read.
    pub fn start(desk: Arc<Desk>) -> Result<(Self, Found), DeskError> {
        let mut found = Found::default();
        let mut records = HashMap::new();
        let mut faulty = BTreeSet::new();
        for listing in desk.list()? {
            match listing {
                Listing::Open(open) => {
                    let (incident, record) = *open;
                    found
                        .busy
                        .extend(record.busy.iter().map(|h| (record.id.clone(), (**h).clone())));
                    found.incidents.push((incident, record.head().to_string()));
                    records.insert(record.id.clone(), record);
                }
                Listing::Problem { id, error, .. } => {
                    found.problems.push((id.clone(), error.to_string()));
                    faulty.insert(id);
                }
            }
        }
        // They open, but nothing can be added to them.
        let doubts = desk.heads().doubts();
        found.problems.extend(doubts.iter().map(|d| (d.incident().to_owned(), d.to_string())));
        Ok((Self { desk, records, faulty, unsure: None, keep: None, keep_failed: false }, found))
    }

    /// Keeps half-typed text there.
    pub fn keep_in(&mut self, keep: Keep) {
        self.keep = Some(keep);
    }

    /// Does one effect; what only the terminal's side can do is passed over.
    pub fn run(&mut self, effect: Effect, lang: Lang) -> Vec<Msg> {
        match &effect {
            Effect::Create { .. } => self.create(effect, lang),
            Effect::Append { .. } => self.append(effect, lang),
            Effect::Digest { paths } => vec![beside::digest(paths, lang)],
            Effect::SaveAs { path, text } => vec![beside::save(path, text, lang)],
            Effect::Keep { slot, text } => {
                let kept = self.keep.as_ref().map(|keep| keep.put(slot, text.as_deref()));
                let failed = kept.and_then(Result::err).filter(|_| !self.keep_failed);
                let said = failed.map(|why| {
                    self.keep_failed = true;
                    let text = Command::KeepFailed.with(lang, &[&why.to_string()]);
                    Msg::Trouble { message: Message::plain(text) }
                });
                said.into_iter().collect()
            }
            Effect::Quit | Effect::Suspend | Effect::Repaint => Vec::new(),
        }
    }

    fn create(&mut self, effect: Effect, lang: Lang) -> Vec<Msg> {
        let Effect::Create { title, packs, answers, confirmed } = &effect else {
            return Vec::new();
        };
        let new = match self.unsure.take() {
            Some((was, Again::Create(new))) if was == effect => Ok(new),
            _ => self.desk.draft_new(title, packs, answers, *confirmed),
        };
        let stored = new.map(|new| (self.desk.store_new(&new), new));
        match stored {
            Ok((Ok((incident, record)), _)) => {
                let (id, head) = (incident.id.clone(), record.head().to_string());
                self.records.insert(id.clone(), record);
                let created = Msg::Created(Box::new(incident));
                vec![created, Msg::Appended { incident: id, entries: Vec::new(), head }]
            }
            Ok((Err(error), new)) => {
                let again = is_unsure(&error).then_some(Again::Create(new));
                vec![self.failed(error, effect, again, lang)]
            }
            Err(error) => vec![self.failed(error, effect, None, lang)],
        }
    }

    fn append(&mut self, effect: Effect, lang: Lang) -> Vec<Msg> {
        let Effect::Append { incident: id, intent } = &effect else { return Vec::new() };
        let entry_id = match self.unsure.take() {
            Some((was, Again::Entry(entry_id))) if was == effect => Ok(entry_id),
            _ => new_entry_id().map_err(DeskError::from),
        };
        let mut record = match self.records.remove(id) {
            Some(record) => record,
            None => match self.desk.open(id) {
                Ok((_, record)) => record,
                Err(error) => return vec![self.failed(error, effect, None, lang)],
            },
        };
        let id = id.clone();
        let before = record.entries.len();
        let outcome =
            entry_id.map(|entry_id| (self.desk.act_on(&mut record, intent, &entry_id), entry_id));
        // Own entry or not: what others added meanwhile is news in any case.
        let mut out = news(&record, before);
        match outcome {
            Ok((Ok(entries), _)) if out.is_empty() => {
                // A retry whose first attempt had reached the disk.
                out.push(appended(&record, entries));
            }
            Ok((Ok(_), _)) => {}
            Ok((Err(error), entry_id)) => {
                let again = is_unsure(&error).then_some(Again::Entry(entry_id));
                out.push(self.failed(error, effect, again, lang));
            }
            Err(error) => out.push(self.failed(error, effect, None, lang)),
        }
        self.records.insert(id, record);
        out
    }

    fn failed(
        &mut self,
        error: DeskError,
        effect: Effect,
        again: Option<Again>,
        lang: Lang,
    ) -> Msg {
        let message = say(&error, lang);
        let Some(again) = again else {
            let why = match error {
                DeskError::Refused(why) => Some(Box::new(why)),
                _ => None,
            };
            return Msg::Refused { message, why };
        };
        let unsaved = by_hand::command(&effect, self.desk.zone());
        self.unsure = Some((effect, again));
        Msg::NotRecorded { message, unsaved }
    }

    /// Reads what others added to one incident.
    pub fn follow(&mut self, id: &str, lang: Lang) -> Vec<Msg> {
        let Some(record) = self.records.get_mut(id) else { return Vec::new() };
        let before = record.entries.len();
        let was_busy = record.busy.is_some();
        match self.desk.store().refresh(record) {
            Ok(n) => {
                if n > 0 {
                    self.desk.remember(record);
                }
                let said = record.busy.as_ref().filter(|_| !was_busy);
                let said = said.map(|h| Msg::Trouble { message: busy(&record.id, h, lang) });
                news(record, before).into_iter().chain(said).collect()
            }
            Err(error) => vec![Msg::Refused { message: say(&error.into(), lang), why: None }],
        }
    }

    /// Puts what happened to the clock into the record of each incident that is not closed.
    pub fn note_clock(&mut self, seen: &Seen, lang: Lang) -> Vec<Msg> {
        let mut out = Vec::new();
        let mut trouble = None;
        for record in self.records.values_mut() {
            let before = record.entries.len();
            let noted = self.desk.note_clock(record, seen);
            out.extend(news(record, before));
            trouble = trouble.or(noted.err());
        }
        // One word for all of them: what failed is the disk, and it fails for each alike.
        out.extend(trouble.map(|e| Msg::Trouble { message: say(&e, lang) }));
        out
    }

    /// Looks for incidents that others opened.
    pub fn look_for_new(&mut self) -> Vec<Msg> {
        let mut out = Vec::new();
        for id in self.desk.store().ids().unwrap_or_default() {
            if self.records.contains_key(&id) || self.faulty.contains(&id) {
                continue;
            }
            match self.desk.open(&id) {
                Ok((incident, record)) => {
                    out.push(Msg::Created(Box::new(incident)));
                    out.push(appended(&record, Vec::new()));
                    self.records.insert(id, record);
                }
                // Its first entry is being written; it will be seen the next time.
                Err(DeskError::Store(StoreError::Unfinished { .. })) => {}
                Err(_) => {
                    self.faulty.insert(id);
                }
            }
        }
        out
    }

    /// Returns what is to be watched for the entries of others.
    pub fn watch(&self) -> Watch {
        let name = record_name(self.desk.store().mode());
        let file = |r: &Record| (r.id.clone(), r.folder.join(name), r.chain().bytes);
        let mut watch = Watch { folder: self.desk.store().folder(), seen: None, files: Vec::new() };
        watch.files = self.records.values().map(file).collect();
        watch.seen = watch.folder_time();
        watch
    }
}

fn is_unsure(error: &DeskError) -> bool {
    matches!(error, DeskError::Store(StoreError::NotRecorded { .. }))
}

fn news(record: &Record, before: usize) -> Vec<Msg> {
    let new = record.entries.get(before..).unwrap_or_default();
    if new.is_empty() { Vec::new() } else { vec![appended(record, new.to_vec())] }
}

fn appended(record: &Record, entries: Vec<Entry>) -> Msg {
    Msg::Appended { incident: record.id.clone(), entries, head: record.head().to_string() }
}

/// What is to be said of a record that somebody else held locked for as long as a reader waits.
pub fn busy(id: &str, holder: &Holder, lang: Lang) -> Message {
    Message::plain(Command::BeingWritten.with(lang, &[id, &holder.to_string()]))
}

/// Puts an error of the desk into words.
pub fn say(error: &DeskError, lang: Lang) -> Message {
    match error {
        DeskError::Refused(why) => refusal(why, lang),
        DeskError::Head(doubt) => {
            let mut message = doubt.message(lang);
            message.text = Witness::NothingRecorded.with(lang, &[&message.text]);
            message
        }
        other => Message { text: other.to_string(), hints: other.hints() },
    }
}

/// Notices that others wrote, by looking at lengths and times; nothing is opened.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    seen: Option<SystemTime>,
    /// Incident, its record file, and the length that was seen last.
    files: Vec<(String, PathBuf, u64)>,
}

impl Watch {
    /// Returns the incidents whose records grew or shrank since the last look.
    pub fn changed(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for (id, path, seen) in &mut self.files {
            if let Ok(meta) = std::fs::metadata(path)
                && meta.len() != *seen
            {
                *seen = meta.len();
                out.push(id.clone());
            }
        }
        out
    }

    /// Says whether an incident may have come or gone since the last look.
    pub fn others_opened(&mut self) -> bool {
        let time = self.folder_time();
        std::mem::replace(&mut self.seen, time) != time
    }

    /// Watches one more incident.
    pub fn add(&mut self, desk: &Desk, id: &str) {
        if !self.files.iter().any(|(known, ..)| known == id) {
            let path = self.folder.join(id).join(record_name(desk.store().mode()));
            let bytes = std::fs::metadata(&path).map_or(0, |m| m.len());
            self.files.push((id.to_owned(), path, bytes));
        }
    }

    fn folder_time(&self) -> Option<SystemTime> {
        std::fs::metadata(&self.folder).and_then(|m| m.modified()).ok()
    }
}
