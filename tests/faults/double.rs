//! Every write, sync and lock fails once, in every way, alone and in pairs.

use std::convert::Infallible;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jishi::domain::event::Event;
use jishi::host::store::{Disk, Found, FsStore, RealDisk, Record, StoreError};
use jishi::record::check_bytes;

use crate::common::{draft, noted, opened, pack_text, store};

/// What a call that fails leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harm {
    /// Nothing was done.
    Nothing,
    /// Half of the bytes were written.
    Half,
    /// All was done, and the failure is reported all the same.
    All,
    /// A sync fails, and the bytes since the last are gone: the system dropped them.
    Lost,
}

const HARMS: [Harm; 4] = [Harm::Nothing, Harm::Half, Harm::All, Harm::Lost];

/// A disk whose calls of certain numbers fail; no real sync, the machine lives on.
struct Failing {
    calls: AtomicUsize,
    at: [usize; 2],
    harm: Harm,
    errno: i32,
    /// How long the record was at its last sync.
    synced: AtomicUsize,
}

impl Failing {
    fn at(at: [usize; 2], harm: Harm, errno: i32) -> Arc<Self> {
        let calls = AtomicUsize::new(0);
        Arc::new(Self { calls, at, harm, errno, synced: AtomicUsize::new(0) })
    }

    fn fails(&self) -> bool {
        self.at.contains(&(self.calls.fetch_add(1, Ordering::SeqCst) + 1))
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn error(&self) -> io::Error {
        io::Error::from_raw_os_error(self.errno)
    }
}

impl Disk for Failing {
    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<usize> {
        if !self.fails() {
            return RealDisk.write(file, bytes);
        }
        match self.harm {
            Harm::Nothing | Harm::Lost => {}
            Harm::Half => drop(RealDisk.write(file, &bytes[..bytes.len() / 2])?),
            Harm::All => drop(RealDisk.write(file, bytes)?),
        }
        Err(self.error())
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        let long = usize::try_from(file.metadata()?.len()).unwrap();
        if !self.fails() {
            self.synced.store(long, Ordering::SeqCst);
            return Ok(());
        }
        let synced = self.synced.load(Ordering::SeqCst);
        if self.harm == Harm::Lost && synced > 0 && synced < long {
            file.set_len(synced as u64)?;
        }
        Err(self.error())
    }

    fn sync_folder(&self, _: &File) -> io::Result<()> {
        if self.fails() { Err(self.error()) } else { Ok(()) }
    }

    fn try_lock(&self, file: &File) -> Result<(), TryLockError> {
        if self.fails() {
            return Err(TryLockError::Error(io::Error::from_raw_os_error(37)));
        }
        RealDisk.try_lock(file)
    }

