//! Hostile input: whatever titles, notes, names, packs, settings, files and arguments hold, nothing
//! steers the terminal, leads out of the folder or takes much memory; and exit codes stay as promised.
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

use std::ffi::OsString;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jishi::domain::event::{Entry, Event};
use jishi::domain::text::forbidden;
use jishi::record::{Digest, decode, encode};
use terminal::{Seat, jishi, new_incident, ok, record_file};

/// Colours, a title, a report of the cursor, the eight-bit forms, a carriage return over what stands
/// there, a line of its own, and letters that run the other way.
const EVIL: [&str; 10] = [
    "\u{1b}[31mred",
    "\u{1b}]0;title\u{7}",
    "\u{1b}[6n",
    "\u{9b}31m",
    "\u{9d}0;x\u{9c}",
    "ok\rBAD",
    "one\ntwo",
    "abc\u{202e}cba",
    "a\u{2066}b\u{feff}\u{7f}\u{8}",
    "a\u{180e}b\u{e0041}\u{e0100}",
];

/// What must hold of all that a command writes.
fn clean(what: &str, out: &Output) {
    for (name, bytes) in [("stdout", &out.stdout), ("stderr", &out.stderr)] {
        let text = std::str::from_utf8(bytes).unwrap_or_else(|e| panic!("{what}: {name}: {e}"));
        let bad = text.chars().find(|c| *c != '\n' && forbidden(*c));
        assert_eq!(bad, None, "{what}: {name}: {text:?}");
    }
    let code = out.status.code();
    assert!(matches!(code, Some(0..=3)), "{what}: {code:?} {out:?}");
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(!err.contains("panicked"), "{what}: {err}");
}

fn run(home: &Path, args: &[&str]) -> Output {
    let out = jishi(home).args(args).output().unwrap();
    clean(&format!("{args:?}"), &out);
    out
}

/// Everything in a folder: path, size, time of the last change.
fn snapshot(folder: &Path) -> Vec<(PathBuf, u64, i64)> {
    let mut all = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let meta = entry.path().symlink_metadata().unwrap();
            all.push((entry.path(), meta.len(), meta.mtime_nsec()));
            if meta.is_dir() {
                todo.push(entry.path());
            }
        }
    }
    all.sort();
    all
}

/// A record whose entries say what a title, a note, a name may never say, with the right digests: as
/// somebody writes it who does not use this program.
fn forge(home: &Path, id: &str, evil: &str) {
    let path = record_file(home, id);
    let bytes = std::fs::read(&path).unwrap();
    let mut prev = Digest::parse("0".repeat(64).as_bytes()).unwrap();
    let mut out = Vec::new();
    let lines = bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty());
    let mut entries: Vec<Entry> = lines.map(|l| decode(l).unwrap().entry).collect();
    let last = entries.last().unwrap().clone();
    let evil_text = evil.to_owned();
    let duty = evil_text.clone();
    let more = [
        Event::Noted { text: evil_text.clone() },
        Event::Waived { duty: duty.clone(), because: evil_text.clone() },
        Event::Received {
            duty,
            to: evil_text.clone(),
            reference: Some(evil_text.clone()),
            officer: Some(evil_text.clone()),
        },
        Event::HandedOver { to: evil_text.clone() },
        Event::Closed { because: evil_text.clone() },
    ];
    for event in more {
        let n = entries.len() as u64;
        entries.push(Entry { n, id: format!("{n:032x}"), event, ..last.clone() });
    }
    for entry in &mut entries {
        if let Event::Opened { title, .. } = &mut entry.event {
            title.clone_from(&evil_text);
        }
        entry.by.login.clone_from(&evil_text);
        entry.by.sudo = Some(evil_text.clone());
        entry.by.ssh = Some(evil_text.clone());
        entry.by.tty = Some(evil_text.clone());
        entry.by.host = Some(evil_text.clone());
        let line = encode(entry, prev).unwrap();
        prev = line.head;
        out.extend_from_slice(&line.bytes);
    }
    std::fs::write(path, out).unwrap();
}

