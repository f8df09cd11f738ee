//! A mark of who is on: one small file per console beside the incidents, never part of a record.
//!
//! A mark goes with its console. One that was left behind counts no longer once its process is gone,
//! or once it has not been touched for two minutes.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Stat, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT,
};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::process::{Fate, Process};
use crate::domain::text::printable;
use crate::domain::time::write_utc;

/// The folder of marks; its name hides it from the list of incidents.
const FOLDER: &str = ".present";
/// How often a mark is touched at most, in milliseconds.
const TOUCH_MS: u64 = 5_000;
/// From this age on a mark is one that was left behind, in seconds: a console that has nothing to show
/// wakes up once a minute.
const STALE_S: i64 = 120;
/// The longest mark that is read, in bytes.
const MARK_MOST: u64 = 4096;
/// How many marks are read.
const MARKS_MOST: usize = 64;
/// The longest name that is shown, in characters.
const NAME_MOST: usize = 40;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Mark {
    who: String,
    since: String,
    #[serde(flatten)]
    console: Process,
}

/// This console's mark, and what it saw of the others'.
#[derive(Debug)]
pub struct Presence {
    incidents: PathBuf,
    name: String,
    mark: Mark,
    held: Option<Held>,
    names: Vec<String>,
}

#[derive(Debug)]
struct Held {
    folder: OwnedFd,
    file: File,
    touched: u64,
    /// When the folder changed last, as it was seen last.
    seen: Option<(i64, i64)>,
}

impl Presence {
    /// Makes the mark of `who` in the folder of incidents, as soon as there is that folder.
    pub fn new(incidents: &Path, who: &str, clock: &dyn Clock) -> Self {
        let console = Process::own(clock);
        let (incidents, name) = (incidents.to_owned(), console.tag());
        let mark = Mark { who: shown(who), since: write_utc(clock.now()), console };
        Self { incidents, name, mark, held: None, names: Vec::new() }
    }

    /// Looks who else is on; tells the names if they changed. Where marks cannot be kept nobody is
    /// seen, and nothing is said.
    pub fn look(&mut self, clock: &dyn Clock) -> Option<Vec<String>> {
        let now = clock.boot().ms;
        if self.held.is_none() {
            self.held = self.hold(now);
        }
        let held = self.held.as_mut()?;
        let late = now.saturating_sub(held.touched) >= TOUCH_MS;
        let changed = rustix::fs::fstat(&held.folder).ok().map(|s| modified(&s));
        if !late && changed == held.seen {
            return None;
        }
        held.seen = changed;
        if late {
            held.touched = now;
            touch(&held.file);
        }
        let names = others(held, &self.name, &self.mark.console);
        if names == self.names {
            return None;
        }
        self.names.clone_from(&names);
        Some(names)
    }

    fn hold(&self, now: u64) -> Option<Held> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let inside = flags | OFlags::NOFOLLOW;
        let incidents = rustix::fs::open(&self.incidents, inside, Mode::empty()).ok()?;
        let shared = Mode::WGRP | Mode::SGID;
        let above = rustix::fs::fstat(&incidents).ok()?;
        let shared = Mode::from_raw_mode(above.st_mode).contains(shared);
        let group = if shared { Mode::RWXG | Mode::SGID } else { Mode::empty() };
        if rustix::fs::mkdirat(&incidents, FOLDER, Mode::RWXU).is_ok() && shared {
            rustix::fs::chmodat(&incidents, FOLDER, Mode::RWXU | group, AtFlags::empty()).ok()?;
        }
        let folder = rustix::fs::openat(&incidents, FOLDER, inside, Mode::empty()).ok()?;
        // One of this name was left by a process that had our number before us.
        let _ = rustix::fs::unlinkat(&folder, &self.name, AtFlags::empty());
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let own = Mode::RUSR | Mode::WUSR;
        let mut file: File = rustix::fs::openat(&folder, &self.name, flags, own).ok()?.into();
        if shared {
            rustix::fs::fchmod(&file, own | Mode::RGRP).ok()?;
        }
        file.write_all(serde_json::to_string(&self.mark).ok()?.as_bytes()).ok()?;
        Some(Held { folder, file, touched: now, seen: None })
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if let Some(held) = &self.held {
            let _ = rustix::fs::unlinkat(&held.folder, &self.name, AtFlags::empty());
            let path = self.incidents.join(FOLDER);
            // Only an empty folder goes.
            let _ = rustix::fs::unlinkat(rustix::fs::CWD, &path, AtFlags::REMOVEDIR);
        }
    }
}

