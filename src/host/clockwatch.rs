//! Puts into the records what happened to the wall clock, and how far it is to be trusted.
//!
//! A console sees a change itself; whoever adds an entry compares the clocks with what the record says
//! of them. Both decide under the lock, so that several consoles record one change once.

use super::desk::{Desk, DeskError};
use super::store::{Draft, Record, StoreError, new_entry_id};
use crate::domain::clockwatch::{Change, Hand, Reading, owed, unrecorded};
use crate::domain::decide::closed_by;
use crate::domain::event::{Boot, Entry};
use crate::domain::incident::Incident;

/// What a console saw of its clocks.
#[derive(Debug, Clone)]
pub struct Seen {
    /// What changed.
    pub changes: Vec<Change>,
    /// The clock since boot when all was still as before.
    pub since: Boot,
}

/// The ids of the entries that may have to come before another; made once per act, like its own.
pub(super) struct Before([String; 3]);

impl Before {
    /// Makes them.
    ///
    /// # Errors
    /// The system gave no random bytes.
    pub(super) fn new() -> Result<Self, StoreError> {
        Ok(Self([new_entry_id()?, new_entry_id()?, new_entry_id()?]))
    }
}

fn draft(id: String, change: &Change) -> Draft {
    Draft { id, happened_at: None, happened_by: None, event: change.event() }
}

impl Desk {
    fn reading(&self) -> Reading {
        self.clock().reading(self.zone())
    }

    fn hand<'a>(&'a self, now: &'a Reading) -> Hand<'a> {
        Hand { now, zone: self.zone(), who: self.store().who() }
    }

    /// The entries on the clock that come before the one that is about to be added: what the record has
    /// to say of it, and does not say yet.
    pub(super) fn before(&self, entries: &[Entry], ids: &Before) -> impl Iterator<Item = Draft> {
        let changes = owed(entries, self.hand(&self.reading()));
        changes.into_iter().zip(&ids.0).map(|(change, id)| draft(id.clone(), &change))
    }

    /// Puts what a console saw of its clocks into a record that is not closed, as far as nobody has
    /// done so before. Returns the new entries.
    ///
    /// # Errors
    /// [`DeskError::Head`], or what the store says.
    pub fn note_clock(&self, record: &mut Record, seen: &Seen) -> Result<Vec<Entry>, DeskError> {
        let packs = self.packs_of(record)?;
        let ids = seen.changes.iter().map(|_| new_entry_id()).collect::<Result<Vec<_>, _>>()?;
        let mode = self.store().mode();
        let outcome = self.store().append(record, |record| {
            // To a record that is not as it was remembered nothing is added, not even this.
            self.heads().check_record(record, mode)?;
            let incident = Incident::fold(&record.id, packs.clone(), record.entries.clone());
            if closed_by(&incident).is_some() {
                return Ok(Vec::new());
            }
            let now = self.reading();
            let each = seen.changes.iter().zip(&ids).filter_map(|(change, id)| {
                let change = unrecorded(&record.entries, change, &seen.since, self.hand(&now))?;
                Some(draft(id.clone(), &change))
            });
            Ok::<_, DeskError>(each.collect())
        })?;
        if outcome.is_ok() {
            self.heads().remember(record, mode);
        }
        outcome
    }
}
