//! Every call of the unmodified binary fails once, and kills it once, by `strace -e inject`.

use std::fs;
use std::path::Path;
use std::process::Command;

use jishi::host::store::check_path;

use crate::limits::{jishi, new};

/// Runs `jishi note` with the k-th call of a kind on some of its files made to fail; says whether
/// there was such a call, and whether the note was acknowledged.
fn run(home: &Path, id: &str, text: &str, paths: &[&Path], inject: &str) -> (bool, bool) {
    let log = home.join("strace.log");
    let call = inject.split(':').next().unwrap_or_default();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(&log);
    command.args(paths.iter().flat_map(|path| [Path::new("-P"), path]));
    let trace = format!("trace={call}");
    let inject_arg = format!("inject={inject}");
    command.args(["-e", &trace, "-e", &inject_arg, env!("CARGO_BIN_EXE_jishi"), "--home"]);
    let out = command.arg(home).args(["note", id, text]).output().unwrap();
    let log = fs::read_to_string(&log).unwrap_or_default();
    let code = out.status.code();
    let says = String::from_utf8_lossy(&out.stderr);
    assert_ne!(code, Some(101), "{inject}: {says}");
    let hit = log.contains("(INJECTED)") || log.contains("SIGKILL");
    if hit && !inject.contains("signal") && code != Some(0) {
        assert_eq!(code, Some(3), "{inject}: {says}");
    }
    (hit, code == Some(0))
}

#[test]
fn whichever_call_on_the_record_fails_or_is_the_last_what_was_acknowledged_is_there_once() {
    if !crate::bare::tool("strace") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let probe = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    if !probe.is_ok_and(|s| s.success()) {
        crate::bare::skip("`strace` may not trace here");
        return;
    }
    let (id, file) = new(home.path());
    let (folder, lock) = (file.parent().unwrap(), file.with_file_name("lock"));
    let paths = [&*file, folder, &lock];
    let kinds = [
        "write:error=ENOSPC",
        "write:error=EIO",
        "write:error=EFBIG",
        "write:signal=KILL",
        "fdatasync:error=EIO",
        "fdatasync:error=ENOSPC",
        "fdatasync:signal=KILL",
        "flock:error=ENOLCK",
        "flock:signal=KILL",
        "openat:error=EIO",
        "openat:error=EROFS",
        "openat:signal=KILL",
        "pwrite64:error=EIO",
        "pread64:error=EIO",
        "fstat,statx:error=EIO",
        "read:error=EIO",
        "lseek:error=EIO",
        "fadvise64:error=EIO",
    ];
    let mut acked: Vec<String> = Vec::new();
    let (mut before, mut faults, mut turn) = (fs::read(&file).unwrap(), 0, 0);
    for kind in kinds {
        for k in 1..40 {
            turn += 1;
            // Every third run meets damage at the end.
            if turn % 3 == 0 {
                fs::write(&file, [&*before, b"half a line"].concat()).unwrap();
                before = fs::read(&file).unwrap();
            }
            let text = format!("{kind} {k}").replace([':', ','], " ");
            let (hit, ok) = run(home.path(), &id, &text, &paths, &format!("{kind}:when={k}"));
            if ok {
                acked.push(text);
            }
            let now = fs::read(&file).unwrap();
            assert!(now.starts_with(&before), "{kind} {k}: the file only grows");
            let report = check_path(&file).unwrap();
            assert!(report.intact() || report.torn.is_some(), "{kind} {k}: {:?}", report.problem);
            before = now;
            if !hit {
                assert!(ok, "{kind} {k}: without a fault it goes through");
                break;
            }
            faults += 1;
        }
    }
    assert!(jishi(home.path(), &["note", &id, "after"]).output().unwrap().status.success());
    assert!(check_path(&file).unwrap().intact());
    let bytes = fs::read(&file).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    for note in &acked {
        assert_eq!(text.matches(&format!("\"{note}\"")).count(), 1, "{note}");
    }
    assert!(faults > 20, "{faults} faults");
    println!("{faults} faults, {} acknowledged", acked.len());
}