#[test]
fn what_is_typed_is_refused_or_kept_and_never_echoed_raw() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let before = snapshot(home.path());
    for evil in EVIL {
        let cases: &[(&[&str], i32)] = &[
            (&["new", "--title", evil, "--learned-at", "20m ago"], 2),
            (&["new", "--title", "x", "--learned-at", evil], 2),
            (&["new", "--title", "x", "--learned-at", "20m ago", "--pack", evil], 2),
            (&["set", &id, &format!("{evil}=1")], 2),
            (&["set", &id, &format!("pi_persons={evil}")], 2),
            (&["set", evil, "pi_persons=1"], 1),
            (&["sent", &id, evil, "--channel", "phone"], 1),
            (&["sent", &id, "first_report.police", "--channel", evil], 1),
            (&["sent", &id, "first_report.police", "--channel", "phone", "--to", evil], 1),
            (&["sent", &id, "first_report.police", "--channel", "phone", "--ref", evil], 2),
            (&["waive", &id, evil, "--because", "x"], 1),
            (&["correct", &id, "1", "--because", "x", &format!("{evil}=1")], 2),
            (&["handover", &id, "--to", evil], 2),
            (&["log", "show", evil], 1),
            (&["log", "verify", evil], 2),
            (&["log", "verify", &id, "--head", evil], 2),
            (&["status", evil], 1),
            (&["status", "--soon", evil], 2),
            (&["status", "--at", evil], 2),
            (&["assess", evil], 2),
            (&["pack", "show", evil], 2),
            (&["pack", "check", evil], 2),
            (&["pack", "diff", evil, evil], 2),
            (&["status", "--lang", evil], 2),
            (&["status", "--format", evil], 2),
            (&[evil], 2),
            (&["status", &format!("--{evil}")], 2),
            (&["correct", &id, evil, "--because", "x"], 2),
        ];
        for (args, code) in cases {
            let out = run(home.path(), args);
            assert_eq!(out.status.code(), Some(*code), "{args:?} {out:?}");
            let json = [args, &["--format=json"][..]].concat();
            run(home.path(), &json);
        }
        run(home.path(), &["--home", evil, "status"]);
    }
    // Who has the lock is written over who had it before; nothing else may be touched.
    let but_lock = |all: Vec<(PathBuf, u64, i64)>| {
        all.into_iter().filter(|f| !f.0.ends_with("lock")).collect::<Vec<_>>()
    };
    let (before, after) = (but_lock(before), but_lock(snapshot(home.path())));
    assert_eq!(before, after, "what was refused left something behind");
}

#[test]
fn arguments_that_are_no_text_at_all_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let raw = OsString::from_vec(b"\xff\x1b[31m\x9b".to_vec());
    for args in [["status"].as_slice(), &["pack", "check"], &["assess"], &["note", "x"]] {
        let out = jishi(home.path()).args(args).arg(&raw).output().unwrap();
        clean(&format!("{args:?}"), &out);
        assert!(!out.status.success());
    }
}

#[test]
fn names_of_users_hosts_and_files_are_made_plain_or_refused() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let mut attached = 0;
    for evil in EVIL {
        let mut command = jishi(home.path());
        for name in ["USER", "LOGNAME", "SUDO_USER", "SSH_CONNECTION", "SSH_CLIENT", "TZ", "TERM"] {
            command.env(name, evil);
        }
        for name in ["LANG", "LC_ALL", "JISHI_LANG"] {
            command.env(name, evil);
        }
        let out = command.args(["note", &id, "x"]).output().unwrap();
        clean("environment", &out);
        assert!(out.status.success(), "{out:?}");

        let file = home.path().join(format!("a{evil}.txt").replace('/', "_"));
        std::fs::write(&file, "x").unwrap();
        let mut command = jishi(home.path());
        command.args(["sent", &id, "first_report.police", "--channel", "phone", "--attach"]);
        let out = command.arg(&file).output().unwrap();
        clean("attachment", &out);
        assert_eq!(out.status.code(), Some(2), "{out:?}");
        attached += 1;
    }
    assert_eq!(attached, EVIL.len());
    for args in [&["log", "show", &id][..], &["status", &id], &["log", "verify", &id]] {
        assert!(run(home.path(), args).status.success());
    }
    let bytes = std::fs::read(record_file(home.path(), &id)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.chars().all(|c| c == '\n' || !forbidden(c)));
}

