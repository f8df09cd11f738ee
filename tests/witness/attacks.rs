//! The table of attacks: real records attacked, and which measure finds it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bare;
use crate::home::{Home, chained, replaced};
use crate::stamps::{authority, stamp};

const TABLE: &str = include_str!("../../assets/verify/ATTACKS.md");

/// What found an attack, in the order of the table: digests and chain, the remembered head, a head
/// written down, a signed checkpoint and a time-stamp kept elsewhere.
type Found = [bool; 5];

/// A record of seven entries, and what was kept of it elsewhere when it had `at` of them.
struct Kept {
    home: Home,
    id: String,
    head: String,
    signed: PathBuf,
    stamped: PathBuf,
}

fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

impl Kept {
    fn at(entries: usize, shared: &Home) -> Self {
        let home = Home::new();
        for file in ["ts.cnf", "ca.pem", "ca.key", "serial", "alice", "alice.pub"] {
            copy(&shared.path().join(file), home.path());
        }
        home.allow(&["alice"]);
        let id = home.incident();
        let write = || {
            home.ok(&["note", &id, "four"]);
            home.ok(&["note", &id, "five"]);
        };
        if entries == 7 {
            write();
        }
        let head = home.json(&["log", "verify", &id]).1["head"].as_str().unwrap().to_owned();
        home.ok(&["log", "timestamp", &id, "--request", "q.tsq"]);
        stamp(&home, "q.tsq", "r.tsr");
        home.ok(&["log", "timestamp", &id, "--reply", "r.tsr"]);
        let points = home.folder(&id).join("checkpoints");
        let stamped = home.path().join("stamped");
        fs::rename(&points, &stamped).unwrap();
        home.ok(&["log", "sign", &id, "--key", "alice"]);
        let signed = home.path().join("signed");
        copy(&points, &signed);
        copy(&home.path().join("state"), &home.path().join("memory"));
        if entries == 5 {
            write();
        }
        assert_eq!(home.lines(&id).len(), 7);
        let text = |folder: PathBuf| {
            let mut all = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
            all.find(|p| p.extension().is_some_and(|e| e == "txt")).unwrap()
        };
        let (signed, stamped) = (text(signed), text(stamped));
        Self { home, id, head, signed, stamped }
    }

    /// Verifies on a host that remembers nothing, and with nothing beside the record.
    fn verify(&self, args: &[&str]) -> i32 {
        self.home.forget();
        let _ = fs::remove_dir_all(self.home.folder(&self.id).join("checkpoints"));
        self.home.run(&[&["log", "verify", &self.id], args].concat()).code
    }

    fn with_memory(&self) -> i32 {
        self.home.forget();
        let _ = fs::remove_dir_all(self.home.folder(&self.id).join("checkpoints"));
        copy(&self.home.path().join("memory"), &self.home.path().join("state"));
        self.home.run(&["log", "verify", &self.id]).code
    }

    fn codes(&self) -> [i32; 5] {
        let (signed, stamped) = (self.signed.to_str().unwrap(), self.stamped.to_str().unwrap());
        let reply = format!("{stamped}.tsr");
        let args = ["ts", "-verify", "-data", stamped, "-in", &reply, "-CAfile", "ca.pem"];
        assert_eq!(self.home.tool("openssl", &args, None).code, 0, "the stamp itself holds");
        [
            self.verify(&[]),
            self.with_memory(),
            self.verify(&["--head", &self.head[..16]]),
            self.verify(&["--checkpoint", signed, "--signers", "signers"]),
            self.verify(&["--checkpoint", stamped]),
        ]
    }
}

/// Attacks a record of which everything was kept at `entries` of its seven.
fn attack(entries: usize, shared: &Home, how: impl Fn(&Home, &str, &[Vec<u8>])) -> Found {
    let kept = Kept::at(entries, shared);
    let lines = kept.home.lines(&kept.id);
    assert_eq!(kept.codes(), [0; 5], "nothing is found before");
    how(&kept.home, &kept.id, &lines);
    kept.codes().map(|code| {
        assert!(code == 0 || code == 1, "{code}");
        code == 1
    })
}

