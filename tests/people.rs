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

    /// A command of somebody whose umask is strict. What the environment calls them is not believed.
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
    let by = entries(&office.home, &id);
    let by = by.iter().map(|e| (e["by"]["login"].as_str(), e["by"]["uid"].as_u64()));
    let (alice, bob) = ((Some("uid 61001"), Some(61_001)), (Some("uid 61002"), Some(61_002)));
    assert_eq!(by.collect::<Vec<_>>(), [alice, alice, bob, alice]);
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
    command.env("SUDO_UID", "61234");
    ok(command.args(["note", &id, "x"]));
    let by = entries(home.path(), &id)[2]["by"].clone();
    assert_eq!(by["ssh"], "192.0.2.7");
    assert!(by["login"].as_str().is_some_and(|l| !l.is_empty()), "{by}");
    assert!(by["host"].as_str().is_some_and(|h| !h.is_empty()), "{by}");
    let login = std::fs::read_to_string("/proc/self/loginuid").unwrap_or_default();
    let uid = rustix::process::geteuid().as_raw();
    assert_eq!(by["uid"], uid);
    if login.trim() == "4294967295" && uid == 0 {
        // Nobody logged in here, so the kernel does not know better. It is shown beside what it knows.
        assert_eq!(by["sudo"], "wang");
        let shown = ok(jishi(home.path()).args(["log", "show", &id]));
        assert!(shown.contains("root (sudo: wang)"), "{shown}");
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
    assert!(alice.shows(5, "also on: uid 61002"), "{}", alice.text());
    assert!(bob.shows(5, "also on: uid 61001"), "{}", bob.text());
    let marks = office.home.join("live").join(".present");
    assert_eq!(std::fs::read_dir(&marks).unwrap().count(), 2);

    ok(office.bob().args(["note", &id, "bob was here"]));
    // A second, and what a busy machine adds to it.
    assert!(alice.shows(2, "uid 61002 has just added"), "{}", alice.text());
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

fn drafts(home: &Path, uid: u32) -> PathBuf {
    home.join("state").join("drafts").join(uid.to_string())
}

fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// Opens an incident and types a note into it that nobody records.
fn half_typed(mut command: Command, id: &str, text: &str) -> Option<Seat> {
    let seat = Seat::take(command.args(["open", id]))?;
    assert!(seat.shows(5, "CRM down"), "{}", seat.text());
    seat.type_in(&format!("n{text}"));
    assert!(seat.shows(5, text), "{}", seat.text());
    Some(seat)
}

fn killed(mut seat: Seat) {
    // The first key is kept at once, the others a second later.
    std::thread::sleep(std::time::Duration::from_millis(1300));
    seat.child.kill().unwrap();
    seat.child.wait().unwrap();
}

#[test]
fn two_consoles_of_one_person_lose_nothing_of_each_other_when_they_are_killed() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let Some(first) = half_typed(jishi(home.path()), &id, "first-text") else { return };
    let Some(second) = half_typed(jishi(home.path()), &id, "second-text") else { return };
    let folder = drafts(home.path(), rustix::process::geteuid().as_raw());
    assert!(wait_for(3, || count(&folder) == 2));
    killed(second);
    // The first is there still: what it types is nobody else's.
    let Some(third) = Seat::take(jishi(home.path()).args(["open", &id])) else { return };
    assert!(third.shows(5, "second-text"), "{}", third.text());
    assert!(!third.text().contains("first-text"), "{}", third.text());
    third.type_in("\r");
    assert!(wait_for(5, || count(&folder) == 1), "recorded, it is kept no longer");
    third.quit();
    killed(first);
    let Some(fourth) = Seat::take(jishi(home.path()).args(["open", &id])) else { return };
    assert!(fourth.shows(5, "first-text"), "{}", fourth.text());
    fourth.type_in("\r");
    assert!(wait_for(5, || count(&folder) == 0));
    fourth.quit();
    let notes = entries(home.path(), &id);
    let notes: Vec<_> = notes.iter().filter_map(|e| e["data"]["text"].as_str()).collect();
    assert_eq!(notes, ["second-text", "first-text"]);
}

