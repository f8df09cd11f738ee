//! Names in a record, as the screens show them.

use crate::app::{App, Item};
use crate::domain::case::Case;
use crate::domain::event::Entry;

/// One line: what happened.
pub(super) fn summary(app: &App, item: &Item, entry: &Entry) -> String {
    crate::words::entry::summary(&item.incident, entry, app.now(), app.zone(), app.lang())
}

/// The short name of a fact or moment.
pub(super) fn name(app: &App, case: &Case, id: &str) -> String {
    let short = case.fact(id).map(|f| &f.short).or_else(|| case.anchor(id).map(|a| &a.short));
    short.map_or_else(|| id.to_owned(), |t| app.lang().of(t).to_owned())
}

/// The name of a body, by id.
pub(super) fn body(app: &App, case: &Case, id: &str) -> String {
    let found = case.packs.iter().find_map(|p| p.body(id));
    found.map_or_else(|| id.to_owned(), |(_, b)| app.lang().of(&b.name).to_owned())
}

/// The first sixteen digits of a head, in groups of four.
pub(super) fn short_head(head: &str) -> String {
    let digits: Vec<char> = head.chars().take(16).collect();
    let groups: Vec<String> = digits.chunks(4).map(|c| c.iter().collect()).collect();
    groups.join(" ")
}
