//! Honest time: steps, sleeps, zones and sources of the clock, seen by consoles and by commands, with a
//! double of the clock and with libfaketime under the real program.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    dead_code,
    unreachable_pub,
    reason = "helpers of tests stand outside test functions"
)]

mod bare;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use chrono::TimeDelta;
use jishi::app::effect::Msg;
use jishi::domain::decide::Intent;
use jishi::domain::event::{Boot, ClockEvent, ClockQuality, Event, Mode, Sync, Who};
use jishi::domain::time::{Zone, parse_offset};
use jishi::host::clerk::Clerk;
use jishi::host::clock::FixedClock;
use jishi::host::desk::Desk;
use jishi::host::heads::Heads;
use jishi::host::lookout::Lookout;
use jishi::host::store::FsStore;
use jishi::words::Lang;
use terminal::{Seat, entries, jishi, kinds, new_incident, ok, wait_for};

/// One console without its screen: what it looks at, and who writes for it.
struct Console {
    lookout: Lookout,
    clerk: Clerk,
}

impl Console {
    fn open(desk: &Arc<Desk>) -> Self {
        let (clerk, _) = Clerk::start(Arc::clone(desk), Lang::En).unwrap();
        Self { lookout: Lookout::new(Arc::clone(desk)), clerk }
    }

    /// Looks around once; returns how many changes of the clock the user is told.
    fn look(&mut self) -> usize {
        let news = self.lookout.look();
        if let Some(seen) = news.clock {
            for msg in self.clerk.note_clock(&seen, Lang::En) {
                assert!(matches!(msg, Msg::Appended { .. }), "{msg:?}");
            }
        }
        news.msgs.iter().filter(|m| matches!(m, Msg::ClockChanged(_))).count()
    }
}

struct Room {
    _home: tempfile::TempDir,
    clock: Arc<FixedClock>,
    desk: Arc<Desk>,
}

impl Room {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::new("2026-03-02T02:11:40+08:00".parse().unwrap()));
        clock.set_boot(Boot { id: "boot-1".to_owned(), ms: 1_000_000 });
        clock.set_quality(ClockQuality { sync: Sync::Yes, maxerror_us: Some(900), zone: None });
        let zone = Zone::Fixed(parse_offset("+08:00").unwrap());
        let who = Who { login: "alice".to_owned(), ..Who::default() };
        let store = FsStore::new(home.path(), Mode::Live, clock.clone(), who, zone);
        let desk = Desk::new(store, Desk::builtin_shelf().unwrap(), clock.clone(), zone);
        Self { _home: home, clock, desk: Arc::new(desk) }
    }

    fn incident(&self) -> String {
        let learned = [("learned_at".to_owned(), "01:30".to_owned())];
        self.desk.create("CRM down", &[], &learned, false).unwrap().id
    }

    fn changes(&self, id: &str) -> Vec<(ClockEvent, Option<i64>)> {
        let (incident, _) = self.desk.open(id).unwrap();
        let change = |e: &Event| match e {
            Event::ClockChanged { what, ms, .. } => Some((*what, *ms)),
            _ => None,
        };
        incident.entries.iter().filter_map(|e| change(&e.event)).collect()
    }
}

fn note(text: &str) -> Intent {
    Intent::Note { text: text.to_owned(), happened_at: None }
}

