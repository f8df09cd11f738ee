//! Somebody who would rather the record said something else. Exhaustive, because it is cheap.

use jishi::domain::event::{Event, Mode};
use jishi::record::{Chain, Limits, Wrong, check, check_bytes, encode, verify};

use crate::common::{entry, noted, opened, twelve};

#[test]
fn every_flip_of_a_single_bit_is_found_in_its_line() {
    let mut flips = 0;
    let mut chain = Chain::start();
    for (n, line) in (0u64..).zip(twelve()) {
        // What lies before holds; that checking on from there is checking the whole is shown elsewhere.
        let mut bytes = line.clone();
        for i in 0..bytes.len() {
            for bit in 0..8 {
                bytes[i] ^= 1 << bit;
                let report = check(&*bytes, chain.clone(), Limits::default(), drop).unwrap();
                let problem =
                    report.problem.unwrap_or_else(|| panic!("line {n}, bit {bit} of {i}"));
                assert_eq!(problem.entry, n, "bit {bit} of byte {i}");
                let looked = verify(&*bytes, chain.clone(), Limits::default()).unwrap();
                assert_eq!(looked.problem, Some(problem), "bit {bit} of byte {i}");
                bytes[i] ^= 1 << bit;
                flips += 1;
            }
        }
        chain.follow(&line).unwrap();
    }
    assert!(flips > 40_000, "{flips}");
    assert_eq!(chain.count, 12);
}

#[test]
fn every_cut_is_found_but_one_at_the_end_of_a_line() {
    let lines = twelve();
    let bytes = lines.concat();
    let ends: Vec<usize> = lines
        .iter()
        .scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        })
        .collect();
    for cut in 0..bytes.len() {
        let report = check_bytes(&bytes[..cut]);
        match ends.iter().position(|&end| end == cut) {
            // No file can show on its own that whole lines are missing at its end. That takes a head
            // that somebody kept elsewhere: the count is smaller, and no such head is in the file.
            Some(last) => {
                assert!(report.intact());
                assert_eq!(report.chain.count, last as u64 + 1);
            }
            None if cut == 0 => assert_eq!(report.problem.unwrap().wrong, Wrong::Empty),
            None => {
                let problem = report.problem.unwrap();
                assert!(matches!(problem.wrong, Wrong::TornEnd { .. }), "{cut}: {problem}");
                assert_eq!(problem.entry, ends.iter().filter(|&&end| end < cut).count() as u64);
            }
        }
    }
}

#[test]
fn every_dropped_swapped_or_doubled_line_is_found() {
    let lines = twelve();
    let found = |changed: Vec<Vec<u8>>, at: usize, what: &str| {
        let problem =
            check_bytes(&changed.concat()).problem.unwrap_or_else(|| panic!("{what} {at}"));
        assert_eq!(problem.entry, at as u64, "{what} {at}: {problem}");
        assert!(matches!(problem.wrong, Wrong::WrongNumber { .. }), "{what} {at}: {problem}");
    };
    for i in 0..lines.len() {
        let mut doubled = lines.clone();
        doubled.insert(i, lines[i].clone());
        found(doubled, i + 1, "doubled");
        // The last line alone can go unseen: a cut at the end of a line.
        if i + 1 < lines.len() {
            let mut dropped = lines.clone();
            dropped.remove(i);
            found(dropped, i, "dropped");
        }
        for j in i + 1..lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(i, j);
            found(swapped, i, "swapped");
        }
    }
}

#[test]
fn a_line_put_in_with_its_own_digest_breaks_the_link() {
    let lines = twelve();
    let mut before = Chain::start();
    for line in &lines[..5] {
        before.follow(line).unwrap();
    }
    let forged = encode(&entry(5, noted("never happened")), before.head).unwrap();
    let mut changed = lines.clone();
    changed[5] = forged.bytes;
    let problem = check_bytes(&changed.concat()).problem.unwrap();
    assert_eq!(problem.entry, 6, "the forged line stands, the one after it does not follow");
    assert!(matches!(problem.wrong, Wrong::BadLink { .. }), "{problem}");
}

#[test]
fn a_record_begins_once_and_keeps_its_mode() {
    let nameless = Event::Opened { record: "5A".repeat(32), title: "x".to_owned(), packs: vec![] };
    let first = encode(&entry(0, nameless), Chain::start().head).unwrap();
    assert_eq!(check_bytes(&first.bytes).problem.unwrap().wrong, Wrong::BadRecordId);

    let first = encode(&entry(0, noted("x")), Chain::start().head).unwrap();
    let problem = check_bytes(&first.bytes).problem.unwrap();
    assert_eq!(problem.wrong, Wrong::NotOpened { kind: "noted".to_owned() });

    let mut chain = Chain::start();
    let open = encode(&entry(0, opened()), chain.head).unwrap();
    chain.follow(&open.bytes).unwrap();
    let again = encode(&entry(1, opened()), chain.head).unwrap();
    assert_eq!(chain.follow(&again.bytes).unwrap_err().wrong, Wrong::OpenedAgain);

    let mut other = entry(1, noted("x"));
    other.mode = Mode::Exercise;
    let other = encode(&other, chain.head).unwrap();
    let problem = chain.follow(&other.bytes).unwrap_err();
    let says = "line 2 (entry 1, byte 704): an exercise entry in a record that is live";
    assert_eq!(problem.to_string(), says);
}

#[test]
fn a_hole_of_zeros_or_garbage_at_the_end_is_found() {
    let good = twelve().concat();
    for tail in [&[0u8; 4096][..], b"\n", b"garbage\n", b"{}\n", b"\xff\xfe", b"null\n"] {
        let problem = check_bytes(&[&good, tail].concat()).problem.unwrap();
        assert_eq!((problem.entry, problem.offset), (12, good.len() as u64), "{problem}");
    }
    // The ending of the last line is right, and there is a hole in its middle.
    let mut holed = good.clone();
    let n = holed.len();
    holed[n - 300..n - 200].fill(0);
    assert_eq!(check_bytes(&holed).problem.unwrap().entry, 11);
}
