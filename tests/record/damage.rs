//! What a crash leaves at the end of a record, and the entry that answers for it. Exhaustive.

use std::convert::Infallible;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jishi::domain::event::{Entry, Event};
use jishi::host::store::{FsStore, StoreError, check_path};
use jishi::record::{Chain, Digest, Limits, Wrong, check, check_bytes, encode};

use crate::common::{Unsynced, draft, entry, lines, noted, opened, pack_text, store};

/// An incident whose record can be put into any state.
struct Bench {
    _home: tempfile::TempDir,
    store: FsStore,
    file: PathBuf,
    good: Vec<u8>,
}

fn bench(texts: &[&str]) -> Bench {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path()).with_disk(Arc::new(Unsynced));
    let mut record = store.create(vec![draft(0xa, opened())], &[pack_text()]).unwrap();
    let file = record.folder.join("record.jsonl");
    for (n, text) in (1..).zip(texts) {
        let new = vec![draft(n, noted(text))];
        let Ok(_) = store.append(&mut record, |_| Ok::<_, Infallible>(new.clone())).unwrap();
    }
    let good = fs::read(&file).unwrap();
    Bench { _home: home, store, file, good }
}

impl Bench {
    fn put(&self, bytes: &[u8]) {
        fs::write(&self.file, bytes).unwrap();
    }

    /// Opens and adds as a new process does; returns the entries that are then there.
    fn add(&self, n: u64) -> Result<Vec<Entry>, StoreError> {
        let mut record = self.store.open("a")?;
        let new = vec![draft(n, noted("after"))];
        let Ok(done) = self.store.append(&mut record, |_| Ok::<_, Infallible>(new.clone()))?;
        assert_eq!(done.len(), 1);
        assert!(record.torn.is_none() && record.problem.is_none());
        // What was taken over in memory is what a reader reads.
        let read = self.store.open("a")?;
        assert_eq!((&read.entries, read.chain()), (&record.entries, record.chain()));
        assert_eq!(done[0], *record.entries.last().unwrap());
        Ok(record.entries)
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.file).unwrap()
    }
}

fn recovered(entry: &Entry) -> Option<(u64, u64, &str)> {
    match &entry.event {
        Event::Recovered { offset, bytes, sha256 } => Some((*offset, *bytes, sha256)),
        _ => None,
    }
}

fn ends(bytes: &[u8]) -> Vec<usize> {
    (1..=bytes.len()).filter(|&i| bytes[i - 1] == b'\n').collect()
}

#[test]
fn a_cut_at_any_byte_is_answered_for_and_loses_nothing_before_it() {
    let b = bench(&["one", "two"]);
    let ends = ends(&b.good);
    for cut in ends[0]..b.good.len() {
        let torn = &b.good[..cut];
        b.put(torn);
        let whole_before = ends.iter().filter(|&&end| end <= cut).count();
        let at_an_end = ends.contains(&cut);
        // A line that lacks only its line feed gets it, and its entry is there.
        let completed = usize::from(!at_an_end && ends.contains(&(cut + 1)));

        let read = b.store.open("a").unwrap();
        assert_eq!(read.entries.len(), whole_before);
        assert_eq!(read.torn.is_none(), at_an_end, "{cut}");
        assert_eq!(b.bytes(), torn, "reading writes nothing");

        let entries = b.add(9).unwrap();
        let answers: Vec<_> = entries.iter().filter_map(recovered).collect();
        assert_eq!(entries.len(), whole_before + completed + usize::from(!at_an_end) + 1, "{cut}");
        let now = b.bytes();
        assert_eq!(&now[..cut], torn, "the file only grew");
        if let Some(&(offset, bytes, sha256)) = answers.first() {
            let start = ends.iter().rev().find(|&&end| end <= cut).unwrap();
            let start = if completed == 1 { cut } else { *start };
            assert_eq!((offset, bytes), (start as u64, (cut - start) as u64), "{cut}");
            assert_eq!(sha256, Digest::of(&now[start..cut]).to_string());
            assert_eq!(now[cut], b'\n');
        }
        assert_eq!(answers.len(), usize::from(!at_an_end));
        assert!(check_path(&b.file).unwrap().intact());
    }
}