#[test]
fn each_change_is_told_by_each_console_and_recorded_once_in_each_open_incident() {
    let room = Room::new();
    let (a, b) = (room.incident(), room.incident());
    let closed = room.incident();
    let withdrawn = [("learned_at".to_owned(), "?".to_owned())];
    let answer =
        Intent::Answer { set: withdrawn.to_vec(), note: None, happened_at: None, confirmed: false };
    room.desk.act(&closed, &answer).unwrap();
    room.desk.act(&closed, &Intent::Close { because: "false alarm".to_owned() }).unwrap();
    let mut consoles: Vec<Console> = (0..4).map(|_| Console::open(&room.desk)).collect();
    let mut look = |told: usize| {
        room.clock.advance(TimeDelta::milliseconds(1000));
        for console in &mut consoles {
            room.clock.advance(TimeDelta::milliseconds(130));
            assert_eq!(console.look(), told);
        }
    };
    look(0);
    room.clock.step(TimeDelta::hours(1));
    look(1);
    room.clock.step(TimeDelta::hours(-1));
    look(1);
    room.clock.suspend(TimeDelta::minutes(40));
    look(1);
    room.clock.set_zone_name("Europe/Berlin");
    look(1);
    room.clock.set_quality(ClockQuality {
        sync: Sync::No,
        maxerror_us: Some(16_000_000),
        zone: None,
    });
    look(1);
    room.clock.set_quality(ClockQuality { sync: Sync::Yes, maxerror_us: Some(900), zone: None });
    room.clock.step(TimeDelta::milliseconds(-300));
    look(2);
    look(0);
    let expected = [
        (ClockEvent::Stepped, Some(3_600_000)),
        (ClockEvent::Stepped, Some(-3_600_000)),
        (ClockEvent::Suspended, Some(2_400_000)),
        (ClockEvent::ZoneChanged, None),
        (ClockEvent::Unsynchronised, None),
        (ClockEvent::Stepped, Some(-300)),
        (ClockEvent::Synchronised, None),
    ];
    assert_eq!(room.changes(&a), expected);
    assert_eq!(room.changes(&b), expected);
    assert_eq!(room.changes(&closed), []);
}

#[test]
fn an_act_after_a_step_is_preceded_by_the_step_in_the_record() {
    let room = Room::new();
    let id = room.incident();
    room.clock.advance(TimeDelta::minutes(1));
    room.desk.act(&id, &note("before")).unwrap();
    room.clock.step(TimeDelta::minutes(-30));
    let (_, added) = room.desk.act(&id, &note("after")).unwrap();
    let kinds: Vec<&str> = added.iter().map(|e| e.event.kind()).collect();
    assert_eq!(kinds, ["clock_changed", "noted"]);
    let (_, added) = room.desk.act(&id, &note("again")).unwrap();
    assert_eq!(added.len(), 1);
    assert_eq!(room.changes(&id), [(ClockEvent::Stepped, Some(-1_800_000))]);
    // The order is by number: the newer entry bears the earlier time.
    let (incident, _) = room.desk.open(&id).unwrap();
    let at = |n: usize| incident.entries[n].at;
    assert!(at(3) < at(2) && incident.entries.iter().enumerate().all(|(i, e)| e.n == i as u64));
}

#[test]
fn a_host_that_is_unsynchronised_from_the_start_says_so_in_each_record_once() {
    let room = Room::new();
    let before = room.incident();
    let unkept = ClockQuality { sync: Sync::No, maxerror_us: Some(16_000_000), zone: None };
    room.clock.set_quality(unkept);
    let mut console = Console::open(&room.desk);
    // Nothing changes while this console looks, and looking records nothing.
    assert_eq!(console.look(), 0);
    assert_eq!(room.changes(&before), []);
    let after = room.incident();
    let kinds = |id: &str| {
        let (incident, _) = room.desk.open(id).unwrap();
        incident.entries.iter().map(|e| e.event.kind().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&after), ["opened", "clock_changed", "answered"]);
    for id in [&before, &after] {
        for text in ["one", "two"] {
            room.desk.act(id, &note(text)).unwrap();
        }
        assert_eq!(room.changes(id), [(ClockEvent::Unsynchronised, None)]);
    }
    assert_eq!(kinds(&before), ["opened", "answered", "clock_changed", "noted", "noted"]);
    // Others on this host know it already; the next start of the host says it again.
    room.clock.set_boot(Boot { id: "boot-2".to_owned(), ms: 4000 });
    room.clock.advance(TimeDelta::hours(1));
    room.desk.act(&before, &note("three")).unwrap();
    assert_eq!(room.changes(&before).len(), 2);
    // A console that sees it kept again records that where the record says otherwise, and there alone.
    let mut console = Console::open(&room.desk);
    let quiet = room.incident();
    let kept = ClockQuality { sync: Sync::Yes, maxerror_us: Some(900), zone: None };
    room.clock.set_quality(kept);
    assert_eq!(console.look(), 1);
    assert_eq!(room.changes(&before).last(), Some(&(ClockEvent::Synchronised, None)));
    room.desk.act(&quiet, &note("four")).unwrap();
    let both = [(ClockEvent::Unsynchronised, None), (ClockEvent::Synchronised, None)];
    assert_eq!(room.changes(&quiet), both);
}

