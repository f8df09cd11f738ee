//! Remembered heads, incidents that are gone, and the append-only attribute.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::bare;
use crate::home::{Home, chained, replaced, said};

#[test]
fn a_head_is_remembered_privately_outside_the_incidents_folder() {
    let home = Home::new();
    let id = home.incident();
    let user = fs::read_dir(home.path().join("state/heads")).unwrap().next().unwrap().unwrap();
    let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&user.path()), 0o700);
    let files: Vec<_> = fs::read_dir(user.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "a record, an incident, a lock: {files:?}");
    assert!(files.iter().all(|f| mode(f) == 0o600));
    let (code, seen) = home.json(&["log", "verify", &id]);
    assert_eq!(code, 0);
    let remembered = &seen["witnesses"]["remembered"];
    assert_eq!((&remembered["entries"], &remembered["holds"]), (&5.into(), &true.into()));
    assert_eq!(remembered["head"], seen["head"]);
}

#[test]
fn a_cut_tail_is_refused_until_a_person_accepts_it_with_a_reason() {
    let home = Home::new();
    let id = home.incident();
    let lines = home.lines(&id);
    home.put(&id, &lines[..4]);
    let says = "had 5 entries";
    home.fails(&["note", &id, "more"], 3, says);
    home.fails(&["log", "sign", &id, "--key", "none"], 3, says);
    assert_eq!(home.lines(&id).len(), 4, "nothing was added");
    let (code, status) = home.json(&["status", &id]);
    assert_eq!((code, status["incident"]["entries"].as_u64()), (0, Some(4)), "it can be read");
    let out = home.run(&["status", &id]);
    assert!(out.err.contains(says) && out.err.contains("jishi log accept"), "{}", out.err);
    assert_eq!(home.run(&["status", "--check"]).code, 3, "its clocks cannot be relied on");
    let out = home.fails(&["log", "verify", &id], 1, says);
    let head: Value = serde_json::from_slice(&lines[4]).unwrap();
    assert!(out.err.contains(head["h"].as_str().unwrap()), "the remembered head is named");

    home.fails(&["log", "accept", &id, "--because", " "], 2, "because");
    home.ok(&["log", "accept", &id, "--because", "the disk was restored from a backup"]);
    let note = String::from_utf8(home.lines(&id)[4].clone()).unwrap();
    assert!(note.contains("restored from a backup") && note.contains(head["h"].as_str().unwrap()));
    home.ok(&["note", &id, "more"]);
    home.ok(&["log", "verify", &id]);
}

