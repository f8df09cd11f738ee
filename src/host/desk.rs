//! Incidents as people work on them: the store, the packs that each record names, and the engine.
//!
//! The console, its line-by-line twin and the command line all come through here, so that one act is
//! decided and written in one way.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::clock::Clock;
use super::clockwatch::Before;
use super::heads::{HeadDoubt, Heads};
use super::store::{
    Draft, FsStore, PackFault, PackText, Pinned, Record, StoreError, is_incident_id, new_entry_id,
    new_record_id, torn,
};
use crate::domain::decide::{Attempt, Decision, Intent, Refusal, begin, decide};
use crate::domain::event::Entry;
use crate::domain::incident::Incident;
use crate::domain::law::Pack;
use crate::domain::suggest::nearest;
use crate::domain::text::printable;
use crate::domain::time::{Time, Zone};
use crate::packs::{self, Problems};
use crate::record::Digest;
use crate::words::Lang;
use crate::words::caveat::{Caveat, CaveatKind};
use crate::words::refusal::{Message, refusal};
use crate::words::store::Store as W;
use crate::words::witness::Witness;

/// Incidents of one mode, with what is needed to judge and to add to them.
pub struct Desk {
    store: FsStore,
    shelf: Vec<Arc<Pack>>,
    clock: Arc<dyn Clock>,
    zone: Zone,
    heads: Heads,
    /// Packs that were read from beside a record, by digest.
    read: Mutex<HashMap<String, Arc<Pack>>>,
}

/// One incident of the list, or why it cannot be opened.
#[derive(Debug)]
pub enum Listing {
    /// It opened and its record holds.
    Open(Box<(Incident, Record)>),
    /// It did not.
    Problem {
        /// The incident's id; the folder's name where that is none.
        id: String,
        /// Its folder.
        folder: PathBuf,
        /// Why.
        error: DeskError,
    },
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The engine refused; the record is unchanged.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rules of an incident are not to be had.
    #[error(transparent)]
    Pack(#[from] PackTrouble),
    /// The record does not hold what is remembered of it; nothing was added.
    #[error("{0}; nothing was recorded")]
    Head(Box<HeadDoubt>),
}

impl From<HeadDoubt> for DeskError {
    fn from(doubt: HeadDoubt) -> Self {
        Self::Head(Box::new(doubt))
    }
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackTrouble {
    /// No pack has that id.
    #[error("there is no pack `{id}`")]
    Unknown {
        /// What was asked for.
        id: String,
        /// The nearest right id.
        nearest: Option<String>,
        /// What there is.
        possible: Vec<String>,
    },
    /// The text beside the record is not the one that the record names.
    #[error("the rules of incident `{incident}` cannot be used: {fault}")]
    Pinned {
        /// The incident's id.
        incident: String,
        /// What is wrong with the text.
        fault: PackFault,
    },
    /// The text is the right one, but this program cannot read it.
    #[error("the rules of incident `{incident}` cannot be read: {problems}")]
    Unreadable {
        /// The incident's id.
        incident: String,
        /// What is wrong with the text.
        problems: Problems,
    },
}

impl DeskError {
    /// Puts it into words, with what the user can do about it.
    pub fn message(&self, lang: Lang) -> Message {
        match self {
            Self::Refused(why) => refusal(why, lang),
            Self::Store(e) => e.message(lang),
            Self::Head(doubt) => {
                let mut message = doubt.message(lang);
                message.text = Witness::NothingRecorded.with(lang, &[&message.text]);
                message
            }
            Self::Pack(trouble) => trouble.message(lang),
        }
    }
}

impl PackTrouble {
    /// Puts it into words, with what the user can do about it.
    pub fn message(&self, lang: Lang) -> Message {
        match self {
            Self::Unknown { id, nearest, possible } => {
                let message = Message::plain(W::UnknownPack.with(lang, &[id]));
                message.hint(match nearest {
                    Some(n) => W::DidYouMean.with(lang, &[&format!("`{n}`")]),
                    None => W::Possible.with(lang, &[&possible.join(", ")]),
                })
            }
            Self::Pinned { incident, fault } => {
                Message::plain(W::PackPinned.with(lang, &[incident, &fault.to_string()]))
                    .hint(W::PutBackPack.text(lang))
            }
            Self::Unreadable { incident, problems } => {
                Message::plain(W::PackUnreadable.with(lang, &[incident, &problems.to_string()]))
                    .hint(W::OpenWithNewer.text(lang))
            }
        }
    }
}

impl Desk {
    /// Makes a desk over a store. `shelf` holds the packs that a new incident can be bound to; the
    /// first is the one taken where none is named.
    pub fn new(store: FsStore, shelf: Vec<Arc<Pack>>, clock: Arc<dyn Clock>, zone: Zone) -> Self {
        Self { store, shelf, clock, zone, heads: Heads::none(), read: Mutex::default() }
    }

