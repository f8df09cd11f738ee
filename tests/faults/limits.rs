//! Limits of the machine on the unmodified binary: the size of files, a full file system, append-only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jishi::host::store::check_path;

pub(crate) fn jishi(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jishi"));
    command.arg("--home").arg(home).args(args).env_remove("JISHI_HOME").env("LC_ALL", "C.UTF-8");
    command
}

/// Opens an incident; returns its id and record.
pub(crate) fn new(home: &Path) -> (String, PathBuf) {
    let args = ["new", "--title", "t", "--learned-at", "2026-03-02T01:30:00+08:00", "--yes"];
    let out = jishi(home, &args).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let id = String::from_utf8(out.stdout).unwrap().trim().to_owned();
    let file = home.join("live").join(&id).join("record.jsonl");
    (id, file)
}

/// Checks a failure of the machine: said, exit 3, and no signal.
fn not_recorded(out: &Output) {
    let says = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(3), "{:?}: {says}", out.status);
    assert!(says.contains("NOT RECORDED"), "{says}");
}

#[test]
fn at_a_limit_for_the_size_of_files_a_write_fails_and_the_process_lives() {
    let home = tempfile::tempdir().unwrap();
    let (id, file) = new(home.path());
    // The limit counts in blocks of 512 or 1024 bytes, by the shell: so it is met by growing up to it.
    let long = "x".repeat(333);
    let run = |text: &str| {
        Command::new("sh")
            .args(["-c", "ulimit -f 16; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_jishi")])
            .arg("--home")
            .arg(home.path())
            .args(["note", &id, text])
            .output()
            .unwrap()
    };
    let mut noted = 0;
    let torn = loop {
        let before = fs::read(&file).unwrap();
        let out = run(&format!("{noted} {long}"));
        if out.status.success() {
            noted += 1;
            assert!(noted < 200, "the limit was never met");
            continue;
        }
        not_recorded(&out);
        let now = fs::read(&file).unwrap();
        assert!(now.starts_with(&before));
        break now;
    };
    let torn_there = check_path(&file).unwrap().torn.is_some();
    assert!(noted > 3);
    not_recorded(&run("again"));
    assert!(jishi(home.path(), &["note", &id, "after"]).output().unwrap().status.success());
    let report = check_path(&file).unwrap();
    assert!(report.intact() && fs::read(&file).unwrap().starts_with(&torn));
    assert_eq!(report.chain.recovered, u64::from(torn_there), "half a line was answered for");
    let text = fs::read_to_string(&file).unwrap_or_default();
    for n in 0..noted {
        assert_eq!(text.matches(&format!("\"{n} {long}\"")).count(), 1);
    }
}

/// A mount that goes with the test.
struct Mount(PathBuf);

impl Mount {
    fn tmpfs(at: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let options = format!("size={size}");
        let args = ["-t", "tmpfs", "-o", &options, "tmpfs"];
        let done = Command::new("mount").args(args).arg(at).status().is_ok_and(|s| s.success());
        if !done {
            crate::bare::skip("a tmpfs cannot be mounted here");
        }
        done.then(|| Self(at.to_owned()))
    }

    /// An ext4 of its own in a file, which goes read-only at the first error that it meets.
    fn ext4(at: &Path, image: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        fs::File::create(image).unwrap().set_len(16 << 20).unwrap();
        let made = Command::new("mkfs.ext4").args(["-q", "-F"]).arg(image).status();
        assert!(made.unwrap().success());
        Self::mounted(at, image)
    }

    fn mounted(at: &Path, image: &Path) -> Option<Self> {
        let options = ["-o", "loop,errors=remount-ro"];
        let done = Command::new("mount").args(options).arg(image).arg(at).status();
        if !done.is_ok_and(|s| s.success()) {
            crate::bare::skip("a loop device cannot be mounted here");
            return None;
        }
        Some(Self(at.to_owned()))
    }

    /// Has the kernel meet an error on the file system, as a dying disk would.
    fn fail(&self) -> bool {
        let mounts = fs::read_to_string("/proc/mounts").unwrap();
        let ours = format!(" {} ", self.0.display());
        let line = mounts.lines().find(|l| l.contains(&ours)).unwrap();
        let device = line.split(' ').next().and_then(|d| d.rsplit('/').next()).unwrap();
        let trigger = format!("/sys/fs/ext4/{device}/trigger_fs_error");
        let done = fs::write(trigger, "a test").is_ok();
        if !done {
            crate::bare::skip("this kernel makes no error on demand");
        }
        done
    }