#[test]
fn a_retry_says_of_the_clock_what_is_missing_and_no_more() {
    let room = Room::new();
    let id = room.incident();
    room.clock.set_quality(ClockQuality { sync: Sync::No, ..ClockQuality::default() });
    let (_, mut record) = room.desk.open(&id).unwrap();
    let act = jishi::host::desk::Act::first(room.desk.now()).unwrap();
    for _ in 0..2 {
        room.desk.act_on(&mut record, &note("x"), &act).unwrap();
    }
    assert_eq!(record.entries.len(), 4);
    assert_eq!(room.changes(&id), [(ClockEvent::Unsynchronised, None)]);
}

#[test]
fn an_entry_from_the_future_is_named_before_what_is_recorded_next() {
    let room = Room::new();
    let id = room.incident();
    room.clock.set_boot(Boot { id: "boot-2".to_owned(), ms: 4000 });
    room.clock.step(TimeDelta::hours(-3));
    room.desk.act(&id, &note("after")).unwrap();
    room.desk.act(&id, &note("again")).unwrap();
    assert_eq!(room.changes(&id), [(ClockEvent::Stepped, Some(-10_800_000))]);
    let (incident, record) = room.desk.open(&id).unwrap();
    let Event::ClockChanged { note: Some(note), .. } = &incident.entries[2].event else { panic!() };
    assert_eq!(note, "#1 2026-03-01T18:11:40Z -> 2026-03-01T15:11:40Z");
    // Order is by number: the checker notes it, and finds nothing wrong.
    let chain = record.chain();
    assert_eq!((chain.earlier, chain.first_earlier), (1, Some(2)));
    assert!(record.problem.is_none());
}

#[test]
fn a_restart_of_the_machine_is_no_step() {
    let room = Room::new();
    let id = room.incident();
    room.clock.advance(TimeDelta::hours(5));
    room.clock.set_boot(Boot { id: "boot-2".to_owned(), ms: 4000 });
    room.desk.act(&id, &note("after")).unwrap();
    assert_eq!(room.changes(&id), []);
}

#[test]
fn a_record_that_was_rolled_back_gets_no_entry_of_the_clock_either() {
    let room = Room::new();
    let heads = Heads::under(&room._home.path().join("state"));
    let zone = room.desk.zone();
    let store = room.desk.store().clone();
    let desk = Desk::new(store, Desk::builtin_shelf().unwrap(), room.clock.clone(), zone);
    let desk = Arc::new(desk.with_heads(heads));
    let learned = [("learned_at".to_owned(), "01:30".to_owned())];
    let id = desk.create("CRM down", &[], &learned, false).unwrap().id;
    let path = terminal::record_file(room._home.path(), &id);
    let short = std::fs::read(&path).unwrap();
    desk.act(&id, &note("gone tomorrow")).unwrap();
    std::fs::write(&path, &short).unwrap();
    let mut console = Console::open(&desk);
    room.clock.step(TimeDelta::hours(1));
    let seen = console.lookout.look().clock.unwrap();
    let msgs = console.clerk.note_clock(&seen, Lang::En);
    assert!(matches!(&msgs[..], [Msg::Trouble { .. }]), "{msgs:?}");
    assert_eq!(std::fs::read(&path).unwrap(), short);
}

