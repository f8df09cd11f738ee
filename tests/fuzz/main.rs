//! The fuzz targets without a fuzzer: the corpus that is kept, and a bounded run of changes to it.
//!
//! `JISHI_FAULTS=full` makes the run longer. The targets proper are in `fuzz/`, for cargo-fuzz; what
//! they find goes into the corpus here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod entries;

use std::fs;
use std::path::Path;

/// The files of some folders.
fn corpus(folders: &[&str]) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    for folder in folders {
        let mut paths: Vec<_> =
            fs::read_dir(root.join(folder)).unwrap().flatten().map(|e| e.path()).collect();
        paths.sort();
        out.extend(paths.iter().filter(|p| p.is_file()).map(|p| fs::read(p).unwrap()));
    }
    assert!(!out.is_empty());
    out
}

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % most.max(1)
    }
}

/// Changes some bytes: a bit, a byte, a piece doubled, dropped, or put in from another file.
fn change(bytes: &mut Vec<u8>, all: &[Vec<u8>], numbers: &mut Numbers) {
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len());
        let to = (at + numbers.below(40)).min(bytes.len());
        match numbers.below(6) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << numbers.below(8),
            1 if !bytes.is_empty() => bytes[at] = b"\"\\{}[]():,\n\0-09eE\xff"[numbers.below(18)],
            2 => drop(bytes.drain(at..to)),
            3 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => {
                let other = &all[numbers.below(all.len())];
                let from = numbers.below(other.len());
                let end = (from + numbers.below(200)).min(other.len());
                bytes.splice(at..to, other[from..end].iter().copied());
            }
            _ => bytes.truncate(to.max(1)),
        }
    }
}

fn run(folders: &[&str], rounds: usize, target: fn(&[u8])) {
    let all = corpus(folders);
    all.iter().for_each(|bytes| target(bytes));
    let full = std::env::var("JISHI_FAULTS").is_ok_and(|v| v == "full");
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..rounds * if full { 10 } else { 1 } {
        let mut bytes = all[numbers.below(all.len())].clone();
        change(&mut bytes, &all, &mut numbers);
        target(&bytes);
    }
}

#[test]
fn any_bytes_as_a_record() {
    run(&["tests/fuzz/corpus/record", "tests/record/v1"], 4000, entries::record);
}

#[test]
fn any_bytes_as_a_pack() {
    run(&["tests/packs/valid", "tests/packs/invalid"], 1000, entries::pack);
}

#[test]
fn any_bytes_as_a_facts_file() {
    run(&["tests/fuzz/corpus/facts"], 1500, entries::facts);
}

#[test]
fn any_bytes_as_signatures() {
    run(&["tests/fuzz/corpus/signatures"], 4000, entries::signatures);
}
