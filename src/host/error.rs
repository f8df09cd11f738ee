//! Why a session at the terminal ended otherwise than by its user.

use std::io;

use super::desk::DeskError;

/// Why the console could not start, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The terminal cannot be used.
    #[error("the terminal cannot be used: {source}")]
    Terminal {
        /// What the system said.
        source: io::Error,
    },
    /// A thread, a signal handler or the like could not be set up.
    #[error("the console cannot start: {source}")]
    Start {
        /// What the system said.
        source: io::Error,
    },
    /// Standard output takes nothing more.
    #[error("standard output cannot be written: {source}")]
    Output {
        /// What the system said.
        source: io::Error,
    },
    /// The incidents cannot be read.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The thread that writes records is gone.
    #[error("the writer of records stopped; what was not shown as recorded is not recorded")]
    WriterGone,
}

impl HostError {
    /// Returns what the user can do about it.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Terminal { .. } => vec!["`jishi --plain` works line by line".to_owned()],
            Self::Desk(e) => e.hints(),
            Self::Start { .. } | Self::Output { .. } | Self::WriterGone => Vec::new(),
        }
    }
}