/// The preload library of the `faketime` package.
fn faketime() -> Option<PathBuf> {
    if !bare::tool("faketime") {
        return None;
    }
    let out = Command::new("faketime").args(["-f", "+0", "sh", "-c", "echo $LD_PRELOAD"]).output();
    let text = String::from_utf8(out.unwrap().stdout).unwrap();
    // The loader itself puts in the folder of libraries where the name holds `$LIB`.
    let path = text.trim().split([':', ' ']).next().map(PathBuf::from);
    let path = path.filter(|p| p.to_string_lossy().contains("faketime"));
    if path.is_none() {
        bare::skip(&format!("`faketime` names no library: {text}"));
    }
    path
}

fn faked<'a>(command: &'a mut Command, library: &Path, offsets: &Path) -> &'a mut Command {
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", offsets);
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
}

#[test]
fn commands_find_a_step_that_nobody_saw_and_say_so_first() {
    let Some(library) = faketime() else { return };
    let home = tempfile::tempdir().unwrap();
    let offsets = home.path().join("offsets");
    let id = new_incident(home.path());
    for offset in ["+3600", "+3600", "-60", "+0"] {
        std::fs::write(&offsets, format!("{offset}\n")).unwrap();
        let mut command = jishi(home.path());
        ok(faked(command.args(["note", &id, "x"]), &library, &offsets));
    }
    let expected = [
        "opened",
        "answered",
        "clock_changed",
        "noted",
        "noted",
        "clock_changed",
        "noted",
        "clock_changed",
        "noted",
    ];
    assert_eq!(kinds(home.path(), &id), expected);
    let all = entries(home.path(), &id);
    let ms: Vec<i64> = all.iter().filter_map(|e| e["data"]["ms"].as_i64()).collect();
    for (is, should) in ms.iter().zip([3_600_000, -3_660_000, 60_000]) {
        assert!((is - should).abs() < 50, "{ms:?}");
    }
    let shown = ok(jishi(home.path()).args(["log", "show", &id]));
    assert!(shown.contains("the wall clock was set +"), "{shown}");
    ok(jishi(home.path()).args(["log", "verify", &id]));
}

#[test]
fn two_consoles_see_a_step_within_a_second_or_two_and_record_it_once() {
    let Some(library) = faketime() else { return };
    let home = tempfile::tempdir().unwrap();
    let offsets = home.path().join("offsets");
    std::fs::write(&offsets, "+0\n").unwrap();
    let id = new_incident(home.path());
    let mut seats = Vec::new();
    for _ in 0..2 {
        let mut command = jishi(home.path());
        let Some(seat) = Seat::take(faked(command.args(["open", &id]), &library, &offsets)) else {
            return;
        };
        assert!(seat.shows(5, "CRM down"), "{}", seat.text());
        seats.push(seat);
    }
    std::thread::sleep(terminal::STEP * 60);
    std::fs::write(&offsets, "+7200\n").unwrap();
    for seat in &seats {
        assert!(seat.shows(4, "the wall clock was set"), "{}", seat.text());
        assert!(seat.shows(4, "! clock set"), "{}", seat.text());
    }
    assert!(wait_for(4, || kinds(home.path(), &id).len() == 3), "{:?}", kinds(home.path(), &id));
    std::thread::sleep(terminal::STEP * 75);
    assert_eq!(kinds(home.path(), &id), ["opened", "answered", "clock_changed"]);
    seats.into_iter().for_each(Seat::quit);
}