/// The marks that the table gives an attack.
fn marks(row: &str) -> Vec<String> {
    let line = TABLE.lines().find(|l| l.starts_with("| ") && l.contains(row)).expect(row);
    let cells = line.trim_matches('|').split('|').skip(1).map(|c| c.trim().to_owned());
    cells.collect()
}

/// Holds a row of the table: `●` is found wherever the place lies that was kept, `◐` where it is the
/// newest, `–` nowhere.
fn holds(row: &str, shared: &Home, how: impl Fn(&Home, &str, &[Vec<u8>])) {
    let newest = attack(7, shared, &how);
    let older = attack(5, shared, &how);
    let found = newest.iter().zip(older).map(|both| match both {
        (true, true) => '●',
        (true, false) => '◐',
        (false, false) => '–',
        (false, true) => panic!("{row}: an older place finds more"),
    });
    let said = marks(row).iter().map(|m| m.chars().next().unwrap()).collect::<Vec<_>>();
    assert_eq!(found.collect::<Vec<_>>(), said, "{row}");
}

fn shared() -> Option<Home> {
    if !bare::tool("ssh-keygen") || !bare::tool("openssl") {
        return None;
    }
    let home = Home::new();
    authority(&home);
    home.key("alice", &["ed25519"]);
    Some(home)
}

fn edited(lines: &[Vec<u8>], n: usize, from: &str, to: &str) -> Vec<Vec<u8>> {
    let mut lines = lines.to_vec();
    lines[n] = replaced(&lines[n], from, to);
    lines
}

/// An edit with the digest of its own line recomputed, and no other.
fn patched(lines: &[Vec<u8>], n: usize, from: &str, to: &str) -> Vec<Vec<u8>> {
    let mut lines = edited(lines, n, from, to);
    let whole: Value = serde_json::from_slice(&lines[n]).unwrap();
    let e = jishi::record::canon::write(&whole["e"]).unwrap();
    let h = jishi::record::Digest::of(e.as_bytes());
    lines[n] = format!("{{\"e\":{e},\"h\":\"{h}\"}}\n").into_bytes();
    lines
}

#[test]
fn edits_that_break_the_chain_are_found_by_everything() {
    let Some(shared) = shared() else { return };
    let row = "edit, reorder, insert, take out";
    holds(row, &shared, |home, id, lines| home.put(id, &edited(lines, 3, "two", "TWO")));
    holds(row, &shared, |home, id, lines| home.put(id, &patched(lines, 3, "two", "TWO")));
    holds(row, &shared, |home, id, lines| home.put(id, &edited(lines, 6, "five", "FIVE")));
    holds(row, &shared, |home, id, lines| {
        let mut lines = lines.to_vec();
        lines.swap(3, 4);
        home.put(id, &lines);
    });
    holds(row, &shared, |home, id, lines| {
        let mut lines = lines.to_vec();
        lines.insert(4, lines[3].clone());
        home.put(id, &lines);
    });
    holds(row, &shared, |home, id, lines| {
        let mut lines = lines.to_vec();
        lines.remove(4);
        home.put(id, &lines);
    });
}

#[test]
fn cuts_and_rewritten_ends_are_found_up_to_the_place_that_was_kept() {
    let Some(shared) = shared() else { return };
    holds("newest entries edited", &shared, |home, id, lines| {
        home.put(id, &patched(lines, 6, "five", "FIVE"));
    });
    holds("newest entries edited", &shared, |home, id, lines| {
        home.put(id, &chained(&edited(lines, 5, "four", "FOUR")));
    });
    holds("tail cut at a line's end", &shared, |home, id, lines| home.put(id, &lines[..6]));
    holds("rolled back, checkpoints too", &shared, |home, id, lines| {
        home.put(id, &lines[..5]);
        let _ = fs::remove_dir_all(home.folder(id).join("checkpoints"));
    });
    // The other history is honest in itself; it shows only where the two are laid side by side.
    holds("two histories for two people", &shared, |home, id, lines| {
        home.put(id, &chained(&edited(lines, 6, "five", "sechs")));
    });
}

