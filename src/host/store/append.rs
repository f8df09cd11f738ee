//! Adding to a record.

use std::fs::File;
use std::sync::Arc;

use super::dir::Dir;
use super::disk::write_all;
use super::error::StoreError;
use super::lock::Lock;
use super::read::OPEN_MOST;
use super::{Draft, FsStore, Record, new_entry_id, room};
use crate::domain::clockwatch::write_zone;
use crate::domain::event::{ClockQuality, Entry, Event};
use crate::domain::time::Time;
use crate::record::{Chain, Gap, Unfit, encode};

impl FsStore {
    /// Adds entries: takes the lock, reads what others added, lets `decide` judge what is there now,
    /// writes each entry in one call, syncs, and only then returns.
    ///
    /// `decide` runs while others wait: it must be quick and ask nobody anything; it is asked again
    /// where the record turns out to be another. A draft whose id is already in the record is not
    /// written again; look for it with [`Record::find`] before refusing a retry. Returns the entries
    /// that the drafts became, in their order, or the refusal of `decide`, which leaves no trace.
    ///
    /// Damage at the end is answered for first, by a `recovered` entry of its own. When the disk is
    /// full, the room in reserve is given up and the entries are tried once more.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`]: the outcome is unknown, giving the same drafts again is safe. With
    /// any other error nothing was written.
    pub fn append<E>(
        &self,
        record: &mut Record,
        mut decide: impl FnMut(&Record) -> Result<Vec<Draft>, E>,
    ) -> Result<Result<Vec<Entry>, E>, StoreError> {
        let outcome = self.append_locked(record, &mut decide);
        outcome.map_err(|e| {
            // Whatever the system refused: the user's text is not recorded and must be kept, and what
            // is on the disk is looked at anew.
            let e = e.not_recorded(&record.id);
            record.doubt |= matches!(e, StoreError::NotRecorded { .. });
            e
        })
    }

    fn append_locked<E>(
        &self,
        record: &mut Record,
        decide: &mut impl FnMut(&Record) -> Result<Vec<Draft>, E>,
    ) -> Result<Result<Vec<Entry>, E>, StoreError> {
        let dir = self.folder_of(record)?;
        let mut lock = self.lock(&dir, &record.id)?;
        record.doubt |= lock.suspect();
        if record.synced == 0 {
            room::hold(&self.root);
        }
        match self.attempt(record, &dir, &mut lock, decide) {
            Err(e) if e.is_full() && room::release(&self.root) => {
                self.attempt(record, &dir, &mut lock, decide)
            }
            other => other,
        }
    }

    /// One attempt, on a descriptor of its own: on one that failed nothing is ever tried again.
    fn attempt<E>(
        &self,
        record: &mut Record,
        dir: &Arc<Dir>,
        lock: &mut Lock,
        decide: &mut impl FnMut(&Record) -> Result<Vec<Draft>, E>,
    ) -> Result<Result<Vec<Entry>, E>, StoreError> {
        let file = match record.file.take() {
            Some(file) if !record.doubt && dir.leads_to(self.file_name(), &file) => file,
            _ => Arc::new(dir.append(self.file_name())?),
        };
        self.catch_up(record, dir, &file, true)?;
        lock.settle();
        // Whether a line feed was written that made an entry of the line before it.
        let mut fed = false;
        loop {
            let drafts = match decide(record) {
                Ok(drafts) => drafts,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let new: Vec<Draft> =
                drafts.iter().filter(|d| record.find(&d.id).is_none()).cloned().collect();
            if new.is_empty() {
                return Ok(Ok(became(record, &drafts)));
            }
            let batch = match &record.torn {
                Some(torn) if torn.whole => Batch::line_feed(record.chain.clone()),
                Some(torn) => self.answer(record, &torn.gap, false, torn.ended, &new)?,
                None if fed => {
                    let gap = Gap::empty(record.chain.bytes.saturating_sub(1));
                    self.answer(record, &gap, true, true, &new)?
                }
                None => self.prepare(&record.chain, &new)?,
            };
            if let Err(e) = self.settle_and_commit(&file, record, &batch, &new) {
                record.doubt = true;
                lock.warn();
                return Err(e);
            }
            if batch.feed_only {
                // What to add is judged anew, now that one entry more is there.
                self.catch_up(record, dir, &file, true)?;
                record.synced = record.chain.bytes;
                fed = true;
                continue;
            }
            record.synced = batch.chain.bytes;
            record.stamp = Some(self.stamp(dir, &file)?);
            (record.dir, record.file) = (Some(Arc::clone(dir)), Some(file));
            record.torn = None;
            record.chain = batch.chain;
            batch.entries.into_iter().for_each(|entry| record.push(entry));
            return Ok(Ok(became(record, &drafts)));
        }
    }

    /// Prepares the entry that answers for damage, and those of the drafts behind it. `skipped` says
    /// that the damage has been walked over already, `ended` that a line feed ends it.
    fn answer(
        &self,
        record: &Record,
        gap: &Gap,
        skipped: bool,
        ended: bool,
        drafts: &[Draft],
    ) -> Result<Batch, StoreError> {
        let (offset, bytes, sha256) = (gap.offset, gap.bytes, gap.sha256.to_string());
        let event = Event::Recovered { offset, bytes, sha256 };
        let draft = Draft { id: new_entry_id()?, happened_at: None, happened_by: None, event };
        let mut chain = record.chain.clone();
        let line = encode(&self.entry(&draft, &chain, self.clock.now()), chain.head)?;
        let entry = chain
            .answer(&line.bytes, (!skipped).then_some(gap))
            .map_err(|problem| StoreError::Refused { why: problem.wrong.to_string() })?;
        // Those who come after it are made ready before it is written: a draft that is refused leaves
        // no trace, not even this.
        let mut batch = self.prepare(&chain, drafts)?;
        let feed: &[u8] = if ended { b"" } else { b"\n" };
        batch.lines.insert(0, [feed, &line.bytes].concat());
        batch.entries.insert(0, entry);
        Ok(batch)
    }

    /// Turns drafts into lines, all of them before any is written, and checks them as a reader will:
    /// what the checker would refuse is never written.
    pub(super) fn prepare(&self, from: &Chain, drafts: &[Draft]) -> Result<Batch, StoreError> {
        let mut batch = Batch::empty(from.clone());
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
            batch.lines.push(line.bytes);
        }
        Ok(batch)
    }

