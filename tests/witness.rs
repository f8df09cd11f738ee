//! What bears witness to a record, end to end: remembered heads, signed checkpoints in both directions
//! with OpenSSH, time-stamps with a local authority, `chattr +a`, and which attack each of them finds.
//! What needs a tool says so where it is missing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly, and says what it skips"
)]

mod bare;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

struct Home {
    dir: tempfile::TempDir,
}

/// Output of a command as text.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Home {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut c = Command::new(env!("CARGO_BIN_EXE_jishi"));
        c.args(args).env("JISHI_HOME", self.path()).env("JISHI_LANG", "en").env("TZ", "UTC");
        c.env_remove("SSH_AUTH_SOCK").current_dir(self.path()).stdin(Stdio::null());
        c
    }

    fn run(&self, args: &[&str]) -> Said {
        said(&self.command(args).output().unwrap())
    }

    fn ok(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{args:?}: {}{}", said.out, said.err);
        said.out
    }

    fn fails(&self, args: &[&str], code: i32, says: &str) -> Said {
        let said = self.run(args);
        assert_eq!(said.code, code, "{args:?}: {}{}", said.out, said.err);
        assert!(said.err.contains(says), "{args:?}: `{says}` is not in: {}", said.err);
        said
    }

    fn json(&self, args: &[&str]) -> (i32, Value) {
        let said = self.run(&[args, &["--format", "json"]].concat());
        (said.code, serde_json::from_str(&said.out).unwrap_or(Value::Null))
    }

    /// An incident with five entries. A host whose clock is not kept says so in one of them.
    fn incident(&self) -> String {
        let args = ["new", "--title", "门户网站被篡改", "--learned-at", "20m ago"];
        let id = self.ok(&args).trim().to_owned();
        for text in &["one", "two", "three"][self.lines(&id).len() - 2..] {
            self.ok(&["note", &id, text]);
        }
        id
    }

    fn folder(&self, id: &str) -> PathBuf {
        self.path().join("live").join(id)
    }

    fn record(&self, id: &str) -> PathBuf {
        self.folder(id).join("record.jsonl")
    }

    fn lines(&self, id: &str) -> Vec<Vec<u8>> {
        let bytes = fs::read(self.record(id)).unwrap();
        bytes.split_inclusive(|c| *c == b'\n').map(<[u8]>::to_vec).collect()
    }

    fn put(&self, id: &str, lines: &[Vec<u8>]) {
        fs::write(self.record(id), lines.concat()).unwrap();
    }

    fn key(&self, name: &str, kind: &[&str]) {
        let args = [&["-q", "-N", "", "-C", name, "-f", name, "-t"], kind].concat();
        self.tool("ssh-keygen", &args, None);
    }

    /// Takes a key that is kept with the tests.
    fn key_from(&self, name: &str, file: &Path) {
        let to = self.path().join(name);
        fs::copy(file, &to).unwrap();
        fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
        let public = self.tool("ssh-keygen", &["-y", "-f", name], None);
        assert_eq!(public.code, 0, "{}", public.err);
        fs::write(self.path().join(format!("{name}.pub")), public.out).unwrap();
    }

    fn public(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(format!("{name}.pub"))).unwrap().trim().to_owned()
    }

    fn signers(&self, text: &str) {
        fs::write(self.path().join("signers"), text).unwrap();
    }

    /// Allows these keys to sign checkpoints, each in its own name.
    fn allow(&self, names: &[&str]) {
        let line = |n: &&str| format!("{n} namespaces=\"checkpoint@jishi\" {}\n", self.public(n));
        self.signers(&names.iter().map(line).collect::<String>());
    }

    fn tool(&self, name: &str, args: &[&str], input: Option<&Path>) -> Said {
        let stdin = input.map_or_else(Stdio::null, |p| fs::File::open(p).unwrap().into());
        let out = Command::new(name).args(args).current_dir(self.path()).stdin(stdin).output();
        said(&out.unwrap())
    }

    fn points(&self, id: &str) -> Vec<PathBuf> {
        let list = fs::read_dir(self.folder(id).join("checkpoints")).into_iter().flatten();
        let mut all: Vec<_> = list.map(|e| e.unwrap().path()).collect();
        all.sort();
        all
    }

    fn text(&self, id: &str) -> PathBuf {
        self.points(id).into_iter().find(|p| p.extension().unwrap() == "txt").unwrap()
    }

    fn verify_signed(&self, id: &str) -> Said {
        self.run(&["log", "verify", id, "--signers", "signers"])
    }

    /// Forgets the heads, as on another host.
    fn forget(&self) {
        let _ = fs::remove_dir_all(self.path().join("state"));
    }
}