    /// Lets the desk remember the heads of what it opens, and refuse to add to what is not as it was.
    #[must_use]
    pub fn with_heads(mut self, heads: Heads) -> Self {
        self.heads = heads;
        self
    }

    /// Returns the remembered heads.
    pub fn heads(&self) -> &Heads {
        &self.heads
    }

    /// Remembers where a record stands after others' entries were read.
    pub fn remember(&self, record: &Record) {
        self.heads.watch(record, self.store.mode());
    }

    /// Returns the packs that ship with the program.
    ///
    /// # Errors
    /// One of them does not load.
    pub fn builtin_shelf() -> Result<Vec<Arc<Pack>>, Problems> {
        let load = |(id, text)| packs::load(&format!("{id}.ron"), text).map(Arc::new);
        packs::builtin().into_iter().map(load).collect()
    }

    /// Returns the store.
    pub fn store(&self) -> &FsStore {
        &self.store
    }

    /// Returns the packs that a new incident can be bound to.
    pub fn shelf(&self) -> &[Arc<Pack>] {
        &self.shelf
    }

    /// Returns the clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Returns the clock's moment.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Returns the zone in which times are read and shown.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Lists all incidents in the order of their ids; what cannot be opened is listed with its fault.
    ///
    /// # Errors
    /// The folder of incidents itself cannot be read.
    pub fn list(&self) -> Result<Vec<Listing>, DeskError> {
        let folder = self.store.folder();
        let ids = self.store.ids()?;
        let open = |ids: &[String]| -> Vec<Listing> {
            let one = |id: &String| match self.open(id) {
                Ok(open) => Listing::Open(Box::new(open)),
                Err(error) => Listing::Problem { id: id.clone(), folder: folder.join(id), error },
            };
            ids.iter().map(one).collect()
        };
        // Each record is verified whole; two at a time, where there are many.
        let (first, second) = ids.split_at(if ids.len() < 16 { ids.len() } else { ids.len() / 2 });
        let mut all = std::thread::scope(|scope| {
            let other = (!second.is_empty())
                .then(|| std::thread::Builder::new().spawn_scoped(scope, || open(second)));
            let mut all = open(first);
            let rest = other.and_then(Result::ok).and_then(|other| other.join().ok());
            all.extend(rest.unwrap_or_else(|| open(second)));
            all
        });
        // A folder under another name is no incident any more, and a deadline may run in it.
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type().is_ok_and(|t| t.is_dir());
            if is_folder && !name.starts_with('.') && !is_incident_id(&name) {
                let path = entry.path();
                let error = StoreError::BadName { path: path.clone() }.into();
                all.push(Listing::Problem { id: printable(&name), folder: path, error });
            }
        }
        Ok(all)
    }

    /// Opens an incident by its id, or a part of it that is unique; verifies the whole record.
    ///
    /// What can be read is opened, whatever stands against it: a record that is damaged further up as far
    /// as it holds, one whose rules cannot be used without them. [`Desk::caveats`] says what it is;
    /// nothing can be added to a record that is damaged or not as it was remembered.
    ///
    /// # Errors
    /// What the store says.
    pub fn open(&self, id: &str) -> Result<(Incident, Record), DeskError> {
        let record = self.store.inspect(id)?;
        if record.entries.is_empty() {
            self.store.sound(&record)?;
        }
        if record.problem.is_none() {
            self.heads.watch(&record, self.store.mode());
        }
        let incident = Incident::fold(&record.id, self.usable(&record), record.entries.clone());
        Ok((incident, record))
    }