#[test]
fn a_record_that_others_forged_steers_neither_a_command_nor_a_screen() {
    for evil in [
        "abc\u{202e}cba\u{2066}x\u{feff}",
        "a\u{200b}b\u{ad}\u{e0041}\u{2060}",
        "one\ntwo\tthree",
        "\u{2028}\u{200e}x",
    ] {
        let home = tempfile::tempdir().unwrap();
        let id = new_incident(home.path());
        forge(home.path(), &id, evil);
        let commands: &[&[&str]] = &[
            &["log", "show", &id],
            &["log", "verify", &id],
            &["status"],
            &["status", &id],
            &["next"],
            &["note", &id, "x"],
            &["set", &id, "involves_cii=yes"],
        ];
        for args in commands {
            run(home.path(), args);
            run(home.path(), &[args, &["--format=json"][..]].concat());
        }
        let script = "list\nopen 1\nrecord\nclocks\nfacts\nwhy 1\nquit\n";
        let out = feed(jishi(home.path()).arg("--plain"), script.as_bytes());
        clean("plain", &out);
        for args in [&["open", &id][..], &["log", "export", &id]] {
            let Some(seat) = Seat::take(jishi(home.path()).args(args)) else { return };
            std::thread::sleep(terminal::STEP * 25);
            seat.type_in("r");
            std::thread::sleep(terminal::STEP * 15);
            let text = seat.text();
            // A step back of the cursor is the console's own.
            let own = |c: &char| matches!(c, '\u{1b}' | '\n' | '\r' | '\u{8}');
            let steers = |c: &char| !own(c) && forbidden(*c);
            assert_eq!(text.chars().find(steers), None, "{args:?}: {text:?}");
            seat.quit();
        }
    }
}

/// What a line of another entry, another clock or another message could begin with.
const FORGED: &str = "FORGED   3  2026-03-02 02:40 +08:00  root";

#[test]
fn no_text_of_a_record_a_pack_or_a_file_can_look_like_a_line_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    forge(home.path(), &id, &format!("x\n{FORGED}"));
    let lines = |what: &str, out: &Output| {
        let all = [&out.stdout[..], b"\n", &out.stderr[..]].concat();
        let text = String::from_utf8(all).unwrap();
        let forged = text.lines().find(|l| l.trim_start_matches("> ").starts_with("FORGED"));
        assert_eq!(forged, None, "{what}: {text}");
        text.matches("FORGED").count()
    };
    let mut seen = 0;
    for args in [
        &["log", "show", &id][..],
        &["status"],
        &["status", &id],
        &["next"],
        &["handover", &id, "--show"],
        &["handover", &id, "--accept"],
        &["set", &id, &format!("x\n{FORGED}=yes")],
        &["waive", &id, &format!("x\n{FORGED}"), "--because", "y"],
        &["sent", &id, &format!("x\n{FORGED}"), "--channel", "phone"],
        &["open", &format!("x\n{FORGED}")],
        &["status", &format!("x\n{FORGED}")],
    ] {
        seen += lines(&format!("{args:?}"), &run(home.path(), args));
    }
    let script = "list\nopen 1\nrecord\nclocks\nhandover\naccept\nwhy 1\nquit\n";
    let plain = feed(jishi(home.path()).arg("--plain"), script.as_bytes());
    seen += lines("plain", &plain);
    assert!(seen > 20, "{seen}");

    let pack = home.path().join("mine.ron");
    std::fs::write(&pack, format!("(id: \"x\n{FORGED}\", facts: [(id: \"y\n{FORGED}\")])"))
        .unwrap();
    lines("pack check", &run(home.path(), &["pack", "check", pack.to_str().unwrap()]));
    let facts = home.path().join("facts.json");
    std::fs::write(&facts, format!("{{\"facts\": {{\"y\\n{FORGED}\": true}}}}")).unwrap();
    lines("assess", &run(home.path(), &["assess", facts.to_str().unwrap()]));
    let Some(seat) = Seat::take(jishi(home.path()).args(["open", &id])) else { return };
    assert!(seat.shows(5, "FORGED"), "{}", seat.text());
    seat.type_in("lG\r");
    std::thread::sleep(terminal::STEP * 25);
    // A line of the screen begins where the cursor is put into the first column.
    assert!(!seat.text().contains(";1HFORGED"), "{:?}", seat.text());
    seat.quit();
}

fn feed(command: &mut Command, bytes: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut into = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    // It answers while it listens. A program that has heard enough closes the pipe.
    let writer = std::thread::spawn(move || into.write_all(&bytes));
    let out = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    out
}