    fn entry(&self, draft: &Draft, chain: &Chain, at: Time) -> Entry {
        Entry {
            n: chain.count,
            id: draft.id.clone(),
            at,
            happened_at: draft.happened_at,
            happened_by: draft.happened_by,
            by: self.who.clone(),
            mode: self.mode,
            boot: self.clock.boot_at(at),
            clock: ClockQuality {
                zone: Some(write_zone(&self.clock.zone_name(), self.zone, at)),
                ..self.clock.quality()
            },
            event: draft.event.clone(),
        }
    }

    /// Writes a batch behind what is on the disk.
    ///
    /// What another process wrote and did not live to sync is synced first: were our entry to reach
    /// the disk before it, a power cut would leave a hole before an entry that was acknowledged.
    fn settle_and_commit(
        &self,
        file: &File,
        record: &Record,
        batch: &Batch,
        drafts: &[Draft],
    ) -> Result<(), StoreError> {
        let others = record.torn.is_some() || record.synced != record.chain.bytes;
        if others {
            let failed = |e| self.failed(record, "the sync", drafts, e);
            self.disk.sync(file).map_err(failed)?;
        }
        self.commit(file, record, batch, drafts)
    }

    /// Writes a batch and brings it to the disk, each line before the next is written.
    pub(super) fn commit(
        &self,
        file: &File,
        record: &Record,
        batch: &Batch,
        drafts: &[Draft],
    ) -> Result<(), StoreError> {
        for line in &batch.lines {
            write_all(&*self.disk, file, line)
                .map_err(|e| self.failed(record, "the write", drafts, e))?;
            self.disk.sync(file).map_err(|e| self.failed(record, "the sync", drafts, e))?;
        }
        Ok(())
    }

    fn failed(
        &self,
        record: &Record,
        what: &'static str,
        drafts: &[Draft],
        source: std::io::Error,
    ) -> StoreError {
        StoreError::NotRecorded {
            id: record.id.clone(),
            path: record.folder.join(self.file_name()),
            what,
            drafts: drafts.iter().map(|d| d.id.clone()).collect(),
            source,
        }
    }
}

/// The entries that drafts became.
fn became(record: &Record, drafts: &[Draft]) -> Vec<Entry> {
    drafts.iter().filter_map(|d| record.find(&d.id).cloned()).collect()
}

/// Lines that are ready, and what the record is once they are written.
pub(super) struct Batch {
    pub(super) chain: Chain,
    pub(super) entries: Vec<Entry>,
    pub(super) lines: Vec<Vec<u8>>,
    /// Only the line feed that the last line lacks.
    feed_only: bool,
}

impl Batch {
    const fn empty(chain: Chain) -> Self {
        Self { chain, entries: Vec::new(), lines: Vec::new(), feed_only: false }
    }

    fn line_feed(chain: Chain) -> Self {
        Self { chain, entries: Vec::new(), lines: vec![b"\n".to_vec()], feed_only: true }
    }
}
