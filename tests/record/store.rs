//! The store on a real file system: what is there after a crash, for several writers, and for guests.

use std::convert::Infallible;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jishi::domain::event::{Event, Mode};
use jishi::domain::time::Zone;
use jishi::host::clock::FixedClock;
use jishi::host::store::{Draft, Found, FsStore, PackFault, Record, StoreError, check_path};
use jishi::record::{Wrong, encode};

use crate::common::{alice, at, draft, noted, opened, pack_text, store};

fn begin(store: &FsStore) -> Record {
    store.create(vec![draft(0xa, opened())], &[pack_text()]).unwrap()
}

fn add(store: &FsStore, record: &mut Record, n: u64, text: &str) -> Result<u64, StoreError> {
    let wanted = vec![draft(n, noted(text))];
    let done = store.append(record, |_| Ok::<_, Infallible>(wanted.clone()))?;
    let Ok(entries) = done;
    assert_eq!(entries.len(), 1);
    Ok(entries[0].n)
}

#[test]
fn an_incident_is_begun_added_to_and_read_back() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home.path().join("not/there/yet"));
    let mut mine = store
        .create(vec![draft(0xa, opened()), draft(0xb, noted("first"))], &[pack_text()])
        .unwrap();
    assert_eq!(mine.id, "2026-0302-a");
    assert_eq!(add(&store, &mut mine, 1, "second").unwrap(), 2);
    let read = store.open("0302-a").unwrap();
    assert_eq!(read.entries, mine.entries);
    assert_eq!((read.head(), read.chain()), (mine.head(), mine.chain()));
    assert_eq!(read.packs[0].text(), Ok(crate::common::PACK));
    assert_eq!(read.entries[2].by.person(), "alice");
    let report = check_path(&read.folder).unwrap();
    assert_eq!((report.intact(), report.chain.count), (true, 3));
}

#[test]
fn folders_and_files_are_private_and_those_of_a_group_are_its_own() {
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let home = tempfile::tempdir().unwrap();
    let record = begin(&store(home.path()));
    assert_eq!(mode(&record.folder), 0o700);
    assert_eq!(mode(&record.folder.join("packs")), 0o700);
    let pack = fs::read_dir(record.folder.join("packs")).unwrap().next().unwrap().unwrap().path();
    for file in [record.folder.join("record.jsonl"), record.folder.join("lock"), pack] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o2770)).unwrap();
    let record = begin(&store(home.path()));
    assert_eq!(mode(&home.path().join("live")), 0o2770);
    assert_eq!(mode(&record.folder), 0o2770);
    assert_eq!(mode(&record.folder.join("record.jsonl")), 0o660);
    assert_eq!(mode(&record.folder.join("lock")), 0o660);
}

#[test]
fn each_incident_of_a_day_gets_the_next_letter() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path());
    for n in 0..28u64 {
        store.create(vec![draft(n, opened())], &[pack_text()]).unwrap();
    }
    let ids = store.ids().unwrap();
    assert_eq!(ids.len(), 28);
    assert!(ids.contains(&"2026-0302-ab".to_owned()));
    assert!(matches!(store.open("2026"), Err(StoreError::Ambiguous { .. })));
    let Err(e) = store.open("2026-0302-q9") else { panic!("there is no such incident") };
    assert_eq!(e.exit_code(), 1);
    assert!(e.hints()[0].starts_with("did you mean `2026-0302-"), "{:?}", e.hints());
}

#[test]
fn threads_with_stores_of_their_own_lose_nothing_and_fork_nothing() {
    let home = tempfile::tempdir().unwrap();
    let id = begin(&store(home.path())).id;
    std::thread::scope(|scope| {
        for t in 0..8u64 {
            let (home, id) = (home.path(), &id);
            scope.spawn(move || {
                let store = store(home).with_lock_wait(Duration::from_secs(60));
                let mut record = store.open(id).unwrap();
                for i in 0..20 {
                    add(&store, &mut record, 1000 * (t + 1) + i, &format!("{t}/{i}")).unwrap();
                }
            });
        }
    });
    let record = store(home.path()).open(&id).unwrap();
    assert_eq!(record.entries.len(), 161);
    for t in 0..8u64 {
        let of = |e: &&jishi::domain::event::Entry| matches!(&e.event, Event::Noted { text } if text.starts_with(&format!("{t}/")));
        let ids: Vec<_> = record.entries.iter().filter(of).map(|e| e.id.clone()).collect();
        let meant: Vec<_> = (0..20).map(|i| format!("{:032x}", 1000 * (t + 1) + i)).collect();
        assert_eq!(ids, meant, "thread {t}: all, once, in order");
    }
}