fn said(out: &Output) -> Said {
    Said {
        code: out.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&out.stdout).into_owned(),
        err: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

/// A forger's tool: entries as they are, chained anew, so that every digest and link fits.
fn chained(lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut prev = "0".repeat(64);
    let mut out = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let mut whole: Value = serde_json::from_slice(line).unwrap();
        whole["e"]["n"] = n.into();
        whole["e"]["prev"] = prev.clone().into();
        let e = jishi::record::canon::write(&whole["e"]).unwrap();
        prev = jishi::record::Digest::of(e.as_bytes()).to_string();
        out.push(format!("{{\"e\":{e},\"h\":\"{prev}\"}}\n").into_bytes());
    }
    out
}

fn replaced(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(line).unwrap();
    assert!(text.contains(from));
    text.replacen(from, to, 1).into_bytes()
}

// Remembered heads.

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
    assert!(said.out.contains("this copy ends before it (5 entries, 7 are remembered)"));
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

// Signed checkpoints.

#[test]
fn a_checkpoint_has_the_shape_of_a_tlog_checkpoint() {
    let home = Home::new();
    let id = home.incident();
    let text = home.ok(&["log", "checkpoint", &id]);
    let lines: Vec<&str> = text.lines().collect();
    let first: Value = serde_json::from_slice(&home.lines(&id)[0]).unwrap();
    let record = first["e"]["data"]["record"].as_str().unwrap();
    assert_eq!(lines[..2], [format!("jishi/{record}").as_str(), "5"]);
    assert_eq!(text, home.ok(&["log", "checkpoint", &id]), "the same record, the same text");
}

#[test]
fn openssh_accepts_what_we_sign_and_we_accept_it_too() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    let kinds: [(&str, &[&str]); 5] = [
        ("ed", &["ed25519"]),
        ("ec", &["ecdsa"]),
        ("ec3", &["ecdsa", "-b", "384"]),
        ("rsa", &["rsa", "-b", "2048"]),
        ("rsa3", &["rsa", "-b", "3072"]),
    ];
    for (name, kind) in kinds {
        home.key(name, kind);
    }
    // One ECDSA key in 256 has a private number that begins with a zero, which its file leaves out.
    let short = ["short_p256", "short_p384"];
    for name in short {
        home.key_from(name, &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys").join(name));
    }
    let names: Vec<&str> = kinds.map(|(name, _)| name).into_iter().chain(short).collect();
    home.allow(&names);
    for (i, &name) in names.iter().enumerate() {
        home.ok(&["log", "sign", &id, "--key", name]);
        home.ok(&["log", "sign", &id, "--key", name]);
        let text = home.text(&id);
        let number = if i == 0 { String::new() } else { format!(".{}", i + 1) };
        let sig = format!("{}{number}.sig", text.display());
        let args =
            ["-Y", "verify", "-f", "signers", "-I", name, "-n", "checkpoint@jishi", "-s", &sig];
        let said = home.tool("ssh-keygen", &args, Some(&text));
        assert_eq!(said.code, 0, "{name}: {}{}", said.out, said.err);
    }
    assert_eq!(home.points(&id).len(), 8, "one text, one signature of each key");
    let mode = |p: &PathBuf| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert!(home.points(&id).iter().all(|p| mode(p) == 0o600));
    let said = home.verify_signed(&id);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("signed checkpoints: 1 valid, the newest reaches 5 of 5"));
    assert_eq!(said.err.matches(": valid, ").count(), 7, "{}", said.err);
}

