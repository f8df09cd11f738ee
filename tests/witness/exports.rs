//! What gets out of a record, and what is said with it.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use serde_json::Value;

use crate::bare;
use crate::home::{Home, chained, replaced};

#[test]
fn an_export_is_signed_where_the_settings_name_a_key_and_goes_on_where_that_fails() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    home.key("alice", &["ed25519"]);
    home.fails(&["log", "export", &id, "--sign"], 2, "no key to sign with");
    home.ok(&["log", "export", &id]);
    assert!(home.points(&id).is_empty());
    fs::create_dir_all(home.path().join("config")).unwrap();
    let config = home.path().join("config/config.ron");
    fs::write(&config, format!("(sign_key: {:?})", home.path().join("alice"))).unwrap();
    let bytes = home.ok(&["log", "export", &id]);
    assert_eq!(bytes.as_bytes(), fs::read(home.record(&id)).unwrap());
    home.allow(&["alice"]);
    assert_eq!(home.verify_signed(&id).code, 0);
    fs::write(&config, "(sign_agent: \"nobody\")").unwrap();
    let said = home.run(&["log", "export", &id]);
    assert_eq!((said.code, said.out), (0, bytes));
    assert!(said.err.contains("no checkpoint was signed before this export"), "{}", said.err);
    home.fails(&["log", "export", &id, "--sign"], 3, "ssh-agent");
}

#[test]
fn what_is_damaged_or_not_as_remembered_gets_out_with_clear_words_and_code_3() {
    let home = Home::new();
    let id = home.incident();
    let lines = home.lines(&id);
    let shown = |args: &[&str]| -> Vec<Value> {
        let said = home.run(&[args, &["--format", "json"]].concat());
        serde_json::from_str(&said.out).unwrap()
    };
    let said = home.run(&["log", "export", &id]);
    assert!(said.err.contains("no checkpoint was signed, for no key is set"), "{}", said.err);
    assert!(said.err.contains(&format!("jishi log export {id} --key FILE")), "{}", said.err);
    assert_eq!(shown(&["log", "show", &id]).len(), 5);

    let check = |bytes: &[u8], holds: usize, says: &[&str]| {
        fs::write(home.record(&id), bytes).unwrap();
        let mut export = home.command(&["log", "export", &id]);
        let out = export.output().unwrap();
        assert_eq!(out.stdout, bytes, "all of it, as it is");
        let show = home.run(&["log", "show", &id, "--format", "json"]);
        for (code, err) in
            [(out.status.code(), said_err(&out)), (Some(show.code), show.err.clone())]
        {
            assert_eq!(code, Some(3), "{err}");
            says.iter().for_each(|says| assert!(err.contains(says), "`{says}`: {err}"));
        }
        assert!(said_err(&out).contains("bytes were exported as they are"));
        assert!(show.err.contains("only the entries that hold are shown"), "{}", show.err);
        let list: Vec<Value> = serde_json::from_str(&show.out).unwrap();
        let first = lines.iter().map(|l| serde_json::from_slice::<Value>(l).unwrap());
        if holds > 0 {
            assert_eq!(list, first.take(holds).collect::<Vec<_>>());
        }
    };
    // An entry edited in the middle: what comes after it is shown no more, although each line is JSON.
    let mut edited = lines.clone();
    edited[3] = replaced(&edited[3], "two", "TWO");
    let damaged = "damaged from line 4 (entry 3) on: the digest does not fit";
    check(&edited.concat(), 3, &[damaged, "the 3 entries before it hold"]);
    check(&lines.concat()[..lines.concat().len() - 9], 4, &["line was cut", "the 4 entries"]);
    // Cut, rewritten, replaced: the bytes hold, the memory says otherwise.
    check(&lines[..3].concat(), 3, &["had 5 entries", "remembered head (after 5 entries)"]);
    check(&chained(&edited).concat(), 0, &["was rewritten"]);
    let other = Home::new();
    let other_id = other.incident();
    check(&other.lines(&other_id).concat(), 0, &["another record stands in the place"]);
    // Damage that was answered for is no entry, and no doubt.
    home.put(&id, &lines);
    let mut bytes = lines.concat();
    bytes.extend_from_slice(&replaced(&lines[4], "three", "drei"));
    fs::write(home.record(&id), &bytes).unwrap();
    home.ok(&["note", &id, "more"]);
    let list = shown(&["log", "show", &id]);
    assert_eq!((list.len(), &list[5]["e"]["kind"]), (7, &"recovered".into()));
    assert!(list.iter().all(|l| !l.to_string().contains("drei")));
    home.ok(&["log", "export", &id]);
}

