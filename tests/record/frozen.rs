//! The form of the file never changes: an old record still reads, and today's bytes are yesterday's.
//!
//! If a test here fails, the change that made it fail would orphan every record out there. Add a new
//! version instead; nothing under `v1/` and no literal here is ever edited.

use jishi::domain::event::{Entry, Event};
use jishi::record::{Chain, Digest, Limits, Wrong, check, check_bytes, decode, encode};

use crate::common::{by_watch, entry, every_kind, in_zones, lines, taken_over, written};

const EVERY_KIND: &[u8] = include_bytes!("v1/every-kind.jsonl");
const NEWER: &[u8] = include_bytes!("v1/with-newer-entries.jsonl");

const BY_UID: &[u8] = include_bytes!("v1/by-uid.jsonl");
const WATCHES: &[u8] = include_bytes!("v1/with-watches.jsonl");
const WATCHES_HEAD: &str = "4a50780bb288c2baba5dcc3cbb2c11c5547abb3301a9a963f2dac99adbef2978";
const ZONES: &[u8] = include_bytes!("v1/with-zones.jsonl");

const TAKEN_OVER: &[u8] = include_bytes!("v1/took-over-by-name.jsonl");
const TAKEN_OVER_HEAD: &str = "90ee01925b055535ea05c0a99200e4fe4ef815254653afe6e47b9cdcb086b71b";
const ZONES_HEAD: &str = "6baf16d3db99b3227f08c4dfb49e00c84d9ab4c5f6dc918ed3a7d79fba836e6a";
const HEAD: &str = "6491045d9567519cae677549fb889c288a71b31e246cebb57dda726e1a1e4f9f";

#[test]
fn the_first_lines_are_these_bytes() {
    let now = lines(every_kind());
    let opened = r#"{"e":{"at":"2026-03-01T17:30:00Z","boot":{"id":"0d6f1c8a-5a0e-4b0c-9f65-0a4a3b7f1f11","ms":1000},"by":{"host":"jump1","login":"root","ssh":"192.0.2.7","sudo":"alice","tty":"/dev/pts/0"},"clock":{"maxerror_us":2500,"sync":"yes"},"data":{"packs":[{"edition":"2025-11-01","id":"cn-cac-2025","sha256":"f4fd2b9f324334527b532c3c571ff674477ee8632c802124aff4d7d699444171"}],"record":"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a","title":"门户网站被篡改"},"id":"00000000000000000000000000000000","kind":"opened","mode":"live","n":0,"prev":"0000000000000000000000000000000000000000000000000000000000000000","v":1},"h":"a5a2f7f172b367d6210c439856a813acb595a7059e0601f54dd25c6b4a15e998"}"#;
    let answered = r#"{"e":{"at":"2026-03-01T17:31:01.500Z","boot":{"id":"0d6f1c8a-5a0e-4b0c-9f65-0a4a3b7f1f11","ms":1001},"by":{"login":"bob"},"clock":{"sync":"unknown"},"data":{"note":"值班电话\n\"确认\"\t\\","set":{"direct_loss_rmb":"?","pi_persons":"1000000","site_down":"PT2H30M"}},"happened_at":"2026-03-01T17:10:00Z","id":"00000000000000000000000000000001","kind":"answered","mode":"live","n":1,"prev":"a5a2f7f172b367d6210c439856a813acb595a7059e0601f54dd25c6b4a15e998","v":1},"h":"137bcd492d57c8b36022c0811a4eee18248c7fc1be04d8b30a49e9900ccbea4d"}"#;
    assert_eq!(String::from_utf8_lossy(&now[0]), format!("{opened}\n"));
    assert_eq!(String::from_utf8_lossy(&now[1]), format!("{answered}\n"));
}

#[test]
fn every_kind_is_written_as_it_was() {
    let now = lines(every_kind());
    for (then, now) in EVERY_KIND.split_inclusive(|&c| c == b'\n').zip(&now) {
        assert_eq!(String::from_utf8_lossy(then), String::from_utf8_lossy(now));
    }
    assert_eq!(EVERY_KIND, now.concat());
}