#[test]
fn in_a_folder_of_a_group_everybody_keeps_what_they_type_and_nobody_reads_it() {
    let Some(office) = Office::open() else { return };
    let args = ["new", "--title", "CRM down", "--learned-at", "20m ago"];
    let id = ok(office.alice().args(args)).trim().to_owned();
    let Some(alice) = half_typed(office.alice(), &id, "text-of-alice") else { return };
    let Some(bob) = half_typed(office.bob(), &id, "text-of-bob") else { return };
    for uid in [ALICE, BOB] {
        assert!(wait_for(3, || count(&drafts(&office.home, uid)) == 1), "{uid}");
        let meta = drafts(&office.home, uid).symlink_metadata().unwrap();
        assert_eq!((meta.uid(), meta.mode() & 0o777), (uid, 0o700));
    }
    // What bob may not take away is alice's.
    let mut mv = office.by(BOB, GROUP, "bob");
    let theft = format!("mv {0} {0}.gone; rm -rf {0}", drafts(&office.home, ALICE).display());
    mv = {
        let mut sh = Command::new("setpriv");
        sh.args(mv.get_args().take(3)).args(["sh", "-c", &theft]);
        sh
    };
    mv.output().unwrap();
    assert_eq!(count(&drafts(&office.home, ALICE)), 1);
    killed(alice);
    killed(bob);
    let Some(bob) = Seat::take(office.bob().args(["open", &id])) else { return };
    assert!(bob.shows(5, "text-of-bob"), "{}", bob.text());
    assert!(!bob.text().contains("text-of-alice"), "{}", bob.text());
    bob.quit();
}

#[test]
fn what_a_member_plants_where_others_keep_their_text_is_not_followed_and_is_said_once() {
    let Some(office) = Office::open() else { return };
    let args = ["new", "--title", "CRM down", "--learned-at", "20m ago"];
    let id = ok(office.alice().args(args)).trim().to_owned();
    let prey = office.home.parent().unwrap().join("prey");
    std::fs::create_dir(&prey).unwrap();
    chown(&prey, Some(ALICE), Some(GROUP)).unwrap();
    let planted = drafts(&office.home, ALICE);
    std::fs::create_dir_all(planted.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&prey, &planted).unwrap();
    let Some(alice) = half_typed(office.alice(), &id, "text-of-alice") else { return };
    assert!(alice.shows(5, "half-typed text cannot be kept"), "{}", alice.text());
    assert_eq!(count(&prey), 0);
    // It goes on all the same.
    alice.type_in("\r");
    assert!(wait_for(5, || kinds(&office.home, &id).len() == 3), "{}", alice.text());
    alice.quit();
}

