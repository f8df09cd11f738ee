//! Heads that this user's programs have seen: what a cut tail or a rolled-back copy is found by.
//!
//! A record shows edits relative to a head that somebody kept. So `(record id, count, head)` of every
//! record that was opened or added to is remembered, one small file per record, in the user's state
//! folder and thus outside the incident's. A record that no longer holds what is remembered of it is
//! still read, but nothing is added to it until a person accepts it as it is, with a reason.

pub mod memory;
mod told;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use told::{Gone, HeadDoubt};
use told::{Trouble, Why};

use super::own::{self, Own};
use super::paths::record_name;
use super::store::{Record, is_incident_id};
use crate::domain::event::Mode;
use crate::domain::text::printable;
use crate::record::{Digest, heads_at};
use crate::words::Lang;
use crate::words::refusal::Message;

/// The longest file that is read, in bytes.
const MOST: u64 = 4096;
const VERSION: u32 = 1;
/// How long another program of the same user is waited for; it needs milliseconds.
const WAIT: Duration = Duration::from_millis(500);

/// What is remembered of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The record id.
    pub record: String,
    /// The incident's id.
    pub incident: String,
    /// How many entries there were.
    pub count: u64,
    /// The digest of the newest.
    pub head: Digest,
}

/// A place in a record that is held against what is remembered.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Incident id.
    pub incident: &'a str,
    /// Live or exercise.
    pub mode: Mode,
    /// Record id.
    pub record: &'a str,
    /// Entries that hold.
    pub count: u64,
    /// The digest of the newest.
    pub head: Digest,
    /// The record file, for a look at what stood further up.
    pub file: &'a Path,
}

/// The heads that one user's programs remember.
#[derive(Debug, Clone, Default)]
pub struct Heads {
    folder: Option<PathBuf>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    trouble: Option<Trouble>,
    doubts: BTreeMap<String, HeadDoubt>,
    damaged: BTreeMap<String, u64>,
    own: Option<Arc<Own>>,
}

/// The file of one record.
#[derive(Serialize, Deserialize)]
struct Kept {
    v: u32,
    record: String,
    incident: String,
    count: u64,
    head: String,
}

impl Heads {
    /// Remembers nothing; for stores that lie in memory or in a test's folder.
    pub fn none() -> Self {
        Self::default()
    }

    /// Remembers in the state folder, in a folder of this user's own. Nothing is made until there is
    /// something to remember.
    pub fn under(state: &Path) -> Self {
        Self { folder: Some(own::place(state, "heads")), seen: Arc::default() }
    }

    /// Returns why nothing could be remembered, or what is remembered could not be read.
    pub fn trouble(&self, lang: Lang) -> Option<Message> {
        self.seen().trouble.as_ref().map(|trouble| trouble.message(lang))
    }

    /// Returns the doubts that came up so far, by incident.
    pub fn doubts(&self) -> Vec<HeadDoubt> {
        self.seen().doubts.values().cloned().collect()
    }

    /// Returns incidents whose newest remembered entry was found damaged, with its number.
    pub fn damaged(&self) -> Vec<(String, u64)> {
        self.seen().damaged.iter().map(|(id, n)| (id.clone(), *n)).collect()
    }

