//! Adding to a record.

use std::fs::File;

use super::disk::write_all;
use super::error::StoreError;
use super::read::OPEN_MOST;
use super::{Draft, FsStore, Record, lock};
use crate::domain::event::Entry;
use crate::domain::time::Time;
use crate::record::{Chain, Line, Unfit, encode};

impl FsStore {
    /// Adds entries: takes the lock, reads what others added, lets `decide` judge what is there now,
    /// writes each entry in one call, syncs, and only then returns.
    ///
    /// `decide` runs while others wait: it must be quick and ask nobody anything. A draft whose id is
    /// already in the record is not written again; look for it with [`Record::find`] before refusing a
    /// retry. Returns the entries that the drafts became, in their order, or the refusal of `decide`,
    /// which leaves no trace.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`]: the outcome is unknown, giving the same drafts again is safe. With
    /// any other error nothing was written.
    pub fn append<E>(
        &self,
        record: &mut Record,
        mut decide: impl FnMut(&Record) -> Result<Vec<Draft>, E>,
    ) -> Result<Result<Vec<Entry>, E>, StoreError> {
        let dir = self.incident(&record.id)?;
        let _lock = lock::take(&dir, &record.id, &*self.disk, self.wait, &self.holder())?;
        let file = dir.append(self.file_name())?;
        self.catch_up(record, &dir, &file, true)?;
        let drafts = match decide(record) {
            Ok(drafts) => drafts,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let new: Vec<Draft> =
            drafts.iter().filter(|d| record.find(&d.id).is_none()).cloned().collect();
        let batch = self.prepare(&record.chain, &new)?;
        if let Err(e) = self.commit(&file, record, &batch, &new) {
            record.doubt = true;
            return Err(e);
        }
        record.chain = batch.chain;
        batch.entries.into_iter().for_each(|entry| record.push(entry));
        Ok(Ok(drafts.iter().filter_map(|d| record.find(&d.id).cloned()).collect()))
    }

    /// Turns drafts into lines, all of them before any is written, and checks them as a reader will:
    /// what the checker would refuse is never written.
    pub(super) fn prepare(&self, from: &Chain, drafts: &[Draft]) -> Result<Batch, StoreError> {
        let mut batch = Batch { chain: from.clone(), entries: Vec::new(), lines: Vec::new() };
        let at = self.clock.now();
        for draft in drafts {
            let hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
            if draft.id.len() != 32 || !draft.id.bytes().all(hex) {
                let why = "the id of an entry has 32 hexadecimal digits".to_owned();
                return Err(StoreError::Refused { why });
            }
            let line = encode(&self.entry(draft, &batch.chain, at), batch.chain.head)?;
            let entry = batch
                .chain
                .follow(&line.bytes)
                .map_err(|problem| StoreError::Refused { why: problem.wrong.to_string() })?;
            if batch.chain.bytes > OPEN_MOST {
                return Err(Unfit::TooLong { bytes: batch.chain.bytes, most: OPEN_MOST }.into());
            }
            batch.entries.push(entry);
            batch.lines.push(line);
        }
        Ok(batch)
    }

    fn entry(&self, draft: &Draft, chain: &Chain, at: Time) -> Entry {
        Entry {
            n: chain.count,
            id: draft.id.clone(),
            at,
            happened_at: draft.happened_at,
            by: self.who.clone(),
            mode: self.mode,
            boot: self.clock.boot(),
            clock: self.clock.quality(),
            event: draft.event.clone(),
        }
    }

    /// Writes a batch and brings it to the disk.
    pub(super) fn commit(
        &self,
        file: &File,
        record: &Record,
        batch: &Batch,
        drafts: &[Draft],
    ) -> Result<(), StoreError> {
        if batch.lines.is_empty() {
            return Ok(());
        }
        let failed = |what: &'static str, source| StoreError::NotRecorded {
            id: record.id.clone(),
            path: record.folder.join(self.file_name()),
            what,
            drafts: drafts.iter().map(|d| d.id.clone()).collect(),
            source,
        };
        for line in &batch.lines {
            write_all(&*self.disk, file, &line.bytes).map_err(|e| failed("the write", e))?;
        }
        self.disk.sync(file).map_err(|e| failed("the sync", e))
    }
}

/// Lines that are ready, and what the record is once they are written.
pub(super) struct Batch {
    pub(super) chain: Chain,
    pub(super) entries: Vec<Entry>,
    pub(super) lines: Vec<Line>,
}
