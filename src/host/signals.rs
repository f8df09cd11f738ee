//! Signals as the console's loop waits for them.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Look at the terminal's size.
    Size,
    /// Go on after a stop.
    GoOn,
    /// End: SIGTERM, SIGHUP or SIGINT.
    End,
}

/// The signals that the loop waits for.
#[derive(Debug)]
pub struct Signals {
    size: Signal,
    go_on: Signal,
    term: Signal,
    hup: Signal,
    int: Signal,
}

impl Signals {
    /// Listens from now on; needs the loop's runtime.
    ///
    /// # Errors
    /// A handler cannot be set.
    pub fn listen() -> io::Result<Self> {
        let go_on = SignalKind::from_raw(rustix::process::Signal::CONT.as_raw());
        Ok(Self {
            size: signal(SignalKind::window_change())?,
            go_on: signal(go_on)?,
            term: signal(SignalKind::terminate())?,
            hup: signal(SignalKind::hangup())?,
            int: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Ask {
        tokio::select! {
            biased;
            _ = self.term.recv() => Ask::End,
            _ = self.hup.recv() => Ask::End,
            _ = self.int.recv() => Ask::End,
            _ = self.go_on.recv() => Ask::GoOn,
            _ = self.size.recv() => Ask::Size,
        }
    }

    /// Waits until the process was continued.
    pub async fn continued(&mut self) {
        self.go_on.recv().await;
    }
}
