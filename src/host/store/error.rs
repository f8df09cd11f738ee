//! What can go wrong in the store, with the place, the value and the mend.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::record::{Problem, Unfit};

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No incident has that id.
    #[error("there is no incident `{id}`")]
    NotFound {
        /// What was asked for, made printable.
        id: String,
        /// Ids that look like it, best first.
        nearest: Vec<String>,
    },
    /// Several incidents fit a shortened id.
    #[error("`{id}` fits {}", Names(candidates))]
    Ambiguous {
        /// What was asked for, made printable.
        id: String,
        /// The ids that fit.
        candidates: Vec<String>,
    },
    /// A folder among the incidents whose name is no incident id.
    #[error("`{}` is not an incident: its name is not of the form `2026-0302-a`", path.display())]
    BadName {
        /// The folder.
        path: PathBuf,
    },
    /// The incident's folder holds no entry: its creation was cut short, nothing was acknowledged.
    #[error("`{id}` was never finished: its folder holds no entry")]
    Unfinished {
        /// The incident's id.
        id: String,
        /// Its folder.
        path: PathBuf,
    },
    /// The record does not hold.
    #[error("the record of `{id}` is damaged at {problem}")]
    Damaged {
        /// The incident's id.
        id: String,
        /// The record file.
        path: PathBuf,
        /// The first thing that is wrong.
        problem: Box<Problem>,
    },
    /// Somebody else holds the lock longer than we wait.
    #[error(
        "`{id}` is being written to by {holder}; gave up after {waited_ms} ms, nothing was recorded"
    )]
    Locked {
        /// The incident's id.
        id: String,
        /// Who holds it.
        holder: Box<Holder>,
        /// How long was waited.
        waited_ms: u64,
    },
    /// A write or sync failed: whether the entries are on disk is unknown.
    #[error("NOT RECORDED: {what} of `{}` failed: {source}", path.display())]
    NotRecorded {
        /// The incident's id.
        id: String,
        /// The record file.
        path: PathBuf,
        /// `the write`, `the sync` or the like.
        what: &'static str,
        /// Ids of the drafts; giving them again is safe.
        drafts: Vec<String>,
        /// What the system said.
        source: io::Error,
    },
    /// A draft cannot stand in a record; nothing was recorded.
    #[error("the entry cannot be recorded: {source}")]
    Unfit {
        /// Why.
        #[from]
        source: Unfit,
    },
    /// What was handed to the store does not fit together; nothing was recorded.
    #[error("the entry cannot be recorded: {why}")]
    Refused {
        /// Why.
        why: String,
    },
    /// A file is larger than its kind can be.
    #[error("`{}` has {bytes} bytes; at most {most} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// The system does not allow it.
    #[error("no permission to {doing} `{}`: {source}", path.display())]
    Permission {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A symbolic link, a device or the like stands where a plain file or folder must be.
    #[error("`{}` is not a plain file or folder; links are not followed here", path.display())]
    NotPlain {
        /// What stands there.
        path: PathBuf,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes: {why}")]
    NoRandom {
        /// What the system said.
        why: String,
    },
    /// Anything else that the system refused.
    #[error("cannot {doing} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl StoreError {
    /// Sorts an error of the system into its kind.
    pub(super) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
        e: impl Into<io::Error>,
    ) -> Self {
        let (path, source) = (path.into(), e.into());
        match Errno::from_io_error(&source) {
            Some(Errno::ACCESS | Errno::PERM | Errno::ROFS) => {
                Self::Permission { doing, path, source }
            }
            Some(Errno::LOOP | Errno::NOTDIR) => Self::NotPlain { path },
            _ => Self::Io { doing, path, source },
        }
    }

    /// Says whether the thing that was looked for is not there.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// Says whether the disk is full, or the user's share of it.
    pub(super) fn is_full(&self) -> bool {
        match self {
            Self::NotRecorded { source, .. } | Self::Io { source, .. } => {
                matches!(Errno::from_io_error(source), Some(Errno::NOSPC | Errno::DQUOT))
            }
            _ => false,
        }
    }

    /// Turns what the system refused while an entry was on its way into what the user must know
    /// first: that it is not recorded.
    pub(super) fn not_recorded(self, id: &str) -> Self {
        let (doing, path, source) = match self {
            Self::Io { doing, path, source } => (doing, path, source),
            Self::Permission { doing, path, source }
                if Errno::from_io_error(&source) == Some(Errno::ROFS) =>
            {
                (doing, path, source)
            }
            other => return other,
        };
        let what = match doing {
            "lock" => "the lock",
            "sync" | "sync the folder" => "the sync",
            "open for writing" => "the opening",
            "make" | "make the folder" => "the making",
            "write" => "the write",
            _ => "the reading",
        };
        Self::NotRecorded { id: id.to_owned(), path, what, drafts: Vec::new(), source }
    }

    /// Returns the exit code of a command that ends with this: 1 refused or not found, 3 the record
    /// or the machine is at fault.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::NotFound { .. }
            | Self::Ambiguous { .. }
            | Self::Unfit { .. }
            | Self::Refused { .. } => 1,
            _ => 3,
        }
    }

    /// Returns what the user can do about it, one sentence each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NotFound { nearest, .. } if !nearest.is_empty() => {
                vec![format!("did you mean {}?", Names(nearest))]
            }
            Self::NotFound { .. } => vec!["`jishi status` lists the incidents".to_owned()],
            Self::Ambiguous { .. } => vec!["give more of the id".to_owned()],
            Self::BadName { path } => {
                vec![format!("move `{}` out of the folder of incidents", path.display())]
            }
            Self::Unfinished { path, .. } => vec![format!(
                "nothing in it was acknowledged; open the incident anew and remove `{}`",
                path.display()
            )],
            Self::Damaged { id, path, .. } => vec![
                format!("copy `{}` to a safe place before anything else", path.display()),
                format!(
                    "get all its bytes out: `jishi log export {id} > FILE`; see how far it holds: \
                     `jishi log verify {id}`"
                ),
            ],
            Self::Locked { holder, .. } => match holder.pid {
                0 => vec!["try again".to_owned()],
                pid => vec![format!(
                    "try again; if process {pid} hangs, end it: the lock goes with it"
                )],
            },
            Self::NotRecorded { .. } if self.is_full() => vec![
                "make room on the disk, or copy the text by hand; what was written before is safe"
                    .to_owned(),
                "the same entry can be given again and counts once".to_owned(),
            ],
            Self::NotRecorded { .. } => vec![
                "copy the text by hand; what was written before is safe".to_owned(),
                "once the disk is well again, the same entry can be given again and counts once"
                    .to_owned(),
            ],
            Self::Permission { path, .. } => {
                vec![format!(
                    "check the owner and mode of `{}`, or choose `--home DIR`",
                    path.display()
                )]
            }
            Self::NotPlain { path } => {
                vec![format!("put the real file or folder in the place of `{}`", path.display())]
            }
            _ => Vec::new(),
        }
    }
}

/// Who holds the lock of an incident, or wrote there last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process id; 0 where it is not known which process holds the lock.
    pub pid: u32,
    /// The person.
    pub who: String,
    /// Since when it writes here, RFC 3339.
    pub since: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.pid, self.who.as_str()) {
            (0, "") => return f.write_str("another process"),
            (0, who) => {
                return write!(f, "another process (the last to write was `{who}`)");
            }
            _ => {}
        }
        write!(f, "`{}` (process {}, since {})", self.who, self.pid, self.since)
    }
}

/// A list of names in a message: `a`, `b` or `c`.
struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            let before = match i {
                0 => "",
                i if i + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{before}`{name}`")?;
        }
        Ok(())
    }
}

/// Turns a result of the system into one of the store.
pub(super) trait Doing<T> {
    /// Names what was tried, on what.
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, StoreError>;
}

impl<T, E: Into<io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, StoreError> {
        self.map_err(|e| StoreError::io(doing, path, e))
    }
}
