use chrono::TimeDelta;

use super::*;
use crate::domain::decide::Refusal;
use crate::domain::event::{Event, Mode, Who};
use crate::domain::time::{parse, parse_offset};
use crate::host::clock::FixedClock;

struct Room {
    _folder: tempfile::TempDir,
    clock: Arc<FixedClock>,
    desk: Desk,
}

fn desk_at(folder: &std::path::Path, clock: &Arc<FixedClock>) -> Desk {
    let zone = Zone::Fixed(parse_offset("+08:00").unwrap());
    let who = Who { login: "alice".to_owned(), ..Who::default() };
    let store = FsStore::new(folder, Mode::Live, clock.clone(), who, zone);
    Desk::new(store, Desk::builtin_shelf().unwrap(), clock.clone(), zone)
}

fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    let start = "2026-03-02T02:11:40+08:00".parse().unwrap();
    let clock = Arc::new(FixedClock::new(start));
    let desk = desk_at(folder.path(), &clock);
    Room { _folder: folder, clock, desk }
}

fn learned() -> Vec<(String, String)> {
    vec![("learned_at".to_owned(), "01:30".to_owned())]
}

fn answer(fact: &str, value: &str) -> Intent {
    Intent::Answer {
        set: vec![(fact.to_owned(), value.to_owned())],
        note: None,
        happened_at: None,
        confirmed: false,
    }
}

#[test]
fn what_is_opened_is_listed_and_reads_back_the_same() {
    let room = room();
    let made = room.desk.create("CRM down", &[], &learned(), false).unwrap();
    let (read, record) = room.desk.open(&made.id).unwrap();
    assert_eq!((read.title.as_str(), read.entries.len()), ("CRM down", 2));
    assert_eq!(read.entries, made.entries);
    assert_eq!(record.chain().count, 2);
    let zone = room.desk.zone();
    let learned = parse("01:30", room.desk.now(), zone).unwrap();
    assert_eq!(read.case.anchors["learned_at"], learned);
    assert!(matches!(&room.desk.list().unwrap()[..], [Listing::Open(_)]));
}

#[test]
fn an_act_is_judged_by_what_is_on_disk_not_by_what_was_read_before() {
    let room = room();
    let id = room.desk.create("CRM down", &[], &learned(), false).unwrap().id;
    let (_, mut stale) = room.desk.open(&id).unwrap();
    room.desk.act(&id, &Intent::Close { because: "false alarm".to_owned() }).unwrap();
    let late = answer("involves_cii", "yes");
    let refused = room.desk.act_on(&mut stale, &late, &Act::first(room.desk.now()).unwrap());
    assert!(matches!(refused, Err(DeskError::Refused(Refusal::Closed { entry: 2 }))));
    assert_eq!(stale.chain().count, 3);
}

#[test]
fn the_same_act_given_twice_counts_once() {
    let room = room();
    let id = room.desk.create("CRM down", &[], &learned(), false).unwrap().id;
    let (_, mut record) = room.desk.open(&id).unwrap();
    let first = Act::first(room.desk.now()).unwrap();
    let again = Act::again(first.attempt().clone());
    for act in [first, again] {
        let entries = room.desk.act_on(&mut record, &answer("involves_cii", "yes"), &act).unwrap();
        assert_eq!(entries[0].n, 2);
        room.clock.advance(TimeDelta::seconds(5));
    }
    assert_eq!(room.desk.open(&id).unwrap().0.entries.len(), 3);
}

#[test]
fn a_refusal_leaves_no_trace() {
    let room = room();
    let id = room.desk.create("CRM down", &[], &learned(), false).unwrap().id;
    let refused = room.desk.act(&id, &answer("pi_persons", "-1"));
    assert!(matches!(refused, Err(DeskError::Refused(Refusal::BadValue { .. }))));
    assert_eq!(room.desk.open(&id).unwrap().0.entries.len(), 2);
}

#[test]
fn a_pack_that_there_is_none_of_is_named_with_the_nearest() {
    let room = room();
    let wrong = room.desk.create("x", &["cn-cac-2024".to_owned()], &learned(), false);
    let Err(DeskError::Pack(PackTrouble::Unknown { nearest, .. })) = wrong else { panic!() };
    assert_eq!(nearest.as_deref(), Some("cn-cac-2025"));
    assert!(room.desk.list().unwrap().is_empty());
}

#[test]
fn an_incident_stays_bound_to_the_text_that_it_began_with() {
    let room = room();
    let id = room.desk.create("CRM down", &[], &learned(), false).unwrap().id;
    let sha = room.desk.shelf()[0].sha256.clone();
    // A program with a newer edition on its shelf.
    let mut newer = desk_at(room._folder.path(), &room.clock);
    let text = newer.shelf[0].source_text.replace("cn-cac-2025", "cn-cac-2027");
    newer.shelf = vec![Arc::new(packs::load("newer.ron", &text).unwrap())];
    let (incident, record) = newer.open(&id).unwrap();
    assert_eq!(incident.case.packs[0].sha256, sha);
    // The text beside the record is changed: nothing else is taken instead.
    let kept = std::fs::read_dir(record.folder.join("packs")).unwrap();
    for file in kept.flatten() {
        std::fs::remove_file(file.path()).unwrap();
        std::fs::write(file.path(), "(format: 1)").unwrap();
    }
    let mut newer_yet = desk_at(room._folder.path(), &room.clock);
    newer_yet.shelf.clear();
    let (incident, record) = newer_yet.open(&id).unwrap();
    assert!(incident.case.packs.is_empty() && incident.title == "CRM down");
    assert_eq!(newer_yet.caveats(&record)[0].kind, CaveatKind::Rules);
    let trouble = newer_yet.act(&id, &answer("involves_cii", "yes"));
    assert!(matches!(trouble, Err(DeskError::Pack(PackTrouble::Pinned { .. }))));
    let note = Intent::Note { text: "rang the vendor".to_owned(), happened_at: None };
    assert_eq!(newer_yet.act(&id, &note).unwrap().1.len(), 1);
    // The right text on the shelf is as good.
    assert_eq!(room.desk.open(&id).unwrap().0.entries.len(), 3);
}

#[test]
fn a_folder_under_another_name_is_listed_as_a_problem() {
    let room = room();
    let (_, record) = {
        let id = room.desk.create("CRM down", &[], &learned(), false).unwrap().id;
        room.desk.open(&id).unwrap()
    };
    std::fs::rename(&record.folder, record.folder.with_file_name("old")).unwrap();
    let listed = room.desk.list().unwrap();
    let [Listing::Problem { id, .. }] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!(id, "old");
    assert!(!record.entries.iter().any(|e| matches!(e.event, Event::Closed { .. })));
}