    /// Returns what stands against relying on a record, the gravest first; that entries in it are not
    /// understood is known from the incident.
    pub fn caveats(&self, record: &Record) -> Vec<Caveat> {
        let both = |kind, say: &dyn Fn(Lang) -> Message| Caveat {
            kind,
            zh: say(Lang::Zh),
            en: say(Lang::En),
        };
        let mut all = Vec::new();
        if let Some(e) = self.store.sound(record).err() {
            all.push(both(CaveatKind::Damaged, &|lang| e.message(lang)));
        }
        if let Some(doubt) = self.heads.doubt(&record.id) {
            all.push(both(CaveatKind::Doubt, &|lang| doubt.message(lang)));
        }
        if let Err(trouble) = self.packs_of(record) {
            all.push(both(CaveatKind::Rules, &|lang| trouble.message(lang)));
        }
        if let Some(found) = &record.torn {
            all.push(both(CaveatKind::Torn, &|lang| torn(&record.id, found, lang)));
        }
        all
    }

    /// Loads those packs of a record that can be used.
    fn usable(&self, record: &Record) -> Vec<Arc<Pack>> {
        record.packs.iter().filter_map(|p| self.pinned(&record.id, p).ok()).collect()
    }

    /// Loads the packs that a record names: from the shelf what has the very digest in the record,
    /// anything else from the texts beside it.
    ///
    /// # Errors
    /// [`PackTrouble`]: no other edition is ever taken instead.
    pub fn packs_of(&self, record: &Record) -> Result<Vec<Arc<Pack>>, PackTrouble> {
        record.packs.iter().map(|p| self.pinned(&record.id, p)).collect()
    }

    fn pinned(&self, incident: &str, pinned: &Pinned) -> Result<Arc<Pack>, PackTrouble> {
        let pin = &pinned.pin;
        let is_pinned = |p: &&Arc<Pack>| p.sha256 == pin.sha256 && p.id == pin.id;
        if let Some(pack) = self.shelf.iter().find(is_pinned) {
            return Ok(Arc::clone(pack));
        }
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pack) = read.get(&pin.sha256) {
            return Ok(Arc::clone(pack));
        }
        let incident = incident.to_owned();
        let text = match pinned.text() {
            Ok(text) => text,
            Err(fault) => return Err(PackTrouble::Pinned { incident, fault: fault.clone() }),
        };
        let pack = packs::load(&format!("{}.ron", pin.id), text)
            .map_err(|problems| PackTrouble::Unreadable { incident: incident.clone(), problems })?;
        if pack.id != pin.id || pack.sha256 != pin.sha256 {
            return Err(PackTrouble::Pinned { incident, fault: PackFault::BadPin });
        }
        let pack = Arc::new(pack);
        read.insert(pin.sha256.clone(), Arc::clone(&pack));
        Ok(pack)
    }

    /// Decides how a new record begins; nothing is stored. The ids of the drafts follow from the id of
    /// the act, so that it can be given again after a failure, by another program, too.
    ///
    /// # Errors
    /// A refusal, or a pack that there is none of.
    pub fn draft_new(
        &self,
        title: &str,
        pack_ids: &[String],
        answers: &[(String, String)],
        confirmed: bool,
        act: &Act,
    ) -> Result<New, DeskError> {
        let packs = self.chosen(pack_ids)?;
        let record = new_record_id()?;
        let events = begin(&record, title, &packs, answers, self.now(), self.zone, confirmed)?;
        let id = |i: usize| match i {
            0 => act.id().to_owned(),
            _ => {
                let mut digest = Digest::of(format!("{} {i}", act.id()).as_bytes()).to_string();
                digest.truncate(32);
                digest
            }
        };
        let draft = |(i, event)| Draft { id: id(i), happened_at: None, happened_by: None, event };
        let mut drafts: Vec<Draft> = events.into_iter().enumerate().map(draft).collect();
        // A record begins with its opening; the rest is recorded by this clock. Given again, it may stand
        // there already; where it does not, the next act brings it.
        if !act.again {
            let before = Before::new()?;
            let behind_opening = drafts.len().min(1);
            drafts.splice(behind_opening..behind_opening, self.before(&[], &before));
        }
        Ok(New { drafts, packs, again: act.again })
    }

    /// Writes a new record.
    ///
    /// # Errors
    /// What the store says.
    pub fn store_new(&self, new: &New) -> Result<(Incident, Record), DeskError> {
        let text = |p: &Arc<Pack>| PackText {
            id: p.id.clone(),
            sha256: p.sha256.clone(),
            text: p.source_text.to_string(),
        };
        let texts: Vec<PackText> = new.packs.iter().map(text).collect();
        let mode = self.store.mode();
        let known = |id: &str| self.heads.knows(mode, id);
        let begun = if new.again { self.store.create_again(&new.drafts)? } else { None };
        let record = match begun {
            Some(record) => record,
            None => self.store.create_beside(new.drafts.clone(), &texts, &known)?,
        };
        self.heads.accept(&record, mode);
        let incident = Incident::fold(&record.id, new.packs.clone(), record.entries.clone());
        Ok((incident, record))
    }

