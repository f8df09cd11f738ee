//! Puts into the records what happened to the wall clock.
//!
//! A console sees a change itself; a command compares its clocks with those of the newest entry. Both
//! decide under the lock, so that several consoles record one change once.

use super::clock::Clock;
use super::desk::{Desk, DeskError};
use super::store::{Draft, Record, new_entry_id};
use crate::domain::clockwatch::{Change, stepped_since, unrecorded};
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

/// The entry for a step of the clock since the newest entry, where there was one; for whoever is about
/// to add another. `id` is the entry's own.
pub(super) fn first(record: &Record, clock: &dyn Clock, id: &str) -> Option<Draft> {
    let (at, boot) = clock.both();
    let change = stepped_since(&record.entries, at, &boot)?;
    Some(draft(id.to_owned(), &change))
}

fn draft(id: String, change: &Change) -> Draft {
    Draft { id, happened_at: None, happened_by: None, event: change.event() }
}

impl Desk {
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
            let (at, boot) = self.clock().both();
            let each = seen.changes.iter().zip(&ids).filter_map(|(change, id)| {
                let change = unrecorded(&record.entries, change, &seen.since, at, &boot)?;
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