#[test]
fn settings_that_others_can_have_written_are_said_and_passed_over() {
    let Some(office) = Office::open() else { return };
    let args = ["new", "--title", "CRM down", "--learned-at", "20m ago"];
    ok(office.alice().args(args));
    let folder = office.home.join("config");
    let write = |owner, folder_mode, mode| {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("packs")).unwrap();
        let file = folder.join("config.ron");
        std::fs::write(&file, "(language: \"zh\")").unwrap();
        std::fs::write(folder.join("packs").join("mine.ron"), "x").unwrap();
        for (path, mode) in [(&folder, folder_mode), (&file, mode), (&folder.join("packs"), 0o755)]
        {
            chown(path, Some(owner), Some(GROUP)).unwrap();
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    let status = || {
        let mut command = office.alice();
        let out =
            command.env_remove("JISHI_LANG").args(["status", "--lang", "en"]).output().unwrap();
        assert!(out.status.success(), "{out:?}");
        String::from_utf8(out.stderr).unwrap()
    };
    for (owner, folder_mode, mode, why) in [
        (EVE, 0o755, 0o644, "it belongs to another user (uid 61003)"),
        (ALICE, 0o2775, 0o644, "its group or others may write to it (mode 2775)"),
        (ALICE, 0o755, 0o664, "its group or others may write to it (mode 664)"),
        (ALICE, 0o755, 0o646, "its group or others may write to it (mode 646)"),
    ] {
        write(owner, folder_mode, mode);
        let said = status();
        assert!(said.contains(why) && said.contains("is not used"), "{said}");
    }
    let out = office.alice().args(["pack", "show", "mine"]).output().unwrap();
    let read = String::from_utf8_lossy(&out.stderr).contains("mine.ron:1:1");
    assert!(read, "in a folder that is ours: {out:?}");
    write(EVE, 0o755, 0o644);
    let out = office.alice().args(["pack", "show", "mine"]).output().unwrap();
    assert_eq!(out.status.code(), Some(2), "{out:?}");
    assert!(String::from_utf8_lossy(&out.stderr).contains("belongs to another user"), "{out:?}");
    let Some(alice) = Seat::take(&mut office.alice()) else { return };
    assert!(alice.shows(5, "belongs to another user"), "{}", alice.text());
    alice.quit();
    for owner in [ALICE, 0] {
        write(owner, 0o755, 0o644);
        assert!(!status().contains("belongs to another user"), "{}", status());
    }
}

#[test]
fn a_member_who_sits_on_the_lock_keeps_nobody_from_reading_and_is_not_taken_for_another() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let path = home.path().join("live").join(&id).join("lock");
    let lock = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    lock.lock().unwrap();
    // A line that is being written, as a copy of the record has it.
    let copy = tempfile::tempdir().unwrap();
    let copied =
        Command::new("cp").arg("-r").arg(home.path().join("live")).arg(copy.path()).status();
    assert!(copied.unwrap().success());
    ok(jishi(copy.path()).args(["note", &id, "being written"]));
    let record = record_file(home.path(), &id);
    let before = std::fs::metadata(&record).unwrap().len();
    std::fs::copy(record_file(copy.path(), &id), &record).unwrap();
    for args in [&["status"][..], &["status", &id], &["next"], &["log", "show", &id]] {
        let out = jishi(home.path()).args(args).output().unwrap();
        let (text, said) =
            (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success() && !text.is_empty(), "{args:?} {out:?}");
        assert!(said.contains("another process (the last to write was"), "{args:?} {said}");
    }
    let Some(seat) = Seat::take(jishi(home.path()).args(["open", &id])) else { return };
    assert!(seat.shows(8, "the last to write was"), "{}", seat.text());
    seat.quit();
    let out = jishi(home.path()).args(["note", &id, "x"]).output().unwrap();
    assert_eq!(out.status.code(), Some(3), "{out:?}");
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(said.contains("nothing was recorded") && !said.contains("end it"), "{said}");
    // It never reached the disk: that is no sign of somebody who cut the record.
    let file = std::fs::OpenOptions::new().write(true).open(&record).unwrap();
    file.set_len(before).unwrap();
    lock.unlock().unwrap();
    ok(jishi(home.path()).args(["note", &id, "x"]));
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

#[test]
fn a_console_signs_with_the_key_of_the_settings_and_proposes_a_file_in_the_home_folder() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let key = home.path().join("key");
    let mut keygen = Command::new("ssh-keygen");
    ok(keygen.args(["-q", "-N", "", "-t", "ed25519", "-f"]).arg(&key));
    std::fs::create_dir_all(home.path().join("config")).unwrap();
    let config = home.path().join("config/config.ron");
    std::fs::write(config, format!("(sign_key: {key:?})")).unwrap();
    let mut console = jishi(home.path());
    console.args(["open", &id]).env("HOME", home.path());
    let Some(seat) = Seat::take(&mut console) else { return };
    assert!(seat.shows(5, "CRM down"), "{}", seat.text());
    seat.type_in("lS");
    assert!(seat.shows(5, "signed: "), "{}", seat.text());
    let folder = home.path().join("live").join(&id).join("checkpoints");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2);
    seat.type_in("E\r");
    assert!(seat.shows(5, "exported to "), "{}", seat.text());
    let files = std::fs::read_dir(home.path()).unwrap().flatten();
    let ours = files.filter(|f| f.file_name().to_string_lossy().starts_with("jishi-"));
    let ours: Vec<_> = ours.map(|f| std::fs::read(f.path()).unwrap()).collect();
    assert_eq!(ours, [std::fs::read(record_file(home.path(), &id)).unwrap()]);
    seat.quit();
}