#[test]
fn we_accept_what_openssh_signs() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    let folder = home.folder(&id).join("checkpoints");
    fs::create_dir(&folder).unwrap();
    let text = home.ok(&["log", "checkpoint", &id]);
    fs::write(folder.join("5-by-hand.txt"), text).unwrap();
    for (i, kind) in ["ed25519", "ecdsa", "rsa"].into_iter().enumerate() {
        for (j, hash) in ["sha256", "sha512"].into_iter().enumerate() {
            let name = format!("{kind}{j}");
            home.key(&name, &[kind]);
            let option = format!("hashalg={hash}");
            let args = ["-Y", "sign", "-O", &option, "-n", "checkpoint@jishi", "-f", &name];
            let said = home.tool("ssh-keygen", &args, Some(&folder.join("5-by-hand.txt")));
            assert_eq!(said.code, 0, "{}", said.err);
            fs::write(folder.join(format!("5-by-hand.txt.{i}{j}.sig")), said.out).unwrap();
        }
    }
    home.allow(&["ed255190", "ed255191", "ecdsa0", "ecdsa1", "rsa0", "rsa1"]);
    let said = home.verify_signed(&id);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.err.matches(": valid, ").count(), 6, "{}", said.err);
}

#[test]
fn changed_texts_other_keys_namespaces_and_times_are_refused() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    home.key("alice", &["ed25519"]);
    home.key("mallory", &["ed25519"]);
    home.ok(&["log", "sign", &id, "--key", "alice"]);
    let (text, key) = (home.text(&id), home.public("alice"));
    let refused = |code: i32, says: &str| {
        let said = home.verify_signed(&id);
        assert_eq!(said.code, code, "{says}: {}{}", said.out, said.err);
        assert!(said.err.contains(says), "`{says}` is not in {}", said.err);
    };
    home.allow(&["mallory"]);
    refused(1, "not among the allowed signers");
    home.signers(&format!("alice namespaces=\"git\" {key}"));
    refused(1, "may not sign for `checkpoint@jishi`");
    home.signers(&format!("alice valid-before=\"20200101Z\" {key}"));
    refused(1, "was valid until 2020-01-01T00:00:00Z");
    home.ok(&["log", "verify", &id, "--signers", "signers", "--at", "2019-06-01T00:00:00Z"]);
    home.signers(&format!("alice valid-after=\"29990101\" {key}"));
    refused(1, "is valid from 2999");
    home.signers(&format!("* cert-authority {key}"));
    refused(1, "`cert-authority` is not supported");
    home.signers("alice");
    refused(2, "line 1");
    let _ = fs::remove_file(home.path().join("signers"));
    refused(2, "signers");

    home.allow(&["alice", "mallory"]);
    assert_eq!(home.verify_signed(&id).code, 0);
    let good = fs::read_to_string(&text).unwrap();
    fs::write(&text, good.replace("mode live", "mode lies")).unwrap();
    refused(1, "does not fit the text");
    fs::write(&text, good.replacen("\n5\n", "\n6\n", 1)).unwrap();
    refused(1, "says 6 entries, the record has 5");
    fs::write(&text, &good).unwrap();
    let sig = PathBuf::from(format!("{}.sig", text.display()));
    let kept = fs::read(&sig).unwrap();
    let args = ["-Y", "sign", "-n", "file", "-f", "alice"];
    let other = home.tool("ssh-keygen", &args, Some(&text));
    fs::write(&sig, other.out).unwrap();
    refused(1, "made for `file`");
    for junk in [&b""[..], b"junk", &[0xff; 40_000]] {
        fs::write(&sig, junk).unwrap();
        refused(1, "not an SSH signature");
    }
    // Every byte of a signature matters, or is refused as none.
    for i in (0..kept.len()).step_by(7) {
        let mut bytes = kept.clone();
        bytes[i] ^= 4;
        fs::write(&sig, &bytes).unwrap();
        let code = home.verify_signed(&id).code;
        assert!(code == 1 || bytes[i].is_ascii_whitespace(), "byte {i} changed nothing");
    }
    fs::remove_file(&sig).unwrap();
    refused(2, "no signed checkpoint");
}

#[test]
fn keys_that_cannot_be_used_are_named_with_the_way_out() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    let args = ["-q", "-N", "a passphrase", "-t", "ed25519", "-f", "locked"];
    home.tool("ssh-keygen", &args, None);
    let said = home.fails(&["log", "sign", &id, "--key", "locked"], 2, "has a passphrase");
    assert!(said.err.contains("--agent"), "{}", said.err);
    home.key("p521", &["ecdsa", "-b", "521"]);
    home.fails(&["log", "sign", &id, "--key", "p521"], 2, "not supported");
    home.fails(&["log", "sign", &id, "--key", "p521.pub"], 2, "cannot be used as a private key");
    home.fails(&["log", "sign", &id, "--key", "missing"], 3, "missing");
    home.fails(&["log", "sign", &id], 2, "no key to sign with");
    home.fails(&["log", "sign", &id, "--agent", "x"], 3, "SSH_AUTH_SOCK is not set");
    assert!(home.points(&id).is_empty(), "nothing was written");
}

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

