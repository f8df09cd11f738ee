//! Does what the console and its line-by-line twin ask of the records, and tells what came of it.

use std::collections::{BTreeSet, HashMap};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::beside;
use super::by_hand;
use super::clockwatch::Seen;
use super::desk::{Act, Desk, DeskError, Listing};
use super::export;
use super::keep::Keep;
use super::paths::record_name;
use super::sign::With;
use super::sign::here::Here;
use super::store::{Holder, Record, StoreError, held_by};
use crate::app::effect::{Effect, Msg};
use crate::domain::decide::Attempt;
use crate::domain::event::Entry;
use crate::domain::incident::Incident;
use crate::words::Lang;
use crate::words::caveat::Caveat;
use crate::words::command::Command;
use crate::words::refusal::Message;
use crate::words::witness::Witness;

/// Holds the open records, and what is to be given again after a failure.
#[derive(Debug)]
pub struct Clerk {
    desk: Arc<Desk>,
    records: HashMap<String, Record>,
    /// Folders that could not be opened; they are not tried again and again.
    faulty: BTreeSet<String>,
    /// The act whose outcome is unknown, with what makes giving it again count once.
    unsure: Option<(Effect, Attempt)>,
    keep: Option<Keep>,
    /// It was said that text cannot be kept.
    keep_failed: bool,
    /// What was said last of what stands against a record, where there is something.
    caveats: HashMap<String, Vec<Caveat>>,
    /// The home that commands have to be given, where it is not the platform's.
    home: Option<PathBuf>,
    /// The key with which checkpoints are signed, where one is set.
    signs: Option<With>,
}

/// What was there at the start: incidents with the heads of their records, and what cannot be opened.
#[derive(Debug, Default)]
pub struct Found {
    /// Incidents that opened, each with the head of its record.
    pub incidents: Vec<(Incident, String)>,
    /// The others: id and message.
    pub problems: Vec<(String, String)>,
    /// What stands against relying on those that opened.
    pub caveats: Vec<(String, Vec<Caveat>)>,
    /// Incidents that somebody is writing to for long, and who.
    pub busy: Vec<(String, Holder)>,
}

impl Clerk {
    /// Opens all incidents.
    ///
    /// # Errors
    /// The folder of incidents cannot be read.
    pub fn start(desk: Arc<Desk>, lang: Lang) -> Result<(Self, Found), DeskError> {
        let mut found = Found::default();
        let mut records = HashMap::new();
        let mut caveats = HashMap::new();
        let mut faulty = BTreeSet::new();
        for listing in desk.list()? {
            match listing {
                Listing::Open(open) => {
                    let (incident, record) = *open;
                    let against = desk.caveats(&record);
                    if !against.is_empty() {
                        caveats.insert(record.id.clone(), against.clone());
                        found.caveats.push((record.id.clone(), against));
                    }
                    found
                        .busy
                        .extend(record.busy.iter().map(|h| (record.id.clone(), (**h).clone())));
                    found.incidents.push((incident, record.head().to_string()));
                    records.insert(record.id.clone(), record);
                }
                Listing::Problem { id, error, .. } => {
                    found.problems.push((id.clone(), error.message(lang).text));
                    faulty.insert(id);
                }
            }
        }
        let clerk = Self {
            desk,
            records,
            faulty,
            unsure: None,
            keep: None,
            keep_failed: false,
            caveats,
            home: None,
            signs: None,
        };
        Ok((clerk, found))
    }

    /// Keeps half-typed text there.
    pub fn keep_in(&mut self, keep: Keep) {
        self.keep = Some(keep);
    }

    /// Says whether half-typed text could not be kept.
    pub fn failed_to_keep(&self) -> bool {
        self.keep_failed
    }

    /// Names the home in the commands that it writes for copying.
    pub fn at_home(&mut self, home: Option<PathBuf>) {
        self.home = home;
    }

    /// Signs checkpoints with this key.
    pub fn sign_with(&mut self, key: Option<With>) {
        self.signs = key;
    }

    /// Tells what stands against relying on a record, where that is not what was told last.
    fn caveats_of(&mut self, id: &str) -> Option<Msg> {
        let now = self.desk.caveats(self.records.get(id)?);
        let before = self.caveats.get(id).map_or(&[][..], Vec::as_slice);
        if now == before {
            return None;
        }
        self.caveats.insert(id.to_owned(), now.clone());
        Some(Msg::Caveats { incident: id.to_owned(), caveats: now })
    }