fn touch(file: &File) {
    let at = |tv_nsec| Timespec { tv_sec: 0, tv_nsec };
    let times = Timestamps { last_access: at(UTIME_OMIT), last_modification: at(UTIME_NOW) };
    let _ = rustix::fs::futimens(file, &times);
}

#[allow(clippy::unnecessary_cast, clippy::useless_conversion, reason = "not so wide everywhere")]
fn modified(stat: &Stat) -> (i64, i64) {
    (stat.st_mtime as i64, stat.st_mtime_nsec as i64)
}

/// Names of the others, in order; a person at several consoles once.
fn others(held: &Held, own: &str, me: &Process) -> Vec<String> {
    let Ok(entries) = rustix::fs::Dir::read_from(&held.folder) else { return Vec::new() };
    let now = rustix::fs::fstat(&held.file).map_or(0, |s| modified(&s).0);
    let names = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned());
    let names = names.filter(|n| !n.starts_with('.') && n != own).take(MARKS_MOST);
    let mut out: Vec<String> = names.filter_map(|n| read(held, &n, me, now)).collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn read(held: &Held, name: &str, me: &Process, now: i64) -> Option<String> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file: File = rustix::fs::openat(&held.folder, name, flags, Mode::empty()).ok()?.into();
    let stat = rustix::fs::fstat(&file).ok()?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile
        || now.saturating_sub(modified(&stat).0) > STALE_S
    {
        return None;
    }
    let mut text = String::new();
    file.take(MARK_MOST).read_to_string(&mut text).ok()?;
    let mark: Mark = serde_json::from_str(&text).ok()?;
    if me.sees(&mark.console) == Fate::Gone {
        let _ = rustix::fs::unlinkat(&held.folder, name, AtFlags::empty());
        return None;
    }
    Some(shown(&mark.who)).filter(|who| !who.is_empty())
}

fn shown(who: &str) -> String {
    printable(who.trim()).chars().take(NAME_MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::clock::SystemClock;

    fn mark(like: &Presence, who: &str, pid: i32) -> Mark {
        let console = like.mark.console.of(pid);
        Mark { who: who.to_owned(), console, ..like.mark.clone() }
    }

    fn put(folder: &Path, name: &str, mark: &Mark) {
        let folder = folder.join(FOLDER);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), serde_json::to_string(mark).unwrap()).unwrap();
    }

    #[test]
    fn others_are_seen_until_they_leave_and_the_folder_goes_with_the_last() {
        let home = tempfile::tempdir().unwrap();
        let clock = SystemClock::new();
        let mut alice = Presence::new(home.path(), "alice", &clock);
        assert_eq!(alice.look(&clock), None);
        // The same process cannot have two marks; another one's is put by hand.
        put(home.path(), "other", &mark(&alice, "bob", 1));
        assert_eq!(alice.look(&clock), Some(vec!["bob".to_owned()]));
        assert_eq!(alice.look(&clock), None);
        std::fs::remove_file(home.path().join(FOLDER).join("other")).unwrap();
        assert_eq!(alice.look(&clock), Some(Vec::new()));
        drop(alice);
        assert!(!home.path().join(FOLDER).exists());
    }

    #[test]
    fn what_was_left_behind_or_is_no_mark_is_nobody() {
        let home = tempfile::tempdir().unwrap();
        let clock = SystemClock::new();
        let mut alice = Presence::new(home.path(), "alice", &clock);
        alice.look(&clock);
        let mark = |who: &str, pid| mark(&alice, who, pid);
        put(home.path(), "gone", &mark("gone", i32::MAX));
        put(home.path(), "none", &mark("none", -1));
        put(home.path(), "evil", &mark("\u{1b}[2Jeve\u{202e}", 1));
        let folder = home.path().join(FOLDER);
        std::fs::write(folder.join("big"), "x".repeat(1 << 20)).unwrap();
        std::fs::write(folder.join("broken"), [0xff; 40]).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.join("link")).unwrap();
        put(home.path(), "old", &mark("old", 1));
        let mut old = std::process::Command::new("touch");
        assert!(old.args(["-d", "1 hour ago"]).arg(folder.join("old")).status().unwrap().success());
        assert_eq!(alice.look(&clock), Some(vec!["?[2Jeve?".to_owned()]));
        assert!(!folder.join("gone").exists());
        drop(alice);
        // What others left stays, and so does the folder.
        assert!(folder.join("evil").exists());
    }

    #[test]
    fn a_link_in_the_place_of_the_folder_is_not_followed() {
        let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), home.path().join(FOLDER)).unwrap();
        let clock = SystemClock::new();
        let mut alice = Presence::new(home.path(), "alice", &clock);
        assert_eq!(alice.look(&clock), None);
        assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
