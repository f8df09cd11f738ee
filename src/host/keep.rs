//! Half-typed text in the state folder: it survives a hang-up, and is offered again.
//!
//! Each console writes files of its own, one per text, in a folder of its user's own; so no two write
//! the same file, and no other user writes any. A console that starts takes over what those left that
//! are gone, by giving the file its own name: of two that start at once one gets it.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::own::{self, Own};
use super::paths::folder_name;
use super::process::{Fate, Process};
use super::store::is_incident_id;
use crate::app::kept::{Kept, Slot};
use crate::domain::event::Mode;

/// The longest file that is written and read back, in bytes; a note has a tenth of it.
const MOST: u64 = 1 << 20;
/// How many files are looked at.
const FILES_MOST: usize = 1000;
/// The name of the text of an incident that does not exist yet.
const NEW: &str = "new";
const END: &str = ".json";
/// From this age on a text is nobody's whose console cannot be looked up from here, in seconds.
const STALE_S: i64 = 120;
const VERSION: u32 = 1;

/// The half-typed texts of one console.
#[derive(Debug, Clone)]
pub struct Keep {
    folder: PathBuf,
    mode: Mode,
    me: Process,
}

/// One file.
#[derive(Serialize, Deserialize)]
struct Stored {
    v: u32,
    console: Process,
    mode: Mode,
    /// Empty for one that does not exist yet.
    incident: String,
    text: String,
}

/// A text whose console is gone.
struct Left {
    name: String,
    at: i64,
    slot: Slot,
    stored: Stored,
}

impl Keep {
    /// Keeps texts in `drafts` under a state folder, which is made when there is something to keep.
    pub fn under(state: &Path, mode: Mode, clock: &dyn Clock) -> Self {
        Self { folder: own::place(state, "drafts"), mode, me: Process::own(clock) }
    }

    /// Takes over what consoles left that are gone: incident (empty for a new one) and text, one for
    /// each form, the newest. Older ones stay for the next time. What cannot be read is left out.
    pub fn take(&self) -> Vec<(String, String)> {
        let Ok(own) = Own::open(&self.folder) else { return Vec::new() };
        let now = self.now(&own);
        let names = own.names(FILES_MOST);
        let (hidden, names): (Vec<_>, Vec<_>) = names.into_iter().partition(|n| n.starts_with('.'));
        for name in hidden {
            // Of a console that was killed while it wrote.
            if own.modified(&name).is_ok_and(|at| now.saturating_sub(at) > STALE_S) {
                let _ = own.remove(&name);
            }
        }
        let mut left: Vec<Left> =
            names.into_iter().filter_map(|n| self.left(&own, n, now)).collect();
        left.sort_by_key(|l| Reverse((l.at, l.name.clone())));
        let mut out = Vec::new();
        let mut seen = HashSet::new();
        for Left { name, slot, stored, .. } in left {
            if !seen.insert(slot.clone()) || own.rename(&name, &self.name(&slot)).is_err() {
                continue;
            }
            let Stored { incident, text, .. } = stored;
            // Under our name in it, too; else a third one would still see it as nobody's.
            let _ = self.write(&own, &slot, &text);
            out.push((incident, text));
        }
        out
    }

    /// The time by the file system's clock.
    fn now(&self, own: &Own) -> i64 {
        let probe = format!(".{}", self.me.tag());
        let now = own.replace(&probe, "now", b"").and_then(|()| own.modified(&probe));
        let _ = own.remove(&probe);
        now.unwrap_or(0)
    }

    fn left(&self, own: &Own, name: String, now: i64) -> Option<Left> {
        if !name.ends_with(END) {
            return None;
        }
        let at = own.modified(&name).ok()?;
        let stored: Stored = serde_json::from_slice(&own.read(&name, MOST).ok()?).ok()?;
        if stored.v != VERSION || stored.mode != self.mode {
            return None;
        }
        let nobodys = match self.me.sees(&stored.console) {
            Fate::Gone | Fate::OtherBoot => true,
            Fate::OtherSpace => now.saturating_sub(at) > STALE_S,
            Fate::Alive => false,
        };
        let slot = Kept::read(&stored.text)?.slot(&stored.incident);
        (nobodys && fits(&slot)).then_some(Left { name, at, slot, stored })
    }

    /// Keeps a text, or removes what was kept.
    ///
    /// # Errors
    /// It cannot be kept. What was typed is still on the screen.
    pub(super) fn put(&self, slot: &Slot, text: Option<&str>) -> io::Result<()> {
        if !fits(slot) {
            return Err(io::Error::other("there is no such form"));
        }
        match text {
            Some(text) => self.write(&Own::make(&self.folder)?, slot, text),
            None => match Own::open(&self.folder) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
                own => own?.remove(&self.name(slot)),
            },
        }
    }

    fn write(&self, own: &Own, slot: &Slot, text: &str) -> io::Result<()> {
        let stored = Stored {
            v: VERSION,
            console: self.me.clone(),
            mode: self.mode,
            incident: slot.incident.clone(),
            text: text.to_owned(),
        };
        let bytes = serde_json::to_vec(&stored).map_err(io::Error::other)?;
        if bytes.len() as u64 > MOST {
            return Err(io::Error::other(format!("it is longer than {MOST} bytes")));
        }
        own.replace(&self.name(slot), &self.me.tag(), &bytes)
    }

    /// The file of one text of this console.
    fn name(&self, slot: &Slot) -> String {
        let incident = if slot.incident.is_empty() { NEW } else { &slot.incident };
        format!("{}-{incident}-{}.{}{END}", folder_name(self.mode), slot.what, self.me.tag())
    }
}

