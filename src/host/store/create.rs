//! Beginning an incident.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};

use super::dir::Dir;
use super::error::StoreError;
use super::{Draft, FsStore, PackText, Record, ids, lock, packs, room};
use crate::domain::event::{Event, PackPin};
use crate::host::paths::folder_name;
use crate::record::decode;
use crate::record::line::LINE_MOST;

impl FsStore {
    /// Begins an incident: claims an id by making its folder, writes the texts of its packs and syncs
    /// them, and only then the first entries.
    ///
    /// The first draft is [`Event::Opened`]; its packs must all be in `texts`. Giving the same drafts
    /// again on the same day, after a failure, finishes what was begun and makes no second incident.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`]: the outcome is unknown. With any other error there is no incident,
    /// at most a folder without entries.
    pub fn create(&self, drafts: Vec<Draft>, texts: &[PackText]) -> Result<Record, StoreError> {
        self.create_beside(drafts, texts, &|_| false)
    }

    /// Begins an incident as [`FsStore::create`] does, and passes over ids that are `known`: an incident
    /// that had such an id was there before and is gone, and none may take its place.
    ///
    /// # Errors
    /// As [`FsStore::create`].
    pub fn create_beside(
        &self,
        drafts: Vec<Draft>,
        texts: &[PackText],
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Record, StoreError> {
        let Some(Event::Opened { packs: pins, .. }) = drafts.first().map(|d| &d.event) else {
            let why = "the first entry of a record is `opened`".to_owned();
            return Err(StoreError::Refused { why });
        };
        packs::check(pins, texts)?;
        // Before anything is made: what cannot be recorded makes no folder.
        self.prepare(&self.start(), &drafts)?;

        match self.claim(&drafts, pins, texts, known) {
            // What was begun is left as it is: it holds no entry, or those of the drafts.
            Err(e) if e.is_full() && room::release(&self.root) => {
                self.claim(&drafts, pins, texts, known)
            }
            other => other,
        }
        .map_err(|e| e.not_recorded("a new incident"))
    }

    fn claim(
        &self,
        drafts: &[Draft],
        pins: &[PackPin],
        texts: &[PackText],
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Record, StoreError> {
        let home = Dir::make_all(&self.root, &*self.disk)?;
        if home.make(folder_name(self.mode))? {
            home.sync(&*self.disk)?;
        }
        let all = self.incidents()?;
        room::hold(&self.root);
        for id in ids::of_day(self.clock.now(), self.zone) {
            if known(&id) && all.child(&id).is_err() {
                continue;
            }
            if all.make(&id)? {
                return self.fill(&all, id, drafts, pins, texts);
            }
            if self.is_begun(&all, &id, drafts) {
                return self.finish(&all, &id, drafts);
            }
        }
        Err(StoreError::Refused { why: "no id is left for an incident of this day".to_owned() })
    }

    /// Finishes what these drafts began, on whichever day; nothing where they began nothing.
    ///
    /// # Errors
    /// As [`FsStore::create`].
    pub fn create_again(&self, drafts: &[Draft]) -> Result<Option<Record>, StoreError> {
        let Ok(all) = Dir::open(&self.folder()) else { return Ok(None) };
        // The newest first: it is tried again soon.
        let ids = self.ids()?;
        match ids.into_iter().rev().find(|id| self.is_begun(&all, id, drafts)) {
            Some(id) => self.finish(&all, &id, drafts).map(Some).map_err(|e| e.not_recorded(&id)),
            None => Ok(None),
        }
    }

    /// Says whether the record of an incident begins with the first of these drafts.
    fn is_begun(&self, all: &Dir, id: &str, drafts: &[Draft]) -> bool {
        let begun = self.begun_by(all, id);
        begun.is_some() && begun.as_deref() == drafts.first().map(|d| d.id.as_str())
    }

    fn finish(&self, all: &Dir, id: &str, drafts: &[Draft]) -> Result<Record, StoreError> {
        let mut record = self.load(id)?;
        // The attempt before may have failed at its sync.
        record.doubt = true;
        let again = self.append(&mut record, |_| Ok::<_, StoreError>(drafts.to_vec()))?;
        all.child(id)?.sync(&*self.disk)?;
        all.sync(&*self.disk)?;
        again.map(|_| record)
    }

    fn fill(
        &self,
        all: &Dir,
        id: String,
        drafts: &[Draft],
        pins: &[PackPin],
        texts: &[PackText],
    ) -> Result<Record, StoreError> {
        let dir = all.child(&id)?;
        // Who lists the incidents meanwhile waits for us before judging a half-written record.
        let mut lock = self.lock(&dir, &id)?;
        let file = match self.prepare_folder(&dir, texts) {
            Ok(file) => file,
            Err(e) => {
                // No entry was written: what stands there is a folder of nobody's, and would be shown
                // as an incident that was never finished.
                drop(lock);
                packs::remove(&dir, texts);
                all.remove_folder(&id, &[lock::NAME]);
                return Err(e);
            }
        };
        let folder = dir.path().to_owned();
        let mut record = Record::blank(id, folder, HashMap::new(), self.start());
        record.packs = packs::pinned(&dir, pins);
        let batch = self.prepare(&record.chain, drafts)?;
        if let Err(e) = self.commit(&file, &record, &batch, drafts) {
            lock.warn();
            return Err(e);
        }
        record.synced = batch.chain.bytes;
        // The bytes are on the disk; now the names that lead to them.
        dir.sync(&*self.disk).and_then(|()| all.sync(&*self.disk)).map_err(|e| match e {
            StoreError::Io { source, .. } | StoreError::Permission { source, .. } => {
                StoreError::NotRecorded {
                    id: record.id.clone(),
                    path: record.folder.clone(),
                    what: "the sync",
                    drafts: drafts.iter().map(|d| d.id.clone()).collect(),
                    source,
                }
            }
            other => other,
        })?;
        record.chain = batch.chain;
        batch.entries.into_iter().for_each(|entry| record.push(entry));
        Ok(record)
    }

    /// Makes everything in a new incident's folder but its entries.
    fn prepare_folder(&self, dir: &Dir, texts: &[PackText]) -> Result<File, StoreError> {
        packs::store(dir, texts, &*self.disk)?;
        dir.sync(&*self.disk)?;
        dir.create(self.file_name())
    }

    /// The id of the draft with which a folder's record begins, if it has one.
    fn begun_by(&self, all: &Dir, id: &str) -> Option<String> {
        let file = all.child(id).ok()?.read(self.file_name()).ok()?;
        let mut line = Vec::new();
        BufReader::new(file.take(LINE_MOST)).read_until(b'\n', &mut line).ok()?;
        decode(line.strip_suffix(b"\n")?).ok().map(|first| first.entry.id)
    }
}