#[test]
fn a_retry_with_the_same_draft_counts_once() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path());
    let mut record = begin(&store);
    assert_eq!(add(&store, &mut record, 1, "once").unwrap(), 1);
    assert_eq!(add(&store, &mut record, 1, "once").unwrap(), 1);
    let mut fresh = store.open("a").unwrap();
    assert_eq!(add(&store, &mut fresh, 1, "once").unwrap(), 1);
    assert_eq!(store.open("a").unwrap().entries.len(), 2);
}

#[test]
fn a_decision_sees_what_others_added_and_a_refusal_leaves_no_trace() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path());
    let mut mine = begin(&store);
    let mut theirs = store.open("a").unwrap();
    add(&store, &mut theirs, 1, "theirs").unwrap();
    let before = fs::read(mine.folder.join("record.jsonl")).unwrap();
    let refused = store.append(&mut mine, |now| {
        assert_eq!(now.entries.len(), 2, "the decision is taken on what is there now");
        Err::<Vec<Draft>, _>("already done")
    });
    assert_eq!(refused.unwrap().unwrap_err(), "already done");
    assert_eq!(fs::read(mine.folder.join("record.jsonl")).unwrap(), before);

    add(&store, &mut theirs, 2, "more").unwrap();
    add(&store, &mut theirs, 3, "and more").unwrap();
    assert_eq!(store.refresh(&mut mine).unwrap(), 2);
    assert_eq!(store.refresh(&mut mine).unwrap(), 0);
    assert_eq!((mine.entries.len(), mine.head()), (4, theirs.head()));
}

#[test]
fn what_cannot_be_recorded_is_refused_before_anything_is_written() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path());
    let with = |event| store.create(vec![draft(0, event)], &[pack_text()]).unwrap_err();
    assert_eq!(with(noted("x")).exit_code(), 1);
    let err = store.create(vec![draft(0, opened())], &[]).unwrap_err();
    let says = "the entry cannot be recorded: the text of pack `cn-cac-2025` was not given";
    assert_eq!(err.to_string(), says);
    assert!(!home.path().join("live").exists(), "a refusal makes no folder");

    let mut record = begin(&store);
    for bad in [noted("\u{1b}[31m"), opened(), noted(&"長".repeat(400_000))] {
        let drafts = [draft(1, noted("good")), draft(2, bad)];
        let done = store.append(&mut record, |_| Ok::<_, Infallible>(drafts.to_vec()));
        assert_eq!(done.unwrap_err().exit_code(), 1);
    }
    assert_eq!(store.open("a").unwrap().entries.len(), 1);
}

#[test]
fn damage_further_up_is_named_and_nothing_is_ever_added_to_it() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path());
    let mut record = begin(&store);
    add(&store, &mut record, 1, "one").unwrap();
    add(&store, &mut record, 2, "two").unwrap();
    let path = record.folder.join("record.jsonl");
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    let second = good.iter().position(|&c| c == b'\n').unwrap() + 1;
    bad[second + 100] ^= 1;
    fs::write(&path, &bad).unwrap();

    let Err(StoreError::Damaged { problem, .. }) = store.open("a") else { panic!("flipped") };
    assert_eq!(problem.entry, 1);
    assert!(matches!(problem.wrong, Wrong::BadDigest { .. }));
    let read = store.inspect("a").unwrap();
    assert_eq!((read.entries.len(), read.torn), (1, None), "what holds can be read");
    let mut again = store.inspect("a").unwrap();
    assert_eq!(add(&store, &mut again, 3, "three").unwrap_err().exit_code(), 3);
    assert_eq!(fs::read(&path).unwrap(), bad);

    // A cut at the end of a line is seen by whoever had read further.
    fs::write(&path, &good[..second]).unwrap();
    let mut cut = record.clone();
    let Err(StoreError::Damaged { problem, .. }) = store.refresh(&mut cut) else { panic!("cut") };
    assert!(matches!(problem.wrong, Wrong::Shrunk { .. }), "{problem}");
    // And once it is whole again, so is the view of it.
    fs::write(&path, &good).unwrap();
    assert_eq!(store.refresh(&mut cut).unwrap(), 0);
    assert_eq!(add(&store, &mut cut, 3, "three").unwrap(), 3);
}