#[test]
fn a_rewritten_record_is_found_by_everything_but_the_chain() {
    let Some(shared) = shared() else { return };
    let row = "everything rewritten and chained anew";
    holds(row, &shared, |home, id, lines| {
        home.put(id, &chained(&edited(lines, 3, "two", "TWO")));
    });
    // With a record id of its own.
    holds(row, &shared, |home, id, lines| {
        let first: Value = serde_json::from_slice(&lines[0]).unwrap();
        let record = first["e"]["data"]["record"].as_str().unwrap();
        home.put(id, &chained(&edited(lines, 0, record, &"5a".repeat(32))));
    });
}

#[test]
fn back_dating_is_found_by_a_time_stamp_alone_and_only_before_its_place() {
    let Some(shared) = shared() else { return };
    assert_eq!(marks("back-dating by one who may write"), ["–", "–", "–", "–", "◐ ⁵"]);
    for entries in [5, 7] {
        // Added today, about long ago: nothing is broken by that.
        let added = attack(entries, &shared, |home, id, _| {
            home.ok(&["note", id, "I knew", "--happened-at", "2020-01-01T00:00:00Z"]);
        });
        assert_eq!(added, [false; 5]);
        // Slipped in before the stamp's place: the entries that existed by then were others.
        let slipped = attack(entries, &shared, |home, id, lines| {
            let mut lines = lines.to_vec();
            lines.insert(4, replaced(&lines[3], "two", "I knew"));
            home.put(id, &chained(&lines));
        });
        assert!(!slipped[0] && slipped[4]);
    }
}

#[test]
fn a_record_that_was_removed_is_missed_by_who_remembers_it_and_fits_nothing_that_was_kept() {
    let Some(shared) = shared() else { return };
    assert_eq!(marks("the whole record removed"), ["–", "● ²", "◐ ⁶", "◐ ⁶", "◐ ⁶"]);
    for entries in [5, 7] {
        let kept = Kept::at(entries, &shared);
        fs::remove_dir_all(kept.home.folder(&kept.id)).unwrap();
        let codes = kept.codes();
        assert_eq!(codes, [2, 1, 2, 2, 2]);
        assert_eq!(kept.home.run(&["status", "--check"]).code, 0, "nothing remembers it");
        assert_eq!(kept.with_memory(), 1);
        assert!(kept.home.run(&["status"]).err.contains("is gone"));
    }
}

#[test]
fn what_the_notes_of_the_table_say_cannot_be_found_is_not_found() {
    let Some(shared) = shared() else { return };
    let kept = Kept::at(5, &shared);
    let (home, id) = (&kept.home, kept.id.as_str());
    // The second: the whole home rolled back, with what it remembers.
    assert_eq!(home.run(&["log", "verify", id]).code, 0);
    copy(&home.path().join("live"), &home.path().join("live.old"));
    copy(&home.path().join("state"), &home.path().join("state.old"));
    home.ok(&["note", id, "six"]);
    for name in ["live", "state"] {
        fs::remove_dir_all(home.path().join(name)).unwrap();
        let old = home.path().join(format!("{name}.old"));
        fs::rename(old, home.path().join(name)).unwrap();
    }
    home.ok(&["log", "verify", id]);
    // The third: rewritten, with the checkpoints beside it removed, or signed anew with the key.
    let lines = home.lines(id);
    home.put(id, &chained(&edited(&lines, 3, "two", "TWO")));
    home.forget();
    assert_eq!(home.verify_signed(id).code, 1, "the checkpoint beside it finds it");
    fs::remove_dir_all(home.folder(id).join("checkpoints")).unwrap();
    assert_eq!(home.verify_signed(id).code, 2, "nothing is there any more");
    home.ok(&["log", "sign", id, "--key", "alice"]);
    assert_eq!(home.verify_signed(id).code, 0, "and signed anew it holds");
    let elsewhere = ["log", "verify", id, "--checkpoint", kept.signed.to_str().unwrap()];
    home.fails(&elsewhere, 1, "it was rewritten");
}