#[test]
fn a_time_namespace_does_not_look_like_a_step() {
    let works = Command::new("unshare").args(["--time", "--boottime", "86400", "true"]).output();
    if !works.is_ok_and(|o| o.status.success()) {
        bare::skip("time namespaces cannot be made here");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let mut inside = Command::new("unshare");
    inside.args(["--time", "--boottime", "86400", env!("CARGO_BIN_EXE_jishi")]);
    inside.env("TZ", "Asia/Shanghai").env("JISHI_HOME", home.path());
    ok(inside.args(["note", &id, "from inside"]));
    ok(jishi(home.path()).args(["note", &id, "from outside"]));
    assert_eq!(kinds(home.path(), &id), ["opened", "answered", "noted", "noted"]);
}

#[test]
fn commands_say_before_an_act_that_times_are_read_in_another_zone() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let note = |tz: &str| {
        let mut command = jishi(home.path());
        ok(command.env("TZ", tz).args(["note", &id, "x"]));
    };
    // The offset counts, not the name.
    for tz in ["Asia/Shanghai", "CST-8", "Etc/GMT-8"] {
        note(tz);
    }
    assert_eq!(kinds(home.path(), &id), ["opened", "answered", "noted", "noted", "noted"]);
    note("America/Lima");
    note("EST5");
    note("Asia/Shanghai");
    let all = entries(home.path(), &id);
    let told: Vec<&str> = all.iter().filter_map(|e| e["data"]["note"].as_str()).collect();
    assert_eq!(
        told,
        ["Etc/GMT-8 +08:00 -> America/Lima -05:00", "EST5 -05:00 -> Asia/Shanghai +08:00"]
    );
    assert_eq!(all[2]["clock"]["zone"], "Asia/Shanghai +08:00");
    assert_eq!(all[3]["clock"]["zone"], "CST-8 +08:00");
    ok(jishi(home.path()).args(["log", "verify", &id]));
}

/// Both outputs of what must succeed.
fn said(command: &mut Command) -> String {
    let out = command.output().unwrap();
    assert!(out.status.success(), "{command:?}: {out:?}");
    String::from_utf8([out.stdout, out.stderr].concat()).unwrap()
}

#[test]
fn a_zone_that_cannot_be_read_is_said_by_commands_and_consoles() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    for tz in ["Nowhere/Bad", "CST", "Asia/Shanghai/..", ":CST-8"] {
        let run = |args: &[&str]| said(jishi(home.path()).env("TZ", tz).args(args));
        for args in [&["status"][..], &["log", "show", &id], &["note", &id, "x"], &["--plain"]] {
            assert!(run(args).contains(&format!("no zone can be read from `TZ={tz}`")));
        }
        // A prompt is not the place for it.
        assert!(!run(&["next"]).contains("TZ"));
    }
    let all = entries(home.path(), &id);
    // The offset that was taken is kept, and no name that it does not have.
    let zone = all.last().unwrap()["clock"]["zone"].as_str().unwrap();
    assert!(!zone.contains(' ') && zone.starts_with(['+', '-']), "{zone}");
    let zh = said(jishi(home.path()).env("TZ", "Nowhere/Bad").args(["--lang", "zh", "status"]));
    assert!(zh.contains("不能从 `TZ=Nowhere/Bad` 读出时区"), "{zh}");
    for tz in ["", "UTC", "CST-8", "Asia/Shanghai"] {
        let out = said(jishi(home.path()).env("TZ", tz).args(["log", "show", &id]));
        assert!(!out.contains("no zone"), "{tz}: {out}");
    }
    let mut command = jishi(home.path());
    let Some(seat) = Seat::take(command.env("TZ", "Nowhere/Bad")) else { return };
    assert!(seat.shows(5, "no zone can be read") && seat.shows(5, "! TZ"), "{}", seat.text());
    seat.quit();
}