#[test]
fn a_record_with_control_characters_in_its_bytes_is_damaged() {
    for raw in ["\u{1b}[31m", "\u{9b}x", "\u{7f}", "\\u001b[31m", "\\u009bx"] {
        let home = tempfile::tempdir().unwrap();
        let id = new_incident(home.path());
        let path = record_file(home.path(), &id);
        let text = std::fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap().replace("CRM down", raw);
        let e = first.strip_prefix("{\"e\":").unwrap();
        let e = &e[..e.len() - 72 - 1];
        let e = e.trim_end_matches(",\"h\":\"").trim_end_matches(",\"h\":");
        let line = format!("{{\"e\":{e},\"h\":\"{}\"}}\n", Digest::of(e.as_bytes()));
        std::fs::write(&path, line).unwrap();
        for args in [&["status", &id][..], &["log", "show", &id], &["note", &id, "x"]] {
            let out = run(home.path(), args);
            assert_eq!(out.status.code(), Some(3), "{raw:?} {args:?} {out:?}");
        }
        assert_eq!(run(home.path(), &["log", "verify", &id]).status.code(), Some(1));
        run(home.path(), &["log", "show", &id, "--format=json"]);
    }
}

#[test]
fn lines_typed_at_the_plain_console_are_no_way_in() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let mut script: Vec<u8> = format!("open {id}\n").into_bytes();
    for evil in EVIL {
        for line in [format!("note {evil}\n"), format!("set {evil}={evil}\n"), format!("{evil}\n")]
        {
            script.extend_from_slice(line.as_bytes());
        }
    }
    script.extend_from_slice(b"\xff\xfe\x1b[31m\nlong ");
    script.extend(std::iter::repeat_n(b'x', 3 << 20));
    script.extend_from_slice(b"\nquit\n");
    let out = feed(jishi(home.path()).arg("--plain"), &script);
    clean("plain", &out);
    assert_eq!(run(home.path(), &["log", "verify", &id]).status.code(), Some(0));
}

#[test]
fn packs_settings_and_facts_are_no_way_in() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let config = home.path().join("config");
    std::fs::create_dir_all(config.join("packs")).unwrap();
    let law = ok(jishi(home.path()).args(["pack", "show", "cn-cac-2025"]));
    assert!(!law.is_empty());
    let source = include_str!("../assets/packs/cn-cac-2025.ron");
    for evil in EVIL {
        let own = config.join("packs").join("own.ron");
        for text in [
            source.replacen("网络安全", evil, 3),
            source.replacen("cn-cac-2025", evil, 1),
            format!("(format: 1, id: \"{evil}\")"),
            evil.to_owned(),
        ] {
            std::fs::write(&own, text).unwrap();
            for args in [
                &["pack", "check", own.to_str().unwrap()][..],
                &["pack", "show", "own"],
                &["pack", "list"],
                &["new", "--title", "x", "--learned-at", "1m ago", "--pack", "own"],
            ] {
                run(home.path(), args);
            }
        }
        std::fs::remove_file(&own).unwrap();

        let facts = home.path().join("facts.json");
        let quoted = serde_json::to_string(evil).unwrap();
        for text in [
            format!("{{\"facts\": {{{quoted}: {quoted}}}}}"),
            format!("{{\"packs\": [{quoted}]}}"),
            format!("{{\"facts\": {{\"pi_persons\": {quoted}}}}}"),
            evil.to_owned(),
        ] {
            std::fs::write(&facts, text).unwrap();
            let out = run(home.path(), &["assess", facts.to_str().unwrap()]);
            assert_eq!(out.status.code(), Some(2), "{out:?}");
        }

        let settings = config.join("config.ron");
        for text in [
            evil.to_owned(),
            format!("(language: \"{evil}\")"),
            format!("(keys: {{\"{evil}\": \"{evil}\"}})"),
            format!("(directory: [(body: \"{evil}\", channel: \"phone\", value: \"{evil}\")])"),
        ] {
            std::fs::write(&settings, text).unwrap();
            let out = run(home.path(), &["status"]);
            assert_eq!(out.status.code(), Some(2), "{out:?}");
        }
        std::fs::remove_file(&settings).unwrap();
    }
    assert_eq!(run(home.path(), &["status", &id]).status.code(), Some(0));
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let outside = tempfile::tempdir().unwrap();
    let home = outside.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let id = new_incident(&home);
    let secret = outside.path().join("secret.ron");
    std::fs::write(&secret, "nothing here").unwrap();
    let live = home.join("live");
    let away = format!("../live/{id}");
    for name in ["..", ".", "../..", &away, "/etc", "", "live", "../config", "\0x"] {
        if name.contains('\0') {
            continue;
        }
        for args in [&["note", name, "x"][..], &["status", name], &["log", "export", name]] {
            let out = run(&home, args);
            assert_eq!(out.status.code(), Some(1), "{args:?} {out:?}");
        }
    }
    assert_eq!(std::fs::read_dir(&live).unwrap().count(), 1);
    let around: Vec<_> = std::fs::read_dir(outside.path()).unwrap().flatten().collect();
    assert_eq!(around.len(), 2, "{around:?}");
    assert_eq!(std::fs::read_to_string(secret).unwrap(), "nothing here");
}