#[test]
fn entries_keep_the_zone_of_their_writer_as_they_did() {
    let now = written(in_zones()).concat();
    assert_eq!(String::from_utf8_lossy(ZONES), String::from_utf8_lossy(&now));
    let mut read = Vec::new();
    let report = check(ZONES, Chain::start(), Limits::default(), |e: Entry| read.push(e)).unwrap();
    assert!(report.intact(), "{:?}", report.problem);
    assert_eq!(read, in_zones());
    assert_eq!(report.chain.head.to_string(), ZONES_HEAD);
    // A reader passes over what it does not know of a clock; so will those of before the zone.
    let line = std::str::from_utf8(ZONES.split(|&c| c == b'\n').next().unwrap()).unwrap();
    let e = line[5..line.len() - 72].replacen(r#""sync":"#, r#""later":"x","sync":"#, 1);
    let line = format!(r#"{{"e":{e},"h":"{}"}}"#, Digest::of(e.as_bytes()));
    assert_eq!(decode(line.as_bytes()).unwrap().entry, in_zones()[0]);
}

#[test]
fn times_from_a_watch_are_marked_as_they_were() {
    let now = written(by_watch()).concat();
    assert_eq!(String::from_utf8_lossy(WATCHES), String::from_utf8_lossy(&now));
    let mut read = Vec::new();
    let report =
        check(WATCHES, Chain::start(), Limits::default(), |e: Entry| read.push(e)).unwrap();
    assert!(report.intact(), "{:?}", report.problem);
    assert_eq!(read, by_watch());
    assert_eq!(report.chain.head.to_string(), WATCHES_HEAD);
}

#[test]
fn who_took_over_is_written_by_name_as_it_was_and_may_be_left_out() {
    let now = written(taken_over()).concat();
    assert_eq!(String::from_utf8_lossy(TAKEN_OVER), String::from_utf8_lossy(&now));
    let mut read = Vec::new();
    let each = |e: Entry| read.push(e);
    let report = check(TAKEN_OVER, Chain::start(), Limits::default(), each).unwrap();
    assert!(report.intact(), "{:?}", report.problem);
    assert_eq!(read, taken_over());
    assert_eq!(report.chain.not_understood, 0);
    assert_eq!(check_bytes(TAKEN_OVER).chain, report.chain);
    assert_eq!(report.chain.head.to_string(), TAKEN_OVER_HEAD);
}

#[test]
fn the_old_record_reads_back_as_what_was_meant() {
    let mut read = Vec::new();
    let report =
        check(EVERY_KIND, Chain::start(), Limits::default(), |e: Entry| read.push(e)).unwrap();
    assert!(report.intact(), "{:?}", report.problem);
    let meant: Vec<Entry> = (0..).zip(every_kind()).map(|(n, event)| entry(n, event)).collect();
    assert_eq!(read, meant);
    assert_eq!(report.chain.count, 13);
    assert_eq!(report.chain.head.to_string(), HEAD);
    assert_eq!(report.chain.record.as_deref(), Some("5a".repeat(32).as_str()));
}

/// Entries of users whose numbers are known.
fn by_uid() -> Vec<Entry> {
    let kinds = every_kind();
    let events = [&kinds[0], &kinds[1], &kinds[4], &kinds[5], &kinds[7], &kinds[10], &kinds[11]];
    let uids = [Some(0), Some(u32::MAX), None, Some(61_001)];
    let entry = |(n, event): (u64, &Event)| {
        let mut entry = entry(n, event.clone());
        entry.by.uid = uids[usize::try_from(n).unwrap() % uids.len()];
        entry
    };
    (0..).zip(events).map(entry).collect()
}

#[test]
fn the_number_of_a_user_is_written_and_read_as_it_was() {
    let mut chain = Chain::start();
    let mut now = Vec::new();
    for entry in by_uid() {
        let line = encode(&entry, chain.head).unwrap();
        chain.follow(&line.bytes).unwrap();
        now.extend(line.bytes);
    }
    assert_eq!(String::from_utf8_lossy(BY_UID), String::from_utf8_lossy(&now));
    let mut read = Vec::new();
    let report = check(BY_UID, Chain::start(), Limits::default(), |e: Entry| read.push(e)).unwrap();
    assert!(report.intact(), "{:?}", report.problem);
    assert_eq!(read, by_uid());
    assert_eq!(check_bytes(BY_UID).chain, report.chain);
}

#[test]
fn a_record_with_entries_of_a_newer_program_opens_and_says_so() {
    let mut read = Vec::new();
    let report = check(NEWER, Chain::start(), Limits::default(), |e: Entry| read.push(e)).unwrap();
    assert!(report.intact(), "{:?}", report.problem);
    assert_eq!(report.chain.not_understood, 2);
    // An unknown kind, an unknown field in a known kind, a newer version of a known kind.
    assert_eq!(
        read[1].event,
        Event::NotUnderstood { kind: "kept_elsewhere".to_owned(), began: None }
    );
    assert_eq!(read[2].event, Event::Noted { text: "still read".to_owned() });
    assert_eq!(read[3].event, Event::NotUnderstood { kind: "noted".to_owned(), began: None });
    assert_eq!(read[4].event, Event::Noted { text: "and on".to_owned() });
}

#[test]
fn a_record_that_a_newer_program_began_opens_with_its_name_and_checks() {
    // Byte by byte what a version 2 might write; never edited.
    const NEWER_FROM_THE_FIRST: &[u8] = include_bytes!("v2/begun-by-a-newer-version.jsonl");
    let mut read = Vec::new();
    let each = |e: Entry| read.push(e);
    let report = check(NEWER_FROM_THE_FIRST, Chain::start(), Limits::default(), each).unwrap();
    assert!(report.intact(), "{:?}", report.problem);
    assert_eq!(report, check_bytes(NEWER_FROM_THE_FIRST), "looking and reading agree");
    assert_eq!((report.chain.count, report.chain.not_understood), (3, 2));
    assert_eq!(report.chain.record.as_deref(), Some("5a".repeat(32).as_str()));
    let (record, title, packs) = read[0].event.beginning().unwrap();
    assert_eq!((record, title, packs.len()), ("5a".repeat(32).as_str(), "门户网站被篡改", 1));
    assert_eq!(read[2].event, Event::Noted { text: "by an older program".to_owned() });
    // Without an id it is nobody's record.
    let nameless =
        String::from_utf8_lossy(NEWER_FROM_THE_FIRST).replace("\"record\"", "\"recrod\"");
    let line = nameless.lines().next().unwrap();
    let e = &line[5..line.len() - 72];
    let again = format!("{{\"e\":{e},\"h\":\"{}\"}}\n", Digest::of(e.as_bytes()));
    let wrong = check_bytes(again.as_bytes()).problem.unwrap().wrong;
    assert_eq!(wrong, Wrong::BadRecordId);
    // And what begins with something else is no record, of whatever version.
    let e = e.replace("\"recrod\"", "\"record\"").replace("\"opened\"", "\"begun\"");
    let other = format!("{{\"e\":{e},\"h\":\"{}\"}}\n", Digest::of(e.as_bytes()));
    let wrong = check_bytes(other.as_bytes()).problem.unwrap().wrong;
    assert_eq!(wrong, Wrong::NotOpened { kind: "begun".to_owned() });
}

#[test]
fn what_is_not_understood_cannot_be_written_again() {
    let event = Event::NotUnderstood { kind: "kept_elsewhere".to_owned(), began: None };
    let err = encode(&entry(0, event), Digest::NONE).unwrap_err();
    assert!(err.to_string().contains("`kept_elsewhere`"), "{err}");
}

#[test]
fn an_entry_that_is_whole_but_not_readable_is_named() {
    let line = |e: &str| format!(r#"{{"e":{e},"h":"{}"}}"#, Digest::of(e.as_bytes()));
    let good = std::str::from_utf8(EVERY_KIND.split(|&c| c == b'\n').next().unwrap()).unwrap();
    let good = good.strip_prefix(r#"{"e":"#).unwrap();
    let good = &good[..good.len() - 72];
    assert!(decode(line(good).as_bytes()).is_ok());
    for (from, to, says) in [
        (r#""v":1"#, r#""v":0"#, "there is no version 0"),
        (r#""n":0"#, r#""n":0,"n":1"#, "duplicate field `n`"),
        (r#""n":0"#, r#""n":-1"#, "invalid value"),
        (r#""kind":"opened","#, "", "missing field `kind`"),
        (r#""at":"2026"#, r#""at":"26"#, "`at` is not a time"),
        (r#""prev":"00"#, r#""prev":"0"#, "`prev` is not 64"),
        (r#""title":"#, r#""titel":"#, "missing field `title`"),
        (r#""mode":"live""#, r#""mode":"play""#, "unknown variant `play`"),
        (r#""login":"root""#, r#""login":"ro\u001b[31m""#, "control character"),
        (r#""login":"root""#, "\"login\":\"ro\u{7f}\"", "control character"),
        (r#""login":"root""#, "\"login\":\"ro\u{9b}\"", "control character"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        let wrong = decode(line(&bad).as_bytes()).unwrap_err();
        assert!(wrong.to_string().contains(says), "{to}: {wrong}");
    }
    assert_eq!(decode(line("[1]").as_bytes()), Err(Wrong::NotALine));
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(decode(line(&deep).as_bytes()), Err(Wrong::Unreadable { .. })));
}

#[test]
fn lines_and_records_of_any_length_are_refused_in_bounded_memory() {
    // 100 MB without a line feed, made up on the way.
    let endless = std::io::BufReader::new(std::io::Read::take(std::io::repeat(b'a'), 100 << 20));
    let report = check(endless, Chain::start(), Limits::default(), drop).unwrap();
    assert_eq!(report.problem.unwrap().wrong, Wrong::LineTooLong { most: 1 << 20 });
    let report = check(EVERY_KIND, Chain::start(), Limits { total: 2000 }, drop).unwrap();
    assert_eq!(report.problem.unwrap().wrong, Wrong::TooLong { most: 2000 });
    assert_eq!(check_bytes(b"").problem.unwrap().wrong, Wrong::Empty);
}