#[test]
fn whether_the_clock_is_kept_is_shown_wherever_limits_are() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let shown = ok(jishi(home.path()).args(["status", &id, "--format", "json"]));
    let status: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(status["clock"]["zone"], "Asia/Shanghai +08:00");
    let kept = match status["clock"]["sync"].as_str() {
        Some("no") => false,
        Some("yes" | "unknown") => true,
        other => panic!("{other:?}"),
    };
    let all = ok(jishi(home.path()).args(["status", "--format", "json"]));
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    assert_eq!(all["clock"]["sync"], status["clock"]["sync"]);
    let unkept = "clock is not kept by an outside source";
    for (args, text) in [
        (&["status"][..], unkept),
        (&["status", &id], unkept),
        (&["--plain"], unkept),
        (&["handover", &id, "--show"], "recorded by a clock that is not synchronised"),
        (&["log", "show", &id], "recorded by a clock that was not kept"),
    ] {
        let out = said(jishi(home.path()).args(args));
        assert_eq!(out.contains(text), !kept, "{args:?}: {out}");
    }
    // What this host cannot be: records of one that is, and of one that is not.
    for (sync, is) in [(Sync::No, true), (Sync::Yes, false)] {
        let room = Room::new();
        room.clock.set_quality(ClockQuality { sync, ..ClockQuality::default() });
        let other = room.incident();
        let run = |args: &[&str]| said(jishi(room._home.path()).args(args));
        let text = run(&["log", "show", &other]);
        assert_eq!(text.contains("+08:00*  alice"), is, "{text}");
        let text = run(&["handover", &other, "--show"]);
        assert_eq!(text.contains("not synchronised"), is, "{text}");
        let text = run(&["handover", &other, "--show", "--lang", "zh"]);
        assert_eq!(text.contains("记录时主机时钟未同步"), is, "{text}");
    }
}

#[test]
fn the_console_says_with_its_own_entry_what_came_before_it() {
    let Some(library) = faketime() else { return };
    let home = tempfile::tempdir().unwrap();
    let offsets = home.path().join("offsets");
    let id = new_incident(home.path());
    std::fs::write(&offsets, "+3600\n").unwrap();
    let mut command = jishi(home.path());
    let Some(seat) = Seat::take(faked(command.args(["open", &id]), &library, &offsets)) else {
        return;
    };
    assert!(seat.shows(5, "CRM down"), "{}", seat.text());
    seat.type_in("nhello\r");
    assert!(seat.shows(5, "; the wall clock was set +"), "{}", seat.text());
    seat.quit();
    assert_eq!(kinds(home.path(), &id), ["opened", "answered", "clock_changed", "noted"]);
}

