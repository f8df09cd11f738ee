//! Half-typed text in the state folder: it survives a hang-up, and is offered again.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::store::is_incident_id;

/// The longest text that is read back, in bytes.
const MOST: u64 = 256 << 10;
/// The name of the text of an incident that does not exist yet.
const NEW: &str = "new";

/// The folder of half-typed texts, one file per incident.
#[derive(Debug, Clone)]
pub struct Keep {
    folder: PathBuf,
}

impl Keep {
    /// Keeps texts in `drafts` under a state folder, which is made when there is something to keep.
    pub fn under(state: &Path) -> Self {
        Self { folder: state.join("drafts") }
    }

    /// Reads what was kept: incident (empty for a new one) and text. What cannot be read is left out.
    pub fn all(&self) -> Vec<(String, String)> {
        let mut out = Vec::new();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(id) = name.strip_suffix(".json") else { continue };
            let plain = entry.metadata().is_ok_and(|m| m.is_file() && m.len() <= MOST);
            if !plain || !(id == NEW || is_incident_id(id)) {
                continue;
            }
            let mut text = String::new();
            let read =
                fs::File::open(entry.path()).and_then(|f| f.take(MOST).read_to_string(&mut text));
            if read.is_ok() {
                out.push((if id == NEW { String::new() } else { id.to_owned() }, text));
            }
        }
        out
    }

    /// Keeps a text, or removes what was kept. Nothing is said where that fails: it is a spare copy,
    /// and what was typed is still on the screen.
    pub(super) fn put(&self, incident: &str, text: Option<&str>) {
        let id = if incident.is_empty() { NEW } else { incident };
        if id != NEW && !is_incident_id(id) {
            return;
        }
        let path = self.folder.join(format!("{id}.json"));
        let _ = match text {
            Some(text) => self.write(&path, id, text),
            None => fs::remove_file(&path),
        };
    }

    fn write(&self, path: &Path, id: &str, text: &str) -> io::Result<()> {
        let mut folder = DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&self.folder)?;
        let beside = self.folder.join(format!(".{id}.{}.tmp", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&beside)?.write_all(text.as_bytes())?;
        fs::rename(&beside, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_for_its_owner_alone_and_taken_away_again() {
        let state = tempfile::tempdir().unwrap();
        let keep = Keep::under(&state.path().join("state"));
        assert!(keep.all().is_empty());
        keep.put("2026-0302-a", Some("half"));
        keep.put("2026-0302-a", Some("half a no"));
        keep.put("", Some("new one"));
        keep.put("../../etc", Some("no"));
        let mut all = keep.all();
        all.sort();
        let want = [("", "new one"), ("2026-0302-a", "half a no")];
        assert_eq!(all, want.map(|(a, b)| (a.to_owned(), b.to_owned())));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = keep.folder.join("2026-0302-a.json");
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        keep.put("2026-0302-a", None);
        assert_eq!(keep.all().len(), 1);
    }
}
