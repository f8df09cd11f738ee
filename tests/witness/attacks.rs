//! The table of attacks: real records attacked, and which measure finds it.

use std::fs;

use crate::bare;
use crate::home::{Home, chained, replaced};

/// What found an attack: digests and chain, the remembered head, a head written down, a signed
/// checkpoint that was kept elsewhere, one that lay in the same folder.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    chain: bool,
    remembered: bool,
    written: bool,
    signed_elsewhere: bool,
    signed_here: bool,
}

/// Attacks a record of seven entries; it was signed at five, and looked at and written down at seven.
fn attack(how: impl Fn(&Home, &str, &[Vec<u8>])) -> Found {
    let home = Home::new();
    let id = home.incident();
    home.key("alice", &["ed25519"]);
    home.allow(&["alice"]);
    let early = home.path().join("early");
    fs::create_dir(&early).unwrap();
    fs::copy(home.record(&id), early.join("record.jsonl")).unwrap();
    home.ok(&["log", "sign", &id, "--key", "alice"]);
    let elsewhere = home.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let signed = home.points(&id);
    for file in &signed {
        fs::copy(file, elsewhere.join(file.file_name().unwrap())).unwrap();
    }
    home.ok(&["note", &id, "four"]);
    home.ok(&["note", &id, "five"]);
    let head = home.json(&["log", "verify", &id]).1["head"].as_str().unwrap().to_owned();
    let before = home.lines(&id);
    assert_eq!(before.len(), 7);
    how(&home, &id, &before);

    let bytes = jishi::record::check_bytes(&fs::read(home.record(&id)).unwrap());
    let remembered = home.json(&["log", "verify", &id]).1;
    let remembered = remembered["witnesses"]["remembered"]["holds"] == false;
    // Another host, which remembers nothing; then with each of the others alone.
    home.forget();
    let signed_here = home.verify_signed(&id).code == 1;
    let points = home.folder(&id).join("checkpoints");
    let _ = fs::rename(&points, home.path().join("aside"));
    let alone = home.run(&["log", "verify", &id]).code;
    let chain = !bytes.intact();
    assert_eq!(alone == 1, chain, "the chain alone");
    let written = home.run(&["log", "verify", &id, "--head", &head[..16]]).code == 1;
    fs::rename(&elsewhere, &points).unwrap();
    let signed_elsewhere = home.verify_signed(&id).code == 1;
    Found { chain, remembered: remembered || chain, written, signed_elsewhere, signed_here }
}

/// A row of the table: chain, remembered, written down, signed and kept elsewhere, signed here.
fn row(marks: &str) -> Found {
    let mark = |i: usize| marks.as_bytes()[i] == b'x';
    Found {
        chain: mark(0),
        remembered: mark(1),
        written: mark(2),
        signed_elsewhere: mark(3),
        signed_here: mark(4),
    }
}

#[test]
fn each_attack_is_found_by_the_measures_of_the_table_and_by_no_others() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let edit = attack(|home, id, lines| {
        let mut lines = lines.to_vec();
        lines[3] = replaced(&lines[3], "two", "TWO");
        home.put(id, &lines);
    });
    assert_eq!(edit, row("xxxxx"), "an entry edited");
    let newest = attack(|home, id, lines| {
        let mut lines = lines.to_vec();
        lines[6] = replaced(&lines[6], "five", "FIVE");
        home.put(id, &lines);
    });
    assert_eq!(newest, row("xxxxx"), "the newest entry edited");
    let reorder = attack(|home, id, lines| {
        let mut lines = lines.to_vec();
        lines.swap(3, 4);
        home.put(id, &lines);
    });
    assert_eq!(reorder, row("xxxxx"), "entries reordered");
    let drop_one = attack(|home, id, lines| {
        let mut lines = lines.to_vec();
        lines.remove(4);
        home.put(id, &lines);
    });
    assert_eq!(drop_one, row("xxxxx"), "an entry taken out");
    let cut = attack(|home, id, lines| home.put(id, &lines[..4]));
    assert_eq!(cut, row(".xxxx"), "the end cut off, with what was signed");
    let cut_after = attack(|home, id, lines| home.put(id, &lines[..6]));
    assert_eq!(cut_after, row(".xx.."), "the end cut off, after what was signed");
    let rollback = attack(|home, id, _| {
        fs::copy(home.path().join("early/record.jsonl"), home.record(id)).unwrap();
        fs::remove_dir_all(home.folder(id).join("checkpoints")).unwrap();
    });
    assert_eq!(rollback, row(".xx.."), "rolled back to where it was signed, checkpoints too");
    let rewrite = attack(|home, id, lines| {
        let mut lines = lines.to_vec();
        lines[2] = replaced(&lines[2], "one", "ONE");
        home.put(id, &chained(&lines));
    });
    assert_eq!(rewrite, row(".xxxx"), "everything rewritten and chained anew");
    let rewrite_all = attack(|home, id, lines| {
        let mut lines = lines.to_vec();
        lines[2] = replaced(&lines[2], "one", "ONE");
        home.put(id, &chained(&lines));
        fs::remove_dir_all(home.folder(id).join("checkpoints")).unwrap();
    });
    assert_eq!(rewrite_all, row(".xxx."), "rewritten, and the checkpoints beside it removed");
    // The other history is honest in itself; it shows only where the two are laid side by side.
    let fork = attack(|home, id, lines| {
        let mut lines = lines.to_vec();
        lines[6] = replaced(&lines[6], "five", "sechs");
        home.put(id, &chained(&lines));
    });
    assert_eq!(fork, row(".xx.."), "two histories after what was signed");
    // One who may write says that something happened earlier than it did; nothing is broken by that.
    let back_dated = attack(|home, id, lines| {
        home.put(id, lines);
        home.ok(&["note", id, "I knew", "--happened-at", "2020-01-01T00:00:00Z"]);
    });
    assert_eq!(back_dated, row("....."), "back-dated by one who may write");
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
}