#[test]
fn every_flipped_bit_of_the_newest_line_is_found_and_answered_for_or_left_to_a_person() {
    let b = bench(&["one"]);
    let start = ends(&b.good)[0];
    let mut bytes = b.good.clone();
    for i in start..bytes.len() {
        for bit in 0..8 {
            bytes[i] ^= 1 << bit;
            b.put(&bytes);
            let read = b.store.open("a").unwrap();
            assert_eq!(read.entries.len(), 1);
            assert!(read.torn.is_some(), "bit {bit} of byte {i}");
            // Adding to each of them would be the same as at each cut; here and there is enough.
            if (i * 8 + bit) % 41 == 0 {
                let entries = b.add(9).unwrap();
                assert!(recovered(&entries[1]).is_some() && entries.len() == 3);
                assert!(b.bytes().starts_with(&bytes));
            }
            bytes[i] ^= 1 << bit;
        }
    }
}

#[test]
fn holes_and_garbage_behind_the_last_entry_are_answered_for() {
    let b = bench(&["one"]);
    let long = vec![b'x'; 3 << 20];
    let tails: [&[u8]; 11] = [
        b"\n",
        b"\n\n",
        b"x",
        b"{}\n",
        b"garbage\nmore\n\xff\xfe\nand more",
        &[0],
        &[0; 4096],
        &[0; 70_000],
        b"\0\0\0\n\0\0\0",
        b"{\"e\":{\"n\":2",
        &long,
    ];
    for tail in tails {
        let torn = [&b.good, tail].concat();
        b.put(&torn);
        let entries = b.add(9).unwrap();
        assert_eq!(entries.len(), 4);
        let body = tail.strip_suffix(b"\n").unwrap_or(tail);
        let sha256 = Digest::of(body).to_string();
        let meant = (b.good.len() as u64, body.len() as u64, &*sha256);
        assert_eq!(recovered(&entries[2]), Some(meant));
        assert!(b.bytes().starts_with(&torn));
        // And once more: after damage that was answered for, damage is answered for.
        b.put(&[&b.bytes(), tail].concat());
        assert_eq!(b.add(11).unwrap().len(), 6);
        assert_eq!(check_path(&b.file).unwrap().chain.recovered, 2);
    }
    // The ending is right, and there is a hole in the middle of the last line.
    let mut holed = b.good.clone();
    let n = holed.len();
    holed[n - 300..n - 200].fill(0);
    b.put(&holed);
    assert_eq!(b.add(9).unwrap().len(), 3);
}

#[test]
fn a_crash_within_the_answer_at_any_byte_and_again_within_the_next_is_answered_for() {
    let b = bench(&["one", "two"]);
    let second = ends(&b.good)[1];
    for cut in [second + 1, second + 200, b.good.len() - 1] {
        b.put(&b.good[..cut]);
        b.add(9).unwrap();
        let first = b.bytes();
        for again in cut..first.len() {
            b.put(&first[..again]);
            b.add(9).unwrap();
            let next = b.bytes();
            assert!(next.starts_with(&first[..again]));
            assert!(check_bytes(&next).intact(), "{cut}, {again}");
            if again % 397 != 0 {
                continue;
            }
            for third in (again..next.len()).step_by(5) {
                b.put(&next[..third]);
                let entries = b.add(9).unwrap();
                assert!(b.bytes().starts_with(&next[..third]));
                let ids: Vec<_> = entries.iter().map(|e| &e.id).collect();
                let once = |n: u64| ids.iter().filter(|id| ***id == format!("{n:032x}")).count();
                assert_eq!((once(0xa), once(1), once(9)), (1, 1, 1), "{cut}, {again}, {third}");
            }
        }
    }
}

