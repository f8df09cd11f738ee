//! Something that a person does once, however often it has to be tried.

use crate::domain::decide::Attempt;
use crate::domain::time::Time;
use crate::host::store::{StoreError, new_entry_id};

/// Something that a person does once, however often it has to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    pub(super) attempt: Attempt,
    pub(super) again: bool,
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