#[test]
fn links_in_the_place_of_our_files_are_not_followed_for_writing() {
    for name in ["record.jsonl", "lock", "packs"] {
        let outside = tempfile::tempdir().unwrap();
        let home = outside.path().join("home");
        std::fs::create_dir(&home).unwrap();
        let id = new_incident(&home);
        let ours = home.join("live").join(&id).join(name);
        let away = outside.path().join("away");
        if ours.exists() {
            std::fs::rename(&ours, &away).unwrap();
        } else {
            std::fs::write(&away, "theirs").unwrap();
        }
        symlink(&away, &ours).unwrap();
        let before = snapshot(outside.path());
        let out = run(&home, &["set", &id, "involves_cii=yes"]);
        assert_eq!(out.status.code(), Some(3), "{name} {out:?}");
        let changed: Vec<_> = snapshot(outside.path())
            .into_iter()
            .filter(|f| f.0.starts_with(&away) && !before.contains(f))
            .collect();
        assert!(changed.is_empty(), "{name}: {changed:?}");
    }
    // A folder of incidents that somebody else laid out: nothing is made where a link leads.
    let outside = tempfile::tempdir().unwrap();
    let home = outside.path().join("home");
    let id = new_incident(&home);
    let live = home.join("live");
    std::fs::rename(live.join(&id), outside.path().join("moved")).unwrap();
    symlink(outside.path().join("moved"), live.join(&id)).unwrap();
    let before = snapshot(&outside.path().join("moved"));
    let out = run(&home, &["note", &id, "x"]);
    assert_eq!(out.status.code(), Some(3), "{out:?}");
    assert_eq!(snapshot(&outside.path().join("moved")), before);
}

#[test]
fn links_in_the_place_of_our_folders_are_not_followed_and_the_home_may_be_one() {
    let outside = tempfile::tempdir().unwrap();
    let (home, away) = (outside.path().join("home"), outside.path().join("away"));
    for name in ["live", "state", "state/heads", "state/drafts"] {
        let _ = (std::fs::remove_dir_all(&home), std::fs::remove_dir_all(&away));
        std::fs::create_dir_all(home.join(name).parent().unwrap()).unwrap();
        std::fs::create_dir_all(&away).unwrap();
        symlink(&away, home.join(name)).unwrap();
        let out = run(&home, &["new", "--title", "x", "--learned-at", "1m ago"]);
        // Without the live folder there is no incident; without the others nothing is remembered.
        let said = String::from_utf8_lossy(&out.stderr);
        match name {
            "live" => {
                assert_eq!(out.status.code(), Some(3), "{out:?}");
                assert!(said.contains("links are not followed here"), "{said}");
                assert_eq!(run(&home, &["status"]).status.code(), Some(3));
            }
            "state/drafts" => assert_eq!(out.status.code(), Some(0), "{out:?}"),
            _ => {
                assert_eq!(out.status.code(), Some(0), "{out:?}");
                assert!(said.contains("not a plain file or folder"), "{said}");
            }
        }
        assert_eq!(snapshot(&away), [], "{name}");
    }
    // The home itself is a place of the user's choosing.
    std::fs::remove_dir_all(&home).unwrap();
    symlink(&away, &home).unwrap();
    let id = new_incident(&home);
    ok(jishi(&home).args(["note", &id, "x"]));
    assert!(away.join("live").join(&id).is_dir() && away.join("state").join("heads").is_dir());
}