#[test]
fn a_newest_entry_that_is_damaged_in_plain_sight_is_answered_for_and_more_than_that_is_refused() {
    let home = Home::new();
    let id = home.incident();
    let lines = home.lines(&id);
    let cut = |keep: usize| {
        let bytes = lines.concat();
        fs::write(home.record(&id), &bytes[..bytes.len() - keep]).unwrap();
    };
    cut(lines[4].len() + 40);
    home.fails(&["note", &id, "more"], 3, "had 5 entries");
    cut(40);
    let said = home.fails(&["log", "verify", &id], 1, "remembered head (after 5 entries)");
    assert!(said.out.contains("remembered head: does not hold"), "{}", said.out);
    let said = home.run(&["note", &id, "more"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("was whole once and is damaged now"), "{}", said.err);
    let said = home.run(&["log", "verify", &id]);
    assert!(
        said.code == 0 && said.out.contains("remembered head: yes (6 entries)"),
        "{}",
        said.err
    );
    assert!(String::from_utf8(home.lines(&id).concat()).unwrap().contains("recovered"));
}

#[test]
fn an_older_copy_a_rewritten_and_another_record_are_told_apart() {
    let home = Home::new();
    let id = home.incident();
    let lines = home.lines(&id);
    // Rolled back, and then gone on with by somebody who remembers nothing.
    let fork = [&lines[..4], &[replaced(&lines[4], "three", "drei")]].concat();
    home.put(&id, &chained(&fork));
    home.fails(&["note", &id, "x"], 3, "was rewritten");
    home.fails(&["log", "verify", &id], 1, "was rewritten");
    // As before: nothing is held against it.
    home.put(&id, &lines);
    home.ok(&["note", &id, "four"]);
    // Another record under the same id.
    let other = Home::new();
    let other_id = other.incident();
    fs::copy(other.record(&other_id), home.record(&id)).unwrap();
    home.fails(&["note", &id, "x"], 3, "another record stands in the place");
    home.fails(&["log", "verify", &id], 1, "another record stands in the place");
    // No record any more.
    fs::remove_dir_all(home.folder(&id)).unwrap();
    home.fails(&["log", "verify", &id], 1, "is gone: it had 6 entries");
}

#[test]
fn an_incident_that_is_gone_is_named_and_none_takes_its_place() {
    let home = Home::new();
    let (id, other) = (home.incident(), home.incident());
    let gone = format!("`{id}` is gone: it had 5 entries");
    fs::rename(home.folder(&id), home.path().join("away")).unwrap();
    let said = home.fails(&["status"], 0, &gone);
    assert!(said.out.contains(&other) && !said.out.contains(&id), "{}", said.out);
    let (_, all) = home.json(&["status"]);
    assert_eq!(all["problems"][0]["id"], *id);
    let problem = all["problems"][0]["problem"].as_str().unwrap();
    assert!(problem.contains(&gone) && !problem.contains("->"), "{problem}");
    assert_eq!(home.run(&["status", "--check"]).code, 3);
    home.fails(&["next"], 3, &gone);
    let path = home.folder(&id);
    for meant in [id.as_str(), &id[5..], path.to_str().unwrap()] {
        home.fails(&["log", "verify", meant], 1, &gone);
    }
    home.fails(&["log", "verify", "2020"], 2, "there is no incident");
    home.fails(&["log", "export", &id], 1, &gone);
    home.fails(&["status", &id], 1, &gone);

    let new = home.incident();
    assert!(new != id && new != other, "{new}");
    home.fails(&["log", "verify", &id], 1, &gone);
    // A folder or a file that holds nothing any more is no better.
    fs::create_dir(home.folder(&id)).unwrap();
    home.fails(&["status"], 0, &gone);
    fs::write(home.record(&id), "").unwrap();
    let said = home.fails(&["status"], 0, &gone);
    assert!(!said.err.contains("nothing in it was acknowledged"), "{}", said.err);
    home.fails(&["log", "verify", path.to_str().unwrap()], 1, &gone);
    // It comes back as it was, or is forgotten on purpose.
    fs::remove_dir_all(home.folder(&id)).unwrap();
    fs::rename(home.path().join("away"), home.folder(&id)).unwrap();
    home.ok(&["log", "verify", &id]);
    assert!(!home.run(&["status"]).err.contains("is gone"));
    fs::remove_dir_all(home.folder(&id)).unwrap();
    let said = home.run(&["status"]).err;
    let (_, file) = said.split_once("on purpose: remove ").unwrap();
    let file = file.lines().next().unwrap();
    fs::write(file, "").unwrap();
    home.fails(&["status"], 0, "is gone; its head was remembered, but what is remembered cannot");
    fs::remove_file(file).unwrap();
    assert!(!home.run(&["status"]).err.contains("is gone"));
    home.fails(&["log", "verify", &id], 2, "there is no incident");
}

#[test]
fn what_others_add_is_no_doubt_and_a_copy_elsewhere_may_be_older() {
    let home = Home::new();
    let id = home.incident();
    let copy = home.path().join("copy");
    fs::create_dir(&copy).unwrap();
    fs::copy(home.record(&id), copy.join("record.jsonl")).unwrap();
    // Somebody who remembers elsewhere.
    let state = home.path().join("state");
    fs::rename(&state, home.path().join("mine")).unwrap();
    home.ok(&["note", &id, "by another"]);
    fs::remove_dir_all(&state).unwrap();
    fs::rename(home.path().join("mine"), &state).unwrap();
    home.ok(&["note", &id, "by me"]);
    let said = home.run(&["log", "verify", "copy"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let line =
        "remembered head: this copy ends before it (5 entries, 7 are remembered); nothing could";
    assert!(said.out.contains(line), "{}", said.out);
    assert!(said.out.contains("a cut tail or an older copy put back; everything rewritten"));
}

#[test]
fn without_a_state_folder_it_works_and_says_that_nothing_is_remembered() {
    let home = Home::new();
    fs::write(home.path().join("state"), "not a folder").unwrap();
    let args = ["new", "--title", "x", "--learned-at", "20m ago"];
    let said = home.run(&args);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.err.matches("heads are not remembered").count(), 1, "{}", said.err);
    let id = said.out.trim();
    assert_eq!(home.run(&["note", id, "one"]).code, 0);
    let out = home.ok(&["log", "verify", id]);
    assert!(out.contains("remembered head: no"), "{out}");
}

#[test]
fn a_memory_that_is_no_longer_what_was_written_is_said_and_accepted_anew() {
    let home = Home::new();
    let id = home.incident();
    let user = fs::read_dir(home.path().join("state/heads")).unwrap().next().unwrap().unwrap();
    let files = fs::read_dir(user.path()).unwrap().map(|e| e.unwrap().path());
    let kept = files.into_iter().find(|f| f.extension().is_some_and(|e| e == "json")).unwrap();
    let way_out = "jishi log accept ID --because WHY";
    let spoil: [(&str, &dyn Fn()); 5] = [
        ("it is empty, or not", &|| fs::write(&kept, "").unwrap()),
        ("it is empty, or not", &|| fs::write(&kept, "{\"v\":1}").unwrap()),
        ("not a plain file", &|| {
            home.tool("mkfifo", &[kept.to_str().unwrap()], None);
        }),
        ("not a plain file", &|| std::os::unix::fs::symlink("/dev/zero", &kept).unwrap()),
        ("belongs to another user", &|| {
            fs::write(&kept, "").unwrap();
            if rustix::process::geteuid().is_root() {
                std::os::unix::fs::chown(&kept, Some(12_345), None).unwrap();
            }
        }),
    ];
    let spoil = &spoil[..if bare::root() { 5 } else { 4 }];
    for (says, spoil) in spoil {
        let good = fs::read(&kept).unwrap();
        fs::remove_file(&kept).unwrap();
        spoil();
        for args in [&["note", &id, "x"][..], &["status", &id], &["log", "verify", &id]] {
            let said = home.fails(args, 0, says);
            assert!(said.err.contains(way_out), "{}", said.err);
        }
        let said = home.run(&["note", &id, "x", "--lang", "zh"]);
        assert!(said.err.contains("记录头没有被记住"), "{}", said.err);
        let said = home.run(&["log", "accept", &id, "--because", "it was checked"]);
        assert!(said.code == 0 && !said.err.contains("not remembered"), "{}", said.err);
        assert_ne!(fs::read(&kept).unwrap(), good);
        let said = home.run(&["log", "verify", &id]);
        assert!(said.out.contains("remembered head: yes") && !said.err.contains(way_out));
    }
    // The lock and the folder, too.
    fs::remove_file(user.path().join("lock")).unwrap();
    home.tool("mkfifo", &[user.path().join("lock").to_str().unwrap()], None);
    assert_eq!(home.run(&["note", &id, "x"]).code, 0);
    fs::remove_file(user.path().join("lock")).unwrap();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(user.path(), Some(12_345), None).unwrap();
        home.fails(&["note", &id, "x"], 0, "belongs to another user");
    }
}

#[test]
fn in_a_shared_home_nobody_moves_anothers_memory_away() {
    let home = Home::new();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o2770)).unwrap();
    let id = home.incident();
    let heads = home.path().join("state/heads");
    assert_eq!(mode(&heads), 0o3770);
    fs::set_permissions(&heads, fs::Permissions::from_mode(0o2770)).unwrap();
    home.ok(&["note", &id, "x"]);
    assert_eq!(mode(&heads), 0o3770, "as an earlier version made it");
    assert_eq!(mode(&home.path().join("state")), 0o3770);
}