    /// Opens an incident: decides and writes. Without pack ids it is bound to the shelf's first.
    ///
    /// # Errors
    /// A refusal, an unknown pack, or what the store says.
    pub fn create(
        &self,
        title: &str,
        pack_ids: &[String],
        answers: &[(String, String)],
        confirmed: bool,
    ) -> Result<Incident, DeskError> {
        let act = Act::first(self.now())?;
        let new = self.draft_new(title, pack_ids, answers, confirmed, &act)?;
        Ok(self.store_new(&new)?.0)
    }

    fn chosen(&self, ids: &[String]) -> Result<Vec<Arc<Pack>>, PackTrouble> {
        if ids.is_empty() {
            return Ok(self.shelf.first().cloned().into_iter().collect());
        }
        let mut out: Vec<Arc<Pack>> = Vec::new();
        for id in ids {
            let Some(pack) = self.shelf.iter().find(|p| p.id == *id) else {
                let possible: Vec<String> = self.shelf.iter().map(|p| p.id.clone()).collect();
                let nearest = nearest(id, possible.iter().map(String::as_str));
                return Err(PackTrouble::Unknown { id: printable(id), nearest, possible });
            };
            if !out.iter().any(|p| p.id == pack.id) {
                out.push(Arc::clone(pack));
            }
        }
        Ok(out)
    }

    /// Puts one intent into an incident's record. Returns the incident as it then is, and the new
    /// entries.
    ///
    /// # Errors
    /// A refusal, or what the store says.
    pub fn act(&self, id: &str, intent: &Intent) -> Result<(Incident, Vec<Entry>), DeskError> {
        let mut record = self.store.open(id)?;
        let entries = self.act_on(&mut record, intent, &Act::first(self.now())?)?;
        let packs = self.usable(&record);
        Ok((Incident::fold(&record.id, packs, record.entries), entries))
    }

    /// Puts one intent into a record that is open: under the lock, judged by what is on disk then.
    ///
    /// Giving the same act again after a failure counts once.
    ///
    /// # Errors
    /// A refusal, [`DeskError::Head`], or what the store says.
    pub fn act_on(
        &self,
        record: &mut Record,
        intent: &Intent,
        act: &Act,
    ) -> Result<Vec<Entry>, DeskError> {
        let entry_id = act.id();
        let mut intent = intent.clone();
        if act.again && act.attempt.at < self.clock.now() {
            intent = intent.since(act.attempt.at);
        }
        let intent = &intent;
        // What needs no rules is recorded without them.
        let packs = match (self.packs_of(record), intent.bare()) {
            (Err(_), Intent::Note { .. } | Intent::HandOver { .. } | Intent::TakeOver { .. }) => {
                self.usable(record)
            }
            (packs, _) => packs?,
        };
        let mode = self.store.mode();
        let before = Before::new()?;
        let outcome = self.store.append(record, |record| {
            self.heads.check_record(record, mode)?;
            if let Some(there) = record.find(entry_id) {
                return Ok(vec![Draft {
                    id: there.id.clone(),
                    happened_at: there.happened_at,
                    happened_by: there.happened_by,
                    event: there.event.clone(),
                }]);
            }
            let incident = Incident::fold(&record.id, packs.clone(), record.entries.clone());
            let Decision { event, happened_at } =
                decide(&incident, intent, self.clock.now(), self.zone)?;
            let happened_by = happened_at.and(intent.told_by());
            let own = Draft { id: entry_id.to_owned(), happened_at, happened_by, event };
            // What is to be said of the clock comes before what is recorded by it.
            Ok::<_, DeskError>(self.before(&record.entries, &before).chain([own]).collect())
        })?;
        if outcome.is_ok() {
            // It was held against what is remembered under the lock, a moment ago.
            self.heads.remember(record, mode);
        }
        outcome
    }