#[test]
fn beside_entries_of_a_newer_version_only_a_note_or_an_explicit_yes_is_recorded() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let path = record_file(home.path(), &id);
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.split(|b| *b == b'\n').rfind(|l| !l.is_empty()).unwrap();
    let last = decode(last).unwrap();
    let (n, prev) = (last.entry.n + 1, last.head);
    let entry = "00000000000000000000000000000abc";
    let e = format!(
        "{{\"at\":\"2026-03-02T00:00:00.000Z\",\"id\":\"{entry}\",\"kind\":\"\u{202e}evil\",\
         \"mode\":\"live\",\"n\":{n},\"prev\":\"{prev}\",\"v\":9}}"
    );
    let line = format!("{{\"e\":{e},\"h\":\"{}\"}}\n", Digest::of(e.as_bytes()));
    bytes.extend_from_slice(line.as_bytes());
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(run(home.path(), &["log", "verify", &id]).status.code(), Some(0));
    let acts: &[&[&str]] = &[
        &["set", &id, "involves_cii=yes"],
        &["sent", &id, "first_report.police", "--channel", "phone"],
        &["received", &id, "first_report.police"],
        &["waive", &id, "crime_report", "--because", "x"],
        &["correct", &id, "0", "--because", "x", "title=y"],
        &["handover", &id, "--to", "wang"],
    ];
    for args in acts {
        let out = run(home.path(), args);
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(1), "{args:?} {said}");
        assert!(said.contains("of a newer version") && said.contains("--yes"), "{said}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    for args in acts {
        let out = run(home.path(), &[args, &["--yes"][..]].concat());
        assert_eq!(out.status.code(), Some(0), "{args:?} {out:?}");
    }
    assert!(run(home.path(), &["note", &id, "x"]).status.success());
    assert_eq!(run(home.path(), &["log", "verify", &id]).status.code(), Some(0));
}

#[test]
fn pipes_and_devices_in_the_place_of_files_do_not_hold_it_up() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let made = Command::new("mkfifo").arg(home.path().join("pipe")).status().unwrap();
    assert!(made.success());
    let attach = |what: &str| {
        let args = ["sent", &id, "first_report.police", "--channel", "phone", "--attach", what];
        run(home.path(), &args).status.code()
    };
    assert_eq!(attach("/dev/zero"), Some(2));
    assert_eq!(attach(home.path().join("pipe").to_str().unwrap()), Some(2));
    assert_eq!(attach("/"), Some(2));
    for args in [["assess", "/dev/zero"], ["assess", "/"]] {
        assert_eq!(run(home.path(), &args).status.code(), Some(2));
    }
    let record = record_file(home.path(), &id);
    std::fs::remove_file(&record).unwrap();
    assert!(Command::new("mkfifo").arg(&record).status().unwrap().success());
    for args in [&["note", &id, "x"][..], &["status", &id], &["log", "verify", &id]] {
        assert!(run(home.path(), args).status.code() >= Some(1), "{args:?}");
    }
}

/// Runs with a bound on time: whoever waits for a pipe does not get through.
fn soon(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=1", "20", env!("CARGO_BIN_EXE_jishi")]).args(args);
    command.env("JISHI_HOME", home).env("JISHI_LANG", "en").stdin(Stdio::null());
    let out = command.output().unwrap();
    clean(&format!("{args:?}"), &out);
    out
}

#[test]
fn pipes_in_the_place_of_settings_packs_facts_and_keys_do_not_hold_it_up() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let pipe = home.path().join("pipe.ron");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.to_str().unwrap();
    for args in [
        &["assess", pipe][..],
        &["pack", "check", pipe],
        &["pack", "show", pipe],
        &["new", "--title", "x", "--learned-at", "1m ago", "--pack", pipe],
        &["log", "timestamp", &id, "--reply", pipe],
        &["log", "verify", &id, "--signers", pipe],
    ] {
        let out = soon(home.path(), args);
        assert_eq!(out.status.code(), Some(2), "{args:?} {out:?}");
    }
    assert_eq!(soon(home.path(), &["log", "sign", &id, "--key", pipe]).status.code(), Some(2));
    // What a shell passes on is read all the same.
    let facts = home.path().join("facts.json");
    std::fs::write(&facts, "{}").unwrap();
    let mut named = jishi(home.path());
    named.args(["assess", "/dev/stdin"]).stdin(File::open(&facts).unwrap());
    assert!(ok(&mut named).contains("level"), "standard input by its name");
    let heads =
        home.path().join("state/heads").join(rustix::process::geteuid().as_raw().to_string());
    let pointer = heads.join(format!("live-{id}"));
    std::fs::remove_file(&pointer).unwrap();
    assert!(Command::new("mkfifo").arg(&pointer).status().unwrap().success());
    assert_eq!(soon(home.path(), &["status", &id]).status.code(), Some(0));
    let config = home.path().join("config");
    std::fs::create_dir(&config).unwrap();
    assert!(Command::new("mkfifo").arg(config.join("config.ron")).status().unwrap().success());
    let out = soon(home.path(), &["status"]);
    assert_eq!(out.status.code(), Some(3), "{out:?}");
    assert!(String::from_utf8_lossy(&out.stderr).contains("not a plain file"), "{out:?}");
}