#[test]
fn verify_notes_times_that_go_back_and_finds_nothing_wrong_with_them() {
    let Some(library) = faketime() else { return };
    let home = tempfile::tempdir().unwrap();
    let offsets = home.path().join("offsets");
    let id = new_incident(home.path());
    assert!(!said(jishi(home.path()).args(["log", "verify", &id])).contains("go backwards"));
    let count = terminal::all_entries(home.path(), &id).len();
    std::fs::write(&offsets, "-3600\n").unwrap();
    let mut command = jishi(home.path());
    ok(faked(command.args(["note", &id, "x"]), &library, &offsets));
    let out = said(jishi(home.path()).args(["log", "verify", &id]));
    assert!(out.contains(&format!("go backwards at entry {count} (in all 1)")), "{out}");
    let json = ok(jishi(home.path()).args(["log", "verify", &id, "--format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["intact"], &json["earlier"]), (&true.into(), &1.into()));
    assert_eq!(json["first_earlier"], count);
}

#[test]
fn summer_time_is_no_other_zone() {
    let Some(library) = faketime() else { return };
    let home = tempfile::tempdir().unwrap();
    let offsets = home.path().join("offsets");
    let run = |at: &str, args: &[&str]| {
        std::fs::write(&offsets, format!("@{at}\n")).unwrap();
        let mut command = jishi(home.path());
        command.env("TZ", "Europe/Berlin").args(args);
        ok(faked(&mut command, &library, &offsets)).trim().to_owned()
    };
    let new = ["new", "--title", "x", "--learned-at", "now"];
    let id = run("2026-03-28 12:00:00", &new);
    run("2026-03-29 12:00:00", &["note", &id, "in summer"]);
    let all = entries(home.path(), &id);
    let zones: Vec<&str> = all.iter().filter_map(|e| e["clock"]["zone"].as_str()).collect();
    assert!(zones[0] == "Europe/Berlin +01:00" && zones.ends_with(&["Europe/Berlin +02:00"]));
    assert!(all.iter().all(|e| e["data"]["what"] != "zone_changed"), "{zones:?}");
}

#[test]
fn a_time_from_a_watch_is_marked_and_leaves_other_entries_as_they_were() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let watch = ["--happened-at", "5m ago", "--watch"];
    ok(jishi(home.path()).args(["note", &id, "the phone rang"]).args(watch));
    ok(jishi(home.path()).args(["set", &id, "involves_cii=yes"]).args(watch));
    let sent = ["sent", &id, "first_report.police", "--channel", "phone"];
    ok(jishi(home.path()).args(sent).args(["--happened-at", "2m ago", "--watch"]));
    let received = ["received", &id, "first_report.police", "--happened-at", "1m ago", "--watch"];
    ok(jishi(home.path()).args(received));
    ok(jishi(home.path()).args(["note", &id, "plain", "--happened-at", "1m ago"]));
    ok(jishi(home.path()).args(["note", &id, "by a word", "--happened-at", "1m ago watch"]));
    let by = |e: &serde_json::Value| e["happened_by"].as_str().map(str::to_owned);
    let all: Vec<_> = entries(home.path(), &id).iter().map(by).collect();
    let watch = || Some("watch".to_owned());
    assert_eq!(all, [None, None, watch(), watch(), watch(), watch(), None, watch()]);
    let shown = ok(jishi(home.path()).args(["log", "show", &id]));
    assert_eq!(shown.matches("(by a watch)").count(), 5, "{shown}");
    ok(jishi(home.path()).args(["log", "verify", &id]));
    let out = jishi(home.path()).args(["note", &id, "x", "--watch"]).output().unwrap();
    assert_eq!(out.status.code(), Some(2), "{out:?}");
}

#[test]
fn a_time_from_a_watch_is_marked_where_an_anchor_is_answered() {
    let home = tempfile::tempdir().unwrap();
    let args = ["new", "--title", "x", "--learned-at", "20m ago", "--watch", "involves_cii=yes"];
    let out = jishi(home.path()).args(args).output().unwrap();
    let id = String::from_utf8(out.stdout).unwrap().trim().to_owned();
    assert!(String::from_utf8_lossy(&out.stderr).contains("(by a watch)"));
    let told = |n: usize| entries(home.path(), &id)[n]["data"]["told_by"].clone();
    let marked = |name: &str| serde_json::json!({ name: "watch" });
    // What is no moment is not marked.
    assert_eq!(told(1), marked("learned_at"));
    // Wherever the start of a clock is shown.
    let shown = |args: &[&str]| said(jishi(home.path()).args(args));
    let starts = |args: &[&str]| shown(args).contains("(by a watch)");
    let all: [&[&str]; 3] = [&["status", &id], &["handover", &id, "--show"], &["log", "show", &id]];
    assert!(all.iter().all(|args| starts(args)), "{}", shown(all[0]));
    assert!(shown(&["status", &id, "--lang", "zh"]).contains("(按手表)"));
    let json = ok(jishi(home.path()).args(["status", &id, "--format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let police = |j: &serde_json::Value| {
        let all = j["duties"].as_array().unwrap().clone();
        all.into_iter().find(|d| d["id"] == "cn-cac-2025/first_report.police").unwrap()
    };
    assert_eq!(police(&json)["started_by"], "watch");
    // Answered again by this host, it is marked no more.
    ok(jishi(home.path()).args(["set", &id, "learned_at=10m ago"]));
    assert!(!starts(all[0]) && !starts(all[1]));
    ok(jishi(home.path()).args(["set", &id, "learned_at=15m ago", "--watch"]));
    ok(jishi(home.path()).args(["set", &id, "cii_main_down=since:12m ago 表"]));
    assert_eq!((told(2), told(3)), (serde_json::Value::Null, marked("learned_at")));
    assert_eq!(told(4), marked("cii_main_down"));
    assert!(starts(all[0]) && starts(all[1]));
    // A correction says by itself which clock it means.
    let entry = entries(home.path(), &id)[3]["n"].to_string();
    let correct = ["correct", &id, &entry, "--because", "misread"];
    ok(jishi(home.path()).args(correct).arg("learned_at=14m ago"));
    assert!(!starts(all[0]));
    ok(jishi(home.path()).args(correct).arg("learned_at=13m ago 手表"));
    assert_eq!(told(6), marked("learned_at"));
    assert!(starts(all[0]));
    ok(jishi(home.path()).args(["log", "verify", &id]));
    for args in [&["set", &id, "involves_cii=no", "--watch"][..], &["set", &id, "learned_at=? 表"]]
    {
        let out = jishi(home.path()).args(args).output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{out:?}");
    }
}

#[test]
fn the_line_by_line_twin_takes_a_time_from_a_watch_and_echoes_it_before_it_is_recorded() {
    let home = tempfile::tempdir().unwrap();
    let talk = |lines: &str| {
        let mut child = jishi(home.path())
            .args(["--plain", "--lang", "zh"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), lines.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    let out = talk("new\n票务中断\n20m ago 表\nyes\n");
    assert!(out.contains("看手表: 01:30 表"), "{out}");
    let will = out.lines().find(|l| l.contains("learned_at 20")).unwrap_or_default();
    assert!(will.ends_with("(按手表)") || will.contains("(按手表)"), "{out}");
    let id = ok(jishi(home.path()).args(["status", "--format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&id).unwrap();
    let id = json["incidents"][0]["incident"]["id"].as_str().unwrap().to_owned();
    assert_eq!(entries(home.path(), &id)[1]["data"]["told_by"]["learned_at"], "watch");
    let sent = "open 1\nset involves_cii=yes\nyes\nsent first_report.police\nphone\n5m ago 表\n\n\n\nyes\n";
    let out = talk(sent);
    assert_eq!(entries(home.path(), &id)[3]["happened_by"], "watch", "{out}");
    assert!(out.matches("(按手表)").count() >= 1, "{out}");
    let out = talk("open 1\nwhy first_report.police\nrecord\n");
    let why = out.lines().find(|l| l.contains("起算")).unwrap_or_default();
    assert!(why.contains("(按手表)"), "{out}");
}

#[test]
fn a_relay_counts_from_a_receipt_by_a_watch_and_says_so() {
    let room = Room::new();
    let id = room.incident();
    let set = |name: &str, value: &str| Intent::Answer {
        set: vec![(name.to_owned(), value.to_owned())],
        note: None,
        happened_at: None,
        confirmed: false,
    };
    for (name, value) in [("involves_cii", "yes"), ("cii_main_down", "3h30m")] {
        room.desk.act(&id, &set(name, value)).unwrap();
    }
    let sent = Intent::Report {
        duty: "first_report.protection_department".to_owned(),
        to: None,
        channel: "phone".to_owned(),
        reference: None,
        happened_at: None,
        attachments: Vec::new(),
        failed: None,
        late_because: None,
    };
    room.desk.act(&id, &sent).unwrap();
    room.clock.advance(TimeDelta::minutes(10));
    let got = Intent::Acknowledge {
        duty: "first_report.protection_department".to_owned(),
        to: None,
        reference: None,
        officer: None,
        happened_at: Some("2026-03-02T02:20:00+08:00".parse().unwrap()),
    };
    let (incident, _) = room.desk.act(&id, &Intent::ByWatch(Box::new(got))).unwrap();
    let a = incident.assess("2026-03-02T02:22:00+08:00".parse().unwrap());
    let relay = a.duty("cn-cac-2025/relay.protection_department.national_cac").unwrap();
    assert_eq!(relay.started_by, Some(jishi::domain::event::ToldBy::Watch));
    let first = a.duty("cn-cac-2025/first_report.protection_department").unwrap();
    assert_eq!(first.started_by, None);
}
