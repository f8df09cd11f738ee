//! Corrections: an earlier entry counts with other fields, or no longer counts.

use std::collections::BTreeMap;

use super::{Decision, Refusal, Work};
use crate::domain::assess::learned_at;
use crate::domain::case::LEARNED_AT;
use crate::domain::event::{Entry, Event, ToldBy};
use crate::domain::incident::{UNKNOWN, correctable};
use crate::domain::text;
use crate::domain::time;

impl Work<'_> {
    pub(super) fn correct(
        &self,
        n: u64,
        because: &str,
        fields: &[(String, String)],
    ) -> Result<Decision, Refusal> {
        let because = text::note("because", because)?;
        let count = self.incident.entries.len();
        let entry = self
            .incident
            .entries
            .iter()
            .find(|e| e.n == n)
            .ok_or(Refusal::UnknownEntry { entry: n, count })?;
        if n == 0 && fields.is_empty() {
            return Err(Refusal::FirstEntry { entry: n });
        }
        let (mut new, mut told_by) = (BTreeMap::new(), BTreeMap::new());
        for (field, value) in fields {
            let (written, by) = self.corrected_field(entry, field, value)?;
            told_by.extend(by.map(|by| (field_name(field).to_owned(), by)));
            new.insert(field_name(field).to_owned(), written);
        }
        self.decision(Event::Corrected { entry: n, because, fields: new, told_by }, None)
    }

    /// Checks one corrected field, and writes it as the record keeps it, with the clock by which a
    /// moment in it was told.
    fn corrected_field(
        &self,
        entry: &Entry,
        field: &str,
        value: &str,
    ) -> Result<(String, Option<ToldBy>), Refusal> {
        let field = field_name(field);
        let possible = correctable(&entry.event);
        if let Event::Answered { set, .. } = &entry.event
            && !possible.contains(&field)
        {
            if !set.contains_key(field) {
                let possible = set.keys().cloned().chain(possible.iter().map(|s| (*s).to_owned()));
                return Err(unknown_field(entry, field, possible.collect()));
            }
            let given = self.read(&[(field.to_owned(), value.to_owned())])?;
            self.check_moments(&given, true)?;
            let given = given.first().and_then(|(_, g)| g.as_ref());
            return Ok((self.write(field, given), self.told_by(field, value, given)?));
        }
        if !possible.contains(&field) {
            let possible = possible.iter().map(|s| (*s).to_owned()).collect();
            return Err(unknown_field(entry, field, possible));
        }
        if field == "happened_at" {
            let (value, by_watch) = time::off_watch(value);
            let at = time::parse(value, self.now, self.zone)
                .map_err(|why| Refusal::BadTime { field: field.to_owned(), why })?;
            self.not_future(field, Some(at))?;
            if matches!(entry.event, Event::Sent(_)) {
                self.not_before(field, at, LEARNED_AT, learned_at(&self.incident.case))?;
            }
            return Ok((time::write_utc(at), by_watch.then_some(ToldBy::Watch)));
        }
        self.corrected_text(entry, field, value, possible).map(|text| (text, None))
    }

    fn corrected_text(
        &self,
        entry: &Entry,
        field: &str,
        value: &str,
        possible: &[&'static str],
    ) -> Result<String, Refusal> {
        if let Event::Sent(sent) = &entry.event {
            match field {
                "to" => return self.recipient(&self.duty(&sent.duty)?, Some(value)),
                "channel" => {
                    self.check_channel(&self.duty(&sent.duty)?, &sent.to, value)?;
                    return Ok(value.to_owned());
                }
                _ => {}
            }
        }
        if value.trim().is_empty() || value == UNKNOWN {
            let optional = ["note", "reference", "failed", "late_because", "officer"];
            if optional.contains(&field) {
                return Ok(UNKNOWN.to_owned());
            }
        }
        let name = possible.iter().find(|p| **p == field).copied().unwrap_or("text");
        Ok(match name {
            "text" | "because" | "note" => text::note(name, value)?,
            _ => text::line(name, value)?,
        })
    }
}

/// The name of a field as the record keeps it; the command line's short names are taken too.
fn field_name(field: &str) -> &str {
    match field {
        "ref" => "reference",
        "by" => "officer",
        "ch" => "channel",
        other => other,
    }
}

fn unknown_field(entry: &Entry, field: &str, possible: Vec<String>) -> Refusal {
    Refusal::UnknownField {
        entry: entry.n,
        kind: entry.event.kind().to_owned(),
        field: text::printable(field),
        possible,
    }
}
