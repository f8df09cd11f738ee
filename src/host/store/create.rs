//! Beginning an incident.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _};

use super::dir::Dir;
use super::error::StoreError;
use super::{Draft, FsStore, PackText, Record, ids, packs, room};
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
        let Some(Event::Opened { packs: pins, .. }) = drafts.first().map(|d| &d.event) else {
            let why = "the first entry of a record is `opened`".to_owned();
            return Err(StoreError::Refused { why });
        };
        packs::check(pins, texts)?;
        // Before anything is made: what cannot be recorded makes no folder.
        self.prepare(&self.start(), &drafts)?;

        match self.claim(&drafts, pins, texts) {
            // What was begun is left as it is: it holds no entry, or those of the drafts.
            Err(e) if e.is_full() && room::release(&self.root) => self.claim(&drafts, pins, texts),
            other => other,
        }
        .map_err(|e| e.not_recorded("a new incident"))
    }

    fn claim(
        &self,
        drafts: &[Draft],
        pins: &[PackPin],
        texts: &[PackText],
    ) -> Result<Record, StoreError> {
        let home = Dir::make_all(&self.root, &*self.disk)?;
        if home.make(folder_name(self.mode))? {
            home.sync(&*self.disk)?;
        }
        let all = self.incidents()?;
        room::hold(&self.root);
        for id in ids::of_day(self.clock.now(), self.zone) {
            if all.make(&id)? {
                return self.fill(&all, id, drafts, pins, texts);
            }
            if self.begun_by(&all, &id).as_deref() == drafts.first().map(|d| d.id.as_str()) {
                let mut record = self.load(&id)?;
                // The attempt before may have failed at its sync.
                record.doubt = true;
                let again = self.append(&mut record, |_| Ok::<_, StoreError>(drafts.to_vec()))?;
                all.child(&id)?.sync(&*self.disk)?;
                all.sync(&*self.disk)?;
                return again.map(|_| record);
            }
        }
        Err(StoreError::Refused { why: "no id is left for an incident of this day".to_owned() })
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
        packs::store(&dir, texts, &*self.disk)?;
        dir.sync(&*self.disk)?;
        let file = dir.create(self.file_name())?;
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

    /// The id of the draft with which a folder's record begins, if it has one.
    fn begun_by(&self, all: &Dir, id: &str) -> Option<String> {
        let file = all.child(id).ok()?.read(self.file_name()).ok()?;
        let mut line = Vec::new();
        BufReader::new(file.take(LINE_MOST)).read_until(b'\n', &mut line).ok()?;
        decode(line.strip_suffix(b"\n")?).ok().map(|first| first.entry.id)
    }
}