    /// Does one effect; what only the terminal's side can do is passed over.
    pub fn run(&mut self, effect: Effect, lang: Lang) -> Vec<Msg> {
        match &effect {
            Effect::Create { .. } => self.create(effect, lang),
            Effect::Append { .. } => self.append(effect, lang),
            Effect::Digest { paths } => vec![beside::digest(paths, lang)],
            Effect::Sign { incident } => vec![self.sign(incident, lang)],
            Effect::Export { incident, path } => {
                vec![match export::to_file(&self.desk, incident, path, self.signs.as_ref(), lang) {
                    Ok(done) => Msg::Exported { message: done.message, sound: done.sound },
                    Err(message) => Msg::NotExported { message },
                }]
            }
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

    /// Signs where a record stands on disk, with what others added.
    fn sign(&self, id: &str, lang: Lang) -> Msg {
        let Some(with) = &self.signs else {
            let message = Message::plain(Witness::NoKey.text(lang));
            let message = message.hint(Witness::NoKeySet.text(lang));
            return Msg::Signed { message, refused: true };
        };
        match Here::of(&self.desk, id).and_then(|here| Ok(here.sign(with)?)) {
            Ok(signed) => {
                let values = [signed.signature.as_str(), &signed.signer];
                let message = Message::plain(Witness::Signed.with(lang, &values));
                Msg::Signed { message, refused: false }
            }
            Err(why) => Msg::Signed { message: why.message(lang), refused: true },
        }
    }

    /// Finds out whether an effect was tried before: the console says so, or it is the same one.
    fn act(&mut self, effect: &mut Effect) -> Result<Act, DeskError> {
        let (Effect::Append { again, .. } | Effect::Create { again, .. }) = effect else {
            return Ok(Act::first(self.desk.now())?);
        };
        let told = again.take();
        let same = self.unsure.take().filter(|(was, _)| was == effect).map(|(_, attempt)| attempt);
        match told.or(same) {
            Some(attempt) => Ok(Act::again(attempt)),
            None => Ok(Act::first(self.desk.now())?),
        }
    }

    fn create(&mut self, mut effect: Effect, lang: Lang) -> Vec<Msg> {
        let act = match self.act(&mut effect) {
            Ok(act) => act,
            Err(error) => return vec![refused(error, lang)],
        };
        let Effect::Create { title, packs, answers, confirmed, .. } = &effect else {
            return Vec::new();
        };
        let new = self.desk.draft_new(title, packs, answers, *confirmed, &act);
        match new.and_then(|new| self.desk.store_new(&new)) {
            Ok((incident, record)) => {
                let msgs = vec![
                    Msg::Created { incident: Box::new(incident), own: true },
                    appended(&record, Vec::new(), None),
                ];
                self.records.insert(record.id.clone(), record);
                msgs
            }
            Err(error) => vec![self.failed(error, effect, &act, lang)],
        }
    }

    fn append(&mut self, mut effect: Effect, lang: Lang) -> Vec<Msg> {
        let act = match self.act(&mut effect) {
            Ok(act) => act,
            Err(error) => return vec![refused(error, lang)],
        };
        let Effect::Append { incident: id, intent, .. } = &effect else { return Vec::new() };
        let mut record = match self.records.remove(id) {
            Some(record) => record,
            None => match self.desk.open(id) {
                Ok((_, record)) => record,
                Err(error) => return vec![self.failed(error, effect, &act, lang)],
            },
        };
        let id = id.clone();
        let before = record.entries.len();
        let outcome = self.desk.act_on(&mut record, intent, &act);
        let own = record.find(act.id()).map(|e| e.n).filter(|_| outcome.is_ok());
        // What others added meanwhile is news in any case; of a retry whose first attempt had reached
        // the disk, nothing may be new.
        let new = record.entries.get(before..).unwrap_or_default().to_vec();
        let mut out = Vec::new();
        if own.is_some() || !new.is_empty() {
            out.push(appended(&record, new, own));
        }
        if let Err(error) = outcome {
            out.push(self.failed(error, effect, &act, lang));
        }
        self.records.insert(id.clone(), record);
        out.extend(self.caveats_of(&id));
        out
    }

    fn failed(&mut self, error: DeskError, effect: Effect, act: &Act, lang: Lang) -> Msg {
        if !matches!(error, DeskError::Store(StoreError::NotRecorded { .. })) {
            return refused(error, lang);
        }
        let attempt = act.attempt().clone();
        let message = error.message(lang);
        let home = self.home.as_deref();
        let unsaved = by_hand::command(&effect, &attempt, home, self.desk.zone());
        self.unsure = Some((effect, attempt.clone()));
        Msg::NotRecorded { message, unsaved, attempt }
    }

    /// Reads what others added to one incident.
    pub fn follow(&mut self, id: &str, lang: Lang) -> Vec<Msg> {
        let mut out = self.read_on(id, lang);
        out.extend(self.caveats_of(id));
        out
    }

    fn read_on(&mut self, id: &str, lang: Lang) -> Vec<Msg> {
        let Some(record) = self.records.get_mut(id) else { return Vec::new() };
        let before = record.entries.len();
        let was_busy = record.busy.is_some();
        match self.desk.store().refresh(record) {
            Ok(n) => {
                if n > 0 {
                    self.desk.remember(record);
                }
                let new = record.entries.get(before..).unwrap_or_default().to_vec();
                // What was given up for not recorded may be there after all.
                let found = self.unsure.as_ref().and_then(|(_, was)| record.find(&was.id));
                let own = found.filter(|e| e.n >= before as u64).map(|e| e.n);
                if own.is_some() {
                    self.unsure = None;
                }
                let said = record.busy.as_ref().filter(|_| !was_busy);
                let said = said.map(|h| Msg::Trouble { message: busy(&record.id, h, lang) });
                let news = (!new.is_empty()).then(|| appended(record, new, own));
                news.into_iter().chain(said).collect()
            }
            Err(error) => {
                vec![Msg::Trouble { message: error.message(lang) }]
            }
        }
    }

    /// Puts what happened to the clock into the record of each incident that is not closed.
    pub fn note_clock(&mut self, seen: &Seen, lang: Lang) -> Vec<Msg> {
        let mut out = Vec::new();
        let mut trouble = None;
        for record in self.records.values_mut() {
            let before = record.entries.len();
            let noted = self.desk.note_clock(record, seen);
            let new = record.entries.get(before..).unwrap_or_default();
            if !new.is_empty() {
                out.push(appended(record, new.to_vec(), None));
            }
            trouble = trouble.or(noted.err());
        }
        let ids: Vec<String> = self.records.keys().cloned().collect();
        out.extend(ids.iter().filter_map(|id| self.caveats_of(id)));
        // One word for all of them: what failed is the disk, and it fails for each alike.
        out.extend(trouble.map(|e| Msg::Trouble { message: e.message(lang) }));
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
                    out.push(Msg::Created { incident: Box::new(incident), own: false });
                    out.push(appended(&record, Vec::new(), None));
                    self.records.insert(id.clone(), record);
                    out.extend(self.caveats_of(&id));
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
        let file = |r: &Record| (r.id.clone(), r.folder.join(name), r.last_change());
        let mut watch = Watch { folder: self.desk.store().folder(), seen: None, files: Vec::new() };
        watch.files = self.records.values().map(file).collect();
        watch.seen = watch.folder_time();
        watch
    }
}

fn refused(error: DeskError, lang: Lang) -> Msg {
    let message = error.message(lang);
    let why = match error {
        DeskError::Refused(why) => Some(Box::new(why)),
        _ => None,
    };
    Msg::Refused { message, why }
}

fn appended(record: &Record, entries: Vec<Entry>, own: Option<u64>) -> Msg {
    Msg::Appended { incident: record.id.clone(), entries, head: record.head().to_string(), own }
}

/// Length and time of the last change of a file.
type Look = Option<(u64, (i64, i64))>;

fn look(path: &Path) -> Look {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.len(), (meta.mtime(), meta.mtime_nsec())))
}

/// What is to be said of a record that somebody else held locked for as long as a reader waits.
pub fn busy(id: &str, holder: &Holder, lang: Lang) -> Message {
    Message::plain(Command::BeingWritten.with(lang, &[id, &held_by(holder, lang)]))
}

/// Notices that others wrote, by looking at lengths and times; nothing is opened.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    seen: Option<SystemTime>,
    /// Incident, its record file, and what the file looked like when it was seen last.
    files: Vec<(String, PathBuf, Look)>,
}

impl Watch {
    /// Returns the incidents whose records grew, shrank or were changed since the last look.
    pub fn changed(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for (id, path, seen) in &mut self.files {
            let now = look(path);
            if now.is_some() && now != *seen {
                *seen = now;
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
            let seen = look(&path);
            self.files.push((id.to_owned(), path, seen));
        }
    }

    fn folder_time(&self) -> Option<SystemTime> {
        std::fs::metadata(&self.folder).and_then(|m| m.modified()).ok()
    }
}
