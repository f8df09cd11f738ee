//! What the records lie on is looked at and said: memory, layers, and file systems of others, for the
//! folder of all incidents and for that of each.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    dead_code,
    unreachable_pub,
    reason = "helpers of tests stand outside test functions"
)]

mod bare;
mod terminal;

use std::path::Path;
use std::process::Command;

use terminal::{jishi, new_incident, ok};

fn said(command: &mut Command) -> String {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{command:?}: {out:?}");
    String::from_utf8([out.stdout, out.stderr].concat()).unwrap()
}

/// Runs a command of ours where something is mounted that nobody else sees; nothing where that is not
/// allowed.
fn with_mount(home: &Path, mount: &str, args: &[&str]) -> Option<String> {
    let script = format!("{mount} || exit 77; exec \"$0\" \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &script, env!("CARGO_BIN_EXE_jishi")]).args(args);
    command.env("JISHI_HOME", home).env("JISHI_LANG", "en").env("TZ", "Asia/Shanghai");
    let out = command.current_dir(home).output();
    match out {
        Ok(out) if out.status.success() => {
            Some(String::from_utf8([out.stdout, out.stderr].concat()).unwrap())
        }
        other => {
            bare::skip(&format!("nothing can be mounted here by `{mount}`: {other:?}"));
            None
        }
    }
}

const MEMORY: &str = "the records lie in memory and are gone when this machine is started again";

#[test]
fn records_in_memory_are_said_to_lie_there() {
    let Ok(home) = tempfile::tempdir_in("/dev/shm") else {
        bare::skip("there is no /dev/shm");
        return;
    };
    let id = new_incident(home.path());
    for args in [&["status"][..], &["status", &id], &["note", &id, "x"], &["--plain"]] {
        let out = said(jishi(home.path()).args(args));
        assert_eq!(out.matches(MEMORY).count(), 1, "{args:?}: {out}");
    }
    let zh = said(jishi(home.path()).args(["--lang", "zh", "status", &id]));
    assert!(zh.contains("记录放在内存里, 主机重启后就没有了"), "{zh}");
    let json = ok(jishi(home.path()).args(["status", &id, "--format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["ground"]["kind"], "memory");
    let Some(seat) = terminal::Seat::take(&mut jishi(home.path())) else { return };
    assert!(seat.shows(5, "lie in memory") && seat.shows(5, "! memory"), "{}", seat.text());
    seat.quit();
}

#[test]
fn what_is_mounted_on_one_incident_is_looked_at_as_well() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let other = new_incident(home.path());
    let mount = format!(
        "cp -r live/{id} copy && mount -t tmpfs tmpfs live/{id} && cp -r copy/. live/{id} && rm -r copy"
    );
    let told = format!("{id}: {MEMORY}");
    for args in [&["note", &id, "x"][..], &["status"], &["--plain"]] {
        let Some(out) = with_mount(home.path(), &mount, args) else { return };
        assert_eq!(out.matches(&told).count(), 1, "{args:?}: {out}");
    }
    let args = ["status", &other];
    let out = with_mount(home.path(), &mount, &args).unwrap();
    assert!(!out.contains("memory"), "{out}");
    let args = ["status", &id, "--format", "json"];
    let out = with_mount(home.path(), &mount, &args).unwrap();
    let out: String = out.split_whitespace().collect();
    assert!(out.contains(r#""ground":{"kind":"memory""#), "{out}");
}

#[test]
fn records_on_an_overlay_are_said_to_go_with_a_container() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    // An overlay wants its upper layer elsewhere than on another overlay; memory will do.
    let mount = "mkdir -p layers && mount -t tmpfs tmpfs layers && mkdir layers/up layers/work && \
                 mount -t overlay overlay -o lowerdir=live,upperdir=layers/up,workdir=layers/work live";
    for args in [&["status"][..], &["note", &id, "x"]] {
        let Some(out) = with_mount(home.path(), mount, args) else { return };
        assert!(out.contains("the records lie on an overlay"), "{args:?}: {out}");
    }
}