#[test]
fn a_facts_file_names_packs_by_their_ids_and_opens_no_path() {
    let home = tempfile::tempdir().unwrap();
    let (mine, facts) = (home.path().join("mine.ron"), home.path().join("facts.json"));
    std::fs::write(&mine, "secret").unwrap();
    for path in [mine.to_str().unwrap(), "../mine.ron", "mine.ron", "/dev/zero", "a\\\\b"] {
        std::fs::write(&facts, format!("{{\"packs\": [\"{path}\"]}}")).unwrap();
        let out = soon(home.path(), &["assess", facts.to_str().unwrap()]);
        assert_eq!(out.status.code(), Some(2), "{out:?}");
        let text = String::from_utf8_lossy(&out.stderr);
        assert!(text.contains("by their ids, not by a path") && !text.contains("secret"), "{text}");
    }
    // One of the user's own is found by its id.
    let packs = home.path().join("config").join("packs");
    std::fs::create_dir_all(&packs).unwrap();
    std::fs::write(packs.join("mine.ron"), "secret").unwrap();
    std::fs::write(&facts, "{\"packs\": [\"mine\"]}").unwrap();
    let out = soon(home.path(), &["assess", facts.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&out.stderr).contains("mine.ron:1:1"), "{out:?}");
}

#[test]
fn output_that_a_full_disk_does_not_take_is_no_success_and_a_reader_that_left_is_no_failure() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let full = |args: &[&str]| {
        let mut command = jishi(home.path());
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let out = command.args(args).stdout(full).output().unwrap();
        assert_eq!(out.status.code(), Some(3), "{args:?} {out:?}");
        String::from_utf8(out.stderr).unwrap()
    };
    let export = &["log", "export", &id][..];
    for args in [
        &["status"][..],
        &["status", "--format=json"],
        &["status", &id],
        &["next"],
        &["log", "show", &id],
        &["log", "show", &id, "--format=json"],
        export,
        &["pack", "list"],
        &["--help"],
        &["--plain"],
    ] {
        let said = full(args);
        assert!(said.contains("standard output cannot be written"), "{args:?} {said}");
    }
    // What was recorded is recorded, and is said where it can be.
    let said = full(&["new", "--title", "x", "--learned-at", "1m ago"]);
    let second = ok(jishi(home.path()).args(["status", "--format=json"]));
    let second: serde_json::Value = serde_json::from_str(&second).unwrap();
    let ids = second["incidents"].as_array().unwrap().iter();
    let ids: Vec<_> =
        ids.filter_map(|i| i["incident"]["id"].as_str()).filter(|i| *i != id).collect();
    assert!(
        ids.len() == 1 && said.contains(&format!("of {} is recorded", ids[0])),
        "{ids:?} {said}"
    );
    let said = full(&["note", &id, "x"]);
    assert!(said.contains(&format!(" of {id} is recorded")), "{said}");

    for args in [&["log", "show", &id][..], export, &["--help"], &["status", "--format=json"]] {
        let mut child = jishi(home.path())
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let out = child.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{args:?} {out:?}");
    }
}

/// Runs with a bound on memory: whoever reads a file whole does not get through.
fn bounded(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new("sh");
    // 512 MB of addresses, of which the program, its threads and its packs take a part.
    command.args(["-c", "ulimit -v 524288; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_jishi")]);
    command.env("JISHI_HOME", home).env("JISHI_LANG", "en").stdin(Stdio::null());
    let out = command.args(args).stdout(Stdio::piped()).output().unwrap();
    clean(&format!("{args:?}"), &out);
    out
}

fn sparse(path: &Path, bytes: u64, end: &[u8]) {
    let mut file = File::options().create(true).truncate(false).write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(bytes - end.len() as u64)).unwrap();
    file.write_all(end).unwrap();
}