struct Agent {
    child: Child,
    socket: PathBuf,
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_key_in_ssh_agent_signs_by_fingerprint_or_comment() {
    if !bare::tool("ssh-keygen") || !bare::tool("ssh-agent") || !bare::tool("ssh-add") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    let socket = home.path().join("agent");
    let child = Command::new("ssh-agent")
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let agent = Agent { child, socket };
    for _ in 0..200 {
        if agent.socket.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let kinds: [(&str, &[&str]); 3] =
        [("ed", &["ed25519"]), ("ec", &["ecdsa"]), ("rs", &["rsa", "-b", "2048"])];
    let ask = |args: &[&str]| {
        said(&home.command(args).env("SSH_AUTH_SOCK", &agent.socket).output().unwrap())
    };
    let none = ask(&["log", "sign", &id, "--agent", "ed"]);
    assert_eq!(none.code, 1, "{}", none.err);
    assert!(none.err.contains("holds no keys"), "{}", none.err);
    for (name, kind) in kinds {
        home.key(name, kind);
        let mut add = Command::new("ssh-add");
        add.arg("-q").arg(home.path().join(name)).env("SSH_AUTH_SOCK", &agent.socket);
        let added = said(&add.output().unwrap());
        assert_eq!(added.code, 0, "{}", added.err);
        let said = ask(&["log", "sign", &id, "--agent", name]);
        assert_eq!(said.code, 0, "{}", said.err);
        home.ok(&["note", &id, "one more"]);
    }
    let print = home.tool("ssh-keygen", &["-l", "-f", "ed.pub"], None).out;
    let print = print.split_whitespace().nth(1).unwrap();
    assert_eq!(ask(&["log", "sign", &id, "--agent", print]).code, 0);
    let other = ask(&["log", "sign", &id, "--agent", "carol"]);
    assert_eq!(other.code, 1, "{}", other.err);
    assert!(other.err.contains("ssh-agent holds SHA256:"), "{}", other.err);

    home.allow(&["ed", "ec", "rs"]);
    let said = home.verify_signed(&id);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.out.contains("signed checkpoints: 4 valid, the newest reaches 8 of 8"),
        "{}",
        said.out
    );
    for sig in home.points(&id).iter().filter(|p| p.extension().unwrap() == "sig") {
        let text = sig.with_extension("");
        let sig = sig.to_str().unwrap();
        let all = ["ed", "ec", "rs"].into_iter().filter(|name| {
            let args =
                ["-Y", "verify", "-f", "signers", "-I", name, "-n", "checkpoint@jishi", "-s", sig];
            home.tool("ssh-keygen", &args, Some(&text)).code == 0
        });
        assert_eq!(all.count(), 1, "{sig}");
    }
}

#[test]
fn an_agent_that_talks_nonsense_is_refused() {
    use std::io::{Read as _, Write as _};
    let home = Home::new();
    let id = home.incident();
    let socket = home.path().join("nonsense");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let answers: [&[u8]; 6] = [
        b"",
        &[0, 0, 0, 0],
        &[0xff, 0xff, 0xff, 0xff, 12],
        &[0, 0, 0, 5, 12, 0xff, 0xff, 0xff, 0xff],
        &[0, 0, 0, 9, 12, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff],
        &[0, 0, 0, 1, 5],
    ];
    let thread = std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 64]);
            let _ = stream.write_all(answer);
        }
    });
    for _ in answers {
        let mut c = home.command(&["log", "sign", &id, "--agent", "x"]);
        let said = said(&c.env("SSH_AUTH_SOCK", &socket).output().unwrap());
        assert_eq!(said.code, 3, "{}", said.err);
        assert!(said.err.contains("ssh-agent: "), "{}", said.err);
    }
    thread.join().unwrap();
}

// Time-stamps.