    fn try_lock_shared(&self, file: &File) -> Result<(), TryLockError> {
        RealDisk.try_lock_shared(file)
    }
}

fn begin(store: &FsStore) -> Record {
    store.create(vec![draft(0xa, opened())], &[pack_text()]).unwrap()
}

fn add(store: &FsStore, record: &mut Record, n: u64) -> Result<u64, StoreError> {
    let wanted = vec![draft(n, noted(&format!("entry {n}")))];
    let done = store.append(record, |_| Ok::<_, Infallible>(wanted.clone()))?;
    let Ok(entries) = done;
    assert_eq!(entries.len(), 1);
    Ok(entries[0].n)
}

/// In what state the record is when the faults begin.
#[derive(Debug, Clone, Copy)]
enum Before {
    Whole,
    /// Its last line is cut.
    Torn,
    /// Its last line lacks its line feed.
    Unfed,
}

/// Adds three entries, each given again until it is recorded; the calls in `at` fail. Says how many
/// calls were made.
fn three(before: Before, at: [usize; 2], harm: Harm) -> usize {
    let what = format!("{before:?}, {at:?}, {harm:?}");
    let home = tempfile::tempdir().unwrap();
    let good = store(home.path()).with_disk(Failing::at([0; 2], harm, 5));
    let mut record = begin(&good);
    add(&good, &mut record, 1).unwrap();
    let path = record.folder.join("record.jsonl");
    let whole = fs::read(&path).unwrap();
    let cut = match before {
        Before::Whole => 0,
        Before::Torn => 99,
        Before::Unfed => 1,
    };
    fs::write(&path, &whole[..whole.len() - cut]).unwrap();

    let disk = Failing::at(at, harm, 5);
    let bad = good.clone().with_disk(disk.clone());
    let mut record = bad.open("a").unwrap();
    let mut acked: Vec<Vec<u8>> = Vec::new();
    for n in 11..14 {
        let known = record.entries.len();
        let mut tries = 0;
        while let Err(e) = add(&bad, &mut record, n) {
            assert_eq!(e.exit_code(), 3, "{what}: {e}");
            assert!(e.to_string().starts_with("NOT RECORDED: "), "{what}: {e}");
            assert!(record.find(&format!("{n:032x}")).is_none(), "{what}: nothing is shown before");
            assert!(record.in_doubt() && record.entries.len() >= known, "{what}");
            tries += 1;
            assert!(tries < 3, "{what}: {e}");
            if tries == 2 {
                // As another process would find it.
                match bad.open("a") {
                    Ok(fresh) => record = fresh,
                    Err(e) => assert_eq!(e.exit_code(), 3, "{what}: {e}"),
                }
            }
        }
        assert!(!record.in_doubt());
        acked.push(fs::read(&path).unwrap());
    }
    let last = fs::read(&path).unwrap();
    assert!(acked.iter().all(|then| last.starts_with(then)), "{what}: what is shown stays");
    assert!(last.starts_with(&whole[..whole.len() - cut]), "{what}");
    let report = check_bytes(&last);
    assert!(report.intact(), "{what}: {:?}", report.problem);
    let read = good.open("a").unwrap();
    assert_eq!(read.entries, record.entries, "{what}");
    for n in [0xa, 11, 12, 13] {
        let id = format!("{n:032x}");
        assert_eq!(read.entries.iter().filter(|e| e.id == id).count(), 1, "{what}: entry {n}");
    }
    disk.calls()
}

#[test]
fn whichever_call_of_an_append_fails_each_entry_is_recorded_once() {
    for before in [Before::Whole, Before::Torn, Before::Unfed] {
        for harm in HARMS {
            let mut k = 1;
            while three(before, [k, 0], harm) >= k {
                k += 1;
            }
            assert!(k > 9, "{k}: lock, write and sync were each made to fail");
        }
    }
}

#[test]
fn whichever_two_calls_of_an_append_fail_each_entry_is_recorded_once() {
    for before in [Before::Whole, Before::Torn, Before::Unfed] {
        for harm in HARMS {
            let calls = three(before, [0; 2], harm);
            for k in 1..=calls {
                for j in k + 1..=(k + 6).min(calls + 4) {
                    three(before, [k, j], harm);
                }
            }
        }
    }
}

#[test]
fn whichever_call_of_a_beginning_fails_a_retry_makes_one_incident() {
    for harm in [Harm::Nothing, Harm::Half, Harm::All] {
        for k in 1.. {
            let home = tempfile::tempdir().unwrap();
            let good = store(home.path()).with_disk(Failing::at([0; 2], harm, 5));
            let disk = Failing::at([k, 0], harm, 5);
            let bad = good.clone().with_disk(disk.clone());
            let drafts = vec![draft(1, opened()), draft(2, noted("facts"))];
            let first = bad.create(drafts.clone(), &[pack_text()]);
            if disk.calls() < k {
                assert!(k > 8, "{k}");
                break;
            }
            assert_eq!(first.unwrap_err().exit_code(), 3, "call {k}");
            let record = bad.create(drafts, &[pack_text()]).unwrap();
            let whole: Vec<_> = good
                .list()
                .unwrap()
                .into_iter()
                .filter(|l| matches!(l.found, Found::Intact(_)))
                .map(|l| l.id)
                .collect();
            assert_eq!(whole, [record.id.as_str()], "{harm:?}, call {k}");
            let read = good.open(&record.id).unwrap();
            for n in [1, 2] {
                let once = read.entries.iter().filter(|e| e.id == format!("{n:032x}")).count();
                assert_eq!(once, 1, "{harm:?}, call {k}");
            }
            assert!(read.entries.len() == 2 || harm == Harm::Half, "{harm:?}, call {k}");
            assert!(read.packs[0].text().is_ok(), "never an incident without its law");
        }
    }
}

#[test]
fn another_process_after_a_failed_one_loses_nothing_and_forks_nothing() {
    for harm in HARMS {
        for k in 1..=4 {
            let home = tempfile::tempdir().unwrap();
            let good = store(home.path()).with_disk(Failing::at([0; 2], harm, 5));
            begin(&good);
            let bad = good.clone().with_disk(Failing::at([k, 0], harm, 5));
            let mut mine = bad.open("a").unwrap();
            let mut others = good.open("a").unwrap();
            add(&good, &mut others, 1).unwrap();
            if add(&bad, &mut mine, 2).is_ok() {
                continue;
            }
            add(&good, &mut others, 3).unwrap();
            add(&bad, &mut mine, 2).unwrap();
            add(&good, &mut others, 2).unwrap();
            let read = good.open("a").unwrap();
            assert_eq!((&read.entries, read.chain()), (&mine.entries, mine.chain()));
            assert_eq!((&read.entries, read.chain()), (&others.entries, others.chain()));
            for n in [0xa, 1, 2, 3] {
                let id = format!("{n:032x}");
                assert_eq!(read.entries.iter().filter(|e| e.id == id).count(), 1, "{harm:?} {k}");
            }
        }
    }
}

#[test]
fn bytes_of_a_failed_sync_are_synced_and_read_anew_before_anybody_shows_or_builds_on_them() {
    let home = tempfile::tempdir().unwrap();
    let good = store(home.path());
    let mut follower = begin(&good);
    let bad = good.clone().with_disk(Failing::at([3, 0], Harm::All, 5));
    let mut mine = bad.open("a").unwrap();
    add(&bad, &mut mine, 1).unwrap_err();

    let count = || Failing::at([0; 2], Harm::Nothing, 5);
    let disk = count();
    good.clone().with_disk(disk.clone()).open("a").unwrap();
    assert_eq!(disk.calls(), 1, "a reader syncs first");
    let disk = count();
    good.clone().with_disk(disk.clone()).refresh(&mut follower).unwrap();
    assert_eq!(disk.calls(), 2, "a follower takes the lock and syncs");
    let disk = count();
    good.clone().with_disk(disk.clone()).open("a").unwrap();
    assert_eq!(disk.calls(), 0, "and then it is settled");

    let disk = count();
    let other = good.clone().with_disk(disk.clone());
    let mut fresh = other.open("a").unwrap();
    add(&other, &mut fresh, 2).unwrap();
    assert_eq!(disk.calls(), 4, "lock, sync of what others wrote, write, sync");
    add(&other, &mut fresh, 3).unwrap();
    assert_eq!(disk.calls(), 7, "lock, write, sync");
}

#[test]
fn a_full_disk_takes_the_entry_from_the_reserve() {
    let reserve = |home: &Path| fs::metadata(home.join("reserve")).map(|m| m.len()).unwrap_or(0);
    for harm in [Harm::Nothing, Harm::Half] {
        let home = tempfile::tempdir().unwrap();
        let good = store(home.path());
        let mut record = begin(&good);
        assert_eq!(reserve(home.path()), 4 << 20);
        assert_eq!(good.room().unwrap().reserve, 4 << 20);
        // The write finds the disk full, and then it does not.
        let bad = good.clone().with_disk(Failing::at([2, 0], harm, 28));
        add(&bad, &mut record, 1).unwrap();
        assert_eq!(reserve(home.path()), 0, "it was given up");
        let answers = |r: &Record| {
            r.entries.iter().filter(|e| matches!(e.event, Event::Recovered { .. })).count()
        };
        assert_eq!(answers(&record), usize::from(harm == Harm::Half));
        // There is none left: the failure is said.
        let bad = good.clone().with_disk(Failing::at([2, 0], harm, 28));
        let e = add(&bad, &mut record, 2).unwrap_err();
        assert!(e.to_string().contains("NOT RECORDED"), "{e}");
        assert!(e.hints()[0].starts_with("make room"), "{:?}", e.hints());
        add(&good, &mut record, 2).unwrap();
        assert_eq!(good.open("a").unwrap().entries, record.entries);
    }
}
