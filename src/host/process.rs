//! Which process something belongs to, and whether that process is gone.

use rustix::process::{Pid, getpid, test_kill_process};
use serde::{Deserialize, Serialize};

use super::clock::Clock;

/// A process as a file names it that it left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Process {
    pid: i32,
    /// Boot id and process namespace: where the process id means something.
    realm: String,
    /// When it began, as the kernel counts; another one that got its number began later.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<u64>,
}

/// What is known of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is there.
    Alive,
    /// It is not there any more.
    Gone,
    /// This kernel was started since, or another one runs it.
    OtherBoot,
    /// It was started where its number cannot be looked up from here.
    OtherSpace,
}

impl Process {
    /// This process.
    pub(super) fn own(clock: &dyn Clock) -> Self {
        let pid = getpid().as_raw_nonzero().get();
        let space = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        let realm = format!("{} {}", clock.boot().id, space.display());
        Self { pid, realm, start: start_of(pid) }
    }

    /// A short name for files of this process.
    pub(super) fn tag(&self) -> String {
        let boot = self.boot().chars().filter(char::is_ascii_hexdigit).take(8);
        format!("{}-{}", boot.collect::<String>(), self.pid)
    }

    fn boot(&self) -> &str {
        self.realm.split(' ').next().unwrap_or_default()
    }

    /// Another process beside this one, of which only the number is known.
    #[cfg(test)]
    pub(super) fn of(&self, pid: i32) -> Self {
        Self { pid, start: None, ..self.clone() }
    }

    /// What is known of another process, seen from this one.
    pub(super) fn sees(&self, other: &Self) -> Fate {
        if self.boot() != other.boot() {
            return Fate::OtherBoot;
        }
        if self.realm != other.realm {
            return Fate::OtherSpace;
        }
        let pid = Some(other.pid).filter(|pid| *pid > 0).and_then(Pid::from_raw);
        // Somebody else's process that we may not signal is there all the same.
        let gone = pid.is_none_or(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH));
        let begun = start_of(other.pid);
        let recycled = other.start.is_some() && begun.is_some() && begun != other.start;
        if gone || recycled { Fate::Gone } else { Fate::Alive }
    }
}

/// When a process began, in the kernel's ticks since boot; nothing where the kernel does not tell.
fn start_of(pid: i32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in brackets and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::clock::SystemClock;

    #[test]
    fn a_process_is_told_from_one_that_got_its_number_and_from_those_elsewhere() {
        let me = Process::own(&SystemClock::new());
        assert_eq!(me.sees(&me), Fate::Alive);
        assert_eq!(me.sees(&me.of(1)), Fate::Alive);
        for pid in [i32::MAX, 0, -1] {
            assert_eq!(me.sees(&me.of(pid)), Fate::Gone, "{pid}");
        }
        #[cfg(target_os = "linux")]
        {
            let later = Process { start: me.start.map(|s| s + 1), ..me.clone() };
            assert_eq!(me.sees(&later), Fate::Gone);
        }
        let boot = Process { realm: "other".to_owned(), ..me.clone() };
        assert_eq!(me.sees(&boot), Fate::OtherBoot);
        let space = Process { realm: format!("{} pid:[1]", me.boot()), ..me.clone() };
        assert_eq!(me.sees(&space), Fate::OtherSpace);
    }
}