/// A time-stamping authority of our own in the home's folder.
fn authority(home: &Home) {
    fs::write(
        home.path().join("ts.cnf"),
        "[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nCN=test tsa\n\
         [ext]\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=critical,CA:true\n\
         [tsa]\ndefault_tsa=one\n[one]\nserial=serial\ncrypto_device=builtin\nsigner_cert=ca.pem\n\
         signer_key=ca.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\n\
         accuracy=secs:1\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\n",
    )
    .unwrap();
    fs::write(home.path().join("serial"), "01\n").unwrap();
    let args =
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -config ts.cnf";
    let said = home.tool("openssl", &args.split(' ').collect::<Vec<_>>(), None);
    assert_eq!(said.code, 0, "{}", said.err);
}

fn stamp(home: &Home, query: &str, reply: &str) {
    let args = ["ts", "-reply", "-config", "ts.cnf", "-queryfile", query, "-out", reply];
    let said = home.tool("openssl", &args, None);
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn a_time_stamp_goes_out_and_comes_back_as_files_and_openssl_verifies_it() {
    if !bare::tool("openssl") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    authority(&home);
    home.ok(&["log", "timestamp", &id, "--request", "q.tsq"]);
    assert_eq!(fs::read(home.path().join("q.tsq")).unwrap().len(), 69);
    let shown = home.tool("openssl", &["ts", "-query", "-in", "q.tsq", "-text"], None);
    assert!(shown.out.contains("Certificate required: yes"), "{}", shown.out);
    stamp(&home, "q.tsq", "r.tsr");
    // The record goes on meanwhile.
    home.ok(&["note", &id, "meanwhile"]);
    let said = home.run(&["log", "timestamp", &id, "--reply", "r.tsr"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let text = home.text(&id);
    let kept = format!("{}.tsr", text.display());
    let data = text.to_str().unwrap();
    let command = format!("openssl ts -verify -data {data} -in {kept} -CAfile CA.pem");
    assert!(said.err.contains(&command), "{}", said.err);
    let args = ["ts", "-verify", "-data", data, "-in", &kept, "-CAfile", "ca.pem"];
    let verified = home.tool("openssl", &args, None);
    assert!(verified.out.contains("Verification: OK") || verified.err.contains("Verification: OK"));
    let out = home.ok(&["log", "verify", &id]);
    assert!(out.contains("timestamp: 1, the newest 2") && !out.contains("back-dating"), "{out}");

    // What is not about it, or cannot be read, is not kept.
    home.ok(&["log", "timestamp", &id, "--request", "q2.tsq"]);
    let other = Home::new();
    let other_id = other.incident();
    other.ok(&["log", "timestamp", &other_id, "--request", "q.tsq"]);
    fs::copy(other.path().join("q.tsq"), home.path().join("other.tsq")).unwrap();
    stamp(&home, "other.tsq", "other.tsr");
    home.fails(&["log", "timestamp", &id, "--reply", "other.tsr"], 1, "none of this incident's");
    // The right text, but an answer to somebody else's question.
    let digest = home.tool("openssl", &["dgst", "-sha256", "-r"], Some(&newest(&home, &id)));
    let hex = digest.out.split_whitespace().next().unwrap();
    let args = ["ts", "-query", "-digest", hex, "-sha256", "-out", "else.tsq"];
    assert_eq!(home.tool("openssl", &args, None).code, 0);
    stamp(&home, "else.tsq", "else.tsr");
    home.fails(&["log", "timestamp", &id, "--reply", "else.tsr"], 1, "another nonce");
    home.fails(&["log", "timestamp", &id, "--reply", "q.tsq"], 1, "no reply of RFC 3161");
    home.fails(&["log", "timestamp", &id], 2, "--request");
    // A stamp that was put beside another text.
    let wrong = format!("{}.tsr", newest(&home, &id).display());
    fs::copy(&kept, wrong).unwrap();
    home.fails(&["log", "verify", &id], 1, "it is not about this text");
    // Every cut of a real reply.
    let bytes = fs::read(&kept).unwrap();
    for i in 0..bytes.len() {
        assert!(jishi::host::stamp::reply(&bytes[..i]).is_err(), "cut at {i}");
    }
}

fn newest(home: &Home, id: &str) -> PathBuf {
    let texts = home.points(id).into_iter().filter(|p| p.extension().unwrap() == "txt");
    texts.max().unwrap()
}

// chattr +a.

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

// The table of attacks.

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