    /// Goes on with a record as it is, whatever is remembered of it: the reason becomes a note in it,
    /// and its head is remembered anew. `note` is given the doubt and the record, and returns the text.
    ///
    /// # Errors
    /// A refusal, or what the store says.
    pub fn accept(
        &self,
        id: &str,
        mut note: impl FnMut(Option<&HeadDoubt>, &Record) -> String,
    ) -> Result<(Record, Vec<Entry>), DeskError> {
        let mut record = self.store.open(id)?;
        let packs = self.packs_of(&record)?;
        let (mode, entry_id) = (self.store.mode(), new_entry_id()?);
        let before = Before::new()?;
        let entries = self.store.append(&mut record, |record| {
            let doubt = self.heads.check_record(record, mode).err();
            let text = note(doubt.as_ref(), record);
            let incident = Incident::fold(&record.id, packs.clone(), record.entries.clone());
            let intent = Intent::Note { text, happened_at: None };
            let Decision { event, happened_at } =
                decide(&incident, &intent, self.clock.now(), self.zone)?;
            let own = Draft { id: entry_id.clone(), happened_at, happened_by: None, event };
            Ok::<_, DeskError>(self.before(&record.entries, &before).chain([own]).collect())
        })??;
        self.heads.accept(&record, mode);
        Ok((record, entries))
    }
}

/// A new record that was decided on and is not stored yet.
#[derive(Debug, Clone)]
pub struct New {
    drafts: Vec<Draft>,
    packs: Vec<Arc<Pack>>,
    again: bool,
}

/// Something that a person does once, however often it has to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    attempt: Attempt,
    again: bool,
}

impl Act {
    /// Does something for the first time.
    ///
    /// # Errors
    /// The system gave no random bytes.
    pub fn first(now: Time) -> Result<Self, StoreError> {
        Ok(Self { attempt: Attempt { id: new_entry_id()?, at: now }, again: false })
    }

    /// Does again what was tried before and may be in the record already.
    pub const fn again(attempt: Attempt) -> Self {
        Self { attempt, again: true }
    }

    /// Returns the id that its entry gets.
    pub fn id(&self) -> &str {
        &self.attempt.id
    }