#[test]
fn a_refusal_and_an_unfit_draft_leave_torn_bytes_as_they_are() {
    let b = bench(&["one"]);
    let torn = &b.good[..b.good.len() - 20];
    b.put(torn);
    let mut record = b.store.open("a").unwrap();
    let refused = b.store.append(&mut record, |_| Err::<Vec<_>, _>("no")).unwrap();
    assert_eq!(refused.unwrap_err(), "no");
    let unfit = vec![draft(3, noted("\u{1b}[31m"))];
    let done = b.store.append(&mut record, |_| Ok::<_, Infallible>(unfit.clone()));
    assert_eq!(done.unwrap_err().exit_code(), 1);
    assert_eq!(b.bytes(), torn);
    // Somebody else answers for it meanwhile: both go on.
    b.add(9).unwrap();
    assert_eq!(b.store.refresh(&mut record).unwrap(), 2);
    assert!(record.torn.is_none());
}

/// A record whose second line is damaged and answered for, as pieces.
fn answered() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let b = bench(&["one"]);
    let start = ends(&b.good)[0];
    b.put(&b.good[..b.good.len() - 30]);
    b.add(9).unwrap();
    let now = b.bytes();
    let damage = b.good.len() - 30 + 1;
    (now[..start].to_vec(), now[start..damage].to_vec(), now[damage..].to_vec())
}

#[test]
fn damage_that_was_answered_for_cannot_be_changed_any_more() {
    let (head, damage, rest) = answered();
    let whole = [&*head, &damage, &rest].concat();
    assert!(check_bytes(&whole).intact());
    let mut bytes = whole.clone();
    for i in 0..bytes.len() {
        for bit in 0..8 {
            bytes[i] ^= 1 << bit;
            assert!(!check_bytes(&bytes).intact(), "bit {bit} of byte {i}");
            bytes[i] ^= 1 << bit;
        }
    }
    for (what, bytes) in [
        ("taken out", [&*head, &rest].concat()),
        ("with a byte more", [&*head, b"x", &damage, &rest].concat()),
        ("with a line more", [&*head, b"\n", &damage, &rest].concat()),
        ("doubled", [&*head, &damage, &damage, &rest].concat()),
        ("with its end moved", [&*head, &damage[..damage.len() - 2], b"\n", &rest].concat()),
    ] {
        let report = check_bytes(&bytes);
        assert!(!report.intact() && report.torn.is_none(), "{what}");
    }
}

#[test]
fn an_answer_to_nothing_or_to_other_bytes_is_no_entry() {
    let lines = lines(vec![opened(), noted("one")]);
    let bytes = lines.concat();
    let mut chain = Chain::start();
    lines.iter().for_each(|line| drop(chain.follow(line).unwrap()));
    let answer = |offset: u64, bytes: u64, sha256: &str| {
        let event = Event::Recovered { offset, bytes, sha256: sha256.to_owned() };
        encode(&entry(2, event), chain.head).unwrap().bytes
    };
    let at = bytes.len() as u64;
    let sha = |bytes: &[u8]| Digest::of(bytes).to_string();
    // The only thing it may follow directly: a line feed that was added.
    assert!(check_bytes(&[&*bytes, &answer(at - 1, 0, &sha(b""))].concat()).intact());
    for line in [
        answer(at, 0, &sha(b"")),
        answer(at - 1, 0, &sha(b"x")),
        answer(at - 1, 1, &sha(b"\n")),
        answer(at - 1, 0, "no digest"),
        answer(0, at, &sha(&bytes)),
    ] {
        let report = check_bytes(&[&*bytes, &line].concat());
        let Some(Wrong::AnswersNothing { .. }) = report.problem.map(|p| p.wrong) else {
            panic!("{}", String::from_utf8_lossy(&line))
        };
        assert!(report.torn.is_none());
    }
    let good = answer(at, 3, &sha(b"abc"));
    assert!(check_bytes(&[&*bytes, b"abc\n", &good].concat()).intact());
    for bad in [b"abd\n".to_vec(), b"abcd\n".to_vec(), b"ab\n".to_vec(), b"abc\n\n".to_vec()] {
        let report = check_bytes(&[&*bytes, &bad, &good].concat());
        assert!(!report.intact() && report.torn.is_none());
    }
}

