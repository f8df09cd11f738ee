//! Processes that write until they are stopped, and the check of what they acknowledged.

use std::convert::Infallible;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jishi::domain::event::Mode;
use jishi::domain::time::Zone;
use jishi::host::clock::SystemClock;
use jishi::host::store::{Draft, FsStore};
use jishi::record::check_bytes;

use crate::common::{Unsynced, alice, draft, noted, opened, pack_text};

/// A store with the machine's clock that waits long for the lock.
pub(crate) fn store(home: &Path) -> FsStore {
    FsStore::new(home, Mode::Live, Arc::new(SystemClock::new()), alice(), Zone::System)
        .with_lock_wait(Duration::from_secs(60))
}

/// Begins the only incident of a home; returns the path of its record.
pub(crate) fn begin(home: &Path) -> std::path::PathBuf {
    let record = store(home).create(vec![draft(0xa, opened())], &[pack_text()]).unwrap();
    record.folder.join("record.jsonl")
}

/// Starts a process that adds `count` entries and prints each once it is acknowledged.
pub(crate) fn start(home: &Path, count: u64, acks: Stdio) -> Child {
    let (program, args) = command();
    Command::new(program)
        .args(args)
        .env("JISHI_TEST_WRITER", home)
        .env("JISHI_TEST_COUNT", count.to_string())
        .stdout(acks)
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What runs [`a_writer_in_a_process`] alone.
pub(crate) fn command() -> (std::path::PathBuf, [&'static str; 3]) {
    let args = ["--exact", "writer::a_writer_in_a_process", "--nocapture"];
    (std::env::current_exe().unwrap(), args)
}

/// Not a test of its own: what those processes run.
#[test]
fn a_writer_in_a_process() {
    let Some(home) = std::env::var_os("JISHI_TEST_WRITER") else { return };
    let count: u64 = std::env::var("JISHI_TEST_COUNT").unwrap().parse().unwrap();
    let mut store = store(Path::new(&home));
    if std::env::var_os("JISHI_TEST_NO_SYNC").is_some() {
        store = store.with_disk(Arc::new(Unsynced));
    }
    let id = store.ids().unwrap().remove(0);
    let mut record = store.open(&id).unwrap();
    let mut out = io::stdout();
    for i in 0..count {
        let long = "长".repeat(usize::try_from(i * 37 % 2000).unwrap());
        let new = Draft::new(noted(&format!("{} {i} {long}", std::process::id()))).unwrap();
        let done = store.append(&mut record, |_| Ok::<_, Infallible>(vec![new.clone()])).unwrap();
        let Ok(entries) = done;
        assert_eq!(entries.len(), 1);
        // One write, so that half an acknowledgement is never read.
        writeln!(out, "\nack {} {}", entries[0].id, record.head()).unwrap();
    }
}

/// The acknowledgements in what writers printed: the line that must be in the record, by its digest.
pub(crate) fn acks(printed: &str) -> Vec<String> {
    let whole = printed.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let heads = whole.lines().filter_map(|l| l.strip_prefix("ack ")?.split(' ').nth(1));
    heads.filter(|head| head.len() == 64).map(str::to_owned).collect()
}

/// Checks that each acknowledged line is there once, that the file begins with what it held `before`,
/// and that nothing but damage at its end is wrong; returns its bytes.
pub(crate) fn judge(file: &Path, before: &[u8], acks: &[String]) -> Vec<u8> {
    let now = fs::read(file).unwrap();
    assert!(now.starts_with(before), "the file only grows");
    let report = check_bytes(&now);
    assert!(report.intact() || report.torn.is_some(), "{:?}", report.problem);
    let end = usize::try_from(report.chain.bytes).unwrap();
    let mut heads: Vec<&[u8]> = now[..end]
        .split(|&c| c == b'\n')
        .filter_map(|line| line.strip_suffix(b"\"}")?.get(line.len() - 66..))
        .collect();
    heads.sort_unstable();
    for ack in acks {
        let (from, to) = (
            heads.partition_point(|h| *h < ack.as_bytes()),
            heads.partition_point(|h| *h <= ack.as_bytes()),
        );
        assert_eq!(to - from, 1, "{ack} was acknowledged");
    }
    now
}