    /// Returns what is to be given again if the outcome is unknown.
    pub const fn attempt(&self) -> &Attempt {
        &self.attempt
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("store", &self.store).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::event::{Event, Mode, Who};
    use crate::domain::time::{parse, parse_offset};
    use crate::host::clock::FixedClock;

    struct Room {
        _folder: tempfile::TempDir,
        clock: Arc<FixedClock>,
        desk: Desk,
    }

    fn desk_at(folder: &std::path::Path, clock: &Arc<FixedClock>) -> Desk {
        let zone = Zone::Fixed(parse_offset("+08:00").unwrap());
        let who = Who { login: "alice".to_owned(), ..Who::default() };
        let store = FsStore::new(folder, Mode::Live, clock.clone(), who, zone);
        Desk::new(store, Desk::builtin_shelf().unwrap(), clock.clone(), zone)
    }

    fn room() -> Room {
        let folder = tempfile::tempdir().unwrap();
        let start = "2026-03-02T02:11:40+08:00".parse().unwrap();
        let clock = Arc::new(FixedClock::new(start));
        let desk = desk_at(folder.path(), &clock);
        Room { _folder: folder, clock, desk }
    }

    fn learned() -> Vec<(String, String)> {
        vec![("learned_at".to_owned(), "01:30".to_owned())]
    }

    fn answer(fact: &str, value: &str) -> Intent {
        Intent::Answer {
            set: vec![(fact.to_owned(), value.to_owned())],
            note: None,
            happened_at: None,
            confirmed: false,
        }
    }

    #[test]
    fn what_is_opened_is_listed_and_reads_back_the_same() {
        let room = room();
        let made = room.desk.create("CRM down", &[], &learned(), false).unwrap();
        let (read, record) = room.desk.open(&made.id).unwrap();
        assert_eq!((read.title.as_str(), read.entries.len()), ("CRM down", 2));
        assert_eq!(read.entries, made.entries);
        assert_eq!(record.chain().count, 2);
        let zone = room.desk.zone();
        let learned = parse("01:30", room.desk.now(), zone).unwrap();
        assert_eq!(read.case.anchors["learned_at"], learned);
        assert!(matches!(&room.desk.list().unwrap()[..], [Listing::Open(_)]));
    }

    #[test]
    fn an_act_is_judged_by_what_is_on_disk_not_by_what_was_read_before() {
        let room = room();
        let id = room.desk.create("CRM down", &[], &learned(), false).unwrap().id;
        let (_, mut stale) = room.desk.open(&id).unwrap();
        room.desk.act(&id, &Intent::Close { because: "false alarm".to_owned() }).unwrap();
        let late = answer("involves_cii", "yes");
        let refused = room.desk.act_on(&mut stale, &late, &Act::first(room.desk.now()).unwrap());
        assert!(matches!(refused, Err(DeskError::Refused(Refusal::Closed { entry: 2 }))));
        assert_eq!(stale.chain().count, 3);
    }

    #[test]
    fn the_same_act_given_twice_counts_once() {
        let room = room();
        let id = room.desk.create("CRM down", &[], &learned(), false).unwrap().id;
        let (_, mut record) = room.desk.open(&id).unwrap();
        let first = Act::first(room.desk.now()).unwrap();
        let again = Act::again(first.attempt().clone());
        for act in [first, again] {
            let entries =
                room.desk.act_on(&mut record, &answer("involves_cii", "yes"), &act).unwrap();
            assert_eq!(entries[0].n, 2);
            room.clock.advance(TimeDelta::seconds(5));
        }
        assert_eq!(room.desk.open(&id).unwrap().0.entries.len(), 3);
    }

    #[test]
    fn a_refusal_leaves_no_trace() {
        let room = room();
        let id = room.desk.create("CRM down", &[], &learned(), false).unwrap().id;
        let refused = room.desk.act(&id, &answer("pi_persons", "-1"));
        assert!(matches!(refused, Err(DeskError::Refused(Refusal::BadValue { .. }))));
        assert_eq!(room.desk.open(&id).unwrap().0.entries.len(), 2);
    }

    #[test]
    fn a_pack_that_there_is_none_of_is_named_with_the_nearest() {
        let room = room();
        let wrong = room.desk.create("x", &["cn-cac-2024".to_owned()], &learned(), false);
        let Err(DeskError::Pack(PackTrouble::Unknown { nearest, .. })) = wrong else { panic!() };
        assert_eq!(nearest.as_deref(), Some("cn-cac-2025"));
        assert!(room.desk.list().unwrap().is_empty());
    }

    #[test]
    fn an_incident_stays_bound_to_the_text_that_it_began_with() {
        let room = room();
        let id = room.desk.create("CRM down", &[], &learned(), false).unwrap().id;
        let sha = room.desk.shelf()[0].sha256.clone();
        // A program with a newer edition on its shelf.
        let mut newer = desk_at(room._folder.path(), &room.clock);
        let text = newer.shelf[0].source_text.replace("cn-cac-2025", "cn-cac-2027");
        newer.shelf = vec![Arc::new(packs::load("newer.ron", &text).unwrap())];
        let (incident, record) = newer.open(&id).unwrap();
        assert_eq!(incident.case.packs[0].sha256, sha);
        // The text beside the record is changed: nothing else is taken instead.
        let kept = std::fs::read_dir(record.folder.join("packs")).unwrap();
        for file in kept.flatten() {
            std::fs::remove_file(file.path()).unwrap();
            std::fs::write(file.path(), "(format: 1)").unwrap();
        }
        let mut newer_yet = desk_at(room._folder.path(), &room.clock);
        newer_yet.shelf.clear();
        let (incident, record) = newer_yet.open(&id).unwrap();
        assert!(incident.case.packs.is_empty() && incident.title == "CRM down");
        assert_eq!(newer_yet.caveats(&record)[0].kind, CaveatKind::Rules);
        let trouble = newer_yet.act(&id, &answer("involves_cii", "yes"));
        assert!(matches!(trouble, Err(DeskError::Pack(PackTrouble::Pinned { .. }))));
        let note = Intent::Note { text: "rang the vendor".to_owned(), happened_at: None };
        assert_eq!(newer_yet.act(&id, &note).unwrap().1.len(), 1);
        // The right text on the shelf is as good.
        assert_eq!(room.desk.open(&id).unwrap().0.entries.len(), 3);
    }

    #[test]
    fn a_folder_under_another_name_is_listed_as_a_problem() {
        let room = room();
        let (_, record) = {
            let id = room.desk.create("CRM down", &[], &learned(), false).unwrap().id;
            room.desk.open(&id).unwrap()
        };
        std::fs::rename(&record.folder, record.folder.with_file_name("old")).unwrap();
        let listed = room.desk.list().unwrap();
        let [Listing::Problem { id, .. }] = &listed[..] else { panic!("{listed:?}") };
        assert_eq!(id, "old");
        assert!(!record.entries.iter().any(|e| matches!(e.event, Event::Closed { .. })));
    }
}
