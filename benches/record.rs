//! The record against the machine: each figure beside the raw operation, in the same run.
//!
//! Method: release build, one process, interleaved rounds (the machine's own pace moves by a factor
//! of four between runs, so only the ratios count), medians. A folder under the target folder, so on
//! the disk and not in memory.
//! - `append`: p50 of `FsStore::append` of one entry of usual length, against one `write` of the same
//!   bytes with O_APPEND and one `fdatasync`, alternating. Bar: 1.3.
//! - `verify`: `check_path` over 1,000,000 entries, against reading the same file whole and hashing it
//!   in one go, one core. The growth of the process's greatest memory is printed. Bar: 2.
//! - `open`: open, verify and fold an incident of 10,000 entries. Bar: 100 ms.
//! - `board`: a list of 2,000 incidents of 12 entries, each verified and folded, its head held against
//!   the one that is remembered; and the whole program, from its start on a terminal of 80x24 to the frame
//!   that shows the soonest of them. Bar: 200 ms to that frame.
//!
//! Run: `cargo bench --bench record`, or with names of figures as arguments. Figures are in the closing
//! notes, never in assertions.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures, prints and may fail loudly"
)]

#[allow(unreachable_pub, dead_code, reason = "shared by benches")]
mod common;

use std::convert::Infallible;
use std::fs::{self, File, OpenOptions};
use std::hint::black_box;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{contains, on_terminal, read_until};
use jishi::domain::event::{Boot, ClockQuality, Entry, Event, Mode, PackPin, Sync, Who};
use jishi::domain::law::Pack;
use jishi::domain::time::Zone;
use jishi::host::clock::SystemClock;
use jishi::host::desk::Desk;
use jishi::host::heads::Heads;
use jishi::host::store::{Draft, FsStore, PackText, check_path};
use jishi::packs;
use jishi::record::{Digest, encode};
use sha2::{Digest as _, Sha256};

fn who() -> Who {
    Who {
        login: "root".to_owned(),
        sudo: Some("alice".to_owned()),
        ssh: Some("192.0.2.7".to_owned()),
        tty: Some("/dev/pts/0".to_owned()),
        host: Some("jump1".to_owned()),
        uid: Some(0),
    }
}

fn store(root: &Path) -> FsStore {
    FsStore::new(root, Mode::Live, Arc::new(SystemClock::new()), who(), Zone::System)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn pack() -> Arc<Pack> {
    Arc::new(packs::builtin_pack("cn-cac-2025").expect("built in").expect("loads"))
}

fn entry(n: u64, event: Event) -> Entry {
    Entry {
        n,
        id: format!("{n:032x}"),
        at: chrono::DateTime::from_timestamp_millis(1_772_386_200_000 + i64::try_from(n).unwrap())
            .unwrap(),
        happened_at: None,
        happened_by: None,
        by: Who { login: "alice".to_owned(), ..Who::default() },
        mode: Mode::Live,
        boot: Boot { id: "0d6f1c8a-5a0e-4b0c-9f65-0a4a3b7f1f11".to_owned(), ms: 1000 + n },
        clock: ClockQuality { sync: Sync::Yes, maxerror_us: Some(2500), zone: None },
        event,
    }
}

/// Writes a record of `count` entries, as another program would.
fn write_record(path: &Path, count: u64, id: u64, pack: &Pack) {
    let pin = PackPin { id: pack.id.clone(), edition: "e".to_owned(), sha256: pack.sha256.clone() };
    let mut out = BufWriter::new(File::create(path).unwrap());
    let mut head = Digest::NONE;
    for n in 0..count {
        let event = match n {
            0 => Event::Opened {
                record: format!("{id:064x}"),
                title: "bench".to_owned(),
                packs: vec![pin.clone()],
            },
            n if n % 3 == 0 => Event::Answered {
                set: [("pi_persons".to_owned(), n.to_string())].into(),
                note: None,
                told_by: [].into(),
            },
            n => Event::Noted { text: format!("{n} 日志已保全 firewall rule 12 is in place") },
        };
        let line = encode(&entry(n, event), head).unwrap();
        head = line.head;
        out.write_all(&line.bytes).unwrap();
    }
    out.flush().unwrap();
}

/// An incident's folder with its pack, made once; its record is then replaced.
fn incident(root: &Path) -> (FsStore, String) {
    let (store, pack) = (store(root), pack());
    let text = PackText {
        id: pack.id.clone(),
        sha256: pack.sha256.clone(),
        text: pack.source_text.to_string(),
    };
    let pin = PackPin { id: pack.id.clone(), edition: "e".to_owned(), sha256: pack.sha256.clone() };
    let event =
        Event::Opened { record: "5a".repeat(32), title: "bench".to_owned(), packs: vec![pin] };
    let record = store.create(vec![Draft::new(event).unwrap()], &[text]).unwrap();
    (store, record.id)
}

fn append(root: &Path) {
    let (store, id) = incident(root);
    let mut record = store.open(&id).unwrap();
    let raw = root.join("raw");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut long = 0;
    for i in 0..1500 {
        let draft =
            Draft::new(Event::Noted { text: format!("{i} firewall rule 12 is in place") }).unwrap();
        let before = record.chain().bytes;
        let start = Instant::now();
        let Ok(done) =
            store.append(&mut record, |_| Ok::<_, Infallible>(vec![draft.clone()])).unwrap();
        ours.push(start.elapsed());
        black_box(done);
        long = usize::try_from(record.chain().bytes - before).unwrap();
        let bytes = vec![b'x'; long];
        let mut file = OpenOptions::new().create(true).append(true).open(&raw).unwrap();
        let start = Instant::now();
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
        theirs.push(start.elapsed());
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "append: p50 {ours:?} for {long} bytes; write + fdatasync {theirs:?}; ratio {:.2}",
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
}

fn peak_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Seconds of processor time that this process has used.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = |i| rest.split_whitespace().nth(i).and_then(|n| n.parse::<f64>().ok());
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0
}

fn verify(root: &Path) {
    let path = root.join("million.jsonl");
    write_record(&path, 1_000_000, 1, &pack());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let before = peak_kb();
    let (mut our_cpu, mut their_cpu) = (0.0, 0.0);
    for _ in 0..5 {
        let used = cpu();
        let start = Instant::now();
        let report = check_path(&path).unwrap();
        ours.push(start.elapsed());
        assert!(report.intact() && report.chain.count == 1_000_000);
        our_cpu += cpu() - used;
        let used = cpu();
        let start = Instant::now();
        let mut file = File::open(&path).unwrap();
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let n = file.read(&mut buffer).unwrap();
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
        }
        black_box(hasher.finalize());
        theirs.push(start.elapsed());
        their_cpu += cpu() - used;
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "verify: {ours:?} for 1,000,000 entries ({} MB); read + hash {theirs:?}; ratio {:.2}; \
         processor time {:.2} s and {:.2} s; {} kB more at the peak",
        fs::metadata(&path).unwrap().len() / 1_000_000,
        ours.as_secs_f64() / theirs.as_secs_f64(),
        our_cpu / 5.0,
        their_cpu / 5.0,
        peak_kb() - before
    );
    fs::remove_file(path).unwrap();
}

