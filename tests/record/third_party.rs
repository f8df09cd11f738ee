//! A record is checked without us: by Python, and by sed, sha256sum and jq.

use std::path::{Path, PathBuf};
use std::process::Command;

use jishi::record::check_bytes;

use crate::common::twelve;

fn tool(name: &str) -> bool {
    let there = Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
    if !there {
        println!("skipped: `{name}` is not on this machine");
    }
    there
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/verify").join(name)
}

/// Runs a checker over the good record and over bad ones; returns nothing, fails loudly.
fn holds(program: &str, script_name: &str) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("record.jsonl");
    let run = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let out = Command::new(program).arg(script(script_name)).arg(&path).output().unwrap();
        (out.status.success(), String::from_utf8(out.stdout).unwrap())
    };
    let lines = twelve();
    let good = lines.concat();
    let head = check_bytes(&good).chain.head;
    assert_eq!(run(&good), (true, format!("12 {head}\n")));

    let mut flipped = good.clone();
    let last = flipped.len() - 200;
    flipped[last] ^= 1;
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    let mut dropped = lines;
    dropped.remove(0);
    let cut = good[..good.len() - 1].to_vec();
    let mut zero = good.clone();
    zero.insert(100, 0);
    for (what, bytes) in [
        ("padded with a zero", zero),
        ("flipped", flipped),
        ("swapped", swapped.concat()),
        ("dropped", dropped.concat()),
        ("cut", cut),
        ("empty", Vec::new()),
    ] {
        assert!(!run(&bytes).0, "{script_name} accepts a record that is {what}");
    }
}

#[test]
fn python_alone_agrees() {
    if tool("python3") {
        holds("python3", "verify.py");
    }
}

#[test]
fn sed_sha256sum_and_jq_agree() {
    if tool("jq") && tool("sha256sum") && tool("sed") {
        holds("sh", "verify.sh");
    }
}