#[test]
fn the_list_hides_nothing() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path());
    assert!(store.list().unwrap().is_empty());
    let whole = begin(&store);
    let live = store.folder();
    fs::create_dir(live.join("2026-0302-b")).unwrap();
    fs::create_dir(live.join("2026-0302-c")).unwrap();
    fs::write(live.join("2026-0302-c/record.jsonl"), "garbage\n").unwrap();
    fs::create_dir(live.join("copy of a")).unwrap();
    symlink(&whole.folder, live.join("2026-0302-d")).unwrap();
    fs::create_dir(live.join("2026-0302-e")).unwrap();
    symlink(whole.folder.join("record.jsonl"), live.join("2026-0302-e/record.jsonl")).unwrap();

    let listed = store.list().unwrap();
    let found: Vec<_> = listed.iter().map(|l| (l.id.as_str(), &l.found)).collect();
    assert_eq!(found.len(), 6);
    let Found::Intact(summary) = found[0].1 else { panic!("{:?}", found[0]) };
    assert_eq!((summary.title.as_str(), summary.count), ("门户网站被篡改", 1));
    assert!(matches!(found[1].1, Found::Unfinished));
    assert!(matches!(found[2].1, Found::Faulty(StoreError::Damaged { .. })));
    assert!(matches!(found[3].1, Found::Faulty(StoreError::NotPlain { .. })), "{:?}", found[3]);
    assert!(matches!(found[4].1, Found::Faulty(StoreError::NotPlain { .. })), "{:?}", found[4]);
    assert!(matches!(found[5].1, Found::Faulty(StoreError::BadName { .. })));
    let next = store.create(vec![draft(9, opened())], &[pack_text()]).unwrap();
    assert_eq!(next.id, "2026-0302-f", "what is taken stays taken");
}

#[test]
fn an_exercise_lies_elsewhere_and_is_never_taken_for_a_live_incident() {
    let home = tempfile::tempdir().unwrap();
    let live = store(home.path());
    let clock = Arc::new(FixedClock::new(at("2026-03-01T17:30:00Z")));
    let game = FsStore::new(home.path(), Mode::Exercise, clock, alice(), Zone::System);
    let record = begin(&game);
    let path = record.folder.join("record.exercise.jsonl");
    assert!(path.starts_with(home.path().join("exercise")) && path.exists());
    assert!(live.ids().unwrap().is_empty());

    let folder = live.folder().join("2026-0302-a");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(path, folder.join("record.jsonl")).unwrap();
    let Err(StoreError::Damaged { problem, .. }) = live.open("a") else { panic!("passed off") };
    assert_eq!(problem.wrong, Wrong::ModeChanged { was: Mode::Live, is: Mode::Exercise });
}

#[test]
fn a_changed_or_missing_law_is_said_and_the_record_still_opens() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path());
    let record = begin(&store);
    let packs = record.folder.join("packs");
    let text = fs::read_dir(&packs).unwrap().next().unwrap().unwrap().path();
    fs::write(&text, "(id: \"other\")\n").unwrap();
    let fault = store.open("a").unwrap().packs[0].text().unwrap_err().clone();
    assert!(matches!(fault, PackFault::Changed { .. }), "{fault}");
    fs::remove_file(&text).unwrap();
    let fault = store.open("a").unwrap().packs[0].text().unwrap_err().clone();
    assert!(matches!(fault, PackFault::Missing { .. }), "{fault}");
}

#[test]
fn a_lock_that_somebody_holds_for_long_keeps_nobody_from_reading() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path()).with_lock_wait(Duration::from_millis(30));
    let mut record = begin(&store);
    add(&store, &mut record, 1, "one").unwrap();
    let mut follower = store.open("a").unwrap();
    let lock = fs::File::open(record.folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let line = |record: &Record, n, text: &str| {
        let entry = jishi::domain::event::Entry { n, ..record.entries[1].clone() };
        let entry =
            jishi::domain::event::Entry { id: format!("{n:032x}"), event: noted(text), ..entry };
        encode(&entry, record.head()).unwrap().bytes
    };
    // A whole line and the half of another one, as a writer leaves them that is stopped in between.
    let path = record.folder.join("record.jsonl");
    let whole = line(&record, 2, "two");
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&whole).unwrap();
    file.write_all(&whole[..whole.len() / 2]).unwrap();
    for read in [store.open("a"), store.refresh(&mut follower).map(|_| follower.clone())] {
        let read = read.unwrap();
        assert_eq!(read.entries.len(), 3);
        assert!(read.busy.is_some() && read.torn.is_none() && read.problem.is_none());
    }
    assert!(matches!(add(&store, &mut record, 3, "x"), Err(StoreError::Locked { .. })));
    lock.unlock().unwrap();
    let read = store.open("a").unwrap();
    assert!(read.busy.is_none() && read.torn.is_some(), "now it is damage");
    assert!(add(&store, &mut record, 3, "x").unwrap() >= 1);
}

