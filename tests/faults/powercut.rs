//! Real power cuts: a loop-mounted file system is shut down under a writer, without its journal.

use std::path::Path;
use std::process::Command;

use crate::writer::{acks, begin, command, judge};

/// Not a test of its own: what the script asks before the first cut and after each.
#[test]
fn a_judge_in_a_process() {
    let Some(home) = std::env::var_os("JISHI_TEST_JUDGE") else { return };
    let home = Path::new(&home);
    let Some(file) = std::env::var_os("JISHI_TEST_ACKS") else {
        begin(home);
        return;
    };
    let live = std::fs::read_dir(home.join("live")).unwrap();
    let folder = live.flatten().next().unwrap().path();
    let said = acks(&std::fs::read_to_string(file).unwrap());
    judge(&folder.join("record.jsonl"), b"", &said);
    println!("\njudged {}", said.len());
}

fn cut(kind: &str, synced: bool) {
    if !crate::bare::root()
        || !["xfs_io", "mount", "umount", &format!("mkfs.{kind}")]
            .iter()
            .all(|t| crate::bare::tool(t))
    {
        return;
    }
    let rounds = if !synced {
        3
    } else if crate::full() {
        40
    } else {
        4
    };
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/powercut.sh");
    let (program, _) = command();
    let mut bash = Command::new("bash");
    if !synced {
        bash.env("JISHI_TEST_NO_SYNC", "1");
    }
    let out = bash
        .arg(script)
        .args([kind, &rounds.to_string()])
        .arg(folder.path())
        .arg(program)
        .output()
        .unwrap();
    let (said, why) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    if out.status.code() == Some(77) {
        crate::bare::skip(why.trim());
        return;
    }
    if !synced {
        assert!(!out.status.success(), "nothing was lost without a sync: this finds nothing out");
        assert!(said.contains("was acknowledged"), "{said}\n{why}");
        return;
    }
    assert!(out.status.success(), "{said}\n{why}");
    println!("{kind}: {}", said.trim());
}

#[test]
fn what_was_acknowledged_before_the_plug_was_pulled_is_there_on_ext4() {
    cut("ext4", true);
}

#[test]
fn what_was_acknowledged_before_the_plug_was_pulled_is_there_on_xfs() {
    cut("xfs", true);
}

#[test]
fn without_a_sync_the_same_cuts_lose_what_was_acknowledged() {
    cut("ext4", false);
}