#[test]
fn verify_says_which_attacks_it_would_not_have_found() {
    let home = Home::new();
    let id = home.incident();
    let open = |args: &[&str]| {
        let (code, seen) = home.json(&[&["log", "verify", &id], args].concat());
        assert_eq!(code, 0);
        let list = seen["witnesses"]["not_found"].as_array().unwrap().clone();
        (list.iter().map(|v| v.as_str().unwrap().to_owned()).collect::<Vec<_>>(), seen)
    };
    let (with_memory, seen) = open(&[]);
    assert_eq!(with_memory, ["cut_unseen", "histories", "back_dating"]);
    home.forget();
    assert_eq!(open(&[]).0, ["cut", "rewrite", "histories", "back_dating"]);
    let head = seen["head"].as_str().unwrap();
    assert_eq!(open(&["--head", head]).0, ["cut_unseen", "histories", "back_dating"]);
    // A checkpoint beside the record goes with it; what was added after it was signed by nobody.
    if bare::tool("ssh-keygen") {
        home.key("alice", &["ed25519"]);
        home.allow(&["alice"]);
        home.ok(&["log", "sign", &id, "--key", "alice"]);
        home.ok(&["note", &id, "later"]);
        home.forget();
        let (signed, seen) = open(&["--signers", "signers"]);
        assert_eq!(signed, ["cut", "cut_unseen", "histories", "back_dating"]);
        assert_eq!(seen["witnesses"]["seen"], 5);
    }
}

/// The commands under the heading of stock tools, joined as one script.
fn stock(kept: &Kept) -> String {
    let (_, tools) = TABLE.split_once("With stock tools\n").unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/verify/verify.py");
    tools
        .lines()
        .filter_map(|l| l.strip_prefix("    "))
        .map(|line| {
            let point = if line.starts_with("openssl") { &kept.stamped } else { &kept.signed };
            line.replace("verify.py", root.to_str().unwrap())
                .replace("7f3a 91c2 08de 4b17", &kept.head[..16])
                .replace("checkpoints/N-HEAD.txt", point.to_str().unwrap())
                .replace(" record.jsonl", &format!(" {}", kept.home.record(&kept.id).display()))
                .replace("allowed_signers", "signers")
                .replace("WHO", "alice")
                .replace("CA.pem", "ca.pem")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_stock_tools_of_the_readme_compare_a_head_and_a_checkpoint_with_a_record() {
    let Some(shared) = shared() else { return };
    if !["python3", "base64", "od", "sed", "grep"].iter().all(|tool| bare::tool(tool)) {
        return;
    }
    let kept = Kept::at(5, &shared);
    let (home, id) = (&kept.home, kept.id.as_str());
    let script = stock(&kept);
    let run = || home.tool("sh", &["-c", &script], None);
    let said = run();
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(said.code, 0, "{script}\n{}", said.err);
    assert!(lines[0].starts_with("7 "), "{lines:?}");
    assert_eq!((lines[1], lines[2], lines[4], lines[5]), ("1", "5", "1", "1"), "{lines:?}");
    assert!(said.out.contains("Good \"checkpoint@jishi\" signature for alice"), "{}", said.out);
    assert!((said.out.clone() + &said.err).contains("Verification: OK"), "{}", said.err);
    // Rewritten before the place: its head is found no more. Rewritten after it: it is.
    let all = home.lines(id);
    home.put(id, &chained(&edited(&all, 3, "two", "TWO")));
    let said = run();
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!((lines[1], lines[4], lines[5]), ("0", "0", "1"), "{lines:?}");
    home.put(id, &chained(&edited(&all, 6, "five", "FIVE")));
    let said = run();
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!((lines[1], lines[4], lines[5]), ("1", "1", "1"), "{lines:?}");
}
