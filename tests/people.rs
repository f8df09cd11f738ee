//! Several people on one host: a folder for a group, who is recorded, who sees whom.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    dead_code,
    unreachable_pub,
    reason = "helpers of tests stand outside test functions"
)]

mod bare;
mod terminal;

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use terminal::{Seat, entries, jishi, kinds, new_incident, ok, record_file, wait_for};

/// Ids that no account of this machine has; the kernel does not ask for accounts.
const GROUP: u32 = 61_100;
const ALICE: u32 = 61_001;
const BOB: u32 = 61_002;
const EVE: u32 = 61_003;

/// A folder that was set up for a group, and a copy of the program that everybody may run.
struct Office {
    _folder: tempfile::TempDir,
    home: PathBuf,
    program: PathBuf,
}

impl Office {
    /// Nothing where this user cannot become another.
    fn open() -> Option<Self> {
        if !bare::root() || !bare::tool("setpriv") {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let open = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        open(folder.path(), 0o755);
        let program = folder.path().join("jishi");
        std::fs::copy(env!("CARGO_BIN_EXE_jishi"), &program).unwrap();
        open(&program, 0o755);
        let home = folder.path().join("home");
        std::fs::create_dir(&home).unwrap();
        chown(&home, None, Some(GROUP)).unwrap();
        open(&home, 0o2770);
        Some(Self { _folder: folder, home, program })
    }

    /// A command of somebody whose umask is strict.
    fn by(&self, uid: u32, group: u32, name: &str) -> Command {
        let mut command = jishi(&self.home);
        let environment: Vec<_> =
            command.get_envs().filter_map(|(k, v)| Some((k.to_owned(), v?.to_owned()))).collect();
        command = Command::new("setpriv");
        let (uid, group) = (format!("--reuid={uid}"), format!("--regid={group}"));
        command.args([&uid, &group, "--clear-groups", "sh", "-c"]);
        command.arg("umask 077; exec \"$0\" \"$@\"").arg(&self.program);
        command.env_remove("SUDO_USER").env_remove("SSH_CONNECTION").env_remove("SSH_CLIENT");
        command.envs(environment).env("USER", name).env("LOGNAME", name);
        command.stdin(std::process::Stdio::null());
        command
    }

    fn alice(&self) -> Command {
        self.by(ALICE, GROUP, "alice")
    }

    fn bob(&self) -> Command {
        self.by(BOB, GROUP, "bob")
    }
}

fn modes(folder: &Path, out: &mut Vec<(PathBuf, u32, u32)>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let meta = entry.path().symlink_metadata().unwrap();
        out.push((entry.path(), meta.mode() & 0o7777, meta.gid()));
        if meta.is_dir() {
            modes(&entry.path(), out);
        }
    }
}