#[test]
fn programs_of_one_user_that_add_at_once_raise_no_false_alarm() {
    let home = Home::new();
    let id = home.incident();
    let start = |i: usize| {
        let mut c = home.command(&["note", &id, &format!("by {i}")]);
        c.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let all: Vec<Child> = (0..12).map(start).collect();
    for child in all {
        let said = said(&child.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(!said.err.contains("remembered"), "{}", said.err);
    }
    let (code, seen) = home.json(&["log", "verify", &id]);
    assert_eq!((code, &seen["entries"]), (0, &17.into()));
    assert_eq!(seen["witnesses"]["remembered"]["entries"], 17);
}

#[test]
fn verify_never_begins_with_intact_where_something_says_otherwise() {
    let home = Home::new();
    let id = home.incident();
    let lines = home.lines(&id);
    let head = home.json(&["log", "verify", &id]).1["head"].as_str().unwrap().to_owned();
    assert!(home.ok(&["log", "verify", &id, "--head", &head]).starts_with("intact: 5 entries"));
    home.put(&id, &lines[..4]);
    let says = "the bytes hold by themselves (4 entries, head ";
    let said = home.fails(&["log", "verify", &id], 1, "had 5 entries");
    assert!(said.out.starts_with(says), "{}", said.out);
    home.forget();
    let said = home.fails(&["log", "verify", &id, "--head", &head], 1, "is not in this record");
    assert!(said.out.starts_with(says), "{}", said.out);
    let said = home.run(&["log", "verify", &id, "--head", &head, "--lang", "zh"]);
    assert!(said.out.starts_with("字节本身成立 (4 条"), "{}", said.out);

    // Damage is told with its line and its entry, and what was answered for is counted.
    let mut bytes = lines.concat();
    bytes.truncate(bytes.len() - 20);
    fs::write(home.record(&id), &bytes).unwrap();
    let said = home.run(&["log", "verify", &id]);
    assert!(said.out.starts_with("line 5 (entry 4): the last"), "{}", said.out);
    let (_, seen) = home.json(&["log", "verify", &id]);
    let place = (&seen["line"], &seen["entry"], &seen["recovered"]);
    assert_eq!(place, (&5.into(), &4.into(), &0.into()));
    home.ok(&["note", &id, "more"]);
    let out = home.ok(&["log", "verify", &id]);
    assert!(out.contains("answered for (recovered entries): 1"), "{out}");
    let zh = home.ok(&["log", "verify", &id, "--lang", "zh"]);
    assert!(zh.contains("本机记住的记录头: 是 (6 条)") && !zh.contains("第 6 条"), "{zh}");
    assert_eq!(home.json(&["log", "verify", &id]).1["recovered"], 1);
}

#[test]
fn a_head_is_taken_as_people_write_it_and_anything_else_is_wrong_usage() {
    let home = Home::new();
    let id = home.incident();
    let head = home.json(&["log", "verify", &id]).1["head"].as_str().unwrap().to_owned();
    let (a, b) = (&head[..8], &head[8..16]);
    for written in [
        format!("{a}\t{b}"),
        format!("{a}\u{3000}{b}"),
        format!("\u{201c}{a} {b}\u{201d}"),
        format!("'{a}-{b}'"),
        format!("\u{300c}{}\u{300d}", head.to_uppercase()),
    ] {
        home.ok(&["log", "verify", &id, "--head", &written]);
    }
    home.fails(&["log", "verify", &id, "--head", "not a head"], 2, "is not hexadecimal");
    home.fails(&["log", "verify", &id, "--head", &head[..15]], 2, "too short");
    home.fails(&["log", "verify", &id, "--head", ""], 2, "too short");
    home.fails(&["log", "verify", &id, "--head", &format!("{head}0")], 2, "too long");
    // The hand-over says it in the groups in which it is read out.
    let grouped = head.as_bytes()[..16].chunks(4).map(|c| std::str::from_utf8(c).unwrap());
    let grouped = grouped.collect::<Vec<_>>().join(" ");
    assert!(home.ok(&["handover", &id, "--show"]).contains(&grouped), "{grouped}");
}

#[test]
fn a_record_that_does_not_hold_is_made_append_only_on_purpose_alone() {
    let home = Home::new();
    let id = home.incident();
    let lines = home.lines(&id);
    let attribute = || {
        let said = home.tool("lsattr", &[home.record(&id).to_str().unwrap()], None);
        said.out.split(' ').next().is_some_and(|flags| flags.contains('a'))
    };
    for (bytes, says) in [
        (lines[..4].concat(), "had 5 entries"),
        (replaced(&lines.concat(), "two", "TWO"), "damaged from line 4 (entry 3)"),
    ] {
        fs::write(home.record(&id), bytes).unwrap();
        let said = home.fails(&["log", "harden", &id], 3, says);
        assert!(said.err.contains("was not made append-only"), "{}", said.err);
        assert!(said.err.contains("say --yes"), "{}", said.err);
        assert!(!attribute());
    }
    let said = home.run(&["log", "harden", &id, "--yes"]);
    let _ = Command::new("chattr").arg("-a").arg(home.record(&id)).status();
    assert!(!said.err.contains("was not made append-only"), "{}", said.err);
}

#[test]
fn a_record_that_is_append_only_is_added_to_and_says_so() {
    let home = Home::new();
    let id = home.incident();
    let said = home.run(&["log", "harden", &id]);
    if said.code != 0 {
        assert!(
            said.err.contains("permitted") || said.err.contains("no append-only"),
            "{}",
            said.err
        );
        bare::skip(said.err.trim());
        return;
    }
    let soft = || drop(Command::new("chattr").arg("-a").arg(home.record(&id)).status());
    let checked = std::panic::catch_unwind(|| {
        home.ok(&["note", &id, "added"]);
        assert!(home.ok(&["status", &id]).contains("append-only attribute (chattr +a): set"));
        assert!(
            home.ok(&["log", "verify", &id]).contains("append-only attribute (chattr +a): set")
        );
        assert!(home.ok(&["log", "harden", &id]).contains("was append-only before"));
        assert!(fs::write(home.record(&id), "").is_err(), "nobody cuts it");
        assert!(fs::remove_file(home.record(&id)).is_err(), "nobody removes it");
    });
    // Or the folder could not be removed.
    soft();
    checked.unwrap();
}