/// Types lines into the line-by-line console, and returns what it said.
fn typed(home: &Home, lines: &[&str]) -> String {
    let mut child = home
        .command(&["--plain"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = lines.join("\n");
    text.push('\n');
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned()
}

#[test]
fn the_console_exports_into_a_new_file_of_ones_own_and_says_that_nothing_was_signed() {
    let home = Home::new();
    let id = home.incident();
    let file = home.path().join("copy.jsonl");
    let export = format!("export {}", file.display());
    assert!(typed(&home, &[&export]).contains("Open an incident first"));
    let said = typed(&home, &["open 1", "export"]);
    assert!(said.contains("Write export PATH") && said.contains(&format!("jishi-{id}-")), "{said}");
    let said = typed(&home, &["open 1", &export]);
    let bytes = fs::read(home.record(&id)).unwrap();
    assert_eq!(fs::read(&file).unwrap(), bytes);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let head = home.json(&["status", &id]).1["incident"]["head"].as_str().unwrap().to_owned();
    let head: Vec<&str> = (0..4).map(|i| &head[i * 4..i * 4 + 4]).collect();
    let says = format!("exported to {}: 5 entries, head {}", file.display(), head.join(" "));
    assert!(said.contains(&says), "{says}: {said}");
    assert!(said.contains("no checkpoint was signed: config.ron sets no sign_key"), "{said}");
    // Over nothing, and through no link.
    std::os::unix::fs::symlink(home.path().join("elsewhere"), home.path().join("link")).unwrap();
    for name in ["copy.jsonl", "link"] {
        let export = format!("export {}", home.path().join(name).display());
        let said = typed(&home, &["open 1", &export]);
        assert!(said.contains("exists and was not overwritten"), "{said}");
    }
    assert!(!home.path().join("elsewhere").exists());
    assert_eq!(fs::read(&file).unwrap(), bytes);
    // Damaged or not as remembered: the bytes get out, and it is said.
    let mut lines = home.lines(&id);
    lines[3] = replaced(&lines[3], "two", "TWO");
    home.put(&id, &lines);
    let file = home.path().join("damaged.jsonl");
    let said = typed(&home, &["open 1", &format!("export {}", file.display())]);
    assert_eq!(fs::read(&file).unwrap(), lines.concat());
    for says in ["bytes were exported to", "damaged from line 4 (entry 3) on", "remembered head"] {
        assert!(said.contains(says), "`{says}`: {said}");
    }
}

#[test]
fn the_console_signs_when_it_is_told_to_and_before_every_export() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    let said = typed(&home, &["open 1", "sign"]);
    assert!(said.contains("no key to sign with") && said.contains("sign_agent"), "{said}");
    assert!(home.points(&id).is_empty());
    home.key("alice", &["ed25519"]);
    home.allow(&["alice"]);
    fs::create_dir_all(home.path().join("config")).unwrap();
    let config = home.path().join("config/config.ron");
    fs::write(&config, format!("(sign_key: {:?})", home.path().join("alice"))).unwrap();
    let said = typed(&home, &["open 1", "sign"]);
    let kept = home.text(&id);
    assert!(said.contains(&format!("signed: {}.sig (SHA256:", kept.display())), "{said}");
    assert_eq!(home.verify_signed(&id).code, 0);
    let file = home.path().join("copy.jsonl");
    let more = ["open 1", "note more", "yes", &format!("export {}", file.display())];
    let said = typed(&home, &more);
    assert!(said.contains("entries, head") && said.contains("signed: "), "{said}");
    assert_eq!(home.points(&id).len(), 4, "two texts, each with a signature");
    fs::write(&config, "(sign_agent: \"nobody\")").unwrap();
    let said = typed(&home, &["open 1", "sign", &format!("export {}.2", file.display())]);
    assert!(said.contains("not signed: "), "{said}");
    assert!(said.contains("no checkpoint was signed before this export"), "{said}");
    assert_eq!(
        fs::read(home.path().join("copy.jsonl.2")).unwrap().len(),
        fs::read(&file).unwrap().len()
    );
}

fn said_err(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}
