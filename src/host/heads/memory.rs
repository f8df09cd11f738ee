//! How the bytes of a record stand to what is remembered of it, damaged ones and copies, too.

use std::path::Path;

use super::{HeadDoubt, Heads, Place, Remembered};
use crate::domain::event::Mode;
use crate::host::paths::record_name;
use crate::record::Report;
use crate::words::Lang;
use crate::words::refusal::Message;
use crate::words::witness::Witness;

/// How a record stands to what this user's programs remember of it.
#[derive(Debug)]
pub enum Memory {
    /// Nothing is remembered, or nothing that could be compared.
    None,
    /// It holds what is remembered.
    Holds(Remembered),
    /// A copy elsewhere that ends before it.
    Ahead(Remembered),
    /// It does not hold; with the doubt where the damage does not say so already.
    Wrong(Remembered, Option<HeadDoubt>),
}

impl Heads {
    /// Holds a record's file against what is remembered; `incidents` is the folder in which ours lie.
    pub fn memory(&self, incidents: &Path, path: &Path, report: &Report) -> Memory {
        let chain = &report.chain;
        let mode = chain.mode.unwrap_or(Mode::Live);
        // Whether it lies among our incidents, or is a copy that may well be older.
        let incident = path.parent().and_then(|folder| {
            let own = std::fs::canonicalize(incidents).ok()?;
            let folder = std::fs::canonicalize(folder).ok()?;
            let named = path.file_name().is_some_and(|n| n == record_name(mode));
            let name = folder.file_name()?.to_str()?.to_owned();
            (named && folder.parent() == Some(&own)).then_some(name)
        });
        let by_incident = incident.as_ref().and_then(|id| self.of_incident(mode, id));
        let by_record = chain.record.as_ref().and_then(|id| self.of_record(id));
        let Some(was) = by_incident.or(by_record) else { return Memory::None };
        let checked = chain.record.as_ref().map(|record| {
            self.check(Place {
                // A copy elsewhere stands in nobody's place.
                incident: incident.as_deref().unwrap_or(&was.incident),
                mode,
                record,
                count: chain.count,
                head: chain.head,
                file: path,
            })
        });
        match checked {
            Some(Ok(())) => Memory::Holds(was),
            // That it does not reach so far is said already; the head it had is worth knowing all the
            // same.
            None | Some(Err(HeadDoubt::Cut { .. })) if !report.intact() => Memory::Wrong(was, None),
            None => Memory::None,
            Some(Err(HeadDoubt::Cut { .. })) if incident.is_none() => Memory::Ahead(was),
            Some(Err(doubt)) => Memory::Wrong(was, Some(doubt)),
        }
    }
}

impl Remembered {
    /// Names the head that is remembered.
    pub fn text(&self, lang: Lang) -> String {
        let values = [self.count.to_string(), self.head.to_string()];
        Witness::RememberedHead.with(lang, &values.each_ref().map(String::as_str))
    }
}

impl Memory {
    /// Says that a record does not hold what is remembered of it, with the head that is remembered.
    pub fn doubt(&self, lang: Lang) -> Option<Message> {
        let Self::Wrong(was, doubt) = self else { return None };
        let head = was.text(lang);
        Some(match doubt.as_ref().map(|doubt| doubt.message(lang)) {
            None => Message::plain(head),
            Some(Message { text, hints }) => Message { text: format!("{text}\n{head}"), hints },
        })
    }
}