fn desk(store: &FsStore) -> Desk {
    let clock = Arc::new(SystemClock::new());
    Desk::new(store.clone(), vec![pack()], clock, Zone::System)
}

fn open(root: &Path) {
    let (store, id) = incident(root);
    write_record(&store.folder().join(&id).join("record.jsonl"), 10_000, 1, &pack());
    let desk = desk(&store);
    let mut times = Vec::new();
    for _ in 0..21 {
        let start = Instant::now();
        let (incident, _) = black_box(desk.open(&id).unwrap());
        times.push(start.elapsed());
        assert_eq!(incident.entries.len(), 10_000);
    }
    println!("open: {:?} for 10,000 entries, verified and folded", median(times));
}

fn board(root: &Path) {
    let (store, id) = incident(root);
    let (from, pack) = (store.folder().join(&id), pack());
    write_record(&from.join("record.jsonl"), 12, 1, &pack);
    let pack_file = fs::read_dir(from.join("packs")).unwrap().flatten().next().unwrap().path();
    for i in 0..1999u64 {
        let letters: String = [i / 26 % 26, i % 26]
            .map(|n| char::from(b'a' + u8::try_from(n).unwrap()))
            .iter()
            .collect();
        let to = store.folder().join(format!("2025-{:02}01-{letters}", i / 676 + 1));
        fs::create_dir_all(to.join("packs")).unwrap();
        write_record(&to.join("record.jsonl"), 12, i + 2, &pack);
        fs::write(to.join("lock"), [b' '; 512]).unwrap();
        fs::hard_link(&pack_file, to.join("packs").join(pack_file.file_name().unwrap())).unwrap();
    }
    // As the console does it: each head is held against the one that is remembered. What is
    // remembered is written at the first look, which is not measured.
    let desk = desk(&store).with_heads(Heads::under(&root.join("state")));
    assert_eq!(desk.list().unwrap().len(), 2000);
    let mut times = Vec::new();
    for _ in 0..7 {
        let start = Instant::now();
        let all = black_box(desk.list().unwrap());
        times.push(start.elapsed());
        assert_eq!(all.len(), 2000);
    }
    println!("board: {:?} for 2,000 incidents, each verified and folded", median(times));
    let mut times = Vec::new();
    for _ in 0..7 {
        let start = Instant::now();
        let (mut child, mut main) = on_terminal(root);
        // The title of each; the line that stands there first says only that it is starting.
        let painted = |all: &[u8]| contains(all, b"bench");
        let all = read_until(&mut main, Duration::from_secs(10), painted);
        assert!(painted(&all), "the board was painted");
        times.push(start.elapsed());
        let _ = child.kill();
        let _ = child.wait();
    }
    println!("board: {:?} from the program's start to the frame that shows them", median(times));
}

/// A name, and what measures it in a folder.
type Figure = (&'static str, fn(&Path));

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let figures: [Figure; 4] =
        [("append", append), ("verify", verify), ("open", open), ("board", board)];
    for (name, figure) in figures {
        if asked.is_empty() || asked.iter().any(|a| a == name) {
            let folder = tempfile::Builder::new()
                .prefix("bench-record-")
                .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
                .unwrap();
            figure(folder.path());
        }
    }
}