    fn resize(&self, size: &str) {
        let options = format!("remount,size={size}");
        let done = Command::new("mount").args(["-o", &options]).arg(&self.0).status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn on_a_full_file_system_the_reserve_is_used_and_then_it_is_said() {
    if !crate::bare::root() || !crate::bare::tool("mount") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("small");
    let Some(mount) = Mount::tmpfs(&home, "640k") else { return };
    let (id, file) = new(&home);
    let reserve = home.join("reserve");
    assert!(fs::metadata(&reserve).unwrap().len() >= 32 << 10);
    // Somebody else fills the disk to the last page.
    let rest = fs::write(home.join("other"), vec![0; 4 << 20]);
    assert!(rest.is_err());
    let long = "x".repeat(3000);
    let (mut noted, mut from_reserve) = (0, 0);
    let out = loop {
        let out = jishi(&home, &["note", &id, &format!("{noted} {long}")]).output().unwrap();
        if !out.status.success() {
            break out;
        }
        from_reserve += u64::from(!reserve.exists());
        noted += 1;
        assert!(noted < 500);
    };
    not_recorded(&out);
    assert!(from_reserve > 3, "{from_reserve} of {noted} entries went where the reserve was");
    let before = fs::read(&file).unwrap();
    let report = check_path(&file).unwrap();
    assert!(report.intact() || report.torn.is_some());
    mount.resize("2m");
    assert!(jishi(&home, &["note", &id, "after"]).output().unwrap().status.success());
    assert!(check_path(&file).unwrap().intact());
    let now = fs::read(&file).unwrap();
    assert!(now.starts_with(&before));
    let text = String::from_utf8_lossy(&now).into_owned();
    for n in 0..noted {
        assert_eq!(text.matches(&format!("\"{n} {long}\"")).count(), 1);
    }
    let status = jishi(&home, &["log", "verify", &id]).output().unwrap().status;
    assert_eq!(status.code(), Some(0));
}

#[test]
fn on_a_file_system_that_went_read_only_it_is_said_and_reading_goes_on() {
    if !crate::bare::root() || !crate::bare::tool("mount") || !crate::bare::tool("mkfs.ext4") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (at, image) = (folder.path().join("disk"), folder.path().join("image"));
    let Some(mount) = Mount::ext4(&at, &image) else { return };
    let home = at.join("home");
    let (id, file) = new(&home);
    assert!(jishi(&home, &["note", &id, "before"]).output().unwrap().status.success());
    let before = fs::read(&file).unwrap();
    if !mount.fail() {
        return;
    }
    not_recorded(&jishi(&home, &["note", &id, "during"]).output().unwrap());
    assert_eq!(fs::read(&file).unwrap(), before);
    let read = jishi(&home, &["log", "show", &id]).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    assert!(String::from_utf8_lossy(&read.stdout).contains("before"));
    assert!(jishi(&home, &["log", "verify", &id]).output().unwrap().status.success());
    // On the disk itself, not in what the system remembers of it.
    drop(mount);
    let Some(_again) = Mount::mounted(&at, &image) else { return };
    assert_eq!(fs::read(&file).unwrap(), before);
    assert!(jishi(&home, &["note", &id, "after"]).output().unwrap().status.success());
    assert!(check_path(&file).unwrap().intact());
}

#[test]
fn an_append_only_record_is_added_to_and_answered_for() {
    if !crate::bare::root() || !crate::bare::tool("chattr") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (id, file) = new(home.path());
    let good = fs::read(&file).unwrap();
    // What a crash in the middle of a write leaves behind what was acknowledged.
    let torn = [&good[..], &good[..good.len() / 3]].concat();
    fs::write(&file, &torn).unwrap();
    let chattr = |flag: &str| Command::new("chattr").arg(flag).arg(&file).status();
    if !chattr("+a").is_ok_and(|s| s.success()) {
        crate::bare::skip("this file system has no append-only files");
        return;
    }
    let out = jishi(home.path(), &["note", &id, "after"]).output().unwrap();
    assert!(chattr("-a").unwrap().success());
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let report = check_path(&file).unwrap();
    assert_eq!((report.intact(), report.chain.recovered), (true, 1));
    assert!(fs::read(&file).unwrap().starts_with(&torn));
}