    /// Returns the doubt about one incident.
    pub fn doubt(&self, incident: &str) -> Option<HeadDoubt> {
        self.seen().doubts.get(incident).cloned()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn troubled(&self, path: &Path, e: &io::Error) {
        self.seen().trouble.get_or_insert(Trouble::of(path, e));
    }

    /// Returns what is remembered of a record.
    pub fn of_record(&self, record: &str) -> Option<Remembered> {
        let name = format!("{record}.json");
        let bytes = self.read(&name)?;
        let kept: Option<Kept> = serde_json::from_slice(&bytes).ok();
        let good = kept.filter(|k| k.v == VERSION && k.record == record).and_then(|k| {
            let head = Digest::parse(k.head.as_bytes())?;
            let incident = printable(&k.incident);
            Some(Remembered { record: k.record, incident, count: k.count, head })
        });
        if good.is_none() {
            self.unreadable(&name);
        }
        good
    }

    /// Returns what is remembered of the record that stood under an incident id.
    pub fn of_incident(&self, mode: Mode, incident: &str) -> Option<Remembered> {
        if !is_incident_id(incident) {
            return None;
        }
        let name = pointer(mode, incident);
        let bytes = self.read(&name)?;
        match bytes.strip_suffix(b"\n").and_then(Digest::parse) {
            Some(record) => self.of_record(&record.to_string()),
            None => {
                self.unreadable(&name);
                None
            }
        }
    }

    /// Says whether an incident of this id is remembered, even where what is remembered cannot be read.
    pub fn knows(&self, mode: Mode, incident: &str) -> bool {
        let file = self.folder.as_ref().map(|folder| folder.join(pointer(mode, incident)));
        is_incident_id(incident) && file.is_some_and(|f| fs::symlink_metadata(f).is_ok())
    }

    /// Lists the incidents of a mode that are remembered while nothing is left of their records in the
    /// folder of incidents.
    pub fn gone(&self, mode: Mode, incidents: &Path) -> Vec<Gone> {
        let prefix = pointer(mode, "");
        let own = self.folder.as_ref().filter(|folder| Own::open(folder).is_ok());
        let names = own.and_then(|folder| fs::read_dir(folder).ok());
        let ids = names.into_iter().flatten().flatten().filter_map(|entry| {
            let name = entry.file_name();
            let id = name.to_str()?.strip_prefix(&prefix)?;
            is_incident_id(id).then(|| id.to_owned())
        });
        let is_gone = |id: &String| {
            match fs::symlink_metadata(incidents.join(id).join(record_name(mode))) {
                Ok(meta) => meta.is_file() && meta.len() == 0,
                // What may not be looked at is not gone by that.
                Err(e) => matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
            }
        };
        let mut ids: Vec<String> = ids.filter(is_gone).collect();
        ids.sort_unstable();
        let file = |id: &str| self.folder.clone().unwrap_or_default().join(pointer(mode, id));
        ids.into_iter()
            .map(|id| Gone { was: self.of_incident(mode, &id), file: file(&id), incident: id })
            .collect()
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let folder = self.folder.as_ref()?;
        let path = folder.join(name);
        match self.own(folder).and_then(|own| own.read(name, MOST)) {
            Ok(bytes) => Some(bytes),
            Err(e) => {
                if e.kind() != ErrorKind::NotFound {
                    self.troubled(&path, &e);
                }
                None
            }
        }
    }

    /// The folder, opened once: a list of incidents asks several times for each.
    fn own(&self, folder: &Path) -> io::Result<Arc<Own>> {
        if let Some(own) = self.seen().own.as_ref().filter(|own| own.is_there()) {
            return Ok(Arc::clone(own));
        }
        let own = Arc::new(Own::open(folder)?);
        self.seen().own = Some(Arc::clone(&own));
        Ok(own)
    }

    fn unreadable(&self, name: &str) {
        let path = self.folder.clone().unwrap_or_default().join(name);
        self.seen().trouble.get_or_insert(Trouble { path, why: Why::Garbled });
    }

    /// Holds a place against what is remembered of its record and of its incident.
    ///
    /// # Errors
    /// The doubt.
    pub fn check(&self, place: Place<'_>) -> Result<(), HeadDoubt> {
        let incident = place.incident.to_owned();
        if let Some(was) = self.of_incident(place.mode, place.incident)
            && was.record != place.record
        {
            let is = place.record.to_owned();
            return Err(HeadDoubt::Replaced { incident, was: Box::new(was), is });
        }
        let Some(was) = self.of_record(place.record) else { return Ok(()) };
        if (was.count, was.head) == (place.count, place.head) {
            return Ok(());
        }
        // Read from the file and not from the place: another program of ours may have added to it, and
        // remembered that, since the place was read.
        let wanted = [was.count].into();
        let found = File::open(place.file).and_then(|f| heads_at(f, &wanted));
        let found = match found {
            Ok(found) => found.get(&was.count).copied(),
            Err(e) => {
                self.troubled(place.file, &e);
                None
            }
        };
        let was = Box::new(was);
        match found {
            Some(head) if head == was.head => Ok(()),
            Some(is) => Err(HeadDoubt::Rewritten { incident, was, is }),
            None => Err(HeadDoubt::Cut { incident, was, is: place.count }),
        }
    }

    /// Holds an opened record against what is remembered, and remembers it where it holds.
    pub fn watch(&self, record: &Record, mode: Mode) {
        match self.check_record(record, mode) {
            Ok(()) => {
                self.seen().doubts.remove(&record.id);
                // What somebody is still writing may not be on the disk; it is not held against them.
                if record.busy.is_none() {
                    self.remember(record, mode);
                }
            }
            Err(doubt) => {
                self.seen().doubts.insert(record.id.clone(), doubt);
            }
        }
    }

    /// Holds an opened record against what is remembered.
    ///
    /// # Errors
    /// The doubt.
    pub fn check_record(&self, record: &Record, mode: Mode) -> Result<(), HeadDoubt> {
        if self.folder.is_none() {
            return Ok(());
        }
        let chain = record.chain();
        let Some(id) = chain.record.as_deref() else { return Ok(()) };
        let file = record.folder.join(record_name(mode));
        let checked = self.check(Place {
            incident: &record.id,
            mode,
            record: id,
            count: chain.count,
            head: chain.head,
            file: &file,
        });
        match checked {
            // The newest entry that is remembered is there and damaged. That is in plain sight, and the
            // next entry answers for it by place and digest, for good; nothing went silently.
            Err(HeadDoubt::Cut { was, .. })
                if record.torn.is_some() && was.count == chain.count + 1 =>
            {
                self.seen().damaged.insert(record.id.clone(), chain.count);
                Ok(())
            }
            other => other,
        }
    }

    /// Remembers where a record stands, if it went on since. What cannot be remembered is told by
    /// [`Heads::trouble`]; it is no reason not to work.
    pub fn remember(&self, record: &Record, mode: Mode) {
        self.keep(record, mode, false);
    }

    /// Remembers where a record stands whatever was remembered before: it is new, or a person
    /// accepted it.
    pub fn accept(&self, record: &Record, mode: Mode) {
        self.seen().doubts.remove(&record.id);
        self.keep(record, mode, true);
    }

    fn keep(&self, record: &Record, mode: Mode, anyway: bool) {
        let (Some(folder), Some(id)) = (&self.folder, record.chain().record.as_deref()) else {
            return;
        };
        // A record id is 64 hexadecimal digits, or the record would not have opened; a file is named
        // after it, so it is looked at again.
        if Digest::parse(id.as_bytes()).is_none() {
            return;
        }
        let chain = record.chain();
        let kept = Kept {
            v: VERSION,
            record: id.to_owned(),
            incident: record.id.clone(),
            count: chain.count,
            head: chain.head.to_string(),
        };
        let done = || -> io::Result<()> {
            let pointer = pointer(mode, &record.id);
            let pointed = format!("{id}\n").into_bytes();
            let goes_on = |was: &Remembered| was.count < chain.count;
            let points = || self.read(&pointer).as_deref() == Some(&pointed);
            // The usual case without a lock: nothing happened since.
            let was = self.of_record(id);
            if !anyway && was.as_ref().is_some_and(|w| !goes_on(w)) && points() {
                return Ok(());
            }
            let own = Own::make(folder)?;
            let _lock = own.lock("lock", WAIT)?;
            // Of two programs that add at once, the one that was ahead stays ahead.
            let was = self.of_record(id);
            let file = format!("{id}.json");
            let broken = was.is_none() && fs::symlink_metadata(folder.join(&file)).is_ok();
            if anyway || (!broken && was.as_ref().is_none_or(goes_on)) {
                let text = serde_json::to_vec(&kept).map_err(io::Error::other)?;
                own.replace_for_good(&file, &text)?;
            }
            if !points() {
                own.replace_for_good(&pointer, &pointed)?;
            }
            Ok(())
        };
        match done() {
            // What could not be read was replaced by what is there now.
            Ok(()) if anyway => self.seen().trouble = None,
            Ok(()) => {}
            Err(e) => self.troubled(folder, &e),
        }
    }
}

fn pointer(mode: Mode, incident: &str) -> String {
    let mode = match mode {
        Mode::Live => "live",
        Mode::Exercise => "exercise",
    };
    format!("{mode}-{incident}")
}