#[test]
fn huge_records_are_refused_in_little_memory() {
    let home = tempfile::tempdir().unwrap();
    let id = new_incident(home.path());
    let path = record_file(home.path(), &id);
    let good = std::fs::read(&path).unwrap();
    // A line of 100 MB; a record of 1 GB, most of it a hole.
    let line = {
        let mut bytes = good.clone();
        bytes.extend_from_slice(b"{\"e\":{\"x\":\"");
        bytes.resize(good.len() + (100 << 20), b'x');
        bytes.extend_from_slice(b"\"}}\n");
        bytes
    };
    std::fs::write(&path, line).unwrap();
    let commands: &[(&[&str], &[i32])] = &[
        (&["note", &id, "x"], &[3]),
        (&["status", &id], &[3]),
        (&["log", "show", &id], &[3]),
        (&["log", "verify", &id], &[1]),
        (&["log", "show", &id, "--format=json"], &[0, 3]),
    ];
    for (args, codes) in commands {
        let out = bounded(home.path(), args);
        assert!(codes.contains(&out.status.code().unwrap()), "{args:?} {:?}", out.stderr);
    }
    std::fs::write(&path, &good).unwrap();
    sparse(&path, 1 << 30, b"\n");
    for (args, codes) in commands {
        let out = bounded(home.path(), args);
        assert!(codes.contains(&out.status.code().unwrap()), "{args:?} {:?}", out.stderr);
    }
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 1 << 30, "nothing was added");
}

#[test]
fn huge_packs_settings_and_facts_are_refused_in_little_memory() {
    let home = tempfile::tempdir().unwrap();
    let big = home.path().join("big.ron");
    sparse(&big, 50 << 20, b")");
    let path = big.to_str().unwrap();
    for args in [
        &["pack", "check", path][..],
        &["pack", "show", path],
        &["new", "--title", "x", "--learned-at", "1m ago", "--pack", path],
        &["assess", path],
    ] {
        let out = bounded(home.path(), args);
        assert_eq!(out.status.code(), Some(2), "{args:?} {out:?}");
    }
    let config = home.path().join("config");
    std::fs::create_dir(&config).unwrap();
    std::fs::rename(&big, config.join("config.ron")).unwrap();
    assert_eq!(bounded(home.path(), &["status"]).status.code(), Some(2));
    std::fs::remove_file(config.join("config.ron")).unwrap();

    // The text of a pack beside a record.
    let id = new_incident(home.path());
    let packs = home.path().join("live").join(&id).join("packs");
    let text = std::fs::read_dir(&packs).unwrap().flatten().next().unwrap().path();
    sparse(&text, 50 << 20, b")");
    assert!(bounded(home.path(), &["status", &id]).status.code().is_some());
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    let home = tempfile::tempdir().unwrap();
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let file = home.path().join("deep");
    let texts = [
        deep("[", "]"),
        deep("(", ")"),
        deep("{\"facts\":", "}"),
        format!("(format: 1, facts: {})", deep("[", "]")),
        format!("(format: 1, grading: {})", deep("Not(", ")")),
        format!("{{\"facts\": {{\"pi_persons\": {}}}}}", deep("[", "]")),
        deep("Some(", ")"),
        deep("/*", "*/"),
    ];
    for text in texts {
        std::fs::write(&file, &text).unwrap();
        let path = file.to_str().unwrap();
        for (args, code) in [(&["pack", "check", path][..], 1), (&["assess", path], 2)] {
            let out = run(home.path(), args);
            assert_eq!(out.status.code(), Some(code), "{args:?} {}", text.get(..40).unwrap());
        }
        let config = home.path().join("config");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join("config.ron"), &text).unwrap();
        assert_eq!(run(home.path(), &["status"]).status.code(), Some(2));
        std::fs::remove_file(config.join("config.ron")).unwrap();
    }
    // A record's line, as deep as a line can be.
    let id = new_incident(home.path());
    let path = record_file(home.path(), &id);
    let e = format!("{{\"data\":{}}}", deep("[", "]"));
    let line = format!("{{\"e\":{e},\"h\":\"{}\"}}\n", Digest::of(e.as_bytes()));
    std::fs::write(&path, line).unwrap();
    assert_eq!(run(home.path(), &["status", &id]).status.code(), Some(3));
    assert_eq!(run(home.path(), &["log", "verify", &id]).status.code(), Some(1));
    run(home.path(), &["log", "show", &id, "--format=json"]);
}