#[test]
fn bytes_that_no_crash_leaves_are_left_to_a_person() {
    let b = bench(&["one", "two"]);
    let ends = ends(&b.good);
    let line = |i: usize| &b.good[if i == 0 { 0 } else { ends[i - 1] }..ends[i]];
    let much = vec![0; 17 << 20];
    for (what, tail) in [
        ("the last line again", line(2).to_vec()),
        ("the first line again", line(0).to_vec()),
        ("garbage and a line that holds", [b"x\n", line(2)].concat()),
        ("more than a crash can leave", much),
    ] {
        let bytes = [&b.good, &*tail].concat();
        b.put(&bytes);
        assert!(matches!(b.add(9), Err(StoreError::Damaged { .. })), "{what}");
        assert_eq!(b.bytes(), bytes, "{what}");
    }
    // Before the first entry there is nothing that could answer.
    b.put(&b.good[..100]);
    assert!(matches!(b.add(9), Err(StoreError::Damaged { .. })));
}

#[test]
fn checking_on_over_damage_that_was_answered_for_is_checking_the_whole() {
    let (head, damage, rest) = answered();
    let whole = check_bytes(&[&*head, &damage, &rest].concat());
    assert_eq!((whole.chain.count, whole.chain.lines), (3, 4));
    let first = check_bytes(&head).chain;
    let on = check(&*[damage, rest].concat(), first, Limits::default(), drop).unwrap();
    assert_eq!(on, whole);
}

#[test]
fn a_record_of_one_gigabyte_and_a_line_of_a_hundred_megabytes_are_refused_in_bounded_memory() {
    let b = bench(&["one"]);
    let peak = || -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
    };
    let grow = |to: u64| File::options().write(true).open(&b.file).unwrap().set_len(to).unwrap();
    let before = peak();
    grow(60 << 20);
    let Err(StoreError::Damaged { problem, .. }) = b.store.open("a") else { panic!("60 MB") };
    assert_eq!(problem.wrong, Wrong::LineTooLong { most: 1 << 20 });
    grow(100 << 20);
    assert!(matches!(b.store.open("a"), Err(StoreError::TooLarge { .. })));
    let problem = check_path(&b.file).unwrap().problem.unwrap();
    assert_eq!((problem.entry, problem.wrong), (2, Wrong::LineTooLong { most: 1 << 20 }));
    grow(1 << 30);
    let Err(StoreError::TooLarge { most, .. }) = b.store.open("a") else { panic!("1 GB") };
    assert_eq!(most, 64 << 20);
    assert!(!check_path(&b.file).unwrap().intact());
    // Other tests of this process count, too.
    assert!(peak() - before < 200 << 10, "{} kB", peak() - before);
    assert!(b.add(9).is_err());
}

fn python_says(path: &Path) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/verify/verify.py");
    let out = std::process::Command::new("python3").arg(script).arg(path).output().ok()?;
    Some(String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

#[test]
fn what_was_answered_for_checks_without_us_too() {
    let b = bench(&["one", "two"]);
    for cut in [1, 2, 50, 300] {
        b.put(&b.good[..b.good.len() - cut]);
        b.add(9).unwrap();
        let chain = check_path(&b.file).unwrap().chain;
        match python_says(&b.file) {
            Some(says) => assert_eq!(says, format!("{} {}", chain.count, chain.head), "{cut}"),
            None => drop(crate::bare::tool("python3")),
        }
    }
}