/// What a command says to add when it is given again.
fn again(err: &str) -> Vec<String> {
    let from = err.find("--again ").unwrap_or_else(|| panic!("{err}"));
    let said = err[from..].lines().next().unwrap();
    let said = said.split(": it counts once").next().unwrap();
    said.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn what_a_command_could_not_sync_counts_once_when_it_is_given_again_as_it_says() {
    if !crate::bare::tool("strace") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (id, file) = new(home.path());
    let sent =
        ["sent", &id, "first_report.provincial_cac", "--channel", "hotline_12387", "--ref", "A-12"];
    let noted = ["note", &id, "rang the vendor"];
    for (k, args) in [(1, &sent[..]), (2, &sent[..]), (1, &noted[..])] {
        let before = check_path(&file).unwrap().chain.count;
        let mut failing = Command::new("strace");
        failing.args(["-f", "-qq", "-o", "/dev/null", "-P"]).arg(&file);
        failing.args(["-e", "trace=fdatasync", "-e"]);
        failing.arg(format!("inject=fdatasync:error=EIO:when={k}"));
        failing.arg(env!("CARGO_BIN_EXE_jishi")).arg("--home").arg(home.path()).args(args);
        let out = failing.env("JISHI_LANG", "en").output().unwrap();
        if k > 1 && out.status.success() {
            continue;
        }
        assert_eq!(out.status.code(), Some(3), "{out:?}");
        let err = String::from_utf8(out.stderr).unwrap();
        assert!(err.contains("NOT RECORDED"), "{err}");
        let more = again(&err);
        let words: Vec<&str> =
            args.iter().copied().chain(more.iter().map(String::as_str)).collect();
        for _ in 0..2 {
            let out = jishi(home.path(), &words).env("JISHI_LANG", "en").output().unwrap();
            assert!(out.status.success(), "{out:?}");
        }
        let report = check_path(&file).unwrap();
        assert_eq!((report.intact(), report.chain.count), (true, before + 1), "{args:?}");
        let last = fs::read_to_string(&file).unwrap();
        let last = last.lines().last().unwrap();
        assert!(last.contains("\"happened_at\"") || last.contains("\"sent\""), "{last}");
    }
}

#[test]
fn an_incident_that_could_not_be_synced_is_opened_once_when_it_is_given_again_as_the_command_says()
{
    if !crate::bare::tool("strace") {
        return;
    }
    let args = ["new", "--title", "门户被篡改", "--learned-at", "20m ago", "pi_persons=1"];
    let mut given_again = 0;
    for call in ["fdatasync", "fsync", "write", "openat", "mkdirat"] {
        for k in 1..30 {
            let home = tempfile::tempdir().unwrap();
            fs::create_dir(home.path().join("live")).unwrap();
            let mut failing = Command::new("strace");
            failing.args(["-f", "-qq", "-o"]).arg(home.path().join("log")).arg("-e");
            failing.arg(format!("inject={call}:error=EIO:when={k}"));
            failing.arg(env!("CARGO_BIN_EXE_jishi")).arg("--home").arg(home.path()).args(args);
            let out = failing.env("JISHI_LANG", "en").output().unwrap();
            let log = fs::read_to_string(home.path().join("log")).unwrap_or_default();
            if !log.contains("(INJECTED)") {
                break;
            }
            let err = String::from_utf8_lossy(&out.stderr).into_owned();
            let live = || {
                let all = fs::read_dir(home.path().join("live")).unwrap().flatten();
                all.filter(|e| !e.file_name().to_string_lossy().starts_with('.')).count()
            };
            if !err.contains("--again ") {
                assert!(live() <= 1, "{call} {k}: {err}");
                continue;
            }
            let more = again(&err);
            let words: Vec<&str> =
                args.iter().copied().chain(more.iter().map(String::as_str)).collect();
            for _ in 0..2 {
                let out = jishi(home.path(), &words).output().unwrap();
                assert!(out.status.success(), "{call} {k}: {out:?}");
            }
            let out = jishi(home.path(), &["status"]).output().unwrap();
            let listed = String::from_utf8_lossy(&out.stdout).lines().count();
            assert_eq!(listed, 1, "{call} {k}: {out:?}");
            given_again += 1;
        }
    }
    assert!(given_again > 5, "{given_again}");
}
