//! Incidents as people work on them: the store, the packs that each record names, and the engine.
//!
//! The console, its line-by-line twin and the command line all come through here, so that one act is
//! decided and written in one way.

mod act;
#[cfg(test)]
mod tests;
mod trouble;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

pub use act::Act;
pub use trouble::{DeskError, PackTrouble};

use super::clock::Clock;
use super::clockwatch::Before;
use super::heads::{HeadDoubt, Heads};
use super::store::{
    Draft, FsStore, PackFault, PackText, Pinned, Record, StoreError, is_incident_id, new_entry_id,
    new_record_id, torn,
};
use crate::domain::decide::{Decision, Intent, begin, decide};
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
use crate::words::refusal::Message;

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

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("store", &self.store).finish_non_exhaustive()
    }
}
