//! Many writers at once, and writers killed at any moment.

use std::fs::File;
use std::process::Stdio;
use std::time::Duration;

use jishi::host::store::check_path;

use crate::writer::{acks, begin, judge, start};

#[test]
fn twenty_processes_at_once_lose_nothing_and_fork_nothing() {
    let home = tempfile::tempdir().unwrap();
    let file = begin(home.path());
    let children: Vec<_> = (0..20).map(|_| start(home.path(), 10, Stdio::piped())).collect();
    let mut said = Vec::new();
    for child in children {
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success());
        said.extend(acks(&String::from_utf8(out.stdout).unwrap()));
    }
    assert_eq!(said.len(), 200);
    judge(&file, b"", &said);
    let report = check_path(&file).unwrap();
    assert!(report.intact());
    assert_eq!((report.chain.count, report.chain.recovered), (201, 0));
}

#[test]
fn what_was_acknowledged_survives_kill_9_of_several_writers_at_any_moment() {
    let kills = if crate::full() { 500 } else { 60 };
    let home = tempfile::tempdir().unwrap();
    let file = begin(home.path());
    let printed = home.path().join("acks");
    let (mut before, mut said, mut killed) = (Vec::new(), Vec::new(), 0);
    // Not the same moments in every run, and no crate for it.
    let mut state = u64::from(std::process::id()) | 1;
    let mut random = move |most: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    while killed < kills {
        let mut writers: Vec<_> = (0..3)
            .map(|i| {
                let path = printed.with_extension(i.to_string());
                (start(home.path(), 100_000, File::create(&path).unwrap().into()), path)
            })
            .collect();
        std::thread::sleep(Duration::from_millis(20));
        for (child, _) in &mut writers {
            std::thread::sleep(Duration::from_micros(random(9000)));
            child.kill().unwrap();
            child.wait().unwrap();
            killed += 1;
        }
        for (_, path) in writers {
            said.extend(acks(&std::fs::read_to_string(path).unwrap()));
        }
        before = judge(&file, &before, &said);
    }
    assert!(said.len() > 20, "{} acknowledgements", said.len());
    // The next one goes on from there.
    let out = start(home.path(), 1, Stdio::piped()).wait_with_output().unwrap();
    assert!(out.status.success());
    said.extend(acks(&String::from_utf8(out.stdout).unwrap()));
    judge(&file, &before, &said);
    let report = check_path(&file).unwrap();
    assert!(report.intact(), "{:?}", report.problem);
    println!(
        "{killed} kills, {} acknowledged, {} entries, {} answers",
        said.len(),
        report.chain.count,
        report.chain.recovered
    );
}