/// Says whether a file can be named after it.
fn fits(slot: &Slot) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (slot.incident.is_empty() || is_incident_id(&slot.incident))
        && (1..=100).contains(&slot.what.len())
        && slot.what.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::host::clock::SystemClock;

    fn slot(incident: &str, what: &str) -> Slot {
        Slot { incident: incident.to_owned(), what: what.to_owned() }
    }

    fn text(form: &str, at: &str) -> String {
        Kept { form: form.to_owned(), at: at.to_owned(), ..Kept::default() }.write()
    }

    fn console(state: &Path, mode: Mode, pid: i32) -> Keep {
        let mut keep = Keep::under(state, mode, &SystemClock::new());
        keep.me = keep.me.of(pid);
        keep
    }

    const GONE: i32 = i32::MAX;

    #[test]
    fn a_text_is_kept_for_its_owner_alone_and_taken_away_again() {
        let state = tempfile::tempdir().unwrap();
        let keep = console(state.path(), Mode::Live, GONE);
        let (note, new) = (slot("2026-0302-a", "note"), slot("", "new"));
        keep.put(&note, Some(&text("note", "1"))).unwrap();
        keep.put(&note, Some(&text("note", "2"))).unwrap();
        keep.put(&new, Some(&text("new", "3"))).unwrap();
        let long = "x".repeat(2 << 20);
        assert!(keep.put(&note, Some(&long)).is_err(), "what would not be read back");
        for odd in [slot("../../etc", "note"), slot("", "../x"), slot("", "")] {
            assert!(keep.put(&odd, Some("no")).is_err());
        }
        let files: Vec<_> = std::fs::read_dir(&keep.folder).unwrap().flatten().collect();
        assert_eq!(files.len(), 2, "{files:?}");
        for file in files {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(console(state.path(), Mode::Exercise, 1).take().is_empty(), "another mode");
        let heir = console(state.path(), Mode::Live, 1);
        let mut all = heir.take();
        all.sort();
        let want = [("", text("new", "3")), ("2026-0302-a", text("note", "2"))];
        assert_eq!(all, want.map(|(a, b)| (a.to_owned(), b)));
        // It is the heir's now, who is there.
        assert!(console(state.path(), Mode::Live, 1).take().is_empty());
        heir.put(&note, None).unwrap();
        heir.put(&new, None).unwrap();
        assert_eq!(std::fs::read_dir(&keep.folder).unwrap().count(), 0);
    }

    #[test]
    fn two_consoles_write_two_files_and_one_that_is_there_is_left_alone() {
        let state = tempfile::tempdir().unwrap();
        let (gone, there) =
            (console(state.path(), Mode::Live, GONE), console(state.path(), Mode::Live, 1));
        let note = slot("2026-0302-a", "note");
        gone.put(&note, Some(&text("note", "1"))).unwrap();
        there.put(&note, Some(&text("note", "2"))).unwrap();
        there.put(&slot("", "new"), None).unwrap();
        let us = Keep::under(state.path(), Mode::Live, &SystemClock::new());
        assert_eq!(us.take(), [("2026-0302-a".to_owned(), text("note", "1"))]);
        us.put(&note, None).unwrap();
        let files: Vec<_> = std::fs::read_dir(&us.folder).unwrap().flatten().collect();
        assert!(files.len() == 1 && files[0].file_name() == *there.name(&note), "{files:?}");
    }

    #[test]
    fn of_several_for_one_form_the_newest_is_offered_and_the_others_stay() {
        let state = tempfile::tempdir().unwrap();
        let note = slot("2026-0302-a", "note");
        for (pid, age) in [(GONE, 300), (GONE - 1, 100), (GONE - 2, 200)] {
            let keep = console(state.path(), Mode::Live, pid);
            keep.put(&note, Some(&text("note", &age.to_string()))).unwrap();
            let file = std::fs::File::open(keep.folder.join(keep.name(&note))).unwrap();
            let at = rustix::fs::fstat(&file).unwrap().st_mtime;
            let at = rustix::fs::Timespec { tv_sec: at - age, tv_nsec: 0 };
            let times = rustix::fs::Timestamps { last_access: at, last_modification: at };
            rustix::fs::futimens(&file, &times).unwrap();
        }
        let us = Keep::under(state.path(), Mode::Live, &SystemClock::new());
        for want in ["100", "200", "300"] {
            assert_eq!(us.take(), [("2026-0302-a".to_owned(), text("note", want))]);
            us.put(&note, None).unwrap();
        }
        assert!(us.take().is_empty());
    }

    #[test]
    fn what_is_no_text_of_ours_is_left_out() {
        let state = tempfile::tempdir().unwrap();
        let keep = console(state.path(), Mode::Live, GONE);
        keep.put(&slot("", "new"), Some(&text("new", "1"))).unwrap();
        std::fs::write(keep.folder.join("live-new-note.x.json"), "{").unwrap();
        std::fs::write(keep.folder.join("big.json"), vec![b' '; 2 << 20]).unwrap();
        std::os::unix::fs::symlink("/dev/zero", keep.folder.join("link.json")).unwrap();
        let us = Keep::under(state.path(), Mode::Live, &SystemClock::new());
        assert_eq!(us.take().len(), 1);
    }
}