#[test]
fn nobody_is_advised_to_end_a_process_that_does_not_hold_the_lock() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path()).with_lock_wait(Duration::from_millis(30));
    let mut record = begin(&store);
    let path = record.folder.join("lock");
    let lock = fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    lock.lock().unwrap();
    // A process that is gone, one that is there, and nothing that can be read.
    for pid in [u32::MAX - 7, 1, std::process::id() + 1] {
        let text = format!("{{\"pid\":{pid},\"who\":\"bob\",\"since\":\"x\"}}");
        lock.write_all_at(format!("{text:<511}\n").as_bytes(), 0).unwrap();
        let err = add(&store, &mut record, 1, "x").unwrap_err();
        let said = err.to_string();
        assert!(said.contains("another process (the last to write was `bob`)"), "{said}");
        assert!(!err.hints().join(" ").contains("end it"), "{:?}", err.hints());
    }
    lock.set_len(0).unwrap();
    let said = add(&store, &mut record, 1, "x").unwrap_err().to_string();
    assert!(said.contains("written to by another process;"), "{said}");
    // This process does hold it.
    let text = format!("{{\"pid\":{},\"who\":\"bob\",\"since\":\"x\"}}", std::process::id());
    lock.write_all_at(format!("{text:<511}\n").as_bytes(), 0).unwrap();
    let err = add(&store, &mut record, 1, "x").unwrap_err();
    assert_eq!(err.hints().join(" ").contains("end it"), cfg!(target_os = "linux"), "{err}");
}

#[test]
fn who_waits_for_the_lock_is_told_who_holds_it() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path()).with_lock_wait(Duration::from_millis(30));
    let mut record = begin(&store);
    let mut other = record.clone();
    let done = store.append(&mut record, |_| {
        let err = add(&store, &mut other, 1, "x").unwrap_err();
        let (pid, text) = (std::process::id(), err.to_string());
        let says = format!("`root (sudo: alice)` (process {pid}, since 2026-03-01T17:30:00Z)");
        assert!(text.contains(&says), "{text}");
        assert_eq!(err.exit_code(), 3);
        Ok::<_, Infallible>(vec![])
    });
    assert!(done.unwrap().unwrap().is_empty());
    assert_eq!(add(&store, &mut other, 1, "x").unwrap(), 1, "and later it goes through");
}

/// Overwrites one byte in place; the length stays.
fn overwrite(path: &Path, at: u64, byte: u8) {
    use std::os::unix::fs::FileExt as _;
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&[byte], at).unwrap();
}

#[test]
fn an_open_record_that_is_changed_further_up_is_noticed_and_never_added_to() {
    for behind in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let store = store(home.path());
        let mut open = begin(&store);
        for i in 0..4 {
            add(&store, &mut open, i, "note").unwrap();
        }
        let path = open.folder.join("record.jsonl");
        overwrite(&path, 700, b'~');
        if behind {
            // Half a line of somebody else's behind it, as a crash leaves it.
            let mut torn = fs::OpenOptions::new().append(true).open(&path).unwrap();
            std::io::Write::write_all(&mut torn, b"{\"e\":{\"at\":").unwrap();
        }
        let before = fs::read(&path).unwrap();
        let seen = store.refresh(&mut open);
        assert!(matches!(seen, Err(StoreError::Damaged { .. })), "{seen:?}");
        let tried = store.append(&mut open, |_| Ok::<_, Infallible>(vec![draft(0xf, noted("x"))]));
        assert!(matches!(tried, Err(StoreError::Damaged { .. })), "{tried:?}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn an_open_record_whose_newest_entry_is_changed_in_place_is_not_built_on() {
    let home = tempfile::tempdir().unwrap();
    let store = store(home.path());
    let mut open = begin(&store);
    add(&store, &mut open, 1, "note").unwrap();
    let path = open.folder.join("record.jsonl");
    let long = fs::metadata(&path).unwrap().len();
    overwrite(&path, long - 200, b'~');
    let before = fs::read(&path).unwrap();
    let tried = store.append(&mut open, |_| Ok::<_, Infallible>(vec![draft(0xf, noted("x"))]));
    assert!(tried.is_err());
    assert_eq!(fs::read(&path).unwrap(), before);
    // Opened anew, it is damage at the end, which the next entry answers for.
    let mut anew = store.open(&open.id).unwrap();
    assert!(anew.torn.is_some());
    add(&store, &mut anew, 2, "after").unwrap();
    assert!(check_path(&path).unwrap().intact());
}
