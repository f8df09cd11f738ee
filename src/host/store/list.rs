//! All incidents, with what is wrong with those that cannot be opened.

use std::path::PathBuf;

use super::error::StoreError;
use super::{FsStore, Record, ids};
use crate::domain::time::Time;
use crate::record::Digest;

/// One folder among the incidents.
#[derive(Debug)]
pub struct Listed {
    /// The incident's id; the folder's name where that is none.
    pub id: String,
    /// The folder.
    pub folder: PathBuf,
    /// What was found in it.
    pub found: Found,
}

/// What was found in a folder among the incidents.
#[derive(Debug)]
pub enum Found {
    /// A record that holds.
    Intact(Box<Summary>),
    /// No entry: its creation was cut short, or is under way.
    Unfinished,
    /// Anything else: damaged, unreadable, or no incident at all.
    Faulty(StoreError),
}

/// What a record says about itself, without a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The incident's title.
    pub title: String,
    /// When it was opened.
    pub opened_at: Time,
    /// When the newest entry was recorded.
    pub last_at: Time,
    /// How many entries there are.
    pub count: u64,
    /// The digest of the newest.
    pub head: Digest,
    /// Entries of a kind or version that is not understood.
    pub not_understood: u64,
}

impl FsStore {
    /// Lists the ids of all incidents, sorted; nothing is opened.
    ///
    /// # Errors
    /// What the system says.
    pub fn ids(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.names()?.into_iter().filter(|name| ids::is_incident_id(name)).collect())
    }

    /// Lists all incidents, each record verified; what cannot be opened is listed with its fault.
    ///
    /// # Errors
    /// The folder of incidents itself cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, StoreError> {
        let all = self.folder();
        let names = self.names()?.into_iter();
        Ok(names
            .map(|id| {
                let folder = all.join(&id);
                let found = match self.load(&id).and_then(|r| self.sound(&r).map(|()| r)) {
                    Ok(record) => summary(&record).map_or(Found::Unfinished, Found::Intact),
                    Err(StoreError::Unfinished { .. }) => Found::Unfinished,
                    Err(e) => Found::Faulty(e),
                };
                Listed { id: crate::domain::text::printable(&id), folder, found }
            })
            .collect())
    }

    fn names(&self) -> Result<Vec<String>, StoreError> {
        match self.incidents() {
            Err(e) if e.is_absent() => Ok(Vec::new()),
            all => all?.folders(),
        }
    }
}

fn summary(record: &Record) -> Option<Box<Summary>> {
    let (first, last) = (record.entries.first()?, record.entries.last()?);
    let title = first.event.beginning().map(|(_, title, _)| title.to_owned()).unwrap_or_default();
    Some(Box::new(Summary {
        title,
        opened_at: first.at,
        last_at: last.at,
        count: record.chain.count,
        head: record.chain.head,
        not_understood: record.chain.not_understood,
    }))
}