#[test]
fn a_folder_of_a_group_serves_the_group_and_nobody_else() {
    let Some(office) = Office::open() else { return };
    let args = ["new", "--title", "CRM down", "--learned-at", "20m ago"];
    let id = ok(office.alice().args(args)).trim().to_owned();
    ok(office.bob().args(["note", &id, "bob was here"]));
    ok(office.alice().args(["set", &id, "involves_cii=yes"]));
    let by: Vec<String> = entries(&office.home, &id)
        .iter()
        .map(|e| e["by"]["login"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(by, ["alice", "alice", "bob", "alice"]);
    ok(office.bob().args(["log", "verify", &id]));

    let mut all = Vec::new();
    modes(&office.home.join("live"), &mut all);
    assert!(all.len() >= 5, "{all:?}");
    for (path, mode, gid) in &all {
        let should = if path.is_dir() { 0o2770 } else { 0o660 };
        assert_eq!((*mode, *gid), (should, GROUP), "{path:?} {mode:o}");
    }

    let before = std::fs::read(record_file(&office.home, &id)).unwrap();
    for args in [&["note", &id, "x"][..], &["status", &id], &["log", "export", &id]] {
        let out = office.by(EVE, EVE, "eve").args(args).output().unwrap();
        assert_eq!(out.status.code(), Some(3), "{args:?} {out:?}");
        assert!(!String::from_utf8_lossy(&out.stdout).contains("CRM"), "{args:?} {out:?}");
    }
    assert_eq!(std::fs::read(record_file(&office.home, &id)).unwrap(), before);
}

#[test]
fn a_folder_of_one_person_stays_private_whatever_the_umask() {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_jishi"), "new"]);
    command.args(["--title", "x", "--learned-at", "20m ago"]);
    ok(command.env("JISHI_HOME", home.path().join("deep").join("home")));
    let mut all = Vec::new();
    modes(home.path(), &mut all);
    for (path, mode, _) in &all {
        assert_eq!(mode & 0o077, 0, "{path:?} {mode:o}");
    }
}

#[test]
fn it_is_recorded_who_from_where() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let mut command = jishi(home.path());
    command.env("SSH_CONNECTION", "192.0.2.7 50000 10.0.0.1 22").env("SUDO_USER", "wang");
    ok(command.args(["note", &id, "x"]));
    let by = entries(home.path(), &id)[2]["by"].clone();
    assert_eq!(by["ssh"], "192.0.2.7");
    assert!(by["login"].as_str().is_some_and(|l| !l.is_empty()), "{by}");
    assert!(by["host"].as_str().is_some_and(|h| !h.is_empty()), "{by}");
    let login = std::fs::read_to_string("/proc/self/loginuid").unwrap_or_default();
    if login.trim() == "4294967295" {
        // Nobody logged in here, so the kernel does not know better.
        assert_eq!(by["sudo"], "wang");
    }
    let mut command = jishi(home.path());
    let Some(mut seat) = Seat::take(command.args(["note", &id, "from a terminal"])) else { return };
    assert!(wait_for(5, || seat.child.try_wait().unwrap().is_some()));
    let by = entries(home.path(), &id)[3]["by"].clone();
    assert!(by["tty"].as_str().is_some_and(|t| t.starts_with("/dev/pts/")), "{by}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test measures how long it waited")]
fn consoles_follow_each_other_and_show_who_is_on() {
    let Some(office) = Office::open() else { return };
    let args = ["new", "--title", "CRM down", "--learned-at", "20m ago"];
    let id = ok(office.alice().args(args)).trim().to_owned();
    let Some(alice) = Seat::take(office.alice().args(["open", &id])) else { return };
    let Some(bob) = Seat::take(office.bob().args(["open", &id])) else { return };
    assert!(alice.shows(5, "also on: bob"), "{}", alice.text());
    assert!(bob.shows(5, "also on: alice"), "{}", bob.text());
    let marks = office.home.join("live").join(".present");
    assert_eq!(std::fs::read_dir(&marks).unwrap().count(), 2);

    ok(office.bob().args(["note", &id, "bob was here"]));
    // A second, and what a busy machine adds to it.
    assert!(alice.shows(2, "bob has just added"), "{}", alice.text());
    // A second incident appears on the board of whoever looks at it.
    ok(office.bob().args(["new", "--title", "Portal down", "--learned-at", "5m ago"]));
    alice.type_in("\x1b");
    assert!(alice.shows(4, "Portal down"), "{}", alice.text());

    bob.quit();
    let left = || std::fs::read_dir(&marks).is_ok_and(|d| d.count() == 1);
    assert!(wait_for(3, left));
    alice.quit();
    assert!(wait_for(3, || !marks.exists()), "the last one takes the folder along");
    assert_eq!(kinds(&office.home, &id), ["opened", "answered", "noted"]);
}

#[test]
fn a_console_that_was_killed_is_no_longer_on() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let Some(mut first) = Seat::take(jishi(home.path()).args(["open", &id])) else { return };
    let marks = home.path().join("live").join(".present");
    let count = || std::fs::read_dir(&marks).map_or(0, Iterator::count);
    assert!(wait_for(5, || count() == 1));
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    assert_eq!(count(), 1);
    let Some(second) = Seat::take(jishi(home.path()).args(["open", &id])) else { return };
    // It finds the mark without a process, and clears it away.
    assert!(wait_for(8, || second.text().contains("CRM down") && count() == 1));
    assert!(!second.text().contains("+root"), "{}", second.text());
    second.quit();
}

#[test]
fn a_folder_on_another_machine_is_said() {
    if !bare::tool("bindfs") {
        return;
    }
    let (source, far) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mounted = Command::new("bindfs").args([source.path(), far.path()]).output().unwrap();
    if !mounted.status.success() {
        bare::skip(&format!("nothing can be mounted here: {mounted:?}"));
        return;
    }
    let out = jishi(far.path()).args(["new", "--title", "x", "--learned-at", "1m ago"]).output();
    let status = jishi(far.path()).args(["status", "--format", "json"]).output();
    let umount = Command::new("umount").arg(far.path()).status();
    let (out, status) = (out.unwrap(), status.unwrap());
    assert!(umount.is_ok_and(|s| s.success()));
    assert!(out.status.success(), "{out:?}");
    assert!(String::from_utf8_lossy(&out.stderr).contains("the records lie on FUSE"), "{out:?}");
    let json: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(json["ground"]["file_system"], "FUSE");
    assert_eq!(json["ground"]["shared_writing"], false);
}
