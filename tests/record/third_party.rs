//! A record is checked without us: by Python, and by sed, sha256sum and jq.

use std::path::{Path, PathBuf};
use std::process::Command;

use jishi::domain::event::Event;
use jishi::record::{Digest, Gap, check_bytes, encode};

use crate::common::{entry, lines, noted, opened, twelve};

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/verify").join(name)
}

/// A record of three entries: the first, damage with what answers for it, and one more.
fn answered(damage: &[u8]) -> (Vec<u8>, Digest) {
    let mut bytes = lines(vec![opened()]).concat();
    let mut chain = check_bytes(&bytes).chain;
    let (offset, long) = (chain.bytes, damage.len() as u64);
    let sha256 = Digest::of(damage);
    let event = Event::Recovered { offset, bytes: long, sha256: sha256.to_string() };
    let answer = encode(&entry(1, event), chain.head).unwrap();
    let feeds = damage.iter().filter(|&&c| c == b'\n').count() as u64;
    let gap = Gap { offset, bytes: long, sha256, lines: feeds + 1 };
    chain.answer(&answer.bytes, Some(&gap)).unwrap();
    let last = encode(&entry(2, noted("on")), chain.head).unwrap();
    bytes.extend([damage, b"\n", &answer.bytes, &last.bytes].concat());
    let report = check_bytes(&bytes);
    assert!(report.intact() && report.chain.count == 3);
    (bytes, report.chain.head)
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
    for damage in [&b"{\"e\":{ half a line"[..], b"\0\0\0\0", b"two\nlines \xff", b""] {
        let (good, head) = answered(damage);
        assert_eq!(run(&good), (true, format!("3 {head}\n")), "{script_name}: {damage:?}");
        let mut other = good.clone();
        let at = other.windows(damage.len() + 1).position(|w| w[..damage.len()] == *damage);
        other.insert(at.unwrap(), b'x');
        assert!(!run(&other).0, "{script_name} accepts other damage than was answered for");
        let (last, _) = good.split_at(good.len() - 400);
        assert!(!run(last).0, "{script_name} accepts damage that is not answered for");
    }
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
    if crate::bare::tool("python3") {
        holds("python3", "verify.py");
    }
}

#[test]
fn sed_sha256sum_and_jq_agree() {
    if crate::bare::tool("jq") && crate::bare::tool("sha256sum") && crate::bare::tool("sed") {
        holds("sh", "verify.sh");
    }
}
