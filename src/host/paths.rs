//! Where things are kept.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::domain::event::Mode;

/// The folders of one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Records: `live/<ID>/` and `exercise/<ID>/`.
    pub data: PathBuf,
    /// Configuration, directory of contacts, own packs.
    pub config: PathBuf,
    /// What this user's consoles remember: heads of records, half-typed text.
    pub state: PathBuf,
    /// The home that was asked for, where it is not the platform's.
    pub home: Option<PathBuf>,
}

/// No folder could be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoHome {
    /// The platform names no home folder.
    #[error("this user has no home folder; give one with `--home DIR` or `JISHI_HOME`")]
    Unknown,
    /// A relative path, and the working folder is gone.
    #[error("`{path}` cannot be made absolute: the working folder cannot be read")]
    Relative {
        /// What was given.
        path: PathBuf,
    },
}

impl Paths {
    /// Finds the folders: `--home DIR`, else `JISHI_HOME`, else what the platform says.
    ///
    /// # Errors
    /// See [`NoHome`].
    pub fn find(home: Option<&Path>) -> Result<Self, NoHome> {
        let env = std::env::var_os("JISHI_HOME").filter(|v| !v.is_empty()).map(PathBuf::from);
        match home.map(Path::to_owned).or(env) {
            Some(home) => Self::under(&home),
            None => Self::platform(),
        }
    }

    /// Returns the folders under one home: records in it, `config/` and `state/` beside them.
    ///
    /// # Errors
    /// See [`NoHome`].
    pub fn under(home: &Path) -> Result<Self, NoHome> {
        // Absolute now, so that a later change of the working folder moves nothing.
        let data =
            std::path::absolute(home).map_err(|_| NoHome::Relative { path: home.to_owned() })?;
        let home = Some(data.clone());
        Ok(Self { config: data.join("config"), state: data.join("state"), data, home })
    }

    fn platform() -> Result<Self, NoHome> {
        let dirs = ProjectDirs::from("", "", "jishi").ok_or(NoHome::Unknown)?;
        let state =
            dirs.state_dir().map_or_else(|| dirs.data_local_dir().join("state"), Path::to_owned);
        // A link in its place is of the user's choosing here; below a home it is not followed.
        let state = std::fs::canonicalize(&state).unwrap_or(state);
        let (data, config) = (dirs.data_dir().to_owned(), dirs.config_dir().to_owned());
        Ok(Self { data, config, state, home: None })
    }

    /// Returns the folder that holds the incidents of a mode.
    pub fn incidents(&self, mode: Mode) -> PathBuf {
        self.data.join(folder_name(mode))
    }
}

/// Returns the name of the folder that holds the incidents of a mode.
pub const fn folder_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::Exercise => "exercise",
    }
}

/// Returns the name of the record file of a mode: a rehearsal is told apart by its name, too.
pub const fn record_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "record.jsonl",
        Mode::Exercise => "record.exercise.jsonl",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_under_a_given_home() {
        let paths = Paths::find(Some(Path::new("/srv/jishi"))).unwrap();
        assert_eq!(paths.incidents(Mode::Live), Path::new("/srv/jishi/live"));
        assert_eq!(paths.incidents(Mode::Exercise), Path::new("/srv/jishi/exercise"));
        assert_eq!(paths.config, Path::new("/srv/jishi/config"));
        assert_eq!(paths.state, Path::new("/srv/jishi/state"));
    }

    #[test]
    fn a_relative_home_is_made_absolute() {
        let paths = Paths::under(Path::new("here")).unwrap();
        assert!(paths.data.is_absolute() && paths.data.ends_with("here"));
    }
}
